//! Newer versions of this program: looked for, fetched, checked, and put in place when it is closed. What runs is never
//! touched while it runs, and every failure leaves it as it is.
//!
//! Nothing is sent but the request for the list of versions, and for the package when one is fetched.

mod fetch;
mod package;
mod source;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tauri::{AppHandle, Emitter, Manager, Runtime};
use tauri_plugin_updater::Update;
use tokio::sync::Notify;
use workbench::{
    AppError, PackageKind, UpdateMode, UpdateStage, UpdateStatus, UpdateView, Workbench,
};

use fetch::Limits;
pub use package::Package;
pub use source::{Source, release_page};

/// What pages listen for; they ask for the state then.
const CHANGED: &str = "update-changed";

/// Where a fetched package waits in the data folder.
const FILE: &str = "update.package";

/// Long after the first frame.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// How often the program looks by itself.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How often it thinks of looking: a mode that was chosen meanwhile takes effect within this.
const TURN: Duration = Duration::from_secs(60 * 60);

/// How often a download says how far it is.
const PROGRESS: Duration = Duration::from_millis(200);

/// Updates of one process.
pub struct Updates {
    source: Option<Source>,
    package: Package,
    file: PathBuf,
    limits: Limits,
    found: Mutex<Option<Found>>,
}

/// A newer version, and how far it is.
struct Found {
    update: Update,
    stage: UpdateStage,
    received: u64,
    total: Option<u64>,
    cancel: Arc<Notify>,
}

impl Updates {
    /// The updates of a program that came by `package`, with what is fetched kept in the data folder.
    pub fn new(source: Option<Source>, package: Package, data_dir: &Path) -> Self {
        let file = data_dir.join(FILE);
        // Left by a process that was killed; nothing remembers what it is.
        let _ = fs::remove_file(&file);
        Self {
            source,
            package,
            file,
            limits: Limits::default(),
            found: Mutex::new(None),
        }
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that a page shows.
    pub async fn status(&self, bench: &Workbench) -> Result<UpdateStatus, AppError> {
        let mode = bench.update_mode(self.package.default_mode()).await?;
        let last_check = bench.update_last_check().await?;
        let update = self.found().as_ref().map(|found| UpdateView {
            version: found.update.version.clone(),
            notes: found.update.body.clone(),
            published: published(&found.update),
            stage: found.stage,
            received: found.received,
            total: found.total,
        });
        Ok(UpdateStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode,
            can_check: self.source.is_some(),
            can_install: self.package.can_be_replaced(),
            package: self.package.kind,
            distribution: self.package.distribution.clone(),
            release_page: release_page(),
            last_check,
            update,
        })
    }

