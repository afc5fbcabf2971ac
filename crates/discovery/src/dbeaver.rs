//! DBeaver's `data-sources.json`. Passwords are in another file, encrypted, and stay there.

use connection_url::DatabaseType;
use serde_json::Value;

use crate::found::{Findings, Warning, WarningCode};
use crate::json::{json_of, text_at};
use crate::parts::{Parts, engine_of};
use crate::source::SourceFile;
use crate::urls::{ReadUrl, Reading, read_url};

/// Adds a connection for each that is of an engine that we know.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    let Some(value) = json_of(file, findings) else {
        return;
    };
    let connections = value.get("connections").and_then(Value::as_object);
    for (id, connection) in connections.into_iter().flatten() {
        if findings.is_full() {
            return;
        }
        let name = text_at(connection, &["name"]).unwrap_or_else(|| id.clone());
        let word = |field: &str| text_at(connection, &[field]).and_then(|word| engine_of(&word));
        let Some(database_type) = word("provider").or_else(|| word("driver")) else {
            continue;
        };
        let Some(mut read) = url_of(connection, database_type) else {
            findings.note(file, format!("The connection {name} can't be read."));
            continue;
        };
        if read.url.user().is_some() && read.url.password().unwrap_or_default().is_empty() {
            read.warnings.push(Warning::new(
                WarningCode::PasswordElsewhere,
                "DBeaver keeps the password encrypted. Enter it after the import.",
            ));
        }
        let tunnel = connection.pointer("/configuration/handlers/ssh_tunnel/enabled");
        if tunnel.and_then(Value::as_bool) == Some(true) {
            read.warnings.push(Warning::new(
                WarningCode::Unreachable,
                "DBeaver reaches this server through SSH, which is not taken over.",
            ));
        }
        let kind = text_at(connection, &["configuration", "type"]).unwrap_or_default();
        let folder = text_at(connection, &["folder"]).unwrap_or_default();
        // DBeaver calls every new connection `dev`: its folder and its name know better.
        let hints = if kind == "dev" {
            [folder.as_str(), &name]
        } else {
            [kind.as_str(), folder.as_str()]
        };
        findings.add(file, None, &name, &hints, read);
    }
}

fn url_of(connection: &Value, database_type: DatabaseType) -> Option<ReadUrl> {
    let field = |name: &str| text_at(connection, &["configuration", name]);
    // The parts are what the form has; the URL is made of them, or else typed by hand.
    let by_hand = field("configurationType").as_deref() == Some("URL");
    if field("host").is_some() && !by_hand {
        return Parts {
            host: field("host"),
            port: field("port").filter(|port| *port != database_type.default_port().to_string()),
            user: field("user"),
            database: field("database"),
            ..Parts::default()
        }
        .into_read(database_type);
    }
    match read_url(&field("url")?, Some(database_type)) {
        Reading::Url(read) => Some(*read),
        Reading::Broken(_) | Reading::Other => None,
    }
}
