//! Sessions of PostgreSQL, on a real server: what arrives, what comes back, what becomes of what fails.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cancelling;
mod false_servers;
mod fates;
mod pipelines;
mod reading;
#[path = "../sql_session/mod.rs"]
mod sql_session;

use std::time::{Duration, Instant};

use connection_url::ConnectionUrl;
use engines::{
    Batch, CancellationToken, DatabaseType, Fate, Parameter, RunError, Session, SessionOptions,
    code, engine,
};
use serde_json::{Value, json};
use test_support::shared_postgres;

use crate::sql_session::{done, one, run, sql};

async fn open(read_only: bool) -> Box<dyn Session> {
    open_with("", read_only).await
}

async fn open_with(options: &str, read_only: bool) -> Box<dyn Session> {
    connect(
        &format!("{}?{options}", shared_postgres().url("app")),
        read_only,
    )
    .await
}

async fn connect(url: &str, read_only: bool) -> Box<dyn Session> {
    let url = ConnectionUrl::parse(url, Some(DatabaseType::Postgresql)).unwrap();
    let options = SessionOptions {
        read_only,
        ..SessionOptions::default()
    };
    engine(DatabaseType::Postgresql)
        .connect(&url, &options, &CancellationToken::new())
        .await
        .unwrap()
}

/// The error of what must fail.
async fn fault(session: &mut dyn Session, statement: &str) -> RunError {
    match run(session, statement, &[]).await {
        Ok(_) => panic!("{statement} did not fail"),
        Err(error) => error,
    }
}

fn text(value: &str) -> Parameter {
    Parameter::Text(value.to_owned())
}

const HOSTILE: [&str; 14] = [
    "",
    "'",
    "''; DROP TABLE users; --",
    "\\",
    "\\'; SELECT 1; --",
    "$1",
    "$$ $tag$",
    "/* */ --",
    "\u{2019}\u{ff07}\u{2bc}",
    "%_",
    "NULL",
    "{\"a\":1}",
    "😀\u{10ffff}",
    "a\nb\tc\r\u{1}",
];

