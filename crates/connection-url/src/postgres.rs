//! `postgresql://` and `postgres://`, as libpq reads them.
//!
//! The grammar is that of `conninfo_uri_parse_options` in libpq 18's `fe-connect.c`, of which
//! <https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS> is the description.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::parsed::Parsed;
use crate::percent::{DecodeFault, decode, decode_lossy};
use crate::postgres_keywords::{
    advise, fold_options, is_keyword, keyword, likely_keyword, translate,
};
use crate::uri::{
    Pair, decode_error, encode_changes, find_byte, has_either, pairs, push_option, rfind_byte,
};
use crate::{Diagnostic, Span, TextChange, UrlError};

/// Reads what follows the scheme and its `://`.
pub(crate) fn parse(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    let start = parsed.layout.scheme.end + 3;
    let hosts_start = read_userinfo(text, start, parsed)?;
    let authority = read_hosts(text, hosts_start, parsed)?;
    let mut position = authority.end;
    if text[position..].starts_with('/') {
        let end = find_byte(&text[position..], b'?').map_or(text.len(), |at| position + at);
        let span = Span::new(position + 1, end);
        parsed.layout.database = Some(span);
        if !span.is_empty() {
            parsed.database = Some(decode_value(text, span, "database", parsed)?);
        }
        position = end;
    }
    if position < text.len() {
        let query = Span::new(position + 1, text.len());
        parsed.layout.query = Some(query);
        read_options(text, query, parsed)?;
    }
    fold_options(parsed, authority.host, authority.port);
    advise(parsed);
    guard_stray_password(text, start, parsed);
    Ok(())
}

/// libpq looks for an `@` before the first `/`; what is left of it is the userinfo, up to the first `@`.
fn read_userinfo(text: &str, start: usize, parsed: &mut Parsed) -> Result<usize, UrlError> {
    let bytes = text.as_bytes();
    let stop = memchr::memchr2(b'@', b'/', &bytes[start..]).map(|at| start + at);
    let Some(sign) = stop.filter(|at| bytes[*at] == b'@') else {
        parsed.layout.userinfo = Span::at(start);
        return Ok(start);
    };
    let colon = find_byte(&text[start..sign], b':').map(|at| start + at);
    let user = Span::new(start, colon.unwrap_or(sign));
    parsed.layout.userinfo = Span::new(start, sign + 1);
    parsed.layout.user = Some(user);
    if !user.is_empty() {
        parsed.user = Some(decode_value(text, user, "user", parsed)?);
    }
    if let Some(colon) = colon {
        let password = Span::new(colon + 1, sign);
        parsed.layout.password = Some(password);
        if !password.is_empty() {
            parsed.password = Some(Zeroizing::new(decode_value(
                text, password, "password", parsed,
            )?));
        }
    }
    Ok(sign + 1)
}

struct Authority<'a> {
    host: Option<Cow<'a, str>>,
    port: Option<Cow<'a, str>>,
    end: usize,
}

fn read_hosts<'a>(
    text: &'a str,
    start: usize,
    parsed: &mut Parsed,
) -> Result<Authority<'a>, UrlError> {
    let bytes = text.as_bytes();
    let ends_host = |byte: u8| matches!(byte, b':' | b'/' | b'?' | b',');
    let ends_item = |byte: u8| matches!(byte, b'/' | b'?' | b',');
    // libpq decodes the joined lists, so that spaces are judged on the whole list and `%2C` separates hosts too.
    let mut host_list = Cow::Borrowed("");
    let mut port_list = Cow::Borrowed("");
    let mut position = start;
    loop {
        let item = position;
        let host = if bytes.get(position) == Some(&b'[') {
            let opening = position;
            let Some(length) = text[opening..].find(']') else {
                return Err(UrlError::new(
                    "unclosed_bracket",
                    "The bracket around an IPv6 address is not closed.",
                    Span::new(opening, text.len()),
                )
                .field("hosts"));
            };
            let host = Span::new(opening + 1, opening + length);
            if host.is_empty() {
                return Err(UrlError::new(
                    "empty_ipv6_address",
                    "There is no address between the brackets.",
                    Span::new(opening, opening + 2),
                )
                .field("hosts"));
            }
            position = host.end + 1;
            if let Some(byte) = bytes.get(position)
                && !ends_host(*byte)
            {
                let width = text[position..].chars().next().map_or(1, char::len_utf8);
                return Err(UrlError::new(
                    "unexpected_character",
                    "After an address in brackets comes a port, a slash, a question mark or another host.",
                    Span::new(position, position + width),
                )
                .field("hosts"));
            }
            host
        } else {
            while position < bytes.len() && !ends_host(bytes[position]) {
                position += 1;
            }
            Span::new(item, position)
        };
        // One host, the usual case, is not copied.
        host_list += host.of(text);
        if bytes.get(position) == Some(&b':') {
            let port = position + 1;
            position = port;
            while position < bytes.len() && !ends_item(bytes[position]) {
                position += 1;
            }
            port_list += &text[port..position];
        }
        parsed.layout.host_items.push(Span::new(item, position));
        if bytes.get(position) != Some(&b',') {
            break;
        }
        position += 1;
        host_list += ",";
        port_list += ",";
    }
    let span = Span::new(start, position);
    parsed.layout.hosts = span;
    Ok(Authority {
        host: decode_list(text, host_list, span, parsed)?,
        port: decode_list(text, port_list, span, parsed)?,
        end: position,
    })
}

