//! What comes in by file or stdin. Nothing secret ever comes by argument.

use std::io::Read;
use std::path::Path;

use serde_json::Value;
use workbench::AppError;

/// Records and documents over this size are refused before they are read whole.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The text of a file, or of stdin for `-`.
pub fn read_text(file: &Path) -> Result<String, AppError> {
    if file.as_os_str() == "-" {
        return read_stdin();
    }
    let opened = std::fs::File::open(file).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound {
            "not_found"
        } else {
            "io"
        };
        AppError::new(code, format!("{} can't be read: {error}.", file.display()))
    })?;
    read_limited(opened, &file.display().to_string())
}

/// All of stdin.
pub fn read_stdin() -> Result<String, AppError> {
    read_limited(std::io::stdin().lock(), "stdin")
}

/// All of stdin without the line end that `echo` adds.
pub fn read_stdin_line() -> Result<String, AppError> {
    let mut text = read_stdin()?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// A JSON document.
pub fn read_json(file: &Path) -> Result<Value, AppError> {
    let text = read_text(file)?;
    // serde_json's message can quote the text, and the text can hold a password: only the place is told.
    serde_json::from_str(&text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        AppError::new("validation", format!("{} is no JSON: see {place}.", file.display())).with_detail(
            serde_json::json!({ "faults": [{ "field": "", "code": "wrong_type", "message": format!("This is no JSON: see {place}.") }] }),
        )
    })
}

fn read_limited(source: impl Read, name: &str) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    source
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| AppError::new("io", format!("{name} can't be read: {error}.")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(AppError::new(
            "validation",
            format!("{name} is larger than 64 MiB, which no record is."),
        ));
    }
    workbench::decode_text(bytes).map(|text| text.to_string())
}
