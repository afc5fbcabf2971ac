//! A session: statements by the extended protocol (PostgreSQL's documentation, 53.2.3), their rows as the server's text.
//!
//! A statement is prepared once and kept by its text, since preparing is what tells the types that the server infers. Where
//! it takes a parameter for text that has a type of its own (`SELECT $1` with a number), the statement is prepared again with
//! that type; a server that does not like it so (`name = $1` with a number) gets the first form.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use postgres_protocol::IsNull;
use postgres_protocol::message::{backend, frontend};

use super::channel::{Channel, Fields, Reported, invalid};
use super::errors::run_failure;
use super::session::{Connected, simple};
use super::settings::Settings;
use super::values::{Written, oid, own_type, text_of, type_name};
use crate::engine::IsolationLevel;
use crate::error::code;
use crate::failure::Failure;
use crate::scrub::Scrubber;
use crate::session::{
    Batch, Canceller, Column, Completion, Fate, Operation, Parameter, RunError, Session,
};
use crate::stage::Stage;

/// More prepared statements are not kept at once.
const MOST_PREPARED: usize = 64;
/// More notices of one statement are not kept.
const MOST_NOTICES: usize = 100;

/// A prepared statement.
struct Prepared {
    name: String,
    columns: Arc<[Column]>,
    written: Arc<[Written]>,
    parameters: usize,
}

/// Where the answer to a statement stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// Nothing is under way.
    Idle,
    /// Rows may come.
    Rows,
}

/// A logged-in connection that runs statements.
pub(crate) struct PostgresSession {
    channel: Channel,
    settings: Arc<Settings>,
    at: Arc<super::cancel::Place>,
    server: String,
    scrubber: Arc<Scrubber>,
    address: String,
    prepared: HashMap<String, Prepared>,
    made: u64,
    /// Names of types that are not built in, by their ids.
    types: HashMap<u32, String>,
    answer: Answer,
    written: Arc<[Written]>,
    completion: Completion,
    in_transaction: bool,
    /// Whether the connection broke: nothing can be sent any more.
    broken: bool,
}

