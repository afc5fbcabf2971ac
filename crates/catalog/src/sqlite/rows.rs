//! Records out of rows.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use connection_url::DatabaseType;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use crate::error::{CatalogError, SubjectKind};
use crate::port::Location;
use crate::records::{
    Database, DatabaseItem, Environment, EnvironmentClass, EnvironmentConfig, Extra, Product,
};

/// Milliseconds since 1970, as they stand in the file.
pub(super) fn timestamp(milliseconds: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| Failure::BrokenValue)
}

fn json<T: DeserializeOwned + Default>(text: &str) -> Result<T, Failure> {
    // Nearly every record has none, and thousands are read at once.
    if text == "{}" {
        return Ok(T::default());
    }
    Ok(serde_json::from_str(text)?)
}

fn revision(row: &Row<'_>, column: usize) -> Result<u64, Failure> {
    let revision: i64 = row.get(column)?;
    u64::try_from(revision).map_err(|_| Failure::BrokenValue)
}

pub(super) fn text<'row>(row: &'row Row<'_>, column: usize) -> Result<&'row str, Failure> {
    row.get_ref(column)?
        .as_str()
        .map_err(|_| Failure::BrokenValue)
}

const PRODUCT: &str =
    "SELECT id, tag, name, description, revision, created_at, updated_at, extra FROM products";

fn product(row: &Row<'_>) -> Result<Product, Failure> {
    Ok(Product {
        id: row.get(0)?,
        tag: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        revision: revision(row, 4)?,
        created_at: timestamp(row.get(5)?)?,
        updated_at: timestamp(row.get(6)?)?,
        extra: json(text(row, 7)?)?,
    })
}

/// Reads every row by a function that fails with [`Failure`].
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(read(row)?);
    }
    Ok(records)
}

fn first<T>(mut records: Vec<T>, kind: SubjectKind, name: &str) -> Result<T, Failure> {
    match records.is_empty() {
        true => Err(CatalogError::not_found(kind, name).into()),
        false => Ok(records.swap_remove(0)),
    }
}

pub(super) fn products(connection: &Connection) -> Result<Vec<Product>, Failure> {
    let sql = format!("{PRODUCT} ORDER BY created_at, id");
    all(connection, &sql, [], product)
}

/// The product with this tag, or else with this id.
pub(super) fn find_product(connection: &Connection, name: &str) -> Result<Product, Failure> {
    let sql = format!("{PRODUCT} WHERE tag = ?1 OR id = ?1 ORDER BY tag = ?1 DESC LIMIT 1");
    first(
        all(connection, &sql, [name], product)?,
        SubjectKind::Product,
        name,
    )
}

const ENVIRONMENT: &str =
    "SELECT id, product_id, env_name, slug, description, position, active, class, revision,
     created_at, updated_at, extra FROM environments";

fn environment(row: &Row<'_>) -> Result<Environment, Failure> {
    Ok(Environment {
        id: row.get(0)?,
        product_id: row.get(1)?,
        env_name: row.get(2)?,
        slug: row.get(3)?,
        description: row.get(4)?,
        order: row.get(5)?,
        active: row.get(6)?,
        class: EnvironmentClass::from_str(text(row, 7)?).map_err(|_| Failure::BrokenValue)?,
        revision: revision(row, 8)?,
        created_at: timestamp(row.get(9)?)?,
        updated_at: timestamp(row.get(10)?)?,
        extra: json(text(row, 11)?)?,
    })
}

/// A product's environments, in the order of the columns.
pub(super) fn environments(
    connection: &Connection,
    product_id: &str,
) -> Result<Vec<Environment>, Failure> {
    let sql = format!("{ENVIRONMENT} WHERE product_id = ?1 ORDER BY position, id");
    all(connection, &sql, [product_id], environment)
}

/// One environment among a product's, by slug or else by id.
pub(super) fn find_environment<'a>(
    environments: &'a [Environment],
    name: &str,
) -> Result<&'a Environment, Failure> {
    environments
        .iter()
        .find(|environment| environment.slug == name)
        .or_else(|| {
            environments
                .iter()
                .find(|environment| environment.id == name)
        })
        .ok_or_else(|| CatalogError::not_found(SubjectKind::Environment, name).into())
}

/// Which databases are read.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// Every one of a product, in the order they were made.
    Product(&'a str),
    /// One, by its id.
    Database(&'a str),
}

impl<'a> Scope<'a> {
    fn id(self) -> &'a str {
        match self {
            Self::Product(id) | Self::Database(id) => id,
        }
    }

    fn condition(self) -> &'static str {
        match self {
            Self::Product(_) => "d.product_id = ?1",
            Self::Database(_) => "d.id = ?1",
        }
    }
}

