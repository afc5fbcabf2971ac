//! What a person should know of a statement before it runs.

mod codes;

use connection_url::DatabaseType;

pub use codes::{Code, codes};

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
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// The tables or collections that it touches, as written.
    pub tables: Vec<String>,
    /// Whether a reader could read it.
    pub read: bool,
}

/// Looks at the statements of one direction. Waived warnings stay in the list, with their reason.
#[must_use]
pub fn lint(
    migration: &crate::Migration,
    direction: crate::Direction,
    database_type: DatabaseType,
) -> Vec<Lint> {
    let _ = (migration, direction, database_type);
    Vec::new()
}
