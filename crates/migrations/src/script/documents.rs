//! Commands of MongoDB: a list, or one after another.

use serde_json::value::RawValue;
use templates::{InputError, InputValue};

use super::{Piece, pretty};

/// Takes commands apart.
pub(super) fn split(text: &str) -> Result<Vec<Piece>, (String, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start().len();
        let (from, rest) = (at + skipped, rest.trim_start());
        if rest.is_empty() {
            return Ok(pieces);
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let raw = match stream.next() {
            Some(Ok(raw)) => raw.get(),
            Some(Err(error)) => return Err(no_json(&error, rest, from)),
            None => return Ok(pieces),
        };
        if raw.starts_with('[') {
            let items: Vec<&RawValue> =
                serde_json::from_str(raw).map_err(|error| no_json(&error, raw, from))?;
            for item in items {
                // An item is a part of the list's text, so that the distance of their addresses is its place.
                let place = from + (item.get().as_ptr().addr() - raw.as_ptr().addr());
                pieces.push(command(item.get(), place)?);
            }
        } else {
            pieces.push(command(raw, from)?);
        }
        at = from + raw.len();
    }
}

/// One list of all.
pub(super) fn join(statements: &[String]) -> String {
    if statements.is_empty() {
        return String::new();
    }
    let mut text = "[\n".to_owned();
    for (index, statement) in statements.iter().enumerate() {
        if index > 0 {
            text.push_str(",\n");
        }
        text.push_str("  ");
        match InputValue::from_json(statement) {
            Ok(value) => pretty::write(&value, 2, &mut text),
            Err(_) => text.push_str(statement),
        }
    }
    text.push_str("\n]\n");
    text
}

fn command(raw: &str, at: usize) -> Result<Piece, (String, usize)> {
    let value = InputValue::from_json(raw).map_err(|error| (sentence(&error), at))?;
    match &value {
        InputValue::Object(entries) if !entries.is_empty() => Ok(Piece {
            text: value.to_string(),
            span: at..at + raw.len(),
        }),
        InputValue::Object(_) => Err((
            "A command is empty. Its first key names it: {\"create\": \"users\"}.".to_owned(),
            at,
        )),
        other => Err((
            format!(
                "A statement of MongoDB is one command as an object, and this is {}.",
                other.noun()
            ),
            at,
        )),
    }
}

/// Why a text is no command.
pub(crate) fn sentence(error: &InputError) -> String {
    match error {
        InputError::NotJson(why) => format!("This is no JSON: {why}."),
        InputError::TooDeep => "The command nests deeper than 64 levels.".to_owned(),
        InputError::DuplicateKey(key) => {
            format!("The command has the key {key} twice, and one would be lost.")
        }
    }
}

fn no_json(error: &serde_json::Error, text: &str, offset: usize) -> (String, usize) {
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default();
    let line: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    (format!("This is no JSON: {why}."), offset + at)
}
