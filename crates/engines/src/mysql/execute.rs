//! Statements that are sent as text: once, and not prepared. One command is one statement: the session does not ask for the
//! capability of several, so that the server refuses the rest of a text as a fault of its grammar.

use super::exchange::ask;
use super::session::{MysqlSession, ONLY_READ};
use super::statement::Effect;
use crate::session::{Completion, Executed, Fate, Operation, RunError, Session, leave_rows};

impl MysqlSession {
    /// Runs operations up to the first that fails.
    pub(super) async fn execute_in_order(&mut self, operations: &[Operation]) -> Executed {
        let mut executed = Executed::default();
        for operation in operations {
            match self.execute_one(operation).await {
                Ok(completion) => executed.done.push(completion),
                Err(error) => {
                    executed.failed = Some(error);
                    break;
                }
            }
        }
        executed
    }

    async fn execute_one(&mut self, operation: &Operation) -> Result<Completion, RunError> {
        let started = match operation {
            Operation::Sql {
                statement,
                parameters,
            } if parameters.is_empty() => self.send_text(statement).await.map(|()| Vec::new()),
            // Parameters take a statement that is prepared.
            other => self.start(other).await,
        };
        leave_rows(started, self).await
    }

    /// Sends a statement as text, and reads up to the head of its answer.
    async fn send_text(&mut self, statement: &str) -> Result<(), RunError> {
        self.ready().await?;
        if self.taken_back {
            // Outside of the transaction, the operation would last.
            return Err(self.taken_back(Fate::NotSent));
        }
        self.check(statement, &[])?;
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
        statement.clone_into(&mut self.operation.statement);
        if let Err(error) = self.exchange.query(statement).await {
            return Err(self.lost(&error));
        }
        self.head().await
    }
}
