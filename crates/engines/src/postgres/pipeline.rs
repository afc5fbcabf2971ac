//! Several statements in one message to the server (PostgreSQL's documentation, 53.2.4 “Pipelining”).
//!
//! Each is parsed by itself, so that a text of several statements is refused; `Sync` comes once, at the end. The server skips what
//! stands behind one that failed. What takes values is likely to come again with others, as the rows of a history do: it is parsed
//! once, under a name.

use std::collections::VecDeque;
use std::io;

use postgres_protocol::message::{backend, frontend};

use super::answer::affected;
use super::channel::{Fields, Reported, Transaction, invalid};
use super::prepared::MOST_PREPARED;
use super::query::{Answer, ONLY_READ, PostgresSession, Run, Trouble, bind};
use super::session::simple;
use super::statement;
use crate::session::{Completion, Executed, Fate, Operation, Parameter, RunError};

/// Of each statement that the server is to parse, in order: its text and the name that it shall have, if any.
type Parsed = VecDeque<Option<(String, String)>>;

/// “invalid_sql_statement_name”: something took the names away.
const NO_SUCH_NAME: &str = "26000";

/// What becomes of a statement when it fails, and when the connection breaks.
#[derive(Clone, Copy)]
struct Fates {
    left: Fate,
    lost: Fate,
}

impl PostgresSession {
    /// Runs statements up to the first that fails.
    pub(super) async fn pipeline(&mut self, operations: &[Operation]) -> Executed {
        let mut executed = Executed::default();
        if let Err(error) = self.pipelined(operations, &mut executed.done).await {
            executed.failed = Some(error);
        }
        executed
    }

    async fn pipelined(
        &mut self,
        operations: &[Operation],
        done: &mut Vec<Completion>,
    ) -> Result<(), RunError> {
        let statements = operations.iter().map(|operation| self.sql_of(operation));
        let statements: Vec<_> = statements.collect::<Result<_, _>>()?;
        self.ready().await?;
        self.torn = true;
        self.at.in_flight.begin().await;
        let outside = self.channel.transaction == Transaction::None;
        if self.read_only && outside {
            let answer = simple(&mut self.channel, ONLY_READ).await;
            let answer = answer.map_err(Trouble::from);
            let answer = answer.and_then(|answer| answer.map_err(Trouble::Server));
            if let Err(trouble) = answer {
                self.torn = false;
                return Err(self.failure(trouble, Fate::NotSent, Fate::Refused));
            }
        }
        let fates = fates(&statements, outside);
        let unnames = statements.iter().any(|(text, _)| statement::unnames(text));
        if unnames {
            self.named.clear();
        }
        let result = match self.send_all(&statements, !unnames).await {
            Ok(parsed) => self.answers(statements.len(), parsed, done).await,
            Err(error) => Err(error.into()),
        };
        if matches!(&result, Err(Trouble::Server(reported)) if reported.code == NO_SUCH_NAME) {
            self.named.clear();
        }
        self.torn = false;
        self.completion = Completion::default();
        result.map_err(|trouble| {
            let fates = fates.get(done.len()).copied().unwrap_or(Fates {
                left: Fate::Refused,
                lost: Fate::Unknown,
            });
            self.failure(trouble, fates.lost, fates.left)
        })
    }

    /// Sends statements; what is given back is, of each that the server is to parse, the text and the name that it shall have, if any.
    ///
    /// Without `names` none is used: one of the statements may take them away before the next.
    async fn send_all(
        &mut self,
        statements: &[(&str, &[Parameter])],
        names: bool,
    ) -> io::Result<Parsed> {
        let mut parsed = Parsed::default();
        for (statement, parameters) in statements {
            let mut name = String::new();
            if names && !parameters.is_empty() {
                if let Some(known) = self.named.get(*statement) {
                    name.clone_from(known);
                    bind(&name, parameters, &mut self.channel.output)?;
                    frontend::execute("", 0, &mut self.channel.output)?;
                    continue;
                }
                if self.named.len() + parsed.len() < MOST_PREPARED {
                    self.made += 1;
                    name = format!("tapedeck_{}", self.made);
                }
            }
            let output = &mut self.channel.output;
            frontend::parse(&name, statement, [], output)?;
            bind(&name, parameters, output)?;
            frontend::execute("", 0, output)?;
            parsed.push_back((!name.is_empty()).then(|| ((*statement).to_owned(), name)));
        }
        frontend::sync(&mut self.channel.output);
        self.answer = Answer::Rows;
        self.completion = Completion::default();
        self.channel.flush().await?;
        Ok(parsed)
    }

