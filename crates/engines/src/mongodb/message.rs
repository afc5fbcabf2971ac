//! Commands and replies: `OP_MSG` of MongoDB's wire protocol.
//!
//! Replies are read raw and only where they are looked at: a document that is nested a hundred thousand deep costs
//! nothing.

use std::io;

use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::errors;
use crate::failure::{Attempt, Failure};
use crate::net::{Wire, banner};

const OP_MSG: i32 = 2013;
const HEADER: usize = 16;

/// No reply to a command of ours is longer.
const LIMIT: usize = 4 << 20;

/// A connection on which commands are numbered.
pub(crate) struct Channel {
    wire: Wire,
    request: i32,
    pub(crate) address: String,
}

/// Why a command has no reply.
pub(crate) enum Fault {
    Lost(io::Error),
    /// Not MongoDB; the first bytes of what came instead.
    Foreign(Vec<u8>),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

impl Channel {
    pub(crate) const fn new(wire: Wire, address: String) -> Self {
        Self {
            wire,
            request: 0,
            address,
        }
    }

    /// Runs a command; an error that the server reports is a failure.
    pub(crate) async fn run(
        &mut self,
        database: &str,
        command: Document,
    ) -> Attempt<RawDocumentBuf> {
        let reply = self
            .exchange(database, command)
            .await
            .map_err(|fault| self.failure(fault))?;
        match Reported::of(&reply) {
            None => Ok(reply),
            Some(reported) => Err(errors::classify(&reported, &self.address)),
        }
    }

    pub(crate) fn failure(&self, fault: Fault) -> Failure {
        match fault {
            Fault::Lost(error) => errors::lost(&self.address, &error),
            Fault::Foreign(bytes) => {
                Failure::not_this_database("MongoDB", &self.address, banner::identify(&bytes))
            }
        }
    }

    /// Runs a command, and gives back whatever the server replies.
    pub(crate) async fn exchange(
        &mut self,
        database: &str,
        mut command: Document,
    ) -> Result<RawDocumentBuf, Fault> {
        command.insert("$db", database);
        let body = Zeroizing::new(command.to_vec().map_err(io::Error::other)?);
        self.request = self.request.wrapping_add(1);
        let length = i32::try_from(HEADER + 5 + body.len()).map_err(io::Error::other)?;
        let mut message = Zeroizing::new(Vec::with_capacity(HEADER + 5 + body.len()));
        for number in [length, self.request, 0, OP_MSG, 0] {
            message.extend(number.to_le_bytes());
        }
        message.push(0);
        message.extend_from_slice(&body);
        self.wire.write_all(&message).await?;
        self.wire.flush().await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<RawDocumentBuf, Fault> {
        let mut header = [0; HEADER];
        let mut filled = 0;
        // A foreign server may send less than a header, and then wait.
        while filled < HEADER {
            let count = self.wire.read(&mut header[filled..]).await?;
            if count == 0 {
                return Err(if banner::identify(&header[..filled]).is_some() {
                    Fault::Foreign(header[..filled].to_vec())
                } else {
                    Fault::Lost(io::ErrorKind::UnexpectedEof.into())
                });
            }
            filled += count;
            if banner::identify(&header[..filled]).is_some() {
                return Err(Fault::Foreign(header[..filled].to_vec()));
            }
        }
        let number = |at: usize| {
            header
                .get(at..at + 4)
                .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
                .map_or(0, i32::from_le_bytes)
        };
        let length = usize::try_from(number(0)).unwrap_or(0);
        if !(HEADER + 5..=LIMIT).contains(&length)
            || number(12) != OP_MSG
            || number(8) != self.request
        {
            return Err(Fault::Foreign(header.to_vec()));
        }
        let mut body = vec![0; length - HEADER];
        self.wire.read_exact(&mut body).await?;
        // Flags, then the section's kind, then the document; a checksum may follow.
        let document = body
            .get(5..)
            .filter(|_| body.get(4) == Some(&0))
            .and_then(|rest| {
                let size = rest
                    .get(..4)
                    .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())?;
                rest.get(..usize::try_from(i32::from_le_bytes(size)).ok()?)
            })
            .and_then(|bytes| RawDocumentBuf::from_bytes(bytes.to_vec()).ok());
        document.ok_or_else(|| Fault::Foreign(header.to_vec()))
    }
}

/// An error that the server reports.
pub(crate) struct Reported {
    pub(crate) code: i64,
    pub(crate) name: String,
    pub(crate) message: String,
}

impl Reported {
    /// `None` where the command succeeded.
    pub(crate) fn of(reply: &RawDocument) -> Option<Self> {
        if number(reply, "ok") == Some(1) {
            return None;
        }
        Some(Self {
            code: number(reply, "code").unwrap_or(0),
            name: text(reply, "codeName").unwrap_or_default(),
            message: text(reply, "errmsg").unwrap_or_default(),
        })
    }
}

/// A number, of whichever of BSON's types.
pub(crate) fn number(document: &RawDocument, key: &str) -> Option<i64> {
    let value = document.get(key).ok()??;
    value
        .as_i32()
        .map(i64::from)
        .or_else(|| value.as_i64())
        .or_else(|| value.as_bool().map(i64::from))
        .or_else(|| {
            value
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() < 1e15)
                .map(|number| number as i64)
        })
}

/// A text.
pub(crate) fn text(document: &RawDocument, key: &str) -> Option<String> {
    document.get_str(key).ok().map(str::to_owned)
}

/// The texts of an array.
pub(crate) fn texts(document: &RawDocument, key: &str) -> Vec<String> {
    /// A replica set has fifty members at most.
    const MOST: usize = 100;
    document.get_array(key).map_or_else(
        |_| Vec::new(),
        |array| {
            array
                .into_iter()
                .take(MOST)
                .filter_map(|value| value.ok()?.as_str().map(str::to_owned))
                .collect()
        },
    )
}

/// The command with which a connection starts. Servers before 4.4.2 know it by another name.
pub(crate) fn hello(name: &str, application: Option<&str>) -> Document {
    let mut client = doc! {
        "driver": { "name": "tapedeck", "version": env!("CARGO_PKG_VERSION") },
        "os": { "type": std::env::consts::OS },
    };
    if let Some(application) = application {
        // A server closes the connection at a longer one.
        let name: String = application.chars().take(32).collect();
        client.insert("application", doc! { "name": name });
    }
    doc! { name: 1, "helloOk": true, "client": client }
}
