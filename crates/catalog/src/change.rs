//! One mutation as a list of records before and after. Writing, history, conflicts and undo all work on this list,
//! so that each kind of mutation is only a way to make it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::SubjectKind;
use crate::records::{Database, Environment, Product};

/// A record of any kind.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    Product(Product),
    Environment(Environment),
    Database(Database),
}

impl Record {
    pub(crate) fn kind(&self) -> SubjectKind {
        match self {
            Self::Product(_) => SubjectKind::Product,
            Self::Environment(_) => SubjectKind::Environment,
            Self::Database(_) => SubjectKind::Database,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Product(record) => &record.id,
            Self::Environment(record) => &record.id,
            Self::Database(record) => &record.id,
        }
    }

    pub(crate) fn label(&self) -> &str {
        match self {
            Self::Product(record) => &record.tag,
            Self::Environment(record) => &record.slug,
            Self::Database(record) => &record.tag,
        }
    }

    pub(crate) fn revision(&self) -> u64 {
        match self {
            Self::Product(record) => record.revision,
            Self::Environment(record) => record.revision,
            Self::Database(record) => record.revision,
        }
    }

    pub(crate) fn set_revision(&mut self, revision: u64) {
        match self {
            Self::Product(record) => record.revision = revision,
            Self::Environment(record) => record.revision = revision,
            Self::Database(record) => record.revision = revision,
        }
    }

    /// The keyring entries that the record uses.
    pub(crate) fn secret_ids(&self) -> BTreeSet<&str> {
        match self {
            Self::Product(_) | Self::Environment(_) => BTreeSet::new(),
            Self::Database(record) => record
                .envs
                .iter()
                .flat_map(|config| config.secrets.values())
                .map(String::as_str)
                .collect(),
        }
    }
}

impl From<Product> for Record {
    fn from(record: Product) -> Self {
        Self::Product(record)
    }
}

impl From<Environment> for Record {
    fn from(record: Environment) -> Self {
        Self::Environment(record)
    }
}

impl From<Database> for Record {
    fn from(record: Database) -> Self {
        Self::Database(record)
    }
}

/// A record before and after; one of the two is absent when it is made or deleted.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Change {
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Record>,
}

impl Change {
    pub(crate) fn created(after: impl Into<Record>) -> Self {
        Self {
            before: None,
            after: Some(after.into()),
        }
    }

    pub(crate) fn updated(before: impl Into<Record>, after: impl Into<Record>) -> Self {
        Self {
            before: Some(before.into()),
            after: Some(after.into()),
        }
    }

    pub(crate) fn deleted(before: impl Into<Record>) -> Self {
        Self {
            before: Some(before.into()),
            after: None,
        }
    }

    /// The record as it is now, or as it was.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// The keyring entries that only undoing this change would use again.
    pub(crate) fn released_secret_ids(&self) -> Vec<&str> {
        let ids = |record: &Option<Record>| -> BTreeSet<String> {
            record
                .iter()
                .flat_map(|record| record.secret_ids())
                .map(str::to_owned)
                .collect()
        };
        let after = ids(&self.after);
        self.before
            .iter()
            .flat_map(|record| record.secret_ids())
            .filter(|id| !after.contains(*id))
            .collect()
    }
}
