//! Cancelling: what the server is told, what becomes of the operation, and that the session goes on.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use engines::{Batch, Fate, Session, code};
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};
use test_support::{MongoCompatible, MongoOptions};

use crate::scripted::{self, Reaction, fine};
use crate::subject::{command, failure, open, open_at, run};

/// Waits for what another task brings about.
async fn until(what: impl Fn() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A server as MongoDB is: a `find` takes until its session or operation is killed.
#[derive(Default)]
struct Slow {
    /// The commands, each with its connection.
    heard: Mutex<Vec<(i64, Document)>>,
    killed: Mutex<bool>,
    changed: Condvar,
}

impl Slow {
    fn heard(&self, name: &str) -> Vec<(i64, Document)> {
        let heard = self.heard.lock().unwrap();
        let named = heard.iter().filter(|(_, it)| it.contains_key(name));
        named.cloned().collect()
    }

    fn start(self: &Arc<Self>, knows_sessions: bool) -> String {
        let slow = Arc::clone(self);
        scripted::start(move |connection, command| {
            let heard = (connection, command.clone());
            slow.heard.lock().unwrap().push(heard);
            let name = command.keys().next().unwrap().as_str();
            match name {
                "find" | "update" => {
                    let mut killed = slow.killed.lock().unwrap();
                    while !*killed {
                        killed = slow.changed.wait(killed).unwrap();
                    }
                    *killed = false;
                    Some(scripted::refusal(11601, "Interrupted"))
                }
                "currentOp" => {
                    let (at, _) = slow.heard("lsid").pop().or(slow.heard("find").pop())?;
                    let pending = !slow.heard("killSessions").is_empty();
                    Some(Reaction::Reply(doc! { "ok": 1, "inprog": [
                        { "connectionId": at + 100, "opid": 6, "active": true },
                        { "connectionId": at, "opid": 7, "active": true, "killPending": pending },
                        { "connectionId": at, "opid": 8, "active": false },
                    ] }))
                }
                "killSessions" | "killOp" => {
                    *slow.killed.lock().unwrap() = true;
                    slow.changed.notify_all();
                    Some(fine())
                }
                "hello" if !knows_sessions => Some(Reaction::Reply(doc! {
                    "ok": 1, "ismaster": true, "maxWireVersion": 6, "connectionId": connection,
                })),
                _ => None,
            }
        })
    }
}

async fn cancelled(
    mut session: Box<dyn Session>,
    what: Value,
    running: impl Fn() -> bool,
) -> (Box<dyn Session>, (&'static str, Fate)) {
    let canceller = session.canceller();
    let waiting = tokio::spawn(async move {
        let result = run(session.as_mut(), what).await;
        (session, failure(result))
    });
    until(running).await;
    let started = Instant::now();
    canceller.cancel().await.unwrap();
    let (session, failure) = waiting.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
    (session, failure)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_is_killed_where_there_are_sessions() {
    let slow = Arc::new(Slow::default());
    let session = open_at(&slow.start(true), false).await.unwrap();
    let find = json!({ "find": "a" });
    let (mut session, failure) = cancelled(session, find, || !slow.heard("find").is_empty()).await;
    assert_eq!(failure, (code::CANCELLED, Fate::Refused));
    let (_, find) = slow.heard("find").remove(0);
    let (_, kill) = slow.heard("killSessions").remove(0);
    assert!(slow.heard("killOp").is_empty(), "it was told once");
    let killed = kill.get_array("killSessions").unwrap();
    assert_eq!(
        killed[0],
        Bson::Document(find.get_document("lsid").unwrap().clone())
    );

    assert!(run(session.as_mut(), json!({ "ping": 1 })).await.is_ok());
    let (connection, ping) = slow.heard("ping").remove(0);
    assert_eq!(connection, 1, "the connection stays");
    assert_ne!(
        ping.get("lsid"),
        find.get("lsid"),
        "the logical session does not"
    );

    // Nobody knows how far a write came.
    let update = json!({ "update": "a", "updates": [{ "q": {}, "u": {} }] });
    let (_, failure) = cancelled(session, update, || !slow.heard("update").is_empty()).await;
    assert_eq!(failure, (code::CANCELLED, Fate::Unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn elsewhere_the_operation_is_found_by_its_connection() {
    let slow = Arc::new(Slow::default());
    let session = open_at(&slow.start(false), false).await.unwrap();
    let find = json!({ "find": "a" });
    let (mut session, failure) = cancelled(session, find, || !slow.heard("find").is_empty()).await;
    assert_eq!(failure, (code::CANCELLED, Fate::Refused));
    assert!(slow.heard("killSessions").is_empty());
    let kills = slow.heard("killOp");
    let killed: Vec<_> = kills
        .iter()
        .map(|(_, it)| it.get_i32("op").unwrap())
        .collect();
    assert_eq!(killed, [7]);
    assert!(run(session.as_mut(), json!({ "ping": 1 })).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_was_left_alone_can_still_be_stopped() {
    let slow = Arc::new(Slow::default());
    let mut session = open_at(&slow.start(true), false).await.unwrap();
    let canceller = session.canceller();
    let find = command(&json!({ "find": "a" }));
    let waited = tokio::time::timeout(Duration::from_millis(200), session.start(&find)).await;
    assert!(waited.is_err());
    canceller.cancel().await.unwrap();
    assert_eq!(slow.heard("killSessions").len(), 1);
    // Over a new connection: the answer to the old question is nobody's.
    assert!(run(session.as_mut(), json!({ "ping": 1 })).await.is_ok());
    assert_ne!(slow.heard("ping")[0].0, slow.heard("find")[0].0);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_server_that_closes_the_connection() {
    let server = MongoCompatible::start_with(MongoOptions {
        fail_points: true,
        ..MongoOptions::default()
    });
    let url = server.url("app");
    let admin = server.url("admin");
    let mut other = open_at(&admin, false).await.unwrap();
    let slow = json!({ "configureFailPoint": "failCommand", "mode": "alwaysOn",
        "data": { "failCommands": ["count"], "blockConnection": true, "blockTimeMS": 20_000 } });
    run(other.as_mut(), slow).await.unwrap();
    let session = open_at(&url, false).await.unwrap();
    let started = Instant::now();
    // What the server knows of its connections' operations is too little to wait for.
    let running = || started.elapsed() > Duration::from_millis(300);
    let (mut session, failure) = cancelled(session, json!({ "count": "a" }), running).await;
    assert_eq!(failure, (code::CANCELLED, Fate::Refused));
    let insert = json!({ "insert": "after", "documents": [{ "_id": 1 }] });
    run(session.as_mut(), insert).await.unwrap();
    assert!(
        run(session.as_mut(), json!({ "find": "after" }))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_batches_the_cursor_is_ended() {
    let mut session = open(false).await;
    let documents: Vec<_> = (0..1_000).map(|it| json!({ "_id": it })).collect();
    run(
        session.as_mut(),
        json!({ "insert": "many", "documents": documents }),
    )
    .await
    .unwrap();
    let canceller = session.canceller();
    session
        .start(&command(&json!({ "find": "many" })))
        .await
        .unwrap();
    let mut batch = Batch::default();
    session.fetch(50, &mut batch).await.unwrap();
    canceller.cancel().await.unwrap();
    let result = async {
        while session.fetch(1000, &mut batch).await?.is_none() {}
        Ok(())
    };
    assert_eq!(failure(result.await), (code::CANCELLED, Fate::Refused));
    let count = run(session.as_mut(), json!({ "count": "many" })).await;
    assert_eq!(count.unwrap().rows, [[json!(1_000)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_cancel_is_fine_and_harms_nothing() {
    let mut session = open(false).await;
    let canceller = session.canceller();
    canceller.cancel().await.unwrap();
    run(session.as_mut(), json!({ "ping": 1 })).await.unwrap();
    canceller.cancel().await.unwrap();
    session.begin(None).await.unwrap();
    let insert = json!({ "insert": "t", "documents": [{ "_id": 1 }] });
    run(session.as_mut(), insert.clone()).await.unwrap();
    canceller.cancel().await.unwrap();
    session.commit().await.unwrap();
    let count = run(session.as_mut(), json!({ "count": "t" })).await;
    assert_eq!(count.unwrap().rows, [[json!(1)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_operation_ends_its_transaction() {
    let slow = Arc::new(Slow::default());
    let mut session = open_at(&slow.start(true), false).await.unwrap();
    session.begin(None).await.unwrap();
    let insert = json!({ "insert": "t", "documents": [{ "_id": 1 }] });
    run(session.as_mut(), insert).await.unwrap();
    let update = json!({ "update": "a", "updates": [{ "q": {}, "u": {} }] });
    let (mut session, found) =
        cancelled(session, update, || !slow.heard("update").is_empty()).await;
    assert_eq!(found, (code::CANCELLED, Fate::Refused));
    let ping = run(session.as_mut(), json!({ "ping": 1 })).await;
    assert_eq!(failure(ping), (code::STATEMENT_FAILED, Fate::NotSent));
    session.rollback().await.unwrap();
    let (_, abort) = slow.heard("abortTransaction").remove(0);
    assert_eq!(abort.get("lsid"), slow.heard("insert")[0].1.get("lsid"));
    assert!(run(session.as_mut(), json!({ "ping": 1 })).await.is_ok());
}
