//! Copies of the file: one before each upgrade, one an hour while it is used, and going back to one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::failure::{Failure, copies_beside, damaged, from_io};
use super::open::{APPLICATION_ID, FILE_NAME, connect, make_file};
use crate::error::CatalogError;

/// How the name of a copy ends that was taken because it was time.
const REGULAR: &str = ".auto.bak";

/// How many of those are kept.
const REGULAR_KEPT: usize = 3;

/// How old the newest of those may be.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

fn stamp() -> String {
    Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ").to_string()
}

/// Copies the catalog, by SQLite's own backup so that what is still in the WAL comes along. The caller may hold the
/// write lock; the copy reads beside it.
pub(super) fn copy_aside(path: &Path, version: i64, ending: &str) -> Result<PathBuf, Failure> {
    let copy = path.with_file_name(format!("{FILE_NAME}.v{version}-{}{ending}", stamp()));
    make_file(&copy).map_err(|error| from_io(&error, &copy))?;
    let result = connect(path).and_then(|source| {
        let mut target = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let backup = rusqlite::backup::Backup::new(&source, &mut target)?;
        backup.run_to_completion(1_000, Duration::ZERO, None)?;
        drop(backup);
        // One file that can be put back as it is, without a WAL of its own.
        target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        Ok(())
    });
    if result.is_err() {
        // Half a copy would be worse than none: someone might put it back.
        let _ = fs::remove_file(&copy);
    }
    result?;
    tracing::info!(copy = %copy.display(), "copied the catalog");
    Ok(copy)
}

fn is_regular(copy: &Path) -> bool {
    copy.to_string_lossy().ends_with(REGULAR)
}

/// Takes a copy, unless there is a recent one, and lets go of the oldest. A copy is taken of a file that is whole only: it
/// must not take the place of one that was. A catalog without a product needs none.
pub(super) fn keep_regular(path: &Path, version: i64) -> Result<Option<PathBuf>, Failure> {
    let regular = || {
        copies_beside(path)
            .into_iter()
            .filter(|copy| is_regular(copy))
    };
    let is_recent = |copy: &PathBuf| {
        let modified = fs::metadata(copy).and_then(|data| data.modified());
        // A copy from the future says that the clock was wrong: it does not count.
        modified.is_ok_and(|at| {
            SystemTime::now()
                .duration_since(at)
                .is_ok_and(|age| age < INTERVAL)
        })
    };
    if regular().any(|copy| is_recent(&copy)) {
        return Ok(None);
    }
    let connection = connect(path)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM products)";
    if !connection.query_row(sql, [], |row| row.get::<_, bool>(0))? {
        return Ok(None);
    }
    let answer: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if answer != "ok" {
        return Err(damaged(path).into());
    }
    let copy = copy_aside(path, version, REGULAR)?;
    for old in regular().skip(REGULAR_KEPT) {
        fs::remove_file(&old).map_err(|error| from_io(&error, &old))?;
    }
    Ok(Some(copy))
}

/// The newest copy beside the catalog that is whole, and of no later version than the one given.
pub(super) fn newest_usable(path: &Path, latest: i64) -> Option<PathBuf> {
    copies_beside(path)
        .into_iter()
        .find(|copy| version_if_whole(copy).is_some_and(|version| version <= latest))
}

/// Whether the catalog is whole, and of no later version than the one given.
pub(super) fn is_usable(directory: &Path, latest: i64) -> bool {
    version_if_whole(&directory.join(FILE_NAME)).is_some_and(|version| version <= latest)
}

/// Puts the newest copy that this version can open in the place of the catalog, which is put aside, never removed. Answers
/// where each is.
pub(super) fn restore(directory: &Path, latest: i64) -> Result<(PathBuf, PathBuf), CatalogError> {
    let path = directory.join(FILE_NAME);
    let io = |error: std::io::Error| from_io(&error, &path);
    let newer = version_if_whole(&path).filter(|version| *version > latest);
    let Some(copy) = newest_usable(&path, latest) else {
        return Err(match newer {
            Some(found) => CatalogError::Newer {
                path,
                found,
                known: latest,
                copy: None,
            },
            None => damaged(&path),
        });
    };
    // Beside the file first, so that the catalog is never half there.
    let part = directory.join(format!("{FILE_NAME}.part"));
    let _ = fs::remove_file(&part);
    make_file(&part).map_err(io)?;
    fs::copy(&copy, &part).map_err(io)?;
    let why = if newer.is_some() { "newer" } else { "damaged" };
    let aside = directory.join(format!("{FILE_NAME}.{why}-{}", stamp()));
    for ending in ["", "-wal", "-shm"] {
        let old = directory.join(format!("{FILE_NAME}{ending}"));
        if old.exists() {
            let mut target = aside.clone().into_os_string();
            target.push(ending);
            fs::rename(&old, target).map_err(io)?;
        }
    }
    fs::rename(&part, &path).map_err(io)?;
    Ok((copy, aside))
}

/// The version of a file that is a catalog of ours, and nothing of which is broken.
fn version_if_whole(file: &Path) -> Option<i64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let look = |connection: Connection| -> rusqlite::Result<Option<i64>> {
        let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        // SQLite takes an empty file for a database without tables.
        if number("PRAGMA application_id")? != APPLICATION_ID {
            return Ok(None);
        }
        let answer: String =
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let version = number("PRAGMA user_version")?;
        Ok((answer == "ok").then_some(version))
    };
    Connection::open_with_flags(file, flags)
        .and_then(look)
        .ok()
        .flatten()
}
