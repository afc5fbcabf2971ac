//! Values, columns, and what a statement says when it is done.

use engines::{Fate, Parameter, code};
use serde_json::json;

use super::{File, done, fault, one, run};

#[tokio::test]
async fn values_come_back_as_they_are() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    for (statement, class, value) in [
        ("SELECT 1", "INTEGER", json!(1)),
        (
            "SELECT 9007199254740993",
            "INTEGER",
            json!("9007199254740993"),
        ),
        (
            "SELECT -9223372036854775808",
            "INTEGER",
            json!("-9223372036854775808"),
        ),
        ("SELECT 0.1", "REAL", json!(0.1)),
        ("SELECT 1e300", "REAL", json!(1e300)),
        ("SELECT 9e999", "REAL", json!("Infinity")),
        ("SELECT 'é''😀'", "TEXT", json!("é'😀")),
        ("SELECT x'00ff'", "BLOB", json!("0x00FF")),
        ("SELECT NULL", "", json!(null)),
        ("SELECT count(*) FROM t", "INTEGER", json!(0)),
    ] {
        let (found, came) = one(session, statement, &[]).await;
        assert_eq!((found.as_str(), came), (class, value), "{statement}");
    }
    done(
        session,
        "CREATE TABLE typed (a DECIMAL(10, 2), b VARCHAR(9), c)",
    )
    .await;
    done(session, "INSERT INTO typed VALUES (12.5, 'x', x'01')").await;
    let answer = run(session, "SELECT a, b, c, a + 1 AS d FROM typed", &[])
        .await
        .unwrap();
    let types: Vec<_> = answer
        .columns
        .iter()
        .map(|column| column.type_name.as_str())
        .collect();
    assert_eq!(types, ["DECIMAL(10, 2)", "VARCHAR(9)", "BLOB", "REAL"]);
    assert_eq!(
        answer.rows,
        [[json!(12.5), json!("x"), json!("0x01"), json!(13.5)]]
    );
    // A table without rows has columns.
    let none = run(session, "SELECT * FROM t", &[]).await.unwrap();
    let names: Vec<_> = none
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!((names, none.rows.len()), (vec!["id", "n", "s"], 0));
}

#[tokio::test]
async fn parameters_are_values() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    let text = |value: &str| Parameter::Text(value.to_owned());
    for (parameter, shown) in [
        (Parameter::Null, "null|NULL"),
        (text("a'b\"c"), "text|'a''b\"c'"),
        (Parameter::Boolean(true), "integer|1"),
        (
            Parameter::Integer("-9223372036854775808".to_owned()),
            "integer|-9223372036854775808",
        ),
        (Parameter::Decimal("12.50".to_owned()), "real|12.5"),
        (
            Parameter::Decimal("0.1234567890123456789".to_owned()),
            "text|'0.1234567890123456789'",
        ),
        (Parameter::Double("1e-7".to_owned()), "real|1.0e-07"),
        (
            Parameter::Date("2026-02-28".to_owned()),
            "text|'2026-02-28'",
        ),
        (
            Parameter::Datetime("2026-11-23T01:00:00+02:00".to_owned()),
            "text|'2026-11-22 23:00:00'",
        ),
        (Parameter::Bytes(vec![0, 255]), "blob|X'00FF'"),
        (
            Parameter::Array(vec![text("a"), Parameter::Integer("2".to_owned())]),
            "text|'[\"a\",2]'",
        ),
    ] {
        let value = one(
            session,
            "SELECT typeof(?1) || '|' || quote(?1)",
            &[parameter],
        )
        .await
        .1;
        assert_eq!(value, json!(shown));
    }
    let error = fault(
        session,
        "SELECT ?1",
        &[Parameter::Integer("99999999999999999999".to_owned())],
    )
    .await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
    let error = fault(session, "SELECT ?1, ?2", &[Parameter::Null]).await;
    assert_eq!(
        (error.error.code, error.fate),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
}

