//! A session: one operation at a time over a connection that is set up for it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::cancel::{Link, MysqlCanceller};
use super::exchange::{Ending, Event, Exchange, ask};
use super::packet::{Reported, invalid};
use super::parameters::{self, Refusal, Values};
use super::statement::{self, Effect};
use super::{errors, rows};
use crate::engine::IsolationLevel;
use crate::error::code;
use crate::failure::Failure;
use crate::session::{
    Batch, Canceller, Column, Completion, Executed, Fate, Operation, Parameter, RunError, Session,
};
use crate::stage::Stage;

/// The server's word for a statement that it runs, and does not prepare.
const NOT_PREPARABLE: u16 = 1295;

/// What makes the next transaction of a session a reading one, whatever a routine has set before.
pub(super) const ONLY_READ: &str = "SET SESSION TRANSACTION READ ONLY";

/// A statement of a reading session whose rows nobody wants is cancelled when more than this is left, in bytes.
const LEFT: usize = 4 << 20;

/// Warnings that are told of.
const WARNINGS: usize = 50;

/// The operation under way, or the last one.
#[derive(Default)]
pub(super) struct Under {
    pub(super) statement: String,
    /// How it ended, until it is told.
    ending: Option<Ending>,
    /// Whether it gives rows.
    rows: bool,
    /// How many it gave.
    given: u64,
    /// Results after the first, whose rows are left out.
    left_out: usize,
}

/// What a session knows of its server.
pub(super) struct Server {
    /// Its product and version, to be shown.
    pub(super) name: String,
    /// Its product.
    pub(super) product: &'static str,
    pub(super) address: String,
    /// Its `max_allowed_packet`: a longer command would cost the connection.
    pub(super) longest: usize,
}

/// A session with a server.
pub(crate) struct MysqlSession {
    pub(super) exchange: Exchange,
    pub(super) link: Arc<Link>,
    pub(super) server: Server,
    pub(super) read_only: bool,
    /// The connection cannot be used any more.
    pub(super) broken: bool,
    /// Whether a transaction was begun through the port and not yet ended there.
    pub(super) begun: bool,
    /// Whether the server took that transaction back meanwhile.
    pub(super) taken_back: bool,
    pub(super) operation: Under,
}

impl MysqlSession {
    pub(super) fn new(exchange: Exchange, link: Link, server: Server, read_only: bool) -> Self {
        Self {
            exchange,
            link: Arc::new(link),
            server,
            read_only,
            broken: false,
            begun: false,
            taken_back: false,
            operation: Under::default(),
        }
    }

    pub(super) fn error(&self, failure: Failure, fate: Fate) -> RunError {
        RunError {
            error: failure.into_error(Stage::Ready, &self.link.scrubber),
            fate,
            position: None,
        }
    }

    /// The connection broke. What was sent may have been done.
    pub(super) fn lost(&mut self, error: &io::Error) -> RunError {
        self.broken = true;
        self.link.end();
        let fate = if self.exchange.stream.written == 0 {
            Fate::NotSent
        } else {
            Fate::Unknown
        };
        self.error(
            errors::broken(self.server.product, &self.server.address, error),
            fate,
        )
    }

    /// Makes the connection ready for the next command: what an earlier one left unread is skipped.
    pub(super) async fn ready(&mut self) -> Result<(), RunError> {
        self.exchange.stream.written = 0;
        if self.broken || self.exchange.stream.is_torn() {
            let failure = Failure::new(
                code::CONNECTION_LOST,
                format!("The connection to {} is closed.", self.server.address),
            )
            .remedy("Connect again.");
            return Err(self.error(failure, Fate::NotSent));
        }
        if let Err(error) = self.skip().await {
            return Err(self.lost(&error));
        }
        self.link.end();
        self.operation = Under::default();
        match self.exchange.stream.unasked() {
            None => {}
            Some(Err(error)) => return Err(self.lost(&error)),
            // The server's goodbye: it was idle for too long, or somebody killed it.
            Some(Ok(())) => {
                self.broken = true;
                let failure = Reported::parse(self.exchange.stream.payload()).map_or_else(
                    || {
                        Failure::lost(
                            self.server.product,
                            &self.server.address,
                            &io::ErrorKind::UnexpectedEof.into(),
                        )
                    },
                    |reported| {
                        Failure::new(
                            code::CONNECTION_LOST,
                            format!(
                                "The server at {}: {}",
                                self.server.address, reported.message
                            ),
                        )
                        .remedy("Connect again.")
                        .server_code(reported.number.to_string())
                    },
                );
                return Err(self.error(failure, Fate::NotSent));
            }
        }
        Ok(())
    }

