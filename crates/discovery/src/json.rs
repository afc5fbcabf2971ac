//! JSON files of other programs. The parser stops at 128 levels by itself, and a file is bounded.

use serde_json::Value;

use crate::found::Findings;
use crate::source::SourceFile;
use crate::text::text_of;

/// The file as JSON, or a note. The note quotes nothing: the text may hold a password.
pub(crate) fn json_of(file: &SourceFile<'_>, findings: &mut Findings) -> Option<Value> {
    let text = text_of(file, findings);
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            findings.note(
                file,
                format!(
                    "This file is no JSON: see line {}, column {}.",
                    error.line(),
                    error.column()
                ),
            );
            None
        }
    }
}

/// The text at a path of names; numbers are text as well.
pub(crate) fn text_at(value: &Value, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value, |value, name| value.get(name))?;
    match found {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
