//! The catalog in an SQLite file: `catalog.sqlite3` in the data folder, in WAL mode, for its owner alone.
//!
//! Any number of processes may have it open. Whoever writes takes the write lock first, so that what a mutation read
//! is still true when it commits; whoever reads sees one state and waits for no one.

mod bases;
mod copies;
mod failure;
mod history;
mod items;
mod journal;
mod mutations;
mod named;
mod open;
mod readings;
mod rows;
mod runs;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod undo;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use self::failure::Failure;
use self::rows::Scope;
use self::store::Store;
use crate::error::{CatalogError, SubjectKind};
use crate::export::ExportDocument;
use crate::import::{ImportOutcome, ImportPlan};
use crate::input::{
    DatabasePatch, EnvironmentPatch, NewDatabase, NewEnvironment, NewProduct, ProductPatch,
};
use crate::items::{ItemChange, ItemKind};
use crate::journal::EntryName;
use crate::merge;
use crate::port::{
    ActionRun, Activity, Catalog, Committed, Context, LastTest, Location, Matrix, MatrixDatabase,
    MigrationReading, NamedSecret, NewActionRun, NewMigrationReading, NewTest, Note,
};
use crate::records::{Database, Environment, Product};

/// The catalog in a file.
pub struct SqliteCatalog {
    store: Store,
    catalog_id: String,
}

impl fmt::Debug for SqliteCatalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SqliteCatalog")
            .field("path", &self.store.path)
            .field("catalog_id", &self.catalog_id)
            .finish()
    }
}

impl SqliteCatalog {
    /// Opens the catalog in a data folder, makes both when they are not there, and brings the file up to date. A copy
    /// of the file is put beside it before it is changed.
    pub fn open(directory: &Path) -> Result<Self, CatalogError> {
        Self::open_with(directory, open::MIGRATIONS)
    }

    fn open_with(directory: &Path, migrations: &[&str]) -> Result<Self, CatalogError> {
        let (path, connection) = open::open_file(directory, migrations)?;
        let store = Store::new(path, connection);
        let catalog_id = store.read(|transaction| {
            let sql = "SELECT value FROM meta WHERE key = 'catalog_id'";
            Ok(transaction
                .query_row(sql, [], |row| row.get::<_, String>(0))
                .optional()?)
        })?;
        let catalog_id = match catalog_id {
            Some(id) => id,
            None => store.write(|transaction| {
                transaction.execute(
                    "INSERT OR IGNORE INTO meta (key, value) VALUES ('catalog_id', ?1)",
                    [merge::new_id()],
                )?;
                let sql = "SELECT value FROM meta WHERE key = 'catalog_id'";
                Ok(transaction.query_row(sql, [], |row| row.get(0))?)
            })?,
        };
        Ok(Self { store, catalog_id })
    }

    /// Whether the catalog of a folder can be opened and nothing of it is broken: there is nothing to go back for.
    #[must_use]
    pub fn is_usable(directory: &Path) -> bool {
        copies::is_usable(directory, open::latest_version(open::MIGRATIONS))
    }

    /// Goes back to the newest whole copy of a catalog that can't be opened any more, because it is damaged or because a
    /// newer version wrote it. What was there is put aside, never removed. Answers which copy it was, and where the old
    /// file is now.
    ///
    /// # Errors
    /// `catalog_damaged` when there is no whole copy that this version can open, `catalog_newer` when that is so because a
    /// newer version wrote everything there is.
    pub fn restore_copy(directory: &Path) -> Result<(PathBuf, PathBuf), CatalogError> {
        copies::restore(directory, open::latest_version(open::MIGRATIONS))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.store.path
    }

    /// Reads the whole file and every reference in it, and fails when anything is not as it should be.
    pub fn check_integrity(&self) -> Result<(), CatalogError> {
        self.store.read(|transaction| {
            let answer: String =
                transaction.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            let dangling = transaction
                .prepare("PRAGMA foreign_key_check")?
                .exists([])?;
            if answer == "ok" && !dangling {
                Ok(())
            } else {
                Err(Failure::BrokenValue)
            }
        })
    }
}

impl Catalog for SqliteCatalog {
    fn catalog_id(&self) -> &str {
        &self.catalog_id
    }

    fn change_token(&self) -> Result<u64, CatalogError> {
        self.store.data_version()
    }

    fn create_product(
        &self,
        context: &Context,
        new: &NewProduct,
    ) -> Result<Committed<Product>, CatalogError> {
        self.store
            .write(|transaction| mutations::create_product(transaction, context, new))
    }

    fn update_product(
        &self,
        context: &Context,
        product: &str,
        patch: &ProductPatch,
    ) -> Result<Committed<Product>, CatalogError> {
        self.store
            .write(|transaction| mutations::update_product(transaction, context, product, patch))
    }

    fn fetch_product(&self, product: &str) -> Result<Product, CatalogError> {
        self.store
            .read(|transaction| rows::find_product(transaction, product))
    }