#[tokio::test]
async fn writes_are_counted_and_keys_told() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    let first = done(session, "INSERT INTO t (n) VALUES (1), (2), (3)").await;
    assert_eq!(
        (first.affected, first.generated_keys),
        (Some(3), vec![json!(3)])
    );
    let changed = done(session, "UPDATE t SET n = n + 1 WHERE n > 1").await;
    assert_eq!(
        (changed.affected, changed.generated_keys.len()),
        (Some(2), 0)
    );
    assert_eq!(
        done(session, "DELETE FROM t WHERE n = 99").await.affected,
        Some(0)
    );
    assert_eq!(done(session, "SELECT 1").await.affected, None);
    done(
        session,
        "CREATE TABLE keyed (k TEXT PRIMARY KEY) WITHOUT ROWID",
    )
    .await;
    let keyed = done(session, "INSERT INTO keyed VALUES ('a')").await;
    assert_eq!((keyed.affected, keyed.generated_keys.len()), (Some(1), 0));
    let answer = run(session, "INSERT INTO t (n) VALUES (7) RETURNING id, n", &[])
        .await
        .unwrap();
    assert_eq!(answer.rows, [[json!(4), json!(7)]]);
    assert_eq!(answer.completion.affected, Some(1));
}

#[tokio::test]
async fn a_failed_statement_says_what_became_of_it() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    done(session, "INSERT INTO t VALUES (1, 1, 'a')").await;
    done(
        session,
        "CREATE TABLE c (t INTEGER NOT NULL REFERENCES t (id), n INTEGER CHECK (n > 0))",
    )
    .await;
    for (statement, wanted) in [
        (
            "INSERT INTO t VALUES (1, 2, 'b')",
            code::CONSTRAINT_VIOLATED,
        ),
        ("INSERT INTO c VALUES (9, 1)", code::CONSTRAINT_VIOLATED),
        ("INSERT INTO c VALUES (NULL, 1)", code::CONSTRAINT_VIOLATED),
        ("INSERT INTO c VALUES (1, 0)", code::CONSTRAINT_VIOLATED),
        ("SELECT * FROM nowhere", code::STATEMENT_FAILED),
        ("SELECT \"text\"", code::STATEMENT_FAILED),
        ("SELECT 1; SELECT 2", code::STATEMENT_FAILED),
    ] {
        let error = fault(session, statement, &[]).await;
        assert_eq!(
            (error.error.code, error.fate),
            (wanted, Fate::Refused),
            "{statement}: {error:?}"
        );
        assert!(!error.error.remedy.is_empty());
    }
    assert_eq!(
        fault(session, "SELECT 'é', * FRM t", &[]).await.position,
        Some(15)
    );
    // What was done before it failed stays done.
    let error = fault(
        session,
        "INSERT OR FAIL INTO t VALUES (5, 5, 'e'), (1, 1, 'a')",
        &[],
    )
    .await;
    assert_eq!(error.fate, Fate::Unknown);
    session.begin(None).await.unwrap();
    done(session, "DELETE FROM t WHERE id = 5").await;
    let error = fault(session, "INSERT OR ROLLBACK INTO t VALUES (1, 1, 'a')", &[]).await;
    assert_eq!(error.fate, Fate::RolledBack);
    assert!(!session.in_transaction());
    // Outside of it nothing more is sent, and it can't be committed.
    assert_eq!(
        fault(session, "DELETE FROM t", &[]).await.fate,
        Fate::NotSent
    );
    assert_eq!(session.commit().await.err().unwrap().fate, Fate::RolledBack);
    assert_eq!(
        one(session, "SELECT count(*) FROM t", &[]).await.1,
        json!(2)
    );
    // Each time: an answer that came before the session knew of it was rare.
    for _ in 0..500 {
        session.begin(None).await.unwrap();
        fault(session, "INSERT OR ROLLBACK INTO t VALUES (1, 1, 'a')", &[]).await;
        assert!(!session.in_transaction());
        session.rollback().await.unwrap();
    }
}
