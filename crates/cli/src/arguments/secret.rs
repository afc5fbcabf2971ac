//! Verbs of `secret`.

use clap::Subcommand;

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
