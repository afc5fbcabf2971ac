//! The port of a session: commands to its thread, and answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::InterruptHandle;
use tokio::sync::oneshot;

use super::settings::{Purpose, Settings};
use super::worker::{Command, Done, Fault, Link, Patience, Worker};
use super::{PRODUCT, errors, values};
use crate::engine::IsolationLevel;
use crate::error::{EngineError, code};
use crate::failure::{Attempt, Failure};
use crate::scrub::Scrubber;
use crate::session::{Batch, Canceller, Column, Completion, Fate, Operation, RunError, Session};
use crate::stage::Stage;

/// How long closing the file may take: what is in a log beside it is put into it then.
const CLOSING: Duration = Duration::from_secs(2);

/// A session with a file.
pub(super) struct SqliteSession {
    name: String,
    /// None once the session is being closed.
    commands: Option<Sender<Command>>,
    /// Ends with the thread, which has let go of the file by then.
    ended: Option<oneshot::Receiver<()>>,
    link: Arc<Link>,
    interrupt: Arc<InterruptHandle>,
    scrubber: Arc<Scrubber>,
    writes: bool,
    /// Whether a transaction was begun through the port and not yet ended there.
    begun: bool,
    /// Whether SQLite took that transaction back meanwhile.
    taken_back: bool,
    /// Whether the statement under way may have rows left.
    under_way: bool,
}

impl SqliteSession {
    /// Opens the file on a thread of its own, and reads its head: what is no database is told now.
    pub(super) async fn open(
        settings: Settings,
        purpose: Purpose,
        scrubber: Arc<Scrubber>,
    ) -> Attempt<Self> {
        let link = Arc::new(Link::default());
        let (commands, receiver) = channel();
        let (opened, is_open) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let writes = settings.writes(purpose);
        let shared = Arc::clone(&link);
        let body = move || {
            // Dropped after everything else here.
            let _end: oneshot::Sender<()> = end;
            let path = settings.shown();
            let worker = settings.open(purpose).and_then(|connection| {
                let shown = |error| errors::of_opening(&error, &path);
                read_head(&connection, &shared).map_err(shown)?;
                Worker::new(connection, shared, writes, path.clone()).map_err(shown)
            });
            match worker {
                Err(failure) => drop(opened.send(Err(failure))),
                Ok(worker) => {
                    // Where nobody waits any more, the connection closes right here.
                    if opened.send(Ok(worker.interrupt_handle())).is_ok() {
                        worker.run(&receiver);
                    }
                }
            }
        };
        std::thread::Builder::new()
            .name("sqlite-session".to_owned())
            .spawn(body)
            .map_err(|error| {
                Failure::new(
                    code::SERVER_ERROR,
                    format!("No thread could be started for the session: {error}"),
                )
                .remedy("Close other programs, and try again.")
                .retryable()
            })?;
        let interrupt = is_open.await.map_err(|_| gone())??;
        Ok(Self {
            name: format!("{PRODUCT} {}", rusqlite::version()),
            commands: Some(commands),
            ended: Some(ended),
            link,
            interrupt: Arc::new(interrupt),
            scrubber,
            writes,
            begun: false,
            taken_back: false,
            under_way: false,
        })
    }

    /// A round trip, for a test.
    pub(super) async fn ask_something(&mut self) -> Attempt<()> {
        let head = self.head("SELECT count(*) FROM sqlite_schema", Vec::new());
        head.await.map_err(|fault| fault.failure)?;
        let mut batch = Batch::default();
        self.rows(1, &mut batch)
            .await
            .map_err(|fault| fault.failure)?;
        Ok(())
    }

    fn error(&self, fault: Fault) -> RunError {
        RunError {
            error: fault.failure.into_error(Stage::Ready, &self.scrubber),
            fate: fault.fate,
            position: fault.position,
        }
    }

    fn refusal(&self, failure: Failure, fate: Fate) -> RunError {
        self.error(Fault {
            failure,
            fate,
            position: None,
        })
    }

    /// Sends a command and waits for what the thread answers.
    async fn ask<T>(&self, command: Command, answer: oneshot::Receiver<T>) -> Done<T> {
        let closed = |fate| Fault {
            failure: gone(),
            fate,
            position: None,
        };
        let sent = match &self.commands {
            Some(commands) => commands.send(command).is_ok(),
            None => false,
        };
        if !sent {
            return Err(closed(Fate::NotSent));
        }
        answer.await.map_err(|_| closed(Fate::Unknown))
    }

