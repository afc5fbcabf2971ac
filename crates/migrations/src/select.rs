//! Which migrations a run would take, in which order, or why none.

use crate::{Direction, Migration, TargetStatus};

/// A migration that would run.
#[derive(Clone, PartialEq, Debug)]
pub struct Pick {
    /// The migration: the catalog's, or the history's where the catalog lacks it.
    pub migration: Migration,
    /// Its place in the list, from 1.
    pub position: u32,
    /// Which way.
    pub direction: Direction,
    /// The first statement that is sent, from 1; more than 1 where a part is done already.
    pub from: u32,
}

/// Why nothing can be chosen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable code: `unfinished` (one is failed or started and must be repaired first), `checksum_changed`, `out_of_order`,
    /// `not_applied`, `no_down`, `unknown_tag`, `missing` (rollback of one whose record cannot be read).
    pub code: &'static str,
    /// One plain sentence, with what to do.
    pub message: String,
    /// The migrations that it is about.
    pub tags: Vec<String>,
}

/// Those that are pending, in order, up to `to` (a tag) where given.
///
/// `accept_checksum` lets ones that are applied with another `up` be; `out_of_order` lets ones run that stand before applied ones.
///
/// # Errors
/// A [`Refusal`].
pub fn steps_up(
    migrations: &[Migration],
    status: &TargetStatus,
    to: Option<&str>,
    accept_checksum: bool,
    out_of_order: bool,
) -> Result<Vec<Pick>, Refusal> {
    let _ = (migrations, status, to, accept_checksum, out_of_order);
    Ok(Vec::new())
}

/// Those to revert, last first: the last `steps` applied ones, or all that come after `to` (a tag; `None` with `steps` absent is one).
///
/// # Errors
/// A [`Refusal`].
pub fn steps_down(
    migrations: &[Migration],
    status: &TargetStatus,
    to: Option<&str>,
    steps: Option<u32>,
) -> Result<Vec<Pick>, Refusal> {
    let _ = (migrations, status, to, steps);
    Ok(Vec::new())
}
