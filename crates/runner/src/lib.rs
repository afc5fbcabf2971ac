//! Applies migrations in a target, and keeps the target's own account of it.
//!
//! - [`read_history`] reads the account without a lock and without making it.
//! - [`run`] takes the lock, reads the account again, lets its caller choose what runs by what stands there *then*, and runs it.
//! - [`repair`], [`baseline`] and [`accept`] change the account, or finish what a crash left.
//!
//! Nothing here knows of catalogs, keyrings or guards: who may run what is decided above, in the `choose` of a run at the latest.

mod apply;
mod ask;
mod checks;
mod event;
mod history;
mod hold;
mod ledger;
mod lock;
mod repair;
mod run;
mod stepwise;
mod target;
mod transaction;
mod wording;

pub use event::RunnerEvent;
pub use history::{History, StoredSnapshot, read_history};
pub use repair::{accept, baseline, repair};
pub use run::{Chosen, RunReport, RunnerError, Situation, StepDone, run};
pub use target::{Limits, Repair, Scope, Target};
