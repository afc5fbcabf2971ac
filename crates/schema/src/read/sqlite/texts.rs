//! What only the text of a table tells.

/// A piece of a text that is no space and no comment.
struct Piece<'a> {
    text: &'a str,
    /// Whether it is a bare word, and no name or string in quotes.
    word: bool,
    at: usize,
}

/// The pieces of a statement that SQLite has read: everything in it is closed.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let bytes = text.as_bytes();
    let is_word =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &text[at..];
        let (length, word, keep) = if byte.is_ascii_whitespace() {
            (1, false, false)
        } else if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), false, false)
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            (end, false, false)
        } else if matches!(byte, b'\'' | b'"' | b'`') {
            (closed(rest, char::from(byte)), false, true)
        } else if byte == b'[' {
            (
                rest.find(']').map_or(rest.len(), |end| end + 1),
                false,
                true,
            )
        } else if matches!(byte, b'x' | b'X') && rest[1..].starts_with('\'') {
            (1 + closed(&rest[1..], '\''), false, true)
        } else if byte.is_ascii_digit() {
            (number(rest), false, true)
        } else if is_word(byte) {
            let end = bytes[at..]
                .iter()
                .take_while(|byte| is_word(**byte))
                .count();
            (end, true, true)
        } else {
            let operator = OPERATORS.iter().find(|known| rest.starts_with(**known));
            let one = rest.chars().next().map_or(1, char::len_utf8);
            (operator.map_or(one, |known| known.len()), false, true)
        };
        if keep {
            found.push(Piece {
                text: &rest[..length],
                word,
                at,
            });
        }
        at += length.max(1);
    }
    found
}

/// Operators of several characters, the longest first where one starts like another.
const OPERATORS: [&str; 10] = ["->>", "->", "<=", ">=", "<>", "!=", "==", "||", "<<", ">>"];

/// How long the number is that a text begins with: digits, a point, an exponent with its sign.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let sign = matches!(byte, b'+' | b'-')
            && matches!(bytes.get(at.wrapping_sub(1)), Some(b'e' | b'E'))
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
            && !text.starts_with("0x");
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || sign) {
            break;
        }
        at += 1;
    }
    at
}

/// How long what begins with a quote is; a doubled quote is part of it.
fn closed(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            continue;
        }
        if letters.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// The text in one line: its pieces with a space between them.
pub(super) fn one_line(text: &str) -> String {
    let pieces: Vec<&str> = pieces(text).iter().map(|piece| piece.text).collect();
    pieces.join(" ")
}

/// Whether a bare word stands in the text.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    pieces(text)
        .iter()
        .any(|piece| piece.word && piece.text.eq_ignore_ascii_case(word))
}

/// What the checks of a table ask for, sorted: SQLite does not say whose a check is.
pub(super) fn checks(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let opens = pieces.get(index + 1).is_some_and(|next| next.text == "(");
        if !(piece.word && piece.text.eq_ignore_ascii_case("CHECK") && opens) {
            continue;
        }
        let mut depth = 0_usize;
        for (end, inside) in pieces.iter().enumerate().skip(index + 1) {
            match inside.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let from = pieces[index + 1].at + 1;
                found.push(one_line(&text[from..pieces[end].at]));
                break;
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_found_where_they_stand() {
        let text = "CREATE TABLE \"check (\" (a INTEGER CHECK (a > 0), -- CHECK (no)\n b TEXT DEFAULT 'CHECK (b)',\n \
                    CONSTRAINT c CHECK ( length( b )<9 /* x */ ))";
        assert_eq!(checks(text), ["a > 0", "length ( b ) < 9"]);
        assert!(!has_word(text, "AUTOINCREMENT"));
        assert!(has_word(
            "CREATE TABLE t (id INTEGER PRIMARY KEY autoincrement)",
            "AUTOINCREMENT"
        ));
        assert_eq!(one_line("a  [b c]\n'd''e'"), "a [b c] 'd''e'");
        // What is one piece to SQLite stays one.
        assert_eq!(
            one_line("a>=0.5 AND b<>x'00' OR c->>'$.d'||1.5e-3!=e"),
            "a >= 0.5 AND b <> x'00' OR c ->> '$.d' || 1.5e-3 != e"
        );
    }
}
