//! Repairs for what people paste: a line of a `.env` file, a shell command, quotes from a chat, another tool's scheme.
//!
//! A repair is only offered when the text parses after it.

use crate::edit::apply_changes;
use crate::{ConnectionUrl, DatabaseType, Repair, Span, TextChange, UrlError};

/// The schemes that can start a URL inside other text, the longest first where one starts like another.
pub(crate) const SCHEMES: [&str; 6] = [
    "mongodb+srv",
    "mongodb",
    "postgresql",
    "postgres",
    "mysql",
    "mariadb",
];

/// What can stand around a URL that was copied.
const WRAPPING: [char; 12] = [
    '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}', '<', '>',
    ';',
];

/// Adds a repair to an error that has none, when the text holds a URL that would parse by itself.
pub(crate) fn suggest(text: &str, error: UrlError) -> UrlError {
    // The texts are short when a person pastes them; a long one is no URL to repair.
    if error.repair.is_some() && error.code != "unknown_option" || text.len() > 4096 {
        return error;
    }
    match unwrap(text) {
        Some((code, message, repair)) => {
            let mut repaired =
                UrlError::new(code, message, Span::new(0, text.len())).field("scheme");
            repaired.repair = Some(Box::new(repair));
            repaired
        }
        None => error,
    }
}

fn unwrap(text: &str) -> Option<(&'static str, &'static str, Repair)> {
    let separator = text.find("://")?;
    let lower = text[..separator].to_ascii_lowercase();
    // The scheme may have a driver after it: postgresql+psycopg2, mysql+pymysql.
    let is_word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.');
    let start = lower.trim_end_matches(is_word).len();
    let word = &lower[start..];
    let scheme = SCHEMES.into_iter().find(|scheme| {
        word.strip_prefix(scheme)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
    })?;
    let after_scheme = start + scheme.len();
    let driver = &lower[after_scheme..];
    let is_wrapping = |character: char| character.is_whitespace() || WRAPPING.contains(&character);
    let end = text.trim_end_matches(is_wrapping).len();
    // A command line may go on after the closing quote.
    let quote = text[..start]
        .chars()
        .next_back()
        .filter(|character| WRAPPING.contains(character));
    let end = quote
        .map(|quote| {
            if quote == '\u{201c}' {
                '\u{201d}'
            } else {
                quote
            }
        })
        .and_then(|quote| text[separator..].find(quote))
        .map_or(end, |length| separator + length);
    let mut changes = Vec::new();
    if start > 0 {
        changes.push(TextChange::new(Span::new(0, start), ""));
    }
    if !driver.is_empty() {
        changes.push(TextChange::new(Span::new(after_scheme, separator), ""));
    }
    if end < text.len() {
        changes.push(TextChange::new(Span::new(end, text.len()), ""));
    }
    if changes.is_empty() {
        return None;
    }
    let repaired = zeroize::Zeroizing::new(apply_changes(text, &changes));
    // One step only: the repaired text is read without another suggestion, since it starts with its scheme.
    ConnectionUrl::parse(&repaired, DatabaseType::from_scheme(scheme)).ok()?;
    let (code, message, label) = if lower[..start].ends_with("jdbc:") {
        ("jdbc_url", "This is a JDBC URL.", "Remove jdbc:")
    } else if !driver.is_empty() {
        (
            "driver_in_scheme",
            "The scheme names a driver.",
            "Remove the driver",
        )
    } else if text[..start].trim_start_matches("export ").contains('=') {
        (
            "environment_line",
            "This is a line that sets a variable.",
            "Keep the URL only",
        )
    } else if text[..start].chars().all(is_wrapping) {
        (
            "wrapped",
            "There are quotes or spaces around the URL.",
            "Remove them",
        )
    } else {
        (
            "text_around_url",
            "There is other text around the URL.",
            "Keep the URL only",
        )
    };
    Some((
        code,
        message,
        Repair {
            label: label.to_owned(),
            changes,
        },
    ))
}
