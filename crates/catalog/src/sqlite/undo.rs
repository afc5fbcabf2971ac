//! Undo: the changes of an activity the other way round, refused where any record moved on since.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::Value;

use super::failure::Failure;
use super::history;
use super::mutations::refresh_slugs;
use super::named;
use super::rows::{self, Scope};
use super::write::{self, Deed};
use crate::change::{Change, Record};
use crate::conflict::{self, Conflict, FieldChange};
use crate::error::{CatalogError, SubjectKind};
use crate::fault::{Fault, FaultCode};
use crate::items::{self, ItemKind};
use crate::merge;
use crate::port::{Activity, Context};
use crate::records::{DatabaseItem, Environment};

/// What an activity left and what it found.
struct Past {
    before: Option<Record>,
    after: Option<Record>,
}

pub(super) fn undo(
    transaction: &Transaction<'_>,
    context: &Context,
    activity_id: &str,
) -> Result<Activity, Failure> {
    let (sequence, activity) = history::find(transaction, activity_id)?;
    if !activity.undoable {
        return Err(not_undoable(&activity).into());
    }
    let past = read_past(transaction, sequence)?;
    let mut changes = Vec::new();
    for past in &past {
        let change = match item_kind(&activity) {
            Some(kind) => reverse_items(transaction, past, kind, context)?,
            None => None,
        };
        changes.push(match change {
            Some(change) => change,
            None => reverse(transaction, past, context)?,
        });
    }
    let environments = environments_after(transaction, &changes)?;
    for change in &mut changes {
        if let Some(record) = &mut change.after {
            refresh_slugs(record, &environments);
        }
    }
    refuse_taken_names(transaction, &changes)?;
    refuse_missing_parents(transaction, &changes, &environments)?;
    refuse_used(transaction, &changes)?;
    let deed = Deed {
        verb: "undo",
        kind: activity.subject_kind,
        id: &activity.subject_id,
        label: activity.subject_label.clone(),
        summary: format!("Undid: {}", activity.summary),
    };
    let undone = write::commit(transaction, context, &deed, &changes)?;
    transaction
        .prepare_cached("UPDATE activities SET undone_by = ?2 WHERE sequence = ?1")?
        .execute(params![sequence, undone.id])?;
    Ok(undone)
}

/// The refusal of what was undone already, or is too old.
pub(super) fn not_undoable(activity: &Activity) -> CatalogError {
    CatalogError::Conflict(Box::new(Conflict {
        kind: SubjectKind::Activity,
        id: activity.id.clone(),
        label: activity.subject_label.clone(),
        current_revision: None,
        base_revision: None,
        base_known: false,
        current_fingerprint: None,
        changes: Vec::new(),
    }))
}

fn read_past(connection: &Connection, sequence: i64) -> Result<Vec<Past>, Failure> {
    let parse = |text: Option<String>| -> Result<Option<Record>, Failure> {
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    };
    rows::all(
        connection,
        "SELECT before, after FROM changes WHERE activity = ?1 ORDER BY position",
        [sequence],
        |row| {
            Ok(Past {
                before: parse(row.get(0)?)?,
                after: parse(row.get(1)?)?,
            })
        },
    )
}

/// The record as it is now, by its id.
fn current(connection: &Connection, of: &Record) -> Result<Option<Record>, Failure> {
    let found = match of {
        Record::Product(product) => rows::products(connection)?
            .into_iter()
            .find(|found| found.id == product.id)
            .map(Record::Product),
        Record::Environment(environment) => {
            rows::environments(connection, &environment.product_id)?
                .into_iter()
                .find(|found| found.id == environment.id)
                .map(Record::Environment)
        }
        Record::Database(database) => rows::databases(connection, Scope::Database(&database.id))?
            .pop()
            .map(Record::Database),
        Record::NamedSecret(secret) => {
            named::find(connection, &secret.key)?.map(Record::NamedSecret)
        }
    };
    Ok(found)
}

