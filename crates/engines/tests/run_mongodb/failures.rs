//! Connections that break, members that change their role, answers that are none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engines::{Batch, Fate, code};
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use test_support::{MongoCompatible, MongoOptions};

use crate::scripted::{self, Reaction, fine, message, refusal};
use crate::subject::{command, error, failure, open_at, run};

fn insert() -> Value {
    json!({ "insert": "a", "documents": [{ "_id": 1 }] })
}

/// A server that reacts so to one command, whenever it comes.
fn reacts(to: &'static str, reaction: impl Fn() -> Reaction + Send + Sync + 'static) -> String {
    scripted::start(move |_, command| command.contains_key(to).then(&reaction))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies() {
    let server = MongoCompatible::start_with(MongoOptions {
        private: true,
        ..MongoOptions::default()
    });
    let mut session = open_at(&server.url("app"), false).await.unwrap();
    let mut idle = open_at(&server.url("app"), false).await.unwrap();
    let documents: Vec<_> = (0..5_000).map(|it| json!({ "_id": it })).collect();
    let many = json!({ "insert": "many", "documents": documents });
    run(session.as_mut(), many).await.unwrap();
    session
        .start(&command(&json!({ "find": "many" })))
        .await
        .unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    server.stop();
    let result = async {
        while session.fetch(1000, &mut batch).await?.is_none() {}
        Ok(())
    };
    assert_eq!(
        failure(result.await),
        (code::CONNECTION_LOST, Fate::Unknown)
    );
    // What was read is there.
    assert_eq!(batch.rows(), 101);
    for session in [&mut session, &mut idle] {
        for _ in 0..2 {
            let next = run(session.as_mut(), insert()).await;
            assert_eq!(failure(next), (code::CONNECTION_LOST, Fate::NotSent));
        }
    }
    session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_a_write_was_sent() {
    let url = reacts("insert", || Reaction::Close);
    let mut session = open_at(&url, false).await.unwrap();
    let write = error(run(session.as_mut(), insert()).await);
    assert_eq!(
        (write.error.code, write.fate),
        (code::CONNECTION_LOST, Fate::Unknown)
    );
    assert!(
        !write.error.remedy.contains("tls=true"),
        "{}",
        write.error.remedy
    );
    // In a transaction the server takes it back.
    let mut session = open_at(&url, false).await.unwrap();
    session.begin(None).await.unwrap();
    assert_eq!(
        failure(run(session.as_mut(), insert()).await),
        (code::CONNECTION_LOST, Fate::RolledBack)
    );
    session.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_none() {
    let answers: Vec<(&str, Vec<u8>)> = vec![
        (
            "another protocol",
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        ),
        (
            "an absurd length",
            [i32::MAX, 1, 3, 2013, 0].map(i32::to_le_bytes).concat(),
        ),
        (
            "a negative length",
            [-1, 1, 3, 2013, 0].map(i32::to_le_bytes).concat(),
        ),
        ("another question's", message(99, &doc! { "ok": 1 })),
        ("zeros", vec![0; 64]),
    ];
    for (what, bytes) in answers {
        let url = reacts("insert", move || Reaction::Bytes(bytes.clone()));
        let mut session = open_at(&url, false).await.unwrap();
        assert_eq!(
            failure(run(session.as_mut(), insert()).await),
            (code::CONNECTION_LOST, Fate::Unknown),
            "{what}"
        );
        let next = run(session.as_mut(), insert()).await;
        assert_eq!(
            failure(next),
            (code::CONNECTION_LOST, Fate::NotSent),
            "{what}"
        );
    }
    let cursors: Vec<Document> = vec![
        doc! { "id": "x", "ns": "app.a", "firstBatch": [] },
        doc! { "id": 5_i64, "ns": "app", "firstBatch": [] },
        doc! { "id": 0_i64, "ns": "app.a", "firstBatch": [1] },
    ];
    for cursor in cursors {
        let what = cursor.to_string();
        let url = reacts("find", move || {
            Reaction::Reply(doc! { "ok": 1, "cursor": cursor.clone() })
        });
        let mut session = open_at(&url, false).await.unwrap();
        let found = run(session.as_mut(), json!({ "find": "a" })).await;
        assert_eq!(
            failure(found),
            (code::CONNECTION_LOST, Fate::Unknown),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_change_their_role() {
    for (number, name, of_write, of_read) in [
        (10107, "NotWritablePrimary", Fate::Refused, Fate::Refused),
        (
            13435,
            "NotPrimaryNoSecondaryOk",
            Fate::Refused,
            Fate::Refused,
        ),
        (189, "PrimarySteppedDown", Fate::Unknown, Fate::Refused),
        (
            11602,
            "InterruptedDueToReplStateChange",
            Fate::Unknown,
            Fate::Refused,
        ),
        (91, "ShutdownInProgress", Fate::Unknown, Fate::Refused),
    ] {
        let url = scripted::start(move |_, command| {
            let asked = command.contains_key("insert") || command.contains_key("find");
            asked.then(|| refusal(number, name))
        });
        let mut session = open_at(&url, false).await.unwrap();
        let write = error(run(session.as_mut(), insert()).await);
        assert_eq!(
            (write.error.code, write.fate),
            (code::SERVER_ERROR, of_write),
            "{name}"
        );
        assert_eq!(write.error.server_code.as_deref(), Some(name));
        assert!(
            write.error.retryable && write.error.remedy.contains("primary"),
            "{name}"
        );
        let read = run(session.as_mut(), json!({ "find": "a" })).await;
        assert_eq!(failure(read), (code::SERVER_ERROR, of_read), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_less_safe_than_asked_for() {
    let url = reacts("insert", || {
        Reaction::Reply(doc! { "ok": 1, "n": 1, "writeConcernError": {
            "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out",
        } })
    });
    let mut session = open_at(&url, false).await.unwrap();
    let unsafe_write = error(run(session.as_mut(), insert()).await);
    assert_eq!(
        (
            unsafe_write.error.code,
            unsafe_write.fate,
            unsafe_write.error.retryable
        ),
        (code::WRITE_CONCERN_FAILED, Fate::Unknown, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_are_done_in_part() {
    // Documents that were merged before the error stay.
    let merge =
        json!({ "aggregate": "a", "pipeline": [{ "$merge": { "into": "b" } }], "cursor": {} });
    let read = json!({ "aggregate": "a", "pipeline": [], "cursor": {} });
    for (command, fate) in [(merge, Fate::Unknown), (read, Fate::Refused)] {
        let url = reacts("aggregate", || refusal(11000, "DuplicateKey"));
        let mut session = open_at(&url, false).await.unwrap();
        let result = run(session.as_mut(), command).await;
        assert_eq!(failure(result), (code::CONSTRAINT_VIOLATED, fate));
    }
    // Operations of one command, of which some fail.
    for (inserted, fate) in [(1, Fate::Unknown), (0, Fate::Refused)] {
        let url = reacts("bulkWrite", move || {
            Reaction::Reply(doc! {
                "ok": 1, "nErrors": 2, "nInserted": inserted, "nModified": 0, "nDeleted": 0, "nUpserted": 0,
                "cursor": { "id": 0_i64, "ns": "admin.$cmd.bulkWrite", "firstBatch": [
                    { "ok": 1.0, "idx": 0, "n": inserted },
                    { "ok": 0.0, "idx": 1, "code": 11000, "errmsg": "duplicate" },
                    { "ok": 0.0, "idx": 2, "code": 121, "errmsg": "invalid" },
                ] },
            })
        });
        let mut session = open_at(&url, false).await.unwrap();
        let command = json!({ "bulkWrite": 1, "ops": [], "nsInfo": [] });
        let failed = error(run(session.as_mut(), command).await);
        assert_eq!(
            (failed.error.code, failed.fate),
            (code::CONSTRAINT_VIOLATED, fate)
        );
        assert!(
            failed
                .error
                .message
                .contains("number 2 of the command, and 1 more failed"),
            "{failed:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_refusals() {
    for (number, code, fate) in [
        (50, code::TIMED_OUT, Fate::Unknown),
        (24, code::LOCK_TIMEOUT, Fate::Refused),
        (13, code::PERMISSION_DENIED, Fate::Refused),
        (112, code::SERIALIZATION_FAILURE, Fate::RolledBack),
        (11601, code::CANCELLED, Fate::Unknown),
        (6, code::SERVER_ERROR, Fate::Unknown),
        (2, code::STATEMENT_FAILED, Fate::Refused),
        (10334, code::VALUE_REFUSED, Fate::Refused),
    ] {
        let url = reacts("insert", move || refusal(number, ""));
        let mut session = open_at(&url, false).await.unwrap();
        let found = error(run(session.as_mut(), insert()).await);
        assert_eq!((found.error.code, found.fate), (code, fate), "{number}");
        assert_eq!(found.error.server_code, Some(number.to_string()));
        assert!(run(session.as_mut(), json!({ "ping": 1 })).await.is_ok());
    }
}

/// A commit whose answer is lost this often, and what came to the server.
async fn commit(
    losses: usize,
    end: fn() -> Reaction,
) -> (Result<(), engines::RunError>, Vec<Document>) {
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let commits = Arc::clone(&heard);
    let count = AtomicUsize::new(0);
    let url = scripted::start(move |_, command| {
        if !command.contains_key("commitTransaction") {
            return None;
        }
        commits.lock().unwrap().push(command.clone());
        let lost = count.fetch_add(1, Ordering::SeqCst) < losses;
        Some(if lost { Reaction::Close } else { end() })
    });
    let mut session = open_at(&url, false).await.unwrap();
    session.begin(None).await.unwrap();
    run(session.as_mut(), insert()).await.unwrap();
    let result = session.commit().await;
    if failure_of(&result) == Some(Fate::Unknown) {
        let next = run(session.as_mut(), insert()).await;
        assert_eq!(failure(next), (code::STATEMENT_FAILED, Fate::NotSent));
    }
    let heard = heard.lock().unwrap().clone();
    (result, heard)
}

fn failure_of(result: &Result<(), engines::RunError>) -> Option<Fate> {
    result.as_ref().err().map(|error| error.fate)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_asked_for_once_more() {
    let (result, heard) = commit(1, fine).await;
    result.unwrap();
    assert_eq!(heard.len(), 2);
    for field in ["lsid", "txnNumber"] {
        assert_eq!(heard[0].get(field), heard[1].get(field), "{field}");
    }
    assert!(heard[0].get("writeConcern").is_none());
    let concern = heard[1].get_document("writeConcern").unwrap();
    assert_eq!(concern.get_str("w").unwrap(), "majority");

    let (result, heard) = commit(2, fine).await;
    assert_eq!(failure(result), (code::CONNECTION_LOST, Fate::Unknown));
    assert_eq!(heard.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_are_refused() {
    let (result, _) = commit(0, || refusal(251, "NoSuchTransaction")).await;
    assert_eq!(failure_of(&result), Some(Fate::RolledBack));
    let (result, _) = commit(0, || refusal(91, "ShutdownInProgress")).await;
    assert_eq!(failure_of(&result), Some(Fate::Unknown));
    let (result, _) = commit(0, || refusal(13, "Unauthorized")).await;
    assert_eq!(failure(result), (code::PERMISSION_DENIED, Fate::RolledBack));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_stay_here() {
    let url = scripted::start(|_, command| {
        command.contains_key("insert").then(|| {
            Reaction::Reply(doc! { "ok": 0, "code": 2, "errmsg": "tlsCertificateKeyFilePassword is hunter-22222" })
        })
    });
    let url = format!("{url}?tlsCertificateKeyFilePassword=hunter-22222");
    let mut session = open_at(&url, false).await.unwrap();
    let refused = error(run(session.as_mut(), insert()).await);
    assert!(!format!("{refused:?}").contains("hunter"), "{refused:?}");
}
