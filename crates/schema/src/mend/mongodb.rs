//! MongoDB: database commands as JSON.

use serde_json::{Map, Value, json};

use super::{Mend, Sides};
use crate::{Change, Object, ObjectKey, name};

/// The names in a key: the collection's, and the index's.
fn names(key: &ObjectKey) -> (String, String) {
    let mut parts = name::split(&key.name).0.into_iter();
    let mut next = || parts.next().unwrap_or_default();
    (next(), next())
}

/// An attribute that is JSON.
fn json_of(object: &Object, attribute: &str) -> Option<Value> {
    serde_json::from_str(object.get(attribute)?).ok()
}

pub(super) fn mend(sides: &Sides<'_>) -> Vec<Mend> {
    let mut mends = Vec::new();
    let all = |kind: &'static str| {
        let changes = sides.changes.iter().copied();
        changes.filter(move |(key, _)| key.kind == kind)
    };
    let along = |key: &ObjectKey, change| {
        let (collection, _) = names(key);
        let collection = name::join(connection_url::DatabaseType::Mongodb, &[&collection]);
        sides.has("collection", &collection, change)
    };
    for kind in ["view", "collection"] {
        for (key, _) in all(kind).filter(|(_, change)| *change == Change::Added) {
            mends.push(Mend::destructive(
                json!({ "drop": names(key).0 }).to_string(),
            ));
        }
    }
    for (key, change) in all("collection") {
        match (change, sides.left.objects.get(key)) {
            (Change::Removed, Some(object)) => {
                let validator = ObjectKey::new("validator", key.name.clone());
                let validator = sides.left.objects.get(&validator);
                mends.push(Mend::safe(create(key, object, validator)));
            }
            (Change::Changed, Some(object)) => {
                let right = sides.right.objects.get(key);
                mends.push(change_collection(key, object, right));
            }
            _ => {}
        }
    }
    for (key, change) in all("validator") {
        if along(key, change) {
            continue;
        }
        let left = sides.left.objects.get(key);
        let mut command = json!({ "collMod": names(key).0, "validator": {} });
        if let (Some(object), Value::Object(fields)) = (left, &mut command) {
            fields.extend(validation(object));
        }
        let mend = Mend::safe(command.to_string());
        mends.push(match left {
            Some(_) => mend.noted("Documents that are there are not checked."),
            None => mend,
        });
    }
    for (key, change) in all("index").filter(|(key, change)| !along(key, *change)) {
        let right = sides.right.objects.get(key);
        if change != Change::Removed && right.is_some() {
            let (collection, index) = names(key);
            let drop = json!({ "dropIndexes": collection, "index": index }).to_string();
            mends.push(match change {
                Change::Added => Mend::destructive(drop),
                _ => Mend::safe(drop),
            });
        }
    }
    for (key, change) in all("index").filter(|(_, change)| *change != Change::Added) {
        if let Some(object) = sides.left.objects.get(key) {
            let mend = Mend::safe(index(key, object));
            mends.push(match object.get("unique") {
                Some(_) if change == Change::Changed || !along(key, change) => {
                    mend.noted("Fails where two documents have the same values.")
                }
                _ => mend,
            });
        }
    }
    for (key, change) in all("view").filter(|(_, change)| *change != Change::Added) {
        let Some(object) = sides.left.objects.get(key) else {
            continue;
        };
        if change == Change::Changed {
            mends.push(Mend::safe(json!({ "drop": names(key).0 }).to_string()));
        }
        mends.push(Mend::safe(view(key, object)));
    }
    mends
}

fn validation(object: &Object) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(validator) = json_of(object, "validator") {
        fields.insert("validator".to_owned(), validator);
    }
    for (attribute, field) in [("level", "validationLevel"), ("action", "validationAction")] {
        if let Some(value) = object.get(attribute) {
            fields.insert(field.to_owned(), json!(value));
        }
    }
    fields
}

fn create(key: &ObjectKey, object: &Object, validator: Option<&Object>) -> String {
    let mut command = Map::new();
    command.insert("create".to_owned(), json!(names(key).0));
    if let Some(Value::Object(limits)) = json_of(object, "capped") {
        command.insert("capped".to_owned(), json!(true));
        command.extend(limits);
    }
    for (attribute, field) in [
        ("collation", "collation"),
        ("timeseries", "timeseries"),
        ("expires after", "expireAfterSeconds"),
        ("clustered index", "clusteredIndex"),
    ] {
        if let Some(value) = json_of(object, attribute) {
            command.insert(field.to_owned(), value);
        }
    }
    if let Some(Value::Object(options)) = json_of(object, "options") {
        command.extend(options);
    }
    command.extend(validator.map(validation).unwrap_or_default());
    Value::Object(command).to_string()
}

fn change_collection(key: &ObjectKey, left: &Object, right: Option<&Object>) -> Mend {
    let only_expiry = right.is_some_and(|right| {
        let mut attributes = left.attributes.keys().chain(right.attributes.keys());
        attributes.all(|name| name == "expires after" || left.get(name) == right.get(name))
    });
    if !only_expiry {
        return Mend::by_hand(
            key,
            "what it is can't be changed; make it anew and move the documents.",
        );
    }
    let expiry = json_of(left, "expires after").unwrap_or_else(|| json!("off"));
    Mend::safe(json!({ "collMod": names(key).0, "expireAfterSeconds": expiry }).to_string())
}

fn index(key: &ObjectKey, object: &Object) -> String {
    let (collection, name) = names(key);
    let mut index = Map::new();
    index.insert("key".to_owned(), json_of(object, "key").unwrap_or_default());
    index.insert("name".to_owned(), json!(name));
    for flag in ["unique", "sparse", "hidden"] {
        if object.get(flag).is_some() {
            index.insert(flag.to_owned(), json!(true));
        }
    }
    for (attribute, field) in [
        ("partial filter", "partialFilterExpression"),
        ("expires after", "expireAfterSeconds"),
        ("collation", "collation"),
    ] {
        if let Some(value) = json_of(object, attribute) {
            index.insert(field.to_owned(), value);
        }
    }
    if let Some(Value::Object(options)) = json_of(object, "options") {
        index.extend(options);
    }
    json!({ "createIndexes": collection, "indexes": [index] }).to_string()
}

fn view(key: &ObjectKey, object: &Object) -> String {
    let mut command = json!({
        "create": names(key).0,
        "viewOn": object.get("on").unwrap_or_default(),
        "pipeline": json_of(object, "pipeline").unwrap_or_else(|| json!([])),
    });
    if let (Some(collation), Value::Object(fields)) = (json_of(object, "collation"), &mut command) {
        fields.insert("collation".to_owned(), collation);
    }
    command.to_string()
}
