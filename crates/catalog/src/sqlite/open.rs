//! Opening the file: who may read it, whether it is one of ours, and which version it has.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::copies::{copy_aside, newest_usable};
use super::failure::{Failure, copies_beside, damaged, from_io};
use super::store::retry;
use crate::error::CatalogError;

/// The file in the data folder.
pub(super) const FILE_NAME: &str = "catalog.sqlite3";

/// One file a step, each run once; `user_version` counts them. A step that was released is never edited.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_records.sql"),
    include_str!("../../migrations/0002_runs.sql"),
    include_str!("../../migrations/0003_migration_states.sql"),
    include_str!("../../migrations/0004_keyring_journal.sql"),
    include_str!("../../migrations/0005_transfer_bases.sql"),
];

/// "TPDK": tells our file from any other SQLite file.
pub(super) const APPLICATION_ID: i64 = 0x5450_444B;

/// For how long SQLite itself waits for a lock, before [`retry`] waits on.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes the folder and the file when they are not there, both for their owner alone, and brings the file up to date.
pub(super) fn open_file(
    directory: &Path,
    migrations: &[&str],
) -> Result<(PathBuf, Connection), CatalogError> {
    let path = directory.join(FILE_NAME);
    make_folder(directory).map_err(|error| from_io(&error, &path))?;
    make_file(&path).map_err(|error| from_io(&error, &path))?;
    refuse_foreign_file(&path)?;
    let prepared = retry(|| {
        let mut connection = connect(&path)?;
        upgrade(&path, &mut connection, migrations)?;
        Ok(connection)
    });
    match prepared {
        Ok(connection) => Ok((path, connection)),
        Err(failure) => Err(failure.into_catalog(&path)),
    }
}

fn make_folder(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        // A folder that a person chose keeps the permissions that they gave it.
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

pub(super) fn make_file(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => only_for_owner(path),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

#[cfg(unix)]
fn only_for_owner(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_for_owner(_path: &Path) -> std::io::Result<()> {
    // The data folder is in the person's profile, which is theirs alone already.
    Ok(())
}

/// Looks at the file before SQLite does, because SQLite takes an empty file for a new database and would not say that
/// one was cut short until it happens to read beyond the end.
fn refuse_foreign_file(path: &Path) -> Result<(), CatalogError> {
    const HEADER: usize = 100;
    let io = |error: std::io::Error| from_io(&error, path);
    let length = fs::metadata(path).map_err(io)?.len();
    if length == 0 {
        return if copies_beside(path).is_empty() {
            Ok(())
        } else {
            Err(damaged(path))
        };
    }
    let mut header = [0_u8; HEADER];
    let read = File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .is_ok();
    if !read || !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged(path));
    }
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    // A crash in the middle of a checkpoint leaves a short file that the WAL completes.
    let log = path.with_file_name(format!("{FILE_NAME}-wal"));
    let has_log = fs::metadata(log).is_ok_and(|log| log.len() > 0);
    if !has_log && length < page_size * u64::from(pages) {
        return Err(damaged(path));
    }
    Ok(())
}

/// A connection with everything set that SQLite forgets between connections. Nothing of the file is changed.
pub(super) fn connect(path: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    // 8 MB hold the pages of 1,000 databases × 8 environments, which SQLite's 2 MB would read from the file each time.
    // A removed record must not stay readable in a free page, and an acknowledged write must survive a power cut.
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA cache_size = -8192;",
    )?;
    Ok(connection)
}

/// How many steps a program with these migrations knows: the latest version of a file that it can open.
pub(super) fn latest_version(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, Failure> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
}

fn upgrade(path: &Path, connection: &mut Connection, migrations: &[&str]) -> Result<(), Failure> {
    let latest = latest_version(migrations);
    let version = check_version(path, connection, latest)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    if version == latest {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let version = check_version(path, &transaction, latest)?;
    if version > 0 && version < latest {
        copy_aside(path, version, ".bak")?;
    }
    let done = usize::try_from(version).unwrap_or_default();
    for migration in migrations.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    if version < latest {
        transaction.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {latest};"
        ))?;
    }
    transaction.commit()?;
    Ok(())
}

fn check_version(path: &Path, connection: &Connection, latest: i64) -> Result<i64, Failure> {
    let version = pragma(connection, "user_version")?;
    let application = pragma(connection, "application_id")?;
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = version == 0 && application == 0 && objects == 0;
    if !empty && (application != APPLICATION_ID || version == 0) {
        return Err(damaged(path).into());
    }
    if version > latest {
        return Err(CatalogError::Newer {
            path: path.to_owned(),
            found: version,
            known: latest,
            copy: newest_usable(path, latest),
        }
        .into());
    }
    Ok(version)
}
