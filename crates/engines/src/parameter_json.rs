//! A parameter as JSON text, for engines that have no lists.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::session::{Parameter, is_json_number};

/// The value as JSON: bytes are base64, as they are in inputs.
pub(crate) fn json(parameter: &Parameter) -> Result<String, String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    Ok(match parameter {
        Parameter::Null => "null".to_owned(),
        Parameter::Boolean(value) => value.to_string(),
        Parameter::Integer(value) | Parameter::Decimal(value) | Parameter::Double(value) => {
            number(value).ok_or_else(|| "an item is no number of JSON".to_owned())?
        }
        Parameter::Text(value)
        | Parameter::Date(value)
        | Parameter::Datetime(value)
        | Parameter::Uuid(value) => quoted(value),
        Parameter::Bytes(value) => quoted(&STANDARD.encode(value)),
        Parameter::Json(value) => value.clone(),
        Parameter::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(json).collect();
            format!("[{}]", items?.join(","))
        }
    })
}

/// The number in JSON's form, with all its digits: without a plus, leading zeros, or a bare point.
fn number(value: &str) -> Option<String> {
    let value = value.strip_prefix('+').unwrap_or(value);
    let (sign, plain) = match value.strip_prefix('-') {
        Some(plain) => ("-", plain),
        None => ("", value),
    };
    let end = plain
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(plain.len());
    let (whole, rest) = plain.split_at_checked(end)?;
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let text = format!("{sign}{whole}{rest}");
    is_json_number(text.as_bytes()).then_some(text)
}
