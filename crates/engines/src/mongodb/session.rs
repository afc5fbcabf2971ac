//! A session: a person's commands over one connection, their documents in batches.
//!
//! A command runs as `runCommand` would run it, with what belongs to the session put beside it: the database, the logical
//! session, the transaction. The rest of a result stays with the server as a cursor, and comes by `getMore` when it is asked
//! for.
//!
//! The connection is taken out while an operation is on it. A future that is dropped in the middle thus closes it, and the
//! next operation gets a new one: nobody reads the answer to an earlier question.

use std::sync::Arc;

use async_trait::async_trait;
use bson::raw::RawDocumentBuf;
use bson::{Bson, Document, doc};
use connection_url::ConnectionUrl;
use tokio_util::sync::CancellationToken;

use super::cancel::MongodbCanceller;
use super::command::Command;
use super::connect;
use super::errors::{self, Nature};
use super::message::{Fault, Sequence};
use super::outcome::{self, Cursor, Denial, Question};
use super::page::Page;
use super::reading;
use super::selection::Member;
use super::settings::{DEFAULT_DATABASE, ReadPreference, Settings};
use super::shared::{LogicalSession, Shared, Whereabouts};
use super::table::Table;
use super::transaction::{State, Transaction};
use super::trial;
use crate::engine::IsolationLevel;
use crate::error::{EngineError, code};
use crate::failure::Failure;
use crate::report::plain_version;
use crate::scrub::Scrubber;
use crate::session::{
    Batch, Canceller, Column, Completion, Fate, Operation, RunError, Session, SessionOptions,
};
use crate::stage::Stage;
use crate::track;

/// The least number of documents that the server is asked for at a time: its own first batch.
const FEWEST: usize = 101;

/// A logged-in connection that runs commands.
pub(crate) struct MongodbSession {
    pub(super) shared: Arc<Shared>,
    /// The connection; `None` while an operation is on it, and when it is gone.
    pub(super) member: Option<Member>,
    /// Whether it broke by itself: then there is no other in its place.
    pub(super) lost: bool,
    server: String,
    pub(super) transaction: Transaction,
    answer: Option<Answer>,
}

/// An answer that is not yet given out.
struct Answer {
    table: Table,
    page: Page,
    cursor: Option<Cursor>,
    completion: Completion,
    nature: Nature,
}

impl MongodbSession {
    /// Connects and logs in: to a server that takes writes, unless the session only reads.
    pub(crate) async fn open(
        url: &ConnectionUrl,
        options: &SessionOptions,
        cancel: &CancellationToken,
    ) -> Result<Self, EngineError> {
        let scrubber = Scrubber::new(url);
        let connected = track::attempt(options.timeout, &scrubber, cancel, |track| async move {
            let mut settings = Settings::read(url, options.dns_server, track.left()).await?;
            if !options.read_only {
                settings.read_preference = ReadPreference::Primary;
            }
            let mut member = connect::open(&settings, settings.read_preference, &track).await?;
            track.enter(Stage::Database);
            trial::look(&settings, &mut member).await?;
            track.enter(Stage::Ready);
            let version = trial::version(&mut member).await?;
            Ok((settings, member, version))
        });
        let (settings, member, version) = connected.await?;
        let version = version.as_deref().and_then(plain_version);
        let server = format!("MongoDB {}", version.unwrap_or_default());
        let mut session = Self {
            server: scrubber.scrub(server.trim_end()),
            shared: Arc::new(Shared::new(options, settings, scrubber)),
            member: None,
            lost: false,
            transaction: Transaction::new(),
            answer: None,
        };
        session.settle_in(member);
        Ok(session)
    }

    /// Takes a new connection into use.
    pub(super) fn settle_in(&mut self, mut member: Member) {
        member.channel.take_long_replies();
        // A transaction belongs to its logical session and not to a connection.
        let session = if self.transaction.state == State::None {
            member.facts.sessions.then(LogicalSession::new)
        } else {
            self.shared.logical_session()
        };
        self.shared.moved(Whereabouts::of(&member, session));
        self.member = Some(member);
        self.lost = false;
    }

