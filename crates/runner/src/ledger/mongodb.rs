//! The account in MongoDB. The record is kept as text: its keys would not all be allowed as fields, and their order is part of it.

use engines::Operation;
use serde_json::{Map, Value, json};

use super::entry::{Cell, Entry, Fields};
use super::format::FORMAT;
use super::{MIGRATIONS, SCHEMA};
use crate::Scope;
use crate::ask::command;

/// The one document of the schema's collection.
const ROW: &str = "schema";

/// An account that a new primary does not have would let a migration run twice.
fn majority() -> Value {
    json!({ "w": "majority" })
}

/// The collections and what they hold from the start.
pub(super) fn make() -> Vec<Operation> {
    vec![
        command(&json!({
            "createIndexes": MIGRATIONS,
            "indexes": [{
                "name": "migration",
                "key": { "product": 1, "database": 1, "tag": 1 },
                "unique": true,
            }],
        })),
        command(&json!({
            "update": SCHEMA,
            "updates": [{
                "q": { "_id": ROW },
                "u": { "$setOnInsert": { "format": FORMAT } },
                "upsert": true,
            }],
            "writeConcern": majority(),
        })),
    ]
}

pub(super) fn rows(scope: &Scope) -> Operation {
    command(&json!({
        "find": MIGRATIONS,
        "filter": { "$or": [
            { "product": scope.product, "database": scope.database },
            { "database_id": scope.database_id },
        ] },
        "sort": { "started_at": 1 },
        "batchSize": 10_000,
    }))
}

pub(super) fn schema_row() -> Operation {
    command(&json!({ "find": SCHEMA, "filter": { "_id": ROW }, "limit": 1 }))
}

/// The update operators for the fields. The server's clock is told by `$currentDate`; when a row began is kept from when it did.
fn operators(fields: &Fields, first: bool) -> Value {
    let mut set = Map::new();
    let mut now = Map::new();
    for (name, cell) in fields {
        match cell {
            Cell::Null => drop(set.insert((*name).to_owned(), Value::Null)),
            Cell::Text(text) => drop(set.insert((*name).to_owned(), json!(text))),
            Cell::Number(number) => drop(set.insert((*name).to_owned(), json!(number))),
            Cell::Moment(moment) => {
                drop(set.insert((*name).to_owned(), json!({ "$date": moment })));
            }
            Cell::Clock => drop(now.insert((*name).to_owned(), json!(true))),
            Cell::Ago(_) | Cell::Begin if first => {
                drop(now.insert((*name).to_owned(), json!(true)))
            }
            Cell::Ago(_) | Cell::Begin | Cell::SinceBegin => {}
        }
    }
    let mut operators = Map::new();
    if !set.is_empty() {
        operators.insert("$set".to_owned(), Value::Object(set));
    }
    if !now.is_empty() {
        operators.insert("$currentDate".to_owned(), Value::Object(now));
    }
    Value::Object(operators)
}

fn key(key: [&str; 3]) -> Map<String, Value> {
    let [product, database, tag] = key;
    let mut filter = Map::new();
    filter.insert("product".to_owned(), json!(product));
    filter.insert("database".to_owned(), json!(database));
    filter.insert("tag".to_owned(), json!(tag));
    filter
}

pub(super) fn put(entry: &Entry<'_>, fields: &Fields) -> Operation {
    let filter = key([
        &entry.scope.product,
        &entry.scope.database,
        &entry.migration.tag,
    ]);
    // What the filter says is not set once more.
    let rest = fields
        .iter()
        .filter(|(name, _)| !filter.contains_key(*name));
    let operators = operators(&rest.cloned().collect(), true);
    command(&json!({
        "update": MIGRATIONS,
        "updates": [{ "q": filter, "u": operators, "upsert": true }],
        "writeConcern": majority(),
    }))
}

pub(super) fn update(fields: &Fields, of: [&str; 3], run: Option<&str>) -> Operation {
    let mut filter = key(of);
    if let Some(run) = run {
        filter.insert("run_id".to_owned(), json!(run));
    }
    command(&json!({
        "update": MIGRATIONS,
        "updates": [{ "q": filter, "u": operators(fields, false) }],
        "writeConcern": majority(),
    }))
}

pub(super) fn state(of: [&str; 3], run: &str) -> Operation {
    let mut filter = key(of);
    filter.insert("run_id".to_owned(), json!(run));
    command(&json!({
        "find": MIGRATIONS,
        "filter": filter,
        "projection": { "_id": 0, "state": 1 },
    }))
}

pub(super) fn update_schema(fields: &Fields) -> Operation {
    command(&json!({
        "update": SCHEMA,
        "updates": [{ "q": { "_id": ROW }, "u": operators(fields, false) }],
        "writeConcern": majority(),
    }))
}
