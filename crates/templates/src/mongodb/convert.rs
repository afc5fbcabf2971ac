//! From values to BSON.
//!
//! A whole number is a 32-bit integer where it fits, else a 64-bit one, else a Decimal128. A `DECIMAL` is a Decimal128, a `FLOAT` or
//! `DOUBLE` a double. A number with a fraction inside of a list or an object is a double where the double says the same number, else
//! a Decimal128. What fits none of them is refused: no digit is lost.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Decimal128, Document};
use serde_json::Value;

use crate::{BoundValue, InputValue};

/// Why a value has no BSON: a code, and what was expected.
pub(crate) type Unfit = (&'static str, &'static str);

const OUT_OF_RANGE: Unfit = (
    "out_of_range",
    "A number of 34 significant digits at most, which is what MongoDB holds,",
);
const BAD_TIME: Unfit = (
    "out_of_range",
    "A date with a time of whole milliseconds, which is what MongoDB holds,",
);
const OPERATOR: Unfit = ("operator_key", "An object without keys that begin with $");
const ODD_KEY: Unfit = (
    "forbidden_key",
    "Objects without keys that hold a dot or mean something to programs (__proto__), which only an input of the type OBJECT may have,",
);
const NUL_KEY: Unfit = (
    "forbidden_nul",
    "An object without NUL characters in its keys",
);

/// Keys of extended JSON that stand for one value, and that a template may use.
const WRAPPERS: [&str; 17] = [
    "$oid",
    "$date",
    "$uuid",
    "$numberInt",
    "$numberLong",
    "$numberDouble",
    "$numberDecimal",
    "$binary",
    "$regularExpression",
    "$timestamp",
    "$minKey",
    "$maxKey",
    "$undefined",
    "$symbol",
    "$code",
    "$scope",
    "$dbPointer",
];

/// The first of them that a bound value may use too: what they make are scalars that are nothing but data.
const WRAPPERS_OF_DATA: usize = 8;

/// The wrapper of extended JSON that an object is, by its first key. `{"$regex", "$options"}` is an operator, and stays one.
pub(super) fn wrapper(entries: &[(String, InputValue)]) -> Option<&'static str> {
    let (first, _) = entries.first()?;
    WRAPPERS.into_iter().find(|known| known == first)
}

/// The value of an object of extended JSON; nothing where it is not well formed.
pub(super) fn unwrap(value: &InputValue) -> Option<Bson> {
    match value.to_json() {
        Value::Object(map) => match Bson::try_from(map) {
            // A wrapper that is not well formed may be read as a plain document.
            Ok(Bson::Document(_)) | Err(_) => None,
            Ok(bson) => Some(bson),
        },
        _ => None,
    }
}

/// Which keys an object of a value may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Those of fields: a key with a dot would be a path in some places, and a name in others.
    Fields,
    /// Any but operators: the placeholder asks for an object.
    Any,
}

/// Keys that reach beyond the object in programs that read the documents.
const ODD_KEYS: [&str; 3] = ["__proto__", "constructor", "prototype"];

/// A checked value as BSON.
pub(crate) fn bson_of(value: &BoundValue) -> Result<Bson, Unfit> {
    Ok(match value {
        BoundValue::Json(text) => match InputValue::from_json(text) {
            Ok(value) => data(&value, Keys::Fields)?,
            Err(_) => Bson::Null,
        },
        BoundValue::Decimal(text) => decimal(text)?,
        BoundValue::Array(_) => data(&input_of(value), Keys::Fields)?,
        BoundValue::Object(_) => match data(&input_of(value), Keys::Any)? {
            Bson::Document(document) => Bson::Document(document),
            // `{"$oid": …}` is no object.
            _ => return Err(OPERATOR),
        },
        other => scalar(other)?,
    })
}

fn input_of(value: &BoundValue) -> InputValue {
    match value {
        BoundValue::Null => InputValue::Null,
        BoundValue::Boolean(value) => InputValue::Bool(*value),
        BoundValue::Array(items) => InputValue::Array(items.iter().map(input_of).collect()),
        BoundValue::Object(entries) => InputValue::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), input_of(value)))
                .collect(),
        ),
        BoundValue::Integer(text) | BoundValue::Decimal(text) | BoundValue::Double(text) => {
            InputValue::Number(text.clone())
        }
        other => InputValue::String(other.as_text().unwrap_or_default().to_owned()),
    }
}

