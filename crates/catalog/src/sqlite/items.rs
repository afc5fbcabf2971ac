//! Changes of one action or migration against the file.

use rusqlite::{Connection, Transaction};
use serde_json::{Map, Value};

use super::failure::Failure;
use super::rows;
use super::write::{self, Deed};
use crate::change::{Change, Record};
use crate::error::SubjectKind;
use crate::items::{self, Done, ItemChange, ItemDeed, ItemKind, fingerprint};
use crate::port::{Committed, Context};
use crate::records::Database;

/// How many states of a database are searched for the one that a change was made from.
const SEARCHED: u32 = 200;

pub(super) fn change_items(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    name: &str,
    kind: ItemKind,
    change: &ItemChange,
) -> Result<Committed<Database>, Failure> {
    let product = rows::find_product(transaction, product)?;
    let before = rows::find_database(transaction, &product.id, name)?;
    refuse_stale(transaction, &before, kind, change)?;
    let now = context.timestamp();
    let mut after = before.clone();
    let deed = items::apply(kind.of_mut(&mut after), kind, change, now)?;
    if after == before {
        return Ok(Committed {
            record: after,
            activity_id: None,
        });
    }
    after.revision += 1;
    after.updated_at = now;
    let address = format!("{}/{}", product.tag, after.tag);
    let summary = summary(kind, &address, &deed);
    let (subject, id, label) = match &deed.item {
        Some((id, tag)) => (kind.subject(), id.as_str(), format!("{address}:{tag}")),
        None => (SubjectKind::Database, after.id.as_str(), address),
    };
    let line = Deed {
        verb: deed.verb,
        kind: subject,
        id,
        label,
        summary,
    };
    let changed = Change::updated(before, after.clone());
    let activity = write::commit(transaction, context, &line, &[changed])?;
    Ok(Committed {
        record: after,
        activity_id: Some(activity.id),
    })
}

fn summary(kind: ItemKind, address: &str, deed: &ItemDeed) -> String {
    let noun = kind.subject().words();
    let tag = deed.item.as_ref().map_or("", |(_, tag)| tag.as_str());
    match &deed.done {
        Done::Made => format!("Made the {noun} {tag} of {address}"),
        Done::Deleted => format!("Deleted the {noun} {tag} of {address}"),
        Done::Ordered => format!("Ordered the {} of {address}", kind.list()),
        Done::Changed(fields) => format!(
            "Changed {} of the {noun} {tag} of {address}",
            write::some_of(fields.clone())
        ),
        Done::Renamed(from, fields) => {
            let also = if fields.is_empty() {
                String::new()
            } else {
                format!(", and changed its {}", write::some_of(fields.clone()))
            };
            format!("Renamed the {noun} {from} of {address} to {tag}{also}")
        }
    }
}

fn refuse_stale(
    connection: &Connection,
    database: &Database,
    kind: ItemKind,
    change: &ItemChange,
) -> Result<(), Failure> {
    let ItemChange::Replace {
        id,
        fields,
        expected: Some(expected),
    } = change
    else {
        return Ok(());
    };
    let current = kind.of(database).iter().find(|item| item.id == *id);
    let Some(current) = current.filter(|item| fingerprint(&item.fields) != *expected) else {
        // What is not there at all is told by the change itself.
        return Ok(());
    };
    let base = state_of(connection, database, kind, id, expected)?;
    Err(items::stale(kind, current, base.as_ref(), fields).into())
}

/// The item as it was when it had this fingerprint, while the history has it.
fn state_of(
    connection: &Connection,
    database: &Database,
    kind: ItemKind,
    id: &str,
    expected: &str,
) -> Result<Option<Map<String, Value>>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT before, after FROM changes WHERE record_id = ?1 ORDER BY activity DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(rusqlite::params![database.id, SEARCHED])?;
    while let Some(row) = rows.next()? {
        for column in 0..2 {
            let Some(text) = row.get::<_, Option<String>>(column)? else {
                continue;
            };
            let Record::Database(state) = serde_json::from_str(&text)? else {
                continue;
            };
            let found = kind
                .of(&state)
                .iter()
                .find(|item| item.id == id && fingerprint(&item.fields) == expected);
            if let Some(item) = found {
                return Ok(Some(item.fields.clone()));
            }
        }
    }
    Ok(None)
}
