//! The words and signs of JavaScript.

use super::Unread;

/// A piece of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::formats) struct Token {
    pub kind: TokenKind,
    /// From 1.
    pub line: usize,
}

/// What it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::formats) enum TokenKind {
    Word(String),
    Text(String),
    /// As JSON writes it.
    Number(String),
    BigInt(String),
    /// A pattern and its flags.
    Regex(String, String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 26] = [
    "=>", "...", "{", "}", "(", ")", "[", "]", ",", ";", ":", ".", "=", "+", "-", "*", "/", "<",
    ">", "?", "!", "&", "|", "%", "^", "~",
];

/// Takes a file apart.
pub(in crate::formats) fn tokens(text: &str) -> Result<Vec<Token>, Unread> {
    let mut lexer = Lexer {
        text,
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while lexer.at < text.len() {
        lexer.next()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn unread<T>(&self, message: &str) -> Result<T, Unread> {
        Err(Unread {
            line: self.line,
            message: message.to_owned(),
        })
    }

    /// Goes on by so many bytes, and counts the lines in them.
    fn pass(&mut self, length: usize) {
        self.line += self.rest()[..length].matches('\n').count();
        self.at += length;
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token {
            kind,
            line: self.line,
        });
        self.pass(length);
    }

    fn next(&mut self) -> Result<(), Unread> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(());
        };
        if first.is_whitespace() || first == '\u{feff}' {
            self.pass(first.len_utf8());
            return Ok(());
        }
        if rest.starts_with("//") || (self.at == 0 && rest.starts_with("#!")) {
            let length = rest.find('\n').unwrap_or(rest.len());
            self.pass(length);
            return Ok(());
        }
        if rest.starts_with("/*") {
            let Some(length) = rest.find("*/") else {
                return self.unread("A comment is not closed.");
            };
            self.pass(length + 2);
            return Ok(());
        }
        match first {
            '\'' | '"' | '`' => self.string(first),
            '0'..='9' => self.number(),
            '/' if self.value_expected() => self.regex(),
            _ if is_word(first) => {
                let length = rest
                    .find(|letter: char| !is_word(letter))
                    .unwrap_or(rest.len());
                let word = rest[..length].to_owned();
                self.push(TokenKind::Word(word), length);
                Ok(())
            }
            _ => {
                let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) else {
                    return self.unread("A character can't be read here.");
                };
                self.push(TokenKind::Symbol(symbol), symbol.len());
                Ok(())
            }
        }
    }

    /// Whether a slash begins a regular expression, and divides nothing.
    fn value_expected(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(TokenKind::Symbol(symbol)) => !matches!(*symbol, ")" | "]" | "}"),
            Some(TokenKind::Word(word)) => word == "return",
            Some(_) => false,
        }
    }

    fn string(&mut self, quote: char) -> Result<(), Unread> {
        let rest = self.rest();
        let mut text = String::new();
        let mut letters = rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                _ if letter == quote => {
                    self.push(TokenKind::Text(text), at + quote.len_utf8());
                    return Ok(());
                }
                '\\' => {
                    if escape(&mut letters, &mut text).is_none() {
                        return self.unread("An escape in a text can't be read.");
                    }
                }
                '\n' if quote != '`' => return self.unread("A text is not closed."),
                '$' if quote == '`' && rest[at..].starts_with("${") => {
                    return self.unread("A text with a value in it, ${…}, can't be taken over.");
                }
                _ => text.push(letter),
            }
        }
        self.unread("A text is not closed.")
    }

    fn number(&mut self) -> Result<(), Unread> {
        let rest = self.rest();
        let mut length = 0;
        for (at, letter) in rest.char_indices() {
            let sign = matches!(letter, '+' | '-')
                && matches!(rest[..at].chars().last(), Some('e' | 'E'))
                && !rest.starts_with("0x");
            if !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_') || sign) {
                break;
            }
            length = at + letter.len_utf8();
        }
        let written = rest[..length].replace('_', "");
        let radix = |digits: Option<&str>, radix| {
            digits.and_then(|digits| u64::from_str_radix(digits, radix).ok())
        };
        let lower = written.to_ascii_lowercase();
        let whole = radix(lower.strip_prefix("0x"), 16)
            .or_else(|| radix(lower.strip_prefix("0o"), 8))
            .or_else(|| radix(lower.strip_prefix("0b"), 2));
        let kind = if let Some(whole) = whole {
            TokenKind::Number(whole.to_string())
        } else if let Some(digits) = lower
            .strip_suffix('n')
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        {
            TokenKind::BigInt(digits.to_owned())
        } else {
            let digits = match lower.strip_suffix('.') {
                Some(digits) => digits.to_owned(),
                None => lower,
            };
            if serde_json::from_str::<serde_json::Number>(&digits).is_err() {
                return self.unread("A number can't be read.");
            }
            TokenKind::Number(digits)
        };
        self.push(kind, length);
        Ok(())
    }

    fn regex(&mut self) -> Result<(), Unread> {
        let rest = self.rest();
        let mut in_class = false;
        let mut letters = rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => {
                    letters.next();
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '\n' => break,
                '/' if !in_class => {
                    let flags: String = rest[at + 1..]
                        .chars()
                        .take_while(char::is_ascii_alphabetic)
                        .collect();
                    let length = at + 1 + flags.len();
                    let pattern = rest[1..at].to_owned();
                    self.push(TokenKind::Regex(pattern, flags), length);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.unread("A regular expression is not closed.")
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$')
}

/// Reads what stands after a backslash.
fn escape(letters: &mut impl Iterator<Item = (usize, char)>, text: &mut String) -> Option<()> {
    let letter = letters.next()?.1;
    let mut digits = |count: usize| -> Option<u32> {
        let digits: String = letters
            .by_ref()
            .take(count)
            .map(|(_, digit)| digit)
            .collect();
        u32::from_str_radix(&digits, 16).ok()
    };
    let plain = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        '\n' => return Some(()),
        'x' => char::from_u32(digits(2)?)?,
        'u' => {
            let first = digits(4)?;
            if !(0xd800..0xdc00).contains(&first) {
                char::from_u32(first)?
            } else {
                // The two halves of a character beyond sixteen bits.
                let both = letters.next()?.1 == '\\' && letters.next()?.1 == 'u';
                let digits: String = letters.take(4).map(|(_, digit)| digit).collect();
                let second = u32::from_str_radix(&digits, 16).ok()?;
                let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                both.then(|| char::from_u32(0x10000 + ((first - 0xd800) << 10) + low))??
            }
        }
        other => other,
    };
    text.push(plain);
    Some(())
}
