//! A row of the history that a target keeps.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which way a migration runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Its `up`.
    Up,
    /// Its `down`.
    Down,
}

/// What became of a migration in a target.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Its runner wrote this before the first statement and has not come back: it runs, or was killed.
    Started,
    /// All of `up` is in the target.
    Applied,
    /// A statement failed; those before it are in the target where the engine can't take them back.
    Failed,
    /// It was applied and all of `down` ran.
    RolledBack,
}

/// What a target's history says of one migration: the whole record, so that a catalog that lacks it can adopt it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Tag of the product.
    pub product: String,
    /// Tag of the database.
    pub database: String,
    /// Tag of the migration.
    pub tag: String,
    /// The catalog's id of the database, by which a renamed one is known again on the machine that renamed it.
    pub database_id: String,
    /// The catalog's id of the migration.
    pub migration_id: String,
    /// What people call it.
    pub name: String,
    /// Its place in the list, from 1.
    pub position: u32,
    /// The record of domain.md, `up` and `down` in it.
    pub record: Map<String, Value>,
    /// [`crate::checksum`] of its `up`.
    pub checksum: String,
    /// What became of it.
    pub state: RowState,
    /// Which way it ran last.
    pub direction: Direction,
    /// Statements of that direction that are done for sure.
    pub statements_done: u32,
    /// Statements of that direction.
    pub statements: u32,
    /// The statement, from 1, that was sent and not yet recorded as done: after a crash nobody knows of it.
    pub under_way: Option<u32>,
    /// RFC 3339, by the server's clock.
    pub started_at: String,
    /// RFC 3339, by the server's clock.
    pub finished_at: Option<String>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// `user@host` of the runner.
    pub by: String,
    /// The version of Tapedeck.
    pub tool_version: String,
    /// Why it failed, scrubbed.
    pub error: Option<String>,
}
