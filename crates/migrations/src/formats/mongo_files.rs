//! migrate-mongo.

use std::collections::{BTreeMap, HashSet};

use connection_url::DatabaseType;
use serde_json::Value;
use templates::InputValue;

use super::javascript::{Function, Unread, module};
use super::names::{self, Version};
use super::{Draft, Format, ImportedSet, Note, SourceFile, mongo_calls, refused};
use crate::Migration;

pub(super) fn read(files: &[SourceFile]) -> ImportedSet {
    let mut set = ImportedSet::default();
    let mut taken = HashSet::new();
    let mut by_version: BTreeMap<Version, &SourceFile> = BTreeMap::new();
    for file in files {
        let Some(stem) = stem(file) else {
            continue;
        };
        match names::stem(stem, Format::MigrateMongo) {
            None if stem.contains("config") => {}
            None => set.notes.push(refused(
                &file.path,
                None,
                format!(
                    "The name is none of a migration of migrate-mongo, and the file is left out. It expects {}.",
                    Format::MigrateMongo.example()
                ),
            )),
            Some(parts) => match by_version.entry(parts.version) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(file);
                }
                std::collections::btree_map::Entry::Occupied(entry) => set.notes.push(refused(
                    &file.path,
                    None,
                    format!("{} has the same version, and this file is left out.", entry.get().path),
                )),
            },
        }
    }
    for file in by_version.into_values() {
        match migration(file, &mut taken) {
            Ok(migration) => set.migrations.push(migration),
            Err(notes) => set.notes.extend(notes),
        }
    }
    set
}

fn stem(file: &SourceFile) -> Option<&str> {
    let base = file.path.rsplit('/').next().unwrap_or(&file.path);
    [".js", ".cjs", ".mjs", ".ts"]
        .iter()
        .find_map(|ending| base.strip_suffix(ending))
}

fn migration(file: &SourceFile, taken: &mut HashSet<String>) -> Result<Migration, Vec<Note>> {
    let stem = stem(file).unwrap_or_default();
    let unread = |unread: Unread| vec![refused(&file.path, Some(unread.line), unread.message)];
    let module = module(&file.text).map_err(unread)?;
    let commands = |function: Option<&Function>| -> Result<Vec<Value>, Vec<Note>> {
        let Some(function) = function else {
            return Ok(Vec::new());
        };
        let commands = mongo_calls::commands(function, &module.values).map_err(unread)?;
        // As texts, which keep every digit.
        Ok(commands
            .into_iter()
            .map(|command| Value::String(command.to_string()))
            .collect())
    };
    let up = commands(module.up.as_ref())?;
    if up.is_empty() {
        return Err(vec![refused(
            &file.path,
            None,
            "Its up has no statement, and the file is left out.",
        )]);
    }
    let draft = Draft {
        path: file.path.clone(),
        tag: names::unique(names::tag(stem), taken),
        name: names::name(
            names::stem(stem, Format::MigrateMongo).map_or("", |parts| parts.description),
            stem,
        ),
        up,
        down: commands(module.down.as_ref())?,
        no_transaction: false,
    };
    draft.migration(DatabaseType::Mongodb)
}

pub(super) fn write(migrations: &[Migration], stems: &[String]) -> Vec<SourceFile> {
    migrations
        .iter()
        .zip(stems)
        .map(|(migration, stem)| SourceFile {
            path: format!("{stem}.js"),
            text: file(migration),
        })
        .collect()
}

fn file(migration: &Migration) -> String {
    let up = body(&migration.up);
    let down = body(&migration.down);
    let needs = if up.contains("EJSON.") || down.contains("EJSON.") {
        "const { EJSON } = require('bson');\n\n"
    } else {
        ""
    };
    format!(
        "{needs}module.exports = {{\n  async up(db) {{\n{up}  }},\n\n  async down(db) {{\n{down}  }},\n}};\n"
    )
}

fn body(commands: &[String]) -> String {
    commands
        .iter()
        .map(|command| match InputValue::from_json(command) {
            Ok(value) if !is_plain(&value) => {
                format!("    await db.command(EJSON.deserialize({command}));\n")
            }
            _ => format!("    await db.command({command});\n"),
        })
        .collect()
}

/// Whether JavaScript takes it for what it says: no value of extended JSON, and no number that the driver would send as another one.
fn is_plain(value: &InputValue) -> bool {
    match value {
        InputValue::Number(digits) => match digits.parse::<i32>() {
            Ok(number) => number.to_string() == *digits,
            Err(_) => digits.contains('.') && !digits.ends_with(".0"),
        },
        InputValue::Array(items) => items.iter().all(is_plain),
        InputValue::Object(entries) => entries
            .iter()
            .all(|(key, value)| !is_wrapper(key) && is_plain(value)),
        InputValue::Null | InputValue::Bool(_) | InputValue::String(_) => true,
    }
}

/// The keys by which extended JSON says of what type a value is.
fn is_wrapper(key: &str) -> bool {
    matches!(
        key,
        "$oid"
            | "$date"
            | "$numberLong"
            | "$numberInt"
            | "$numberDouble"
            | "$numberDecimal"
            | "$binary"
            | "$uuid"
            | "$regularExpression"
            | "$timestamp"
            | "$minKey"
            | "$maxKey"
            | "$code"
            | "$symbol"
    )
}
