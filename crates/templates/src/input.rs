//! The values that a run is given.
//!
//! Numbers keep the text they were written as: `0.10` and a number of forty digits arrive as they are, where a JSON number of
//! most readers would have become a double on the way.

use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

/// How deep a value may nest.
const DEEPEST: usize = 64;

/// One value of JSON, numbers as text.
#[derive(Clone, PartialEq, Debug)]
pub enum InputValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<InputValue>),
    /// An object, the order of its keys kept.
    Object(Vec<(String, InputValue)>),
}

/// Why an input can't be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InputError {
    /// The text is no JSON.
    #[error("The input is no JSON: {0}.")]
    NotJson(String),
    /// Lists and objects nest too deep.
    #[error("The input nests deeper than {DEEPEST} levels.")]
    TooDeep,
    /// An object has a key twice: one value would be used and the other shown.
    #[error("The input has the key {0} twice.")]
    DuplicateKey(String),
}

impl InputValue {
    /// Reads JSON.
    ///
    /// # Errors
    /// When the text is no JSON, nests deeper than 64 levels, or an object has a key twice.
    pub fn from_json(text: &str) -> Result<Self, InputError> {
        // The first reading refuses what is no JSON with the place; the second then meets well-formed pieces only.
        let raw: &RawValue =
            serde_json::from_str(text).map_err(|error| InputError::NotJson(error.to_string()))?;
        read(raw.get(), 0)
    }

    /// What a person would call it, for "expected … and got …".
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The value of a key, where this is an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether a text or a key with a NUL character is in it.
    pub(crate) fn holds_nul(&self) -> bool {
        match self {
            Self::String(text) => text.contains('\0'),
            Self::Array(items) => items.iter().any(Self::holds_nul),
            Self::Object(entries) => entries
                .iter()
                .any(|(key, value)| key.contains('\0') || value.holds_nul()),
            Self::Null | Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// As a JSON value; a number that a double can't hold exactly becomes a text, as in result rows.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(text) => match serde_json::from_str::<Value>(text) {
                Ok(Value::Number(number))
                    if number.to_string().as_str() == text.as_str() && is_exact(&number) =>
                {
                    Value::Number(number)
                }
                _ => Value::String(text.clone()),
            },
            Self::String(text) => Value::String(text.clone()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
        }
    }
}

/// Whether a reader that makes doubles of numbers keeps this one: whole numbers up to 2^53.
fn is_exact(number: &serde_json::Number) -> bool {
    const EXACT: u64 = 1 << 53;
    match (number.as_u64(), number.as_i64()) {
        (Some(whole), _) => whole <= EXACT,
        (None, Some(whole)) => whole.unsigned_abs() <= EXACT,
        (None, None) => true,
    }
}

impl From<&Value> for InputValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(entries) => Self::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

/// As JSON text, numbers as they were written.
impl fmt::Display for InputValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(text) => formatter.write_str(text),
            Self::String(text) => write_text(text, formatter),
            Self::Array(items) => {
                formatter.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    write!(formatter, "{item}")?;
                }
                formatter.write_str("]")
            }
            Self::Object(entries) => {
                formatter.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    write_text(key, formatter)?;
                    write!(formatter, ":{value}")?;
                }
                formatter.write_str("}")
            }
        }
    }
}

fn write_text(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let quoted = serde_json::to_string(text).map_err(|_| fmt::Error)?;
    formatter.write_str(&quoted)
}

/// Reads one well-formed piece of JSON.
fn read(text: &str, depth: usize) -> Result<InputValue, InputError> {
    if depth > DEEPEST {
        return Err(InputError::TooDeep);
    }
    let not_json = |error: serde_json::Error| InputError::NotJson(error.to_string());
    Ok(match text.as_bytes().first() {
        Some(b'"') => InputValue::String(serde_json::from_str(text).map_err(not_json)?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
            InputValue::Array(
                items
                    .into_iter()
                    .map(|item| read(item.get(), depth + 1))
                    .collect::<Result<_, _>>()?,
            )
        }
        Some(b'{') => {
            let Entries(raw) = serde_json::from_str(text).map_err(not_json)?;
            let mut entries: Vec<(String, InputValue)> = Vec::with_capacity(raw.len());
            let mut keys = std::collections::HashSet::with_capacity(raw.len());
            for (key, value) in raw {
                if !keys.insert(key.clone()) {
                    return Err(InputError::DuplicateKey(key));
                }
                entries.push((key, read(value.get(), depth + 1)?));
            }
            InputValue::Object(entries)
        }
        Some(b't') => InputValue::Bool(true),
        Some(b'f') => InputValue::Bool(false),
        Some(b'n') => InputValue::Null,
        _ => InputValue::Number(text.to_owned()),
    })
}

/// An object's entries in order, a key that comes twice included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Entries<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> serde::de::Visitor<'de> for Visitor<'a> {
            type Value = Entries<'a>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Entries<'a>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, &RawValue>()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        let text = r#"{"a":12345678901234567890123456789,"b":0.10,"c":[1e400,-0],"d":"x"}"#;
        let value = InputValue::from_json(text).unwrap();
        assert_eq!(value.to_string(), text);
        assert_eq!(value.get("b"), Some(&InputValue::Number("0.10".to_owned())));
        assert_eq!(
            value.to_json()["a"],
            Value::String("12345678901234567890123456789".to_owned())
        );
        assert_eq!(
            InputValue::from_json("[9007199254740991, 1.5, 9007199254740993, -9007199254740993]")
                .unwrap()
                .to_json(),
            serde_json::json!([
                9_007_199_254_740_991_u64,
                1.5,
                "9007199254740993",
                "-9007199254740993"
            ])
        );
    }

    #[test]
    fn what_is_no_input_is_refused() {
        assert!(matches!(
            InputValue::from_json("{'a': 1}"),
            Err(InputError::NotJson(_))
        ));
        assert_eq!(
            InputValue::from_json(r#"{"a": {"x": 1, "x": 2}}"#),
            Err(InputError::DuplicateKey("x".to_owned()))
        );
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(InputValue::from_json(&deep), Err(InputError::TooDeep));
    }

    #[test]
    fn any_text_survives() {
        let text = "\u{0}\u{1f600} \"\\ '' -- $where \u{2019}";
        let json = serde_json::to_string(text).unwrap();
        assert_eq!(
            InputValue::from_json(&json).unwrap(),
            InputValue::String(text.to_owned())
        );
    }
}
