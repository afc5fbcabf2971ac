//! Beginning and ending a session's transaction.

use bson::Document;
use bson::raw::RawDocumentBuf;

use super::errors::{self, Nature};
use super::message::{Fault, Reported};
use super::outcome;
use super::session::MongodbSession;
use super::transaction::State;
use crate::engine::IsolationLevel;
use crate::error::code;
use crate::failure::Failure;
use crate::session::{Fate, RunError};

/// What a command of a transaction's end is like.
const ENDING: Nature = Nature {
    reads: false,
    in_transaction: true,
    piecemeal: false,
};

impl MongodbSession {
    /// Begins one; the server hears of it with the first command.
    pub(super) async fn begin_transaction(
        &mut self,
        isolation: Option<IsolationLevel>,
    ) -> Result<(), RunError> {
        if isolation.is_some() {
            let message = "A transaction of MongoDB reads a snapshot: it has no isolation levels.";
            let failure = Failure::new(code::VALUE_REFUSED, message);
            return Err(self.unsent(failure.remedy("Begin it without a level.")));
        }
        if self.transaction.state != State::None {
            let message = "A transaction is open already, and MongoDB nests none.";
            let failure = Failure::new(code::STATEMENT_FAILED, message);
            return Err(self.unsent(failure.remedy("Commit it or roll it back first.")));
        }
        self.clear().await;
        if let Some(member) = &self.member {
            let facts = &member.facts;
            let able = facts.sessions && (facts.set.is_some() || facts.router);
            if !able || !facts.primary {
                return Err(self.unsent(errors::no_transactions(&self.address(), able)));
            }
        }
        self.transaction.begin();
        Ok(())
    }

    /// Commits. Where the answer is lost, it is asked for once more over a new connection, as drivers do: a commit that was
    /// made is not made twice.
    pub(super) async fn commit_transaction(&mut self) -> Result<(), RunError> {
        self.clear().await;
        match self.transaction.state {
            State::None => return Err(self.unsent(errors::no_transaction())),
            State::Starting => {
                self.transaction.state = State::None;
                return Ok(());
            }
            State::Ended => {
                drop(self.abort_transaction().await);
                return Err(self.failed(errors::ended_transaction(), Fate::RolledBack));
            }
            State::Running | State::Committing => {}
        }
        let mut command = self.transaction.commit();
        self.shared.settings.concerns.apply_to_commit(&mut command);
        let first = self.control(command).await;
        self.transaction.state = State::Committing;
        let reply = match first {
            Ok(reply) => reply,
            Err(lost) => {
                let unknown = |failure: Failure| {
                    failure.remedy("Commit again, or look at the data: it may have been committed.")
                };
                if self.reconnect().await.is_err() {
                    return Err(self.failed(unknown(lost), Fate::Unknown));
                }
                let command = self.transaction.commit();
                match self.control(command).await {
                    Ok(reply) => reply,
                    Err(lost) => return Err(self.failed(unknown(lost), Fate::Unknown)),
                }
            }
        };
        let address = self.address();
        if let Some(refusal) = outcome::refused_commit(&reply, ENDING, &address) {
            if refusal.fate != Fate::Unknown {
                self.transaction.state = State::None;
            }
            return Err(self.failed(refusal.failure, refusal.fate));
        }
        self.transaction.state = State::None;
        Ok(())
    }

    /// Rolls back. A server that can't be reached takes a transaction back by itself, a minute later.
    pub(super) async fn abort_transaction(&mut self) -> Result<(), RunError> {
        self.clear().await;
        let state = self.transaction.state;
        if matches!(state, State::None) {
            return Err(self.unsent(errors::no_transaction()));
        }
        if state == State::Starting {
            self.transaction.state = State::None;
            return Ok(());
        }
        let command = self.transaction.abort();
        let mut result = self.control(command.clone()).await;
        if result.is_err() && self.reconnect().await.is_ok() {
            result = self.control(command).await;
        }
        self.transaction.state = State::None;
        match result {
            Ok(reply) => match Reported::of(&reply) {
                Some(reported) if reported.code == errors::TRANSACTION_COMMITTED => {
                    let refusal = errors::refusal(&reported, ENDING, &self.address());
                    Err(self.failed(refusal.failure, Fate::Refused))
                }
                // It is gone, whatever the server says.
                _ => Ok(()),
            },
            Err(_) if state == State::Ended => Ok(()),
            Err(lost) if state == State::Committing => Err(self.failed(lost, Fate::Unknown)),
            Err(lost) => Err(self.failed(lost, Fate::RolledBack)),
        }
    }

    /// Runs a command of the transaction itself.
    async fn control(&mut self, mut command: Document) -> Result<RawDocumentBuf, Failure> {
        if let Some(session) = self.shared.logical_session() {
            command.insert("lsid", session.id());
        }
        let Some(mut member) = self.member.take() else {
            return Err(errors::unreachable());
        };
        match member.channel.exchange("admin", command).await {
            Ok(reply) => {
                self.member = Some(member);
                Ok(reply)
            }
            Err(fault) => {
                self.lost = true;
                let address = &member.channel.address;
                Err(match fault {
                    Fault::Unsent(error) | Fault::Lost(error) => {
                        errors::lost_session(address, &error)
                    }
                    Fault::Foreign(_) => errors::unreadable(address),
                })
            }
        }
    }
}
