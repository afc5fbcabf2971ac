//! How long the shortest command takes from start to end: `tapedeck db list` of 50 databases in 5 environments, in turn with a
//! program that does nothing.
//!
//! `make bench`, or by itself `cargo bench -p tapedeck-cli --bench start`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

const TAPEDECK: &str = env!("CARGO_BIN_EXE_tapedeck");
const ENVIRONMENTS: [&str; 5] = ["dev", "tst", "int", "stg", "prd"];
const DATABASES: usize = 50;
const ROUNDS: usize = 60;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path());
    let (mut lists, mut nothing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut list = tapedeck(folder.path(), &["db", "list", "shop"]);
        lists.push(timed(&mut list));
        nothing.push(timed(&mut Command::new("true")));
    }
    lists.sort();
    nothing.sort();
    println!(
        "Command, db list of 50 × 5: {} (median of {ROUNDS}, best {}; goal ≤ 20 ms)",
        milliseconds(lists[ROUNDS / 2]),
        milliseconds(lists[0])
    );
    println!(
        "Command, a program that does nothing: {} (median of {ROUNDS}, in turn; no goal)",
        milliseconds(nothing[ROUNDS / 2])
    );
}

fn tapedeck(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(TAPEDECK);
    command.arg("--data-dir").arg(data).args(arguments);
    command
}

/// A product whose connections have no password, so that no keyring is needed to make it.
fn fill(data: &Path) {
    let environments = ENVIRONMENTS.map(|slug| json!({ "slug": slug, "env_name": slug }));
    let databases: Vec<_> = (0..DATABASES)
        .map(|number| {
            let envs = ENVIRONMENTS.map(|slug| {
                let url = format!("postgresql://app@db-{number}.{slug}.example:5432/orders");
                json!({ "slug": slug, "connection_url": url })
            });
            json!({ "type": "postgresql", "tag": format!("db-{number}"), "name": format!("Database {number}"), "envs": envs })
        })
        .collect();
    let document = json!({
        "format": "tapedeck",
        "version": 1,
        "products": [{ "tag": "shop", "name": "Shop", "environments": environments, "databases": databases }],
    });
    let mut import = tapedeck(data, &["import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut stdin = import.stdin.take().expect("piped");
    stdin
        .write_all(document.to_string().as_bytes())
        .expect("taken");
    drop(stdin);
    assert!(import.wait().expect("it ends").success());
}

fn timed(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("it starts");
    let took = start.elapsed();
    assert!(status.success());
    took
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
