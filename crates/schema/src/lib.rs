//! What a database's schema is: [`read`] from the server as a [`Snapshot`], fingerprinted, [`compare`]d object by object, and
//! [`mend`]ed by statements.
//!
//! - [`read`] asks each server's own catalogs, a fixed number of questions however many tables there are. What it notes is what a
//!   migration can change: nothing that data, statistics or the use of a sequence change.
//! - A [`Snapshot`] says what it covers, so that one from another version of the tool, or of a person who may see less, makes no drift.
//! - [`compare`] tells a removed table as one difference, not as fifty.
//! - [`mend`] writes statements in an order that runs, and says what it can't write.
//!
//! Invariants: names that begin with `_tapedeck_` are never seen here. A definition is the server's own text. Two objects never
//! share a name (`name.rs`). The same schema gives the same fingerprint, whoever reads it and whatever the session's settings are.

mod compare;
mod describe;
mod mend;
mod name;
mod read;
mod rows;
mod snapshot;

pub use compare::{Change, Difference, compare};
pub use mend::{Mend, mend};
pub use read::read;
pub use snapshot::{Covers, Object, ObjectKey, Snapshot, same};