/// The databases of a scope without their actions and migrations; `counts` has how many of each there are.
pub(super) struct Plain {
    pub(super) database: Database,
    pub(super) counts: (u64, u64),
}

/// Reads databases with their configs: three statements, however many there are.
pub(super) fn plain_databases(
    connection: &Connection,
    scope: Scope<'_>,
) -> Result<Vec<Plain>, Failure> {
    let sql = format!(
        "SELECT d.id, d.product_id, d.name, d.tag, d.type, d.description, d.revision, d.created_at, d.updated_at,
            d.extra, (SELECT count(*) FROM actions a WHERE a.database_id = d.id),
            (SELECT count(*) FROM migrations m WHERE m.database_id = d.id)
         FROM databases d WHERE {} ORDER BY d.created_at, d.id",
        scope.condition()
    );
    let mut databases = all(connection, &sql, [scope.id()], |row| {
        Ok(Plain {
            database: Database {
                id: row.get(0)?,
                product_id: row.get(1)?,
                name: row.get(2)?,
                tag: row.get(3)?,
                database_type: DatabaseType::from_str(text(row, 4)?)
                    .map_err(|_| Failure::BrokenValue)?,
                description: row.get(5)?,
                envs: Vec::new(),
                actions: Vec::new(),
                migrations: Vec::new(),
                revision: revision(row, 6)?,
                created_at: timestamp(row.get(7)?)?,
                updated_at: timestamp(row.get(8)?)?,
                extra: json(text(row, 9)?)?,
            },
            counts: (revision(row, 10)?, revision(row, 11)?),
        })
    })?;
    read_configs(connection, scope, &mut databases)?;
    Ok(databases)
}

