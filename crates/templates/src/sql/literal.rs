//! Literals with placeholders in them: parameters, concatenations and casts.

use std::ops::Range;

use super::lexer::{Literal, LiteralStyle, Token, TokenKind};
use super::template::{Compiler, Part, Place};
use super::typed_literal::{fields_after, type_before};
use super::{Dialect, significant_after};
use crate::{Placeholder, PlaceholderType, read_placeholder};

/// A piece of a literal.
enum Piece {
    Raw(Range<usize>),
    Slot(Placeholder, Range<usize>),
}

impl Compiler<'_> {
    /// A literal; answers the index to go on at.
    pub(super) fn literal(&mut self, index: usize, literal: &Literal) -> usize {
        let token = &self.tokens[index];
        let pieces = self.pieces(literal);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Slot(..))) {
            self.copy(&token.span);
            return index + 1;
        }
        if literal.style == LiteralStyle::Bits {
            self.fault(
                "misplaced_placeholder",
                "A placeholder can't stand in a literal of bits or hexadecimal digits. Use {{name:BYTES}} without the quotes.",
                token.span.clone(),
            );
            return index + 1;
        }
        let whole = pieces.len() == 1;
        if literal.style == LiteralStyle::Unicode && !whole {
            self.fault(
                "misplaced_placeholder",
                "A placeholder can't be a part of a U& literal.",
                token.span.clone(),
            );
            return index + 1;
        }
        let wrong = pieces.iter().find_map(|piece| match piece {
            Piece::Slot(placeholder, span) if placeholder.kind().words().is_some() => Some(span),
            _ => None,
        });
        if let Some(span) = wrong {
            self.fault(
                "misplaced_placeholder",
                "IDENTIFIER and KEYWORD stand where a name or a keyword stands, not in a string.",
                span.clone(),
            );
            return index + 1;
        }
        if self.dialect == Dialect::Mysql && self.has_neighbour(index) {
            self.fault(
                "misplaced_placeholder",
                "To MySQL two strings side by side are one. Write them as one string.",
                token.span.clone(),
            );
            return index + 1;
        }
        if whole {
            return self.with_cast(index, |compiler| {
                for piece in pieces {
                    if let Piece::Slot(placeholder, span) = piece {
                        compiler.whole(index, placeholder, span);
                    }
                }
            });
        }
        if let Some((code, message)) = self.no_value(index) {
            self.fault(code, message, token.span.clone());
            return index + 1;
        }
        if !self.joins(token, &pieces) {
            return index + 1;
        }
        self.with_cast(index, |compiler| {
            compiler.concatenation(token, literal, pieces);
        })
    }

    /// Whether another literal stands beside this one.
    fn has_neighbour(&self, index: usize) -> bool {
        [
            self.before(index),
            significant_after(self.tokens, index + 1),
        ]
        .into_iter()
        .flatten()
        .any(|at| matches!(self.tokens[at].kind, TokenKind::Literal(_)))
    }

    /// Whether the pieces can be joined to a text in which each value stays a value.
    fn joins(&mut self, token: &Token, pieces: &[Piece]) -> bool {
        let before = self.faults.len();
        for piece in pieces {
            if let Piece::Slot(placeholder, span) = piece
                && matches!(
                    placeholder.kind(),
                    PlaceholderType::Array
                        | PlaceholderType::Object
                        | PlaceholderType::Json
                        | PlaceholderType::Bytes
                )
            {
                let message = format!(
                    "A value of the type {} can't be a part of a text.",
                    placeholder.kind()
                );
                self.fault("misplaced_placeholder", message, span.clone());
            }
        }
        // In the text of a document, an array or a range a value could hold the quotes and commas that end it there.
        let raw = |piece: Option<&Piece>| match piece {
            Some(Piece::Raw(span)) => &self.text[span.clone()],
            _ => "",
        };
        let first = raw(pieces.first()).trim_start();
        let last = raw(pieces.last()).trim_end();
        let document = (first.starts_with('{') && last.ends_with('}'))
            || (first.starts_with('[') && last.ends_with([']', ')']));
        if document {
            self.fault(
                "spliced_document",
                "A value can't be a part of a JSON document, an array or a range that is written as text. Give the whole as one input, {{document:JSON}}, or build it with a function of the server.",
                token.span.clone(),
            );
        }
        self.faults.len() == before
    }

    /// The literal's text and its placeholders, in order.
    fn pieces(&mut self, literal: &Literal) -> Vec<Piece> {
        let body = literal.body.clone();
        let backslashes = literal.has_backslashes(self.dialect);
        let bytes = self.text.as_bytes();
        let quote = bytes[body.start - 1];
        let mut pieces = Vec::new();
        let mut start = body.start;
        let mut at = body.start;
        while at < body.end {
            if bytes[at] == b'\\' && backslashes {
                at += 2;
                continue;
            }
            if bytes[at] == quote && literal.style != LiteralStyle::Dollar {
                at = self.after_quote(at);
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

    /// Where the text of a literal goes on behind a quote inside of it: the quote is doubled, or the literal goes on after a line
    /// break, with comments on the way in which braces are text.
    fn after_quote(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut next = at + 1;
        while let Some(&byte) = bytes.get(next) {
            if byte == bytes[at] {
                return next + 1;
            }
            if byte == b'-' {
                next += self.text[next..].find(['\n', '\r']).unwrap_or(1);
            } else {
                next += 1;
            }
        }
        next
    }

    fn concatenation(&mut self, token: &Token, literal: &Literal, pieces: Vec<Piece>) {
        let open = &self.text[token.span.start..literal.body.start];
        let close = &self.text[literal.body.end..token.span.end];
        // SQLite has had CONCAT for a short time only.
        let operator = self.dialect != Dialect::Mysql;
        self.sql(if operator { "(" } else { "CONCAT(" });
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                self.sql(if operator { " || " } else { ", " });
            }
            match piece {
                // Where a piece of it ended in a dollar, the quote of a dollar-quoted text would close too early.
                Piece::Raw(span) if literal.style == LiteralStyle::Dollar => {
                    let raw = format!("'{}'", self.text[span].replace('\'', "''"));
                    self.sql(&raw);
                }
                Piece::Raw(span) => {
                    let raw = format!("{open}{}{close}", &self.text[span]);
                    self.sql(&raw);
                }
                Piece::Slot(placeholder, span) => {
                    // PostgreSQL would infer the type of an array or of a range from its neighbour otherwise.
                    self.sql(if operator { "CAST(" } else { "" });
                    self.slot(placeholder, Place::Text, span);
                    self.sql(if operator { " AS text)" } else { "" });
                }
            }
        }
        self.sql(")");
    }

    /// Writes a value, within a cast where a type's name stands before it; answers the index to go on at.
    pub(super) fn with_cast(&mut self, index: usize, write: impl FnOnce(&mut Self)) -> usize {
        let Some(cast) = type_before(self.text, self.tokens, index, self.dialect) else {
            write(self);
            return index + 1;
        };
        // The type's name was copied already: it goes into the cast.
        let written = cast.to - cast.from;
        if let Some(Part::Sql(text)) = self.parts.last_mut() {
            text.truncate(text.len().saturating_sub(written));
        }
        self.sql("CAST(");
        write(self);
        let (fields, next) = fields_after(self.text, self.tokens, index, &cast);
        let end = format!(" AS {}{fields})", cast.sql);
        self.sql(&end);
        next
    }
}
