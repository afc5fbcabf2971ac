//! Where a SQL text has code, literals, quoted identifiers and comments.
//!
//! Each dialect is read as its server reads it under the session that Tapedeck sets up: PostgreSQL with
//! `standard_conforming_strings` on, MySQL without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`, SQLite without strings in double quotes. A run makes the session so, and
//! what is read here is what the server reads.
//!
//! PostgreSQL: <https://www.postgresql.org/docs/18/sql-syntax-lexical.html>.
//! MySQL: <https://dev.mysql.com/doc/refman/8.4/en/language-structure.html>.
//! SQLite: <https://sqlite.org/lang_keywords.html>, <https://sqlite.org/lang_comment.html>, and `tokenize.c` where they are silent.

use std::ops::Range;

use super::Dialect;

/// A piece of a SQL text. The pieces of a text cover it without gaps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes, quotes and prefixes included.
    pub span: Range<usize>,
}

/// What a piece of a SQL text is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// White space.
    Space,
    /// A comment that the server ignores, or an optimizer hint.
    Comment,
    /// A comment of MySQL that the server runs: `/*! … */`.
    ExecutableComment,
    /// A keyword or a bare identifier.
    Word,
    /// A number.
    Number,
    /// A string literal.
    Literal(Literal),
    /// An identifier in quotes; `body` is between them.
    QuotedIdentifier {
        /// What stands between the quotes.
        body: Range<usize>,
    },
    /// `{{…}}` outside of literals, identifiers and comments: from the braces to the braces, well formed or not.
    Placeholder,
    /// A parameter marker that the template itself has: `$1`, `?`, and SQLite's `?1`, `:name`, `@name` and `$name`.
    Parameter,
    /// Any other single character.
    Symbol(char),
}

/// A string literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Literal {
    /// How it is written.
    pub style: LiteralStyle,
    /// What stands between the quotes; the quotes and the line break where a literal of PostgreSQL goes on are in it.
    pub body: Range<usize>,
}

/// How a string literal is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LiteralStyle {
    /// `'…'` or, on MySQL, `"…"`; also `N'…'` and MySQL's `_utf8mb4'…'`. Backslashes escape on MySQL only.
    Text,
    /// PostgreSQL's `E'…'`.
    Escape,
    /// PostgreSQL's `U&'…'`.
    Unicode,
    /// `B'…'` and `X'…'`.
    Bits,
    /// PostgreSQL's `$tag$…$tag$`.
    Dollar,
}

impl Literal {
    /// Whether a backslash takes the next character with it.
    pub fn has_backslashes(&self, dialect: Dialect) -> bool {
        match self.style {
            LiteralStyle::Escape => true,
            LiteralStyle::Text => dialect == Dialect::Mysql,
            LiteralStyle::Unicode | LiteralStyle::Bits | LiteralStyle::Dollar => false,
        }
    }
}

/// Why a SQL text can't be taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LexFault {
    /// What is not closed.
    pub message: &'static str,
    /// Where it starts.
    pub at: usize,
}

