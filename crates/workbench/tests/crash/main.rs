//! The process is ended at every step of every use case that writes both the catalog and the keyring, once before and
//! once after each write. The next start must find what was before or what should be after, nothing between, every
//! reference filled, and no keyring entry that nobody knows of.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cases;
mod dying;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::{Catalog, KeyringJournal, SqliteCatalog};
use secrets::{SecretId, SecretStore};
use serde_json::Value;
use workbench::{Options, Origin, Workbench};

use cases::{CASES, Case};
use dying::{CountedCatalog, FileStore};

const FOLDER: &str = "TAPEDECK_CRASH_FOLDER";
const CASE: &str = "TAPEDECK_CRASH_CASE";
const STEP: &str = "TAPEDECK_CRASH_STEP";

/// More steps than any use case has: one that never ends by itself fails.
const MOST_STEPS: usize = 60;

async fn open(folder: &Path) -> Workbench {
    let keyring = folder.join("keyring");
    fs::create_dir_all(&keyring).unwrap();
    let options = Options {
        data_dir: Some(folder.to_owned()),
        origin: Origin::Cli,
    };
    let catalog = CountedCatalog(SqliteCatalog::open(folder).unwrap());
    let store = Arc::new(FileStore(keyring));
    Workbench::open_over(options, Arc::new(catalog), store).unwrap()
}

/// By itself it does nothing: it is the body of the process that dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_for_another_test() {
    let (Ok(folder), Ok(case), Ok(step)) = (
        std::env::var(FOLDER),
        std::env::var(CASE),
        std::env::var(STEP),
    ) else {
        return;
    };
    let case = CASES.iter().find(|known| known.name == case).unwrap();
    let workbench = open(Path::new(&folder)).await;
    dying::die_at(step.parse().unwrap());
    (case.deed)(workbench).await;
}

/// Whether the deed came to its end.
fn run_and_die(case: &Case, folder: &Path, step: usize) -> bool {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process_for_another_test", "--nocapture"])
        .env(FOLDER, folder)
        .env(CASE, case.name)
        .env(STEP, step.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    use std::os::unix::process::ExitStatusExt;
    match child.status.signal() {
        // SIGABRT: the step was reached.
        Some(6) => false,
        _ => {
            let said = String::from_utf8_lossy(&child.stderr);
            assert!(child.status.success(), "{} at {step}: {said}", case.name);
            true
        }
    }
}

/// What a person sees: every database with its real URLs, and the keys of the named secrets.
async fn seen(workbench: &Workbench) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    for product in workbench.product_list().await.unwrap() {
        seen.insert(product.tag.clone(), Value::from(product.name));
        for environment in workbench
            .environment_list(product.tag.clone())
            .await
            .unwrap()
        {
            seen.insert(format!("{}@{}", product.tag, environment.slug), Value::Null);
        }
        for database in workbench.database_list(product.tag.clone()).await.unwrap() {
            let record = workbench
                .database_record(product.tag.clone(), database.tag.clone(), true)
                .await
                .unwrap();
            for config in record["envs"].as_array().unwrap() {
                let address = format!("{}/{}@{}", product.tag, database.tag, config["slug"]);
                seen.insert(address, config["connection_url"].clone());
            }
        }
    }
    for secret in workbench.secret_list(None).await.unwrap() {
        let state = serde_json::to_value(secret.state).unwrap();
        seen.insert(format!("secret {}", secret.name), state);
    }
    seen
}

/// Every entry of the keyring is one that the catalog knows, and the other way round.
fn agree(folder: &Path, what: &str) {
    let catalog = SqliteCatalog::open(folder).unwrap();
    catalog.check_integrity().unwrap();
    assert!(catalog.journal().unwrap().is_empty(), "{what}");
    let known: Vec<SecretId> = catalog
        .entries_in_use()
        .unwrap()
        .iter()
        .map(|name| SecretId::of_catalog(catalog.catalog_id(), name))
        .collect();
    let mut held = FileStore(folder.join("keyring")).list().unwrap();
    held.sort();
    assert_eq!(held, known, "{what}");
}

/// Waits until nobody has the catalog open: its threads end a moment after it was dropped, and what they write then is not to be copied
/// half.
fn closed(folder: &Path) {
    let started = Instant::now();
    while folder.join("catalog.sqlite3-shm").exists() {
        assert!(started.elapsed() < Duration::from_secs(10), "still open");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Ends the use case at each of its steps. Answers how many it has.
async fn die_at_every_step(case: &Case) -> usize {
    let prepared = tempfile::tempdir().unwrap();
    let workbench = open(prepared.path()).await;
    (case.prepare)(workbench.clone()).await;
    let before = seen(&workbench).await;
    drop(workbench);
    closed(prepared.path());
    let mut between = Vec::new();
    for step in 1..MOST_STEPS {
        let folder = tempfile::tempdir().unwrap();
        copy(prepared.path(), folder.path());
        let done = run_and_die(case, folder.path(), step);
        let workbench = open(folder.path()).await;
        let what = format!("{}, step {step}", case.name);
        workbench.settle_keyring_at_start().await;
        agree(folder.path(), &what);
        let orphans = workbench.secret_orphans(false).await.unwrap().orphans;
        assert!(orphans.is_empty(), "{what}: {orphans:?}");
        let found = seen(&workbench).await;
        if !done {
            between.push((what, found));
            continue;
        }
        assert!(case.unseen || found != before, "{what} did nothing");
        for (what, state) in between {
            assert!(
                state == before || state == found,
                "{what}: {state:#?} is neither {before:#?} nor {found:#?}"
            );
        }
        return step - 1;
    }
    panic!("{} does not end", case.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_leaves_the_old_or_the_new() {
    for case in CASES {
        let steps = die_at_every_step(case).await;
        println!("{}: died at each of {steps} steps", case.name);
        assert!(steps >= case.least_steps, "{}: {steps} steps", case.name);
    }
}
