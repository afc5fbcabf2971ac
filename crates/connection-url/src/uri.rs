//! What the URL parsers share: the scheme, decoding with a fault at its place, and the pairs of a query.

use std::borrow::Cow;

use crate::parsed::Parsed;
use crate::percent::{DecodeFault, decode};
use crate::reference::reference_length;
use crate::repair::SCHEMES;
use crate::secret_slot::is_secret_option;
use crate::{Span, TextChange, UrlError, UrlOption};

/// The length of `mongodb+srv`.
const LONGEST_USUAL: usize = 11;

/// Splits the scheme off (RFC 3986, section 3.1; `:` is let through for `jdbc:`).
pub(crate) fn scheme_of(text: &str) -> Option<(Cow<'static, str>, Span)> {
    let bytes = text.as_bytes();
    // The usual ones are found by their colon alone, and are not copied.
    let colon = bytes
        .iter()
        .take(LONGEST_USUAL + 1)
        .position(|byte| *byte == b':');
    if let Some(end) = colon
        && bytes[end + 1..].starts_with(b"//")
        && let Some(scheme) = SCHEMES
            .iter()
            .find(|scheme| scheme.as_bytes() == &bytes[..end])
    {
        return Some((Cow::Borrowed(*scheme), Span::new(0, end)));
    }
    bytes.first().filter(|first| first.is_ascii_alphabetic())?;
    let mut end = 1;
    loop {
        match bytes.get(end)? {
            b':' if bytes[end + 1..].starts_with(b"//") => break,
            b'+' | b'-' | b'.' | b':' => end += 1,
            byte if byte.is_ascii_alphanumeric() => end += 1,
            _ => return None,
        }
    }
    let scheme = Cow::Owned(text[..end].to_ascii_lowercase());
    Some((scheme, Span::new(0, end)))
}

/// Up to this many bytes a plain loop is through before a search by vectors has begun.
const SHORT: usize = 16;

/// Where an ASCII byte first stands; on the parts of a URL, most of them short, quicker than [`str::find`].
pub(crate) fn find_byte(text: &str, byte: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.len() <= SHORT {
        bytes.iter().position(|found| *found == byte)
    } else {
        memchr::memchr(byte, bytes)
    }
}

/// Whether one of two ASCII bytes stands in the text.
pub(crate) fn has_either(text: &str, one: u8, other: u8) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() <= SHORT {
        bytes.iter().any(|found| *found == one || *found == other)
    } else {
        memchr::memchr2(one, other, bytes).is_some()
    }
}

/// Where an ASCII byte last stands.
pub(crate) fn rfind_byte(text: &str, byte: u8) -> Option<usize> {
    memchr::memrchr(byte, text.as_bytes())
}

/// Decodes a part; a fault is told at its place in the text.
pub(crate) fn decode_part<'a>(
    text: &'a str,
    span: Span,
    field: &str,
) -> Result<Cow<'a, str>, UrlError> {
    decode(span.of(text)).map_err(|fault| decode_error(fault, span, field))
}

pub(crate) fn decode_error(fault: DecodeFault, span: Span, field: &str) -> UrlError {
    let moved = |inner: Span| Span::new(span.start + inner.start, span.start + inner.end);
    match fault {
        DecodeFault::BadHex(inner) => {
            let at = moved(inner);
            UrlError::new(
                "bad_percent_encoding",
                "A percent sign must be followed by two hexadecimal digits; a percent sign itself is written %25.",
                at,
            )
            .repair(
                "Encode the percent sign",
                vec![TextChange::new(Span::new(at.start, at.start + 1), "%25")],
            )
        }
        DecodeFault::Nul(inner) => {
            UrlError::new("forbidden_nul", "%00 stands for a character that no value can hold.", moved(inner))
        }
        DecodeFault::NotUtf8 => UrlError::new("not_utf8", "The percent-encoded bytes are no UTF-8 text.", span),
    }
    .field(field)
}

/// One `name=value` as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// The whole pair.
    pub whole: Span,
    pub name: Span,
    /// Missing when there is no `=`.
    pub value: Option<Span>,
}

/// The pairs of a query, split at the separators.
pub(crate) fn pairs<'a>(
    text: &'a str,
    query: Span,
    is_separator: impl Fn(u8) -> bool + 'a,
) -> impl Iterator<Item = Pair> + 'a {
    let bytes = text.as_bytes();
    let mut position = Some(query.start);
    std::iter::from_fn(move || {
        let start = position?;
        let name_end = bytes[start..query.end]
            .iter()
            .position(|byte| *byte == b'=' || is_separator(*byte))
            .map_or(query.end, |at| start + at);
        let equals = (name_end < query.end && bytes[name_end] == b'=').then_some(name_end);
        let end = match equals {
            Some(_) => bytes[name_end..query.end]
                .iter()
                .position(|byte| is_separator(*byte))
                .map_or(query.end, |at| name_end + at),
            None => name_end,
        };
        position = (end < query.end).then_some(end + 1);
        Some(Pair {
            whole: Span::new(start, end),
            name: Span::new(start, name_end),
            value: equals.map(|at| Span::new(at + 1, end)),
        })
    })
}

/// Notes an option, and the place of its secret when it holds one.
pub(crate) fn push_option(
    parsed: &mut Parsed,
    text: &str,
    name: impl Into<Cow<'static, str>>,
    value: String,
    spans: (Span, Span),
) {
    let name = name.into();
    let (name_span, value_span) = spans;
    let secret = is_secret_option(&name);
    if secret {
        let slot = parsed.option_slot_name(&name);
        parsed.add_slot(text, slot, value_span);
    }
    parsed.options.push(UrlOption {
        name,
        value,
        secret,
        folded: false,
        name_span,
        value_span,
    });
}

/// Changes that percent-encode every byte of `span` for which `wanted` says so; references stay.
pub(crate) fn encode_changes(
    text: &str,
    span: Span,
    wanted: impl Fn(char) -> bool,
) -> Vec<TextChange> {
    // A repair is for what a person pasted: thousands of changes are no offer, and making them takes its time.
    const LONGEST: usize = 1024;
    let mut changes = Vec::new();
    if span.len() > LONGEST {
        return changes;
    }
    let mut position = span.start;
    while position < span.end {
        let rest = &text[position..span.end];
        if let Some(length) = reference_length(rest.as_bytes()) {
            position += length;
            continue;
        }
        let Some(character) = rest.chars().next() else {
            break;
        };
        let end = position + character.len_utf8();
        if wanted(character) {
            let encoded = crate::percent::encode_literal(
                &text[position..end],
                crate::percent::Keep::Unreserved,
            );
            // An unreserved character has no other spelling that decodes to it by the same rule.
            if encoded.starts_with('%') {
                changes.push(TextChange::new(Span::new(position, end), encoded));
            }
        }
        position = end;
    }
    changes
}

/// Whether a NUL stands in the text: no engine's client takes one.
pub(crate) fn refuse_nul(text: &str) -> Result<(), UrlError> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => Err(UrlError::new(
            "forbidden_nul",
            "The text holds a NUL character.",
            Span::new(at, at + 1),
        )),
        None => Ok(()),
    }
}
