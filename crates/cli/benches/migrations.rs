//! How long 500 pending migrations take, against `sqlx migrate run` and `dbmate` in the same run.
//!
//! `make bench`, which installs both by `scripts/bench-tools`. Each is the command that a person types, from its start to its end,
//! on a fresh database of the same private PostgreSQL; rounds alternate, so that a busy machine is busy for all, and ratios are
//! medians over the rounds. Ours has its lock, its account with the whole records, the comparison with what the last run left
//! and the fingerprint of the schema on, as always.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use test_support::{Postgres, PostgresOptions, project_root};

const MIGRATIONS: usize = 500;
const ROUNDS: usize = 7;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // Whoever waits for a disk waits for commits; whoever does not shows what each tool adds of its own.
    measure("500 migrations", &[]);
    measure(
        "500 migrations, each commit on the disk",
        &[
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("full_page_writes", "on"),
        ],
    );
}

fn measure(name: &str, settings: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let (pairs, sections) = (folder.path().join("pairs"), folder.path().join("sections"));
    write_folders(&pairs, &sections);
    // No tool is measured by how it keeps or hashes a password.
    let server = Postgres::start_with(PostgresOptions {
        host_rules: vec!["host all app 127.0.0.1/32 trust".to_owned()],
        settings: settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..PostgresOptions::default()
    });
    let url = |database: &str| format!("postgresql://app@127.0.0.1:{}/{database}", server.port);
    let ours = Ours::new(&folder.path().join("data"), &url("ours"), &pairs);
    let tools: [(&str, &dyn Fn() -> Command); 3] = [
        ("ours", &|| {
            ours.command(&["migration", "run", "product/database@dev"])
        }),
        ("sqlx", &|| {
            let mut command = Command::new(tool("sqlx"));
            command.args(["migrate", "run", "--database-url", &url("sqlx"), "--source"]);
            command.arg(&pairs);
            command
        }),
        ("dbmate", &|| {
            let mut command = Command::new(tool("dbmate"));
            let url = format!("{}?sslmode=disable", url("dbmate"));
            command.args(["--no-dump-schema", "--url", &url, "--migrations-dir"]);
            command.arg(&sections).arg("migrate");
            command
        }),
    ];
    let mut times = [const { Vec::new() }; 3];
    for round in 0..ROUNDS {
        for turn in 0..tools.len() {
            let at = (round + turn) % tools.len();
            let (database, command) = &tools[at];
            server.sql("app", &format!("DROP DATABASE IF EXISTS {database}"));
            server.create_database(database);
            server.sql("app", "CHECKPOINT");
            let begun = Instant::now();
            quietly(&mut command());
            times[at].push(begun.elapsed().as_secs_f64());
            let made = server.sql(
                database,
                "SELECT count(*) FILTER (WHERE relkind = 'r' AND relname LIKE 'table\\_%'),
                    count(*) FILTER (WHERE relkind = 'i' AND relname LIKE '%\\_note\\_idx'),
                    (SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attname = 'note' AND c.relkind = 'r')
                 FROM pg_class",
            );
            assert_eq!(made, "167|166|167", "what {database} made");
        }
    }
    let [ours, sqlx, dbmate] = times;
    for (other, theirs) in [("sqlx", sqlx), ("dbmate", dbmate)] {
        let ratios = ours.iter().zip(&theirs).map(|(own, other)| own / other);
        println!(
            "{name}, beside {other}: {:.2} s, {:.2} × {other}'s {:.2} s (goal ≤ 1 ×)",
            median(ours.clone()),
            median(ratios.collect()),
            median(theirs.clone())
        );
    }
}

/// A catalog with the migrations, imported from the folder that sqlx reads.
struct Ours {
    data: PathBuf,
}

impl Ours {
    fn new(data: &Path, url: &str, folder: &Path) -> Self {
        let ours = Self {
            data: data.to_owned(),
        };
        let record = data.with_extension("json");
        let text = format!(
            r#"{{"type": "postgresql", "tag": "database", "name": "Database", "envs": [{{"slug": "dev", "connection_url": "{url}"}}]}}"#
        );
        fs::write(&record, text).expect("the record is written");
        let (record, folder) = (record.display().to_string(), folder.display().to_string());
        for arguments in [
            ["product", "create", "product", "--name", "Product"].as_slice(),
            &["env", "create", "product", "dev", "--name", "Development"],
            &["db", "create", "product", "-f", &record],
            &[
                "migration",
                "import",
                "product/database",
                &folder,
                "--format",
                "sqlx",
            ],
        ] {
            quietly(&mut ours.command(arguments));
        }
        ours
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tapedeck"));
        command
            .args(["--json", "--data-dir"])
            .arg(&self.data)
            .args(arguments);
        // There is no secret, so that no keyring is asked.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        command
    }
}

/// Writes the same migrations for sqlx and for dbmate: a table, a column, an index, in turn.
fn write_folders(pairs: &Path, sections: &Path) {
    for folder in [pairs, sections] {
        fs::create_dir_all(folder).expect("a folder is made");
    }
    for number in 0..MIGRATIONS {
        let table = format!("table_{:03}", number / 3);
        let (name, up, down) = match number % 3 {
            0 => (
                "create",
                format!(
                    "CREATE TABLE {table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);"
                ),
                format!("DROP TABLE {table};"),
            ),
            1 => (
                "column",
                format!("ALTER TABLE {table} ADD COLUMN note text NOT NULL DEFAULT '';"),
                format!("ALTER TABLE {table} DROP COLUMN note;"),
            ),
            _ => (
                "index",
                format!("CREATE INDEX {table}_note_idx ON {table} (note);"),
                format!("DROP INDEX {table}_note_idx;"),
            ),
        };
        let stem = format!("{}_{name}_{table}", 20_240_101_000_000_u64 + number as u64);
        for (path, text) in [
            (pairs.join(format!("{stem}.up.sql")), format!("{up}\n")),
            (pairs.join(format!("{stem}.down.sql")), format!("{down}\n")),
            (
                sections.join(format!("{stem}.sql")),
                format!("-- migrate:up\n{up}\n\n-- migrate:down\n{down}\n"),
            ),
        ] {
            fs::write(path, text).expect("a migration is written");
        }
    }
}

fn tool(name: &str) -> PathBuf {
    let path = project_root().join(".tools/migrators/bin").join(name);
    assert!(path.exists(), "{name} is missing: run scripts/bench-tools");
    path
}

fn quietly(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
