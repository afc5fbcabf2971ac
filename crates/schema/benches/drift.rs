//! How long it takes to see that a schema of a thousand tables has drifted: reading it, comparing it, its fingerprint and its JSON.
//!
//! `make bench`. A table has a key, eight columns, two indexes, and every other one a foreign key; a view stands on every tenth.

use std::time::Instant;

use connection_url::ConnectionUrl;
use engines::{CancellationToken, DatabaseType, Operation, Session, SessionOptions, engine};
use schema::{Snapshot, compare, read};
use test_support::{MariaDb, Postgres};

const TABLES: usize = 1_000;
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    engines::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        postgres().await;
        mariadb().await;
    });
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn open(url: &str, database_type: DatabaseType) -> Box<dyn Session> {
    let url = ConnectionUrl::parse(url, Some(database_type)).expect("the URL parses");
    engine(database_type)
        .connect(&url, &SessionOptions::default(), &CancellationToken::new())
        .await
        .expect("the session opens")
}

async fn run(session: &mut dyn Session, statement: &str) {
    let operation = Operation::Sql {
        statement: statement.to_owned(),
        parameters: Vec::new(),
    };
    session.start(&operation).await.expect("the statement runs");
}

/// The statements of a table of the schema.
fn table(number: usize, key: &str, time: &str) -> Vec<String> {
    let mut statements = vec![
        format!(
            "CREATE TABLE t{number} (id bigint {key} PRIMARY KEY, other_id bigint, email varchar(190) NOT NULL UNIQUE,
                name varchar(80) DEFAULT 'nobody', age int CHECK (age >= 0), made {time} DEFAULT CURRENT_TIMESTAMP,
                total decimal(12,2) DEFAULT 0, body text)"
        ),
        format!("CREATE INDEX t{number}_name ON t{number} (name, age)"),
    ];
    if number % 2 == 1 {
        let other = number - 1;
        statements.push(format!(
            "ALTER TABLE t{number} ADD CONSTRAINT t{number}_other FOREIGN KEY (other_id) REFERENCES t{other} (id)"
        ));
    }
    if number.is_multiple_of(10) {
        statements.push(format!(
            "CREATE VIEW v{number} AS SELECT id, name FROM t{number} WHERE age > 30"
        ));
    }
    statements
}

async fn measure(
    server: &str,
    session: &mut dyn Session,
    database_type: DatabaseType,
    drift: &str,
) {
    let snapshot = read(session, database_type).await.expect("it is read");
    let stored = snapshot.to_json();
    println!(
        "a stored schema of {TABLES} tables, {server}: {} objects, {} KiB of JSON",
        snapshot.objects.len(),
        stored.len() / 1024
    );
    run(session, drift).await;
    let (mut whole, mut pure) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let live = read(session, database_type).await.expect("it is read");
        let compared = Instant::now();
        let stored = Snapshot::from_json(&stored).expect("it is a snapshot");
        let differences = compare(&stored, &live);
        std::hint::black_box(live.fingerprint());
        pure.push(compared.elapsed().as_secs_f64());
        whole.push(begun.elapsed().as_secs_f64());
        assert_eq!(differences.len(), 1, "{differences:?}");
    }
    println!(
        "comparing what was read, {server}: {:.0} ms",
        median(pure) * 1e3
    );
    println!(
        "drift of {TABLES} tables, {server}: {:.2} s (goal ≤ 3 s)",
        median(whole)
    );
}

async fn postgres() {
    let server = Postgres::start();
    server.create_database("bench");
    let mut session = open(&server.url("bench"), DatabaseType::Postgresql).await;
    let identity = "GENERATED ALWAYS AS IDENTITY";
    for number in 0..TABLES {
        for statement in table(number, identity, "timestamptz") {
            run(session.as_mut(), &statement).await;
        }
    }
    let mut session = open(&server.url("bench"), DatabaseType::Postgresql).await;
    let drift = "ALTER TABLE t500 ALTER COLUMN age TYPE bigint";
    // The view is in the way.
    run(session.as_mut(), "DROP VIEW v500").await;
    measure(
        "PostgreSQL",
        session.as_mut(),
        DatabaseType::Postgresql,
        drift,
    )
    .await;
}

async fn mariadb() {
    let server = MariaDb::start();
    server.create_database("bench");
    let mut session = open(&server.url("bench"), DatabaseType::Mysql).await;
    for number in 0..TABLES {
        for statement in table(number, "AUTO_INCREMENT", "timestamp") {
            run(session.as_mut(), &statement).await;
        }
    }
    let mut session = open(&server.url("bench"), DatabaseType::Mysql).await;
    let drift = "ALTER TABLE t500 MODIFY COLUMN age bigint CHECK (age >= 0)";
    measure("MariaDB", session.as_mut(), DatabaseType::Mysql, drift).await;
}
