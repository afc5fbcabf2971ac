//! Types, sequences, constraints, policies and what runs at a PostgreSQL server.

use super::Mend;
use super::postgres::{last, owner, sql};
use crate::{Object, ObjectKey, Snapshot, name};

/// What can't be replaced in a function: its name, its arguments and what it gives.
pub(super) fn signature(object: &Object) -> &str {
    let definition = object.get("definition").unwrap_or_default();
    definition
        .split("\n LANGUAGE ")
        .next()
        .unwrap_or(definition)
}

/// Whether two constraints differ only in that one is not validated yet.
pub(super) fn is_validation(left: &Object, right: &Object) -> bool {
    let (Some(left), Some(right)) = (left.get("definition"), right.get("definition")) else {
        return false;
    };
    right.strip_suffix(" NOT VALID") == Some(left)
}

pub(super) fn add_constraint(left: &Snapshot, key: &ObjectKey, definition: &str) -> Mend {
    let domain = name::parent(&key.name)
        .is_some_and(|owner| left.objects.contains_key(&ObjectKey::new("type", owner)));
    let what = if domain { "DOMAIN" } else { "TABLE" };
    Mend::safe(format!(
        "ALTER {what} {} ADD CONSTRAINT {} {definition}",
        owner(key),
        last(key)
    ))
}

pub(super) fn sequence(verb: &str, key: &ObjectKey, object: &Object) -> Mend {
    let get = |attribute: &str| object.get(attribute).unwrap_or_default();
    let cycle = match object.get("cycle") {
        Some(_) => "CYCLE",
        None => "NO CYCLE",
    };
    let unlogged = match object.get("persistence") {
        Some(_) if verb == "CREATE" => "UNLOGGED ",
        _ => "",
    };
    Mend::safe(format!(
        "{verb} {unlogged}SEQUENCE {} AS {} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {cycle}",
        sql(&key.name),
        get("type"),
        get("increment"),
        get("minimum"),
        get("maximum"),
        get("start"),
        get("cache"),
    ))
}

pub(super) fn aggregate(key: &ObjectKey, object: &Object) -> Mend {
    let mut parts = Vec::new();
    for (word, attribute) in [
        ("SFUNC", "state function"),
        ("STYPE", "state type"),
        ("FINALFUNC", "final function"),
        ("COMBINEFUNC", "combine function"),
    ] {
        if let Some(value) = object.get(attribute) {
            parts.push(format!("{word} = {value}"));
        }
    }
    if let Some(value) = object.get("initial value") {
        parts.push(format!("INITCOND = '{}'", value.replace('\'', "''")));
    }
    let statement = format!("CREATE AGGREGATE {} ({})", sql(&key.name), parts.join(", "));
    Mend::safe(statement).noted("Compare it with the other: only its main properties are written.")
}

pub(super) fn policy(key: &ObjectKey, object: &Object) -> Mend {
    let kind = match object.get("permissive") {
        Some("no") => "RESTRICTIVE",
        _ => "PERMISSIVE",
    };
    let mut text = format!(
        "CREATE POLICY {} ON {} AS {kind} FOR {} TO {}",
        last(key),
        owner(key),
        object.get("command").unwrap_or("ALL"),
        object.get("roles").unwrap_or("public"),
    );
    for (word, attribute) in [("USING", "using"), ("WITH CHECK", "with check")] {
        if let Some(expression) = object.get(attribute) {
            text.push_str(&format!(" {word} ({expression})"));
        }
    }
    Mend::safe(text)
}

pub(super) fn event_trigger(key: &ObjectKey, object: &Object) -> Mend {
    let tags = object
        .get("tags")
        .map(|tags| format!(" WHEN TAG IN ({tags})"))
        .unwrap_or_default();
    Mend::safe(format!(
        "CREATE EVENT TRIGGER {} ON {}{tags} EXECUTE FUNCTION {}()",
        sql(&key.name),
        object.get("event").unwrap_or_default(),
        object.get("function").unwrap_or_default(),
    ))
}

/// Whether something fires, where that is not as it was.
pub(super) fn enabled(key: &ObjectKey, left: Option<&str>, right: Option<&str>) -> Option<Mend> {
    if left == right {
        return None;
    }
    let word = match left {
        Some("no") => "DISABLE",
        Some("on a replica") => "ENABLE REPLICA",
        Some("always") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    Some(Mend::safe(match key.kind.as_str() {
        "event trigger" => format!("ALTER EVENT TRIGGER {} {word}", sql(&key.name)),
        kind => format!(
            "ALTER TABLE {} {word} {} {}",
            owner(key),
            kind.to_uppercase(),
            last(key)
        ),
    }))
}

pub(super) fn create(key: &ObjectKey, object: &Object) -> Mend {
    let name = sql(&key.name);
    let get = |attribute: &str| object.get(attribute).unwrap_or_default();
    Mend::safe(match object.get("kind") {
        Some("enum") => format!("CREATE TYPE {name} AS ENUM ({})", get("labels")),
        Some("composite") => format!("CREATE TYPE {name} AS ({})", get("attributes")),
        Some("range") => format!("CREATE TYPE {name} AS RANGE (SUBTYPE = {})", get("subtype")),
        _ => {
            let mut text = format!("CREATE DOMAIN {name} AS {}", get("base"));
            if let Some(collation) = object.get("collation") {
                text.push_str(&format!(" COLLATE {collation}"));
            }
            if let Some(default) = object.get("default") {
                text.push_str(&format!(" DEFAULT {default}"));
            }
            if object.get("not null").is_some() {
                text.push_str(" NOT NULL");
            }
            text
        }
    })
}

/// The literals of a list, with their quotes.
fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find('\'') {
        let escaped = rest
            .get(..begin)
            .is_some_and(|before| before.ends_with('E'));
        let bytes = rest.as_bytes();
        let mut at = begin + 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' if escaped => at += 2,
                b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
                b'\'' => break,
                _ => at += 1,
            }
        }
        let begin = if escaped { begin - 1 } else { begin };
        let end = (at + 1).min(rest.len());
        found.push(rest.get(begin..end).unwrap_or_default());
        rest = rest.get(end..).unwrap_or_default();
    }
    found
}

