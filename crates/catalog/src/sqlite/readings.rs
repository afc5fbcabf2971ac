//! How migrations were last found, cell by cell.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, params};

use super::failure::Failure;
use super::rows::{find_product, timestamp};
use crate::port::{MigrationReading, NewMigrationReading};

pub(super) fn record(
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
