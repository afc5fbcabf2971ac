//! Runs that go well, and what is refused before anything is sent.

use std::sync::atomic::{AtomicU32, Ordering};

use engines::CancellationToken;
use migrations::{Direction, Migration, RowState};
use runner::{Limits, RunnerError, RunnerEvent, Situation};
use serde_json::json;

use super::place::{Server, chosen, pending, pick};

pub async fn up_down_and_up_again(server: &Server) {
    let place = server.place();
    // Nothing is there, and nothing is made by looking.
    assert_eq!(place.history().await, runner::History::default());
    let three = place.three();
    let told = place.run(&three).await;
    let report = told.done();
    let tags: Vec<_> = report.steps.iter().map(|step| step.tag.as_str()).collect();
    assert_eq!(tags, ["a", "b", "c"]);
    assert!(report.fingerprint.is_some(), "{:?}", report.notes);
    assert_eq!(report.notes, Vec::<String>::new());
    assert_eq!(place.objects().await, ["a", "b", "c"]);
    let row = place.row("b").await;
    assert_eq!(row.state, RowState::Applied);
    assert_eq!(
        (row.position, row.statements_done, row.statements),
        (2, 1, 1)
    );
    assert_eq!((row.under_way, row.error.clone()), (None, None));
    assert_eq!(
        (row.by.as_str(), row.tool_version.as_str()),
        ("ada@laptop", "0.1.0")
    );
    assert_eq!(
        (row.migration_id.as_str(), row.name.as_str()),
        ("id-b", "The migration b")
    );
    assert_eq!(row.checksum, three[1].checksum());
    assert_eq!(row.record, three[1].record);
    // By the server's clock, which here is this machine's.
    let started: jiff::Timestamp = row.started_at.parse().unwrap();
    let finished: jiff::Timestamp = row.finished_at.unwrap().parse().unwrap();
    assert!(started <= finished);
    let age = jiff::Timestamp::now().duration_since(started);
    assert!(age.as_secs().abs() < 60, "{age}");
    let history = place.history().await;
    let snapshot = history.snapshot.unwrap();
    assert_eq!(Some(&snapshot.fingerprint), report.fingerprint.as_ref());
    assert_eq!(snapshot.by, "ada@laptop");
    // Each event in its order.
    let short: Vec<_> = told.events.iter().map(short).collect();
    assert_eq!(
        short,
        [
            "connected",
            "begin a from 1",
            "send a 1",
            "done a 1/1",
            "end a Applied",
            "begin b from 1",
            "send b 1",
            "done b 1/1",
            "end b Applied",
            "begin c from 1",
            "send c 1",
            "done c 1/1",
            "end c Applied",
        ]
    );
    // Once more, and nothing happens.
    assert_eq!(place.run(&three).await.done().steps, []);
    // The last two back, the last first.
    let back = vec![
        pick(3, &three[2], Direction::Down),
        pick(2, &three[1], Direction::Down),
    ];
    let told = place.run_picks(back, false).await;
    assert_eq!(told.done().steps.len(), 2);
    place
        .holds(&["a"], "b", (RowState::RolledBack, 1, None))
        .await;
    assert_eq!(place.row("b").await.direction, Direction::Down);
    // And again.
    assert_eq!(place.run(&three).await.done().steps.len(), 2);
    place
        .holds(&["a", "b", "c"], "b", (RowState::Applied, 1, None))
        .await;
    assert_eq!(place.row("b").await.direction, Direction::Up);
    // The same schema has the same fingerprint.
    let again = place.history().await.snapshot.unwrap();
    assert_eq!(again.fingerprint, snapshot.fingerprint);
}

fn short(event: &RunnerEvent) -> String {
    match event {
        RunnerEvent::Connected { .. } => "connected".to_owned(),
        RunnerEvent::MigrationStarted { tag, from, .. } => format!("begin {tag} from {from}"),
        RunnerEvent::StatementStarted { tag, statement } => format!("send {tag} {statement}"),
        RunnerEvent::StatementDone {
            tag,
            statement,
            statements,
            ..
        } => format!("done {tag} {statement}/{statements}"),
        RunnerEvent::MigrationDone { tag, state, .. } => format!("end {tag} {state:?}"),
        other => format!("{other:?}"),
    }
}

