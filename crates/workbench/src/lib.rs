//! What a person can do with Tapedeck, once, for every face.
//!
//! A face (the window, the command line) decodes its input, calls one method of [`Workbench`] and shows the answer
//! or the [`AppError`]. Everything that decides is here: validation, guards, the order in which keyring and catalog
//! are written, what is scrubbed. The DTOs of [`dto`] are what crosses the boundary; `ts-rs` writes them to
//! `ui/src/bindings`.
//!
//! Invariants:
//! - No answer holds a stored secret but those of [`Workbench::url_reveal`], [`Workbench::url_for_copy`],
//!   [`Workbench::environment_variables`] and [`Workbench::native_client`], each asked for by one gesture.
//! - A keyring entry is never overwritten: a new secret gets a new id, and the catalog's commit is the moment at
//!   which it counts. Before it is written it stands in the catalog's journal, so that the next start takes back what a
//!   crash left (`keyring_entries`).
//! - No lock is held across an `.await`; catalog calls run on blocking threads.

mod action_attempt;
mod action_check;
mod action_code;
mod action_compare;
mod action_history;
mod action_plan;
mod action_record;
mod action_run;
mod action_samples;
mod action_secrets;
mod action_text;
mod actions;
mod activity;
mod cell_runs;
mod connection_test;
mod credentials;
mod credentials_entry;
mod databases;
mod discover;
mod discovery_files;
mod discovery_proposal;
pub mod dto;
mod engine_info;
mod environment_variables;
mod environments;
mod error;
mod export;
mod guard;
mod import;
mod item_record;
mod keyring_entries;
mod matrix;
mod migration_applied;
mod migration_batch;
mod migration_decision;
mod migration_estimate;
mod migration_events;
mod migration_plan;
mod migration_record;
mod migration_run;
mod migration_schema;
mod migration_status;
mod migration_target;
mod migration_transfer;
mod migrations;
mod named_secrets;
mod native_client;
mod paths;
mod process;
mod product_sample;
mod products;
mod promotion;
mod resolve;
mod reveal;
mod schema_outline;
mod sealing;
mod secret_place;
mod settings;
mod target;
mod updates;
mod url_commands;
mod url_options;
mod url_tools;
mod url_unfinished;
mod urls;
mod view;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use catalog::{Catalog, CatalogError, Context, SqliteCatalog};
use secrets::{Keyring, Places, SecretStore, Secrets, Unlocker, Vault};

pub use action_run::PAGE_ROWS;
pub use catalog::{DatabaseType, EnvironmentClass, Fault, FaultCode, Origin};
pub use connection_test::TestSummary;
pub use credentials::{CredentialCheck, CredentialLine, OrphanReport};
pub use dto::*;
pub use environment_variables::EnvironmentVariables;
pub use error::{AppError, Result};
pub use import::{ImportPlanned, decode_text};
pub use keyring_entries::Settled;
pub use migration_status::{CellAddress, MigrationStatusSummary};
pub use migration_transfer::{MigrationExport, MigrationImportPlanned};
pub use native_client::ClientCommand;
pub use process::guard as guard_process;
pub use reveal::Copied;
pub use secret_place::PassphraseSource;
pub use target::Address;
pub use url_commands::{
    UrlCopyLine, UrlCopyOrder, UrlDiagnosis, UrlProblem, UrlSeverity, url_convert, url_diagnose,
    url_format_words, url_options_like, url_repair,
};
pub use url_options::url_options;
pub use urls::{parse_database_type, url_build, url_parse, url_redact};
pub use watch::Watch;

/// How to open a workbench.
pub struct Options {
    /// Where everything is kept; `None` takes `TAPEDECK_DATA_DIR`, then the platform's data folder.
    pub data_dir: Option<PathBuf>,
    /// Which face is asking; it is written in the activity list.
    pub origin: Origin,
}

/// The use cases over one data folder. Cheap to clone.
#[derive(Clone)]
pub struct Workbench {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    origin: Origin,
    catalog: Arc<dyn Catalog>,
    places: Arc<Places>,
    unlocker: OnceLock<Arc<dyn Unlocker>>,
    keyring_limit: Duration,
    test_limit: std::sync::Mutex<Option<Duration>>,
    runs: cell_runs::Runs,
    imports: import::PlannedImports,
    last_search: discover::LastSearch,
    action_runs: action_run::ActionRuns,
    migration_runs: cell_runs::Runs,
    folders: migration_transfer::PlannedFolders,
}

impl Workbench {
    /// Opens the catalog of a data folder, making both where there is none. Touches no keyring.
    ///
    /// # Errors
    /// `catalog_damaged`, `catalog_newer`, `catalog_locked`, `catalog_read_only`, `disk_full` and `io`, each naming
    /// the file and what to do.
    pub async fn open(options: Options) -> Result<Self> {
        Self::open_with(options, Arc::new(Keyring::new())).await
    }

