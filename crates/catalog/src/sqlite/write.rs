//! Records into rows, and every mutation into the history.

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::failure::Failure;
use super::{journal, named};
use crate::change::{Change, Record};
use crate::conflict;
use crate::error::SubjectKind;
use crate::merge;
use crate::port::{Activity, Context};
use crate::records::{Database, DatabaseItem, Environment, EnvironmentConfig, Extra, Product};

/// What an activity says it did.
pub(super) struct Deed<'a> {
    pub(super) verb: &'a str,
    pub(super) kind: SubjectKind,
    pub(super) id: &'a str,
    pub(super) label: String,
    pub(super) summary: String,
}

fn signed(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

fn json(extra: &Extra) -> Result<String, Failure> {
    Ok(serde_json::to_string(extra)?)
}

/// Writes the records and the line about them. Nothing else in the crate changes a record.
pub(super) fn commit(
    transaction: &Transaction<'_>,
    context: &Context,
    deed: &Deed<'_>,
    changes: &[Change],
) -> Result<Activity, Failure> {
    for change in changes {
        apply(transaction, change)?;
        journal::strike(transaction, change)?;
    }
    let (sequence, mut activity) = note(transaction, context, deed)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut release = transaction.prepare_cached(
        "INSERT OR IGNORE INTO released_secrets (activity, secret_id) VALUES (?1, ?2)",
    )?;
    for (position, change) in changes.iter().enumerate() {
        let snapshot = |record: &Option<Record>| -> Result<Option<String>, Failure> {
            Ok(record.as_ref().map(serde_json::to_string).transpose()?)
        };
        let revision = |record: &Option<Record>| record.as_ref().map(|r| signed(r.revision()));
        insert.execute(params![
            sequence,
            i64::try_from(position).unwrap_or(i64::MAX),
            change.record().map(Record::id),
            revision(&change.before),
            revision(&change.after),
            snapshot(&change.before)?,
            snapshot(&change.after)?,
        ])?;
        for entry in change.released_entries() {
            release.execute(params![sequence, entry])?;
        }
    }
    activity.undoable = !changes.is_empty();
    Ok(activity)
}

/// Writes a line of the activity list.
pub(super) fn note(
    transaction: &Transaction<'_>,
    context: &Context,
    deed: &Deed<'_>,
) -> Result<(i64, Activity), Failure> {
    let activity = Activity {
        id: merge::new_id(),
        at: context.timestamp(),
        origin: context.origin,
        verb: deed.verb.to_owned(),
        subject_kind: deed.kind,
        subject_id: deed.id.to_owned(),
        subject_label: deed.label.clone(),
        summary: deed.summary.clone(),
        undoable: false,
        undone: false,
    };
    transaction
        .prepare_cached(
            "INSERT INTO activities (id, at, origin, verb, subject_kind, subject_id, subject_label, summary)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            activity.id,
            activity.at.as_millisecond(),
            activity.origin.as_str(),
            activity.verb,
            activity.subject_kind.as_str(),
            activity.subject_id,
            activity.subject_label,
            activity.summary,
        ])?;
    Ok((transaction.last_insert_rowid(), activity))
}

/// "name, envs[dev].connection_url and 3 more": the names of the fields alone, since a value may be anything.
pub(super) fn changed_fields(before: &Record, after: &Record) -> String {
    let names = conflict::differences(before, after)
        .into_iter()
        .map(|(field, _, _)| match field.strip_suffix(".secrets") {
            Some(config) => format!("{config} password"),
            None => crate::rules::excerpt(&field),
        })
        .collect();
    some_of(names)
}

/// The first few of some names, and how many more there are.
pub(super) fn some_of(mut names: Vec<String>) -> String {
    const SHOWN: usize = 4;
    let rest = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    match rest {
        0 => names.join(", "),
        rest => format!("{} and {rest} more", names.join(", ")),
    }
}

fn apply(transaction: &Transaction<'_>, change: &Change) -> Result<(), Failure> {
    match (&change.before, &change.after) {
        (_, Some(Record::Product(product))) => put_product(transaction, product),
        (_, Some(Record::Environment(environment))) => put_environment(transaction, environment),
        (before, Some(Record::Database(database))) => {
            let before = match before {
                Some(Record::Database(before)) => Some(before),
                _ => None,
            };
            put_database(transaction, before, database)
        }
        (_, Some(Record::NamedSecret(secret))) => named::store(transaction, secret),
        (Some(record), None) => remove(transaction, record),
        (None, None) => Ok(()),
    }
}

fn remove(transaction: &Transaction<'_>, record: &Record) -> Result<(), Failure> {
    let statements: &[&str] = match record {
        Record::Product(_) => &["DELETE FROM products WHERE id = ?1"],
        Record::Environment(_) => &["DELETE FROM environments WHERE id = ?1"],
        Record::Database(_) => &[
            "DELETE FROM environment_configs WHERE database_id = ?1",
            "DELETE FROM actions WHERE database_id = ?1",
            "DELETE FROM migrations WHERE database_id = ?1",
            "DELETE FROM databases WHERE id = ?1",
        ],
        Record::NamedSecret(_) => &["DELETE FROM named_secrets WHERE key = ?1"],
    };
    for sql in statements {
        transaction.prepare_cached(sql)?.execute([record.id()])?;
    }
    Ok(())
}

