//! One attempt of a run: the session, the statement, its rows, and its end at the server when it is cancelled or out of time.

use std::sync::Arc;
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
use crate::action_secrets::SecretTexts;
use crate::dto::{ColumnView, RunEvent, RunPage, RunTimings};
use crate::{AppError, Result};

/// The most retries that a caller can ask for.
const MOST_RETRIES: u32 = 20;
/// How many rows the first event of a result has at most: the screen is filled while the rest arrives.
const FIRST_ROWS: usize = 100;
/// How long to wait before the server is told once more to end a statement.
const CANCEL_AGAIN: Duration = Duration::from_millis(500);
/// How long a cancelled statement may take to end at the server before the connection is dropped.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// A result that is not read to its end.
pub(crate) struct Open {
    pub(crate) session: Box<dyn Session>,
    writes: bool,
    /// What no notice and no error repeats.
    pub(crate) secrets: SecretTexts,
    /// A row that was read to see whether there is one.
    held: Batch,
    /// What came with that row, where it is the last one.
    completion: Option<Completion>,
    pub(crate) page: RunPage,
    /// The bytes of rows after which each page ends.
    bytes: usize,
    pub(crate) since: Instant,
}

/// How long to wait before an attempt: twice as long each time, from 50 ms to 2 s.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(25_u64.saturating_mul(1 << attempt.min(10))).min(Duration::from_secs(2))
}

/// Why an attempt failed.
pub(crate) struct Failed {
    error: AppError,
    fate: Fate,
    /// Whether the run could change something.
    writes: bool,
    /// Whether rows were told of already.
    told: bool,
    /// Whether a person or the time limit has ended it.
    ended: bool,
    /// Whether it was carried out before its end was heard of.
    done: bool,
}

impl Failed {
    fn of(error: RunError, writes: bool, told: bool) -> Self {
        let fate = error.fate;
        Self {
            error: run_error(error),
            fate,
            writes,
            told,
            done: false,
            ended: false,
        }
    }

    /// Only what was not sent, what the server took back to be sent again, and a read of which nothing was shown; never what a
    /// person has ended, or the time limit, which is one for all attempts.
    fn can_retry(&self) -> bool {
        let lost = self.fate == Fate::Unknown && !self.writes && self.error.retryable;
        !self.told
            && !self.ended
            && self.error.code != "cancelled"
            && match self.fate {
                Fate::NotSent => self.error.retryable,
                Fate::RolledBack => true,
                Fate::Refused => false,
                Fate::Unknown => lost,
            }
    }

    pub(crate) fn into_error(self, attempts: u32) -> AppError {
        let mut error = self.error;
        let fate = match self.fate {
            // What only reads changed nothing, however it ended.
            Fate::Unknown if !self.writes => json!(Fate::Refused),
            Fate::Unknown if self.done => json!("carried_out"),
            fate => json!(fate),
        };
        if self.writes && !self.done && self.fate == Fate::Unknown {
            error.message.push_str(
                " Nobody knows whether it was carried out: look at the data before you run it again.",
            );
            error.retryable = false;
        }
        let detail = error.detail.get_or_insert_with(|| json!({}));
        if let Value::Object(detail) = detail {
            detail.insert("fate".to_owned(), fate);
            detail.insert("attempts".to_owned(), json!(attempts));
        }
        error
    }
}

/// A session's error for a face, with the place in the statement where the server tells it.
pub(crate) fn run_error(error: RunError) -> AppError {
    let mut shown = engine_error(&error.error);
    if let (Some(position), Some(Value::Object(detail))) = (error.position, &mut shown.detail) {
        detail.insert("position".to_owned(), json!(position));
    }
    shown
}

/// An engine's error for a face: what happened, then what to do.
pub(crate) fn engine_error(error: &engines::EngineError) -> AppError {
    // A server's own message ends as it likes.
    let ends = error.message.ends_with(['.', '!', '?']);
    let message = match (error.remedy.as_str(), ends) {
        ("", _) => error.message.clone(),
        (remedy, true) => format!("{} {remedy}", error.message),
        (remedy, false) => format!("{}. {remedy}", error.message),
    };
    let mut shown = AppError::new(error.code, message);
    shown.retryable = error.retryable;
    shown.with_detail(json!({ "server_code": error.server_code, "stage": error.stage }))
}

