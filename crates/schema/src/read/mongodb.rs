//! MongoDB, by `listCollections` and `listIndexes`.

use connection_url::DatabaseType;
use engines::{Operation, RunError, Session};
use serde_json::{Map, Value, json};

use super::{OWN, begun};
use crate::rows::ask;
use crate::{Object, Snapshot, name};

/// What is read here.
const COVERS: &[(&str, &[&str])] = &[
    (
        "collection",
        &[
            "type",
            "capped",
            "collation",
            "timeseries",
            "expires after",
            "clustered index",
            "options",
        ],
    ),
    ("validator", &["validator", "level", "action"]),
    (
        "index",
        &[
            "key",
            "unique",
            "sparse",
            "hidden",
            "partial filter",
            "expires after",
            "collation",
            "options",
        ],
    ),
    ("view", &["on", "pipeline", "collation"]),
];

/// What an index has that is no choice of anybody.
const INDEX_NOISE: [&str; 6] = ["v", "key", "name", "ns", "background", "textIndexVersion"];

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, RunError> {
    let mut snapshot = begun(session, COVERS);
    let mut collections = Vec::new();
    for found in documents(session, &json!({ "listCollections": 1 })).await? {
        let name = text(&found, "name");
        if name.starts_with(OWN) || name.starts_with("system.") {
            continue;
        }
        let options = match found.get("options") {
            Some(Value::Object(options)) => options.clone(),
            _ => Map::new(),
        };
        let key = name::join(DatabaseType::Mongodb, &[&name]);
        match text(&found, "type").as_str() {
            "view" => snapshot.add("view", key, view(&options)),
            kind => {
                snapshot.add("collection", key.clone(), collection(kind, &options));
                if let Some(validator) = validator(&options) {
                    snapshot.add("validator", key, validator);
                }
                collections.push(name);
            }
        }
    }
    for collection in collections {
        let indexes = documents(session, &json!({ "listIndexes": collection })).await;
        let indexes = match indexes {
            Ok(indexes) => indexes,
            // Dropped since the list was made.
            Err(error) if error.error.server_code.as_deref() == Some("NamespaceNotFound") => {
                continue;
            }
            Err(error) => return Err(error),
        };
        for found in indexes {
            let name = text(&found, "name");
            // Every collection has it.
            if name != "_id_" {
                let key = name::join(DatabaseType::Mongodb, &[&collection, &name]);
                snapshot.add("index", key, index(&found));
            }
        }
    }
    Ok(snapshot)
}

/// The documents of a command's answer. What stands in the last column of a table of documents is put where it belongs.
async fn documents(
    session: &mut dyn Session,
    command: &Value,
) -> Result<Vec<Map<String, Value>>, RunError> {
    let operation = Operation::Command(command.to_string());
    let (columns, rows) = ask(session, &operation).await?;
    let document = |row: Vec<Value>| {
        let mut document = Map::new();
        for (column, value) in columns.iter().zip(row) {
            match value {
                // No field of these answers is null.
                Value::Null => {}
                Value::Object(more) if column.name == "(more)" => document.extend(more),
                value => drop(document.insert(column.name.clone(), value)),
            }
        }
        document
    };
    Ok(rows
        .into_iter()
        .map(|row| document(row.into_values()))
        .collect())
}

fn text(document: &Map<String, Value>, field: &str) -> String {
    match document.get(field) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// A value as JSON text. Whole numbers are written alike, whether they are stored as integers or doubles: the server takes both for
/// the same.
fn written(value: &Value) -> String {
    fn plain(value: &Value) -> Value {
        match value {
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                    json!(float as i64)
                }
                _ => value.clone(),
            },
            Value::Array(items) => items.iter().map(plain).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
    plain(value).to_string()
}

fn set(object: &mut Object, attribute: &str, value: Option<&Value>) {
    object.set(attribute, value.map(written));
}

fn holds(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(holds)) => *holds,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        _ => false,
    }
}

/// A collation without the version of the library that the server has.
fn collation(value: Option<&Value>) -> Option<String> {
    let Some(Value::Object(fields)) = value else {
        return None;
    };
    let mut fields = fields.clone();
    fields.shift_remove("version");
    (fields.get("locale") != Some(&json!("simple"))).then(|| written(&Value::Object(fields)))
}

/// What is left of options, sorted.
fn rest(options: &Map<String, Value>, known: &[&str]) -> Option<String> {
    let mut rest: Vec<(&String, &Value)> = options
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .collect();
    rest.sort_by_key(|(name, _)| *name);
    let rest: Map<String, Value> = rest
        .into_iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!rest.is_empty()).then(|| written(&Value::Object(rest)))
}

fn collection(kind: &str, options: &Map<String, Value>) -> Object {
    const KNOWN: [&str; 12] = [
        "capped",
        "size",
        "max",
        "collation",
        "timeseries",
        "expireAfterSeconds",
        "clusteredIndex",
        "validator",
        "validationLevel",
        "validationAction",
        "autoIndexId",
        "uuid",
    ];
    let mut object = Object::default();
    object.set("type", Some(kind).filter(|kind| !kind.is_empty()));
    if holds(options.get("capped")) {
        let limits: Map<String, Value> = ["size", "max"]
            .iter()
            .filter_map(|&limit| Some((limit.to_owned(), options.get(limit)?.clone())))
            .collect();
        object.set("capped", Some(written(&Value::Object(limits))));
    }
    object.set("collation", collation(options.get("collation")));
    set(&mut object, "timeseries", options.get("timeseries"));
    set(
        &mut object,
        "expires after",
        options.get("expireAfterSeconds"),
    );
    set(
        &mut object,
        "clustered index",
        options.get("clusteredIndex"),
    );
    object.set("options", rest(options, &KNOWN));
    object
}

/// The validator of a collection, with what the server takes for granted written out.
fn validator(options: &Map<String, Value>) -> Option<Object> {
    let Some(Value::Object(rules)) = options.get("validator") else {
        return None;
    };
    if rules.is_empty() {
        return None;
    }
    let mut object = Object::default();
    set(&mut object, "validator", options.get("validator"));
    for (attribute, option, usual) in [
        ("level", "validationLevel", "strict"),
        ("action", "validationAction", "error"),
    ] {
        let value = text(options, option);
        object.set(
            attribute,
            Some(if value.is_empty() {
                usual.to_owned()
            } else {
                value
            }),
        );
    }
    Some(object)
}

fn view(options: &Map<String, Value>) -> Object {
    let mut object = Object::default();
    object.set("on", Some(text(options, "viewOn")));
    set(&mut object, "pipeline", options.get("pipeline"));
    object.set("collation", collation(options.get("collation")));
    object
}

fn index(found: &Map<String, Value>) -> Object {
    let mut object = Object::default();
    set(&mut object, "key", found.get("key"));
    for flag in ["unique", "sparse", "hidden"] {
        object.mark(flag, holds(found.get(flag)));
    }
    set(
        &mut object,
        "partial filter",
        found.get("partialFilterExpression"),
    );
    set(
        &mut object,
        "expires after",
        found.get("expireAfterSeconds"),
    );
    object.set("collation", collation(found.get("collation")));
    let mut known = INDEX_NOISE.to_vec();
    known.extend([
        "unique",
        "sparse",
        "hidden",
        "partialFilterExpression",
        "expireAfterSeconds",
        "collation",
        "2dsphereIndexVersion",
    ]);
    object.set("options", rest(found, &known));
    object
}
