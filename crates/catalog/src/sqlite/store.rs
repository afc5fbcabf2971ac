//! The connections: one that writes, a few that read, one that only listens for commits.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
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

/// The connections to one file.
pub(super) struct Store {
    pub(super) path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    listener: Mutex<Option<Connection>>,
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
        }
    }

    /// Runs `work` in a transaction that no other writes beside, and commits it when `work` succeeds.
    pub(super) fn write<T>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        let mut writer = lock(&self.writer);
        retry(|| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
        .map_err(|failure| failure.into_catalog(&self.path))
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
