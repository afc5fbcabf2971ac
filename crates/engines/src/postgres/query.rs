//! A session: statements by the extended protocol (PostgreSQL's documentation, 53.2.3), their rows as the server's text.
//!
//! A statement is prepared once and kept by its text, since preparing is what tells the types that the server infers. Where
//! it takes a parameter for something that it is not (`SELECT $1` with a number, `$1 - interval '1 day'` with a date), the
//! statement is prepared again with the type that it has; a server that does not like it so (`name = $1` with a number) gets the
//! first form.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use futures_util::FutureExt;
use postgres_protocol::IsNull;
use postgres_protocol::message::{backend, frontend};

use super::cancel::{CancelRequest, Place};
use super::channel::{Channel, Reported, Transaction, invalid};
use super::errors::run_failure;
use super::prepared::Prepared;
use super::session::{Connected, simple};
use super::settings::Settings;
use super::statement;
use super::values::{Written, text_of};
use crate::engine::IsolationLevel;
use crate::error::code;
use crate::failure::Failure;
use crate::in_flight::InFlight;
use crate::scrub::Scrubber;
use crate::session::{
    Batch, Canceller, Column, Completion, Executed, Fate, Operation, Parameter, RunError, Session,
};
use crate::stage::Stage;

/// The server's limit for a message.
const LONGEST_MESSAGE: usize = (1 << 30) - 1;
/// The protocol's limit.
const MOST_PARAMETERS: usize = 0x7fff;
/// A reading statement whose rows nobody wants is cancelled when more than this is left, in bytes.
const LEFT: usize = 4 << 20;

/// What makes the next transaction of a session a reading one, whatever a function has set before.
pub(super) const ONLY_READ: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";

/// Where the answer to a statement stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// Nothing is under way.
    Idle,
    /// Rows may come.
    Rows,
}

/// A logged-in connection that runs statements.
pub(crate) struct PostgresSession {
    pub(super) channel: Channel,
    settings: Arc<Settings>,
    pub(super) at: Arc<Place>,
    server: String,
    pub(super) scrubber: Arc<Scrubber>,
    address: String,
    pub(super) prepared: HashMap<String, Prepared>,
    /// The names of what `pipeline.rs` has parsed, by its text.
    pub(super) named: HashMap<String, String>,
    pub(super) made: u64,
    /// Names of types that are not built in, by their ids.
    pub(super) types: HashMap<u32, String>,
    pub(super) read_only: bool,
    pub(super) answer: Answer,
    pub(super) written: Arc<[Written]>,
    pub(super) completion: Completion,
    /// What becomes of the statement under way when it fails.
    left: Fate,
    /// What becomes of it when the connection breaks.
    lost: Fate,
    /// Whether it is to make a transaction last.
    pub(super) commits: bool,
    /// Whether the statement under way changes nothing, and no transaction would fail with it.
    expendable: bool,
    /// Whether the connection broke: nothing can be sent any more.
    pub(super) broken: bool,
    /// Whether an exchange was begun whose end was not read. It stays so where its future was dropped: what the server says
    /// next is the answer to an earlier question.
    pub(super) torn: bool,
}

/// What goes wrong while a statement runs.
pub(super) enum Trouble {
    Io(io::Error),
    Server(Box<Reported>),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

pub(super) type Run<T> = Result<T, Trouble>;

impl PostgresSession {
    /// Makes a session of a connection. The server then reads string literals as the templates are read, whatever its
    /// settings say.
    pub(crate) async fn open(
        connected: Connected,
        settings: Arc<Settings>,
        scrubber: Scrubber,
        read_only: bool,
    ) -> Result<Self, Failure> {
        let mut connected = connected;
        let mut setup = String::from("SET standard_conforming_strings = on");
        if read_only {
            setup = format!("{setup}; {ONLY_READ}");
        }
        connected.ask(&setup).await?;
        let version = connected.welcome.version.as_deref();
        let version = version.and_then(crate::report::plain_version);
        Ok(Self {
            at: Arc::new(Place {
                endpoint: connected.endpoint,
                place: connected.place,
                encrypted: connected.tls.is_some(),
                process: connected.welcome.process,
                secret: connected.welcome.secret,
                in_flight: InFlight::default(),
            }),
            channel: connected.channel,
            settings,
            server: scrubber.scrub(&format!("PostgreSQL {}", version.unwrap_or_default())),
            scrubber: Arc::new(scrubber),
            address: connected.address,
            prepared: HashMap::new(),
            named: HashMap::new(),
            made: 0,
            types: HashMap::new(),
            read_only,
            answer: Answer::Idle,
            written: Arc::default(),
            completion: Completion::default(),
            left: Fate::Refused,
            lost: Fate::Unknown,
            commits: false,
            expendable: false,
            broken: false,
            torn: false,
        })
    }

