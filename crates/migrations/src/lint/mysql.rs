//! Rules of MySQL and MariaDB: what copies a table, what locks it, and what changes values silently.

use super::sql::Column;
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
        "RENAME" => {
            if at.eat("TABLE") || at.eat("TABLES") {
                for part in at.parts() {
                    if let Some(table) = Cursor::over(part).name() {
                        renames(&table, made, found);
                    }
                }
            }
            true
        }
        "LOCK" => {
            let _ = at.eat("TABLES") || at.eat("TABLE");
            for part in at.parts() {
                if let Some(table) = Cursor::over(part).name() {
                    found.touch(&table, made);
                }
            }
            found.warn(
                "exclusive_lock",
                "LOCK TABLES commits, and keeps others out until it is undone or the run ends. Leave it out: the statements take the locks that they need.",
            );
            true
        }
        "UNLOCK" | "GRANT" | "REVOKE" | "ANALYZE" | "SAVEPOINT" | "RELEASE" | "ROLLBACK" => true,
        "FLUSH" => {
            if at.has(&["READ", "LOCK"]) {
                found.warn(
                    "exclusive_lock",
                    "FLUSH TABLES WITH READ LOCK stops every write of the server. Leave it out.",
                );
            }
            true
        }
        "OPTIMIZE" | "REPAIR" => {
            let _ = at.eat("LOCAL") || at.eat("NO_WRITE_TO_BINLOG");
            let _ = at.eat("TABLE");
            for table in at.names() {
                copies(&table, "This", made, found);
            }
            true
        }
        "SET" => {
            let variable = at.rest().first().is_some_and(|word| word.is_symbol('@'))
                && !at.rest().get(1).is_some_and(|word| word.is_symbol('@'));
            let harmless = variable || at.eat("STATEMENT") || at.eat("TRANSACTION");
            if !harmless {
                outlasts(found);
            }
            true
        }
        "USE" => {
            found.warn(
                "session_setting",
                "What runs after this runs in another database, the history of migrations too. Name the database with the table instead.",
            );
            true
        }
        _ => found.read,
    }
}

fn outlasts(found: &mut Found) {
    found.warn(
        "session_setting",
        "This changes the session or the server for every statement and migration that runs after it. Set it back at the end, or leave it out.",
    );
}

fn renames(table: &str, made: &Made, found: &mut Found) {
    found.touch(table, made);
    if !made.has(table) {
        found.warn(
            "rename_table",
            format!("{table} gets another name, and programs that use the old one fail at once. Leave a view of the old name, and drop it later."),
        );
    }
}

fn copies(table: &str, what: &str, made: &Made, found: &mut Found) {
    found.touch(table, made);
    if !made.has(table) {
        found.warn(
            "rewrite_table",
            format!("{what} makes the server write {table} anew, and writes wait meanwhile. Plan a time without traffic, or use a tool that copies online."),
        );
    }
}

fn engine(at: &Cursor<'_, '_>) -> Option<String> {
    let mut after = at.find(&["ENGINE"])?;
    let _ = after.eat_symbol('=');
    after.next().map(|word| word.text.to_lowercase())
}

fn without_transactions(engine: &str, table: &str, found: &mut Found) {
    if !matches!(
        engine,
        "innodb" | "rocksdb" | "ndb" | "ndbcluster" | "tokudb"
    ) {
        found.warn(
            "other_engine",
            format!("{table} is in the engine {engine}, which has no transactions and loses rows when the server dies. Use InnoDB."),
        );
    }
}

fn create(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let replaces = at.eat_all(&["OR", "REPLACE"]);
    let temporary = at.eat("TEMPORARY");
    if at.eat("TABLE") {
        let _ = at.if_exists();
        let Some(table) = at.name() else {
            return found.read;
        };
        if replaces && !temporary {
            found.warn(
                "drop_table",
                format!("A table {table} that is there is dropped with its rows. Use CREATE TABLE, which fails instead."),
            );
        }
        if let Some(engine) = engine(&at) {
            without_transactions(&engine, &table, found);
        }
        made.add(table);
        return true;
    }
    let _ = at.eat("UNIQUE") || at.eat("ONLINE");
    let slow = at.eat_any(&["FULLTEXT", "SPATIAL"]);
    if at.eat("INDEX") {
        let _ = at.if_exists();
        let _ = at.name();
        if let Some(mut after) = at.find(&["ON"])
            && let Some(table) = after.name()
        {
            found.touch(&table, made);
            if slow.is_some() {
                blocks_writes(&table, made, found);
            }
        }
        return true;
    }
    if let Some(mut view) = at.find(&["VIEW"]) {
        let _ = view.if_exists();
        if let Some(name) = view.name() {
            made.add(name);
        }
        return true;
    }
    // What is made anew touches nothing that is there.
    [
        "PROCEDURE",
        "FUNCTION",
        "TRIGGER",
        "EVENT",
        "VIEW",
        "USER",
        "ROLE",
        "DATABASE",
        "SCHEMA",
        "SEQUENCE",
        "PACKAGE",
        "SERVER",
    ]
    .iter()
    .any(|word| at.has(&[word]))
        || found.read
}

