//! One run under the lock.

use engines::{EngineError, RunError};
use migrations::{Direction, Migration, Pick, Refusal, RowState};
use schema::{Difference, Snapshot};
use tokio_util::sync::CancellationToken;

use crate::{History, Repair, RunnerEvent, Target};

/// What a run finds once it has the lock.
pub struct Situation<'a> {
    /// The target's account, as it is now.
    pub history: &'a History,
    /// From the schema that the last run left to the one that is there; empty where there is none to compare with.
    pub drift: &'a [Difference],
}

/// What a run shall do.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// The migrations, in order.
    pub picks: Vec<Pick>,
    /// Runs everything in a transaction and takes it back; only where the engine's schema changes take part in transactions.
    pub dry_run: bool,
}

/// Drift that stands in the way.
#[derive(Clone, PartialEq, Debug)]
pub struct DriftFound {
    /// Object by object.
    pub differences: Vec<Difference>,
}

/// A migration that a run did.
#[derive(Clone, PartialEq, Debug)]
pub struct StepDone {
    /// Its tag.
    pub tag: String,
    /// Which way.
    pub direction: Direction,
    /// What the history says of it.
    pub state: RowState,
    /// Statements that are done for sure.
    pub statements_done: u32,
    /// Statements.
    pub statements: u32,
    /// How long it took.
    pub ms: f64,
}

/// What a run did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunReport {
    /// Each migration, the one that failed last.
    pub steps: Vec<StepDone>,
    /// The fingerprint of the schema that it left; `None` after a dry run, and where the schema could not be read.
    pub fingerprint: Option<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Why a run stopped. What was done before stands in its `report`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RunnerError {
    /// No session.
    #[error("{0}")]
    Connect(EngineError),
    /// Another runner has the lock, and kept it.
    #[error("{message}")]
    Locked {
        /// With the holder, and what to do.
        message: String,
        /// Who.
        holder: String,
    },
    /// The caller's choice, or the state of the account, says no. Nothing was sent.
    #[error("{0}")]
    Refused(Refusal),
    /// A check was not true. Of this migration nothing lasts that the engine can take back.
    #[error("{message}")]
    CheckFailed {
        /// Which, and what to do.
        message: String,
        /// The migration's tag.
        tag: String,
        /// What was done.
        report: RunReport,
    },
    /// A statement failed.
    #[error("{message}")]
    Statement {
        /// What happened, how much is applied, and what to do.
        message: String,
        /// The migration's tag.
        tag: String,
        /// The statement, from 1.
        statement: u32,
        /// The server's error.
        error: RunError,
        /// What was done.
        report: RunReport,
    },
    /// The account could not be read or written.
    #[error("{message}")]
    History {
        /// What happened, and what to do.
        message: String,
        /// The server's error.
        error: RunError,
        /// What was done.
        report: RunReport,
    },
    /// Cancelled between statements, or at the server.
    #[error("Cancelled.")]
    Cancelled {
        /// What was done.
        report: RunReport,
    },
}

/// Runs what `choose` picks once the lock is held.
///
/// # Errors
/// [`RunnerError`]; the account says the same.
pub async fn run(
    target: &Target<'_>,
    choose: impl FnOnce(&Situation<'_>) -> Result<Chosen, Refusal> + Send,
    events: &(dyn Fn(RunnerEvent) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let _ = (target, choose, events, cancel);
    Ok(RunReport::default())
}

/// Finishes what stopped half way: the one unfinished migration of the scope, which must be `tag` where that is given.
///
/// # Errors
/// [`RunnerError`].
pub async fn repair(
    target: &Target<'_>,
    tag: Option<&str>,
    repair: Repair,
    migrations: &[Migration],
    events: &(dyn Fn(RunnerEvent) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let _ = (target, tag, repair, migrations, events, cancel);
    Ok(RunReport::default())
}

/// Records migrations as applied without sending them, and takes the schema as it is.
///
/// # Errors
/// [`RunnerError`].
pub async fn baseline(
    target: &Target<'_>,
    migrations: &[Migration],
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let _ = (target, migrations, cancel);
    Ok(RunReport::default())
}

/// Takes the live schema as the one to compare with (`drift` accepted), or another checksum for an applied migration.
///
/// # Errors
/// [`RunnerError`].
pub async fn accept(
    target: &Target<'_>,
    checksums: &[Migration],
    snapshot: Option<Snapshot>,
    cancel: &CancellationToken,
) -> Result<(), RunnerError> {
    let _ = (target, checksums, snapshot, cancel);
    Ok(())
}
