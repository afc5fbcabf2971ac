//! Whether a value is what its placeholder asks for, and as what it is bound.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::shown;
use crate::{InputFault, InputValue, Measure, Placeholder, PlaceholderType};

/// A value as it is bound. Numbers, dates and the like are text that is known to be well formed: no digit is lost on the way, and
/// each engine turns them into its own type.
#[derive(Clone, PartialEq, Debug)]
pub enum BoundValue {
    /// NULL: an optional input that is missing.
    Null,
    /// Any text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A whole number, digits with a sign at most.
    Integer(String),
    /// A decimal number.
    Decimal(String),
    /// A number that goes to the server as a double; its text is that of the input.
    Double(String),
    /// `2026-11-23`.
    Date(String),
    /// RFC 3339; without an offset where the input has none.
    Datetime(String),
    /// Lowercase, with hyphens.
    Uuid(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// 24 hexadecimal digits.
    ObjectId(String),
    /// JSON text, numbers as they were written.
    Json(String),
    /// A list.
    Array(Vec<BoundValue>),
    /// An object: only on MongoDB, elsewhere it is `Json`.
    Object(Vec<(String, BoundValue)>),
}

impl BoundValue {
    /// As the text that a longer text takes in; a list, an object or bytes have none.
    pub fn as_text(&self) -> Option<&str> {
        Some(match self {
            Self::Text(text)
            | Self::Integer(text)
            | Self::Decimal(text)
            | Self::Double(text)
            | Self::Date(text)
            | Self::Datetime(text)
            | Self::Uuid(text)
            | Self::ObjectId(text)
            | Self::Json(text) => text,
            Self::Boolean(value) => {
                if *value {
                    "true"
                } else {
                    "false"
                }
            }
            Self::Null | Self::Bytes(_) | Self::Array(_) | Self::Object(_) => return None,
        })
    }

    /// As JSON text; bytes are base64, and what JSON has no type for is text.
    pub fn to_json_text(&self) -> String {
        self.to_input().to_string()
    }

    fn to_input(&self) -> InputValue {
        match self {
            Self::Null => InputValue::Null,
            Self::Boolean(value) => InputValue::Bool(*value),
            Self::Integer(text) | Self::Decimal(text) | Self::Double(text) => {
                InputValue::Number(text.clone())
            }
            Self::Bytes(bytes) => InputValue::String(STANDARD.encode(bytes)),
            Self::Json(text) => InputValue::from_json(text).unwrap_or(InputValue::Null),
            Self::Array(items) => InputValue::Array(items.iter().map(Self::to_input).collect()),
            Self::Object(entries) => InputValue::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_input()))
                    .collect(),
            ),
            Self::Text(text)
            | Self::Date(text)
            | Self::Datetime(text)
            | Self::Uuid(text)
            | Self::ObjectId(text) => InputValue::String(text.clone()),
        }
    }

    /// Whether a text with a NUL character is in it.
    pub(crate) fn holds_nul(&self) -> bool {
        match self {
            Self::Text(text) => text.contains('\0'),
            // The text of JSON has no NUL but an escaped one, which PostgreSQL's jsonb refuses.
            Self::Json(text) => InputValue::from_json(text).is_ok_and(|value| value.holds_nul()),
            Self::Array(items) => items.iter().any(Self::holds_nul),
            Self::Object(entries) => entries
                .iter()
                .any(|(key, value)| key.contains('\0') || value.holds_nul()),
            _ => false,
        }
    }
}

/// Checks one value against its placeholder.
///
/// # Errors
/// With the first thing that is wrong with this value.
pub fn check(
    placeholder: &Placeholder,
    value: Option<&InputValue>,
) -> Result<BoundValue, InputFault> {
    let key = &placeholder.key;
    let fault = |code, came: String| InputFault::new(key, code, expected(placeholder), came);
    let value = match value {
        None | Some(InputValue::Null) if placeholder.optional => return Ok(BoundValue::Null),
        None => return Err(fault("required", "nothing".to_owned())),
        Some(InputValue::Null) => return Err(fault("required", "null".to_owned())),
        Some(value) => value,
    };
    let kind = placeholder.kind();
    let bound = convert(kind, value).ok_or_else(|| fault("wrong_type", shown(key, value)))?;
    if let Some(measure) = kind.measure() {
        let length = length(measure, &bound);
        let code = if length < placeholder.min {
            Some("too_short")
        } else if placeholder.max.is_some_and(|max| length > max) {
            Some("too_long")
        } else {
            None
        };
        if let Some(code) = code {
            let came = format!("{length} {}", measure.noun(length == 1));
            return Err(fault(code, came));
        }
    }
    Ok(bound)
}

