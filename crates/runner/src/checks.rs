//! Queries that must be true. They change nothing: on SQL servers what they do is taken back, and MongoDB's commands must be ones that
//! read.

use connection_url::DatabaseType;
use engines::{Fate, Operation, RunError, Session, code};
use serde_json::Value;

use crate::ask::{self, Rows, sql};
use crate::wording;

/// What stands around a check, so that it changes nothing.
struct Around {
    before: &'static str,
    after: &'static str,
}

/// Asks a check.
pub(crate) async fn ask(
    session: &mut dyn Session,
    database_type: DatabaseType,
    check: &str,
) -> Result<bool, RunError> {
    if database_type == DatabaseType::Mongodb {
        if !reads(check) {
            return Err(refused(
                "A check must be a command that reads: find, aggregate, count or distinct, for instance.",
            ));
        }
        let found = ask::rows(session, &Operation::Command(check.to_owned())).await?;
        return Ok(is_true_of_documents(check, &found));
    }
    let around = match (database_type, session.in_transaction()) {
        (DatabaseType::Postgresql | DatabaseType::Sqlite, true) => Around {
            before: "SAVEPOINT tapedeck_check",
            after: "ROLLBACK TO SAVEPOINT tapedeck_check",
        },
        (DatabaseType::Postgresql, false) => Around {
            before: "BEGIN READ ONLY",
            after: "ROLLBACK",
        },
        (DatabaseType::Sqlite, false) => Around {
            before: "BEGIN",
            after: "ROLLBACK",
        },
        (_, _) => Around {
            before: "START TRANSACTION READ ONLY",
            after: "ROLLBACK",
        },
    };
    session.execute(&sql(around.before)).await?;
    let found = ask::rows(session, &sql(check)).await;
    // What the check itself says matters more than that it could not be taken back: the next statement says that too.
    let after = session.execute(&sql(around.after)).await;
    let found = found?;
    after?;
    Ok(is_true(&found))
}

fn refused(message: &str) -> RunError {
    let mut error = wording::fault(message);
    error.error.code = code::STATEMENT_FAILED;
    error.fate = Fate::NotSent;
    error
}

/// Whether the first column of the first row is true.
fn is_true(found: &Rows) -> bool {
    let Some(value) = found.first().and_then(|row| row.first()) else {
        return false;
    };
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => {
            let kind = found.types.first().map(|name| name.to_ascii_lowercase());
            // Numbers that a double doesn't hold come as text.
            let is_number = kind.is_some_and(|kind| {
                ["dec", "num", "int", "bigint"]
                    .iter()
                    .any(|start| kind.starts_with(start))
            });
            if is_number {
                text.parse::<f64>().is_ok_and(|number| number != 0.0)
            } else {
                ["t", "true", "1"].contains(&text.to_ascii_lowercase().as_str())
            }
        }
        _ => false,
    }
}

/// Whether a command gave documents, or counted some.
fn is_true_of_documents(check: &str, found: &Rows) -> bool {
    let counts = found.columns.iter().any(|column| column == "n");
    let lists = [
        "find",
        "aggregate",
        "distinct",
        "listIndexes",
        "listCollections",
    ];
    let name = name(check);
    if lists.contains(&name.as_str()) {
        return !found.rows.is_empty();
    }
    let n = found.first().map(|row| found.value(row, "n").clone());
    counts && n.and_then(|n| n.as_f64()).is_some_and(|n| n != 0.0)
}

fn name(check: &str) -> String {
    let command: Option<serde_json::Map<String, Value>> = serde_json::from_str(check).ok();
    command
        .and_then(|command| command.keys().next().cloned())
        .unwrap_or_default()
}

/// Whether a command changes nothing.
fn reads(check: &str) -> bool {
    /// Stages that write what an aggregation gives.
    const WRITES: [&str; 2] = ["$out", "$merge"];
    match name(check).as_str() {
        "find" | "count" | "distinct" | "listIndexes" | "listCollections" | "collStats"
        | "dbStats" => true,
        "aggregate" => {
            let command: Value = serde_json::from_str(check).unwrap_or_default();
            let stages = command.get("pipeline").and_then(Value::as_array);
            !stages.is_some_and(|stages| {
                let mut stages = stages.iter();
                stages.any(|stage| WRITES.iter().any(|write| stage.get(write).is_some()))
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(kind: &str, value: Value) -> Rows {
        Rows {
            columns: vec!["it".to_owned()],
            types: vec![kind.to_owned()],
            rows: vec![vec![value]],
        }
    }

    #[test]
    fn a_check_is_true_where_its_first_value_is() {
        for (kind, value) in [
            ("bool", json!(true)),
            ("int4", json!(2)),
            ("numeric", json!("0.5")),
            ("text", json!("TRUE")),
            ("text", json!("t")),
            ("varchar", json!("1")),
            ("DECIMAL", json!("3")),
        ] {
            assert!(is_true(&found(kind, value.clone())), "{kind} {value}");
        }
        for (kind, value) in [
            ("bool", json!(false)),
            ("int4", json!(0)),
            ("numeric", json!("0.00")),
            ("text", json!("2")),
            ("text", json!("yes")),
            ("text", Value::Null),
        ] {
            assert!(!is_true(&found(kind, value.clone())), "{kind} {value}");
        }
        assert!(!is_true(&Rows::default()));
    }

    #[test]
    fn commands_that_write_are_no_checks() {
        assert!(reads(r#"{"find": "a"}"#));
        assert!(reads(r#"{"aggregate": "a", "pipeline": [{"$match": {}}]}"#));
        for check in [
            r#"{"aggregate": "a", "pipeline": [{"$match": {}}, {"$out": "b"}]}"#,
            r#"{"aggregate": "a", "pipeline": [{"$merge": "b"}]}"#,
            r#"{"delete": "a", "find": 1}"#,
            "[]",
            "no JSON",
        ] {
            assert!(!reads(check), "{check}");
        }
    }
}
