//! BSON as relaxed extended JSON (version 2): numbers, texts, truth values and null are JSON's own, everything else is an
//! object with a `$` key.
//!
//! Written from the bytes of a reply straight into text: a result of a million documents passes through here, and one
//! that is nested a hundred thousand deep must end in an error and not in a full stack.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bson::raw::{RawBsonRef, RawDocument, RawElement};

use crate::session::{Batch, escape};

/// Servers store no more than 180 levels.
const DEEPEST: usize = 250;

/// Integers up to here are exact in a double: 2^53.
const EXACT: u64 = 1 << 53;

/// What was sent is no BSON, or too deep.
#[derive(Debug)]
pub(crate) struct Unreadable;

/// Puts an element's value into the batch, as the next value of a row. `scratch` is memory to be used again.
pub(crate) fn cell(
    element: &RawElement<'_>,
    batch: &mut Batch,
    scratch: &mut Vec<u8>,
) -> Result<(), Unreadable> {
    match element.value() {
        Ok(RawBsonRef::Null) => batch.null(),
        Ok(RawBsonRef::Boolean(value)) => batch.boolean(value),
        Ok(RawBsonRef::String(text)) => batch.text(text.as_bytes()),
        _ => {
            scratch.clear();
            write_element(element, scratch, 0)?;
            batch.raw(std::str::from_utf8(scratch).map_err(|_| Unreadable)?);
        }
    }
    Ok(())
}

