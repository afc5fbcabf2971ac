//! The connections: one that writes, a few that read, one that only listens for commits.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::failure::Failure;
use super::open::connect;
use crate::error::CatalogError;

/// For how long a call waits for another program's lock in all. Each holder needs milliseconds, so that whoever waits
/// this long waits for something that is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many idle reading connections are kept.
const IDLE_READERS: usize = 4;

/// After how many commits what they wrote is moved from the WAL into the file. A commit writes about ten pages, so that this comes
/// before the thousand pages at which SQLite would make a commit wait for it.
const CHECKPOINT_EVERY: u32 = 64;

/// The connections to one file.
pub(super) struct Store {
    pub(super) path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    listener: Mutex<Option<Connection>>,
    commits: AtomicU32,
    checkpoint: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Store {
    fn drop(&mut self) {
        // Whoever closed the catalog may move or copy the file: no connection of ours outlives it.
        if let Some(running) = lock(&self.checkpoint).take() {
            let _ = running.join();
        }
    }
}

/// Moves what was committed into the file. What a reader still looks at stays in the WAL, until the next time.
fn checkpoint(path: &Path) -> Result<(), Failure> {
    connect(path)?.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a holder rolled its transaction back when it unwound, so that the connection is as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `attempt` again while another connection holds the lock.
///
/// SQLite's own waiting is not enough: it gives up at once where waiting could deadlock, and when a file is being
/// turned to WAL or recovered.
pub(super) fn retry<T>(mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match attempt() {
            Err(failure) if failure.is_busy() && start.elapsed() < PATIENCE => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            result => return result,
        }
    }
}

impl Store {
    pub(super) fn new(path: PathBuf, writer: Connection) -> Self {
        Self {
            path,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            listener: Mutex::new(None),
            commits: AtomicU32::new(0),
            checkpoint: Mutex::new(None),
        }
    }

    /// Runs `work` in a transaction that no other writes beside, and commits it when `work` succeeds.
    pub(super) fn write<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        let mut writer = lock(&self.writer);
        let result = retry(|| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
        .map_err(|failure| failure.into_catalog(&self.path))?;
        self.committed();
        Ok(result)
    }

    /// Now and then starts a checkpoint beside the writers, which would otherwise be made by the commit that finds the WAL
    /// full: that one would take three times as long as the others.
    fn committed(&self) {
        let commits = self.commits.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if !commits.is_multiple_of(CHECKPOINT_EVERY) {
            return;
        }
        let mut running = lock(&self.checkpoint);
        if running.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let path = self.path.clone();
        *running = thread::Builder::new()
            .name("catalog-checkpoint".to_owned())
            .spawn(move || {
                if let Err(failure) = checkpoint(&path) {
                    // Nothing is lost: the WAL grows until SQLite does it at a commit.
                    let error = failure.into_catalog(&path);
                    tracing::debug!(%error, "a checkpoint was not made");
                }
            })
            .ok();
    }

    /// Runs `work` on one state of the catalog, whatever is written meanwhile.
    pub(super) fn read<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        retry(|| {
            let idle = lock(&self.readers).pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => connect(&self.path)?,
            };
            let result = {
                let transaction = connection.transaction()?;
                let result = work(&transaction)?;
                transaction.commit()?;
                result
            };
            let mut readers = lock(&self.readers);
            if readers.len() < IDLE_READERS {
                readers.push(connection);
            }
            Ok(result)
        })
        .map_err(|failure| failure.into_catalog(&self.path))
    }

    /// SQLite's count of the commits that another connection made. The listener never writes, so that every commit,
    /// this process's own among them, is another connection's.
    pub(super) fn data_version(&self) -> Result<u64, CatalogError> {
        let mut listener = lock(&self.listener);
        retry(|| {
            let connection = match listener.take() {
                Some(connection) => connection,
                None => connect(&self.path)?,
            };
            let version: i64 = connection
                .prepare_cached("PRAGMA data_version")?
                .query_row([], |row| row.get(0))?;
            *listener = Some(connection);
            Ok(version.unsigned_abs())
        })
        .map_err(|failure| failure.into_catalog(&self.path))
    }
}
