//! `mysql://` and `mariadb://`: MySQL Shell's URI-like strings, and what the connectors' URLs add to them.
//!
//! <https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html#connecting-using-uri>. No neutral
//! standard exists. Beyond that page: several hosts separated by commas, `?socket=`, and option names in any of the
//! spellings `ssl-mode`, `sslMode`, `ssl_mode` and `SSL-MODE`.

use zeroize::Zeroizing;

use crate::diagnostic::MOST_DIAGNOSTICS;
use crate::mongodb::refuse_stray_password;
use crate::mysql_options::{advise, fold_options};
use crate::parsed::Parsed;
use crate::reference::is_only_references;
use crate::uri::{decode_part, encode_changes, pairs, push_option};
use crate::{Diagnostic, Host, Port, Span, TextChange, UrlError};

/// Reads what follows the scheme and its `://`.
pub(crate) fn parse(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    let start = parsed.layout.scheme.end + 3;
    let authority_end = authority_end(text, start);
    let hosts_start = read_userinfo(text, Span::new(start, authority_end), parsed)?;
    read_hosts(text, Span::new(hosts_start, authority_end), start, parsed)?;
    let mut position = authority_end;
    if text[position..].starts_with('/') {
        let end = text[position..]
            .find('?')
            .map_or(text.len(), |at| position + at);
        let span = Span::new(position + 1, end);
        parsed.layout.database = Some(span);
        if !span.is_empty() {
            refuse_stray_password(text, start, span)?;
            let database = decode_part(text, span, "database")?.into_owned();
            if span.of(text).contains('/') && parsed.hosts.is_empty() {
                parsed.hints.push(socket_meant(text, hosts_start, span));
            }
            parsed.database = Some(database);
        }
        position = end;
    }
    if position < text.len() {
        let query = Span::new(position + 1, text.len());
        parsed.layout.query = Some(query);
        read_options(text, query, start, parsed)?;
    }
    fold_options(parsed);
    advise(parsed);
    Ok(())
}

/// The authority ends at the first `/` or `?` that does not stand in the parentheses of a socket path.
fn authority_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    // Parentheses are legal in a user name and password: only those that open a host hold a path.
    let mut position = start;
    let mut opens_from = start;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'/' | b'?' => return position,
            b'(' if position >= opens_from
                && (position == start || matches!(bytes[position - 1], b'@' | b',')) =>
            {
                // One that is not closed before the hosts begin, or at all, opens none. None before that place is looked at again.
                match memchr::memchr2(b')', b'@', &bytes[position..]).map(|at| position + at) {
                    Some(end) if bytes[end] == b')' => position = end,
                    end => opens_from = end.unwrap_or(text.len()),
                }
            }
            _ => {}
        }
        position += 1;
    }
    text.len()
}

fn read_userinfo(text: &str, authority: Span, parsed: &mut Parsed) -> Result<usize, UrlError> {
    let written = authority.of(text);
    let Some(sign) = written.rfind('@').map(|at| authority.start + at) else {
        parsed.layout.userinfo = Span::at(authority.start);
        return Ok(authority.start);
    };
    let userinfo = Span::new(authority.start, sign);
    parsed.layout.userinfo = Span::new(authority.start, sign + 1);
    let colon = userinfo.of(text).find(':').map(|at| authority.start + at);
    let user = Span::new(authority.start, colon.unwrap_or(sign));
    let password = colon.map(|colon| Span::new(colon + 1, sign));
    let (inside, field) = match password {
        Some(password) if !user.of(text).contains('@') => (password, "password"),
        _ => (user, "user"),
    };
    if userinfo.of(text).contains('@') {
        return Err(UrlError::new(
            "unescaped_character",
            "An @ in the user name or password is written %40.",
            inside,
        )
        .field(field)
        .repair(
            "Encode it",
            encode_changes(text, userinfo, |character| character == '@'),
        ));
    }
    parsed.layout.user = Some(user);
    if !user.is_empty() {
        parsed.user = Some(decode_part(text, user, "user")?.into_owned());
    }
    if let Some(password) = password {
        parsed.layout.password = Some(password);
        parsed.password = Some(Zeroizing::new(
            decode_part(text, password, "password")?.into_owned(),
        ));
        parsed.add_slot(text, "password".to_owned(), password);
    }
    Ok(sign + 1)
}

fn read_hosts(text: &str, hosts: Span, start: usize, parsed: &mut Parsed) -> Result<(), UrlError> {
    parsed.layout.hosts = hosts;
    if hosts.is_empty() {
        return Ok(());
    }
    let bytes = text.as_bytes();
    let mut position = hosts.start;
    loop {
        let item = position;
        let bracket = match bytes.get(position) {
            Some(b'[') => Some((']', "The bracket around an IPv6 address is not closed.")),
            Some(b'(') => Some((')', "The parenthesis around a socket path is not closed.")),
            _ => None,
        };
        if let Some((closing, message)) = bracket {
            let Some(length) = Span::new(position, hosts.end).of(text).find(closing) else {
                return Err(UrlError::new(
                    "unclosed_bracket",
                    message,
                    Span::new(position, hosts.end),
                )
                .field("hosts"));
            };
            position += length + 1;
        }
        while position < hosts.end && bytes[position] != b',' {
            position += 1;
        }
        let span = Span::new(item, position);
        let host = read_host(text, span, start)?;
        parsed.layout.host_items.push(span);
        parsed.hosts.push(host);
        if position >= hosts.end {
            return Ok(());
        }
        position += 1;
    }
}

