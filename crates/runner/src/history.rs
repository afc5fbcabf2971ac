//! The account that a target keeps.

use engines::{RunError, Session};
use migrations::HistoryRow;
use schema::Snapshot;

use crate::Scope;
use crate::ledger::Ledger;

/// A schema that a run left.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredSnapshot {
    /// Its fingerprint.
    pub fingerprint: String,
    /// RFC 3339, by the server's clock.
    pub taken_at: String,
    /// `user@host` of the runner.
    pub by: String,
    /// The schema.
    pub snapshot: Snapshot,
}

/// What a target's account says.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    /// Whether there is one; it is made by the first run.
    pub exists: bool,
    /// The rows of the scope, oldest first.
    pub rows: Vec<HistoryRow>,
    /// The schema as the last run of anyone left it; `None` while a run is under way or after one that was killed, when there is none
    /// that could be compared with.
    pub snapshot: Option<StoredSnapshot>,
}

/// Reads the account: no lock is taken, and nothing is made. A person who may only read sees it too.
///
/// # Errors
/// As the session fails.
pub async fn read_history(
    session: &mut dyn Session,
    database_type: connection_url::DatabaseType,
    scope: &Scope,
) -> Result<History, RunError> {
    let (ledger, look) = Ledger::look(session, database_type).await?;
    let account = ledger.read(session, &look, scope).await?;
    Ok(account.history)
}
