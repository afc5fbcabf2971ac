//! Migrations as they run: what is asked, what would be sent, what is told, and schemas, compared.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{GuardView, MigrationCell, MigrationCellError, MigrationStateView, PlanTarget};

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