/// Takes a SQL text apart.
///
/// # Errors
/// When a literal, an identifier or a comment is not closed.
pub fn lex(text: &str, dialect: Dialect) -> Result<Vec<Token>, LexFault> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        dialect,
    };
    let mut tokens = Vec::new();
    while lexer.at < lexer.bytes.len() {
        let start = lexer.at;
        let kind = lexer.next()?;
        tokens.push(Token {
            kind,
            span: start..lexer.at,
        });
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

/// Whether a byte can be inside a word. Bytes beyond ASCII are letters to every engine.
pub(crate) const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// The white space of the engines' lexers.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<TokenKind, LexFault> {
        let byte = self.bytes[self.at];
        if is_space(byte) {
            while self.peek(0).is_some_and(is_space) {
                self.at += 1;
            }
            return Ok(TokenKind::Space);
        }
        if let Some(comment) = self.comment()? {
            return Ok(comment);
        }
        if self.rest().starts_with("{{") {
            if let Some((_, length)) = crate::placeholder::read_placeholder(self.rest()) {
                self.at += length;
            } else {
                // No SQL has two braces outside of a literal, so this was meant as a placeholder.
                self.at += 2;
            }
            return Ok(TokenKind::Placeholder);
        }
        match byte {
            b'\'' => self.literal(LiteralStyle::Text, 0),
            b'"' if self.dialect == Dialect::Mysql => self.literal(LiteralStyle::Text, 0),
            b'"' => self.quoted_identifier(0),
            b'`' if self.dialect != Dialect::Postgresql => self.quoted_identifier(0),
            b'[' if self.dialect == Dialect::Sqlite => self.bracketed_identifier(),
            b'?' | b':' | b'@' | b'$' if self.dialect == Dialect::Sqlite => Ok(self.variable()),
            b'$' if self.dialect == Dialect::Postgresql => self.dollar(),
            b'?' if self.dialect == Dialect::Mysql => {
                self.at += 1;
                Ok(TokenKind::Parameter)
            }
            b'0'..=b'9' => Ok(self.number_or_word()),
            _ if is_word_byte(byte) => self.word_or_prefix(),
            _ => {
                self.at += 1;
                Ok(TokenKind::Symbol(char::from(byte)))
            }
        }
    }

    fn comment(&mut self) -> Result<Option<TokenKind>, LexFault> {
        let rest = self.rest();
        let line = match self.dialect {
            Dialect::Postgresql | Dialect::Sqlite => rest.starts_with("--"),
            // MySQL wants white space or a control character after the two dashes.
            Dialect::Mysql => {
                rest.starts_with('#')
                    || (rest.starts_with("--")
                        && self.peek(2).is_none_or(|byte| byte <= b' ' || byte == 0x7f))
            }
        };
        if line {
            let length = match self.dialect {
                Dialect::Postgresql => rest.find(['\n', '\r']),
                Dialect::Mysql | Dialect::Sqlite => rest.find('\n'),
            };
            self.at += length.unwrap_or(rest.len());
            return Ok(Some(TokenKind::Comment));
        }
        if !rest.starts_with("/*") {
            return Ok(None);
        }
        let start = self.at;
        let executable =
            self.dialect == Dialect::Mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!"));
        self.at += 2;
        let mut depth = 1;
        while depth > 0 {
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
            } else if self.dialect == Dialect::Postgresql && rest.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else if rest.is_empty() {
                return Err(LexFault {
                    message: "A comment is not closed.",
                    at: start,
                });
            } else {
                self.at += 1;
            }
        }
        Ok(Some(if executable {
            TokenKind::ExecutableComment
        } else {
            TokenKind::Comment
        }))
    }

    /// A literal whose opening quote is `prefix` bytes ahead.
    fn literal(&mut self, style: LiteralStyle, prefix: usize) -> Result<TokenKind, LexFault> {
        let start = self.at;
        let quote = self.bytes[start + prefix];
        let body = start + prefix + 1;
        let literal = |end: usize| Literal {
            style,
            body: body..end,
        };
        let backslashes = literal(body).has_backslashes(self.dialect);
        let mut next = body;
        loop {
            let end = self.closing(next, quote, backslashes).ok_or(LexFault {
                message: "A string is not closed.",
                at: start,
            })?;
            self.at = end + 1;
            match self.continuation() {
                Some(quote) => next = quote + 1,
                None => return Ok(TokenKind::Literal(literal(end))),
            }
        }
    }

    /// Where the quote stands that goes on with the literal that ended just here. On PostgreSQL a literal goes on after a line break,
    /// by the rules of its first piece: in `E'a'` a backslash still escapes there.
    fn continuation(&self) -> Option<usize> {
        if self.dialect != Dialect::Postgresql {
            return None;
        }
        let mut at = self.at;
        let mut broken = false;
        loop {
            match self.bytes.get(at)? {
                b'\n' | b'\r' => {
                    broken = true;
                    at += 1;
                }
                byte if is_space(*byte) => at += 1,
                b'-' if self.bytes.get(at + 1) == Some(&b'-') => {
                    at += self.text[at..].find(['\n', '\r'])?;
                }
                b'\'' if broken => return Some(at),
                _ => return None,
            }
        }
    }

    /// Where the quote stands that closes what starts at `from`; a doubled one is part of the text.
    fn closing(&self, from: usize, quote: u8, backslashes: bool) -> Option<usize> {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == b'\\' && backslashes {
                at += 2;
            } else if byte != quote {
                at += 1;
            } else if self.bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return Some(at);
            }
        }
        None
    }

    fn quoted_identifier(&mut self, prefix: usize) -> Result<TokenKind, LexFault> {
        let start = self.at;
        let quote = self.bytes[start + prefix];
        let body = start + prefix + 1;
        let end = self.closing(body, quote, false).ok_or(LexFault {
            message: "A quoted name is not closed.",
            at: start,
        })?;
        self.at = end + 1;
        Ok(TokenKind::QuotedIdentifier { body: body..end })
    }

    /// SQLite's `[name]`, as Microsoft's servers write it; nothing escapes the bracket that closes it.
    fn bracketed_identifier(&mut self) -> Result<TokenKind, LexFault> {
        let start = self.at;
        let length = self.rest().find(']').ok_or(LexFault {
            message: "A quoted name is not closed.",
            at: start,
        })?;
        self.at += length + 1;
        Ok(TokenKind::QuotedIdentifier {
            body: start + 1..start + length,
        })
    }

    /// SQLite's variables: `?`, `?1`, `:name`, `@name`, `$name`; a lone mark is none.
    fn variable(&mut self) -> TokenKind {
        let mark = self.bytes[self.at];
        self.at += 1;
        if mark == b'?' {
            while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
            return TokenKind::Parameter;
        }
        let name = self.at;
        self.take_word();
        if self.at == name {
            TokenKind::Symbol(char::from(mark))
        } else {
            TokenKind::Parameter
        }
    }

    /// `$1`, `$tag$…$tag$` or a lone dollar.
    fn dollar(&mut self) -> Result<TokenKind, LexFault> {
        let start = self.at;
        let tag = self.bytes[start + 1..]
            .iter()
            .take_while(|byte| is_word_byte(**byte) && **byte != b'$')
            .count();
        let first = self.peek(1);
        if first.is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1 + tag;
            return Ok(TokenKind::Parameter);
        }
        if self.peek(1 + tag) != Some(b'$') {
            self.at += 1;
            return Ok(TokenKind::Symbol('$'));
        }
        let body = start + tag + 2;
        let delimiter = &self.text[start..body];
        let length = self.text[body..].find(delimiter).ok_or(LexFault {
            message: "A dollar-quoted string is not closed.",
            at: start,
        })?;
        let end = body + length;
        self.at = end + delimiter.len();
        Ok(TokenKind::Literal(Literal {
            style: LiteralStyle::Dollar,
            body: body..end,
        }))
    }

    fn take_word(&mut self) {
        while self.peek(0).is_some_and(is_word_byte) {
            self.at += 1;
        }
    }

    fn number_or_word(&mut self) -> TokenKind {
        let start = self.at;
        loop {
            self.take_word();
            let exponent = self.at > start
                && matches!(self.bytes[self.at - 1], b'e' | b'E')
                && matches!(self.peek(0), Some(b'+' | b'-'))
                && self.peek(1).is_some_and(|byte| byte.is_ascii_digit());
            let point =
                self.peek(0) == Some(b'.') && self.peek(1).is_none_or(|byte| byte.is_ascii_digit());
            if !exponent && !point {
                return TokenKind::Number;
            }
            self.at += 1;
        }
    }

    /// A word, unless it is the prefix of a literal.
    fn word_or_prefix(&mut self) -> Result<TokenKind, LexFault> {
        let start = self.at;
        let first = self.bytes[start].to_ascii_uppercase();
        if self.dialect == Dialect::Postgresql && first == b'U' && self.peek(1) == Some(b'&') {
            match self.peek(2) {
                Some(b'\'') => return self.literal(LiteralStyle::Unicode, 2),
                Some(b'"') => return self.quoted_identifier(2),
                _ => {}
            }
        }
        self.take_word();
        let length = self.at - start;
        let quote = self.peek(0);
        let quoted = quote == Some(b'\'')
            || (quote == Some(b'"') && self.dialect == Dialect::Mysql && first == b'_');
        if !quoted {
            return Ok(TokenKind::Word);
        }
        let style = match (first, length, self.dialect) {
            (b'E', 1, Dialect::Postgresql) => Some(LiteralStyle::Escape),
            (b'X', 1, _) => Some(LiteralStyle::Bits),
            (_, _, Dialect::Sqlite) => None,
            (b'B', 1, _) => Some(LiteralStyle::Bits),
            (b'N', 1, _) | (b'_', _, Dialect::Mysql) => Some(LiteralStyle::Text),
            _ => None,
        };
        match style {
            Some(style) => {
                self.at = start;
                self.literal(style, length)
            }
            None => Ok(TokenKind::Word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces with a letter for what each is, spaces left out.
    fn pieces(text: &str, dialect: Dialect) -> Vec<String> {
        lex(text, dialect)
            .unwrap()
            .into_iter()
            .filter(|token| token.kind != TokenKind::Space)
            .map(|token| {
                let letter = match &token.kind {
                    TokenKind::Space => ' ',
                    TokenKind::Comment => 'c',
                    TokenKind::ExecutableComment => '!',
                    TokenKind::Word => 'w',
                    TokenKind::Number => 'n',
                    TokenKind::Literal(_) => 'l',
                    TokenKind::QuotedIdentifier { .. } => 'i',
                    TokenKind::Placeholder => 'p',
                    TokenKind::Parameter => '$',
                    TokenKind::Symbol(_) => 's',
                };
                format!("{letter}:{}", &text[token.span])
            })
            .collect()
    }

    fn postgresql(text: &str) -> Vec<String> {
        pieces(text, Dialect::Postgresql)
    }

    fn mysql(text: &str) -> Vec<String> {
        pieces(text, Dialect::Mysql)
    }

    #[test]
    fn postgresql_literals() {
        assert_eq!(postgresql(r"'a''b\'"), [r"l:'a''b\'"]);
        assert_eq!(postgresql(r"E'a\'b' e'x'"), [r"l:E'a\'b'", "l:e'x'"]);
        assert_eq!(
            postgresql("U&'d\\0061' U&\"x\""),
            ["l:U&'d\\0061'", "i:U&\"x\""]
        );
        assert_eq!(
            postgresql("$$a'b$$ $q$ $$ $q$"),
            ["l:$$a'b$$", "l:$q$ $$ $q$"]
        );
        assert_eq!(
            postgresql("B'01' x'ff' N'a'"),
            ["l:B'01'", "l:x'ff'", "l:N'a'"]
        );
        assert_eq!(postgresql("type'a'"), ["w:type", "l:'a'"]);
        assert_eq!(
            postgresql("E'a' -- c\n 'b\\'c' 'd'"),
            ["l:E'a' -- c\n 'b\\'c'", "l:'d'"]
        );
        assert_eq!(postgresql("'a' 'b'"), ["l:'a'", "l:'b'"]);
        assert_eq!(postgresql("a$1 $1 $a"), ["w:a$1", "$:$1", "s:$", "w:a"]);
        assert_eq!(postgresql("\"a\"\"b\" `"), ["i:\"a\"\"b\"", "s:`"]);
    }

    #[test]
    fn postgresql_comments_nest_and_operators_hold_question_marks() {
        assert_eq!(
            postgresql("/* a /* b */ c */ 1"),
            ["c:/* a /* b */ c */", "n:1"]
        );
        assert_eq!(postgresql("1--'\n2"), ["n:1", "c:--'", "n:2"]);
        assert_eq!(postgresql("a ? 'b'"), ["w:a", "s:?", "l:'b'"]);
        assert_eq!(
            postgresql("a->'{{k}}'::uuid"),
            ["w:a", "s:-", "s:>", "l:'{{k}}'", "s::", "s::", "w:uuid"]
        );
    }

    #[test]
    fn mysql_literals() {
        assert_eq!(mysql(r#"'a\'b' "a\"b""#), [r"l:'a\'b'", r#"l:"a\"b""#]);
        assert_eq!(mysql("`a``b` $x"), ["i:`a``b`", "w:$x"]);
        assert_eq!(
            mysql("_utf8mb4'a' _utf8mb4\"b\" n'c' b'1'"),
            ["l:_utf8mb4'a'", "l:_utf8mb4\"b\"", "l:n'c'", "l:b'1'"]
        );
        assert_eq!(mysql("a = ?"), ["w:a", "s:=", "$:?"]);
    }

    #[test]
    fn mysql_comments() {
        assert_eq!(mysql("1 # '\n2"), ["n:1", "c:# '", "n:2"]);
        assert_eq!(mysql("1--2"), ["n:1", "s:-", "s:-", "n:2"]);
        assert_eq!(mysql("1-- 2"), ["n:1", "c:-- 2"]);
        assert_eq!(mysql("/* a /* b */ c"), ["c:/* a /* b */", "w:c"]);
        assert_eq!(
            mysql("/*!50000 a */ /*+ b */"),
            ["!:/*!50000 a */", "c:/*+ b */"]
        );
        assert_eq!(mysql("/*M! a */"), ["!:/*M! a */"]);
    }

    #[test]
    fn sqlite_names_variables_and_comments() {
        let sqlite = |text: &str| pieces(text, Dialect::Sqlite);
        assert_eq!(sqlite(r"'a''b\' x'ff'"), [r"l:'a''b\'", "l:x'ff'"]);
        assert_eq!(sqlite("b'1' N'a'"), ["w:b", "l:'1'", "w:N", "l:'a'"]);
        assert_eq!(
            sqlite("\"a\"\"b\" `c` [d \"e'f]"),
            ["i:\"a\"\"b\"", "i:`c`", "i:[d \"e'f]"]
        );
        assert_eq!(
            sqlite("? ?12 :a @b $c : a$1"),
            ["$:?", "$:?12", "$::a", "$:@b", "$:$c", "s::", "w:a$1"]
        );
        assert_eq!(sqlite("1--'\n2"), ["n:1", "c:--'", "n:2"]);
        assert_eq!(
            sqlite("/* a /* b */ c # d"),
            ["c:/* a /* b */", "w:c", "s:#", "w:d"]
        );
        assert_eq!(
            sqlite("/*! a */ 'a' \n 'b'"),
            ["c:/*! a */", "l:'a'", "l:'b'"]
        );
    }

    #[test]
    fn numbers_and_placeholders() {
        assert_eq!(postgresql("1.5e-3+2"), ["n:1.5e-3", "s:+", "n:2"]);
        assert_eq!(
            postgresql("{{a:INTEGER}}+{{b"),
            ["p:{{a:INTEGER}}", "s:+", "p:{{", "w:b"]
        );
    }

    #[test]
    fn what_is_not_closed_is_told() {
        for (text, dialect) in [
            ("'a", Dialect::Postgresql),
            ("\"a", Dialect::Postgresql),
            ("$$a", Dialect::Postgresql),
            ("/* a", Dialect::Postgresql),
            ("/* /* */", Dialect::Postgresql),
            (r"E'a\'", Dialect::Postgresql),
            (r"'a\'", Dialect::Mysql),
            ("`a", Dialect::Mysql),
            ("[a", Dialect::Sqlite),
            ("`a", Dialect::Sqlite),
        ] {
            assert!(lex(text, dialect).is_err(), "{text}");
        }
    }

    #[test]
    fn the_pieces_cover_the_text() {
        let text = "SELECT é, 'x\u{1f600}' FROM t -- end";
        for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
            let tokens = lex(text, dialect).unwrap();
            let whole: String = tokens.into_iter().map(|token| &text[token.span]).collect();
            assert_eq!(whole, text);
        }
    }
}
