//! The states in which products were exported and imported.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::failure::Failure;
use super::rows::{self, Scope, timestamp};
use crate::base::{Base, ImportBase};
use crate::change::Record;
use crate::error::CatalogError;

/// How many states of a product are kept.
const KEPT: i64 = 5;

/// The state of a product as it is now.
pub(super) fn of_product(connection: &Connection, product: &str) -> Result<Base, Failure> {
    let product = rows::find_product(connection, product)?;
    let mut base = Base::default();
    let tag = product.tag.clone();
    for environment in rows::environments(connection, &product.id)? {
        let address = format!("{tag}@{}", environment.slug);
        base.add(address, &Record::Environment(environment));
    }
    for database in rows::databases(connection, Scope::Product(&product.id))? {
        let address = format!("{tag}/{}", database.tag);
        base.add(address, &Record::Database(database));
    }
    base.add(tag, &Record::Product(product));
    Ok(base)
}

/// Remembers the state under a name, and forgets the oldest.
pub(super) fn remember(
    transaction: &Transaction<'_>,
    product_tag: &str,
    fingerprint: &str,
    base: &Base,
    at: Timestamp,
) -> Result<(), Failure> {
    transaction.execute(
        "DELETE FROM transfer_bases WHERE product_tag = ?1 AND fingerprint = ?2",
        [product_tag, fingerprint],
    )?;
    transaction.execute(
        "INSERT INTO transfer_bases (fingerprint, product_tag, at, fields) VALUES (?1, ?2, ?3, ?4)",
        params![
            fingerprint,
            product_tag,
            at.as_millisecond(),
            serde_json::to_string(base)?
        ],
    )?;
    transaction.execute(
        "DELETE FROM transfer_bases WHERE product_tag = ?1 AND sequence NOT IN (
             SELECT sequence FROM transfer_bases WHERE product_tag = ?1 ORDER BY sequence DESC LIMIT ?2)",
        params![product_tag, KEPT],
    )?;
    Ok(())
}

/// Remembers that a product was exported in the state of this name, if it is still in it.
pub(super) fn remember_export(
    transaction: &Transaction<'_>,
    product: &str,
    fingerprint: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let tag = rows::find_product(transaction, product)?.tag;
    let base = of_product(transaction, product)?;
    if base.fingerprint() == fingerprint {
        remember(transaction, &tag, fingerprint, &base, at)?;
    }
    Ok(())
}

/// Remembers what a product is after an import, under the name that the file gave, where it gave one.
pub(super) fn remember_import(
    transaction: &Transaction<'_>,
    product_tag: &str,
    named: Option<&str>,
    at: Timestamp,
) -> Result<(), Failure> {
    let base = match of_product(transaction, product_tag) {
        Err(Failure::Catalog(CatalogError::NotFound { .. })) => return Ok(()),
        other => other?,
    };
    if let Some(name) = named
        && find(transaction, product_tag, Some(name))?.is_none()
    {
        remember(transaction, product_tag, name, &base, at)?;
    }
    remember(transaction, product_tag, &base.fingerprint(), &base, at)
}

/// The state of this name, or the last one without a name.
fn find(
    connection: &Connection,
    product_tag: &str,
    fingerprint: Option<&str>,
) -> Result<Option<(Base, Timestamp)>, Failure> {
    let row: Option<(String, i64)> = connection
        .prepare_cached(
            "SELECT fields, at FROM transfer_bases WHERE product_tag = ?1 AND (?2 IS NULL OR fingerprint = ?2)
             ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row(params![product_tag, fingerprint], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    row.map(|(fields, at)| Ok((serde_json::from_str(&fields)?, timestamp(at)?)))
        .transpose()
}

/// The state to compare an import of a product with.
pub(super) fn for_import(
    connection: &Connection,
    product_tag: &str,
    named: Option<&str>,
) -> Result<Option<(Base, ImportBase)>, Failure> {
    if let Some(name) = named
        && let Some((base, at)) = find(connection, product_tag, Some(name))?
    {
        return Ok(Some((base, ImportBase { at, named: true })));
    }
    let last = find(connection, product_tag, None)?;
    Ok(last.map(|(base, at)| (base, ImportBase { at, named: false })))
}
