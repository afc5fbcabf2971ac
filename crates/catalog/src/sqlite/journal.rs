//! The journal of the keyring in the file.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::SqliteCatalog;
use super::failure::Failure;
use super::history;
use super::rows::{all, timestamp};
use crate::change::Change;
use crate::error::CatalogError;
use crate::journal::{EntryName, JournalLine, JournalState, KeyringJournal};

impl KeyringJournal for SqliteCatalog {
    fn begin_entries(&self, entries: &[EntryName]) -> Result<(), CatalogError> {
        self.store
            .write(|transaction| put(transaction, entries, JournalState::UnderWay))
    }

    fn abandon_entries(
        &self,
        entries: &[EntryName],
        state: JournalState,
    ) -> Result<(), CatalogError> {
        self.store.write(|transaction| {
            let used = history::entries_in_use(transaction)?;
            let entries: Vec<EntryName> = entries
                .iter()
                .filter(|entry| !used.contains(*entry))
                .cloned()
                .collect();
            put(transaction, &entries, state)
        })
    }

    fn abandon_entries_before(&self, limit: Timestamp) -> Result<(), CatalogError> {
        self.store.write(|transaction| {
            transaction.execute(
                "UPDATE keyring_journal SET state = ?1 WHERE state = ?2 AND at < ?3",
                params![
                    JournalState::Due.as_str(),
                    JournalState::UnderWay.as_str(),
                    limit.as_millisecond()
                ],
            )?;
            Ok(())
        })
    }

    fn settle_entries(&self, entries: &[EntryName]) -> Result<(), CatalogError> {
        self.store.write(|transaction| {
            let mut delete =
                transaction.prepare_cached("DELETE FROM keyring_journal WHERE entry = ?1")?;
            for entry in entries {
                delete.execute([entry])?;
            }
            Ok(())
        })
    }

    fn journal(&self) -> Result<Vec<JournalLine>, CatalogError> {
        self.store.read(|transaction| lines(transaction))
    }
}

/// Writes lines, over those that are there.
pub(super) fn put(
    transaction: &Transaction<'_>,
    entries: &[EntryName],
    state: JournalState,
) -> Result<(), Failure> {
    let now = Timestamp::now().as_millisecond();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO keyring_journal (entry, state, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (entry) DO UPDATE SET state = excluded.state, at = excluded.at",
    )?;
    for entry in entries {
        insert.execute(params![entry, state.as_str(), now])?;
    }
    Ok(())
}

/// Strikes out the entries that a change makes a record name. Refused for one that is to be removed: it may be gone.
pub(super) fn strike(transaction: &Transaction<'_>, change: &Change) -> Result<(), Failure> {
    let mut find =
        transaction.prepare_cached("SELECT state FROM keyring_journal WHERE entry = ?1")?;
    let mut delete = transaction.prepare_cached("DELETE FROM keyring_journal WHERE entry = ?1")?;
    for entry in change.taken_entries() {
        let state: Option<String> = find.query_row([&entry], |row| row.get(0)).optional()?;
        match state.as_deref().map(JournalState::from_text) {
            None => {}
            Some(Some(JournalState::UnderWay)) => {
                delete.execute([&entry])?;
            }
            Some(Some(JournalState::Due | JournalState::InDoubt)) => {
                return Err(CatalogError::Overtaken.into());
            }
            Some(None) => return Err(Failure::BrokenValue),
        }
    }
    Ok(())
}

/// Writes down which of `entries` nothing uses any more, and says how many they are.
pub(super) fn let_go(
    transaction: &Transaction<'_>,
    entries: BTreeSet<EntryName>,
) -> Result<usize, Failure> {
    if entries.is_empty() {
        return Ok(0);
    }
    let used = history::entries_in_use(transaction)?;
    let unused: Vec<EntryName> = entries.difference(&used).cloned().collect();
    put(transaction, &unused, JournalState::Due)?;
    Ok(unused.len())
}

fn lines(connection: &Connection) -> Result<Vec<JournalLine>, Failure> {
    let sql = "SELECT entry, state, at FROM keyring_journal ORDER BY entry";
    all(connection, sql, [], |row| {
        let state: String = row.get(1)?;
        Ok(JournalLine {
            entry: row.get(0)?,
            state: JournalState::from_text(&state).ok_or(Failure::BrokenValue)?,
            at: timestamp(row.get(2)?)?,
        })
    })
}
