//! A statement of SQL as the words of it: what rules look at, so that they hold for statements that no reader can read.

use templates::sql::{self, Dialect, TokenKind};

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A keyword or a bare name.
    Word,
    /// A name in quotes.
    Quoted,
    /// A text.
    Literal,
    /// A number.
    Number,
    /// Anything else that is one character.
    Symbol(char),
    /// A comment of MySQL that the server runs, or a parameter.
    Other,
}

/// A piece of a statement that is neither space nor comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Word<'a> {
    pub kind: Kind,
    /// As written; for a name or a text in quotes what is between them.
    pub text: &'a str,
}

impl Word<'_> {
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }

    const fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }
}

/// The words of a statement.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Words<'a>(pub Vec<Word<'a>>);

impl<'a> Words<'a> {
    /// None where the lexer can't read it.
    pub fn of(text: &'a str, dialect: Dialect) -> Self {
        let tokens = sql::lex(text, dialect).unwrap_or_default();
        let words = tokens
            .into_iter()
            .filter_map(|token| {
                let (kind, span) = match token.kind {
                    TokenKind::Space | TokenKind::Comment => return None,
                    TokenKind::Word => (Kind::Word, token.span),
                    TokenKind::Number => (Kind::Number, token.span),
                    TokenKind::Literal(literal) => (Kind::Literal, literal.body),
                    TokenKind::QuotedIdentifier { body } => (Kind::Quoted, body),
                    TokenKind::Symbol(symbol) => (Kind::Symbol(symbol), token.span),
                    TokenKind::ExecutableComment
                    | TokenKind::Placeholder
                    | TokenKind::Parameter => (Kind::Other, token.span),
                };
                Some(Word {
                    kind,
                    text: &text[span],
                })
            })
            .collect();
        Self(words)
    }

    pub fn cursor(&self) -> Cursor<'_, 'a> {
        Cursor {
            words: &self.0,
            at: 0,
        }
    }

    /// Whether it begins with a command of psql: `\connect`.
    pub fn begins_client_command(&self) -> bool {
        self.0.first().is_some_and(|word| word.is_symbol('\\'))
    }

    /// The words that begin or end a transaction, where the statement does that.
    pub fn transaction_control(&self) -> Option<&'static str> {
        let mut cursor = self.cursor();
        let mut begins = |words: &[&str]| cursor.eat_all(words);
        if begins(&["BEGIN", "NOT"]) {
            return None;
        }
        for (words, name) in [
            (&["START", "TRANSACTION"][..], "START TRANSACTION"),
            (&["PREPARE", "TRANSACTION"], "PREPARE TRANSACTION"),
            (&["BEGIN"], "BEGIN"),
            (&["COMMIT"], "COMMIT"),
            (&["END"], "END"),
            (&["ABORT"], "ABORT"),
            (&["XA"], "XA"),
        ] {
            if begins(words) {
                return Some(name);
            }
        }
        if begins(&["ROLLBACK"]) {
            // Back to a savepoint, the transaction goes on.
            let _ = cursor.eat("WORK") || cursor.eat("TRANSACTION");
            return (!cursor.eat("TO")).then_some("ROLLBACK");
        }
        if cursor.eat("SET") {
            while cursor.eat_symbol('@') {}
            for scope in ["SESSION", "LOCAL", "GLOBAL"] {
                let _ = cursor.eat(scope) && cursor.eat_symbol('.');
            }
            return cursor.eat("AUTOCOMMIT").then_some("SET autocommit");
        }
        None
    }
}

/// A place in the words of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'w, 'a> {
    words: &'w [Word<'a>],
    at: usize,
}

impl<'w, 'a> Cursor<'w, 'a> {
    pub fn over(words: &'w [Word<'a>]) -> Self {
        Self { words, at: 0 }
    }

    pub fn rest(&self) -> &'w [Word<'a>] {
        &self.words[self.at.min(self.words.len())..]
    }

    pub fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    pub fn next(&mut self) -> Option<&'w Word<'a>> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    /// Takes a word where it stands here.
    pub fn eat(&mut self, word: &str) -> bool {
        self.eat_all(&[word])
    }

    /// Takes words where all of them stand here.
    pub fn eat_all(&mut self, words: &[&str]) -> bool {
        let rest = self.rest();
        let stand =
            rest.len() >= words.len() && words.iter().zip(rest).all(|(word, here)| here.is(word));
        if stand {
            self.at += words.len();
        }
        stand
    }

    /// Takes one of several words.
    pub fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().find(|word| self.eat(word)).copied()
    }

    pub fn eat_symbol(&mut self, symbol: char) -> bool {
        let stands = self
            .rest()
            .first()
            .is_some_and(|word| word.is_symbol(symbol));
        if stands {
            self.at += 1;
        }
        stands
    }

    /// `IF EXISTS` and `IF NOT EXISTS`.
    pub fn if_exists(&mut self) -> bool {
        self.eat_all(&["IF", "EXISTS"]) || self.eat_all(&["IF", "NOT", "EXISTS"])
    }

    /// A name with what it is in: `shop.orders`.
    pub fn name(&mut self) -> Option<String> {
        let first = self.rest().first().filter(|word| word.is_name())?;
        let mut name = first.text.to_owned();
        self.at += 1;
        loop {
            match self.rest() {
                [dot, part, ..] if dot.is_symbol('.') && part.is_name() => {
                    name.push('.');
                    name.push_str(part.text);
                    self.at += 2;
                }
                _ => return Some(name),
            }
        }
    }

    /// Names with commas between them.
    pub fn names(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(name) = self.name() {
            names.push(name);
            if !self.eat_symbol(',') {
                break;
            }
        }
        names
    }

    /// What stands in the parentheses that open here.
    pub fn group(&mut self) -> Option<&'w [Word<'a>]> {
        if !self.eat_symbol('(') {
            return None;
        }
        let start = self.at;
        let mut depth = 1_usize;
        while let Some(word) = self.next() {
            match word.kind {
                Kind::Symbol('(') => depth += 1,
                Kind::Symbol(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(&self.words[start..self.at - 1]);
            }
        }
        Some(&self.words[start..])
    }

    /// The rest, in the parts that commas outside of parentheses make.
    pub fn parts(&self) -> Vec<&'w [Word<'a>]> {
        let rest = self.rest();
        let mut parts = Vec::new();
        let (mut start, mut depth) = (0, 0_usize);
        for (index, word) in rest.iter().enumerate() {
            match word.kind {
                Kind::Symbol('(' | '[') => depth += 1,
                Kind::Symbol(')' | ']') => depth = depth.saturating_sub(1),
                Kind::Symbol(',') if depth == 0 => {
                    parts.push(&rest[start..index]);
                    start = index + 1;
                }
                _ => {}
            }
        }
        parts.push(&rest[start..]);
        parts
    }

    /// Whether these words stand one after another anywhere in the rest, outside of parentheses.
    pub fn has(&self, words: &[&str]) -> bool {
        self.find(words).is_some()
    }

    /// The place after these words, where they stand outside of parentheses.
    pub fn find(&self, words: &[&str]) -> Option<Cursor<'w, 'a>> {
        let mut here = *self;
        loop {
            let mut ahead = here;
            if ahead.eat_all(words) {
                return Some(ahead);
            }
            if here.group().is_none() {
                here.next()?;
            }
        }
    }
}
