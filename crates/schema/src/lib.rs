//! What a database's schema is: [`read`] from the server as a [`Snapshot`], fingerprinted, [`compare`]d object by object, and
//! [`mend`]ed by statements.

mod compare;
mod mend;
mod read;
mod snapshot;

pub use compare::{Change, Difference, compare};
pub use mend::{Mend, mend};
pub use read::read;
pub use snapshot::{Object, ObjectKey, Snapshot};
