//! Small questions to a session.

use engines::{Batch, Operation, Parameter, RunError, Session};
use serde_json::Value;

/// A statement or a command without parameters.
pub(crate) fn sql(statement: impl Into<String>) -> Operation {
    sql_with(statement, Vec::new())
}

/// A statement with its parameters.
pub(crate) fn sql_with(statement: impl Into<String>, parameters: Vec<Parameter>) -> Operation {
    Operation::Sql {
        statement: statement.into(),
        parameters,
    }
}

/// A MongoDB command.
pub(crate) fn command(command: &Value) -> Operation {
    Operation::Command(command.to_string())
}

/// Text as a parameter.
pub(crate) fn text(text: impl Into<String>) -> Parameter {
    Parameter::Text(text.into())
}

/// A whole result.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The columns' names.
    pub(crate) columns: Vec<String>,
    /// Their types.
    pub(crate) types: Vec<String>,
    /// The values.
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Rows {
    /// The value of a column in a row; null where there is none.
    pub(crate) fn value<'a>(&self, row: &'a [Value], column: &str) -> &'a Value {
        self.columns
            .iter()
            .position(|name| name == column)
            .and_then(|place| row.get(place))
            .unwrap_or(&Value::Null)
    }

    /// The first row.
    pub(crate) fn first(&self) -> Option<&[Value]> {
        self.rows.first().map(Vec::as_slice)
    }
}

/// Runs an operation and reads all of its rows.
pub(crate) async fn rows(
    session: &mut dyn Session,
    operation: &Operation,
) -> Result<Rows, RunError> {
    /// As many at a time.
    const ROWS: usize = 1_000;
    let columns = session.start(operation).await?;
    let mut result = Rows::default();
    for column in columns {
        result.columns.push(column.name);
        result.types.push(column.type_name);
    }
    let mut batch = Batch::default();
    loop {
        let end = session.fetch(ROWS, &mut batch).await?;
        let read: Vec<Vec<Value>> =
            serde_json::from_str(&format!("[{}]", batch.json())).unwrap_or_default();
        result.rows.extend(read);
        batch.clear();
        if end.is_some() {
            return Ok(result);
        }
    }
}

/// A number that came as a number or as text.
pub(crate) fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|it| *it >= 0.0).map(|it| it as u64))
        .or_else(|| value.as_str()?.parse().ok())
}

/// A text that came as text.
pub(crate) fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
