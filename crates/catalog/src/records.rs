//! The records as they are stored and shown. Field names are those of the interchange format.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use connection_url::DatabaseType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields that an import brought and that this version does not know. They are exported again as they came.
pub type Extra = Map<String, Value>;

/// A group of databases that ship together.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Product {
    /// UUIDv7; survives every rename.
    pub id: String,
    /// Unique in the catalog.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Grows by one with each change of this record's own fields.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What an import brought and this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much a mistake in an environment costs; drives the guards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentClass {
    /// One person's or one team's own data.
    Development,
    /// Shared, and like production.
    Staging,
    /// What customers use.
    Production,
}

impl EnvironmentClass {
    /// Every class, from the least to the most guarded.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The class as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The class that a slug suggests. In doubt it is production, because the wrong guess in that direction costs a
    /// confirmation, and in the other direction costs data.
    #[must_use]
    pub fn guess_from_slug(slug: &str) -> Self {
        let is_one_of = |words: &[&str]| {
            slug.split('-').any(|part| {
                let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
                words.contains(&word)
            })
        };
        // `pre-prd` and `prod-test` exist; a part that says production wins unless the slug says "before production".
        if is_one_of(&[
            "pre", "preprod", "preprd", "stg", "stage", "staging", "uat", "qa",
        ]) {
            Self::Staging
        } else if is_one_of(&["prd", "prod", "production", "live"]) {
            Self::Production
        } else if is_one_of(&[
            "dev",
            "develop",
            "development",
            "local",
            "localhost",
            "test",
            "tst",
            "testing",
        ]) {
            Self::Development
        } else {
            Self::Production
        }
    }
}

impl fmt::Display for EnvironmentClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is no class of environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a class is development, staging or production")]
pub struct UnknownClass;

impl FromStr for EnvironmentClass {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or(UnknownClass)
    }
}

/// A context that a product runs in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Environment {
    /// UUIDv7; survives every rename.
    pub id: String,
    /// The product it belongs to.
    pub product_id: String,
    /// What people call it.
    pub env_name: String,
    /// Unique in the product.
    pub slug: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Position of the column.
    pub order: i64,
    /// An inactive environment is shown dimmed and refuses to run anything.
    pub active: bool,
    /// Drives the guards.
    pub class: EnvironmentClass,
    /// Grows by one with each change.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What an import brought and this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a database lives in one environment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EnvironmentConfig {
    /// UUIDv7; stays when the URL is replaced.
    pub id: String,
    /// The environment by its id, so that a renamed slug loses nothing.
    pub environment_id: String,
    /// The environment's slug, as it is now.
    pub slug: String,
    /// The URL with `***` in place of each secret.
    pub connection_url: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which keyring entry (a UUID) fills which secret slot of the URL.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// What an import brought and this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An action or a migration, kept whole: later versions give its fields a meaning, this one must lose none of them.
///
/// Two are equal when their fields are, whatever the order of the fields. Inside of a field the order counts: in
/// `{"sort": {"a": 1, "b": 1}}` it says what is sorted by first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DatabaseItem {
    /// UUIDv7; survives every rename.
    pub id: String,
    /// Every field of the record except `id`; the position is the place in the list.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl DatabaseItem {
    /// The tag, unique in its database.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.fields
            .get("tag")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.fields
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl PartialEq for DatabaseItem {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && same_fields(&self.fields, &other.fields)
    }
}

/// Whether two records have the same fields, in whatever order.
pub(crate) fn same_fields(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, value)| {
            other
                .get(name)
                .is_some_and(|other| same_value(value, other))
        })
}

/// Whether two values are the same, the order of the keys of objects included.
pub(crate) fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((key, value), (name, other))| key == name && same_value(value, other))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_value(one, other))
        }
        _ => one == other,
    }
}

/// A database of a product, in each environment that it lives in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Database {
    /// UUIDv7; survives every rename.
    pub id: String,
    /// The product it belongs to.
    pub product_id: String,
    /// What people call it.
    pub name: String,
    /// Unique in the product.
    pub tag: String,
    /// Never changes after creation.
    #[serde(rename = "type")]
    pub database_type: DatabaseType,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At least one, in the order of the environments.
    pub envs: Vec<EnvironmentConfig>,
    /// Reusable operations.
    #[serde(default)]
    pub actions: Vec<DatabaseItem>,
    /// Versioned changes, in order.
    #[serde(default)]
    pub migrations: Vec<DatabaseItem>,
    /// Grows by one with each change, those of its environment configs included.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What an import brought and this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Database {
    /// The config for an environment's slug.
    #[must_use]
    pub fn config(&self, slug: &str) -> Option<&EnvironmentConfig> {
        self.envs.iter().find(|config| config.slug == slug)
    }
}
