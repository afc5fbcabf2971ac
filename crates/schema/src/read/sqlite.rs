//! SQLite, by its own table of what there is and by the pragmas that are tables.
//!
//! A table's text is no attribute: `ALTER TABLE` edits it, so that two ways to the same table leave two texts. What the pragmas do not
//! tell (checks, `AUTOINCREMENT`) is taken out of the text.

mod texts;

use connection_url::DatabaseType;
use engines::{RunError, Session};

use super::{OWN, begun};
use crate::rows::query;
use crate::{Object, Snapshot, name};

/// What is read here.
const COVERS: &[(&str, &[&str])] = &[
    (
        "table",
        &[
            "strict",
            "without rowid",
            "virtual",
            "checks",
            "autoincrement",
        ],
    ),
    (
        "column",
        &["type", "not null", "default", "primary key", "generated"],
    ),
    ("index", &["definition"]),
    ("constraint", &["definition"]),
    ("view", &["definition"]),
    ("trigger", &["definition"]),
];

/// What stands in the way of a table of the system's own, or of ours.
const OURS: &str =
    "m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND substr(m.name, 1, 10) <> '_tapedeck_'";

fn join(parts: &[&str]) -> String {
    name::join(DatabaseType::Sqlite, parts)
}

fn quoted(part: &str) -> String {
    name::quoted(DatabaseType::Sqlite, part)
}

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, RunError> {
    debug_assert_eq!(OWN, "_tapedeck_");
    let mut snapshot = begun(session, COVERS);
    tables(session, &mut snapshot).await?;
    columns(session, &mut snapshot).await?;
    unique_keys(session, &mut snapshot).await?;
    foreign_keys(session, &mut snapshot).await?;
    others(session, &mut snapshot).await?;
    Ok(snapshot)
}

async fn tables(session: &mut dyn Session, snapshot: &mut Snapshot) -> Result<(), RunError> {
    let statement = format!(
        "SELECT m.name, m.sql, l.wr, l.strict, l.type FROM main.sqlite_schema AS m
        JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = m.name
        WHERE m.type = 'table' AND {OURS} AND l.type IN ('table', 'virtual')"
    );
    for row in query(session, &statement, &[]).await? {
        let text = row.name(1);
        let mut object = Object::default();
        object.mark("without rowid", row.is(2));
        object.mark("strict", row.is(3));
        if row.name(4) == "virtual" {
            object.set("virtual", Some(texts::one_line(&text)));
        } else {
            let checks = texts::checks(&text);
            object.set("checks", (!checks.is_empty()).then(|| checks.join("\n")));
            object.mark("autoincrement", texts::has_word(&text, "AUTOINCREMENT"));
        }
        snapshot.add("table", join(&[&row.name(0)]), object);
    }
    Ok(())
}

async fn columns(session: &mut dyn Session, snapshot: &mut Snapshot) -> Result<(), RunError> {
    let statement = format!(
        "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden, c.cid
        FROM main.sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c
        WHERE m.type = 'table' AND {OURS} AND c.hidden <> 1 AND m.sql NOT LIKE 'CREATE VIRTUAL%'"
    );
    for row in query(session, &statement, &[]).await? {
        let mut object = Object::default();
        object.set("type", row.text(2).filter(|text| !text.is_empty()));
        object.mark("not null", row.is(3));
        object.set("default", row.text(4));
        object.set("primary key", row.text(5).filter(|place| place != "0"));
        object.set(
            "generated",
            match row.number(6) {
                2 => Some("virtual"),
                3 => Some("stored"),
                _ => None,
            },
        );
        object.position = u32::try_from(row.number(7) + 1).ok();
        snapshot.add("column", join(&[&row.name(0), &row.name(1)]), object);
    }
    Ok(())
}

/// Those of `UNIQUE` in a table's text, which have no name.
async fn unique_keys(session: &mut dyn Session, snapshot: &mut Snapshot) -> Result<(), RunError> {
    let statement = format!(
        "SELECT m.name, json_group_array(i.name ORDER BY i.seqno)
        FROM main.sqlite_schema AS m JOIN pragma_index_list(m.name) AS l JOIN pragma_index_info(l.name) AS i
        WHERE m.type = 'table' AND {OURS} AND l.origin = 'u' GROUP BY m.name, l.name"
    );
    for row in query(session, &statement, &[]).await? {
        let columns: Vec<String> = row.json(1).unwrap_or_default();
        let listed: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let mut object = Object::default();
        object.set(
            "definition",
            Some(format!("UNIQUE ({})", listed.join(", "))),
        );
        let name = format!("unique {}", columns.join(", "));
        snapshot.add("constraint", join(&[&row.name(0), &name]), object);
    }
    Ok(())
}

async fn foreign_keys(session: &mut dyn Session, snapshot: &mut Snapshot) -> Result<(), RunError> {
    let statement = format!(
        "SELECT m.name, f.\"table\", json_group_array(f.\"from\" ORDER BY f.seq), json_group_array(f.\"to\" ORDER BY f.seq),
            max(f.on_update), max(f.on_delete)
        FROM main.sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f
        WHERE m.type = 'table' AND {OURS} GROUP BY m.name, f.id, f.\"table\""
    );
    for row in query(session, &statement, &[]).await? {
        let from: Vec<String> = row.json(2).unwrap_or_default();
        // Without columns of its own it is about the other table's key.
        let to: Vec<Option<String>> = row.json(3).unwrap_or_default();
        let list = |columns: &[String]| {
            let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            format!("({})", columns.join(", "))
        };
        let to: Option<Vec<String>> = to.into_iter().collect();
        let mut definition = format!(
            "FOREIGN KEY {} REFERENCES {}",
            list(&from),
            quoted(&row.name(1))
        );
        if let Some(to) = to {
            definition.push_str(&format!(" {}", list(&to)));
        }
        for (column, what) in [(4, "ON UPDATE"), (5, "ON DELETE")] {
            let action = row.name(column);
            if action != "NO ACTION" {
                definition.push_str(&format!(" {what} {action}"));
            }
        }
        let mut object = Object::default();
        object.set("definition", Some(definition));
        let name = format!("foreign key {}", from.join(", "));
        snapshot.add("constraint", join(&[&row.name(0), &name]), object);
    }
    Ok(())
}

/// Indexes, views and triggers, which are their texts. Names are the whole file's.
async fn others(session: &mut dyn Session, snapshot: &mut Snapshot) -> Result<(), RunError> {
    let statement = format!(
        "SELECT m.type, m.name, m.tbl_name, m.sql FROM main.sqlite_schema AS m
        WHERE m.type IN ('index', 'view', 'trigger') AND {OURS} AND substr(m.tbl_name, 1, 10) <> '_tapedeck_'"
    );
    for row in query(session, &statement, &[]).await? {
        let (kind, name) = (row.name(0), row.name(1));
        let mut object = Object::default();
        object.set("definition", row.text(3));
        let name = match kind.as_str() {
            "view" => join(&[&name]),
            _ => join(&[&row.name(2), &name]),
        };
        snapshot.add(&kind, name, object);
    }
    Ok(())
}
