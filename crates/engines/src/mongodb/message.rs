//! Commands and replies: `OP_MSG` of MongoDB's wire protocol.
//!
//! Replies are read raw and only where they are looked at: a document that is nested a hundred thousand deep costs
//! nothing.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use bson::raw::{RawDocument, RawDocumentBuf};
use bson::{Document, doc};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use zeroize::Zeroizing;

use super::errors;
use crate::failure::{Attempt, Failure};
use crate::net::{Wire, banner};

const OP_MSG: i32 = 2013;
const HEADER: usize = 16;

/// No reply on the way to a login is longer.
const LIMIT: usize = 4 << 20;

/// The longest message that servers send and take, in bytes.
pub(crate) const LONGEST: usize = 48_000_000;

/// The header, the flags and the kind of the first section.
const FRONT: usize = HEADER + 5;

/// A connection on which commands are numbered.
pub(crate) struct Channel {
    wire: Wire,
    request: i32,
    limit: usize,
    pub(crate) address: String,
}

/// A list of documents that is sent beside a command: beyond 16 MB it would not fit into it.
pub(crate) struct Sequence {
    /// The command's field that it stands for.
    pub(crate) field: &'static str,
    /// The documents, one after the other.
    pub(crate) documents: Zeroizing<Vec<u8>>,
}

/// Why a command has no reply.
pub(crate) enum Fault {
    /// Nothing was sent.
    Unsent(io::Error),
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
            limit: LIMIT,
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
            Fault::Unsent(error) | Fault::Lost(error) => errors::lost(&self.address, &error),
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
        self.round(&body, None).await
    }

    /// Lets replies be as long as the protocol has them: the results of a person's commands.
    pub(crate) const fn take_long_replies(&mut self) {
        self.limit = LONGEST;
    }

    /// Sends a command that is encoded already, and gives back whatever the server replies.
    pub(crate) async fn round(
        &mut self,
        body: &[u8],
        sequence: Option<&Sequence>,
    ) -> Result<RawDocumentBuf, Fault> {
        self.request = self.request.wrapping_add(1);
        let message = encode(self.request, body, sequence).map_err(Fault::Unsent)?;
        self.send(&message).await?;
        self.reply().await
    }

    async fn send(&mut self, message: &[u8]) -> Result<(), Fault> {
        let mut rest = message;
        while !rest.is_empty() {
            let sent = match self.wire.write(rest).await {
                Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => Ok(count),
                Err(error) => Err(error),
            };
            match sent {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if rest.len() == message.len() => return Err(Fault::Unsent(error)),
                Err(error) => return Err(Fault::Lost(error)),
            }
        }
        Ok(self.wire.flush().await?)
    }

    /// Whether the server has closed the connection, or spoken without being asked: nothing can be sent on it then.
    pub(crate) async fn is_dead(&mut self) -> bool {
        let mut space = [0; 1];
        let mut space = ReadBuf::new(&mut space);
        poll_fn(|context| {
            Poll::Ready(
                Pin::new(&mut self.wire)
                    .poll_read(context, &mut space)
                    .is_ready(),
            )
        })
        .await
    }

    async fn reply(&mut self) -> Result<RawDocumentBuf, Fault> {
        let mut header = [0; HEADER];
        let mut filled = 0;
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
            // A foreign server may send less than a header, and then wait. A whole one is looked at as what it should be: its
            // length alone may look like somebody's first words.
            let foreign = filled < HEADER && self.limit == LIMIT;
            if foreign && banner::identify(&header[..filled]).is_some() {
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
        if !(FRONT..=self.limit).contains(&length)
            || number(12) != OP_MSG
            || number(8) != self.request
        {
            return Err(Fault::Foreign(header.to_vec()));
        }
        // What is claimed costs nothing before it is there.
        let mut body = Vec::new();
        let rest = u64::try_from(length - HEADER).unwrap_or(0);
        (&mut self.wire).take(rest).read_to_end(&mut body).await?;
        if body.len() != length - HEADER {
            return Err(Fault::Lost(io::ErrorKind::UnexpectedEof.into()));
        }
        decode(body).ok_or_else(|| Fault::Foreign(header.to_vec()))
    }
}

fn encode(
    request: i32,
    body: &[u8],
    sequence: Option<&Sequence>,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let beside = sequence.map_or(0, Sequence::length);
    let length = FRONT + body.len() + beside;
    let mut message = Zeroizing::new(Vec::with_capacity(length));
    let length = i32::try_from(length).map_err(io::Error::other)?;
    for number in [length, request, 0, OP_MSG, 0] {
        message.extend(number.to_le_bytes());
    }
    message.push(0);
    message.extend_from_slice(body);
    if let Some(sequence) = sequence {
        message.push(1);
        let size = i32::try_from(beside - 1).map_err(io::Error::other)?;
        message.extend(size.to_le_bytes());
        message.extend_from_slice(sequence.field.as_bytes());
        message.push(0);
        message.extend_from_slice(&sequence.documents);
    }
    Ok(message)
}

/// The document of a reply: flags, then the section's kind, then the document; a checksum may follow.
fn decode(mut body: Vec<u8>) -> Option<RawDocumentBuf> {
    if body.get(4) != Some(&0) {
        return None;
    }
    let size = body
        .get(5..9)
        .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())?;
    let size = usize::try_from(i32::from_le_bytes(size)).ok()?;
    if size > body.len() - 5 {
        return None;
    }
    body.drain(..5);
    body.truncate(size);
    RawDocumentBuf::from_bytes(body).ok()
}

impl Sequence {
    /// How much longer it makes a message, in bytes: kind, size, name, documents.
    fn length(&self) -> usize {
        1 + 4 + self.field.len() + 1 + self.documents.len()
    }
}

/// The length of a message, in bytes.
pub(crate) fn length(body: &[u8], sequence: Option<&Sequence>) -> usize {
    FRONT + body.len() + sequence.map_or(0, Sequence::length)
}

/// An error that the server reports.
pub(crate) struct Reported {
    pub(crate) code: i64,
    pub(crate) name: String,
    pub(crate) message: String,
    /// What the server says can be done about it: `TransientTransactionError`.
    pub(crate) labels: Vec<String>,
}

impl Reported {
    /// `None` where the command succeeded.
    pub(crate) fn of(reply: &RawDocument) -> Option<Self> {
        (number(reply, "ok") != Some(1)).then(|| Self::read(reply))
    }

    /// The error that a document describes: a reply, or a part of one.
    pub(crate) fn read(document: &RawDocument) -> Self {
        Self {
            code: number(document, "code").unwrap_or(0),
            name: text(document, "codeName").unwrap_or_default(),
            message: text(document, "errmsg").unwrap_or_default(),
            labels: texts(document, "errorLabels"),
        }
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
