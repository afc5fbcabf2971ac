//! Text of servers and records, shown as text: on a terminal some characters are orders (colours, titles, cursors) and
//! some turn the direction of what follows, so that a line reads as another one.

use std::borrow::Cow;
use std::fmt::Write;

/// For a person: each such character as its escape.
pub fn for_a_person(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, shown| {
        shown.extend(letter.escape_unicode());
    })
}

/// JSON that means the same: what may not be seen as it is stands only inside of strings, and is escaped there.
pub fn for_json(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, shown| {
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a String can't fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(gives_orders) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if gives_orders(letter) {
            escape(letter, &mut shown);
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Control characters but those that lay text out, and what turns or isolates its direction.
fn gives_orders(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{for_a_person, for_json};

    const HOSTILE: &str = "a\u{1b}[2J\u{7}b\u{9b}31m\u{202e}c\u{2067}\td\r\ne é 𝄞";

    #[test]
    fn what_gives_orders_is_shown_as_its_escape() {
        assert_eq!(
            for_a_person(HOSTILE),
            "a\\u{1b}[2J\\u{7}b\\u{9b}31m\\u{202e}c\\u{2067}\td\\u{d}\ne é 𝄞"
        );
        assert_eq!(for_a_person("é\tplain\n"), "é\tplain\n");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ HOSTILE: [HOSTILE] });
        let text = value.to_string();
        let shown = for_json(&text);
        assert!(!shown.contains(super::gives_orders), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
