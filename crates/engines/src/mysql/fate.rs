//! What became of a statement that failed, and of the transaction around it.

use std::time::Duration;

use super::errors;
use super::exchange::ask;
use super::packet::Reported;
use super::session::MysqlSession;
use super::statement::{self, Effect};
use crate::error::code;
use crate::failure::Failure;
use crate::session::{Fate, RunError};

/// The time that it may take to find out what became of a statement that failed.
const FATE_LIMIT: Duration = Duration::from_secs(2);

impl MysqlSession {
    /// The statement failed while it ran.
    pub(super) async fn failed(&mut self, reported: &Reported) -> RunError {
        let effect = statement::effect(&self.operation.statement);
        // The next run of the same text begins anew: the server may want it prepared again.
        let closed = self.exchange.unprepare().await;
        let error = self.refused(reported, effect).await;
        self.broken |= closed.is_err();
        error
    }

    /// The error of a statement that the server refused, and what became of it.
    pub(super) async fn refused(&mut self, reported: &Reported, effect: Effect) -> RunError {
        self.link.end();
        let fate = if errors::ends_session(reported) {
            self.broken = true;
            Fate::Unknown
        } else if errors::is_deadlock(reported) {
            self.exchange.in_transaction = false;
            Fate::RolledBack
        } else if effect != Effect::Steps && self.transaction_is_over().await {
            Fate::RolledBack
        } else {
            match effect {
                Effect::None => Fate::Refused,
                Effect::Steps => Fate::Unknown,
                Effect::Rows if self.takes_back_rows().await => Fate::Refused,
                Effect::Rows => Fate::Unknown,
            }
        };
        self.taken_back |= self.begun && fate == Fate::RolledBack;
        RunError {
            position: statement::position(&self.operation.statement, &reported.message),
            ..self.error(errors::of_statement(reported, &self.server.address), fate)
        }
    }

    /// Whether the server took back the whole transaction with the statement that failed: which errors do that hangs on its
    /// version and its settings. What changes the schema has made the transaction last before.
    pub(super) async fn transaction_is_over(&mut self) -> bool {
        let asked = self.exchange.in_transaction
            && statement::stays_in_transaction(&self.operation.statement);
        if asked && ask(&mut self.exchange, "DO 0").await.is_err() {
            // The next operation says so.
            return false;
        }
        asked && !self.exchange.in_transaction
    }

    /// Whether the server takes back the rows of a statement that failed.
    async fn takes_back_rows(&mut self) -> bool {
        let question = statement::names_lasting_tables(&self.operation.statement);
        let asked = ask(&mut self.exchange, &question);
        let answer = tokio::time::timeout(FATE_LIMIT, asked).await;
        matches!(answer, Ok(Ok(Ok(row))) if row.is_empty())
    }

    /// The server has ended the transaction that the caller believes to be in.
    pub(super) fn taken_back(&self, fate: Fate) -> RunError {
        let failure = Failure::new(
            code::STATEMENT_FAILED,
            "The server took the transaction back when one of its operations failed.",
        )
        .remedy("Roll back, and run the transaction again.");
        self.error(failure, fate)
    }
}
