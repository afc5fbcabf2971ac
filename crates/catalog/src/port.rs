//! The port: what a catalog can do, without a word of how. Every adapter runs the conformance suite in
//! `tests/conformance/`.
//!
//! The methods block; callers on an async runtime run them on a blocking thread. Each mutation is all or nothing, and
//! writes its line of the activity list in the same stroke. Wherever a method takes a record's name it takes the tag
//! (or slug) or the id, the tag first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;

use connection_url::DatabaseType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{CatalogError, SubjectKind};
use crate::export::ExportDocument;
use crate::import::{ImportOutcome, ImportPlan};
use crate::input::{
    DatabasePatch, EnvironmentPatch, NewDatabase, NewEnvironment, NewProduct, ProductPatch,
};
use crate::items::{ItemChange, ItemKind};
use crate::journal::{EntryName, KeyringJournal};
use crate::records::{Database, Environment, EnvironmentConfig, Product};

/// For how many days a change can be undone, and a secret that it replaced stays in the keyring.
pub const RETENTION_DAYS: i64 = 30;

/// Which face a change came from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The desktop window.
    Window,
    /// The command line.
    Cli,
}

impl Origin {
    /// The origin as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Cli => "cli",
        }
    }

    /// The origin from its JSON form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Window, Self::Cli]
            .into_iter()
            .find(|origin| origin.as_str() == text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Who changes something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// Which face it comes from.
    pub origin: Origin,
    /// The time to write down; `None` asks the clock.
    pub now: Option<Timestamp>,
}

impl Context {
    /// A change from the window, now.
    #[must_use]
    pub fn window() -> Self {
        Self {
            origin: Origin::Window,
            now: None,
        }
    }

    /// A change from the command line, now.
    #[must_use]
    pub fn cli() -> Self {
        Self {
            origin: Origin::Cli,
            now: None,
        }
    }

    /// The time to write down, to the millisecond that the catalog keeps.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        let now = self.now.unwrap_or_else(Timestamp::now);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// What a mutation left, and the activity that undoes it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Committed<T> {
    /// The record as it is now; for a deletion, as it was.
    pub record: T,
    /// The line of the activity list; `None` when the input changed nothing.
    pub activity_id: Option<String>,
}

/// One line of the activity list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Activity {
    /// UUIDv7.
    pub id: String,
    /// When it was done.
    pub at: Timestamp,
    /// Which face it came from.
    pub origin: Origin,
    /// What was done: `create`, `update`, `delete`, `unset`, `import`, `undo`, or a verb of the use cases.
    pub verb: String,
    /// What kind of record it was done to.
    pub subject_kind: SubjectKind,
    /// The record's id.
    pub subject_id: String,
    /// The record's address at that time, such as `shop/orders`.
    pub subject_label: String,
    /// A sentence without secrets.
    pub summary: String,
    /// Whether [`Catalog::undo`] still has what it needs.
    pub undoable: bool,
    /// Whether it has been undone.
    pub undone: bool,
}

/// A line for the activity list about something that changes no record, such as a revealed secret.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// What was done.
    pub verb: String,
    /// What kind of record it was done to.
    pub subject_kind: SubjectKind,
    /// The record's id.
    pub subject_id: String,
    /// The record's address.
    pub subject_label: String,
    /// A sentence; it must hold no secret.
    pub summary: String,
}

/// A named secret's key. Its value lives in the keyring.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamedSecret {
    /// `KEY`, or `KEY@slug` for one environment.
    pub key: String,
    /// The keyring entry that holds its value.
    pub entry: EntryName,
    /// Grows by one with each value.
    pub revision: u64,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When its value was last set.
    pub updated_at: Timestamp,
}

/// The last connection test of an environment config.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LastTest {
    /// When it ended.
    pub at: Timestamp,
    /// The report, without secrets, as the use cases wrote it: JSON, which the catalog does not read. A matrix has thousands.
    pub result: String,
}

/// A connection test that ended, to be remembered.
#[derive(Clone, PartialEq, Debug)]
pub struct NewTest {
    /// The id of the environment config.
    pub config_id: String,
    /// The URL that was tested, as the catalog has it.
    pub connection_url: String,
    /// What came of it.
    pub test: LastTest,
}