    /// Connects once more.
    pub(super) async fn reconnect(&mut self) -> Result<(), EngineError> {
        let shared = Arc::clone(&self.shared);
        let never = CancellationToken::new();
        let settings = &shared.settings;
        let member = track::attempt(
            shared.timeout,
            &shared.scrubber,
            &never,
            |track| async move { connect::open(settings, settings.read_preference, &track).await },
        );
        let member = member.await.map_err(|error| EngineError {
            stage: Stage::Ready,
            ..error
        })?;
        self.settle_in(member);
        Ok(())
    }

    /// Sees to it that there is a connection on which something can be sent.
    async fn connected(&mut self) -> Result<(), RunError> {
        if let Some(mut member) = self.member.take() {
            if !member.channel.is_dead().await {
                if self.shared.is_stopped() && self.transaction.state == State::None {
                    // Its logical session was ended at the server.
                    self.settle_in(member);
                } else {
                    self.member = Some(member);
                }
                return Ok(());
            }
            // One that a cancelled operation took with it is no loss.
            self.lost = !self.shared.is_stopped();
        }
        if self.transaction.state == State::Running {
            self.transaction.end();
            return Err(self.unsent(errors::unreachable().remedy("Roll back, and connect again.")));
        }
        if self.lost {
            return Err(self.unsent(errors::unreachable()));
        }
        self.reconnect().await.map_err(|error| RunError {
            error,
            fate: Fate::NotSent,
            position: None,
        })
    }

    /// The fields of the session that stand beside a command.
    fn envelop(&self, command: &mut Document, reads: bool) {
        let database = self
            .shared
            .settings
            .database
            .as_deref()
            .unwrap_or(DEFAULT_DATABASE);
        command.insert("$db", database);
        if let Some(session) = self.shared.logical_session() {
            command.insert("lsid", session.id());
        }
        self.transaction.join(command);
        let preference = self.preference().filter(|_| reads);
        if let Some(mode) = preference
            && !self.transaction.is_open()
            && !command.contains_key("$readPreference")
        {
            command.insert("$readPreference", doc! { "mode": mode });
        }
    }

