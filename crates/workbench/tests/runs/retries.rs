//! What is tried again, and what never is: a write of which nobody knows whether it was carried out.

use std::sync::{Arc, Mutex};

use mongodb::bson::doc;
use serde_json::json;
use test_support::hostile::RefusingPort;
use test_support::{MongoCompatible, MongoOptions, free_port};
use workbench::RunEvent;

use crate::bench::{Act, Bench, Ran, bench, fate};
use crate::proxy::{CUT, Proxy};
use crate::servers::{self, Server};

fn mongo() -> Server {
    Server::Mongo(MongoCompatible::start_with(MongoOptions {
        fail_points: true,
        ..MongoOptions::default()
    }))
}

async fn run(
    bench: &Bench,
    action: &str,
    v: &str,
    retries: u32,
) -> Result<Ran, workbench::AppError> {
    let mut request = bench.request(action, &json!({"v": v}));
    request.retries = retries;
    bench.run_request(request).await
}

/// The templates of a read and a write with one value.
fn templates(server: &Server) -> (&'static str, &'static str) {
    if server.is_mongo() {
        (
            r#"{"find": {"v": "{{v}}"}}"#,
            r#"{"insertOne": {"v": "{{v}}"}}"#,
        )
    } else {
        server.sql("CREATE TABLE t (v varchar(99))");
        (
            "SELECT v FROM t WHERE v = '{{v}}'",
            "INSERT INTO t VALUES ('{{v}}')",
        )
    }
}

async fn rows(server: &Server) -> usize {
    match server {
        Server::Mongo(_) => server.documents("t").await.len(),
        _ => server.sql("SELECT count(*) FROM t").parse().unwrap(),
    }
}

