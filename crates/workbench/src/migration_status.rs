//! Where each database is in each environment: at once as it was last found, and live, cell by cell.

use std::collections::BTreeMap;

use catalog::{Catalog, CatalogError, MigrationReading, NewMigrationReading};
use futures_util::StreamExt;
use jiff::Timestamp;
use migrations::{Direction, HistoryRow, Migration, MigrationState, MigrationStatus, TargetStatus};
use runner::History;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::cell_runs::as_they_end;
use crate::dto::{
    MigrationCell, MigrationCellError, MigrationStanding, MigrationStateView, MigrationStatusEvent,
    MigrationStatusRequest,
};
use crate::migration_target::{Depth, Place, Reading};
use crate::{Address, AppError, Result, Workbench, migration_record};

/// A reading as the catalog keeps it: the rows, so that what a person adds to the list later is seen as pending at once.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Known {
    pub(crate) rows: Vec<HistoryRow>,
    pub(crate) drift: Option<bool>,
}

/// What was last found, by the id of the config.
pub(crate) type KnownCells = BTreeMap<String, (Timestamp, Known)>;

/// A cell by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellAddress {
    /// The database's id.
    pub database_id: String,
    /// Its tag.
    pub database: String,
    /// Slug of the environment.
    pub env: String,
}

/// Counts of a refresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigrationStatusSummary {
    /// Cells that were read.
    pub read: u32,
    /// Cells that could not be.
    pub failed: u32,
    /// Cells of inactive environments.
    pub skipped: u32,
}

impl From<MigrationState> for MigrationStateView {
    fn from(state: MigrationState) -> Self {
        match state {
            MigrationState::Pending => Self::Pending,
            MigrationState::Started => Self::Started,
            MigrationState::Applied => Self::Applied,
            MigrationState::Failed => Self::Failed,
            MigrationState::RolledBack => Self::RolledBack,
            MigrationState::Missing => Self::Missing,
        }
    }
}

/// `up` or `down`.
pub(crate) const fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

impl Workbench {
    /// Every cell as it was last found, measured against the migrations that the catalog has now. Reads no server; cells that were
    /// never read are left out.
    pub async fn migration_matrix(&self, product_id: String) -> Result<Vec<MigrationCell>> {
        let places = self.places_in(&product_id).await?;
        let known = self.known_cells(&product_id).await?;
        let lists = lists(&places);
        Ok(places
            .iter()
            .filter_map(|place| {
                let (at, known) = known.get(&place.config.id)?;
                let migrations = lists.get(&place.database.id)?;
                Some(known_cell(place, migrations, known, *at))
            })
            .collect())
    }

    /// Reads the targets and tells of each as it happens. Answers when all have ended.
    ///
    /// # Errors
    /// `not_found` for an unknown product; a cell that can't be read is an event, not an error.
    pub async fn migration_status_start(
        &self,
        request: MigrationStatusRequest,
        events: impl Fn(MigrationStatusEvent) + Send + Sync,
    ) -> Result<MigrationStatusSummary> {
        let mut summary = MigrationStatusSummary::default();
        let mut places = Vec::new();
        for place in self.places_in(&request.product_id).await? {
            let named = request.config_ids.as_ref();
            if named.is_some_and(|ids| !ids.contains(&place.config.id)) {
                continue;
            }
            if place.environment.active {
                places.push(place);
            } else {
                summary.skipped += 1;
            }
        }
        let known = self.known_cells(&request.product_id).await?;
        let run = self.inner.migration_runs.begin(
            &request.run_id,
            places.iter().map(|place| place.config.id.clone()),
        )?;
        let free = self.places().await?;
        let depth = match request.drift {
            true => Depth::Drift,
            false => Depth::History,
        };
        let events = &events;
        let work = |place, token: Option<CancellationToken>| async move {
            let outcome = match token {
                None => Err(AppError::cancelled()),
                Some(token) => {
                    events(MigrationStatusEvent::Started {
                        config_id: config_id(place),
                    });
                    self.read_place(place, depth, &token).await
                }
            };
            (place, outcome)
        };
        let mut reading = as_they_end(&run, &free, &places, &work);
        let lists = lists(&places);
        let mut fresh = Vec::new();
        while let Some((place, outcome)) = reading.next().await {
            let now = now();
            let before = known.get(&place.config.id);
            let cell = match outcome {
                Ok(reading) => {
                    summary.read += 1;
                    let known = Known::of(
                        &reading.history,
                        reading.has_drifted(),
                        before.map(|(_, known)| known),
                    );
                    let list = lists.get(&place.database.id);
                    let list = list.map(Vec::as_slice).unwrap_or_default();
                    let cell = known_cell(place, list, &known, now);
                    fresh.extend(known.into_reading(place, now));
                    cell
                }
                Err(error) => {
                    summary.failed += 1;
                    failed_cell(place, before, &error)
                }
            };
            events(MigrationStatusEvent::Read {
                cell: Box::new(cell),
            });
        }
        self.remember_readings(fresh).await;
        Ok(summary)
    }