    /// `lost` is what becomes of the operation where the connection broke, `left` where the server says what went wrong.
    pub(super) fn failure(&mut self, trouble: Trouble, lost: Fate, left: Fate) -> RunError {
        self.at.in_flight.end();
        let (failure, fate, position) = match trouble {
            Trouble::Server(reported) => {
                let (failure, fate) = run_failure(&reported);
                let fate = if left == Fate::Unknown { left } else { fate };
                (failure, fate, reported.position)
            }
            Trouble::Io(error) => {
                self.broken = true;
                (super::errors::broken(&error, &self.address), lost, None)
            }
        };
        RunError {
            position,
            ..self.error_of(failure, fate)
        }
    }

    pub(super) fn error_of(&self, failure: Failure, fate: Fate) -> RunError {
        RunError {
            error: failure.into_error(Stage::Ready, &self.scrubber),
            fate,
            position: None,
        }
    }

    fn request(&self) -> CancelRequest {
        CancelRequest {
            settings: Arc::clone(&self.settings),
            at: Arc::clone(&self.at),
            scrubber: Arc::clone(&self.scrubber),
        }
    }

    /// Reads the rest of an answer, and what the server says when it is ready for the next.
    pub(super) async fn drain(&mut self) -> Run<()> {
        if self.answer == Answer::Idle {
            return Ok(());
        }
        let mut reported = None;
        let mut read = 0;
        loop {
            let frame = self.channel.next().await?;
            read += frame.body.len();
            match frame.tag {
                backend::ERROR_RESPONSE_TAG => {
                    let error = Box::new(Reported::parse(frame.body)?);
                    if error.is_last() {
                        self.broken = true;
                        self.end();
                        return Err(Trouble::Server(error));
                    }
                    reported = Some(error);
                }
                backend::READY_FOR_QUERY_TAG => break,
                _ => {}
            }
            if self.expendable && read > LEFT {
                self.expendable = false;
                // Where that fails, the rest is read.
                drop(self.request().cancel().await);
            }
        }
        self.end();
        reported.map_or(Ok(()), |reported| Err(Trouble::Server(reported)))
    }

    /// The answer is read to its end.
    pub(super) fn end(&mut self) {
        self.answer = Answer::Idle;
        self.at.in_flight.end();
    }

    /// Makes the connection ready for the next operation: what an earlier one left unread is skipped.
    pub(super) async fn ready(&mut self) -> Result<(), RunError> {
        if self.broken || self.torn {
            self.broken = true;
            let failure = Failure::new(code::CONNECTION_LOST, "The connection is lost already.");
            return Err(self.error_of(failure.remedy("Connect again."), Fate::NotSent));
        }
        self.torn = true;
        // What failed while nobody read it is not told any more.
        let result = match self.drain().await {
            Ok(()) => self.unasked(),
            Err(Trouble::Server(_)) if !self.broken => self.unasked(),
            Err(trouble) => Err(trouble),
        };
        self.torn = false;
        result
            .map_err(|trouble| self.failure(trouble, Fate::NotSent, Fate::Unknown))
            .map_err(|error| RunError {
                // Nothing of this operation was sent, whatever the server said meanwhile.
                fate: Fate::NotSent,
                ..error
            })
    }

    /// Reads what the server said without being asked: notices, or that it ends the session.
    fn unasked(&mut self) -> Run<()> {
        if let Some(Err(error)) = self.channel.fill().now_or_never()
            && self.channel.unread().is_empty()
        {
            return Err(error.into());
        }
        while let Some(frame) = self.channel.next_ready()? {
            if frame.tag == backend::ERROR_RESPONSE_TAG {
                let reported = Box::new(Reported::parse(frame.body)?);
                self.broken = true;
                return Err(Trouble::Server(reported));
            }
        }
        Ok(())
    }

    /// After an error before anything ran: the server waits for `Sync`.
    pub(super) async fn synchronise(&mut self) -> io::Result<()> {
        frontend::sync(&mut self.channel.output);
        self.channel.flush().await?;
        loop {
            if self.channel.next().await?.tag == backend::READY_FOR_QUERY_TAG {
                return Ok(());
            }
        }
    }

    /// The statement and its parameters, unless it is known to be refused.
    pub(super) fn sql_of<'a>(
        &self,
        operation: &'a Operation,
    ) -> Result<(&'a str, &'a [Parameter]), RunError> {
        let Operation::Sql {
            statement,
            parameters,
        } = operation
        else {
            let failure =
                Failure::new(code::STATEMENT_FAILED, "PostgreSQL runs SQL, not commands.")
                    .remedy("Write the operation as SQL.");
            return Err(self.error_of(failure, Fate::NotSent));
        };
        self.check(statement, parameters)?;
        Ok((statement, parameters))
    }

