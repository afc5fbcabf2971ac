//! The grammar of `migration`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use workbench::{Address, MigrationExceptions, MigrationFormat, MigrationRepair};

/// Verbs of `migration`.
#[derive(Subcommand)]
pub enum MigrationVerb {
    /// Make a migration from its record; it follows the others
    Create {
        /// PRODUCT/DATABASE
        target: Address,
        /// The record as JSON; - for stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the record of a new migration to fill in, with the next place and a tag of its name
    New {
        /// PRODUCT/DATABASE
        target: Address,
        /// What people call it
        name: String,
    },
    /// A database's migrations, in their order
    List {
        /// PRODUCT/DATABASE
        target: Address,
    },
    /// One migration
    Show {
        /// PRODUCT/DATABASE:MIGRATION
        target: Address,
    },
    /// Change a migration by a patch; what is not named stays, null clears
    Update {
        /// PRODUCT/DATABASE:MIGRATION
        target: Address,
        /// The patch as JSON; - for stdin. With the fingerprint that `show` prints it is refused when the migration changed since
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
        /// Change the statements of one that is applied somewhere, and give the targets its new checksum; needs --yes
        #[arg(long)]
        accept_checksum: bool,
    },
    /// Delete a migration that is applied nowhere
    Delete {
        /// PRODUCT/DATABASE:MIGRATION
        target: Address,
    },
    /// Put a database's migrations in another order; those that are applied somewhere keep their place
    Order {
        /// PRODUCT/DATABASE
        target: Address,
        /// Tags, in their new order
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Where each database is in each environment
    Status {
        /// PRODUCT, PRODUCT/DATABASE or PRODUCT/DATABASE@ENV
        target: Address,
        /// Only this environment
        #[arg(long, value_name = "ENV")]
        env: Option<String>,
        /// Read and compare the live schemas too
        #[arg(long)]
        drift: bool,
    },
    /// What a run would send, in order, and what stands in its way; nothing is sent but reads
    Plan(PlanArguments),
    /// Apply what is pending. Staging and production need --yes with the database's tag
    Run(RunArguments),
    /// Revert the last migration, or several, last first
    Rollback(RollbackArguments),
    /// Apply what another environment has and this one lacks
    Promote(PromoteArguments),
    /// Record migrations as applied without sending them
    Baseline {
        /// PRODUCT/DATABASE@ENV
        target: Address,
        /// The last one
        #[arg(long, value_name = "TAG")]
        at: String,
    },
    /// Finish a migration that stopped half way
    Repair(RepairArguments),
    /// Take a migration that a colleague applied, and this catalog lacks, from the history in the target
    Adopt {
        /// PRODUCT/DATABASE@ENV
        target: Address,
        /// Its tag
        tag: String,
    },
    /// The schemas of a database in two environments, object by object
    Diff {
        /// PRODUCT/DATABASE
        target: Address,
        /// The one environment
        left: String,
        /// The other
        right: String,
        /// Print the statements that make the second like the first
        #[arg(long)]
        mend: bool,
    },
    /// The live schemas beside those that the last runs left, object by object
    Drift {
        /// PRODUCT, PRODUCT/DATABASE or PRODUCT/DATABASE@ENV
        target: Address,
        /// Only this environment
        #[arg(long, value_name = "ENV")]
        env: Option<String>,
        /// Take the live schema as the one to compare with; for one PRODUCT/DATABASE@ENV
        #[arg(long)]
        accept: bool,
    },
    /// Take a folder of migrations of another tool into a database's list
    Import {
        /// PRODUCT/DATABASE
        target: Address,
        /// The folder
        folder: PathBuf,
        /// Whose it is
        #[arg(long, value_name = "TOOL")]
        format: FolderFormat,
        /// Only say what would come
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a database's migrations to a folder, as another tool has them
    Export {
        /// PRODUCT/DATABASE
        target: Address,
        /// The folder; it is made where there is none
        folder: PathBuf,
        /// For which tool
        #[arg(long, value_name = "TOOL")]
        format: FolderFormat,
        /// Only say which files would be written
        #[arg(long)]
        dry_run: bool,
    },
}

impl MigrationVerb {
    /// Whether it hears Ctrl-C itself, to end at the server what it does there.
    pub const fn hears_itself(&self) -> bool {
        matches!(
            self,
            Self::Run(_)
                | Self::Rollback(_)
                | Self::Promote(_)
                | Self::Baseline { .. }
                | Self::Repair(_)
        )
    }

    /// What it opens connections to.
    pub const fn connects_to(&self) -> Option<&Address> {
        match self {
            Self::Status { target, .. }
            | Self::Baseline { target, .. }
            | Self::Adopt { target, .. }
            | Self::Diff { target, .. }
            | Self::Drift { target, .. } => Some(target),
            Self::Plan(arguments) => Some(&arguments.target),
            Self::Run(arguments) => Some(&arguments.target),
            Self::Rollback(arguments) => Some(&arguments.target),
            Self::Promote(arguments) => Some(&arguments.target),
            Self::Repair(arguments) => Some(&arguments.target),
            _ => None,
        }
    }
}

/// Rules that are set aside for one run; each needs --yes, and is written in the activity list.
#[derive(Args, Clone, Copy)]
pub struct Exceptions {
    /// Run what an earlier environment lacks, or what stands before applied ones; needs --yes
    #[arg(long)]
    pub skip_order: bool,
    /// Run although the schema is another one than the last run left; needs --yes
    #[arg(long)]
    pub accept_drift: bool,
    /// Run although applied migrations were edited since; needs --yes
    #[arg(long)]
    pub accept_checksum: bool,
}

impl From<Exceptions> for MigrationExceptions {
    fn from(given: Exceptions) -> Self {
        Self {
            skip_order: given.skip_order,
            accept_drift: given.accept_drift,
            accept_checksum: given.accept_checksum,
        }
    }
}

/// Arguments of `migration plan`.
#[derive(Args)]
pub struct PlanArguments {
    /// PRODUCT/DATABASE@ENV
    pub target: Address,
    /// The last one that would be applied; with --rollback the one that stays
    #[arg(long, value_name = "TAG")]
    pub to: Option<String>,
    /// What a rollback would send
    #[arg(long)]
    pub rollback: bool,
    /// With --rollback: how many
    #[arg(long, value_name = "N", requires = "rollback", conflicts_with = "to")]
    pub steps: Option<u32>,
    /// Rules that would be set aside.
    #[command(flatten)]
    pub exceptions: Exceptions,
}

/// Arguments of `migration run`.
#[derive(Args)]
pub struct RunArguments {
    /// PRODUCT/DATABASE@ENV
    pub target: Address,
    /// The last one to apply [default: all that are pending]
    #[arg(long, value_name = "TAG")]
    pub to: Option<String>,
    /// Run all of it in a transaction and take it back, where the engine can
    #[arg(long)]
    pub dry_run: bool,
    /// Rules that are set aside.
    #[command(flatten)]
    pub exceptions: Exceptions,
}

/// Arguments of `migration rollback`.
#[derive(Args)]
pub struct RollbackArguments {
    /// PRODUCT/DATABASE@ENV
    pub target: Address,
    /// The one that stays: all that came after it are reverted
    #[arg(long, value_name = "TAG", conflicts_with = "steps")]
    pub to: Option<String>,
    /// How many to revert [default: 1]
    #[arg(long, value_name = "N")]
    pub steps: Option<u32>,
    /// Run all of it in a transaction and take it back, where the engine can
    #[arg(long)]
    pub dry_run: bool,
    /// Rules that are set aside.
    #[command(flatten)]
    pub exceptions: Exceptions,
}

/// Arguments of `migration promote`.
#[derive(Args)]
pub struct PromoteArguments {
    /// PRODUCT/DATABASE
    pub target: Address,
    /// The environment that has them
    pub from: String,
    /// The environment that gets them
    pub to: String,
    /// Run all of it in a transaction and take it back, where the engine can
    #[arg(long)]
    pub dry_run: bool,
    /// Rules that are set aside.
    #[command(flatten)]
    pub exceptions: Exceptions,
}

/// Arguments of `migration repair`.
#[derive(Args)]
pub struct RepairArguments {
    /// PRODUCT/DATABASE@ENV; with :MIGRATION before @ENV only that one
    pub target: Address,
    /// How.
    #[command(flatten)]
    pub how: How,
}

/// How to repair.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct How {
    /// You have looked: all of it is in the target, or none of it
    #[arg(long, value_name = "STATE")]
    pub mark: Option<Mark>,
    /// Send what is not done yet, from the statement that failed
    #[arg(long)]
    pub resume: bool,
    /// Take back what is done
    #[arg(long)]
    pub undo: bool,
}

impl How {
    /// The repair that was asked for.
    pub fn repair(&self) -> MigrationRepair {
        match self.mark {
            Some(Mark::Applied) => MigrationRepair::MarkApplied,
            Some(Mark::Reverted) => MigrationRepair::MarkReverted,
            None if self.undo => MigrationRepair::Undo,
            None => MigrationRepair::Resume,
        }
    }
}

/// What a person saw in the target.
#[derive(Clone, Copy, ValueEnum)]
pub enum Mark {
    /// All of it is there.
    Applied,
    /// None of it is there.
    Reverted,
}

/// Whose folder it is.
#[derive(Clone, Copy, ValueEnum)]
pub enum FolderFormat {
    /// sqlx-cli
    Sqlx,
    /// dbmate
    Dbmate,
    /// Flyway
    Flyway,
    /// golang-migrate
    GolangMigrate,
    /// migrate-mongo
    MigrateMongo,
}

impl From<FolderFormat> for MigrationFormat {
    fn from(format: FolderFormat) -> Self {
        match format {
            FolderFormat::Sqlx => Self::Sqlx,
            FolderFormat::Dbmate => Self::Dbmate,
            FolderFormat::Flyway => Self::Flyway,
            FolderFormat::GolangMigrate => Self::GolangMigrate,
            FolderFormat::MigrateMongo => Self::MigrateMongo,
        }
    }
}
