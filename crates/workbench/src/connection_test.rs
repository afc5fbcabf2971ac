//! Connection tests: one cell, a selection or a whole matrix, each cell streamed as it ends.
//!
//! A cell goes through `parse` and `secret` here and through the rest of the stages in its engine. At most
//! [`Settings::test_concurrency`](crate::Settings) are begun at once; each has its own time limit and its own cancel
//! token, and one that is kept waiting steps aside, so that hung hosts, keyring prompts or name servers delay no other cell.

use std::time::{Duration, Instant};

use catalog::{DatabaseType, EnvironmentConfig, LastTest, NewTest};
use connection_url::ConnectionUrl;
use engines::{Stage, TestOptions, TestReport};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::cell_runs::{CellId, as_they_end};
use crate::dto::{
    DraftTestRequest, StageView, TestError, TestEvent, TestRequest, TestResult, TlsView,
};
use crate::resolve::{ResolveError, SecretSources};
use crate::urls::parse_database_type;
use crate::{AppError, Result, Workbench};

/// At most so many results go into one commit, and are told of after it.
const REMEMBERED_AT_ONCE: usize = 64;

/// One cell to test, with all that is needed to do so.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) config_id: String,
    pub(crate) database: String,
    pub(crate) env: String,
    pub(crate) database_type: DatabaseType,
    /// As stored or as typed.
    pub(crate) connection_url: zeroize::Zeroizing<String>,
    pub(crate) sources: SecretSources,
}

impl Cell {
    fn of(tag: &str, database_type: DatabaseType, config: &EnvironmentConfig) -> Self {
        Self {
            config_id: config.id.clone(),
            database: tag.to_owned(),
            env: config.slug.clone(),
            database_type,
            connection_url: config.connection_url.clone().into(),
            sources: SecretSources::stored(config),
        }
    }
}

/// Counts of a run of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestSummary {
    /// Cells that answered.
    pub connected: u32,
    /// Cells that did not.
    pub failed: u32,
    /// Cells whose test was cancelled.
    pub cancelled: u32,
    /// Cells of inactive environments.
    pub skipped: u32,
}

impl CellId for Cell {
    fn config_id(&self) -> &str {
        &self.config_id
    }
}

impl Workbench {
    /// Tests cells of a product and tells of each as it happens. Answers when all have ended.
    ///
    /// # Errors
    /// `not_found` for an unknown product or cell; a cell that does not connect is an event, not an error.
    pub async fn test_start(
        &self,
        request: TestRequest,
        events: impl Fn(TestEvent) + Send + Sync + 'static,
    ) -> Result<TestSummary> {
        let product_id = request.product_id.clone();
        let matrix = self
            .on_catalog(move |catalog| catalog.matrix(&product_id))
            .await?;
        let inactive: Vec<&str> = matrix
            .environments
            .iter()
            .filter(|env| !env.active)
            .map(|env| env.slug.as_str())
            .collect();
        let mut skipped = 0;
        let mut cells = Vec::new();
        for row in &matrix.databases {
            for config in &row.envs {
                let wanted = request
                    .config_ids
                    .as_ref()
                    .is_none_or(|ids| ids.contains(&config.id));
                if !wanted {
                    continue;
                }
                if inactive.contains(&config.slug.as_str()) {
                    skipped += 1;
                } else {
                    cells.push(Cell::of(&row.tag, row.database_type, config));
                }
            }
        }
        let options = self.test_options().await?;
        let mut summary = self
            .run_tests(&request.run_id, cells, options, &events)
            .await?;
        summary.skipped = skipped;
        let TestSummary {
            connected,
            failed,
            cancelled,
            skipped,
        } = summary;
        events(TestEvent::Done {
            connected,
            failed,
            cancelled,
            skipped,
        });
        Ok(summary)
    }

