//! Migrations, their plans, their runs and where each environment is, as a face sees them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::catalog_dto::present;
use super::{GuardView, PlanTarget};

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

/// What a run shall do in one environment of one database.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum MigrationDeed {
    /// Applies what is pending.
    Run {
        /// The last one, by tag; absent means all.
        #[serde(default)]
        #[ts(optional)]
        to: Option<String>,
    },
    /// Reverts.
    Rollback {
        /// The one that stays, by tag.
        #[serde(default)]
        #[ts(optional)]
        to: Option<String>,
        /// How many; one where neither is given.
        #[serde(default)]
        #[ts(optional)]
        steps: Option<u32>,
    },
    /// Applies what another environment has and this one lacks.
    Promote {
        /// Slug of the other.
        from: String,
    },
    /// Records those up to one as applied, without sending them.
    Baseline {
        /// The last one, by tag.
        at: String,
    },
    /// Finishes what stopped half way.
    Repair {
        /// The tag of the one that stopped; absent means the only one.
        #[serde(default)]
        #[ts(optional)]
        tag: Option<String>,
        /// How.
        how: MigrationRepair,
    },
}

/// How to finish what stopped half way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MigrationRepair {
    /// A person has looked: all of it is in the target.
    MarkApplied,
    /// A person has looked: none of it is in the target.
    MarkReverted,
    /// Sends what is not done yet.
    Resume,
    /// Takes back what is done.
    Undo,
}

/// Rules that a person sets aside for one run. Each is written in the activity list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(export)]
pub struct MigrationExceptions {
    /// An earlier environment may lack it.
    pub skip_order: bool,
    /// The schema may be another one than the last run left.
    pub accept_drift: bool,
    /// Applied ones may have been edited since.
    pub accept_checksum: bool,
}

/// A run, or its plan, that is asked for.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationRunRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The database's id.
    pub database_id: String,
    /// Slug of the environment.
    pub env: String,
    /// What to do.
    pub deed: MigrationDeed,
    /// Runs it and takes it back, where the engine can.
    #[serde(default)]
    pub dry_run: bool,
    /// What was typed to confirm: the database's tag.
    #[serde(default)]
    #[ts(optional)]
    pub confirm: Option<String>,
    /// Rules set aside.
    #[serde(default)]
    pub exceptions: MigrationExceptions,
}

/// What would run, and what stands in its way.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationPlan {
    /// The engine: "PostgreSQL".
    pub engine: String,
    /// Where it would run.
    pub target: PlanTarget,
    /// Slug of the environment that must have them first; absent for the first of the order.
    pub earlier_env: Option<String>,
    /// What would run, in order.
    pub steps: Vec<MigrationPlanStep>,
    /// What must be typed or clicked before it runs.
    pub guard: GuardView,
    /// What stands in the way.
    pub obstacles: Vec<MigrationObstacle>,
    /// The schema now and as the last run left it, where they differ.
    pub drift: Vec<SchemaDifference>,
    /// Whether a dry run is possible.
    pub dry_run: bool,
    /// What a person should know, in plain sentences.
    pub notes: Vec<String>,
}

/// A migration of a plan.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationPlanStep {
    /// Its tag.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// `up` or `down`.
    pub direction: String,
    /// The statements, exactly as they would be sent, in order.
    pub statements: Vec<String>,
    /// The first that is sent, from 1.
    pub from: u32,
    /// Whether they are one transaction.
    pub transaction: bool,
    /// Whether it can be reverted.
    pub has_down: bool,
    /// Checks before and after, as texts.
    pub checks: Vec<MigrationPlanCheck>,
    /// What a person should know.
    pub warnings: Vec<MigrationPlanWarning>,
    /// Tables it touches, with the rows that the server estimates.
    pub tables: Vec<MigrationTableEstimate>,
}

/// A check of a plan.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationPlanCheck {
    /// Whether it stands before the statements.
    pub before: bool,
    /// The query.
    pub query: String,
}

/// A warning of a plan.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationPlanWarning {
    /// Code; stable.
    pub code: String,
    /// What happens, and what to do instead.
    pub message: String,
    /// The statement, from 1; null for the whole migration.
    pub statement: Option<u32>,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// Why it is let pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waived: Option<String>,
}

/// A table with its estimated rows.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationTableEstimate {
    /// As the statement has it.
    pub table: String,
    /// What the server's statistics say; null where it has none.
    #[ts(type = "number | null")]
    pub rows: Option<u64>,
}

/// What stands in the way of a run.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationObstacle {
    /// `order` `drift` `checksum` `unfinished` `out_of_order` `no_down` `inactive` `missing` …
    pub code: String,
    /// One plain sentence, with what to do.
    pub message: String,
    /// The migrations that it is about.
    pub tags: Vec<String>,
    /// The exception that lets it pass: `skip_order`, `accept_drift`, `accept_checksum`; null where none does.
    pub exception: Option<String>,
}