    /// Ends a refresh, a run or a batch: between statements, and what a server does at the server.
    pub async fn migration_cancel(&self, run_id: String) -> Result<()> {
        self.inner.migration_runs.cancel(&run_id, None);
        Ok(())
    }

    /// What `tapedeck migration status` and `drift` mean by an address, and by `--env`.
    ///
    /// # Errors
    /// As [`Workbench::test_request`].
    pub async fn migration_status_request(
        &self,
        target: &Address,
        env: Option<&str>,
        drift: bool,
    ) -> Result<MigrationStatusRequest> {
        let cells = self.test_request(target, env).await?;
        Ok(MigrationStatusRequest {
            run_id: cells.run_id,
            product_id: cells.product_id,
            config_ids: cells.config_ids,
            drift,
        })
    }

    /// The cells of active environments that an address means, in the order of databases and columns.
    ///
    /// # Errors
    /// As [`Workbench::test_request`].
    pub async fn migration_cells(
        &self,
        target: &Address,
        env: Option<&str>,
    ) -> Result<Vec<CellAddress>> {
        let request = self.test_request(target, env).await?;
        let ids = request.config_ids.unwrap_or_default();
        let places = self.places_in(&request.product_id).await?.into_iter();
        Ok(places
            .filter(|place| place.environment.active && ids.contains(&place.config.id))
            .map(|place| CellAddress {
                database_id: place.database.id.clone(),
                database: place.database.tag.clone(),
                env: place.environment.slug,
            })
            .collect())
    }

    pub(crate) async fn known_cells(&self, product_id: &str) -> Result<KnownCells> {
        let id = product_id.to_owned();
        self.on_catalog(move |catalog| known_cells(catalog, &id))
            .await
    }

    /// Remembers one reading, and gives the cell that it makes.
    pub(crate) async fn remember_reading(
        &self,
        place: &Place,
        migrations: &[Migration],
        reading: &Reading,
    ) -> MigrationCell {
        let now = now();
        let drift = reading.has_drifted();
        let before = match drift {
            Some(_) => None,
            None => self.known_cells(&place.product.id).await.ok(),
        };
        let before = before
            .as_ref()
            .and_then(|known| known.get(&place.config.id));
        let known = Known::of(&reading.history, drift, before.map(|(_, known)| known));
        let cell = known_cell(place, migrations, &known, now);
        self.remember_readings(known.into_reading(place, now).into_iter().collect())
            .await;
        cell
    }

    /// A full disk must not turn a target that was read into one that was not: what can't be remembered is logged.
    async fn remember_readings(&self, readings: Vec<NewMigrationReading>) {
        if readings.is_empty() {
            return;
        }
        let written = self
            .on_catalog(move |catalog| catalog.record_migrations(&readings))
            .await;
        if let Err(error) = written {
            tracing::warn!(
                code = error.code,
                "what was read of migrations could not be kept"
            );
        }
    }
}

/// The time to the millisecond that the catalog keeps.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

fn config_id(place: &Place) -> String {
    place.config.id.clone()
}

fn known_cells(catalog: &dyn Catalog, product_id: &str) -> Result<KnownCells, CatalogError> {
    let readings = catalog.migration_readings(product_id)?.into_iter();
    Ok(readings
        .filter_map(|(id, reading)| {
            // What another version wrote otherwise is read anew.
            let known = serde_json::from_value(reading.state).ok()?;
            Some((id, (reading.at, known)))
        })
        .collect())
}

/// The migrations of each database, read once however many environments it has.
fn lists(places: &[Place]) -> BTreeMap<String, Vec<Migration>> {
    let mut lists = BTreeMap::new();
    for place in places {
        if !lists.contains_key(&place.database.id) {
            lists.insert(place.database.id.clone(), readable(place));
        }
    }
    lists
}

