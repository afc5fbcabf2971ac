//! Parameters in the server's text form, and what the types of a result are called.

use std::borrow::Cow;

use crate::session::{Batch, Parameter};

/// Types by their object ids, which are fixed for the built-in ones (`pg_type.dat`).
pub(crate) mod oid {
    pub(crate) const UNSPECIFIED: u32 = 0;
    pub(crate) const BOOL: u32 = 16;
    pub(crate) const BYTEA: u32 = 17;
    pub(crate) const INT8: u32 = 20;
    pub(crate) const INT2: u32 = 21;
    pub(crate) const INT4: u32 = 23;
    pub(crate) const TEXT: u32 = 25;
    pub(crate) const OID: u32 = 26;
    pub(crate) const FLOAT4: u32 = 700;
    pub(crate) const FLOAT8: u32 = 701;
    pub(crate) const UNKNOWN: u32 = 705;
    pub(crate) const DATE: u32 = 1082;
    pub(crate) const TIMESTAMP: u32 = 1114;
    pub(crate) const TIMESTAMPTZ: u32 = 1184;
    pub(crate) const NUMERIC: u32 = 1700;
    pub(crate) const UUID: u32 = 2950;
    pub(crate) const JSONB: u32 = 3802;
    pub(crate) const JSON: u32 = 114;
    pub(crate) const MONEY: u32 = 790;
    pub(crate) const TEXT_ARRAY: u32 = 1009;
    pub(crate) const TIME: u32 = 1083;
    pub(crate) const INTERVAL: u32 = 1186;
    pub(crate) const TIMETZ: u32 = 1266;
}

/// The type that a parameter has of its own, for where the server takes it for text.
pub(crate) fn own_type(parameter: &Parameter) -> u32 {
    match parameter {
        Parameter::Null | Parameter::Text(_) => oid::UNSPECIFIED,
        Parameter::Boolean(_) => oid::BOOL,
        Parameter::Integer(digits) if digits.parse::<i64>().is_ok() => oid::INT8,
        Parameter::Integer(_) | Parameter::Decimal(_) => oid::NUMERIC,
        Parameter::Double(_) => oid::FLOAT8,
        Parameter::Date(_) => oid::DATE,
        Parameter::Datetime(text) if has_offset(text) => oid::TIMESTAMPTZ,
        Parameter::Datetime(_) => oid::TIMESTAMP,
        Parameter::Uuid(_) => oid::UUID,
        Parameter::Bytes(_) => oid::BYTEA,
        Parameter::Json(_) => oid::JSONB,
        // An array has the type of its items.
        Parameter::Array(items) => items
            .iter()
            .map(own_type)
            .find(|oid| *oid != oid::UNSPECIFIED)
            .map_or(oid::UNSPECIFIED, array_of),
    }
}

/// The type that a parameter has where the server has no idea of it: text where it has none of its own.
pub(crate) fn fallback_type(parameter: &Parameter) -> u32 {
    match (own_type(parameter), parameter) {
        (oid::UNSPECIFIED, Parameter::Array(_)) => oid::TEXT_ARRAY,
        (oid::UNSPECIFIED, _) => oid::TEXT,
        (own, _) => own,
    }
}

/// What a type is about, as far as the text of a value can be read as another type of the same.
#[derive(PartialEq, Eq)]
enum Family {
    Number,
    Moment,
    Span,
    Boolean,
    Uuid,
    Bytes,
    Json,
}

const fn family(type_oid: u32) -> Option<Family> {
    Some(match type_oid {
        oid::INT2 | oid::INT4 | oid::INT8 | oid::OID => Family::Number,
        oid::FLOAT4 | oid::FLOAT8 | oid::NUMERIC | oid::MONEY => Family::Number,
        oid::DATE | oid::TIME | oid::TIMETZ | oid::TIMESTAMP | oid::TIMESTAMPTZ => Family::Moment,
        oid::INTERVAL => Family::Span,
        oid::BOOL => Family::Boolean,
        oid::UUID => Family::Uuid,
        oid::BYTEA => Family::Bytes,
        oid::JSON | oid::JSONB => Family::Json,
        _ => return None,
    })
}

/// Whether a value of a type can stand where the server inferred another. It can't where the server takes it for text, which it
/// need not be, nor where the other type is about something else: `$1 - interval '1 day'` makes a span of the value, and that is
/// no date. What is not known here may be anything.
pub(crate) fn stands_for(own: u32, inferred: u32) -> bool {
    own == oid::UNSPECIFIED
        || !matches!(inferred, oid::TEXT | oid::UNKNOWN)
            && match (family(own), family(inferred)) {
                (Some(own), Some(inferred)) => own == inferred,
                _ => true,
            }
}

const fn array_of(item: u32) -> u32 {
    match item {
        oid::BOOL => 1000,
        oid::BYTEA => 1001,
        oid::INT8 => 1016,
        oid::FLOAT8 => 1022,
        oid::TIMESTAMP => 1115,
        oid::DATE => 1182,
        oid::TIMESTAMPTZ => 1185,
        oid::NUMERIC => 1231,
        oid::UUID => 2951,
        oid::JSONB => 3807,
        // A list of lists has the type of the list.
        other => other,
    }
}

fn has_offset(datetime: &str) -> bool {
    let time = datetime.get(10..).unwrap_or_default();
    time.ends_with(['Z', 'z']) || time.contains(['+', '-'])
}