/// "A text of 3 to 20 characters".
pub fn expected(placeholder: &Placeholder) -> String {
    let kind = placeholder.kind();
    let noun = match kind {
        PlaceholderType::String => "A text",
        PlaceholderType::NospacesString => "A text without spaces",
        PlaceholderType::EmailString => "An e-mail address",
        PlaceholderType::DateString => "A text with a date such as 2026-11-23",
        PlaceholderType::NumberString => "A text with a number",
        PlaceholderType::Integer => "A whole number",
        PlaceholderType::Date => "A date such as 2026-11-23",
        PlaceholderType::Float | PlaceholderType::Double | PlaceholderType::Decimal => "A number",
        PlaceholderType::Uuid => "A UUID",
        PlaceholderType::Array => "A list",
        PlaceholderType::Object => "An object",
        PlaceholderType::Boolean => "true or false",
        PlaceholderType::Datetime => "A date with a time such as 2026-11-23T10:00:00Z",
        PlaceholderType::Bytes => "Bytes in base64",
        PlaceholderType::Json => "A JSON value",
        PlaceholderType::ObjectId => "An ObjectId of 24 hexadecimal digits",
        PlaceholderType::Identifier(words) | PlaceholderType::Keyword(words) => {
            return format!("One of {}", words.join(", "));
        }
    };
    let Some(measure) = kind.measure() else {
        return noun.to_owned();
    };
    let (min, max) = (placeholder.min, placeholder.max);
    match max {
        Some(max) if max == min => format!("{noun} of {min} {}", measure.noun(min == 1)),
        Some(max) => format!("{noun} of {min} to {max} {}", measure.noun(max == 1)),
        None if min > 1 => format!("{noun} of at least {min} {}", measure.noun(false)),
        None if min == 1 && measure != Measure::Digits => {
            format!("{noun} of at least 1 {}", measure.noun(true))
        }
        None => noun.to_owned(),
    }
}

fn length(measure: Measure, value: &BoundValue) -> u64 {
    let count = match (measure, value) {
        (Measure::Items, BoundValue::Array(items)) => items.len(),
        (Measure::Characters, BoundValue::Text(text)) => text.chars().count(),
        (
            Measure::Digits,
            BoundValue::Text(text)
            | BoundValue::Integer(text)
            | BoundValue::Decimal(text)
            | BoundValue::Double(text),
        ) => {
            // The exponent says where the point is: its digits are not the number's.
            let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
            mantissa.bytes().filter(u8::is_ascii_digit).count()
        }
        _ => 0,
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The value as its type, or nothing when it is not of it.
fn convert(kind: &PlaceholderType, value: &InputValue) -> Option<BoundValue> {
    let text = match value {
        InputValue::String(text) => Some(text.as_str()),
        _ => None,
    };
    // A number may be given as text: JavaScript has no whole numbers beyond 2^53, and result rows give them so too.
    let digits = match value {
        InputValue::Number(text) | InputValue::String(text) => Some(text.as_str()),
        _ => None,
    };
    Some(match kind {
        PlaceholderType::String => BoundValue::Text(text?.to_owned()),
        PlaceholderType::NospacesString => BoundValue::Text(
            text.filter(|text| !text.contains(char::is_whitespace))?
                .to_owned(),
        ),
        PlaceholderType::EmailString => {
            BoundValue::Text(text.filter(|text| is_email(text))?.to_owned())
        }
        PlaceholderType::DateString => {
            BoundValue::Text(text.filter(|text| is_date(text))?.to_owned())
        }
        PlaceholderType::NumberString => {
            BoundValue::Text(text.filter(|text| is_decimal(text))?.to_owned())
        }
        PlaceholderType::Integer => {
            BoundValue::Integer(digits.filter(|text| is_integer(text))?.to_owned())
        }
        PlaceholderType::Decimal => {
            BoundValue::Decimal(digits.filter(|text| is_decimal(text))?.to_owned())
        }
        PlaceholderType::Float | PlaceholderType::Double => BoundValue::Double(
            digits
                .filter(|text| is_decimal(text) && text.parse::<f64>().is_ok_and(f64::is_finite))?
                .to_owned(),
        ),
        PlaceholderType::Date => BoundValue::Date(text.filter(|text| is_date(text))?.to_owned()),
        PlaceholderType::Datetime => {
            BoundValue::Datetime(text.filter(|text| is_datetime(text))?.to_owned())
        }
        PlaceholderType::Uuid => {
            BoundValue::Uuid(text.filter(|text| is_uuid(text))?.to_ascii_lowercase())
        }
        PlaceholderType::ObjectId => {
            let hex = |text: &&str| text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit());
            BoundValue::ObjectId(text.filter(hex)?.to_ascii_lowercase())
        }
        PlaceholderType::Bytes => BoundValue::Bytes(STANDARD.decode(text?).ok()?),
        PlaceholderType::Boolean => match value {
            InputValue::Bool(value) => BoundValue::Boolean(*value),
            _ => return None,
        },
        PlaceholderType::Array => match value {
            InputValue::Array(items) => BoundValue::Array(items.iter().map(any).collect()),
            _ => return None,
        },
        PlaceholderType::Object => match value {
            InputValue::Object(_) => any(value),
            _ => return None,
        },
        PlaceholderType::Json => BoundValue::Json(value.to_string()),
        PlaceholderType::Identifier(words) | PlaceholderType::Keyword(words) => {
            let text = text?;
            BoundValue::Text(words.iter().find(|word| *word == text)?.clone())
        }
    })
}

/// A value whose type is its own.
fn any(value: &InputValue) -> BoundValue {
    match value {
        InputValue::Null => BoundValue::Null,
        InputValue::Bool(value) => BoundValue::Boolean(*value),
        InputValue::Number(text) if is_integer(text) => BoundValue::Integer(text.clone()),
        InputValue::Number(text) => BoundValue::Decimal(text.clone()),
        InputValue::String(text) => BoundValue::Text(text.clone()),
        InputValue::Array(items) => BoundValue::Array(items.iter().map(any).collect()),
        InputValue::Object(entries) => BoundValue::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), any(value)))
                .collect(),
        ),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with a point and an exponent at most: JSON's numbers, and those with zeros in front.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_integer(whole)
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(|exponent| {
            all_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        })
}

