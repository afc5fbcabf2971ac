//! Values on their way to the server, each as its own type and beside the statement.

use super::exchange::LONG;
use crate::parameter_json::json;
use crate::session::Parameter;
use crate::temporal;

/// Decimals of a server: digits in all, and after the point. It cuts longer ones without a word.
const DIGITS: i64 = 65;
const FRACTION: i64 = 30;

/// The protocol's numbers of types.
mod kind {
    pub(super) const TINY: u8 = 1;
    pub(super) const DOUBLE: u8 = 5;
    pub(super) const NULL: u8 = 6;
    pub(super) const LONGLONG: u8 = 8;
    pub(super) const DATE: u8 = 10;
    pub(super) const DATETIME: u8 = 12;
    pub(super) const NEWDECIMAL: u8 = 246;
    pub(super) const BLOB: u8 = 252;
    pub(super) const VAR_STRING: u8 = 253;
    pub(super) const UNSIGNED: u8 = 0x80;
}

/// The values of one run.
pub(super) struct Values {
    /// What follows the head of the command.
    pub(super) encoded: Vec<u8>,
    /// What goes ahead of it: the parameter's number from 0, and its bytes.
    pub(super) long: Vec<(u16, Vec<u8>)>,
    /// The longest of them, in bytes.
    pub(super) longest: usize,
}

/// A value that no server takes: its number from 1, and why.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    pub(super) parameter: usize,
    pub(super) why: String,
}

/// One value: its type, its sign, its bytes; `None` for those that have a length before them.
struct Encoded {
    type_number: u8,
    sign: u8,
    fixed: bool,
    bytes: Vec<u8>,
}

/// Encodes the values of a statement.
pub(super) fn encode(parameters: &[Parameter]) -> Result<Values, Refusal> {
    let mut nulls = vec![0_u8; parameters.len().div_ceil(8)];
    let mut types = Vec::with_capacity(parameters.len() * 2);
    let mut bytes = Vec::new();
    let mut values = Values {
        encoded: Vec::new(),
        long: Vec::new(),
        longest: 0,
    };
    for (index, parameter) in parameters.iter().enumerate() {
        let refusal = |why: String| Refusal {
            parameter: index + 1,
            why,
        };
        let number =
            u16::try_from(index).map_err(|_| refusal("a statement takes 65535 values".into()))?;
        let value = one(parameter).map_err(refusal)?;
        types.extend([value.type_number, value.sign]);
        values.longest = values.longest.max(value.bytes.len());
        if value.type_number == kind::NULL {
            if let Some(byte) = nulls.get_mut(index / 8) {
                *byte |= 1 << (index % 8);
            }
        } else if value.fixed {
            bytes.extend(value.bytes);
        } else if value.bytes.len() > LONG {
            values.long.push((number, value.bytes));
        } else {
            put_length(value.bytes.len(), &mut bytes);
            bytes.extend(value.bytes);
        }
    }
    if !parameters.is_empty() {
        values.encoded = nulls;
        // The types are told with each run.
        values.encoded.push(1);
        values.encoded.extend(types);
        values.encoded.extend(bytes);
    }
    Ok(values)
}

fn put_length(length: usize, out: &mut Vec<u8>) {
    match length {
        0..=0xfa => out.extend(length.to_le_bytes().first()),
        0xfb..=0xffff => {
            out.push(0xfc);
            out.extend(length.to_le_bytes().iter().take(2));
        }
        _ => {
            out.push(0xfd);
            out.extend(length.to_le_bytes().iter().take(3));
        }
    }
}

fn one(parameter: &Parameter) -> Result<Encoded, String> {
    let fixed = |type_number, bytes: &[u8]| Encoded {
        type_number,
        sign: 0,
        fixed: true,
        bytes: bytes.to_vec(),
    };
    let text = |type_number, bytes: Vec<u8>| Encoded {
        type_number,
        sign: 0,
        fixed: false,
        bytes,
    };
    Ok(match parameter {
        Parameter::Null => fixed(kind::NULL, &[]),
        Parameter::Text(value) | Parameter::Uuid(value) | Parameter::Json(value) => {
            text(kind::VAR_STRING, value.as_bytes().to_vec())
        }
        Parameter::Boolean(value) => fixed(kind::TINY, &[u8::from(*value)]),
        Parameter::Integer(digits) => {
            if let Ok(value) = digits.parse::<i64>() {
                fixed(kind::LONGLONG, &value.to_le_bytes())
            } else if let Ok(value) = digits.parse::<u64>() {
                Encoded {
                    sign: kind::UNSIGNED,
                    ..fixed(kind::LONGLONG, &value.to_le_bytes())
                }
            } else {
                let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
                if plain.is_empty() || !plain.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err("it is no whole number".to_owned());
                }
                text(kind::NEWDECIMAL, decimal(digits)?)
            }
        }
        Parameter::Decimal(value) => text(kind::NEWDECIMAL, decimal(value)?),
        Parameter::Double(value) => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => fixed(kind::DOUBLE, &number.to_le_bytes()),
            _ => return Err("it is no number that a DOUBLE can hold".to_owned()),
        },
        // Their bytes begin with a length as those of texts do.
        Parameter::Date(value) => text(kind::DATE, temporal::date(value)?),
        Parameter::Datetime(value) => text(kind::DATETIME, temporal::datetime(value)?),
        Parameter::Bytes(value) => text(kind::BLOB, value.clone()),
        Parameter::Array(_) => text(kind::VAR_STRING, json(parameter)?.into_bytes()),
    })
}

/// The number as it is, when a server keeps all of its digits.
fn decimal(value: &str) -> Result<Vec<u8>, String> {
    let plain = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (mantissa, exponent) = match plain.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()),
        None => (plain, Some(0)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let (Some(exponent), true) = (
        exponent,
        all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
    ) else {
        return Err("it is no decimal number".to_owned());
    };
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    // Of the point: how many digits stand before it, and how many of those after it say something.
    let before = length(significant) - length(fraction) + i64::from(exponent);
    let after = length(fraction)
        - i64::from(exponent)
        - (length(significant) - length(significant.trim_end_matches('0')));
    let fits =
        significant.is_empty() || (after <= FRACTION && before.max(0) + after.max(0) <= DIGITS);
    if fits {
        Ok(value.as_bytes().to_vec())
    } else {
        Err(format!(
            "a DECIMAL has at most {DIGITS} digits, {FRACTION} of them after the point"
        ))
    }
}
