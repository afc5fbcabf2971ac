//! What stops a migration in the middle, and the ways on from there. PostgreSQL takes everything back; the others say how far it came.

use std::time::{Duration, Instant};

use engines::CancellationToken;
use migrations::{Direction, Migration, RowState};
use runner::{Limits, Repair, RunnerError, RunnerEvent};
use serde_json::json;

use super::child;
use super::place::{PATIENCE, Place, Server, Told, limits, pick};
use super::proxy::{Proxy, Then, WORD};

/// Repairs the one that is unfinished.
pub async fn repair(place: &Place<'_>, how: Repair, migrations: &[Migration]) -> Told {
    let url = place.parsed();
    let target = place.target(&url, Limits::default());
    let events = std::sync::Mutex::new(Vec::new());
    let never = CancellationToken::new();
    let tell = |event| events.lock().unwrap().push(event);
    let result = runner::repair(&target, None, how, migrations, &tell, &never).await;
    let events = std::mem::take(&mut *events.lock().unwrap());
    Told { result, events }
}

/// A migration of three statements, of which one is no statement.
fn faulty(place: &Place<'_>, fault: usize) -> (Migration, Migration) {
    let names = ["x", "y", "z"];
    let good: Vec<_> = names.iter().map(|name| place.create(name)).collect();
    let down: Vec<_> = names.iter().rev().map(|name| place.drop(name)).collect();
    let mut bad = good.clone();
    bad[fault - 1] = place.broken();
    (
        place.migration("m", &bad, &down),
        place.migration("m", &good, &down),
    )
}

