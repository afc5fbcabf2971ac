//! What the tests of each SQL engine do with a session.

use engines::{Batch, Column, Completion, Operation, Parameter, RunError, Session};
use serde_json::Value;

pub(crate) fn sql(statement: &str, parameters: &[Parameter]) -> Operation {
    Operation::Sql {
        statement: statement.to_owned(),
        parameters: parameters.to_vec(),
    }
}

/// A whole result.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) completion: Completion,
}

/// Runs a statement and reads its result to the end.
pub(crate) async fn run(
    session: &mut dyn Session,
    statement: &str,
    parameters: &[Parameter],
) -> Result<Answer, RunError> {
    let columns = session.start(&sql(statement, parameters)).await?;
    let mut rows = Vec::new();
    let mut batch = Batch::default();
    loop {
        let completion = session.fetch(1000, &mut batch).await?;
        let read: Vec<Vec<Value>> = serde_json::from_str(&format!("[{}]", batch.json())).unwrap();
        assert_eq!(read.len(), batch.rows());
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

/// Runs what must not fail.
pub(crate) async fn done(session: &mut dyn Session, statement: &str) -> Completion {
    match run(session, statement, &[]).await {
        Ok(answer) => answer.completion,
        Err(error) => panic!("{statement}: {error:?}"),
    }
}

/// The one value of one row, with the type of its column.
pub(crate) async fn one(
    session: &mut dyn Session,
    statement: &str,
    parameters: &[Parameter],
) -> (String, Value) {
    let mut answer = match run(session, statement, parameters).await {
        Ok(answer) => answer,
        Err(error) => panic!("{statement}: {error:?}"),
    };
    assert_eq!((answer.rows.len(), answer.rows[0].len()), (1, 1));
    (
        answer.columns[0].type_name.clone(),
        answer.rows.remove(0).remove(0),
    )
}
