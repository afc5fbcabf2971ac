//! Two schemas, object by object.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::describe::{self, Belongings};
use crate::snapshot::Common;
use crate::{Object, ObjectKey, Snapshot, name};

/// How an object differs, from left to right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the right has it.
    Added,
    /// Only the left has it.
    Removed,
    /// Both have it, with other attributes.
    Changed,
}

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which object.
    pub key: ObjectKey,
    /// How.
    pub change: Change,
    /// What it is on the left, for a person: one text, attributes that differ only where both have it.
    pub left: Option<String>,
    /// What it is on the right.
    pub right: Option<String>,
}

/// The differences, by name. What one of both does not cover is left out, and so is what comes with another difference: a table that
/// was added or removed is one difference, with its columns, indexes and constraints in its text.
#[must_use]
pub fn compare(left: &Snapshot, right: &Snapshot) -> Vec<Difference> {
    let changes = changes(left, right);
    if changes.is_empty() {
        return Vec::new();
    }
    let common = Common::of(left, right);
    let gone: HashMap<(&str, &str), Change> = changes
        .iter()
        .map(|(key, change)| ((key.kind.as_str(), key.name.as_str()), *change))
        .collect();
    let owners: HashSet<(&str, Change)> = changes
        .iter()
        .filter(|(key, _)| describe::is_owner(&key.kind))
        .map(|(key, change)| (key.name.as_str(), *change))
        .collect();
    let belongings = (Belongings::of(left), Belongings::of(right));
    let mut differences: Vec<Difference> = changes
        .iter()
        .filter_map(|(key, change)| {
            let (before, after) = (left.objects.get(key), right.objects.get(key));
            let own = before.or(after)?;
            if *change != Change::Changed && comes_along(key, own, *change, &owners, &gone) {
                return None;
            }
            let (left, right) = match (before, after) {
                (Some(before), Some(after)) => {
                    let (left, right) = describe::differing(&key.kind, before, after, &common);
                    (Some(left), Some(right))
                }
                _ => (
                    before.map(|object| describe::whole(key, object, &belongings.0)),
                    after.map(|object| describe::whole(key, object, &belongings.1)),
                ),
            };
            Some(Difference {
                key: (*key).clone(),
                change: *change,
                left,
                right,
            })
        })
        .collect();
    differences.sort_by(|one, other| {
        let order =
            |difference: &Difference| (difference.key.name.clone(), difference.key.kind.clone());
        order(one).cmp(&order(other))
    });
    differences
}

/// Every object that differs, those that come with others among them.
pub(crate) fn changes<'a>(left: &'a Snapshot, right: &'a Snapshot) -> Vec<(&'a ObjectKey, Change)> {
    let common = Common::of(left, right);
    let mut changes = Vec::new();
    for (key, object) in left
        .objects
        .iter()
        .filter(|(key, _)| common.kind(&key.kind))
    {
        match right.objects.get(key) {
            None => changes.push((key, Change::Removed)),
            Some(other) if !common.same(&key.kind, object, other) => {
                changes.push((key, Change::Changed));
            }
            Some(_) => {}
        }
    }
    let added = right.objects.keys().filter(|key| common.kind(&key.kind));
    changes.extend(
        added
            .filter(|key| !left.objects.contains_key(key))
            .map(|key| (key, Change::Added)),
    );
    changes
}

/// Whether an object came or went only because another did.
fn comes_along(
    key: &ObjectKey,
    object: &Object,
    change: Change,
    owners: &HashSet<(&str, Change)>,
    gone: &HashMap<(&str, &str), Change>,
) -> bool {
    if describe::owner(key, object).is_some_and(|owner| owners.contains(&(owner, change))) {
        return true;
    }
    let with = |kind: &str, name: &str| gone.get(&(kind, name)) == Some(&change);
    match key.kind.as_str() {
        "sequence" => object
            .get("owned by")
            .is_some_and(|column| with("column", column)),
        // MySQL makes an index for a foreign key, and names it alike.
        "index" => with("constraint", &key.name),
        // All that was in a schema is told of by itself.
        _ => false,
    }
}

/// The name of an object by itself: `email` of `public.users.email`.
pub(crate) fn last_part(key: &ObjectKey) -> String {
    name::split(&key.name).0.pop().unwrap_or_default()
}
