//! Connection tests as a face sees them: the JSON of `tapedeck test`, and the events of a running one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ConfigInput;

/// The outcome of one test: one line of `tapedeck test --json`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestResult {
    /// Tag of the database.
    pub database: String,
    /// Slug of the environment.
    pub env: String,
    /// Whether every stage passed.
    pub connected: bool,
    /// Server version.
    pub version: Option<String>,
    /// Server product: "PostgreSQL", "MariaDB".
    pub server: Option<String>,
    /// Round trip of a trivial query, in milliseconds.
    pub latency_ms: Option<f64>,
    /// TLS of the connection; null without.
    pub tls: Option<TlsView>,
    /// The last stage reached: the one that failed, or `ready`.
    pub stage: String,
    /// Each stage with its time.
    pub stages: Vec<StageView>,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[ts(optional)]
    pub error: Option<TestError>,
    /// RFC 3339, when it ended.
    pub tested_at: String,
}

/// What a cell shows of its last test; the whole of it is asked for by cell.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct CellTest {
    /// Whether every stage passed.
    pub connected: bool,
    /// The last stage reached: the one that failed, or `ready`.
    pub stage: String,
    /// Round trip of a trivial query, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Server version.
    pub version: Option<String>,
    /// What failed, scrubbed of secrets.
    pub failure: Option<String>,
}

/// TLS of a connection.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TlsView {
    /// "TLSv1.3".
    pub version: String,
    /// Whether the certificate was verified.
    pub verified: bool,
}

/// A stage and its time.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StageView {
    /// `parse` `secret` `resolve` `tcp` `tls` `auth` `database` `ready`.
    pub stage: String,
    /// Milliseconds.
    pub ms: f64,
}

/// Why a test failed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestError {
    /// Code; stable.
    pub code: String,
    /// What happened, scrubbed of secrets.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// The server's own code (SQLSTATE, error number).
    pub server_code: Option<String>,
    /// Whether trying again may help.
    pub retryable: bool,
}

/// Which cells to test.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct TestRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The product's id.
    pub product_id: String,
    /// Ids of the cells; absent means every configured cell of an active environment.
    #[serde(default)]
    #[ts(optional)]
    pub config_ids: Option<Vec<String>>,
}

/// A test of what is typed in the editor, before it is saved.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftTestRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The product's id.
    pub product_id: String,
    /// The database whose stored secrets fill `***`; absent for one not yet created.
    #[serde(default)]
    #[ts(optional)]
    pub database_id: Option<String>,
    /// The engine.
    #[serde(rename = "type")]
    pub database_type: String,
    /// What is typed.
    pub config: ConfigInput,
}

/// What a running test tells, in order.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum TestEvent {
    /// A cell's test began.
    Started {
        /// The cell.
        config_id: String,
    },
    /// It reached a stage.
    Stage {
        /// The cell.
        config_id: String,
        /// The stage.
        stage: String,
    },
    /// It ended.
    Finished {
        /// The cell.
        config_id: String,
        /// Outcome.
        result: Box<TestResult>,
    },
    /// All ended.
    Done {
        /// How many connected.
        connected: u32,
        /// How many failed.
        failed: u32,
        /// How many were cancelled.
        cancelled: u32,
        /// How many were skipped: inactive environments.
        skipped: u32,
    },
}
