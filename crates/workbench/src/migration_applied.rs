//! Where a migration is applied, in all of its database's targets, and what follows for who edits, moves or deletes it.

use std::time::Duration;

use catalog::{Database, DatabaseItem, DatabasePatch, SubjectKind};
use futures_util::StreamExt;
use migrations::{Direction, HistoryRow, Migration, RowState};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::cell_runs::{Places, as_they_end};
use crate::item_record::Stored;
use crate::migration_record;
use crate::migration_run::runner_error;
use crate::migration_target::{Depth, Place, person};
use crate::{AppError, Result, Workbench};

/// How long a target may take to answer before what was last known of it counts.
const LIMIT: Duration = Duration::from_secs(4);
/// How many targets are asked at once.
const AT_ONCE: usize = 16;

/// What is applied where.
#[derive(Default)]
pub(crate) struct Applied {
    /// The rows of each target.
    rows: Vec<(Place, Vec<HistoryRow>)>,
    /// Targets that did not answer, in plain sentences.
    pub(crate) notes: Vec<String>,
}

impl Applied {
    fn row<'a>(rows: &'a [HistoryRow], id: &str, tag: &str) -> Option<&'a HistoryRow> {
        let by_tag = rows.iter().find(|row| row.tag == tag);
        by_tag.or_else(|| {
            rows.iter()
                .find(|row| !id.is_empty() && row.migration_id == id)
        })
    }

    /// The environments in which it is applied, or half applied.
    pub(crate) fn places_of(&self, id: &str, tag: &str) -> Vec<&str> {
        let rows = self.rows.iter();
        rows.filter(|(_, rows)| Self::row(rows, id, tag).is_some_and(counts))
            .map(|(place, _)| place.environment.slug.as_str())
            .collect()
    }

    pub(crate) fn is_applied(&self, id: &str, tag: &str) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|(_, rows)| Self::row(rows, id, tag).is_some_and(counts))
    }

    /// "dev, stg and prd".
    pub(crate) fn words(places: &[&str]) -> String {
        match places {
            [] => "no environment".to_owned(),
            [one] => (*one).to_owned(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        }
    }
}

/// Whether something of it is in the target, or may be.
fn counts(row: &HistoryRow) -> bool {
    match row.state {
        RowState::Applied | RowState::Started => true,
        RowState::RolledBack => false,
        RowState::Failed => {
            row.direction == Direction::Down || row.statements_done > 0 || row.under_way.is_some()
        }
    }
}

/// An edit of one that is applied, accepted by a person.
#[derive(Default)]
pub(crate) struct Acceptance {
    places: Vec<Place>,
    notes: Vec<String>,
}

impl Workbench {
    /// Looks at every target of a database.
    pub(crate) async fn where_applied(&self, database: &Database) -> Result<Applied> {
        let places = self.places_of(&database.id).await?;
        let known = self.known_cells(&database.product_id).await?;
        let run_id = uuid::Uuid::now_v7().to_string();
        let ids = places.iter().map(|place| place.config.id.clone());
        let run = self.inner.migration_runs.begin(&run_id, ids)?;
        let free = Places::new(AT_ONCE);
        let work = |place, token: Option<CancellationToken>| async move {
            let token = token.unwrap_or_default();
            let read = self.read_within(place, Depth::History, LIMIT, &token);
            (place, read.await)
        };
        let mut reading = as_they_end(&run, &free, &places, &work);
        let mut applied = Applied::default();
        while let Some((place, outcome)) = reading.next().await {
            let rows = match outcome {
                Ok(reading) => reading.history.rows,
                Err(error) => {
                    let before = known.get(&place.config.id);
                    let slug = &place.environment.slug;
                    applied.notes.push(match before {
                        Some((at, _)) => format!(
                            "{slug} did not answer ({}); what was found there on {} counts.",
                            error.code,
                            at.strftime("%Y-%m-%d")
                        ),
                        None => format!(
                            "{slug} did not answer ({}), and nothing is known of it.",
                            error.code
                        ),
                    });
                    before
                        .map(|(_, known)| known.rows.clone())
                        .unwrap_or_default()
                }
            };
            applied.rows.push((place.clone(), rows));
        }
        let order = |place: &Place| {
            places
                .iter()
                .position(|one| one.config.id == place.config.id)
        };
        applied.rows.sort_by_key(|(place, _)| order(place));
        Ok(applied)
    }

