//! `mongodb://` and `mongodb+srv://`, as the connection-string specification has them.
//!
//! <https://github.com/mongodb/specifications/blob/master/source/connection-string/connection-string-spec.md> and
//! <https://github.com/mongodb/specifications/blob/master/source/initial-dns-seedlist-discovery/initial-dns-seedlist-discovery.md>.
//! Where the driver for Python differs, the specification wins.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use zeroize::Zeroizing;

use crate::diagnostic::MOST_DIAGNOSTICS;
use crate::mongodb_auth::check_credential;
use crate::mongodb_names::{is_known, usual_name};
use crate::mongodb_options::check_options;
use crate::mongodb_properties::secret_properties;
use crate::mysql::bad_port;
use crate::parsed::Parsed;
use crate::percent::{DecodeFault, decode, decode_lossy, decodes_to_utf8};
use crate::reference::{has_reference, is_only_references, reference_length};
use crate::uri::{
    decode_error, decode_part, encode_changes, find_byte, pairs, push_option, rfind_byte,
};
use crate::{Diagnostic, Host, Port, Span, TextChange, UrlError, UrlOption};

/// Reads what follows the scheme and its `://`.
pub(crate) fn parse(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    let srv = parsed.scheme.as_deref() == Some("mongodb+srv");
    let start = parsed.layout.scheme.end + 3;
    let authority_end =
        memchr::memchr2(b'/', b'?', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
    let hosts_start = read_userinfo(text, Span::new(start, authority_end), parsed)?;
    let hosts = Span::new(hosts_start, authority_end);
    read_hosts(text, hosts, start, parsed)?;
    if srv {
        check_srv(parsed)?;
    }
    let mut position = authority_end;
    if text[position..].starts_with('/') {
        let end = find_byte(&text[position..], b'?').map_or(text.len(), |at| position + at);
        let span = Span::new(position + 1, end);
        parsed.layout.database = Some(span);
        if !span.is_empty() {
            refuse_stray_password(text, start, span)?;
            parsed.database = Some(read_database(text, span)?);
        }
        position = end;
    }
    if position < text.len() {
        let query = Span::new(position + 1, text.len());
        parsed.layout.query = Some(query);
        if !query.is_empty() {
            read_options(text, query, start, parsed)?;
        }
    }
    let known = check_options(text, parsed, srv)?;
    check_credential(text, parsed, known)
}

/// RFC 3986, section 3.2.1, to which the specification points: what is not listed must be percent-encoded.
const fn may_stand_in_userinfo(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            '-' | '.'
                | '_'
                | '~'
                | '%'
                | '!'
                | '$'
                | '&'
                | '\''
                | '('
                | ')'
                | '*'
                | '+'
                | ','
                | ';'
                | '='
        )
}

/// [`may_stand_in_userinfo`] of each byte: what is not ASCII may not.
static IN_USERINFO: [bool; 256] = {
    let mut allowed = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        allowed[byte as usize] = may_stand_in_userinfo(byte as u8 as char);
        byte += 1;
    }
    allowed
};

fn read_userinfo(text: &str, authority: Span, parsed: &mut Parsed) -> Result<usize, UrlError> {
    let Some(sign) = rfind_byte(authority.of(text), b'@').map(|at| authority.start + at) else {
        parsed.layout.userinfo = Span::at(authority.start);
        return Ok(authority.start);
    };
    parsed.layout.userinfo = Span::new(authority.start, sign + 1);
    let colon = find_byte(&text[authority.start..sign], b':').map(|at| authority.start + at);
    let user = Span::new(authority.start, colon.unwrap_or(sign));
    parsed.layout.user = Some(user);
    parsed.user = Some(read_credential(text, user, "user")?);
    if let Some(colon) = colon {
        let password = Span::new(colon + 1, sign);
        parsed.layout.password = Some(password);
        parsed.password = Some(Zeroizing::new(read_credential(text, password, "password")?));
        parsed.add_slot(text, "password".to_owned(), password);
    }
    if user.is_empty() {
        return Err(UrlError::new(
            "empty_user",
            "There is an @ but no user name before it.",
            Span::new(authority.start, sign + 1),
        )
        .field("user"));
    }
    Ok(sign + 1)
}

