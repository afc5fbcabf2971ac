//! What is remembered of a run, and that no secret is: neither in what is kept nor in what is said.

use std::fs;
use std::path::Path;

use serde_json::json;
use workbench::AppError;

use crate::bench::{Act, Bench, bench, input};
use crate::servers::{self, Server};

/// The value of inputs whose names say that they are secrets.
const SECRET: &str = "c4n4ry-5ecret";

/// Whether a file under a folder holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(&path).unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

fn hides(what: &impl std::fmt::Debug, server: &Server) {
    let shown = format!("{what:?}");
    assert!(!shown.contains(SECRET), "{}: {shown}", server.name());
    assert!(
        server.is_mongo() || !shown.contains(server.password()),
        "{}",
        server.name()
    );
}

async fn failed(
    bench: &Bench,
    database: &str,
    act: Act<'_>,
    values: serde_json::Value,
) -> AppError {
    let action = bench.action(database, act).await;
    match bench.run(&action, values).await {
        Err(error) => error,
        Ok(ran) => panic!("{}: {ran:?}", act.template),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_remembered_without_secrets() {
    for server in [
        servers::postgres(&[]),
        servers::mariadb(&[]),
        servers::mongo(),
    ] {
        remembers(&server).await;
    }
}

async fn remembers(server: &Server) {
    let bench = bench().await;
    let name = server.name();
    let database = bench
        .database(server.database_type(), &[("dev", &server.url())])
        .await;
    let write = if server.is_mongo() {
        r#"{"insertOne": {"_id": "{{n:INTEGER}}", "v": "{{password}}", "o": "{{o:OBJECT}}"}}"#
    } else {
        server
            .sql("CREATE TABLE t (n int PRIMARY KEY, v varchar(99) UNIQUE, o varchar(99), i int)");
        "INSERT INTO t (n, v, o) VALUES ({{n:INTEGER}}, '{{password}}', {{o:OBJECT}})"
    };
    let action = bench.action(&database, Act::create(write)).await;
    let values = json!({"n": 1, "password": SECRET, "o": {"api_key": SECRET, "kept": 1.10}});
    bench.run(&action, values.clone()).await.unwrap();
    let twice = bench.run(&action, values.clone()).await.unwrap_err();
    assert_eq!(twice.code, "constraint_violated", "{name} {twice:?}");
    hides(&twice, server);
    let plan = bench
        .workbench
        .action_plan(action.clone(), "dev".to_owned(), input(&values));
    let plan = plan.await.unwrap();
    hides(&plan, server);
    assert!(format!("{plan:?}").contains("***"), "{name} {plan:?}");

    let history = bench
        .workbench
        .action_history(action.clone())
        .await
        .unwrap();
    hides(&history, server);
    let outcomes: Vec<_> = history
        .iter()
        .map(|run| (run.outcome.as_str(), run.affected))
        .collect();
    assert_eq!(outcomes, [("failed", None), ("done", Some(1))], "{name}");
    assert_eq!(history[1].env.as_deref(), Some("dev"));
    assert_eq!(
        history[1].inputs.as_deref(),
        Some(r#"{"data":{"n":1,"o":{"kept":1.1}},"filter":{}}"#),
        "{name}"
    );
    let activity = bench.workbench.activity_list(None, 20).await.unwrap();
    hides(&activity, server);
    let ran = activity
        .iter()
        .filter(|line| line.summary.starts_with("Ran the action"))
        .count();
    assert_eq!(ran, 2, "{name}: a line for each write");

    if !server.is_mongo() {
        errors(&bench, &database, server).await;
    }
    // Nor in what is on the disk.
    assert!(!holds(bench.folder(), SECRET), "{name}");
    assert!(
        holds(bench.folder(), "kept"),
        "{name}: the search finds nothing at all"
    );
}

/// Errors and warnings in which a server repeats the value that it could not take.
async fn errors(bench: &Bench, database: &str, server: &Server) {
    let name = server.name();
    let into_number = failed(
        bench,
        database,
        Act::create("INSERT INTO t (n, i) VALUES (9, {{token}})"),
        json!({"token": SECRET}),
    )
    .await;
    hides(&into_number, server);
    let unique = failed(
        bench,
        database,
        Act::create("INSERT INTO t (n, v) VALUES (8, '{{password}}')"),
        json!({"password": SECRET}),
    )
    .await;
    assert_eq!(unique.code, "constraint_violated", "{name}");
    hides(&unique, server);
    let wrong = failed(
        bench,
        database,
        Act::read(
            "SELECT n FROM t WHERE n = {{api_key:INTEGER}} AND v = '{{password:STRING:1:5}}'",
        ),
        json!({"api_key": SECRET, "password": SECRET}),
    )
    .await;
    assert_eq!(wrong.code, "validation", "{name}");
    hides(&wrong, server);
    // Deeper in a value, and a number.
    let (nested, digits) = match server {
        Server::Postgres(_) => (
            "SELECT ({{o:OBJECT}} ->> 'password')::int",
            "SELECT ('x' || {{pin:INTEGER}})::int",
        ),
        _ => (
            "INSERT INTO t (n, i) VALUES (7, JSON_UNQUOTE(JSON_EXTRACT({{o:OBJECT}}, '$.password')))",
            "INSERT INTO t (n, i) VALUES (6, CONCAT('x', {{pin:INTEGER}}))",
        ),
    };
    let kind = |template| match server {
        Server::Postgres(_) => Act::read(template),
        _ => Act::create(template),
    };
    let deep = failed(
        bench,
        database,
        kind(nested),
        json!({"o": {"password": SECRET}}),
    )
    .await;
    hides(&deep, server);
    let pin = failed(bench, database, kind(digits), json!({"pin": 738_291})).await;
    assert!(!format!("{pin:?}").contains("738291"), "{name} {pin:?}");
    // Notices and warnings of a run that succeeds.
    let warned = match server {
        Server::Postgres(_) => {
            server.sql("CREATE FUNCTION tell(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'heard %', $1; RETURN 1; END $$");
            "SELECT tell({{password}})"
        }
        _ => "SELECT CAST('{{password}}' AS SIGNED)",
    };
    let ran = bench
        .do_once(database, Act::read(warned), json!({"password": SECRET}))
        .await;
    assert_eq!(ran.page.notices.len(), 1, "{name}");
    hides(&ran.page, server);
}
