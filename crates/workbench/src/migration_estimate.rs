//! How many rows a server thinks its tables have: from its statistics, so that asking costs nothing however large they are.

use std::collections::BTreeMap;

use catalog::DatabaseType;
use engines::{Batch, Operation, Parameter, Session};
use serde_json::{Value, json};

/// The most tables that are asked about.
const MOST: usize = 200;

/// The estimated rows of tables, by their names as statements have them. What the server does not know, or will not tell, is left
/// out: a plan is shown without it.
pub(crate) async fn estimated_rows(
    session: &mut dyn Session,
    database_type: DatabaseType,
    tables: &[String],
) -> BTreeMap<String, u64> {
    let tables = tables.get(..MOST).unwrap_or(tables);
    let mut known = BTreeMap::new();
    if tables.is_empty() {
        return known;
    }
    match database_type {
        DatabaseType::Postgresql => {
            let names = tables.iter().cloned().map(Parameter::Text).collect();
            let operation = Operation::Sql {
                statement: "SELECT named.name, class.reltuples::float8 FROM unnest($1::text[]) AS named (name) \
                            JOIN pg_catalog.pg_class AS class ON class.oid = pg_catalog.to_regclass(named.name) \
                            WHERE class.reltuples >= 0"
                    .to_owned(),
                parameters: vec![Parameter::Array(names)],
            };
            for row in rows(session, &operation).await {
                if let [Value::String(name), count] = row.as_slice() {
                    known.extend(number(count).map(|count| (name.clone(), count)));
                }
            }
        }
        DatabaseType::Mysql => {
            let marks = vec!["?"; tables.len()].join(", ");
            let operation = Operation::Sql {
                statement: format!(
                    "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES \
                     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({marks})"
                ),
                parameters: tables
                    .iter()
                    .map(|table| Parameter::Text(bare(table)))
                    .collect(),
            };
            let found = rows(session, &operation).await;
            for table in tables {
                let name = bare(table);
                let row = found.iter().find(|row| {
                    row.first()
                        .and_then(Value::as_str)
                        .is_some_and(|found| found == name)
                });
                let count = row.and_then(|row| number(row.get(1)?));
                known.extend(count.map(|count| (table.clone(), count)));
            }
        }
        DatabaseType::Sqlite => {
            // It keeps no estimate, and counting reads the whole table: only one of which ANALYZE has said something is told of.
            let operation = Operation::Sql {
                statement: "SELECT tbl, CAST(stat AS INTEGER) FROM sqlite_stat1".to_owned(),
                parameters: Vec::new(),
            };
            let found = rows(session, &operation).await;
            for table in tables {
                let name = bare(table);
                let counts = found.iter().filter_map(|row| match row.as_slice() {
                    [Value::String(found), count] if *found == name => number(count),
                    _ => None,
                });
                known.extend(counts.max().map(|count| (table.clone(), count)));
            }
        }
        DatabaseType::Mongodb => {
            for table in tables {
                let command = json!({ "count": table }).to_string();
                let found = rows(session, &Operation::Command(command)).await;
                let count = found.first().and_then(|row| counted(row));
                known.extend(count.map(|count| (table.clone(), count)));
            }
        }
    }
    known
}

/// The answer to a `count`, which comes as a document, or as its fields.
fn counted(row: &[Value]) -> Option<u64> {
    row.iter()
        .find_map(|value| number(value.get("n")?))
        .or_else(|| row.iter().find_map(number))
}

/// A name without quotes, and without a schema before it.
fn bare(table: &str) -> String {
    let last = table.rsplit('.').next().unwrap_or(table);
    last.trim_matches(['`', '"']).to_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is checked to be a whole number within range"
)]
fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .or_else(|| {
            let count = value.as_f64()?;
            (0.0..1e15).contains(&count).then(|| count.round() as u64)
        })
}

async fn rows(session: &mut dyn Session, operation: &Operation) -> Vec<Vec<Value>> {
    let mut batch = Batch::default();
    if let Err(error) = session.start(operation).await {
        tracing::debug!(code = error.error.code, "no estimate of rows");
        return Vec::new();
    }
    loop {
        match session.fetch(1_000, &mut batch).await {
            Ok(None) => {}
            Ok(Some(_)) => break,
            Err(_) => return Vec::new(),
        }
    }
    serde_json::from_str(&format!("[{}]", batch.json())).unwrap_or_default()
}