fn read_credential(text: &str, span: Span, field: &str) -> Result<String, UrlError> {
    let allowed = |byte: u8| IN_USERINFO[usize::from(byte)];
    if !span.of(text).bytes().all(allowed) {
        refuse_unescaped(text, span, field)?;
    }
    Ok(decode_part(text, span, field)?.into_owned())
}

/// Refuses the first character that may not stand in the userinfo and is no piece of a reference.
fn refuse_unescaped(text: &str, span: Span, field: &str) -> Result<(), UrlError> {
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
        if !may_stand_in_userinfo(character) {
            return Err(UrlError::new(
                "unescaped_character",
                "The user name and password must be percent-encoded: this character cannot stand there as it is.",
                Span::new(position, end),
            )
            .field(field)
            .repair(
                "Encode it",
                encode_changes(text, span, |character| !may_stand_in_userinfo(character)),
            ));
        }
        position = end;
    }
    Ok(())
}

fn read_hosts(text: &str, hosts: Span, start: usize, parsed: &mut Parsed) -> Result<(), UrlError> {
    parsed.layout.hosts = hosts;
    let mut position = hosts.start;
    for written in hosts.of(text).split(',') {
        let item = Span::new(position, position + written.len());
        position = item.end + 1;
        if written.is_empty() {
            let message = if text[hosts.end..].starts_with('/')
                && hosts.is_empty()
                && text[hosts.end + 1..].contains(".sock")
            {
                "There is no host; the path of a socket must be percent-encoded."
            } else {
                "At least one host must be named, and none may be empty."
            };
            return Err(UrlError::new("empty_host", message, item).field("hosts"));
        }
        let host = read_host(text, item, start)?;
        parsed.layout.host_items.push(item);
        parsed.hosts.push(host);
    }
    Ok(())
}

fn read_host(text: &str, item: Span, start: usize) -> Result<Host, UrlError> {
    let written = item.of(text);
    let host_error = |code, message: &str, span| UrlError::new(code, message, span).field("hosts");
    let literal = written.starts_with('[');
    let (name, rest) = if literal {
        let Some(closing) = find_byte(written, b']') else {
            return Err(host_error(
                "unclosed_bracket",
                "The bracket around an IPv6 address is not closed.",
                item,
            ));
        };
        (
            Span::new(item.start + 1, item.start + closing),
            item.start + closing + 1,
        )
    } else {
        let colon = find_byte(written, b':').map_or(item.end, |at| item.start + at);
        (Span::new(item.start, colon), colon)
    };
    if name.is_empty() {
        return Err(host_error(
            "empty_host",
            "There is no host before the port.",
            item,
        ));
    }
    let port = match text[rest..item.end].strip_prefix(':') {
        Some(port) => match Port::from_text(port) {
            Port::Number(number) => Port::Number(number),
            Port::Text(port) if is_only_references(&port) => Port::Text(port),
            Port::None => {
                return Err(host_error(
                    "empty_port",
                    "There is no port after the colon.",
                    Span::new(rest, item.end),
                ));
            }
            Port::Text(_) => return Err(bad_port(text, Span::new(rest + 1, item.end), start)),
        },
        None if rest == item.end => Port::None,
        None => {
            return Err(host_error(
                "unexpected_character",
                "After an address in brackets comes a port, a slash or another host.",
                Span::new(rest, item.end),
            ));
        }
    };
    let decoded = decode_part(text, name, "hosts")?.into_owned();
    if literal {
        // A zone id may follow (RFC 6874).
        let address = decoded.split('%').next().unwrap_or_default();
        if address.parse::<Ipv6Addr>().is_err() && !has_reference(&decoded) {
            return Err(host_error(
                "invalid_ipv6_address",
                "This is no IPv6 address.",
                name,
            ));
        }
        return Ok(Host::Tcp {
            host: decoded,
            port,
        });
    }
    if decoded.bytes().all(|byte| IN_HOST[usize::from(byte)]) && !decoded.ends_with(".sock") {
        return Ok(Host::Tcp {
            host: decoded,
            port,
        });
    }
    if decoded.ends_with(".sock") && port == Port::None {
        return Ok(Host::Socket {
            path: decoded,
            port,
        });
    }
    if decoded.contains('/') {
        if decoded.ends_with(".sock") {
            let port = Span::new(rest, item.end);
            return Err(
                host_error("socket_port", "A unix socket has no port.", port)
                    .repair("Remove the port", vec![TextChange::new(port, "")]),
            );
        }
        return Err(host_error(
            "unsupported_host",
            "The path of a unix socket must end in .sock.",
            name,
        ));
    }
    if decoded.contains(is_forbidden_in_host) && !has_reference(&decoded) {
        return Err(host_error(
            "invalid_host",
            "No name or address of a host holds such a character.",
            name,
        ));
    }
    Ok(Host::Tcp {
        host: decoded,
        port,
    })
}

