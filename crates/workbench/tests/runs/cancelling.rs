//! A run that is cancelled or out of time ends at the server too, within two seconds.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use serde_json::json;
use test_support::{MongoCompatible, MongoOptions};
use workbench::{AppError, RunPage};

use crate::bench::{Act, Bench, Listener, bench, fate};
use crate::servers::{self, Server};

const LIMIT: Duration = Duration::from_secs(2);

/// How many sessions of others run a statement with this word in it, as the server's own list has it.
fn running(server: &Server, word: &str) -> usize {
    let listed = match server {
        Server::Postgres(_) => server.sql(
            "SELECT replace(query, chr(10), ' ') FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()",
        ),
        _ => server.mysql().sql("SHOW FULL PROCESSLIST"),
    };
    listed.lines().filter(|line| line.contains(word)).count()
}

async fn until(server: &Server, word: &str, count: usize, limit: Duration) {
    let started = Instant::now();
    while running(server, word) != count {
        assert!(
            started.elapsed() < limit,
            "{}: {word} is not there {count} times",
            server.name()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A run in the background.
fn start(
    bench: &Bench,
    action: &str,
    run_id: &str,
    limit: u32,
) -> (tokio::task::JoinHandle<Result<RunPage, AppError>>, Listener) {
    let mut request = bench.request(action, &json!({}));
    request.run_id = run_id.to_owned();
    request.limit = Some(limit);
    // A page goes on until it is cancelled.
    request.bytes = Some(u64::MAX);
    request.retries = 3;
    let listener = Listener::default();
    let (heard, workbench) = (listener.clone(), bench.workbench.clone());
    let run = tokio::spawn(async move {
        workbench
            .action_run(request, move |event| heard.hear(event))
            .await
    });
    (run, listener)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_at_the_server_when_it_is_cancelled_or_late() {
    for server in [
        servers::postgres(&[]),
        servers::mariadb(&[]),
        servers::mysql57(&[]),
    ] {
        ends(&server).await;
    }
}

async fn ends(server: &Server) {
    let bench = bench().await;
    let name = server.name();
    let database = bench
        .database(server.database_type(), &[("dev", &server.url())])
        .await;
    server.sql("CREATE TABLE t (n int)");
    server.sql("INSERT INTO t VALUES (1), (2), (3)");
    let (silent, many, write) = if server.is_postgres() {
        (
            "SELECT pg_sleep(60) /* silent-one */",
            "SELECT repeat('x', 1000) FROM generate_series(1, 1000000) /* many-rows */",
            "UPDATE t SET n = 9 FROM (SELECT pg_sleep(60)) s /* slow-write */",
        )
    } else {
        (
            "SELECT COUNT(*) FROM information_schema.collations a, information_schema.collations b, \
             information_schema.collations c, information_schema.collations d /* silent-one */",
            "SELECT REPEAT('x', 1000) FROM information_schema.collations a, information_schema.collations b, \
             information_schema.collations c /* many-rows */",
            "UPDATE t SET n = 9 + SLEEP(60) /* slow-write */",
        )
    };
    let silent = bench.action(&database, Act::read(silent)).await;
    let many = bench.action(&database, Act::read(many)).await;
    let write = bench.action(&database, Act::update(write, "n > 0")).await;

    // One that has not answered.
    let (run, heard) = start(&bench, &silent, "one", 10);
    until(server, "silent-one", 1, Duration::from_secs(10)).await;
    let conflict = start(&bench, &silent, "one", 10).0.await.unwrap();
    assert_eq!(conflict.unwrap_err().code, "conflict", "{name}");
    let cancelled = Instant::now();
    bench
        .workbench
        .action_cancel("one".to_owned())
        .await
        .unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.code, "cancelled", "{name} {error:?}");
    until(server, "silent-one", 0, LIMIT).await;
    assert!(
        cancelled.elapsed() < LIMIT,
        "{name} {:?}",
        cancelled.elapsed()
    );
    assert!(heard.0.lock().unwrap().retried.is_empty(), "{name}");

    // One that writes: nothing is changed, and that is known.
    let (run, _) = start(&bench, &write, "two", 10);
    until(server, "slow-write", 1, Duration::from_secs(10)).await;
    bench
        .workbench
        .action_cancel("two".to_owned())
        .await
        .unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(
        (error.code, fate(&error)),
        ("cancelled", "refused"),
        "{name} {error:?}"
    );
    until(server, "slow-write", 0, LIMIT).await;
    assert_eq!(server.sql("SELECT sum(n) FROM t"), "6", "{name}");

    // One with rows left, while nobody reads them.
    let (run, heard) = start(&bench, &many, "three", 10);
    let page = run.await.unwrap().unwrap();
    assert!(page.more, "{name}");
    assert_eq!(heard.rows(), 10, "{name}");
    until(server, "many-rows", 1, Duration::from_secs(10)).await;
    let cancelled = Instant::now();
    bench
        .workbench
        .action_cancel("three".to_owned())
        .await
        .unwrap();
    until(server, "many-rows", 0, LIMIT).await;
    assert!(
        cancelled.elapsed() < LIMIT,
        "{name} {:?}",
        cancelled.elapsed()
    );
    let gone = bench
        .workbench
        .action_more("three".to_owned(), None, |_| {})
        .await;
    assert_eq!(gone.unwrap_err().code, "not_found", "{name}");

    // One while a page of it is read.
    let (run, _) = start(&bench, &many, "four", 10);
    run.await.unwrap().unwrap();
    let workbench = bench.workbench.clone();
    let (begun, reading) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let run = tokio::spawn(async move {
        let more = workbench.action_more("four".to_owned(), Some(10_000_000), move |_| {
            if let Some(begun) = begun.lock().unwrap().take() {
                begun.send(()).unwrap();
            }
        });
        more.await
    });
    reading.await.unwrap();
    bench
        .workbench
        .action_cancel("four".to_owned())
        .await
        .unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.code, "cancelled", "{name} {error:?}");
    until(server, "many-rows", 0, LIMIT).await;

    // The window goes away: the future of the run is dropped.
    let (run, _) = start(&bench, &silent, "five", 10);
    until(server, "silent-one", 1, Duration::from_secs(10)).await;
    run.abort();
    until(server, "silent-one", 0, LIMIT).await;

    // Nothing is under way, or never was.
    bench
        .workbench
        .action_cancel("one".to_owned())
        .await
        .unwrap();
    bench
        .workbench
        .action_cancel("none".to_owned())
        .await
        .unwrap();

    // Out of time: before the answer, and while rows are left.
    bench.workbench.limit_tests_to(Duration::from_millis(800));
    for (action, word) in [(&silent, "silent-one"), (&write, "slow-write")] {
        let started = Instant::now();
        let (run, _) = start(&bench, action, "late", 10);
        let error = run.await.unwrap().unwrap_err();
        assert_eq!(error.code, "timed_out", "{name} {error:?}");
        assert!(
            started.elapsed() < LIMIT + Duration::from_secs(1),
            "{name} {:?}",
            started.elapsed()
        );
        until(server, word, 0, LIMIT).await;
    }
    assert_eq!(server.sql("SELECT sum(n) FROM t"), "6", "{name}");
}

/// The server of the tests knows little of its operations: a command that it holds back is ended, and what comes after it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_mongodb_ends_when_it_is_cancelled() {
    let server = Server::Mongo(MongoCompatible::start_with(MongoOptions {
        fail_points: true,
        ..MongoOptions::default()
    }));
    let client = mongodb::Client::with_uri_str(server.url()).await.unwrap();
    let held = doc! { "configureFailPoint": "failCommand", "mode": { "times": 2 },
    "data": { "failCommands": ["insert"], "blockConnection": true, "blockTimeMS": 20_000 } };
    client.database("admin").run_command(held).await.unwrap();
    let bench = bench().await;
    let database = bench.database("mongodb", &[("dev", &server.url())]).await;
    let create = r#"{"insertOne": {"n": 1}}"#;
    let create = bench.action(&database, Act::create(create)).await;
    let (run, _) = start(&bench, &create, "held", 10);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let cancelled = Instant::now();
    bench
        .workbench
        .action_cancel("held".to_owned())
        .await
        .unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.code, "cancelled", "{error:?}");
    assert!(cancelled.elapsed() < LIMIT, "{:?}", cancelled.elapsed());
    bench.workbench.limit_tests_to(Duration::from_millis(800));
    let (run, _) = start(&bench, &create, "late", 10);
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.code, "timed_out", "{error:?}");
    // Nothing is held back any more.
    let ran = bench.run(&create, json!({})).await.unwrap();
    assert_eq!(ran.affected(), Some(1));
    let rows: Vec<_> = (0..1_500).map(|n| doc! { "n": n }).collect();
    server
        .collection("t")
        .await
        .insert_many(rows)
        .await
        .unwrap();
    let read = bench.action(&database, Act::read(r#"{"find": {}}"#)).await;
    let (run, heard) = start(&bench, &read, "left", 10);
    assert!(run.await.unwrap().unwrap().more);
    assert_eq!(heard.rows(), 10);
    bench
        .workbench
        .action_cancel("left".to_owned())
        .await
        .unwrap();
    let gone = bench
        .workbench
        .action_more("left".to_owned(), None, |_| {})
        .await;
    assert_eq!(gone.unwrap_err().code, "not_found");
}
