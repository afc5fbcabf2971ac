//! From a stored URL to the real one: `***` gives way to what the keyring holds, `$Secret{KEY}` to the named secret.
//!
//! This is the one place where a secret and its URL come together, and it runs only at the moment of connecting, or
//! when a person asks to see or to copy one URL.

use std::collections::BTreeMap;

use catalog::EnvironmentConfig;
use connection_url::{ConnectionUrl, SlotState, UrlError};
use secrets::{Secret, SecretId, SecretStoreError};
use zeroize::Zeroizing;

use crate::Workbench;

/// Where the secrets of one URL come from.
#[derive(Clone)]
pub(crate) struct SecretSources {
    /// The environment, for `KEY@slug`.
    slug: String,
    /// Keyring entries by slot.
    stored: BTreeMap<String, String>,
    /// Plain values typed in fields of their own, by slot; they win over stored ones.
    typed: BTreeMap<String, Zeroizing<String>>,
}

impl SecretSources {
    pub(crate) fn stored(config: &EnvironmentConfig) -> Self {
        Self {
            slug: config.slug.clone(),
            stored: config.secrets.clone(),
            typed: BTreeMap::new(),
        }
    }

    pub(crate) fn draft(
        source: Option<&EnvironmentConfig>,
        slug: &str,
        typed: BTreeMap<String, String>,
    ) -> Self {
        Self {
            slug: slug.to_owned(),
            stored: source
                .map(|config| config.secrets.clone())
                .unwrap_or_default(),
            typed: typed
                .into_iter()
                .map(|(slot, plain)| (slot, plain.into()))
                .collect(),
        }
    }
}

/// Why a URL could not be made whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// This machine lacks something: slots (`password`) and references (`$Secret{KEY}`).
    #[error("This machine does not have {}.", .0.join(" and "))]
    Missing(Vec<String>),
    /// The keyring did not do it.
    #[error("{0}")]
    Store(#[from] SecretStoreError),
    /// What came out is no URL.
    #[error("{}", .0.message)]
    Url(#[from] UrlError),
    /// The catalog could not be asked which entry a reference means.
    #[error("{0}")]
    Catalog(#[from] crate::AppError),
}

impl ResolveError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "secret_missing",
            Self::Store(error) => error.code(),
            Self::Url(_) => "invalid_url",
            Self::Catalog(error) => error.code,
        }
    }
}

impl From<ResolveError> for crate::AppError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Missing(ref missing) => Self::new("secret_missing", error.to_string())
                .with_detail(serde_json::json!({ "missing": missing }))
                .retryable(),
            ResolveError::Store(error) => error.into(),
            ResolveError::Url(error) => error.into(),
            ResolveError::Catalog(error) => error,
        }
    }
}

/// How a missing slot is called in a sentence.
pub(crate) fn slot_words(slot: &str) -> String {
    match slot.strip_prefix("option:") {
        None => format!("the {slot}"),
        Some(option) => format!("the secret of the option {option}"),
    }
}

impl Workbench {
    /// Puts every secret of `url` in its place.
    pub(crate) async fn resolve_secrets(
        &self,
        url: &ConnectionUrl,
        sources: &SecretSources,
    ) -> Result<ConnectionUrl, ResolveError> {
        let mut missing = Vec::new();
        let filled = self.fill_slots(url, sources, &mut missing).await?;
        let mut values: BTreeMap<String, Secret> = BTreeMap::new();
        for reference in filled.references() {
            if values.contains_key(&reference.key) {
                continue;
            }
            match self.named_secret(&reference.key, &sources.slug).await? {
                Some(value) => {
                    values.insert(reference.key.clone(), value);
                }
                None => missing.push(format!("$Secret{{{}}}", reference.key)),
            }
        }
        if !missing.is_empty() {
            missing.dedup();
            return Err(ResolveError::Missing(missing));
        }
        #[cfg(debug_assertions)]
        crate::process::panic_if_asked(filled.expose());
        if values.is_empty() {
            return Ok(filled);
        }
        Ok(filled.resolve_references(|key| {
            values
                .get(key)
                .map(|value| Zeroizing::new(value.expose().to_owned()))
        })?)
    }

    /// Puts the URL's own secrets in place and leaves references as written.
    pub(crate) async fn fill_own_secrets(
        &self,
        url: &ConnectionUrl,
        sources: &SecretSources,
    ) -> Result<ConnectionUrl, ResolveError> {
        let mut missing = Vec::new();
        let filled = self.fill_slots(url, sources, &mut missing).await?;
        if missing.is_empty() {
            Ok(filled)
        } else {
            Err(ResolveError::Missing(missing))
        }
    }

    /// Puts those of the URL's own secrets in place that this machine has; the others stay `***`.
    pub(crate) async fn fill_what_is_here(
        &self,
        url: &ConnectionUrl,
        sources: &SecretSources,
    ) -> Result<ConnectionUrl, ResolveError> {
        self.fill_slots(url, sources, &mut Vec::new()).await
    }

    async fn fill_slots(
        &self,
        url: &ConnectionUrl,
        sources: &SecretSources,
        missing: &mut Vec<String>,
    ) -> Result<ConnectionUrl, ResolveError> {
        let mut raw: BTreeMap<&str, Zeroizing<String>> = BTreeMap::new();
        for slot in url
            .secret_slots()
            .iter()
            .filter(|slot| slot.state == SlotState::Masked)
        {
            if let Some(plain) = sources.typed.get(&slot.name) {
                raw.insert(&slot.name, encode_for(url, &slot.name, plain));
                continue;
            }
            let stored = match sources.stored.get(&slot.name) {
                Some(id) => {
                    self.secrets()
                        .get(&SecretId::for_url(self.catalog_id(), id))
                        .await?
                }
                None => None,
            };
            match stored {
                Some(secret) => {
                    raw.insert(&slot.name, Zeroizing::new(secret.expose().to_owned()));
                }
                None => missing.push(slot_words(&slot.name)),
            }
        }
        Ok(url.with_secrets(|slot| raw.get(slot).cloned())?)
    }
}

/// The text for a slot of this URL that means `plain`.
pub(crate) fn encode_for(url: &ConnectionUrl, slot: &str, plain: &str) -> Zeroizing<String> {
    match url.database_type() {
        Some(database_type) => Zeroizing::new(connection_url::encode_secret(
            database_type,
            url.is_keyword_value(),
            slot,
            plain,
        )),
        None => Zeroizing::new(plain.to_owned()),
    }
}
