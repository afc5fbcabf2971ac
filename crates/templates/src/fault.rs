//! What is wrong with an input, said without telling secrets.

use serde::Serialize;

use crate::InputValue;

/// Why an input is refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InputFault {
    /// The input's key.
    pub field: String,
    /// What a program matches.
    pub code: &'static str,
    /// What was expected and what came, in one sentence; the value is not repeated where its name says that it is a secret.
    pub message: String,
    /// What was expected: "A whole number of 1 to 3 digits".
    pub expected: String,
    /// What came: "a text, \"abc\"", or "a text" where the value is not repeated.
    pub came: String,
}

impl InputFault {
    /// A fault of one input, with the sentence made from what was expected and what came.
    pub(crate) fn new(
        field: &str,
        code: &'static str,
        expected: impl Into<String>,
        came: impl Into<String>,
    ) -> Self {
        let (expected, came) = (expected.into(), came.into());
        Self {
            field: field.to_owned(),
            code,
            message: format!("{expected} is expected, but this came: {came}."),
            expected,
            came,
        }
    }
}

/// Names of inputs whose values are never repeated in a message.
const SECRET_WORDS: [&str; 19] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
    "bearer",
    "signingkey",
    "jwt",
    "pin",
    "otp",
    "cvv",
    "cvc",
];

/// Whether an input's name says that its value is a secret.
pub fn looks_secret(key: &str) -> bool {
    let plain: String = key
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    SECRET_WORDS.iter().any(|word| match *word {
        // Short words are parts of others: "spinner", "shipping", "passenger".
        "pin" | "otp" | "pwd" | "pass" | "cvv" | "cvc" => plain == *word,
        word => plain.contains(word),
    })
}

/// The most of a value that a message repeats, in characters.
const LONGEST_SHOWN: usize = 40;

/// What came, for a message.
pub(crate) fn shown(key: &str, value: &InputValue) -> String {
    let noun = value.noun();
    if matches!(
        value,
        InputValue::Null | InputValue::Array(_) | InputValue::Object(_)
    ) {
        // What is inside has names of its own, and one may be a secret's.
        return noun.to_owned();
    }
    if looks_secret(key) {
        return format!("{noun}, ***");
    }
    let text = value.to_string();
    if text.chars().count() > LONGEST_SHOWN {
        let start: String = text.chars().take(LONGEST_SHOWN).collect();
        return format!("{noun}, {start}…");
    }
    format!("{noun}, {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, read_placeholder};

    #[test]
    fn a_message_repeats_no_secret() {
        let (placeholder, _) = read_placeholder("{{user_password:INTEGER}}").unwrap();
        let value = InputValue::String("hunter2".to_owned());
        let fault = check(&placeholder.unwrap(), Some(&value)).unwrap_err();
        assert_eq!(
            fault.message,
            "A whole number is expected, but this came: a text, ***."
        );
        let (placeholder, _) = read_placeholder("{{age:INTEGER}}").unwrap();
        let fault = check(&placeholder.unwrap(), Some(&value)).unwrap_err();
        assert_eq!(
            fault.message,
            "A whole number is expected, but this came: a text, \"hunter2\"."
        );
        assert!(!looks_secret("shipping") && looks_secret("PIN") && looks_secret("apiKey"));
        assert!(!looks_secret("passenger") && looks_secret("private-key"));
    }
}
