//! Histories as products grow them over years: up, down and up again, on real servers.
//!
//! `tests/sets` has a shop, a job queue, a blog and events: renamed columns, widened types, backfills in steps, triggers and
//! routines, indexes that are built beside the traffic. Each way must leave the same schema, and all down an empty one.
//! `TAPEDECK_SOAK=1` steps through every set migration by migration, where the usual run steps through the shop alone.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use connection_url::{ConnectionUrl, DatabaseType};
use engines::{CancellationToken, Session, SessionOptions, engine};
use migrations::{
    Direction, Migration, MigrationState, RowState, lint, status, steps_down, steps_up,
};
use runner::{Chosen, History, Limits, RunReport, RunnerEvent, Scope, Target, read_history, run};
use schema::{Snapshot, compare};
use serde_json::Value;
use test_support::{random_text, shared_mariadb, shared_mongo, shared_mysql57, shared_postgres};

/// A history, and what it is run on.
struct Set {
    name: &'static str,
    database_type: DatabaseType,
    migrations: Vec<Migration>,
}

fn set(name: &'static str) -> Set {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/sets/{name}.json"));
    let set: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let database_type = match set["database_type"].as_str().unwrap() {
        "postgresql" => DatabaseType::Postgresql,
        "mysql" => DatabaseType::Mysql,
        _ => DatabaseType::Mongodb,
    };
    let records = set["migrations"].as_array().unwrap().iter();
    let migrations = records.map(|record| {
        let record = record.as_object().unwrap();
        let tag = record["tag"].as_str().unwrap();
        Migration::read(database_type, tag, record)
            .unwrap_or_else(|faults| panic!("{tag}: {faults:?}"))
    });
    Set {
        name,
        database_type,
        migrations: migrations.collect(),
    }
}

/// A set in a database of its own.
struct Running<'a> {
    set: &'a Set,
    url: ConnectionUrl,
    /// Looks at what runs leave.
    looking: Box<dyn Session>,
}

impl<'a> Running<'a> {
    async fn new(set: &'a Set, url: &str) -> Self {
        let url = ConnectionUrl::parse(url, Some(set.database_type)).unwrap();
        let looking = engine(set.database_type)
            .connect(&url, &SessionOptions::default(), &CancellationToken::new())
            .await
            .unwrap();
        Self { set, url, looking }
    }

