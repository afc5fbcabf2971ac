//! Where migrations run.

use std::time::Duration;

use connection_url::{ConnectionUrl, DatabaseType};

/// Whose history it is: one target can be shared by several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Tag of the product.
    pub product: String,
    /// Tag of the database.
    pub database: String,
    /// The catalog's id of the database.
    pub database_id: String,
}

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For connecting and logging in.
    pub connect: Duration,
    /// For waiting for another runner.
    pub runner_lock: Duration,
    /// For a statement's wait for the server's own locks (`lock_timeout`, `lock_wait_timeout`), so that a migration never queues
    /// behind traffic unseen.
    pub statement_lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            runner_lock: Duration::from_secs(60),
            statement_lock: Duration::from_secs(5),
        }
    }
}

/// A target.
pub struct Target<'a> {
    /// Its engine.
    pub database_type: DatabaseType,
    /// Its URL with its secrets in place.
    pub url: &'a ConnectionUrl,
    /// Whose history.
    pub scope: Scope,
    /// `user@host` of who runs.
    pub by: String,
    /// The version of Tapedeck.
    pub tool_version: String,
    /// Time limits.
    pub limits: Limits,
}

/// What to do with a migration that stopped half way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Repair {
    /// A person has looked: all of it is in the target.
    MarkApplied,
    /// A person has looked: none of it is in the target.
    MarkReverted,
    /// Sends what is not done yet, from the statement that failed.
    Resume,
    /// Takes back what is done, where the `down` has a statement for each of `up`.
    Undo,
}
