//! Passwords given as flags on the command lines of the engines' clients: `mysql -psecret`, `mongosh --password secret`.

use std::borrow::Cow;

use crate::MASK;
use crate::reference::is_only_references;

/// Programs that take a password glued to `-p`, and those that take it as the next word.
const GLUED: [&str; 2] = ["mysql", "mariadb"];
const SPACED: [&str; 1] = ["mongo"];

/// The text with `***` for each such password.
pub(crate) fn hide_flags(text: &str) -> Cow<'_, str> {
    let mut hidden = String::new();
    let mut copied = 0;
    let mut position = 0;
    while let Some(offset) = memchr::memmem::find(&text.as_bytes()[position..], b" -") {
        let flag = position + offset + 1;
        position = flag + 1;
        let word = &text[flag..];
        let word = &word[..word.find(char::is_whitespace).unwrap_or(word.len())];
        let is_long = word == "--password";
        let is_short = word.starts_with("-p") && !word.starts_with("-port");
        if !is_long && !is_short {
            continue;
        }
        let line = text[..flag].rfind('\n').map_or(0, |end| end + 1);
        // A line of a log has its program near; the whole of a long one is not looked at for each flag.
        let mut near = flag.saturating_sub(256).max(line);
        while !text.is_char_boundary(near) {
            near += 1;
        }
        let before = &text[near..flag];
        let names = |programs: &[&str]| programs.iter().any(|program| before.contains(program));
        let start = if is_short && word.len() > 2 && names(&GLUED) {
            flag + 2
        } else if (is_long || word.len() == 2) && names(&SPACED) {
            let after = flag + word.len();
            after + (text[after..].len() - text[after..].trim_start_matches([' ', '\t']).len())
        } else {
            continue;
        };
        let value = quoted_or_word(&text[start..]);
        let bare = value.trim_matches(['\'', '"']);
        if bare.is_empty() || bare == MASK || bare.starts_with('-') || is_only_references(bare) {
            continue;
        }
        hidden.push_str(&text[copied..start]);
        hidden.push_str(MASK);
        copied = start + value.len();
        position = copied;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    hidden.push_str(&text[copied..]);
    Cow::Owned(hidden)
}

/// The shell's word at the start of a text, quotes included.
fn quoted_or_word(text: &str) -> &str {
    let end = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map(|at| at + 2),
        _ => text.find(char::is_whitespace),
    };
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_command_lines_are_hidden() {
        for (text, hidden) in [
            ("mysql -u app -ps3cr3t orders", "mysql -u app -p*** orders"),
            ("mysqldump -p's3cr3t x' orders", "mysqldump -p*** orders"),
            ("$ mariadb -ps3cr3t", "$ mariadb -p***"),
            ("mongosh -u app -p s3cr3t", "mongosh -u app -p ***"),
            (
                "mongodump --password s3cr3t --db x",
                "mongodump --password *** --db x",
            ),
            ("mysql -u app -p orders", "mysql -u app -p orders"),
            ("mysql -p -u app", "mysql -p -u app"),
            ("tar -pxf archive", "tar -pxf archive"),
            ("psql -p 5432 -U app", "psql -p 5432 -U app"),
            ("mysql -p$Secret{K} x", "mysql -p$Secret{K} x"),
            ("mysql\n -pages", "mysql\n -pages"),
        ] {
            assert_eq!(hide_flags(text), hidden, "{text}");
            assert_eq!(hide_flags(hidden), hidden, "{hidden}");
        }
    }
}