fn reverse(connection: &Connection, past: &Past, context: &Context) -> Result<Change, Failure> {
    let Some(known) = past.after.as_ref().or(past.before.as_ref()) else {
        return Err(Failure::BrokenValue);
    };
    let now = current(connection, known)?;
    match (&now, &past.after) {
        (Some(now), Some(after)) if now.revision() == after.revision() => {}
        (None, None) => {}
        (Some(now), after) => {
            let base = after.as_ref();
            let revision = base.map_or(0, Record::revision);
            return Err(conflict::stale(now, revision, base, past.before.as_ref()).into());
        }
        (None, Some(after)) => return Err(gone(after).into()),
    }
    let mut restored = past.before.clone();
    if let Some(record) = &mut restored {
        // A revision is never used twice: a window that still shows the old one must find that it is stale.
        let latest = now.as_ref().map_or(record.revision(), Record::revision);
        record.set_revision(latest.max(record.revision()) + 1);
        let at = context.timestamp();
        match record {
            Record::Product(record) => record.updated_at = at,
            Record::Environment(record) => record.updated_at = at,
            Record::Database(record) => record.updated_at = at,
            Record::NamedSecret(record) => record.updated_at = at,
        }
    }
    Ok(Change {
        before: now,
        after: restored,
    })
}

/// What a change of one item was about.
fn item_kind(activity: &Activity) -> Option<ItemKind> {
    match activity.subject_kind {
        SubjectKind::Action => Some(ItemKind::Action),
        SubjectKind::Migration => Some(ItemKind::Migration),
        _ => None,
    }
}

/// The change of one item the other way round, whatever happened to its database and to other items since; `None` where
/// the item itself moved on.
fn reverse_items(
    connection: &Connection,
    past: &Past,
    kind: ItemKind,
    context: &Context,
) -> Result<Option<Change>, Failure> {
    let (Some(Record::Database(before)), Some(Record::Database(after))) =
        (&past.before, &past.after)
    else {
        return Ok(None);
    };
    let Some(now) = rows::databases(connection, Scope::Database(&after.id))?.pop() else {
        return Ok(None);
    };
    let Some(items) = items::revert(kind.of(before), kind.of(after), kind.of(&now)) else {
        return Ok(None);
    };
    for (index, item) in items.iter().enumerate() {
        let taken = |other: &DatabaseItem| other.tag() == item.tag();
        if items.iter().take(index).any(taken) {
            return Err(merge::duplicate_tag(item.tag()).into());
        }
    }
    let mut restored = now.clone();
    *kind.of_mut(&mut restored) = items;
    restored.revision += 1;
    restored.updated_at = context.timestamp();
    Ok(Some(Change::updated(now, restored)))
}

fn gone(record: &Record) -> CatalogError {
    CatalogError::Conflict(Box::new(Conflict {
        kind: record.kind(),
        id: record.id().to_owned(),
        label: record.label().to_owned(),
        current_revision: None,
        base_revision: Some(record.revision()),
        base_known: true,
        current_fingerprint: None,
        changes: Vec::new(),
    }))
}

/// Every environment that there will be, of the products that the changes touch.
fn environments_after(
    connection: &Connection,
    changes: &[Change],
) -> Result<Vec<Environment>, Failure> {
    let mut product_ids: Vec<&str> = changes
        .iter()
        .filter_map(Change::record)
        .filter_map(product_id)
        .collect();
    product_ids.sort_unstable();
    product_ids.dedup();
    let mut environments = Vec::new();
    for id in product_ids {
        environments.extend(rows::environments(connection, id)?);
    }
    for change in changes {
        if let Some(Record::Environment(before)) = &change.before {
            environments.retain(|environment| environment.id != before.id);
        }
        if let Some(Record::Environment(after)) = &change.after {
            environments.push(after.clone());
        }
    }
    environments.sort_by(|one, other| (one.order, &one.id).cmp(&(other.order, &other.id)));
    Ok(environments)
}

/// The product that a record is or stands in; a named secret stands in none.
fn product_id(record: &Record) -> Option<&str> {
    match record {
        Record::Product(record) => Some(&record.id),
        Record::Environment(record) => Some(&record.product_id),
        Record::Database(record) => Some(&record.product_id),
        Record::NamedSecret(_) => None,
    }
}

