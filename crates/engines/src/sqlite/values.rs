//! Values on their way to SQLite and back.
//!
//! SQLite keeps integers of 64 bits, doubles, text and bytes. What it has no type for goes as its own functions write it: moments as
//! `2026-11-23 08:20:30` in UTC, lists as JSON. A decimal is a number where a double holds all of its digits, and text elsewhere, so that
//! none is lost.

use rusqlite::types::{Value, ValueRef};

use crate::parameter_json::json;
use crate::session::{Batch, Parameter};
use crate::temporal;

/// A value that SQLite does not take: its number from 1, and why.
pub(super) struct Refusal {
    pub(super) parameter: usize,
    pub(super) why: String,
}

/// The values of a statement.
pub(super) fn encode(parameters: &[Parameter]) -> Result<Vec<Value>, Refusal> {
    parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            one(parameter).map_err(|why| Refusal {
                parameter: index + 1,
                why,
            })
        })
        .collect()
}

fn one(parameter: &Parameter) -> Result<Value, String> {
    Ok(match parameter {
        Parameter::Null => Value::Null,
        Parameter::Boolean(value) => Value::Integer((*value).into()),
        Parameter::Integer(digits) => Value::Integer(
            digits
                .parse()
                .map_err(|_| "it is no whole number of 64 bits".to_owned())?,
        ),
        Parameter::Double(value) => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Real(number),
            _ => return Err("it is no number that a REAL can hold".to_owned()),
        },
        Parameter::Decimal(value) => decimal(value)?,
        Parameter::Date(value) if temporal::is_date(value) => Value::Text(value.clone()),
        Parameter::Date(_) => {
            return Err("it is no date of the years 0 to 9999, such as 2026-11-23".to_owned());
        }
        Parameter::Datetime(value) => {
            Value::Text(temporal::datetime_text(value).ok_or_else(|| {
                "it is no date and time of the years 0 to 9999, such as 2026-11-23T10:20:30Z, with at most microseconds"
                    .to_owned()
            })?)
        }
        Parameter::Text(value) | Parameter::Uuid(value) | Parameter::Json(value) => {
            Value::Text(value.clone())
        }
        Parameter::Bytes(value) => Value::Blob(value.clone()),
        Parameter::Array(_) => Value::Text(json(parameter)?),
    })
}

/// A number where all of its digits stay.
fn decimal(value: &str) -> Result<Value, String> {
    let number: f64 = value
        .parse()
        .map_err(|_| "it is no decimal number".to_owned())?;
    if !number.is_finite() {
        return Err("it is no decimal number that SQLite can hold".to_owned());
    }
    let same =
        significant(value).is_some_and(|digits| significant(&number.to_string()) == Some(digits));
    Ok(if same {
        Value::Real(number)
    } else {
        Value::Text(value.to_owned())
    })
}

/// The digits of a plain decimal without those that say nothing, and how many stand behind the point.
fn significant(value: &str) -> Option<(bool, String, usize)> {
    let plain = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let all = format!("{}{fraction}", whole.trim_start_matches('0'));
    Some((value.starts_with('-'), all, fraction.len()))
}

/// Adds a value of a row to the batch.
pub(super) fn add(value: ValueRef<'_>, batch: &mut Batch) {
    match value {
        ValueRef::Null => batch.null(),
        ValueRef::Integer(number) => batch.integer(number.to_string().as_bytes()),
        ValueRef::Real(number) if number.is_finite() => {
            batch.float(format!("{number:?}").as_bytes());
        }
        ValueRef::Real(number) if number.is_sign_negative() => batch.text(b"-Infinity"),
        ValueRef::Real(_) => batch.text(b"Infinity"),
        ValueRef::Text(text) => batch.text(text),
        ValueRef::Blob(bytes) => batch.hexadecimal(bytes),
    }
}

/// The name of a value's storage class, for columns that declare no type.
pub(super) fn class(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "",
        ValueRef::Integer(_) => "INTEGER",
        ValueRef::Real(_) => "REAL",
        ValueRef::Text(_) => "TEXT",
        ValueRef::Blob(_) => "BLOB",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_loses_no_digit() {
        for (text, value) in [
            ("12.50", Value::Real(12.5)),
            ("0", Value::Real(0.0)),
            ("-0.1", Value::Real(-0.1)),
            (
                "0.1234567890123456789",
                Value::Text("0.1234567890123456789".to_owned()),
            ),
            (
                "12345678901234567890",
                Value::Text("12345678901234567890".to_owned()),
            ),
        ] {
            assert_eq!(decimal(text), Ok(value), "{text}");
        }
        assert!(decimal("x").is_err() && decimal("NaN").is_err());
    }

    #[test]
    fn moments_are_in_utc() {
        let of = |text: &str| one(&Parameter::Datetime(text.to_owned()));
        assert_eq!(
            of("2026-11-23T01:20:30.5+02:00"),
            Ok(Value::Text("2026-11-22 23:20:30.5".to_owned()))
        );
        assert_eq!(
            of("2026-11-23T10:20:30"),
            Ok(Value::Text("2026-11-23 10:20:30".to_owned()))
        );
        assert!(of("2026-02-30T10:20:30Z").is_err());
        assert!(one(&Parameter::Date("2026-02-30".to_owned())).is_err());
        assert!(one(&Parameter::Integer("9223372036854775808".to_owned())).is_err());
    }
}
