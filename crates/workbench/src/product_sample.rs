//! The sample product: a small shop in SQLite files of the data folder, so that everything can be tried without a server. Nothing of it
//! is pretended: its migrations are run by the runner, its rows are in tables, and its environments are where a team's would be, the first
//! ahead of the last, and one with an index that somebody made by hand.

mod records;
mod rows;

use std::path::{Path, PathBuf};

use connection_url::{ConnectionUrl, DatabaseType, UrlDocument};
use engines::{CancellationToken, Operation, SessionOptions, engine};
use serde_json::json;
use uuid::Uuid;

use self::records::SampleDatabase;
use crate::action_attempt::{engine_error, run_error};
use crate::dto::{Changed, MigrationDeed, MigrationExceptions, MigrationRunRequest, ProductView};
use crate::{AppError, Result, Workbench};

/// The folder of the files, in the data folder.
const FOLDER: &str = "samples";

/// The tag, where it is free.
const TAG: &str = "sample";

impl Workbench {
    /// Makes the sample product with its files: all of it, or nothing that is left.
    ///
    /// # Errors
    /// `storage` where the files can't be written.
    pub async fn product_sample(&self) -> Result<Changed<ProductView>> {
        let (tag, folder) = self.free_sample_place().await?;
        let record = json!({
            "tag": tag,
            "name": "Sample shop",
            "description": "Files of this machine to try things on. Nothing here is anyone's.",
        });
        let environments = records::environments();
        let mut made = self.product_create_record(record, environments).await?;
        let id = made.record.id.clone();
        let filled = async {
            for database in records::databases() {
                self.sample_database(&id, &folder, &database).await?;
            }
            self.product_fetch(id.clone()).await
        };
        match filled.await {
            Ok(record) => {
                made.record = record;
                Ok(made)
            }
            Err(error) => {
                self.product_delete(id).await?;
                let gone = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder));
                // What can't be removed is in the way of nothing: the next sample has a folder of its own.
                drop(gone.await);
                Err(error)
            }
        }
    }

    /// The first tag that no product and no folder has. Files of a product that was deleted stay for as long as that can be undone.
    async fn free_sample_place(&self) -> Result<(String, PathBuf)> {
        let taken: Vec<String> = self
            .product_list()
            .await?
            .into_iter()
            .map(|product| product.tag)
            .collect();
        let samples = self.data_dir().join(FOLDER);
        tokio::task::spawn_blocking(move || {
            let mut number = 1_u32;
            loop {
                let tag = match number {
                    1 => TAG.to_owned(),
                    number => format!("{TAG}-{number}"),
                };
                let folder = samples.join(&tag);
                if !taken.contains(&tag) && !folder.exists() {
                    make_private(&samples, &folder)?;
                    return Ok((tag, folder));
                }
                number += 1;
            }
        })
        .await
        .map_err(AppError::internal)?
    }

    /// A database with its files, each environment at its own migration.
    async fn sample_database(
        &self,
        product: &str,
        folder: &Path,
        database: &SampleDatabase,
    ) -> Result<()> {
        let mut configs = Vec::new();
        for place in database.places {
            let path = folder.join(format!("{}-{}.db", database.tag, place.slug));
            let url = url_of(&path)?;
            make_file(&url).await?;
            configs.push(json!({ "slug": place.slug, "connection_url": url.expose() }));
        }
        let made = self
            .database_create_record(product.to_owned(), database.record(configs.clone()))
            .await?;
        for (place, config) in database.places.iter().zip(&configs) {
            let url = config
                .get("connection_url")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default();
            let url = ConnectionUrl::parse(url, Some(DatabaseType::Sqlite))?;
            let id = &made.record.id;
            // The rows come in once their tables are there, and stay through what comes after.
            self.sample_run(id, database.tag, place.slug, database.filled_at)
                .await?;
            execute(&url, &rows::statements(database.tag, place.slug)).await?;
            if place.head != database.filled_at {
                self.sample_run(id, database.tag, place.slug, place.head)
                    .await?;
            }
            if let Some(by_hand) = place.by_hand {
                execute(&url, &[by_hand.to_owned()]).await?;
            }
        }
        Ok(())
    }

    async fn sample_run(&self, database: &str, tag: &str, env: &str, to: &str) -> Result<()> {
        let request = MigrationRunRequest {
            run_id: Uuid::now_v7().to_string(),
            database_id: database.to_owned(),
            env: env.to_owned(),
            deed: MigrationDeed::Run {
                to: Some(to.to_owned()),
            },
            dry_run: false,
            confirm: Some(tag.to_owned()),
            exceptions: MigrationExceptions::default(),
        };
        self.migration_run(request, |_| {}).await.map(drop)
    }
}

/// Makes the folder, which nobody else may look into.
fn make_private(samples: &Path, folder: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(samples).and_then(|()| std::fs::create_dir(folder));
    made.map_err(|error| {
        AppError::new(
            "storage",
            format!(
                "The folder {} for the sample's files can't be made: {error}",
                folder.display()
            ),
        )
    })
}

fn url_of(path: &Path) -> Result<ConnectionUrl> {
    let mut document = UrlDocument::default();
    document.database_type = Some(DatabaseType::Sqlite);
    document.database = Some(path.display().to_string());
    let text = connection_url::build(DatabaseType::Sqlite, &document)?;
    Ok(ConnectionUrl::parse(&text, Some(DatabaseType::Sqlite))?)
}

/// Makes an empty file, as a session does that may: the catalog's own URL says nothing of making one.
async fn make_file(url: &ConnectionUrl) -> Result<()> {
    let making = url.edited(&connection_url::Edit::SetOption {
        name: "mode".to_owned(),
        value: Some("rwc".to_owned()),
    })?;
    // The file is there once something is in it.
    let settings = [
        "PRAGMA journal_mode = WAL".to_owned(),
        "PRAGMA user_version = 1".to_owned(),
    ];
    execute(&making, &settings).await
}

/// Runs statements one after the other, the rows among them as one transaction.
async fn execute(url: &ConnectionUrl, statements: &[String]) -> Result<()> {
    let never = CancellationToken::new();
    let engine = engine(DatabaseType::Sqlite);
    let mut session = engine
        .connect(url, &SessionOptions::default(), &never)
        .await
        .map_err(|error| engine_error(&error))?;
    let one = statements.len() > 2;
    if one {
        session.begin(None).await.map_err(run_error)?;
    }
    for statement in statements {
        let operation = Operation::Sql {
            statement: statement.clone(),
            parameters: Vec::new(),
        };
        let done = session.execute(&operation).await;
        done.map_err(run_error)?;
    }
    if one {
        session.commit().await.map_err(run_error)?;
    }
    session.close().await;
    Ok(())
}
