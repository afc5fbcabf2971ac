//! The grammar of `tapedeck secret`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Verbs of `secret`.
#[derive(Subcommand)]
pub enum SecretVerb {
    /// Set a named secret; its value comes from stdin
    Set {
        /// KEY, or KEY@ENV for one environment
        name: String,
    },
    /// The named secrets, without values
    List,
    /// Delete a named secret
    Delete {
        /// KEY or KEY@ENV
        name: String,
        /// Make it final: no undo, and its passwords leave the keyring at once
        #[arg(long)]
        purge: bool,
    },
    /// Where passwords are kept; with a place, keep them there from now on
    Store(StoreArguments),
    /// Change the passphrase of the vault file
    Passphrase {
        /// Read the old and the new one from stdin, a line each
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Enter the passwords that this machine lacks, all in one go
    Enter(EnterArguments),
    /// Which credentials this machine lacks
    Check {
        /// Only this product
        product: Option<String>,
        /// Find and remove keyring entries that nothing uses
        #[arg(long)]
        orphans: bool,
        /// With --orphans: only list them
        #[arg(long, requires = "orphans")]
        dry_run: bool,
    },
}

/// Arguments of `secret store`.
#[derive(Args)]
pub struct StoreArguments {
    /// The place
    #[arg(value_enum)]
    pub place: Option<PlaceWord>,
    /// Leave what is in the old place there; passwords are then entered again
    #[arg(long, requires = "place", conflicts_with = "remove")]
    pub leave: bool,
    /// Remove what is in the old place; passwords are then entered again
    #[arg(long, requires = "place")]
    pub remove: bool,
    /// Read the passphrase of the vault file from stdin
    #[arg(long, requires = "place")]
    pub passphrase_stdin: bool,
}

/// A place for passwords.
#[derive(Clone, Copy, ValueEnum)]
pub enum PlaceWord {
    /// The system's keyring
    Keyring,
    /// A file under a passphrase, in the data folder
    Vault,
    /// Nowhere: ask each time
    Ask,
}

/// Arguments of `secret enter`.
#[derive(Args)]
pub struct EnterArguments {
    /// Only this product
    pub product: Option<String>,
    /// Only list what lacks, with the keys that a file needs
    #[arg(long, conflicts_with = "file")]
    pub list: bool,
    /// A JSON list of {"key", "value"}; - for stdin [default: asked for at the terminal]
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}