    /// Reads the answers to so many statements, and what the server says when it is ready for the next.
    async fn answers(
        &mut self,
        statements: usize,
        mut parsed: Parsed,
        done: &mut Vec<Completion>,
    ) -> Run<()> {
        let mut failed = None;
        loop {
            let frame = self.channel.next().await?;
            match frame.tag {
                backend::PARSE_COMPLETE_TAG => {
                    self.named.extend(parsed.pop_front().flatten());
                }
                backend::COMMAND_COMPLETE_TAG => {
                    let tag = Fields(frame.body).text()?;
                    let mut completion = std::mem::take(&mut self.completion);
                    completion.affected = affected(tag);
                    done.push(completion);
                }
                backend::EMPTY_QUERY_RESPONSE_TAG => {
                    done.push(std::mem::take(&mut self.completion))
                }
                backend::NOTICE_RESPONSE_TAG => {
                    let body = frame.body.to_vec();
                    self.notice(&body)?;
                }
                backend::ERROR_RESPONSE_TAG => {
                    let reported = Box::new(Reported::parse(frame.body)?);
                    if reported.is_last() {
                        self.broken = true;
                        self.end();
                        return Err(Trouble::Server(reported));
                    }
                    failed.get_or_insert(reported);
                }
                backend::COPY_IN_RESPONSE_TAG => {
                    if done.len() + 1 < statements {
                        // What follows was taken for the data, with the `Sync` at its end or without.
                        return Err(invalid("a COPY that waits for data").into());
                    }
                    self.refuse_data().await?;
                }
                backend::COPY_OUT_RESPONSE_TAG => {
                    failed.get_or_insert(Box::new(no_copy()));
                }
                backend::READY_FOR_QUERY_TAG => break,
                _ => {}
            }
        }
        self.end();
        failed.map_or(Ok(()), |reported| Err(Trouble::Server(reported)))
    }

    /// COPY waits for data, and lost the `Sync` that was sent with it.
    async fn refuse_data(&mut self) -> io::Result<()> {
        frontend::copy_fail("not supported here", &mut self.channel.output)?;
        frontend::sync(&mut self.channel.output);
        self.channel.flush().await
    }
}

/// COPY speaks a protocol of its own.
pub(super) fn no_copy() -> Reported {
    Reported {
        severity: "ERROR".to_owned(),
        code: "0A000".to_owned(),
        message: "COPY between the server and the client is not supported here.".to_owned(),
        hint: Some("Use psql, or COPY with a file at the server.".to_owned()),
        ..Reported::default()
    }
}

/// The fates of each statement. The connection's end takes back what is in a transaction, unless what commits it was sent already.
fn fates(statements: &[(&str, &[Parameter])], outside: bool) -> Vec<Fates> {
    let mut outside = outside;
    let mut fates: Vec<Fates> = Vec::new();
    for (statement, _) in statements {
        let commits = statement::commits(statement);
        let begins = statement::begins(statement);
        fates.push(Fates {
            left: if outside && statement::has_steps(statement) {
                Fate::Unknown
            } else {
                Fate::Refused
            },
            // A beginning changes nothing.
            lost: if commits || (outside && !begins) {
                Fate::Unknown
            } else {
                Fate::RolledBack
            },
        });
        if commits {
            for fate in &mut fates {
                fate.lost = Fate::Unknown;
            }
        }
        outside = commits || (outside && !begins);
    }
    fates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_is_on_its_way_may_arrive() {
        let lost = |statements: &[&str], outside| {
            let statements: Vec<_> = statements.iter().map(|one| (*one, [].as_slice())).collect();
            let fates = fates(&statements, outside);
            fates.iter().map(|fates| fates.lost).collect::<Vec<_>>()
        };
        let (unknown, back) = (Fate::Unknown, Fate::RolledBack);
        assert_eq!(lost(&["BEGIN", "DROP TABLE a"], true), [back, back]);
        assert_eq!(lost(&["INSERT …", "COMMIT"], false), [unknown, unknown]);
        assert_eq!(lost(&["DROP TABLE a"], false), [back]);
        assert_eq!(lost(&["DROP TABLE a"], true), [unknown]);
    }
}