/// Percent-encoded or not, no name or address holds one of these (RFC 3986, section 3.2.2).
const fn is_forbidden_in_host(character: char) -> bool {
    matches!(
        character,
        '\0'..=' '
            | '"'
            | '<'
            | '>'
            | '\\'
            | '^'
            | '`'
            | '{'..='}'
            | '%'
            | ':'
            | '/'
            | '?'
            | '#'
            | '['
            | ']'
            | '@'
            | '\u{7f}'..='\u{9f}'
    )
}

/// The ASCII bytes that are not forbidden in a host: one that holds nothing else needs no closer look.
static IN_HOST: [bool; 256] = {
    let mut allowed = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        allowed[byte as usize] = !is_forbidden_in_host(byte as u8 as char);
        byte += 1;
    }
    allowed
};

/// Seedlist discovery: one host name, no port.
fn check_srv(parsed: &Parsed) -> Result<(), UrlError> {
    let span = parsed.layout.hosts;
    let srv_error = |code, message: &str| Err(UrlError::new(code, message, span).field("hosts"));
    match parsed.hosts.as_slice() {
        [Host::Tcp { host, port }] => {
            if *port != Port::None {
                return srv_error(
                    "srv_port",
                    "A mongodb+srv URL names no port: the DNS records hold it.",
                );
            }
            if host.contains(':') || host.parse::<Ipv4Addr>().is_ok() {
                return srv_error(
                    "srv_host",
                    "A mongodb+srv URL names a host name, no address.",
                );
            }
            Ok(())
        }
        [Host::Socket { .. }] => srv_error(
            "srv_host",
            "A mongodb+srv URL names a host name, no socket.",
        ),
        _ => srv_error("srv_hosts", "A mongodb+srv URL names exactly one host."),
    }
}

/// An `@` after the first slash is most likely the end of a password that is not encoded. Read as a piece of a database
/// name it would be stored in the clear, so that one in a database name must be written `%40`.
pub(crate) fn refuse_stray_password(text: &str, start: usize, path: Span) -> Result<(), UrlError> {
    let Some(sign) = rfind_byte(path.of(text), b'@').map(|at| path.start + at) else {
        return Ok(());
    };
    let userinfo = Span::new(start, sign);
    let secret_start = userinfo
        .of(text)
        .find(':')
        .map_or(start, |colon| start + colon + 1);
    Err(UrlError::new(
        "unescaped_character",
        "This seems to be a user name and password with a character in it that must be percent-encoded.",
        userinfo,
    )
    .field("password")
    .repair(
        "Encode it",
        encode_changes(text, Span::new(secret_start, sign), |character| {
            matches!(character, '@' | ':' | '/' | '?' | '#' | '[' | ']')
        }),
    ))
}

