//! A database in one environment, as migrations see it: whose history it is, and one reading of what stands there. A reading takes no
//! lock, makes nothing and runs in a session that can't write.

use std::sync::Arc;
use std::time::Duration;

use catalog::{Database, Environment, EnvironmentConfig, Product, SubjectKind};
use connection_url::ConnectionUrl;
use engines::{Canceller, Session, SessionOptions};
use migrations::{Migration, TargetStatus, status};
use runner::{History, Limits, Scope, Target};
use schema::{Difference, Snapshot, compare};
use tokio_util::sync::CancellationToken;

use crate::action_attempt::{engine_error, run_error};
use crate::cell_runs::CellId;
use crate::{AppError, Result, Workbench};

/// How long the server may take to hear that it is to end a reading.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// A database where its migrations run.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) product: Arc<Product>,
    pub(crate) database: Arc<Database>,
    pub(crate) environment: Environment,
    pub(crate) config: EnvironmentConfig,
}

impl CellId for Place {
    fn config_id(&self) -> &str {
        &self.config.id
    }
}

impl Place {
    /// `shop/orders@dev`.
    pub(crate) fn address(&self) -> String {
        format!(
            "{}/{}@{}",
            self.product.tag, self.database.tag, self.environment.slug
        )
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {
            product: self.product.tag.clone(),
            database: self.database.tag.clone(),
            database_id: self.database.id.clone(),
        }
    }

    /// Where a run goes, at this URL.
    pub(crate) fn target<'a>(&self, url: &'a ConnectionUrl, connect: Duration) -> Target<'a> {
        Target {
            database_type: self.database.database_type,
            url,
            scope: self.scope(),
            by: person(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            limits: Limits {
                connect,
                ..Limits::default()
            },
        }
    }
}

/// `user@host` of who runs this, as the history in a target names them.
pub(crate) fn person() -> String {
    let variable = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    let user = variable(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".to_owned());
    let host = variable(&["HOSTNAME", "COMPUTERNAME"])
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .map(|host| host.trim().to_owned())
        .filter(|host| !host.is_empty())
        .unwrap_or_else(|| "localhost".to_owned());
    format!("{user}@{host}")
}

/// What stands in a target.
pub(crate) struct Reading {
    pub(crate) history: History,
    /// The live schema, where it was asked for and there is one to compare it with, or it was asked for in any case.
    pub(crate) live: Option<Snapshot>,
    /// Whether the schema is what the last run left, as is known without reading it: that run has ended a moment ago.
    pub(crate) as_left: bool,
}

impl Reading {
    /// From the schema that the last run left to the one that is there; `None` where that was not read.
    pub(crate) fn drift(&self) -> Option<Vec<Difference>> {
        if self.as_left {
            return Some(Vec::new());
        }
        let stored = self.history.snapshot.as_ref()?;
        Some(compare(&stored.snapshot, self.live.as_ref()?))
    }

    /// Whether the schema is another one than the last run left; `None` where it was not read.
    pub(crate) fn has_drifted(&self) -> Option<bool> {
        self.drift().map(|differences| !differences.is_empty())
    }

    pub(crate) fn status(&self, migrations: &[Migration]) -> TargetStatus {
        status(migrations, &self.history.rows)
    }
}

/// Whether a reading takes the live schema too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Depth {
    /// The history only.
    History,
    /// The schema as well, where a run has left one to compare it with.
    Drift,
    /// The schema in any case.
    Schema,
}

/// A session that only reads, and what ends its statement at the server.
pub(crate) struct Reader {
    pub(crate) session: Box<dyn Session>,
    pub(crate) canceller: Arc<dyn Canceller>,
}

impl Workbench {
    /// Every configured target of a database, in the order of the columns.
    pub(crate) async fn places_of(&self, database_id: &str) -> Result<Vec<Place>> {
        let id = database_id.to_owned();
        self.on_catalog(move |catalog| {
            let location = catalog.locate(SubjectKind::Database, &id)?;
            let product = Arc::new(catalog.fetch_product(&location.product_id)?);
            let environments = catalog.fetch_environments(&product.id)?;
            let database = catalog.fetch_database(&product.id, &id)?;
            Ok(places(&product, &environments, database))
        })
        .await
    }

    /// Every configured target of a product: databases as they were made, environments in the order of the columns.
    pub(crate) async fn places_in(&self, product: &str) -> Result<Vec<Place>> {
        let name = product.to_owned();
        self.on_catalog(move |catalog| {
            let product = Arc::new(catalog.fetch_product(&name)?);
            let environments = catalog.fetch_environments(&product.id)?;
            let databases = catalog.fetch_databases(&product.id)?.into_iter();
            Ok(databases
                .flat_map(|database| places(&product, &environments, database))
                .collect())
        })
        .await
    }

