//! Rows become JSON: numbers where they are exact, everything else in the text that the `mysql` client prints.

use std::io::Write;

use super::columns::{Kind, Shape, Wording};
use super::packet::Reader;
use crate::session::Batch;

/// Integers up to here are exact in a double, which is what JSON readers make of numbers.
const EXACT: u64 = 1 << 53;

/// The value NULL in a row of text.
const NULL: u8 = 0xfb;

/// Adds a row to the batch; `None`, and nothing is added, where the row cannot be read.
pub(super) fn add(
    payload: &[u8],
    columns: &[Shape],
    wording: Wording,
    batch: &mut Batch,
) -> Option<()> {
    batch.begin_row();
    let added = match wording {
        Wording::Binary => binary(payload, columns, batch),
        Wording::Text => text(payload, columns, batch),
    };
    match added {
        Some(()) => batch.end_row(),
        None => batch.drop_row(),
    }
    added
}

fn binary(payload: &[u8], columns: &[Shape], batch: &mut Batch) -> Option<()> {
    let mut reader = Reader(payload);
    reader.byte()?;
    // Two bits of the map have no column.
    let nulls = reader.take((columns.len() + 9) / 8)?;
    for (index, column) in columns.iter().enumerate() {
        let bit = index + 2;
        if nulls.get(bit / 8)? >> (bit % 8) & 1 == 1 {
            batch.null();
            continue;
        }
        match column.kind {
            Kind::Integer { bytes, unsigned } => {
                let (magnitude, negative) = match (bytes, unsigned) {
                    (1, true) => (u64::from(reader.byte()?), false),
                    (2, true) => (u64::from(u16::from_le_bytes(reader.array()?)), false),
                    (4, true) => (u64::from(u32::from_le_bytes(reader.array()?)), false),
                    (_, true) => (u64::from_le_bytes(reader.array()?), false),
                    (1, false) => signed(i8::from_le_bytes(reader.array()?)),
                    (2, false) => signed(i16::from_le_bytes(reader.array()?)),
                    (4, false) => signed(i32::from_le_bytes(reader.array()?)),
                    (_, false) => signed(i64::from_le_bytes(reader.array()?)),
                };
                integer(magnitude, negative, batch);
            }
            Kind::Single(decimals) => {
                let value = f32::from_le_bytes(reader.array()?);
                float(value, f64::from(value).abs(), decimals, batch);
            }
            Kind::Double(decimals) => {
                let value = f64::from_le_bytes(reader.array()?);
                float(value, value.abs(), decimals, batch);
            }
            Kind::Text => batch.text(reader.bytes()?),
            Kind::Bytes => bytes(reader.bytes()?, batch),
            Kind::Bits => batch.hexadecimal(reader.bytes()?),
            Kind::Date => date(reader.bytes()?, batch)?,
            Kind::Datetime(decimals) => datetime(reader.bytes()?, decimals, batch)?,
            Kind::Time(decimals) => time(reader.bytes()?, decimals, batch)?,
        }
    }
    reader.0.is_empty().then_some(())
}

fn text(payload: &[u8], columns: &[Shape], batch: &mut Batch) -> Option<()> {
    let mut reader = Reader(payload);
    for column in columns {
        if reader.0.first() == Some(&NULL) {
            reader.byte();
            batch.null();
            continue;
        }
        let value = reader.bytes()?;
        match column.kind {
            Kind::Integer { .. } => {
                // A zero-filled number is no number of JSON.
                let zeros = value.iter().take_while(|digit| **digit == b'0').count();
                let digits = value.get(zeros..).filter(|rest| !rest.is_empty());
                batch.integer(digits.unwrap_or(if zeros > 0 { b"0" } else { value }));
            }
            Kind::Single(_) | Kind::Double(_) => batch.float(value),
            Kind::Bytes => bytes(value, batch),
            Kind::Bits => batch.hexadecimal(value),
            Kind::Text | Kind::Date | Kind::Datetime(_) | Kind::Time(_) => batch.text(value),
        }
    }
    reader.0.is_empty().then_some(())
}

fn signed(value: impl Into<i64>) -> (u64, bool) {
    let value: i64 = value.into();
    (value.unsigned_abs(), value < 0)
}

/// Text of few characters, none of which JSON escapes, without an allocation.
struct Short {
    text: [u8; 64],
    length: usize,
}