/// What ends an operation before it is done.
pub(crate) struct Stop<'a> {
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) deadline: Option<Instant>,
    pub(crate) canceller: Arc<dyn Canceller>,
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
        let mut abandoned = Abandoned(Some(Arc::clone(&self.canceller)));
        let by_person = tokio::select! {
            done = &mut operation => {
                abandoned.0 = None;
                return done.map_err(|error| Failed::of(error, writes, told));
            }
            () = self.cancel.cancelled() => true,
            () = late => false,
        };
        let mut asked = self.canceller.cancel().await;
        let before = Instant::now();
        let ended = loop {
            match tokio::time::timeout(CANCEL_AGAIN, &mut operation).await {
                Ok(ended) => break Some(ended),
                Err(_) if before.elapsed() > CANCEL_LIMIT => break None,
                // It came between two messages of the operation, where the server had nothing to end.
                Err(_) => asked = self.canceller.cancel().await,
            }
        };
        abandoned.0 = None;
        let fate = match &ended {
            Some(Err(error)) => error.fate,
            Some(Ok(_)) | None => Fate::Unknown,
        };
        let done = matches!(ended, Some(Ok(_)));
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
            writes,
            told,
            done,
            ended: true,
        })
    }
}

/// Ends an operation at the server whose future is dropped, as it is when its caller goes away: a closed connection alone does
/// not end a statement that has nothing to send.
struct Abandoned(Option<Arc<dyn Canceller>>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let (Some(canceller), Ok(runtime)) =
            (self.0.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(async move { drop(canceller.cancel().await) });
        }
    }
}

/// One attempt of a run.
pub(crate) struct Attempt<'a> {
    pub(crate) prepared: &'a Prepared,
    /// With its secrets in place.
    pub(crate) url: &'a connection_url::ConnectionUrl,
    pub(crate) options: SessionOptions,
    pub(crate) cancel: &'a CancellationToken,
    /// When the statement is ended at the server.
    pub(crate) deadline: Option<Instant>,
    /// The most rows of the page.
    pub(crate) limit: usize,
    /// The bytes of rows after which each page ends.
    pub(crate) bytes: usize,
}

impl Attempt<'_> {
    /// Runs until an attempt succeeds, fails for good, or no retry is left.
    pub(crate) async fn run_to_page(
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
                done: false,
                ended: false,
            })?;
        let connect = milliseconds(before);
        events(RunEvent::Connected {
            server: session.server().to_owned(),
        });
        let stop = Stop {
            cancel: self.cancel,
            deadline: self.deadline,
            canceller: session.canceller().into(),
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
                let hide = |notice: &String| self.prepared.secrets.hide(notice);
                notices.extend(completion.notices.iter().map(hide));
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
            secrets: self.prepared.secrets.clone(),
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
            bytes: self.bytes,
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
            done: false,
            ended: false,
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

/// Reads rows up to a limit, or until they are large enough for a page, and tells of them. What is not read to its end comes back open.
pub(crate) async fn read_page(
    mut open: Open,
    limit: usize,
    stop: &Stop<'_>,
    in_transaction: bool,
    events: &(impl Fn(RunEvent) + Send + Sync),
) -> std::result::Result<(RunPage, Option<Open>), Failed> {
    let before = Instant::now();
    let writes = open.writes;
    let mut told = open.page.rows > 0;
    let (mut read, mut size) = (0, 0_usize);
    let mut done = None;
    if open.held.rows() > 0 && limit > 0 {
        read += open.held.rows();
        size += open.held.json().len();
        tell(&open.held, events);
        open.held.clear();
        done = open.completion.take();
    }
    let mut batch = Batch::default();
    while done.is_none() && read < limit && (read == 0 || size < open.bytes) {
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
        size = size.saturating_add(batch.json().len());
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
        // A key that the person chose may be one of the secrets.
        let keys = completion.generated_keys.into_iter();
        open.page.generated_keys = keys.map(|key| open.secrets.masked(key)).collect();
        let notices = completion.notices.iter();
        let notices = notices.map(|notice| open.secrets.hide(notice));
        open.page.notices.extend(notices);
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