/// How the migrations of a database were last found in an environment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MigrationReading {
    /// When it was read.
    pub at: Timestamp,
    /// What was found, without secrets, as the use cases wrote it.
    pub state: Value,
}

/// A reading, to be remembered.
#[derive(Clone, PartialEq, Debug)]
pub struct NewMigrationReading {
    /// The id of the environment config.
    pub config_id: String,
    /// The URL that was read, as the catalog has it.
    pub connection_url: String,
    /// What was found there.
    pub reading: MigrationReading,
}

/// A run of an action, to be remembered.
#[derive(Clone, PartialEq, Debug)]
pub struct NewActionRun {
    /// The action's id.
    pub action_id: String,
    /// The id of the environment that it ran in.
    pub environment_id: String,
    /// Its values as JSON text, those that look like secrets left out. Too long a text is not kept.
    pub inputs: Option<String>,
    /// How it ended, without secrets, as the use cases wrote it.
    pub report: Value,
}

/// A run of an action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ActionRun {
    /// UUIDv7.
    pub id: String,
    /// The id of the environment that it ran in.
    pub environment_id: String,
    /// When it ended.
    pub at: Timestamp,
    /// Which face it came from.
    pub origin: Origin,
    /// Its values as JSON text, those that look like secrets left out.
    pub inputs: Option<String>,
    /// How it ended.
    pub report: Value,
}

/// Where a record is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Location {
    /// The id of its product.
    pub product_id: String,
    /// The id of its database, for what is one or stands in one.
    pub database_id: Option<String>,
}

/// A row of the matrix.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MatrixDatabase {
    /// The database's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Unique in the product.
    pub tag: String,
    /// The engine.
    #[serde(rename = "type")]
    pub database_type: DatabaseType,
    /// Free text.
    pub description: Option<String>,
    /// The database's revision.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its configs, in the order of the environments.
    pub envs: Vec<EnvironmentConfig>,
    /// How many actions it has.
    pub action_count: u64,
    /// How many migrations it has.
    pub migration_count: u64,
}

/// A product whole, as the home screen shows it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Matrix {
    /// The product.
    pub product: Product,
    /// The columns, in order.
    pub environments: Vec<Environment>,
    /// The rows, in the order they were made.
    pub databases: Vec<MatrixDatabase>,
    /// The last test of each environment config, by the config's id.
    pub last_tests: HashMap<String, LastTest>,
}

/// A catalog of products, environments and databases.
pub trait Catalog: KeyringJournal + Send + Sync {
    /// This catalog's own UUID; keyring entries carry it, so that two catalogs never mix.
    fn catalog_id(&self) -> &str;

    /// A number that is another one whenever something was committed, by this process or any other. Cheap.
    fn change_token(&self) -> Result<u64, CatalogError>;

    /// Makes a product.
    fn create_product(
        &self,
        context: &Context,
        new: &NewProduct,
    ) -> Result<Committed<Product>, CatalogError>;

    /// Changes what the patch names.
    fn update_product(
        &self,
        context: &Context,
        product: &str,
        patch: &ProductPatch,
    ) -> Result<Committed<Product>, CatalogError>;

    /// One product.
    fn fetch_product(&self, product: &str) -> Result<Product, CatalogError>;

    /// Every product, in the order they were made.
    fn fetch_products(&self) -> Result<Vec<Product>, CatalogError>;

