//! Processes that die while they write, and many that write at once. Each is this test program, started once more.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use catalog::{
    Catalog, CatalogError, Context, KeyringJournal, NewProduct, ProductPatch, SqliteCatalog,
};

const FOLDER: &str = "TAPEDECK_FIRE_FOLDER";
const WRITER: &str = "TAPEDECK_FIRE_WRITER";

fn soaking() -> bool {
    std::env::var_os("TAPEDECK_SOAK").is_some()
}

fn start(body: &str, folder: &Path, writer: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", body, "--nocapture"])
        .env(FOLDER, folder)
        .env(WRITER, writer.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a child was told; `None` in a test run of its own, where its body does nothing.
fn told() -> Option<(std::path::PathBuf, usize)> {
    let folder = std::env::var_os(FOLDER)?;
    let writer = std::env::var(WRITER).ok()?.parse().ok()?;
    Some((folder.into(), writer))
}

fn product(tag: String) -> NewProduct {
    NewProduct {
        name: "A product with a name of some length, so that pages fill".to_owned(),
        description: Some("d".repeat(300)),
        tag,
    }
}

/// By itself it does nothing: it writes as fast as it can, and says after each write what is done.
#[test]
fn a_burst_of_writes() {
    let Some((folder, round)) = told() else {
        return;
    };
    let catalog = SqliteCatalog::open(&folder).unwrap();
    for number in 0.. {
        let tag = format!("r{round}-{number}");
        catalog
            .create_product(&Context::cli(), &product(tag.clone()))
            .unwrap();
        println!("made {tag}");
        let renamed = ProductPatch {
            name: Some(format!("Renamed {tag}")),
            ..ProductPatch::default()
        };
        catalog
            .update_product(&Context::cli(), &tag, &renamed)
            .unwrap();
        println!("renamed {tag}");
        if number % 3 == 2 {
            catalog.delete_product(&Context::cli(), &tag, None).unwrap();
            println!("deleted {tag}");
        }
        let entry = [format!("url/{tag}")];
        catalog.begin_entries(&entry).unwrap();
        println!("begun {tag}");
    }
}

#[test]
fn a_killed_process_takes_no_acknowledged_write_with_it() {
    let rounds = if soaking() { 200 } else { 20 };
    let folder = tempfile::tempdir().unwrap();
    // The last that was acknowledged of each tag.
    let mut acknowledged: HashMap<String, String> = HashMap::new();
    for round in 0..rounds {
        let mut child = start("a_burst_of_writes", folder.path(), round);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // It dies in the middle of whatever follows, at another place in each round.
        let enough = 5 + round * 7 % 40;
        let mut heard = 0;
        for line in lines {
            let line = line.unwrap();
            let Some((verb, tag)) = line.split_once(' ').filter(|(_, tag)| tag.starts_with('r'))
            else {
                continue;
            };
            let what = match verb {
                "begun" => format!("journal {tag}"),
                _ => tag.to_owned(),
            };
            acknowledged.insert(what, verb.to_owned());
            heard += 1;
            if heard == enough {
                // SIGKILL; what is still in the pipe was acknowledged as well.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(heard >= enough, "round {round}: it ended by itself");

        let catalog = SqliteCatalog::open(folder.path()).unwrap();
        catalog.check_integrity().unwrap();
        let names: HashMap<String, String> = catalog
            .fetch_products()
            .unwrap()
            .into_iter()
            .map(|product| (product.tag, product.name))
            .collect();
        let journal = catalog.journal().unwrap();
        for (tag, verb) in &mut acknowledged {
            if let Some(tag) = tag.strip_prefix("journal ") {
                let entry = format!("url/{tag}");
                assert!(journal.iter().any(|line| line.entry == entry), "{entry}");
                continue;
            }
            // It may have been done and not said: from now on it is known.
            if verb != "deleted" && !names.contains_key(tag) {
                assert!(deleted_last(&catalog, tag), "{tag} is lost");
                "deleted".clone_into(verb);
            }
            match verb.as_str() {
                "made" => {}
                "renamed" => assert_eq!(names[tag], format!("Renamed {tag}")),
                _ => assert!(!names.contains_key(tag), "{tag} came back"),
            }
        }
    }
    assert!(acknowledged.len() > rounds * 2);
}

/// The one write that was done and not yet acknowledged may be a deletion.
fn deleted_last(catalog: &SqliteCatalog, tag: &str) -> bool {
    let last = catalog.activities(1, None).unwrap();
    last.iter()
        .any(|line| line.verb == "delete" && line.subject_label == tag)
}

/// Adds one to the number in the name of the product, again when someone else was quicker.
fn increment(catalog: &SqliteCatalog, tag: &str) {
    loop {
        let product = catalog.fetch_product(tag).unwrap();
        let number: u64 = product.name.parse().unwrap();
        let patch = ProductPatch {
            revision: Some(product.revision),
            name: Some((number + 1).to_string()),
            ..ProductPatch::default()
        };
        match catalog.update_product(&Context::cli(), tag, &patch) {
            Ok(_) => return,
            Err(CatalogError::Conflict(_)) => {}
            // Any other error would be shown to a person: that the catalog is locked above all.
            Err(error) => panic!("{error}"),
        }
    }
}

/// By itself it does nothing: a command that opens the catalog, changes it, and ends.
#[test]
fn one_command() {
    let Some((folder, _)) = told() else {
        return;
    };
    let catalog = SqliteCatalog::open(&folder).unwrap();
    increment(&catalog, "shared");
}

/// By itself it does nothing: a window that has the catalog open all the time, reads it and changes it, until its stdin ends.
#[test]
fn one_window() {
    let Some((folder, _)) = told() else {
        return;
    };
    let catalog = SqliteCatalog::open(&folder).unwrap();
    let ended = std::thread::spawn(|| std::io::read_to_string(std::io::stdin()).unwrap());
    let mut count = 0;
    while !ended.is_finished() {
        catalog.change_token().unwrap();
        catalog.matrix("shared").unwrap();
        increment(&catalog, "shared");
        count += 1;
    }
    println!("count {count}");
}

#[test]
fn two_windows_and_ten_commands_lose_no_update() {
    const COMMANDS: usize = 10;
    let time = Duration::from_secs(if soaking() { 60 } else { 4 });
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    let shared = NewProduct {
        name: "0".to_owned(),
        ..product("shared".to_owned())
    };
    catalog.create_product(&Context::cli(), &shared).unwrap();
    let windows = [0, 1].map(|window| start("one_window", folder.path(), window));
    let began = Instant::now();
    let commands: u64 = std::thread::scope(|scope| {
        let loops: Vec<_> = (0..COMMANDS)
            .map(|command| {
                let folder = folder.path();
                scope.spawn(move || {
                    let mut done = 0;
                    while began.elapsed() < time {
                        let output = start("one_command", folder, command)
                            .wait_with_output()
                            .unwrap();
                        let said = String::from_utf8_lossy(&output.stderr).into_owned();
                        assert!(output.status.success(), "{said}");
                        done += 1;
                    }
                    done
                })
            })
            .collect();
        loops.into_iter().map(|each| each.join().unwrap()).sum()
    });
    let mut total = commands;
    for mut window in windows {
        drop(window.stdin.take());
        let output = window.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let count = said.lines().find_map(|line| line.split("count ").nth(1));
        total += count.unwrap().trim().parse::<u64>().unwrap();
    }
    let product = catalog.fetch_product("shared").unwrap();
    assert_eq!(product.name, total.to_string(), "an update was lost");
    assert_eq!(product.revision, total + 1);
    catalog.check_integrity().unwrap();
    println!(
        "{commands} commands and {} changes of two windows",
        total - commands
    );
    assert!(commands > 0 && total > commands);
}
