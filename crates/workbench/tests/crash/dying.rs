//! A catalog and a store that end the process at a numbered step: each write is two, one before and one after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::*;
use jiff::Timestamp;
use secrets::{Secret, SecretId, SecretStore, SecretStoreError};
use serde_json::Value;

/// How many steps this process has behind it.
static STEPS: AtomicUsize = AtomicUsize::new(0);

/// The step at which it dies; 0 is never.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// Lets this process die at a step.
pub fn die_at(step: usize) {
    STEPS.store(0, Ordering::SeqCst);
    LAST.store(step, Ordering::SeqCst);
}

fn step() {
    if STEPS.fetch_add(1, Ordering::SeqCst) + 1 == LAST.load(Ordering::SeqCst) {
        std::process::abort();
    }
}

fn counted<T>(write: impl FnOnce() -> T) -> T {
    step();
    let result = write();
    step();
    result
}

/// Keeps secrets in files of a folder, one each, so that they outlive the process as a keyring's do. A file is there
/// whole or not at all.
pub struct FileStore(pub PathBuf);

impl FileStore {
    fn path(&self, id: &SecretId) -> PathBuf {
        self.0.join(id.as_str().replace('/', "%"))
    }
}

impl SecretStore for FileStore {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        let value = fs::read_to_string(self.path(id)).ok();
        Ok(value.map(|value| Secret::from(value.as_str())))
    }

    fn set(&self, id: &SecretId, value: &Secret, _label: &str) -> Result<(), SecretStoreError> {
        counted(|| {
            let part = self.0.join("part");
            fs::write(&part, value.expose()).unwrap();
            fs::rename(part, self.path(id)).unwrap();
        });
        Ok(())
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        Ok(counted(|| fs::remove_file(self.path(id)).is_ok()))
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| {
            let name = entry.unwrap().file_name();
            name.to_string_lossy().replace('%', "/")
        });
        Ok(names.filter_map(|name| SecretId::parse(&name)).collect())
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        Ok(false)
    }
}

/// The catalog in a file, counting its commits.
pub struct CountedCatalog(pub SqliteCatalog);

type Answer<T> = Result<T, CatalogError>;

/// Passes methods on: those that read as they are, those that write as two steps.
macro_rules! pass_on {
    (reads { $(fn $read:ident($($ra:ident: $rt:ty),*) -> $rr:ty;)* } writes { $(fn $write:ident($($wa:ident: $wt:ty),*) -> $wr:ty;)* }) => {
        $(fn $read(&self, $($ra: $rt),*) -> Answer<$rr> { self.0.$read($($ra),*) })*
        $(fn $write(&self, $($wa: $wt),*) -> Answer<$wr> { counted(|| self.0.$write($($wa),*)) })*
    };
}

impl KeyringJournal for CountedCatalog {
    pass_on! { reads {
        fn journal() -> Vec<JournalLine>;
    } writes {
        fn begin_entries(entries: &[EntryName]) -> ();
        fn abandon_entries(entries: &[EntryName], state: JournalState) -> ();
        fn abandon_entries_before(limit: Timestamp) -> ();
        fn settle_entries(entries: &[EntryName]) -> ();
    } }
}

impl Catalog for CountedCatalog {
    fn catalog_id(&self) -> &str {
        self.0.catalog_id()
    }

    pass_on! { reads {
        fn change_token() -> u64;
        fn fetch_product(product: &str) -> Product;
        fn fetch_products() -> Vec<Product>;
        fn fetch_environment(product: &str, slug: &str) -> Environment;
        fn fetch_environments(product: &str) -> Vec<Environment>;
        fn fetch_database(product: &str, database: &str) -> Database;
        fn fetch_databases(product: &str) -> Vec<Database>;
        fn last_test(config_id: &str) -> Option<LastTest>;
        fn migration_readings(product: &str) -> BTreeMap<String, MigrationReading>;
        fn action_runs(action_id: &str) -> Vec<ActionRun>;
        fn named_secrets() -> Vec<NamedSecret>;
        fn settings() -> BTreeMap<String, Value>;
        fn setting(key: &str) -> Option<Value>;
        fn activities(limit: u32, before: Option<&str>) -> Vec<Activity>;
        fn activity(activity_id: &str) -> Activity;
        fn matrix(product: &str) -> Matrix;
        fn locate(kind: SubjectKind, id: &str) -> Location;
        fn count_databases(product: &str) -> usize;
        fn keep_copy() -> Option<PathBuf>;
        fn entries_in_use() -> BTreeSet<EntryName>;
        fn export_product(product: &str) -> ExportDocument;
        fn plan_import(document: &ExportDocument, product: Option<&str>) -> ImportPlan;
    } writes {
        fn create_product(context: &Context, new: &NewProduct) -> Committed<Product>;
        fn update_product(context: &Context, product: &str, patch: &ProductPatch) -> Committed<Product>;
        fn delete_product(context: &Context, product: &str, revision: Option<u64>) -> Committed<Product>;
        fn create_environment(context: &Context, product: &str, new: &NewEnvironment) -> Committed<Environment>;
        fn update_environment(context: &Context, product: &str, slug: &str, patch: &EnvironmentPatch) -> Committed<Environment>;
        fn delete_environment(context: &Context, product: &str, slug: &str, revision: Option<u64>) -> Committed<Environment>;
        fn order_environments(context: &Context, product: &str, slugs: &[&str]) -> Committed<Vec<Environment>>;
        fn create_database(context: &Context, product: &str, new: &NewDatabase) -> Committed<Database>;
        fn update_database(context: &Context, product: &str, database: &str, patch: &DatabasePatch) -> Committed<Database>;
        fn delete_database(context: &Context, product: &str, database: &str, revision: Option<u64>) -> Committed<Database>;
        fn change_items(context: &Context, product: &str, database: &str, kind: ItemKind, change: &ItemChange) -> Committed<Database>;
        fn unset_environment_config(context: &Context, product: &str, database: &str, slug: &str, revision: Option<u64>) -> Committed<Database>;
        fn record_tests(tests: &[NewTest]) -> ();
        fn record_migrations(readings: &[NewMigrationReading]) -> ();
        fn record_action_run(context: &Context, run: &NewActionRun) -> ActionRun;
        fn put_named_secret(context: &Context, key: &str, entry: &str) -> Committed<NamedSecret>;
        fn remove_named_secret(context: &Context, key: &str) -> Committed<NamedSecret>;
        fn set_setting(key: &str, value: &Value) -> ();
        fn note_activity(context: &Context, note: &Note) -> Activity;
        fn undo(context: &Context, activity_id: &str) -> Activity;
        fn remember_export(product: &str, fingerprint: &str) -> ();
        fn purge(older_than: Timestamp) -> usize;
        fn purge_deletion(activity_id: &str) -> usize;
        fn apply_import(context: &Context, plan: &ImportPlan, named: &[(String, EntryName)]) -> ImportOutcome;
    } }
}
