//! Tables and columns of MySQL and MariaDB.

use super::mysql::{last, owner, sql};
use super::{Mend, Sides};
use crate::compare::last_part;
use crate::read::literal;
use crate::{Object, ObjectKey, Snapshot, name};

/// The check that MariaDB keeps with a column.
fn own_check<'a>(snapshot: &'a Snapshot, column: &ObjectKey) -> Option<&'a str> {
    let check = ObjectKey::new("constraint", column.name.clone());
    let check = snapshot.objects.get(&check)?;
    check.get("level").and_then(|_| check.get("definition"))
}

/// A column as `CREATE TABLE` takes it, and `MODIFY` too: what is left out there is lost.
pub(super) fn column(
    snapshot: &Snapshot,
    key: &ObjectKey,
    object: &Object,
    counting: bool,
) -> String {
    let mut text = format!("{} {}", last(key), object.get("type").unwrap_or("int"));
    if let Some(collation) = object.get("collation") {
        // The name of a collation begins with the character set's.
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = object.get("generated") {
        text.push_str(&format!(" GENERATED ALWAYS AS {generated}"));
    }
    if object.get("not null").is_some() {
        text.push_str(" NOT NULL");
    } else if object.get("generated").is_none() {
        text.push_str(" NULL");
    }
    if let Some(default) = object.get("default") {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(update) = object.get("on update") {
        text.push_str(&format!(" ON UPDATE {update}"));
    }
    if counting && object.get("auto increment").is_some() {
        text.push_str(" AUTO_INCREMENT");
    }
    if object.get("invisible").is_some() {
        text.push_str(" INVISIBLE");
    }
    if let Some(comment) = object.get("comment") {
        text.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    if let Some(check) = own_check(snapshot, key) {
        text.push_str(&format!(" {check}"));
    }
    text
}

/// An index within a table's statement.
pub(super) fn index(key: &ObjectKey, object: &Object, mariadb: bool) -> String {
    let definition = object.get("definition").unwrap_or_default();
    let hidden = match object.get("invisible") {
        None => "",
        Some(_) if mariadb => " IGNORED",
        Some(_) => " INVISIBLE",
    };
    // `UNIQUE KEY (…)` takes the name before the columns; the primary key has none.
    match definition.split_once(" (") {
        Some((what, rest)) if what != "PRIMARY KEY" => {
            format!("{what} {} ({rest}{hidden}", last(key))
        }
        _ => definition.to_owned(),
    }
}

pub(super) fn create(sides: &Sides<'_>, key: &ObjectKey, object: &Object, mariadb: bool) -> Mend {
    let left = sides.left;
    let belongings = &sides.belongings;
    let columns = belongings
        .to(&key.name, "column")
        .into_iter()
        .map(|(key, object)| column(left, key, object, true));
    let indexes = belongings
        .to(&key.name, "index")
        .into_iter()
        .map(|(key, object)| index(key, object, mariadb));
    let checks = belongings
        .to(&key.name, "constraint")
        .into_iter()
        .filter(|(_, object)| !is_foreign(object) && object.get("level").is_none())
        .map(|(key, object)| {
            let definition = object.get("definition").unwrap_or_default();
            format!("CONSTRAINT {} {definition}", last(key))
        });
    let lines: Vec<String> = columns.chain(indexes).chain(checks).collect();
    let mut text = format!(
        "CREATE TABLE {} (\n    {}\n)",
        sql(&key.name),
        lines.join(",\n    ")
    );
    if let Some(engine) = object.get("engine") {
        text.push_str(&format!(" ENGINE={engine}"));
    }
    if let Some(collation) = object.get("collation") {
        text.push_str(&format!(" COLLATE={collation}"));
    }
    if let Some(options) = object.get("options") {
        text.push_str(&format!(" {options}"));
    }
    if let Some(comment) = object.get("comment") {
        text.push_str(&format!(" COMMENT={}", literal(comment)));
    }
    if object.get("system versioned").is_some() {
        text.push_str(" WITH SYSTEM VERSIONING");
    }
    if let Some(partitions) = object.get("partitions") {
        text.push_str(&format!("\nPARTITION BY {partitions}"));
    }
    Mend::safe(text)
}

pub(super) fn is_foreign(object: &Object) -> bool {
    object
        .get("definition")
        .is_some_and(|text| text.starts_with("FOREIGN KEY"))
}

pub(super) fn alter(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    let name = sql(&key.name);
    let differs = |attribute: &str| left.get(attribute) != right.get(attribute);
    let mut say = |text: String| mends.push(Mend::safe(format!("ALTER TABLE {name} {text}")));
    if let Some(engine) = left.get("engine").filter(|_| differs("engine")) {
        say(format!("ENGINE={engine}"));
    }
    if let Some(collation) = left.get("collation").filter(|_| differs("collation")) {
        say(format!("DEFAULT COLLATE={collation}"));
    }
    if differs("comment") {
        say(format!(
            "COMMENT={}",
            literal(left.get("comment").unwrap_or_default())
        ));
    }
    if differs("options") {
        options(key, left, right, mends);
    }
    if differs("system versioned") {
        mends.push(if left.get("system versioned").is_some() {
            Mend::safe(format!("ALTER TABLE {name} ADD SYSTEM VERSIONING"))
        } else {
            Mend::destructive(format!("ALTER TABLE {name} DROP SYSTEM VERSIONING"))
                .noted("The history of the rows is lost.")
        });
    }
    if differs("partitions") {
        mends.push(match left.get("partitions") {
            Some(partitions) => {
                Mend::safe(format!("ALTER TABLE {name}\nPARTITION BY {partitions}"))
                    .noted("The table is written anew; it fails where a row is in no partition.")
            }
            None => Mend::safe(format!("ALTER TABLE {name} REMOVE PARTITIONING"))
                .noted("The table is written anew."),
        });
    }
}

fn options(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    let read = |object: &Object| -> Vec<String> {
        let options = object.get("options").unwrap_or_default();
        options.split(' ').map(str::to_owned).collect()
    };
    let name = |option: &str| option.split('=').next().unwrap_or_default().to_owned();
    let (after, before) = (read(left), read(right));
    let mut parts: Vec<String> = Vec::new();
    for option in before.iter().map(|option| name(option)) {
        if after.iter().any(|other| name(other) == option) {
            continue;
        }
        match option.to_ascii_lowercase().as_str() {
            "" => {}
            option @ ("row_format" | "stats_persistent" | "stats_auto_recalc" | "pack_keys") => {
                parts.push(format!("{option}=DEFAULT"));
            }
            option @ ("key_block_size" | "max_rows" | "min_rows" | "avg_row_length"
            | "checksum" | "delay_key_write" | "stats_sample_pages") => {
                parts.push(format!("{option}=0"));
            }
            option => mends.push(Mend::by_hand(
                key,
                &format!("take its option {option} away."),
            )),
        }
    }
    parts.extend(
        after
            .into_iter()
            .filter(|option| !option.is_empty() && !before.contains(option)),
    );
    if !parts.is_empty() {
        let statement = format!("ALTER TABLE {} {}", sql(&key.name), parts.join(" "));
        mends.push(Mend::safe(statement));
    }
}

/// Whether the server can't make one of the other in place: it stores the one and computes the other.
fn is_replaced(left: &Object, right: &Object) -> bool {
    let kind = |object: &Object| match object.get("generated") {
        None => "plain",
        Some(text) if text.ends_with("VIRTUAL") => "virtual",
        Some(_) => "stored",
    };
    let (left, right) = (kind(left), kind(right));
    left != right && (left == "virtual" || right == "virtual")
}

pub(super) fn add_column(snapshot: &Snapshot, key: &ObjectKey, object: &Object) -> Mend {
    let statement = format!(
        "ALTER TABLE {} ADD COLUMN {}",
        owner(key),
        column(snapshot, key, object, false)
    );
    let filled = object.get("default").is_some() || object.get("generated").is_some();
    let mend = Mend::safe(statement);
    if object.get("not null").is_some() && !filled {
        return mend.noted("Rows that are there get the type's empty value.");
    }
    mend
}

/// Changes a column that is on both sides. Counting is begun later, where there is an index for it.
pub(super) fn modify(sides: &Sides<'_>, key: &ObjectKey, counting: bool) -> Vec<Mend> {
    let (Some(left), Some(right)) = (sides.left.objects.get(key), sides.right.objects.get(key))
    else {
        return Vec::new();
    };
    let definition = column(sides.left, key, left, counting);
    if is_replaced(left, right) {
        let drop = format!("ALTER TABLE {} DROP COLUMN {}", owner(key), last(key));
        let lost = right.get("generated").is_none();
        return vec![
            if lost {
                Mend::destructive(drop)
            } else {
                Mend::safe(drop)
            },
            Mend::safe(format!(
                "ALTER TABLE {} ADD COLUMN {definition}",
                owner(key)
            )),
        ];
    }
    let statement = format!("ALTER TABLE {} MODIFY COLUMN {definition}", owner(key));
    let retyped = ["type", "collation"]
        .iter()
        .any(|attribute| left.get(attribute) != right.get(attribute));
    let fills = left.get("not null").is_some() && right.get("not null").is_none();
    let mut mend = if retyped {
        Mend::destructive(statement).noted(format!(
            "Values change from {} to {}, or the statement fails where one can't.",
            right.get("type").unwrap_or_default(),
            left.get("type").unwrap_or_default()
        ))
    } else {
        Mend::safe(statement)
    };
    if fills && !retyped {
        mend = mend.noted("Fails where a row has no value in the column.");
    }
    vec![mend]
}

/// The column that a check of one column belongs to.
pub(super) fn column_of(key: &ObjectKey) -> ObjectKey {
    let name = match name::parent(&key.name) {
        Some(table) => name::under(connection_url::DatabaseType::Mysql, table, &last_part(key)),
        None => key.name.clone(),
    };
    ObjectKey::new("column", name)
}