fn read_configs(
    connection: &Connection,
    scope: Scope<'_>,
    databases: &mut [Plain],
) -> Result<(), Failure> {
    let Some(first) = databases.first() else {
        return Ok(());
    };
    // Slugs and order come from the few environments, which costs less than joining them to thousands of configs.
    let environments = environments(connection, &first.database.product_id)?;
    let columns: HashMap<&str, usize> = environments
        .iter()
        .enumerate()
        .map(|(column, environment)| (environment.id.as_str(), column))
        .collect();
    let places: HashMap<String, usize> = databases
        .iter()
        .enumerate()
        .map(|(place, plain)| (plain.database.id.clone(), place))
        .collect();
    let from = match scope {
        Scope::Product(_) => {
            "databases d CROSS JOIN environment_configs c ON c.database_id = d.id WHERE d.product_id = ?1"
        }
        Scope::Database(_) => "environment_configs c WHERE c.database_id = ?1",
    };
    let sql = format!(
        "SELECT c.database_id, c.id, c.environment_id, c.connection_url, c.description, c.secrets, c.extra
         FROM {from}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([scope.id()])?;
    // A database's configs come one after the other, so that its place is looked up once.
    // They come by the environments' ids, which is nearly always the order of the columns: the next column is tried
    // before any is searched, and only what came in another order is sorted.
    let (mut place, mut column) = (0, 0);
    let mut out_of_order = Vec::new();
    while let Some(row) = rows.next()? {
        let database_id = text(row, 0)?;
        if databases[place].database.id != database_id {
            place = *places.get(database_id).ok_or(Failure::BrokenValue)?;
        }
        let environment_id = text(row, 2)?;
        let next = (column + 1) % environments.len().max(1);
        let is_next = environments
            .get(next)
            .is_some_and(|known| known.id == environment_id);
        let before = std::mem::replace(
            &mut column,
            match is_next {
                true => next,
                false => *columns.get(environment_id).ok_or(Failure::BrokenValue)?,
            },
        );
        let secrets: BTreeMap<String, String> = json(text(row, 5)?)?;
        let extra: Extra = json(text(row, 6)?)?;
        let configs = &mut databases[place].database.envs;
        if configs.is_empty() {
            configs.reserve_exact(environments.len());
        } else if column < before {
            out_of_order.push(place);
        }
        configs.push(EnvironmentConfig {
            id: row.get(1)?,
            environment_id: environment_id.to_owned(),
            slug: environments[column].slug.clone(),
            connection_url: row.get(3)?,
            description: row.get(4)?,
            secrets,
            extra,
        });
    }
    out_of_order.dedup();
    for place in out_of_order {
        databases[place]
            .database
            .envs
            .sort_by_key(|config| columns.get(config.environment_id.as_str()).copied());
    }
    Ok(())
}

/// Reads databases whole: five statements, however many there are.
pub(super) fn databases(
    connection: &Connection,
    scope: Scope<'_>,
) -> Result<Vec<Database>, Failure> {
    let plain = plain_databases(connection, scope)?;
    let has_items = plain.iter().any(|plain| plain.counts != (0, 0));
    let mut databases: Vec<Database> = plain.into_iter().map(|plain| plain.database).collect();
    if !has_items {
        return Ok(databases);
    }
    let places: HashMap<String, usize> = databases
        .iter()
        .enumerate()
        .map(|(place, database)| (database.id.clone(), place))
        .collect();
    for table in ["actions", "migrations"] {
        let sql = format!(
            "SELECT i.database_id, i.id, i.record FROM {table} i JOIN databases d ON d.id = i.database_id
             WHERE {} ORDER BY i.database_id, i.position",
            scope.condition()
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([scope.id()])?;
        while let Some(row) = rows.next()? {
            let item = DatabaseItem {
                id: row.get(1)?,
                fields: serde_json::from_str(text(row, 2)?)?,
            };
            if let Some(place) = places.get(text(row, 0)?) {
                let database = &mut databases[*place];
                match table {
                    "actions" => database.actions.push(item),
                    _ => database.migrations.push(item),
                }
            }
        }
    }
    Ok(databases)
}

/// The id of the database with this tag, or else with this id.
fn database_id(
    connection: &Connection,
    product_id: &str,
    name: &str,
) -> Result<Option<String>, Failure> {
    let id = connection
        .prepare_cached(
            "SELECT id FROM databases WHERE product_id = ?1 AND (tag = ?2 OR id = ?2)
             ORDER BY tag = ?2 DESC LIMIT 1",
        )?
        .query_row(params![product_id, name], |row| row.get(0))
        .optional()?;
    Ok(id)
}

/// The database with this tag, or else with this id, whole.
pub(super) fn find_database(
    connection: &Connection,
    product_id: &str,
    name: &str,
) -> Result<Database, Failure> {
    let found = match database_id(connection, product_id, name)? {
        Some(id) => databases(connection, Scope::Database(&id))?,
        None => Vec::new(),
    };
    first(found, SubjectKind::Database, name)
}

/// Where the record with this id is.
pub(super) fn locate(
    connection: &Connection,
    kind: SubjectKind,
    id: &str,
) -> Result<Location, Failure> {
    let statement = match kind {
        SubjectKind::Product => "SELECT id, NULL FROM products WHERE id = ?1",
        SubjectKind::Environment => "SELECT product_id, NULL FROM environments WHERE id = ?1",
        SubjectKind::Database => "SELECT product_id, id FROM databases WHERE id = ?1",
        SubjectKind::EnvironmentConfig => {
            "SELECT databases.product_id, databases.id FROM environment_configs
             JOIN databases ON databases.id = environment_configs.database_id
             WHERE environment_configs.id = ?1"
        }
        SubjectKind::Action => {
            "SELECT databases.product_id, databases.id FROM actions
             JOIN databases ON databases.id = actions.database_id WHERE actions.id = ?1"
        }
        SubjectKind::Migration => {
            "SELECT databases.product_id, databases.id FROM migrations
             JOIN databases ON databases.id = migrations.database_id WHERE migrations.id = ?1"
        }
        _ => return Err(CatalogError::not_found(kind, id).into()),
    };
    connection
        .prepare_cached(statement)?
        .query_row([id], |row| {
            Ok(Location {
                product_id: row.get(0)?,
                database_id: row.get(1)?,
            })
        })
        .optional()?
        .ok_or_else(|| CatalogError::not_found(kind, id).into())
}

/// How many databases a product has.
pub(super) fn count_databases(connection: &Connection, product_id: &str) -> Result<usize, Failure> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM databases WHERE product_id = ?1")?
        .query_row([product_id], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Whether another record than `own_id` has the tag.
pub(super) fn tag_taken(
    connection: &Connection,
    product_id: Option<&str>,
    tag: &str,
    own_id: &str,
) -> Result<bool, Failure> {
    let taken = match product_id {
        None => connection
            .prepare_cached("SELECT 1 FROM products WHERE tag = ?1 AND id <> ?2")?
            .exists(params![tag, own_id])?,
        Some(product_id) => connection
            .prepare_cached(
                "SELECT 1 FROM databases WHERE product_id = ?1 AND tag = ?2 AND id <> ?3",
            )?
            .exists(params![product_id, tag, own_id])?,
    };
    Ok(taken)
}
