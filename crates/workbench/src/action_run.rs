//! Running an action: guards, one session, rows in pages, and an end at the server when it is cancelled.
//!
//! Between connecting and the last row a run owns its session. A page that leaves rows at the server keeps the run open under the
//! id that its caller chose, until it is read to its end, closed, cancelled, or has been left alone for [`LEFT_ALONE`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engines::{
    Batch, Canceller, Completion, Fate, IsolationLevel, Operation, RunError, Session,
    SessionOptions,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use templates::Sent;
use tokio_util::sync::CancellationToken;

use crate::action_plan::Prepared;
use crate::dto::{ActionRunRequest, ColumnView, RunEvent, RunPage, RunTimings};
use crate::guard;
use crate::{AppError, Result, Workbench};

/// The rows of a page where the caller names none.
pub const PAGE_ROWS: u32 = 500;
/// The most rows of a page.
const MOST_ROWS: u32 = 10_000_000;
/// The most retries that a caller can ask for.
const MOST_RETRIES: u32 = 20;
/// How many rows the first event of a result has at most: the screen is filled while the rest arrives.
const FIRST_ROWS: usize = 100;
/// How long a cancelled statement may take to end at the server before the connection is dropped.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);
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

/// A result that is not read to its end.
struct Open {
    session: Box<dyn Session>,
    writes: bool,
    /// A row that was read to see whether there is one.
    held: Batch,
    /// What came with that row, where it is the last one.
    completion: Option<Completion>,
    page: RunPage,
    since: Instant,
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
    /// `unknown`), and `detail.attempts` how often it was sent.
    pub async fn action_run(
        &self,
        request: ActionRunRequest,
        events: impl Fn(RunEvent) + Send + Sync,
    ) -> Result<RunPage> {
        let prepared = self
            .prepare_action(&request.action_id, &request.env, &request.input)
            .await?;
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
            prepared: &prepared,
            url: &url,
            options: SessionOptions {
                timeout: asked.timeout,
                read_only: !prepared.kind.writes(),
                ..SessionOptions::default()
            },
            cancel: &run.cancel,
            deadline: self.statement_limit().map(|limit| Instant::now() + limit),
            limit: page_rows(request.limit),
        };
        let outcome = attempt.run_to_page(request.retries, &events).await;
        let (outcome, open) = match outcome {
            Ok((page, open)) => (Ok(page), open),
            Err(error) => (Err(error), None),
        };
        self.remember_run(&prepared, &outcome).await;
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
            canceller: open.session.canceller(),
        };
        let attempts = open.page.attempts;
        let (page, open) = read_page(open, page_rows(limit), &stop, false, &events)
            .await
            .map_err(|failed| failed.into_error(attempts))?;
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

/// How long to wait before an attempt: twice as long each time, from 50 ms to 2 s.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(25_u64.saturating_mul(1 << attempt.min(10))).min(Duration::from_secs(2))
}

/// Why an attempt failed.
struct Failed {
    error: AppError,
    fate: Fate,
    /// Whether the run could change something.
    writes: bool,
    /// Whether rows were told of already.
    told: bool,
}

impl Failed {
    fn of(error: RunError, writes: bool, told: bool) -> Self {
        let mut shown = engine_error(&error.error);
        if let (Some(position), Some(Value::Object(detail))) = (error.position, &mut shown.detail) {
            detail.insert("position".to_owned(), json!(position));
        }
        Self {
            error: shown,
            fate: error.fate,
            writes,
            told,
        }
    }

    /// Only what was not sent, what the server took back to be sent again, and a read of which nothing was shown.
    fn can_retry(&self) -> bool {
        let lost = self.fate == Fate::Unknown && !self.writes && self.error.retryable;
        !self.told
            && self.error.code != "cancelled"
            && match self.fate {
                Fate::NotSent => self.error.retryable,
                Fate::RolledBack => true,
                Fate::Refused => false,
                Fate::Unknown => lost,
            }
    }