/// Decodes a joined list; a fault is looked for in the text, so that it is told at its place.
fn decode_list<'a>(
    text: &str,
    list: Cow<'a, str>,
    hosts: Span,
    parsed: &mut Parsed,
) -> Result<Option<Cow<'a, str>>, UrlError> {
    if list.is_empty() {
        return Ok(None);
    }
    if !has_either(&list, b'%', b' ') {
        return Ok(Some(list));
    }
    match decode_like_libpq(&list) {
        Ok((decoded, utf8)) => {
            if !utf8 {
                parsed.hints.push(not_utf8(hosts, "hosts"));
            }
            Ok(Some(Cow::Owned(decoded.into_owned())))
        }
        Err(LibpqFault::Percent(fault)) => Err(match decode(hosts.of(text)) {
            Err(found @ (DecodeFault::BadHex(_) | DecodeFault::Nul(_))) => {
                decode_error(found, hosts, "hosts")
            }
            _ => decode_error(fault, Span::at(hosts.start), "hosts"),
        }),
        Err(LibpqFault::Space(_)) => {
            let at = hosts.of(text).trim_start_matches(' ').find(' ');
            let skipped = hosts.len() - hosts.of(text).trim_start_matches(' ').len();
            let start = at.map_or(hosts.start, |at| hosts.start + skipped + at);
            Err(space_error(Span::new(start, start + 1), "hosts"))
        }
    }
}

enum LibpqFault {
    Percent(DecodeFault),
    Space(usize),
}

/// `conninfo_uri_decode`: spaces around the value are dropped, spaces inside are refused, any byte but NUL may be
/// encoded. Bytes that are no UTF-8 are replaced, which the second value tells.
fn decode_like_libpq(raw: &str) -> Result<(Cow<'_, str>, bool), LibpqFault> {
    let body = raw.trim_start_matches(' ');
    let skipped = raw.len() - body.len();
    let body = body.trim_end_matches(' ');
    if let Some(at) = body.find(' ') {
        // libpq reads from the left: a bad percent sign before the space is met first.
        if let Err(fault @ (DecodeFault::BadHex(_) | DecodeFault::Nul(_))) = decode(&body[..at]) {
            return Err(LibpqFault::Percent(moved(fault, skipped)));
        }
        return Err(LibpqFault::Space(skipped + at));
    }
    match decode(body) {
        Ok(decoded) => Ok((decoded, true)),
        Err(DecodeFault::NotUtf8) => Ok((decode_lossy(body), false)),
        Err(fault) => Err(LibpqFault::Percent(moved(fault, skipped))),
    }
}

fn moved(fault: DecodeFault, by: usize) -> DecodeFault {
    let shift = |span: Span| Span::new(span.start + by, span.end + by);
    match fault {
        DecodeFault::BadHex(span) => DecodeFault::BadHex(shift(span)),
        DecodeFault::Nul(span) => DecodeFault::Nul(shift(span)),
        DecodeFault::NotUtf8 => DecodeFault::NotUtf8,
    }
}

fn decode_value(
    text: &str,
    span: Span,
    field: &str,
    parsed: &mut Parsed,
) -> Result<String, UrlError> {
    let written = span.of(text);
    if !has_either(written, b'%', b' ') {
        return Ok(written.to_owned());
    }
    match decode_like_libpq(written) {
        Ok((value, utf8)) => {
            if !utf8 {
                parsed.hints.push(not_utf8(span, field));
            }
            Ok(value.into_owned())
        }
        Err(LibpqFault::Percent(fault)) => Err(decode_error(fault, span, field)),
        Err(LibpqFault::Space(at)) => Err(space_error(
            Span::new(span.start + at, span.start + at + 1),
            field,
        )),
    }
}

fn space_error(span: Span, field: &str) -> UrlError {
    UrlError::new(
        "unexpected_space",
        "A space inside a value is written %20.",
        span,
    )
    .field(field)
    .repair("Encode the space", vec![TextChange::new(span, "%20")])
}

fn not_utf8(span: Span, field: &str) -> Diagnostic {
    Diagnostic::new(
        "not_utf8",
        "The percent-encoded bytes are no UTF-8 text.",
        span,
    )
    .field(field)
}

