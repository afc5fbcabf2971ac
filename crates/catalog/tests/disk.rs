//! The disk: full, read-only, and a file that another program keeps locked. In each case the message says which and what
//! to do, the data stays, and writing goes on when the fault is gone.
//!
//! A test that fills a disk has one of its own: a few hundred kilobytes of memory, mounted in a process that nobody else
//! shares mounts with.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use catalog::{Catalog, CatalogError, Context, NewProduct, SqliteCatalog};

const DISK: &str = "TAPEDECK_DISK";

/// Runs a body of this test program with a small disk mounted at `folder`.
fn with_small_disk(body: &str, folder: &Path) -> Output {
    let run = |as_root: &[&str]| {
        Command::new("unshare")
            .args(as_root)
            .args(["--mount", "sh", "-c"])
            .arg("mount -t tmpfs -o size=1m tapedeck-test \"$TAPEDECK_DISK\" && exec \"$@\"")
            .arg("sh")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", body, "--nocapture"])
            .env(DISK, folder)
            .output()
            .unwrap()
    };
    let output = run(&[]);
    // Without root a user namespace may be had.
    match String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        true => run(&["--map-root-user"]),
        false => output,
    }
}

fn passes(body: &str) {
    let folder = tempfile::tempdir().unwrap();
    let output = with_small_disk(body, folder.path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("was on a small disk"),
        "{said}\n(unshare and mount of util-linux need root or user namespaces)"
    );
}

fn product(number: usize) -> NewProduct {
    NewProduct {
        tag: format!("p{number}"),
        name: "A product".to_owned(),
        description: Some("d".repeat(5_000)),
    }
}

#[test]
fn a_full_disk() {
    passes("body_of_a_full_disk");
}

/// By itself it does nothing.
#[test]
fn body_of_a_full_disk() {
    let Some(folder) = std::env::var_os(DISK) else {
        return;
    };
    let folder = Path::new(&folder);
    let catalog = SqliteCatalog::open(folder).unwrap();
    // Something else on the disk, which can go.
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![0; 200 * 1024]).unwrap();
    let mut acknowledged = 0;
    let error = loop {
        match catalog.create_product(&Context::cli(), &product(acknowledged)) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.code(), error.retryable()), ("disk_full", true));
    let said = error.to_string();
    assert!(said.contains("catalog.sqlite3") && said.contains("Free some space"));
    assert!(acknowledged > 5, "{acknowledged}");
    let count = |catalog: &SqliteCatalog| catalog.fetch_products().unwrap().len();
    assert_eq!(count(&catalog), acknowledged);
    catalog.check_integrity().unwrap();
    // Opened again while the disk is full: what is there can be read, or the message says why not.
    match SqliteCatalog::open(folder) {
        Ok(again) => assert_eq!(count(&again), acknowledged),
        Err(error) => assert_eq!(error.code(), "disk_full", "{error}"),
    }
    fs::remove_file(ballast).unwrap();
    catalog
        .create_product(&Context::cli(), &product(acknowledged))
        .unwrap();
    drop(catalog);
    let again = SqliteCatalog::open(folder).unwrap();
    again.check_integrity().unwrap();
    assert_eq!(count(&again), acknowledged + 1);
    println!("was on a small disk");
}

#[test]
fn a_folder_that_turns_read_only() {
    passes("body_of_a_folder_that_turns_read_only");
}

fn remount(folder: &Path, mode: &str) {
    let done = Command::new("mount")
        .args(["-o", &format!("remount,{mode}")])
        .arg(folder)
        .status();
    assert!(done.unwrap().success());
}

/// By itself it does nothing.
#[test]
fn body_of_a_folder_that_turns_read_only() {
    let Some(folder) = std::env::var_os(DISK) else {
        return;
    };
    let folder = Path::new(&folder);
    let catalog = SqliteCatalog::open(folder).unwrap();
    catalog
        .create_product(&Context::cli(), &product(0))
        .unwrap();
    drop(catalog);
    remount(folder, "ro");
    let error = SqliteCatalog::open(folder).unwrap_err();
    assert_eq!(error.code(), "catalog_read_only", "{error}");
    let said = error.to_string();
    assert!(
        said.contains("catalog.sqlite3") && said.contains("permission"),
        "{said}"
    );
    remount(folder, "rw");
    let catalog = SqliteCatalog::open(folder).unwrap();
    assert_eq!(catalog.fetch_products().unwrap().len(), 1);
    catalog.check_integrity().unwrap();
    println!("was on a small disk");
}