/// The fault at a statement; what the target and the history say; the same again; and mended.
async fn a_fault_at(server: &Server, fault: usize) {
    let place = server.place();
    let number = u32::try_from(fault).unwrap();
    let (bad, good) = faulty(&place, fault);
    let earlier = place.migration("earlier", &[place.create("earlier")], &[]);
    let after = place.migration("after", &[place.create("zz")], &[]);
    let list = |middle: &Migration| [earlier.clone(), middle.clone(), after.clone()];
    let told = place.run(&list(&bad)).await;
    let (message, statement) = told.statement();
    assert_eq!(statement, number, "{message}");
    let Err(RunnerError::Statement { report, .. }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert_eq!(report.steps[0].state, RowState::Applied, "{message}");
    let failed = &report.steps[1];
    let names = ["earlier", "x", "y", "z", "zz"];
    if place.is_postgres() || fault == 1 {
        assert_eq!(
            (failed.state, failed.statements_done),
            (RowState::Failed, 0)
        );
        let none = if place.is_postgres() {
            "Nothing of it is applied"
        } else {
            "None of its 3 statements is applied"
        };
        assert!(message.contains(none), "{message}");
        place
            .holds(&["earlier"], "m", (RowState::Failed, 0, None))
            .await;
        // Nothing is half done: it simply runs again.
        assert_eq!(place.run(&list(&bad)).await.statement().1, number);
        place.run(&list(&good)).await.done();
    } else {
        let done = number - 1;
        let are = if done == 1 {
            "1 of 3 statements is applied".to_owned()
        } else {
            format!("{done} of 3 statements are applied")
        };
        assert!(message.contains(&are), "{message}");
        assert!(
            message.contains(&format!("Statement {number} is not")),
            "{message}"
        );
        assert_eq!(
            (failed.state, failed.statements_done),
            (RowState::Failed, done)
        );
        place
            .holds(&names[..fault], "m", (RowState::Failed, done, None))
            .await;
        // Nobody runs over it, mended or not.
        for again in [&bad, &good] {
            let told = place.run(&list(again)).await;
            assert_eq!(told.refused().code, "unfinished");
            assert!(
                told.refused().message.contains(&are),
                "{}",
                told.refused().message
            );
        }
        // Not with another beginning.
        let other = place.migration(
            "m",
            &[place.create("w"), place.create("y"), place.create("z")],
            &[],
        );
        let told = repair(&place, Repair::Resume, &[other]).await;
        assert_eq!(told.refused().code, "checksum_changed");
        let told = repair(&place, Repair::Resume, std::slice::from_ref(&good)).await;
        let sent = told.events.iter().filter_map(|event| match event {
            RunnerEvent::StatementDone { statement, .. } => Some(*statement),
            _ => None,
        });
        let sent: Vec<_> = sent.collect();
        assert_eq!(sent, (number..=3).collect::<Vec<_>>());
        told.done();
        place.run(&list(&good)).await.done();
    }
    place.holds(&names, "m", (RowState::Applied, 3, None)).await;
    let row = place.row("m").await;
    assert_eq!((row.checksum, row.error), (good.checksum(), None));
}

pub async fn a_fault_in_the_first_statement(server: &Server) {
    a_fault_at(server, 1).await;
}

pub async fn a_fault_in_the_middle(server: &Server) {
    a_fault_at(server, 2).await;
}

pub async fn a_fault_in_the_last_statement(server: &Server) {
    a_fault_at(server, 3).await;
}

/// A migration in whose second statement the word stands.
fn with_word(place: &Place<'_>) -> Migration {
    let up = [
        place.create("x"),
        place.create_with_word("y", WORD),
        place.create("z"),
    ];
    let down = ["z", "y", "x"].map(|name| place.drop(name));
    place.migration("m", &up, &down)
}

/// The server got the statement, and did it; its answer is lost.
pub async fn the_connection_is_cut(server: &Server) {
    let place = server.place();
    let proxy = Proxy::start(server.port(), Then::Cut);
    let migration = with_word(&place);
    let told = place
        .behind(proxy.port)
        .run(std::slice::from_ref(&migration))
        .await;
    let (message, statement) = told.statement();
    assert_eq!(statement, 2);
    if place.is_postgres() {
        assert!(message.contains("Nothing of it is applied"), "{message}");
        place.holds(&[], "m", (RowState::Failed, 0, None)).await;
        place.run(std::slice::from_ref(&migration)).await.done();
        place
            .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
            .await;
        return;
    }
    assert!(
        message.contains("1 of 3 statements is applied"),
        "{message}"
    );
    assert!(
        message.contains("Nobody knows whether statement 2 is"),
        "{message}"
    );
    place
        .holds(&["x", "y"], "m", (RowState::Failed, 1, Some(2)))
        .await;
    let told = place.run(std::slice::from_ref(&migration)).await;
    assert_eq!(told.refused().code, "unfinished");
    // A person who looks sees `y`, and makes what is missing.
    place.by_hand(&place.create("z")).await;
    repair(&place, Repair::MarkApplied, &[]).await.done();
    place
        .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
        .await;
    assert_eq!(
        place
            .run(std::slice::from_ref(&migration))
            .await
            .done()
            .steps,
        []
    );
}

/// Killed while the answer to its second statement is on its way.
pub async fn the_runner_is_killed(server: &Server) {
    let place = server.place();
    let proxy = Proxy::start(server.port(), Then::Silence);
    let migration = with_word(&place);
    let first = place.migration("first", &[place.create("first")], &[]);
    let list = [first, migration.clone()];
    let mut runner = child::start(&place.behind(proxy.port), &list);
    let start = Instant::now();
    while !proxy.seen.load(std::sync::atomic::Ordering::SeqCst) {
        assert!(start.elapsed() < PATIENCE, "the runner never came to it");
        assert!(
            runner.try_wait().unwrap().is_none(),
            "the runner ended by itself"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    runner.kill().unwrap();
    runner.wait().unwrap();
    if place.is_mongo() {
        // Its lease would run out by itself.
        let past = json!({
            "update": "_tapedeck_lock",
            "updates": [{ "q": {}, "u": { "$set": { "until": { "$date": "2020-01-01T00:00:00Z" } } } }],
        });
        place.by_hand(&past.to_string()).await;
    }
    // The snapshot is not what the killed run left.
    let history = place.history().await;
    assert_eq!(history.snapshot, None);
    if place.is_postgres() {
        assert_eq!(place.objects().await, ["first"]);
        let tags: Vec<_> = history.rows.iter().map(|row| row.tag.as_str()).collect();
        assert_eq!(tags, ["first"]);
        let told = place.run(&list).await;
        assert!(
            told.done().notes[0].contains("child@laptop"),
            "{:?}",
            told.done().notes
        );
        place
            .holds(&["first", "x", "y", "z"], "m", (RowState::Applied, 3, None))
            .await;
    } else {
        place
            .holds(&["first", "x", "y"], "m", (RowState::Started, 1, Some(2)))
            .await;
        let told = place.run(&list).await;
        assert_eq!(told.refused().code, "unfinished");
        let message = &told.refused().message;
        assert!(
            message.contains("Nobody knows whether statement 2 is"),
            "{message}"
        );
        // A person finds `y` there, drops it, and goes on from the second.
        place.by_hand(&place.drop("y")).await;
        let told = repair(&place, Repair::Resume, &[]).await;
        assert_eq!(told.done().steps.len(), 1);
        place
            .holds(&["first", "x", "y", "z"], "m", (RowState::Applied, 3, None))
            .await;
    }
    // What the killed run did is no drift.
    let told = place.run(&list).await;
    let drift = told
        .events
        .iter()
        .any(|event| matches!(event, RunnerEvent::Drift { .. }));
    assert!(!drift, "{:?}", told.events);
    assert!(place.history().await.snapshot.is_some());
}

/// The server goes away in the middle and comes back: sessions, locks and open transactions are gone.
pub async fn the_server_restarts(server: Server) {
    let place = server.place();
    let proxy = Proxy::start(server.port(), Then::Silence);
    let migration = with_word(&place);
    let behind = place.behind(proxy.port);
    let list = [migration.clone()];
    let run = behind.run(&list);
    let restart = async {
        while !proxy.seen.load(std::sync::atomic::Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        tokio::task::block_in_place(|| server.restart());
    };
    let (told, ()) = tokio::join!(run, restart);
    assert_eq!(told.statement().1, 2, "{}", told.message());
    place.is_back().await;
    if place.is_postgres() {
        assert_eq!(place.objects().await, Vec::<String>::new());
        // The history knows of the attempt where the server was back in time.
        let rows = place.history().await.rows;
        assert!(
            rows.iter()
                .all(|row| (row.state, row.statements_done) == (RowState::Failed, 0))
        );
        place.run(&list).await.done();
    } else {
        let row = place.row("m").await;
        assert_eq!(
            (row.statements_done, row.under_way),
            (1, Some(2)),
            "{row:?}"
        );
        assert!(matches!(row.state, RowState::Started | RowState::Failed));
        assert_eq!(place.objects().await, ["x", "y"]);
        if place.is_mongo() {
            place
                .by_hand(r#"{"delete": "_tapedeck_lock", "deletes": [{"q": {}, "limit": 1}]}"#)
                .await;
        }
        assert_eq!(place.run(&list).await.refused().code, "unfinished");
        place.by_hand(&place.drop("y")).await;
        repair(&place, Repair::Resume, &[]).await.done();
    }
    place
        .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
        .await;
}

/// What is marked is what a person has seen; an undo takes back what is done, the last first.
pub async fn marked_and_undone(server: &Server) {
    let place = server.place();
    let url = place.parsed();
    let target = place.target(&url, Limits::default());
    let never = CancellationToken::new();
    let nothing = runner::repair(&target, None, Repair::Undo, &[], &|_| {}, &never).await;
    let Err(RunnerError::Refused(refusal)) = nothing else {
        panic!("{nothing:?}");
    };
    assert_eq!(refusal.code, "not_unfinished");
    assert!(!place.history().await.exists, "looking makes nothing");
    let (bad, good) = faulty(&place, 3);
    drop(place.run(std::slice::from_ref(&bad)).await);
    if place.is_postgres() {
        let named = runner::repair(
            &target,
            Some("m"),
            Repair::MarkApplied,
            &[],
            &|_| {},
            &never,
        )
        .await;
        named.unwrap();
        assert_eq!(place.row("m").await.state, RowState::Applied);
        return;
    }
    // Two of three are done; their ways back are the second and the third of `down`.
    let told = repair(&place, Repair::Undo, &[]).await;
    let sent = told.events.iter().filter_map(|event| match event {
        RunnerEvent::StatementDone {
            statement,
            direction,
            ..
        } => Some((*direction, *statement)),
        _ => None,
    });
    let sent: Vec<_> = sent.collect();
    assert_eq!(sent, [(Direction::Down, 2), (Direction::Down, 3)]);
    told.done();
    place.holds(&[], "m", (RowState::RolledBack, 3, None)).await;
    // Where `down` has not as many, nobody can tell which of them it is.
    let one_way = place.migration("m", &bad.up, &bad.down[..2]);
    drop(place.run(std::slice::from_ref(&one_way)).await);
    place
        .holds(&["x", "y"], "m", (RowState::Failed, 2, None))
        .await;
    assert_eq!(
        repair(&place, Repair::Undo, &[]).await.refused().code,
        "no_undo"
    );
    place.by_hand(&place.drop("x")).await;
    place.by_hand(&place.drop("y")).await;
    repair(&place, Repair::MarkReverted, &[]).await.done();
    place.holds(&[], "m", (RowState::RolledBack, 2, None)).await;
    place.run(std::slice::from_ref(&good)).await.done();
    place
        .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
        .await;
}

/// A rollback that fails half way is unfinished in its own direction.
pub async fn a_rollback_stops_half_way(server: &Server) {
    let place = server.place();
    let up = ["x", "y", "z"].map(|name| place.create(name));
    let down = [place.drop("z"), place.broken(), place.drop("x")];
    let migration = place.migration("m", &up, &down);
    place.run(std::slice::from_ref(&migration)).await.done();
    let back = || vec![pick(1, &migration, Direction::Down)];
    let told = place.run_picks(back(), false).await;
    assert_eq!(told.statement().1, 2);
    if place.is_postgres() {
        place
            .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
            .await;
        return;
    }
    assert!(
        told.statement().0.contains("1 of 3 statements is reverted"),
        "{}",
        told.statement().0
    );
    place
        .holds(&["x", "y"], "m", (RowState::Failed, 1, None))
        .await;
    assert_eq!(place.row("m").await.direction, Direction::Down);
    assert_eq!(
        place.run_picks(back(), false).await.refused().code,
        "unfinished"
    );
    // Undoing the part makes `z` again.
    repair(&place, Repair::Undo, &[]).await.done();
    place
        .holds(&["x", "y", "z"], "m", (RowState::Applied, 3, None))
        .await;
    assert_eq!(place.row("m").await.direction, Direction::Up);
}

/// A statement that would queue behind traffic gives up, and says so.
pub async fn a_statement_does_not_queue(server: &Server) {
    let place = server.place();
    place.by_hand(&place.create("busy")).await;
    let mut other = place.session().await;
    other.begin(None).await.unwrap();
    other
        .execute(&place.operation("INSERT INTO busy VALUES (1)"))
        .await
        .unwrap();
    let statement = "ALTER TABLE busy ADD COLUMN more int".to_owned();
    let migration = place.migration("m", &[statement], &[]);
    let short = limits(Duration::from_secs(5), Duration::from_secs(1));
    let start = Instant::now();
    let never = CancellationToken::new();
    let told = place
        .run_with(std::slice::from_ref(&migration), &never, short)
        .await;
    assert!(start.elapsed() < PATIENCE);
    let (message, _) = told.statement();
    assert!(
        message.contains("It waited 1 s for a lock that another session holds"),
        "{message}"
    );
    other.rollback().await.unwrap();
    other.close().await;
    place.run(std::slice::from_ref(&migration)).await.done();
}

/// What a migration did in a transaction of its own is done when that ends.
pub async fn transactions_of_its_own(server: &Server) {
    let place = server.place();
    let statements = |last: &str| {
        [
            "CREATE TABLE t (id int PRIMARY KEY)",
            "START TRANSACTION",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO t VALUES (2)",
            last,
        ]
        .map(str::to_owned)
    };
    let bad = place.unchecked("m", &statements("INSERT INTO t VALUES (2)"));
    let told = place.run(std::slice::from_ref(&bad)).await;
    let (message, statement) = told.statement();
    assert_eq!(statement, 5);
    assert!(
        message.contains("1 of 5 statements is applied"),
        "{message}"
    );
    // A server that can't say in time whether a table without transactions was touched leaves it unknown.
    let row = place.row("m").await;
    assert_eq!((row.state, row.statements_done), (RowState::Failed, 1));
    assert_eq!(place.rows("SELECT COUNT(*) FROM t").await, [[json!(0)]]);
    // Without an end it is taken back too.
    let open = place.unchecked("m", &statements("INSERT INTO t VALUES (3)"));
    let told = repair(&place, Repair::Resume, std::slice::from_ref(&open)).await;
    assert!(
        told.statement().0.contains("left a transaction open"),
        "{}",
        told.statement().0
    );
    assert_eq!(place.rows("SELECT COUNT(*) FROM t").await, [[json!(0)]]);
    let good = place.unchecked("m", &statements("COMMIT"));
    repair(&place, Repair::Resume, std::slice::from_ref(&good))
        .await
        .done();
    place.holds(&["t"], "m", (RowState::Applied, 5, None)).await;
    assert_eq!(place.rows("SELECT COUNT(*) FROM t").await, [[json!(2)]]);
}

/// The history is written over a connection of its own.
pub async fn tables_that_are_locked(server: &Server) {
    let place = server.place();
    let up = [
        "CREATE TABLE t (id int)",
        "CREATE DATABASE IF NOT EXISTS elsewhere",
        "LOCK TABLES t WRITE",
        "INSERT INTO t VALUES (1)",
        "USE elsewhere",
        "SET SESSION foreign_key_checks = 0",
    ]
    .map(str::to_owned);
    let list = [
        place.migration("m", &up, &[]),
        place.migration(
            "n",
            &["CREATE TABLE u (checks int) SELECT @@foreign_key_checks AS checks".to_owned()],
            &[],
        ),
    ];
    place.run(&list).await.done();
    place
        .holds(&["t", "u"], "m", (RowState::Applied, 6, None))
        .await;
    assert_eq!(place.rows("SELECT checks FROM u").await, [[json!(1)]]);
}

/// A statement is ended at the server, and what is said of it is true.
pub async fn cancelled_at_the_server(server: &Server) {
    let place = server.place();
    let up = [
        place.create("a"),
        "CREATE TABLE slow AS SELECT SLEEP(300) AS it".to_owned(),
        place.create("b"),
    ];
    let migration = place.migration("m", &up, &[]);
    let cancel = CancellationToken::new();
    let sleeping = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(300)%' AND id <> CONNECTION_ID()";
    let stop = async {
        place.answers(sleeping, &json!(1)).await;
        cancel.cancel();
    };
    let list = [migration];
    let run = place.run_with(&list, &cancel, Limits::default());
    let (told, ()) = tokio::join!(run, stop);
    let Err(RunnerError::Cancelled { report }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert_eq!(report.steps[0].statements_done, 1);
    let row = place.row("m").await;
    assert_eq!((row.state, row.statements_done), (RowState::Failed, 1));
    assert_eq!(place.objects().await, ["a"]);
    // It would sleep for longer than this waits.
    place.answers(sleeping, &json!(0)).await;
}
