//! Strings as they are seen in the wild: in chats, `.env` files, shell histories, other tools' settings. Each with what must be
//! said of it: the verdict, the parts, the advice, the repair and what the text is after it.
//!
//! `tests/wild/*.json`. `TAPEDECK_WRITE_WILD=1` fills in what an entry does not say yet, for a person to read through.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::PathBuf;

use connection_url::{ConnectionUrl, DatabaseType, Repair, apply_changes, redact};
use serde_json::{Value, json};

/// The secret of every string here: it may be in no message, label, preview or masked text.
const SECRETS: [&str; 2] = ["s3cr3t", "t0k3n"];

fn parts(url: &ConnectionUrl) -> Value {
    let document = serde_json::to_value(url.document()).unwrap();
    let mut parts = serde_json::Map::new();
    for name in ["scheme", "hosts", "user", "password", "database", "options"] {
        let value = &document[name];
        if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
            parts.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(parts)
}

fn says_no_secret(entry: &str, said: &str) {
    for secret in SECRETS {
        assert!(!said.contains(secret), "{entry}: {said}");
    }
}

/// What a repair is called, and what the text is after it.
fn repaired(text: &str, database_type: Option<DatabaseType>, repair: &Repair) -> Value {
    says_no_secret(text, &repair.label);
    for change in &repair.changes {
        says_no_secret(text, &change.insert);
    }
    let mended = apply_changes(text, &repair.changes);
    let url = ConnectionUrl::parse(&mended, database_type).unwrap();
    says_no_secret(text, &url.masked());
    json!({ "repair": repair.label, "becomes": mended, "parts": parts(&url) })
}

fn outcome(text: &str, database_type: Option<DatabaseType>) -> Value {
    says_no_secret(text, &redact(text));
    match ConnectionUrl::diagnose(text, database_type) {
        Ok(url) => {
            says_no_secret(text, &url.masked());
            let mut outcome = json!({ "parts": parts(&url) });
            let notes: Vec<&str> = url
                .warnings()
                .iter()
                .chain(url.hints())
                .map(|note| &*note.code)
                .collect();
            let mut repairs = Vec::new();
            for note in url.warnings().iter().chain(url.hints()) {
                says_no_secret(text, &note.message);
                if let Some(repair) = &note.repair {
                    let mut repaired = repaired(text, database_type, repair);
                    repaired["code"] = json!(note.code);
                    repairs.push(repaired);
                }
            }
            if !notes.is_empty() {
                outcome["notes"] = json!(notes);
            }
            if !repairs.is_empty() {
                outcome["repairs"] = json!(repairs);
            }
            outcome
        }
        Err(error) => {
            says_no_secret(text, &error.message);
            assert!(error.span.end <= text.len() && text.is_char_boundary(error.span.start));
            let mut outcome = json!({ "code": error.code });
            if let Some(repair) = error.repair
                && let Value::Object(repaired) = repaired(text, database_type, &repair)
                && let Value::Object(outcome) = &mut outcome
            {
                outcome.extend(repaired);
            }
            outcome
        }
    }
}

#[test]
fn strings_seen_in_the_wild() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wild");
    let write = std::env::var_os("TAPEDECK_WRITE_WILD").is_some();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in files {
        let mut entries: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for entry in &mut entries {
            count += 1;
            let text = entry["text"].as_str().unwrap().to_owned();
            let database_type = entry["type"].as_str().map(|name| name.parse().unwrap());
            let found = outcome(&text, database_type);
            if write && entry.get("expected").is_none() {
                entry["expected"] = found;
            } else if entry["expected"] != found {
                wrong.push(format!(
                    "{text}\n  expected {}\n  found    {found}",
                    entry["expected"]
                ));
            }
        }
        if write {
            let lines: Vec<String> = entries.iter().map(|entry| format!("  {entry}")).collect();
            std::fs::write(&file, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 150, "{count} strings are too few");
}
