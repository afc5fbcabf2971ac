//! What a person hands in: new records and patches. A patch names what it changes; what it does not name stays.

use std::collections::BTreeMap;
use std::fmt;

use connection_url::DatabaseType;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::records::{EnvironmentClass, Extra};

/// The text of a connection URL on its way in.
///
/// It may still hold a secret (a file does), so it shows itself redacted and is zeroed when dropped. The use cases
/// move the secrets to the keyring and put `***` in their place before the catalog sees it; the catalog refuses a
/// URL in which one is left.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct UrlText(Zeroizing<String>);

impl UrlText {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The real text, byte for byte.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UrlText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&connection_url::redact(&self.0), formatter)
    }
}

impl From<&str> for UrlText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for UrlText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A product to be made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NewProduct {
    /// Unique in the catalog.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
}

/// What changes in a product.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ProductPatch {
    /// The revision that the patch was made from; `None` takes whatever is there.
    pub revision: Option<u64>,
    /// A new tag.
    pub tag: Option<String>,
    /// A new name.
    pub name: Option<String>,
    /// `Some(None)` clears it.
    pub description: Option<Option<String>>,
}

/// An environment to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEnvironment {
    /// What people call it.
    pub env_name: String,
    /// Unique in the product.
    pub slug: String,
    /// Free text.
    pub description: Option<String>,
    /// Position of the column; `None` puts it last.
    pub order: Option<i64>,
    /// Whether things may run there.
    pub active: bool,
    /// `None` guesses it from the slug.
    pub class: Option<EnvironmentClass>,
}

impl Default for NewEnvironment {
    fn default() -> Self {
        Self {
            env_name: String::new(),
            slug: String::new(),
            description: None,
            order: None,
            active: true,
            class: None,
        }
    }
}

/// What changes in an environment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EnvironmentPatch {
    /// The revision that the patch was made from.
    pub revision: Option<u64>,
    /// A new name.
    pub env_name: Option<String>,
    /// A new slug.
    pub slug: Option<String>,
    /// `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// A new position of the column.
    pub order: Option<i64>,
    /// Whether things may run there.
    pub active: Option<bool>,
    /// A new class.
    pub class: Option<EnvironmentClass>,
}

/// Where a new database lives in one environment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NewEnvironmentConfig {
    /// One of the product's environments.
    pub slug: String,
    /// With `***` in each secret's place by the time the catalog gets it.
    pub connection_url: UrlText,
    /// Free text.
    pub description: Option<String>,
    /// Which keyring entry (a UUID) fills which secret slot. Never read from a file.
    pub secrets: BTreeMap<String, String>,
}

/// A database to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct NewDatabase {
    /// What people call it.
    pub name: String,
    /// Unique in the product.
    pub tag: String,
    /// Never changes after creation.
    pub database_type: DatabaseType,
    /// Free text.
    pub description: Option<String>,
    /// At least one.
    pub envs: Vec<NewEnvironmentConfig>,
    /// Reusable operations, each a whole record.
    pub actions: Vec<Map<String, Value>>,
    /// Versioned changes in order, each a whole record.
    pub migrations: Vec<Map<String, Value>>,
}

/// What changes in one environment config of a database, or a config to be added.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EnvironmentConfigPatch {
    /// One of the product's environments.
    pub slug: String,
    /// The new URL; needed when the config is new. `***` keeps the secret that is there.
    pub connection_url: Option<UrlText>,
    /// `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// New keyring entries by slot; slots not named keep theirs. Never read from a file.
    pub secrets: BTreeMap<String, String>,
    /// Fields that this version does not know; only an import brings any.
    pub extra: Extra,
}

/// What changes in a database.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DatabasePatch {
    /// The revision that the patch was made from.
    pub revision: Option<u64>,
    /// A new tag.
    pub tag: Option<String>,
    /// A new name.
    pub name: Option<String>,
    /// Only to say what it is; a different one is refused.
    pub database_type: Option<DatabaseType>,
    /// `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// Added or replaced by slug; the others stay.
    pub envs: Vec<EnvironmentConfigPatch>,
    /// Slugs whose config is removed.
    pub remove_envs: Vec<String>,
    /// Added or replaced by tag; the others stay.
    pub actions: Vec<Map<String, Value>>,
    /// Tags of actions that are removed.
    pub remove_actions: Vec<String>,
    /// Added or replaced by tag; the others stay.
    pub migrations: Vec<Map<String, Value>>,
    /// Tags of migrations that are removed.
    pub remove_migrations: Vec<String>,
    /// Fields that this version does not know; only an import brings any.
    pub extra: Extra,
}