/// The migrations of a database that can be read; the others are told of where they are edited.
pub(crate) fn readable(place: &Place) -> Vec<Migration> {
    let items = place.database.migrations.iter();
    items
        .filter_map(|item| migration_record::read(place.database.database_type, item).ok())
        .collect()
}

impl Known {
    /// What is kept of a reading. Where the schema was not read, what was known of it stays, unless somebody ran something since.
    fn of(history: &History, drift: Option<bool>, before: Option<&Self>) -> Self {
        let mut rows = history.rows.clone();
        for row in &mut rows {
            // Statements are the target's to keep; they can be long, and hold what a person put into them.
            row.record = Map::new();
        }
        let drift = drift.or_else(|| {
            before
                .filter(|before| before.rows == rows)
                .and_then(|before| before.drift)
        });
        Self { rows, drift }
    }

    fn into_reading(self, place: &Place, at: Timestamp) -> Option<NewMigrationReading> {
        Some(NewMigrationReading {
            config_id: place.config.id.clone(),
            connection_url: place.config.connection_url.clone(),
            reading: MigrationReading {
                at,
                state: serde_json::to_value(self).ok()?,
            },
        })
    }
}

pub(crate) fn known_cell(
    place: &Place,
    migrations: &[Migration],
    known: &Known,
    at: Timestamp,
) -> MigrationCell {
    let status = migrations::status(migrations, &known.rows);
    cell(place, migrations, &status, known.drift, at)
}

/// A cell that could not be read: as it was last found, with why.
pub(crate) fn failed_cell(
    place: &Place,
    before: Option<&(Timestamp, Known)>,
    error: &AppError,
) -> MigrationCell {
    let mut cell = match before {
        Some((at, known)) => known_cell(place, &readable(place), known, *at),
        None => MigrationCell {
            config_id: place.config.id.clone(),
            database_id: place.database.id.clone(),
            database: place.database.tag.clone(),
            env: place.environment.slug.clone(),
            head: None,
            head_position: None,
            pending: 0,
            failed: 0,
            missing: 0,
            changed: 0,
            drift: None,
            checked_at: now().to_string(),
            migrations: Vec::new(),
            error: None,
        },
    };
    cell.error = Some(MigrationCellError {
        code: error.code.to_owned(),
        message: error.message.clone(),
    });
    cell
}

fn cell(
    place: &Place,
    migrations: &[Migration],
    status: &TargetStatus,
    drift: Option<bool>,
    at: Timestamp,
) -> MigrationCell {
    let standing: Vec<MigrationStanding> = status.migrations.iter().map(standing).collect();
    let counted = |is: &dyn Fn(&&MigrationStanding) -> bool| {
        u32::try_from(standing.iter().filter(is).count()).unwrap_or(u32::MAX)
    };
    let head_place = status.head.as_ref().and_then(|head| {
        migrations
            .iter()
            .position(|migration| migration.tag == *head)
    });
    MigrationCell {
        config_id: place.config.id.clone(),
        database_id: place.database.id.clone(),
        database: place.database.tag.clone(),
        env: place.environment.slug.clone(),
        head: status.head.clone(),
        head_position: head_place.and_then(|index| u32::try_from(index + 1).ok()),
        pending: status.pending,
        failed: status.failed,
        missing: counted(&|one| one.state == MigrationStateView::Missing),
        changed: counted(&|one| {
            one.state == MigrationStateView::Applied && one.checksum_matches == Some(false)
        }),
        drift,
        checked_at: at.to_string(),
        migrations: standing,
        error: None,
    }
}

fn standing(status: &MigrationStatus) -> MigrationStanding {
    let row = status.row.as_ref();
    MigrationStanding {
        tag: status.tag.clone(),
        name: status.name.clone(),
        state: status.state.into(),
        applied_at: row.and_then(|row| row.finished_at.clone()),
        checksum: status.checksum.clone(),
        checksum_matches: status.checksum_matches,
        statements_done: status.statements_done,
        statements: status.statements,
        out_of_order: status.out_of_order,
        direction: status
            .direction
            .map(|direction| direction_word(direction).to_owned()),
        under_way: row.and_then(|row| row.under_way),
        by: row.map(|row| row.by.clone()),
        duration_ms: row.and_then(|row| row.duration_ms),
        tool_version: row.map(|row| row.tool_version.clone()),
        error: row.and_then(|row| row.error.clone()),
    }
}
