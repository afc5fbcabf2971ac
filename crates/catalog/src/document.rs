//! From the bytes of a file to JSON, whoever wrote them: an editor that puts a mark first, a shell that writes UTF-16, or
//! somebody who wants this program to run out of memory.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::fault::{Fault, FaultCode};

/// The largest document, in bytes.
pub const DOCUMENT_LIMIT: usize = 64 * 1024 * 1024;

/// The most values of a document. One takes up to a hundred bytes of memory, however short its text is.
const VALUES_LIMIT: usize = 2_000_000;

/// How deep values may stand in each other. The parser's own limit is a little higher.
const DEPTH_LIMIT: usize = 100;

fn fault(code: FaultCode, message: impl Into<String>) -> Fault {
    Fault::new("", code, message)
}

/// The text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one.
///
/// # Errors
/// A fault for bytes that are no such text.
pub fn decode_text(bytes: Vec<u8>) -> Result<Zeroizing<String>, Fault> {
    let bytes = Zeroizing::new(bytes);
    let no_text = || {
        let message = "This file is no text in UTF-8 or UTF-16. Save it as UTF-8.";
        fault(FaultCode::UnknownFormat, message)
    };
    let units = |read: fn([u8; 2]) -> u16| -> Option<Zeroizing<String>> {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let units = pairs.iter().map(|pair| read(*pair));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().filter(|_| rest.is_empty()).map(Zeroizing::new)
    };
    match bytes.as_slice() {
        [0xFF, 0xFE, ..] => units(u16::from_le_bytes).ok_or_else(no_text),
        [0xFE, 0xFF, ..] => units(u16::from_be_bytes).ok_or_else(no_text),
        _ => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Zeroizing::new(without_mark(text).to_owned())),
            Err(_) => Err(no_text()),
        },
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// The JSON of a document. What is too large is refused before it is built.
///
/// # Errors
/// A fault that says where the text is no JSON, or what there is too much of; it quotes nothing, since the text may hold a
/// password.
pub fn parse_document(text: &str) -> Result<Value, Fault> {
    let text = without_mark(text);
    refuse_excess(text)?;
    serde_json::from_str(text).map_err(|error| {
        let message = format!(
            "This file is no JSON: see line {}, column {}.",
            error.line(),
            error.column()
        );
        fault(FaultCode::WrongType, message)
    })
}

/// Counts values and depth without building anything.
fn refuse_excess(text: &str) -> Result<(), Fault> {
    if text.len() > DOCUMENT_LIMIT {
        let message = "This file is larger than 64 MiB. Split it.";
        return Err(fault(FaultCode::TooLong, message));
    }
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            let message = format!(
                "Lists and objects of this file stand more than {DEPTH_LIMIT} deep in each other, which no record does."
            );
            return Err(fault(FaultCode::UnknownFormat, message));
        }
        if values > VALUES_LIMIT {
            let message =
                format!("This file has more than {VALUES_LIMIT} values. Split it by products.");
            return Err(fault(FaultCode::TooLong, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_systems_are_read() {
        let text = "{\r\n  \"tag\": \"gr\u{fc}n\"\r\n}\r\n";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            units.flat_map(bytes).collect()
        };
        let marked = format!("\u{FEFF}{text}").into_bytes();
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            let read = decode_text(bytes).expect("text");
            assert_eq!(*read, text);
            assert_eq!(parse_document(&read).expect("JSON")["tag"], "gr\u{fc}n");
        }
        for bytes in [
            vec![0x80],
            vec![0xFF, 0xFE, 0x61],
            vec![0xFF, 0xFE, 0x00, 0xD8],
        ] {
            assert!(decode_text(bytes).is_err());
        }
    }

    #[test]
    fn what_is_too_much_is_refused_and_said() {
        let said = |text: String| parse_document(&text).expect_err("refused").message;
        assert!(said("[".repeat(100_000)).contains("100 deep"));
        assert!(said("{\"a\":".repeat(100_000)).contains("100 deep"));
        assert!(said(format!("[{}0]", "0,".repeat(2_100_000))).contains("2000000 values"));
        assert!(said(" ".repeat(DOCUMENT_LIMIT + 1)).contains("64 MiB"));
        assert!(said("{\"password\": hunter2}".to_owned()).ends_with("line 1, column 14."));
        // Brackets in a text are text.
        let text = format!("\"\\\"{}\"", "[".repeat(500));
        assert!(parse_document(&text).is_ok());
    }
}
