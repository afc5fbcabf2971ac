//! Actions and migrations: records that stand in a list of their database and are changed one at a time. What one has beyond
//! the fields that this version knows is never lost.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::conflict::{Conflict, FieldChange};
use crate::error::{CatalogError, SubjectKind};
use crate::fault::{Fault, FaultCode};
use crate::merge::{duplicate_tag, new_id};
use crate::parse::check_item;
use crate::records::{Database, DatabaseItem, same_fields, same_value};
use crate::rules::{self, LIST_LIMIT};

/// What stands in the lists of a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    /// A reusable operation.
    Action,
    /// A versioned change.
    Migration,
}

impl ItemKind {
    /// The field of the database that holds them.
    #[must_use]
    pub const fn list(self) -> &'static str {
        match self {
            Self::Action => "actions",
            Self::Migration => "migrations",
        }
    }

    /// What the activity list calls one.
    #[must_use]
    pub const fn subject(self) -> SubjectKind {
        match self {
            Self::Action => SubjectKind::Action,
            Self::Migration => SubjectKind::Migration,
        }
    }

    /// Those of a database, in order.
    #[must_use]
    pub fn of(self, database: &Database) -> &[DatabaseItem] {
        match self {
            Self::Action => &database.actions,
            Self::Migration => &database.migrations,
        }
    }

    /// The list itself.
    pub(crate) fn of_mut(self, database: &mut Database) -> &mut Vec<DatabaseItem> {
        match self {
            Self::Action => &mut database.actions,
            Self::Migration => &mut database.migrations,
        }
    }

    /// The fields that this version knows of one; some are objects with known fields of their own.
    #[must_use]
    pub const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Action => &[
                "name",
                "tag",
                "tableName",
                "type",
                "template",
                "filterTemplate",
                "description",
                "data",
                "filterData",
                "allRows",
                "script",
            ],
            Self::Migration => &[
                "name",
                "tag",
                "description",
                "value",
                "created_at",
                "updated_at",
                "position",
                "no_transaction",
                "checks",
                "waivers",
            ],
        }
    }

    const fn nested(self) -> &'static [(&'static str, [&'static str; 2])] {
        match self {
            Self::Action => &[],
            Self::Migration => &[("value", ["up", "down"]), ("checks", ["pre", "post"])],
        }
    }
}

/// A change of one item, or of the order of all.
#[derive(Clone, PartialEq, Debug)]
pub enum ItemChange {
    /// Adds one.
    Add {
        /// Every field of the record.
        fields: Map<String, Value>,
        /// The id of the one that it follows; `None` puts it last.
        after: Option<String>,
    },
    /// Gives one another record. It keeps its id and its place, whatever its tag becomes.
    Replace {
        /// The item's id.
        id: String,
        /// Every field that this version knows; what is left out is cleared.
        fields: Map<String, Value>,
        /// The [`fingerprint`] of the record that the change was made from; `None` takes whatever is there.
        expected: Option<String>,
    },
    /// Removes one.
    Remove {
        /// The item's id.
        id: String,
    },
    /// Puts them in this order, by tag or id. Those that are not named follow in the order they had.
    Order(Vec<String>),
}

/// A text that is another one whenever the fields of a record are. Their order does not matter; that of the keys inside of
/// them does, since it means something in a MongoDB template.
#[must_use]
pub fn fingerprint(fields: &Map<String, Value>) -> String {
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort_unstable();
    let mut digest = Sha256::new();
    for name in names {
        let text = fields.get(name).map(Value::to_string).unwrap_or_default();
        for part in [name, &text] {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            digest.update(part);
        }
    }
    let bytes = digest.finalize();
    bytes
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What a change did, for the activity list.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct ItemDeed {
    pub(crate) verb: &'static str,
    /// The item's id and tag; `None` for the order of all.
    pub(crate) item: Option<(String, String)>,
    pub(crate) done: Done,
}

/// The words of it.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Done {
    Made,
    Changed(Vec<String>),
    /// From the tag it had, with other fields that changed too.
    Renamed(String, Vec<String>),
    Deleted,
    Ordered,
}