fn read_database(text: &str, span: Span) -> Result<String, UrlError> {
    let database = decode_part(text, span, "database")?.into_owned();
    let forbidden = |byte: u8| matches!(byte, b'/' | b'\\' | b' ' | b'"' | b'$');
    if !database.bytes().any(forbidden) {
        return Ok(database);
    }
    // Only as a piece of a reference may a dollar sign stand here.
    let mut position = 0;
    while position < database.len() {
        let rest = &database[position..];
        if let Some(length) = reference_length(rest.as_bytes()) {
            position += length;
            continue;
        }
        let Some(byte) = rest.bytes().next() else {
            break;
        };
        if forbidden(byte) {
            return Err(UrlError::new(
                "invalid_database",
                "A database name has no slash, backslash, space, double quote or dollar sign.",
                span,
            )
            .field("database"));
        }
        position += rest.chars().next().map_or(1, char::len_utf8);
    }
    Ok(database)
}

/// Pairs are separated by `&`; the specification lets `;` through for old strings.
fn read_options(
    text: &str,
    query: Span,
    start: usize,
    parsed: &mut Parsed,
) -> Result<(), UrlError> {
    if let Some(at) = find_byte(query.of(text), b';') {
        let span = Span::new(query.start + at, query.start + at + 1);
        parsed.hints.push(
            Diagnostic::new(
                "old_separator",
                "Options are separated by &; the semicolon is an old spelling.",
                span,
            )
            .field("options")
            .repair("Write &", vec![TextChange::new(span, "&")]),
        );
    }
    let has_sign = find_byte(query.of(text), b'@').is_some();
    for pair in pairs(text, query, |byte| matches!(byte, b'&' | b';')) {
        let Some(value_span) = pair.value else {
            return Err(UrlError::new(
                "missing_equals",
                "An option is a name, an equals sign and a value.",
                pair.whole,
            )
            .field("options"));
        };
        if has_sign && find_byte(pair.whole.of(text), b'@').is_some() {
            // No option has an @ in its name, but the rest of a password with a question mark in it has.
            // So has what follows a password or a path that is empty.
            let no_password = parsed
                .password
                .as_ref()
                .is_some_and(|password| password.is_empty());
            let no_path = parsed.layout.user.is_some() && parsed.layout.database.is_none();
            refuse_stray_password(
                text,
                start,
                // Nobody writes an @ in the value of an option that does not exist.
                if no_password || no_path || !is_known(pair.name.of(text)) {
                    pair.whole
                } else {
                    pair.name
                },
            )?;
        }
        // A known name in its usual spelling, as nearly all are, is not copied.
        let name = match usual_name(pair.name.of(text)) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(lenient(text, pair.name, "options", parsed)?),
        };
        let value = lenient(text, value_span, "options", parsed)?;
        if name.eq_ignore_ascii_case("authMechanismProperties") {
            push_properties(parsed, text, name, value, (pair.name, value_span));
        } else {
            push_option(parsed, text, name, value, (pair.name, value_span));
        }
    }
    Ok(())
}

/// Options must be UTF-8; a stray percent sign in one stands for itself, with a warning.
fn lenient(text: &str, span: Span, field: &str, parsed: &mut Parsed) -> Result<String, UrlError> {
    match decode(span.of(text)) {
        Ok(decoded) => Ok(decoded.into_owned()),
        // Bytes that are no UTF-8 are refused wherever they stand: a mask could take out the percent sign that comes before.
        Err(fault) if fault == DecodeFault::NotUtf8 || !decodes_to_utf8(span.of(text)) => {
            Err(decode_error(DecodeFault::NotUtf8, span, field))
        }
        Err(fault) => {
            if parsed.warnings.len() < MOST_DIAGNOSTICS {
                let error = decode_error(fault, span, field);
                let mut warning =
                    Diagnostic::new("bad_percent_encoding", error.message, error.span).field(field);
                warning.repair = error.repair;
                parsed.warnings.push(warning);
            }
            Ok(decode_lossy(span.of(text)).into_owned())
        }
    }
}

/// `authMechanismProperties` holds secrets beside what is none: each secret property is a slot of its own.
fn push_properties(
    parsed: &mut Parsed,
    text: &str,
    name: Cow<'static, str>,
    value: String,
    spans: (Span, Span),
) {
    let (name_span, value_span) = spans;
    let slots = secret_properties(text, value_span);
    let secret = !slots.is_empty();
    for (slot, span) in slots {
        parsed.add_slot(text, slot, span);
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
