//! Rules of SQLite: what writes the whole file anew, what fails beyond a transaction, and what programs trip over.

use super::{Found, Made};
use crate::words::Cursor;

/// Goes by the first words; whether they said all that is to be known.
pub(super) fn head(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let Some(first) = at.next() else {
        return false;
    };
    match first.text.to_ascii_uppercase().as_str() {
        "CREATE" => create(at, made, found),
        "ALTER" => alter(at, made, found),
        "VACUUM" => {
            outside_only("VACUUM", made, found);
            found.warn(
                "exclusive_lock",
                "VACUUM writes the whole file anew and keeps every other program out meanwhile. Plan a time without traffic.",
            );
            true
        }
        "PRAGMA" => {
            let name = at.next().map(|word| word.text.to_ascii_lowercase());
            if name.as_deref() == Some("foreign_keys") && made.in_transaction {
                found.warn(
                    "session_setting",
                    "In a transaction PRAGMA foreign_keys does nothing. Use PRAGMA defer_foreign_keys = ON, which ends with it, or a migration with no_transaction.",
                );
            } else if name.as_deref() != Some("defer_foreign_keys") {
                found.warn(
                    "session_setting",
                    "This changes the session or the file for every statement and migration that runs after it. Set it back at the end, or leave it out.",
                );
            }
            true
        }
        "ATTACH" | "DETACH" => {
            found.warn(
                "server_command",
                "Tapedeck's sessions open no other file: this statement is refused. Make a database of its own of that file.",
            );
            true
        }
        "REINDEX" | "ANALYZE" | "SAVEPOINT" | "RELEASE" | "ROLLBACK" => true,
        _ => found.read,
    }
}

fn outside_only(what: &str, made: &Made, found: &mut Found) {
    if made.in_transaction {
        found.warn(
            "needs_no_transaction",
            format!(
                "{what} fails in a transaction. Give it a migration of its own with no_transaction."
            ),
        );
    }
}

fn create(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let temporary = at.eat("TEMP") || at.eat("TEMPORARY");
    let _ = at.eat("VIRTUAL");
    if at.eat("TABLE") || at.eat("VIEW") {
        let _ = at.if_exists();
        if let Some(table) = at.name().filter(|_| !temporary) {
            made.add(table);
        }
        return true;
    }
    let _ = at.eat("UNIQUE");
    if at.eat("INDEX") {
        let _ = at.if_exists();
        let _ = at.name();
        if let Some(mut after) = at.find(&["ON"])
            && let Some(table) = after.name()
        {
            found.touch(&table, made);
        }
        return true;
    }
    // What a trigger does, it does later.
    at.eat("TRIGGER") || found.read
}

fn alter(mut at: Cursor<'_, '_>, made: &Made, found: &mut Found) -> bool {
    if !at.eat("TABLE") {
        return found.read;
    }
    let Some(table) = at.name() else {
        return found.read;
    };
    found.touch(&table, made);
    if made.has(&table) {
        return true;
    }
    if at.eat_all(&["RENAME", "TO"]) {
        found.warn(
            "rename_table",
            format!("{table} gets another name, and programs that use the old one fail at once. Leave a view of the old name, and drop it later."),
        );
    } else if at.eat("RENAME") {
        found.warn(
            "rename_column",
            format!("A column of {table} gets another name, and programs that use the old one fail at once. Add a column beside it, and drop the old one later."),
        );
    } else if at.eat("DROP") {
        found.warn(
            "drop_column",
            format!("A column of {table} goes with its values, and programs that use it fail. Make sure that nothing does any more."),
        );
    }
    true
}
