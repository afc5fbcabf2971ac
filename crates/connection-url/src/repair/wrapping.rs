//! What stands around a URL: quotes, white space, the line of a file, a shell command.

use super::{Finding, SCHEMES, keep_only};
use crate::{DatabaseType, Span, TextChange};

/// Characters that nobody sees and no URL has.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
    )
}

/// Zero-width characters anywhere, white space at the ends, line ends inside.
pub(super) fn invisible_characters(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let end = text.trim_end().len();
    if end == 0 {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let has_url = text.contains("://");
    // A line that ends inside a URL takes the white space around its end along.
    let mut broken = vec![false; text.len()];
    if has_url {
        for (at, _) in text.match_indices(['\n', '\r']) {
            let from = text[..at].trim_end().len();
            let to = text.len() - text[at..].trim_start().len();
            broken[from..to].fill(true);
        }
    }
    let changes: Vec<TextChange> = text
        .char_indices()
        .filter(|(at, character)| {
            *at < start || *at >= end || is_invisible(*character) || broken[*at]
        })
        .map(|(at, character)| TextChange::new(Span::new(at, at + character.len_utf8()), ""))
        .collect();
    // A file has lines of its own.
    let lines_inside = text[start..end].lines().count();
    if changes.is_empty() || lines_inside > 3 {
        return None;
    }
    Some(Finding {
        code: "invisible_characters",
        message: "There is white space, or characters that nobody sees, around the URL or in it."
            .to_owned(),
        label: "Remove the white space".to_owned(),
        field: "scheme",
        changes: merge(changes),
    })
}

/// Neighbouring deletions as one.
fn merge(changes: Vec<TextChange>) -> Vec<TextChange> {
    let mut merged: Vec<TextChange> = Vec::new();
    for change in changes {
        match merged.last_mut() {
            Some(last) if last.span.end == change.span.start => last.span.end = change.span.end,
            _ => merged.push(change),
        }
    }
    merged
}

const QUOTES: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
    ('<', '>'),
    ('(', ')'),
];

fn is_quote(character: char) -> bool {
    QUOTES
        .iter()
        .any(|(open, close)| *open == character || *close == character)
}

/// Whether the word before a URL belongs to a line that sets something: `export X=`, `X: `, `"x": `, `-e X=`, `$env:X = `.
fn sets(before: &str) -> bool {
    let before = before.trim_end_matches(|last: char| is_quote(last) || last == ' ');
    let Some(name) = before.strip_suffix(['=', ':']) else {
        return false;
    };
    let name = name.trim_end().trim_end_matches(is_quote);
    let word = name
        .rsplit([' ', '\t', ':', '{', ','])
        .next()
        .unwrap_or_default();
    let word = word.trim_start_matches(is_quote);
    !word.is_empty()
        && word.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
        })
}

/// Where a URL stands in a text: its scheme, and where it ends.
fn url_in(text: &str) -> Option<Span> {
    let separator = text.find("://")?;
    let is_word =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':');
    let mut start = separator;
    while start > 0 && is_word(text.as_bytes()[start - 1]) {
        start -= 1;
    }
    // A key and its colon may touch the scheme: url:postgresql://…
    if let Some(colon) = text[start..separator].rfind(':')
        && !text[start..separator].starts_with("jdbc:")
    {
        start += colon + 1;
    }
    let open = text[..start]
        .chars()
        .next_back()
        .filter(|last| is_quote(*last));
    let after = &text[separator..];
    let end = match open.and_then(|open| QUOTES.iter().find(|(quote, _)| *quote == open)) {
        // A password may hold the quote: the last one counts, unless words follow the first.
        Some((_, close)) => {
            let first = after.find(*close)?;
            let last = after.rfind(*close).unwrap_or(first);
            let between = &after[first..last];
            if between.contains(' ') { first } else { last }
        }
        None => {
            let space = |from: usize| {
                after[from..]
                    .find([' ', '\t', '\n', '\r'])
                    .map_or(after.len(), |at| from + at)
            };
            let mut word = space(0);
            // A password with a space in it: the hosts are still to come.
            let cut_off =
                after[3..word.max(3)].contains(':') && !after[3..word.max(3)].contains(['@', '/']);
            if cut_off && let Some(sign) = after[word..].find('@') {
                word = space(word + sign);
            }
            let bare = after[..word].trim_end_matches(|last: char| {
                is_quote(last) || matches!(last, ';' | ',' | '.' | '!')
            });
            bare.len()
        }
    };
    Some(Span::new(start, separator + end))
}

/// The line of a file that sets a variable.
pub(super) fn assignment(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let span = url_in(text)?;
    if span.start == 0 || !sets(&text[..span.start]) || looks_like_command(text) {
        return None;
    }
    Some(Finding {
        code: "environment_line",
        message: "This is a line that sets a variable.".to_owned(),
        label: "Keep the URL only".to_owned(),
        field: "scheme",
        changes: keep_only(text, span),
    })
}

fn looks_like_command(text: &str) -> bool {
    let first = text
        .trim_start()
        .split([' ', '\t'])
        .next()
        .unwrap_or_default();
    matches!(
        first,
        "psql"
            | "mysql"
            | "mariadb"
            | "mongosh"
            | "mongo"
            | "pg_dump"
            | "mongodump"
            | "mysqldump"
            | "$"
            | "sudo"
            | "docker"
            | "PGPASSWORD"
    )
}

/// Quotes, brackets, other words, a shell command.
pub(super) fn text_around(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let span = url_in(text)?;
    let changes = keep_only(text, span);
    if changes.is_empty() {
        return None;
    }
    let before = &text[..span.start];
    let after = &text[span.end..];
    // One word after a space is more likely the rest of a name than a remark.
    if before.is_empty()
        && after.starts_with(' ')
        && after.trim().split(' ').count() == 1
        && !after.trim().is_empty()
    {
        return None;
    }
    let only_wrapping = |part: &str| {
        part.chars().all(|character| {
            is_quote(character) || matches!(character, ' ' | ';' | ',' | '.' | '[' | ']' | '!')
        })
    };
    let known =
        |scheme: &&'static str| text[span.start..].to_ascii_lowercase().starts_with(*scheme);
    let (code, message, label) = if only_wrapping(before) && only_wrapping(after) {
        (
            "wrapped",
            "There are quotes or marks around the URL.",
            "Remove the quotes",
        )
    } else if looks_like_command(text) {
        (
            "command_line",
            "This is a command line with a URL in it.",
            "Keep the URL only",
        )
    } else if SCHEMES.iter().any(known) || before.is_empty() {
        (
            "text_around_url",
            "There is other text around the URL.",
            "Keep the URL only",
        )
    } else {
        return None;
    };
    Some(Finding {
        code,
        message: message.to_owned(),
        label: label.to_owned(),
        field: "scheme",
        changes,
    })
}
