//! What a run of an action tells and gives, and two of them compared, as a face sees them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::action_dto::ActionInputs;

/// A column of a result.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its type in the server's words.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// Where the time of a run went, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, TS)]
#[ts(export)]
pub struct RunTimings {
    /// Until the session was open.
    pub connect: f64,
    /// Until the head of the answer was there.
    pub server: f64,
    /// Until the last row of the page was there.
    pub transfer: f64,
}

/// What a run tells, in order.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum RunEvent {
    /// The session is open; the statement goes out.
    Connected {
        /// "PostgreSQL 15.18".
        server: String,
    },
    /// An attempt failed in a way that is safe to try again.
    Retrying {
        /// Which attempt comes next, from 2.
        attempt: u32,
        /// Why.
        code: String,
    },
    /// The answer begins.
    Columns {
        /// Its columns; none where it has no rows.
        columns: Vec<ColumnView>,
    },
    /// Some rows, in order.
    Rows {
        /// A list of rows, each a list of values.
        #[ts(type = "unknown[][]")]
        rows: Box<serde_json::value::RawValue>,
    },
}

/// How a page of a run ended.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RunPage {
    /// Rows of all pages so far.
    #[ts(type = "number")]
    pub rows: u64,
    /// Whether there are more rows at the server.
    pub more: bool,
    /// Rows or documents that were changed.
    #[ts(type = "number | null")]
    pub affected: Option<u64>,
    /// Keys that the server made.
    #[ts(type = "unknown[]")]
    pub generated_keys: Vec<Value>,
    /// Notices and warnings of the server.
    pub notices: Vec<String>,
    /// Where the time went.
    pub timings_ms: RunTimings,
    /// How often it was sent.
    pub attempts: u32,
}

/// A run that is remembered.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionRunView {
    /// Its id.
    pub id: String,
    /// The slug of its environment; null where that is gone.
    pub env: Option<String>,
    /// RFC 3339, when it ended.
    pub at: String,
    /// `window` or `cli`.
    pub origin: String,
    /// `done`, `failed` or `cancelled`.
    pub outcome: String,
    /// Why it failed.
    pub message: Option<String>,
    /// Rows of its first page.
    #[ts(type = "number | null")]
    pub rows: Option<u64>,
    /// Rows or documents that were changed.
    #[ts(type = "number | null")]
    pub affected: Option<u64>,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// How often it was sent.
    pub attempts: u32,
    /// Its values as JSON text, without what looks like a secret: `{"data": {…}, "filter": {…}}`.
    pub inputs: Option<String>,
}

/// A comparison that is asked for.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ActionCompareRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The action's id.
    pub action_id: String,
    /// The slug of one environment.
    pub left: String,
    /// That of the other.
    pub right: String,
    /// The values, the same for both.
    pub input: ActionInputs,
    /// The columns that identify a row; empty leaves it to the core (`id`, `_id`, …, else the whole row).
    #[serde(default)]
    pub key: Vec<String>,
}

/// Two results, row by row.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RowComparison {
    /// The columns of both.
    pub columns: Vec<ColumnView>,
    /// The columns that identified a row; none where the whole row did.
    pub key: Vec<String>,
    /// Rows that only the left has.
    #[ts(type = "unknown[][]")]
    pub only_left: Vec<Vec<Box<serde_json::value::RawValue>>>,
    /// Rows that only the right has.
    #[ts(type = "unknown[][]")]
    pub only_right: Vec<Vec<Box<serde_json::value::RawValue>>>,
    /// Rows that both have, with other cells.
    pub different: Vec<ComparedRow>,
    /// How many rows are the same.
    pub same: u32,
    /// Whether a side has more rows than were compared.
    pub truncated: bool,
}

/// A row that both results have, with other cells.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ComparedRow {
    /// Its cells on the left.
    #[ts(type = "unknown[]")]
    pub left: Vec<Box<serde_json::value::RawValue>>,
    /// Its cells on the right.
    #[ts(type = "unknown[]")]
    pub right: Vec<Box<serde_json::value::RawValue>>,
    /// Which cells differ, by their place.
    pub cells: Vec<u32>,
}
