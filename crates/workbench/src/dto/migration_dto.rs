//! Migrations, and where each environment is, as a face sees them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::catalog_dto::present;

/// The statements of a migration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationValue {
    /// What is applied: SQL texts, or MongoDB commands as objects.
    #[ts(type = "unknown[]")]
    pub up: Vec<Value>,
    /// What reverts it.
    #[serde(default)]
    #[ts(type = "unknown[]")]
    pub down: Vec<Value>,
}

/// Queries that must be true.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export)]
pub struct MigrationChecks {
    /// Before it runs.
    #[ts(type = "unknown[]")]
    pub pre: Vec<Value>,
    /// After it ran.
    #[ts(type = "unknown[]")]
    pub post: Vec<Value>,
}

/// A warning that somebody has looked at and lets pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationWaiver {
    /// The statement of `up`, from 1.
    pub statement: u32,
    /// The code of the warning.
    pub code: String,
    /// Why it is fine.
    pub reason: String,
}

/// A migration, as the interchange format has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationRecord {
    /// What people call it.
    pub name: String,
    /// Unique in its database.
    pub tag: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Its statements.
    pub value: MigrationValue,
    /// Its place in the list, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub position: Option<u32>,
    /// Whether it runs outside of a transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub no_transaction: Option<bool>,
    /// Queries that must be true before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub checks: Option<MigrationChecks>,
    /// Warnings that are let pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waivers: Option<Vec<MigrationWaiver>>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub created_at: Option<String>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub updated_at: Option<String>,
}

/// The texts of a migration in editors: scripts of SQL, or JSON lists of commands. Statements are told apart in Rust.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export)]
pub struct MigrationTexts {
    /// The statements of `up`.
    pub up: String,
    /// Those of `down`.
    pub down: String,
    /// The checks before.
    pub pre: String,
    /// The checks after.
    pub post: String,
}

/// A migration with what a face needs to change it.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationView {
    /// Stable id (UUIDv7); survives a rename.
    pub id: String,
    /// The id of its database.
    pub database_id: String,
    /// The record.
    pub record: MigrationRecord,
    /// Its statements as texts for editors.
    pub texts: MigrationTexts,
    /// SHA-256 over `up`.
    pub checksum: String,
    /// Another one whenever the record is another one; a patch says the one it was made from.
    pub fingerprint: String,
    /// What its statements say.
    pub check: MigrationCheck,
}

/// A migration to create, as an editor has it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationInput {
    /// What people call it.
    pub name: String,
    /// Unique in its database.
    pub tag: String,
    /// Free text.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// Its statements.
    pub texts: MigrationTexts,
    /// Whether it runs outside of a transaction.
    #[serde(default)]
    pub no_transaction: bool,
    /// Warnings that are let pass.
    #[serde(default)]
    pub waivers: Vec<MigrationWaiver>,
}

/// A patch of a migration: absent fields stay, null clears.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export, optional_fields)]
pub struct MigrationPatchInput {
    /// New name.
    pub name: Option<String>,
    /// New tag.
    pub tag: Option<String>,
    /// New description.
    #[serde(deserialize_with = "present")]
    #[ts(optional, type = "string | null")]
    pub description: Option<Option<String>>,
    /// New statements, all four lists.
    pub texts: Option<MigrationTexts>,
    /// Whether it runs outside of a transaction.
    pub no_transaction: Option<bool>,
    /// Warnings that are let pass.
    pub waivers: Option<Vec<MigrationWaiver>>,
    /// The fingerprint of the record it was made from.
    pub fingerprint: Option<String>,
    /// The database's tag, typed after the difference was seen: changes `up` of one that is applied somewhere.
    pub accept_checksum: Option<String>,
}

/// A migration in a list.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationSummary {
    /// Stable id.
    pub id: String,
    /// Unique in its database.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Its place in the list, from 1.
    pub position: u32,
    /// How many statements `up` has.
    pub statements: u32,
    /// Whether it can be reverted.
    pub has_down: bool,
    /// Whether it runs outside of a transaction.
    pub no_transaction: bool,
    /// Whether a statement of it can lose data or objects.
    pub destructive: bool,
    /// Warnings that nobody has waived.
    pub warnings: u32,
    /// SHA-256 over `up`.
    pub checksum: String,
}

/// Which list of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum MigrationSide {
    /// `value.up`
    Up,
    /// `value.down`
    Down,
    /// `checks.pre`
    Pre,
    /// `checks.post`
    Post,
}

