//! What an object is, for a person.

use std::collections::HashMap;

use crate::snapshot::Common;
use crate::{Object, ObjectKey, Snapshot, name};

/// Kinds of which one belongs to another object, in the order in which that one's text tells of them.
const CHILDREN: [(&str, &str); 7] = [
    ("column", "columns"),
    ("constraint", "constraints"),
    ("index", "indexes"),
    ("policy", "policies"),
    ("rule", "rules"),
    ("trigger", "triggers"),
    ("validator", "validator"),
];

/// Kinds that others belong to.
const PARENTS: [&str; 5] = ["table", "view", "materialized view", "collection", "type"];

/// The name of the object that another belongs to.
pub(crate) fn owner<'a>(key: &'a ObjectKey, object: &'a Object) -> Option<&'a str> {
    match key.kind.as_str() {
        "validator" => Some(&key.name),
        "sequence" => object.get("owned by").and_then(name::parent),
        kind if CHILDREN.iter().any(|(child, _)| *child == kind) => name::parent(&key.name),
        _ => None,
    }
}

/// Whether others can belong to it.
pub(crate) fn is_owner(kind: &str) -> bool {
    PARENTS.contains(&kind)
}

/// The objects of a snapshot, by the names of those that they belong to.
pub(crate) struct Belongings<'a>(HashMap<&'a str, Vec<(&'a ObjectKey, &'a Object)>>);

impl<'a> Belongings<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut all: HashMap<&str, Vec<_>> = HashMap::new();
        for (key, object) in &snapshot.objects {
            if let Some(owner) = owner(key, object) {
                all.entry(owner).or_default().push((key, object));
            }
        }
        Self(all)
    }

    /// What belongs to an object, columns in their order.
    pub(crate) fn to(&self, name: &str, kind: &str) -> Vec<(&'a ObjectKey, &'a Object)> {
        let mut found: Vec<_> = self
            .0
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.kind == kind)
            .copied()
            .collect();
        found.sort_by_key(|(_, object)| object.position);
        found
    }
}

/// One attribute, as it is read.
fn line(attribute: &str, value: Option<&str>) -> String {
    match value {
        None => format!("{attribute}: (none)"),
        Some(value) if value.contains('\n') => format!("{attribute}:\n{value}"),
        Some(value) => format!("{attribute}: {value}"),
    }
}

/// The attributes of an object in one text.
fn plain(key: &ObjectKey, object: &Object) -> String {
    if key.kind == "column" || key.kind == "index" {
        return in_a_line(object);
    }
    let definition = object.get("definition").map(str::to_owned);
    let rest = object
        .attributes
        .iter()
        .filter(|(attribute, _)| *attribute != "definition")
        .map(|(attribute, value)| line(attribute, Some(value)));
    definition
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n")
}

/// `text, default 'x', not null`: the type or the definition first.
fn in_a_line(object: &Object) -> String {
    const FIRST: [&str; 3] = ["type", "definition", "key"];
    let first = FIRST.iter().filter_map(|first| object.get(first));
    let rest = object
        .attributes
        .iter()
        .filter(|(attribute, _)| !FIRST.contains(&attribute.as_str()));
    first
        .map(str::to_owned)
        .chain(rest.map(|(attribute, value)| match value.as_str() {
            "yes" => attribute.clone(),
            _ => format!("{attribute} {value}"),
        }))
        .collect::<Vec<_>>()
        .join(", ")
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// A whole object, with what belongs to it.
pub(crate) fn whole(key: &ObjectKey, object: &Object, belongings: &Belongings<'_>) -> String {
    let mut text = plain(key, object);
    if !is_owner(&key.kind) {
        return text;
    }
    for (kind, title) in CHILDREN {
        let found = belongings.to(&key.name, kind);
        if found.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(title);
        text.push(':');
        for (key, object) in found {
            let (parts, _) = name::split(&key.name);
            let said = indented(&plain(key, object));
            match parts.last() {
                Some(own) if kind != "validator" => text.push_str(&format!("\n  {own}: {said}")),
                _ => text.push_str(&format!("\n  {said}")),
            }
        }
    }
    text
}

/// What differs between two objects, on either side.
pub(crate) fn differing(
    kind: &str,
    left: &Object,
    right: &Object,
    common: &Common<'_>,
) -> (String, String) {
    let names = left.attributes.keys().chain(right.attributes.keys());
    let mut names: Vec<&str> = names
        .map(String::as_str)
        .filter(|name| common.attribute(kind, name) && left.get(name) != right.get(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    let text = |object: &Object| match names.as_slice() {
        ["definition"] => object.get("definition").unwrap_or("(none)").to_owned(),
        names => names
            .iter()
            .map(|name| line(name, object.get(name)))
            .collect::<Vec<_>>()
            .join("\n"),
    };
    (text(left), text(right))
}
