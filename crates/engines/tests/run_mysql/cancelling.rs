//! A statement is ended at the server, and the session goes on.

use std::time::{Duration, Instant};

use engines::{Batch, Fate, code};
use futures_util::FutureExt;
use serde_json::json;
use test_support::MySqlServer;

use super::{done, integer, mariadb, mysql57, one, open, run, sql, value};

/// How many sessions run a statement with this word in it, as the server's list of processes has it.
fn running(server: &MySqlServer, word: &str) -> usize {
    server
        .sql("SHOW FULL PROCESSLIST")
        .lines()
        .filter(|line| line.contains(word))
        .count()
}

async fn wait_for(server: &MySqlServer, word: &str, count: usize) {
    let started = Instant::now();
    while running(server, word) != count {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{word} is not there {count} times"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_the_statement_at_the_server() {
    cancel(&mariadb()).await;
    cancel(&mysql57()).await;
}

async fn cancel(server: &MySqlServer) {
    let mut session = open(server, false).await;
    done(session.as_mut(), "CREATE TABLE touched (i INT)").await;
    done(session.as_mut(), "INSERT INTO touched VALUES (1), (2), (3)").await;
    for statement in [
        "SELECT COUNT(*) FROM information_schema.collations a, information_schema.collations b, information_schema.collations c, \
         information_schema.collations d /* cancel-me */",
        "UPDATE touched SET i = 9 + SLEEP(20) /* cancel-me */",
    ] {
        let canceller = session.canceller();
        let waiting = tokio::spawn(async move {
            let result = run(session.as_mut(), statement, &[]).await;
            (session, result)
        });
        wait_for(server, "cancel-me", 1).await;
        let cancelled = Instant::now();
        canceller.cancel().await.unwrap();
        let (back, result) = waiting.await.unwrap();
        session = back;
        assert!(cancelled.elapsed() < Duration::from_secs(5));
        assert_eq!(running(server, "cancel-me"), 0);
        let error = result.err().unwrap();
        assert_eq!(
            (error.error.code, error.fate),
            (code::CANCELLED, Fate::Refused),
            "{error:?}"
        );
        assert_eq!(
            value(session.as_mut(), "SELECT SUM(i) FROM touched").await,
            json!("6")
        );
    }
    // In the middle of its rows, while nobody reads them.
    let many = sql(
        "SELECT REPEAT('x', 10000) FROM information_schema.collations a, information_schema.collations b, \
         information_schema.collations c /* cancel-rows */",
        &[],
    );
    session.start(&many).await.unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    wait_for(server, "cancel-rows", 1).await;
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
    assert_eq!(running(server, "cancel-rows"), 0);
    assert_eq!(value(session.as_mut(), "SELECT 1").await, json!(1));
    session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_hits_no_other_statement() {
    spared(&mariadb()).await;
    spared(&mysql57()).await;
}

async fn spared(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    // Nothing runs.
    session.canceller().cancel().await.unwrap();
    assert_eq!(value(session, "SELECT 1").await, json!(1));
    // The operation ends while the cancellation is on its way, or its rows are at their end and not yet read.
    for round in 0..40 {
        let started = session
            .start(&sql("SELECT 1, SLEEP(?)", &[integer(0)]))
            .await;
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
        let after = one(session, "SELECT ? + SLEEP(0.02)", &[integer(round)]).await;
        assert_eq!(after.1, json!(round));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_closed_in_the_middle_leaves_nothing_running() {
    let server = mariadb();
    let mut session = open(&server, false).await;
    let many = sql(
        "SELECT REPEAT('x', 10000) FROM information_schema.collations a, information_schema.collations b, \
         information_schema.collations c /* left-me */",
        &[],
    );
    session.start(&many).await.unwrap();
    wait_for(&server, "left-me", 1).await;
    session.close().await;
    wait_for(&server, "left-me", 0).await;
    let aborted = server.sql("SHOW GLOBAL STATUS LIKE 'Aborted_clients'");
    // One that is closed in order is no aborted one.
    open(&server, false).await.close().await;
    assert_eq!(
        server.sql("SHOW GLOBAL STATUS LIKE 'Aborted_clients'"),
        aborted
    );
}
