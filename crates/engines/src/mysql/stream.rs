//! A logged-in connection: commands go out, packets come in through one buffer.
//!
//! A payload of 16 MiB or more travels in several packets. The buffer and what is joined grow with the bytes that came, never
//! with a length that was only announced.

use std::io;
use std::ops::Range;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::packet::{Channel, invalid};
use crate::net::Wire;

/// The buffer of a connection on which nothing large is under way.
const BUFFER: usize = 128 << 10;

/// A packet of this length has a successor.
const LONGEST: usize = 0x00ff_ffff;

/// No answer to a question of ours is longer.
const SHORT: usize = 1 << 20;

/// The largest `max_allowed_packet` that a server can have: no value and no row is longer.
pub(super) const LIMIT: usize = 1 << 30;

/// The header of a packet: three bytes of length, one of its number.
const HEADER: usize = 4;

/// Where the payload is that was read last.
enum Payload {
    Buffer(Range<usize>),
    /// Joined of several packets.
    Joined,
}

/// Both directions of a connection.
pub(super) struct Stream {
    wire: Wire,
    buffer: Vec<u8>,
    /// What is read and not yet taken.
    filled: Range<usize>,
    joined: Vec<u8>,
    /// Whether `joined` lacks its last packet.
    joining: bool,
    payload: Payload,
    /// Bytes that the connection took since this was last set to zero.
    pub(super) written: usize,
    /// A command was begun and not ended: the future that wrote it was dropped.
    torn: bool,
    /// A longer payload is an error.
    pub(super) limit: usize,
}

impl Stream {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            wire: channel.wire,
            buffer: vec![0; BUFFER],
            filled: 0..0,
            joined: Vec::new(),
            joining: false,
            payload: Payload::Buffer(0..0),
            written: 0,
            torn: false,
            limit: SHORT,
        }
    }

    /// The payload that was read last.
    pub(super) fn payload(&self) -> &[u8] {
        match &self.payload {
            Payload::Buffer(range) => self.buffer.get(range.clone()).unwrap_or_default(),
            Payload::Joined => &self.joined,
        }
    }

    /// Whether a command can still be written whole.
    pub(super) const fn is_torn(&self) -> bool {
        self.torn
    }

    /// Waits for the next payload. Dropping the future loses nothing.
    pub(super) async fn read(&mut self) -> io::Result<()> {
        while !self.take()? {
            self.fill().await?;
        }
        Ok(())
    }

    /// Goes to the next payload, if all of it is here.
    pub(super) fn take(&mut self) -> io::Result<bool> {
        loop {
            let here = self.buffer.get(self.filled.clone()).unwrap_or_default();
            let Some(([low, middle, high, _], rest)) = here.split_first_chunk::<HEADER>() else {
                return Ok(false);
            };
            let length = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
            let before = if self.joining { self.joined.len() } else { 0 };
            if before + length > self.limit {
                return Err(invalid("a packet is too long"));
            }
            let Some(body) = rest.get(..length) else {
                return Ok(false);
            };
            if self.joining || length == LONGEST {
                if !self.joining {
                    self.joined.clear();
                }
                self.joined.extend_from_slice(body);
                self.joining = length == LONGEST;
                self.filled.start += HEADER + length;
                if self.joining {
                    continue;
                }
                self.payload = Payload::Joined;
            } else {
                if self.joined.capacity() > BUFFER {
                    self.joined = Vec::new();
                }
                let start = self.filled.start + HEADER;
                self.payload = Payload::Buffer(start..start + length);
                self.filled.start = start + length;
            }
            return Ok(true);
        }
    }

    /// The next payload without going to it, if it is short enough to be in one packet and all of it is here.
    pub(super) fn peek(&self) -> Option<&[u8]> {
        let here = self.buffer.get(self.filled.clone())?;
        let ([low, middle, high, _], rest) = here.split_first_chunk::<HEADER>()?;
        let length = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
        rest.get(..length)
            .filter(|_| length < LONGEST && !self.joining)
    }

    /// Reads what is there, at least a byte. The payload of before is gone then.
    async fn fill(&mut self) -> io::Result<()> {
        if self.filled.is_empty() {
            self.filled = 0..0;
            if self.buffer.len() > 4 * BUFFER {
                self.buffer = vec![0; BUFFER];
            }
        } else if self.filled.end == self.buffer.len() {
            if self.filled.start > 0 {
                self.buffer.copy_within(self.filled.clone(), 0);
                self.filled = 0..self.filled.len();
            } else {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        if !matches!(self.payload, Payload::Joined) {
            self.payload = Payload::Buffer(0..0);
        }
        let room = self.buffer.get_mut(self.filled.end..).unwrap_or_default();
        let count = self.wire.read(room).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.filled.end += count;
        Ok(())
    }

    /// What the server said without having been asked: as a rule nothing; a payload or an error where it ended the connection.
    pub(super) fn unasked(&mut self) -> Option<io::Result<()>> {
        if self.filled.is_empty()
            && let Err(error) = self.fill().now_or_never()?
        {
            return Some(Err(error));
        }
        Some(match self.take() {
            Ok(true) => Ok(()),
            Ok(false) => Err(invalid("the server speaks out of turn")),
            Err(error) => Err(error),
        })
    }

    /// Sends a command, whose payload is given in two parts.
    pub(super) async fn send(&mut self, head: &[u8], tail: &[u8]) -> io::Result<()> {
        let (mut head, mut tail) = (head, tail);
        let mut number = 0_u8;
        self.torn = true;
        loop {
            let (first, more) = head.split_at(head.len().min(LONGEST));
            let (second, rest) = tail.split_at(tail.len().min(LONGEST - first.len()));
            let length = first.len() + second.len();
            let [low, middle, high, ..] = length.to_le_bytes();
            let mut packet = Vec::with_capacity(HEADER + length);
            packet.extend_from_slice(&[low, middle, high, number]);
            packet.extend_from_slice(first);
            packet.extend_from_slice(second);
            let mut left = packet.as_slice();
            while !left.is_empty() {
                let count = self.wire.write(left).await?;
                if count == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                self.written = self.written.saturating_add(count);
                left = left.get(count..).unwrap_or_default();
            }
            (head, tail) = (more, rest);
            number = number.wrapping_add(1);
            if length < LONGEST {
                break;
            }
        }
        self.wire.flush().await?;
        self.torn = false;
        Ok(())
    }
}
