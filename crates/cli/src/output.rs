//! What goes to stdout and stderr.

use std::io::Write;

use serde::Serialize;
use workbench::AppError;

use crate::shown::{for_a_person, for_json};

/// How to print.
#[derive(Clone, Copy)]
pub struct Output {
    /// JSON in place of text.
    pub json: bool,
    /// No remarks.
    pub quiet: bool,
}

impl Output {
    /// A result: pretty JSON, or what `text` makes of it.
    pub fn document<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), AppError> {
        if self.json {
            print(&for_json(&pretty(value)?))
        } else {
            print(&for_a_person(&text(value)))
        }
    }

    /// One result of a stream: a line of JSON, or of text.
    pub fn line<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), AppError> {
        if self.json {
            let line = serde_json::to_string(value).map_err(AppError::internal)?;
            print(&for_json(&line))
        } else {
            print(&for_a_person(&text(value)))
        }
    }

    /// A remark, on stderr.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            stderr_line(&for_a_person(text));
        }
    }
}

/// Pretty JSON, without a line end.
pub fn pretty<T: Serialize>(value: &T) -> Result<String, AppError> {
    serde_json::to_string_pretty(value).map_err(AppError::internal)
}

/// Writes a text to stdout with one line end; nothing for an empty text.
pub fn print(text: &str) -> Result<(), AppError> {
    if text.is_empty() {
        return Ok(());
    }
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| {
            if text.ends_with('\n') {
                Ok(())
            } else {
                stdout.write_all(b"\n")
            }
        })
        .and_then(|()| stdout.flush());
    match written {
        // `tapedeck db list | head -1` is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(AppError::new(
            "io",
            format!("The output could not be written: {error}."),
        )),
        Ok(()) => Ok(()),
    }
}

/// Writes a line to stderr; a closed stderr is nobody's concern.
pub fn stderr_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Columns of text, each as wide as its widest cell; the last is not padded.
pub fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let lines: Vec<Vec<String>> = std::iter::once(header.map(str::to_owned).to_vec())
        .chain(rows.iter().map(|row| row.to_vec()))
        .collect();
    columns(&lines)
}

/// As [`table`], for as many columns as the longest line has; the header is a line like the others.
pub fn columns(lines: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for cells in lines {
        for (column, cell) in cells.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let missing = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(missing))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            ["orders".to_owned(), "é".to_owned()],
            ["x".to_owned(), String::new()],
        ];
        assert_eq!(table(["TAG", "NAME"], &rows), "TAG     NAME\norders  é\nx");
    }
}
