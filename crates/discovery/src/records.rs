//! `databases.json`: databases as records, each with its environments' connection URLs.

use serde_json::Value;

use crate::environment::EnvironmentGuess;
use crate::found::{Findings, Warning, WarningCode};
use crate::json::{json_of, text_at};
use crate::source::SourceFile;
use crate::urls::{Reading, read_url};

/// Adds a connection for each environment of each record, wherever in the file the records stand.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    if let Some(value) = json_of(file, findings) {
        search(file, &value, findings);
    }
}

/// The parser bounds how deep this goes.
fn search(file: &SourceFile<'_>, value: &Value, findings: &mut Findings) {
    match value {
        _ if findings.is_full() => {}
        Value::Array(items) => items.iter().for_each(|item| search(file, item, findings)),
        Value::Object(map) if map.contains_key("envs") => record(file, value, findings),
        Value::Object(map) => map.values().for_each(|item| search(file, item, findings)),
        _ => {}
    }
}

fn record(file: &SourceFile<'_>, record: &Value, findings: &mut Findings) {
    let name = text_at(record, &["name"]).or_else(|| text_at(record, &["tag"]));
    let name = name.unwrap_or_else(|| "database".to_owned());
    let database_type = text_at(record, &["type"]).and_then(|word| word.parse().ok());
    for config in record
        .get("envs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let slug = text_at(config, &["slug"]).unwrap_or_default();
        let Some(url) = text_at(config, &["connection_url"]) else {
            continue;
        };
        match read_url(&url, database_type) {
            Reading::Url(mut read) => {
                if read.url.masked() == url && url.contains(connection_url::MASK) {
                    read.warnings.push(Warning::new(
                        WarningCode::PasswordElsewhere,
                        "The file leaves the password out. Enter it after the import.",
                    ));
                }
                if is_slug(&slug) {
                    let known = crate::environment::guess(&slug).map(|guess| guess.name);
                    read.environment = Some(EnvironmentGuess {
                        name: known.unwrap_or_else(|| slug.clone().into()),
                        slug: slug.clone().into(),
                    });
                }
                findings.add(file, None, &name, &[], *read);
            }
            Reading::Broken(message) => {
                findings.note(file, format!("A URL of {name} can't be read. {message}"));
            }
            Reading::Other => {}
        }
    }
}

/// Whether the text can be an environment's slug.
fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    (2..=16).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}
