//! Sessions that only read, and what would talk them out of it.

use engines::{Fate, code};
use serde_json::json;

use super::{done, fault, one, open};

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_session_writes_nothing() {
    let mut writing = open(false).await;
    for statement in [
        "CREATE TABLE read_kept (i int)",
        "INSERT INTO read_kept VALUES (1)",
        "CREATE SEQUENCE read_sequence",
        "CREATE FUNCTION read_writes() RETURNS int LANGUAGE sql AS 'INSERT INTO read_kept VALUES (2) RETURNING i'",
        "CREATE FUNCTION read_escapes() RETURNS text LANGUAGE sql AS \
         'SELECT set_config(''default_transaction_read_only'', ''off'', false)'",
        "CREATE PROCEDURE read_steps() LANGUAGE plpgsql AS \
         'BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO read_kept VALUES (3); END'",
    ] {
        done(writing.as_mut(), statement).await;
    }
    let mut session = open(true).await;
    let session = session.as_mut();
    for statement in [
        "INSERT INTO read_kept VALUES (2)",
        "CREATE TABLE never (i int)",
        "CREATE TEMP TABLE never (i int)",
        "SELECT * INTO never FROM read_kept",
        "SELECT nextval('read_sequence')",
        "SELECT read_writes()",
        "WITH a AS (DELETE FROM read_kept RETURNING i) SELECT * FROM a",
        "EXPLAIN ANALYZE DELETE FROM read_kept",
        "/* SELECT */ TRUNCATE read_kept",
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET TRANSACTION READ WRITE",
        "BEGIN READ WRITE",
        "START TRANSACTION READ WRITE",
        "RESET ALL",
        "DISCARD ALL",
        "COMMIT AND CHAIN",
        "CALL read_steps()",
        "DO 'BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO read_kept VALUES (3); END'",
        "COPY read_kept TO PROGRAM 'true'",
    ] {
        let refused = fault(session, statement).await;
        assert_eq!(
            (refused.error.code, refused.fate),
            (code::READ_ONLY, Fate::Refused),
            "{statement}: {refused:?}"
        );
    }
    let several = fault(session, "SELECT 1; DELETE FROM read_kept").await;
    assert_eq!(several.error.server_code.as_deref(), Some("42601"));
    // What a function sets for the transactions that follow.
    for escape in [
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SELECT read_escapes()",
    ] {
        for transaction in [false, true] {
            assert_eq!(one(session, escape, &[]).await.1, json!("off"));
            if transaction {
                session.begin(None).await.unwrap();
            }
            let refused = fault(session, "SELECT read_writes()").await;
            assert_eq!(refused.error.code, code::READ_ONLY, "{escape}");
            if transaction {
                session.rollback().await.unwrap();
            }
        }
    }
    // And for the one that it is in.
    session.begin(None).await.unwrap();
    let escape = "SELECT set_config('transaction_read_only', 'off', false)";
    fault(session, escape).await;
    session.rollback().await.unwrap();
    fault(session, escape).await;
    for (statement, value) in [
        ("SELECT sum(i) FROM read_kept", json!(1)),
        ("(SELECT 1)", json!(1)),
        ("WITH a AS (VALUES (2)) TABLE a", json!(2)),
        ("SHOW transaction_read_only", json!("on")),
    ] {
        assert_eq!(one(session, statement, &[]).await.1, value, "{statement}");
    }
}