fn put_product(transaction: &Transaction<'_>, product: &Product) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO products (id, tag, name, description, revision, created_at, updated_at, extra)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET tag = excluded.tag, name = excluded.name,
                 description = excluded.description, revision = excluded.revision,
                 updated_at = excluded.updated_at, extra = excluded.extra",
        )?
        .execute(params![
            product.id,
            product.tag,
            product.name,
            product.description,
            signed(product.revision),
            product.created_at.as_millisecond(),
            product.updated_at.as_millisecond(),
            json(&product.extra)?,
        ])?;
    Ok(())
}

fn put_environment(
    transaction: &Transaction<'_>,
    environment: &Environment,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO environments (id, product_id, env_name, slug, description, position, active, class,
                 revision, created_at, updated_at, extra)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET env_name = excluded.env_name, slug = excluded.slug,
                 description = excluded.description, position = excluded.position, active = excluded.active,
                 class = excluded.class, revision = excluded.revision, updated_at = excluded.updated_at,
                 extra = excluded.extra",
        )?
        .execute(params![
            environment.id,
            environment.product_id,
            environment.env_name,
            environment.slug,
            environment.description,
            environment.order,
            environment.active,
            environment.class.as_str(),
            signed(environment.revision),
            environment.created_at.as_millisecond(),
            environment.updated_at.as_millisecond(),
            json(&environment.extra)?,
        ])?;
    Ok(())
}

fn put_database(
    transaction: &Transaction<'_>,
    before: Option<&Database>,
    database: &Database,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO databases (id, product_id, name, tag, type, description, revision, created_at,
                 updated_at, extra)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, tag = excluded.tag,
                 description = excluded.description, revision = excluded.revision,
                 updated_at = excluded.updated_at, extra = excluded.extra",
        )?
        .execute(params![
            database.id,
            database.product_id,
            database.name,
            database.tag,
            database.database_type.as_str(),
            database.description,
            signed(database.revision),
            database.created_at.as_millisecond(),
            database.updated_at.as_millisecond(),
            json(&database.extra)?,
        ])?;
    let no_configs = Vec::new();
    let old = before.map_or(&no_configs, |before| &before.envs);
    put_configs(transaction, &database.id, old, &database.envs)?;
    let no_items = Vec::new();
    let old = before.map_or(&no_items, |before| &before.actions);
    put_items(transaction, "actions", &database.id, old, &database.actions)?;
    let old = before.map_or(&no_items, |before| &before.migrations);
    put_items(
        transaction,
        "migrations",
        &database.id,
        old,
        &database.migrations,
    )
}

fn put_configs(
    transaction: &Transaction<'_>,
    database_id: &str,
    before: &[EnvironmentConfig],
    configs: &[EnvironmentConfig],
) -> Result<(), Failure> {
    let mut delete = transaction.prepare_cached("DELETE FROM environment_configs WHERE id = ?1")?;
    for old in before {
        if !configs.iter().any(|config| config.id == old.id) {
            delete.execute([&old.id])?;
        }
    }
    let mut forget = transaction.prepare_cached("DELETE FROM last_tests WHERE config_id = ?1")?;
    let mut forget_migrations =
        transaction.prepare_cached("DELETE FROM migration_states WHERE config_id = ?1")?;
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO environment_configs (id, database_id, environment_id, connection_url, description, secrets,
             extra)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET connection_url = excluded.connection_url,
             description = excluded.description, secrets = excluded.secrets, extra = excluded.extra",
    )?;
    for config in configs {
        let old = before.iter().find(|old| old.id == config.id);
        if old == Some(config) {
            continue;
        }
        // A test of another URL or with another password says nothing about this one.
        if old.is_some_and(|old| {
            old.connection_url != config.connection_url || old.secrets != config.secrets
        }) {
            forget.execute([&config.id])?;
        }
        // Another password leads to the same migrations, another URL to other ones.
        if old.is_some_and(|old| old.connection_url != config.connection_url) {
            forget_migrations.execute([&config.id])?;
        }
        upsert.execute(params![
            config.id,
            database_id,
            config.environment_id,
            config.connection_url,
            config.description,
            serde_json::to_string(&config.secrets)?,
            json(&config.extra)?,
        ])?;
    }
    Ok(())
}

fn put_items(
    transaction: &Transaction<'_>,
    table: &str,
    database_id: &str,
    before: &[DatabaseItem],
    items: &[DatabaseItem],
) -> Result<(), Failure> {
    if before == items {
        return Ok(());
    }
    transaction
        .prepare_cached(&format!("DELETE FROM {table} WHERE database_id = ?1"))?
        .execute([database_id])?;
    let mut insert = transaction.prepare_cached(&format!(
        "INSERT INTO {table} (id, database_id, position, tag, record) VALUES (?1, ?2, ?3, ?4, ?5)"
    ))?;
    for (position, item) in items.iter().enumerate() {
        insert.execute(params![
            item.id,
            database_id,
            i64::try_from(position).unwrap_or(i64::MAX),
            item.tag(),
            Value::Object(item.fields.clone()).to_string(),
        ])?;
    }
    Ok(())
}