#[tokio::test(flavor = "multi_thread")]
async fn parameters_arrive_as_what_they_are() {
    let mut session = open(false).await;
    let session = session.as_mut();
    for value in HOSTILE {
        assert_eq!(
            one(session, "SELECT $1", &[text(value)]).await,
            ("text".to_owned(), json!(value))
        );
        let length = value.chars().count();
        assert_eq!(
            one(session, "SELECT length($1)", &[text(value)]).await,
            ("int4".to_owned(), json!(length))
        );
    }
    let cases = [
        (Parameter::Null, "text", Value::Null),
        (Parameter::Boolean(true), "bool", json!(true)),
        (Parameter::Integer("42".into()), "int8", json!(42)),
        (
            Parameter::Integer("9007199254740993".into()),
            "int8",
            json!("9007199254740993"),
        ),
        (
            Parameter::Integer("123456789012345678901234567890".into()),
            "numeric",
            json!("123456789012345678901234567890"),
        ),
        (
            Parameter::Decimal("0.10000000000000000000000000001".into()),
            "numeric",
            json!("0.10000000000000000000000000001"),
        ),
        (Parameter::Double("1e20".into()), "float8", json!(1e20)),
        (
            Parameter::Date("2026-11-23".into()),
            "date",
            json!("2026-11-23"),
        ),
        (
            Parameter::Datetime("2026-11-23T10:00:00.123456".into()),
            "timestamp",
            json!("2026-11-23 10:00:00.123456"),
        ),
        (
            Parameter::Uuid("0190163d-8694-739b-aea5-966c26f8ad91".into()),
            "uuid",
            json!("0190163d-8694-739b-aea5-966c26f8ad91"),
        ),
        (
            Parameter::Bytes(vec![0, 1, 255]),
            "bytea",
            json!("\\x0001ff"),
        ),
        (
            Parameter::Json("{\"a\": [1, \"x\"]}".into()),
            "jsonb",
            json!("{\"a\": [1, \"x\"]}"),
        ),
        (
            Parameter::Array(vec![
                Parameter::Integer("1".into()),
                Parameter::Integer("2".into()),
            ]),
            "int8[]",
            json!("{1,2}"),
        ),
    ];
    for (parameter, type_name, value) in cases {
        let found = one(session, "SELECT $1", std::slice::from_ref(&parameter)).await;
        assert_eq!(found, (type_name.to_owned(), value), "{parameter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_s_inference_wins_where_it_has_one() {
    let mut session = open(false).await;
    let session = session.as_mut();
    run(
        session,
        "CREATE TEMP TABLE typed (n numeric, s text, d date, a text[])",
        &[],
    )
    .await
    .unwrap();
    let values = [
        Parameter::Integer("7".into()),
        text("7"),
        text("2026-01-02"),
        Parameter::Array(vec![text("a\"b"), Parameter::Null]),
    ];
    let insert = run(
        session,
        "INSERT INTO typed VALUES ($1, $2, $3, $4)",
        &values,
    )
    .await
    .unwrap();
    assert_eq!(insert.completion.affected, Some(1));
    assert!(insert.columns.is_empty() && insert.rows.is_empty());
    // A number beside a text column: as its own type there is no such operator, so it goes as the server has it.
    let number = [Parameter::Integer("7".into())];
    assert_eq!(
        one(session, "SELECT a FROM typed WHERE s = $1", &number)
            .await
            .1,
        json!("{\"a\\\"b\",NULL}")
    );
    assert_eq!(
        one(
            session,
            "SELECT count(*) FROM typed WHERE n = $1 AND d >= $2",
            &[number[0].clone(), text("2026-01-01")]
        )
        .await,
        ("int8".to_owned(), json!(1))
    );
    let any = [Parameter::Array(vec![text("7"), text("8")])];
    assert_eq!(
        one(session, "SELECT n FROM typed WHERE s = ANY($1)", &any)
            .await
            .1,
        json!("7")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn string_literals_mean_the_same_whatever_the_role_s_settings() {
    let mut session = open_with(
        "options=-c%20standard_conforming_strings%3Doff%20-c%20backslash_quote%3Don",
        false,
    )
    .await;
    assert_eq!(
        one(session.as_mut(), r"SELECT 'a\' || $1", &[text("b")])
            .await
            .1,
        json!(r"a\b")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_as_the_server_prints_them() {
    let mut session = open(false).await;
    let session = session.as_mut();
    run(
        session,
        "CREATE TYPE pg_temp.mood AS ENUM ('sad', 'glad')",
        &[],
    )
    .await
    .unwrap();
    let answer = run(
        session,
        "SELECT 1::int2, 'NaN'::float8, 1.5::float4, 1.50::numeric, true, NULL::text, 'glad'::pg_temp.mood, \
         '1 day 02:00'::interval, '{1,2}'::int[], '10.0.0.1'::inet, '[1,5)'::int4range, 9007199254740993::int8, \
         'a\"b'::text, row(1,'x')",
        &[],
    )
    .await
    .unwrap();
    assert_eq!(
        json!(answer.rows[0]),
        json!([
            1,
            "NaN",
            1.5,
            "1.50",
            true,
            null,
            "glad",
            "1 day 02:00:00",
            "{1,2}",
            "10.0.0.1",
            "[1,5)",
            "9007199254740993",
            "a\"b",
            "(1,x)"
        ])
    );
    let types: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.type_name.as_str())
        .collect();
    assert_eq!(
        types[..6],
        ["int2", "float8", "float4", "numeric", "bool", "text"]
    );
    assert!(types[6].ends_with("mood"), "{types:?}");
    assert_eq!(types[10], "int4range");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_pulled_and_bounded() {
    let mut session = open(true).await;
    let session = session.as_mut();
    let columns = session
        .start(&sql(
            "SELECT i, repeat('x', 1000) AS s FROM generate_series(1, 100000) i",
            &[],
        ))
        .await
        .unwrap();
    assert_eq!(columns[1].name, "s");
    let mut batch = Batch::default();
    assert!(session.fetch(500, &mut batch).await.unwrap().is_none());
    assert_eq!(batch.rows(), 500);
    batch.clear();
    let mut total = 500;
    loop {
        let done = session.fetch(usize::MAX, &mut batch).await.unwrap();
        assert!(batch.json().len() < Batch::FULL + 2000);
        total += batch.rows();
        batch.clear();
        if done.is_some() {
            break;
        }
    }
    assert_eq!(total, 100_000);
    // The next one may start while rows are unread.
    session
        .start(&sql("SELECT generate_series(1, 1000)", &[]))
        .await
        .unwrap();
    assert_eq!(one(session, "SELECT 1", &[]).await.1, json!(1));
    // No rows, and a cell larger than any buffer.
    assert!(
        run(session, "SELECT 1 WHERE false", &[])
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let (_, large) = one(session, "SELECT repeat('é', 10000000)", &[]).await;
    assert_eq!(large.as_str().map(str::len), Some(20_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_say_what_became_of_the_statement() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let wrong = run(session, "SELECT no_such FROM nowhere", &[])
        .await
        .err()
        .unwrap();
    assert_eq!(
        (wrong.error.code, wrong.fate),
        (code::STATEMENT_FAILED, Fate::Refused)
    );
    assert_eq!(wrong.position, Some(21));
    run(session, "CREATE TEMP TABLE once (i int PRIMARY KEY)", &[])
        .await
        .unwrap();
    run(session, "INSERT INTO once VALUES (1)", &[])
        .await
        .unwrap();
    let twice = run(session, "INSERT INTO once VALUES (1)", &[])
        .await
        .err()
        .unwrap();
    assert_eq!(
        (twice.error.code, twice.fate),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    let value = run(session, "SELECT $1::int", &[text("x")])
        .await
        .err()
        .unwrap();
    assert_eq!(
        (value.error.code, value.fate),
        (code::VALUE_REFUSED, Fate::Refused)
    );
    let count = run(session, "SELECT $1::int", &[]).await.err().unwrap();
    assert_eq!(
        (count.error.code, count.fate),
        (code::VALUE_REFUSED, Fate::Refused)
    );
    for copy in ["COPY once TO STDOUT", "COPY once FROM STDIN"] {
        let copy = run(session, copy, &[]).await.err().unwrap();
        assert_eq!(copy.error.code, code::STATEMENT_FAILED, "{copy}");
    }
    // A fault in the middle of the rows.
    let late = run(
        session,
        "SELECT 1 / (5000 - i) FROM generate_series(1, 10000) i",
        &[],
    )
    .await
    .err()
    .unwrap();
    assert_eq!(late.error.server_code.as_deref(), Some("22012"));
    // And the session goes on.
    let notice = run(session, "DO $$ BEGIN RAISE NOTICE 'heard'; END $$", &[])
        .await
        .unwrap();
    assert_eq!(notice.completion.notices, ["NOTICE: heard"]);
    // A table that changed under a prepared statement.
    assert_eq!(
        run(session, "SELECT * FROM once", &[])
            .await
            .unwrap()
            .columns
            .len(),
        1
    );
    run(session, "ALTER TABLE once ADD COLUMN j int", &[])
        .await
        .unwrap();
    let changed = run(session, "SELECT * FROM once", &[]).await;
    assert_eq!(changed.err().map(|error| error.fate), Some(Fate::Refused));
    assert_eq!(
        run(session, "SELECT * FROM once", &[])
            .await
            .unwrap()
            .columns
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_kept_or_taken_back() {
    let mut session = open(false).await;
    let session = session.as_mut();
    run(session, "CREATE TEMP TABLE kept (i int)", &[])
        .await
        .unwrap();
    session.begin(None).await.unwrap();
    run(
        session,
        "INSERT INTO kept VALUES ($1)",
        &[Parameter::Integer("1".into())],
    )
    .await
    .unwrap();
    session.rollback().await.unwrap();
    session
        .begin(Some(engines::IsolationLevel::Serializable))
        .await
        .unwrap();
    assert_eq!(
        one(session, "SHOW transaction_isolation", &[]).await.1,
        json!("serializable")
    );
    run(
        session,
        "INSERT INTO kept VALUES ($1)",
        &[Parameter::Integer("2".into())],
    )
    .await
    .unwrap();
    session.commit().await.unwrap();
    assert_eq!(
        one(session, "SELECT string_agg(i::text, ',') FROM kept", &[])
            .await
            .1,
        json!("2")
    );
}

/// How many sessions run a statement with this word in it.
fn running(word: &str) -> String {
    let question = format!(
        "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%{word}%'"
    );
    shared_postgres().sql("app", &question).trim().to_owned()
}

/// Waits until a statement with this word runs, or none does.
async fn wait_for(word: &str, count: &str) {
    let started = Instant::now();
    while running(word) != count {
        assert!(started.elapsed() < Duration::from_secs(10), "{word}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_closed_in_the_middle_leaves_nothing_running() {
    let mut session = open(false).await;
    session
        .start(&sql(
            "SELECT repeat('x', 10000) FROM generate_series(1, 1000000) /* left-me */",
            &[],
        ))
        .await
        .unwrap();
    session.close().await;
    wait_for("left-me", "0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_the_session_is_told() {
    let mut session = open(false).await;
    let waiting = tokio::spawn(async move {
        let result = run(session.as_mut(), "SELECT pg_sleep(60) /* kill-me */", &[]).await;
        let next = run(session.as_mut(), "SELECT 1", &[]).await;
        (result.err().unwrap(), next.err().unwrap())
    });
    wait_for("kill-me", "1").await;
    shared_postgres().sql("app", "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like '%kill-me%' and pid <> pg_backend_pid()");
    let (error, next) = waiting.await.unwrap();
    assert_eq!(
        (error.error.code, error.fate),
        (code::CONNECTION_LOST, Fate::RolledBack)
    );
    assert_eq!(
        (next.error.code, next.fate),
        (code::CONNECTION_LOST, Fate::NotSent)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_statements_fit_in_one_session() {
    let mut session = open(false).await;
    for number in 0..150 {
        let statement = format!("SELECT {number}");
        assert_eq!(
            one(session.as_mut(), &statement, &[]).await.1,
            json!(number)
        );
    }
    let (_, kept) = one(
        session.as_mut(),
        "SELECT count(*) FROM pg_prepared_statements",
        &[],
    )
    .await;
    assert!(kept.as_u64().unwrap() <= 65, "{kept}");
}
