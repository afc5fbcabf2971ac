//! Places in the text of a template, for an editor: where a path of a document stands, and where placeholders stand whether or not
//! the text can be compiled yet.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;
use templates::sql::{Dialect, TokenKind, lex};
use templates::{Placeholder, read_placeholder};

/// The byte at a line and a column as serde_json tells them: both from 1, columns in bytes.
pub(crate) fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut byte = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// Where the value under a path stands in a JSON text, in bytes. Keys and indexes have dots between them, and a key may have
/// dots in it.
pub(crate) fn locate(text: &str, path: &str) -> Option<Range<usize>> {
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let found = inside(whole, path)?.get();
    // The piece is borrowed from the text, so that the distance of the two is its place.
    let start = (found.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(start..start + found.len())
}

fn inside<'a>(value: &'a RawValue, path: &str) -> Option<&'a RawValue> {
    if path.is_empty() {
        return Some(value);
    }
    let rest_after = |key: &str| match path.strip_prefix(key)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    };
    match value.get().as_bytes().first()? {
        b'{' => {
            let entries: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
            entries
                .iter()
                .find_map(|(key, value)| inside(value, rest_after(key)?))
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            inside(items.get(index.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// The placeholders of a text, by their bytes: all that are well formed, but for those in comments of SQL.
pub(crate) fn scan(text: &str, dialect: Option<Dialect>) -> Vec<(Range<usize>, Placeholder)> {
    let comments: Vec<Range<usize>> = dialect
        .and_then(|dialect| lex(text, dialect).ok())
        .unwrap_or_default()
        .into_iter()
        .filter(|token| token.kind == TokenKind::Comment)
        .map(|token| token.span)
        .collect();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text
        .get(from..)
        .and_then(|rest| rest.find("{{"))
        .map(|at| from + at)
    {
        let comment = comments.partition_point(|comment| comment.end <= at);
        if let Some(comment) = comments
            .get(comment)
            .filter(|comment| comment.contains(&at))
        {
            from = comment.end;
            continue;
        }
        from = at + 1;
        if let Some((read, length)) = text.get(at..).and_then(read_placeholder) {
            from = at + length;
            found.extend(read.ok().map(|placeholder| (at..at + length, placeholder)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_column_are_a_byte() {
        assert_eq!(byte_at("a\nbé\nc", 2, 2), 3);
        assert_eq!(byte_at("é", 1, 2), 0);
        assert_eq!(byte_at("a", 9, 9), 1);
    }

    #[test]
    fn a_path_finds_its_value() {
        let text = r#"{ "find": {"filter": {"a.b": [1, {"c": "x"}]}, "a": {"b": 2}} }"#;
        let at = |path: &str| locate(text, path).map(|span| &text[span]);
        assert_eq!(at("find.filter.a.b.1.c"), Some("\"x\""));
        assert_eq!(at("find.a.b"), Some("2"));
        assert_eq!(at("find.none"), None);
        assert_eq!(at(""), Some(text));
        assert_eq!(locate("{", "a"), None);
    }

    #[test]
    fn placeholders_are_found_in_broken_texts_but_not_in_comments() {
        let text = "SELEC '{{a}}' -- {{no}}\n WHERE {{b:INTEGER}} {{}} {{c:";
        let keys: Vec<String> = scan(text, Some(Dialect::Postgresql))
            .into_iter()
            .map(|(span, placeholder)| format!("{}={}", placeholder.key, &text[span]))
            .collect();
        assert_eq!(keys, ["a={{a}}", "b={{b:INTEGER}}"]);
        assert_eq!(scan(r#"{"a": "{{x}}""#, None).len(), 1);
    }
}
