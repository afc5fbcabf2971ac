//! Running an action: guards, one session, rows in pages, and an end at the server when it is cancelled.
//!
//! Between connecting and the last row a run owns its session. A page that leaves rows at the server keeps the run open under the
//! id that its caller chose, until it is read to its end, closed, cancelled, or has been left alone for [`LEFT_ALONE`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engines::SessionOptions;
use tokio_util::sync::CancellationToken;

use crate::action_attempt::{Attempt, Open, Stop, read_page};
use crate::action_plan::Prepared;
use crate::dto::{ActionRunRequest, RunEvent, RunPage};
use crate::{AppError, Result, Workbench, guard};

/// The rows of a page where the caller names none.
pub const PAGE_ROWS: u32 = 500;
/// The most rows of a page.
const MOST_ROWS: u32 = 10_000_000;
/// The bytes of rows after which a page ends where the caller names none: a window takes them in without a pause. A page has one
/// row at least.
const PAGE_BYTES: u64 = 8 << 20;
/// How long a run with rows left is kept while nobody asks for them.
const LEFT_ALONE: Duration = Duration::from_secs(300);

/// The runs that are under way or have rows left, by the id their caller chose.
#[derive(Default)]
pub(crate) struct ActionRuns {
    runs: Mutex<HashMap<String, Arc<Run>>>,
}

struct Run {
    cancel: CancellationToken,
    /// What is left to read. Taken out while a page is read.
    open: Mutex<Option<Open>>,
}

impl ActionRuns {
    fn begin(&self, run_id: &str) -> Result<Arc<Run>> {
        let run = Arc::new(Run {
            cancel: CancellationToken::new(),
            open: Mutex::new(None),
        });
        let mut runs = lock(&self.runs);
        runs.retain(|_, run| {
            lock(&run.open)
                .as_ref()
                .is_none_or(|open| open.since.elapsed() < LEFT_ALONE)
        });
        if runs.contains_key(run_id) {
            return Err(AppError::new(
                "conflict",
                "A run with this id is under way. Close it, or choose another id.",
            ));
        }
        runs.insert(run_id.to_owned(), Arc::clone(&run));
        Ok(run)
    }

    fn find(&self, run_id: &str) -> Option<Arc<Run>> {
        lock(&self.runs).get(run_id).cloned()
    }

    fn end(&self, run_id: &str) -> Option<Arc<Run>> {
        lock(&self.runs).remove(run_id)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a run off the list however its future ends, unless it has rows left.
struct RunGuard<'a> {
    runs: &'a ActionRuns,
    run_id: &'a str,
    run: Arc<Run>,
}

impl Drop for RunGuard<'_> {
    fn drop(&mut self) {
        if lock(&self.run.open).is_none() {
            self.run.cancel.cancel();
            self.runs.end(self.run_id);
        }
    }
}

impl Workbench {
    /// Runs an action and tells of its result as it arrives: columns, then rows up to the limit.
    ///
    /// # Errors
    /// Before anything is sent: `not_found`, `validation` with every fault of every input, `refused` by a guard, `secret_missing` and
    /// the like. Afterwards the codes of the engines; `detail.fate` says what became of it (`not_sent`, `refused`, `rolled_back`,
    /// `unknown`, `carried_out` where a cancellation came too late), and `detail.attempts` how often it was sent.
    pub async fn action_run(
        &self,
        request: ActionRunRequest,
        events: impl Fn(RunEvent) + Send + Sync,
    ) -> Result<RunPage> {
        let prepared = self
            .prepare_action(&request.action_id, &request.env, &request.input)
            .await?;
        self.run_prepared(&prepared, &request, events).await
    }

    /// Runs what was prepared from a request.
    pub(crate) async fn run_prepared(
        &self,
        prepared: &Prepared,
        request: &ActionRunRequest,
        events: impl Fn(RunEvent) + Send + Sync,
    ) -> Result<RunPage> {
        if let Some(message) = prepared.refusal() {
            return Err(AppError::refused(message));
        }
        guard::pass(
            &prepared.place.environment,
            prepared.deed(),
            request.confirm.as_deref(),
        )?;
        let url = self
            .real_url(&prepared.place.database, &prepared.place.config)
            .await?;
        let runs = &self.inner.action_runs;
        let run = runs.begin(&request.run_id)?;
        let _guard = RunGuard {
            runs,
            run_id: &request.run_id,
            run: Arc::clone(&run),
        };
        let asked = self.test_options().await?;
        let attempt = Attempt {
            prepared,
            url: &url,
            options: SessionOptions {
                timeout: asked.timeout,
                read_only: !prepared.kind.writes(),
                ..SessionOptions::default()
            },
            cancel: &run.cancel,
            deadline: self.statement_limit().map(|limit| Instant::now() + limit),
            limit: page_rows(request.limit),
            bytes: usize::try_from(request.bytes.unwrap_or(PAGE_BYTES)).unwrap_or(usize::MAX),
        };
        let outcome = attempt.run_to_page(request.retries, &events).await;
        let (outcome, open) = match outcome {
            Ok((page, open)) => (Ok(page), open),
            Err(error) => (Err(prepared.secrets.hide_in(error)), None),
        };
        self.remember_run(prepared, &outcome).await;
        *lock(&run.open) = open;
        outcome
    }

    /// Reads another page of a run that has rows left.
    ///
    /// # Errors
    /// `not_found` when the run has ended or was left alone too long; the codes of the engines.
    pub async fn action_more(
        &self,
        run_id: String,
        limit: Option<u32>,
        events: impl Fn(RunEvent) + Send + Sync,
    ) -> Result<RunPage> {
        let runs = &self.inner.action_runs;
        let gone = || {
            AppError::new(
                "not_found",
                "The rest of this result is no longer at the server. Run the action again.",
            )
        };
        let run = runs.find(&run_id).ok_or_else(gone)?;
        let open = lock(&run.open).take().ok_or_else(gone)?;
        let _guard = RunGuard {
            runs,
            run_id: &run_id,
            run: Arc::clone(&run),
        };
        let stop = Stop {
            cancel: &run.cancel,
            deadline: self.statement_limit().map(|limit| Instant::now() + limit),
            canceller: open.session.canceller().into(),
        };
        let attempts = open.page.attempts;
        let secrets = open.secrets.clone();
        let (page, open) = read_page(open, page_rows(limit), &stop, false, &events)
            .await
            .map_err(|failed| secrets.hide_in(failed.into_error(attempts)))?;
        *lock(&run.open) = open;
        Ok(page)
    }

    /// Ends a run at the server. What it was doing answers with `cancelled`; rows that are left are given up.
    pub async fn action_cancel(&self, run_id: String) -> Result<()> {
        if let Some(run) = self.inner.action_runs.find(&run_id) {
            run.cancel.cancel();
            let left = lock(&run.open).take();
            if let Some(open) = left {
                self.inner.action_runs.end(&run_id);
                // The statement may still be producing rows.
                drop(open.session.canceller().cancel().await);
                open.session.close().await;
            }
        }
        Ok(())
    }

    /// How long a statement may take (`--timeout`); none where the caller sets no limit.
    fn statement_limit(&self) -> Option<Duration> {
        *lock(&self.inner.test_limit)
    }
}

fn page_rows(limit: Option<u32>) -> usize {
    usize::try_from(limit.unwrap_or(PAGE_ROWS).min(MOST_ROWS)).unwrap_or(usize::MAX)
}
