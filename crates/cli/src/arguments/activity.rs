//! Verbs of `activity` and `catalog`.

use clap::Subcommand;

/// Verbs of `activity`.
#[derive(Subcommand)]
pub enum ActivityVerb {
    /// What was done, newest first
    List {
        /// The most lines
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Take back what an activity did; deletions too, for 30 days
    Undo {
        /// Its id, as list and delete print it
        id: String,
    },
    /// Make a deletion final: its passwords leave the keyring at once, and it can't be undone
    Purge {
        /// Its id, as list and delete print it
        id: String,
    },
}

/// Verbs of `catalog`.
#[derive(Subcommand)]
pub enum CatalogVerb {
    /// Go back to the newest whole copy of a catalog that can't be opened, because it is damaged or a newer version wrote it;
    /// the file is put aside, never removed
    Restore,
}
