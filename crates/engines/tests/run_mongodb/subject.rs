//! A session under test, and the commands that it runs.

use std::sync::OnceLock;

use connection_url::ConnectionUrl;
use engines::{
    Batch, CancellationToken, Column, Completion, DatabaseType, EngineError, Fate, Operation,
    RunError, Session, SessionOptions, engine,
};
use serde_json::Value;
use test_support::shared_mongo;

/// The shared server's password, once a session was opened there.
static PASSWORD: OnceLock<String> = OnceLock::new();

/// Opens a session on the shared server.
pub async fn open(read_only: bool) -> Box<dyn Session> {
    let server = shared_mongo();
    PASSWORD.get_or_init(|| server.password.clone());
    open_at(&server.url("app"), read_only).await.unwrap()
}

pub async fn open_at(url: &str, read_only: bool) -> Result<Box<dyn Session>, EngineError> {
    let options = SessionOptions {
        read_only,
        ..SessionOptions::default()
    };
    let url = ConnectionUrl::parse(url, Some(DatabaseType::Mongodb)).unwrap();
    engine(DatabaseType::Mongodb)
        .connect(&url, &options, &CancellationToken::new())
        .await
}

/// Everything that an operation gave.
#[derive(Debug)]
pub struct Answer {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Value>>,
    pub completion: Completion,
}

impl Answer {
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|it| it.name.as_str()).collect()
    }
}

pub fn command(command: &Value) -> Operation {
    Operation::Command(command.to_string())
}

/// Runs a command to its end, a thousand rows at a time.
pub async fn run(session: &mut dyn Session, what: Value) -> Result<Answer, RunError> {
    run_text(session, &what.to_string()).await
}

/// The same for the command's text.
pub async fn run_text(session: &mut dyn Session, text: &str) -> Result<Answer, RunError> {
    let operation = Operation::Command(text.to_owned());
    let columns = session.start(&operation).await?;
    let mut rows = Vec::new();
    let mut batch = Batch::default();
    loop {
        let completion = session.fetch(1000, &mut batch).await?;
        let read = read(&batch);
        assert!(read.iter().all(|row| row.len() == columns.len()));
        rows.extend(read);
        batch.clear();
        if let Some(completion) = completion {
            return Ok(Answer {
                columns,
                rows,
                completion,
            });
        }
    }
}

pub fn read(batch: &Batch) -> Vec<Vec<Value>> {
    let rows: Vec<Vec<Value>> = serde_json::from_str(&format!("[{}]", batch.json())).unwrap();
    assert_eq!(rows.len(), batch.rows());
    rows
}

/// The code and the fate of a failure.
#[track_caller]
pub fn failure<T>(result: Result<T, RunError>) -> (&'static str, Fate) {
    let error = error(result);
    (error.error.code, error.fate)
}

/// A failure; what holds for each is checked.
#[track_caller]
pub fn error<T>(result: Result<T, RunError>) -> RunError {
    let Err(error) = result else {
        panic!("it succeeded");
    };
    assert_eq!(error.error.stage, engines::Stage::Ready);
    assert!(
        !error.error.message.is_empty() && !error.error.remedy.is_empty(),
        "{error:?}"
    );
    let text = format!("{error:?}");
    // Most failures are of scripted servers: the shared one is not started for its password.
    if let Some(password) = PASSWORD.get().filter(|password| !password.is_empty()) {
        assert!(!text.contains(password), "a secret");
    }
    error
}
