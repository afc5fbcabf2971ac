//! Applies migrations in a target, and keeps the target's own account of it.
//!
//! - [`read_history`] reads the account without a lock and without making it.
//! - [`run`] takes the lock, reads the account again, lets its caller choose what runs by what stands there *then*, and runs it.
//! - [`repair`], [`baseline`] and [`accept`] change the account, or finish what a crash left.
//!
//! Nothing here knows of catalogs, keyrings or guards: who may run what is decided above, in the `choose` of a run at the latest.

mod event;
mod history;
mod run;
mod target;

pub use event::RunnerEvent;
pub use history::{History, StoredSnapshot, read_history};
pub use run::{
    Chosen, DriftFound, RunReport, RunnerError, Situation, StepDone, accept, baseline, repair, run,
};
pub use target::{Limits, Repair, Scope, Target};