    /// What `tapedeck test` means by an address, and by `--env`.
    ///
    /// # Errors
    /// `not_found` for what does not exist, `refused` when the one cell asked for is in an inactive environment.
    pub async fn test_request(
        &self,
        target: &crate::Address,
        env: Option<&str>,
    ) -> Result<TestRequest> {
        let one_cell = target.database.is_some() && (target.env.is_some() || env.is_some());
        let (target, slug) = (
            target.clone(),
            target.env.clone().or_else(|| env.map(str::to_owned)),
        );
        let (product_id, config_ids, refused) = self
            .on_catalog(move |catalog| {
                let product = catalog.fetch_product(&target.product)?;
                let environment = slug
                    .as_deref()
                    .map(|slug| catalog.fetch_environment(&product.id, slug))
                    .transpose()?;
                let databases = match &target.database {
                    Some(database) => vec![catalog.fetch_database(&product.id, database)?],
                    None => catalog.fetch_databases(&product.id)?,
                };
                let wanted = |config: &&EnvironmentConfig| {
                    environment
                        .as_ref()
                        .is_none_or(|environment| config.environment_id == environment.id)
                };
                let ids: Vec<String> = databases
                    .iter()
                    .flat_map(|db| db.envs.iter().filter(wanted))
                    .map(|config| config.id.clone())
                    .collect();
                let refused =
                    environment.filter(|environment| !environment.active && target.env.is_some());
                Ok((product.id, ids, refused.map(|environment| environment.slug)))
            })
            .await?;
        if let Some(slug) = refused {
            return Err(AppError::refused(format!(
                "The environment {slug} is inactive and runs nothing."
            )));
        }
        if config_ids.is_empty() && one_cell {
            return Err(AppError::new(
                "not_found",
                "No connection is configured there.",
            ));
        }
        Ok(TestRequest {
            run_id: uuid::Uuid::now_v7().to_string(),
            product_id,
            config_ids: Some(config_ids),
        })
    }

    /// Tests what is typed in the editor, before it is saved. Nothing is stored.
    pub async fn test_draft(
        &self,
        request: DraftTestRequest,
        events: impl Fn(TestEvent) + Send + Sync + 'static,
    ) -> Result<TestResult> {
        let database_type = parse_database_type(&request.database_type)?;
        let stored = self
            .stored_config(request.database_id.as_deref(), &request.config.slug)
            .await?;
        let copied = match &request.config.copy_from {
            Some(id) => Some(self.config_by_id(id).await?.1),
            None => None,
        };
        let source = copied.or(stored);
        let config_id = source
            .as_ref()
            .map_or_else(|| "draft".to_owned(), |config| config.id.clone());
        let cell = Cell {
            config_id,
            database: request.database_id.unwrap_or_default(),
            env: request.config.slug.clone(),
            database_type,
            connection_url: request.config.connection_url.into(),
            sources: SecretSources::draft(
                source.as_ref(),
                &request.config.slug,
                request.config.secrets,
            ),
        };
        let options = self.test_options().await?;
        let run = self
            .runs()
            .begin(&request.run_id, std::iter::once(cell.config_id.clone()))?;
        Ok(self.test_cell(&cell, &options, run.token(), &events).await)
    }

    /// Ends a running test, or one cell of it, within half a second.
    pub async fn test_cancel(&self, run_id: String, config_id: Option<String>) -> Result<()> {
        self.runs().cancel(&run_id, config_id.as_deref());
        Ok(())
    }