/// What goes wrong while a statement runs.
enum Trouble {
    Io(io::Error),
    Server(Box<Reported>),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

type Run<T> = Result<T, Trouble>;

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
            setup.push_str("; SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
        }
        connected.ask(&setup).await?;
        let version = connected.welcome.version.as_deref();
        let version = version.and_then(crate::report::plain_version);
        Ok(Self {
            at: Arc::new(super::cancel::Place {
                endpoint: connected.endpoint,
                place: connected.place,
                encrypted: connected.tls.is_some(),
                process: connected.welcome.process,
                secret: connected.welcome.secret,
            }),
            channel: connected.channel,
            settings,
            server: scrubber.scrub(&format!("PostgreSQL {}", version.unwrap_or_default())),
            scrubber: Arc::new(scrubber),
            address: connected.address,
            prepared: HashMap::new(),
            made: 0,
            types: HashMap::new(),
            answer: Answer::Idle,
            written: Arc::default(),
            completion: Completion::default(),
            in_transaction: false,
            broken: false,
        })
    }

    fn failure(&mut self, trouble: Trouble, sent: Fate) -> RunError {
        let (failure, fate, position) = match trouble {
            Trouble::Server(reported) => {
                let (failure, fate) = run_failure(&reported);
                (failure, fate, reported.position)
            }
            Trouble::Io(error) => {
                self.broken = true;
                // What a transaction did is taken back when its connection goes.
                let fate = match sent {
                    Fate::Unknown if self.in_transaction => Fate::RolledBack,
                    other => other,
                };
                (super::errors::broken(&error, &self.address), fate, None)
            }
        };
        RunError {
            error: failure.into_error(Stage::Ready, &self.scrubber),
            fate,
            position,
        }
    }

    /// The session can't be used: its connection broke, or what was asked is not for this engine.
    fn unusable(&self, failure: Failure) -> RunError {
        RunError {
            error: failure.into_error(Stage::Ready, &self.scrubber),
            fate: Fate::NotSent,
            position: None,
        }
    }

    /// Reads the rest of an answer, and what the server says when it is ready for the next.
    async fn drain(&mut self) -> Run<()> {
        if self.answer == Answer::Idle {
            return Ok(());
        }
        let mut reported = None;
        loop {
            let frame = self.channel.next().await?;
            match frame.tag {
                backend::ERROR_RESPONSE_TAG => {
                    reported = Some(Box::new(Reported::parse(frame.body)?));
                }
                backend::READY_FOR_QUERY_TAG => break,
                _ => {}
            }
        }
        self.answer = Answer::Idle;
        reported.map_or(Ok(()), |reported| Err(Trouble::Server(reported)))
    }

    /// After an error before anything ran: the server waits for `Sync`.
    async fn synchronise(&mut self) -> io::Result<()> {
        frontend::sync(&mut self.channel.output);
        self.channel.flush().await?;
        loop {
            if self.channel.next().await?.tag == backend::READY_FOR_QUERY_TAG {
                return Ok(());
            }
        }
    }

    async fn prepare(&mut self, statement: &str, parameters: &[Parameter]) -> Run<String> {
        // The same text may come with parameters of other types.
        let own: Vec<u32> = parameters.iter().map(own_type).collect();
        let key = format!("{own:?} {statement}");
        if self.prepared.contains_key(&key) {
            return Ok(key);
        }
        if self.prepared.len() >= MOST_PREPARED {
            self.forget().await?;
        }
        let unspecified = vec![oid::UNSPECIFIED; own.len()];
        let first = self.parse(statement, &unspecified).await;
        let wanted: Vec<u32> = match &first {
            Ok((_, inferred)) => own
                .iter()
                .zip(inferred)
                .map(|(own, inferred)| {
                    let text = matches!(*inferred, oid::TEXT | oid::UNKNOWN);
                    if text { *own } else { oid::UNSPECIFIED }
                })
                .collect(),
            // "could not determine data type of parameter": the types that they have must do.
            Err(Trouble::Server(reported)) if reported.code == "42P18" => own
                .iter()
                .map(|own| {
                    if *own == oid::UNSPECIFIED {
                        oid::TEXT
                    } else {
                        *own
                    }
                })
                .collect(),
            Err(_) => Vec::new(),
        };
        // In a transaction a failed attempt would end it.
        let again = wanted.iter().any(|own| *own != oid::UNSPECIFIED)
            && !(self.in_transaction && first.is_ok());
        let result = if again {
            match (self.parse(statement, &wanted).await, first) {
                (Ok(second), first) => {
                    if let Ok((first, _)) = first {
                        frontend::close(b'S', &first.name, &mut self.channel.output)?;
                    }
                    Ok(second)
                }
                (Err(Trouble::Server(_)), Ok(first)) => Ok(first),
                (Err(trouble), _) => Err(trouble),
            }
        } else {
            first
        };
        let (prepared, _) = result?;
        self.prepared.insert(key.clone(), prepared);
        Ok(key)
    }

    /// Prepares a statement with these types; the answer has the types that the server took.
    async fn parse(&mut self, statement: &str, types: &[u32]) -> Run<(Prepared, Vec<u32>)> {
        self.made += 1;
        let name = format!("tapedeck_{}", self.made);
        let output = &mut self.channel.output;
        frontend::parse(&name, statement, types.iter().copied(), output)?;
        frontend::describe(b'S', &name, output)?;
        frontend::flush(output);
        self.channel.flush().await?;
        let mut inferred = Vec::new();
        let mut described: Vec<(String, u32)> = Vec::new();
        loop {
            let frame = self.channel.next().await?;
            let mut fields = Fields(frame.body);
            match frame.tag {
                backend::PARAMETER_DESCRIPTION_TAG => {
                    for _ in 0..fields.u16()? {
                        inferred.push(fields.u32()?);
                    }
                }
                backend::NO_DATA_TAG => break,
                backend::ROW_DESCRIPTION_TAG => {
                    for _ in 0..fields.u16()? {
                        let name = String::from_utf8_lossy(fields.text()?).into_owned();
                        // The table and the place of the column in it.
                        fields.bytes(6)?;
                        described.push((name, fields.u32()?));
                        // Size, modifier and format.
                        fields.bytes(8)?;
                    }
                    break;
                }
                backend::ERROR_RESPONSE_TAG => {
                    let reported = Reported::parse(frame.body)?;
                    self.synchronise().await?;
                    return Err(Trouble::Server(Box::new(reported)));
                }
                _ => {}
            }
        }
        self.learn_types(&described).await?;
        let columns = described.iter().map(|(name, type_oid)| Column {
            name: name.clone(),
            type_name: type_name(*type_oid).map_or_else(
                || self.types.get(type_oid).cloned().unwrap_or_default(),
                str::to_owned,
            ),
        });
        let prepared = Prepared {
            name,
            columns: columns.collect(),
            written: described.iter().map(|(_, oid)| Written::of(*oid)).collect(),
            parameters: inferred.len(),
        };
        Ok((prepared, inferred))
    }

    /// Asks for the names of types that are not known yet.
    async fn learn_types(&mut self, described: &[(String, u32)]) -> Run<()> {
        for (_, type_oid) in described {
            if type_name(*type_oid).is_some() || self.types.contains_key(type_oid) {
                continue;
            }
            // The extended protocol is between two statements: `Sync` ends it, and the prepared statement stays.
            self.synchronise().await?;
            let query = format!("SELECT pg_catalog.format_type({type_oid}, NULL)");
            let name = match simple(&mut self.channel, &query).await? {
                Ok(name) => String::from_utf8_lossy(&name.unwrap_or_default()).into_owned(),
                Err(reported) => return Err(Trouble::Server(reported)),
            };
            self.types.insert(*type_oid, name);
        }
        Ok(())
    }

    /// Forgets every prepared statement here and at the server.
    async fn forget(&mut self) -> Run<()> {
        self.prepared.clear();
        match simple(&mut self.channel, "DEALLOCATE ALL").await? {
            Ok(_) => Ok(()),
            Err(reported) => Err(Trouble::Server(reported)),
        }
    }

    /// Sends a prepared statement with its parameters; the server runs it when this arrives.
    async fn send(&mut self, key: &str, parameters: &[Parameter]) -> Run<()> {
        let Some(prepared) = self.prepared.get(key) else {
            return Err(invalid("a statement that was not prepared").into());
        };
        let output = &mut self.channel.output;
        let bound = frontend::bind(
            "",
            &prepared.name,
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
        if bound.is_err() {
            output.clear();
            return Err(invalid("parameters that fit in no message").into());
        }
        frontend::execute("", 0, output)?;
        frontend::sync(output);
        self.answer = Answer::Rows;
        self.written = Arc::clone(&prepared.written);
        self.completion = Completion::default();
        Ok(self.channel.flush().await?)
    }

    /// Waits for the first word of the answer that is no preamble: a row, the end of the rows, or an error.
    async fn head(&mut self) -> Run<()> {
        loop {
            match self.channel.peek().await? {
                backend::ERROR_RESPONSE_TAG => {
                    let body = self.channel.next().await?.body.to_vec();
                    return Err(self.error(&body).await?);
                }
                backend::NOTICE_RESPONSE_TAG => {
                    let body = self.channel.next().await?.body.to_vec();
                    self.notice(&body)?;
                }
                backend::BIND_COMPLETE_TAG | backend::PARAMETER_STATUS_TAG => {
                    self.channel.next().await?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// An error that ends an answer: what follows it is read as well, unless the server is leaving.
    async fn error(&mut self, body: &[u8]) -> Run<Trouble> {
        let reported = Box::new(Reported::parse(body)?);
        if matches!(reported.severity.as_str(), "FATAL" | "PANIC") {
            self.broken = true;
        } else {
            self.drain().await?;
        }
        Ok(Trouble::Server(reported))
    }

    fn notice(&mut self, body: &[u8]) -> io::Result<()> {
        let reported = Reported::parse(body)?;
        if self.completion.notices.len() < MOST_NOTICES {
            let line = format!("{}: {}", reported.severity, reported.message);
            self.completion.notices.push(self.scrubber.scrub(&line));
        }
        Ok(())
    }

    /// Reads rows until the batch has enough; true when the answer is at its end.
    async fn rows(&mut self, rows: usize, batch: &mut Batch) -> Run<bool> {
        let enough = batch.rows().saturating_add(rows);
        let written = Arc::clone(&self.written);
        loop {
            if batch.rows() >= enough || batch.is_full() {
                return Ok(false);
            }
            let Some(frame) = self.channel.next_ready()? else {
                self.channel.fill().await?;
                continue;
            };
            match frame.tag {
                backend::DATA_ROW_TAG => row(frame.body, &written, batch)?,
                backend::COMMAND_COMPLETE_TAG => {
                    self.completion.affected = affected(Fields(frame.body).text()?);
                }
                backend::NOTICE_RESPONSE_TAG => {
                    let body = frame.body.to_vec();
                    self.notice(&body)?;
                }
                backend::ERROR_RESPONSE_TAG => {
                    let body = frame.body.to_vec();
                    return Err(self.error(&body).await?);
                }
                tag @ (backend::COPY_IN_RESPONSE_TAG | backend::COPY_OUT_RESPONSE_TAG) => {
                    return Err(self.refuse_copy(tag).await?);
                }
                backend::READY_FOR_QUERY_TAG => {
                    self.answer = Answer::Idle;
                    return Ok(true);
                }
                _ => {}
            }
        }
    }

    /// COPY speaks a protocol of its own, which ends here.
    async fn refuse_copy(&mut self, tag: u8) -> Run<Trouble> {
        if tag == backend::COPY_IN_RESPONSE_TAG {
            // The `Sync` that was sent with the statement was lost on the server, which waited for data.
            frontend::copy_fail("not supported here", &mut self.channel.output)?;
            frontend::sync(&mut self.channel.output);
            self.channel.flush().await?;
        }
        match self.drain().await {
            Ok(()) | Err(Trouble::Server(_)) => {}
            Err(trouble) => return Err(trouble),
        }
        Ok(Trouble::Server(Box::new(Reported {
            severity: "ERROR".to_owned(),
            code: "0A000".to_owned(),
            message: "COPY between the server and the client is not supported here.".to_owned(),
            hint: Some("Use psql, or COPY with a file at the server.".to_owned()),
            ..Reported::default()
        })))
    }

    async fn control(&mut self, statement: &str, sent: Fate) -> Result<(), RunError> {
        self.usable()?;
        let result = async {
            self.drain().await?;
            match simple(&mut self.channel, statement).await? {
                Ok(_) => Ok(()),
                Err(reported) => Err(Trouble::Server(reported)),
            }
        };
        match result.await {
            Ok(()) => Ok(()),
            Err(trouble) => Err(self.failure(trouble, sent)),
        }
    }

    fn usable(&self) -> Result<(), RunError> {
        if self.broken {
            return Err(self.unusable(
                Failure::new(code::CONNECTION_LOST, "The connection is lost already.")
                    .remedy("Connect again."),
            ));
        }
        Ok(())
    }
}

/// A row in the text format: for each value its length, negative for NULL, and its bytes.
fn row(body: &[u8], written: &[Written], batch: &mut Batch) -> io::Result<()> {
    let mut fields = Fields(body);
    let count = usize::from(fields.u16()?);
    if count != written.len() {
        return Err(invalid("a row of other columns than announced"));
    }
    batch.begin_row();
    for written in written {
        match usize::try_from(fields.i32()?) {
            Ok(length) => written.write(fields.bytes(length)?, batch),
            Err(_) => batch.null(),
        }
    }
    batch.end_row();
    Ok(())
}

/// The number at the end of a command tag that says what was changed: `INSERT 0 5`, `UPDATE 3`.
fn affected(tag: &[u8]) -> Option<u64> {
    let tag = std::str::from_utf8(tag).ok()?;
    let (command, count) = (tag.split(' ').next()?, tag.rsplit(' ').next()?);
    ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]
        .contains(&command)
        .then(|| count.parse().ok())?
}

#[async_trait]
impl Session for PostgresSession {
    fn server(&self) -> &str {
        &self.server
    }

    fn canceller(&self) -> Box<dyn Canceller> {
        Box::new(super::cancel::CancelRequest {
            settings: Arc::clone(&self.settings),
            at: Arc::clone(&self.at),
            scrubber: Arc::clone(&self.scrubber),
        })
    }

    async fn begin(&mut self, isolation: Option<IsolationLevel>) -> Result<(), RunError> {
        let statement = match isolation {
            None => "BEGIN",
            Some(IsolationLevel::ReadUncommitted) => "BEGIN ISOLATION LEVEL READ UNCOMMITTED",
            Some(IsolationLevel::ReadCommitted) => "BEGIN ISOLATION LEVEL READ COMMITTED",
            Some(IsolationLevel::RepeatableRead) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            Some(IsolationLevel::Serializable) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        self.control(statement, Fate::NotSent).await?;
        self.in_transaction = true;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), RunError> {
        // From here on nobody knows: the server may have committed when the connection breaks.
        self.in_transaction = false;
        self.control("COMMIT", Fate::Unknown).await
    }

    async fn rollback(&mut self) -> Result<(), RunError> {
        self.in_transaction = false;
        self.control("ROLLBACK", Fate::RolledBack).await
    }

    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError> {
        self.usable()?;
        let Operation::Sql {
            statement,
            parameters,
        } = operation
        else {
            return Err(self.unusable(
                Failure::new(code::STATEMENT_FAILED, "PostgreSQL runs SQL, not commands.")
                    .remedy("Write the operation as SQL."),
            ));
        };
        // What failed before is told before.
        if let Err(Trouble::Io(error)) = self.drain().await {
            return Err(self.failure(Trouble::Io(error), Fate::NotSent));
        }
        let key = match self.prepare(statement, parameters).await {
            Ok(key) => key,
            // Preparing runs nothing.
            Err(trouble) => return Err(self.failure(trouble, Fate::NotSent)),
        };
        let expected = self
            .prepared
            .get(&key)
            .map_or(0, |prepared| prepared.parameters);
        if expected != parameters.len() {
            return Err(self.unusable(Failure::new(
                code::VALUE_REFUSED,
                format!(
                    "The statement has {expected} parameters, and {} values were given.",
                    parameters.len()
                ),
            )));
        }
        if let Err(trouble) = self.send(&key, parameters).await {
            return Err(self.failure(trouble, Fate::Unknown));
        }
        match self.head().await {
            Ok(()) => {}
            Err(Trouble::Server(reported)) => {
                // "cached plan must not change result type": the table has changed, and it is prepared anew next time.
                self.prepared.remove(&key);
                return Err(self.failure(Trouble::Server(reported), Fate::Refused));
            }
            Err(trouble) => return Err(self.failure(trouble, Fate::Unknown)),
        }
        let prepared = self.prepared.get(&key);
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
        self.usable()?;
        match self.rows(rows, batch).await {
            Ok(true) => Ok(Some(std::mem::take(&mut self.completion))),
            Ok(false) => Ok(None),
            Err(trouble) => Err(self.failure(trouble, Fate::Unknown)),
        }
    }

    async fn close(mut self: Box<Self>) {
        if self.broken {
            return;
        }
        if self.answer == Answer::Rows {
            // Otherwise the server would go on until it notices that nobody reads.
            drop(self.canceller().cancel().await);
        }
        drop(tokio::time::timeout(Duration::from_millis(100), self.channel.terminate()).await);
    }
}