/// What a run tells, in order. Of several targets, each event names its own.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
#[ts(export)]
pub enum MigrationRunEvent {
    /// A target's run begins.
    Target {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// "PostgreSQL 15.18".
        server: String,
    },
    /// Another runner has the lock.
    Waiting {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// Who.
        holder: String,
    },
    /// A migration begins.
    Begun {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// Its tag.
        tag: String,
        /// `up` or `down`.
        direction: String,
        /// Its statements.
        statements: u32,
        /// The first that is sent, from 1.
        from: u32,
    },
    /// A check was asked.
    Check {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// The migration's tag.
        tag: String,
        /// Whether it stands before the statements.
        before: bool,
        /// Which, from 1.
        check: u32,
        /// Whether it was true.
        passed: bool,
    },
    /// A statement is done.
    Statement {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// The migration's tag.
        tag: String,
        /// `up` or `down`.
        direction: String,
        /// Which, from 1.
        statement: u32,
        /// Of how many.
        statements: u32,
        /// How long it took.
        ms: f64,
        /// Rows that it changed.
        #[ts(type = "number | null")]
        affected: Option<u64>,
        /// Notices and warnings of the server.
        notices: Vec<String>,
    },
    /// A migration ended.
    Migration {
        /// Tag of the database.
        database: String,
        /// Slug of the environment.
        env: String,
        /// Its tag.
        tag: String,
        /// `up` or `down`.
        direction: String,
        /// How it stands now.
        state: MigrationStateView,
        /// Statements that are done for sure.
        statements_done: u32,
        /// Statements.
        statements: u32,
        /// How long it took.
        ms: f64,
        /// Whether another runner had done it before.
        already: bool,
        /// Whether everything was taken back.
        dry_run: bool,
    },
    /// A target's run ended.
    Done {
        /// How the cell stands now.
        cell: Box<MigrationCell>,
    },
}

/// How a run ended.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationRunReport {
    /// Tags of those that ran, in order.
    pub ran: Vec<String>,
    /// Whether everything was taken back.
    pub dry_run: bool,
    /// What a person should know.
    pub notes: Vec<String>,
    /// How the cell stands now.
    pub cell: MigrationCell,
}

/// Many targets, planned or run in one go in policy order, stopping at the first failure.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MigrationBatchRequest {
    /// Chosen by the caller, for cancelling.
    pub run_id: String,
    /// The product's id.
    pub product_id: String,
    /// Ids of the cells.
    pub config_ids: Vec<String>,
    /// What was typed to confirm, by the database's tag.
    #[serde(default)]
    pub confirm: Vec<String>,
    /// Rules set aside.
    #[serde(default)]
    pub exceptions: MigrationExceptions,
}

/// The plans of many targets, in the order they would run.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationBatchPlan {
    /// One a target.
    pub plans: Vec<MigrationBatchPlanItem>,
}

/// A target of a batch.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationBatchPlanItem {
    /// The cell.
    pub config_id: String,
    /// Tag of the database.
    pub database: String,
    /// Slug of the environment.
    pub env: String,
    /// Its plan, as it would be when those before it are done.
    pub plan: Option<MigrationPlan>,
    /// Why there is none.
    pub error: Option<MigrationCellError>,
}

/// A difference between two schemas.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SchemaDifference {
    /// The object's name.
    pub object: String,
    /// `table`, `column`, `index`, …
    pub kind: String,
    /// `added`, `removed` or `changed`, from left to right.
    pub change: String,
    /// What it is on the left.
    pub left: Option<String>,
    /// What it is on the right.
    pub right: Option<String>,
}

/// A statement that mends a difference.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SchemaMend {
    /// The statement.
    pub statement: String,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// What a person must look at.
    pub note: Option<String>,
}

/// Two schemas, compared.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SchemaComparison {
    /// What the left is: `dev`, or "as the last run left it, 2026-11-28".
    pub left: String,
    /// What the right is.
    pub right: String,
    /// Object by object.
    pub differences: Vec<SchemaDifference>,
    /// What would make the right like the left.
    pub mend: Vec<SchemaMend>,
    /// What would make the left like the right; empty where the left is no live schema.
    pub mend_left: Vec<SchemaMend>,
}

/// A folder of migrations of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum MigrationFormat {
    /// `20240101120000_name.up.sql` and `.down.sql`, or one file without a way back.
    Sqlx,
    /// `20240101120000_name.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// `V1__name.sql` and `U1__name.sql`.
    Flyway,
    /// `000001_name.up.sql` and `.down.sql`.
    GolangMigrate,
    /// `20240101120000-name.js`, with commands.
    MigrateMongo,
}

/// What an import of a folder would do, or did.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationImport {
    /// Migrations that come, in order.
    pub migrations: Vec<MigrationImportItem>,
    /// What was left out, and why, in plain sentences.
    pub notes: Vec<String>,
}

/// A migration of an import.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationImportItem {
    /// Its tag.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// Its statements up.
    pub up: u32,
    /// Its statements down.
    pub down: u32,
    /// Whether the catalog has it already; it is then left alone.
    pub exists: bool,
}

/// In which order environments get migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PromotionPolicy {
    /// Whether a later environment waits for the earlier ones.
    pub enforced: bool,
    /// The slugs, first to last; empty means by class, then as the columns stand.
    pub order: Vec<String>,
}
