//! What the dialects of SQL share.

use templates::sql::{self, Dialect, Verb, WritingFunctions};

use super::{Found, Made, mysql, postgresql, sqlite};
use crate::words::{Cursor, Words};

/// Looks at one statement.
pub(super) fn look(statement: &str, dialect: Dialect, made: &mut Made, found: &mut Found) {
    let tokens = sql::lex(statement, dialect).unwrap_or_default();
    let reading = sql::parse(statement, &tokens, dialect);
    found.read = reading.is_some();
    let words = Words::of(statement, dialect);
    let known = head(words.cursor(), dialect, made, found);
    found.read |= known;
    // What a routine does, it does when it is called.
    let defines = words.0.first().is_some_and(|word| word.is("CREATE"))
        && sql::may_have_body(statement, &tokens, dialect);
    if !defines {
        rows(statement, dialect, made, found);
    }
}

/// Goes by the first words; whether they said all that is to be known.
fn head(mut at: Cursor<'_, '_>, dialect: Dialect, made: &mut Made, found: &mut Found) -> bool {
    if at.eat("DROP") {
        return drops(at, dialect, made, found);
    }
    if at.eat("TRUNCATE") {
        let _ = at.eat("TABLE");
        let _ = at.eat("ONLY");
        let tables = at.names();
        for table in &tables {
            if !made.has(table) {
                found.warn(
                    "truncate",
                    format!("Every row of {table} goes. Make a copy first, or delete what is no longer needed in batches."),
                );
            }
            found.touch(table, made);
        }
        cascade(&at, found);
        return true;
    }
    match dialect {
        Dialect::Postgresql => postgresql::head(at, made, found),
        Dialect::Mysql => mysql::head(at, made, found),
        Dialect::Sqlite => sqlite::head(at, made, found),
    }
}

/// What stands after `DROP`.
fn drops(mut at: Cursor<'_, '_>, dialect: Dialect, made: &Made, found: &mut Found) -> bool {
    let mysql = dialect == Dialect::Mysql;
    if at.eat("TEMPORARY") {
        return true;
    }
    let _ = at.eat("FOREIGN") || at.eat("MATERIALIZED");
    let Some(kind) = at.eat_any(&[
        "TABLE", "VIEW", "INDEX", "SCHEMA", "DATABASE", "TYPE", "DOMAIN",
    ]) else {
        let kind = at.next().map(|word| word.text.to_lowercase());
        found.warn(
            "drop_object",
            format!(
                "A {} is dropped, and what uses it fails. Make sure that nothing does any more.",
                kind.unwrap_or_default()
            ),
        );
        cascade(&at, found);
        return true;
    };
    let concurrently = at.eat("CONCURRENTLY");
    let _ = at.if_exists();
    let names = at.names();
    for name in &names {
        match kind {
            "TABLE" if made.has(name) => {}
            "TABLE" => {
                found.warn(
                    "drop_table",
                    format!("The table {name} is dropped with its rows. Take a copy first; where programs may still use it, rename it and drop it later."),
                );
                found.touch(name, made);
            }
            "VIEW" if made.has(name) => {}
            "VIEW" => found.warn(
                "drop_view",
                format!("The view {name} is dropped, and queries that use it fail. Make sure that nothing does any more."),
            ),
            "INDEX" => found.warn(
                "drop_index",
                format!("The index {name} is dropped, and the queries that use it read whole tables. Look at its use in the server's statistics first."),
            ),
            "SCHEMA" if !mysql => found.warn(
                "drop_schema",
                format!("The schema {name} is dropped. Make sure that nothing in it is needed."),
            ),
            "SCHEMA" | "DATABASE" => found.warn(
                "drop_database",
                format!("The database {name} is dropped with everything in it. A migration should not do that."),
            ),
            _ => found.warn(
                "drop_type",
                format!("The type {name} is dropped. Make sure that no column and no function has it."),
            ),
        }
    }
    if mysql
        && kind == "INDEX"
        && at.eat("ON")
        && let Some(table) = at.name()
    {
        found.touch(&table, made);
    }
    let postgresql = dialect == Dialect::Postgresql;
    if postgresql && kind == "INDEX" {
        if concurrently {
            postgresql::outside_only("DROP INDEX CONCURRENTLY", made, found);
        } else {
            found.note(
                "exclusive_lock",
                "DROP INDEX waits for everything that uses the table, and all that comes after waits for it. Use DROP INDEX CONCURRENTLY in a migration of its own with no_transaction.",
            );
        }
    }
    if postgresql && kind == "DATABASE" {
        postgresql::outside_only("DROP DATABASE", made, found);
    }
    cascade(&at, found);
    true
}

/// `CASCADE` at the end.
pub(super) fn cascade(at: &Cursor<'_, '_>, found: &mut Found) {
    if at.has(&["CASCADE"]) {
        found.warn(
            "cascade",
            "CASCADE takes everything with it that depends on this, also what was made since this was written. Name what shall go.",
        );
    }
}

/// What a statement does to rows, as the reader of actions sees it.
fn rows(statement: &str, dialect: Dialect, made: &Made, found: &mut Found) {
    let seen = sql::read_statement(statement, &WritingFunctions::of(dialect));
    for table in &seen.tables {
        found.touch(table, made);
    }
    let changes = seen
        .verbs
        .iter()
        .any(|verb| matches!(verb, Verb::Update | Verb::Delete));
    let truncates = found.warnings.iter().any(|one| one.code == "truncate");
    if !changes || truncates {
        return;
    }
    let all_made = !seen.tables.is_empty() && seen.tables.iter().all(|table| made.has(table));
    if seen.unfiltered && !all_made {
        let why = seen
            .notes
            .iter()
            .find(|note| note.contains("every row"))
            .map_or("It reaches every row.", String::as_str);
        found.warn(
            "unfiltered_write",
            format!("{why} Add a WHERE, or waive this where every row is meant."),
        );
    }
    if let Some(locked) = made.locked.as_ref().filter(|_| !all_made) {
        found.warn(
            "backfill_after_alter",
            format!("The lock that ALTER TABLE took on {locked} is held while these rows are changed. Change them in a migration of its own."),
        );
    }
}

/// What is written of a column: the name, then its type and the rest.
pub(super) struct Column<'w, 'a> {
    pub name: String,
    pub rest: Cursor<'w, 'a>,
}

impl<'w, 'a> Column<'w, 'a> {
    pub fn read(mut at: Cursor<'w, 'a>) -> Option<Self> {
        let _ = at.eat("COLUMN");
        let _ = at.if_exists();
        Some(Self {
            name: at.name()?,
            rest: at,
        })
    }

    /// Whether rows that are there must have a value in it, and none is given.
    pub fn lacks_value(&self) -> bool {
        let required = self.rest.has(&["NOT", "NULL"]) || self.rest.has(&["PRIMARY", "KEY"]);
        let filled = ["DEFAULT", "GENERATED", "AS", "AUTO_INCREMENT", "IDENTITY"]
            .iter()
            .any(|word| self.rest.has(&[word]));
        required && !filled
    }
}
