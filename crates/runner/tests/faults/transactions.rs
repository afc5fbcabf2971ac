//! PostgreSQL, where a migration is one transaction.

use std::time::{Duration, Instant};

use engines::CancellationToken;
use migrations::{Direction, RowState};
use runner::{Limits, RunnerError, RunnerEvent};
use serde_json::json;

use super::place::{PATIENCE, Server, limits, pick};
use super::proxy::{Proxy, Then};

/// The row of the history commits with the statements, or with none of them.
pub async fn everything_or_nothing(server: &Server) {
    let place = server.place();
    // Deferred: it fails when the transaction commits.
    let up = [
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE q (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO q VALUES (1)",
    ]
    .map(str::to_owned);
    let told = place.run(&[place.migration("m", &up, &[])]).await;
    assert!(
        told.message().contains("could not be committed"),
        "{}",
        told.message()
    );
    place.holds(&[], "m", (RowState::Failed, 0, None)).await;
    // Two statements in one element: the server refuses the text as a whole.
    let two = place.unchecked("m", &["CREATE TABLE r (); CREATE TABLE s ()".to_owned()]);
    let told = place.run(&[two]).await;
    assert!(
        told.statement().0.contains("multiple commands"),
        "{}",
        told.message()
    );
    place.holds(&[], "m", (RowState::Failed, 0, None)).await;
    // Notices and counts are told.
    let up = [
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (1), (2)",
        "DROP TABLE IF EXISTS nothing_like_it",
    ]
    .map(str::to_owned);
    let told = place.run(&[place.migration("m", &up, &[])]).await;
    told.done();
    let done = told.events.iter().filter_map(|event| match event {
        RunnerEvent::StatementDone {
            affected, notices, ..
        } => Some((*affected, notices.len())),
        _ => None,
    });
    assert_eq!(
        done.collect::<Vec<_>>(),
        [(None, 0), (Some(2), 0), (None, 1)]
    );
}

pub async fn a_dry_run_leaves_nothing(server: &Server) {
    let place = server.place();
    let concurrent = json!({ "no_transaction": true });
    let list = [
        place.migration("a", &[place.create("a")], &[]),
        place.migration_with(
            "i",
            &["CREATE INDEX CONCURRENTLY i ON a (id)".to_owned()],
            &[],
            concurrent,
        ),
        place.migration("b", &["ALTER TABLE a ADD COLUMN b int".to_owned()], &[]),
        place.migration("c", &[place.broken()], &[]),
    ];
    let picks = |count: usize| {
        let list = (1..).zip(&list[..count]);
        list.map(|(position, one)| pick(position, one, Direction::Up))
            .collect()
    };
    let told = place.run_picks(picks(3), true).await;
    let report = told.done();
    assert_eq!(report.steps.len(), 2);
    assert_eq!(
        report.notes,
        ["i runs outside of a transaction, so the dry run left it out."]
    );
    assert_eq!(report.fingerprint, None);
    assert!(
        told.events
            .iter()
            .any(|event| matches!(event, RunnerEvent::MigrationDone { dry_run: true, .. }))
    );
    let told = place.run_picks(picks(4), true).await;
    assert!(
        told.statement().0.contains("It was a dry run"),
        "{}",
        told.message()
    );
    // Neither the tables nor an account.
    assert_eq!(place.objects().await, Vec::<String>::new());
    assert!(!place.history().await.exists);
}

/// `CREATE INDEX CONCURRENTLY` waits for every transaction that is older than itself: those who wait for our lock have none.
pub async fn an_index_is_built_while_others_wait(server: &Server) {
    let place = server.place();
    place
        .by_hand("CREATE TABLE t AS SELECT generate_series(1, 200000) AS id")
        .await;
    let index = place.migration_with(
        "i",
        &["CREATE INDEX CONCURRENTLY i ON t (id)".to_owned()],
        &["DROP INDEX CONCURRENTLY i".to_owned()],
        json!({ "no_transaction": true }),
    );
    let list = [
        index.clone(),
        place.migration("z", &[place.create("z")], &[]),
    ];
    let never = CancellationToken::new();
    let start = Instant::now();
    let runs = (0..5).map(|_| place.run_with(&list, &never, Limits::default()));
    let told = futures_util::future::join_all(runs).await;
    let steps: usize = told.iter().map(|one| one.done().steps.len()).sum();
    assert_eq!(steps, 2);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    let valid = place
        .rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")
        .await;
    assert_eq!(valid, [[json!(true)]]);
    place
        .holds(&["t", "z"], "i", (RowState::Applied, 1, None))
        .await;
    // One that fails leaves an invalid index, and nobody claims to know.
    place.by_hand("INSERT INTO t VALUES (1)").await;
    let unique = place.migration_with(
        "u",
        &["CREATE UNIQUE INDEX CONCURRENTLY u ON t (id)".to_owned()],
        &[],
        json!({ "no_transaction": true }),
    );
    let told = place.run(&[unique]).await;
    assert!(told.statement().0.contains("INVALID"), "{}", told.message());
    place
        .holds(&["t", "z"], "u", (RowState::Failed, 0, Some(1)))
        .await;
    // It is patient with what is older, however short others would have to wait.
    place.by_hand("DROP INDEX u").await;
    super::stops::repair(&place, runner::Repair::MarkReverted, &[])
        .await
        .done();
    let mut old = place.session().await;
    old.begin(None).await.unwrap();
    old.execute(&place.operation("INSERT INTO t VALUES (0)"))
        .await
        .unwrap();
    let short = limits(Duration::from_secs(5), Duration::from_millis(200));
    let back = [place.migration_with(
        "j",
        &["CREATE INDEX CONCURRENTLY j ON t (id)".to_owned()],
        &[],
        json!({ "no_transaction": true }),
    )];
    let run = place.run_with(&back, &never, short);
    let ending = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        old.rollback().await.unwrap();
    };
    let (told, ()) = tokio::join!(run, ending);
    told.done();
}