/// Labels that are missing, each with where it belongs; nothing where others would have to go.
fn missing_labels(left: &str, right: &str) -> Option<Vec<String>> {
    let (left, right) = (literals(left), literals(right));
    let kept: Vec<&str> = left
        .iter()
        .filter(|label| right.contains(label))
        .copied()
        .collect();
    if kept != right {
        return None;
    }
    let mut missing = Vec::new();
    for (at, label) in left.iter().enumerate() {
        if right.contains(label) {
            continue;
        }
        let place = match (
            at.checked_sub(1).and_then(|before| left.get(before)),
            right.first(),
        ) {
            (Some(before), _) => format!(" AFTER {before}"),
            (None, Some(first)) => format!(" BEFORE {first}"),
            (None, None) => String::new(),
        };
        missing.push(format!("{label}{place}"));
    }
    Some(missing)
}

pub(super) fn alter(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    let name = sql(&key.name);
    let differs = |attribute: &str| left.get(attribute) != right.get(attribute);
    let anew = "it can't be changed; make it anew, and the columns that have it.";
    if ["kind", "base", "collation", "subtype"]
        .iter()
        .any(|it| differs(it))
    {
        mends.push(Mend::by_hand(key, anew));
        return;
    }
    if let (Some(after), Some(before)) = (left.get("labels"), right.get("labels")) {
        match missing_labels(after, before) {
            None => mends.push(Mend::by_hand(
                key,
                "labels can't be removed or moved; make it anew, and the columns that have it.",
            )),
            Some(missing) => mends.extend(missing.into_iter().map(|label| {
                Mend::safe(format!("ALTER TYPE {name} ADD VALUE {label}"))
                    .noted("A new label can't be used in the transaction that adds it.")
            })),
        }
    }
    if let (Some(after), Some(before)) = (left.get("attributes"), right.get("attributes")) {
        attributes(&name, after, before, mends);
    }
    if differs("default") {
        let what = match left.get("default") {
            Some(default) => format!("SET DEFAULT {default}"),
            None => "DROP DEFAULT".to_owned(),
        };
        mends.push(Mend::safe(format!("ALTER DOMAIN {name} {what}")));
    }
    if differs("not null") {
        let word = match left.get("not null") {
            Some(_) => "SET",
            None => "DROP",
        };
        mends.push(Mend::safe(format!("ALTER DOMAIN {name} {word} NOT NULL")));
    }
}

/// The attributes of a composite type.
fn attributes(name: &str, after: &str, before: &str, mends: &mut Vec<Mend>) {
    // A line is `"the name" its type`, the name quoted where it must be.
    let split = |line: &str| {
        let end = match line.strip_prefix('"') {
            Some(rest) => rest.find("\" ").map_or(line.len(), |at| at + 2),
            None => line.find(' ').unwrap_or(line.len()),
        };
        let (name, kind) = line.split_at(end);
        (name.to_owned(), kind.trim().to_owned())
    };
    let read = |text: &str| -> Vec<(String, String)> {
        let lines = text.split(",\n").filter(|line| !line.is_empty());
        lines.map(split).collect()
    };
    let (after, before) = (read(after), read(before));
    for (attribute, _) in before
        .iter()
        .filter(|(it, _)| !after.iter().any(|(other, _)| it == other))
    {
        mends.push(Mend::destructive(format!(
            "ALTER TYPE {name} DROP ATTRIBUTE {attribute}"
        )));
    }
    for (attribute, kind) in &after {
        match before.iter().find(|(other, _)| attribute == other) {
            None => mends.push(Mend::safe(format!(
                "ALTER TYPE {name} ADD ATTRIBUTE {attribute} {kind}"
            ))),
            Some((_, other)) if other != kind => mends.push(
                Mend::destructive(format!(
                    "ALTER TYPE {name} ALTER ATTRIBUTE {attribute} TYPE {kind}"
                ))
                .noted("Refused while a column has the type."),
            ),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_added_where_they_belong() {
        let missing = |left, right| missing_labels(left, right);
        assert_eq!(
            missing("'a', 'b', 'it''s'", "'b'"),
            Some(vec![
                "'a' BEFORE 'b'".to_owned(),
                "'it''s' AFTER 'b'".to_owned()
            ])
        );
        assert_eq!(missing("'a'", "'a', 'b'"), None);
        assert_eq!(missing("'b', 'a'", "'a', 'b'"), None);
        assert_eq!(
            missing("'a', E'b\\\\'", "'a'"),
            Some(vec!["E'b\\\\' AFTER 'a'".to_owned()])
        );
    }
}
