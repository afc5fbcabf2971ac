//! The engine whose databases are files: what every report says holds for it too, and it has the stages that a file has.

use std::time::Duration;

use engines::{DatabaseType, Stage, code};

use crate::subject::{Run, connected, failed};

/// A folder, and a database in it that was made by a session.
fn made() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE t (n)").unwrap();
    (folder, format!("sqlite://{}", path.display()))
}

#[test]
fn right_and_wrong_urls() {
    let (folder, url) = made();
    let report = Run::new(DatabaseType::Sqlite, &url).report();
    connected(&report, "a file");
    assert_eq!(report.server.as_deref(), Some("SQLite"));
    assert!(report.version.unwrap().starts_with("3."));
    let stages: Vec<Stage> = report.stages.iter().map(|timing| timing.stage).collect();
    assert_eq!(stages, [Stage::Database, Stage::Ready]);
    assert!(report.tls.is_none());

    let missing = format!("sqlite://{}", folder.path().join("not-there.db").display());
    let report = Run::new(DatabaseType::Sqlite, &missing).report();
    failed(
        &report,
        code::DATABASE_NOT_FOUND,
        Stage::Database,
        "no file",
    );
    assert!(!report.error.unwrap().retryable);

    let report = Run::new(DatabaseType::Sqlite, &format!("{url}?mode=sideways")).report();
    failed(&report, code::INVALID_OPTION, Stage::Database, "no mode");
}

#[cfg(unix)]
#[test]
fn a_file_that_does_not_answer_is_left() {
    // Opening a pipe that nobody writes to waits for ever, as a network drive that is gone does.
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.db");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let url = format!("sqlite://{}?mode=ro", pipe.display());
    let (report, took) = Run::new(DatabaseType::Sqlite, &url)
        .timeout(Duration::from_millis(300))
        .timed();
    failed(&report, code::TIMED_OUT, Stage::Database, "a pipe");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let (report, took) = Run::new(DatabaseType::Sqlite, &url)
        .cancel_after(Duration::from_millis(200))
        .timed();
    failed(&report, code::CANCELLED, Stage::Database, "a pipe");
    assert!(took < Duration::from_secs(5), "{took:?}");
}