    /// What is known to be refused before anything is sent.
    fn check(&self, text: &str, parameters: &[Parameter]) -> Result<(), RunError> {
        let refused = |message: String, remedy: &str| {
            let failure = Failure::new(code::VALUE_REFUSED, message).remedy(remedy);
            Err(self.error_of(failure, Fate::NotSent))
        };
        if text.contains('\0') {
            let message = "The statement holds the character U+0000, which no server reads.";
            let failure = Failure::new(code::STATEMENT_FAILED, message).remedy("Remove it.");
            return Err(self.error_of(failure, Fate::NotSent));
        }
        if self.read_only && !statement::reads(text) {
            let failure = Failure::new(
                code::READ_ONLY,
                "This session only reads, and the statement is not one that only reads.",
            )
            .remedy("Run writes as actions or migrations that write.");
            return Err(self.error_of(failure, Fate::Refused));
        }
        let count = parameters.len();
        if count > MOST_PARAMETERS {
            return refused(
                format!("{count} values are more than the server takes: {MOST_PARAMETERS}."),
                "Give fewer, or one array.",
            );
        }
        let size = parameters.iter().map(least_size).sum::<usize>() + 8 * count;
        let size = size.max(text.len()).saturating_add(100);
        if size > LONGEST_MESSAGE {
            return refused(
                format!(
                    "The statement or its values take {size} bytes, and the server takes {LONGEST_MESSAGE}."
                ),
                "Make them smaller.",
            );
        }
        Ok(())
    }

    /// Sends a prepared statement with its parameters; the server runs it when this arrives.
    async fn send(&mut self, key: &str, parameters: &[Parameter]) -> Run<()> {
        let Some(prepared) = self.prepared.get(key) else {
            return Err(invalid("a statement that was not prepared").into());
        };
        let output = &mut self.channel.output;
        bind(&prepared.name, parameters, output)?;
        frontend::execute("", 0, output)?;
        frontend::sync(output);
        self.answer = Answer::Rows;
        self.written = Arc::clone(&prepared.written);
        self.completion = Completion::default();
        Ok(self.channel.flush().await?)
    }

    /// Runs a statement of the session's own. `lost` is what becomes of it where the connection breaks.
    async fn control(&mut self, statement: &str, lost: Fate) -> Result<(), RunError> {
        self.torn = true;
        self.at.in_flight.begin().await;
        let answer = simple(&mut self.channel, statement).await;
        self.torn = false;
        self.at.in_flight.end();
        match answer {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(reported)) => {
                self.broken |= reported.is_last();
                Err(self.failure(Trouble::Server(reported), lost, Fate::Refused))
            }
            Err(error) => Err(self.failure(error.into(), lost, Fate::Refused)),
        }
    }

    /// Begins an operation, has its statement prepared, and sends it: up to the first word of the answer. The key is the
    /// statement's in `prepared`.
    async fn run(&mut self, text: &str, parameters: &[Parameter]) -> Result<String, RunError> {
        self.at.in_flight.begin().await;
        let outside = self.channel.transaction == Transaction::None;
        let prepared = async {
            if self.read_only && outside {
                simple(&mut self.channel, ONLY_READ)
                    .await?
                    .map_err(Trouble::Server)?;
            }
            self.prepare(text, parameters).await
        };
        // Preparing runs nothing.
        let key = match prepared.await {
            Ok(key) => key,
            Err(trouble) => return Err(self.failure(trouble, Fate::NotSent, Fate::Refused)),
        };
        let expected = self.prepared.get(&key).map_or(0, |one| one.parameters);
        if expected != parameters.len() {
            self.at.in_flight.end();
            let message = format!(
                "The statement takes {expected} values, and {} were given.",
                parameters.len()
            );
            let failure = Failure::new(code::VALUE_REFUSED, message)
                .remedy("Give one value for each placeholder.");
            return Err(self.error_of(failure, Fate::Refused));
        }
        self.expendable = outside && self.read_only;
        self.commits = statement::commits(text);
        (self.left, self.lost) = match outside {
            true if statement::has_steps(text) => (Fate::Unknown, Fate::Unknown),
            true => (Fate::Refused, Fate::Unknown),
            false if self.commits => (Fate::Refused, Fate::Unknown),
            // What a transaction did is taken back when its connection goes.
            false => (Fate::Refused, Fate::RolledBack),
        };
        if let Err(trouble) = self.send(&key, parameters).await {
            return Err(self.failure(trouble, self.lost, self.left));
        }
        if let Err(trouble) = self.head().await {
            // "cached plan must not change result type": the table has changed, and it is prepared anew next time.
            self.prepared.remove(&key);
            return Err(self.failure(trouble, self.lost, self.left));
        }
        if !self.named.is_empty() && statement::unnames(text) {
            self.named.clear();
        }
        Ok(key)
    }
}

