//! What a person wants done about newer versions, and how the last look for one ended. The looking itself is the window's:
//! a command line is updated by what installed it.

use jiff::Timestamp;
use serde_json::Value;

use crate::dto::{UpdateCheck, UpdateMode, UpdateOutcome};
use crate::{AppError, Result, Workbench};

/// The setting's value of a person who chose nothing.
pub(crate) const AS_PACKAGED: &str = "package";

/// The key under which the catalog keeps the last look.
const LAST_CHECK: &str = "update_check";

/// The mode of a setting's value.
pub(crate) fn mode_named(name: &str) -> Option<UpdateMode> {
    serde_json::from_value(Value::from(name)).ok()
}

impl Workbench {
    /// What is done about a newer version: as the person chose, else as the package has it.
    pub async fn update_mode(&self, packaged: UpdateMode) -> Result<UpdateMode> {
        let settings = self.settings_get().await?;
        Ok(mode_named(&settings.updates).unwrap_or(packaged))
    }

    /// How the last look for a newer version ended; `None` before the first.
    pub async fn update_last_check(&self) -> Result<Option<UpdateCheck>> {
        let stored = self
            .on_catalog(|catalog| catalog.setting(LAST_CHECK))
            .await?;
        // What another version wrote differently says nothing here.
        Ok(stored.and_then(|stored| serde_json::from_value(stored).ok()))
    }

    /// Remembers how a look ended: with a version, with none, or not at all.
    pub async fn update_checked(&self, found: Result<Option<&str>, &AppError>) -> Result<()> {
        let outcome = match found {
            Ok(None) => UpdateOutcome::Current,
            Ok(Some(_)) => UpdateOutcome::Available,
            Err(_) => UpdateOutcome::Failed,
        };
        let check = UpdateCheck {
            at: Timestamp::now().to_string(),
            outcome,
            version: found.ok().flatten().map(str::to_owned),
            code: found.err().map(|error| error.code.to_owned()),
            message: found.err().map(|error| error.message.clone()),
        };
        let value = serde_json::to_value(check).map_err(AppError::internal)?;
        self.on_catalog(move |catalog| catalog.set_setting(LAST_CHECK, &value))
            .await
    }
}
