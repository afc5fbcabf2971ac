//! What only this adapter can get wrong: the file itself.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::failure::Failure;
use super::{SqliteCatalog, open};
use crate::error::CatalogError;
use crate::input::{NewProduct, ProductPatch};
use crate::port::{Catalog, Context};

const CLI: Context = Context {
    origin: crate::port::Origin::Cli,
    now: None,
};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn product(tag: &str) -> NewProduct {
    NewProduct {
        tag: tag.to_owned(),
        name: "A product".to_owned(),
        description: None,
    }
}

/// A catalog with one product, closed again.
fn with_one_product(directory: &Path) {
    let catalog = SqliteCatalog::open(directory).expect("opened");
    catalog
        .create_product(&CLI, &product("shop"))
        .expect("made");
}

fn code(directory: &Path) -> &'static str {
    let error = SqliteCatalog::open(directory).expect_err("refused");
    assert!(error.to_string().contains(open::FILE_NAME), "{error}");
    error.code()
}

/// The migrations of this version, and one of the next.
fn and_then(next: &'static str) -> Vec<&'static str> {
    open::MIGRATIONS.iter().copied().chain([next]).collect()
}

#[test]
fn an_upgrade_takes_a_copy_first_and_keeps_everything() {
    let folder = folder();
    with_one_product(folder.path());
    let first = SqliteCatalog::open(folder.path()).expect("opened");
    let id = first.catalog_id().to_owned();
    drop(first);
    let next = and_then("ALTER TABLE products ADD COLUMN colour TEXT");
    let known = i64::try_from(open::MIGRATIONS.len()).expect("a few");
    let upgraded = SqliteCatalog::open_with(folder.path(), &next).expect("upgraded");
    assert_eq!(upgraded.catalog_id(), id);
    assert_eq!(
        upgraded.fetch_product("shop").expect("fetched").name,
        "A product"
    );
    drop(upgraded);
    let copies = super::failure::copies_beside(&folder.path().join(open::FILE_NAME));
    assert_eq!(copies.len(), 1);
    let name = format!("catalog.sqlite3.v{known}-");
    assert!(copies[0].to_string_lossy().contains(&name));
    // The copy is whole, and opens as the version that it was.
    let restored = self::folder();
    fs::copy(&copies[0], restored.path().join(open::FILE_NAME)).expect("copied");
    let restored = SqliteCatalog::open(restored.path()).expect("opened");
    assert_eq!(restored.fetch_products().expect("listed").len(), 1);
    // The program of before refuses what it does not know, and takes no further copy.
    let error = SqliteCatalog::open(folder.path()).expect_err("refused");
    assert_eq!(error.code(), "catalog_newer");
    let CatalogError::Newer {
        found, known: ours, ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!((found, ours), (known + 1, known));
    SqliteCatalog::open_with(folder.path(), &next).expect("still opens");
    let copies = super::failure::copies_beside(&folder.path().join(open::FILE_NAME));
    assert_eq!(copies.len(), 1);
}

#[test]
fn a_failed_upgrade_leaves_the_version_that_was() {
    let folder = folder();
    with_one_product(folder.path());
    let broken = and_then("CREATE TABLE half (a TEXT); SELECT nonsense FROM nowhere");
    SqliteCatalog::open_with(folder.path(), &broken).expect_err("refused");
    let catalog = SqliteCatalog::open(folder.path()).expect("opens as before");
    catalog.check_integrity().expect("intact");
    assert_eq!(catalog.fetch_products().expect("listed").len(), 1);
}

#[test]
fn what_is_no_catalog_is_left_as_it_is() {
    for content in ["garbage ".repeat(1_000), "x".to_owned()] {
        let folder = folder();
        let path = folder.path().join(open::FILE_NAME);
        fs::write(&path, &content).expect("written");
        assert_eq!(code(folder.path()), "catalog_damaged");
        assert_eq!(fs::read_to_string(&path).expect("read"), content);
    }
    // Another program's SQLite file.
    let folder = folder();
    let path = folder.path().join(open::FILE_NAME);
    let other = Connection::open(&path).expect("opened");
    other.execute_batch("CREATE TABLE notes (a)").expect("made");
    drop(other);
    let before = fs::read(&path).expect("read");
    assert_eq!(code(folder.path()), "catalog_damaged");
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[test]
fn a_truncated_file_is_refused_and_a_copy_is_offered() {
    let folder = folder();
    with_one_product(folder.path());
    let path = folder.path().join(open::FILE_NAME);
    let whole = fs::read(&path).expect("read");
    for length in [whole.len() / 2, whole.len() - 1, 4_096, 50] {
        fs::write(&path, &whole[..length]).expect("written");
        assert_eq!(code(folder.path()), "catalog_damaged", "{length} bytes");
    }
    let copy = folder
        .path()
        .join("catalog.sqlite3.v1-20260101T000000000Z.bak");
    fs::write(&copy, &whole).expect("written");
    // With a copy beside it, an empty file is what a broken disk left, not a new catalog.
    fs::write(&path, b"").expect("written");
    let error = SqliteCatalog::open(folder.path()).expect_err("refused");
    assert!(error.to_string().contains("v1-20260101"), "{error}");
    fs::copy(&copy, &path).expect("restored");
    SqliteCatalog::open(folder.path()).expect("opens again");
}

#[test]
fn damage_inside_is_found_and_named() {
    let folder = folder();
    with_one_product(folder.path());
    let path = folder.path().join(open::FILE_NAME);
    let mut bytes = fs::read(&path).expect("read");
    for byte in &mut bytes[4_096..] {
        *byte = 0xA5;
    }
    fs::write(&path, &bytes).expect("written");
    assert_eq!(code(folder.path()), "catalog_damaged");
}

#[test]
fn a_broken_value_is_damage_not_a_panic() {
    let folder = folder();
    with_one_product(folder.path());
    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
    let other = Connection::open(catalog.path()).expect("opened");
    other
        .execute("UPDATE products SET extra = '{broken'", [])
        .expect("changed");
    let error = catalog.fetch_products().expect_err("refused");
    assert_eq!(error.code(), "catalog_damaged");
}

#[test]
fn a_full_disk_leaves_what_was_acknowledged() {
    let folder = folder();
    with_one_product(folder.path());
    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
    catalog
        .store
        .write(|transaction| {
            let pages: i64 = transaction.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            transaction.query_row(
                &format!("PRAGMA max_page_count = {}", pages + 1),
                [],
                |_| Ok(()),
            )?;
            Ok(())
        })
        .expect("limited");
    let huge = ProductPatch {
        description: Some(Some("d".repeat(10_000))),
        ..ProductPatch::default()
    };
    let error = catalog
        .update_product(&CLI, "shop", &huge)
        .expect_err("refused");
    assert_eq!((error.code(), error.retryable()), ("disk_full", true));
    assert_eq!(
        catalog.fetch_product("shop").expect("fetched").description,
        None
    );
    catalog.check_integrity().expect("intact");
}

#[test]
fn system_errors_keep_their_meaning() {
    let path = Path::new("/data/catalog.sqlite3");
    let codes = [
        (rusqlite::ffi::SQLITE_READONLY, "catalog_read_only"),
        (rusqlite::ffi::SQLITE_CANTOPEN, "catalog_read_only"),
        (rusqlite::ffi::SQLITE_BUSY, "catalog_locked"),
        (rusqlite::ffi::SQLITE_CORRUPT, "catalog_damaged"),
        (rusqlite::ffi::SQLITE_FULL, "disk_full"),
        (rusqlite::ffi::SQLITE_IOERR_WRITE, "io"),
    ];
    for (number, code) in codes {
        let error = rusqlite::ffi::Error::new(number);
        // A value must not get into the message by way of SQLite's.
        let detail = Some("near \"hunter2\"".to_owned());
        let failure = Failure::from(rusqlite::Error::SqliteFailure(error, detail));
        let error = failure.into_catalog(path);
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains("/data/catalog.sqlite3"));
        assert!(!error.to_string().contains("hunter2"));
    }
    // The data folder's place is taken by a file.
    let folder = folder();
    let place = folder.path().join("taken");
    fs::write(&place, b"").expect("written");
    assert_eq!(code(&place), "io");
}

#[cfg(unix)]
#[test]
fn the_folder_and_its_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = folder();
    let directory = parent.path().join("deep/data");
    let catalog = SqliteCatalog::open(&directory).expect("opened");
    catalog
        .create_product(&CLI, &product("shop"))
        .expect("made");
    let mode = |path: &Path| {
        let data = fs::metadata(path).expect("there");
        data.permissions().mode() & 0o777
    };
    assert_eq!(mode(&directory), 0o700);
    for entry in fs::read_dir(&directory).expect("listed") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    drop(catalog);
    fs::set_permissions(
        directory.join(open::FILE_NAME),
        fs::Permissions::from_mode(0o644),
    )
    .expect("loosened");
    SqliteCatalog::open(&directory).expect("opened");
    assert_eq!(mode(&directory.join(open::FILE_NAME)), 0o600);
}

#[test]
fn a_lock_that_ends_is_waited_for() {
    let folder = folder();
    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
    let other = Connection::open(catalog.path()).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| catalog.create_product(&CLI, &product("shop")));
        std::thread::sleep(Duration::from_millis(300));
        // A reader waits for no writer.
        assert!(catalog.fetch_products().expect("listed").is_empty());
        other.execute_batch("COMMIT").expect("released");
        waiting.join().expect("joined").expect("made");
    });
}

