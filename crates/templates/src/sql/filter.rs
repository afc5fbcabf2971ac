//! `filterTemplate` on SQL: a boolean expression, put into the statement as its `WHERE`.
//!
//! By the lexer, so that it holds for statements that the SQL reader can't read: before the first clause that follows a `WHERE`,
//! outside of all parentheses.

use super::lexer::{Token, TokenKind};
use super::template::{Part, SqlTemplate, TemplateFault, compile};
use super::{Dialect, is_word, significant_after};
use crate::Source;

/// One of the two templates.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
}

impl Side<'_> {
    fn is(&self, index: usize, word: &str) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| is_word(self.text, token, word))
    }

    fn next_is(&self, index: usize, words: &[&str]) -> bool {
        significant_after(self.tokens, index + 1)
            .is_some_and(|next| words.iter().any(|word| self.is(next, word)))
    }

    /// Whether a comment ends the text: what follows must stand on a line of its own.
    fn ends_in_comment(&self, end: usize) -> bool {
        self.tokens[..end]
            .iter()
            .rfind(|token| token.kind != TokenKind::Space)
            .is_some_and(|token| token.kind == TokenKind::Comment)
    }
}

/// The statement with the filter in its place.
pub(super) fn insert(
    statement: Side<'_>,
    filter: Side<'_>,
    dialect: Dialect,
    faults: &mut Vec<TemplateFault>,
) -> Option<SqlTemplate> {
    let before = faults.len();
    if let Some((code, message)) = no_expression(filter) {
        faults.push(TemplateFault {
            source: Source::Filter,
            code,
            message: message.to_owned(),
            span: 0..filter.text.len(),
        });
    }
    let at = match place(statement) {
        Ok(at) => at,
        Err((code, message)) => {
            faults.push(TemplateFault {
                source: Source::Filter,
                code,
                message: message.to_owned(),
                span: 0..filter.text.len(),
            });
            statement.tokens.len()
        }
    };
    let head = compile(
        statement.text,
        dialect,
        Source::Data,
        &statement.tokens[..at],
        faults,
    );
    let condition = compile(filter.text, dialect, Source::Filter, filter.tokens, faults);
    let tail = compile(
        statement.text,
        dialect,
        Source::Data,
        &statement.tokens[at..],
        faults,
    );
    if faults.len() > before {
        return None;
    }
    let sql = |text: &str| SqlTemplate {
        dialect,
        parts: vec![Part::Sql(text.to_owned())],
        slots: Vec::new(),
    };
    let spaced = statement.tokens[..at]
        .last()
        .is_some_and(|token| token.kind == TokenKind::Space);
    let open = match (statement.ends_in_comment(at), spaced) {
        (true, _) => "\nWHERE (",
        (false, true) => "WHERE (",
        (false, false) => " WHERE (",
    };
    let close = match (
        filter.ends_in_comment(filter.tokens.len()),
        tail.parts.is_empty(),
    ) {
        (true, true) => "\n)",
        (true, false) => "\n) ",
        (false, true) => ")",
        (false, false) => ") ",
    };
    let mut whole = head;
    for piece in [sql(open), condition, sql(close), tail] {
        append(&mut whole, piece);
    }
    Some(whole)
}

fn append(whole: &mut SqlTemplate, piece: SqlTemplate) {
    let offset = whole.slots.len();
    for part in piece.parts {
        match (whole.parts.last_mut(), part) {
            (Some(Part::Sql(text)), Part::Sql(more)) => text.push_str(&more),
            (_, Part::Slot(index)) => whole.parts.push(Part::Slot(index + offset)),
            (_, part) => whole.parts.push(part),
        }
    }
    whole.slots.extend(piece.slots);
}

type Refusal = (&'static str, &'static str);

/// Why a text can't stand between parentheses as one expression.
fn no_expression(filter: Side<'_>) -> Option<Refusal> {
    let Some(first) = significant_after(filter.tokens, 0) else {
        return Some(("empty_filter", "The filter is empty."));
    };
    if filter.is(first, "WHERE") {
        return Some((
            "filter_with_where",
            "The filter is an expression. Leave the word WHERE out.",
        ));
    }
    let mut depth = 0_usize;
    for token in filter.tokens {
        match token.kind {
            TokenKind::Symbol(';') => {
                return Some((
                    "no_expression",
                    "The filter is one expression, without a ;.",
                ));
            }
            TokenKind::ExecutableComment => {
                return Some((
                    "no_expression",
                    "A filter has no comments that the server runs.",
                ));
            }
            TokenKind::Symbol('(') => depth += 1,
            TokenKind::Symbol(')') => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some(UNBALANCED),
            },
            _ => {}
        }
    }
    (depth > 0).then_some(UNBALANCED)
}

const UNBALANCED: Refusal = (
    "no_expression",
    "The parentheses of the filter do not match.",
);

/// The index of the piece before which a `WHERE` stands.
fn place(statement: Side<'_>) -> Result<usize, Refusal> {
    let mut depth = 0_usize;
    let mut verb = None;
    let mut found = None;
    for (index, token) in statement.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol('(') => depth += 1,
            TokenKind::Symbol(')') => depth = depth.saturating_sub(1),
            TokenKind::ExecutableComment => {
                return Err((
                    "filter_not_possible",
                    "The statement has a comment that the server runs. Write its WHERE into the template.",
                ));
            }
            TokenKind::Word if depth == 0 => {}
            _ => continue,
        }
        if token.kind != TokenKind::Word {
            continue;
        }
        let Some(from) = verb else {
            if ["SELECT", "UPDATE", "DELETE"]
                .iter()
                .any(|word| statement.is(index, word))
            {
                verb = Some(index);
            } else if ["INSERT", "REPLACE", "MERGE", "VALUES", "TABLE"]
                .iter()
                .any(|word| statement.is(index, word))
            {
                break;
            }
            continue;
        };
        if statement.is(index, "WHERE") {
            return Err((
                "filter_twice",
                "The template has a WHERE of its own. Leave it out, or the filter.",
            ));
        }
        if ["UNION", "INTERSECT", "EXCEPT"]
            .iter()
            .any(|word| statement.is(index, word))
        {
            return Err((
                "filter_not_possible",
                "The statement joins several queries. Write a WHERE into each of them.",
            ));
        }
        if found.is_none() && index > from && follows_where(statement, index) {
            found = Some(index);
        }
    }
    match verb {
        Some(_) => Ok(found.unwrap_or(statement.tokens.len())),
        None => Err((
            "filter_not_possible",
            "Only SELECT, UPDATE and DELETE have a filter.",
        )),
    }
}

/// Whether the word at `index` begins a clause that follows a `WHERE`.
fn follows_where(statement: Side<'_>, index: usize) -> bool {
    let next = |words: &[&str]| statement.next_is(index, words);
    let is = |word: &str| statement.is(index, word);
    ["HAVING", "WINDOW", "LIMIT", "OFFSET", "RETURNING"]
        .iter()
        .any(|word| is(word))
        || ((is("GROUP") || is("ORDER")) && next(&["BY"]))
        || (is("FETCH") && next(&["FIRST", "NEXT"]))
        || (is("FOR") && next(&["UPDATE", "SHARE", "NO", "KEY"]))
        || (is("LOCK") && next(&["IN"]))
        || (is("INTO") && next(&["OUTFILE", "DUMPFILE"]))
}
