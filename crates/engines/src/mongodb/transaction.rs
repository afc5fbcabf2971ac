//! Where a transaction stands (the drivers' “Transactions” specification).

use bson::{Document, doc};

/// What a session's transaction is at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// There is none.
    None,
    /// Begun here; the server hears of it with the first command.
    Starting,
    /// Known to the server.
    Running,
    /// A commit was sent, and its answer is missing: it can be sent again.
    Committing,
    /// An error, a cancellation or a lost connection has ended it at the server; here it waits for its rollback.
    Ended,
}

/// The transaction of a session.
pub(crate) struct Transaction {
    pub(crate) state: State,
    /// Transactions of a session are numbered.
    number: i64,
    /// What a router wants back with the commit.
    recovery: Option<Document>,
}

impl Transaction {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::None,
            number: 0,
            recovery: None,
        }
    }

    pub(crate) fn begin(&mut self) {
        self.state = State::Starting;
        self.number += 1;
        self.recovery = None;
    }

    /// Whether commands are part of one.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Starting | State::Running)
    }

    /// Makes a command part of the transaction.
    pub(crate) fn join(&self, command: &mut Document) {
        if !self.is_open() {
            return;
        }
        self.number(command);
        if self.state == State::Starting {
            command.insert("startTransaction", true);
            if !command.contains_key("readConcern") {
                command.insert("readConcern", doc! { "level": "snapshot" });
            }
        }
    }

    /// An operation of it failed. The server ends a transaction at its first error.
    pub(crate) fn end(&mut self) {
        if self.is_open() {
            self.state = State::Ended;
        }
    }

    /// The first command was sent.
    pub(crate) fn sent(&mut self) {
        if self.state == State::Starting {
            self.state = State::Running;
        }
    }

    pub(crate) fn remember(&mut self, recovery: Option<Document>) {
        if recovery.is_some() && self.is_open() {
            self.recovery = recovery;
        }
    }

    /// `commitTransaction`. One that is sent again asks for a majority, so that both outcomes are the same.
    pub(crate) fn commit(&self) -> Document {
        let mut command = doc! { "commitTransaction": 1 };
        self.number(&mut command);
        if self.state == State::Committing {
            let concern = doc! { "w": "majority", "wtimeout": 10_000 };
            command.insert("writeConcern", concern);
        }
        self.recover(&mut command);
        command
    }

    /// `abortTransaction`.
    pub(crate) fn abort(&self) -> Document {
        let mut command = doc! { "abortTransaction": 1 };
        self.number(&mut command);
        self.recover(&mut command);
        command
    }

    fn number(&self, command: &mut Document) {
        command.insert("txnNumber", self.number);
        command.insert("autocommit", false);
    }

    fn recover(&self, command: &mut Document) {
        if let Some(recovery) = &self.recovery {
            command.insert("recoveryToken", recovery.clone());
        }
    }
}