/// Makes a change in a list. What the item was that a replacement is made from is checked before.
pub(crate) fn apply(
    items: &mut Vec<DatabaseItem>,
    kind: ItemKind,
    change: &ItemChange,
    now: Timestamp,
) -> Result<ItemDeed, CatalogError> {
    match change {
        ItemChange::Add { fields, after } => add(items, kind, fields, after.as_deref(), now),
        ItemChange::Replace { id, fields, .. } => replace(items, kind, id, fields, now),
        ItemChange::Remove { id } => {
            let item = items.remove(place(items, kind, id)?);
            Ok(ItemDeed {
                verb: "delete",
                item: Some((item.id.clone(), item.tag().to_owned())),
                done: Done::Deleted,
            })
        }
        ItemChange::Order(names) => {
            order(items, kind, names)?;
            Ok(ItemDeed {
                verb: "update",
                item: None,
                done: Done::Ordered,
            })
        }
    }
}

fn place(items: &[DatabaseItem], kind: ItemKind, id: &str) -> Result<usize, CatalogError> {
    items
        .iter()
        .position(|item| item.id == id)
        .ok_or_else(|| CatalogError::not_found(kind.subject(), id))
}

fn checked(
    items: &[DatabaseItem],
    kind: ItemKind,
    own_id: &str,
    fields: &Map<String, Value>,
) -> Result<(), CatalogError> {
    let mut faults = check_item(&Value::Object(fields.clone()), kind)
        .err()
        .unwrap_or_default();
    if let Some(tag) = fields.get("tag").and_then(Value::as_str)
        && items
            .iter()
            .any(|item| item.id != own_id && item.tag() == tag)
    {
        faults.push(duplicate_tag(tag));
    }
    if items.len() >= LIST_LIMIT && own_id.is_empty() {
        faults.push(Fault::new(
            "",
            FaultCode::TooLong,
            format!("The database has {LIST_LIMIT} of these, which are the most."),
        ));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(CatalogError::Validation(faults))
    }
}

fn add(
    items: &mut Vec<DatabaseItem>,
    kind: ItemKind,
    fields: &Map<String, Value>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<ItemDeed, CatalogError> {
    checked(items, kind, "", fields)?;
    let at = match after {
        Some(id) => place(items, kind, id)? + 1,
        None => items.len(),
    };
    let mut fields = fields.clone();
    stamp(kind, &mut fields, None, now);
    let item = DatabaseItem {
        id: new_id(),
        fields,
    };
    let made = (item.id.clone(), item.tag().to_owned());
    items.insert(at, item);
    Ok(ItemDeed {
        verb: "create",
        item: Some(made),
        done: Done::Made,
    })
}

fn replace(
    items: &mut [DatabaseItem],
    kind: ItemKind,
    id: &str,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Result<ItemDeed, CatalogError> {
    let at = place(items, kind, id)?;
    checked(items, kind, id, fields)?;
    let item = &mut items[at];
    let mut fields = fields.clone();
    keep_unknown(kind, &item.fields, &mut fields);
    stamp(kind, &mut fields, Some(item), now);
    let before = item.tag().to_owned();
    let mut names = changed_names(&item.fields, &fields);
    item.fields = fields;
    let done = if item.tag() == before {
        Done::Changed(names)
    } else {
        names.retain(|name| name != "tag");
        Done::Renamed(before, names)
    };
    Ok(ItemDeed {
        verb: "update",
        item: Some((item.id.clone(), item.tag().to_owned())),
        done,
    })
}

/// The fields that differ, without the times that every change touches.
fn changed_names(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    differing(before, after)
        .into_iter()
        .filter(|name| !["created_at", "updated_at"].contains(name))
        .map(rules::excerpt)
        .collect()
}

fn differing<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> Vec<&'a str> {
    let same = |name: &str| match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) => same_value(before, after),
        (None, None) => true,
        _ => false,
    };
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    after
        .keys()
        .chain(gone)
        .map(String::as_str)
        .filter(|name| !same(name))
        .collect()
}

fn order(items: &mut [DatabaseItem], kind: ItemKind, names: &[String]) -> Result<(), CatalogError> {
    let mut places = HashMap::new();
    for name in names {
        let item = items
            .iter()
            .find(|item| item.tag() == name)
            .or_else(|| items.iter().find(|item| item.id == *name))
            .ok_or_else(|| CatalogError::not_found(kind.subject(), name))?;
        let next = places.len();
        places.entry(item.id.clone()).or_insert(next);
    }
    // The sort is stable, which keeps the order of those that are not named.
    items.sort_by_key(|item| places.get(&item.id).copied().unwrap_or(usize::MAX));
    Ok(())
}

