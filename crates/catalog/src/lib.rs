//! Tapedeck's records: what a product is made of, how a record is validated, and where it is kept.
//!
//! The crate has two halves that must not grow together. [`Catalog`] is the port: it speaks of products,
//! environments and databases, never of SQL, because a team's shared catalog on a server will stand behind it one
//! day. [`SqliteCatalog`] is the one adapter there is now. Whatever both would need (validation, how a patch merges,
//! what an import changes) is written once, as pure functions over the records.
//!
//! No secret ever gets here. A connection URL is kept with `***` in each secret's place, and
//! [`EnvironmentConfig::secrets`] says which keyring entry fills which place.

mod base;
mod change;
mod check;
mod conflict;
mod document;
mod error;
mod export;
mod fault;
pub mod fuzzing;
mod import;
mod import_read;
mod input;
mod items;
mod journal;
mod merge;
mod parse;
mod port;
mod reader;
mod records;
mod rules;
mod sqlite;

pub use base::{ImportBase, ImportSide};
pub use conflict::{Conflict, FieldChange};
pub use document::{DOCUMENT_LIMIT, decode_text, parse_document};
pub use error::{CatalogError, SubjectKind};
pub use export::{
    ExportDatabase, ExportDocument, ExportEnvironment, ExportEnvironmentConfig, ExportProduct,
    FORMAT, FORMAT_VERSION,
};
pub use fault::{Fault, FaultCode, Hint};
pub use import::{
    ImportAction, ImportFieldChange, ImportOutcome, ImportPlan, ImportStep, ImportWarning,
    read_import,
};
pub use input::{
    DatabasePatch, EnvironmentConfigPatch, EnvironmentPatch, NewDatabase, NewEnvironment,
    NewEnvironmentConfig, NewProduct, ProductPatch, UrlText,
};
pub use items::{ItemChange, ItemKind, fingerprint};
pub use journal::{EntryName, JournalLine, JournalState, KeyringJournal, named_entry, url_entry};
pub use parse::{
    parse_database_patch, parse_environment_patch, parse_item, parse_new_database,
    parse_new_environment, parse_new_product, parse_product_patch,
};
pub use port::{
    ActionRun, Activity, Catalog, Committed, Context, LastTest, Location, Matrix, MatrixDatabase,
    MigrationReading, NamedSecret, NewActionRun, NewMigrationReading, NewTest, Note, Origin,
    RETENTION_DAYS,
};
pub use records::{
    Database, DatabaseItem, Environment, EnvironmentClass, EnvironmentConfig, Extra, Product,
};
pub use rules::{
    DESCRIPTION_LIMIT, NAME_LIMIT, URL_LIMIT, is_slug, is_tag, slug_hint, suggest_tag,
};
pub use sqlite::SqliteCatalog;

pub use connection_url::DatabaseType;
