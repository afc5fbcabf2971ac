//! Sessions of SQLite: what arrives, what comes back, what becomes of what fails, and what no statement may do.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "../sql_session/mod.rs"]
mod sql_session;

mod guarded;
mod locks;
mod values;

use std::path::PathBuf;

use connection_url::ConnectionUrl;
use engines::{
    CancellationToken, DatabaseType, EngineError, Parameter, RunError, Session, SessionOptions,
    Stage, TestOptions, TestReport, code, engine,
};
use serde_json::json;

use crate::sql_session::{done, one, run, sql};

/// A folder with a database in it.
struct File {
    folder: tempfile::TempDir,
}

impl File {
    /// With one table.
    async fn new() -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut session = connect(&file.url("?mode=rwc"), false).await.unwrap();
        done(
            session.as_mut(),
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT)",
        )
        .await;
        session.close().await;
        file
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    fn url(&self, options: &str) -> String {
        format!("sqlite://{}{options}", self.path().display())
    }

    async fn open(&self, read_only: bool) -> Box<dyn Session> {
        connect(&self.url(""), read_only).await.unwrap()
    }
}

async fn connect(url: &str, read_only: bool) -> Result<Box<dyn Session>, EngineError> {
    let url = ConnectionUrl::parse(url, Some(DatabaseType::Sqlite)).unwrap();
    let options = SessionOptions {
        read_only,
        ..SessionOptions::default()
    };
    engine(DatabaseType::Sqlite)
        .connect(&url, &options, &CancellationToken::new())
        .await
}

async fn test(url: &str) -> TestReport {
    let url = ConnectionUrl::parse(url, Some(DatabaseType::Sqlite)).unwrap();
    engine(DatabaseType::Sqlite)
        .test(
            &url,
            &TestOptions::default(),
            &|_| {},
            &CancellationToken::new(),
        )
        .await
}

/// The error of what must fail.
async fn fault(session: &mut dyn Session, statement: &str, parameters: &[Parameter]) -> RunError {
    run(session, statement, parameters).await.err().unwrap()
}

#[tokio::test]
async fn a_test_has_the_stages_of_a_file() {
    let file = File::new().await;
    for options in ["", "?mode=ro", "?mode=rw", "?immutable=1&psow=0"] {
        let report = test(&file.url(options)).await;
        assert!(report.connected, "{options}: {report:?}");
        assert_eq!(report.server.as_deref(), Some("SQLite"));
        assert!(report.version.unwrap().starts_with("3."));
        assert_eq!(report.tls, None);
        let stages: Vec<Stage> = report.stages.iter().map(|timing| timing.stage).collect();
        assert_eq!(stages, [Stage::Database, Stage::Ready]);
    }
    let session = file.open(true).await;
    assert!(session.server().starts_with("SQLite 3."));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let url = |options: &str| format!("sqlite://{}{options}", path.display());
    for options in ["", "?mode=ro", "?mode=rw", "?mode=rwc"] {
        let report = test(&url(options)).await;
        let error = report.error.unwrap();
        assert_eq!(error.code, code::DATABASE_NOT_FOUND, "{options}");
        assert_eq!(error.stage, Stage::Database);
        assert!(error.remedy.contains("mode=rwc"), "{}", error.remedy);
        assert!(connect(&url(options), true).await.is_err());
        assert!(!path.exists(), "{options}");
    }
    assert!(connect(&url(""), false).await.is_err());
    assert!(!path.exists());
    let mut session = connect(&url("?mode=rwc"), false).await.unwrap();
    done(session.as_mut(), "CREATE TABLE t (n)").await;
    assert!(path.exists());
}

#[tokio::test]
async fn what_cannot_be_opened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "not a database, and longer than a header of a hundred bytes ".repeat(20),
    )
    .unwrap();
    for (url, wanted) in [
        ("sqlite:shop.db".to_owned(), code::INVALID_OPTION),
        ("sqlite:".to_owned(), code::INVALID_OPTION),
        ("sqlite:///x.db?mode=maybe".to_owned(), code::INVALID_OPTION),
        (
            "sqlite:///x.db?nolock=perhaps".to_owned(),
            code::INVALID_OPTION,
        ),
        (
            format!("sqlite://{}", folder.path().display()),
            code::NOT_THIS_DATABASE,
        ),
        (
            format!("sqlite://{}", text.display()),
            code::NOT_THIS_DATABASE,
        ),
    ] {
        let error = test(&url).await.error.unwrap();
        assert_eq!(
            (error.code, error.stage),
            (wanted, Stage::Database),
            "{url}: {error:?}"
        );
        assert!(!error.message.is_empty() && !error.remedy.is_empty());
        assert_eq!(connect(&url, false).await.err().unwrap().code, wanted);
    }
    // In memory nothing is opened.
    let mut session = connect("sqlite::memory:", false).await.unwrap();
    done(session.as_mut(), "CREATE TABLE t (n)").await;
}

#[tokio::test]
async fn rows_come_in_batches() {
    let file = File::new().await;
    let mut session = file.open(false).await;
    let session = session.as_mut();
    done(
        session,
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500) INSERT INTO t (n) SELECT n FROM c",
    )
    .await;
    session
        .start(&sql("SELECT n FROM t ORDER BY n", &[]))
        .await
        .unwrap();
    let mut batch = engines::Batch::default();
    assert!(session.fetch(10, &mut batch).await.unwrap().is_none());
    assert_eq!(batch.rows(), 10);
    // What is left unread is forgotten.
    assert_eq!(
        one(session, "SELECT count(*) FROM t", &[]).await.1,
        json!(2500)
    );
    let all = run(session, "SELECT n FROM t ORDER BY n", &[])
        .await
        .unwrap();
    assert_eq!((all.rows.len(), &all.rows[2499][0]), (2500, &json!(2500)));
    // A batch is given out before it is large.
    session
        .start(&sql("SELECT printf('%.*c', 400000, 'x') FROM t", &[]))
        .await
        .unwrap();
    batch.clear();
    assert!(session.fetch(10_000, &mut batch).await.unwrap().is_none());
    assert!(batch.rows() < 10);
}