/// Elements as one object, as the next value of a row; null where there are none.
pub(crate) fn object(
    elements: &[RawElement<'_>],
    batch: &mut Batch,
    scratch: &mut Vec<u8>,
) -> Result<(), Unreadable> {
    if elements.is_empty() {
        batch.null();
        return Ok(());
    }
    scratch.clear();
    for (index, element) in elements.iter().enumerate() {
        scratch.push(if index == 0 { b'{' } else { b',' });
        member(element, scratch, 0)?;
    }
    scratch.push(b'}');
    batch.raw(std::str::from_utf8(scratch).map_err(|_| Unreadable)?);
    Ok(())
}

/// A value. An integer beyond ±2^53, which a reader of JSON would round, is written with its type: `$numberLong`.
pub(crate) fn write(
    value: RawBsonRef<'_>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Unreadable> {
    match value {
        RawBsonRef::Null => out.extend_from_slice(b"null"),
        RawBsonRef::Boolean(value) => {
            out.extend_from_slice(if value { b"true" } else { b"false" });
        }
        RawBsonRef::String(text) => string(text, out),
        RawBsonRef::Int32(number) => plain(out, format_args!("{number}")),
        RawBsonRef::Int64(number) if number.unsigned_abs() <= EXACT => {
            plain(out, format_args!("{number}"));
        }
        RawBsonRef::Int64(number) => plain(out, format_args!("{{\"$numberLong\":\"{number}\"}}")),
        RawBsonRef::Double(number) => double(number, out),
        RawBsonRef::Decimal128(number) => {
            plain(out, format_args!("{{\"$numberDecimal\":\"{number}\"}}"));
        }
        RawBsonRef::ObjectId(id) => {
            plain(out, format_args!("{{\"$oid\":\"{}\"}}", id.to_hex()));
        }
        RawBsonRef::DateTime(date) => datetime(date.timestamp_millis(), out),
        RawBsonRef::Document(document) => nested(document, [b'{', b'}'], out, depth)?,
        RawBsonRef::Array(array) => {
            let document = RawDocument::from_bytes(array.as_bytes()).map_err(|_| Unreadable)?;
            nested(document, [b'[', b']'], out, depth)?;
        }
        RawBsonRef::Binary(binary) => {
            out.extend_from_slice(b"{\"$binary\":{\"base64\":\"");
            out.extend_from_slice(STANDARD.encode(binary.bytes).as_bytes());
            let subtype = u8::from(binary.subtype);
            plain(out, format_args!("\",\"subType\":\"{subtype:02x}\"}}}}"));
        }
        RawBsonRef::RegularExpression(regex) => {
            out.extend_from_slice(b"{\"$regularExpression\":{\"pattern\":");
            string(regex.pattern.as_str(), out);
            out.extend_from_slice(b",\"options\":");
            let mut options: Vec<char> = regex.options.as_str().chars().collect();
            options.sort_unstable();
            string(&String::from_iter(options), out);
            out.extend_from_slice(b"}}");
        }
        RawBsonRef::Timestamp(timestamp) => plain(
            out,
            format_args!(
                "{{\"$timestamp\":{{\"t\":{},\"i\":{}}}}}",
                timestamp.time, timestamp.increment
            ),
        ),
        RawBsonRef::JavaScriptCode(code) => {
            out.extend_from_slice(b"{\"$code\":");
            string(code, out);
            out.push(b'}');
        }
        RawBsonRef::JavaScriptCodeWithScope(code) => {
            out.extend_from_slice(b"{\"$code\":");
            string(code.code, out);
            out.extend_from_slice(b",\"$scope\":");
            nested(code.scope, [b'{', b'}'], out, depth)?;
            out.push(b'}');
        }
        RawBsonRef::Symbol(text) => {
            out.extend_from_slice(b"{\"$symbol\":");
            string(text, out);
            out.push(b'}');
        }
        RawBsonRef::DbPointer(_) => pointer(value, out)?,
        RawBsonRef::Undefined => out.extend_from_slice(b"{\"$undefined\":true}"),
        RawBsonRef::MinKey => out.extend_from_slice(b"{\"$minKey\":1}"),
        RawBsonRef::MaxKey => out.extend_from_slice(b"{\"$maxKey\":1}"),
    }
    Ok(())
}

/// The parts of this old type can be had only from the owned one.
fn pointer(value: RawBsonRef<'_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let value = bson::Bson::try_from(value).map_err(|_| Unreadable)?;
    let json = serde_json::to_vec(&value.into_relaxed_extjson()).map_err(|_| Unreadable)?;
    out.extend_from_slice(&json);
    Ok(())
}

fn nested(
    document: &RawDocument,
    [open, close]: [u8; 2],
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Unreadable> {
    if depth >= DEEPEST {
        return Err(Unreadable);
    }
    out.push(open);
    for (index, element) in document.iter_elements().enumerate() {
        let element = element.map_err(|_| Unreadable)?;
        if index > 0 {
            out.push(b',');
        }
        if open == b'{' {
            member(&element, out, depth + 1)?;
        } else {
            write_element(&element, out, depth + 1)?;
        }
    }
    out.push(close);
    Ok(())
}

fn member(element: &RawElement<'_>, out: &mut Vec<u8>, depth: usize) -> Result<(), Unreadable> {
    string(element.key().as_str(), out);
    out.push(b':');
    write_element(element, out, depth)
}

fn write_element(
    element: &RawElement<'_>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), Unreadable> {
    match element.value() {
        Ok(value) => write(value, out, depth),
        // Servers do not check that texts are UTF-8.
        Err(_) => {
            let value = element.value_utf8_lossy().map_err(|_| Unreadable)?;
            write(value.as_raw_bson_ref(), out, depth)
        }
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text.as_bytes(), out);
    out.push(b'"');
}

fn plain(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    drop(out.write_fmt(text));
}

fn double(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() {
        // The shortest text that reads back as the same double, with a point or an exponent.
        plain(out, format_args!("{number:?}"));
        return;
    }
    let name = match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    plain(out, format_args!("{{\"$numberDouble\":\"{name}\"}}"));
}

/// RFC 3339 for the years 1970 to 9999, with milliseconds where there are any; milliseconds since 1970 for the others.
fn datetime(milliseconds: i64, out: &mut Vec<u8>) {
    const DAY: i64 = 86_400_000;
    const END: i64 = 253_402_300_800_000;
    if !(0..END).contains(&milliseconds) {
        plain(
            out,
            format_args!("{{\"$date\":{{\"$numberLong\":\"{milliseconds}\"}}}}"),
        );
        return;
    }
    let (year, month, day) = civil(milliseconds / DAY);
    let time = milliseconds % DAY;
    let (hour, minute, second) = (time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60);
    plain(
        out,
        format_args!(
            "{{\"$date\":\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        ),
    );
    if time % 1_000 != 0 {
        plain(out, format_args!(".{:03}", time % 1_000));
    }
    out.extend_from_slice(b"Z\"}");
}

/// Year, month and day of a day since 1970, in the Gregorian calendar. Years are counted from March, so that the leap
/// day is their last.
const fn civil(day: i64) -> (i64, i64, i64) {
    const FOUR_HUNDRED_YEARS: i64 = 146_097;
    /// From the first of March of the year 0 to the first of January 1970.
    const EPOCH: i64 = 719_468;
    let day = day + EPOCH;
    let cycle = day / FOUR_HUNDRED_YEARS;
    let day = day % FOUR_HUNDRED_YEARS;
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March on have 153 days, over and over.
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (cycle * 400 + year + turn, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use bson::raw::RawDocumentBuf;
    use bson::spec::BinarySubtype;
    use bson::{Binary, Bson, DateTime, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc};
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text(document: &Document) -> String {
        let raw = RawDocumentBuf::try_from(document).unwrap();
        let mut out = Vec::new();
        write(RawBsonRef::Document(&raw), &mut out, 0).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_type_reads_back_as_itself() {
        let document = doc! {
            "double": 1.0, "small": 5e-324, "large": 1e300, "negative": -0.0,
            "string": "a\"\\\u{0}\u{1f}é😀", "object": { "a": { "b": [] } }, "array": [1, "x", [null]],
            "id": bson::oid::ObjectId::from_bytes([7; 12]), "yes": true, "no": false, "null": null,
            "int": i32::MIN, "long": 1_i64 << 53, "longer": i64::MIN, "longest": i64::MAX,
            "decimal": "1234567890.123456789012345678901234".parse::<bson::Decimal128>().unwrap(),
            "binary": Binary { subtype: BinarySubtype::UserDefined(0x80), bytes: vec![0, 255] },
            "regex": Regex { pattern: "a/\"b".try_into().unwrap(), options: "im".try_into().unwrap() },
            "timestamp": Timestamp { time: u32::MAX, increment: 1 },
            "code": Bson::JavaScriptCode("f()".into()),
            "scoped": JavaScriptCodeWithScope { code: "g()".into(), scope: doc! { "x": 1 } },
            "symbol": Bson::Symbol("s".into()), "undefined": Bson::Undefined,
            "least": Bson::MinKey, "most": Bson::MaxKey,
            "date": DateTime::from_millis(1_582_934_400_120), "before": DateTime::from_millis(-1),
            "late": DateTime::from_millis(i64::MAX),
        };
        let value: Value = serde_json::from_str(&text(&document)).unwrap();
        assert_eq!(value["double"].to_string(), "1.0");
        assert_eq!(value["longest"]["$numberLong"], "9223372036854775807");
        assert_eq!(value["date"]["$date"], "2020-02-29T00:00:00.120Z");
        let Value::Object(members) = value else {
            panic!("an object");
        };
        for (key, json) in members {
            let read = Bson::try_from(json).unwrap();
            // A relaxed integer has lost its width, as the specification has it.
            let expected = match document.get(&key).unwrap() {
                Bson::Int64(number) if i32::try_from(*number).is_ok() => panic!("not in here"),
                other => other.clone(),
            };
            assert_eq!(read, expected, "{key}");
        }
    }

    #[test]
    fn what_is_no_number_in_json() {
        assert_eq!(
            text(&doc! { "a": f64::NAN, "b": f64::INFINITY, "c": f64::NEG_INFINITY }),
            r#"{"a":{"$numberDouble":"NaN"},"b":{"$numberDouble":"Infinity"},"c":{"$numberDouble":"-Infinity"}}"#
        );
    }

    #[test]
    fn depth_has_an_end() {
        let mut raw = RawDocumentBuf::new();
        for _ in 0..5_000 {
            let mut outer = RawDocumentBuf::new();
            outer.append(bson::raw::cstr!("a"), raw);
            raw = outer;
        }
        assert!(write(RawBsonRef::Document(&raw), &mut Vec::new(), 0).is_err());
    }

    #[test]
    fn texts_that_are_no_utf_8() {
        let mut bytes = doc! { "a": "xyz" }.to_vec().unwrap();
        let at = bytes.len() - 3;
        bytes[at] = 0xff;
        let raw = RawDocumentBuf::from_bytes(bytes).unwrap();
        let mut out = Vec::new();
        write(RawBsonRef::Document(&raw), &mut out, 0).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"a\":\"xy\u{fffd}\"}");
    }

    proptest! {
        #[test]
        fn dates_are_those_of_the_driver(milliseconds in -1_000_i64..253_402_300_801_000) {
            let json = text(&doc! { "d": DateTime::from_millis(milliseconds) });
            let read: Value = serde_json::from_str(&json).unwrap();
            let read = Bson::try_from(read).unwrap();
            prop_assert_eq!(read, Bson::Document(doc! { "d": DateTime::from_millis(milliseconds) }));
        }

        #[test]
        fn doubles_keep_every_bit(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let json = text(&doc! { "d": number });
            let read: Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read["d"].as_f64().unwrap().to_bits(), bits);
        }
    }
}