    fn target(&self) -> Target<'_> {
        Target {
            database_type: self.set.database_type,
            url: &self.url,
            scope: self.scope(),
            by: "ada@laptop".to_owned(),
            tool_version: "0.0.0".to_owned(),
            limits: Limits {
                statement_lock: Duration::from_secs(20),
                ..Limits::default()
            },
        }
    }

    fn scope(&self) -> Scope {
        Scope {
            product: "product".to_owned(),
            database: "database".to_owned(),
            database_id: "0190b2f0-0000-7000-8000-000000000001".to_owned(),
        }
    }

    async fn schema(&mut self) -> Snapshot {
        schema::read(self.looking.as_mut(), self.set.database_type)
            .await
            .unwrap()
    }

    async fn history(&mut self) -> History {
        let scope = self.scope();
        read_history(self.looking.as_mut(), self.set.database_type, &scope)
            .await
            .unwrap()
    }

    /// Runs up to `to`, or down by `steps`, and looks at what was told of it.
    async fn run(&self, direction: Direction, to: Option<&str>, steps: Option<u32>) -> RunReport {
        let told = Mutex::new((0_u32, 0_u32));
        let events = |event: RunnerEvent| {
            let mut told = told.lock().unwrap();
            match event {
                RunnerEvent::StatementDone { .. } => told.0 += 1,
                RunnerEvent::Checked {
                    passed, check, tag, ..
                } => {
                    assert!(passed, "{tag}: check {check}");
                    told.1 += 1;
                }
                RunnerEvent::Drift { differences } => {
                    panic!(
                        "{}: a run of ours is called drift: {differences:?}",
                        self.set.name
                    )
                }
                _ => {}
            }
        };
        let expected = Mutex::new((0_u32, 0_u32));
        let migrations = &self.set.migrations;
        let report = run(
            &self.target(),
            |situation| {
                assert_eq!(
                    situation.drift,
                    [],
                    "{}: drift after a run of ours",
                    self.set.name
                );
                let status = status(migrations, &situation.history.rows);
                let picks = match direction {
                    Direction::Up => steps_up(migrations, &status, to, false, false),
                    Direction::Down => steps_down(migrations, &status, to, steps),
                }?;
                let mut expected = expected.lock().unwrap();
                for pick in &picks {
                    let (sent, checks) = match pick.direction {
                        Direction::Up => (
                            &pick.migration.up,
                            pick.migration.pre.len() + pick.migration.post.len(),
                        ),
                        Direction::Down => (&pick.migration.down, 0),
                    };
                    expected.0 += u32::try_from(sent.len()).unwrap();
                    expected.1 += u32::try_from(checks).unwrap();
                }
                Ok(Chosen {
                    picks,
                    dry_run: false,
                })
            },
            &events,
            &CancellationToken::new(),
        )
        .await
        .unwrap_or_else(|error| panic!("{}: {error}: {error:?}", self.set.name));
        assert_eq!(
            *told.lock().unwrap(),
            *expected.lock().unwrap(),
            "{}: every statement and every check is told of once",
            self.set.name
        );
        report
    }

    /// Everything up, everything down, everything up.
    async fn there_and_back(&mut self) {
        let name = self.set.name;
        let count = self.set.migrations.len();
        let empty = self.schema().await;
        // PostgreSQL brings a schema and an extension.
        let brought = |kind: &str| ["schema", "extension"].contains(&kind);
        assert!(
            empty.objects.keys().all(|key| brought(&key.kind)),
            "{name}: {empty:?}"
        );

        let up = self.run(Direction::Up, None, None).await;
        assert_eq!(up.steps.len(), count);
        assert!(up.steps.iter().all(|step| step.state == RowState::Applied));
        let full = self.schema().await;
        assert_eq!(up.fingerprint.as_ref(), Some(&full.fingerprint()), "{name}");
        self.history_says(RowState::Applied).await;

        let again = self.run(Direction::Up, None, None).await;
        assert_eq!(again.steps, [], "{name}: nothing is applied twice");

        let down = self.run(Direction::Down, None, Some(u32::MAX)).await;
        assert_eq!(down.steps.len(), count);
        assert!(
            down.steps
                .iter()
                .all(|step| step.state == RowState::RolledBack)
        );
        same(name, "all down", &empty, &self.schema().await);
        assert_eq!(down.fingerprint, Some(empty.fingerprint()), "{name}");
        self.history_says(RowState::RolledBack).await;

        let up = self.run(Direction::Up, None, None).await;
        assert_eq!(up.steps.len(), count);
        same(name, "up again", &full, &self.schema().await);
        assert_eq!(up.fingerprint, Some(full.fingerprint()), "{name}");
        self.history_says(RowState::Applied).await;
    }

    /// The rows are those of the set, in its order, each as it is in the set.
    async fn history_says(&mut self, state: RowState) {
        let history = self.history().await;
        let status = status(&self.set.migrations, &history.rows);
        assert_eq!(history.rows.len(), self.set.migrations.len());
        assert_eq!(status.failed, 0);
        let last = self.set.migrations.last().unwrap();
        let count = u32::try_from(self.set.migrations.len()).unwrap();
        match state {
            RowState::Applied => {
                assert_eq!(status.head.as_ref(), Some(&last.tag));
                assert_eq!(status.pending, 0);
            }
            _ => {
                assert_eq!(status.head, None);
                assert_eq!(status.pending, count);
            }
        }
        for (migration, (position, now)) in self
            .set
            .migrations
            .iter()
            .zip((1..).zip(&status.migrations))
        {
            let row = now.row.as_ref().unwrap();
            assert_eq!(now.tag, migration.tag);
            assert_eq!(row.state, state, "{}", migration.tag);
            assert_eq!(row.position, position);
            assert_eq!(row.checksum, migration.checksum());
            assert_eq!(row.record, migration.record, "{}", migration.tag);
            assert_eq!(row.statements_done, row.statements);
            assert_eq!((row.under_way, &row.error), (None, &None));
            assert_eq!(row.by, "ada@laptop");
            let wanted = match state {
                RowState::Applied => MigrationState::Applied,
                _ => MigrationState::RolledBack,
            };
            assert_eq!(now.state, wanted);
        }
        let left = history.snapshot.unwrap();
        same(
            self.set.name,
            "what the run left",
            &left.snapshot,
            &self.schema().await,
        );
    }

    /// Each migration up, down and up again, before the next.
    async fn step_by_step(&mut self) {
        let mut before = self.schema().await;
        for migration in &self.set.migrations {
            let tag = migration.tag.as_str();
            self.run(Direction::Up, Some(tag), None).await;
            let up = self.schema().await;
            self.run(Direction::Down, None, Some(1)).await;
            same(tag, "down", &before, &self.schema().await);
            self.run(Direction::Up, Some(tag), None).await;
            before = self.schema().await;
            same(tag, "up again", &up, &before);
        }
    }
}

