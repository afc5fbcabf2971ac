//! What a result says of its columns: their names, their types in the words of `DESCRIBE`, and how their values are read.

use super::packet::Reader;

/// How values are written in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wording {
    /// As text: answers to statements that were not prepared.
    Text,
    /// In the binary form of prepared statements.
    Binary,
}

/// The character set of bytes.
const BINARY: u16 = 63;

const UNSIGNED: u16 = 1 << 5;
const ZEROFILL: u16 = 1 << 6;
const ENUM: u16 = 1 << 8;
const SET: u16 = 1 << 11;

/// The column has as many decimals as its values need.
const FLOATING: u8 = 31;

/// Why a character takes up to four bytes in the lengths of text columns.
const WIDEST: u32 = 4;

/// How a column's values are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A whole number of this many bytes.
    Integer { bytes: u8, unsigned: bool },
    /// A float of four bytes; with the decimals that it is declared with.
    Single(Option<u8>),
    /// A float of eight bytes.
    Double(Option<u8>),
    /// Text in the server's own form.
    Text,
    /// Bytes, which are often text.
    Bytes,
    /// Bytes that are none.
    Bits,
    /// A date.
    Date,
    /// A date with a time; with so many decimals of its seconds, or as many as they need.
    Datetime(Option<u8>),
    /// A time or a span of time, likewise.
    Time(Option<u8>),
}

/// A column of a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) kind: Kind,
}

impl Shape {
    /// Reads the definition of a column.
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        // Catalog, schema, and the table by both of its names.
        for _ in 0..4 {
            reader.bytes()?;
        }
        let name = String::from_utf8_lossy(reader.bytes()?).into_owned();
        let _name_in_the_table = reader.bytes()?;
        let mut rest = Reader(reader.bytes()?);
        let charset = u16::from_le_bytes(rest.array()?);
        let length = u32::from_le_bytes(rest.array()?);
        let type_number = rest.byte()?;
        let flags = u16::from_le_bytes(rest.array()?);
        let decimals = rest.byte()?;
        let (type_name, kind) = kind(type_number, flags, charset, length, decimals);
        Some(Self {
            name,
            type_name,
            kind,
        })
    }
}

fn kind(type_number: u8, flags: u16, charset: u16, length: u32, decimals: u8) -> (String, Kind) {
    let has = |flag: u16| flags & flag != 0;
    let binary = charset == BINARY;
    let text = if binary { Kind::Bytes } else { Kind::Text };
    let integer = |bytes: u8| Kind::Integer {
        bytes,
        unsigned: has(UNSIGNED),
    };
    let fixed = (decimals < FLOATING).then_some(decimals);
    let fraction = (decimals <= 6).then_some(decimals);
    let (name, kind) = match type_number {
        1 => ("tinyint", integer(1)),
        2 => ("smallint", integer(2)),
        9 => ("mediumint", integer(4)),
        3 => ("int", integer(4)),
        8 => ("bigint", integer(8)),
        13 => return ("year".to_owned(), integer(2)),
        4 => ("float", Kind::Single(fixed)),
        5 => ("double", Kind::Double(fixed)),
        0 | 246 => ("decimal", Kind::Text),
        6 => ("null", Kind::Text),
        7 => return ("timestamp".to_owned(), Kind::Datetime(fraction)),
        10 | 14 => ("date", Kind::Date),
        11 => ("time", Kind::Time(fraction)),
        12 => ("datetime", Kind::Datetime(fraction)),
        16 => return ("bit".to_owned(), Kind::Bits),
        242 => ("vector", Kind::Bits),
        245 => ("json", Kind::Text),
        247 => ("enum", Kind::Text),
        248 => ("set", Kind::Text),
        255 => ("geometry", Kind::Bits),
        249..=252 => (large(length, binary), text),
        254 if has(ENUM) => ("enum", Kind::Text),
        254 if has(SET) => ("set", Kind::Text),
        254 if binary => ("binary", text),
        254 => ("char", text),
        _ if binary => ("varbinary", text),
        _ => ("varchar", text),
    };
    // The flags of other types mean nothing: of zero-filled ones there are only numbers.
    let number = matches!(
        kind,
        Kind::Integer { .. } | Kind::Single(_) | Kind::Double(_)
    ) || name == "decimal";
    let mut name = name.to_owned();
    if number && has(UNSIGNED) {
        name.push_str(" unsigned");
    }
    if number && has(ZEROFILL) {
        name.push_str(" zerofill");
    }
    (name, kind)
}

/// The four sizes of large values have one number: their length tells them apart.
fn large(length: u32, binary: bool) -> &'static str {
    let width = if binary { 1 } else { WIDEST };
    let up_to = |bytes: u32| length <= bytes.saturating_mul(width);
    match (up_to(0xff), up_to(0xffff), up_to(0xff_ffff), binary) {
        (true, _, _, true) => "tinyblob",
        (true, _, _, false) => "tinytext",
        (_, true, _, true) => "blob",
        (_, true, _, false) => "text",
        (_, _, true, true) => "mediumblob",
        (_, _, true, false) => "mediumtext",
        (_, _, _, true) => "longblob",
        (_, _, _, false) => "longtext",
    }
}
