//! Asking a session a question.

use engines::{
    Batch, Column, EngineError, Fate, Operation, Parameter, RunError, Session, Stage, code,
};
use serde_json::Value;

/// A row of an answer.
pub(crate) struct Row(Vec<Value>);

impl Row {
    /// A value as text, whatever its type; nothing for NULL.
    pub(crate) fn text(&self, column: usize) -> Option<String> {
        match self.0.get(column)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A text that is always there.
    pub(crate) fn name(&self, column: usize) -> String {
        self.text(column).unwrap_or_default()
    }

    pub(crate) fn number(&self, column: usize) -> u64 {
        match self.0.get(column) {
            Some(Value::Number(number)) => number.as_u64().unwrap_or_default(),
            Some(Value::String(text)) => text.parse().unwrap_or_default(),
            _ => 0,
        }
    }

    /// Whether a value is true, or a number that is not zero.
    pub(crate) fn is(&self, column: usize) -> bool {
        match self.0.get(column) {
            Some(Value::Bool(holds)) => *holds,
            _ => self.number(column) != 0,
        }
    }

    /// A value that is JSON text, read.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Option<T> {
        match self.0.get(column)? {
            Value::Null => None,
            Value::String(text) => serde_json::from_str(text).ok(),
            other => serde_json::from_value(other.clone()).ok(),
        }
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.0
    }
}

/// Runs an operation to the end of its answer.
pub(crate) async fn ask(
    session: &mut dyn Session,
    operation: &Operation,
) -> Result<(Vec<Column>, Vec<Row>), RunError> {
    let columns = session.start(operation).await?;
    let mut rows = Vec::new();
    let mut batch = Batch::default();
    loop {
        batch.clear();
        let done = session.fetch(10_000, &mut batch).await?;
        let read: Vec<Vec<Value>> =
            serde_json::from_str(&format!("[{}]", batch.json())).map_err(|_| unreadable())?;
        rows.extend(read.into_iter().map(Row));
        if done.is_some() {
            return Ok((columns, rows));
        }
    }
}

/// The rows of a SQL query.
pub(crate) async fn query(
    session: &mut dyn Session,
    statement: &str,
    parameters: &[&str],
) -> Result<Vec<Row>, RunError> {
    let operation = Operation::Sql {
        statement: statement.to_owned(),
        parameters: parameters
            .iter()
            .map(|text| Parameter::Text((*text).to_owned()))
            .collect(),
    };
    Ok(ask(session, &operation).await?.1)
}

/// What the server sent is no answer to the question.
pub(crate) fn unreadable() -> RunError {
    RunError {
        error: EngineError {
            code: code::SERVER_ERROR,
            stage: Stage::Ready,
            message: "The server's answer about its schema can't be read.".to_owned(),
            remedy: "Try again; if it stays so, report it with the server's version.".to_owned(),
            server_code: None,
            retryable: true,
        },
        fate: Fate::Refused,
        position: None,
    }
}