/// Takes over what the record had that this version does not know, unless the new one says something about it.
pub(crate) fn keep_unknown(
    kind: ItemKind,
    before: &Map<String, Value>,
    fields: &mut Map<String, Value>,
) {
    let copy = |known: &[&str], before: &Map<String, Value>, fields: &mut Map<String, Value>| {
        for (name, value) in before {
            if !known.contains(&name.as_str()) && !fields.contains_key(name) {
                fields.insert(name.clone(), value.clone());
            }
        }
    };
    copy(kind.known(), before, fields);
    for (name, known) in kind.nested() {
        if let (Some(Value::Object(before)), Some(Value::Object(fields))) =
            (before.get(*name), fields.get_mut(*name))
        {
            copy(known, before, fields);
        }
    }
}

/// Gives a migration its times, unless it brings its own. One that says what is there already keeps both.
pub(crate) fn stamp(
    kind: ItemKind,
    fields: &mut Map<String, Value>,
    before: Option<&DatabaseItem>,
    now: Timestamp,
) {
    if kind != ItemKind::Migration {
        return;
    }
    let now = Value::String(now.to_string());
    let times = ["created_at", "updated_at"];
    let same = before.is_some_and(|before| changed_names(&before.fields, fields).is_empty());
    for time in times {
        let given = fields.get(time).is_some_and(|value| !value.is_null());
        if given {
            continue;
        }
        let kept = before
            .filter(|_| same || time == "created_at")
            .and_then(|before| before.fields.get(time))
            .cloned();
        fields.insert(time.to_owned(), kept.unwrap_or_else(|| now.clone()));
    }
}

/// The conflict of a replacement with the item as it is. `base` is what it was made from, while the history has it.
pub(crate) fn stale(
    kind: ItemKind,
    current: &DatabaseItem,
    base: Option<&Map<String, Value>>,
    yours: &Map<String, Value>,
) -> CatalogError {
    let mut mine = yours.clone();
    keep_unknown(kind, &current.fields, &mut mine);
    let changed = match base {
        Some(base) => differing(base, &current.fields),
        None => differing(&current.fields, &mine),
    };
    let changes = changed
        .into_iter()
        .map(|name| {
            let base = base.map(|base| base.get(name));
            let wanted = mine.get(name);
            let contested = base.is_none_or(|base| match (base, wanted) {
                (Some(base), Some(wanted)) => !same_value(base, wanted),
                (None, None) => false,
                _ => true,
            });
            FieldChange {
                field: name.to_owned(),
                base: base.flatten().cloned(),
                current: current.fields.get(name).cloned(),
                yours: wanted.filter(|_| contested).cloned(),
                contested,
            }
        })
        .collect();
    CatalogError::Conflict(Box::new(Conflict {
        kind: kind.subject(),
        id: current.id.clone(),
        label: current.tag().to_owned(),
        current_revision: None,
        base_revision: None,
        base_known: base.is_some(),
        current_fingerprint: Some(fingerprint(&current.fields)),
        changes,
    }))
}

/// Takes a change of a list back although other items changed since; `None` where one of its own did.
pub(crate) fn revert(
    before: &[DatabaseItem],
    after: &[DatabaseItem],
    now: &[DatabaseItem],
) -> Option<Vec<DatabaseItem>> {
    let find = |items: &[DatabaseItem], id: &str| items.iter().position(|item| item.id == id);
    let ids = |items: &[DatabaseItem]| -> Vec<String> {
        items.iter().map(|item| item.id.clone()).collect()
    };
    let mut reverted = now.to_vec();
    for item in after {
        let was = find(before, &item.id).map(|at| &before[at]);
        if was == Some(item) {
            continue;
        }
        let at = find(&reverted, &item.id)?;
        if !same_fields(&reverted[at].fields, &item.fields) {
            return None;
        }
        match was {
            Some(was) => reverted[at] = was.clone(),
            None => {
                reverted.remove(at);
            }
        }
    }
    for (index, item) in before.iter().enumerate() {
        if find(after, &item.id).is_some() {
            continue;
        }
        if find(&reverted, &item.id).is_some() {
            return None;
        }
        // Behind the nearest of those that stood before it.
        let at = before[..index]
            .iter()
            .rev()
            .find_map(|earlier| find(&reverted, &earlier.id))
            .map_or(0, |at| at + 1);
        reverted.insert(at, item.clone());
    }
    let (old, new) = (ids(before), ids(after));
    if old.len() == new.len() && old != new && old.iter().all(|id| new.contains(id)) {
        if ids(now) != new {
            return None;
        }
        reverted.sort_by_key(|item| old.iter().position(|id| *id == item.id));
    }
    Some(reverted)
}
