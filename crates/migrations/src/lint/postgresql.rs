//! Rules of PostgreSQL from version 12 on: what it locks, what it rewrites, and what can't be in a transaction.

use super::sql::{Column, cascade};
use super::{Found, Made};
use crate::words::{Cursor, Kind, Word};

/// A statement that PostgreSQL refuses in a transaction.
pub(super) fn outside_only(what: &str, made: &Made, found: &mut Found) {
    if made.in_transaction {
        found.warn(
            "needs_no_transaction",
            format!("{what} is certain to fail in a transaction. Set no_transaction, with this as the only statement."),
        );
    }
}

/// Goes by the first words; whether they said all that is to be known.
pub(super) fn head(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let first = at;
    match at
        .next()
        .map(|word| word.text.to_ascii_uppercase())
        .as_deref()
    {
        Some("CREATE") => create(at, made, found),
        Some("ALTER") => alter(at, made, found),
        Some("VACUUM") => {
            outside_only("VACUUM", made, found);
            let full = at.rest().iter().any(|word| word.is("FULL"));
            if full {
                locks(
                    found,
                    "VACUUM FULL",
                    "Run plain VACUUM, which locks nothing out.",
                );
            }
            true
        }
        Some("CLUSTER") => {
            if at.is_done() {
                outside_only("CLUSTER without a table", made, found);
            }
            locks(found, "CLUSTER", "Plan a time without traffic.");
            true
        }
        Some("REINDEX") => {
            let _ = at.group();
            let kind = at.eat_any(&["DATABASE", "SYSTEM", "SCHEMA", "TABLE", "INDEX"]);
            if at.eat("CONCURRENTLY") {
                outside_only("REINDEX CONCURRENTLY", made, found);
            } else {
                if matches!(kind, Some("DATABASE" | "SYSTEM" | "SCHEMA")) {
                    outside_only("REINDEX of many tables", made, found);
                }
                locks(
                    found,
                    "REINDEX",
                    "Use REINDEX … CONCURRENTLY in a migration of its own with no_transaction.",
                );
            }
            true
        }
        Some("LOCK") => {
            let _ = at.eat("TABLE");
            let _ = at.eat("ONLY");
            for table in at.names() {
                found.touch(&table, made);
            }
            locks(
                found,
                "LOCK TABLE",
                "Leave it out where the statements after it take the locks that they need.",
            );
            true
        }
        Some("REFRESH") => {
            let _ = at.eat_all(&["MATERIALIZED", "VIEW"]);
            if !at.eat("CONCURRENTLY") {
                locks(
                    found,
                    "REFRESH MATERIALIZED VIEW",
                    "Use REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view.",
                );
            }
            true
        }
        Some("COPY") => {
            if at.has(&["FROM", "STDIN"]) {
                found.warn(
                    "copy_from_client",
                    "COPY … FROM STDIN waits for rows that only a client sends, and fails. Write the rows as INSERT.",
                );
            }
            found.read
        }
        Some("SET" | "RESET") => {
            let local = ["LOCAL", "CONSTRAINTS", "TRANSACTION"]
                .iter()
                .any(|word| at.eat(word));
            if !local {
                outlasts(found, "Use SET LOCAL, which ends with the transaction.");
            }
            true
        }
        Some("DISCARD") => {
            outside_only("DISCARD ALL", made, found);
            true
        }
        Some("SELECT") => {
            if sets_config(first) {
                outlasts(
                    found,
                    "Give set_config true as its third argument, so that it ends with the transaction.",
                );
            }
            found.read
        }
        Some(
            "COMMENT" | "GRANT" | "REVOKE" | "ANALYZE" | "SECURITY" | "NOTIFY" | "LISTEN"
            | "SAVEPOINT" | "RELEASE" | "ROLLBACK",
        ) => true,
        _ => found.read,
    }
}

fn locks(found: &mut Found, what: &str, instead: &str) {
    found.warn(
        "exclusive_lock",
        format!(
            "{what} locks the table out for as long as it takes, and everything waits. {instead}"
        ),
    );
}