/// What is typed in the editor of a migration.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationDraft {
    /// The id of its database.
    pub database_id: String,
    /// Its statements.
    pub texts: MigrationTexts,
    /// Whether it runs outside of a transaction.
    #[serde(default)]
    pub no_transaction: bool,
    /// Warnings that are let pass.
    #[serde(default)]
    pub waivers: Vec<MigrationWaiver>,
}

/// What the statements of a migration say. Sends nothing.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationCheck {
    /// What must be mended before it can be saved.
    pub faults: Vec<MigrationFault>,
    /// What a person should know before it runs; waived ones with their reason.
    pub warnings: Vec<MigrationWarning>,
    /// Where statements stand in the texts.
    pub statements: Vec<StatementSpan>,
    /// SHA-256 over `up`; absent while it has faults.
    pub checksum: Option<String>,
}

/// A fault of a migration.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationFault {
    /// Which list; absent for one of the whole record.
    pub side: Option<MigrationSide>,
    /// The statement in it, from 1.
    pub statement: Option<u32>,
    /// Code; stable.
    pub code: String,
    /// One plain sentence.
    pub message: String,
    /// Where it begins in that side's text, in UTF-16 units.
    pub start: Option<u32>,
    /// Where it ends.
    pub end: Option<u32>,
}

/// A warning of a migration.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationWarning {
    /// Which list.
    pub side: MigrationSide,
    /// The statement in it, from 1; absent for one of the whole migration.
    pub statement: Option<u32>,
    /// Code; stable, can be waived.
    pub code: String,
    /// What happens, and what to do instead.
    pub message: String,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// Why it is let pass.
    pub waived: Option<String>,
}

/// Where a statement stands in a text.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct StatementSpan {
    /// Which text.
    pub side: MigrationSide,
    /// Where it begins, in UTF-16 units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// How a migration stands in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MigrationStateView {
    /// Not in the target.
    Pending,
    /// Begun, and not ended.
    Started,
    /// In the target.
    Applied,
    /// Failed half way.
    Failed,
    /// Applied once, and reverted.
    RolledBack,
    /// In the target, and not in this catalog.
    Missing,
}

/// A migration in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MigrationStanding {
    /// Its tag.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// How it stands.
    pub state: MigrationStateView,
    /// RFC 3339, when it was last applied or reverted.
    pub applied_at: Option<String>,
    /// The catalog's checksum; the history's for a missing one.
    pub checksum: String,
    /// Whether the history has the same.
    pub checksum_matches: Option<bool>,
    /// Statements that are done for sure.
    pub statements_done: u32,
    /// Statements.
    pub statements: u32,
    /// Whether it is pending although a later one is applied.
    pub out_of_order: bool,
    /// `up` or `down`: which way it ran last.
    pub direction: Option<String>,
    /// The statement that was sent and not recorded as done, from 1.
    pub under_way: Option<u32>,
    /// `user@host`.
    pub by: Option<String>,
    /// How long it took.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// The version of Tapedeck that ran it.
    pub tool_version: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// Where a database is in an environment: a line of `tapedeck migration status`, and a cell of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MigrationCell {
    /// The cell's id.
    pub config_id: String,
    /// The database's id.
    pub database_id: String,
    /// Its tag.
    pub database: String,
    /// Slug of the environment.
    pub env: String,
    /// Tag of the last that is applied.
    pub head: Option<String>,
    /// Position of the head in the list; null where the catalog lacks it.
    pub head_position: Option<u32>,
    /// How many are pending.
    pub pending: u32,
    /// How many stopped half way.
    pub failed: u32,
    /// How many are in the target and not in this catalog.
    pub missing: u32,
    /// How many have another checksum there.
    pub changed: u32,
    /// Whether the schema is another one than the last run left; null where that is not known.
    pub drift: Option<bool>,
    /// RFC 3339, when this was read.
    pub checked_at: String,
    /// Each migration.
    pub migrations: Vec<MigrationStanding>,
    /// Why it could not be read; the rest is then what was last known, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<MigrationCellError>,
}

/// Why a cell could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MigrationCellError {
    /// Code; stable.
    pub code: String,
    /// What happened, and what to do.
    pub message: String,
}

/// What a refresh of the matrix is asked.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationStatusRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The product's id.
    pub product_id: String,
    /// Ids of the cells; absent means every configured cell of an active environment.
    #[serde(default)]
    #[ts(optional)]
    pub config_ids: Option<Vec<String>>,
    /// Whether the live schemas are read and compared too.
    #[serde(default)]
    pub drift: bool,
}

/// What a refresh tells, in any order.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum MigrationStatusEvent {
    /// A cell is being read.
    Started {
        /// The cell.
        config_id: String,
    },
    /// A cell was read, or could not be.
    Read {
        /// How it stands.
        cell: Box<MigrationCell>,
    },
}