#[test]
fn a_deleted_text_is_in_no_page_of_the_file_once_it_is_purged() {
    const CANARY: &str = "canary-text-that-was-deleted";
    let folder = folder();
    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
    let mut new = product("shop");
    new.description = Some(CANARY.repeat(100));
    catalog.create_product(&CLI, &new).expect("made");
    catalog.delete_product(&CLI, "shop", None).expect("deleted");
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    catalog.purge(tomorrow).expect("purged");
    let path = catalog.path().to_owned();
    drop(catalog);
    let bytes = fs::read(path).expect("read");
    let canary = CANARY.as_bytes();
    assert!(!bytes.windows(canary.len()).any(|window| window == canary));
}

#[test]
fn what_an_older_version_knew_of_the_keyring_is_still_known() {
    let folder = folder();
    let before = SqliteCatalog::open_with(folder.path(), &open::MIGRATIONS[..3]).expect("opened");
    let other = Connection::open(before.path()).expect("opened");
    other
        .execute_batch(
            "INSERT INTO named_secrets (key, created_at, updated_at) VALUES ('API@prd', 1, 1);
             INSERT INTO activities (id, at, origin, verb, subject_kind, subject_id, subject_label, summary)
                 VALUES ('a', 1, 'cli', 'update', 'database', 'd', 'd', 's');
             INSERT INTO released_secrets (activity, secret_id) VALUES (1, 'old-password');",
        )
        .expect("written");
    drop((before, other));
    let catalog = SqliteCatalog::open(folder.path()).expect("upgraded");
    let known: Vec<String> = catalog
        .entries_in_use()
        .expect("listed")
        .into_iter()
        .collect();
    assert_eq!(known, ["named/API@prd", "url/old-password"]);
}
