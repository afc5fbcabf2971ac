//! Messages of the frontend/backend protocol (PostgreSQL's documentation, 53.7) over a connected stream.

use std::io;
use std::ops::Range;

use bytes::BytesMut;
use postgres_protocol::message::backend::READY_FOR_QUERY_TAG;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::net::Wire;

/// How many bytes are asked for at once.
const CHUNK: usize = 256 * 1024;
/// The longest message that a server can make: a field of a gigabyte and what surrounds it.
const LONGEST: usize = (1 << 30) + (1 << 20);

/// One connection, by messages.
pub(crate) struct Channel {
    wire: Wire,
    input: Vec<u8>,
    /// Where the next message starts in `input`.
    position: usize,
    /// What [`Channel::flush`] sends.
    pub(crate) output: BytesMut,
    /// Longer messages are refused.
    longest: usize,
    /// What the server said last of the session's transaction.
    pub(crate) transaction: Transaction,
}

/// Whether a transaction is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transaction {
    None,
    Open,
    /// A statement of it failed: the server takes nothing but its end.
    Failed,
}

/// A message: its kind, and its body without the length.
pub(crate) struct Frame<'a> {
    pub(crate) tag: u8,
    pub(crate) body: &'a [u8],
}

impl Channel {
    pub(crate) fn new(wire: Wire) -> Self {
        Self {
            wire,
            input: Vec::new(),
            position: 0,
            output: BytesMut::new(),
            longest: LONGEST,
            transaction: Transaction::None,
        }
    }

    /// No message of a login is as long as what another protocol reads as a length.
    pub(crate) fn limit(&mut self, longest: Option<usize>) {
        self.longest = longest.unwrap_or(LONGEST);
    }

    /// The bytes that came and were not read as messages.
    pub(crate) fn unread(&self) -> &[u8] {
        self.input.get(self.position..).unwrap_or_default()
    }

    /// Sends what has gathered in `output`.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.wire.write_all(&self.output).await?;
        self.output.clear();
        self.wire.flush().await
    }

    /// The next message, waiting for it.
    pub(crate) async fn next(&mut self) -> io::Result<Frame<'_>> {
        loop {
            if let Some((tag, range)) = self.complete()? {
                let body = self.input.get(range).unwrap_or_default();
                return Ok(Frame { tag, body });
            }
            self.fill().await?;
        }
    }

    /// The kind of the next message, waiting for it.
    pub(crate) async fn peek(&mut self) -> io::Result<u8> {
        loop {
            if let Some(tag) = self.unread().first() {
                return Ok(*tag);
            }
            self.fill().await?;
        }
    }

    /// The next message, if all of it has come.
    pub(crate) fn next_ready(&mut self) -> io::Result<Option<Frame<'_>>> {
        Ok(self.complete()?.map(|(tag, range)| Frame {
            tag,
            body: self.input.get(range).unwrap_or_default(),
        }))
    }

    fn complete(&mut self) -> io::Result<Option<(u8, Range<usize>)>> {
        let Some(&[tag, a, b, c, d]) = self.unread().first_chunk::<5>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if length < 4 || length > self.longest {
            return Err(invalid("a message of no possible length"));
        }
        let start = self.position + 5;
        let end = self.position + 1 + length;
        if end > self.input.len() {
            return Ok(None);
        }
        self.position = end;
        if tag == READY_FOR_QUERY_TAG {
            self.transaction = match self.input.get(start) {
                Some(b'T') => Transaction::Open,
                Some(b'E') => Transaction::Failed,
                _ => Transaction::None,
            };
        }
        Ok(Some((tag, start..end)))
    }

    /// Waits for more bytes. What is kept grows with what comes, never with what was announced.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        if self.position == self.input.len() {
            self.input.clear();
            self.position = 0;
            if self.input.capacity() > 16 * CHUNK {
                self.input.shrink_to(CHUNK);
            }
        } else if self.position > CHUNK || self.input.capacity() - self.input.len() < CHUNK / 4 {
            self.input.drain(..self.position);
            self.position = 0;
        }
        self.input.reserve(CHUNK);
        match self.wire.read_buf(&mut self.input).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Waits for bytes that nobody wants, and forgets them.
    pub(crate) async fn skip(&mut self) -> io::Result<()> {
        self.position = self.input.len();
        self.fill().await
    }

    /// Ends the session as the protocol has it.
    pub(crate) async fn terminate(&mut self) -> io::Result<()> {
        self.output.clear();
        postgres_protocol::message::frontend::terminate(&mut self.output);
        self.flush().await?;
        self.wire.shutdown().await
    }
}

pub(crate) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the fields of a message, each in its order.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn bytes(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| invalid("a message that is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.bytes(N)?
            .try_into()
            .map_err(|_| invalid("a message that is too short"))
    }

    pub(crate) fn byte(&mut self) -> io::Result<u8> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> io::Result<u16> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn i32(&mut self) -> io::Result<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> io::Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// A text that ends with a zero byte.
    pub(crate) fn text(&mut self) -> io::Result<&'a [u8]> {
        let end = self
            .0
            .iter()
            .position(|byte| *byte == 0)
            .ok_or_else(|| invalid("a text without an end"))?;
        let text = self.bytes(end)?;
        self.bytes(1)?;
        Ok(text)
    }
}

/// What the server reports in an error or a notice (53.8).
#[derive(Default)]
pub(crate) struct Reported {
    pub(crate) severity: String,
    /// The SQLSTATE.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    /// In characters of the statement, from 1.
    pub(crate) position: Option<u32>,
}

impl Reported {
    /// Whether the server ends the session with it.
    pub(crate) fn is_last(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    pub(crate) fn parse(body: &[u8]) -> io::Result<Self> {
        let mut reported = Self::default();
        let mut fields = Fields(body);
        loop {
            let kind = fields.byte()?;
            if kind == 0 {
                return Ok(reported);
            }
            let text = String::from_utf8_lossy(fields.text()?).into_owned();
            match kind {
                // The one that is never translated comes second and wins.
                b'S' | b'V' => reported.severity = text,
                b'C' => reported.code = text,
                b'M' => reported.message = text,
                b'D' => reported.detail = Some(text),
                b'H' => reported.hint = Some(text),
                b'P' => reported.position = text.parse().ok(),
                _ => {}
            }
        }
    }
}
