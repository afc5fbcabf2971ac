//! What becomes of operations and of transactions that fail.

use engines::{Fate, Operation, Parameter, code};
use serde_json::json;
use test_support::shared_postgres;

use super::{done, fault, one, open, sql, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_failed_is_not_committed() {
    let mut session = open(false).await;
    let session = session.as_mut();
    done(
        session,
        "CREATE TEMP TABLE fate (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    session.begin(None).await.unwrap();
    let twice = session.begin(None).await.err().unwrap();
    assert_eq!(
        (twice.error.code, twice.fate),
        (code::STATEMENT_FAILED, Fate::Refused)
    );
    done(session, "INSERT INTO fate VALUES (1)").await;
    fault(session, "SELECT 1 / 0").await;
    let after = fault(session, "SELECT 1").await;
    assert_eq!(after.error.server_code.as_deref(), Some("25P02"));
    let commit = session.commit().await.err().unwrap();
    assert_eq!(
        (commit.error.code, commit.fate),
        (code::STATEMENT_FAILED, Fate::RolledBack)
    );
    // One whose failure nobody has read.
    session.begin(None).await.unwrap();
    done(session, "INSERT INTO fate VALUES (2)").await;
    let late = "SELECT 1 / (5000 - i) FROM generate_series(1, 10000) i";
    session.start(&sql(late, &[])).await.unwrap();
    assert_eq!(session.commit().await.err().unwrap().fate, Fate::RolledBack);
    session.begin(None).await.unwrap();
    session.start(&sql(late, &[])).await.unwrap();
    session.rollback().await.unwrap();
    // A person's own.
    done(session, "BEGIN").await;
    done(session, "INSERT INTO fate VALUES (3)").await;
    assert!(session.begin(None).await.is_err());
    fault(session, "SELECT 1 / 0").await;
    let told = done(session, "COMMIT").await;
    assert_eq!(told.notices.len(), 1, "{told:?}");
    // A constraint that is looked at in the end.
    session.begin(None).await.unwrap();
    done(session, "INSERT INTO fate VALUES (4), (4)").await;
    let commit = session.commit().await.err().unwrap();
    assert_eq!(
        (commit.error.code, commit.fate),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    assert_eq!(
        one(session, "SELECT count(*) FROM fate", &[]).await.1,
        json!(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_commits_on_its_way_may_be_half_done() {
    let mut session = open(false).await;
    let session = session.as_mut();
    for statement in [
        "CREATE TABLE half (i int)",
        "INSERT INTO half VALUES (1), (1)",
        "CREATE PROCEDURE half_done() LANGUAGE plpgsql AS 'BEGIN INSERT INTO half VALUES (2); COMMIT; PERFORM 1 / 0; END'",
    ] {
        done(session, statement).await;
    }
    for statement in [
        "CALL half_done()",
        "CREATE UNIQUE INDEX CONCURRENTLY half_index ON half (i)",
    ] {
        assert_eq!(
            fault(session, statement).await.fate,
            Fate::Unknown,
            "{statement}"
        );
    }
    assert_eq!(
        one(session, "SELECT sum(i) FROM half", &[]).await.1,
        json!(4)
    );
    assert_eq!(
        fault(session, "CREATE UNIQUE INDEX half_index_2 ON half (i)")
            .await
            .fate,
        Fate::Refused
    );
    // What the server does not even prepare did not begin.
    assert_eq!(fault(session, "CALL nowhere()").await.fate, Fate::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_stand_in_each_other_s_way() {
    let mut first = open(false).await;
    let mut second = open(false).await;
    done(first.as_mut(), "CREATE TABLE way (i int, n int)").await;
    done(first.as_mut(), "INSERT INTO way VALUES (1, 0), (2, 0)").await;
    let snapshot = Some(engines::IsolationLevel::RepeatableRead);
    for session in [&mut first, &mut second] {
        session.begin(snapshot).await.unwrap();
        done(session.as_mut(), "SELECT * FROM way").await;
    }
    done(first.as_mut(), "UPDATE way SET n = 1 WHERE i = 1").await;
    first.commit().await.unwrap();
    let error = fault(second.as_mut(), "UPDATE way SET n = 2 WHERE i = 1").await;
    assert_eq!(
        (error.error.code, error.fate, error.error.retryable),
        (code::SERIALIZATION_FAILURE, Fate::RolledBack, true)
    );
    second.rollback().await.unwrap();
    for (session, row) in [(&mut first, 1), (&mut second, 2)] {
        session.begin(None).await.unwrap();
        done(
            session.as_mut(),
            &format!("UPDATE way SET n = 3 WHERE i = {row}"),
        )
        .await;
    }
    let waiting = tokio::spawn(async move {
        let result = super::run(first.as_mut(), "UPDATE way SET n = 4 WHERE i = 2", &[]).await;
        (first, result.err())
    });
    let other = super::run(second.as_mut(), "UPDATE way SET n = 4 WHERE i = 1", &[])
        .await
        .err();
    second.rollback().await.unwrap();
    let (mut first, one) = waiting.await.unwrap();
    let error = one.or(other).unwrap();
    assert_eq!(
        (error.error.code, error.fate, error.error.retryable),
        (code::DEADLOCK, Fate::RolledBack, true)
    );
    first.rollback().await.unwrap();
    first.begin(None).await.unwrap();
    done(first.as_mut(), "UPDATE way SET n = 5 WHERE i = 1").await;
    done(second.as_mut(), "SET lock_timeout = 50").await;
    let error = fault(second.as_mut(), "UPDATE way SET n = 6 WHERE i = 1").await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::LOCK_TIMEOUT, Fate::Refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_server_takes_is_not_sent() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let many = vec![Parameter::Null; 40_000];
    for (operation, code) in [
        (sql("SELECT '\0'", &[]), code::STATEMENT_FAILED),
        (sql("SELECT 1", &many), code::VALUE_REFUSED),
        (
            Operation::Command("{\"ping\": 1}".to_owned()),
            code::STATEMENT_FAILED,
        ),
    ] {
        let error = session.start(&operation).await.err().unwrap();
        assert_eq!((error.error.code, error.fate), (code, Fate::NotSent));
        assert!(!error.error.remedy.is_empty());
        assert_eq!(one(session, "SELECT 1", &[]).await.1, json!(1));
    }
    let hostile = super::run(session, "SELECT $1", &[text("a\0b")]).await;
    let error = hostile.err().unwrap();
    assert_eq!(
        (error.error.code, error.fate),
        (code::VALUE_REFUSED, Fate::Refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_while_it_was_idle_sends_nothing() {
    let mut session = open(false).await;
    let session = session.as_mut();
    done(session, "CREATE TABLE idle (i int)").await;
    let insert = "INSERT INTO idle VALUES (1)";
    done(session, insert).await;
    for transaction in [false, true] {
        let mut session = open(false).await;
        let session = session.as_mut();
        if transaction {
            session.begin(None).await.unwrap();
        }
        // Prepared, so that the next time nothing but its run is sent.
        done(session, insert).await;
        let (_, own) = one(session, "SELECT pg_backend_pid()", &[]).await;
        let end = format!("select pg_terminate_backend({own}, 5000)");
        shared_postgres().sql("app", &end);
        let error = if transaction {
            session.commit().await.err().unwrap()
        } else {
            fault(session, insert).await
        };
        assert_eq!(
            (
                error.error.code,
                error.fate,
                error.error.server_code.as_deref()
            ),
            (code::CONNECTION_LOST, Fate::NotSent, Some("57P01"))
        );
        let next = fault(session, "SELECT 1").await;
        assert_eq!(
            (next.error.code, next.fate),
            (code::CONNECTION_LOST, Fate::NotSent)
        );
    }
    assert_eq!(
        one(session, "SELECT count(*) FROM idle", &[]).await.1,
        json!(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_lasts_through_a_preparation_that_is_tried_twice() {
    let mut session = open(false).await;
    let session = session.as_mut();
    done(session, "CREATE TEMP TABLE twice (i int, t text)").await;
    let one_value = [Parameter::Integer("1".into())];
    let two_values = [
        Parameter::Integer("1".into()),
        Parameter::Integer("2".into()),
    ];
    // What each gives outside of a transaction it gives inside of one.
    for inside in [false, true] {
        if inside {
            session.begin(None).await.unwrap();
            done(session, "INSERT INTO twice VALUES (1, '1')").await;
        }
        // The server cannot tell the type of the value by itself.
        assert_eq!(
            one(session, "SELECT jsonb_build_array($1)", &one_value)
                .await
                .1,
            json!("[1]"),
            "{inside}"
        );
        assert_eq!(
            one(session, "SELECT to_jsonb($1)", &[text("a")]).await.1,
            json!("\"a\""),
            "{inside}"
        );
        // Nor which operator is meant.
        assert_eq!(
            one(session, "SELECT $1 + $2 AS sum", &two_values).await.1,
            json!(3),
            "{inside}"
        );
        // It takes the value for text, which it need not be.
        assert_eq!(
            one(session, "SELECT $1", &one_value).await,
            ("int8".to_owned(), json!(1)),
            "{inside}"
        );
        // Nor which list.
        let list = [Parameter::Array(vec![text("a"), text("b")])];
        assert_eq!(
            one(
                session,
                "SELECT string_agg(i, ',') FROM unnest($1) AS t (i)",
                &list
            )
            .await
            .1,
            json!("a,b"),
            "{inside}"
        );
        // It takes the value for what stands beside it: a span of time, another date, the key of an object, a pattern.
        let date = [Parameter::Date("2026-01-10".into())];
        for (statement, values, found) in [
            (
                "SELECT $1 - interval '1 day'",
                &date,
                json!("2026-01-09 00:00:00"),
            ),
            ("SELECT $1 + 1", &date, json!("2026-01-11")),
            (
                "SELECT date '2026-01-10' - $1",
                &one_value,
                json!("2026-01-09"),
            ),
            ("SELECT jsonb '[10, 20]' -> $1", &one_value, json!("20")),
            (
                "SELECT substring('1abc' from $1)",
                &one_value,
                json!("1abc"),
            ),
            ("SELECT now() > $1", &date, json!(true)),
            (
                "SELECT current_date - $1 < current_date",
                &one_value,
                json!(true),
            ),
        ] {
            assert_eq!(
                one(session, statement, values).await.1,
                found,
                "{statement} {inside}"
            );
        }
        // It takes the value for text, which it has to be: the other attempts fail.
        let count = "SELECT count(*) FROM twice WHERE t = $1";
        assert_eq!(
            one(session, count, &one_value).await.1,
            json!(u8::from(inside)),
            "{inside}"
        );
    }
    session.commit().await.unwrap();
    assert_eq!(
        one(session, "SELECT count(*) FROM twice", &[]).await.1,
        json!(1)
    );
    // One that cannot be prepared at all ends its transaction as ever.
    session.begin(None).await.unwrap();
    done(session, "INSERT INTO twice VALUES (2, '2')").await;
    let failed = session.start(&sql("SELECT nothing($1)", &one_value)).await;
    assert_eq!(failed.err().unwrap().fate, Fate::Refused);
    assert_eq!(session.commit().await.err().unwrap().fate, Fate::RolledBack);
    // Nor does a savepoint of the person's get in the way, or change.
    session.begin(None).await.unwrap();
    done(session, "INSERT INTO twice VALUES (3, '3')").await;
    done(session, "SAVEPOINT tapedeck_prepares").await;
    done(session, "INSERT INTO twice VALUES (4, '4')").await;
    assert_eq!(
        one(session, "SELECT jsonb_build_array($1, $1)", &one_value)
            .await
            .1,
        json!("[1, 1]")
    );
    done(session, "ROLLBACK TO SAVEPOINT tapedeck_prepares").await;
    session.commit().await.unwrap();
    assert_eq!(
        one(
            session,
            "SELECT string_agg(t, ',' ORDER BY i) FROM twice",
            &[]
        )
        .await
        .1,
        json!("1,3")
    );
}