    /// Deletes a product with its environments and databases. Undo brings all of it back.
    fn delete_product(
        &self,
        context: &Context,
        product: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Product>, CatalogError>;

    /// Makes an environment.
    fn create_environment(
        &self,
        context: &Context,
        product: &str,
        new: &NewEnvironment,
    ) -> Result<Committed<Environment>, CatalogError>;

    /// Changes what the patch names.
    fn update_environment(
        &self,
        context: &Context,
        product: &str,
        slug: &str,
        patch: &EnvironmentPatch,
    ) -> Result<Committed<Environment>, CatalogError>;

    /// One environment.
    fn fetch_environment(&self, product: &str, slug: &str) -> Result<Environment, CatalogError>;

    /// A product's environments, in the order of the columns.
    fn fetch_environments(&self, product: &str) -> Result<Vec<Environment>, CatalogError>;

    /// Deletes an environment with the configs that databases have for it. Refused while it is the only one of a
    /// database.
    fn delete_environment(
        &self,
        context: &Context,
        product: &str,
        slug: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Environment>, CatalogError>;

    /// Puts the columns in this order; environments not named follow in the order they had.
    fn order_environments(
        &self,
        context: &Context,
        product: &str,
        slugs: &[&str],
    ) -> Result<Committed<Vec<Environment>>, CatalogError>;

    /// Makes a database.
    fn create_database(
        &self,
        context: &Context,
        product: &str,
        new: &NewDatabase,
    ) -> Result<Committed<Database>, CatalogError>;

    /// Changes what the patch names.
    fn update_database(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        patch: &DatabasePatch,
    ) -> Result<Committed<Database>, CatalogError>;

    /// One database, whole.
    fn fetch_database(&self, product: &str, database: &str) -> Result<Database, CatalogError>;

    /// A product's databases, whole, in the order they were made.
    fn fetch_databases(&self, product: &str) -> Result<Vec<Database>, CatalogError>;

    /// Deletes a database.
    fn delete_database(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Database>, CatalogError>;

    /// Changes one action or migration of a database, or their order. The items that are not named stay as they are,
    /// and so does what this version does not know of the one that is.
    ///
    /// # Errors
    /// `conflict` when a replacement was made from something else than what is there, `validation`, `not_found`.
    fn change_items(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        kind: ItemKind,
        change: &ItemChange,
    ) -> Result<Committed<Database>, CatalogError>;

    /// Removes a database's config for one environment. Refused for the last one.
    fn unset_environment_config(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        slug: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Database>, CatalogError>;

    /// Remembers the last connection tests of environment configs, in one commit. No activity is written; a config that is gone,
    /// or whose URL is no longer the one that was tested, is passed over, since the result says nothing about it.
    fn record_tests(&self, tests: &[NewTest]) -> Result<(), CatalogError>;

    /// The last connection test of a config that is remembered.
    fn last_test(&self, config_id: &str) -> Result<Option<LastTest>, CatalogError>;

    /// Remembers how migrations were found in environments. No activity is written; a config that is gone, or whose URL is no longer
    /// the one that was read, is passed over. What was remembered is forgotten when the URL changes.
    fn record_migrations(&self, readings: &[NewMigrationReading]) -> Result<(), CatalogError>;

    /// What is remembered of a product's migrations, by the id of the environment config.
    fn migration_readings(
        &self,
        product: &str,
    ) -> Result<BTreeMap<String, MigrationReading>, CatalogError>;

    /// Remembers a run of an action; the newest 200 of each are kept. No activity is written.
    fn record_action_run(
        &self,
        context: &Context,
        run: &NewActionRun,
    ) -> Result<ActionRun, CatalogError>;

    /// The runs of an action that are remembered, newest first.
    fn action_runs(&self, action_id: &str) -> Result<Vec<ActionRun>, CatalogError>;

    /// The keys of the named secrets, sorted.
    fn named_secrets(&self) -> Result<Vec<NamedSecret>, CatalogError>;

    /// Remembers which keyring entry holds the value of a named secret from now on.
    fn put_named_secret(
        &self,
        context: &Context,
        key: &str,
        entry: &str,
    ) -> Result<Committed<NamedSecret>, CatalogError>;

    /// Deletes a named secret. Undo brings it back with its value.
    fn remove_named_secret(
        &self,
        context: &Context,
        key: &str,
    ) -> Result<Committed<NamedSecret>, CatalogError>;

    /// Every setting by key.
    fn settings(&self) -> Result<BTreeMap<String, Value>, CatalogError>;

    /// One setting.
    fn setting(&self, key: &str) -> Result<Option<Value>, CatalogError>;

    /// Sets one setting; `null` removes it. No activity is written.
    fn set_setting(&self, key: &str, value: &Value) -> Result<(), CatalogError>;

    /// The activity list, newest first: up to `limit` lines, those before the activity `before` when given.
    fn activities(&self, limit: u32, before: Option<&str>) -> Result<Vec<Activity>, CatalogError>;

    /// One line of it.
    fn activity(&self, activity_id: &str) -> Result<Activity, CatalogError>;

    /// Writes a line about something that changed no record.
    fn note_activity(&self, context: &Context, note: &Note) -> Result<Activity, CatalogError>;

    /// Takes back what an activity did: updated and deleted records are again what they were, made ones are gone.
    /// Refused with a conflict when any of them changed since. The answer is the activity that undoes the undoing.
    fn undo(&self, context: &Context, activity_id: &str) -> Result<Activity, CatalogError>;

    /// A product whole, by a fixed handful of reads however large it is.
    fn matrix(&self, product: &str) -> Result<Matrix, CatalogError>;

    /// Where a record with this id is. A face that holds an id need not remember what it belongs to.
    ///
    /// # Errors
    /// `not_found`, also for a kind of record that belongs to no product.
    fn locate(&self, kind: SubjectKind, id: &str) -> Result<Location, CatalogError>;

    /// How many databases a product has.
    fn count_databases(&self, product: &str) -> Result<usize, CatalogError>;

    /// Takes a copy of the whole catalog once an hour, where it is kept on this machine. Answers where it is, when one was
    /// due.
    fn keep_copy(&self) -> Result<Option<PathBuf>, CatalogError>;

    /// Every keyring entry that a record uses, or that undoing something would bring back.
    fn entries_in_use(&self) -> Result<BTreeSet<EntryName>, CatalogError>;

    /// Ends the undoability of what was done before `older_than`. The keyring entries that nothing uses any more stand
    /// in the journal after that, to be removed; the answer is how many they are. The lines of the activity list stay.
    fn purge(&self, older_than: Timestamp) -> Result<usize, CatalogError>;

    /// As [`Catalog::purge`], at once, for one deletion and for all that was done to what it deleted.
    ///
    /// # Errors
    /// `not_found`, and a conflict when the activity deleted nothing or can't be undone any more.
    fn purge_deletion(&self, activity_id: &str) -> Result<usize, CatalogError>;

    /// A product for export, secrets left out.
    fn export_product(&self, product: &str) -> Result<ExportDocument, CatalogError>;

    /// Remembers that a product was exported in the state of this fingerprint, if that is what it still is.
    fn remember_export(&self, product: &str, fingerprint: &str) -> Result<(), CatalogError>;

    /// What an import would do; changes nothing. A bare list of databases goes into `product`.
    fn plan_import(
        &self,
        document: &ExportDocument,
        product: Option<&str>,
    ) -> Result<ImportPlan, CatalogError>;

    /// Does what the plan says, all of it or nothing. Refused with a conflict when the catalog changed so that the
    /// plan would be another one. `named` are named secrets that come along, with their keyring entries.
    fn apply_import(
        &self,
        context: &Context,
        plan: &ImportPlan,
        named: &[(String, EntryName)],
    ) -> Result<ImportOutcome, CatalogError>;

    /// Reads a record given as JSON, and reports the faults of the record and those against the catalog together.
    fn check_new_product(&self, record: &Value) -> Result<NewProduct, CatalogError> {
        crate::check::new_product(self, record)
    }

    /// As [`Catalog::check_new_product`], for a patch.
    fn check_product_patch(
        &self,
        product: &str,
        record: &Value,
    ) -> Result<ProductPatch, CatalogError> {
        crate::check::product_patch(self, product, record)
    }

    /// As [`Catalog::check_new_product`], for an environment.
    fn check_new_environment(
        &self,
        product: &str,
        record: &Value,
    ) -> Result<NewEnvironment, CatalogError> {
        crate::check::new_environment(self, product, record)
    }

    /// As [`Catalog::check_new_product`], for a patch of an environment.
    fn check_environment_patch(
        &self,
        product: &str,
        slug: &str,
        record: &Value,
    ) -> Result<EnvironmentPatch, CatalogError> {
        crate::check::environment_patch(self, product, slug, record)
    }

    /// As [`Catalog::check_new_product`], for a database.
    fn check_new_database(
        &self,
        product: &str,
        record: &Value,
    ) -> Result<NewDatabase, CatalogError> {
        crate::check::new_database(self, product, record)
    }

    /// As [`Catalog::check_new_product`], for a patch of a database.
    fn check_database_patch(
        &self,
        product: &str,
        database: &str,
        record: &Value,
    ) -> Result<DatabasePatch, CatalogError> {
        crate::check::database_patch(self, product, database, record)
    }
}
