//! `$Secret{KEY}`: a reference to a named secret.

use crate::Span;
use crate::uri::find_byte;

/// One `$Secret{KEY}` in a connection URL. The reference itself is not a secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The secret's name.
    pub key: String,
    /// The whole reference, from the dollar to the closing brace.
    pub span: Span,
}

pub(crate) const OPENING: &str = "$Secret{";
const LONGEST_KEY: usize = 128;

/// Whether a text can name a secret: `[A-Za-z_][A-Za-z0-9_.-]{0,127}`.
pub fn is_reference_key(key: &str) -> bool {
    let bytes = key.as_bytes();
    bytes.len() <= LONGEST_KEY
        && bytes
            .first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// The length of the reference that `text` starts with.
pub(crate) fn reference_length(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(OPENING.as_bytes())?;
    // The key is bounded, so that a text of nothing but openings is still read in linear time.
    let closing = rest
        .iter()
        .take(LONGEST_KEY + 1)
        .position(|byte| *byte == b'}')?;
    let key = std::str::from_utf8(&rest[..closing]).ok()?;
    is_reference_key(key).then_some(OPENING.len() + closing + 1)
}

/// Every reference of the text, in order.
pub(crate) fn find_references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    if find_byte(text, b'$').is_none() {
        return found;
    }
    let mut position = 0;
    while let Some(offset) = text.get(position..).and_then(|rest| rest.find(OPENING)) {
        let start = position + offset;
        match reference_length(&text.as_bytes()[start..]) {
            Some(length) => {
                let span = Span::new(start, start + length);
                found.push(Reference {
                    key: text[start + OPENING.len()..span.end - 1].to_owned(),
                    span,
                });
                position = span.end;
            }
            None => position = start + OPENING.len(),
        }
    }
    found
}

/// Whether the text is exactly one reference.
pub(crate) fn is_whole_reference(text: &str) -> bool {
    reference_length(text.as_bytes()) == Some(text.len())
}

/// Whether the text is made of references only, at least one of them.
pub(crate) fn is_only_references(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        match reference_length(rest) {
            Some(length) => rest = &rest[length..],
            None => return false,
        }
    }
    true
}

/// Whether a reference stands anywhere in the text.
pub(crate) fn has_reference(text: &str) -> bool {
    !find_references(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let longest = "k".repeat(128);
        for key in ["K", "_", "a.b-c_9", longest.as_str()] {
            assert!(is_reference_key(key), "{key:?}");
        }
        let too_long = "k".repeat(129);
        for key in [
            "",
            "9k",
            ".k",
            "a b",
            "a@b",
            "a/b",
            "ä",
            "k\0",
            too_long.as_str(),
        ] {
            assert!(!is_reference_key(key), "{key:?}");
        }
    }
}
