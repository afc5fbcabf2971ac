//! libpq against our reading of the same text.

use std::collections::BTreeMap;

use connection_url::{ConnectionUrl, DatabaseType, Host};
use serde_json::Value;

use crate::Outcome;

/// The differences that are meant, and why.
pub const LISTED: [(&str, &str); 3] = [
    (
        "empty text",
        "libpq takes an empty text as a connection with nothing said. A record needs something said: it is refused.",
    ),
    (
        "stray password",
        "In `u:p/w@host` libpq finds the host `u`, the port `p` and the database `w@host`. Stored so, a piece of a password would stand \
         in the clear; where masking all of it leaves nothing that parses, the text is refused, with a repair.",
    ),
    (
        "semicolons between keywords",
        "In `host=db;password=w` libpq finds the host `db;password=w`. Stored so, a password would stand in the clear: it is refused, with a repair.",
    ),
];

type Parts = BTreeMap<String, String>;

/// libpq's options in the shape of ours: hosts and ports as pairs, empty values as absent, which they are to libpq.
fn theirs(answer: &Value) -> Parts {
    let mut options: Parts = answer["options"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let host = options.remove("host").unwrap_or_default();
    let port = options.remove("port").unwrap_or_default();
    if host.is_empty() && port.is_empty() {
        return options;
    }
    let ports: Vec<&str> = port.split(',').collect();
    let names: Vec<&str> = if host.is_empty() {
        vec![""; ports.len()]
    } else {
        host.split(',').collect()
    };
    let list: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let port = if ports.len() == 1 {
                ports.first()
            } else {
                ports.get(index)
            };
            format!("{name}|{}", port.unwrap_or(&""))
        })
        .collect();
    options.insert("hosts".to_owned(), list.join(","));
    options
}

fn ours(url: &ConnectionUrl) -> Parts {
    let mut parts: Parts = url
        .options()
        .iter()
        .filter(|option| !option.folded)
        .map(|option| (option.name.clone().into_owned(), option.value.clone()))
        .collect();
    for (name, value) in [
        ("user", url.user()),
        ("password", url.password()),
        ("dbname", url.database()),
    ] {
        parts.insert(name.to_owned(), value.unwrap_or_default().to_owned());
    }
    let list: Vec<String> = url
        .hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp { host, port } | Host::Socket { path: host, port } => {
                format!("{host}|{}", port.as_text())
            }
        })
        .collect();
    parts.insert("hosts".to_owned(), list.join(","));
    parts.retain(|_, value| !value.is_empty());
    parts
}

/// Compares one text.
pub fn compare(text: &str, answer: &Value) -> Outcome {
    let read = ConnectionUrl::parse(text, Some(DatabaseType::Postgresql));
    match (read, answer["error"].as_str()) {
        (Err(_), Some(_)) => Outcome::BothRefuse,
        (Ok(url), None) => {
            let (ours, theirs) = (ours(&url), theirs(answer));
            if ours == theirs {
                Outcome::Same
            } else {
                Outcome::Differs(None, format!("ours {ours:?}, libpq {theirs:?}"))
            }
        }
        (Ok(url), Some(error)) => Outcome::Differs(
            None,
            format!("we take it as {:?}, libpq refuses: {error}", ours(&url)),
        ),
        (Err(error), None) => Outcome::Differs(
            reason(text, error.code),
            format!(
                "we refuse ({}), libpq takes it as {:?}",
                error.code,
                theirs(answer)
            ),
        ),
    }
}

/// The index in [`LISTED`] of the reason why we refuse what libpq takes.
fn reason(text: &str, code: &str) -> Option<usize> {
    match code {
        "missing_scheme" if text.is_empty() => Some(0),
        "unescaped_character" if text.rfind('@') > text.find("://").map(|at| at + 3) => Some(1),
        "semicolon_list" if text.contains(';') => Some(2),
        _ => None,
    }
}
