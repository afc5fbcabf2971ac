//! The thread of a session: it has the connection, and does one command after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::hooks::Action;
use rusqlite::types::Value;
use rusqlite::{Connection, Error, InterruptHandle, Rows, Statement};
use tokio::sync::oneshot;

use super::{errors, values};
use crate::error::code;
use crate::failure::Failure;
use crate::in_flight::InFlight;
use crate::session::{Batch, Column, Completion, Fate};

/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest wait before a lock is asked for again.
const PAUSE: Duration = Duration::from_millis(50);

/// SQLite asks whether to go on after so many steps of its machine: a small part of a millisecond.
const STEPS: i32 = 1_000;

/// What a session, its thread and those who cancel know of each other.
#[derive(Default)]
pub(super) struct Link {
    pub(super) in_flight: InFlight,
    /// The operation that is to end.
    stop: AtomicU64,
    /// The session is gone: whatever runs is to end.
    closed: AtomicBool,
    pub(super) in_transaction: AtomicBool,
    /// Whether rows were inserted, and the key of the last.
    inserted: AtomicBool,
    key: AtomicI64,
}

impl Link {
    /// The operation is to end.
    pub(super) fn stop(&self, operation: u64) {
        self.stop.store(operation, Ordering::SeqCst);
    }

    /// Nobody waits for the session any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Whether what runs is to end.
    fn is_stopped(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
            || self
                .in_flight
                .running()
                .is_some_and(|running| running == self.stop.load(Ordering::SeqCst))
    }
}

/// Why a command failed.
pub(super) struct Fault {
    pub(super) failure: Failure,
    pub(super) fate: Fate,
    pub(super) position: Option<u32>,
}

pub(super) type Done<T> = Result<T, Fault>;

/// What a session asks of its thread. Where the answer is not waited for any more, it is dropped.
pub(super) enum Command {
    /// Begins or ends a transaction.
    Control(&'static str, oneshot::Sender<Done<()>>),
    /// Runs a statement up to the head of its answer.
    Start {
        statement: String,
        values: Vec<Value>,
        reply: oneshot::Sender<Done<Vec<Column>>>,
    },
    /// Reads rows.
    Fetch {
        rows: usize,
        batch: Batch,
        reply: oneshot::Sender<(Batch, Done<Option<Completion>>)>,
    },
}

/// The thread's side of a session.
pub(super) struct Worker {
    pub(super) connection: Connection,
    pub(super) link: Arc<Link>,
    pub(super) writes: bool,
    /// The file, to be shown.
    pub(super) path: String,
    /// What the last statement did, until it is told.
    completion: Option<Completion>,
}

impl Worker {
    /// Sets up what needs the link.
    pub(super) fn new(
        connection: Connection,
        link: Arc<Link>,
        writes: bool,
        path: String,
    ) -> rusqlite::Result<Self> {
        let watched = Arc::clone(&link);
        connection.progress_handler(STEPS, Some(move || watched.is_stopped()))?;
        let counting = Arc::clone(&link);
        connection.update_hook(Some(move |action, _: &str, _: &str, key| {
            if action == Action::SQLITE_INSERT {
                counting.inserted.store(true, Ordering::SeqCst);
                counting.key.store(key, Ordering::SeqCst);
            }
        }))?;
        Ok(Self {
            connection,
            link,
            writes,
            path,
            completion: None,
        })
    }

    /// What interrupts a statement at once.
    pub(super) fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Does what is asked until nobody can ask any more.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        let mut next = None;
        while let Some(command) = next.take().or_else(|| commands.recv().ok()) {
            match command {
                Command::Control(statement, reply) => {
                    let done = self.control(statement);
                    self.answer(reply, done);
                }
                Command::Fetch { batch, reply, .. } => {
                    let completion = self.completion.take().unwrap_or_default();
                    self.answer(reply, (batch, Ok(Some(completion))));
                }
                Command::Start {
                    statement,
                    values,
                    reply,
                } => {
                    self.completion = None;
                    next = self.start(&statement, values, reply, commands);
                }
            }
        }
    }

    /// Answers, and tells the session whether a transaction is open: before the answer, as it asks right after it.
    fn answer<T>(&self, reply: oneshot::Sender<T>, answer: T) {
        let open = !self.connection.is_autocommit();
        self.link.in_transaction.store(open, Ordering::SeqCst);
        drop(reply.send(answer));
    }

    fn control(&self, statement: &str) -> Done<()> {
        let before = self.before();
        let mut patience = Patience::new();
        loop {
            match self.connection.execute_batch(statement) {
                Err(error) if patience.waits_for(&error, &self.link) => {}
                done => return done.map_err(|error| self.fault(&error, statement, before)),
            }
        }
    }