fn attempts(error: &workbench::AppError) -> u64 {
    error.detail.as_ref().unwrap()["attempts"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_safe_is_tried_again_and_nothing_else() {
    for server in [servers::postgres(&[]), servers::mariadb(&[]), mongo()] {
        broken_lines(&server).await;
        taken_back(&server).await;
    }
}

async fn broken_lines(server: &Server) {
    let bench = bench().await;
    let name = server.name();
    let (read, write) = templates(server);
    let kind = server.database_type();

    // Nobody listens: nothing was sent, so it is tried as often as was asked for.
    let refusing = RefusingPort::start();
    let database = bench
        .database(kind, &[("dev", &server.url_at(refusing.port))])
        .await;
    let nowhere = bench.action(&database, Act::create(write)).await;
    for (retries, expected) in [(0, 1), (2, 3)] {
        let error = run(&bench, &nowhere, "x", retries).await.unwrap_err();
        assert_eq!(
            (fate(&error), attempts(&error)),
            ("not_sent", expected),
            "{name} {error:?}"
        );
        assert!(!error.message.contains("Nobody knows"), "{name} {error:?}");
    }
    // Somebody listens from the second attempt on.
    let port = free_port();
    let database = bench.database(kind, &[("dev", &server.url_at(port))]).await;
    let late = bench.action(&database, Act::create(write)).await;
    let proxy: Arc<Mutex<Option<Proxy>>> = Arc::default();
    let (starting, own) = (Arc::clone(&proxy), server.port());
    let mut request = bench.request(&late, &json!({"v": "late"}));
    request.retries = 5;
    let page = bench.workbench.action_run(request, move |event| {
        if let RunEvent::Retrying { attempt: 2, .. } = event {
            *starting.lock().unwrap() = Some(Proxy::start_at(port, own));
        }
    });
    let page = page.await.unwrap();
    assert_eq!((page.attempts, rows(server).await), (2, 1), "{name}");

    // The line is cut after the statement was sent. A read is sent again; a write is not, and it was carried out.
    let proxy = Proxy::start(server.port(), 2);
    let database = bench
        .database(kind, &[("dev", &server.url_at(proxy.port))])
        .await;
    let reading = bench.action(&database, Act::read(read)).await;
    let writing = bench.action(&database, Act::create(write)).await;
    let ran = run(&bench, &reading, CUT, 3).await.unwrap();
    assert_eq!((ran.page.attempts, proxy.seen()), (3, 3), "{name}");
    let proxy = Proxy::start(server.port(), 1);
    let patch = json!({"envs": [{"slug": "dev", "connection_url": server.url_at(proxy.port)}]});
    let update = bench
        .workbench
        .database_update_record(bench.product.clone(), database, patch);
    update.await.unwrap();
    let error = run(&bench, &writing, CUT, 5).await.unwrap_err();
    assert_eq!(
        (fate(&error), attempts(&error)),
        ("unknown", 1),
        "{name} {error:?}"
    );
    assert_eq!(proxy.seen(), 1, "{name}");
    assert!(
        error.message.contains("Nobody knows") && !error.retryable,
        "{name} {error:?}"
    );
    assert_eq!(
        rows(server).await,
        2,
        "{name}: it was carried out, as it may be"
    );
}

/// What the server took back to let another go on is sent again; what it refused is not.
async fn taken_back(server: &Server) {
    let bench = bench().await;
    let name = server.name();
    let database = bench
        .database(server.database_type(), &[("dev", &server.url())])
        .await;
    let write = match server {
        Server::Postgres(_) => {
            server.sql("CREATE SEQUENCE tries");
            // A sequence counts on when the rest is taken back.
            server.sql(
                "CREATE FUNCTION flaky() RETURNS text LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') % 3 > 0 THEN \
                 RAISE EXCEPTION 'later' USING ERRCODE = '40001'; END IF; RETURN 'done'; END $$",
            );
            "INSERT INTO t SELECT flaky() || left('{{v}}', 0)"
        }
        Server::Mongo(_) => r#"{"insertOne": {"v": "{{v}}"}}"#,
        _ => {
            server.sql("CREATE TABLE tries (n int) ENGINE=MyISAM");
            server.sql("INSERT INTO tries VALUES (0)");
            server.sql("SET GLOBAL log_bin_trust_function_creators = 1");
            server.sql(
                "\ndelimiter //\nCREATE FUNCTION flaky() RETURNS varchar(9) MODIFIES SQL DATA BEGIN UPDATE tries SET n = n + 1; \
                 IF (SELECT n % 3 FROM tries) > 0 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'later'; \
                 END IF; RETURN 'done'; END //",
            );
            "INSERT INTO t SELECT CONCAT(flaky(), LEFT('{{v}}', 0))"
        }
    };
    let conflicts = async || {
        if let Server::Mongo(_) = server {
            let client = mongodb::Client::with_uri_str(server.url()).await.unwrap();
            let fail = doc! { "configureFailPoint": "failCommand", "mode": { "times": 2 },
            "data": { "failCommands": ["insert"], "errorCode": 112 } };
            client.database("admin").run_command(fail).await.unwrap();
        }
    };
    let action = bench.action(&database, Act::create(write)).await;
    let before = rows(server).await;
    conflicts().await;
    let error = run(&bench, &action, "x", 0).await.unwrap_err();
    assert_eq!(
        (fate(&error), attempts(&error)),
        ("rolled_back", 1),
        "{name} {error:?}"
    );
    assert!(error.retryable, "{name} {error:?}");
    assert_eq!(rows(server).await, before, "{name}");
    let ran = run(&bench, &action, "x", 4).await.unwrap();
    assert_eq!(ran.page.attempts, 2, "{name}");
    assert_eq!(rows(server).await, before + 1, "{name}");
    conflicts().await;
    let ran = run(&bench, &action, "x", 4).await.unwrap();
    assert_eq!(ran.page.attempts, 3, "{name}");
    assert_eq!(rows(server).await, before + 2, "{name}");

    if let Server::MariaDb(_) = server {
        // While it is there the server may use it in any statement, and its rows are not taken back.
        server.sql("DROP FUNCTION flaky");
        server.sql("DROP TABLE tries");
    }
    // A key that is taken is taken the next time too.
    let twice = if server.is_mongo() {
        r#"{"insertOne": {"_id": 1, "v": "{{v}}"}}"#
    } else {
        server.sql("CREATE TABLE once (v varchar(99) PRIMARY KEY)");
        "INSERT INTO once VALUES ('{{v}}')"
    };
    let twice = bench.action(&database, Act::create(twice)).await;
    run(&bench, &twice, "x", 5).await.unwrap();
    let error = run(&bench, &twice, "x", 5).await.unwrap_err();
    assert_eq!(
        (fate(&error), attempts(&error)),
        ("refused", 1),
        "{name} {error:?}"
    );
    assert_eq!(error.code, "constraint_violated", "{name} {error:?}");
}