/// Gives a statement its parameters, as text.
pub(super) fn bind(name: &str, parameters: &[Parameter], output: &mut BytesMut) -> io::Result<()> {
    let bound = frontend::bind(
        "",
        name,
        [0_i16],
        parameters,
        |parameter, buffer| {
            Ok(match text_of(parameter) {
                None => IsNull::Yes,
                Some(text) => {
                    buffer.extend_from_slice(text.as_bytes());
                    IsNull::No
                }
            })
        },
        [0_i16],
        output,
    );
    bound.map_err(|_| {
        output.clear();
        invalid("parameters that fit in no message")
    })
}

/// What a value takes in a message at least, in bytes.
fn least_size(parameter: &Parameter) -> usize {
    match parameter {
        Parameter::Null | Parameter::Boolean(_) => 0,
        Parameter::Text(text)
        | Parameter::Integer(text)
        | Parameter::Decimal(text)
        | Parameter::Double(text)
        | Parameter::Date(text)
        | Parameter::Datetime(text)
        | Parameter::Uuid(text)
        | Parameter::Json(text) => text.len(),
        Parameter::Bytes(bytes) => bytes.len().saturating_mul(2),
        Parameter::Array(items) => items.iter().map(least_size).sum(),
    }
}

#[async_trait]
impl Session for PostgresSession {
    fn server(&self) -> &str {
        &self.server
    }

    fn canceller(&self) -> Box<dyn Canceller> {
        Box::new(self.request())
    }

    async fn begin(&mut self, isolation: Option<IsolationLevel>) -> Result<(), RunError> {
        self.ready().await?;
        if self.channel.transaction != Transaction::None {
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                "A transaction is open already in this session.",
            )
            .remedy("End it by COMMIT or ROLLBACK first.");
            return Err(self.error_of(failure, Fate::Refused));
        }
        let mut statement = String::from("BEGIN");
        if let Some(level) = isolation {
            statement.push_str(match level {
                IsolationLevel::ReadUncommitted => " ISOLATION LEVEL READ UNCOMMITTED",
                IsolationLevel::ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
                IsolationLevel::RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
                IsolationLevel::Serializable => " ISOLATION LEVEL SERIALIZABLE",
            });
        }
        if self.read_only {
            statement.push_str(" READ ONLY");
        }
        // A transaction that nobody can use changes nothing.
        self.control(&statement, Fate::Refused).await
    }

    async fn commit(&mut self) -> Result<(), RunError> {
        self.ready().await?;
        if self.channel.transaction == Transaction::Failed {
            // The server would take COMMIT for ROLLBACK, and say that it is done.
            self.control("ROLLBACK", Fate::RolledBack).await?;
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                "An operation of the transaction failed, and the server took all of it back.",
            )
            .remedy("Run the transaction again.");
            return Err(self.error_of(failure, Fate::RolledBack));
        }
        // From here on nobody knows: the server may have committed when the connection breaks.
        self.control("COMMIT", Fate::Unknown).await
    }

    async fn rollback(&mut self) -> Result<(), RunError> {
        self.ready().await?;
        self.control("ROLLBACK", Fate::RolledBack).await
    }

    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError> {
        let (statement, parameters) = self.sql_of(operation)?;
        self.ready().await?;
        self.torn = true;
        let result = self.run(statement, parameters).await;
        self.torn = false;
        let prepared = self.prepared.get(&result?);
        Ok(prepared.map_or_else(Vec::new, |prepared| prepared.columns.to_vec()))
    }

    async fn fetch(
        &mut self,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<Option<Completion>, RunError> {
        if self.answer == Answer::Idle {
            return Ok(Some(std::mem::take(&mut self.completion)));
        }
        if self.broken || self.torn {
            self.broken = true;
            let failure = Failure::new(code::CONNECTION_LOST, "The connection is lost already.");
            return Err(self.error_of(failure.remedy("Connect again."), self.lost));
        }
        match self.rows(rows, batch).await {
            Ok(true) => Ok(Some(std::mem::take(&mut self.completion))),
            Ok(false) => Ok(None),
            Err(trouble) => Err(self.failure(trouble, self.lost, self.left)),
        }
    }

    async fn execute_all(&mut self, operations: &[Operation]) -> Executed {
        self.pipeline(operations).await
    }

    fn in_transaction(&self) -> bool {
        self.channel.transaction != Transaction::None
    }

    async fn close(mut self: Box<Self>) {
        if self.broken || self.torn {
            return;
        }
        if self.answer == Answer::Rows {
            // Otherwise the server would go on until it notices that nobody reads.
            drop(self.request().cancel().await);
        }
        drop(tokio::time::timeout(Duration::from_millis(100), self.channel.terminate()).await);
    }
}
