//! Statements that make one schema of another.

use connection_url::DatabaseType;

use crate::{Difference, Snapshot};

/// A statement that mends a difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mend {
    /// The statement: SQL, or a command as JSON.
    pub statement: String,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// What a person must look at.
    pub note: Option<String>,
}

/// The statements that make what is `right` like what is `left`, in an order that runs.
#[must_use]
pub fn mend(
    database_type: DatabaseType,
    left: &Snapshot,
    right: &Snapshot,
    differences: &[Difference],
) -> Vec<Mend> {
    let _ = (database_type, left, right, differences);
    Vec::new()
}
