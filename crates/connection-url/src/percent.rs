//! Percent-encoding (RFC 3986, section 2.1), with `$Secret{KEY}` left alone.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::Span;
use crate::reference::{find_references, has_reference};
use crate::uri::find_byte;

/// Which characters stay as they are besides the unreserved ones of RFC 3986.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// Nothing else: userinfo, host, database.
    Unreserved,
    /// `/`, `:` and `,` too: option values, where they separate nothing and people read them.
    OptionValue,
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Encodes every byte that is not kept; a reference is data here like anything else.
pub(crate) fn encode_literal(text: &str, keep: Keep) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let kept = is_unreserved(byte)
            || (keep == Keep::OptionValue && matches!(byte, b'/' | b':' | b','));
        if kept {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Encodes what is not a reference; references stay as written.
pub(crate) fn encode(text: &str, keep: Keep) -> String {
    if !has_reference(text) {
        return encode_literal(text, keep);
    }
    let mut encoded = String::with_capacity(text.len());
    let mut position = 0;
    for reference in find_references(text) {
        encoded.push_str(&encode_literal(&text[position..reference.span.start], keep));
        encoded.push_str(reference.span.of(text));
        position = reference.span.end;
    }
    encoded.push_str(&encode_literal(&text[position..], keep));
    encoded
}

/// What is wrong with a percent-encoded text, and where (relative to its start).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DecodeFault {
    /// `%` without two hexadecimal digits after it.
    BadHex(Span),
    /// `%00`.
    Nul(Span),
    /// The decoded bytes are no UTF-8.
    NotUtf8,
}

fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that the three bytes at `position` encode.
pub(crate) fn decode_at(bytes: &[u8], position: usize) -> Option<u8> {
    let high = hex_value(*bytes.get(position + 1)?)?;
    let low = hex_value(*bytes.get(position + 2)?)?;
    Some(high << 4 | low)
}

/// Decodes strictly: bad hex and `%00` are faults, and so are bytes that are no UTF-8.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, DecodeFault> {
    let bytes = text.as_bytes();
    let Some(first) = find_byte(text, b'%') else {
        return Ok(Cow::Borrowed(text));
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    decoded.extend_from_slice(&bytes[..first]);
    let mut position = first;
    while let Some(&byte) = bytes.get(position) {
        if byte != b'%' {
            decoded.push(byte);
            position += 1;
            continue;
        }
        match decode_at(bytes, position) {
            Some(0) => return Err(DecodeFault::Nul(Span::new(position, position + 3))),
            Some(value) => decoded.push(value),
            None => {
                let mut end = (position + 3).min(text.len());
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                return Err(DecodeFault::BadHex(Span::new(position, end)));
            }
        }
        position += 3;
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_| DecodeFault::NotUtf8)
}

/// Whether what can be decoded, with the rest as written, is UTF-8.
pub(crate) fn decodes_to_utf8(text: &str) -> bool {
    std::str::from_utf8(&decode_what_can_be(text)).is_ok()
}

/// Decodes what can be decoded and leaves the rest as written: for names met while redacting, and for libpq's
/// values, which may hold any bytes.
pub(crate) fn decode_lossy(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(match String::from_utf8(decode_what_can_be(text)) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn decode_what_can_be(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        match (byte, decode_at(bytes, position)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                position += 3;
            }
            _ => {
                decoded.push(byte);
                position += 1;
            }
        }
    }
    decoded
}
