//! Writing: a document as a URL, and a plain value as the raw text of its place.

use zeroize::Zeroizing;

use crate::parsed::Form;
use crate::percent::{Keep, encode, encode_literal};
use crate::reference::{OPENING, find_references, has_reference};
use crate::secret_slot::is_secret_option;
use crate::sqlite::path_text;
use crate::{ConnectionUrl, DatabaseType, Host, MASK, Port, Span, UrlDocument, UrlError};

/// The raw text that holds a plain value in a secret's place, so that it reads as that value and as nothing else: a
/// value that is really three stars does not become a mask, and one that looks like a reference does not become one.
pub fn encode_secret(
    database_type: DatabaseType,
    keyword_value: bool,
    slot: &str,
    plain: &str,
) -> String {
    let _ = (database_type, slot);
    if keyword_value {
        quote_literal(plain)
    } else {
        encode_literal(plain, Keep::Unreserved)
    }
}

/// A keyword/value string's value, quoted where it must be; references stay, and so does a mask.
pub(crate) fn quote(value: &str, secret: bool) -> String {
    let plain = !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'\\'));
    if plain && (secret || value != MASK) {
        return value.to_owned();
    }
    if !has_reference(value) {
        return quote_literal(value);
    }
    let mut quoted = String::from("'");
    let mut position = 0;
    for reference in find_references(value) {
        quoted.push_str(&escape(&value[position..reference.span.start]));
        quoted.push_str(reference.span.of(value));
        position = reference.span.end;
    }
    quoted.push_str(&escape(&value[position..]));
    quoted.push('\'');
    quoted
}

/// A keyword's new value. `secret` says that `***` is a mask; `runs_on` that something follows without a space.
pub(crate) fn encode_in_keyword_value(value: &str, secret: bool, runs_on: bool) -> String {
    if runs_on && secret && value == MASK {
        return format!("'{MASK}'");
    }
    let quoted = quote(value, secret);
    if runs_on && !quoted.starts_with('\'') {
        format!("'{quoted}'")
    } else {
        quoted
    }
}

/// A value in quotes that holds no mask and no reference, whatever it looks like.
pub(crate) fn quote_literal(plain: &str) -> String {
    let mut quoted = String::with_capacity(plain.len() + 2);
    quoted.push('\'');
    quoted.push_str(&escape_literal(plain));
    quoted.push('\'');
    quoted
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '\'') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A backslash takes the next character as it is: enough to keep a mask or reference from being read as one.
fn escape_literal(text: &str) -> String {
    if text.contains("**") || text.contains(OPENING) {
        escape(text)
            .replace('*', "\\*")
            .replace(OPENING, "$\\Secret{")
    } else {
        escape(text)
    }
}

/// The value of a reference, encoded for the place where the reference stands.
pub(crate) fn encode_in_place(url: &ConnectionUrl, reference: Span, value: &str) -> String {
    if !url.is_keyword_value() {
        let alone = url.parsed().layout.host_items.iter().any(|item| {
            item.start == reference.start
                && (item.end == reference.end || url.expose()[reference.end..].starts_with(':'))
        });
        if alone && value.parse::<std::net::Ipv6Addr>().is_ok() {
            return format!("[{value}]");
        }
        return encode_literal(value, Keep::Unreserved);
    }
    let options = url.options();
    let around = options.partition_point(|option| option.value_span.end < reference.end);
    let Some(option) = options
        .get(around)
        .filter(|option| option.value_span.contains(reference))
    else {
        return quote_literal(value);
    };
    if option.value_span == reference {
        return quote_literal(value);
    }
    let escaped = escape_literal(value);
    if option.value_span.of(url.expose()).starts_with('\'') {
        return escaped;
    }
    let mut unquoted = String::with_capacity(escaped.len());
    for character in escaped.chars() {
        if character.is_ascii_whitespace() || character == '\u{b}' {
            unquoted.push('\\');
        }
        unquoted.push(character);
    }
    unquoted
}

