//! `ALTER` of PostgreSQL: what reads or writes a whole table, and what a program would miss.

use super::{outlasts, outside_only};
use crate::lint::sql::{Column, cascade};
use crate::lint::{Found, Made};
use crate::words::{Cursor, Kind, Word};

/// What stands after `ALTER`; whether it is known.
pub(super) fn alter(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    if at.eat("SYSTEM") {
        outside_only("ALTER SYSTEM", made, found);
        outlasts(found, "Change the server's settings where they are kept.");
        return true;
    }
    if at.eat("TYPE") {
        let _ = at.name();
        if at.eat_all(&["ADD", "VALUE"]) && made.in_transaction {
            found.warn(
                "enum_value_in_transaction",
                "A new value of an enum can't be used before the transaction ends that adds it. Use it in a later migration.",
            );
        }
        return true;
    }
    let kind = if at.eat("DATABASE") || at.eat("ROLE") || at.eat("USER") {
        if at.has(&["SET"]) {
            outlasts(found, "Sessions to come have it too.");
        }
        return true;
    } else {
        let _ = at.eat("FOREIGN") || at.eat("MATERIALIZED");
        at.eat_any(&["TABLE", "VIEW", "INDEX", "SEQUENCE"])
    };
    let Some(kind) = kind else {
        return other(at, found);
    };
    let _ = at.if_exists();
    let _ = at.eat("ONLY");
    let Some(table) = at.name() else {
        return found.read;
    };
    let _ = at.eat_symbol('*');
    if kind == "TABLE" {
        found.touch(&table, made);
    }
    if made.has(&table) {
        return true;
    }
    if at.has(&["DETACH", "PARTITION"]) && at.has(&["CONCURRENTLY"]) {
        outside_only("DETACH PARTITION CONCURRENTLY", made, found);
    }
    let mut known = true;
    for part in at.parts() {
        known &= action(Cursor::over(part), &table, kind, found);
    }
    cascade(&at, found);
    if kind == "TABLE" && made.in_transaction && made.locked.is_none() {
        made.locked = Some(table);
    }
    known || found.read
}

/// What is no table and nothing like one.
fn other(mut at: Cursor<'_, '_>, found: &mut Found) -> bool {
    if at.eat("SCHEMA") {
        let schema = at.name().unwrap_or_default();
        if at.eat("RENAME") {
            found.warn(
                "rename_table",
                format!("Everything in {schema} gets another name, and programs that use the old one fail at once. Make a new schema, and move what is in it table by table."),
            );
        }
        return true;
    }
    if at.eat("DOMAIN") {
        let domain = at.name().unwrap_or_default();
        if at.eat_all(&["DROP", "CONSTRAINT"]) {
            found.warn(
                "drop_constraint",
                format!("A constraint of {domain} is dropped, and values that break it can come in. Make sure that nothing relies on it."),
            );
        } else if at.eat("ADD") && !at.has(&["NOT", "VALID"]) {
            found.warn(
                "check_validated",
                format!("Every value of {domain} in every table is tested. Add the constraint with NOT VALID, and VALIDATE CONSTRAINT in a later migration."),
            );
        }
        return true;
    }
    at.eat_any(&[
        "DEFAULT",
        "EXTENSION",
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "POLICY",
        "TRIGGER",
        "EVENT",
        "PUBLICATION",
        "SUBSCRIPTION",
        "AGGREGATE",
        "COLLATION",
        "STATISTICS",
        "SERVER",
        "OPERATOR",
        "LANGUAGE",
        "TEXT",
        "GROUP",
        "RULE",
        "LARGE",
    ])
    .is_some()
        || found.read
}

