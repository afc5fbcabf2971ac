//! Cancelling, and futures that are dropped.

use std::time::{Duration, Instant};

use engines::{Batch, Fate, code};
use futures_util::FutureExt;
use serde_json::json;

use super::{fault, one, open, run, running, sql, text, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_the_statement_at_the_server() {
    let mut session = open(false).await;
    let canceller = session.canceller();
    let waiting = tokio::spawn(async move {
        let result = run(session.as_mut(), "SELECT pg_sleep(60) /* cancel-me */", &[]).await;
        (session, result.err())
    });
    wait_for("cancel-me", "1").await;
    let cancelled = Instant::now();
    canceller.cancel().await.unwrap();
    let (mut session, error) = waiting.await.unwrap();
    assert!(cancelled.elapsed() < Duration::from_secs(5));
    let error = error.unwrap();
    assert_eq!(
        (error.error.code, error.fate),
        (code::CANCELLED, Fate::Refused)
    );
    assert_eq!(running("cancel-me"), "0");
    assert_eq!(one(session.as_mut(), "SELECT 1", &[]).await.1, json!(1));
    session.close().await;
}

/// More rows than any buffer holds, as long as they are read.
const MANY: &str = "SELECT repeat('x', 10000), generate_series(1, 100000000)";

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_are_ended_too() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let many = format!("{MANY} /* cancel-rows */");
    session.start(&sql(&many, &[])).await.unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    wait_for("cancel-rows", "1").await;
    session.canceller().cancel().await.unwrap();
    let ended = loop {
        batch.clear();
        match session.fetch(10_000, &mut batch).await {
            Ok(None) => {}
            Ok(Some(_)) => panic!("the rows came to their end"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (ended.error.code, ended.fate),
        (code::CANCELLED, Fate::Refused)
    );
    assert_eq!(running("cancel-rows"), "0");
    assert_eq!(one(session, "SELECT 1", &[]).await.1, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_nobody_wants_hold_nothing_up() {
    let mut session = open(true).await;
    let session = session.as_mut();
    session.start(&sql(MANY, &[])).await.unwrap();
    session.fetch(1, &mut Batch::default()).await.unwrap();
    let started = Instant::now();
    assert_eq!(one(session, "SELECT 1", &[]).await.1, json!(1));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_hits_no_other_statement() {
    let mut session = open(false).await;
    let session = session.as_mut();
    // Nothing runs.
    session.canceller().cancel().await.unwrap();
    assert_eq!(one(session, "SELECT 1", &[]).await.1, json!(1));
    for round in 0..60 {
        let started = session.start(&sql("SELECT 1, pg_sleep(0)", &[])).await;
        let canceller = session.canceller();
        let mut cancelling = Box::pin(async move { canceller.cancel().await });
        // It knows now which operation it is for; on a busy machine it may be done at once.
        let begun = (&mut cancelling).now_or_never();
        let cancelling = tokio::spawn(async move {
            match begun {
                Some(done) => done,
                None => cancelling.await,
            }
        });
        if started.is_ok() && round % 2 == 0 {
            drop(session.fetch(10, &mut Batch::default()).await);
        }
        if round % 4 < 2 {
            cancelling.await.unwrap().unwrap();
        }
        let number = round.to_string();
        let after = one(session, "SELECT $1 || pg_sleep(0.02)", &[text(&number)]).await;
        assert_eq!(after.1, json!(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_leaves_no_answer_to_another_question() {
    let soon = Duration::from_millis(100);
    // While rows are waited for: they come later.
    let mut session = open(false).await;
    let rows = sql(
        "SELECT i, pg_sleep(CASE WHEN i = 3000 THEN 0.4 ELSE 0 END) FROM generate_series(1, 3001) i",
        &[],
    );
    session.start(&rows).await.unwrap();
    let mut batch = Batch::default();
    let dropped = tokio::time::timeout(soon, session.fetch(10_000, &mut batch)).await;
    assert!(dropped.is_err());
    while session.fetch(10_000, &mut batch).await.unwrap().is_none() {}
    assert_eq!(batch.rows(), 3001);
    assert_eq!(one(session.as_mut(), "SELECT 2", &[]).await.1, json!(2));
    // While the head is waited for: the session is lost, and says so.
    let slow = sql("SELECT pg_sleep(0.4), 'wrong'", &[]);
    let dropped = tokio::time::timeout(soon, session.start(&slow)).await;
    assert!(dropped.is_err());
    let next = fault(session.as_mut(), "SELECT 'right'").await;
    assert_eq!(
        (next.error.code, next.fate),
        (code::CONNECTION_LOST, Fate::NotSent)
    );
    let next = session.commit().await.err().unwrap();
    assert_eq!(next.error.code, code::CONNECTION_LOST);
}