impl Short {
    const fn new() -> Self {
        Self {
            text: [0; 64],
            length: 0,
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.text.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// The number's last digits, zeros before them.
    fn digits(&mut self, number: u32, count: u32) {
        for place in (0..count).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.push(b'0' + u8::try_from(digit).unwrap_or(0));
        }
    }

    /// The fraction of a second with the column's decimals, or with six where there is one and the column has no rule.
    fn fraction(&mut self, microseconds: u32, decimals: Option<u8>) {
        let decimals = decimals.map_or(if microseconds > 0 { 6 } else { 0 }, u32::from);
        if decimals > 0 {
            self.push(b'.');
            self.digits(
                microseconds / 10_u32.pow(6_u32.saturating_sub(decimals)),
                decimals,
            );
        }
    }

    fn as_str(&self) -> &str {
        self.text
            .get(..self.length)
            .and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            self.push(*byte);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn integer(magnitude: u64, negative: bool, batch: &mut Batch) {
    // Filled from its end.
    let mut text = [0_u8; 24];
    let mut start = text.len();
    let mut put = |byte: u8| {
        start = start.saturating_sub(1);
        if let Some(place) = text.get_mut(start) {
            *place = byte;
        }
    };
    let quoted = magnitude > EXACT;
    if quoted {
        put(b'"');
    }
    let mut rest = magnitude;
    loop {
        put(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if negative {
        put(b'-');
    }
    if quoted {
        put(b'"');
    }
    let text = text.get(start..).unwrap_or_default();
    batch.raw(std::str::from_utf8(text).unwrap_or("null"));
}

/// The shortest text that is read back as the same number, with an exponent where the client has one; where the column has a
/// fixed number of decimals, those.
fn float<T>(value: T, size: f64, decimals: Option<u8>, batch: &mut Batch)
where
    T: std::fmt::Display + std::fmt::LowerExp,
{
    let mut short = Short::new();
    let written = match decimals {
        Some(decimals) if size < 1e30 => {
            write!(short, "{value:.*}", usize::from(decimals.min(30)))
        }
        // Servers store neither NaN nor infinity.
        _ if size != 0.0 && size.is_finite() && !(1e-5..1e15).contains(&size) => {
            write!(short, "{value:e}")
        }
        _ => write!(short, "{value}"),
    };
    if written.is_ok() {
        batch.float(short.as_str().as_bytes());
    } else {
        batch.null();
    }
}

/// Text where it can be read as such; of control characters only tabs and ends of lines.
fn bytes(value: &[u8], batch: &mut Batch) {
    let control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r');
    if !value.iter().any(control) && std::str::from_utf8(value).is_ok() {
        batch.text(value);
    } else {
        batch.hexadecimal(value);
    }
}

/// Puts `2026-11-23` into the text; zeros where the server sends nothing.
fn calendar(short: &mut Short, reader: &mut Reader<'_>) -> Option<()> {
    let (year, month, day) = if reader.0.is_empty() {
        (0, 0, 0)
    } else {
        let year = u16::from_le_bytes(reader.array()?);
        (year, reader.byte()?, reader.byte()?)
    };
    short.digits(year.into(), 4);
    short.push(b'-');
    short.digits(month.into(), 2);
    short.push(b'-');
    short.digits(day.into(), 2);
    Some(())
}

/// Puts `10:20:30.5` into the text, whose hours are read already.
fn clock(
    short: &mut Short,
    hours: u32,
    reader: &mut Reader<'_>,
    decimals: Option<u8>,
) -> Option<()> {
    let (minutes, seconds) = if reader.0.is_empty() {
        (0, 0)
    } else {
        (reader.byte()?, reader.byte()?)
    };
    let microseconds = if reader.0.is_empty() {
        0
    } else {
        u32::from_le_bytes(reader.array()?)
    };
    let width = hours.checked_ilog10().map_or(1, |last| last + 1);
    short.digits(hours, width.max(2));
    short.push(b':');
    short.digits(minutes.into(), 2);
    short.push(b':');
    short.digits(seconds.into(), 2);
    short.fraction(microseconds, decimals);
    reader.0.is_empty().then_some(())
}

fn quoted(fill: impl FnOnce(&mut Short) -> Option<()>, batch: &mut Batch) -> Option<()> {
    let mut short = Short::new();
    short.push(b'"');
    fill(&mut short)?;
    short.push(b'"');
    batch.raw(short.as_str());
    Some(())
}

fn date(value: &[u8], batch: &mut Batch) -> Option<()> {
    quoted(|short| calendar(short, &mut Reader(value)), batch)
}

fn datetime(value: &[u8], decimals: Option<u8>, batch: &mut Batch) -> Option<()> {
    quoted(
        |short| {
            let mut reader = Reader(value);
            calendar(short, &mut reader)?;
            short.push(b' ');
            let hours = if reader.0.is_empty() {
                0
            } else {
                reader.byte()?
            };
            clock(short, hours.into(), &mut reader, decimals)
        },
        batch,
    )
}

fn time(value: &[u8], decimals: Option<u8>, batch: &mut Batch) -> Option<()> {
    quoted(
        |short| {
            let mut reader = Reader(value);
            let hours = if reader.0.is_empty() {
                0
            } else {
                if reader.byte()? != 0 {
                    short.push(b'-');
                }
                let days = u32::from_le_bytes(reader.array()?);
                days.checked_mul(24)?
                    .checked_add(u32::from(reader.byte()?))?
            };
            clock(short, hours, &mut reader, decimals)
        },
        batch,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(fill: impl FnOnce(&mut Batch)) -> String {
        let mut batch = Batch::default();
        batch.begin_row();
        fill(&mut batch);
        batch.end_row();
        batch.json().to_owned()
    }

    #[test]
    fn floats_are_the_shortest() {
        for (value, text) in [
            (0.0, "[0]"),
            (-0.0, "[-0]"),
            (0.1, "[0.1]"),
            (-1.5, "[-1.5]"),
            (1e14, "[100000000000000]"),
            (1e15, "[1e15]"),
            (1.5e-7, "[1.5e-7]"),
            (0.00001, "[0.00001]"),
            (f64::MAX, "[1.7976931348623157e308]"),
            (f64::MIN_POSITIVE, "[2.2250738585072014e-308]"),
            (5e-324, "[5e-324]"),
            (f64::NAN, "[\"NaN\"]"),
            (f64::INFINITY, "[\"inf\"]"),
        ] {
            let json = of(|batch| float(value, value.abs(), None, batch));
            assert_eq!(json, text);
        }
        assert_eq!(of(|batch| float(1.5, 1.5, Some(3), batch)), "[1.500]");
    }

    #[test]
    fn integers_are_exact() {
        for value in [0, 1, -1, 42, 9_007_199_254_740_992, i64::MIN, i64::MAX] {
            let (magnitude, negative) = signed(value);
            assert_eq!(
                of(|batch| integer(magnitude, negative, batch)),
                of(|batch| batch.integer(value.to_string().as_bytes()))
            );
        }
        assert_eq!(
            of(|batch| integer(u64::MAX, false, batch)),
            "[\"18446744073709551615\"]"
        );
    }

    const KINDS: [Kind; 12] = [
        Kind::Integer {
            bytes: 1,
            unsigned: false,
        },
        Kind::Integer {
            bytes: 8,
            unsigned: true,
        },
        Kind::Single(None),
        Kind::Double(Some(30)),
        Kind::Text,
        Kind::Bytes,
        Kind::Bits,
        Kind::Date,
        Kind::Datetime(None),
        Kind::Datetime(Some(6)),
        Kind::Time(Some(3)),
        Kind::Time(None),
    ];

    proptest! {
        #[test]
        fn no_row_panics_or_spoils_the_batch(
            payload in proptest::collection::vec(any::<u8>(), 0..120),
            kinds in proptest::collection::vec(0..KINDS.len(), 1..20),
            binary in any::<bool>(),
        ) {
            let columns: Vec<_> = kinds
                .into_iter()
                .map(|kind| Shape { name: String::new(), type_name: String::new(), kind: KINDS[kind] })
                .collect();
            let wording = if binary { Wording::Binary } else { Wording::Text };
            let mut batch = Batch::default();
            batch.begin_row();
            batch.end_row();
            let added = add(&payload, &columns, wording, &mut batch);
            let rows: Vec<Vec<serde_json::Value>> =
                serde_json::from_str(&format!("[{}]", batch.json())).unwrap();
            prop_assert_eq!(rows.len(), batch.rows());
            prop_assert_eq!(batch.rows(), 1 + usize::from(added.is_some()));
        }
    }
}