fn read_host(text: &str, item: Span, start: usize) -> Result<Host, UrlError> {
    let written = item.of(text);
    let host_error = |code, message: &str, span| UrlError::new(code, message, span).field("hosts");
    if written.is_empty() {
        return Err(host_error(
            "empty_host",
            "There is no host between the commas.",
            item,
        ));
    }
    let (name, rest) = if written.starts_with('[') || written.starts_with('(') {
        let closing = written.find([']', ')']).unwrap_or(written.len() - 1);
        (
            Span::new(item.start + 1, item.start + closing),
            item.start + closing + 1,
        )
    } else {
        let colon = written.find(':').map_or(item.end, |at| item.start + at);
        (Span::new(item.start, colon), colon)
    };
    let port = match text[rest..item.end].strip_prefix(':') {
        Some(port) => read_port(text, Span::new(rest + 1, item.end), port, start)?,
        None if rest == item.end => Port::None,
        None => {
            return Err(host_error(
                "unexpected_character",
                "After an address in brackets comes a port, a slash, a question mark or another host.",
                Span::new(rest, item.end),
            ));
        }
    };
    if written.starts_with('(') {
        return Ok(Host::Socket {
            path: name.of(text).to_owned(),
            port,
        });
    }
    let decoded = decode_part(text, name, "hosts")?.into_owned();
    if written.starts_with('[') && decoded.is_empty() {
        return Err(host_error(
            "empty_ipv6_address",
            "There is no address between the brackets.",
            item,
        ));
    }
    Ok(
        if decoded.starts_with(['/', '\\']) || decoded.starts_with("./") {
            Host::Socket {
                path: decoded,
                port,
            }
        } else {
            Host::Tcp {
                host: decoded,
                port,
            }
        },
    )
}

fn read_port(text: &str, span: Span, written: &str, start: usize) -> Result<Port, UrlError> {
    match Port::from_text(written) {
        Port::None => Err(UrlError::new(
            "empty_port",
            "There is no port after the colon.",
            Span::new(span.start - 1, span.end),
        )
        .field("hosts")
        .repair(
            "Remove the colon",
            vec![TextChange::new(Span::new(span.start - 1, span.end), "")],
        )),
        Port::Text(port) if !is_only_references(&port) => Err(bad_port(text, span, start)),
        port => Ok(port),
    }
}

/// A port that is none. With an `@` further on it is more likely the start of a password that is not encoded.
pub(crate) fn bad_port(text: &str, port: Span, start: usize) -> UrlError {
    let stray = text[port.end..].rfind('@').map(|at| port.end + at);
    match stray {
        Some(sign) if !text[start..port.start].contains('@') => UrlError::new(
            "unescaped_character",
            "This seems to be a password with a character in it that must be percent-encoded.",
            Span::new(port.start, sign),
        )
        .field("password")
        .repair(
            "Encode the password",
            encode_changes(text, Span::new(port.start, sign), |character| {
                matches!(character, '@' | ':' | '/' | '?' | '#' | '[' | ']')
            }),
        ),
        _ => UrlError::new("invalid_port", "A port is a number from 1 to 65535.", port)
            .field("hosts"),
    }
}

fn socket_meant(text: &str, at: usize, database: Span) -> Diagnostic {
    // A database may follow the file.
    let end = database
        .of(text)
        .find(".sock/")
        .map_or(database.end, |length| {
            database.start + length + ".sock".len()
        });
    let path = Span::new(at, end);
    Diagnostic::new(
        "socket_meant",
        "A socket path stands in parentheses, or is percent-encoded; this is read as a database name.",
        path,
    )
    .field("hosts")
    .repair(
        "Read it as a socket",
        // As a host, the other separators would end it.
        encode_changes(text, path, separates_hosts),
    )
}

/// What would end a socket's path that stands as a host.
pub(crate) fn separates_hosts(character: char) -> bool {
    matches!(character, '/' | ':' | ',' | '[' | '(')
}

fn read_options(
    text: &str,
    query: Span,
    start: usize,
    parsed: &mut Parsed,
) -> Result<(), UrlError> {
    for pair in pairs(text, query, |byte| byte == b'&') {
        if pair.whole.is_empty() {
            continue;
        }
        let name = decode_part(text, pair.name, "options")?.into_owned();
        if name.is_empty() {
            return Err(UrlError::new(
                "missing_option_name",
                "There is no name before the equals sign.",
                pair.whole,
            )
            .field("options"));
        }
        let value_span = pair.value.unwrap_or(Span::at(pair.whole.end));
        // No option has an @ in its name, but the rest of a password with a question mark in it has. In a value it must be
        // encoded, as every reserved character (MySQL Shell), so that such a rest is never taken for a value either.
        refuse_stray_password(text, start, pair.name)?;
        if let Some(at) = pair
            .value
            .and_then(|value| value.of(text).find('@').map(|at| value.start + at))
        {
            return Err(UrlError::new(
                "unescaped_character",
                "An @ in the value of an option is written %40.",
                Span::new(at, at + 1),
            )
            .field("options")
            .repair(
                "Encode it",
                encode_changes(text, Span::new(at, pair.whole.end), |character| {
                    character == '@'
                }),
            ));
        }
        if pair.value.is_none() && parsed.hints.len() < MOST_DIAGNOSTICS {
            parsed.hints.push(
                Diagnostic::new(
                    "missing_equals",
                    "An option is a name, an equals sign and a value.",
                    pair.whole,
                )
                .field("options"),
            );
        }
        let value = decode_part(text, value_span, "options")?.into_owned();
        push_option(parsed, text, name, value, (pair.name, value_span));
    }
    Ok(())
}