/// One server as it stands in a URL.
pub(crate) fn host_text(database_type: DatabaseType, host: &Host, verbatim: bool) -> String {
    let encode = |text: &str| {
        if verbatim {
            encode_literal(text, Keep::Unreserved)
        } else {
            encode(text, Keep::Unreserved)
        }
    };
    let name = match host {
        Host::Tcp { host, .. } if host.contains(':') => {
            format!("[{}]", encode(host).replace("%3A", ":"))
        }
        Host::Tcp { host, .. } => encode(host),
        Host::Socket { path, .. } => {
            let recognised = path.starts_with(['/', '\\']) || path.starts_with("./");
            if database_type == DatabaseType::Mysql && !recognised {
                format!("({path})")
            } else {
                encode(path)
            }
        }
    };
    match host.port() {
        Port::None => name,
        port => format!("{name}:{}", encode(&port.as_text())),
    }
}

/// The value of an option as it stands in a URL; masks stay where a secret's place is.
pub(crate) fn option_text(
    database_type: DatabaseType,
    name: &str,
    value: &str,
    verbatim: bool,
) -> String {
    if verbatim {
        return encode_literal(value, Keep::OptionValue);
    }
    if is_secret_option(name) && value == MASK {
        return MASK.to_owned();
    }
    if database_type == DatabaseType::Mongodb
        && name.eq_ignore_ascii_case("authMechanismProperties")
    {
        if value == MASK {
            return MASK.to_owned();
        }
        let pairs: Vec<String> = value
            .split(',')
            .map(|pair| {
                match pair
                    .strip_suffix(MASK)
                    .and_then(|start| start.strip_suffix(':'))
                {
                    Some(key) => format!("{}:{MASK}", encode(key, Keep::OptionValue)),
                    None => encode(pair, Keep::OptionValue),
                }
            })
            .collect();
        return pairs.join(",");
    }
    encode(value, Keep::OptionValue)
}

/// libpq's `host` and `port` for a list of servers; `None` where the keyword can be left out.
pub(crate) fn host_lists(hosts: &[Host]) -> (Option<String>, Option<String>) {
    let names: Vec<&str> = hosts.iter().map(Host::name).collect();
    let ports: Vec<String> = hosts.iter().map(|host| host.port().as_text()).collect();
    let any_name = names.iter().any(|name| !name.is_empty());
    let any_port = ports.iter().any(|port| !port.is_empty());
    let host = (any_name || (hosts.len() > 1 && !any_port)).then(|| names.join(","));
    let port = any_port.then(|| ports.join(","));
    (host, port)
}

/// A text that parses to the document.
///
/// # Errors
/// When the document holds what no connection string of the type can say.
pub fn build(database_type: DatabaseType, document: &UrlDocument) -> Result<String, UrlError> {
    let text = match document.form {
        Form::Reference => match document.references.as_slice() {
            [key] => format!("{OPENING}{key}}}"),
            _ => {
                return Err(UrlError::new(
                    "missing_reference",
                    "A connection that is a reference names exactly one secret.",
                    Span::default(),
                ));
            }
        },
        Form::KeywordValue => build_keyword_value(document),
        Form::Url => build_url(database_type, document),
    };
    let url = ConnectionUrl::parse(&text, Some(database_type))?;
    let same = url.hosts() == document.hosts
        && url.user() == document.user.as_deref()
        && url.password() == document.password.as_deref()
        && url.database() == document.database.as_deref();
    if !same {
        return Err(UrlError::new(
            "cannot_be_written",
            "A part holds what a URL of this type cannot say.",
            Span::new(0, text.len()),
        ));
    }
    Ok(text)
}

fn is_verbatim(document: &UrlDocument, part: &str) -> bool {
    document.verbatim.iter().any(|name| name == part)
}