fn blocks_writes(table: &str, made: &Made, found: &mut Found) {
    if !made.has(table) {
        found.warn(
            "index_blocks_writes",
            format!("Nobody can write to {table} while an index of this kind is built. Plan a time without traffic."),
        );
    }
}

fn alter(mut at: Cursor<'_, '_>, made: &mut Made, found: &mut Found) -> bool {
    let _ = at.eat("ONLINE") || at.eat("OFFLINE");
    let _ = at.eat("IGNORE");
    if !at.eat("TABLE") {
        return at
            .eat_any(&[
                "DATABASE",
                "SCHEMA",
                "EVENT",
                "USER",
                "PROCEDURE",
                "FUNCTION",
                "SEQUENCE",
            ])
            .is_some()
            || found.read;
    }
    let _ = at.if_exists();
    let Some(table) = at.name() else {
        return found.read;
    };
    let _ = at.eat("WAIT") || at.eat("NOWAIT");
    found.touch(&table, made);
    if made.has(&table) {
        return true;
    }
    let mut known = true;
    for part in at.parts() {
        known &= action(Cursor::over(part), &table, made, found);
    }
    known || found.read
}

/// One part of an `ALTER TABLE`; whether it is known.
fn action(mut at: Cursor<'_, '_>, table: &str, made: &Made, found: &mut Found) -> bool {
    if at.eat("ADD") {
        return added(at, table, made, found);
    }
    if at.eat("DROP") {
        dropped(at, table, found);
        return true;
    }
    if at.eat("TRUNCATE") {
        partition(table, found);
        return true;
    }
    if at.eat("MODIFY") {
        if let Some(column) = Column::read(at) {
            changes_type(&column, table, found);
        }
        return true;
    }
    if at.eat("CHANGE") {
        let _ = at.eat("COLUMN");
        let _ = at.if_exists();
        let old = at.name().unwrap_or_default();
        if let Some(column) = Column::read(at) {
            if !old.eq_ignore_ascii_case(&column.name) {
                renames_column(&old, table, found);
            }
            changes_type(&column, table, found);
        }
        return true;
    }
    if at.eat("RENAME") {
        if at.eat("COLUMN") {
            renames_column(&at.name().unwrap_or_default(), table, found);
        } else if !(at.eat("INDEX") || at.eat("KEY")) {
            renames(table, made, found);
        }
        return true;
    }
    if at.eat("CONVERT") {
        found.warn(
            "convert_charset",
            format!("Every text of {table} is converted and the table is written anew, while nobody can write to it; indexes over long texts can become too long. Plan a time without traffic."),
        );
        return true;
    }
    if let Some(engine) = engine(&at) {
        without_transactions(&engine, table, found);
        copies(table, "Another ENGINE", made, found);
        return true;
    }
    if at.eat("ALGORITHM") {
        let _ = at.eat_symbol('=');
        if at.eat("COPY") {
            copies(table, "ALGORITHM=COPY", made, found);
        }
        return true;
    }
    if at.eat("LOCK") {
        let _ = at.eat_symbol('=');
        if at.eat("EXCLUSIVE") || at.eat("SHARED") {
            found.warn(
                "exclusive_lock",
                format!("This LOCK keeps others from writing to {table} for as long as it takes. Leave it out, or ask for LOCK=NONE."),
            );
        }
        return true;
    }
    let copied = at.eat_any(&[
        "FORCE",
        "ROW_FORMAT",
        "KEY_BLOCK_SIZE",
        "ORDER",
        "REMOVE",
        "REORGANIZE",
        "COALESCE",
        "PARTITION",
        "REBUILD",
    ]);
    if let Some(what) = copied {
        copies(table, what, made, found);
        return true;
    }
    at.eat_any(&[
        "ALTER",
        "DEFAULT",
        "CHARACTER",
        "CHARSET",
        "COLLATE",
        "COMMENT",
        "AUTO_INCREMENT",
        "ENABLE",
        "DISABLE",
        "STATS_PERSISTENT",
        "EXCHANGE",
        "WITH",
        "WITHOUT",
    ])
    .is_some()
}

