//! What a run tells as it goes.

use migrations::{Direction, RowState};
use schema::Difference;

/// What a run tells, in order.
#[derive(Clone, PartialEq, Debug)]
pub enum RunnerEvent {
    /// The session is open.
    Connected {
        /// "PostgreSQL 15.18".
        server: String,
    },
    /// Another runner has the lock.
    Waiting {
        /// Who, as far as the server tells: "app@10.0.0.7, pid 4711, since 12 s".
        holder: String,
    },
    /// The live schema is not what the last run left.
    Drift {
        /// Object by object; from what was left to what is there.
        differences: Vec<Difference>,
    },
    /// A migration begins.
    MigrationStarted {
        /// Its tag.
        tag: String,
        /// Which way.
        direction: Direction,
        /// Its statements.
        statements: u32,
        /// The first that is sent, from 1.
        from: u32,
    },
    /// A check was asked.
    Checked {
        /// The migration's tag.
        tag: String,
        /// Whether it stands before the statements.
        before: bool,
        /// Which, from 1.
        check: u32,
        /// Whether it was true.
        passed: bool,
    },
    /// A statement goes out.
    StatementStarted {
        /// The migration's tag.
        tag: String,
        /// Which, from 1.
        statement: u32,
    },
    /// A statement is done.
    StatementDone {
        /// The migration's tag.
        tag: String,
        /// Which way.
        direction: Direction,
        /// Which, from 1.
        statement: u32,
        /// Of how many.
        statements: u32,
        /// How long it took.
        ms: f64,
        /// Rows that it changed.
        affected: Option<u64>,
        /// Notices and warnings of the server.
        notices: Vec<String>,
    },
    /// A migration ended.
    MigrationDone {
        /// Its tag.
        tag: String,
        /// Which way.
        direction: Direction,
        /// What the history says now.
        state: RowState,
        /// How long it took.
        ms: f64,
        /// Whether another runner had done it before: nothing was sent.
        already: bool,
        /// Whether it was a dry run: everything was taken back.
        dry_run: bool,
    },
}
