//! The packets of MySQL's client/server protocol that a login needs.
//!
//! Everything read here comes from a server that nobody has vouched for yet: no length is believed beyond the bytes
//! that are there.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::net::Wire;

/// No packet of a login is longer.
const LIMIT: usize = 1 << 20;

/// What a client says it can do; the names are the protocol's.
pub(crate) mod capability {
    pub(crate) const LONG_PASSWORD: u32 = 1;
    /// Columns come with all their flags.
    pub(crate) const LONG_FLAG: u32 = 1 << 2;
    pub(crate) const PROTOCOL_41: u32 = 1 << 9;
    pub(crate) const SSL: u32 = 1 << 11;
    pub(crate) const TRANSACTIONS: u32 = 1 << 13;
    pub(crate) const SECURE_CONNECTION: u32 = 1 << 15;
    /// `CALL` may give rows, of a query and of a prepared statement. Several statements in one are another capability, which
    /// is never asked for.
    pub(crate) const MULTI_RESULTS: u32 = 1 << 17;
    pub(crate) const PREPARED_MULTI_RESULTS: u32 = 1 << 18;
    pub(crate) const PLUGIN_AUTH: u32 = 1 << 19;
}

/// `utf8mb4_general_ci`, which every server since 5.5 knows: errors come in UTF-8.
const CHARACTER_SET: u8 = 45;

/// A connection on which packets are numbered. Encrypting it swaps the wire, and the numbers go on.
pub(crate) struct Channel {
    pub(crate) wire: Wire,
    pub(crate) sequence: u8,
}

impl Channel {
    pub(crate) const fn new(wire: Wire) -> Self {
        Self { wire, sequence: 0 }
    }

    pub(crate) async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut header = [0; 4];
        self.wire.read_exact(&mut header).await?;
        self.body(header).await
    }

    /// The rest of a packet whose header is read.
    pub(crate) async fn body(&mut self, header: [u8; 4]) -> io::Result<Vec<u8>> {
        let [low, middle, high, number] = header;
        let length = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
        if length > LIMIT {
            return Err(invalid("a packet is too long"));
        }
        self.sequence = number.wrapping_add(1);
        let mut payload = vec![0; length];
        self.wire.read_exact(&mut payload).await?;
        Ok(payload)
    }

    pub(crate) async fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len())
            .ok()
            .filter(|length| *length < 0x00ff_ffff)
            .ok_or_else(|| invalid("a packet is too long"))?;
        let [low, middle, high, _] = length.to_le_bytes();
        // The password may be in it.
        let mut packet = Zeroizing::new(Vec::with_capacity(payload.len() + 4));
        packet.extend([low, middle, high, self.sequence]);
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.wire.write_all(&packet).await?;
        self.wire.flush().await
    }

    /// Starts a command, with which the numbers start again.
    pub(crate) async fn command(&mut self, kind: u8, argument: &[u8]) -> io::Result<()> {
        self.sequence = 0;
        let mut payload = vec![kind];
        payload.extend(argument);
        self.write(&payload).await
    }
}

pub(crate) fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads a packet from its front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Exactly so many bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn number(&mut self, count: usize) -> Option<u64> {
        Some(
            self.take(count)?
                .iter()
                .rev()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )
    }

    /// Up to a NUL, which is taken too; or the whole rest.
    fn text(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == 0);
        let text = &self.0[..end.unwrap_or(self.0.len())];
        self.0 = &self.0[end.map_or(self.0.len(), |end| end + 1)..];
        text
    }

    /// A number of one, three, four or nine bytes.
    pub(super) fn length_encoded(&mut self) -> Option<u64> {
        match self.byte()? {
            0xfc => self.number(2),
            0xfd => self.number(3),
            0xfe => self.number(8),
            number @ 0..=0xfa => Some(u64::from(number)),
            _ => None,
        }
    }

    /// Bytes with their length before them.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length_encoded()?;
        self.take(usize::try_from(length).ok()?)
    }
}

/// What a server says first.
pub(crate) struct Greeting {
    pub(crate) version: String,
    /// The number that `KILL` takes; behind a proxy it is the proxy's, which takes it too.
    pub(crate) connection: u32,
    pub(crate) capabilities: u32,
    pub(crate) scramble: Vec<u8>,
    pub(crate) plugin: String,
}

