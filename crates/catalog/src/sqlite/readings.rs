//! What was last found in each cell: of its connection, and of its migrations.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::failure::Failure;
use super::rows::{Plain, all, find_product, text, timestamp};
use crate::port::{LastTest, MigrationReading, NewMigrationReading, NewTest};

pub(super) fn record_tests(
    transaction: &Transaction<'_>,
    tests: &[NewTest],
) -> Result<(), Failure> {
    let sql = "INSERT INTO last_tests (config_id, at, result)
         SELECT id, ?3, ?4 FROM environment_configs WHERE id = ?1 AND connection_url = ?2
         ON CONFLICT (config_id) DO UPDATE SET at = excluded.at, result = excluded.result";
    let cells = tests.iter().map(|new| Found {
        config_id: &new.config_id,
        connection_url: &new.connection_url,
        at: new.test.at,
        text: Cow::Borrowed(new.test.result.as_str()),
    });
    record(transaction, sql, cells)
}

/// What was found in a cell, as text.
struct Found<'a> {
    config_id: &'a str,
    /// The URL that it was found with; a cell that has another by now keeps what it has.
    connection_url: &'a str,
    at: Timestamp,
    text: Cow<'a, str>,
}

fn record<'a>(
    transaction: &Transaction<'_>,
    sql: &str,
    cells: impl Iterator<Item = Found<'a>>,
) -> Result<(), Failure> {
    let mut upsert = transaction.prepare_cached(sql)?;
    for cell in cells {
        upsert.execute(params![
            cell.config_id,
            cell.connection_url,
            cell.at.as_millisecond(),
            cell.text,
        ])?;
    }
    Ok(())
}

pub(super) fn last_test(
    connection: &Connection,
    config_id: &str,
) -> Result<Option<LastTest>, Failure> {
    let sql = "SELECT at, result FROM last_tests WHERE config_id = ?1";
    let found = all(connection, sql, [config_id], |row| {
        Ok(LastTest {
            at: timestamp(row.get(0)?)?,
            result: row.get(1)?,
        })
    })?;
    Ok(found.into_iter().next())
}

/// The last test of each config of these databases.
pub(super) fn last_tests(
    connection: &Connection,
    databases: &[Plain],
) -> Result<HashMap<String, LastTest>, Failure> {
    let wanted: HashSet<&str> = databases
        .iter()
        .flat_map(|plain| &plain.database.envs)
        .map(|config| config.id.as_str())
        .collect();
    let mut tests = HashMap::with_capacity(wanted.len());
    // All of them, since passing over those of other products costs less than finding each of these by its id.
    let mut statement =
        connection.prepare_cached("SELECT config_id, at, result FROM last_tests")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let config_id = text(row, 0)?;
        if wanted.contains(config_id) {
            let test = LastTest {
                at: timestamp(row.get(1)?)?,
                result: row.get(2)?,
            };
            tests.insert(config_id.to_owned(), test);
        }
    }
    Ok(tests)
}

pub(super) fn record_migrations(
    transaction: &Transaction<'_>,
    readings: &[NewMigrationReading],
) -> Result<(), Failure> {
    let sql = "INSERT INTO migration_states (config_id, at, state)
         SELECT id, ?3, ?4 FROM environment_configs WHERE id = ?1 AND connection_url = ?2
         ON CONFLICT (config_id) DO UPDATE SET at = excluded.at, state = excluded.state";
    let cells = readings.iter().map(|new| Found {
        config_id: &new.config_id,
        connection_url: &new.connection_url,
        at: new.reading.at,
        text: Cow::Owned(new.reading.state.to_string()),
    });
    record(transaction, sql, cells)
}

pub(super) fn of_product(
    connection: &Connection,
    product: &str,
) -> Result<BTreeMap<String, MigrationReading>, Failure> {
    let product = find_product(connection, product)?;
    let mut statement = connection.prepare_cached(
        "SELECT states.config_id, states.at, states.state FROM migration_states AS states
         JOIN environment_configs AS configs ON configs.id = states.config_id
         JOIN databases ON databases.id = configs.database_id
         WHERE databases.product_id = ?1",
    )?;
    let mut rows = statement.query([&product.id])?;
    let mut readings = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get(2)?;
        let reading = MigrationReading {
            at: timestamp(row.get(1)?)?,
            state: serde_json::from_str(&state)?,
        };
        readings.insert(row.get(0)?, reading);
    }
    Ok(readings)
}