/// What stands after `ADD`.
fn added(mut at: Cursor<'_, '_>, table: &str, made: &Made, found: &mut Found) -> bool {
    if at.eat("CONSTRAINT") {
        let kind = ["FOREIGN", "UNIQUE", "PRIMARY", "CHECK"]
            .iter()
            .any(|word| at.rest().first().is_some_and(|first| first.is(word)));
        if !kind {
            let _ = at.name();
        }
    }
    if at.eat("FOREIGN") {
        found.warn(
            "foreign_key_validated",
            format!("Every row of {table} is checked, the table is copied, and nobody can write to it meanwhile. Plan a time without traffic."),
        );
        return true;
    }
    if at.eat_all(&["PRIMARY", "KEY"]) {
        copies(table, "A new primary key", made, found);
        return true;
    }
    if at.eat("CHECK") {
        found.warn(
            "check_validated",
            format!("Every row of {table} is tested, and nobody can write to it meanwhile. Plan a time without traffic."),
        );
        return true;
    }
    if at.eat("FULLTEXT") || at.eat("SPATIAL") {
        blocks_writes(table, made, found);
        return true;
    }
    if at
        .eat_any(&["UNIQUE", "INDEX", "KEY", "PARTITION", "PERIOD", "SYSTEM"])
        .is_some()
    {
        return true;
    }
    let mut many = at;
    let _ = many.eat("COLUMN");
    let columns: Vec<Column<'_, '_>> = match many.group() {
        Some(group) => Cursor::over(group)
            .parts()
            .into_iter()
            .filter_map(|part| Column::read(Cursor::over(part)))
            .collect(),
        None => Column::read(at).into_iter().collect(),
    };
    for column in &columns {
        let name = &column.name;
        if column.lacks_value() {
            found.warn(
                "add_not_null_without_default",
                format!("{name} must have a value and is given none: the rows of {table} silently get an empty text or 0. Give it a DEFAULT that is right for them."),
            );
        }
        if column.rest.has(&["STORED"]) || column.rest.has(&["AUTO_INCREMENT"]) {
            copies(
                table,
                &format!("A value of {name} for each row"),
                made,
                found,
            );
        }
    }
    !columns.is_empty()
}

fn partition(table: &str, found: &mut Found) {
    found.warn(
        "drop_partition",
        format!("The rows of a partition of {table} go. Take a copy first."),
    );
}

/// What stands after `DROP`.
fn dropped(mut at: Cursor<'_, '_>, table: &str, found: &mut Found) {
    if at.eat("PARTITION") {
        partition(table, found);
    } else if at.eat("INDEX") || at.eat("KEY") {
        let _ = at.if_exists();
        let name = at.name().unwrap_or_default();
        found.warn(
            "drop_index",
            format!("The index {name} is dropped, and the queries that use it read whole tables. Look at its use in the server's statistics first."),
        );
    } else if at
        .eat_any(&["PRIMARY", "FOREIGN", "CONSTRAINT", "CHECK"])
        .is_some()
    {
        found.warn(
            "drop_constraint",
            format!("A constraint of {table} is dropped, and rows that break it can come in. Make sure that nothing relies on it."),
        );
    } else if let Some(column) = Column::read(at) {
        found.warn(
            "drop_column",
            format!("The column {} of {table} is dropped with its values. Deploy programs that no longer read it first.", column.name),
        );
    }
}

fn renames_column(column: &str, table: &str, found: &mut Found) {
    found.warn(
        "rename_column",
        format!("The column {column} of {table} gets another name, and programs that use the old one fail at once. Add a new column, write both, and drop the old one later."),
    );
}

fn changes_type(column: &Column<'_, '_>, table: &str, found: &mut Found) {
    let not_null = if column.rest.has(&["NOT", "NULL"]) {
        " NULL fails, or becomes an empty text or 0 where the server is not strict."
    } else {
        ""
    };
    found.warn(
        "change_type",
        format!("{} is defined anew: values that don't fit fail or are cut, what the definition leaves out is lost, and the server may copy {table} while nobody can write to it.{not_null} Add a new column, copy in batches, and swap them.", column.name),
    );
}
