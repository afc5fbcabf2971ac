//! From a template with placeholders to a statement with parameters.
//!
//! | written | becomes |
//! |---|---|
//! | `{{x}}`, `'{{x}}'` | a parameter |
//! | `'%{{x}}%'` | a concatenation of the literal's pieces with a parameter |
//! | `DATE '{{x}}'`, `INTERVAL '{{x}} days'` | a cast of either |
//! | `IN ({{x:ARRAY}})` | as many parameters as there are items |
//! | `ORDER BY {{x:IDENTIFIER(a\|b)}}`, `{{x:KEYWORD(ASC\|DESC)}}` | the word of the list that was given |
//!
//! In comments braces are text. Everywhere else a placeholder that can't be a value is a fault of the template.

use std::ops::Range;

use super::Dialect;
use super::lexer::{Literal, LiteralStyle, Token, TokenKind, is_word_byte, lex};
use super::typed_literal::{TypeName, fields_after, type_before};
use crate::{Placeholder, PlaceholderType, read_placeholder};

/// What is wrong with a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TemplateFault {
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
    /// Where, in bytes of the template.
    pub span: Range<usize>,
}

/// A placeholder and the place where its value goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The placeholder.
    pub placeholder: Placeholder,
    /// What the value becomes there.
    pub place: Place,
    /// Where it is written, in bytes of the template.
    pub span: Range<usize>,
}

/// What a value becomes in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A parameter whose type the server infers, or the placeholder names.
    Value,
    /// A parameter that counts rows (`LIMIT`, `OFFSET`): a whole number.
    RowCount,
    /// A parameter of text, joined to the pieces of a literal.
    Text,
    /// Items of an `IN` list.
    List,
    /// A name of the template's list; quoted when it is written.
    Identifier,
    /// A name between quotes that the template has.
    QuotedIdentifier,
    /// A keyword of the template's list.
    Keyword,
}

/// A piece of a compiled template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// SQL as it is.
    Sql(String),
    /// The slot with this index.
    Slot(usize),
}

/// A template taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqlTemplate {
    /// Whose SQL.
    pub dialect: Dialect,
    /// The pieces in order.
    pub parts: Vec<Part>,
    /// Where values go, in order.
    pub slots: Vec<Slot>,
}

impl SqlTemplate {
    /// Takes a template apart.
    ///
    /// # Errors
    /// With every fault of the template.
    pub fn compile(text: &str, dialect: Dialect) -> Result<Self, Vec<TemplateFault>> {
        if let Some(at) = text.find('\0') {
            return Err(vec![fault(
                "forbidden_nul",
                "The template holds a NUL character.",
                at..at + 1,
            )]);
        }
        let tokens = lex(text, dialect)
            .map_err(|error| vec![fault("unclosed", error.message, error.at..text.len())])?;
        let mut compiler = Compiler {
            text,
            dialect,
            tokens: &tokens,
            parts: Vec::new(),
            slots: Vec::new(),
            faults: Vec::new(),
            opened: Vec::new(),
        };
        compiler.run();
        if !compiler.faults.is_empty() {
            return Err(compiler.faults);
        }
        Ok(Self {
            dialect,
            parts: compiler.parts,
            slots: compiler.slots,
        })
    }
}

pub(super) fn fault(
    code: &'static str,
    message: impl Into<String>,
    span: Range<usize>,
) -> TemplateFault {
    TemplateFault {
        code,
        message: message.into(),
        span,
    }
}

struct Compiler<'a> {
    text: &'a str,
    dialect: Dialect,
    tokens: &'a [Token],
    parts: Vec<Part>,
    slots: Vec<Slot>,
    faults: Vec<TemplateFault>,
    /// For each open parenthesis, whether `IN` stands before it.
    opened: Vec<bool>,
}

/// A piece of a literal.
enum Piece {
    Raw(Range<usize>),
    Slot(Placeholder, Range<usize>),
}

