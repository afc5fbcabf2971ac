//! User names and passwords with characters that must be percent-encoded.

use super::{Finding, after_scheme};
use crate::uri::encode_changes;
use crate::{DatabaseType, Span, TextChange};

/// The password ends at an `@`, but at which one? The last before something that can be hosts: what follows must be a name, an
/// address or a socket, with ports, up to a slash, a question mark or the end.
fn end_of_userinfo(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let can_be_hosts = |at: usize| {
        let rest = &text[at + 1..];
        let hosts = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        let fits = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'.' | b'-'
                        | b'_'
                        | b':'
                        | b','
                        | b'['
                        | b']'
                        | b'%'
                        | b'('
                        | b')'
                        | b'$'
                        | b'{'
                        | b'}'
                )
                || byte >= 0x80
        };
        // After a name comes a port or a reference to one; an address in brackets has colons of its own.
        let has_port = |item: &str| {
            item.starts_with(['[', '('])
                || item.split_once(':').is_none_or(|(_, port)| {
                    port.starts_with('$')
                        || port
                            .bytes()
                            .all(|byte| byte.is_ascii_digit() || byte == b':')
                })
        };
        !hosts.contains('@')
            && hosts.bytes().all(fits)
            && hosts.split(',').all(has_port)
            && (!hosts.is_empty() || rest.starts_with('/'))
    };
    // An @ in the query may belong to a value: an earlier one that fits is then the right one.
    let query = text[start..].find('?').map_or(text.len(), |at| start + at);
    let last_of = |range: std::ops::Range<usize>| {
        range
            .rev()
            .find(|at| bytes[*at] == b'@' && can_be_hosts(*at))
    };
    last_of(start..query).or_else(|| {
        last_of(query..text.len())
            .filter(|at| may_be_userinfo(&text[start..query], &text[query..*at]))
    })
}

/// Whether what stands before and after the first question mark can be a user name and password rather than hosts, a database and
/// the start of an option.
fn may_be_userinfo(before: &str, after: &str) -> bool {
    let has_password = before.split_once(':').is_some_and(|(name, rest)| {
        let port = rest.trim_start_matches(|first: char| first.is_ascii_digit());
        let is_port = port.len() < rest.len() && (port.is_empty() || port.starts_with([',', '/']));
        !is_port && !name.starts_with('[')
    });
    has_password || !(after.contains('=') || before.contains('/'))
}

/// Characters of a user name or password that are separators elsewhere in a URL, or that no URL has.
fn must_be_encoded(character: char) -> bool {
    matches!(
        character,
        '@' | ':'
            | '/'
            | '?'
            | '#'
            | '['
            | ']'
            | ' '
            | '"'
            | '<'
            | '>'
            | '\\'
            | '^'
            | '`'
            | '{'
            | '|'
            | '}'
    ) || !character.is_ascii()
        || character.is_ascii_control()
}

/// Percent signs that start no encoding.
fn stray_percents(text: &str, span: Span) -> Vec<TextChange> {
    let part = span.of(text);
    part.match_indices('%')
        .filter(|(at, _)| {
            let digits = part.as_bytes().get(at + 1..at + 3).unwrap_or_default();
            digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit)
        })
        .map(|(at, _)| TextChange::new(Span::new(span.start + at, span.start + at + 1), "%25"))
        .collect()
}

/// Encodes what stands unencoded in the user name and the password.
pub(super) fn unescaped(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let (_, start) = after_scheme(text)?;
    let sign = end_of_userinfo(text, start)?;
    let colon = text[start..sign].find(':').map(|at| start + at);
    let user = Span::new(start, colon.unwrap_or(sign));
    let password = colon.map(|colon| Span::new(colon + 1, sign));
    let mut changes = Vec::new();
    for part in [Some(user), password].into_iter().flatten() {
        changes.extend(encode_changes(text, part, must_be_encoded));
        changes.extend(stray_percents(text, part));
    }
    if changes.is_empty() {
        return None;
    }
    changes.sort_by_key(|change| change.span);
    let in_password =
        password.is_some_and(|part| changes.iter().any(|change| part.contains(change.span)));
    let in_user = changes.iter().any(|change| user.contains(change.span));
    let (message, label, field) = match (in_user, in_password) {
        (true, false) => (
            "The user name holds a character that must be percent-encoded.",
            "Encode the user name",
            "user",
        ),
        (true, true) => (
            "The user name and the password hold characters that must be percent-encoded.",
            "Encode the user name and the password",
            "password",
        ),
        _ => (
            "The password holds a character that must be percent-encoded.",
            "Encode the password",
            "password",
        ),
    };
    Some(Finding {
        code: "unescaped_character",
        message: message.to_owned(),
        label: label.to_owned(),
        field,
        changes,
    })
}