impl Greeting {
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        if reader.number(1)? != 10 {
            return None;
        }
        let version = String::from_utf8_lossy(reader.text()).into_owned();
        let connection = u32::from_le_bytes(reader.array()?);
        let mut scramble = reader.take(8)?.to_vec();
        reader.take(1)?;
        let mut capabilities = u32::try_from(reader.number(2)?).ok()?;
        let mut plugin = String::new();
        if let Some(rest) = reader.take(16) {
            let mut rest = Reader(rest);
            rest.take(3)?;
            capabilities |= u32::try_from(rest.number(2)?).ok()? << 16;
            let length = usize::try_from(rest.number(1)?).ok()?;
            // At least 13 bytes with a NUL at their end, whatever the length says.
            let second = length.saturating_sub(8).max(13).min(reader.0.len());
            scramble.extend(reader.take(second)?.iter().take(12));
            plugin = String::from_utf8_lossy(reader.text()).into_owned();
        }
        Some(Self {
            version,
            connection,
            capabilities,
            scramble,
            plugin,
        })
    }

    /// The product behind a version text.
    pub(crate) fn product(&self) -> &'static str {
        product(&self.version)
    }

    pub(crate) const fn offers(&self, capability: u32) -> bool {
        self.capabilities & capability != 0
    }
}

/// MariaDB says so in its version.
pub(crate) fn product(version: &str) -> &'static str {
    if version.to_ascii_lowercase().contains("mariadb") {
        "MariaDB"
    } else {
        "MySQL"
    }
}

/// Asks for encryption.
pub(crate) fn ssl_request(capabilities: u32) -> Vec<u8> {
    let mut payload = Vec::with_capacity(32);
    payload.extend(capabilities.to_le_bytes());
    payload.extend((1_u32 << 24).to_le_bytes());
    payload.push(CHARACTER_SET);
    payload.extend([0; 23]);
    payload
}

/// Logs in. The database is opened by a command of its own, so that its failure is no failure of the login.
pub(crate) fn handshake_response(
    capabilities: u32,
    user: &str,
    response: &[u8],
    plugin: &str,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = u8::try_from(response.len()).map_err(|_| invalid("the password is too long"))?;
    let mut payload = Zeroizing::new(ssl_request(capabilities));
    payload.extend(user.as_bytes());
    payload.push(0);
    payload.push(length);
    payload.extend(response);
    if capabilities & capability::PLUGIN_AUTH != 0 {
        payload.extend(plugin.as_bytes());
        payload.push(0);
    }
    Ok(payload)
}

/// An error that the server reports.
pub(crate) struct Reported {
    pub(crate) number: u16,
    pub(crate) message: String,
}

impl Reported {
    /// Reads an error packet; `None` where it is none.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        if reader.number(1)? != 0xff {
            return None;
        }
        let number = u16::try_from(reader.number(2)?).ok()?;
        // The SQLSTATE adds nothing to the number. Errors in place of a greeting have none.
        if reader.0.first() == Some(&b'#') {
            reader.take(6)?;
        }
        Some(Self {
            number,
            message: String::from_utf8_lossy(reader.0).into_owned(),
        })
    }
}

/// A request to log in by another plugin.
pub(crate) struct Switch {
    pub(crate) plugin: String,
    pub(crate) scramble: Vec<u8>,
}

impl Switch {
    /// Reads the rest of a packet that starts with 0xfe.
    pub(crate) fn parse(rest: &[u8]) -> Self {
        if rest.is_empty() {
            return Self {
                plugin: "mysql_old_password".to_owned(),
                scramble: Vec::new(),
            };
        }
        let mut reader = Reader(rest);
        let plugin = String::from_utf8_lossy(reader.text()).into_owned();
        let scramble = reader.0.strip_suffix(&[0]).unwrap_or(reader.0).to_vec();
        Self { plugin, scramble }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_greeting_is_read() {
        let mut payload =
            b"\x0a5.5.5-10.11.6-MariaDB\0\x01\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15"
                .to_vec();
        payload.extend([0; 10]);
        payload.extend(b"ijklmnopqrst\0mysql_native_password\0");
        let greeting = Greeting::parse(&payload).expect("a greeting");
        assert_eq!(greeting.product(), "MariaDB");
        assert_eq!(greeting.scramble, b"abcdefghijklmnopqrst");
        assert_eq!(greeting.plugin, "mysql_native_password");
        assert!(greeting.offers(capability::PLUGIN_AUTH));
    }

    proptest! {
        #[test]
        fn no_packet_panics(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Greeting::parse(&payload));
            drop(Reported::parse(&payload));
            drop(Switch::parse(&payload));
        }
    }
}
