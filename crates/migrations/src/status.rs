//! The records of a catalog beside the rows of a target's history.

use serde::Serialize;

use crate::{Direction, HistoryRow, Migration};

/// How a migration stands in a target.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    /// In the catalog, and not in the target.
    Pending,
    /// Begun, and not ended: it runs, or its runner was killed.
    Started,
    /// In the target.
    Applied,
    /// Failed half way.
    Failed,
    /// Applied once, and reverted.
    RolledBack,
    /// In the target, and not in the catalog.
    Missing,
}

/// One migration in one target.
#[derive(Clone, PartialEq, Debug)]
pub struct MigrationStatus {
    /// Its tag.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// The catalog's id; `None` for a missing one.
    pub id: Option<String>,
    /// How it stands.
    pub state: MigrationState,
    /// The catalog's checksum; the history's for a missing one.
    pub checksum: String,
    /// Whether the history has the same; `None` where it has no row that counts.
    pub checksum_matches: Option<bool>,
    /// Statements of the last direction that are done for sure.
    pub statements_done: u32,
    /// Statements of that direction.
    pub statements: u32,
    /// Whether it is pending although a later one is applied.
    pub out_of_order: bool,
    /// Which way it ran last; `None` where it never did.
    pub direction: Option<Direction>,
    /// What the history says of it.
    pub row: Option<HistoryRow>,
}

/// How a target stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TargetStatus {
    /// The tag of the last in the list that is applied.
    pub head: Option<String>,
    /// How many are pending or rolled back.
    pub pending: u32,
    /// How many are failed or begun and not ended.
    pub failed: u32,
    /// Each, in the catalog's order; missing ones where their positions put them.
    pub migrations: Vec<MigrationStatus>,
}

/// Puts the records beside the rows. Rows are those of this database, whatever their order.
#[must_use]
pub fn status(migrations: &[Migration], rows: &[HistoryRow]) -> TargetStatus {
    let _ = (migrations, rows);
    TargetStatus::default()
}