impl Compiler<'_> {
    fn run(&mut self) {
        let mut index = 0;
        while let Some(token) = self.tokens.get(index) {
            let mut next = index + 1;
            match &token.kind {
                TokenKind::Placeholder => self.bare(index),
                TokenKind::Literal(literal) => next = self.literal(index, literal),
                TokenKind::QuotedIdentifier { body } => self.quoted_identifier(token, body),
                TokenKind::ExecutableComment => {
                    self.copy(&token.span);
                    self.refuse_placeholders(
                        token,
                        "A placeholder can't stand in a comment that the server runs.",
                    );
                }
                TokenKind::Parameter => self.faults.push(fault(
                    "stray_parameter",
                    "The statement has a parameter marker of its own. Write a placeholder instead: {{name}}.",
                    token.span.clone(),
                )),
                TokenKind::Symbol('(') => {
                    self.opened.push(self.word_before(index, "IN"));
                    self.copy(&token.span);
                }
                TokenKind::Symbol(')') => {
                    self.opened.pop();
                    self.copy(&token.span);
                }
                _ => self.copy(&token.span),
            }
            index = next;
        }
    }

    fn copy(&mut self, span: &Range<usize>) {
        self.sql(&self.text[span.clone()]);
    }

    fn sql(&mut self, sql: &str) {
        match self.parts.last_mut() {
            Some(Part::Sql(text)) => text.push_str(sql),
            _ => self.parts.push(Part::Sql(sql.to_owned())),
        }
    }

    fn slot(&mut self, placeholder: Placeholder, place: Place, span: Range<usize>) {
        self.parts.push(Part::Slot(self.slots.len()));
        self.slots.push(Slot {
            placeholder,
            place,
            span,
        });
    }

    /// The placeholder at the start of `span`; a fault is noted.
    fn read(&mut self, span: &Range<usize>) -> Option<Placeholder> {
        match read_placeholder(&self.text[span.clone()]) {
            Some((Ok(placeholder), _)) => {
                if placeholder.unique {
                    self.faults.push(fault(
                        "unique_on_sql",
                        "Whether a value is unique is for a constraint of the table to say, not for a placeholder.",
                        span.clone(),
                    ));
                }
                Some(placeholder)
            }
            Some((Err(error), _)) => {
                self.faults
                    .push(fault(error.code, error.message, span.clone()));
                None
            }
            None => {
                self.faults.push(fault(
                    "bad_placeholder",
                    "A placeholder is {{name}} or {{name:TYPE}}.",
                    span.clone(),
                ));
                None
            }
        }
    }

    fn refuse_placeholders(&mut self, token: &Token, message: &str) {
        if self.text[token.span.clone()]
            .match_indices("{{")
            .any(|(at, _)| read_placeholder(&self.text[token.span.start + at..]).is_some())
        {
            self.faults
                .push(fault("misplaced_placeholder", message, token.span.clone()));
        }
    }

    /// The index of the piece before this one that is neither space nor comment.
    fn before(&self, index: usize) -> Option<usize> {
        super::significant_before(self.tokens, index)
    }

    fn is_word(&self, index: usize, word: &str) -> bool {
        super::is_word(self.text, &self.tokens[index], word)
    }

    fn word_before(&self, index: usize, word: &str) -> bool {
        self.before(index)
            .is_some_and(|before| self.is_word(before, word))
    }

    /// A placeholder in the open.
    fn bare(&mut self, index: usize) {
        let span = self.tokens[index].span.clone();
        let Some(placeholder) = self.read(&span) else {
            return;
        };
        let bytes = self.text.as_bytes();
        let glued = |byte: Option<&u8>| byte.is_some_and(|byte| is_word_byte(*byte));
        let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(span.end);
        // `a{{x}}` would be a name to the server, and `{{x}}{{y}}` one parameter of a higher number.
        if glued(before) || glued(after) || self.text[span.end..].starts_with("{{") {
            self.faults.push(fault(
                "glued_placeholder",
                "A placeholder stands apart from the words around it.",
                span,
            ));
            return;
        }
        let place = match placeholder.kind() {
            PlaceholderType::Identifier(_) => Place::Identifier,
            PlaceholderType::Keyword(_) => Place::Keyword,
            PlaceholderType::Array if self.in_list(index) => Place::List,
            _ if self.counts_rows(index) => Place::RowCount,
            _ => Place::Value,
        };
        self.slot(placeholder, place, span);
    }

    /// Whether the place is an item of the list that `IN` opens.
    fn in_list(&self, index: usize) -> bool {
        self.opened.last() == Some(&true)
            && self.before(index).is_some_and(|before| {
                matches!(self.tokens[before].kind, TokenKind::Symbol('(' | ','))
            })
    }

    /// Whether the place counts rows: after LIMIT or OFFSET, or after the comma of MySQL's `LIMIT 5, 10`.
    fn counts_rows(&self, index: usize) -> bool {
        let Some(before) = self.before(index) else {
            return false;
        };
        if self.is_word(before, "LIMIT") || self.is_word(before, "OFFSET") {
            return true;
        }
        self.dialect == Dialect::Mysql
            && self.tokens[before].kind == TokenKind::Symbol(',')
            && self
                .before(before)
                .is_some_and(|number| self.word_before(number, "LIMIT"))
    }

    fn quoted_identifier(&mut self, token: &Token, body: &Range<usize>) {
        let inside = &self.text[body.clone()];
        let whole = inside.starts_with("{{")
            && read_placeholder(inside).is_some_and(|(_, length)| length == inside.len());
        if !whole {
            self.copy(&token.span);
            self.refuse_placeholders(
                token,
                "A name can't be put together from pieces. List the names that are allowed: \"{{column:IDENTIFIER(a|b)}}\".",
            );
            return;
        }
        let Some(placeholder) = self.read(body) else {
            return;
        };
        let names = placeholder
            .kind()
            .words()
            .filter(|_| matches!(placeholder.kind(), PlaceholderType::Identifier(_)));
        let Some(names) = names else {
            self.faults.push(fault(
                "needs_identifier",
                "Only a name can stand in these quotes. List the names that are allowed: {{column:IDENTIFIER(a|b)}}.",
                body.clone(),
            ));
            return;
        };
        if names.iter().any(|name| name.contains('.')) {
            self.faults.push(fault(
                "needs_identifier",
                "Between quotes a name has no dots: leave the quotes out, and each part gets its own.",
                body.clone(),
            ));
            return;
        }
        let open = token.span.start..body.start;
        self.copy(&open);
        self.slot(placeholder, Place::QuotedIdentifier, body.clone());
        self.copy(&(body.end..token.span.end));
    }

    /// A literal; answers the index to go on at.
    fn literal(&mut self, index: usize, literal: &Literal) -> usize {
        let token = &self.tokens[index];
        let pieces = self.pieces(literal);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Slot(..))) {
            self.copy(&token.span);
            return index + 1;
        }
        if literal.style == LiteralStyle::Bits {
            self.faults.push(fault(
                "misplaced_placeholder",
                "A placeholder can't stand in a literal of bits or hexadecimal digits. Use {{name:BYTES}} without the quotes.",
                token.span.clone(),
            ));
            return index + 1;
        }
        let whole = pieces.len() == 1;
        if literal.style == LiteralStyle::Unicode && !whole {
            self.faults.push(fault(
                "misplaced_placeholder",
                "A placeholder can't be a part of a U& literal.",
                token.span.clone(),
            ));
            return index + 1;
        }
        let wrong = pieces.iter().find_map(|piece| match piece {
            Piece::Slot(placeholder, span) if placeholder.kind().words().is_some() => Some(span),
            _ => None,
        });
        if let Some(span) = wrong {
            self.faults.push(fault(
                "misplaced_placeholder",
                "IDENTIFIER and KEYWORD stand where a name or a keyword stands, not in a string.",
                span.clone(),
            ));
            return index + 1;
        }
        let cast = type_before(self.text, self.tokens, index, self.dialect);
        if let Some(cast) = &cast {
            self.open_cast(cast);
        }
        if whole {
            for piece in pieces {
                if let Piece::Slot(placeholder, span) = piece {
                    self.slot(placeholder, Place::Value, span);
                }
            }
        } else {
            self.concatenation(token, literal, pieces);
        }
        match cast {
            Some(cast) => self.close_cast(index, &cast),
            None => index + 1,
        }
    }

    /// The literal's text and its placeholders, in order.
    fn pieces(&mut self, literal: &Literal) -> Vec<Piece> {
        let body = literal.body.clone();
        let backslashes = literal.has_backslashes(self.dialect);
        let bytes = self.text.as_bytes();
        let mut pieces = Vec::new();
        let mut start = body.start;
        let mut at = body.start;
        while at < body.end {
            if bytes[at] == b'\\' && backslashes {
                at += 2;
                continue;
            }
            let found = if bytes[at] == b'{' {
                read_placeholder(&self.text[at..body.end])
            } else {
                None
            };
            let Some((_, length)) = found else {
                at += 1;
                continue;
            };
            let span = at..at + length;
            if let Some(placeholder) = self.read(&span) {
                if start < at {
                    pieces.push(Piece::Raw(start..at));
                }
                pieces.push(Piece::Slot(placeholder, span.clone()));
                start = span.end;
            }
            at = span.end;
        }
        if start < body.end {
            pieces.push(Piece::Raw(start..body.end));
        }
        pieces
    }

    fn concatenation(&mut self, token: &Token, literal: &Literal, pieces: Vec<Piece>) {
        let open = &self.text[token.span.start..literal.body.start];
        let close = &self.text[literal.body.end..token.span.end];
        let postgresql = self.dialect == Dialect::Postgresql;
        self.sql(if postgresql { "(" } else { "CONCAT(" });
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                self.sql(if postgresql { " || " } else { ", " });
            }
            match piece {
                Piece::Raw(span) => {
                    let raw = format!("{open}{}{close}", &self.text[span]);
                    self.sql(&raw);
                }
                Piece::Slot(placeholder, span) => {
                    // PostgreSQL would infer the type of an array or of a range from its neighbour otherwise.
                    self.sql(if postgresql { "CAST(" } else { "" });
                    self.slot(placeholder, Place::Text, span);
                    self.sql(if postgresql { " AS text)" } else { "" });
                }
            }
        }
        self.sql(")");
    }

    /// Takes the type's name back that was already copied, and opens a cast in its place.
    fn open_cast(&mut self, cast: &TypeName) {
        let written = self.text[cast.from..cast.to].len();
        if let Some(Part::Sql(text)) = self.parts.last_mut() {
            text.truncate(text.len().saturating_sub(written));
        }
        self.sql("CAST(");
    }

    fn close_cast(&mut self, index: usize, cast: &TypeName) -> usize {
        let (fields, next) = fields_after(self.text, self.tokens, index, cast);
        let end = format!(" AS {}{fields})", cast.sql);
        self.sql(&end);
        next
    }
}
