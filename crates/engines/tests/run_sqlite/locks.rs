//! Others who have the file, and statements that are told to stop.

use std::time::{Duration, Instant};

use engines::{Batch, Fate, code};
use serde_json::json;

use super::{File, done, fault, one, run, sql};

const ENDLESS: &str =
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c";

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_ends_the_statement_and_the_session_goes_on() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    done(session.as_mut(), "INSERT INTO t (n) VALUES (1), (2), (3)").await;
    for statement in [
        ENDLESS,
        "UPDATE t SET n = (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c)",
    ] {
        let canceller = session.canceller();
        let running = tokio::spawn(async move {
            let result = run(session.as_mut(), statement, &[]).await;
            (session, result)
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let cancelled = Instant::now();
        canceller.cancel().await.unwrap();
        let (back, result) = running.await.unwrap();
        session = back;
        assert!(cancelled.elapsed() < Duration::from_secs(5));
        let error = result.err().unwrap();
        assert_eq!(
            (error.error.code, error.fate),
            (code::CANCELLED, Fate::Refused)
        );
        let sum = one(session.as_mut(), "SELECT sum(n) FROM t", &[]).await.1;
        assert_eq!(sum, json!(6));
    }
    // In the middle of its rows; and one that is over is not hit.
    let many = sql(
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c",
        &[],
    );
    session.start(&many).await.unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    session.canceller().cancel().await.unwrap();
    let ended = session.fetch(1_000_000, &mut batch).await.err().unwrap();
    assert_eq!(ended.error.code, code::CANCELLED);
    session.canceller().cancel().await.unwrap();
    assert_eq!(one(session.as_mut(), "SELECT 1", &[]).await.1, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_waited_for_and_the_wait_can_be_cancelled() {
    let file = File::new().await;
    let (mut one_session, mut other) = (file.open(false).await, file.open(false).await);
    one_session.begin(None).await.unwrap();
    done(one_session.as_mut(), "INSERT INTO t (n) VALUES (1)").await;
    // The other waits until the first is done.
    let waiting = tokio::spawn(async move {
        let done = run(other.as_mut(), "INSERT INTO t (n) VALUES (2)", &[]).await;
        (other, done)
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    one_session.commit().await.unwrap();
    let (mut other, written) = waiting.await.unwrap();
    written.unwrap();
    // A wait ends when it is told to.
    one_session.begin(None).await.unwrap();
    let canceller = other.canceller();
    let waiting = tokio::spawn(async move {
        let error = fault(other.as_mut(), "INSERT INTO t (n) VALUES (3)", &[]).await;
        (other, error)
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    canceller.cancel().await.unwrap();
    let (mut other, error) = waiting.await.unwrap();
    assert_eq!(
        (error.error.code, error.fate),
        (code::CANCELLED, Fate::Refused)
    );
    // And by itself in the end, with nothing done.
    let started = Instant::now();
    let error = fault(other.as_mut(), "INSERT INTO t (n) VALUES (3)", &[]).await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::LOCK_TIMEOUT, Fate::Refused)
    );
    assert!(error.error.retryable && started.elapsed() < Duration::from_secs(20));
    one_session.rollback().await.unwrap();
    assert_eq!(
        one(other.as_mut(), "SELECT count(*) FROM t", &[]).await.1,
        json!(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_dropped_leaves_no_lock() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    session.begin(None).await.unwrap();
    done(session.as_mut(), "INSERT INTO t (n) VALUES (1)").await;
    let running = tokio::spawn(async move {
        let _never = run(session.as_mut(), ENDLESS, &[]).await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.abort();
    let mut other = file.open(false).await;
    done(other.as_mut(), "INSERT INTO t (n) VALUES (2)").await;
    assert_eq!(
        one(other.as_mut(), "SELECT count(*) FROM t", &[]).await.1,
        json!(1)
    );
}