/// `conninfo_uri_parse_params`: each parameter has one `=`, and its name is a keyword.
fn read_options(text: &str, query: Span, parsed: &mut Parsed) -> Result<(), UrlError> {
    for pair in pairs(text, query, |byte| byte == b'&') {
        // A trailing `&` and an empty query are fine; `&&` is not.
        if pair.whole.start == query.end {
            break;
        }
        let value_span = value_span(text, pair)?;
        let mut name = keyword_at(text, pair.name, parsed)?;
        // Only a keyword is repeated: another name may be a piece of a password.
        let mut value = decode_value(text, value_span, "options", parsed).map_err(|error| {
            if is_keyword(&name) {
                error.field(["option:", &*name].concat())
            } else {
                error
            }
        })?;
        // What is written as a keyword is one already.
        if matches!(name, Cow::Owned(_)) {
            (name, value) = translate(name, value, true);
            if !is_keyword(&name) {
                return Err(unknown_keyword(&name, pair.name, pair.whole));
            }
        }
        push_option(parsed, text, name, value, (pair.name, value_span));
    }
    Ok(())
}

/// The name of an option; that of a keyword, as nearly all are, is not copied.
fn keyword_at(text: &str, span: Span, parsed: &mut Parsed) -> Result<Cow<'static, str>, UrlError> {
    match keyword(span.of(text)) {
        Some(keyword) => Ok(Cow::Borrowed(keyword)),
        None => decode_value(text, span, "options", parsed).map(Cow::Owned),
    }
}

fn value_span(text: &str, pair: Pair) -> Result<Span, UrlError> {
    let Some(value) = pair.value else {
        return Err(UrlError::new(
            "missing_equals",
            "An option is a keyword, an equals sign and a value.",
            pair.whole,
        )
        .field("options"));
    };
    if let Some(at) = find_byte(value.of(text), b'=') {
        let span = Span::new(value.start + at, value.start + at + 1);
        return Err(UrlError::new(
            "extra_equals",
            "An option has one equals sign; one inside the value is written %3D.",
            span,
        )
        .field("options")
        .repair(
            "Encode the equals signs",
            encode_changes(text, value, |character| character == '='),
        ));
    }
    Ok(value)
}

pub(crate) fn unknown_keyword(name: &str, name_span: Span, whole: Span) -> UrlError {
    // The name is not repeated: in a broken text it may be a piece of a password.
    let error = UrlError::new(
        "unknown_option",
        "libpq knows no keyword of this name.",
        name_span,
    )
    .field("options");
    match likely_keyword(name) {
        Some(keyword) if is_keyword(keyword) && keyword != name => error.repair(
            ["Write ", keyword].concat(),
            vec![TextChange::new(name_span, keyword)],
        ),
        _ => error.repair("Remove the option", vec![TextChange::new(whole, "")]),
    }
}

/// Notes the password's place, and stretches it over what is a piece of the password to everyone but libpq.
///
/// `u:p@ss@host` and `u:p/ss@host` are URLs to libpq, with the hosts `ss@host` and `u`. Storing the rest of such a password as
/// a host or database name would be a leak, so that all of it, up to the last `@` before the query, counts as the secret.
fn guard_stray_password(text: &str, start: usize, parsed: &mut Parsed) {
    let after_userinfo = parsed.layout.hosts.start;
    let path_end = parsed
        .layout
        .query
        .map_or(text.len(), |query| query.start - 1);
    let stray = rfind_byte(&text[after_userinfo..path_end], b'@').map(|at| after_userinfo + at);
    let secret_start = match parsed.layout.password {
        Some(password) => Some(password.start),
        None => {
            let from = if parsed.layout.user.is_some() {
                after_userinfo
            } else {
                start
            };
            let end = stray.unwrap_or(from);
            let bracket = if text[from..].starts_with('[') {
                text[from..end].find(']').unwrap_or(0)
            } else {
                0
            };
            find_byte(&text[from + bracket..end], b':').map(|at| from + bracket + at + 1)
        }
    };
    match (secret_start, stray) {
        (Some(secret_start), Some(stray)) => {
            let slot = Span::new(secret_start, stray);
            parsed.add_slot(text, "password".to_owned(), slot);
            parsed.hints.push(unescaped(text, slot));
        }
        (_, None) => {
            if let Some(password) = parsed.layout.password {
                parsed.add_slot(text, "password".to_owned(), password);
            }
        }
        (None, Some(_)) => {}
    }
}

fn unescaped(text: &str, password: Span) -> Diagnostic {
    Diagnostic::new(
        "unescaped_character",
        "The password seems to hold an @ or / that is not encoded, so that PostgreSQL reads another host.",
        password,
    )
    .field("password")
    .repair(
        "Encode the password",
        encode_changes(text, password, |character| matches!(character, '@' | '/' | ':' | '?' | '#')),
    )
}
