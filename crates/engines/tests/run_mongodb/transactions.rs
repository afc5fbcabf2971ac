//! Transactions, where the server has them.

use engines::{Fate, IsolationLevel, Session, code};
use serde_json::{Value, json};
use test_support::{MongoCompatible, MongoOptions};

use crate::subject::{error, failure, open, open_at, run};

fn insert(id: i32) -> Value {
    json!({ "insert": "t", "documents": [{ "_id": id }] })
}

async fn ids(session: &mut dyn Session) -> Vec<Value> {
    let find = json!({ "find": "t", "sort": { "_id": 1 } });
    let found = run(session, find).await.unwrap();
    found
        .rows
        .into_iter()
        .map(|mut row| row.remove(0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_kept_or_taken_back() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let mut other = open(true).await;
    run(session, json!({ "create": "t" })).await.unwrap();

    session.begin(None).await.unwrap();
    run(session, insert(1)).await.unwrap();
    assert_eq!(ids(session).await, [1]);
    assert!(ids(other.as_mut()).await.is_empty());
    session.rollback().await.unwrap();
    assert!(ids(session).await.is_empty());

    session.begin(None).await.unwrap();
    run(session, insert(2)).await.unwrap();
    run(session, insert(3)).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(ids(other.as_mut()).await, [2, 3]);

    // One that nothing happened in.
    session.begin(None).await.unwrap();
    session.commit().await.unwrap();
    session.begin(None).await.unwrap();
    session.rollback().await.unwrap();

    // One whose rows are unread when it ends.
    session.begin(None).await.unwrap();
    let find = crate::subject::command(&json!({ "find": "t", "batchSize": 1 }));
    session.start(&find).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(ids(session).await, [2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_ends_one() {
    let mut session = open(false).await;
    let session = session.as_mut();
    run(session, insert(1)).await.unwrap();
    session.begin(None).await.unwrap();
    run(session, insert(2)).await.unwrap();
    assert_eq!(
        failure(run(session, insert(1)).await),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    assert_eq!(
        failure(run(session, insert(3)).await),
        (code::STATEMENT_FAILED, Fate::NotSent)
    );
    // What looks like success must be one.
    assert_eq!(
        failure(session.commit().await),
        (code::STATEMENT_FAILED, Fate::RolledBack)
    );
    assert_eq!(ids(session).await, [1]);
    session.begin(None).await.unwrap();
    assert!(run(session, insert(1)).await.is_err());
    session.rollback().await.unwrap();
    run(session, insert(4)).await.unwrap();
    assert_eq!(ids(session).await, [1, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_write_the_same() {
    let mut first = open(false).await;
    let mut second = open(false).await;
    run(first.as_mut(), insert(1)).await.unwrap();
    let update = |value: i32| json!({ "update": "t", "updates": [{ "q": { "_id": 1 }, "u": { "$set": { "v": value } } }] });
    first.begin(None).await.unwrap();
    second.begin(None).await.unwrap();
    run(first.as_mut(), update(1)).await.unwrap();
    let conflict = error(run(second.as_mut(), update(2)).await);
    assert_eq!(
        (conflict.error.code, conflict.fate, conflict.error.retryable),
        (code::SERIALIZATION_FAILURE, Fate::RolledBack, true)
    );
    second.rollback().await.unwrap();
    first.commit().await.unwrap();
    second.begin(None).await.unwrap();
    run(second.as_mut(), update(2)).await.unwrap();
    second.commit().await.unwrap();
    let found = run(first.as_mut(), json!({ "find": "t" })).await.unwrap();
    assert_eq!(found.rows, [[json!(1), json!(2)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_not() {
    let mut session = open(false).await;
    let level = Some(IsolationLevel::Serializable);
    assert_eq!(
        failure(session.begin(level).await),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
    for result in [session.commit().await, session.rollback().await] {
        assert_eq!(failure(result), (code::STATEMENT_FAILED, Fate::NotSent));
    }
    session.begin(None).await.unwrap();
    assert_eq!(
        failure(session.begin(None).await),
        (code::STATEMENT_FAILED, Fate::NotSent)
    );
    let server = MongoCompatible::start_with(MongoOptions {
        standalone: true,
        ..MongoOptions::default()
    });
    let mut session = open_at(&server.url("app"), false).await.unwrap();
    let none = error(session.begin(None).await);
    assert_eq!(
        (none.error.code, none.fate),
        (code::TRANSACTIONS_UNSUPPORTED, Fate::NotSent)
    );
    run(session.as_mut(), insert(1)).await.unwrap();
}
