//! The activity list, and how long what it needs is kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::failure::Failure;
use super::rows::{all, timestamp};
use super::write::{self, Deed};
use crate::error::{CatalogError, SubjectKind};
use crate::fault::{Fault, FaultCode};
use crate::port::{Activity, Context, NamedSecret, Note, Origin};
use crate::rules;

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
pub(super) fn secret_ids_in_use(connection: &Connection) -> Result<BTreeSet<String>, Failure> {
    let ids = all(
        connection,
        "SELECT j.value FROM environment_configs c, json_each(c.secrets) j WHERE c.secrets <> '{}'
         UNION SELECT secret_id FROM released_secrets",
        [],
        |row| Ok(row.get(0)?),
    )?;
    Ok(ids.into_iter().collect())
}

pub(super) fn purge(
    transaction: &Transaction<'_>,
    older_than: Timestamp,
) -> Result<Vec<String>, Failure> {
    let limit = older_than.as_millisecond();
    let old = "(SELECT sequence FROM activities WHERE at < ?1)";
    let released: Vec<String> = all(
        transaction,
        &format!("SELECT DISTINCT secret_id FROM released_secrets WHERE activity IN {old}"),
        [limit],
        |row| Ok(row.get(0)?),
    )?;
    for table in ["released_secrets", "changes"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE activity IN {old}"),
            [limit],
        )?;
    }
    let used = secret_ids_in_use(transaction)?;
    Ok(released
        .into_iter()
        .filter(|id| !used.contains(id))
        .collect())
}

fn named_secret(row: &Row<'_>) -> Result<NamedSecret, Failure> {
    Ok(NamedSecret {
        key: row.get(0)?,
        created_at: timestamp(row.get(1)?)?,
        updated_at: timestamp(row.get(2)?)?,
    })
}

pub(super) fn named_secrets(connection: &Connection) -> Result<Vec<NamedSecret>, Failure> {
    let sql = "SELECT key, created_at, updated_at FROM named_secrets ORDER BY key";
    all(connection, sql, [], named_secret)
}

pub(super) fn put_named_secret(
    transaction: &Transaction<'_>,
    context: &Context,
    key: &str,
) -> Result<NamedSecret, Failure> {
    if !rules::is_secret_key(key) {
        return Err(Fault::new(
            "key",
            FaultCode::InvalidKey,
            "A key has 1 to 128 letters, digits, _, . and -, starts with a letter or _, and may end in @ and a slug.",
        )
        .into());
    }
    let now = context.timestamp().as_millisecond();
    transaction.execute(
        "INSERT INTO named_secrets (key, created_at, updated_at) VALUES (?1, ?2, ?2)
         ON CONFLICT (key) DO UPDATE SET updated_at = excluded.updated_at",
        params![key, now],
    )?;
    about_key(transaction, context, "set", "Set", key)?;
    let sql = "SELECT key, created_at, updated_at FROM named_secrets WHERE key = ?1";
    all(transaction, sql, [key], named_secret)?
        .pop()
        .ok_or(Failure::BrokenValue)
}

pub(super) fn remove_named_secret(
    transaction: &Transaction<'_>,
    context: &Context,
    key: &str,
) -> Result<(), Failure> {
    if transaction.execute("DELETE FROM named_secrets WHERE key = ?1", [key])? == 0 {
        return Err(CatalogError::not_found(SubjectKind::NamedSecret, key).into());
    }
    about_key(transaction, context, "delete", "Deleted", key)
}

fn about_key(
    transaction: &Transaction<'_>,
    context: &Context,
    verb: &str,
    did: &str,
    key: &str,
) -> Result<(), Failure> {
    let deed = Deed {
        verb,
        kind: SubjectKind::NamedSecret,
        id: key,
        label: key.to_owned(),
        summary: format!("{did} the named secret {key}"),
    };
    write::note(transaction, context, &deed)?;
    Ok(())
}
