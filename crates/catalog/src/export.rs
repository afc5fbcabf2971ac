//! The document that export writes and import reads: the interchange format, without secrets.
//!
//! Ids, revisions and keyring entries stay here: they mean nothing in another catalog. What an import brought and
//! this version does not know goes out again as it came in.

use std::collections::BTreeMap;

use connection_url::DatabaseType;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::input::UrlText;
use crate::records::{Database, Environment, EnvironmentClass, Extra, Product};

/// The `format` of a document.
pub const FORMAT: &str = "tapedeck";
/// The version of the format that is written.
pub const FORMAT_VERSION: u64 = 1;

/// A whole document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExportDocument {
    /// The products in it.
    pub products: Vec<ExportProduct>,
    /// Databases given without a product; only reading gives any.
    pub databases: Vec<ExportDatabase>,
    /// Names the state that was exported, so that an import can tell what changed since on which side.
    pub base: Option<String>,
    /// The secrets under a passphrase, armored by the use cases; opaque here.
    pub secrets: Option<String>,
    /// What reading it warned of.
    pub warnings: Vec<crate::import::ImportWarning>,
}

/// A product in a document.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ExportProduct {
    /// Unique in a catalog; import merges by it.
    pub tag: String,
    /// What people call it. A bare record may lack it when the product exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `Some(None)` is an explicit null, which an import takes as "clear it".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Its environments.
    pub environments: Vec<ExportEnvironment>,
    /// Its databases.
    pub databases: Vec<ExportDatabase>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An environment in a document. Everything but the slug may be absent in a record from elsewhere.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ExportEnvironment {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env_name: Option<String>,
    /// Unique in the product; import merges by it.
    pub slug: String,
    /// `Some(None)` is an explicit null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Position of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// Whether things may run there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Drives the guards; guessed from the slug when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<EnvironmentClass>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An environment config in a document.
#[derive(Clone, PartialEq, Debug)]
pub struct ExportEnvironmentConfig {
    /// One of the product's environments.
    pub slug: String,
    /// Written with `***` in each secret's place. One that was read may hold a secret until the use cases moved it
    /// to the keyring.
    pub connection_url: UrlText,
    /// `Some(None)` is an explicit null.
    pub description: Option<Option<String>>,
    /// Which keyring entry fills which slot: never written, never read; the use cases fill it before planning.
    pub secrets: BTreeMap<String, String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

/// A database in a document.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ExportDatabase {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Unique in the product; import merges by it.
    pub tag: String,
    /// The engine.
    #[serde(rename = "type")]
    pub database_type: DatabaseType,
    /// `Some(None)` is an explicit null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Its configs.
    pub envs: Vec<ExportEnvironmentConfig>,
    /// Its actions, whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Map<String, Value>>,
    /// Its migrations, whole and in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub migrations: Vec<Map<String, Value>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Serialize for ExportDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", FORMAT)?;
        map.serialize_entry("version", &FORMAT_VERSION)?;
        if let Some(base) = &self.base {
            map.serialize_entry("base", base)?;
        }
        map.serialize_entry("products", &self.products)?;
        if !self.databases.is_empty() {
            map.serialize_entry("databases", &self.databases)?;
        }
        if let Some(secrets) = &self.secrets {
            map.serialize_entry("secrets", secrets)?;
        }
        map.end()
    }
}

impl Serialize for ExportEnvironmentConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("slug", &self.slug)?;
        // A document is a file that people pass around: whatever is in the text, no secret of it is written.
        let masked = connection_url::ConnectionUrl::parse(self.connection_url.expose(), None)
            .map(|url| url.masked())
            .unwrap_or_else(|_| connection_url::redact(self.connection_url.expose()));
        map.serialize_entry("connection_url", &masked)?;
        if let Some(description) = &self.description {
            map.serialize_entry("description", description)?;
        }
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl ExportProduct {
    /// The product as it is, with everything in it.
    pub(crate) fn from_records(
        product: &Product,
        environments: &[Environment],
        databases: &[Database],
    ) -> Self {
        Self {
            tag: product.tag.clone(),
            name: Some(product.name.clone()),
            description: product.description.clone().map(Some),
            environments: environments.iter().map(ExportEnvironment::from).collect(),
            databases: databases.iter().map(ExportDatabase::from).collect(),
            extra: product.extra.clone(),
        }
    }
}

impl From<&Environment> for ExportEnvironment {
    fn from(environment: &Environment) -> Self {
        Self {
            env_name: Some(environment.env_name.clone()),
            slug: environment.slug.clone(),
            description: environment.description.clone().map(Some),
            order: Some(environment.order),
            active: Some(environment.active),
            class: Some(environment.class),
            extra: environment.extra.clone(),
        }
    }
}

impl From<&Database> for ExportDatabase {
    fn from(database: &Database) -> Self {
        Self {
            name: Some(database.name.clone()),
            tag: database.tag.clone(),
            database_type: database.database_type,
            description: database.description.clone().map(Some),
            envs: database
                .envs
                .iter()
                .map(|config| ExportEnvironmentConfig {
                    slug: config.slug.clone(),
                    connection_url: UrlText::new(config.connection_url.clone()),
                    description: config.description.clone().map(Some),
                    secrets: BTreeMap::new(),
                    extra: config.extra.clone(),
                })
                .collect(),
            actions: database
                .actions
                .iter()
                .map(|item| item.fields.clone())
                .collect(),
            migrations: database
                .migrations
                .iter()
                .map(|item| item.fields.clone())
                .collect(),
            extra: database.extra.clone(),
        }
    }
}
