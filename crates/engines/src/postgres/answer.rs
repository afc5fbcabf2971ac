//! The answer to a statement: its rows, its notices, its end.

use std::io;
use std::sync::Arc;

use postgres_protocol::message::{backend, frontend};

use super::channel::{Fields, Reported, invalid};
use super::pipeline::no_copy;
use super::query::{PostgresSession, Run, Trouble};
use super::values::Written;
use crate::session::Batch;

/// More notices of one statement are not kept.
const MOST_NOTICES: usize = 100;
/// More of one notice is not kept, in characters.
const LONGEST_NOTICE: usize = 2_000;

impl PostgresSession {
    /// Waits for the first word of the answer that is no preamble: a row, the end of the rows, or an error.
    pub(super) async fn head(&mut self) -> Run<()> {
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
        if reported.is_last() {
            self.broken = true;
            self.end();
        } else {
            // Dropped here, the session would forget that the statement failed.
            self.torn = true;
            let drained = self.drain().await;
            self.torn = false;
            drained?;
        }
        Ok(Trouble::Server(reported))
    }

    pub(super) fn notice(&mut self, body: &[u8]) -> io::Result<()> {
        let reported = Reported::parse(body)?;
        if self.completion.notices.len() < MOST_NOTICES {
            let message = reported.message.chars().take(LONGEST_NOTICE);
            let line = format!("{}: {}", reported.severity, message.collect::<String>());
            self.completion.notices.push(self.scrubber.scrub(&line));
        }
        Ok(())
    }

    /// Reads rows until the batch has enough; true when the answer is at its end.
    pub(super) async fn rows(&mut self, rows: usize, batch: &mut Batch) -> Run<bool> {
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
                    let tag = Fields(frame.body).text()?;
                    self.completion.affected = affected(tag);
                    if self.commits && tag == b"ROLLBACK" {
                        let notice = "The transaction had failed before: the server took it back.";
                        self.completion.notices.push(notice.to_owned());
                    }
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
                    self.end();
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
        Ok(Trouble::Server(Box::new(no_copy())))
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
pub(super) fn affected(tag: &[u8]) -> Option<u64> {
    let tag = std::str::from_utf8(tag).ok()?;
    let (command, count) = (tag.split(' ').next()?, tag.rsplit(' ').next()?);
    ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]
        .contains(&command)
        .then(|| count.parse().ok())?
}
