//! From SQLite's errors to the catalog's.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::error::CatalogError;
use crate::fault::Fault;

/// What can go wrong inside; it gets its path and its words at the door.
#[derive(Debug)]
pub(super) enum Failure {
    Catalog(CatalogError),
    Sqlite(rusqlite::Error),
    /// A stored value is not what this program wrote.
    BrokenValue,
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Catalog(CatalogError::Validation(faults))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(_: serde_json::Error) -> Self {
        Self::BrokenValue
    }
}

impl Failure {
    /// Whether another connection holds the lock, so that waiting helps.
    pub(super) fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Sqlite(error) if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        )
    }

    /// The error as callers see it.
    pub(super) fn into_catalog(self, path: &Path) -> CatalogError {
        match self {
            Self::Catalog(error) => error,
            Self::BrokenValue => damaged(path),
            Self::Sqlite(error) => from_sqlite(&error, path),
        }
    }
}

fn from_sqlite(error: &rusqlite::Error, path: &Path) -> CatalogError {
    // The text that comes with a failure may quote a value; only SQLite's own description of the code goes on.
    let Some(code) = error.sqlite_error() else {
        return damaged(path);
    };
    let path_of = || path.to_owned();
    match code.code {
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::TypeMismatch => {
            damaged(path)
        }
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => CatalogError::Locked { path: path_of() },
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            CatalogError::ReadOnly { path: path_of() }
        }
        ErrorCode::DiskFull => CatalogError::DiskFull { path: path_of() },
        // The shared memory of the WAL can't grow: the disk is full, though SQLite has no such word for it.
        _ if code.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => {
            CatalogError::DiskFull { path: path_of() }
        }
        _ => CatalogError::Io {
            path: path_of(),
            reason: rusqlite::ffi::code_to_str(code.extended_code).to_owned(),
        },
    }
}

pub(super) fn from_io(error: &io::Error, path: &Path) -> CatalogError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            CatalogError::ReadOnly { path }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            CatalogError::DiskFull { path }
        }
        _ => CatalogError::Io {
            path,
            reason: error.to_string(),
        },
    }
}

pub(super) fn damaged(path: &Path) -> CatalogError {
    CatalogError::Damaged {
        path: path.to_owned(),
        copies: copies_beside(path),
    }
}

/// The copies that were taken before upgrades, newest first.
pub(super) fn copies_beside(path: &Path) -> Vec<PathBuf> {
    let prefix = format!(
        "{}.v",
        path.file_name().unwrap_or_default().to_string_lossy()
    );
    let Some(Ok(entries)) = path.parent().map(std::fs::read_dir) else {
        return Vec::new();
    };
    let mut copies: Vec<(Option<std::time::SystemTime>, PathBuf)> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".bak")
        })
        .map(|entry| {
            let modified = entry.metadata().and_then(|data| data.modified()).ok();
            (modified, entry.path())
        })
        .collect();
    copies.sort();
    copies.into_iter().rev().map(|(_, path)| path).collect()
}
