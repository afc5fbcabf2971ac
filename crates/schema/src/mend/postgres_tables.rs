//! Tables and columns of PostgreSQL.

use connection_url::DatabaseType;

use super::postgres::{last, owner, sql};
use super::{Mend, Sides};
use crate::{Object, ObjectKey, name};

/// A column as `CREATE TABLE` takes it.
fn column(key: &ObjectKey, object: &Object) -> String {
    let mut text = format!("{} {}", last(key), object.get("type").unwrap_or("text"));
    if let Some(collation) = object.get("collation") {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = object.get("generated") {
        text.push_str(&format!(" GENERATED ALWAYS AS {generated}"));
    }
    if let Some(default) = object.get("default") {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if object.get("not null").is_some() {
        text.push_str(" NOT NULL");
    }
    if let Some(identity) = identity(object) {
        text.push_str(&format!(" {identity}"));
    }
    text
}

fn identity(object: &Object) -> Option<String> {
    let when = object.get("identity")?.to_uppercase();
    let options = object.get("identity options");
    let options = options.map(|options| format!(" ({options})"));
    Some(format!(
        "GENERATED {when} AS IDENTITY{}",
        options.unwrap_or_default()
    ))
}

/// The names in an attribute as they stand in a statement.
fn list(names: &str) -> String {
    names.split(", ").map(sql).collect::<Vec<_>>().join(", ")
}

fn security(key: &ObjectKey, left: Option<&str>, right: Option<&str>, mends: &mut Vec<Mend>) {
    let on = |text: Option<&str>| matches!(text, Some("on" | "forced"));
    let forced = |text: Option<&str>| text.is_some_and(|text| text.ends_with("forced"));
    let mut say = |word: &str| {
        mends.push(Mend::safe(format!(
            "ALTER TABLE {} {word} ROW LEVEL SECURITY",
            sql(&key.name)
        )));
    };
    if on(left) != on(right) {
        say(if on(left) { "ENABLE" } else { "DISABLE" });
    }
    if forced(left) != forced(right) {
        say(if forced(left) { "FORCE" } else { "NO FORCE" });
    }
}

fn replica_identity(key: &ObjectKey, value: Option<&str>) -> Mend {
    let value = match value {
        None => "DEFAULT".to_owned(),
        Some(text) => match text.strip_prefix("index ") {
            Some(index) => format!("USING INDEX {}", sql(index)),
            None => text.to_uppercase(),
        },
    };
    let statement = format!("ALTER TABLE {} REPLICA IDENTITY {value}", sql(&key.name));
    Mend::safe(statement)
}

pub(super) fn create(sides: &Sides<'_>, key: &ObjectKey, object: &Object, mends: &mut Vec<Mend>) {
    let name = sql(&key.name);
    let all = sides.belongings.to(&key.name, "column");
    let foreign = object.get("kind") == Some("foreign");
    let mut text = String::from("CREATE ");
    if object.get("persistence").is_some() {
        text.push_str("UNLOGGED ");
    }
    if foreign {
        text.push_str("FOREIGN ");
    }
    text.push_str(&format!("TABLE {name}"));
    let columns: Vec<String> = all
        .iter()
        .map(|(key, object)| format!("    {}", column(key, object)))
        .collect();
    let partition = object.get("partition of");
    match (partition, object.get("of type")) {
        (Some(parent), _) => text.push_str(&format!(" PARTITION OF {}", list(parent))),
        (None, Some(kind)) => text.push_str(&format!(" OF {kind}")),
        (None, None) if columns.is_empty() => text.push_str(" ()"),
        (None, None) => text.push_str(&format!(" (\n{}\n)", columns.join(",\n"))),
    }
    if let Some(bound) = object.get("bound") {
        text.push_str(&format!(" {bound}"));
    }
    if let Some(parents) = object.get("inherits") {
        text.push_str(&format!(" INHERITS ({})", list(parents)));
    }
    if let Some(partition_key) = object.get("partition key") {
        text.push_str(&format!(" PARTITION BY {partition_key}"));
    }
    if let Some(server) = object.get("server") {
        let server = name::read(DatabaseType::Postgresql, server);
        text.push_str(&format!(" SERVER {}", sql(&server)));
    }
    if let Some(options) = object.get("foreign options") {
        text.push_str(&format!(" OPTIONS ({options})"));
    }
    if let Some(options) = object.get("options") {
        text.push_str(&format!(" WITH ({options})"));
    }
    mends.push(Mend::safe(text));
    if partition.is_some() || object.get("of type").is_some() {
        // Columns are the parent's or the type's; what is here differs from there.
        for (key, object) in all {
            let usual = Object {
                attributes: [
                    ("type", object.get("type")),
                    ("collation", object.get("collation")),
                ]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
                .collect(),
                ..Object::default()
            };
            alter_column(key, object, &usual, mends);
        }
    }
    security(key, object.get("row security"), None, mends);
    if let Some(identity) = object.get("replica identity") {
        mends.push(replica_identity(key, Some(identity)));
    }
}

pub(super) fn add_column(key: &ObjectKey, object: &Object) -> Mend {
    let mend = Mend::safe(format!(
        "ALTER TABLE {} ADD COLUMN {}",
        owner(key),
        column(key, object)
    ));
    let filled = ["default", "generated", "identity"]
        .iter()
        .any(|attribute| object.get(attribute).is_some());
    if object.get("not null").is_some() && !filled {
        return mend.noted("Fails where the table has rows: the column has no default.");
    }
    mend
}

/// Whether a column can only be dropped and made again.
pub(super) fn is_replaced(left: &Object, right: &Object) -> bool {
    left.get("generated") != right.get("generated") && left.get("generated").is_some()
}

/// Whether every value of one type is one of the other.
fn widens(from: &str, to: &str) -> bool {
    let bare = |text: &str| {
        let end = text.find('(').unwrap_or(text.len());
        let size = text.get(end..).unwrap_or_default();
        let size = size.trim_matches(['(', ')']).parse::<u32>().ok();
        (text.get(..end).unwrap_or_default().to_owned(), size)
    };
    let ((from, from_size), (to, to_size)) = (bare(from), bare(to));
    let text = |name: &str| matches!(name, "text" | "character varying");
    match (from.as_str(), to.as_str()) {
        ("smallint", "integer" | "bigint" | "numeric") => to_size.is_none(),
        ("integer", "bigint" | "numeric") | ("bigint", "numeric") => to_size.is_none(),
        ("real", "double precision") => true,
        (from, to) if text(from) && text(to) => match (from_size, to_size) {
            (_, None) => true,
            (Some(from), Some(to)) => from <= to,
            (None, Some(_)) => false,
        },
        _ => false,
    }
}

pub(super) fn alter_column(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    let head = format!("ALTER TABLE {} ALTER COLUMN {}", owner(key), last(key));
    let mut say = |text: &str| mends.push(Mend::safe(format!("{head} {text}")));
    let differs = |attribute: &str| left.get(attribute) != right.get(attribute);
    if differs("generated") && left.get("generated").is_none() {
        say("DROP EXPRESSION");
    }
    let identity_differs = differs("identity") || differs("identity options");
    if identity_differs && right.get("identity").is_some() {
        say("DROP IDENTITY");
    }
    let retyped = differs("type") || differs("collation");
    if right.get("default").is_some() && (differs("default") || retyped) {
        say("DROP DEFAULT");
    }
    if retyped {
        let kind = left.get("type").unwrap_or("text");
        let collation = left
            .get("collation")
            .map(|collation| format!(" COLLATE {collation}"))
            .unwrap_or_default();
        let using = if differs("type") {
            format!(" USING {}::{kind}", last(key))
        } else {
            String::new()
        };
        let statement = format!("{head} TYPE {kind}{collation}{using}");
        let before = right.get("type").unwrap_or_default();
        mends.push(if !differs("type") || widens(before, kind) {
            Mend::safe(statement)
        } else {
            Mend::destructive(statement).noted(format!(
                "Values change from {before} to {kind}, or the statement fails where one can't."
            ))
        });
    }
    let mut say = |text: String| mends.push(Mend::safe(format!("{head} {text}")));
    if let Some(default) = left
        .get("default")
        .filter(|_| differs("default") || retyped)
    {
        say(format!("SET DEFAULT {default}"));
    }
    if differs("not null") {
        if left.get("not null").is_some() {
            mends.push(
                Mend::safe(format!("{head} SET NOT NULL"))
                    .noted("Fails where a row has no value in the column."),
            );
        } else {
            say("DROP NOT NULL".to_owned());
        }
    }
    if let Some(identity) = identity(left).filter(|_| identity_differs) {
        mends.push(Mend::safe(format!("{head} ADD {identity}")).noted(
            "The numbers begin anew: restart the sequence behind the highest one that the column holds.",
        ));
    }
}

/// Options by their names.
fn options(object: &Object) -> Vec<&str> {
    let options = object.get("options").unwrap_or_default();
    options
        .split(", ")
        .filter(|option| !option.is_empty())
        .collect()
}

pub(super) fn alter(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    let name = sql(&key.name);
    let differs = |attribute: &str| left.get(attribute) != right.get(attribute);
    for attribute in [
        "kind",
        "partition key",
        "of type",
        "server",
        "foreign options",
    ] {
        if differs(attribute) {
            let why = format!("its {attribute} can't be changed; make it anew and move the rows.");
            mends.push(Mend::by_hand(key, &why));
            return;
        }
    }
    if differs("partition of") || differs("bound") {
        if let Some(parent) = right.get("partition of") {
            mends.push(Mend::safe(format!(
                "ALTER TABLE {} DETACH PARTITION {name}",
                list(parent)
            )));
        }
        if let (Some(parent), Some(bound)) = (left.get("partition of"), left.get("bound")) {
            mends.push(
                Mend::safe(format!(
                    "ALTER TABLE {} ATTACH PARTITION {name} {bound}",
                    list(parent)
                ))
                .noted("Fails where a row is outside of the partition."),
            );
        }
    }
    let parents = |object: &Object| -> Vec<String> {
        let parents = object.get("inherits").unwrap_or_default().split(", ");
        parents
            .filter(|parent| !parent.is_empty())
            .map(sql)
            .collect()
    };
    let (before, after) = (parents(right), parents(left));
    for parent in before.iter().filter(|parent| !after.contains(parent)) {
        mends.push(Mend::safe(format!(
            "ALTER TABLE {name} NO INHERIT {parent}"
        )));
    }
    for parent in after.iter().filter(|parent| !before.contains(parent)) {
        mends.push(Mend::safe(format!("ALTER TABLE {name} INHERIT {parent}")));
    }
    if differs("persistence") {
        let word = match left.get("persistence") {
            Some(_) => "UNLOGGED",
            None => "LOGGED",
        };
        mends.push(Mend::safe(format!("ALTER TABLE {name} SET {word}")));
    }
    if differs("options") {
        let (before, after) = (options(right), options(left));
        let option = |text: &str| text.split('=').next().unwrap_or_default().to_owned();
        let kept: Vec<String> = after.iter().map(|text| option(text)).collect();
        let reset: Vec<String> = before
            .iter()
            .map(|text| option(text))
            .filter(|option| !kept.contains(option))
            .collect();
        if !reset.is_empty() {
            let reset = reset.join(", ");
            mends.push(Mend::safe(format!("ALTER TABLE {name} RESET ({reset})")));
        }
        if !after.is_empty() {
            let set = after.join(", ");
            mends.push(Mend::safe(format!("ALTER TABLE {name} SET ({set})")));
        }
    }
    if differs("replica identity") {
        mends.push(replica_identity(key, left.get("replica identity")));
    }
    security(
        key,
        left.get("row security"),
        right.get("row security"),
        mends,
    );
}
