//! Each kind of mutation: read what is there, refuse what is stale or wrong, say what changes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::failure::Failure;
use super::rows::{self, Scope};
use super::write::{self, Deed};
use crate::change::{Change, Record};
use crate::conflict;
use crate::error::{CatalogError, SubjectKind};
use crate::fault::{Fault, FaultCode};
use crate::input::{
    DatabasePatch, EnvironmentPatch, NewDatabase, NewEnvironment, NewProduct, ProductPatch,
};
use crate::merge;
use crate::port::{Committed, Context};
use crate::records::{Database, Environment, Extra, Product};

type Outcome<T> = Result<Committed<T>, Failure>;

/// Refuses a change that was made from another revision than the current one.
fn refuse_stale(
    connection: &Connection,
    current: &Record,
    revision: Option<u64>,
    environments: &[Environment],
    yours: impl FnOnce(&Record) -> Option<Record>,
) -> Result<(), Failure> {
    let Some(revision) = revision.filter(|revision| *revision != current.revision()) else {
        return Ok(());
    };
    let base = state_at(connection, current.id(), revision, environments)?;
    let yours = yours(base.as_ref().unwrap_or(current));
    Err(conflict::stale(current, revision, base.as_ref(), yours.as_ref()).into())
}

/// A record as it was at a revision, while the history has it.
fn state_at(
    connection: &Connection,
    id: &str,
    revision: u64,
    environments: &[Environment],
) -> Result<Option<Record>, Failure> {
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    let text: Option<String> = connection
        .prepare_cached(
            "SELECT CASE WHEN after_revision = ?2 THEN after ELSE before END FROM changes
             WHERE record_id = ?1 AND (after_revision = ?2 OR before_revision = ?2)
             ORDER BY activity DESC LIMIT 1",
        )?
        .query_row(params![id, revision], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(text) = text else { return Ok(None) };
    let mut record: Record = serde_json::from_str(&text)?;
    refresh_slugs(&mut record, environments);
    Ok(Some(record))
}

/// A snapshot has the slugs of its time; what holds is the environment's id.
pub(super) fn refresh_slugs(record: &mut Record, environments: &[Environment]) {
    if let Record::Database(database) = record {
        for config in &mut database.envs {
            if let Some(environment) = environments
                .iter()
                .find(|environment| environment.id == config.environment_id)
            {
                config.slug.clone_from(&environment.slug);
            }
        }
        merge::sort_configs(&mut database.envs, environments);
    }
}

fn created<T>(
    transaction: &Transaction<'_>,
    context: &Context,
    label: String,
    record: T,
) -> Outcome<T>
where
    T: Clone + Into<Record>,
{
    let stored: Record = record.clone().into();
    let deed = Deed {
        verb: "create",
        kind: stored.kind(),
        id: stored.id(),
        summary: format!("Made the {} {label}", stored.kind().words()),
        label,
    };
    let change = Change::created(stored.clone());
    let activity = write::commit(transaction, context, &deed, &[change])?;
    Ok(Committed {
        record,
        activity_id: Some(activity.id),
    })
}

fn updated<T>(
    transaction: &Transaction<'_>,
    context: &Context,
    verb: &str,
    label: String,
    before: T,
    after: T,
) -> Outcome<T>
where
    T: Clone + PartialEq + Into<Record>,
{
    if before == after {
        return Ok(Committed {
            record: after,
            activity_id: None,
        });
    }
    let (old, new): (Record, Record) = (before.into(), after.clone().into());
    let fields = write::changed_fields(&old, &new);
    let deed = Deed {
        verb,
        kind: new.kind(),
        id: new.id(),
        summary: format!("Changed {fields} of the {} {label}", new.kind().words()),
        label,
    };
    let change = Change::updated(old, new.clone());
    let activity = write::commit(transaction, context, &deed, &[change])?;
    Ok(Committed {
        record: after,
        activity_id: Some(activity.id),
    })
}

fn deleted<T>(
    transaction: &Transaction<'_>,
    context: &Context,
    label: String,
    also: &str,
    record: T,
    changes: &[Change],
) -> Outcome<T>
where
    T: Clone + Into<Record>,
{
    let old: Record = record.clone().into();
    let deed = Deed {
        verb: "delete",
        kind: old.kind(),
        id: old.id(),
        summary: format!("Deleted the {} {label}{also}", old.kind().words()),
        label,
    };
    let activity = write::commit(transaction, context, &deed, changes)?;
    Ok(Committed {
        record,
        activity_id: Some(activity.id),
    })
}

pub(super) fn create_product(
    transaction: &Transaction<'_>,
    context: &Context,
    new: &NewProduct,
) -> Outcome<Product> {
    let taken = rows::tag_taken(transaction, None, &new.tag, "")?;
    let product = merge::new_product(new, taken, context.timestamp())?;
    created(transaction, context, product.tag.clone(), product)
}

pub(super) fn update_product(
    transaction: &Transaction<'_>,
    context: &Context,
    name: &str,
    patch: &ProductPatch,
) -> Outcome<Product> {
    let before = rows::find_product(transaction, name)?;
    let now = context.timestamp();
    let record = Record::Product(before.clone());
    refuse_stale(
        transaction,
        &record,
        patch.revision,
        &[],
        |base| match base {
            Record::Product(base) => {
                let merged = merge::patch_product(base, patch, &Extra::new(), false, now).ok()?;
                Some(merged.into())
            }
            _ => None,
        },
    )?;
    let tag = patch.tag.as_deref().unwrap_or(&before.tag);
    let taken = rows::tag_taken(transaction, None, tag, &before.id)?;
    let after = merge::patch_product(&before, patch, &Extra::new(), taken, now)?;
    updated(
        transaction,
        context,
        "update",
        after.tag.clone(),
        before,
        after,
    )
}

pub(super) fn delete_product(
    transaction: &Transaction<'_>,
    context: &Context,
    name: &str,
    revision: Option<u64>,
) -> Outcome<Product> {
    let product = rows::find_product(transaction, name)?;
    let record = Record::Product(product.clone());
    refuse_stale(transaction, &record, revision, &[], |_| None)?;
    let databases = rows::databases(transaction, Scope::Product(&product.id))?;
    let environments = rows::environments(transaction, &product.id)?;
    let also = format!(
        " with {} and {}",
        count(environments.len(), "environment"),
        count(databases.len(), "database")
    );
    let mut changes = vec![Change::deleted(record)];
    changes.extend(environments.into_iter().map(Change::deleted));
    changes.extend(databases.into_iter().map(Change::deleted));
    deleted(
        transaction,
        context,
        product.tag.clone(),
        &also,
        product,
        &changes,
    )
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

pub(super) fn create_environment(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    new: &NewEnvironment,
) -> Outcome<Environment> {
    let product = rows::find_product(transaction, product)?;
    let siblings = rows::environments(transaction, &product.id)?;
    let environment = merge::new_environment(new, &product.id, &siblings, context.timestamp())?;
    let label = format!("{}@{}", product.tag, environment.slug);
    created(transaction, context, label, environment)
}

pub(super) fn update_environment(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    slug: &str,
    patch: &EnvironmentPatch,
) -> Outcome<Environment> {
    let product = rows::find_product(transaction, product)?;
    let siblings = rows::environments(transaction, &product.id)?;
    let before = rows::find_environment(&siblings, slug)?.clone();
    let now = context.timestamp();
    let record = Record::Environment(before.clone());
    refuse_stale(
        transaction,
        &record,
        patch.revision,
        &[],
        |base| match base {
            Record::Environment(base) => {
                let none = Extra::new();
                let merged = merge::patch_environment(base, patch, &none, &[], now).ok()?;
                Some(merged.into())
            }
            _ => None,
        },
    )?;
    let after = merge::patch_environment(&before, patch, &Extra::new(), &siblings, now)?;
    let label = format!("{}@{}", product.tag, after.slug);
    updated(transaction, context, "update", label, before, after)
}

pub(super) fn order_environments(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    slugs: &[&str],
) -> Outcome<Vec<Environment>> {
    let product = rows::find_product(transaction, product)?;
    let before = rows::environments(transaction, &product.id)?;
    let mut named = Vec::new();
    for slug in slugs {
        let environment = rows::find_environment(&before, slug)?;
        if !named
            .iter()
            .any(|known: &Environment| known.id == environment.id)
        {
            named.push(environment.clone());
        }
    }
    let rest = before
        .iter()
        .filter(|environment| !named.iter().any(|known| known.id == environment.id));
    let mut after: Vec<Environment> = named.iter().cloned().chain(rest.cloned()).collect();
    let now = context.timestamp();
    let mut changes = Vec::new();
    for (order, environment) in (0_i64..).zip(&mut after) {
        if environment.order != order {
            let old = environment.clone();
            environment.order = order;
            environment.revision += 1;
            environment.updated_at = now;
            changes.push(Change::updated(old, environment.clone()));
        }
    }
    let mut activity_id = None;
    if !changes.is_empty() {
        let deed = Deed {
            verb: "update",
            kind: SubjectKind::Product,
            id: &product.id,
            label: product.tag.clone(),
            summary: format!("Ordered the environments of the product {}", product.tag),
        };
        activity_id = Some(write::commit(transaction, context, &deed, &changes)?.id);
    }
    Ok(Committed {
        record: after,
        activity_id,
    })
}

pub(super) fn delete_environment(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    slug: &str,
    revision: Option<u64>,
) -> Outcome<Environment> {
    let product = rows::find_product(transaction, product)?;
    let siblings = rows::environments(transaction, &product.id)?;
    let environment = rows::find_environment(&siblings, slug)?.clone();
    let record = Record::Environment(environment.clone());
    refuse_stale(transaction, &record, revision, &[], |_| None)?;
    let now = context.timestamp();
    let mut changes = vec![Change::deleted(record)];
    let mut left_with_none = Vec::new();
    for database in rows::databases(transaction, Scope::Product(&product.id))? {
        let mut after = database.clone();
        after
            .envs
            .retain(|config| config.environment_id != environment.id);
        if after.envs.len() == database.envs.len() {
            continue;
        }
        if after.envs.is_empty() {
            left_with_none.push(database.tag.clone());
        }
        after.revision += 1;
        after.updated_at = now;
        changes.push(Change::updated(database, after));
    }
    if !left_with_none.is_empty() {
        return Err(Fault::new(
            "slug",
            FaultCode::LastEnvironment,
            format!(
                "It is the only environment of {}. Give these another environment or delete them first.",
                some_of(&left_with_none)
            ),
        )
        .into());
    }
    let also = match changes.len() - 1 {
        0 => String::new(),
        configs => format!(" with the configs of {}", count(configs, "database")),
    };
    let label = format!("{}@{}", product.tag, environment.slug);
    deleted(transaction, context, label, &also, environment, &changes)
}

fn some_of(tags: &[String]) -> String {
    const SHOWN: usize = 8;
    let rest = tags.len().saturating_sub(SHOWN);
    let shown = tags
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match rest {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

pub(super) fn create_database(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    new: &NewDatabase,
) -> Outcome<Database> {
    let product = rows::find_product(transaction, product)?;
    let environments = rows::environments(transaction, &product.id)?;
    let taken = rows::tag_taken(transaction, Some(&product.id), &new.tag, "")?;
    let now = context.timestamp();
    let database = merge::new_database(new, &product.id, &environments, taken, now)?;
    let label = format!("{}/{}", product.tag, database.tag);
    created(transaction, context, label, database)
}

pub(super) fn update_database(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    name: &str,
    patch: &DatabasePatch,
) -> Outcome<Database> {
    change_database(transaction, context, "update", product, name, patch)
}

pub(super) fn unset_environment_config(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    name: &str,
    slug: &str,
    revision: Option<u64>,
) -> Outcome<Database> {
    let found = rows::find_product(transaction, product)?;
    let database = rows::find_database(transaction, &found.id, name)?;
    if database.config(slug).is_none() {
        return Err(CatalogError::not_found(SubjectKind::EnvironmentConfig, slug).into());
    }
    let patch = DatabasePatch {
        revision,
        remove_envs: vec![slug.to_owned()],
        ..DatabasePatch::default()
    };
    change_database(transaction, context, "unset", product, name, &patch)
}

fn change_database(
    transaction: &Transaction<'_>,
    context: &Context,
    verb: &str,
    product: &str,
    name: &str,
    patch: &DatabasePatch,
) -> Outcome<Database> {
    let product = rows::find_product(transaction, product)?;
    let environments = rows::environments(transaction, &product.id)?;
    let before = rows::find_database(transaction, &product.id, name)?;
    let now: Timestamp = context.timestamp();
    let record = Record::Database(before.clone());
    refuse_stale(
        transaction,
        &record,
        patch.revision,
        &environments,
        |base| match base {
            Record::Database(base) => {
                let merged = merge::patch_database(base, patch, &environments, false, now).ok()?;
                Some(merged.into())
            }
            _ => None,
        },
    )?;
    let tag = patch.tag.as_deref().unwrap_or(&before.tag);
    let taken = rows::tag_taken(transaction, Some(&product.id), tag, &before.id)?;
    let after = merge::patch_database(&before, patch, &environments, taken, now)?;
    let label = format!("{}/{}", product.tag, after.tag);
    updated(transaction, context, verb, label, before, after)
}

pub(super) fn delete_database(
    transaction: &Transaction<'_>,
    context: &Context,
    product: &str,
    name: &str,
    revision: Option<u64>,
) -> Outcome<Database> {
    let product = rows::find_product(transaction, product)?;
    let environments = rows::environments(transaction, &product.id)?;
    let database = rows::find_database(transaction, &product.id, name)?;
    let record = Record::Database(database.clone());
    refuse_stale(transaction, &record, revision, &environments, |_| None)?;
    let label = format!("{}/{}", product.tag, database.tag);
    let changes = [Change::deleted(record)];
    deleted(transaction, context, label, "", database, &changes)
}
