//! SQLite: changes of the schema are part of transactions, and there are few of them. A column or a constraint that is to be another one
//! wants the table made anew, which only a person can do without losing rows: that is told, and not written.

use connection_url::DatabaseType;

use super::{Mend, Sides};
use crate::compare::last_part;
use crate::{Change, Object, ObjectKey, name};

fn sql(name: &str) -> String {
    name::in_statement(DatabaseType::Sqlite, name)
}

fn last(key: &ObjectKey) -> String {
    name::quoted(DatabaseType::Sqlite, &last_part(key))
}

fn owner(key: &ObjectKey) -> &str {
    name::parent(&key.name).unwrap_or(&key.name)
}

/// Drops first what stands on others, then makes what is missing in the order in which it stands on others.
pub(super) fn mend(sides: &Sides<'_>) -> Vec<Mend> {
    let mut mends = Vec::new();
    let of = |kind: &'static str, change: Change| {
        sides
            .changes
            .iter()
            .filter(move |(key, other)| key.kind == kind && *other == change)
            .map(|(key, _)| *key)
    };
    for (kind, word) in [("trigger", "TRIGGER"), ("view", "VIEW"), ("index", "INDEX")] {
        for key in of(kind, Change::Added).chain(of(kind, Change::Changed)) {
            // With its table it goes by itself.
            if kind == "view" || !sides.has("table", owner(key), Change::Added) {
                mends.push(Mend::safe(format!("DROP {word} {}", last(key))));
            }
        }
    }
    for key in of("column", Change::Added) {
        if !sides.has("table", owner(key), Change::Added) {
            mends.push(Mend::destructive(format!(
                "ALTER TABLE {} DROP COLUMN {}",
                sql(owner(key)),
                last(key)
            )));
        }
    }
    for key in of("table", Change::Added) {
        mends.push(Mend::destructive(format!("DROP TABLE {}", sql(&key.name))));
    }
    for key in of("table", Change::Removed) {
        mends.push(table(sides, key));
    }
    for key in of("column", Change::Removed) {
        if !sides.has("table", owner(key), Change::Removed) {
            mends.push(column_added(sides, key));
        }
    }
    for key in of("table", Change::Changed)
        .chain(of("column", Change::Changed))
        .chain(of("constraint", Change::Changed))
    {
        mends.push(anew(key));
    }
    for change in [Change::Added, Change::Removed] {
        for key in of("constraint", change) {
            if !sides.has("table", owner(key), change) {
                mends.push(anew(key));
            }
        }
    }
    for kind in ["index", "view", "trigger"] {
        for key in of(kind, Change::Removed).chain(of(kind, Change::Changed)) {
            let object = sides.left.objects.get(key);
            if let Some(definition) = object.and_then(|object| object.get("definition")) {
                mends.push(Mend::safe(definition));
            }
        }
    }
    mends
}

fn anew(key: &ObjectKey) -> Mend {
    Mend::by_hand(
        key,
        "SQLite changes none in place. Make the table anew, and copy its rows.",
    )
}

/// A column as it stands in a statement; `None` where what it is made of is not known.
fn column(key: &ObjectKey, object: &Object, single_key: bool) -> Option<String> {
    if object.get("generated").is_some() {
        return None;
    }
    let mut text = last(key);
    for (attribute, before) in [("type", " "), ("default", " DEFAULT ")] {
        if let Some(value) = object.get(attribute) {
            text.push_str(before);
            // Functions and signs stand in parentheses; in more of them nothing changes.
            let bare = attribute == "type" || value.starts_with(['\'', '(']);
            text.push_str(&if bare {
                value.to_owned()
            } else {
                format!("({value})")
            });
        }
        if attribute == "type" && single_key && object.get("primary key").is_some() {
            text.push_str(" PRIMARY KEY");
        }
    }
    if object.get("not null").is_some() {
        text.push_str(" NOT NULL");
    }
    Some(text)
}

fn column_added(sides: &Sides<'_>, key: &ObjectKey) -> Mend {
    let object = sides.left.objects.get(key);
    let plain = object.filter(|object| {
        object.get("primary key").is_none()
            && (object.get("not null").is_none() || object.get("default").is_some())
    });
    match plain.and_then(|object| column(key, object, false)) {
        Some(text) => Mend::safe(format!("ALTER TABLE {} ADD COLUMN {text}", sql(owner(key)))),
        None => Mend::by_hand(
            key,
            "SQLite adds no such column to a table. Make the table anew, and copy its rows.",
        ),
    }
}

fn table(sides: &Sides<'_>, key: &ObjectKey) -> Mend {
    let Some(object) = sides.left.objects.get(key) else {
        return Mend::by_hand(key, "it is not known.");
    };
    if let Some(text) = object.get("virtual") {
        return Mend::safe(text);
    }
    let columns = sides.belongings.to(&key.name, "column");
    let mut keys: Vec<(u32, String)> = columns
        .iter()
        .filter_map(|(key, object)| Some((object.get("primary key")?.parse().ok()?, last(key))))
        .collect();
    keys.sort();
    let single = keys.len() == 1;
    let mut parts = Vec::new();
    for (column_key, column_object) in &columns {
        let Some(mut text) = column(column_key, column_object, single) else {
            return Mend::by_hand(
                key,
                "the expression of a generated column is not known. Write CREATE TABLE by hand.",
            );
        };
        if single && object.get("autoincrement").is_some() {
            text = text.replacen(" PRIMARY KEY", " PRIMARY KEY AUTOINCREMENT", 1);
        }
        parts.push(text);
    }
    if !single && !keys.is_empty() {
        let keys: Vec<String> = keys.into_iter().map(|(_, name)| name).collect();
        parts.push(format!("PRIMARY KEY ({})", keys.join(", ")));
    }
    for (_, constraint) in sides.belongings.to(&key.name, "constraint") {
        parts.extend(constraint.get("definition").map(str::to_owned));
    }
    let checks = object.get("checks").into_iter().flat_map(str::lines);
    parts.extend(checks.map(|check| format!("CHECK ({check})")));
    let mut options = Vec::new();
    if object.get("strict").is_some() {
        options.push("STRICT");
    }
    if object.get("without rowid").is_some() {
        options.push("WITHOUT ROWID");
    }
    let tail = if options.is_empty() {
        String::new()
    } else {
        format!(" {}", options.join(", "))
    };
    Mend::safe(format!(
        "CREATE TABLE {} (\n  {}\n){tail}",
        sql(&key.name),
        parts.join(",\n  ")
    ))
}