#[test]
fn a_damaged_file_is_put_aside_for_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let catalog = SqliteCatalog::open(folder).unwrap();
    catalog
        .create_product(&Context::cli(), &product(0))
        .unwrap();
    let copy = catalog.keep_copy().unwrap().unwrap();
    assert_eq!(catalog.keep_copy().unwrap(), None, "one an hour is enough");
    let path = catalog.path().to_owned();
    drop(catalog);
    let whole = fs::read(&path).unwrap();
    let garbage: Vec<u8> = whole.iter().map(|byte| byte ^ 0x5A).collect();
    let cut = whole[..whole.len() / 2].to_vec();
    for broken in [Vec::new(), garbage, cut] {
        fs::write(&path, &broken).unwrap();
        let error = SqliteCatalog::open(folder).unwrap_err();
        assert_eq!(error.code(), "catalog_damaged");
        let said = error.to_string();
        assert!(said.contains(&copy.display().to_string()), "{said}");
        assert!(said.contains("tapedeck catalog restore"), "{said}");
        assert_eq!(fs::read(&path).unwrap(), broken, "it is left as it is");
        let (from, aside) = SqliteCatalog::restore_copy(folder).unwrap();
        assert_eq!(from, copy);
        assert_eq!(fs::read(aside).unwrap(), broken);
        let catalog = SqliteCatalog::open(folder).unwrap();
        assert_eq!(catalog.fetch_products().unwrap().len(), 1);
        catalog.check_integrity().unwrap();
    }
    // A copy that is broken as well is never put in its place.
    fs::write(&path, b"x").unwrap();
    fs::write(&copy, b"x").unwrap();
    let error = SqliteCatalog::restore_copy(folder).unwrap_err();
    assert_eq!(error.code(), "catalog_damaged");
    assert_eq!(fs::read(&path).unwrap(), b"x");
}

#[test]
fn old_copies_go_and_three_stay() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    assert_eq!(catalog.keep_copy().unwrap(), None, "nothing to keep");
    catalog
        .create_product(&Context::cli(), &product(0))
        .unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(90_000);
    for _ in 0..5 {
        let copy = catalog.keep_copy().unwrap().unwrap();
        let file = fs::File::options().write(true).open(copy).unwrap();
        file.set_modified(long_ago).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let copies = fs::read_dir(folder.path()).unwrap();
    let copies = copies.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".bak")
    });
    assert_eq!(copies.count(), 3);
}

#[test]
fn a_clock_that_was_moved_back_shuffles_and_purges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    let at = |time: &str| Context {
        now: Some(time.parse().unwrap()),
        ..Context::cli()
    };
    catalog
        .create_product(&at("2040-01-01T00:00:00Z"), &product(0))
        .unwrap();
    catalog
        .create_product(&at("2026-01-01T00:00:00Z"), &product(1))
        .unwrap();
    let deleted = catalog
        .delete_product(&at("2026-01-02T00:00:00Z"), "p0", None)
        .unwrap();
    let lines = catalog.activities(10, None).unwrap();
    let verbs: Vec<_> = lines.iter().map(|line| line.verb.as_str()).collect();
    assert_eq!(verbs, ["delete", "create", "create"]);
    let before: jiff::Timestamp = "2025-12-31T00:00:00Z".parse().unwrap();
    assert_eq!(catalog.purge(before).unwrap(), 0);
    catalog
        .undo(&at("2026-01-03T00:00:00Z"), &deleted.activity_id.unwrap())
        .unwrap();
    assert_eq!(catalog.fetch_products().unwrap().len(), 2);
    let refused: Result<_, CatalogError> = catalog.fetch_product("p2");
    assert_eq!(refused.unwrap_err().code(), "not_found");
}
