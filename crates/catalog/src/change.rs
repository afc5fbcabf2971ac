//! One mutation as a list of records before and after. Writing, history, conflicts and undo all work on this list,
//! so that each kind of mutation is only a way to make it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::SubjectKind;
use crate::journal::{EntryName, url_entry};
use crate::port::NamedSecret;
use crate::records::{Database, Environment, Product};

/// A record of any kind.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    Product(Product),
    Environment(Environment),
    Database(Database),
    NamedSecret(NamedSecret),
}

impl Record {
    pub(crate) fn kind(&self) -> SubjectKind {
        match self {
            Self::Product(_) => SubjectKind::Product,
            Self::Environment(_) => SubjectKind::Environment,
            Self::Database(_) => SubjectKind::Database,
            Self::NamedSecret(_) => SubjectKind::NamedSecret,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Product(record) => &record.id,
            Self::Environment(record) => &record.id,
            Self::Database(record) => &record.id,
            Self::NamedSecret(record) => &record.key,
        }
    }

    pub(crate) fn label(&self) -> &str {
        match self {
            Self::Product(record) => &record.tag,
            Self::Environment(record) => &record.slug,
            Self::Database(record) => &record.tag,
            Self::NamedSecret(record) => &record.key,
        }
    }

    pub(crate) fn revision(&self) -> u64 {
        match self {
            Self::Product(record) => record.revision,
            Self::Environment(record) => record.revision,
            Self::Database(record) => record.revision,
            Self::NamedSecret(record) => record.revision,
        }
    }

    pub(crate) fn set_revision(&mut self, revision: u64) {
        match self {
            Self::Product(record) => record.revision = revision,
            Self::Environment(record) => record.revision = revision,
            Self::Database(record) => record.revision = revision,
            Self::NamedSecret(record) => record.revision = revision,
        }
    }

    /// The keyring entries that the record uses.
    pub(crate) fn entries(&self) -> BTreeSet<EntryName> {
        match self {
            Self::Product(_) | Self::Environment(_) => BTreeSet::new(),
            Self::Database(record) => record
                .envs
                .iter()
                .flat_map(|config| config.secrets.values())
                .map(|id| url_entry(id))
                .collect(),
            Self::NamedSecret(record) => BTreeSet::from([record.entry.clone()]),
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

impl From<NamedSecret> for Record {
    fn from(record: NamedSecret) -> Self {
        Self::NamedSecret(record)
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
    pub(crate) fn released_entries(&self) -> BTreeSet<EntryName> {
        &entries_of(&self.before) - &entries_of(&self.after)
    }

    /// The keyring entries that the record uses from this change on.
    pub(crate) fn taken_entries(&self) -> BTreeSet<EntryName> {
        &entries_of(&self.after) - &entries_of(&self.before)
    }
}

fn entries_of(record: &Option<Record>) -> BTreeSet<EntryName> {
    record.as_ref().map(Record::entries).unwrap_or_default()
}