    fn fetch_products(&self) -> Result<Vec<Product>, CatalogError> {
        self.store.read(|transaction| rows::products(transaction))
    }

    fn delete_product(
        &self,
        context: &Context,
        product: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Product>, CatalogError> {
        self.store
            .write(|transaction| mutations::delete_product(transaction, context, product, revision))
    }

    fn create_environment(
        &self,
        context: &Context,
        product: &str,
        new: &NewEnvironment,
    ) -> Result<Committed<Environment>, CatalogError> {
        self.store
            .write(|transaction| mutations::create_environment(transaction, context, product, new))
    }

    fn update_environment(
        &self,
        context: &Context,
        product: &str,
        slug: &str,
        patch: &EnvironmentPatch,
    ) -> Result<Committed<Environment>, CatalogError> {
        self.store.write(|transaction| {
            mutations::update_environment(transaction, context, product, slug, patch)
        })
    }

    fn fetch_environment(&self, product: &str, slug: &str) -> Result<Environment, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            let environments = rows::environments(transaction, &product.id)?;
            rows::find_environment(&environments, slug).cloned()
        })
    }

    fn fetch_environments(&self, product: &str) -> Result<Vec<Environment>, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            rows::environments(transaction, &product.id)
        })
    }

    fn delete_environment(
        &self,
        context: &Context,
        product: &str,
        slug: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Environment>, CatalogError> {
        self.store.write(|transaction| {
            mutations::delete_environment(transaction, context, product, slug, revision)
        })
    }

    fn order_environments(
        &self,
        context: &Context,
        product: &str,
        slugs: &[&str],
    ) -> Result<Committed<Vec<Environment>>, CatalogError> {
        self.store.write(|transaction| {
            mutations::order_environments(transaction, context, product, slugs)
        })
    }

    fn create_database(
        &self,
        context: &Context,
        product: &str,
        new: &NewDatabase,
    ) -> Result<Committed<Database>, CatalogError> {
        self.store
            .write(|transaction| mutations::create_database(transaction, context, product, new))
    }

    fn update_database(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        patch: &DatabasePatch,
    ) -> Result<Committed<Database>, CatalogError> {
        self.store.write(|transaction| {
            mutations::update_database(transaction, context, product, database, patch)
        })
    }

    fn fetch_database(&self, product: &str, database: &str) -> Result<Database, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            rows::find_database(transaction, &product.id, database)
        })
    }

    fn fetch_databases(&self, product: &str) -> Result<Vec<Database>, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            rows::databases(transaction, Scope::Product(&product.id))
        })
    }

    fn delete_database(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Database>, CatalogError> {
        self.store.write(|transaction| {
            mutations::delete_database(transaction, context, product, database, revision)
        })
    }

    fn change_items(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        kind: ItemKind,
        change: &ItemChange,
    ) -> Result<Committed<Database>, CatalogError> {
        self.store.write(|transaction| {
            items::change_items(transaction, context, product, database, kind, change)
        })
    }

    fn unset_environment_config(
        &self,
        context: &Context,
        product: &str,
        database: &str,
        slug: &str,
        revision: Option<u64>,
    ) -> Result<Committed<Database>, CatalogError> {
        self.store.write(|transaction| {
            mutations::unset_environment_config(
                transaction,
                context,
                product,
                database,
                slug,
                revision,
            )
        })
    }

    fn record_tests(&self, tests: &[NewTest]) -> Result<(), CatalogError> {
        self.store
            .write(|transaction| readings::record_tests(transaction, tests))
    }

    fn last_test(&self, config_id: &str) -> Result<Option<LastTest>, CatalogError> {
        self.store
            .read(|transaction| readings::last_test(transaction, config_id))
    }

    fn record_migrations(&self, readings: &[NewMigrationReading]) -> Result<(), CatalogError> {
        self.store
            .write(|transaction| readings::record_migrations(transaction, readings))
    }

    fn migration_readings(
        &self,
        product: &str,
    ) -> Result<BTreeMap<String, MigrationReading>, CatalogError> {
        self.store
            .read(|transaction| readings::of_product(transaction, product))
    }

    fn record_action_run(
        &self,
        context: &Context,
        run: &NewActionRun,
    ) -> Result<ActionRun, CatalogError> {
        self.store
            .write(|transaction| runs::record(transaction, context, run))
    }

    fn action_runs(&self, action_id: &str) -> Result<Vec<ActionRun>, CatalogError> {
        self.store
            .read(|transaction| runs::list(transaction, action_id))
    }

    fn named_secrets(&self) -> Result<Vec<NamedSecret>, CatalogError> {
        self.store.read(|transaction| named::list(transaction))
    }

    fn put_named_secret(
        &self,
        context: &Context,
        key: &str,
        entry: &str,
    ) -> Result<Committed<NamedSecret>, CatalogError> {
        self.store
            .write(|transaction| named::put(transaction, context, key, entry))
    }

    fn remove_named_secret(
        &self,
        context: &Context,
        key: &str,
    ) -> Result<Committed<NamedSecret>, CatalogError> {
        self.store
            .write(|transaction| named::remove(transaction, context, key))
    }

    fn settings(&self) -> Result<BTreeMap<String, Value>, CatalogError> {
        self.store.read(|transaction| {
            let sql = "SELECT key, value FROM settings";
            let settings = rows::all(transaction, sql, [], |row| {
                let value: String = row.get(1)?;
                Ok((row.get(0)?, serde_json::from_str(&value)?))
            })?;
            Ok(settings.into_iter().collect())
        })
    }

    fn setting(&self, key: &str) -> Result<Option<Value>, CatalogError> {
        self.store.read(|transaction| {
            let value: Option<String> = transaction
                .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?;
            Ok(value
                .map(|value| serde_json::from_str(&value))
                .transpose()?)
        })
    }

    fn set_setting(&self, key: &str, value: &Value) -> Result<(), CatalogError> {
        self.store.write(|transaction| {
            if value.is_null() {
                transaction.execute("DELETE FROM settings WHERE key = ?1", [key])?;
            } else {
                transaction.execute(
                    "INSERT INTO settings (key, value) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    params![key, value.to_string()],
                )?;
            }
            Ok(())
        })
    }

    fn activities(&self, limit: u32, before: Option<&str>) -> Result<Vec<Activity>, CatalogError> {
        self.store
            .read(|transaction| history::list(transaction, limit, before))
    }

    fn activity(&self, activity_id: &str) -> Result<Activity, CatalogError> {
        self.store
            .read(|transaction| history::find(transaction, activity_id).map(|(_, found)| found))
    }

    fn note_activity(&self, context: &Context, note: &Note) -> Result<Activity, CatalogError> {
        self.store
            .write(|transaction| history::note(transaction, context, note))
    }

    fn undo(&self, context: &Context, activity_id: &str) -> Result<Activity, CatalogError> {
        self.store
            .write(|transaction| undo::undo(transaction, context, activity_id))
    }

    fn matrix(&self, product: &str) -> Result<Matrix, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            let environments = rows::environments(transaction, &product.id)?;
            let databases = rows::plain_databases(transaction, Scope::Product(&product.id))?;
            let last_tests = readings::last_tests(transaction, &databases)?;
            let databases = databases
                .into_iter()
                .map(|plain| MatrixDatabase {
                    id: plain.database.id,
                    name: plain.database.name,
                    tag: plain.database.tag,
                    database_type: plain.database.database_type,
                    description: plain.database.description,
                    revision: plain.database.revision,
                    created_at: plain.database.created_at,
                    updated_at: plain.database.updated_at,
                    envs: plain.database.envs,
                    action_count: plain.counts.0,
                    migration_count: plain.counts.1,
                })
                .collect();
            Ok(Matrix {
                product,
                environments,
                databases,
                last_tests,
            })
        })
    }

    fn locate(&self, kind: SubjectKind, id: &str) -> Result<Location, CatalogError> {
        self.store
            .read(|transaction| rows::locate(transaction, kind, id))
    }

    fn count_databases(&self, product: &str) -> Result<usize, CatalogError> {
        self.store.read(|transaction| {
            let product = rows::find_product(transaction, product)?;
            rows::count_databases(transaction, &product.id)
        })
    }

    fn keep_copy(&self) -> Result<Option<PathBuf>, CatalogError> {
        let version = i64::try_from(open::MIGRATIONS.len()).unwrap_or(i64::MAX);
        copies::keep_regular(self.path(), version)
            .map_err(|failure| failure.into_catalog(self.path()))
    }

    fn entries_in_use(&self) -> Result<BTreeSet<EntryName>, CatalogError> {
        self.store
            .read(|transaction| history::entries_in_use(transaction))
    }

    fn purge(&self, older_than: Timestamp) -> Result<usize, CatalogError> {
        self.store
            .write(|transaction| history::purge(transaction, older_than))
    }

    fn purge_deletion(&self, activity_id: &str) -> Result<usize, CatalogError> {
        self.store
            .write(|transaction| history::purge_deletion(transaction, activity_id))
    }

    fn export_product(&self, product: &str) -> Result<ExportDocument, CatalogError> {
        self.store
            .read(|transaction| transfer::export_product(transaction, product))
    }

    fn remember_export(&self, product: &str, fingerprint: &str) -> Result<(), CatalogError> {
        self.store.write(|transaction| {
            bases::remember_export(transaction, product, fingerprint, Timestamp::now())
        })
    }

    fn plan_import(
        &self,
        document: &ExportDocument,
        product: Option<&str>,
    ) -> Result<ImportPlan, CatalogError> {
        let now = Context::cli().timestamp();
        self.store
            .read(|transaction| transfer::plan_import(transaction, document, product, now))
    }

    fn apply_import(
        &self,
        context: &Context,
        plan: &ImportPlan,
        named: &[(String, EntryName)],
    ) -> Result<ImportOutcome, CatalogError> {
        self.store
            .write(|transaction| transfer::apply_import(transaction, context, plan, named))
    }
}