    fn into_error(self, attempts: u32) -> AppError {
        let mut error = self.error;
        if self.writes && self.fate == Fate::Unknown {
            error.message.push_str(
                " Nobody knows whether it was carried out: look at the data before you run it again.",
            );
            error.retryable = false;
        }
        let detail = error.detail.get_or_insert_with(|| json!({}));
        if let Value::Object(detail) = detail {
            detail.insert("fate".to_owned(), json!(self.fate));
            detail.insert("attempts".to_owned(), json!(attempts));
        }
        error
    }
}

/// An engine's error for a face: what happened, then what to do.
fn engine_error(error: &engines::EngineError) -> AppError {
    let message = match error.remedy.as_str() {
        "" => error.message.clone(),
        remedy => format!("{} {remedy}", error.message),
    };
    let mut shown = AppError::new(error.code, message);
    shown.retryable = error.retryable;
    shown.with_detail(json!({ "server_code": error.server_code, "stage": error.stage }))
}

/// What ends an operation before it is done.
struct Stop<'a> {
    cancel: &'a CancellationToken,
    deadline: Option<Instant>,
    canceller: Box<dyn Canceller>,
}

impl Stop<'_> {
    /// Waits for an operation. Cancelled or out of time, it is ended at the server first, and the answer is the server's.
    async fn wait<T>(
        &self,
        operation: impl Future<Output = std::result::Result<T, RunError>>,
        writes: bool,
        told: bool,
    ) -> std::result::Result<T, Failed> {
        let mut operation = std::pin::pin!(operation);
        let late = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        let by_person = tokio::select! {
            done = &mut operation => {
                return done.map_err(|error| Failed::of(error, writes, told));
            }
            () = self.cancel.cancelled() => true,
            () = late => false,
        };
        let asked = self.canceller.cancel().await;
        let ended = tokio::time::timeout(CANCEL_LIMIT, operation).await;
        let fate = match &ended {
            Ok(Err(error)) => error.fate,
            Ok(Ok(_)) | Err(_) => Fate::Unknown,
        };
        let done = matches!(ended, Ok(Ok(_)));
        let mut error = if done && writes {
            AppError::new(
                "cancelled",
                "It was carried out before the server heard that it was to end.",
            )
        } else if by_person {
            AppError::cancelled()
        } else {
            let mut error = AppError::new(
                "timed_out",
                "It took longer than the time limit, and was ended at the server.",
            );
            error.retryable = true;
            error
        };
        if let Err(failure) = asked {
            error.message = format!(
                "{} The server could not be told to end it: {}",
                error.message, failure.message
            );
        }
        Err(Failed {
            error,
            fate,
            // What became of it is known.
            writes: writes && !done,
            told,
        })
    }
}

/// One attempt of a run.
struct Attempt<'a> {
    prepared: &'a Prepared,
    url: &'a connection_url::ConnectionUrl,
    options: SessionOptions,
    cancel: &'a CancellationToken,
    deadline: Option<Instant>,
    limit: usize,
}

