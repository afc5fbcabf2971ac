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

use super::lexer::{Token, TokenKind, is_word_byte};
use super::position::{Level, NO_VERB, follow, no_value, opened};
use super::{Dialect, significant_after, significant_before};
use crate::{Placeholder, PlaceholderType, Source, read_placeholder};

/// What is wrong with a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TemplateFault {
    /// Which of the two templates.
    pub source: Source,
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
    /// Which of the two templates it stands in.
    pub source: Source,
    /// The placeholder.
    pub placeholder: Placeholder,
    /// What the value becomes there.
    pub place: Place,
    /// Where it is written, in bytes of its template.
    pub span: Range<usize>,
}

/// What a value becomes in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A parameter whose type the server infers, or the placeholder names.
    Value,
    /// A parameter that counts rows (`LIMIT`, `OFFSET`, `FETCH FIRST`): a whole number.
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

/// One statement with placeholders, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqlTemplate {
    /// Whose SQL.
    pub dialect: Dialect,
    /// The pieces in order.
    pub parts: Vec<Part>,
    /// Where values go, in order.
    pub slots: Vec<Slot>,
}

/// Takes the statement that `tokens` are apart, or the expression of a filter.
pub(super) fn compile(
    text: &str,
    dialect: Dialect,
    source: Source,
    tokens: &[Token],
    faults: &mut Vec<TemplateFault>,
) -> SqlTemplate {
    let mut compiler = Compiler {
        text,
        dialect,
        source,
        tokens,
        parts: Vec::new(),
        slots: Vec::new(),
        faults,
        levels: vec![Level::default()],
    };
    compiler.run();
    SqlTemplate {
        dialect,
        parts: compiler.parts,
        slots: compiler.slots,
    }
}

/// The compilation of one statement.
pub(super) struct Compiler<'a> {
    pub(super) text: &'a str,
    pub(super) dialect: Dialect,
    pub(super) source: Source,
    pub(super) tokens: &'a [Token],
    pub(super) parts: Vec<Part>,
    pub(super) slots: Vec<Slot>,
    pub(super) faults: &'a mut Vec<TemplateFault>,
    /// The parentheses that are open, the statement itself first.
    pub(super) levels: Vec<Level>,
}