    async fn head(
        &self,
        statement: &str,
        values: Vec<rusqlite::types::Value>,
    ) -> Done<Vec<Column>> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Start {
            statement: statement.to_owned(),
            values,
            reply,
        };
        self.ask(command, answer).await?
    }

    async fn rows(&self, rows: usize, batch: &mut Batch) -> Done<Option<Completion>> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Fetch {
            rows,
            batch: std::mem::take(batch),
            reply,
        };
        let (filled, done) = self.ask(command, answer).await?;
        *batch = filled;
        done
    }

    /// What begins or ends a transaction.
    async fn control(&mut self, statement: &'static str) -> Result<(), RunError> {
        self.under_way = false;
        self.link.in_flight.end();
        self.link.in_flight.begin().await;
        let (reply, answer) = oneshot::channel();
        let done = self.ask(Command::Control(statement, reply), answer).await;
        self.link.in_flight.end();
        done.and_then(|done| done)
            .map_err(|fault| self.error(fault))
    }

    /// The operation is over; what became of the transaction around it is noted.
    fn over(&mut self, fault: Fault) -> RunError {
        self.under_way = false;
        self.link.in_flight.end();
        self.taken_back |= self.begun && fault.fate == Fate::RolledBack;
        self.error(fault)
    }

    /// What runs for nobody holds a lock on the file. Where nothing runs, closing the file is not disturbed.
    fn end_what_runs(&self) {
        self.link.close();
        if self.link.in_flight.running().is_some() {
            self.interrupt.interrupt();
        }
    }

    /// SQLite has ended the transaction that the caller believes to be in.
    fn was_taken_back(&self, fate: Fate) -> RunError {
        let failure = Failure::new(
            code::STATEMENT_FAILED,
            "SQLite took the transaction back when one of its operations failed.",
        )
        .remedy("Roll back, and run the transaction again.");
        self.refusal(failure, fate)
    }
}

/// Reads what says that the file is a database; a lock of another program is waited for.
fn read_head(connection: &rusqlite::Connection, link: &Link) -> rusqlite::Result<()> {
    let mut patience = Patience::new();
    loop {
        match connection.query_row("PRAGMA schema_version", [], |_| Ok(())) {
            Err(error) if patience.waits_for(&error, link) => {}
            read => return read,
        }
    }
}

fn gone() -> Failure {
    Failure::new(
        code::CONNECTION_LOST,
        "The session with the file has ended.",
    )
    .remedy("Connect again.")
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        self.end_what_runs();
    }
}

#[async_trait]
impl Session for SqliteSession {
    fn server(&self) -> &str {
        &self.name
    }

    fn canceller(&self) -> Box<dyn Canceller> {
        Box::new(SqliteCanceller {
            link: Arc::clone(&self.link),
            interrupt: Arc::clone(&self.interrupt),
        })
    }

    async fn begin(&mut self, _: Option<IsolationLevel>) -> Result<(), RunError> {
        if self.in_transaction() {
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                "A transaction is open already in this session.",
            )
            .remedy("End it by COMMIT or ROLLBACK first.");
            return Err(self.refusal(failure, Fate::Refused));
        }
        // A writer takes its lock at once: one that has read before may never get it.
        let statement = if self.writes {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN"
        };
        self.control(statement).await?;
        (self.begun, self.taken_back) = (true, false);
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), RunError> {
        self.begun = false;
        if std::mem::take(&mut self.taken_back) {
            return Err(self.was_taken_back(Fate::RolledBack));
        }
        self.control("COMMIT").await
    }

    async fn rollback(&mut self) -> Result<(), RunError> {
        self.begun = false;
        if std::mem::take(&mut self.taken_back) {
            // It is done already, and SQLite would say that there is none.
            return Ok(());
        }
        self.control("ROLLBACK").await
    }

    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError> {
        let Operation::Sql {
            statement,
            parameters,
        } = operation
        else {
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                "SQLite runs SQL, and this is a command of MongoDB.",
            )
            .remedy("Write it as SQL.");
            return Err(self.refusal(failure, Fate::NotSent));
        };
        if self.taken_back {
            // Outside of it, the operation would last.
            return Err(self.was_taken_back(Fate::NotSent));
        }
        let values = values::encode(parameters).map_err(|refusal| {
            let failure = Failure::new(
                code::VALUE_REFUSED,
                format!(
                    "The value {} cannot be sent: {}.",
                    refusal.parameter, refusal.why
                ),
            )
            .remedy("Give another value, or give it as text.");
            self.refusal(failure, Fate::NotSent)
        })?;
        // What an earlier one left unread ends with it.
        self.link.in_flight.end();
        self.link.in_flight.begin().await;
        match self.head(statement, values).await {
            Ok(columns) => {
                self.under_way = !columns.is_empty();
                if !self.under_way {
                    self.link.in_flight.end();
                }
                Ok(columns)
            }
            Err(fault) => Err(self.over(fault)),
        }
    }

    async fn fetch(
        &mut self,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<Option<Completion>, RunError> {
        match self.rows(rows, batch).await {
            Ok(None) => Ok(None),
            Ok(Some(completion)) => {
                if std::mem::take(&mut self.under_way) {
                    self.link.in_flight.end();
                }
                Ok(Some(completion))
            }
            Err(fault) => Err(self.over(fault)),
        }
    }

    fn in_transaction(&self) -> bool {
        self.link.in_transaction.load(Ordering::SeqCst)
    }

    async fn close(mut self: Box<Self>) {
        self.end_what_runs();
        self.commands = None;
        if let Some(ended) = self.ended.take() {
            // What comes next may want the file for itself.
            drop(tokio::time::timeout(CLOSING, ended).await);
        }
    }
}

/// Cancels what one session does.
struct SqliteCanceller {
    link: Arc<Link>,
    interrupt: Arc<InterruptHandle>,
}

#[async_trait]
impl Canceller for SqliteCanceller {
    async fn cancel(&self) -> Result<(), EngineError> {
        // Nobody else has to be asked, so that nothing can come in between.
        if let Some(operation) = self.link.in_flight.running()
            && let Some(_aim) = self.link.in_flight.aim(operation)
        {
            self.link.stop(operation);
            self.interrupt.interrupt();
        }
        Ok(())
    }
}