pub async fn a_statement_does_not_queue(server: &Server) {
    super::stops::a_statement_does_not_queue(server).await;
}

pub async fn what_ends_the_transaction_is_refused(server: &Server) {
    let place = server.place();
    let up = [place.create("a"), "COMMIT".to_owned(), place.create("b")];
    let told = place.run(&[place.unchecked("m", &up)]).await;
    assert_eq!(told.refused().code, "transaction_control");
    assert!(!place.history().await.exists, "nothing was sent");
    let mut two = place.unchecked("m", &up[..2]);
    two.no_transaction = true;
    let told = place.run(&[two]).await;
    assert_eq!(told.refused().code, "no_transaction_statements");
}

/// The commit arrives and its answer does not: the history knows.
pub async fn a_commit_whose_answer_is_lost(server: &Server) {
    let place = server.place();
    // The word that the proxy acts on is in the row of the history, which goes out with the commit.
    let proxy = Proxy::start(server.port(), Then::Cut);
    let migration = place.migration_with(
        "m",
        &[place.create("a")],
        &[],
        json!({ "name": super::proxy::WORD }),
    );
    let told = place.behind(proxy.port).run(&[migration]).await;
    let report = told.done();
    assert!(
        report.notes[0].contains("says that it was"),
        "{:?}",
        report.notes
    );
    place.holds(&["a"], "m", (RowState::Applied, 1, None)).await;
    assert!(place.history().await.snapshot.is_some());
}

/// What one migration sets is not what the next one finds.
pub async fn settings_do_not_reach_the_next(server: &Server) {
    let place = server.place();
    let list = [
        place.migration(
            "a",
            &[
                "CREATE SCHEMA other".to_owned(),
                "SET search_path = other".to_owned(),
                "SELECT set_config('lock_timeout', '0', false)".to_owned(),
                place.create("a"),
            ],
            &[],
        ),
        place.migration(
            "b",
            &[place.create("b"), "CREATE TABLE said AS SELECT current_setting('lock_timeout') AS it, current_setting('application_name') AS who".to_owned()],
            &[],
        ),
    ];
    place.run(&list).await.done();
    place
        .holds(&["b", "said"], "a", (RowState::Applied, 4, None))
        .await;
    let said = place.rows("SELECT it, who FROM said").await;
    assert_eq!(said, [[json!("5s"), json!("tapedeck ada@laptop")]]);
    let elsewhere = place
        .rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'other'")
        .await;
    assert_eq!(elsewhere, [[json!(1)]]);
}

pub async fn cancelled_at_the_server(server: &Server) {
    let place = server.place();
    let up = [place.create("a"), "SELECT pg_sleep(300)".to_owned()];
    let list = [place.migration("m", &up, &[])];
    let cancel = CancellationToken::new();
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()";
    let stop = async {
        place.answers(sleeping, &json!(1)).await;
        cancel.cancel();
    };
    let run = place.run_with(&list, &cancel, Limits::default());
    let (told, ()) = tokio::join!(run, stop);
    assert!(
        matches!(told.result, Err(RunnerError::Cancelled { .. })),
        "{:?}",
        told.result
    );
    place.holds(&[], "m", (RowState::Failed, 0, None)).await;
    // It would sleep for longer than this waits.
    place.answers(sleeping, &json!(0)).await;
}
