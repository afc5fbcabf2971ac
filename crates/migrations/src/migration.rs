//! The record of a migration, read.

use serde_json::{Map, Value};

/// One of a migration's lists of statements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// `value.up`
    Up,
    /// `value.down`
    Down,
    /// `checks.pre`
    Pre,
    /// `checks.post`
    Post,
}

/// A warning that somebody has looked at and lets pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The statement of `up`, from 1; 0 for a warning of the migration as a whole.
    pub statement: u32,
    /// The code of the warning.
    pub code: String,
    /// Why it is fine.
    pub reason: String,
}

/// A migration. Statements are texts as they are sent: SQL, or a MongoDB command as compact extended JSON whose keys keep their order.
#[derive(Clone, PartialEq, Debug)]
pub struct Migration {
    /// The catalog's id; empty for one that is in no catalog.
    pub id: String,
    /// Every field of the record, as it is kept.
    pub record: Map<String, Value>,
    /// Unique in its database.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// What is applied.
    pub up: Vec<String>,
    /// What reverts it; empty where there is no way back.
    pub down: Vec<String>,
    /// Whether it runs outside of a transaction.
    pub no_transaction: bool,
    /// Queries that must be true before it runs.
    pub pre: Vec<String>,
    /// Queries that must be true after it ran.
    pub post: Vec<String>,
    /// Warnings that are let pass.
    pub waivers: Vec<Waiver>,
}

/// What is wrong with a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordFault {
    /// The path of the field: `value.up[2]`.
    pub field: String,
    /// Stable code.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
    /// Which list.
    pub side: Option<Side>,
    /// The statement in it, from 1.
    pub statement: Option<u32>,
    /// The byte of that statement where it begins, where the fault has a place.
    pub at: Option<usize>,
}

impl Migration {
    /// [`crate::checksum`] of its `up`.
    #[must_use]
    pub fn checksum(&self) -> String {
        crate::checksum(&self.up)
    }
}
