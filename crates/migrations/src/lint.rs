//! What a person should know of a statement before it runs.
//!
//! The rules of SQL look at words, so that they hold for statements that no reader can read; what `sqlparser` makes of a statement
//! says which tables it touches and whether its filter spares any row. A statement that neither knows is told, and never refused.

mod codes;
mod mongodb;
mod mysql;
mod postgresql;
mod sql;
mod sqlite;

use std::collections::HashMap;

use connection_url::DatabaseType;
use templates::sql::Dialect;

pub use codes::{Code, codes};

use crate::{Direction, Migration};

/// A warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// Stable code, as `docs/migrations.md` lists them.
    pub code: &'static str,
    /// One or two plain sentences: what happens, and what to do instead.
    pub message: String,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// The statement, from 1; `None` for the whole migration.
    pub statement: Option<u32>,
    /// Why it is let pass.
    pub waived: Option<String>,
}

/// What is known of one statement.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lint {
    /// What a person should know. Those of the migration as a whole stand with its first statement.
    pub warnings: Vec<Warning>,
    /// The tables or collections that it touches, as written; those that the migration itself makes are left out.
    pub tables: Vec<String>,
    /// Whether a reader could read it.
    pub read: bool,
}

/// Looks at the statements of one direction. Waived warnings stay in the list, with their reason.
#[must_use]
pub fn lint(migration: &Migration, direction: Direction, database_type: DatabaseType) -> Vec<Lint> {
    let statements = match direction {
        Direction::Up => &migration.up,
        Direction::Down => &migration.down,
    };
    let mut made = Made {
        in_transaction: is_one_transaction(database_type) && !migration.no_transaction,
        ..Made::default()
    };
    let mut lints = Vec::with_capacity(statements.len());
    for (statement, number) in statements.iter().zip(1..) {
        let mut found = Found::default();
        match database_type {
            DatabaseType::Postgresql => {
                sql::look(statement, Dialect::Postgresql, &mut made, &mut found);
            }
            DatabaseType::Mysql => sql::look(statement, Dialect::Mysql, &mut made, &mut found),
            DatabaseType::Sqlite => sql::look(statement, Dialect::Sqlite, &mut made, &mut found),
            DatabaseType::Mongodb => mongodb::look(statement, &mut made, &mut found),
        }
        if !found.read {
            found.warn(
                "unread_statement",
                "The reader can't read this statement, so most rules were not applied to it. Look at it with care.",
            );
        }
        let mut lint = Lint {
            warnings: found.warnings,
            tables: found.tables,
            read: found.read,
        };
        for warning in &mut lint.warnings {
            warning.statement = Some(number);
        }
        lints.push(lint);
    }
    if let Some(first) = lints.first_mut() {
        first
            .warnings
            .splice(0..0, whole(migration, direction, database_type));
    }
    if direction == Direction::Up {
        for warning in lints.iter_mut().flat_map(|lint| &mut lint.warnings) {
            warning.waived = migration
                .waivers
                .iter()
                .find(|waiver| {
                    waiver.code == warning.code
                        && waiver.statement == warning.statement.unwrap_or_default()
                })
                .map(|waiver| waiver.reason.clone());
        }
    }
    lints
}

/// Whether the statements of a migration are one transaction, those that change the schema too.
const fn is_one_transaction(database_type: DatabaseType) -> bool {
    matches!(
        database_type,
        DatabaseType::Postgresql | DatabaseType::Sqlite
    )
}

/// What is to be said of the migration as a whole.
fn whole(migration: &Migration, direction: Direction, database_type: DatabaseType) -> Vec<Warning> {
    let mut found = Found::default();
    let statements = match direction {
        Direction::Up => migration.up.len(),
        Direction::Down => migration.down.len(),
    };
    if !is_one_transaction(database_type) && statements > 1 {
        found.warn(
            "not_atomic",
            "Each statement lasts as soon as it is done: where one fails, those before it stay applied, and the migration must be repaired. Small migrations are easier to mend.",
        );
    }
    if direction == Direction::Up && migration.down.is_empty() {
        found.warn(
            "no_down",
            "There is no way back: a rollback stops here. Write the statements that revert it.",
        );
    }
    found.warnings
}

/// What was found in one statement.
#[derive(Default)]
struct Found {
    warnings: Vec<Warning>,
    tables: Vec<String>,
    read: bool,
}

impl Found {
    fn add(&mut self, code: &'static str, message: String, destructive: bool) {
        if self.warnings.iter().all(|known| known.message != message) {
            self.warnings.push(Warning {
                code,
                message,
                destructive,
                statement: None,
                waived: None,
            });
        }
    }

    fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        let destructive = codes()
            .iter()
            .any(|known| known.code == code && known.destructive);
        self.add(code, message.into(), destructive);
    }

    /// A warning of a code that is destructive elsewhere, and not here.
    fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(code, message.into(), false);
    }

    fn touch(&mut self, table: &str, made: &Made) {
        if !made.has(table) && !self.tables.iter().any(|known| known == table) {
            self.tables.push(table.to_owned());
        }
    }
}

/// What the statements before this one made: nobody waits for a lock on it, and it has no rows of anyone.
#[derive(Default)]
struct Made {
    /// By their last part, in lowercase: the names as they were written.
    tables: HashMap<String, Vec<String>>,
    /// The table of an `ALTER TABLE` whose lock is held to the end of the transaction.
    locked: Option<String>,
    /// Whether the statements are one transaction.
    in_transaction: bool,
}

impl Made {
    fn add(&mut self, table: String) {
        self.tables
            .entry(last_part(&table))
            .or_default()
            .push(table);
    }

    /// Whether one of them has this name, as far as names tell: one without its schema could be in any.
    fn has(&self, table: &str) -> bool {
        self.tables.get(&last_part(table)).is_some_and(|made| {
            made.iter().any(|made| {
                !made.contains('.') || !table.contains('.') || made.eq_ignore_ascii_case(table)
            })
        })
    }
}

fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().to_lowercase()
}