    /// Lets an edit pass, or says where the statements are applied that it would change.
    pub(crate) async fn accept_edit(
        &self,
        stored: &Stored,
        fields: &Map<String, Value>,
        confirm: Option<&str>,
    ) -> Result<Acceptance> {
        let Stored { database, item } = stored;
        let database_type = database.database_type;
        let Ok(new) = Migration::read(database_type, &item.id, fields) else {
            return Ok(Acceptance::default());
        };
        let old = migration_record::read(database_type, item).ok();
        if old.as_ref().map(Migration::checksum) == Some(new.checksum()) {
            return Ok(Acceptance::default());
        }
        let applied = self.where_applied(database).await?;
        let checksum = new.checksum();
        let places: Vec<Place> = applied
            .rows
            .iter()
            .filter(|(_, rows)| {
                Applied::row(rows, &item.id, item.tag())
                    .is_some_and(|row| counts(row) && row.checksum != checksum)
            })
            .map(|(place, _)| place.clone())
            .collect();
        if places.is_empty() {
            return Ok(Acceptance {
                places,
                notes: applied.notes,
            });
        }
        if confirm == Some(database.tag.as_str()) {
            return Ok(Acceptance {
                places,
                notes: applied.notes,
            });
        }
        let slugs: Vec<&str> = places
            .iter()
            .map(|place| place.environment.slug.as_str())
            .collect();
        let message = match confirm {
            None => format!(
                "The migration {} is applied in {}, with the statements as they were. Make a new migration for the change; or, if the \
                 targets are right as they are, look at the difference and accept the new checksum with the database's tag: {}.",
                item.tag(),
                Applied::words(&slugs),
                database.tag
            ),
            Some(_) => format!(
                "What was typed is not the tag of the database, {}. Nothing was changed.",
                database.tag
            ),
        };
        Err(AppError::refused(message).with_detail(json!({
            "guard": "checksum",
            "confirm": database.tag,
            "applied": slugs,
            "difference": {
                "before": old.map(|old| old.up).unwrap_or_default(),
                "after": new.up,
            },
            "notes": applied.notes,
        })))
    }

    /// Lets a patch of the whole database pass, unless it edits or removes a migration that is applied somewhere: whoever means that
    /// says so where one migration is changed.
    pub(crate) async fn guard_migrations(
        &self,
        stored: &Database,
        patch: &DatabasePatch,
    ) -> Result<()> {
        let checksum = |fields: &Map<String, Value>| {
            let read = Migration::read(stored.database_type, "", fields).ok();
            read.map(|migration| migration.checksum())
        };
        let touched: Vec<&DatabaseItem> = stored
            .migrations
            .iter()
            .filter(|item| {
                let tag = item.tag();
                let edits = |fields: &&Map<String, Value>| {
                    fields.get("tag").and_then(Value::as_str) == Some(tag)
                        && checksum(fields) != checksum(&item.fields)
                };
                patch.remove_migrations.iter().any(|removed| removed == tag)
                    || patch.migrations.iter().any(|fields| edits(&fields))
            })
            .collect();
        if touched.is_empty() {
            return Ok(());
        }
        let applied = self.where_applied(stored).await?;
        for item in touched {
            let places = applied.places_of(&item.id, item.tag());
            if !places.is_empty() {
                return Err(AppError::refused(format!(
                    "The migration {} is applied in {}. It is edited or deleted with `tapedeck migration`, not with the whole \
                     database.",
                    item.tag(),
                    Applied::words(&places)
                ))
                .with_detail(json!({ "guard": "checksum", "applied": places })));
            }
        }
        Ok(())
    }

    /// Gives the targets the checksum that was accepted, and says what a person should know.
    pub(crate) async fn write_acceptance(
        &self,
        database: &Database,
        id: &str,
        acceptance: Acceptance,
    ) -> Result<Vec<String>> {
        let mut notes = acceptance.notes;
        if acceptance.places.is_empty() {
            return Ok(Vec::new());
        }
        let item = database.migrations.iter().find(|item| item.id == id);
        let migration = item
            .and_then(|item| migration_record::read(database.database_type, item).ok())
            .ok_or_else(|| AppError::internal("the migration is not where it was put"))?;
        let mut accepted = Vec::new();
        for place in &acceptance.places {
            let slug = place.environment.slug.as_str();
            match self.write_checksum(place, &migration).await {
                Ok(()) => accepted.push(slug),
                Err(error) => notes.push(format!(
                    "{slug} still has the old checksum: {} Runs there say so until they are told to accept it.",
                    error.message
                )),
            }
        }
        if !accepted.is_empty() {
            self.note(
                "accept_checksum",
                SubjectKind::Database,
                &database.id,
                database.tag.clone(),
                format!(
                    "{} accepted other statements of the migration {}, which is applied in {}",
                    person(),
                    migration.tag,
                    Applied::words(&accepted)
                ),
            )
            .await?;
        }
        Ok(notes)
    }

    async fn write_checksum(&self, place: &Place, migration: &Migration) -> Result<()> {
        if let Some(message) = crate::guard::refusal(&place.environment) {
            return Err(AppError::refused(message));
        }
        let url = self.real_url(&place.database, &place.config).await?;
        let limit = self.test_options().await?.timeout;
        let target = place.target(&url, limit);
        let only = std::slice::from_ref(migration);
        runner::accept(&target, only, None, &CancellationToken::new())
            .await
            .map_err(|error| runner_error(&error))
    }
}
