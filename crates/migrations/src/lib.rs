//! Migrations, as records and as text. Pure: no I/O, no clock.
//!
//! A migration's record becomes a [`Migration`]; [`checksum`] says what its `up` is; [`status`] puts the records of a catalog
//! beside the rows of a target's history; [`steps_up`] and [`steps_down`] choose what would run; [`lint`] says what a person should
//! know of a statement before it does.

mod checksum;
pub mod formats;
mod history;
mod lint;
mod migration;
mod read;
mod script;
mod select;
mod status;
mod words;

pub use checksum::checksum;
pub use connection_url::DatabaseType;
pub use history::{Direction, HistoryRow, RowState};
pub use lint::{Code, Lint, Warning, codes, lint};
pub use migration::{Migration, RecordFault, Side, Waiver};
pub use script::{Piece, join, split};
pub use select::{Pick, Refusal, steps_down, steps_up};
pub use status::{MigrationState, MigrationStatus, TargetStatus, status};