/// One part of an `ALTER TABLE`; whether it is known.
fn action(mut at: Cursor<'_, '_>, table: &str, kind: &str, found: &mut Found) -> bool {
    if at.eat("ADD") {
        return added(at, table, found);
    }
    if at.eat("DROP") {
        if at.eat("CONSTRAINT") {
            let _ = at.if_exists();
            let name = at.name().unwrap_or_default();
            found.warn(
                "drop_constraint",
                format!("The constraint {name} of {table} is dropped, and rows that break it can come in. Make sure that nothing relies on it."),
            );
        } else if let Some(column) = Column::read(at) {
            found.warn(
                "drop_column",
                format!("The column {} of {table} is dropped with its values. Deploy programs that no longer read it first.", column.name),
            );
        }
        return true;
    }
    if at.eat("RENAME") {
        renamed(at, table, kind, found);
        return true;
    }
    if at.eat("ALTER") {
        if at.eat("CONSTRAINT") {
            return true;
        }
        return Column::read(at).is_none_or(|column| altered(&column, table, found));
    }
    if at.eat("SET") {
        if at.eat("SCHEMA") {
            found.warn(
                "rename_table",
                format!("{table} moves to another schema, and programs that name it fail. Leave a view in its place, or deploy both names."),
            );
        } else if let Some(what) = at.eat_any(&["LOGGED", "UNLOGGED", "TABLESPACE", "ACCESS"]) {
            rewrites(found, table, &format!("SET {what}"));
        }
        return true;
    }
    if at.eat("ATTACH") {
        found.warn(
            "check_validated",
            "ATTACH PARTITION reads the whole new partition under a lock. Give it a CHECK of its bounds first, and it is not read.",
        );
        return true;
    }
    at.eat_any(&[
        "VALIDATE",
        "DETACH",
        "ENABLE",
        "DISABLE",
        "OWNER",
        "CLUSTER",
        "INHERIT",
        "NO",
        "REPLICA",
        "RESET",
        "FORCE",
        "OF",
        "NOT",
        "DEPENDS",
        "RESTART",
        "START",
        "INCREMENT",
        "OWNED",
    ])
    .is_some()
}

fn rewrites(found: &mut Found, table: &str, what: &str) {
    found.warn(
        "rewrite_table",
        format!("{what} makes the server write {table} anew while nobody can use it. Plan a time without traffic."),
    );
}

fn renamed(mut at: Cursor<'_, '_>, table: &str, kind: &str, found: &mut Found) {
    if at.eat("TO") {
        if kind == "TABLE" || kind == "VIEW" {
            found.warn(
                "rename_table",
                format!("{table} gets another name, and programs that use the old one fail at once. Leave a view of the old name, and drop it later."),
            );
        }
    } else if !at.eat("CONSTRAINT") {
        let _ = at.eat("COLUMN");
        let column = at.name().unwrap_or_default();
        found.warn(
            "rename_column",
            format!("The column {column} of {table} gets another name, and programs that use the old one fail at once. Add a new column, write both, and drop the old one later."),
        );
    }
}

/// What stands after `ADD`.
fn added(mut at: Cursor<'_, '_>, table: &str, found: &mut Found) -> bool {
    let named = at.eat("CONSTRAINT");
    if named {
        let _ = at.name();
    }
    if constraint(at, table, found) || named {
        return true;
    }
    let Some(column) = Column::read(at) else {
        return false;
    };
    let name = &column.name;
    let kind = column
        .rest
        .rest()
        .first()
        .map(|word| word.text.to_lowercase())
        .unwrap_or_default();
    let serial = matches!(
        kind.as_str(),
        "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
    );
    let counts = serial || column.rest.has(&["AS", "IDENTITY"]);
    if counts || column.rest.has(&["STORED"]) {
        rewrites(found, table, &format!("A value of {name} for each row"));
    } else if column.lacks_value() {
        found.warn(
            "add_not_null_without_default",
            format!("{name} must have a value and is given none: this fails where {table} has rows. Give it a DEFAULT, or add it without NOT NULL, fill it, and then require it."),
        );
    }
    let default = column.rest.find(&["DEFAULT"]);
    if let Some(function) = default.and_then(volatile) {
        found.warn(
            "volatile_default",
            format!("{function}() can give each row another value, so the server writes {table} anew while nobody can use it. Add the column without it, set the default, and fill the rows in batches."),
        );
    }
    if column.rest.has(&["UNIQUE"]) || column.rest.has(&["PRIMARY", "KEY"]) {
        builds_index(found, table);
    }
    if column.rest.has(&["REFERENCES"]) && default.is_some() {
        checks_foreign_key(found, table);
    }
    if column.rest.has(&["CHECK"]) {
        checks_rows(found, table);
    }
    if kind == "json" {
        found.warn(
            "json_column",
            format!(
                "json has no equality, so SELECT DISTINCT and UNION over {table} fail. Use jsonb."
            ),
        );
    }
    true
}

