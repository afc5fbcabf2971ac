//! Rules of PostgreSQL from version 12 on: what it locks, what it rewrites, and what can't be in a transaction.

mod alter;

use alter::alter;

use super::{Found, Made};
use crate::words::{Cursor, Word};

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
            if at.eat("ALL") {
                outside_only("DISCARD ALL", made, found);
            }
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
        if let Some(name) = at.name() {
            made.add(name);
        }
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
