//! `DATE '2026-11-23'`: a type's name before a literal. A parameter can't stand there, a cast of one can.

use super::lexer::{Token, TokenKind};
use super::{Dialect, is_word, significant_before};

/// A type's name that stands before a literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TypeName {
    /// The type to cast to.
    pub sql: String,
    /// From the first byte of the name…
    pub from: usize,
    /// …to the literal.
    pub to: usize,
    /// Whether fields such as `DAY TO SECOND` may follow the literal.
    interval: bool,
}

/// The types of PostgreSQL that are written before literals. Any type's name may; the rest are told by `::type`.
const POSTGRESQL: [&str; 34] = [
    "bigint",
    "bool",
    "boolean",
    "box",
    "bytea",
    "char",
    "cidr",
    "circle",
    "date",
    "decimal",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int4",
    "int8",
    "integer",
    "interval",
    "json",
    "jsonb",
    "macaddr",
    "money",
    "numeric",
    "point",
    "real",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varchar",
];

/// The type before the literal at `index`.
pub(super) fn type_before(
    text: &str,
    tokens: &[Token],
    index: usize,
    dialect: Dialect,
) -> Option<TypeName> {
    let to = tokens[index].span.start;
    let last = significant_before(tokens, index)?;
    let word = |at: usize, word: &str| is_word(text, &tokens[at], word);
    let lower = text[tokens[last].span.clone()].to_ascii_lowercase();
    if tokens[last].kind != TokenKind::Word {
        return None;
    }
    let name = |first: usize, sql: String, interval: bool| {
        // A column may be named like a type: `a.date '…'` is no typed literal, and neither is `AS date '…'`.
        let qualified = significant_before(tokens, first)
            .is_some_and(|before| tokens[before].kind == TokenKind::Symbol('.'));
        (!qualified).then_some(TypeName {
            sql,
            from: tokens[first].span.start,
            to,
            interval,
        })
    };
    if dialect == Dialect::Sqlite {
        // It has none: a name before a string is a name.
        return None;
    }
    if dialect == Dialect::Mysql {
        return match lower.as_str() {
            "date" => name(last, "DATE".to_owned(), false),
            "time" => name(last, "TIME(6)".to_owned(), false),
            "timestamp" => name(last, "DATETIME(6)".to_owned(), false),
            _ => None,
        };
    }
    // TIMESTAMP WITH TIME ZONE '…', and not `x AT TIME ZONE '…'`.
    if lower == "zone" {
        let time = significant_before(tokens, last).filter(|at| word(*at, "time"))?;
        let with = significant_before(tokens, time)
            .filter(|at| word(*at, "with") || word(*at, "without"))?;
        let first = significant_before(tokens, with)
            .filter(|at| word(*at, "timestamp") || word(*at, "time"))?;
        let sql = text[tokens[first].span.start..tokens[last].span.end].to_owned();
        return name(first, sql, false);
    }
    if lower == "precision" {
        let first = significant_before(tokens, last).filter(|at| word(*at, "double"))?;
        return name(first, "double precision".to_owned(), false);
    }
    POSTGRESQL
        .contains(&lower.as_str())
        .then(|| name(last, lower.clone(), lower == "interval"))
        .flatten()
}

/// The fields of an interval after its literal, and the index to go on at.
pub(super) fn fields_after(
    text: &str,
    tokens: &[Token],
    index: usize,
    cast: &TypeName,
) -> (String, usize) {
    if !cast.interval {
        return (String::new(), index + 1);
    }
    let mut fields = String::new();
    let mut next = index + 1;
    let mut at = index + 1;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => {}
            TokenKind::Word
                if ["year", "month", "day", "hour", "minute", "second", "to"]
                    .iter()
                    .any(|field| is_word(text, token, field)) =>
            {
                fields.push(' ');
                fields.push_str(&text[token.span.clone()]);
                next = at + 1;
            }
            _ => break,
        }
        at += 1;
    }
    (fields, next)
}