/// A tag or slug that something else took meanwhile.
fn refuse_taken_names(connection: &Connection, changes: &[Change]) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for record in changes.iter().filter_map(|change| change.after.as_ref()) {
        match record {
            Record::Product(record) => {
                if rows::tag_taken(connection, None, &record.tag, &record.id)? {
                    faults.push(merge::duplicate_tag(&record.tag));
                }
            }
            Record::Environment(record) => {
                let taken = rows::environments(connection, &record.product_id)?
                    .iter()
                    .any(|other| other.slug == record.slug && other.id != record.id);
                if taken {
                    faults.push(merge::duplicate_slug(&record.slug));
                }
            }
            Record::Database(record) => {
                let product = Some(record.product_id.as_str());
                if rows::tag_taken(connection, product, &record.tag, &record.id)? {
                    faults.push(merge::duplicate_tag(&record.tag));
                }
            }
            // A key that was set again meanwhile is another revision, which `reverse` refused.
            Record::NamedSecret(_) => {}
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.into())
    }
}

/// A product or environment that the restored record needs and that was deleted meanwhile.
fn refuse_missing_parents(
    connection: &Connection,
    changes: &[Change],
    environments: &[Environment],
) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for record in changes.iter().filter_map(|change| change.after.as_ref()) {
        let Some(id) = product_id(record) else {
            continue;
        };
        let restored = changes.iter().any(
            |change| matches!(&change.after, Some(Record::Product(product)) if product.id == id),
        );
        let exists = restored
            || connection
                .prepare_cached("SELECT 1 FROM products WHERE id = ?1")?
                .query_row([id], |_| Ok(()))
                .optional()?
                .is_some();
        if !exists {
            return Err(CatalogError::not_found(SubjectKind::Product, id).into());
        }
        if let Record::Database(database) = record {
            for config in &database.envs {
                if !environments
                    .iter()
                    .any(|known| known.id == config.environment_id)
                {
                    faults.push(Fault::new(
                        format!("envs[{}].slug", config.slug),
                        FaultCode::UnknownEnvironment,
                        "This environment was deleted meanwhile. Undo its deletion first.",
                    ));
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.into())
    }
}

/// Undoing the making of a record that others stand in by now would take them along.
fn refuse_used(connection: &Connection, changes: &[Change]) -> Result<(), Failure> {
    let goes = |id: &str| {
        changes
            .iter()
            .any(|change| change.after.is_none() && change.record().is_some_and(|r| r.id() == id))
    };
    for change in changes.iter().filter(|change| change.after.is_none()) {
        let Some(record) = &change.before else {
            continue;
        };
        let sql = match record {
            Record::Product(_) => {
                "SELECT id, tag FROM databases WHERE product_id = ?1
                 UNION ALL SELECT id, slug FROM environments WHERE product_id = ?1"
            }
            Record::Environment(_) => {
                "SELECT d.id, d.tag FROM environment_configs c JOIN databases d ON d.id = c.database_id
                 WHERE c.environment_id = ?1"
            }
            Record::Database(_) | Record::NamedSecret(_) => continue,
        };
        let users = rows::all(connection, sql, [record.id()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        // A database that stays may still let go of the environment in the same undoing.
        let lets_go = |id: &str| {
            changes.iter().any(|change| {
                matches!(&change.after, Some(Record::Database(after)) if after.id == id
                    && !after.envs.iter().any(|config| config.environment_id == record.id()))
            })
        };
        let names: Vec<Value> = users
            .into_iter()
            .filter(|(id, _)| !goes(id) && !lets_go(id))
            .map(|(_, name)| Value::String(name))
            .collect();
        if !names.is_empty() {
            let revision = Some(record.revision());
            return Err(CatalogError::Conflict(Box::new(Conflict {
                kind: record.kind(),
                id: record.id().to_owned(),
                label: record.label().to_owned(),
                current_revision: revision,
                base_revision: revision,
                base_known: true,
                current_fingerprint: None,
                changes: vec![FieldChange {
                    field: "used_by".to_owned(),
                    base: None,
                    current: Some(Value::Array(names)),
                    yours: None,
                    contested: true,
                }],
            }))
            .into());
        }
    }
    Ok(())
}