impl Attempt<'_> {
    /// Runs until an attempt succeeds, fails for good, or no retry is left.
    async fn run_to_page(
        &self,
        retries: u32,
        events: &(impl Fn(RunEvent) + Send + Sync),
    ) -> Result<(RunPage, Option<Open>)> {
        let mut attempts = 1;
        loop {
            match self.run(attempts, events).await {
                Ok(done) => return Ok(done),
                Err(failed) if failed.can_retry() && attempts <= retries.min(MOST_RETRIES) => {
                    attempts += 1;
                    events(RunEvent::Retrying {
                        attempt: attempts,
                        code: failed.error.code.to_owned(),
                    });
                    tokio::select! {
                        () = tokio::time::sleep(pause(attempts)) => {}
                        () = self.cancel.cancelled() => return Err(AppError::cancelled()),
                    }
                }
                Err(failed) => return Err(failed.into_error(attempts)),
            }
        }
    }

    async fn run(
        &self,
        attempts: u32,
        events: &(impl Fn(RunEvent) + Send + Sync),
    ) -> std::result::Result<(RunPage, Option<Open>), Failed> {
        let writes = self.prepared.bound.plan.writes;
        let before = Instant::now();
        let engine = engines::engine(self.prepared.place.database.database_type);
        let mut session = engine
            .connect(self.url, &self.options, self.cancel)
            .await
            .map_err(|error| Failed {
                error: engine_error(&error),
                fate: Fate::NotSent,
                writes,
                told: false,
            })?;
        let connect = milliseconds(before);
        events(RunEvent::Connected {
            server: session.server().to_owned(),
        });
        let stop = Stop {
            cancel: self.cancel,
            deadline: self.deadline,
            canceller: session.canceller(),
        };
        let before = Instant::now();
        let operations = self.prepared.operations();
        let mut notices = Vec::new();
        let unique = match &self.prepared.bound.sent {
            Sent::Mongodb(request) => request.unique.as_slice(),
            Sent::Sql(_) => &[],
        };
        let together = !unique.is_empty() || operations.len() > 1;
        let in_transaction = together && self.begin(&mut session, &stop, &mut notices).await?;
        if let Sent::Mongodb(request) = &self.prepared.bound.sent {
            for check in unique {
                let query = request.unique_json(check, self.prepared.table());
                self.refuse_taken(&mut session, &stop, &check.input, query)
                    .await?;
            }
        }
        let mut affected: Option<u64> = None;
        let mut columns = Vec::new();
        let last = operations.len().saturating_sub(1);
        for (index, operation) in operations.iter().enumerate() {
            let failed = |mut failed: Failed| {
                if last > 0 {
                    let schema_too = engine.capabilities().ddl_transactions;
                    failed.in_script(index, operations.len(), in_transaction, schema_too);
                }
                failed
            };
            columns = stop
                .wait(session.start(operation), writes, false)
                .await
                .map_err(failed)?;
            if index < last {
                let completion = self
                    .skip_rows(&mut session, &stop, writes)
                    .await
                    .map_err(failed)?;
                affected = sum(affected, completion.affected);
                notices.extend(completion.notices);
            }
        }
        let server = milliseconds(before);
        let shown = columns
            .iter()
            .map(|column| ColumnView {
                name: column.name.clone(),
                type_name: column.type_name.clone(),
            })
            .collect();
        events(RunEvent::Columns { columns: shown });
        let open = Open {
            session,
            writes,
            held: Batch::default(),
            completion: None,
            page: RunPage {
                rows: 0,
                more: false,
                affected,
                generated_keys: Vec::new(),
                notices,
                timings_ms: RunTimings {
                    connect,
                    server,
                    transfer: 0.0,
                },
                attempts,
            },
            since: Instant::now(),
        };
        // Inside a transaction every row is read: the transaction ends with the page.
        read_page(open, self.limit, &stop, in_transaction, events).await
    }

    /// Begins a transaction for what belongs together; where the server has none, a notice says so.
    async fn begin(
        &self,
        session: &mut Box<dyn Session>,
        stop: &Stop<'_>,
        notices: &mut Vec<String>,
    ) -> std::result::Result<bool, Failed> {
        let isolation: Option<IsolationLevel> = None;
        match stop.wait(session.begin(isolation), false, false).await {
            Ok(()) => Ok(true),
            Err(failed) if failed.error.code == "transactions_unsupported" => {
                notices.push(
                    "This server has no transactions: unique values were checked just before the write, \
                     as a best effort."
                        .to_owned(),
                );
                Ok(false)
            }
            Err(failed) => Err(failed),
        }
    }

    /// Refuses a value that the collection has already.
    async fn refuse_taken(
        &self,
        session: &mut Box<dyn Session>,
        stop: &Stop<'_>,
        input: &str,
        query: String,
    ) -> std::result::Result<(), Failed> {
        stop.wait(session.start(&Operation::Command(query)), false, false)
            .await?;
        let mut found = Batch::default();
        while stop
            .wait(session.fetch(1, &mut found), false, false)
            .await?
            .is_none()
        {}
        if found.rows() == 0 {
            return Ok(());
        }
        let message = "A value that is not there yet is expected, and the collection has this one.";
        let fault = json!({ "field": input, "code": "not_unique", "message": message });
        Err(Failed {
            error: AppError::new("validation", format!("{input}: {message}"))
                .with_detail(json!({ "faults": [fault] })),
            fate: Fate::NotSent,
            writes: false,
            told: false,
        })
    }

    /// Reads what a statement of a script gives back, and keeps none of it.
    async fn skip_rows(
        &self,
        session: &mut Box<dyn Session>,
        stop: &Stop<'_>,
        writes: bool,
    ) -> std::result::Result<Completion, Failed> {
        let mut batch = Batch::default();
        loop {
            batch.clear();
            let fetched = stop
                .wait(session.fetch(1_000, &mut batch), writes, false)
                .await?;
            if let Some(completion) = fetched {
                return Ok(completion);
            }
        }
    }
}