/// A value of JSON that is nothing but data.
fn data(value: &InputValue, keys: Keys) -> Result<Bson, Unfit> {
    Ok(match value {
        InputValue::Null => Bson::Null,
        InputValue::Bool(value) => Bson::Boolean(*value),
        InputValue::Number(text) => number(text)?,
        InputValue::String(text) => Bson::String(text.clone()),
        InputValue::Array(items) => Bson::Array(
            items
                .iter()
                .map(|item| data(item, keys))
                .collect::<Result<_, _>>()?,
        ),
        InputValue::Object(entries) => {
            if wrapper(entries).is_some_and(|name| WRAPPERS[..WRAPPERS_OF_DATA].contains(&name)) {
                return unwrap(value).ok_or(OPERATOR);
            }
            let mut document = Document::new();
            for (key, value) in entries {
                if key.starts_with('$') {
                    return Err(OPERATOR);
                }
                if key.contains('\0') {
                    return Err(NUL_KEY);
                }
                if keys == Keys::Fields && (key.contains('.') || ODD_KEYS.contains(&key.as_str())) {
                    return Err(ODD_KEY);
                }
                document.insert(key, data(value, keys)?);
            }
            Bson::Document(document)
        }
    })
}

/// A number of JSON.
pub(super) fn number(text: &str) -> Result<Bson, Unfit> {
    if !text.contains(['.', 'e', 'E']) {
        return integer(text);
    }
    let double: f64 = text.parse().map_err(|_| OUT_OF_RANGE)?;
    if double.is_finite() && same_number(text, &double.to_string()) {
        return Ok(Bson::Double(double));
    }
    decimal(text)
}

fn integer(text: &str) -> Result<Bson, Unfit> {
    if let Ok(small) = text.parse::<i32>() {
        return Ok(Bson::Int32(small));
    }
    match text.parse::<i64>() {
        Ok(number) => Ok(Bson::Int64(number)),
        Err(_) => decimal(text),
    }
}

fn decimal(text: &str) -> Result<Bson, Unfit> {
    text.parse::<Decimal128>()
        .map(Bson::Decimal128)
        .map_err(|_| OUT_OF_RANGE)
}

/// Whether two decimal texts say the same number.
fn same_number(one: &str, two: &str) -> bool {
    match (digits(one), digits(two)) {
        (Some(one), Some(two)) => one == two,
        _ => false,
    }
}

/// Sign, digits without zeros at either end, and the power of ten of the last of them.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let trimmed = all.trim_end_matches('0');
    let scale = i64::try_from(fraction.len()).ok()?;
    let cut = i64::try_from(all.len() - trimmed.len()).ok()?;
    let significant = trimmed.trim_start_matches('0').to_owned();
    if significant.is_empty() {
        return Some((negative, significant, 0));
    }
    Some((
        negative,
        significant,
        exponent.checked_sub(scale)?.checked_add(cut)?,
    ))
}

fn scalar(value: &BoundValue) -> Result<Bson, Unfit> {
    Ok(match value {
        BoundValue::Null => Bson::Null,
        BoundValue::Boolean(value) => Bson::Boolean(*value),
        BoundValue::Integer(text) => integer(text)?,
        BoundValue::Double(text) => Bson::Double(text.parse().map_err(|_| OUT_OF_RANGE)?),
        BoundValue::Date(text) => moment(text, true)?,
        BoundValue::Datetime(text) => moment(text, false)?,
        BoundValue::Uuid(text) => bson::Uuid::parse_str(text)
            .map(Bson::from)
            .map_err(|_| OUT_OF_RANGE)?,
        BoundValue::ObjectId(text) => ObjectId::parse_str(text)
            .map(Bson::ObjectId)
            .map_err(|_| OUT_OF_RANGE)?,
        BoundValue::Bytes(bytes) => Bson::Binary(Binary {
            subtype: BinarySubtype::Generic,
            bytes: bytes.clone(),
        }),
        other => Bson::String(other.as_text().unwrap_or_default().to_owned()),
    })
}

/// A date is its midnight, and a time without an offset is that of UTC.
fn moment(text: &str, date: bool) -> Result<Bson, Unfit> {
    let (time, offset) = if date {
        let day = text.parse::<jiff::civil::Date>().ok();
        day.map(|day| (day.at(0, 0, 0, 0), None))
    } else {
        crate::value::read_datetime(text)
    }
    .ok_or(BAD_TIME)?;
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let since = time.duration_since(epoch);
    if since.subsec_nanos() % 1_000_000 != 0 {
        return Err(BAD_TIME);
    }
    let ahead = i64::from(offset.map_or(0, jiff::tz::Offset::seconds));
    let milliseconds = since.as_secs() * 1_000 + i64::from(since.subsec_millis()) - ahead * 1_000;
    Ok(Bson::DateTime(DateTime::from_millis(milliseconds)))
}