    /// Asks the server for a newer version, and remembers how that ended.
    pub async fn check<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        bench: &Workbench,
    ) -> Result<UpdateStatus, AppError> {
        let source = self.source.as_ref().ok_or_else(no_source)?;
        let replaced = self.package.app_image.as_deref();
        let asked = fetch::check(app, source, replaced, self.limits).await;
        let remembered = asked
            .as_ref()
            .map(|update| update.as_ref().map(|update| update.version.as_str()));
        bench.update_checked(remembered).await?;
        if let Ok(update) = asked.as_ref() {
            self.take(update.clone());
        }
        tell(app);
        asked?;
        self.status(bench).await
    }

    /// Takes what a look found. What is being fetched goes on; what waits to be put in place stays if it is the same version.
    fn take(&self, update: Option<Update>) {
        let mut found = self.found();
        let keeps = found.as_ref().is_some_and(|found| match found.stage {
            UpdateStage::Found => false,
            UpdateStage::Downloading | UpdateStage::Installed => true,
            UpdateStage::Ready => update
                .as_ref()
                .is_some_and(|update| update.version == found.update.version),
        });
        if keeps {
            return;
        }
        let _ = fs::remove_file(&self.file);
        *found = update.map(|update| Found {
            update,
            stage: UpdateStage::Found,
            received: 0,
            total: None,
            cancel: Arc::new(Notify::new()),
        });
    }

    /// Fetches the version that was found, checks its signature, and keeps it for the moment when the program is closed.
    pub async fn download<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        bench: &Workbench,
    ) -> Result<UpdateStatus, AppError> {
        if !self.package.can_be_replaced() {
            return Err(self.not_ours_to_replace());
        }
        if let Some((update, under_way)) = self.begin()? {
            tell(app);
            let told = Mutex::new(Instant::now());
            let cancel = Arc::clone(&under_way.cancel);
            let progress = |received, total| {
                under_way.advance(received, total);
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.elapsed() >= PROGRESS {
                    *told = Instant::now();
                    tell(app);
                }
            };
            let fetched = match fetch::download(&update, self.limits, progress, &cancel).await {
                Ok(bytes) => self.keep(bytes).await,
                Err(error) => Err(error),
            };
            if fetched.is_ok() {
                under_way.end(UpdateStage::Ready);
            }
            drop(under_way);
            tell(app);
            fetched?;
        }
        self.status(bench).await
    }

    /// The update to fetch; `None` when it is here already.
    fn begin(&self) -> Result<Option<(Update, UnderWay<'_>)>, AppError> {
        let mut found = self.found();
        let Some(found) = found.as_mut() else {
            return Err(AppError::new(
                "update_none",
                "No newer version is known. Check for updates first.",
            ));
        };
        match found.stage {
            UpdateStage::Ready | UpdateStage::Installed => Ok(None),
            UpdateStage::Downloading => Err(AppError::new(
                "update_busy",
                "The update is being downloaded already.",
            )),
            UpdateStage::Found => {
                found.stage = UpdateStage::Downloading;
                (found.received, found.total) = (0, None);
                // A cancellation that came too late for another download must not end this one.
                found.cancel = Arc::new(Notify::new());
                let cancel = Arc::clone(&found.cancel);
                Ok(Some((
                    found.update.clone(),
                    UnderWay {
                        updates: self,
                        cancel,
                    },
                )))
            }
        }
    }

    /// Writes a package for its owner alone, whole or not at all.
    async fn keep(&self, bytes: Vec<u8>) -> Result<(), AppError> {
        let file = self.file.clone();
        let write = move || -> std::io::Result<()> {
            let part = file.with_extension("part");
            let _ = fs::remove_file(&part);
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let written = options
                .open(&part)
                .and_then(|mut part| part.write_all(&bytes))
                .and_then(|()| fs::rename(&part, &file));
            if written.is_err() {
                let _ = fs::remove_file(&part);
            }
            written
        };
        let written = tokio::task::spawn_blocking(write)
            .await
            .map_err(AppError::internal)?;
        written.map_err(|error| {
            AppError::new(
                "update_keep",
                format!(
                    "The update can't be kept in {}: {error}. Free some space, and try again.",
                    self.file.display()
                ),
            )
        })
    }

    /// Ends a download; what came of it is thrown away.
    pub fn cancel(&self) {
        if let Some(found) = self
            .found()
            .as_ref()
            .filter(|found| found.stage == UpdateStage::Downloading)
        {
            found.cancel.notify_one();
        }
    }

    /// Puts a package that waits in the place of the program; answers whether there was one. On Windows the installer takes over,
    /// and this process ends here.
    pub fn install(&self, restart: bool) -> Result<bool, AppError> {
        let mut found = self.found();
        let Some(found) = found
            .as_mut()
            .filter(|found| found.stage == UpdateStage::Ready)
        else {
            return Ok(false);
        };
        // It is fetched again, rather than tried again: what is here may be what is wrong.
        found.stage = UpdateStage::Found;
        let bytes = fs::read(&self.file).map_err(|error| fetch::put_in_place_failed(&error.into()));
        let _ = fs::remove_file(&self.file);
        let update = found.update.clone().restart_after_install(restart);
        update
            .install(bytes?)
            .map_err(|error| fetch::put_in_place_failed(&error))?;
        found.stage = UpdateStage::Installed;
        tracing::info!(version = found.update.version, "an update was put in place");
        Ok(true)
    }

    /// Whether a newer version is in place, and starts next time.
    pub fn is_installed(&self) -> bool {
        let found = self.found();
        found
            .as_ref()
            .is_some_and(|found| found.stage == UpdateStage::Installed)
    }

    fn not_ours_to_replace(&self) -> AppError {
        let way = match (self.package.kind, &self.package.distribution) {
            (PackageKind::Distribution, Some(name)) => {
                format!("Tapedeck came with {name}, which brings its updates: use its package manager.")
            }
            (PackageKind::Deb | PackageKind::Rpm, _) => {
                "Tapedeck was installed as a package, and only an administrator may replace it: download the new package and install it the same way.".to_owned()
            }
            _ => "This Tapedeck was installed by hand: get the new version the way you got this one.".to_owned(),
        };
        AppError::new("update_by_package", way)
    }
}

