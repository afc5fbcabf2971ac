//! Two people, one record: what changed since the revision that a change was made from.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::change::Record;
use crate::error::{CatalogError, SubjectKind};
use crate::parse::OURS;
use crate::records::same_fields;

/// One field that is not what it was.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FieldChange {
    /// The path of the field, such as `name` or `envs[dev].connection_url`.
    pub field: String,
    /// What it was in the revision that the change was made from; `None` when it was absent, or is no longer known.
    pub base: Option<Value>,
    /// What it is now.
    pub current: Option<Value>,
    /// What the refused change wants it to be; `None` when it does not name the field or removes it.
    pub yours: Option<Value>,
    /// Whether the refused change names this field, so that only one of the two can be had.
    pub contested: bool,
}

/// A change that was refused because the record is no longer what the change was made from.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Conflict {
    /// What kind of record it is.
    pub kind: SubjectKind,
    /// Its id.
    pub id: String,
    /// Its tag or slug.
    pub label: String,
    /// The revision it has now; `None` when it is gone, or exists where it should not.
    pub current_revision: Option<u64>,
    /// The revision that the change was made from.
    pub base_revision: Option<u64>,
    /// Whether that revision is still in the history; if not, `changes` holds what differs from yours.
    pub base_known: bool,
    /// The fingerprint that an action or a migration has now; a merged change is made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_fingerprint: Option<String>,
    /// What changed.
    pub changes: Vec<FieldChange>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.words();
        if self.kind == SubjectKind::Catalog {
            return formatter.write_str(
                "The catalog changed since the import was planned. Plan it again and look at what it does now.",
            );
        }
        if self.kind == SubjectKind::Activity {
            return formatter.write_str("This was undone already, or is too old to be undone.");
        }
        if matches!(self.kind, SubjectKind::Action | SubjectKind::Migration) {
            return write!(
                formatter,
                "The {kind} \"{}\" was changed meanwhile. Look at what changed and apply yours again.",
                self.label
            );
        }
        match self.current_revision {
            Some(revision) => write!(
                formatter,
                "The {kind} \"{}\" was changed meanwhile and is at revision {revision} now. Look at what changed and apply yours again.",
                self.label
            ),
            None => write!(
                formatter,
                "The {kind} \"{}\" was removed or made again meanwhile. Reload it first.",
                self.label
            ),
        }
    }
}

/// The fields of a record by their path, without those that every change touches.
pub(crate) fn fields_of(record: &Record) -> BTreeMap<String, Value> {
    let value = match record {
        Record::Product(record) => serde_json::to_value(record),
        Record::Environment(record) => serde_json::to_value(record),
        Record::Database(record) => serde_json::to_value(record),
        // Which keyring entry holds the value says nothing to a person; that it is another one does.
        Record::NamedSecret(record) => Ok(json!({ "value": record.entry })),
    };
    let mut fields = BTreeMap::new();
    let Ok(Value::Object(map)) = value else {
        return fields;
    };
    for (name, value) in map {
        match (name.as_str(), value) {
            (name, _) if OURS.contains(&name) => {}
            ("envs", Value::Array(configs)) => {
                for config in configs {
                    let slug = text(&config, "slug");
                    let Value::Object(config) = config else {
                        continue;
                    };
                    for (field, value) in config {
                        if !["id", "environment_id", "slug"].contains(&field.as_str()) {
                            fields.insert(format!("envs[{slug}].{field}"), value);
                        }
                    }
                }
            }
            (list @ ("actions" | "migrations"), Value::Array(items)) => {
                for mut item in items {
                    let tag = text(&item, "tag");
                    if let Value::Object(item) = &mut item {
                        item.shift_remove("id");
                    }
                    fields.insert(format!("{list}[{tag}]"), item);
                }
            }
            (name, value) => {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    fields
}

fn text(value: &Value, field: &str) -> String {
    value
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Whether a field is what it was. Inside of an action or a migration the order of keys counts.
fn unchanged(field: &str, is: &Value, was: &Value) -> bool {
    match (is, was) {
        (Value::Object(is), Value::Object(was))
            if field.starts_with("actions[") || field.starts_with("migrations[") =>
        {
            same_fields(is, was)
        }
        _ => is == was,
    }
}

/// What two states of a record differ in: field, before, after.
pub(crate) fn differences(
    before: &Record,
    after: &Record,
) -> Vec<(String, Option<Value>, Option<Value>)> {
    let before = fields_of(before);
    let mut after = fields_of(after);
    let mut changes = Vec::new();
    for (field, was) in before {
        match after.remove(&field) {
            Some(is) if unchanged(&field, &is, &was) => {}
            is => changes.push((field, Some(was), is)),
        }
    }
    changes.extend(after.into_iter().map(|(field, is)| (field, None, Some(is))));
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

/// The conflict of a change that was made from `base_revision` with the record as it is now. `yours` is what the
/// change makes of the base, or of the current state when the base is no longer known.
pub(crate) fn stale(
    current: &Record,
    base_revision: u64,
    base: Option<&Record>,
    yours: Option<&Record>,
) -> CatalogError {
    let now = fields_of(current);
    let mine = yours.map(fields_of);
    let mut changes = Vec::new();
    if let Some(base) = base {
        let before = fields_of(base);
        for (field, was, is) in differences(base, current) {
            let wanted = mine.as_ref().and_then(|mine| mine.get(&field).cloned());
            let contested = mine.is_some() && wanted.as_ref() != before.get(&field);
            changes.push(FieldChange {
                field,
                base: was,
                current: is,
                yours: wanted.filter(|_| contested),
                contested,
            });
        }
    } else if let Some(yours) = yours {
        for (field, is, wanted) in differences(current, yours) {
            changes.push(FieldChange {
                current: now.get(&field).cloned().or(is),
                field,
                base: None,
                yours: wanted,
                contested: true,
            });
        }
    }
    CatalogError::Conflict(Box::new(Conflict {
        kind: current.kind(),
        id: current.id().to_owned(),
        label: current.label().to_owned(),
        current_revision: Some(current.revision()),
        base_revision: Some(base_revision),
        base_known: base.is_some(),
        current_fingerprint: None,
        changes,
    }))
}
