//! Rules of MongoDB.

use templates::InputValue;

use super::{Found, Made};

/// Commands that read, or write what is new.
const PLAIN: [&str; 12] = [
    "insert",
    "find",
    "count",
    "distinct",
    "ping",
    "listCollections",
    "listIndexes",
    "collStats",
    "dbStats",
    "validate",
    "explain",
    "hello",
];

/// Commands about users, settings and the server.
const SERVER: [&str; 28] = [
    "createUser",
    "updateUser",
    "dropUser",
    "dropAllUsersFromDatabase",
    "grantRolesToUser",
    "revokeRolesFromUser",
    "createRole",
    "updateRole",
    "dropRole",
    "dropAllRolesFromDatabase",
    "grantRolesToRole",
    "revokeRolesFromRole",
    "grantPrivilegesToRole",
    "revokePrivilegesFromRole",
    "setParameter",
    "shutdown",
    "fsync",
    "compact",
    "convertToCapped",
    "cloneCollectionAsCapped",
    "reIndex",
    "shardCollection",
    "reshardCollection",
    "enableSharding",
    "killOp",
    "logRotate",
    "setFeatureCompatibilityVersion",
    "setDefaultRWConcern",
];

/// Looks at one command.
pub(super) fn look(statement: &str, made: &mut Made, found: &mut Found) {
    let Ok(command) = InputValue::from_json(statement) else {
        return;
    };
    let InputValue::Object(entries) = &command else {
        return;
    };
    let Some((name, first)) = entries.first() else {
        return;
    };
    let collection = match first {
        InputValue::String(collection) => collection.as_str(),
        _ => "",
    };
    found.read = true;
    match name.as_str() {
        "create" => made.add(collection.to_owned()),
        "dropDatabase" => found.warn(
            "drop_database",
            "The database is dropped with everything in it. A migration should not do that.",
        ),
        "renameCollection" => {
            // The name has the database before it.
            let collection = collection.split_once('.').map_or(collection, |(_, name)| name);
            found.touch(collection, made);
            found.warn(
                "rename_collection",
                format!("{collection} gets another name, and programs that use the old one find nothing. Deploy programs that know both first."),
            );
            if is(&command, "dropTarget", true) {
                found.warn(
                    "drop_collection",
                    "With dropTarget a collection that has the new name already is dropped. Leave dropTarget out.",
                );
            }
        }
        "drop" => {
            if !made.has(collection) {
                found.warn(
                    "drop_collection",
                    format!("The collection {collection} is dropped with its documents. Take a copy first; where programs may still use it, rename it and drop it later."),
                );
            }
        }
        "dropIndexes" | "deleteIndexes" => found.warn(
            "drop_index",
            format!("An index of {collection} is dropped, and the queries that use it read every document. Look at $indexStats first, or hide it for a while."),
        ),
        "createIndexes" => indexes(&command, collection, made, found),
        "collMod" => modifies(&command, collection, found),
        "update" => writes(&command, "updates", collection, made, found),
        "delete" => writes(&command, "deletes", collection, made, found),
        "findAndModify" | "findandmodify" => {}
        "aggregate" => aggregates(&command, found),
        other if PLAIN.contains(&other) => {}
        other if SERVER.contains(&other) => found.warn(
            "server_command",
            format!("{other} changes users, settings or storage, which a rollback seldom puts back. Do it by hand where it is no part of the schema."),
        ),
        _ => found.read = false,
    }
    if !collection.is_empty() && found.read && name != "create" && name != "renameCollection" {
        found.touch(collection, made);
    }
}

fn is(command: &InputValue, key: &str, value: bool) -> bool {
    command.get(key) == Some(&InputValue::Bool(value))
}

fn items<'a>(command: &'a InputValue, key: &str) -> &'a [InputValue] {
    match command.get(key) {
        Some(InputValue::Array(items)) => items,
        _ => &[],
    }
}

fn indexes(command: &InputValue, collection: &str, made: &Made, found: &mut Found) {
    if made.has(collection) {
        return;
    }
    for index in items(command, "indexes") {
        let label = match index.get("name") {
            Some(InputValue::String(label)) => label.as_str(),
            _ => "An index",
        };
        if index.get("expireAfterSeconds").is_some() {
            expires(label, collection, found);
        }
        if is(index, "unique", true) {
            found.warn(
                "unique_index",
                format!("{label} fails where two documents of {collection} have the same values, and writes that repeat one fail from now on. Look for such documents first."),
            );
        }
    }
    found.warn(
        "index_build",
        format!("The index is built over all documents of {collection}: on a large one that takes long, uses memory of every member, and on servers before 4.2 locks the collection out. Plan a quiet time."),
    );
}

fn expires(label: &str, collection: &str, found: &mut Found) {
    found.warn(
        "ttl_index",
        format!("With {label} the server deletes documents of {collection} that are old enough, within a minute. Count how many that are first."),
    );
}

fn modifies(command: &InputValue, collection: &str, found: &mut Found) {
    let text = |key: &str| match command.get(key) {
        Some(InputValue::String(text)) => text.as_str(),
        _ => "",
    };
    let validator = match command.get("validator") {
        Some(InputValue::Object(rules)) => !rules.is_empty(),
        _ => false,
    };
    let strict = text("validationAction") != "warn" && text("validationLevel") != "off";
    if validator && strict {
        found.warn(
            "strict_validator",
            format!("Writes to {collection} that break the validator fail from now on, updates of old documents too. Begin with validationAction: \"warn\", and look at the log."),
        );
    }
    if let Some(index) = command.get("index") {
        if index.get("expireAfterSeconds").is_some() {
            expires("this index", collection, found);
        }
        if is(index, "unique", true) {
            found.warn(
                "unique_index",
                format!("This fails where two documents of {collection} have the same values. Look for such documents first."),
            );
        }
    }
}

fn writes(command: &InputValue, list: &str, collection: &str, made: &Made, found: &mut Found) {
    if made.has(collection) {
        return;
    }
    let every = |one: &InputValue| {
        let open = match one.get("q") {
            None | Some(InputValue::Null) => true,
            Some(InputValue::Object(filter)) => filter.is_empty(),
            Some(_) => false,
        };
        let many = match one.get("limit") {
            Some(InputValue::Number(limit)) => limit.parse::<f64>() == Ok(0.0),
            Some(_) => false,
            None => is(one, "multi", true),
        };
        open && many
    };
    if items(command, list).iter().any(every) {
        found.warn(
            "unfiltered_write",
            format!("An empty filter reaches every document of {collection}. Add a filter, or waive this where every document is meant."),
        );
    }
}

fn aggregates(command: &InputValue, found: &mut Found) {
    for stage in items(command, "pipeline") {
        if stage.get("$out").is_some() {
            found.warn(
                "writes_collection",
                "$out replaces a whole collection with the result. Write to a new name, or use $merge.",
            );
        }
        if stage.get("$merge").is_some() {
            found.warn(
                "writes_collection",
                "$merge writes the result into a collection, over documents that match. Look at whenMatched.",
            );
        }
    }
}