/// A constraint of a table; whether it is one.
fn constraint(mut at: Cursor<'_, '_>, table: &str, found: &mut Found) -> bool {
    let valid = !at.has(&["NOT", "VALID"]);
    if at.eat_all(&["FOREIGN", "KEY"]) {
        if valid {
            checks_foreign_key(found, table);
        }
    } else if at.eat("CHECK") {
        if valid {
            checks_rows(found, table);
        }
    } else if at.eat("UNIQUE") || at.eat_all(&["PRIMARY", "KEY"]) {
        if !at.has(&["USING", "INDEX"]) {
            builds_index(found, table);
        }
    } else if at.eat("EXCLUDE") {
        found.warn(
            "constraint_builds_index",
            format!("An exclusion constraint builds its index while nobody can use {table}. Plan a time without traffic."),
        );
    } else {
        return false;
    }
    true
}

fn checks_foreign_key(found: &mut Found, table: &str) {
    found.warn(
        "foreign_key_validated",
        format!("Every row of {table} is checked while neither table can be written. Add the foreign key with NOT VALID, and VALIDATE CONSTRAINT in a later migration."),
    );
}

fn checks_rows(found: &mut Found, table: &str) {
    found.warn(
        "check_validated",
        format!("Every row of {table} is tested while nobody can use it. Add the constraint with NOT VALID, and VALIDATE CONSTRAINT in a later migration."),
    );
}

fn builds_index(found: &mut Found, table: &str) {
    found.warn(
        "constraint_builds_index",
        format!("The constraint builds its index while nobody can use {table}. Build a unique index CONCURRENTLY first, and add the constraint USING INDEX."),
    );
}

/// What stands after `ALTER COLUMN` and its name; whether it is known.
fn altered(column: &Column<'_, '_>, table: &str, found: &mut Found) -> bool {
    let name = &column.name;
    let mut at = column.rest;
    if at.eat_all(&["SET", "NOT", "NULL"]) {
        found.warn(
            "set_not_null",
            format!("Every row of {table} is read while nobody can use it. Add CHECK ({name} IS NOT NULL) NOT VALID, validate it in a later migration, then SET NOT NULL, and drop the check."),
        );
        return true;
    }
    if at.eat_all(&["SET", "DATA", "TYPE"]) || at.eat("TYPE") {
        let kind = at.rest().first().map(|word| word.text.to_lowercase());
        let bounded = at.rest().iter().any(|word| word.is_symbol('('));
        let using = at.has(&["USING"]);
        let wide =
            matches!(kind.as_deref(), Some("text" | "varchar" | "character")) && !bounded && !using;
        if wide {
            found.note(
                "change_type",
                format!("Unless {name} is a varchar before, the server writes {table} anew while nobody can use it. Else add a new column, copy in batches, and swap them."),
            );
        } else {
            found.warn(
                "change_type",
                format!("{name} gets another type: values that don't fit fail or change, and the server may write {table} anew while nobody can use it. Add a new column, copy in batches, and swap them."),
            );
        }
        return true;
    }
    if at.eat_all(&["ADD", "GENERATED"]) || at.eat("DROP") || at.eat("SET") || at.eat("RESET") {
        return true;
    }
    false
}

/// Functions that give each row the same value.
const STEADY: [&str; 26] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "timezone",
    "date_trunc",
    "date_part",
    "to_timestamp",
    "to_date",
    "make_date",
    "make_interval",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "lower",
    "upper",
    "md5",
    "length",
    "jsonb_build_object",
    "json_build_object",
    "jsonb_build_array",
    "json_build_array",
    "decode",
    "encode",
    "cast",
];

/// The first function of a default that may give each row another value.
fn volatile(at: Cursor<'_, '_>) -> Option<String> {
    let constraint = |word: &&Word<'_>| {
        ["CHECK", "REFERENCES", "CONSTRAINT"]
            .iter()
            .any(|one| word.is(one))
    };
    let words = at.rest();
    let end = words.iter().take_while(|word| !constraint(word)).count();
    words[..end]
        .windows(2)
        .enumerate()
        .find_map(|(place, pair)| {
            let name = pair[0].text.to_lowercase();
            let called =
                matches!(pair[0].kind, Kind::Word | Kind::Quoted) && pair[1].is_symbol('(');
            // The type of a cast has parentheses too: `'x'::varchar(3)`.
            let cast = place
                .checked_sub(1)
                .is_some_and(|before| words[before].is_symbol(':'));
            let plain =
                matches!(name.as_str(), "key" | "in" | "as") || STEADY.contains(&name.as_str());
            (called && !cast && !plain).then_some(name)
        })
}
