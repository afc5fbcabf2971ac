//! The activity list, and how long what it needs is kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::failure::Failure;
use super::rows::{all, timestamp};
use super::write::{self, Deed};
use super::{journal, undo};
use crate::error::{CatalogError, SubjectKind};
use crate::journal::EntryName;
use crate::port::{Activity, Context, Note, Origin};

const ACTIVITY: &str = "SELECT sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary,
     undone_by IS NOT NULL, EXISTS (SELECT 1 FROM changes c WHERE c.activity = a.sequence) FROM activities a";

fn activity(row: &Row<'_>) -> Result<(i64, Activity), Failure> {
    let origin: String = row.get(3)?;
    let kind: String = row.get(5)?;
    let undone: bool = row.get(9)?;
    let has_changes: bool = row.get(10)?;
    let activity = Activity {
        id: row.get(1)?,
        at: timestamp(row.get(2)?)?,
        origin: Origin::from_text(&origin).ok_or(Failure::BrokenValue)?,
        verb: row.get(4)?,
        subject_kind: SubjectKind::from_text(&kind).ok_or(Failure::BrokenValue)?,
        subject_id: row.get(6)?,
        subject_label: row.get(7)?,
        summary: row.get(8)?,
        undoable: has_changes && !undone,
        undone,
    };
    Ok((row.get(0)?, activity))
}

/// One line, with its place in the list.
pub(super) fn find(connection: &Connection, id: &str) -> Result<(i64, Activity), Failure> {
    let sql = format!("{ACTIVITY} WHERE id = ?1");
    all(connection, &sql, [id], activity)?
        .pop()
        .ok_or_else(|| CatalogError::not_found(SubjectKind::Activity, id).into())
}

pub(super) fn list(
    connection: &Connection,
    limit: u32,
    before: Option<&str>,
) -> Result<Vec<Activity>, Failure> {
    let before = match before {
        Some(id) => find(connection, id)?.0,
        None => i64::MAX,
    };
    let sql = format!("{ACTIVITY} WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2");
    let lines = all(connection, &sql, params![before, limit], activity)?;
    Ok(lines.into_iter().map(|(_, activity)| activity).collect())
}

pub(super) fn note(
    transaction: &Transaction<'_>,
    context: &Context,
    note: &Note,
) -> Result<Activity, Failure> {
    let deed = Deed {
        verb: &note.verb,
        kind: note.subject_kind,
        id: &note.subject_id,
        label: note.subject_label.clone(),
        summary: note.summary.clone(),
    };
    Ok(write::note(transaction, context, &deed)?.1)
}

/// Every keyring entry that a record uses, or that undoing something would use again.
pub(super) fn entries_in_use(connection: &Connection) -> Result<BTreeSet<EntryName>, Failure> {
    let entries = all(
        connection,
        "SELECT 'url/' || j.value FROM environment_configs c, json_each(c.secrets) j WHERE c.secrets <> '{}'
         UNION SELECT entry FROM named_secrets
         UNION SELECT secret_id FROM released_secrets",
        [],
        |row| Ok(row.get(0)?),
    )?;
    Ok(entries.into_iter().collect())
}

pub(super) fn purge(
    transaction: &Transaction<'_>,
    older_than: Timestamp,
) -> Result<usize, Failure> {
    let old = all(
        transaction,
        "SELECT DISTINCT a.sequence FROM activities a JOIN changes c ON c.activity = a.sequence WHERE a.at < ?1",
        [older_than.as_millisecond()],
        |row| Ok(row.get(0)?),
    )?;
    end_undoability(transaction, &old)
}

pub(super) fn purge_deletion(
    transaction: &Transaction<'_>,
    activity_id: &str,
) -> Result<usize, Failure> {
    let (sequence, activity) = find(transaction, activity_id)?;
    // What was done to a record before its deletion can't be undone without undoing that first.
    let touched = all(
        transaction,
        "SELECT DISTINCT earlier.activity FROM changes deleted JOIN changes earlier ON earlier.record_id = deleted.record_id
         WHERE deleted.activity = ?1 AND deleted.after IS NULL",
        [sequence],
        |row| Ok(row.get(0)?),
    )?;
    if touched.is_empty() || !activity.undoable {
        return Err(undo::not_undoable(&activity).into());
    }
    end_undoability(transaction, &touched)
}

/// Forgets what undoing these activities needs, and writes down the keyring entries that only they would have used.
fn end_undoability(transaction: &Transaction<'_>, activities: &[i64]) -> Result<usize, Failure> {
    let mut released = BTreeSet::new();
    for activity in activities {
        let sql = "SELECT secret_id FROM released_secrets WHERE activity = ?1";
        released.extend(all(transaction, sql, [activity], |row| {
            Ok(row.get::<_, EntryName>(0)?)
        })?);
        for table in ["released_secrets", "changes"] {
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE activity = ?1"))?
                .execute([activity])?;
        }
    }
    journal::let_go(transaction, released)
}