/// A download; one that does not end well leaves the update as it was found.
struct UnderWay<'a> {
    updates: &'a Updates,
    cancel: Arc<Notify>,
}

impl UnderWay<'_> {
    fn advance(&self, received: u64, total: Option<u64>) {
        if let Some(found) = self.updates.found().as_mut() {
            (found.received, found.total) = (received, total);
        }
    }

    fn end(&self, stage: UpdateStage) {
        if let Some(found) = self.updates.found().as_mut() {
            found.stage = stage;
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut found = self.updates.found();
        if let Some(found) = found
            .as_mut()
            .filter(|found| found.stage == UpdateStage::Downloading)
        {
            found.stage = UpdateStage::Found;
        }
    }
}

fn no_source() -> AppError {
    AppError::new(
        "update_unsupported",
        "This build of Tapedeck was made without an update server. Get new versions where you got this one.",
    )
}

/// When an update was published, as RFC 3339.
fn published(update: &Update) -> Option<String> {
    let text = update.raw_json.get("pub_date")?.as_str()?;
    update.date.is_some().then(|| text.to_owned())
}

fn tell<R: Runtime>(app: &AppHandle<R>) {
    if let Err(error) = app.emit(CHANGED, ()) {
        tracing::debug!(%error, "nobody hears of an update");
    }
}

/// Looks by itself: soon after the start, and daily, as the person's mode has it.
pub fn watch(app: &AppHandle) {
    if app.state::<Updates>().source.is_none() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST_LOOK).await;
        let mut last: Option<Instant> = None;
        loop {
            if last.is_none_or(|last| last.elapsed() >= INTERVAL) {
                match look(&app, &app.state::<Updates>(), &app.state::<Workbench>()).await {
                    Ok(true) => last = Some(Instant::now()),
                    Ok(false) => {}
                    // Offline, most likely: tried again in an hour.
                    Err(error) => tracing::info!(code = error.code, "no look for a newer version"),
                }
            }
            tokio::time::sleep(TURN).await;
        }
    });
}

/// One look, if the mode has it; answers whether it was made.
async fn look<R: Runtime>(
    app: &AppHandle<R>,
    updates: &Updates,
    bench: &Workbench,
) -> Result<bool, AppError> {
    let mode = bench.update_mode(updates.package.default_mode()).await?;
    if mode == UpdateMode::Off {
        return Ok(false);
    }
    let status = updates.check(app, bench).await?;
    if mode == UpdateMode::Automatic && status.can_install && status.update.is_some() {
        let fetched = updates.download(app, bench).await;
        if let Err(error) = fetched {
            bench.update_checked(Err(&error)).await?;
            tell(app);
        }
    }
    Ok(true)
}

/// The program ends: what waits is put in place. What goes wrong is told at the next start.
pub fn install_at_exit(app: &AppHandle) {
    let Some(updates) = app.try_state::<Updates>() else {
        return;
    };
    if let Err(error) = updates.install(false) {
        let bench = app.state::<Workbench>();
        let remembered = tauri::async_runtime::block_on(bench.update_checked(Err(&error)));
        if let Err(error) = remembered {
            tracing::warn!(
                code = error.code,
                "the failure of an update was not remembered"
            );
        }
    }
}
