//! What no statement may do.

use engines::{Fate, code};
use serde_json::json;

use super::{File, connect, done, fault, one};

#[tokio::test]
async fn no_statement_reaches_another_file() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    let other = file.folder.path().join("other.db");
    let name = other.display();
    for statement in [
        format!("ATTACH '{name}' AS other"),
        format!("ATTACH DATABASE 'file:{name}?mode=rwc' AS other"),
        format!("ATTACH '{name}' || '' AS other"),
        format!("VACUUM INTO '{name}'"),
        "SELECT load_extension('x')".to_owned(),
        format!(
            "PRAGMA temp_store_directory = '{}'",
            file.folder.path().display()
        ),
        "PRAGMA writable_schema = 1".to_owned(),
    ] {
        let error = fault(session, &statement, &[]).await;
        assert!(
            [code::PERMISSION_DENIED, code::STATEMENT_FAILED].contains(&error.error.code),
            "{statement}: {error:?}"
        );
        assert!(!other.exists(), "{statement}");
    }
    // What builds the file anew in place may.
    done(session, "VACUUM").await;
    assert_eq!(one(session, "PRAGMA foreign_keys", &[]).await.1, json!(1));
}

#[tokio::test]
async fn a_session_that_reads_cannot_be_talked_out_of_it() {
    let file = File::new().await;
    let mut session = file.open(true).await;
    let session = session.as_mut();
    for statement in [
        "INSERT INTO t VALUES (1, 1, 'a')",
        "CREATE TABLE u (n)",
        "CREATE TEMP TABLE u (n)",
        "PRAGMA query_only = 0",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "PRAGMA foreign_keys = 0",
        "BEGIN IMMEDIATE",
        "VACUUM",
        "WITH x AS (SELECT 1) DELETE FROM t",
    ] {
        let error = fault(session, statement, &[]).await;
        assert!(
            [code::READ_ONLY, code::PERMISSION_DENIED].contains(&error.error.code),
            "{statement}: {error:?}"
        );
        assert!(matches!(error.fate, Fate::NotSent | Fate::Refused));
    }
    assert_eq!(
        one(session, "SELECT count(*) FROM pragma_table_info('t')", &[])
            .await
            .1,
        json!(3)
    );
    assert_eq!(
        one(session, "SELECT count(*) FROM t", &[]).await.1,
        json!(0)
    );
    session.begin(None).await.unwrap();
    session.rollback().await.unwrap();
    // A URL that says so makes every session one that reads.
    let mut session = connect(&file.url("?mode=ro"), false).await.unwrap();
    let error = fault(session.as_mut(), "DELETE FROM t", &[]).await;
    assert_eq!(error.error.code, code::READ_ONLY);
}