    async fn run_tests(
        &self,
        run_id: &str,
        cells: Vec<Cell>,
        options: TestOptions,
        events: &(impl Fn(TestEvent) + Send + Sync),
    ) -> Result<TestSummary> {
        let run = self
            .runs()
            .begin(run_id, cells.iter().map(|cell| cell.config_id.clone()))?;
        let places = self.places().await?.where_slow_ones_step_aside();
        let options = &options;
        let work = |cell, token: Option<CancellationToken>| async move {
            match token {
                Some(token) => (cell, self.test_cell(cell, options, &token, events).await),
                None => (cell, cancelled_before_start(cell)),
            }
        };
        // What ends at the same moment is remembered in one commit: a cell must not wait for the disk once for each other.
        let mut running =
            as_they_end(&run, &places, &cells, &work).ready_chunks(REMEMBERED_AT_ONCE);
        let mut summary = TestSummary::default();
        while let Some(ended) = running.next().await {
            self.remember_tests(&ended).await;
            for (cell, result) in ended {
                match (result.connected, was_cancelled(&result)) {
                    (true, _) => summary.connected += 1,
                    (_, true) => summary.cancelled += 1,
                    _ => summary.failed += 1,
                }
                events(TestEvent::Finished {
                    config_id: cell.config_id.clone(),
                    result: Box::new(result),
                });
            }
        }
        Ok(summary)
    }

    /// A full disk must not turn a test that connected into one that failed: what can't be remembered is logged.
    async fn remember_tests(&self, ended: &[(&Cell, TestResult)]) {
        let at = jiff::Timestamp::now();
        let tests: Vec<NewTest> = ended
            .iter()
            .filter(|(_, result)| !was_cancelled(result))
            .filter_map(|(cell, result)| {
                Some(NewTest {
                    config_id: cell.config_id.clone(),
                    connection_url: cell.connection_url.to_string(),
                    test: LastTest {
                        at,
                        result: serde_json::to_string(result).ok()?,
                    },
                })
            })
            .collect();
        if tests.is_empty() {
            return;
        }
        let written = self
            .on_catalog(move |catalog| catalog.record_tests(&tests))
            .await;
        if let Err(error) = written {
            tracing::warn!(
                code = error.code,
                "the outcome of a connection test could not be kept"
            );
        }
    }

    /// One cell, from `parse` to `ready`, within the time limit.
    async fn test_cell(
        &self,
        cell: &Cell,
        options: &TestOptions,
        cancel: &CancellationToken,
        events: &(impl Fn(TestEvent) + Send + Sync),
    ) -> TestResult {
        let config_id = &cell.config_id;
        events(TestEvent::Started {
            config_id: config_id.clone(),
        });
        let tell = |stage: Stage| {
            events(TestEvent::Stage {
                config_id: config_id.clone(),
                stage: stage.as_str().to_owned(),
            });
        };
        let mut outcome = Outcome::begin();

        tell(Stage::Parse);
        let parsed = ConnectionUrl::parse(&cell.connection_url, Some(cell.database_type));
        outcome.end_stage(Stage::Parse);
        let url = match parsed {
            Ok(url) => url,
            Err(error) => return outcome.failed(cell, Stage::Parse, parse_error(&error)),
        };

        tell(Stage::Secret);
        let resolving = self.resolve_secrets(&url, &cell.sources);
        let resolved = tokio::select! {
            resolved = tokio::time::timeout(options.timeout, resolving) => resolved,
            () = cancel.cancelled() => {
                outcome.end_stage(Stage::Secret);
                return outcome.failed(cell, Stage::Secret, cancelled_error());
            }
        };
        outcome.end_stage(Stage::Secret);
        let url = match resolved {
            Ok(Ok(url)) => url,
            Ok(Err(error)) => return outcome.failed(cell, Stage::Secret, secret_error(&error)),
            Err(_) => return outcome.failed(cell, Stage::Secret, keyring_slow(options.timeout)),
        };

        let mut remaining = options.clone();
        remaining.timeout = options.timeout.saturating_sub(outcome.started.elapsed());
        let report = engines::engine(cell.database_type)
            .test(&url, &remaining, &tell, cancel)
            .await;
        outcome.ended(cell, report)
    }
}

/// The stages passed so far.
struct Outcome {
    started: Instant,
    stage_began: Instant,
    stages: Vec<StageView>,
}

