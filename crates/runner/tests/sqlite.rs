//! SQLite: one transaction each, a dry run that leaves nothing, and two runners that never both apply.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use connection_url::{ConnectionUrl, DatabaseType};
use engines::CancellationToken;
use migrations::{Migration, RowState, status, steps_up};
use runner::{Chosen, Limits, RunReport, RunnerError, RunnerEvent, Scope, Target, run};
use serde_json::json;

/// A file, and what is known of it beside the runner.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
    url: ConnectionUrl,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        let url = format!("sqlite://{}", path.display());
        let place = Self {
            url: ConnectionUrl::parse(&url, Some(DatabaseType::Sqlite)).unwrap(),
            _folder: folder,
            path,
        };
        place.by_hand("PRAGMA user_version = 1");
        place
    }

    fn connection(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection
    }

    fn by_hand(&self, statements: &str) {
        self.connection().execute_batch(statements).unwrap();
    }

    fn one(&self, question: &str) -> String {
        let text = self.connection().query_row(question, [], |row| row.get(0));
        text.unwrap()
    }

    /// The tables that are nobody's but the migrations'.
    fn tables(&self) -> String {
        self.one(
            "SELECT coalesce(group_concat(name, ' ' ORDER BY name), '') FROM sqlite_schema
            WHERE type = 'table' AND name NOT LIKE '\\_tapedeck%' ESCAPE '\\'",
        )
    }

    fn target(&self, wait: Duration) -> Target<'_> {
        Target {
            database_type: DatabaseType::Sqlite,
            url: &self.url,
            scope: Scope {
                product: "product".to_owned(),
                database: "database".to_owned(),
                database_id: "0190b2f0-0000-7000-8000-000000000001".to_owned(),
            },
            by: "ada@laptop".to_owned(),
            tool_version: "0.0.0".to_owned(),
            limits: Limits {
                runner_lock: wait,
                ..Limits::default()
            },
        }
    }

    async fn run(
        &self,
        migrations: &[Migration],
        dry_run: bool,
        wait: Duration,
        events: &(dyn Fn(RunnerEvent) + Send + Sync),
    ) -> Result<RunReport, RunnerError> {
        let choose = |situation: &runner::Situation<'_>| {
            let status = status(migrations, &situation.history.rows);
            let picks = steps_up(migrations, &status, None, false, false)?;
            Ok(Chosen { picks, dry_run })
        };
        run(
            &self.target(wait),
            choose,
            events,
            &CancellationToken::new(),
        )
        .await
    }
}

fn migration(tag: &str, up: &[&str]) -> Migration {
    let record = json!({ "name": tag, "tag": tag, "value": { "up": up, "down": ["SELECT 1"] } });
    Migration::read(DatabaseType::Sqlite, tag, record.as_object().unwrap()).unwrap()
}

fn three() -> Vec<Migration> {
    ["a", "b", "c"]
        .map(|tag| migration(tag, &[&format!("CREATE TABLE {tag} (n INTEGER)")]))
        .into()
}

const PATIENT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_is_one_transaction() {
    let place = Place::new();
    let list = [
        migration(
            "first",
            &[
                "CREATE TABLE a (n INTEGER)",
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET n = 1; DELETE FROM a; END",
            ],
        ),
        migration(
            "fails",
            &[
                "CREATE TABLE b (n INTEGER)",
                "INSERT INTO nowhere VALUES (1)",
            ],
        ),
    ];
    let dry = place.run(&list[..1], true, PATIENT, &|_| {}).await.unwrap();
    assert_eq!(dry.steps.len(), 1);
    assert_eq!(place.tables(), "");
    let error = place.run(&list, false, PATIENT, &|_| {}).await.unwrap_err();
    assert!(format!("{error}").contains("nowhere"), "{error}");
    assert_eq!(place.tables(), "a");
    let states = place.one(
        "SELECT group_concat(tag || ' ' || state || ' ' || statements_done, ', ' ORDER BY tag) FROM _tapedeck_migrations",
    );
    assert_eq!(states, "fails failed 0, first applied 2");
    assert_eq!(
        place
            .one("SELECT started_at FROM _tapedeck_migrations LIMIT 1")
            .len(),
        24
    );
    // Nothing holds anybody up.
    assert_eq!(place.one("SELECT count(*) || '' FROM _tapedeck_lock"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_runners_one_applies_each() {
    let place = Place::new();
    let list = three();
    let runs = (0..8).map(|_| async {
        let report = place.run(&list, false, PATIENT, &|_| {}).await.unwrap();
        let steps = report.steps.into_iter();
        steps.map(|step| step.tag).collect::<Vec<_>>()
    });
    let mut applied: Vec<String> = futures_util::future::join_all(runs).await.concat();
    applied.sort();
    assert_eq!(applied, ["a", "b", "c"]);
    assert_eq!(place.tables(), "a b c");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_was_taken_over_ends_the_run() {
    let place = Place::new();
    let list = three();
    let steal = |event: RunnerEvent| {
        if let RunnerEvent::MigrationDone { tag, .. } = event
            && tag == "a"
        {
            place.by_hand("UPDATE _tapedeck_lock SET run_id = 'another'");
        }
    };
    let error = place.run(&list, false, PATIENT, &steal).await.unwrap_err();
    assert!(matches!(error, RunnerError::History { .. }), "{error:?}");
    assert_eq!(place.tables(), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_died_holds_others_up_until_its_lease_runs_out() {
    let place = Place::new();
    place.run(&[], false, PATIENT, &|_| {}).await.unwrap();
    let lease = |seconds: &str| {
        place.by_hand(&format!(
            "INSERT OR REPLACE INTO _tapedeck_lock VALUES (1, 'dead', 'bob@desk', unixepoch('subsec'), unixepoch('subsec') + {seconds})"
        ));
    };
    lease("60");
    let told = Mutex::new(Vec::new());
    let note = |event: RunnerEvent| {
        if let RunnerEvent::Waiting { holder } = event {
            told.lock().unwrap().push(holder);
        }
    };
    let list = three();
    let locked = place
        .run(&list, false, Duration::from_millis(300), &note)
        .await;
    let Err(RunnerError::Locked { holder, .. }) = locked else {
        panic!("{locked:?}");
    };
    assert!(holder.starts_with("bob@desk, since "), "{holder}");
    assert_eq!(told.lock().unwrap().len(), 1);
    assert_eq!(place.tables(), "");
    lease("1.5");
    let start = Instant::now();
    let report = place.run(&list, false, PATIENT, &|_| {}).await.unwrap();
    assert!(
        report
            .steps
            .iter()
            .all(|step| step.state == RowState::Applied)
    );
    assert!(start.elapsed() > Duration::from_secs(1));
    assert_eq!(place.tables(), "a b c");
}
