//! The command line's grammar. Its help texts are the manual page as well.

mod activity;
mod discover;
mod migration;
mod secret;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use workbench::{Address, UrlReplacePart, url_format_words};

pub use activity::*;
pub use discover::*;
pub use migration::*;
pub use secret::*;

/// Your product's databases, every environment, one command.
#[derive(Parser)]
#[command(
    name = "tapedeck",
    version,
    max_term_width = 100,
    propagate_version = true,
    subcommand_required = true
)]
pub struct Arguments {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Args)]
pub struct Global {
    /// Where everything is kept [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "TAPEDECK_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON: one document, or one a line where results stream; errors as one object on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// The typed confirmation that a guard asks for: the database's tag
    #[arg(long, global = true, value_name = "TAG")]
    pub yes: Option<String>,
    /// Give up a connection test after this long
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Print nothing but results
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("give seconds, from 0.001 to 86400"),
    }
}

/// The nouns.
#[derive(Subcommand)]
pub enum Command {
    /// Products: groups of databases that ship together
    Product {
        /// What to do.
        #[command(subcommand)]
        verb: ProductVerb,
    },
    /// Environments of a product
    Env {
        /// What to do.
        #[command(subcommand)]
        verb: EnvVerb,
    },
    /// Databases of a product
    Db {
        /// What to do.
        #[command(subcommand)]
        verb: DbVerb,
    },
    /// Actions: reusable operations of a database
    Action {
        /// What to do.
        #[command(subcommand)]
        verb: ActionVerb,
    },
    /// Migrations: one history of a database, a head in each environment
    Migration {
        /// What to do.
        #[command(subcommand)]
        verb: MigrationVerb,
    },
    /// Connection URLs, from stdin to stdout
    Url {
        /// What to do.
        #[command(subcommand)]
        verb: UrlVerb,
    },
    /// Named secrets, for $Secret{NAME} in connection URLs
    Secret {
        /// What to do.
        #[command(subcommand)]
        verb: SecretVerb,
    },
    /// What was done, and taking it back
    Activity {
        /// What to do.
        #[command(subcommand)]
        verb: ActivityVerb,
    },
    /// The catalog's file
    Catalog {
        /// What to do.
        #[command(subcommand)]
        verb: CatalogVerb,
    },
    /// Test one connection, or every one of a product
    Test {
        /// PRODUCT/DATABASE@ENV, PRODUCT/DATABASE or PRODUCT
        target: Address,
        /// Only this environment
        #[arg(long, value_name = "ENV")]
        env: Option<String>,
    },
    /// Run a command with each database's real URL in TAG_DATABASE_URL
    Exec(ExecArguments),
    /// Start psql, mysql, mongosh or sqlite3 on a database
    Connect {
        /// PRODUCT/DATABASE@ENV
        target: Address,
    },
    /// Write a product to a file
    Export {
        /// The product's tag
        product: String,
        /// The file [default: stdout]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Secrets as well, encrypted under a passphrase
        #[arg(long, requires = "passphrase_stdin")]
        with_secrets: bool,
        /// Read the passphrase from stdin
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Merge a file into the catalog
    Import {
        /// The file, or - for stdin
        file: PathBuf,
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
        /// Read the passphrase of the secrets from stdin
        #[arg(long)]
        passphrase_stdin: bool,
        /// The product that a bare list of databases goes into
        #[arg(long, value_name = "TAG")]
        product: Option<String>,
    },
    /// Find the connections that other programs have here, and take over those that you choose
    Discover(DiscoverArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command
    #[command(hide = true)]
    Manual {
        /// Where the pages go
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// What a command opens connections to, and so needs the secrets of.
    pub fn connects_to(&self) -> Option<&Address> {
        match self {
            Command::Test { target, .. } | Command::Connect { target } => Some(target),
            Command::Exec(arguments) => Some(&arguments.target),
            Command::Action {
                verb: ActionVerb::Run(arguments),
            } => Some(&arguments.target),
            Command::Migration { verb } => verb.connects_to(),
            _ => None,
        }
    }
}

/// Verbs of `product`.
#[derive(Subcommand)]
pub enum ProductVerb {
    /// Make a product
    Create {
        /// Unique tag
        tag: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Free text
        #[arg(long)]
        description: Option<String>,
    },
    /// Make a sample product over files of this machine, to try everything without a server
    Sample,
    /// Every product
    List,
    /// One product with all in it
    Show {
        /// Its tag
        tag: String,
    },
    /// Change a product; what is not named stays
    Update {
        /// Its tag
        tag: String,
        /// New tag
        #[arg(long, value_name = "TAG")]
        new_tag: Option<String>,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// In which order environments get migrations: their slugs, or `off`, or `default` for development, staging, production
        #[arg(long, value_name = "ORDER", value_delimiter = ',')]
        promotion: Vec<String>,
        /// Refuse when the product is no longer at this revision
        #[arg(long)]
        revision: Option<u64>,
    },
    /// Delete a product with all in it
    Delete {
        /// Its tag
        tag: String,
        /// Make it final: no undo, and its passwords leave the keyring at once
        #[arg(long)]
        purge: bool,
    },
}

/// Verbs of `env`.
#[derive(Subcommand)]
pub enum EnvVerb {
    /// Make an environment
    Create {
        /// The product's tag
        product: String,
        /// Unique in the product: dev, stg, prd
        slug: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// development, staging or production [default: guessed from the slug]
        #[arg(long)]
        class: Option<String>,
        /// Free text
        #[arg(long)]
        description: Option<String>,
        /// Refuses to run anything
        #[arg(long)]
        inactive: bool,
    },
    /// A product's environments
    List {
        /// The product's tag
        product: String,
    },
    /// Change an environment; what is not named stays
    Update {
        /// The product's tag
        product: String,
        /// Its slug
        slug: String,
        /// New slug
        #[arg(long, value_name = "SLUG")]
        new_slug: Option<String>,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// development, staging or production
        #[arg(long)]
        class: Option<String>,
        /// New description; empty clears it
        #[arg(long)]
        description: Option<String>,
        /// New position of the column, from 0
        #[arg(long)]
        order: Option<i64>,
        /// Let it run things again
        #[arg(long, conflicts_with = "inactive")]
        active: bool,
        /// Refuse to run anything
        #[arg(long)]
        inactive: bool,
        /// Refuse when the environment is no longer at this revision
        #[arg(long)]
        revision: Option<u64>,
    },
    /// Delete an environment with its connections
    Delete {
        /// The product's tag
        product: String,
        /// Its slug
        slug: String,
    },
}

/// Verbs of `db`.
#[derive(Subcommand)]
pub enum DbVerb {
    /// Make a database from its record
    Create {
        /// The product's tag
        product: String,
        /// The record as JSON; - for stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Change a database by a patch; environment configs merge by slug
    Update {
        /// PRODUCT/DATABASE
        target: Address,
        /// The patch as JSON; - for stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// A product's databases
    List {
        /// The product's tag
        product: String,
    },
    /// One database
    Show {
        /// PRODUCT/DATABASE
        target: Address,
        /// With the real connection URLs
        #[arg(long)]
        reveal: bool,
    },
    /// Delete a database
    Delete {
        /// PRODUCT/DATABASE
        target: Address,
        /// Make it final: no undo, and its passwords leave the keyring at once
        #[arg(long)]
        purge: bool,
    },
    /// Remove a database's connection for one environment
    Unset {
        /// PRODUCT/DATABASE@ENV
        target: Address,
    },
    /// Compare two environments' connection URLs part by part; secrets only as same or different
    Compare {
        /// PRODUCT/DATABASE@ENV
        left: Address,
        /// The other environment
        #[arg(value_name = "ENV")]
        right: String,
    },
    /// Copy one environment's connection URL to others of the database
    CopyUrl(CopyUrlArguments),
}

/// Verbs of `action`.
#[derive(Subcommand)]
pub enum ActionVerb {
    /// Make an action from its record
    Create {
        /// PRODUCT/DATABASE
        target: Address,
        /// The record as JSON; - for stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// A database's actions, in their order
    List {
        /// PRODUCT/DATABASE
        target: Address,
    },
    /// One action
    Show {
        /// PRODUCT/DATABASE:ACTION
        target: Address,
    },
    /// Change an action by a patch; what is not named stays, null clears
    Update {
        /// PRODUCT/DATABASE:ACTION
        target: Address,
        /// The patch as JSON; - for stdin. With the fingerprint that `show` prints it is refused when the action changed since
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Delete an action
    Delete {
        /// PRODUCT/DATABASE:ACTION
        target: Address,
    },
    /// Copy an action; the copy follows it, with -copy behind its tag
    Duplicate {
        /// PRODUCT/DATABASE:ACTION
        target: Address,
    },
    /// Put a database's actions in another order; those not named follow
    Order {
        /// PRODUCT/DATABASE
        target: Address,
        /// Tags, in their new order
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
    },
    /// The inputs of an action, as a JSON Schema object with `data` and `filter`
    Inputs {
        /// PRODUCT/DATABASE:ACTION
        target: Address,
    },
    /// What a run would send, and where; nothing is sent
    Plan {
        /// PRODUCT/DATABASE:ACTION@ENV
        target: Address,
        /// The inputs as JSON, an object with `data` and `filter`; - for stdin
        #[arg(short, long, value_name = "FILE")]
        input: Option<PathBuf>,
    },
    /// Run an action. A write in staging or production needs --yes with the database's tag
    Run(ActionRunArguments),
}

/// Arguments of `action run`.
#[derive(Args)]
pub struct ActionRunArguments {
    /// PRODUCT/DATABASE:ACTION@ENV
    pub target: Address,
    /// The inputs as JSON, an object with `data` and `filter`; - for stdin
    #[arg(short, long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// How often a failure is tried again that is safe to try again
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub retries: u32,
    /// The most rows
    #[arg(long, value_name = "N", default_value_t = workbench::PAGE_ROWS)]
    pub limit: u32,
}

/// Arguments of `db copy-url`.
#[derive(Args)]
pub struct CopyUrlArguments {
    /// PRODUCT/DATABASE@ENV
    pub source: Address,
    /// The environments to copy to
    #[arg(required = true, value_name = "ENV")]
    pub envs: Vec<String>,
    /// Replace a text on the way; {env} in the new one is the environment that is copied to
    #[arg(long, value_name = "OLD=NEW", value_parser = replacement)]
    pub replace: Option<Replacement>,
    /// Where to replace
    #[arg(
        long = "in",
        value_name = "PART",
        value_delimiter = ',',
        default_values = ["host", "database", "user"]
    )]
    pub parts: Vec<ReplacePart>,
    /// The passwords too; without them each environment keeps its own
    #[arg(long)]
    pub with_secrets: bool,
    /// Only say what would be
    #[arg(long)]
    pub dry_run: bool,
}

/// What `--replace` looks for, and what takes its place.
#[derive(Clone, Default)]
pub struct Replacement {
    /// The old text.
    pub find: String,
    /// The new one.
    pub replace: String,
}

fn replacement(text: &str) -> Result<Replacement, &'static str> {
    match text.split_once('=') {
        Some((find, replace)) if !find.is_empty() => Ok(Replacement {
            find: find.to_owned(),
            replace: replace.to_owned(),
        }),
        _ => Err("write OLD=NEW"),
    }
}

/// A part of a URL in which `--replace` looks.
#[derive(Clone, Copy, ValueEnum)]
pub enum ReplacePart {
    /// Names and sockets of servers.
    Host,
    /// The database.
    Database,
    /// The user name.
    User,
    /// Values of options that are no secrets.
    Options,
}

impl From<ReplacePart> for UrlReplacePart {
    fn from(part: ReplacePart) -> Self {
        match part {
            ReplacePart::Host => Self::Host,
            ReplacePart::Database => Self::Database,
            ReplacePart::User => Self::User,
            ReplacePart::Options => Self::Options,
        }
    }
}

/// Verbs of `url`.
#[derive(Subcommand)]
pub enum UrlVerb {
    /// Take a URL apart
    Parse {
        /// mongodb, postgresql, mysql or sqlite [default: by the scheme]
        #[arg(long = "type", value_name = "TYPE")]
        database_type: Option<String>,
        /// With its secrets
        #[arg(long)]
        reveal: bool,
    },
    /// Replace every secret of a text by ***
    Redact,
    /// Make a URL of what `url parse --reveal` prints
    Build {
        /// mongodb, postgresql, mysql or sqlite
        #[arg(long = "type", value_name = "TYPE")]
        database_type: String,
        /// The parts as JSON; - for stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Write a URL in another form: JDBC, a command line, a line of a .env file, code
    Convert {
        /// The form
        #[arg(long = "to", value_name = "FORMAT", value_parser = PossibleValuesParser::new(url_format_words()))]
        form: String,
        /// mongodb, postgresql, mysql or sqlite [default: by the scheme]
        #[arg(long = "type", value_name = "TYPE")]
        database_type: Option<String>,
        /// With its secrets, in the forms that can hold them
        #[arg(long)]
        reveal: bool,
    },
    /// The options that an engine's URLs can have
    Options {
        /// mongodb, postgresql, mysql or sqlite
        #[arg(long = "type", value_name = "TYPE")]
        database_type: String,
        /// Only those with this word in their name or meaning
        #[arg(
            long,
            value_name = "WORD",
            default_value = "",
            hide_default_value = true
        )]
        search: String,
    },
    /// Say what is wrong with a URL, or with what was pasted as one, and how it can be mended
    Repair {
        /// mongodb, postgresql, mysql or sqlite [default: by the scheme]
        #[arg(long = "type", value_name = "TYPE")]
        database_type: Option<String>,
        /// Print the mended URL: the error's repair applied, and that of the warning or hint named CODE
        #[arg(long, value_name = "CODE", num_args = 0..=1, require_equals = true)]
        apply: Option<Option<String>>,
        /// With its secrets
        #[arg(long, requires = "apply")]
        reveal: bool,
    },
}

/// Arguments of `exec`.
#[derive(Args)]
pub struct ExecArguments {
    /// PRODUCT@ENV
    pub target: Address,
    /// Also put a database's URL in a variable of this name
    #[arg(long = "var", value_name = "NAME=DB")]
    pub variables: Vec<String>,
    /// The command, after --
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<std::ffi::OsString>,
}
