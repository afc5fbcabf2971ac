//! Rows as they come back.

use std::collections::HashMap;

use migrations::{Direction, HistoryRow, RowState};
use serde_json::Value;

use crate::Scope;
use crate::ask::{self, Rows};

/// The rows of a scope, oldest first. What is kept under this database's id is its own; where the same migration also stands under
/// the tags alone, from before a renaming or from another machine's catalog, the former counts.
pub(super) fn rows(found: &Rows, scope: &Scope) -> Vec<HistoryRow> {
    let mut rows: Vec<HistoryRow> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for values in &found.rows {
        let Some(row) = row(found, values) else {
            continue;
        };
        match places.get(&row.tag).and_then(|place| rows.get_mut(*place)) {
            Some(there) => {
                if row.database_id == scope.database_id {
                    *there = row;
                }
            }
            None => {
                places.insert(row.tag.clone(), rows.len());
                rows.push(row);
            }
        }
    }
    rows.sort_by(|one, other| one.started_at.cmp(&other.started_at));
    rows
}

/// A row that names a state which this version does not know is left out: a newer one wrote it.
fn row(found: &Rows, values: &[Value]) -> Option<HistoryRow> {
    let value = |column: &str| found.value(values, column);
    let text = |column: &str| ask::string(value(column));
    let number = |column: &str| ask::number(value(column));
    let small = |column: &str| number(column).and_then(|number| u32::try_from(number).ok());
    let optional = |column: &str| value(column).as_str().map(str::to_owned);
    Some(HistoryRow {
        product: text("product"),
        database: text("database"),
        tag: text("tag"),
        database_id: text("database_id"),
        migration_id: text("migration_id"),
        name: text("name"),
        position: small("position").unwrap_or_default(),
        record: serde_json::from_str(&text("record")).unwrap_or_default(),
        checksum: text("checksum"),
        state: match text("state").as_str() {
            "started" => RowState::Started,
            "applied" => RowState::Applied,
            "failed" => RowState::Failed,
            "rolled_back" => RowState::RolledBack,
            _ => return None,
        },
        direction: if text("direction") == "down" {
            Direction::Down
        } else {
            Direction::Up
        },
        statements_done: small("statements_done").unwrap_or_default(),
        statements: small("statements").unwrap_or_default(),
        under_way: small("under_way"),
        started_at: moment(value("started_at")),
        finished_at: Some(moment(value("finished_at"))).filter(|moment| !moment.is_empty()),
        duration_ms: number("duration_ms"),
        by: text("by"),
        tool_version: text("tool_version"),
        error: optional("error"),
    })
}

/// A moment as RFC 3339. SQL servers tell it so; MongoDB's is extended JSON.
pub(super) fn moment(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(date) => match date.get("$date") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(number)) => number
                .get("$numberLong")
                .and_then(Value::as_str)
                .and_then(|text| text.parse().ok())
                .and_then(|milliseconds| jiff::Timestamp::from_millisecond(milliseconds).ok())
                .map(|moment| moment.to_string())
                .unwrap_or_default(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}
