//! The journal of the keyring: which entries may be in the keyring without a record that names them.
//!
//! The rule that it keeps: every entry of the keyring is named by a record, by what undo would bring back, or by the
//! journal. An entry gets into the journal before it is written, and out of it in the transaction that makes a record
//! name it; when a record and undo let go of it, it gets into the journal in that transaction, and out of it when the
//! keyring has removed it. So a crash at any point leaves nothing that nobody knows of.

use jiff::Timestamp;

use crate::error::CatalogError;

/// The name of a keyring entry, without the catalog's id before it: `url/<id>` for a secret of a connection URL,
/// `named/<KEY>#<id>` for a value of a named secret.
pub type EntryName = String;

/// The name of the entry that a config's slot has by its id.
#[must_use]
pub fn url_entry(id: &str) -> EntryName {
    format!("url/{id}")
}

/// The name of the entry that a value of a named secret gets; `id` makes it another one than that of the value before.
#[must_use]
pub fn named_entry(key: &str, id: &str) -> EntryName {
    format!("named/{key}#{id}")
}

/// Why an entry stands in the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JournalState {
    /// A change is writing it. When nobody makes that change any more, it is to be removed.
    UnderWay,
    /// It is to be removed.
    Due,
    /// It is to be removed, and the keyring may yet do what it was asked before: a call that was given up is not
    /// called off by that.
    InDoubt,
}

impl JournalState {
    /// The state as it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Due => "due",
            Self::InDoubt => "in_doubt",
        }
    }

    /// The state from its stored form.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::UnderWay, Self::Due, Self::InDoubt]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalLine {
    /// The entry.
    pub entry: EntryName,
    /// Why it is here.
    pub state: JournalState,
    /// Since when.
    pub at: Timestamp,
}

/// The part of a catalog that remembers what is under way in the keyring.
pub trait KeyringJournal {
    /// Writes down entries that are about to be written to the keyring.
    fn begin_entries(&self, entries: &[EntryName]) -> Result<(), CatalogError>;

    /// The change that wrote them came to nothing: they are to be removed. Those that a record names by now stay.
    fn abandon_entries(
        &self,
        entries: &[EntryName],
        state: JournalState,
    ) -> Result<(), CatalogError>;

    /// Makes every entry that is under way since before `limit` one that is to be removed. The caller knows that
    /// nobody works on them any more.
    fn abandon_entries_before(&self, limit: Timestamp) -> Result<(), CatalogError>;

    /// Strikes out entries that the keyring does not have any more.
    fn settle_entries(&self, entries: &[EntryName]) -> Result<(), CatalogError>;

    /// The whole journal; nearly always empty.
    fn journal(&self) -> Result<Vec<JournalLine>, CatalogError>;
}