    /// The read preference to send along (“Server Selection”, “Passing read preference to mongos and load balancers” and
    /// “Topology type: Single”).
    fn preference(&self) -> Option<&'static str> {
        let facts = &self.member.as_ref()?.facts;
        if !facts.router {
            return (!facts.primary).then_some(ReadPreference::PrimaryPreferred.mode());
        }
        let preference = self.shared.settings.read_preference;
        (preference != ReadPreference::Primary).then(|| preference.mode())
    }

    /// Ends the cursor of what an earlier operation left unread, and waits for a cancellation that is under way: it must
    /// not hit what comes next.
    pub(super) async fn clear(&mut self) {
        self.shared.wait_for_cancellation().await;
        let Some(cursor) = self.answer.take().and_then(|answer| answer.cursor) else {
            return;
        };
        if self.shared.is_stopped() {
            return;
        }
        let mut command = doc! { "killCursors": &cursor.collection, "cursors": [cursor.id] };
        if let Some(session) = self.shared.logical_session() {
            command.insert("lsid", session.id());
        }
        if let Some(mut member) = self.member.take() {
            match member.channel.exchange(&cursor.database, command).await {
                // Whatever it says: the cursor may have ended by itself.
                Ok(_) => self.member = Some(member),
                Err(_) => self.lost = true,
            }
        }
        self.shared.answered(None);
    }

    /// Sends a command and waits for its answer.
    async fn round(
        &mut self,
        body: &[u8],
        sequence: Option<&Sequence>,
        nature: Nature,
    ) -> Result<RawDocumentBuf, RunError> {
        let Some(mut member) = self.member.take() else {
            return Err(self.unsent(errors::unreachable()));
        };
        let result = member.channel.round(body, sequence).await;
        match result {
            Ok(reply) => {
                self.member = Some(member);
                Ok(reply)
            }
            Err(fault) => {
                let address = member.channel.address.clone();
                drop(member);
                Err(self.broken(&fault, &address, nature))
            }
        }
    }

    /// The connection broke, or what came is no answer.
    fn broken(&mut self, fault: &Fault, address: &str, nature: Nature) -> RunError {
        let stopped = self.shared.is_stopped();
        self.shared.answered(None);
        self.lost = !stopped;
        self.transaction.end();
        let unsent = matches!(fault, Fault::Unsent(_));
        let failure = match fault {
            _ if stopped => errors::stopped(),
            Fault::Unsent(error) | Fault::Lost(error) => errors::lost_session(address, error),
            Fault::Foreign(_) => errors::unreadable(address),
        };
        let fate = if unsent {
            Fate::NotSent
        } else if nature.in_transaction {
            // Nobody will commit it: the server takes it back.
            Fate::RolledBack
        } else if stopped && nature.reads {
            Fate::Refused
        } else {
            Fate::Unknown
        };
        self.failed(failure, fate)
    }

    /// The server's answer is a refusal, or can't be read.
    fn denied(&mut self, denial: Denial, nature: Nature) -> RunError {
        let address = self.address();
        match denial {
            Denial::Refused(refusal) => {
                self.shared.answered(None);
                self.transaction.end();
                self.failed(refusal.failure, refusal.fate)
            }
            Denial::Unreadable => {
                self.member = None;
                self.broken(&Fault::Foreign(Vec::new()), &address, nature)
            }
        }
    }

    pub(super) fn address(&self) -> String {
        let member = self.member.as_ref();
        member.map_or_else(String::new, |member| member.channel.address.clone())
    }

    pub(super) fn failed(&self, failure: Failure, fate: Fate) -> RunError {
        RunError {
            error: self.shared.error(failure),
            fate,
            position: None,
        }
    }

    pub(super) fn unsent(&self, failure: Failure) -> RunError {
        self.failed(failure, Fate::NotSent)
    }

    /// Reads a command, and refuses what need not be sent.
    fn read(&self, operation: &Operation) -> Result<Command, RunError> {
        let Operation::Command(text) = operation else {
            let failure = Failure::new(code::STATEMENT_FAILED, "MongoDB runs commands, not SQL.");
            return Err(self.unsent(failure.remedy("Write the operation as a database command.")));
        };
        let command = Command::parse(text).map_err(|unread| RunError {
            position: unread.position,
            ..self.unsent(unread.failure)
        })?;
        if self.shared.read_only && !command.reads {
            let message = format!(
                "The command {} writes, or is not known to change nothing, and this session only reads.",
                command.name
            );
            let failure = Failure::new(code::READ_ONLY, message)
                .remedy("Run it in a session that may write.");
            return Err(self.failed(failure, Fate::Refused));
        }
        Ok(command)
    }

    /// Sends a command that was read, and reads the head of its answer.
    async fn run(&mut self, mut command: Command) -> Result<Answer, RunError> {
        let nature = Nature {
            reads: command.reads,
            in_transaction: self.transaction.is_open(),
            piecemeal: reading::writes_piecemeal(&command.name, &command.body),
        };
        let name = command.name.clone();
        let key = match command.body.get("key") {
            Some(Bson::String(key)) if name == "distinct" => Some(key.clone()),
            _ => None,
        };
        let ids = command.identify().map_err(|failure| self.unsent(failure))?;
        if !nature.in_transaction {
            let concerns = &self.shared.settings.concerns;
            concerns.apply(&name, nature.reads, &mut command.body);
        }
        self.envelop(&mut command.body, nature.reads);
        let Some(member) = &self.member else {
            return Err(self.unsent(errors::unreachable()));
        };
        let encoded = command.encode(&member.facts);
        let encoded = encoded.map_err(|failure| self.unsent(failure))?;
        self.transaction.sent();
        self.shared.begin();
        let reply = self
            .round(&encoded.body, encoded.sequence.as_ref(), nature)
            .await?;
        self.transaction.remember(outcome::recovery_token(&reply));
        let address = self.address();
        let question = Question {
            name: &name,
            nature,
            key: key.as_deref(),
            ids,
            address: &address,
        };
        let outcome =
            outcome::read(question, reply).map_err(|denial| self.denied(denial, nature))?;
        self.shared.answered(outcome.cursor.clone());
        let mut answer = Answer {
            table: Table::default(),
            page: outcome.page,
            cursor: outcome.cursor,
            completion: outcome.completion,
            nature,
        };
        if answer.page.is_spent() {
            // `batchSize: 0` asks for a cursor without documents, and columns come from documents.
            self.more(&mut answer, FEWEST).await?;
        }
        let table = Table::of(&answer.page, answer.cursor.is_some());
        answer.table = table.map_err(|_| self.denied(Denial::Unreadable, nature))?;
        Ok(answer)
    }

    /// Asks for the next documents of an answer, if the server has a cursor for them.
    async fn more(&mut self, answer: &mut Answer, rows: usize) -> Result<(), RunError> {
        let Some(cursor) = answer.cursor.clone() else {
            return Ok(());
        };
        let nature = answer.nature;
        // One more than is wanted: only then it is known whether the last that is wanted is the last of all.
        let size = rows.saturating_add(1).max(FEWEST);
        let size = i32::try_from(size).unwrap_or(i32::MAX);
        let mut command = doc! {
            "getMore": cursor.id,
            "collection": &cursor.collection,
            "batchSize": size,
        };
        self.envelop(&mut command, true);
        command.insert("$db", &cursor.database);
        let body = command.to_vec();
        let body = body.map_err(|_| self.denied(Denial::Unreadable, nature))?;
        let reply = self.round(&body, None, nature).await?;
        self.transaction.remember(outcome::recovery_token(&reply));
        let address = self.address();
        let (page, cursor) = outcome::read_more(nature, &address, reply)
            .map_err(|denial| self.denied(denial, nature))?;
        self.shared.answered(cursor.clone());
        answer.page = page;
        answer.cursor = cursor;
        Ok(())
    }

    /// Adds rows of an answer to a batch; true when it is at its end.
    async fn fill(
        &mut self,
        answer: &mut Answer,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<bool, RunError> {
        let mut left = rows;
        loop {
            let added = answer.table.fill(&mut answer.page, left, batch);
            let nature = answer.nature;
            left -= added.map_err(|_| self.denied(Denial::Unreadable, nature))?;
            if !answer.page.is_spent() {
                return Ok(false);
            }
            if answer.cursor.is_none() {
                return Ok(true);
            }
            if left == 0 || batch.is_full() {
                return Ok(false);
            }
            if self.shared.is_stopped() {
                return Err(self.stopped_between(nature));
            }
            self.more(answer, left).await?;
            // A cursor that waits for what is yet to be written gives nothing for a while.
            if answer.page.is_spent() {
                return Ok(answer.cursor.is_none());
            }
        }
    }

    /// The cursor was ended between two batches.
    fn stopped_between(&mut self, nature: Nature) -> RunError {
        self.shared.answered(None);
        self.transaction.end();
        let fate = if nature.in_transaction {
            Fate::RolledBack
        } else {
            Fate::Refused
        };
        self.failed(errors::stopped(), fate)
    }
}

