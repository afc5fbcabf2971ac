//! SQLite's files.

use engines::DatabaseType;
use schema::{Change, Snapshot, compare, mend};

use crate::subject::{Subject, assert_same, open};

/// A database with something of every kind.
const SCHEMA: &[&str] = &[
    "CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, age INTEGER CHECK (age > 17))",
    "CREATE TABLE orders (customer INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE, day TEXT DEFAULT (date('now')),
        total REAL DEFAULT 0, PRIMARY KEY (customer, day), CHECK (total >= 0)) STRICT, WITHOUT ROWID",
    "CREATE TABLE \"odd name\" (\"a.b\" TEXT, c TEXT GENERATED ALWAYS AS (\"a.b\" || '!') VIRTUAL)",
    "CREATE UNIQUE INDEX by_day ON orders (day) WHERE total > 0",
    "CREATE VIEW spent AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer",
    "CREATE TRIGGER no_delete BEFORE DELETE ON customers BEGIN SELECT raise(ABORT, 'kept'); END",
    "CREATE TABLE _tapedeck_migrations (tag TEXT)",
    "CREATE INDEX ours ON _tapedeck_migrations (tag)",
];

async fn database(folder: &tempfile::TempDir, name: &str) -> Subject {
    let path = folder.path().join(name);
    let url = format!("sqlite://{}?mode=rwc", path.display());
    open(&url, DatabaseType::Sqlite, false).await
}

fn names(snapshot: &Snapshot, kind: &str) -> Vec<String> {
    let keys = snapshot.objects.keys().filter(|key| key.kind == kind);
    keys.map(|key| key.name.clone()).collect()
}

#[tokio::test]
async fn every_kind_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut subject = database(&folder, "kinds.db").await;
    subject.run_all(SCHEMA).await;
    let snapshot = subject.read().await;
    assert!(snapshot.server.starts_with("SQLite 3."));
    assert_eq!(
        names(&snapshot, "table"),
        ["\"odd name\"", "customers", "orders"]
    );
    assert_eq!(names(&snapshot, "view"), ["spent"]);
    assert_eq!(names(&snapshot, "index"), ["orders.by_day"]);
    assert_eq!(names(&snapshot, "trigger"), ["customers.no_delete"]);
    assert_eq!(
        names(&snapshot, "constraint"),
        [
            "customers.\"unique email\"",
            "orders.\"foreign key customer\""
        ]
    );
    assert_eq!(names(&snapshot, "column").len(), 8);
    let text = snapshot.to_json();
    for said in [
        "age > 17",
        "total >= 0",
        "autoincrement",
        "strict",
        "without rowid",
        "ON DELETE CASCADE",
        "virtual",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("_tapedeck_"));
}

#[tokio::test]
async fn the_same_schema_reads_the_same_however_it_came_about() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = database(&folder, "one.db").await;
    one.run_all(&["CREATE TABLE t (a INTEGER, b TEXT DEFAULT 'x')"])
        .await;
    one.run_all(&["INSERT INTO t VALUES (1, 'y')", "ANALYZE"])
        .await;
    let mut other = database(&folder, "other.db").await;
    other
        .run_all(&[
            "CREATE TABLE  t(a INTEGER)",
            "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x'",
        ])
        .await;
    assert_same(&one.read().await, &other.read().await);
}

#[tokio::test]
async fn a_difference_is_told_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let mut left = database(&folder, "left.db").await;
    left.run_all(SCHEMA).await;
    left.run_all(&["DROP TABLE \"odd name\""]).await;
    let mut right = database(&folder, "right.db").await;
    right
        .run_all(&[
            "CREATE TABLE customers (id INTEGER PRIMARY KEY)",
            "CREATE TABLE gone (n)",
            "CREATE VIEW spent AS SELECT 1",
        ])
        .await;
    let mut bare = database(&folder, "bare.db").await;
    for subject in [&mut right, &mut bare] {
        let (wanted, found) = (left.read().await, subject.read().await);
        let differences = compare(&wanted, &found);
        assert!(!differences.is_empty());
        let mends = mend(DatabaseType::Sqlite, &wanted, &found, &differences);
        for mend in mends.iter().filter(|mend| !mend.statement.is_empty()) {
            subject.run_all(&[mend.statement.as_str()]).await;
        }
        let by_hand = mends
            .iter()
            .filter(|mend| mend.statement.is_empty())
            .count();
        let left_over = compare(&wanted, &subject.read().await);
        assert!(
            left_over.iter().all(|one| one.change != Change::Added),
            "{left_over:?}"
        );
        assert_eq!(
            by_hand == 0,
            left_over.is_empty(),
            "{left_over:?} {mends:?}"
        );
    }
    // What is made from nothing needs no hand.
    assert_same(&left.read().await, &bare.read().await);
}
