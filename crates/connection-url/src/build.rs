//! Writing: a document as a URL, and a plain value as the raw text of its place.

use crate::percent::{Keep, encode, encode_literal};
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
        return quote(plain);
    }
    encode_literal(plain, Keep::Unreserved)
}

/// A keyword/value string's value between quotes.
pub(crate) fn quote(plain: &str) -> String {
    let mut quoted = String::with_capacity(plain.len() + 2);
    quoted.push('\'');
    for character in plain.chars() {
        if matches!(character, '\\' | '\'') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('\'');
    quoted
}

/// The value of a reference, encoded for the place where the reference stands.
pub(crate) fn encode_in_place(url: &ConnectionUrl, _span: Span, value: &str) -> String {
    if url.is_keyword_value() {
        return quote(value);
    }
    encode_literal(value, Keep::Unreserved)
}

pub(crate) fn host_text(host: &Host) -> String {
    let name = match host {
        Host::Tcp { host, .. } if host.contains(':') => format!("[{host}]"),
        Host::Tcp { host, .. } => encode(host, Keep::Unreserved),
        Host::Socket { path, .. } => encode(path, Keep::Unreserved),
    };
    match host.port() {
        Port::None => name,
        port => format!("{name}:{}", port.as_text()),
    }
}

/// A URL that parses to the document.
///
/// # Errors
/// When the document holds what no URL of the type can say.
pub fn build(database_type: DatabaseType, document: &UrlDocument) -> Result<String, UrlError> {
    let mut text = document
        .scheme
        .clone()
        .unwrap_or_else(|| database_type.as_str().to_owned());
    text.push_str("://");
    if document.user.is_some() || document.password.is_some() {
        text.push_str(&encode(
            document.user.as_deref().unwrap_or_default(),
            Keep::Unreserved,
        ));
        if let Some(password) = &document.password {
            text.push(':');
            text.push_str(&secret_text(password));
        }
        text.push('@');
    }
    let hosts: Vec<String> = document.hosts.iter().map(host_text).collect();
    text.push_str(&hosts.join(","));
    if document.database.is_some() || !document.options.is_empty() {
        text.push('/');
        text.push_str(&encode(
            document.database.as_deref().unwrap_or_default(),
            Keep::Unreserved,
        ));
    }
    for (index, (name, value)) in document.options.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(&encode(name, Keep::Unreserved));
        text.push('=');
        text.push_str(&if value == MASK {
            MASK.to_owned()
        } else {
            encode(value, Keep::OptionValue)
        });
    }
    ConnectionUrl::parse(&text, Some(database_type))?;
    Ok(text)
}

fn secret_text(value: &str) -> String {
    if value == MASK {
        MASK.to_owned()
    } else {
        encode(value, Keep::Unreserved)
    }
}
