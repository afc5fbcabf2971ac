//! What was last found in each cell: of its connection, and of its migrations.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, Transaction, params};

use super::failure::Failure;
use super::rows::{Plain, find_product, text, timestamp};
use crate::port::{LastTest, MigrationReading, NewMigrationReading, NewTest};

pub(super) fn record_tests(
    transaction: &Transaction<'_>,
    tests: &[NewTest],
) -> Result<(), Failure> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO last_tests (config_id, at, result)
         SELECT id, ?3, ?4 FROM environment_configs WHERE id = ?1 AND connection_url = ?2
         ON CONFLICT (config_id) DO UPDATE SET at = excluded.at, result = excluded.result",
    )?;
    for new in tests {
        upsert.execute(params![
            new.config_id,
            new.connection_url,
            new.test.at.as_millisecond(),
            new.test.result,
        ])?;
    }
    Ok(())
}

/// The last test of each config of these databases.
pub(super) fn last_tests(
    connection: &Connection,
    databases: &[Plain],
) -> Result<BTreeMap<String, LastTest>, Failure> {
    let wanted: HashSet<&str> = databases
        .iter()
        .flat_map(|plain| &plain.database.envs)
        .map(|config| config.id.as_str())
        .collect();
    let mut tests = BTreeMap::new();
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
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO migration_states (config_id, at, state)
         SELECT id, ?3, ?4 FROM environment_configs WHERE id = ?1 AND connection_url = ?2
         ON CONFLICT (config_id) DO UPDATE SET at = excluded.at, state = excluded.state",
    )?;
    for new in readings {
        upsert.execute(params![
            new.config_id,
            new.connection_url,
            new.reading.at.as_millisecond(),
            new.reading.state.to_string(),
        ])?;
    }
    Ok(())
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