/// What was chosen before the lock was there is looked at again under it.
pub async fn another_runner_was_quicker(server: &Server) {
    let place = server.place();
    let three = place.three();
    let early = pending(&place.history().await, &three);
    place.run(&three[..2]).await.done();
    let told = place.run_picks(early, false).await;
    assert_eq!(told.done().steps.len(), 3);
    let already = told.events.iter().filter_map(|event| match event {
        RunnerEvent::MigrationDone { tag, already, .. } => Some((tag.as_str(), *already)),
        _ => None,
    });
    let already: Vec<_> = already.collect();
    assert_eq!(already, [("a", true), ("b", true), ("c", false)]);
    assert_eq!(place.objects().await, ["a", "b", "c"]);
}

/// A checkout with other line ends is the same migration.
pub async fn line_ends_are_no_change(server: &Server) {
    let place = server.place();
    let statement = place.create("a").replace('(', "(\r\n");
    let crlf = place.migration("a", &[statement.clone()], &[]);
    place.run(std::slice::from_ref(&crlf)).await.done();
    let lf = place.migration("a", &[statement.replace("\r\n", "\n")], &[]);
    let told = place
        .run_picks(vec![pick(1, &lf, Direction::Up)], false)
        .await;
    assert_eq!(told.done().steps.len(), 1);
    assert!(matches!(
        told.events.last(),
        Some(RunnerEvent::MigrationDone { already: true, .. })
    ));
    place.holds(&["a"], "a", (RowState::Applied, 1, None)).await;
}

pub async fn an_edit_after_it_was_applied_is_refused(server: &Server) {
    let place = server.place();
    let three = place.three();
    place.run(&three).await.done();
    let edited = place.migration("b", &[place.create("other")], &[]);
    let told = place
        .run_picks(vec![pick(2, &edited, Direction::Up)], false)
        .await;
    assert_eq!(told.refused().code, "checksum_changed");
    assert_eq!(told.refused().tags, ["b"]);
    place
        .holds(&["a", "b", "c"], "b", (RowState::Applied, 1, None))
        .await;
    assert_eq!(place.row("b").await.checksum, three[1].checksum());
}

pub async fn out_of_order_and_missing_ones(server: &Server) {
    let place = server.place();
    let three = place.three();
    place
        .run(&[three[0].clone(), three[2].clone()])
        .await
        .done();
    // A colleague's: this catalog has no `c`, and the history has all of it.
    let row = place.row("c").await;
    let adopted = Migration::read(server.database_type(), &row.migration_id, &row.record).unwrap();
    assert_eq!(adopted, three[2]);
    // One that stands between those that are applied.
    assert_eq!(place.run(&three).await.done().steps.len(), 1);
    assert_eq!(place.objects().await, ["a", "b", "c"]);
    let tags: Vec<_> = place
        .history()
        .await
        .rows
        .into_iter()
        .map(|row| row.tag)
        .collect();
    assert_eq!(tags, ["a", "c", "b"], "oldest first");
    // The missing one can be reverted by what the history has.
    let told = place
        .run_picks(vec![pick(3, &adopted, Direction::Down)], false)
        .await;
    assert_eq!(told.done().steps.len(), 1);
    assert_eq!(place.objects().await, ["a", "b"]);
}