    /// Runs a statement, and gives its rows out as they are asked for. What is asked for instead comes back.
    fn start(
        &mut self,
        text: &str,
        values: Vec<Value>,
        reply: oneshot::Sender<Done<Vec<Column>>>,
        commands: &Receiver<Command>,
    ) -> Option<Command> {
        let before = self.before();
        self.link.inserted.store(false, Ordering::SeqCst);
        let mut statement = match self.prepare(text, values, before) {
            Ok(statement) => statement,
            Err(fault) => {
                self.answer(reply, Err(fault));
                return None;
            }
        };
        let writes = !statement.readonly();
        let mut columns: Vec<Column> = statement
            .columns()
            .iter()
            .map(|column| Column {
                name: column.name().to_owned(),
                type_name: column.decl_type().unwrap_or_default().to_owned(),
            })
            .collect();
        let mut rows = statement.raw_query();
        let mut patience = Patience::new();
        // Only the first step waits for locks: whoever has one has it for the whole statement.
        loop {
            match rows.advance() {
                Ok(()) => break,
                Err(error) if patience.waits_for(&error, &self.link) => {
                    drop(rows);
                    rows = statement.raw_query();
                }
                Err(error) => {
                    drop(rows);
                    let fault = self.fault(&error, text, before);
                    self.answer(reply, Err(fault));
                    return None;
                }
            }
        }
        if let Some(row) = rows.get() {
            for (index, column) in columns.iter_mut().enumerate() {
                if column.type_name.is_empty()
                    && let Ok(value) = row.get_ref(index)
                {
                    values::class(value).clone_into(&mut column.type_name);
                }
            }
        }
        let has_columns = !columns.is_empty();
        let count = columns.len();
        if !has_columns {
            drop(rows);
            drop(statement);
            let completion = self.complete(writes, before);
            self.completion = Some(completion);
            self.answer(reply, Ok(columns));
            return None;
        }
        self.answer(reply, Ok(columns));
        loop {
            let (wanted, mut batch, reply) = match commands.recv().ok()? {
                Command::Fetch { rows, batch, reply } => (rows, batch, reply),
                other => return Some(other),
            };
            match fill(&mut rows, count, wanted, &mut batch) {
                Ok(false) => self.answer(reply, (batch, Ok(None))),
                Ok(true) => {
                    drop(rows);
                    drop(statement);
                    let completion = self.complete(writes, before);
                    self.answer(reply, (batch, Ok(Some(completion))));
                    return None;
                }
                Err(error) => {
                    drop(rows);
                    drop(statement);
                    let fault = self.fault(&error, text, before);
                    self.answer(reply, (batch, Err(fault)));
                    return None;
                }
            }
        }
    }

    fn prepare(&self, text: &str, values: Vec<Value>, before: Before) -> Done<Statement<'_>> {
        let mut patience = Patience::new();
        let mut statement = loop {
            match self.connection.prepare(text) {
                Ok(statement) => break statement,
                Err(error) if patience.waits_for(&error, &self.link) => {}
                Err(error) => return Err(self.fault(&error, text, before)),
            }
        };
        let refuse = |code, message: String, remedy: &str| {
            Err(Fault {
                failure: Failure::new(code, message).remedy(remedy),
                fate: Fate::NotSent,
                position: None,
            })
        };
        if !self.writes && !statement.readonly() {
            return refuse(
                code::READ_ONLY,
                "This session only reads, and the statement is not one that only reads.".to_owned(),
                "Run writes as actions or migrations that write. A URL with mode=ro allows none.",
            );
        }
        let takes = statement.parameter_count();
        if takes != values.len() {
            return refuse(
                code::VALUE_REFUSED,
                format!(
                    "The statement takes {takes} values, and {} were given.",
                    values.len()
                ),
                "Give one value for each placeholder.",
            );
        }
        for (index, value) in values.into_iter().enumerate() {
            if let Err(error) = statement.raw_bind_parameter(index + 1, value) {
                return Err(self.fault(&error, text, before));
            }
        }
        Ok(statement)
    }

    fn before(&self) -> Before {
        Before {
            transaction: !self.connection.is_autocommit(),
            changes: self.connection.total_changes(),
        }
    }

    fn complete(&self, writes: bool, before: Before) -> Completion {
        let mut completion = Completion::default();
        if !writes {
            return completion;
        }
        let changed = self.connection.total_changes() > before.changes;
        completion.affected = Some(if changed {
            self.connection.changes()
        } else {
            0
        });
        let key = self.connection.last_insert_rowid();
        // In a table without such keys SQLite says the last one of another table.
        if self.link.inserted.load(Ordering::SeqCst) && self.link.key.load(Ordering::SeqCst) == key
        {
            completion
                .generated_keys
                .push(if key.unsigned_abs() <= 1 << 53 {
                    key.into()
                } else {
                    key.to_string().into()
                });
        }
        completion
    }

    /// The error of a statement, and what became of it. SQLite takes back what a statement did, but for `OR FAIL`.
    fn fault(&self, error: &Error, text: &str, before: Before) -> Fault {
        let stopped = self.link.is_stopped();
        let fate = if before.transaction && self.connection.is_autocommit() {
            Fate::RolledBack
        } else if errors::leaves_doubt(error) || self.connection.total_changes() > before.changes {
            Fate::Unknown
        } else {
            Fate::Refused
        };
        Fault {
            failure: errors::of_statement(error, &self.path, stopped),
            fate,
            position: errors::position(error, text),
        }
    }
}

/// How things stood before a statement.
#[derive(Clone, Copy)]
struct Before {
    /// Whether a transaction was open.
    transaction: bool,
    changes: u64,
}

/// Reads rows into the batch; `true` where the last of them is in it.
fn fill(
    rows: &mut Rows<'_>,
    columns: usize,
    wanted: usize,
    batch: &mut Batch,
) -> rusqlite::Result<bool> {
    let until = batch.rows().saturating_add(wanted);
    while let Some(row) = rows.get() {
        if batch.rows() >= until || batch.is_full() {
            return Ok(false);
        }
        batch.begin_row();
        for index in 0..columns {
            match row.get_ref(index) {
                Ok(value) => values::add(value, batch),
                Err(error) => {
                    batch.drop_row();
                    return Err(error);
                }
            }
        }
        batch.end_row();
        rows.advance()?;
    }
    Ok(true)
}

/// Waiting for somebody else's lock.
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            until: Instant::now() + PATIENCE,
            pause: Duration::from_millis(1),
        }
    }

    /// Waits a little, where that may help; `false` where it is over.
    pub(super) fn waits_for(&mut self, error: &Error, link: &Link) -> bool {
        if !errors::is_busy(error) || link.is_stopped() || Instant::now() >= self.until {
            return false;
        }
        std::thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSE);
        true
    }
}