impl Compiler<'_> {
    fn run(&mut self) {
        let mut index = 0;
        while let Some(token) = self.tokens.get(index) {
            let mut next = index + 1;
            match &token.kind {
                TokenKind::Placeholder => next = self.bare(index),
                TokenKind::Literal(literal) => next = self.literal(index, literal),
                TokenKind::QuotedIdentifier { body } => self.quoted_identifier(token, body),
                TokenKind::ExecutableComment => {
                    self.copy(&token.span);
                    self.refuse_placeholders(
                        token,
                        "A placeholder can't stand in a comment that the server runs.",
                    );
                }
                TokenKind::Parameter => self.fault(
                    "stray_parameter",
                    "The statement has a parameter marker of its own. Write a placeholder instead: {{name}}.",
                    token.span.clone(),
                ),
                TokenKind::Symbol('(') => {
                    self.levels.push(opened(self.text, self.tokens, index));
                    self.copy(&token.span);
                }
                TokenKind::Symbol(')') => {
                    if self.levels.len() > 1 {
                        self.levels.pop();
                    }
                    self.copy(&token.span);
                }
                TokenKind::Word => {
                    if let Some(level) = self.levels.last_mut() {
                        follow(self.text, self.tokens, index, level);
                    }
                    self.copy(&token.span);
                }
                _ => self.copy(&token.span),
            }
            index = next;
        }
    }

    pub(super) fn fault(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Range<usize>,
    ) {
        self.faults.push(TemplateFault {
            source: self.source,
            code,
            message: message.into(),
            span,
        });
    }

    pub(super) fn level(&self) -> Level {
        self.levels.last().copied().unwrap_or_default()
    }

    pub(super) fn copy(&mut self, span: &Range<usize>) {
        self.sql(&self.text[span.clone()]);
    }

    pub(super) fn sql(&mut self, sql: &str) {
        match self.parts.last_mut() {
            Some(Part::Sql(text)) => text.push_str(sql),
            _ => self.parts.push(Part::Sql(sql.to_owned())),
        }
    }

    pub(super) fn slot(&mut self, placeholder: Placeholder, place: Place, span: Range<usize>) {
        self.parts.push(Part::Slot(self.slots.len()));
        self.slots.push(Slot {
            source: self.source,
            placeholder,
            place,
            span,
        });
    }

    /// The placeholder at the start of `span`; a fault is noted.
    pub(super) fn read(&mut self, span: &Range<usize>) -> Option<Placeholder> {
        match read_placeholder(&self.text[span.clone()]) {
            Some((Ok(placeholder), _)) => {
                if placeholder.unique {
                    self.fault(
                        "unique_on_sql",
                        "Whether a value is unique is for a constraint of the table to say, not for a placeholder.",
                        span.clone(),
                    );
                }
                Some(placeholder)
            }
            Some((Err(error), _)) => {
                self.fault(error.code, error.message, span.clone());
                None
            }
            None => {
                self.fault(
                    "bad_placeholder",
                    "A placeholder is {{name}} or {{name:TYPE}}.",
                    span.clone(),
                );
                None
            }
        }
    }

    fn refuse_placeholders(&mut self, token: &Token, message: &str) {
        if self.text[token.span.clone()]
            .match_indices("{{")
            .any(|(at, _)| read_placeholder(&self.text[token.span.start + at..]).is_some())
        {
            self.fault("misplaced_placeholder", message, token.span.clone());
        }
    }

    /// The index of the piece before this one that is neither space nor comment.
    pub(super) fn before(&self, index: usize) -> Option<usize> {
        significant_before(self.tokens, index)
    }

    fn is_word(&self, index: usize, word: &str) -> bool {
        super::is_word(self.text, &self.tokens[index], word)
    }

    fn word_before(&self, index: usize, word: &str) -> bool {
        self.before(index)
            .is_some_and(|before| self.is_word(before, word))
    }

    /// A placeholder in the open; answers the index to go on at.
    fn bare(&mut self, index: usize) -> usize {
        let span = self.tokens[index].span.clone();
        let Some(placeholder) = self.read(&span) else {
            return index + 1;
        };
        let bytes = self.text.as_bytes();
        let glued = |byte: Option<&u8>| byte.is_some_and(|byte| is_word_byte(*byte));
        let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(span.end);
        // `a{{x}}` would be a name to the server, and `{{x}}{{y}}` one parameter of a higher number.
        if glued(before) || glued(after) || self.text[span.end..].starts_with("{{") {
            self.fault(
                "glued_placeholder",
                "A placeholder stands apart from the words around it.",
                span,
            );
            return index + 1;
        }
        let words = match placeholder.kind() {
            PlaceholderType::Identifier(_) => Some(Place::Identifier),
            PlaceholderType::Keyword(_) => Some(Place::Keyword),
            _ => None,
        };
        match words {
            Some(place) => {
                self.slot(placeholder, place, span);
                index + 1
            }
            None => self.with_cast(index, |compiler| {
                compiler.whole(index, placeholder, span);
            }),
        }
    }

    /// A placeholder that is the whole of a value, with quotes around it or without.
    pub(super) fn whole(&mut self, index: usize, placeholder: Placeholder, span: Range<usize>) {
        if let Some((code, message)) = self.no_value(index) {
            self.fault(code, message, span);
            return;
        }
        if placeholder.kind() == &PlaceholderType::Array && self.word_before(index, "IN") {
            self.sql("(");
            self.slot(placeholder, Place::List, span);
            self.sql(")");
            return;
        }
        let place = if placeholder.kind() == &PlaceholderType::Array && self.in_list(index) {
            Place::List
        } else if self.counts_rows(index) {
            self.check_row_count(&placeholder, &span);
            Place::RowCount
        } else {
            Place::Value
        };
        self.slot(placeholder, place, span);
    }

    /// Why a value can't stand at `index`.
    pub(super) fn no_value(&self, index: usize) -> Option<(&'static str, &'static str)> {
        if self.source == Source::Data && self.before(index).is_none() {
            return Some(NO_VERB);
        }
        no_value(self.text, self.tokens, index, self.dialect, self.level())
    }

    fn check_row_count(&mut self, placeholder: &Placeholder, span: &Range<usize>) {
        let number = matches!(
            placeholder.kind,
            None | Some(
                PlaceholderType::Integer | PlaceholderType::String | PlaceholderType::NumberString
            )
        );
        if !number {
            self.fault(
                "needs_integer",
                "A number of rows is a whole number: {{limit:INTEGER}}.",
                span.clone(),
            );
        }
        if placeholder.optional && self.dialect != Dialect::Postgresql {
            let message = match self.dialect {
                Dialect::Sqlite => "SQLite has no LIMIT of NULL, so this input can't be optional.",
                _ => "MySQL has no LIMIT of NULL, so this input can't be optional.",
            };
            self.fault("needs_integer", message, span.clone());
        }
    }

    /// Whether the place is a whole item of the list that `IN` opens.
    fn in_list(&self, index: usize) -> bool {
        let symbol = |at: Option<usize>, symbols: [char; 2]| {
            at.is_some_and(|at| {
                symbols
                    .iter()
                    .any(|symbol| self.tokens[at].kind == TokenKind::Symbol(*symbol))
            })
        };
        self.level().in_list
            && symbol(self.before(index), ['(', ','])
            && symbol(significant_after(self.tokens, index + 1), [',', ')'])
    }

    /// Whether the place counts rows: after LIMIT or OFFSET, after FETCH FIRST, or after the comma of `LIMIT 5, 10`, which MySQL and
    /// SQLite have.
    fn counts_rows(&self, index: usize) -> bool {
        let Some(before) = self.before(index) else {
            return false;
        };
        if self.is_word(before, "LIMIT") || self.is_word(before, "OFFSET") {
            return true;
        }
        if self.is_word(before, "FIRST") || self.is_word(before, "NEXT") {
            return self.word_before(before, "FETCH");
        }
        self.dialect != Dialect::Postgresql
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
            self.fault(
                "needs_identifier",
                "Only a name can stand in these quotes. List the names that are allowed: {{column:IDENTIFIER(a|b)}}.",
                body.clone(),
            );
            return;
        };
        if names.iter().any(|name| name.contains('.')) {
            self.fault(
                "needs_identifier",
                "Between quotes a name has no dots: leave the quotes out, and each part gets its own.",
                body.clone(),
            );
            return;
        }
        let open = token.span.start..body.start;
        self.copy(&open);
        self.slot(placeholder, Place::QuotedIdentifier, body.clone());
        self.copy(&(body.end..token.span.end));
    }
}