fn build_keyword_value(document: &UrlDocument) -> String {
    let (host, port) = host_lists(&document.hosts);
    let verbatim_host = document
        .verbatim
        .iter()
        .any(|part| part.starts_with("hosts["));
    let parts = [
        ("host", host.as_deref(), verbatim_host),
        ("port", port.as_deref(), false),
        (
            "user",
            document.user.as_deref(),
            is_verbatim(document, "user"),
        ),
        (
            "password",
            document.password.as_deref(),
            is_verbatim(document, "password"),
        ),
        (
            "dbname",
            document.database.as_deref(),
            is_verbatim(document, "database"),
        ),
    ];
    let mut words: Vec<String> = Vec::new();
    let mut push = |name: &str, value: &str, verbatim: bool| {
        let value = if verbatim {
            quote_literal(value)
        } else {
            quote(value, is_secret_option(name))
        };
        words.push(format!("{name}={value}"));
    };
    for (name, value, verbatim) in parts {
        if let Some(value) = value {
            push(name, value, verbatim);
        }
    }
    for (index, (name, value)) in document.options.iter().enumerate() {
        push(
            name,
            value,
            is_verbatim(document, &format!("options[{index}]")),
        );
    }
    if words.is_empty() {
        // An empty text would be no keyword/value string any more; an empty host says as little.
        return "host=''".to_owned();
    }
    words.join(" ")
}

fn build_url(database_type: DatabaseType, document: &UrlDocument) -> String {
    let part = |name: &str, value: &str| {
        if is_verbatim(document, name) {
            encode_literal(value, Keep::Unreserved)
        } else {
            encode(value, Keep::Unreserved)
        }
    };
    let mut text = document
        .scheme
        .clone()
        .unwrap_or_else(|| database_type.as_str().to_owned());
    let sqlite = database_type == DatabaseType::Sqlite;
    text.push_str(if sqlite { ":" } else { "://" });
    // libpq leaves empty parts of a URL unset; only an option can set one to nothing.
    let postgres = database_type == DatabaseType::Postgresql;
    let in_place = |value: &Option<String>| {
        value
            .clone()
            .filter(|value| !(postgres && value.is_empty()))
    };
    let mut options: Vec<(String, Zeroizing<String>)> = Vec::new();
    if postgres {
        for (name, value) in [
            ("user", &document.user),
            ("password", &document.password),
            ("dbname", &document.database),
        ] {
            if value.as_deref() == Some("") {
                options.push((name.to_owned(), Zeroizing::new(String::new())));
            }
        }
    }
    let user = in_place(&document.user);
    let password = in_place(&document.password).map(Zeroizing::new);
    if user.is_some() || password.is_some() {
        text.push_str(&part("user", user.as_deref().unwrap_or_default()));
        if let Some(password) = &password {
            text.push(':');
            if password.as_str() == MASK && !is_verbatim(document, "password") {
                text.push_str(MASK);
            } else {
                text.push_str(&part("password", password));
            }
        }
        text.push('@');
    }
    let hosts: Vec<String> = document
        .hosts
        .iter()
        .enumerate()
        .map(|(index, host)| {
            host_text(
                database_type,
                host,
                is_verbatim(document, &format!("hosts[{index}]")),
            )
        })
        .collect();
    text.push_str(&hosts.join(","));
    for (index, (name, value)) in document.options.iter().enumerate() {
        let verbatim = is_verbatim(document, &format!("options[{index}]"));
        options.push((
            encode(name, Keep::Unreserved),
            Zeroizing::new(option_text(database_type, name, value, verbatim)),
        ));
    }
    let database = in_place(&document.database);
    if sqlite {
        let path = database.as_deref().unwrap_or_default();
        text.push_str(&path_text(path, is_verbatim(document, "database")));
    } else if database.is_some() || !options.is_empty() {
        text.push('/');
        text.push_str(&part("database", database.as_deref().unwrap_or_default()));
    }
    for (index, (name, value)) in options.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}