impl Failed {
    fn in_script(
        &mut self,
        index: usize,
        statements: usize,
        in_transaction: bool,
        schema_too: bool,
    ) {
        let rest = match (in_transaction, schema_too) {
            (true, true) => "All of it was taken back.",
            (true, false) => "Its changes of data were taken back; those of the schema stay.",
            (false, _) => "What came before it stays.",
        };
        self.error.message = format!(
            "Statement {} of {statements}: {} {rest}",
            index + 1,
            self.error.message
        );
    }
}

/// Reads rows up to a limit and tells of them. What is not read to its end comes back open.
async fn read_page(
    mut open: Open,
    limit: usize,
    stop: &Stop<'_>,
    in_transaction: bool,
    events: &(impl Fn(RunEvent) + Send + Sync),
) -> std::result::Result<(RunPage, Option<Open>), Failed> {
    let before = Instant::now();
    let writes = open.writes;
    let mut told = open.page.rows > 0;
    let mut read = 0;
    let mut done = None;
    if open.held.rows() > 0 && limit > 0 {
        read += open.held.rows();
        tell(&open.held, events);
        open.held.clear();
        done = open.completion.take();
    }
    let mut batch = Batch::default();
    while done.is_none() && read < limit {
        let rows = if told {
            limit - read
        } else {
            FIRST_ROWS.min(limit - read)
        };
        batch.clear();
        done = stop
            .wait(open.session.fetch(rows, &mut batch), writes, told)
            .await?;
        read += batch.rows();
        told |= batch.rows() > 0;
        tell(&batch, events);
    }
    // One row further, to know whether there is more.
    while done.is_none() && open.held.rows() == 0 {
        done = stop
            .wait(open.session.fetch(1, &mut open.held), writes, told)
            .await?;
    }
    open.page.rows += read as u64;
    open.page.timings_ms.transfer += milliseconds(before);
    open.page.more = open.held.rows() > 0;
    if in_transaction {
        // A script that gives back more than a page: the rest is not wanted, its changes are.
        let mut rest = Batch::default();
        while done.is_none() {
            rest.clear();
            done = stop
                .wait(open.session.fetch(10_000, &mut rest), writes, told)
                .await?;
        }
        stop.wait(open.session.commit(), writes, told).await?;
    }
    if open.page.more && !in_transaction {
        open.completion = done;
        open.since = Instant::now();
        return Ok((open.page.clone(), Some(open)));
    }
    if let Some(completion) = done {
        open.page.affected = sum(open.page.affected, completion.affected);
        open.page.generated_keys = completion.generated_keys;
        open.page.notices.extend(completion.notices);
    }
    open.session.close().await;
    Ok((open.page, None))
}

fn tell(batch: &Batch, events: &(impl Fn(RunEvent) + Send + Sync)) {
    if batch.rows() == 0 {
        return;
    }
    match RawValue::from_string(format!("[{}]", batch.json())) {
        Ok(rows) => events(RunEvent::Rows { rows }),
        Err(error) => tracing::error!(%error, "an engine gave rows that are no JSON"),
    }
}

fn sum(left: Option<u64>, right: Option<u64>) -> Option<u64> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.saturating_add(right)),
        (left, right) => left.or(right),
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
