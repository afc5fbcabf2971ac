//! How the catalog fails. Each message says what to do, and names the file where one is meant.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::conflict::Conflict;
use crate::fault::Fault;

/// What kind of record is meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A product.
    Product,
    /// An environment of a product.
    Environment,
    /// A database of a product.
    Database,
    /// A database in one environment.
    EnvironmentConfig,
    /// A reusable operation of a database.
    Action,
    /// A versioned change of a database.
    Migration,
    /// A named secret.
    NamedSecret,
    /// A line of the activity list.
    Activity,
    /// The catalog as a whole.
    Catalog,
}

impl SubjectKind {
    /// The kind as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Environment => "environment",
            Self::Database => "database",
            Self::EnvironmentConfig => "environment_config",
            Self::Action => "action",
            Self::Migration => "migration",
            Self::NamedSecret => "named_secret",
            Self::Activity => "activity",
            Self::Catalog => "catalog",
        }
    }

    /// The kind from its JSON form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [
            Self::Product,
            Self::Environment,
            Self::Database,
            Self::EnvironmentConfig,
            Self::Action,
            Self::Migration,
            Self::NamedSecret,
            Self::Activity,
            Self::Catalog,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }

    /// The kind in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::EnvironmentConfig => "environment config",
            Self::NamedSecret => "named secret",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why the catalog did not do what was asked. Nothing is half done when one comes back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// No record goes by that name.
    #[error("There is no {} \"{name}\". Check the spelling, or list what there is.", kind.words())]
    NotFound {
        /// What was looked for.
        kind: SubjectKind,
        /// The tag, slug or id that was given.
        name: String,
    },
    /// The record changed since the revision that the change was made from.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// The input is wrong; every fault of it.
    #[error("{}", describe_faults(.0))]
    Validation(Vec<Fault>),
    /// The catalog was written by a later version of this program.
    #[error("{}", describe_newer(path, *found, *known, copy.as_deref()))]
    Newer {
        /// The catalog's file.
        path: PathBuf,
        /// The version it has.
        found: i64,
        /// The latest version known here.
        known: i64,
        /// The newest copy beside it that this program can open.
        copy: Option<PathBuf>,
    },
    /// The file is no catalog, or a broken one.
    #[error("{}", describe_damage(path, copies))]
    Damaged {
        /// The catalog's file.
        path: PathBuf,
        /// Copies that stand beside it, newest first.
        copies: Vec<PathBuf>,
    },
    /// Another program held the catalog for longer than we wait.
    #[error(
        "Another program has kept the catalog {} locked for too long. Close what else uses it (a copy, a backup, a database browser) and try again. Nothing was changed.",
        path.display()
    )]
    Locked {
        /// The catalog's file.
        path: PathBuf,
    },
    /// The keyring entries of a change were taken for leftovers, because it took so long.
    #[error(
        "Saving took so long that another run of Tapedeck cleared the new passwords away. Save again. Nothing was changed."
    )]
    Overtaken,
    /// The file or its folder may not be written.
    #[error(
        "The catalog {} can't be written. Give yourself write permission on the file and its folder, or choose another data folder. Nothing was changed.",
        path.display()
    )]
    ReadOnly {
        /// The catalog's file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error(
        "The disk that holds the catalog {} is full. Free some space and try again. Nothing was changed.",
        path.display()
    )]
    DiskFull {
        /// The catalog's file.
        path: PathBuf,
    },
    /// Reading or writing failed in another way.
    #[error(
        "The catalog {} can't be used: {reason}. Check the disk and the permissions of the folder, and try again.",
        path.display()
    )]
    Io {
        /// The catalog's file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl CatalogError {
    /// What the faces match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::Validation(_) => "validation",
            Self::Newer { .. } => "catalog_newer",
            Self::Damaged { .. } => "catalog_damaged",
            Self::Locked { .. } => "catalog_locked",
            Self::Overtaken => "overtaken",
            Self::ReadOnly { .. } => "catalog_read_only",
            Self::DiskFull { .. } => "disk_full",
            Self::Io { .. } => "io",
        }
    }

    /// Whether the same call may succeed later without anything else being changed.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(
            self,
            Self::Locked { .. } | Self::Overtaken | Self::DiskFull { .. } | Self::Io { .. }
        )
    }

    /// The faults of a [`CatalogError::Validation`]; empty for every other error.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Validation(faults) => faults,
            _ => &[],
        }
    }

    pub(crate) fn not_found(kind: SubjectKind, name: &str) -> Self {
        // A name of megabytes would make the message useless.
        let name = crate::rules::excerpt(name);
        Self::NotFound { kind, name }
    }
}

impl From<Fault> for CatalogError {
    fn from(fault: Fault) -> Self {
        Self::Validation(vec![fault])
    }
}

fn describe_faults(faults: &[Fault]) -> String {
    match faults {
        [] => "The input is not valid.".to_owned(),
        [fault] => fault.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}

fn describe_newer(path: &Path, found: i64, known: i64, copy: Option<&Path>) -> String {
    let path = path.display();
    let what = format!(
        "The catalog {path} was written by a newer Tapedeck (catalog version {found}; this one knows up to {known}). Nothing was changed."
    );
    match copy {
        Some(copy) => format!(
            "{what} Update Tapedeck to go on with it. Or go back to a copy that this version can open, {}: tapedeck catalog restore puts the newer catalog aside, with all that was changed since the copy was made.",
            copy.display()
        ),
        None => format!(
            "{what} There is no copy beside it that this version can open. Update Tapedeck, or start it with another data folder."
        ),
    }
}

fn describe_damage(path: &Path, copies: &[PathBuf]) -> String {
    let path = path.display();
    match copies.first() {
        Some(copy) => format!(
            "The catalog {path} is damaged or is not a Tapedeck catalog. It was left as it is. There is a copy of it, {}: tapedeck catalog restore puts the damaged file aside and goes back to that copy.",
            copy.display()
        ),
        None => format!(
            "The catalog {path} is damaged or is not a Tapedeck catalog. It was left as it is. Put it aside and restore it from your own backup, or start with an empty one by choosing another data folder."
        ),
    }
}
