//! How long 500 pending migrations take (a table, a column, an index in turn), with the lock, the history and the snapshots of the
//! schema; against the server's own client, which sends the same statements in a transaction each and keeps account of nothing.
//!
//! `make bench`. Rounds alternate, each in a fresh database, so that a busy machine is busy for both; ratios are medians.

use std::process::{Command, Stdio};
use std::time::Instant;

use connection_url::ConnectionUrl;
use engines::CancellationToken;
use migrations::{DatabaseType, Direction, Migration, Pick};
use runner::{Chosen, Limits, Scope, Target};
use serde_json::json;
use test_support::Postgres;

const MIGRATIONS: u32 = 500;
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let server = Postgres::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let (mut ours, mut ratios) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (run, bare) = (format!("run_{round}"), format!("bare_{round}"));
        server.create_database(&run);
        let taken = runtime.block_on(apply(&server.url(&run)));
        server.create_database(&bare);
        let psql = by_psql(&server, &bare);
        println!("  round {round}: {taken:.0} ms, psql {psql:.0} ms");
        ours.push(taken);
        ratios.push(taken / psql);
    }
    println!(
        "{MIGRATIONS} migrations applied: {:.0} ms, {:.2} × psql without an account (≤ 1.6 ×)",
        median(ours),
        median(ratios)
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn statement(number: u32) -> String {
    let table = (number - 1) / 3;
    match (number - 1) % 3 {
        0 => format!("CREATE TABLE table_{table} (id bigint PRIMARY KEY, name text NOT NULL)"),
        1 => format!("ALTER TABLE table_{table} ADD COLUMN added_at timestamptz"),
        _ => format!("CREATE INDEX table_{table}_added ON table_{table} (added_at)"),
    }
}

fn picks() -> Vec<Pick> {
    let migration = |number: u32| {
        let record = json!({
            "tag": format!("m{number:04}"),
            "name": format!("Migration {number}"),
            "value": { "up": [statement(number)], "down": [] },
        });
        let record = record.as_object().cloned().unwrap_or_default();
        Migration::read(DatabaseType::Postgresql, "", &record).expect("a migration is read")
    };
    (1..=MIGRATIONS)
        .map(|number| Pick {
            migration: migration(number),
            position: number,
            direction: Direction::Up,
            from: 1,
        })
        .collect()
}

/// Milliseconds from before the connection to after it.
async fn apply(url: &str) -> f64 {
    let url = ConnectionUrl::parse(url, None).expect("the server's URL is read");
    let target = Target {
        database_type: DatabaseType::Postgresql,
        url: &url,
        scope: Scope {
            product: "shop".to_owned(),
            database: "orders".to_owned(),
            database_id: "orders".to_owned(),
        },
        by: "bench@localhost".to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        limits: Limits::default(),
    };
    let chosen = Chosen {
        picks: picks(),
        dry_run: false,
    };
    let never = CancellationToken::new();
    let started = Instant::now();
    let report = runner::run(&target, |_| Ok(chosen), &|_| {}, &never).await;
    let taken = started.elapsed().as_secs_f64() * 1e3;
    let report = report.expect("the migrations are applied");
    assert_eq!(report.steps.len(), MIGRATIONS as usize);
    assert!(report.fingerprint.is_some());
    taken
}

fn by_psql(server: &Postgres, database: &str) -> f64 {
    let script = server.dir.join("migrations.sql");
    let statements: String = (1..=MIGRATIONS)
        .map(|number| format!("BEGIN;\n{};\nCOMMIT;\n", statement(number)))
        .collect();
    std::fs::write(&script, statements).expect("a file is written");
    let started = Instant::now();
    let status = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(&script)
        .arg(server.url(database))
        .stdout(Stdio::null())
        .status()
        .expect("psql is installed");
    assert!(status.success());
    started.elapsed().as_secs_f64() * 1e3
}