fn outlasts(found: &mut Found, instead: &str) {
    found.warn(
        "session_setting",
        format!("This changes the session for every statement and migration that runs after it. {instead}"),
    );
}

/// `set_config('search_path', '', false)`, as dumps have it.
fn sets_config(at: Cursor<'_, '_>) -> bool {
    let words = at.rest();
    words
        .iter()
        .position(|word| word.is("set_config"))
        .and_then(|place| {
            let mut after = Cursor::over(&words[place + 1..]);
            after.group()
        })
        .and_then(<[Word<'_>]>::last)
        .is_some_and(|last| last.is("false"))
}

fn create(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let _ = at.eat_all(&["OR", "REPLACE"]);
    let unique = at.eat("UNIQUE");
    if at.eat("INDEX") {
        index(at, unique, made, found);
        return true;
    }
    while at
        .eat_any(&[
            "GLOBAL",
            "LOCAL",
            "TEMPORARY",
            "TEMP",
            "UNLOGGED",
            "FOREIGN",
            "MATERIALIZED",
        ])
        .is_some()
    {}
    if at.eat("TABLE") || at.eat("VIEW") {
        let _ = at.if_exists();
        made.tables.extend(at.name());
        return true;
    }
    for (word, what) in [
        ("DATABASE", "CREATE DATABASE"),
        ("TABLESPACE", "CREATE TABLESPACE"),
        ("SUBSCRIPTION", "CREATE SUBSCRIPTION"),
    ] {
        if at.eat(word) {
            outside_only(what, made, found);
            return true;
        }
    }
    // What is made anew touches nothing that is there.
    at.eat_any(&[
        "FUNCTION",
        "PROCEDURE",
        "TRIGGER",
        "CONSTRAINT",
        "EVENT",
        "TYPE",
        "DOMAIN",
        "SEQUENCE",
        "SCHEMA",
        "EXTENSION",
        "AGGREGATE",
        "ROLE",
        "USER",
        "POLICY",
        "RULE",
        "COLLATION",
        "STATISTICS",
        "PUBLICATION",
        "SERVER",
        "OPERATOR",
        "CAST",
        "LANGUAGE",
        "TEXT",
    ])
    .is_some()
        || found.read
}

fn index(mut at: Cursor<'_, '_>, unique: bool, made: &Made, found: &mut Found) {
    let concurrently = at.eat("CONCURRENTLY");
    let _ = at.if_exists();
    if !at.eat("ON") {
        let _ = at.name();
        let _ = at.eat("ON");
    }
    let _ = at.eat("ONLY");
    let table = at.name().unwrap_or_default();
    found.touch(&table, made);
    let kind = if unique {
        "CREATE UNIQUE INDEX"
    } else {
        "CREATE INDEX"
    };
    if concurrently {
        outside_only(&format!("{kind} CONCURRENTLY"), made, found);
    } else if !made.has(&table) {
        found.warn(
            "index_not_concurrent",
            format!("Nobody can write to {table} while the index is built. Use {kind} CONCURRENTLY in a migration of its own with no_transaction."),
        );
    }
}

fn alter(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
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
        return found.read;
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

/// The first function of an expression that may give each row another value.
fn volatile(at: Cursor<'_, '_>) -> Option<String> {
    let words = at.rest();
    words.iter().enumerate().find_map(|(place, word)| {
        let called = words.get(place + 1).is_some_and(|next| next.is_symbol('('));
        // The type of a cast has parentheses too: `'x'::varchar(3)`.
        let cast = place
            .checked_sub(1)
            .is_some_and(|before| words[before].is_symbol(':'));
        let name = word.text.to_lowercase();
        let constraint = matches!(name.as_str(), "check" | "references" | "key" | "in" | "as");
        let steady = STEADY.contains(&name.as_str());
        let after_constraint = words[..place]
            .iter()
            .any(|before| before.is("CHECK") || before.is("REFERENCES") || before.is("CONSTRAINT"));
        (matches!(word.kind, Kind::Word | Kind::Quoted)
            && called
            && !cast
            && !constraint
            && !steady
            && !after_constraint)
            .then_some(name)
    })
}