#[track_caller]
fn same(name: &str, when: &str, left: &Snapshot, right: &Snapshot) {
    assert_eq!(compare(left, right), [], "{name}, {when}");
    assert_eq!(left.fingerprint(), right.fingerprint(), "{name}, {when}");
}

fn soak() -> bool {
    std::env::var_os("TAPEDECK_SOAK").is_some()
}

/// Both ways for each set, and step by step for the first one on PostgreSQL.
async fn prove(sets: &[Set], url: impl Fn(&str) -> String, create: impl Fn(&str)) {
    engines::install_crypto_provider();
    for (at, set) in sets.iter().enumerate() {
        // A server that the environment names may hold what an earlier run left.
        let database = format!("{}_{}", set.name.replace('.', "_"), random_text(8));
        create(&database);
        let mut running = Running::new(set, &url(&database)).await;
        running.there_and_back().await;
        if (at == 0 && set.database_type == DatabaseType::Postgresql) || soak() {
            let database = format!("{database}_steps");
            create(&database);
            let mut running = Running::new(set, &url(&database)).await;
            running.step_by_step().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_a_job_queue_and_a_blog_on_postgresql() {
    let server = shared_postgres();
    let sets = [
        set("shop.postgresql"),
        set("job_queue.postgresql"),
        set("blog.postgresql"),
    ];
    prove(
        &sets,
        |database| server.url(database),
        |database| server.create_database(database),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blog_on_mariadb() {
    let server = shared_mariadb();
    prove(
        &[set("blog.mysql")],
        |database| server.url(database),
        |database| server.create_database(database),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blog_on_mysql() {
    let server = shared_mysql57();
    prove(
        &[set("blog.mysql")],
        |database| server.url(database),
        |database| server.create_database(database),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_on_the_mongodb_protocol() {
    let server = shared_mongo();
    prove(
        &[set("events.mongodb")],
        |database| server.url(database),
        |_| {},
    )
    .await;
}

/// What sqlparser 0.63 has no grammar for, by how it begins. What is not listed here must be read: most rules look at nothing else.
const UNREAD: &[&str] = &[
    "DO $",
    "CREATE RECURSIVE VIEW",
    "ALTER SEQUENCE comments_id_seq AS",
    "ALTER TABLE post_views REORGANIZE PARTITION of_2022",
];

#[test]
fn the_linter_reads_what_products_write() {
    let mut unread = Vec::new();
    for name in [
        "shop.postgresql",
        "job_queue.postgresql",
        "blog.postgresql",
        "blog.mysql",
        "events.mongodb",
    ] {
        let set = set(name);
        for migration in &set.migrations {
            for (direction, statements) in [
                (Direction::Up, &migration.up),
                (Direction::Down, &migration.down),
            ] {
                let lints = lint(migration, direction, set.database_type);
                assert_eq!(lints.len(), statements.len(), "{}", migration.tag);
                unread.extend(
                    lints
                        .iter()
                        .zip(statements)
                        .filter_map(|(lint, statement)| {
                            let known = UNREAD.iter().any(|start| statement.starts_with(start));
                            (!lint.read && !known)
                                .then(|| format!("{name} {}: {statement}", migration.tag))
                        }),
                );
            }
            let lints = lint(migration, Direction::Up, set.database_type);
            let warnings = || lints.iter().flat_map(|lint| &lint.warnings);
            for waiver in &migration.waivers {
                let met = warnings().find(|warning| {
                    warning.code == waiver.code && warning.statement == Some(waiver.statement)
                });
                let met =
                    met.unwrap_or_else(|| panic!("{}: {waiver:?} waives nothing", migration.tag));
                assert_eq!(met.waived.as_ref(), Some(&waiver.reason));
            }
        }
    }
    assert!(unread.is_empty(), "{}", unread.join("\n\n"));
}
