//! A MySQL URL from settings that stand somewhere in a text, as flags or as keys of .NET.
//!
//! The password stays where it is, and the rest of the URL is written around it: no change holds it.

use crate::build::host_text;
use crate::percent::{Keep, encode};
use crate::uri::encode_changes;
use crate::{DatabaseType, Host, Port, Span, TextChange};

/// Where the last of the settings of this name stands; the last one counts for every client.
fn last(settings: &[(&'static str, Span)], name: &str) -> Option<Span> {
    let found = settings.iter().rev().find(|(known, _)| *known == name);
    found.map(|(_, span)| *span).filter(|span| !span.is_empty())
}

/// The servers that the settings name. .NET takes several, with commas between.
fn hosts(socket: Option<&str>, host: Option<&str>, port: Option<&str>) -> Vec<Host> {
    // To MySQL's own client a socket is another way to localhost.
    if let Some(path) = socket.filter(|_| host.is_none_or(|host| host == "localhost")) {
        return vec![Host::socket(path)];
    }
    let port = Port::from_text(port.unwrap_or_default());
    if host.is_none() && port == Port::None {
        return Vec::new();
    }
    let names = host.unwrap_or("localhost").split(',');
    names
        .map(|name| Host::Tcp {
            host: name
                .trim()
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: port.clone(),
        })
        .collect()
}

/// What the options that .NET names otherwise are called.
fn option_value(name: &str, value: &str) -> String {
    let plain = value.to_ascii_lowercase();
    let known = match (name, plain.as_str()) {
        ("ssl-mode", "none") => "DISABLED",
        ("ssl-mode", "verifyca") => "VERIFY_CA",
        ("ssl-mode", "verifyfull") => "VERIFY_IDENTITY",
        ("ssl-mode", _) => return encode(&value.to_ascii_uppercase(), Keep::OptionValue),
        _ => value,
    };
    encode(known, Keep::OptionValue)
}

/// The changes that leave a URL of the settings: `host`, `port`, `socket`, `user`, `password`, `schema`, and options by their names.
pub(super) fn rewrite(text: &str, settings: &[(&'static str, Span)]) -> Vec<TextChange> {
    let value = |name: &str| last(settings, name).map(|span| span.of(text));
    let mut before = "mysql://".to_owned();
    before += &encode(value("user").unwrap_or_default(), Keep::Unreserved);
    let mut after = String::new();
    let password = last(settings, "password");
    if password.is_some() || value("user").is_some() {
        after.push('@');
    }
    let servers: Vec<String> = hosts(value("socket"), value("host"), value("port"))
        .iter()
        .map(|host| host_text(DatabaseType::Mysql, host, false))
        .collect();
    after += &servers.join(",");
    let database = value("schema").map(|name| encode(name, Keep::Unreserved));
    let mut separator = '?';
    if let Some(database) = database {
        after.push('/');
        after += &database;
    } else if servers.is_empty() {
        after.push('/');
    }
    for (index, (name, span)) in settings.iter().enumerate() {
        let part = matches!(
            *name,
            "host" | "port" | "socket" | "user" | "password" | "schema"
        );
        let again = settings[index + 1..].iter().any(|(later, _)| later == name);
        if !part && !again {
            after.push(separator);
            after += &format!("{name}={}", option_value(name, span.of(text)));
            separator = '&';
        }
    }
    let Some(password) = password else {
        before += &after;
        return vec![TextChange::new(Span::new(0, text.len()), before)];
    };
    before.push(':');
    let mut changes = vec![TextChange::new(Span::new(0, password.start), before)];
    changes.extend(encode_changes(text, password, |character| {
        !(character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~'))
    }));
    changes.push(TextChange::new(Span::new(password.end, text.len()), after));
    changes
}