#[async_trait]
impl Session for MongodbSession {
    fn server(&self) -> &str {
        &self.server
    }

    fn canceller(&self) -> Box<dyn Canceller> {
        Box::new(MongodbCanceller(Arc::clone(&self.shared)))
    }

    async fn begin(&mut self, isolation: Option<IsolationLevel>) -> Result<(), RunError> {
        self.begin_transaction(isolation).await
    }

    async fn commit(&mut self) -> Result<(), RunError> {
        self.commit_transaction().await
    }

    async fn rollback(&mut self) -> Result<(), RunError> {
        self.abort_transaction().await
    }

    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError> {
        let command = self.read(operation)?;
        self.clear().await;
        match self.transaction.state {
            State::Ended => return Err(self.unsent(errors::ended_transaction())),
            State::Committing => return Err(self.unsent(errors::open_commit())),
            State::None | State::Starting | State::Running => {}
        }
        self.connected().await?;
        let answer = self.run(command).await?;
        let columns = answer.table.columns();
        self.answer = Some(answer);
        Ok(columns)
    }

    async fn fetch(
        &mut self,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<Option<Completion>, RunError> {
        let Some(mut answer) = self.answer.take() else {
            return Ok(Some(Completion::default()));
        };
        if self.fill(&mut answer, rows, batch).await? {
            return Ok(Some(answer.completion));
        }
        self.answer = Some(answer);
        Ok(None)
    }

    fn in_transaction(&self) -> bool {
        self.transaction.state != State::None
    }

    async fn close(mut self: Box<Self>) {
        let ending = async {
            self.clear().await;
            if self.transaction.state == State::Running {
                drop(self.abort_transaction().await);
            }
            let session = self.shared.logical_session();
            if let (Some(member), Some(session)) = (&mut self.member, session) {
                let command = doc! { "endSessions": [session.id()] };
                drop(member.channel.exchange("admin", command).await);
            }
        };
        drop(tokio::time::timeout(super::LEAVING, ending).await);
    }
}
