//! The tables and columns of a connected database, for the completion of templates.

use std::collections::HashMap;
use std::time::Duration;

use engines::{Batch, SessionOptions};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::action_attempt::{engine_error, run_error};
use crate::dto::{OutlineColumn, OutlineTable, SchemaOutline};
use crate::{AppError, Result, Workbench, guard};

/// The most columns that are read.
const MOST_COLUMNS: usize = 50_000;
/// How long it may take: what completes a word too late completes nothing.
const LIMIT: Duration = Duration::from_secs(10);

impl Workbench {
    /// The tables or collections of a database in an environment, with their columns where the engine knows them.
    ///
    /// # Errors
    /// As a connection test reports them; `timed_out` after ten seconds.
    pub async fn schema_outline(&self, database_id: String, env: String) -> Result<SchemaOutline> {
        let reading = self.read_outline(&database_id, &env);
        match tokio::time::timeout(LIMIT, reading).await {
            Ok(outline) => outline,
            Err(_) => Err(AppError::new(
                "timed_out",
                "The tables could not be listed in ten seconds. Templates can be written without.",
            )
            .retryable()),
        }
    }

    async fn read_outline(&self, database_id: &str, env: &str) -> Result<SchemaOutline> {
        let database = self.database_by_id(database_id).await?;
        let (product, slug) = (database.product_id.clone(), env.to_owned());
        let environment = self
            .on_catalog(move |catalog| catalog.fetch_environment(&product, &slug))
            .await?;
        if let Some(message) = guard::refusal(&environment) {
            return Err(AppError::refused(message));
        }
        let config = database
            .config(&environment.slug)
            .ok_or_else(|| AppError::not_found("connection for the environment", env))?;
        let url = self.real_url(&database, config).await?;
        let engine = engines::engine(database.database_type);
        let options = SessionOptions {
            timeout: LIMIT,
            read_only: true,
            ..SessionOptions::default()
        };
        let mut session = engine
            .connect(&url, &options, &CancellationToken::new())
            .await
            .map_err(|error| engine_error(&error))?;
        let columns = session.start(&engine.outline()).await.map_err(run_error)?;
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let (table, column, kind) = (place("name"), place("column"), place("type"));
        let mut outline = Outline::default();
        let mut batch = Batch::default();
        loop {
            batch.clear();
            let done = session.fetch(10_000, &mut batch).await.map_err(run_error)?;
            let rows: Vec<Vec<Value>> =
                serde_json::from_str(&format!("[{}]", batch.json())).map_err(AppError::internal)?;
            for row in &rows {
                let text = |place: Option<usize>| {
                    place
                        .and_then(|place| row.get(place))
                        .and_then(Value::as_str)
                };
                if let Some(table) = text(table) {
                    outline.take(table, text(column), text(kind));
                }
            }
            if done.is_some() || outline.columns >= MOST_COLUMNS {
                session.close().await;
                return Ok(SchemaOutline {
                    tables: outline.tables,
                    truncated: done.is_none(),
                });
            }
        }
    }
}

#[derive(Default)]
struct Outline {
    tables: Vec<OutlineTable>,
    places: HashMap<String, usize>,
    columns: usize,
}

impl Outline {
    fn take(&mut self, table: &str, column: Option<&str>, kind: Option<&str>) {
        let place = *self.places.entry(table.to_owned()).or_insert_with(|| {
            self.tables.push(OutlineTable {
                name: table.to_owned(),
                columns: Vec::new(),
            });
            self.tables.len() - 1
        });
        self.columns += 1;
        if let (Some(name), Some(table)) = (column, self.tables.get_mut(place)) {
            table.columns.push(OutlineColumn {
                name: name.to_owned(),
                column_type: kind.unwrap_or_default().to_owned(),
            });
        }
    }
}