impl Outcome {
    fn begin() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            stage_began: now,
            stages: Vec::with_capacity(8),
        }
    }

    fn end_stage(&mut self, stage: Stage) {
        let ms = self.stage_began.elapsed().as_secs_f64() * 1000.0;
        self.stages.push(StageView {
            stage: stage.as_str().to_owned(),
            ms: rounded(ms),
        });
        self.stage_began = Instant::now();
    }

    fn failed(self, cell: &Cell, stage: Stage, error: TestError) -> TestResult {
        TestResult {
            database: cell.database.clone(),
            env: cell.env.clone(),
            connected: false,
            version: None,
            server: None,
            latency_ms: None,
            tls: None,
            stage: stage.as_str().to_owned(),
            stages: self.stages,
            error: Some(error),
            tested_at: jiff::Timestamp::now().to_string(),
        }
    }

    fn ended(mut self, cell: &Cell, report: TestReport) -> TestResult {
        self.stages
            .extend(report.stages.iter().map(|timing| StageView {
                stage: timing.stage.as_str().to_owned(),
                ms: rounded(timing.ms),
            }));
        TestResult {
            database: cell.database.clone(),
            env: cell.env.clone(),
            connected: report.connected,
            version: report.version,
            server: report.server,
            latency_ms: report.latency_ms.map(rounded),
            tls: report.tls.map(|tls| TlsView {
                version: tls.version,
                verified: tls.verified,
            }),
            stage: report.stage.as_str().to_owned(),
            stages: self.stages,
            error: report.error.map(|error| TestError {
                code: error.code.to_owned(),
                message: error.message,
                remedy: error.remedy,
                server_code: error.server_code,
                retryable: error.retryable,
            }),
            tested_at: jiff::Timestamp::now().to_string(),
        }
    }
}

/// Microseconds are as fine as a person or a script needs.
fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

fn was_cancelled(result: &TestResult) -> bool {
    let error = result.error.as_ref();
    error.is_some_and(|error| error.code == "cancelled")
}

fn cancelled_before_start(cell: &Cell) -> TestResult {
    Outcome::begin().failed(cell, Stage::Parse, cancelled_error())
}

fn test_error(code: &str, message: impl Into<String>, remedy: &str, retryable: bool) -> TestError {
    TestError {
        code: code.to_owned(),
        message: message.into(),
        remedy: remedy.to_owned(),
        server_code: None,
        retryable,
    }
}

fn cancelled_error() -> TestError {
    test_error(
        "cancelled",
        "The test was cancelled.",
        "Start it again when you need it.",
        true,
    )
}

fn parse_error(error: &connection_url::UrlError) -> TestError {
    test_error(
        "invalid_url",
        error.message.clone(),
        "Correct the connection URL of this cell.",
        false,
    )
}

fn keyring_slow(after: Duration) -> TestError {
    test_error(
        "keyring_timeout",
        format!("The keyring did not answer within {} s.", after.as_secs()),
        "Look for a prompt of the keyring that waits for an answer, then test again.",
        true,
    )
}

fn secret_error(error: &ResolveError) -> TestError {
    let advice = match error {
        ResolveError::Store(store) => crate::secret_place::advice(store),
        _ => Vec::new(),
    };
    let remedy = match error.code() {
        _ if !advice.is_empty() => advice[0],
        "secret_missing" => {
            "Enter what is missing: the matrix and `tapedeck secret check` list it, `tapedeck secret enter` asks for it."
        }
        code if code.starts_with("keyring_") => "Try again in a moment.",
        "vault_locked" => "Unlock the vault file with its passphrase, then test again.",
        "vault_passphrase_wrong" => "Give the vault file's own passphrase, then test again.",
        code if code.starts_with("vault_") => {
            "Put the vault file right, or choose another place for passwords."
        }
        _ => "Correct the connection URL of this cell.",
    };
    test_error(
        error.code(),
        error.to_string(),
        remedy,
        error.code() != "invalid_url",
    )
}