/// A parameter in the text form of its type's input function; `None` is NULL.
pub(crate) fn text_of(parameter: &Parameter) -> Option<Cow<'_, str>> {
    Some(match parameter {
        Parameter::Null => return None,
        Parameter::Text(text)
        | Parameter::Integer(text)
        | Parameter::Decimal(text)
        | Parameter::Double(text)
        | Parameter::Date(text)
        | Parameter::Datetime(text)
        | Parameter::Uuid(text)
        | Parameter::Json(text) => Cow::Borrowed(text),
        Parameter::Boolean(true) => Cow::Borrowed("true"),
        Parameter::Boolean(false) => Cow::Borrowed("false"),
        Parameter::Bytes(bytes) => {
            let mut text = String::with_capacity(2 + 2 * bytes.len());
            text.push_str("\\x");
            for byte in bytes {
                for digit in [byte >> 4, byte & 15] {
                    text.extend(char::from_digit(u32::from(digit), 16));
                }
            }
            Cow::Owned(text)
        }
        Parameter::Array(items) => {
            let mut text = String::new();
            array(items, &mut text);
            Cow::Owned(text)
        }
    })
}

/// An array literal (8.15.6): each item in double quotes, quotes and backslashes escaped.
fn array(items: &[Parameter], text: &mut String) {
    text.push('{');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if let Parameter::Array(inner) = item {
            array(inner, text);
            continue;
        }
        let Some(value) = text_of(item) else {
            text.push_str("NULL");
            continue;
        };
        text.push('"');
        for character in value.chars() {
            if matches!(character, '"' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
        text.push('"');
    }
    text.push('}');
}

/// How a column's values are written in a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    Boolean,
    Integer,
    Float,
    Text,
}

impl Written {
    pub(crate) const fn of(type_oid: u32) -> Self {
        match type_oid {
            oid::BOOL => Self::Boolean,
            oid::INT2 | oid::INT4 | oid::INT8 | oid::OID => Self::Integer,
            oid::FLOAT4 | oid::FLOAT8 => Self::Float,
            _ => Self::Text,
        }
    }

    pub(crate) fn write(self, value: &[u8], batch: &mut Batch) {
        match self {
            Self::Boolean => batch.boolean(value == b"t"),
            Self::Integer => batch.integer(value),
            Self::Float => batch.float(value),
            Self::Text => batch.text(value),
        }
    }
}

/// The names of the types that results have most, by their object ids; others are asked of the server.
pub(crate) const fn type_name(type_oid: u32) -> Option<&'static str> {
    Some(match type_oid {
        oid::BOOL => "bool",
        oid::BYTEA => "bytea",
        18 => "char",
        19 => "name",
        oid::INT8 => "int8",
        oid::INT2 => "int2",
        oid::INT4 => "int4",
        oid::TEXT => "text",
        oid::OID => "oid",
        114 => "json",
        oid::FLOAT4 => "float4",
        oid::FLOAT8 => "float8",
        oid::UNKNOWN => "unknown",
        790 => "money",
        869 => "inet",
        1007 => "int4[]",
        1009 => "text[]",
        1015 => "varchar[]",
        1016 => "int8[]",
        1042 => "bpchar",
        1043 => "varchar",
        oid::DATE => "date",
        1083 => "time",
        oid::TIMESTAMP => "timestamp",
        oid::TIMESTAMPTZ => "timestamptz",
        1186 => "interval",
        1266 => "timetz",
        1560 => "bit",
        1562 => "varbit",
        oid::NUMERIC => "numeric",
        2278 => "void",
        oid::UUID => "uuid",
        2951 => "uuid[]",
        oid::JSONB => "jsonb",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_literals() {
        let text = |text: &str| Parameter::Text(text.to_owned());
        let list = Parameter::Array(vec![
            text("a"),
            text("q\"b\\c,{}"),
            text("NULL"),
            text(""),
            Parameter::Null,
            Parameter::Array(vec![Parameter::Integer("1".to_owned())]),
        ]);
        assert_eq!(
            text_of(&list).as_deref(),
            Some(r#"{"a","q\"b\\c,{}","NULL","",NULL,{"1"}}"#)
        );
        assert_eq!(
            text_of(&Parameter::Array(Vec::new())).as_deref(),
            Some("{}")
        );
    }

    #[test]
    fn own_types() {
        let integer = |digits: &str| own_type(&Parameter::Integer(digits.to_owned()));
        assert_eq!(integer("9223372036854775807"), oid::INT8);
        assert_eq!(integer("9223372036854775808"), oid::NUMERIC);
        let datetime = |text: &str| own_type(&Parameter::Datetime(text.to_owned()));
        assert_eq!(datetime("2026-01-01T10:00:00"), oid::TIMESTAMP);
        assert_eq!(datetime("2026-01-01T10:00:00-05:00"), oid::TIMESTAMPTZ);
        assert_eq!(datetime("2026-01-01T10:00:00Z"), oid::TIMESTAMPTZ);
        assert_eq!(
            text_of(&Parameter::Bytes(vec![0, 255])).as_deref(),
            Some("\\x00ff")
        );
        assert_eq!(
            own_type(&Parameter::Array(vec![
                Parameter::Null,
                Parameter::Boolean(true)
            ])),
            1000
        );
    }
}
