//! Settings: stored by key, defaults filled in, out-of-range values refused with every fault at once.

use std::ops::RangeInclusive;
use std::time::Duration;

use catalog::{Catalog, CatalogError, Fault, FaultCode};
use engines::TestOptions;
use serde_json::Value;

use crate::dto::Settings;
use crate::{AppError, Result, Workbench};

/// The key under which the catalog keeps them.
const KEY: &str = "settings";

/// The stored settings; what is absent, or of a type that this version does not know, takes its default.
pub(crate) fn read(catalog: &dyn Catalog) -> Result<Settings, CatalogError> {
    let stored = catalog.setting(KEY)?.unwrap_or(Value::Null);
    Ok(serde_json::from_value(stored).unwrap_or_default())
}

fn check(settings: &Settings) -> Result<()> {
    let mut faults = Vec::new();
    if !["system", "light", "dark"].contains(&settings.theme.as_str()) {
        faults.push(Fault::new(
            "theme",
            FaultCode::UnknownValue,
            "The theme is system, light or dark.",
        ));
    }
    if settings.updates != crate::updates::AS_PACKAGED
        && crate::updates::mode_named(&settings.updates).is_none()
    {
        faults.push(Fault::new(
            "updates",
            FaultCode::UnknownValue,
            "Updates are notify, automatic, off or package.",
        ));
    }
    let mut within = |field: &str, value: u32, range: RangeInclusive<u32>, unit: &str| {
        if !range.contains(&value) {
            let message = format!("Choose from {} to {}{unit}.", range.start(), range.end());
            faults.push(Fault::new(field, FaultCode::UnknownValue, message));
        }
    };
    within(
        "test_timeout_seconds",
        settings.test_timeout_seconds,
        1..=300,
        " seconds",
    );
    within(
        "keyring_timeout_seconds",
        settings.keyring_timeout_seconds,
        1..=120,
        " seconds",
    );
    within("test_concurrency", settings.test_concurrency, 1..=16, "");
    within(
        "clipboard_seconds",
        settings.clipboard_seconds,
        5..=600,
        " seconds",
    );
    within(
        "vault_idle_minutes",
        settings.vault_idle_minutes,
        1..=1440,
        " minutes",
    );
    if faults.is_empty() {
        Ok(())
    } else {
        Err(AppError::validation(&faults))
    }
}

impl Workbench {
    /// The settings, defaults filled in.
    pub async fn settings_get(&self) -> Result<Settings> {
        self.on_catalog(|catalog| read(catalog)).await
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// `validation` with every field that is out of range.
    pub async fn settings_update(&self, settings: Settings) -> Result<Settings> {
        check(&settings)?;
        let value = serde_json::to_value(&settings).map_err(AppError::internal)?;
        self.on_catalog(move |catalog| catalog.set_setting(KEY, &value))
            .await?;
        self.set_vault_idle_limit(settings.vault_idle_minutes);
        Ok(settings)
    }

    /// How connection tests run: `--timeout`, else the settings.
    pub(crate) async fn test_options(&self) -> Result<TestOptions> {
        let asked = *self
            .inner
            .test_limit
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let timeout = match asked {
            Some(limit) => limit,
            None => Duration::from_secs(u64::from(self.settings_get().await?.test_timeout_seconds)),
        };
        Ok(TestOptions {
            timeout,
            ..TestOptions::default()
        })
    }
}
