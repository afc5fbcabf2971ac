//! Compass: a connection a file, or an export of several. What it keeps in the keychain, or encrypts, stays there.

use connection_url::DatabaseType;
use serde_json::Value;

use crate::found::{Findings, Warning, WarningCode};
use crate::json::{json_of, text_at};
use crate::source::SourceFile;
use crate::urls::{Reading, read_url};

/// Adds the connection, or all of an export.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    let Some(value) = json_of(file, findings) else {
        return;
    };
    match value.get("connections").and_then(Value::as_array) {
        Some(connections) => connections
            .iter()
            .for_each(|each| connection(file, each, findings)),
        None => connection(
            file,
            value.get("connectionInfo").unwrap_or(&value),
            findings,
        ),
    }
}

fn connection(file: &SourceFile<'_>, value: &Value, findings: &mut Findings) {
    if findings.is_full() {
        return;
    }
    let Some(url) = text_at(value, &["connectionOptions", "connectionString"]) else {
        return;
    };
    let name = text_at(value, &["favorite", "name"]);
    match read_url(&url, Some(DatabaseType::Mongodb)) {
        Reading::Url(mut read) => {
            if read.url.user().is_some() && read.url.password().unwrap_or_default().is_empty() {
                read.warnings.push(Warning::new(
                    WarningCode::PasswordElsewhere,
                    "Compass keeps the password in its own place. Enter it after the import.",
                ));
            }
            if value
                .pointer("/connectionOptions/sshTunnel")
                .is_some_and(|tunnel| !tunnel.is_null())
            {
                read.warnings.push(Warning::new(
                    WarningCode::Unreachable,
                    "Compass reaches this server through SSH, which is not taken over.",
                ));
            }
            let host = read.url.hosts().first().map(|host| host.name().to_owned());
            findings.add(file, None, name.or(host).unwrap_or_default(), &[], *read);
        }
        Reading::Broken(message) => {
            findings.note(file, format!("A connection can't be read. {message}"))
        }
        Reading::Other => {}
    }
}