pub async fn checks_before_and_after(server: &Server) {
    let place = server.place();
    let (up, down) = ([place.create("b")], [place.drop("b")]);
    let with = |pre: &str, post: &str| {
        let list = |name: &str| {
            let check = place.exists(name);
            if place.is_mongo() {
                json!([serde_json::from_str::<serde_json::Value>(&check).unwrap()])
            } else {
                json!([check])
            }
        };
        let checks = json!({ "checks": { "pre": list(pre), "post": list(post) } });
        place.migration_with("b", &up, &down, checks)
    };
    // Before: nothing is sent.
    let told = place.run(&[with("a", "b")]).await;
    let Err(RunnerError::CheckFailed { message, tag, .. }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert_eq!(tag, "b");
    assert!(
        message.starts_with("Check 1 before b is not true."),
        "{message}"
    );
    place.holds(&[], "b", (RowState::Failed, 0, None)).await;
    // After: what can be taken back is.
    place.by_hand(&place.create("a")).await;
    let told = place.run(&[with("a", "c")]).await;
    assert!(
        told.message().starts_with("Check 1 after b is not true."),
        "{}",
        told.message()
    );
    if place.is_postgres() {
        place.holds(&["a"], "b", (RowState::Failed, 0, None)).await;
        place.run(&[with("a", "b")]).await.done();
    } else {
        place
            .holds(&["a", "b"], "b", (RowState::Failed, 1, None))
            .await;
        // Nothing is left to send but the check.
        let told = super::stops::repair(&place, runner::Repair::Resume, &[with("a", "b")]).await;
        assert_eq!(told.done().steps.len(), 1);
    }
    place
        .holds(&["a", "b"], "b", (RowState::Applied, 1, None))
        .await;
}

/// What is done stays, and nothing more is sent.
pub async fn cancelled_between_statements(server: &Server) {
    let place = server.place();
    let both = [place.create("b1"), place.create("b2")];
    let list = [
        place.migration("a", &[place.create("a")], &[]),
        place.migration("b", &both, &[]),
        place.migration("c", &[place.create("c")], &[]),
    ];
    let cancel = CancellationToken::new();
    let done = AtomicU32::new(0);
    let choose = |situation: &Situation<'_>| Ok(chosen(pending(situation.history, &list), false));
    let stop = |event: &RunnerEvent| {
        let second = matches!(event, RunnerEvent::StatementDone { .. })
            && done.fetch_add(1, Ordering::SeqCst) == 1;
        if second {
            cancel.cancel();
        }
    };
    let told = place
        .choosing(choose, &cancel, Limits::default(), &stop)
        .await;
    let Err(RunnerError::Cancelled { report }) = &told.result else {
        panic!("{:?}", told.result);
    };
    assert_eq!(report.steps[0].state, RowState::Applied);
    if place.is_postgres() {
        place.holds(&["a"], "b", (RowState::Failed, 0, None)).await;
    } else {
        assert_eq!(report.steps[1].statements_done, 1);
        place
            .holds(&["a", "b1"], "b", (RowState::Failed, 1, None))
            .await;
    }
    // Before anything: no account is made.
    let fresh = server.place();
    let told = fresh.run_with(&list, &cancel, Limits::default()).await;
    assert!(matches!(told.result, Err(RunnerError::Cancelled { .. })));
    assert!(!fresh.history().await.exists);
}

pub async fn drift_is_told(server: &Server) {
    let place = server.place();
    let three = place.three();
    place.run(&three[..1]).await.done();
    place.by_hand(&place.create("by_hand")).await;
    let drift = |told: &super::place::Told| {
        let events = told.events.iter();
        let found = events.filter_map(|event| match event {
            RunnerEvent::Drift { differences } => {
                let names = differences.iter().map(|one| one.key.name.clone());
                Some(names.collect::<Vec<_>>())
            }
            _ => None,
        });
        found.flatten().collect::<Vec<_>>()
    };
    // Whoever chooses can refuse: nothing is sent, and the drift stays.
    let never = CancellationToken::new();
    let refuse = |situation: &Situation<'_>| {
        assert!(!situation.drift.is_empty());
        Err(migrations::Refusal {
            code: "drift",
            message: "No.".to_owned(),
            tags: Vec::new(),
        })
    };
    let told = place
        .choosing(refuse, &never, Limits::default(), &|_| {})
        .await;
    assert_eq!(told.refused().code, "drift");
    let names = drift(&told);
    assert!(
        names.iter().any(|name| name.contains("by_hand")),
        "{names:?}"
    );
    assert_eq!(place.objects().await, ["a", "by_hand"]);
    // A run that does nothing leaves it too.
    assert!(!drift(&place.run(&three[..1]).await).is_empty());
    // One that does something leaves what is there.
    let told = place.run(&three[..2]).await;
    assert!(!drift(&told).is_empty());
    told.done();
    assert_eq!(drift(&place.run(&three[..2]).await), Vec::<String>::new());
}

/// It is applied as before, and the history says why.
pub async fn nothing_lasts_of_a_rollback_that_fails_at_once(server: &Server) {
    let place = server.place();
    let one = place.migration("a", &[place.create("a")], &[place.broken()]);
    place.run(std::slice::from_ref(&one)).await.done();
    let before = place.row("a").await;
    let told = place
        .run_picks(vec![pick(1, &one, Direction::Down)], false)
        .await;
    let (message, statement) = told.statement();
    assert_eq!(statement, 1);
    assert!(message.contains("still applied"), "{message}");
    place.holds(&["a"], "a", (RowState::Applied, 1, None)).await;
    let mut after = place.row("a").await;
    let error = after.error.take().unwrap();
    assert!(error.starts_with("The rollback failed."), "{error}");
    assert_eq!(after, before);
}