    /// As [`Workbench::open`], with another keyring than the system's.
    pub async fn open_with(options: Options, keyring: Arc<dyn SecretStore>) -> Result<Self> {
        let folder = paths::data_dir(options.data_dir.clone())?;
        let catalog = blocking(move || SqliteCatalog::open(&folder)).await?;
        Self::open_over(options, Arc::new(catalog), keyring)
    }

    /// As [`Workbench::open_with`], over a catalog that is open already. The data folder is the catalog's own.
    pub fn open_over(
        options: Options,
        catalog: Arc<dyn Catalog>,
        keyring: Arc<dyn SecretStore>,
    ) -> Result<Self> {
        engines::install_crypto_provider();
        let data_dir = paths::data_dir(options.data_dir)?;
        let settings = settings::read(catalog.as_ref())?;
        let places = Places::new(
            keyring,
            Vault::new(data_dir.join(secret_place::VAULT_FILE)),
            Box::new(secret_place::CatalogChoice(Arc::clone(&catalog))),
            catalog.catalog_id().to_owned(),
            &data_dir,
        );
        let workbench = Self {
            inner: Arc::new(Inner {
                data_dir,
                origin: options.origin,
                catalog,
                places: Arc::new(places),
                unlocker: OnceLock::new(),
                keyring_limit: Duration::from_secs(u64::from(settings.keyring_timeout_seconds)),
                test_limit: std::sync::Mutex::new(None),
                runs: cell_runs::Runs::default(),
                imports: import::PlannedImports::default(),
                last_search: discover::LastSearch::default(),
                action_runs: action_run::ActionRuns::default(),
                migration_runs: cell_runs::Runs::default(),
                folders: migration_transfer::PlannedFolders::default(),
            }),
        };
        workbench.set_vault_idle_limit(settings.vault_idle_minutes);
        Ok(workbench)
    }

    /// Goes back to the newest whole copy of a catalog that can't be opened any more, because it is damaged or because a
    /// newer version wrote it. The answer says which copy it was, and where the old file is now.
    ///
    /// # Errors
    /// `refused` for a catalog that is whole: an older copy of it would lose what was done since. `catalog_damaged` or
    /// `catalog_newer` when there is no whole copy that this version can open.
    pub async fn restore_copy(data_dir: Option<PathBuf>) -> Result<String> {
        let folder = paths::data_dir(data_dir)?;
        let looked_at = folder.clone();
        if blocking(move || Ok(SqliteCatalog::is_usable(&looked_at))).await? {
            return Err(AppError::new(
                "refused",
                "The catalog is whole and can be opened, so there is nothing to go back for. To take back a change, use tapedeck activity undo.",
            ));
        }
        let (copy, aside) = blocking(move || SqliteCatalog::restore_copy(&folder)).await?;
        Ok(format!(
            "Went back to {}. The catalog that was in its place is kept as {}.",
            copy.display(),
            aside.display()
        ))
    }

    /// Where everything this program writes is.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Caps each connection test of this workbench, whatever the settings say (`--timeout`).
    pub fn limit_tests_to(&self, limit: Duration) {
        *self
            .inner
            .test_limit
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(limit);
    }

    pub(crate) fn context(&self) -> Context {
        Context {
            origin: self.inner.origin,
            now: None,
        }
    }

    pub(crate) fn catalog_id(&self) -> &str {
        self.inner.catalog.catalog_id()
    }

    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets_without_asking()
            .with_unlocker(self.inner.unlocker.get().cloned())
    }

    /// As [`Workbench::secrets`], for calls that are not worth a question for a passphrase.
    pub(crate) fn secrets_without_asking(&self) -> Secrets {
        let store = Arc::clone(&self.inner.places) as Arc<dyn SecretStore>;
        Secrets::new(store, self.inner.keyring_limit)
    }

    pub(crate) fn runs(&self) -> &cell_runs::Runs {
        &self.inner.runs
    }

    /// Runs one catalog call on a blocking thread.
    pub(crate) async fn on_catalog<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Catalog) -> Result<T, CatalogError> + Send + 'static,
    {
        let catalog = Arc::clone(&self.inner.catalog);
        blocking(move || call(catalog.as_ref())).await
    }
}

/// Runs what blocks away from the async threads.
async fn blocking<T, F>(call: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, CatalogError> + Send + 'static,
{
    match tokio::task::spawn_blocking(call).await {
        Ok(outcome) => Ok(outcome?),
        Err(error) => Err(AppError::internal(error)),
    }
}
