//! Rows in batches, what a statement did, and sessions that only read.

use std::time::{Duration, Instant};

use engines::{Batch, Fate, IsolationLevel, Parameter, code};
use serde_json::{Value, json};
use test_support::MySqlServer;

use super::{done, fault, integer, mariadb, mysql57, one, open, run, sql, text, value};

/// A table `numbers` with the numbers from 0 to 99,999.
async fn numbers(session: &mut dyn engines::Session) {
    done(session, "CREATE TABLE digits (d INT)").await;
    done(
        session,
        "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
    )
    .await;
    done(session, "CREATE TABLE numbers (n INT PRIMARY KEY)").await;
    let made = done(
        session,
        "INSERT INTO numbers SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d FROM digits a, digits b, digits c, digits d, digits e",
    )
    .await;
    assert_eq!(made.affected, Some(100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_pulled_and_bounded() {
    let server = mysql57();
    let mut session = open(&server, false).await;
    let session = session.as_mut();
    numbers(session).await;
    let all = sql(
        "SELECT n, REPEAT('x', 1000) AS s FROM numbers ORDER BY n",
        &[],
    );
    let columns = session.start(&all).await.unwrap();
    assert_eq!(
        (columns[0].name.as_str(), columns[1].name.as_str()),
        ("n", "s")
    );
    let mut batch = Batch::default();
    assert!(session.fetch(500, &mut batch).await.unwrap().is_none());
    assert_eq!(batch.rows(), 500);
    assert!(session.fetch(1, &mut batch).await.unwrap().is_none());
    assert_eq!(batch.rows(), 501);
    batch.clear();
    let mut total = 501;
    loop {
        let completion = session.fetch(usize::MAX, &mut batch).await.unwrap();
        assert!(batch.json().len() < Batch::FULL + 2000);
        let rows: Vec<(u64, String)> =
            serde_json::from_str(&format!("[{}]", batch.json())).unwrap();
        for (offset, (number, _)) in rows.iter().enumerate() {
            assert_eq!(*number, total + offset as u64);
        }
        total += batch.rows() as u64;
        batch.clear();
        if let Some(completion) = completion {
            assert_eq!(
                (completion.affected, completion.generated_keys.len()),
                (None, 0)
            );
            break;
        }
    }
    assert_eq!(total, 100_000);
    // What is left unread is skipped by whatever comes next.
    session.start(&all).await.unwrap();
    assert_eq!(value(session, "SELECT 1").await, json!(1));
    session.start(&all).await.unwrap();
    session.begin(None).await.unwrap();
    session.start(&all).await.unwrap();
    session.rollback().await.unwrap();
    let none = run(session, "SELECT n FROM numbers WHERE n < ?", &[integer(0)])
        .await
        .unwrap();
    assert_eq!((none.columns.len(), none.rows.len()), (1, 0));
    // The end comes with the last row.
    session.start(&sql("SELECT 1", &[])).await.unwrap();
    assert!(session.fetch(1, &mut batch).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_leaves_the_session_in_order() {
    let server = mariadb();
    let mut session = open(&server, false).await;
    let session = session.as_mut();
    for milliseconds in 0..60 {
        let limit = std::time::Duration::from_micros(milliseconds * 200);
        let statement =
            format!("SELECT {milliseconds}, SLEEP(0.005) UNION ALL SELECT ?, REPEAT('x', 300000)");
        let given = [integer(milliseconds)];
        drop(tokio::time::timeout(limit, run(session, &statement, &given)).await);
        assert_eq!(
            one(session, "SELECT ?", &[integer(milliseconds)]).await.1,
            json!(milliseconds)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_values_take_several_packets() {
    large(&mariadb()).await;
    large(&mysql57()).await;
}

async fn large(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    done(
        session,
        "CREATE TABLE large (b LONGBLOB, t LONGTEXT CHARACTER SET utf8mb4)",
    )
    .await;
    // On both sides of what fits in one packet, 2^24 - 1 bytes.
    let packet = (1_usize << 24) - 1;
    for length in [
        1_000_000,
        (1 << 20) + 1,
        packet - 12,
        packet,
        packet + 1,
        2 * packet,
        40 << 20,
    ] {
        let letters = "é".repeat(length / 2);
        let values = [Parameter::Bytes(vec![0xfe; 4]), text(&letters)];
        let stored = run(session, "INSERT INTO large VALUES (?, ?)", &values)
            .await
            .unwrap();
        assert_eq!(stored.completion.affected, Some(1));
        let answer = run(session, "SELECT t, LENGTH(t), b FROM large", &[])
            .await
            .unwrap();
        let row = &answer.rows[0];
        assert_eq!(row[1], json!(letters.len()));
        assert!(
            row[0] == Value::String(letters),
            "{length} bytes are others"
        );
        assert_eq!(row[2], json!("0xFEFEFEFE"));
        done(session, "DELETE FROM large").await;
    }
    // A row of exactly one full packet has an empty packet behind it: the value's length takes four bytes of it.
    for length in packet - 8..=packet {
        let found = one(session, "SELECT REPEAT('x', ?)", &[integer(length)])
            .await
            .1;
        assert_eq!(found.as_str().map(str::len), Some(length));
    }
    // A statement as long as a packet and longer; the command's own byte is part of it.
    let around = "SELECT LENGTH('')".len() + 1;
    for length in (packet - 40..packet - 20).chain(packet - around - 1..=packet - around + 1) {
        let statement = format!("SELECT LENGTH('{}')", "y".repeat(length));
        assert_eq!(value(session, &statement).await, json!(length));
    }
    let too_long = fault(session, &format!("SELECT '{}'", "z".repeat(64 << 20)), &[]).await;
    assert_eq!(
        (too_long.error.code, too_long.fate),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
    assert_eq!(value(session, "SELECT 1").await, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_says_what_it_did() {
    did(&mariadb(), true).await;
    did(&mysql57(), false).await;
}

async fn did(server: &MySqlServer, returning: bool) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    let made = done(
        session,
        "CREATE TABLE things (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(5))",
    )
    .await;
    assert_eq!((made.affected, made.generated_keys.len()), (Some(0), 0));
    let insert = run(
        session,
        "INSERT INTO things (name) VALUES (?), (?)",
        &[text("a"), text("b")],
    )
    .await
    .unwrap();
    assert!(insert.columns.is_empty() && insert.rows.is_empty());
    assert_eq!(
        (insert.completion.affected, insert.completion.generated_keys),
        (Some(2), vec![json!(1)])
    );
    let update = done(session, "UPDATE things SET name = 'c' WHERE id = 2").await;
    assert_eq!((update.affected, update.generated_keys.len()), (Some(1), 0));
    done(
        session,
        "INSERT INTO things VALUES (18446744073709551600, 'd')",
    )
    .await;
    let last = done(session, "INSERT INTO things (name) VALUES ('e')").await;
    assert_eq!(last.generated_keys, [json!("18446744073709551601")]);
    assert_eq!(
        done(session, "DELETE FROM things WHERE id > 2")
            .await
            .affected,
        Some(2)
    );
    if returning {
        let answer = run(
            session,
            "INSERT INTO things (id, name) VALUES (10, 'x'), (11, 'y') RETURNING id",
            &[],
        )
        .await
        .unwrap();
        assert_eq!(
            (json!(answer.rows), answer.completion.affected),
            (json!([[10], [11]]), Some(2))
        );
        let answer = run(
            session,
            "DELETE FROM things WHERE id = 99 RETURNING id",
            &[],
        )
        .await
        .unwrap();
        assert_eq!(
            (answer.columns.len(), answer.completion.affected),
            (1, Some(0))
        );
    }
    // Warnings.
    let warned = done(session, "DROP TABLE IF EXISTS no_such_table").await;
    assert_eq!(warned.notices.len(), 1);
    assert!(
        warned.notices[0].starts_with("Note (Code 1051): Unknown table"),
        "{:?}",
        warned.notices
    );
    done(session, "SET SESSION sql_mode = ''").await;
    done(
        session,
        "CREATE TABLE short (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(5))",
    )
    .await;
    let cut = done(session, "INSERT INTO short (name) VALUES ('too long')").await;
    assert_eq!(
        cut.notices,
        ["Warning (Code 1265): Data truncated for column 'name' at row 1"]
    );
    assert_eq!(cut.generated_keys.len(), 1);
    assert!(done(session, "SELECT 1").await.notices.is_empty());
    // Many warnings are told of in part.
    let many = done(
        session,
        &format!("SELECT {}", vec!["'x' + 0"; 60].join(", ")),
    )
    .await;
    assert_eq!(many.notices.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn procedures_may_have_several_results() {
    called(&mariadb()).await;
    called(&mysql57()).await;
}

async fn called(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    done(session, "CREATE TABLE counted (i INT)").await;
    done(session, "CREATE PROCEDURE several(n INT) BEGIN INSERT INTO counted VALUES (n); SELECT n, 'first'; SELECT 2, 3, 4; INSERT INTO counted VALUES (n), (n); END").await;
    done(
        session,
        "CREATE PROCEDURE silent() UPDATE counted SET i = i + 1",
    )
    .await;
    done(
        session,
        "CREATE PROCEDURE asking(OUT n INT) SELECT COUNT(*) INTO n FROM counted",
    )
    .await;
    let answer = run(session, "CALL several(?)", &[integer(7)])
        .await
        .unwrap();
    assert_eq!(
        (answer.columns.len(), json!(answer.rows)),
        (2, json!([[7, "first"]]))
    );
    assert_eq!(
        answer.completion.notices,
        ["1 more result is left out: only the first is shown."]
    );
    assert!(answer.completion.affected.is_some());
    let silent = run(session, "CALL silent()", &[]).await.unwrap();
    assert_eq!(
        (silent.columns.len(), silent.completion.affected),
        (0, Some(3))
    );
    // The second result is skipped, and what comes after it is done.
    session
        .start(&sql("CALL several(?)", &[integer(8)]))
        .await
        .unwrap();
    assert_eq!(
        value(session, "SELECT COUNT(*) FROM counted").await,
        json!(6)
    );
    let failing = "CREATE PROCEDURE failing() BEGIN SELECT 1; INSERT INTO counted VALUES (9); SELECT * FROM no_such; END";
    done(session, failing).await;
    let late = fault(session, "CALL failing()", &[]).await;
    assert_eq!(
        (late.error.code, late.fate),
        (code::STATEMENT_FAILED, Fate::Unknown)
    );
    assert_eq!(late.error.server_code.as_deref(), Some("1146"));
    // One statement at a time.
    let two = fault(session, "SELECT 1; DELETE FROM counted", &[]).await;
    assert_eq!(
        (two.error.code, two.fate),
        (code::STATEMENT_FAILED, Fate::Refused)
    );
    assert_eq!(
        value(session, "SELECT COUNT(*) FROM counted").await,
        json!(7)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_session_writes_nothing() {
    let server = mariadb();
    let mut writing = open(&server, false).await;
    for statement in [
        "CREATE TABLE kept (i INT)",
        "INSERT INTO kept VALUES (1)",
        "CREATE TABLE kept_at_once (i INT) ENGINE=MyISAM",
        "CREATE SEQUENCE s",
        "CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO kept VALUES (2); RETURN 1; END",
        "CREATE FUNCTION escapes() RETURNS INT BEGIN SET SESSION tx_read_only = 0; RETURN 1; END",
    ] {
        done(writing.as_mut(), statement).await;
    }
    writes_nothing(&server).await;
    let mut session = open(&server, true).await;
    for statement in [
        "SELECT NEXTVAL(s)",
        "SELECT SETVAL(s, 100)",
        "WITH a AS (SELECT 1) SELECT NEXTVAL(s) FROM a",
    ] {
        let refused = fault(session.as_mut(), statement, &[]).await;
        assert_eq!(
            (refused.error.code, refused.fate),
            (code::READ_ONLY, Fate::Refused),
            "{statement}"
        );
    }
    let server = mysql57();
    let mut writing = open(&server, false).await;
    for statement in [
        "CREATE TABLE kept (i INT)",
        "INSERT INTO kept VALUES (1)",
        "CREATE TABLE kept_at_once (i INT) ENGINE=MyISAM",
        "CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO kept VALUES (2); RETURN 1; END",
        "CREATE FUNCTION escapes() RETURNS INT BEGIN SET SESSION tx_read_only = 0; RETURN 1; END",
    ] {
        done(writing.as_mut(), statement).await;
    }
    writes_nothing(&server).await;
}

async fn writes_nothing(server: &MySqlServer) {
    let mut session = open(server, true).await;
    let session = session.as_mut();
    let file = server.dir.join("written");
    for statement in [
        "INSERT INTO kept VALUES (2)",
        "INSERT INTO kept_at_once VALUES (2)",
        "UPDATE kept SET i = 2",
        "DELETE FROM kept",
        "DROP TABLE kept",
        "CREATE TABLE never (i INT)",
        "CREATE TEMPORARY TABLE never (i INT)",
        "SET SESSION TRANSACTION READ WRITE",
        "SET GLOBAL max_connections = 10",
        "START TRANSACTION READ WRITE",
        "SELECT writes()",
        "WITH a AS (SELECT 1 AS i) DELETE FROM kept",
        "/*! DELETE FROM kept */",
        "CALL anything()",
        "FLUSH TABLES",
        "KILL 1",
        &format!("SELECT 1 INTO OUTFILE '{}'", file.display()),
        "CREATE USER never@localhost",
    ] {
        let refused = fault(session, statement, &[]).await;
        // 5.7 has no WITH.
        let unknown = statement.starts_with("WITH") && refused.error.code == code::STATEMENT_FAILED;
        assert!(
            unknown || refused.error.code == code::READ_ONLY,
            "{statement}: {refused:?}"
        );
        assert_eq!(refused.fate, Fate::Refused, "{statement}");
    }
    // What a routine sets for the transactions that follow.
    for transaction in [false, true] {
        assert_eq!(value(session, "SELECT escapes()").await, json!(1));
        if transaction {
            session.begin(None).await.unwrap();
        }
        let refused = fault(session, "SELECT writes()", &[]).await;
        assert_eq!(refused.error.code, code::READ_ONLY, "{refused:?}");
        session.rollback().await.unwrap();
    }
    assert!(!file.exists());
    assert_eq!(
        server
            .sql("SELECT COUNT(*), SUM(i), (SELECT COUNT(*) FROM app.kept_at_once) FROM app.kept"),
        "1\t1\t0"
    );
    // It reads, and its transactions do no more.
    assert_eq!(value(session, "SELECT i FROM kept").await, json!(1));
    session
        .begin(Some(IsolationLevel::RepeatableRead))
        .await
        .unwrap();
    let refused = fault(session, "SELECT writes()", &[]).await;
    assert_eq!(refused.error.code, code::READ_ONLY);
    assert_eq!(value(session, "SELECT i FROM kept").await, json!(1));
    session.commit().await.unwrap();
    assert!(run(session, "SHOW TABLES", &[]).await.unwrap().rows.len() > 1);
    assert!(
        !run(session, "EXPLAIN SELECT * FROM kept", &[])
            .await
            .unwrap()
            .rows
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_kept_or_taken_back() {
    kept(&mariadb(), "@@tx_isolation").await;
    kept(&mysql57(), "@@tx_isolation").await;
}

async fn kept(server: &MySqlServer, level: &str) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    done(session, "CREATE TABLE kept (i INT)").await;
    session.begin(None).await.unwrap();
    run(session, "INSERT INTO kept VALUES (?)", &[integer(1)])
        .await
        .unwrap();
    let again = session.begin(None).await.err().unwrap();
    assert_eq!(
        (again.error.code, again.fate),
        (code::STATEMENT_FAILED, Fate::Refused)
    );
    session.rollback().await.unwrap();
    for isolation in IsolationLevel::ALL {
        session.begin(Some(*isolation)).await.unwrap();
        run(session, "INSERT INTO kept VALUES (?)", &[integer(2)])
            .await
            .unwrap();
        session.commit().await.unwrap();
    }
    assert_eq!(
        value(session, "SELECT GROUP_CONCAT(i) FROM kept").await,
        json!("2,2,2,2")
    );
    // The level was that of one transaction.
    assert_eq!(
        value(session, &format!("SELECT {level}")).await,
        json!("REPEATABLE-READ")
    );
    // What another session reads at READ UNCOMMITTED.
    let mut other = open(server, false).await;
    session.begin(None).await.unwrap();
    done(session, "INSERT INTO kept VALUES (3)").await;
    other
        .begin(Some(IsolationLevel::ReadUncommitted))
        .await
        .unwrap();
    assert_eq!(
        value(other.as_mut(), "SELECT COUNT(*) FROM kept").await,
        json!(5)
    );
    other.rollback().await.unwrap();
    other
        .begin(Some(IsolationLevel::ReadCommitted))
        .await
        .unwrap();
    assert_eq!(
        value(other.as_mut(), "SELECT COUNT(*) FROM kept").await,
        json!(4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_nobody_wants_hold_nothing_up() {
    let server = mariadb();
    let mut session = open(&server, true).await;
    let session = session.as_mut();
    let many = "SELECT REPEAT('x', 10000) FROM information_schema.collations a, information_schema.collations b, \
                information_schema.collations c";
    session.start(&sql(many, &[])).await.unwrap();
    session.fetch(1, &mut Batch::default()).await.unwrap();
    let started = Instant::now();
    assert_eq!(value(session, "SELECT 1").await, json!(1));
    assert!(started.elapsed() < Duration::from_secs(5));
}
