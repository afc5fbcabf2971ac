//! The texts of a run's inputs that are secrets, and what is said without them: a server repeats in its errors and warnings the
//! value that it could not take.

use std::sync::Arc;

use serde_json::Value;
use templates::{InputValue, looks_secret};

use crate::AppError;

/// What stands in a secret's place.
const MASK: &str = "***";
/// A shorter secret is hidden only where it stands alone: as a part of other words it says nothing, and those would be lost.
const SHORT: usize = 4;
/// A longer one is known by so many of its first characters, since a server cuts long values.
const KNOWN_BY: usize = 8;

/// Texts of the inputs whose names say that they are secrets, at any depth. They have no `Debug`.
#[derive(Clone)]
pub(crate) struct SecretTexts(Arc<[String]>);

impl SecretTexts {
    /// Those of the values of a run.
    pub(crate) fn of(data: &InputValue, filter: &InputValue) -> Self {
        let mut texts = Vec::new();
        collect(data, false, &mut texts);
        collect(filter, false, &mut texts);
        // Of two that begin alike, the longer one.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        Self(texts.into())
    }

    /// A value for a person to see: a text that has a secret in it is `***`.
    pub(crate) fn masked(&self, value: Value) -> Value {
        match value {
            Value::String(text) => {
                let hidden = self.0.iter().any(|secret| text.contains(secret));
                Value::String(if hidden { MASK.to_owned() } else { text })
            }
            Value::Array(items) => items.into_iter().map(|item| self.masked(item)).collect(),
            Value::Object(entries) => entries
                .into_iter()
                .map(|(key, value)| (key, self.masked(value)))
                .collect(),
            other => other,
        }
    }

    /// A message with `***` in place of each secret.
    pub(crate) fn hide(&self, message: &str) -> String {
        let mut shown = message.to_owned();
        for secret in self.0.iter() {
            shown = without(&shown, secret);
        }
        shown
    }

    /// An error without them.
    pub(crate) fn hide_in(&self, mut error: AppError) -> AppError {
        error.message = self.hide(&error.message);
        error
    }
}

fn collect(value: &InputValue, secret: bool, texts: &mut Vec<String>) {
    match value {
        InputValue::String(text) | InputValue::Number(text) if secret && !text.is_empty() => {
            texts.push(text.clone());
        }
        InputValue::Array(items) => items.iter().for_each(|item| collect(item, secret, texts)),
        InputValue::Object(entries) => {
            for (key, value) in entries {
                collect(value, secret || looks_secret(key), texts);
            }
        }
        _ => {}
    }
}

/// A text without a secret, or without as much of it as is there from its beginning.
fn without(text: &str, secret: &str) -> String {
    let length = secret.chars().count();
    let known_by = match secret.char_indices().nth(KNOWN_BY) {
        Some((end, _)) => secret.get(..end).unwrap_or(secret),
        None => secret,
    };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(known_by) {
        let further = secret.get(known_by.len()..).unwrap_or_default();
        let same = after
            .chars()
            .zip(further.chars())
            .take_while(|(found, secret)| found == secret);
        let same: usize = same.map(|(found, _)| found.len_utf8()).sum();
        let next = after.get(same..).unwrap_or_default();
        shown.push_str(before);
        let in_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let part =
            length < SHORT && (in_word(shown.chars().next_back()) || in_word(next.chars().next()));
        shown.push_str(if part { known_by } else { MASK });
        rest = next;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(json: &str) -> SecretTexts {
        let none = InputValue::Object(Vec::new());
        SecretTexts::of(&InputValue::from_json(json).unwrap(), &none)
    }

    #[test]
    fn messages_are_shown_without_secrets() {
        let secrets = texts(
            r#"{"password": "c4n4ry-5ecret", "o": [{"token": ["deep"]}], "pin": 12, "name": "anna", "api_key": "é"}"#,
        );
        for (message, shown) in [
            ("'c4n4ry-5ecret' is taken", "'***' is taken"),
            ("cut: 'c4n4ry-5e'", "cut: '***'"),
            ("c4n4ry-5ecretc4n4ry-5ecret", "******"),
            ("deeper, anna", "***er, anna"),
            ("12 of 1200 is 12.", "*** of 1200 is ***."),
            ("é émile é", "*** émile ***"),
            ("c4n4", "c4n4"),
            ("", ""),
        ] {
            assert_eq!(secrets.hide(message), shown);
        }
        assert_eq!(texts("{\"password\": \"\"}").hide("all"), "all");
    }
}