    /// Reads to the end of the answer.
    async fn skip(&mut self) -> io::Result<()> {
        let mut left = self.read_only.then_some(LEFT);
        let mut failed = false;
        while !self.exchange.is_idle() {
            failed |= matches!(self.exchange.next().await?, Event::Refused(_));
            let length = self.exchange.stream.payload().len();
            left = match left.map(|left| left.checked_sub(length)) {
                Some(None) => {
                    // Where that fails, the rest is read.
                    drop(self.canceller().cancel().await);
                    None
                }
                Some(some) => some,
                None => None,
            };
        }
        if failed && self.begun {
            self.taken_back |= self.transaction_is_over().await;
        }
        Ok(())
    }

    /// Begins an operation: from here on a cancellation hits it, and none that was meant for an earlier one does.
    pub(super) async fn commence(&mut self) -> Result<(), RunError> {
        if self.link.begin().await {
            let answer = ask(&mut self.exchange, "DO 0").await;
            self.exchange.stream.written = 0;
            if let Err(error) = answer {
                return Err(self.lost(&error));
            }
        }
        Ok(())
    }

    /// Runs a statement of the session's own, which has no rows.
    async fn run(&mut self, statement: &str) -> Result<(), RunError> {
        self.ready().await?;
        self.commence().await?;
        let answer = ask(&mut self.exchange, statement).await;
        self.link.end();
        match answer {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(reported)) => {
                self.operation.statement.clear();
                Err(self.refused(&reported, Effect::None).await)
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Sends the statement, and reads up to the head of its answer.
    async fn send(&mut self, text: &str, values: &Values, count: usize) -> Result<(), RunError> {
        if let Err(error) = self.prepare(text).await? {
            return self.send_as_text(text, count, &error).await;
        }
        let takes = self
            .exchange
            .prepared
            .as_ref()
            .map_or(0, |prepared| prepared.parameters);
        if takes != count {
            self.link.end();
            let failure = Failure::new(
                code::VALUE_REFUSED,
                format!("The statement takes {takes} values, and {count} were given."),
            )
            .remedy("Give one value for each placeholder.");
            return Err(self.error(failure, Fate::Refused));
        }
        for (number, value) in &values.long {
            if let Err(error) = self.exchange.send_long(*number, value).await {
                return Err(self.lost(&error));
            }
        }
        if let Err(error) = self.exchange.execute(&values.encoded).await {
            return Err(self.lost(&error));
        }
        self.head().await
    }

    /// Has the statement prepared; the inner error is the server's for one that it does not prepare.
    async fn prepare(&mut self, text: &str) -> Result<Result<(), Reported>, RunError> {
        if self.exchange.is_prepared(text) {
            return Ok(Ok(()));
        }
        if let Err(error) = self.exchange.prepare(text).await {
            return Err(self.lost(&error));
        }
        loop {
            match self.exchange.next().await {
                Ok(Event::Prepared) => return Ok(Ok(())),
                Ok(Event::Refused(reported)) if reported.number == NOT_PREPARABLE => {
                    return Ok(Err(reported));
                }
                // Nothing ran yet.
                Ok(Event::Refused(reported)) => {
                    return Err(self.refused(&reported, Effect::None).await);
                }
                Ok(_) => {}
                Err(error) => return Err(self.lost(&error)),
            }
        }
    }

    async fn send_as_text(
        &mut self,
        text: &str,
        count: usize,
        reported: &Reported,
    ) -> Result<(), RunError> {
        if count > 0 {
            return Err(self.refused(reported, Effect::None).await);
        }
        if let Err(error) = self.exchange.query(text).await {
            return Err(self.lost(&error));
        }
        self.head().await
    }

    /// Reads to the columns of the first result that has some, or to the end.
    pub(super) async fn head(&mut self) -> Result<(), RunError> {
        loop {
            match self.exchange.next().await {
                Ok(Event::Columns) => {
                    self.operation.rows = true;
                    return Ok(());
                }
                Ok(Event::Ended(ending)) => {
                    self.operation.ending = Some(ending);
                    self.link.end();
                    return Ok(());
                }
                Ok(Event::Refused(reported)) => {
                    return Err(self.failed(&reported).await);
                }
                Ok(_) => {}
                Err(error) => return Err(self.lost(&error)),
            }
        }
    }

    /// One more event of the answer: `false` where the rows asked for are there.
    fn take(&mut self, event: Event, batch: &mut Batch) -> io::Result<Result<(), Reported>> {
        match event {
            Event::Row if self.operation.left_out == 0 => {
                rows::add(
                    self.exchange.stream.payload(),
                    &self.exchange.columns,
                    self.exchange.wording,
                    batch,
                )
                .ok_or_else(|| invalid("a row cannot be read"))?;
                self.operation.given += 1;
            }
            Event::Columns => self.operation.left_out += 1,
            Event::Ended(ending) => {
                self.operation.ending = Some(ending);
                self.link.end();
            }
            Event::Refused(reported) => return Ok(Err(reported)),
            Event::Row | Event::ResultEnded | Event::Progress | Event::Prepared => {}
        }
        Ok(Ok(()))
    }

    /// Tells how the operation ended. Warnings are asked for only where there are some.
    async fn complete(&mut self, ending: Ending) -> Completion {
        let operation = std::mem::take(&mut self.operation);
        let affected = if !ending.of_rows {
            Some(ending.affected)
        } else if matches!(
            statement::first_word(&operation.statement).as_str(),
            "INSERT" | "REPLACE" | "DELETE"
        ) {
            // MariaDB's RETURNING gives a row for each that was changed, and no count.
            Some(operation.given)
        } else {
            None
        };
        let mut completion = Completion {
            affected,
            ..Completion::default()
        };
        if ending.last_insert_id > 0 {
            let key = ending.last_insert_id;
            completion.generated_keys.push(if key <= 1 << 53 {
                key.into()
            } else {
                key.to_string().into()
            });
        }
        if operation.left_out > 0 {
            completion.notices.push(format!(
                "{} left out: only the first is shown.",
                match operation.left_out {
                    1 => "1 more result is".to_owned(),
                    more => format!("{more} more results are"),
                }
            ));
        }
        if ending.warnings > 0 {
            // They are an extra: where they cannot be had, the operation is done nevertheless.
            match self.warnings().await {
                Ok(warnings) => completion.notices.extend(warnings),
                Err(_) => self.broken = true,
            }
        }
        completion
    }

    async fn warnings(&mut self) -> io::Result<Vec<String>> {
        let mut warnings = Vec::new();
        self.exchange
            .query(&format!("SHOW WARNINGS LIMIT {WARNINGS}"))
            .await?;
        let mut batch = Batch::default();
        while !self.exchange.is_idle() {
            if let Event::Row = self.exchange.next().await? {
                rows::add(
                    self.exchange.stream.payload(),
                    &self.exchange.columns,
                    self.exchange.wording,
                    &mut batch,
                );
            }
        }
        let rows: Vec<(String, serde_json::Value, String)> =
            serde_json::from_str(&format!("[{}]", batch.json())).unwrap_or_default();
        for (level, number, message) in rows {
            warnings.push(
                self.link
                    .scrubber
                    .scrub(&format!("{level} (Code {number}): {message}")),
            );
        }
        Ok(warnings)
    }

    fn refusal(&self, refusal: &Refusal) -> RunError {
        let failure = Failure::new(
            code::VALUE_REFUSED,
            format!(
                "The value {} cannot be sent: {}.",
                refusal.parameter, refusal.why
            ),
        )
        .remedy("Give another value, or give it as text.");
        self.error(failure, Fate::NotSent)
    }

    /// What is known to be refused before anything is sent.
    pub(super) fn check(&self, text: &str, parameters: &[Parameter]) -> Result<Values, RunError> {
        if self.read_only && !statement::reads(text) {
            let failure = Failure::new(
                code::READ_ONLY,
                "This session only reads, and the statement is not one that only reads.",
            )
            .remedy("Run writes as actions or migrations that write.");
            return Err(self.error(failure, Fate::Refused));
        }
        let values = parameters::encode(parameters).map_err(|refusal| self.refusal(&refusal))?;
        // The head of a command takes a few bytes.
        let size = text.len().max(values.encoded.len()).max(values.longest) + 16;
        if size > self.server.longest {
            let failure = Failure::new(
                code::VALUE_REFUSED,
                format!(
                    "The statement or its values take {size} bytes, and the server takes {} (max_allowed_packet).",
                    self.server.longest
                ),
            )
            .remedy("Make the value smaller, or raise max_allowed_packet at the server.");
            return Err(self.error(failure, Fate::NotSent));
        }
        Ok(values)
    }
}

#[async_trait]
impl Session for MysqlSession {
    fn server(&self) -> &str {
        &self.server.name
    }

    fn canceller(&self) -> Box<dyn Canceller> {
        Box::new(MysqlCanceller(Arc::clone(&self.link)))
    }

    async fn begin(&mut self, isolation: Option<IsolationLevel>) -> Result<(), RunError> {
        self.ready().await?;
        if self.exchange.in_transaction {
            // The server would make the open one last without a word.
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                "A transaction is open already in this session.",
            )
            .remedy("End it by COMMIT or ROLLBACK first.");
            return Err(self.error(failure, Fate::Refused));
        }
        if let Some(level) = isolation {
            let level = match level {
                IsolationLevel::ReadUncommitted => "READ UNCOMMITTED",
                IsolationLevel::ReadCommitted => "READ COMMITTED",
                IsolationLevel::RepeatableRead => "REPEATABLE READ",
                IsolationLevel::Serializable => "SERIALIZABLE",
            };
            self.run(&format!("SET TRANSACTION ISOLATION LEVEL {level}"))
                .await?;
        }
        self.run(if self.read_only {
            "START TRANSACTION READ ONLY"
        } else {
            "START TRANSACTION"
        })
        .await?;
        (self.begun, self.taken_back) = (true, false);
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), RunError> {
        self.begun = false;
        if std::mem::take(&mut self.taken_back) {
            // The server would say that it is done.
            return Err(self.taken_back(Fate::RolledBack));
        }
        self.run("COMMIT").await
    }

    async fn rollback(&mut self) -> Result<(), RunError> {
        (self.begun, self.taken_back) = (false, false);
        self.run("ROLLBACK").await
    }

    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError> {
        self.ready().await?;
        let Operation::Sql {
            statement,
            parameters,
        } = operation
        else {
            let failure = Failure::new(
                code::STATEMENT_FAILED,
                format!(
                    "{} runs SQL, and this is a command of MongoDB.",
                    self.server.product
                ),
            )
            .remedy("Write it as SQL.");
            return Err(self.error(failure, Fate::NotSent));
        };
        if self.taken_back {
            // Outside of it, the operation would last.
            return Err(self.taken_back(Fate::NotSent));
        }
        let values = self.check(statement, parameters)?;
        self.commence().await?;
        if self.read_only && !self.exchange.in_transaction {
            let answer = ask(&mut self.exchange, ONLY_READ).await;
            self.exchange.stream.written = 0;
            match answer {
                Ok(Ok(_)) => {}
                Ok(Err(reported)) => return Err(self.refused(&reported, Effect::None).await),
                Err(error) => return Err(self.lost(&error)),
            }
        }
        self.operation.statement.clone_from(statement);
        self.send(statement, &values, parameters.len()).await?;
        if !self.operation.rows {
            return Ok(Vec::new());
        }
        Ok(self
            .exchange
            .columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                type_name: column.type_name.clone(),
            })
            .collect())
    }

    async fn fetch(
        &mut self,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<Option<Completion>, RunError> {
        let until = batch.rows().saturating_add(rows);
        loop {
            if let Some(ending) = self.operation.ending {
                return Ok(Some(self.complete(ending).await));
            }
            if self.exchange.is_idle() {
                // Nothing is under way, or all is told.
                return Ok(Some(Completion::default()));
            }
            let event = if batch.rows() >= until || batch.is_full() {
                // The end comes with the last row where it is here already.
                match self.exchange.here_unless_row() {
                    Ok(Some(event)) => Ok(event),
                    Ok(None) => return Ok(None),
                    Err(error) => Err(error),
                }
            } else {
                match self.exchange.here() {
                    Ok(Some(event)) => Ok(event),
                    Ok(None) => self.exchange.next().await,
                    Err(error) => Err(error),
                }
            };
            match event.and_then(|event| self.take(event, batch)) {
                Ok(Ok(())) => {}
                Ok(Err(reported)) => return Err(self.failed(&reported).await),
                Err(error) => return Err(self.lost(&error)),
            }
        }
    }

    async fn execute_all(&mut self, operations: &[Operation]) -> Executed {
        self.execute_in_order(operations).await
    }

    fn in_transaction(&self) -> bool {
        self.exchange.in_transaction
    }

    async fn close(mut self: Box<Self>) {
        if !self.broken && self.exchange.is_idle() {
            let limit = Duration::from_millis(100);
            drop(tokio::time::timeout(limit, self.exchange.quit()).await);
        }
    }
}