    /// A database in one environment, with its other targets.
    ///
    /// # Errors
    /// `not_found` for an environment that the product lacks, or for which the database has no connection.
    pub(crate) async fn migration_place(
        &self,
        database_id: &str,
        slug: &str,
    ) -> Result<(Place, Vec<Place>)> {
        let places = self.places_of(database_id).await?;
        let found = places
            .iter()
            .find(|place| place.environment.slug == slug)
            .cloned();
        if let Some(place) = found {
            return Ok((place, places));
        }
        let database = self.database_by_id(database_id).await?;
        let (product, name) = (database.product_id.clone(), slug.to_owned());
        let environment = self
            .on_catalog(move |catalog| catalog.fetch_environment(&product, &name))
            .await?;
        Err(AppError::new(
            "not_found",
            format!(
                "The database {} has no connection in {}. Add one, or choose another environment.",
                database.tag, environment.slug
            ),
        ))
    }

    /// Opens a session that can't write.
    pub(crate) async fn open_reader(
        &self,
        place: &Place,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Reader> {
        let url = tokio::select! {
            url = tokio::time::timeout(limit, self.real_url(&place.database, &place.config)) => {
                url.map_err(|_| late(limit))??
            }
            () = cancel.cancelled() => return Err(AppError::cancelled()),
        };
        let options = SessionOptions {
            timeout: limit,
            read_only: true,
            ..SessionOptions::default()
        };
        let session = engines::engine(place.database.database_type)
            .connect(&url, &options, cancel)
            .await
            .map_err(|error| engine_error(&error))?;
        Ok(Reader {
            canceller: Arc::from(session.canceller()),
            session,
        })
    }

    /// Reads what stands in a target.
    pub(crate) async fn read_place(
        &self,
        place: &Place,
        depth: Depth,
        cancel: &CancellationToken,
    ) -> Result<Reading> {
        let limit = self.test_options().await?.timeout;
        self.read_within(place, depth, limit, cancel).await
    }

    /// As [`Workbench::read_place`], with a time limit of the caller's for connecting and reading each.
    pub(crate) async fn read_within(
        &self,
        place: &Place,
        depth: Depth,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Reading> {
        let mut reader = self.open_reader(place, limit, cancel).await?;
        let reading = reader.read(place, depth, limit, cancel).await;
        reader.session.close().await;
        reading
    }
}

impl Reader {
    pub(crate) async fn read(
        &mut self,
        place: &Place,
        depth: Depth,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Reading> {
        let canceller = Arc::clone(&self.canceller);
        let session = self.session.as_mut();
        let database_type = place.database.database_type;
        let scope = place.scope();
        let reading = async {
            let history = runner::read_history(session, database_type, &scope)
                .await
                .map_err(run_error)?;
            let wanted = match depth {
                Depth::History => false,
                Depth::Drift => history.snapshot.is_some(),
                Depth::Schema => true,
            };
            let live = match wanted {
                true => Some(
                    schema::read(session, database_type)
                        .await
                        .map_err(run_error)?,
                ),
                false => None,
            };
            Ok(Reading {
                history,
                live,
                as_left: false,
            })
        };
        until(reading, canceller.as_ref(), limit, cancel).await
    }
}

/// Waits for a reading. Cancelled or late, its statement is ended at the server before the answer.
pub(crate) async fn until<T>(
    reading: impl Future<Output = Result<T>>,
    canceller: &dyn Canceller,
    limit: Duration,
    cancel: &CancellationToken,
) -> Result<T> {
    let error = tokio::select! {
        outcome = tokio::time::timeout(limit, reading) => match outcome {
            Ok(outcome) => return outcome,
            Err(_) => late(limit),
        },
        () = cancel.cancelled() => AppError::cancelled(),
    };
    drop(tokio::time::timeout(CANCEL_LIMIT, canceller.cancel()).await);
    Err(error)
}

fn late(limit: Duration) -> AppError {
    AppError::new(
        "timed_out",
        format!(
            "There was no answer within {:.0} s, and the attempt was ended. Try again, or give it more time.",
            limit.as_secs_f64()
        ),
    )
    .retryable()
}

fn places(product: &Arc<Product>, environments: &[Environment], database: Database) -> Vec<Place> {
    let database = Arc::new(database);
    environments
        .iter()
        .filter_map(|environment| {
            let config = database
                .envs
                .iter()
                .find(|config| config.environment_id == environment.id)?;
            Some(Place {
                product: Arc::clone(product),
                database: Arc::clone(&database),
                environment: environment.clone(),
                config: config.clone(),
            })
        })
        .collect()
}
