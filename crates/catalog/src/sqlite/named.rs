//! Named secrets: their keys, and which keyring entry holds the value of each.

use rusqlite::{Connection, Row, Transaction, params};

use super::failure::Failure;
use super::rows::{all, timestamp};
use super::write::{self, Deed};
use crate::change::{Change, Record};
use crate::error::{CatalogError, SubjectKind};
use crate::fault::{Fault, FaultCode};
use crate::port::{Committed, Context, NamedSecret};
use crate::rules;

const NAMED_SECRET: &str = "SELECT key, entry, revision, created_at, updated_at FROM named_secrets";

fn named_secret(row: &Row<'_>) -> Result<NamedSecret, Failure> {
    let revision: i64 = row.get(2)?;
    Ok(NamedSecret {
        key: row.get(0)?,
        entry: row.get(1)?,
        revision: revision.unsigned_abs(),
        created_at: timestamp(row.get(3)?)?,
        updated_at: timestamp(row.get(4)?)?,
    })
}

pub(super) fn list(connection: &Connection) -> Result<Vec<NamedSecret>, Failure> {
    let sql = format!("{NAMED_SECRET} ORDER BY key");
    all(connection, &sql, [], named_secret)
}

/// One by its key, where there is one.
pub(super) fn find(connection: &Connection, key: &str) -> Result<Option<NamedSecret>, Failure> {
    let sql = format!("{NAMED_SECRET} WHERE key = ?1");
    Ok(all(connection, &sql, [key], named_secret)?.pop())
}

pub(super) fn put(
    transaction: &Transaction<'_>,
    context: &Context,
    key: &str,
    entry: &str,
) -> Result<Committed<NamedSecret>, Failure> {
    let change = setting(transaction, context, key, entry)?;
    commit(transaction, context, "set", "Set", change)
}

/// What setting a value changes, for a mutation that has more to change.
pub(super) fn setting(
    transaction: &Transaction<'_>,
    context: &Context,
    key: &str,
    entry: &str,
) -> Result<(NamedSecret, Change), Failure> {
    if !rules::is_secret_key(key) {
        return Err(Fault::new(
            "key",
            FaultCode::InvalidKey,
            "A key has 1 to 128 letters, digits, _, . and -, starts with a letter or _, and may end in @ and a slug.",
        )
        .into());
    }
    let before = find(transaction, key)?;
    // A key that was deleted and comes again goes on counting, so that no undo takes the one for the other.
    let latest: Option<i64> = transaction
        .prepare_cached(
            "SELECT max(max(coalesce(before_revision, 0), coalesce(after_revision, 0))) FROM changes
             WHERE record_id = ?1",
        )?
        .query_row([key], |row| row.get(0))?;
    let now = context.timestamp();
    let after = NamedSecret {
        key: key.to_owned(),
        entry: entry.to_owned(),
        revision: latest
            .unwrap_or_default()
            .unsigned_abs()
            .max(before.as_ref().map_or(0, |before| before.revision))
            + 1,
        created_at: before.as_ref().map_or(now, |before| before.created_at),
        updated_at: now,
    };
    let change = Change {
        before: before.map(Record::from),
        after: Some(after.clone().into()),
    };
    Ok((after, change))
}

pub(super) fn remove(
    transaction: &Transaction<'_>,
    context: &Context,
    key: &str,
) -> Result<Committed<NamedSecret>, Failure> {
    let Some(secret) = find(transaction, key)? else {
        return Err(CatalogError::not_found(SubjectKind::NamedSecret, key).into());
    };
    let change = Change::deleted(secret.clone());
    commit(transaction, context, "delete", "Deleted", (secret, change))
}

fn commit(
    transaction: &Transaction<'_>,
    context: &Context,
    verb: &str,
    did: &str,
    (record, change): (NamedSecret, Change),
) -> Result<Committed<NamedSecret>, Failure> {
    let deed = Deed {
        verb,
        kind: SubjectKind::NamedSecret,
        id: &record.key,
        label: record.key.clone(),
        summary: format!("{did} the named secret {}", record.key),
    };
    let activity = write::commit(transaction, context, &deed, &[change])?;
    Ok(Committed {
        record,
        activity_id: Some(activity.id),
    })
}

/// Writes the row.
pub(super) fn store(transaction: &Transaction<'_>, secret: &NamedSecret) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO named_secrets (key, entry, revision, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET entry = excluded.entry, revision = excluded.revision,
                 updated_at = excluded.updated_at",
        )?
        .execute(params![
            secret.key,
            secret.entry,
            i64::try_from(secret.revision).unwrap_or(i64::MAX),
            secret.created_at.as_millisecond(),
            secret.updated_at.as_millisecond(),
        ])?;
    Ok(())
}
