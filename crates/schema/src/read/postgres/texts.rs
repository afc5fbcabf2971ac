//! What rows of the catalogs say.

use super::join;
use crate::rows::Row;
use crate::{Object, ObjectKey};

/// Whether something fires: `enabled` is said only where it is not as usual.
pub(super) fn enabled(state: &str) -> Option<&'static str> {
    match state {
        "D" => Some("no"),
        "R" => Some("on a replica"),
        "A" => Some("always"),
        _ => None,
    }
}

/// Whether something is lost with a crash.
pub(super) fn persistence(letter: &str) -> Option<&'static str> {
    (letter == "u").then_some("unlogged")
}

/// What a table is, by itself.
pub(super) fn table(row: &Row, object: &mut Object) {
    object.set("persistence", persistence(&row.name(4)));
    object.set(
        "row security",
        match (row.is(5), row.is(6)) {
            (true, true) => Some("forced"),
            (true, false) => Some("on"),
            (false, true) => Some("off, forced"),
            (false, false) => None,
        },
    );
    object.set(
        "replica identity",
        match row.name(7).as_str() {
            "n" => Some("nothing".to_owned()),
            "f" => Some("full".to_owned()),
            "i" => row
                .text(8)
                .map(|index| format!("index {}", join(&[&index]))),
            _ => None,
        },
    );
    object.set("partition key", row.text(10));
    object.set("bound", row.text(11));
    let parents: Vec<(String, String)> = row.json(12).unwrap_or_default();
    for (schema, table) in &parents {
        let parent = ObjectKey::new("table", join(&[schema, table]));
        object.needs.insert(parent);
    }
    let parents: Vec<String> = parents
        .iter()
        .map(|(schema, table)| join(&[schema, table]))
        .collect();
    let attribute = if object.get("bound").is_some() {
        "partition of"
    } else {
        "inherits"
    };
    object.set(attribute, (!parents.is_empty()).then(|| parents.join(", ")));
    object.set("server", row.text(14));
    object.set("foreign options", row.text(15));
    object.set("of type", row.text(16));
}

/// A column.
pub(super) fn column(row: &Row) -> Object {
    let mut object = Object::default();
    object.set("type", row.text(2));
    object.mark("not null", row.is(3));
    let identity = match row.name(4).as_str() {
        "a" => Some("always"),
        "d" => Some("by default"),
        _ => None,
    };
    object.set("identity", identity);
    object.set("identity options", identity.and_then(|_| options(row)));
    match row.name(5).as_str() {
        "" => object.set("default", row.text(6)),
        letter => {
            let stored = if letter == "s" { "STORED" } else { "VIRTUAL" };
            let expression = row.text(6).unwrap_or_default();
            object.set("generated", Some(format!("({expression}) {stored}")));
        }
    }
    object.set("collation", row.text(7));
    object
}

/// What of an identity column's sequence is not as the server makes it.
fn options(row: &Row) -> Option<String> {
    let (start, increment, minimum, maximum, cache, cycle, kind): (
        String,
        String,
        String,
        String,
        String,
        bool,
        String,
    ) = row.json(10)?;
    let (least, most) = match kind.as_str() {
        "smallint" => ("-32768", "32767"),
        "integer" => ("-2147483648", "2147483647"),
        _ => ("-9223372036854775808", "9223372036854775807"),
    };
    let down = increment.starts_with('-');
    let (usual_minimum, usual_maximum) = if down { (least, "-1") } else { ("1", most) };
    let usual_start = if down { &maximum } else { &minimum };
    let mut options = Vec::new();
    let mut say = |usual: bool, text: String| {
        if !usual {
            options.push(text);
        }
    };
    say(increment == "1", format!("INCREMENT BY {increment}"));
    say(minimum == usual_minimum, format!("MINVALUE {minimum}"));
    say(maximum == usual_maximum, format!("MAXVALUE {maximum}"));
    say(&start == usual_start, format!("START WITH {start}"));
    say(cache == "1", format!("CACHE {cache}"));
    say(!cycle, "CYCLE".to_owned());
    (!options.is_empty()).then(|| options.join(" "))
}