fn is_date(text: &str) -> bool {
    // jiff reads dates with a time too; the length says that there is none.
    text.len() == 10 && text.is_ascii() && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_datetime(text: &str) -> bool {
    read_datetime(text).is_some()
}

/// A date with a time, and the offset where it has one. No instant is made of it: the reader's instants end a day before the
/// calendar does, at which `9999-12-31T23:59:59Z` stands for "never".
pub(crate) fn read_datetime(
    text: &str,
) -> Option<(jiff::civil::DateTime, Option<jiff::tz::Offset>)> {
    let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' '));
    if !separated || text.contains('[') {
        return None;
    }
    let pieces = jiff::fmt::temporal::Pieces::parse(text).ok()?;
    let time = pieces.date().to_datetime(pieces.time()?);
    Some((time, pieces.to_numeric_offset()))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The addresses that a browser's e-mail field takes (HTML, section "valid e-mail address"), with a point in the domain.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let local_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    !local.is_empty()
        && local.bytes().all(local_byte)
        && domain.contains('.')
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_placeholder;

    fn run(placeholder: &str, json: &str) -> Result<BoundValue, &'static str> {
        let (placeholder, _) = read_placeholder(placeholder).unwrap();
        let value = InputValue::from_json(json).unwrap();
        check(&placeholder.unwrap(), Some(&value)).map_err(|fault| fault.code)
    }

    fn text(text: &str) -> Result<BoundValue, &'static str> {
        Ok(BoundValue::Text(text.to_owned()))
    }

    #[test]
    fn texts_are_measured_in_characters() {
        assert_eq!(run("{{a}}", r#""x""#), text("x"));
        assert_eq!(run("{{a}}", r#""""#), Err("too_short"));
        assert_eq!(run("{{a:STRING:0}}", r#""""#), text(""));
        assert_eq!(run("{{a:STRING:2:3}}", r#""é😀b""#), text("é😀b"));
        assert_eq!(run("{{a:STRING:2:3}}", r#""abcd""#), Err("too_long"));
        assert_eq!(run("{{a}}", "5"), Err("wrong_type"));
        assert_eq!(run("{{a}}", r#"{"$ne": null}"#), Err("wrong_type"));
        assert_eq!(
            run("{{a:NOSPACES_STRING}}", r#""a\u00a0b""#),
            Err("wrong_type")
        );
    }

    #[test]
    fn numbers_are_measured_in_digits_and_keep_them() {
        let long = "123456789012345678901234567890";
        assert_eq!(
            run("{{a:INTEGER}}", long),
            Ok(BoundValue::Integer(long.to_owned()))
        );
        assert_eq!(
            run("{{a:INTEGER:1:3}}", r#""-999""#),
            Ok(BoundValue::Integer("-999".to_owned()))
        );
        assert_eq!(run("{{a:INTEGER:1:3}}", "1000"), Err("too_long"));
        for bad in [
            "1.0", "1e3", r#""1 ""#, r#""+1""#, r#""0x1""#, r#""١""#, "true",
        ] {
            assert_eq!(run("{{a:INTEGER}}", bad), Err("wrong_type"), "{bad}");
        }
        assert_eq!(
            run("{{a:DECIMAL:1:4}}", "1.500e-3"),
            Ok(BoundValue::Decimal("1.500e-3".to_owned()))
        );
        assert_eq!(run("{{a:DOUBLE}}", "1e999"), Err("wrong_type"));
        assert_eq!(run("{{a:DOUBLE}}", r#""NaN""#), Err("wrong_type"));
        assert_eq!(run("{{a:NUMBER_STRING}}", r#""007.5""#), text("007.5"));
        assert_eq!(run("{{a:NUMBER_STRING}}", "7"), Err("wrong_type"));
    }

    #[test]
    fn dates_exist() {
        assert!(run("{{a:DATE}}", r#""2024-02-29""#).is_ok());
        for bad in [
            "2023-02-29",
            "2024-1-1",
            "2024-01-01T00:00:00Z",
            "20240101",
            "now",
        ] {
            assert_eq!(
                run("{{a:DATE}}", &format!("\"{bad}\"")),
                Err("wrong_type"),
                "{bad}"
            );
        }
        for good in [
            "2024-02-29T23:59:59Z",
            "2024-02-29T23:59:59.123456+02:00",
            "2024-02-29 23:59:59",
            "9999-12-31T23:59:59.999Z",
            "9999-12-31T23:59:59-12:00",
        ] {
            assert!(
                run("{{a:DATETIME}}", &format!("\"{good}\"")).is_ok(),
                "{good}"
            );
        }
        for bad in [
            "2024-02-29",
            "2024-02-30T00:00:00Z",
            "2024-02-29T25:00:00Z",
            "2024-02-29T00:00:00+99:00",
            "2024-02-29T00:00:00Z[Etc/UTC]",
            "x",
        ] {
            assert_eq!(
                run("{{a:DATETIME}}", &format!("\"{bad}\"")),
                Err("wrong_type"),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_other_types() {
        let id = "0190C0FE-0000-7000-8000-000000000000";
        assert_eq!(
            run("{{a:UUID}}", &format!("\"{id}\"")),
            Ok(BoundValue::Uuid(id.to_ascii_lowercase()))
        );
        assert_eq!(run("{{a:UUID}}", r#""{0190}""#), Err("wrong_type"));
        assert_eq!(
            run("{{a:BYTES}}", r#""AP8=""#),
            Ok(BoundValue::Bytes(vec![0, 255]))
        );
        assert_eq!(run("{{a:BYTES}}", r#""AP8""#), Err("wrong_type"));
        assert_eq!(run("{{a:BOOLEAN}}", "true"), Ok(BoundValue::Boolean(true)));
        assert_eq!(run("{{a:BOOLEAN}}", r#""true""#), Err("wrong_type"));
        assert_eq!(
            run("{{a:JSON}}", r#"{"n": 0.10}"#),
            Ok(BoundValue::Json(r#"{"n":0.10}"#.to_owned()))
        );
        assert_eq!(run("{{a:ARRAY:1:2}}", "[1,2,3]"), Err("too_long"));
        assert_eq!(run("{{a:ARRAY}}", "[]"), Err("too_short"));
        assert_eq!(run("{{a:OBJECT_ID}}", r#""xyz""#), Err("wrong_type"));
        assert!(run("{{a:EMAIL_STRING}}", r#""a.b+c@example.co.uk""#).is_ok());
        for bad in ["a@b", "a b@c.d", "a@@b.c", "@b.c", "a@-b.c"] {
            assert_eq!(
                run("{{a:EMAIL_STRING}}", &format!("\"{bad}\"")),
                Err("wrong_type"),
                "{bad}"
            );
        }
        assert_eq!(run("{{a:KEYWORD(ASC|DESC)}}", r#""DESC""#), text("DESC"));
        assert_eq!(
            run("{{a:KEYWORD(ASC|DESC)}}", r#""desc; DROP""#),
            Err("wrong_type")
        );
    }

    #[test]
    fn a_missing_value_is_a_fault_unless_it_is_optional() {
        assert_eq!(run("{{a}}", "null"), Err("required"));
        assert_eq!(run("{{a:INTEGER?}}", "null"), Ok(BoundValue::Null));
        let (placeholder, _) = read_placeholder("{{a}}").unwrap();
        let fault = check(&placeholder.unwrap(), None).unwrap_err();
        assert_eq!(fault.code, "required");
    }
}
