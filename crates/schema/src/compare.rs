//! Two schemas, object by object.

use serde::Serialize;

use crate::{ObjectKey, Snapshot};

/// How an object differs, from left to right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the right has it.
    Added,
    /// Only the left has it.
    Removed,
    /// Both have it, with other attributes.
    Changed,
}

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which object.
    pub key: ObjectKey,
    /// How.
    pub change: Change,
    /// What it is on the left, for a person: one text, attributes that differ only where both have it.
    pub left: Option<String>,
    /// What it is on the right.
    pub right: Option<String>,
}

/// The differences, by object. What one of both does not cover is left out.
#[must_use]
pub fn compare(left: &Snapshot, right: &Snapshot) -> Vec<Difference> {
    let _ = (left, right);
    Vec::new()
}
