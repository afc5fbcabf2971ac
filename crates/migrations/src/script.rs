//! One text of several statements, taken apart and put together.

mod delimiter;
mod documents;
mod pretty;

use std::ops::Range;

use connection_url::DatabaseType;
use templates::sql::{self, Dialect, Token, TokenKind};

pub(crate) use delimiter::names_delimiter;
pub(crate) use documents::sentence;

/// A statement in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The statement, without what ends it: SQL, or one command as compact JSON.
    pub text: String,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// Takes a script apart. SQL: at the `;` that end statements (and by MySQL's `DELIMITER`, which only clients know); never inside of
/// literals, comments, dollar quotes, or the body of a routine. MongoDB: a JSON list of commands, or commands one after another.
///
/// # Errors
/// What is not closed, and the byte where it begins.
pub fn split(text: &str, database_type: DatabaseType) -> Result<Vec<Piece>, (String, usize)> {
    match dialect(database_type) {
        None => documents::split(text),
        Some(dialect) => {
            let tokens = lex(text, dialect)?;
            if dialect == Dialect::Mysql && names_delimiter(text, &tokens) {
                delimiter::split(text, &tokens)
            } else {
                statements(text, &tokens, dialect, 0)
            }
        }
    }
}

/// One text of all: [`split`] gives them back.
#[must_use]
pub fn join(statements: &[String], database_type: DatabaseType) -> String {
    let Some(dialect) = dialect(database_type) else {
        return documents::join(statements);
    };
    let mut text = String::new();
    for (index, statement) in statements.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if dialect == Dialect::Mysql && !stands_alone(statement) {
            delimiter::write(statement, &mut text);
            continue;
        }
        text.push_str(statement);
        if ends_in_line_comment(statement, dialect) {
            text.push('\n');
        }
        text.push_str(";\n");
    }
    text
}

/// Whose SQL a database of this type reads; `None` where it reads documents.
pub(crate) const fn dialect(database_type: DatabaseType) -> Option<Dialect> {
    match database_type {
        DatabaseType::Postgresql => Some(Dialect::Postgresql),
        DatabaseType::Mysql => Some(Dialect::Mysql),
        DatabaseType::Sqlite => Some(Dialect::Sqlite),
        DatabaseType::Mongodb => None,
    }
}

fn lex(text: &str, dialect: Dialect) -> Result<Vec<Token>, (String, usize)> {
    sql::lex(text, dialect).map_err(|fault| (fault.message.to_owned(), fault.at))
}

/// The statements of a text without `DELIMITER`, which begins at this byte of a longer one.
fn statements(
    text: &str,
    tokens: &[Token],
    dialect: Dialect,
    offset: usize,
) -> Result<Vec<Piece>, (String, usize)> {
    let found = sql::split(text, tokens, dialect);
    if let Some(open) = found.open {
        let token = &tokens[open];
        // A parenthesis that is never closed is a mistake for sure. A body may be one that only the server can read.
        if token.kind == TokenKind::Symbol('(') {
            return Err((
                "A parenthesis is not closed.".to_owned(),
                offset + token.span.start,
            ));
        }
    }
    Ok(found
        .statements
        .into_iter()
        .map(|range| tokens[range.start].span.start..tokens[range.end - 1].span.end)
        .map(|span| Piece {
            text: text[span.clone()].to_owned(),
            span: span.start + offset..span.end + offset,
        })
        .collect())
}

/// Whether a `;` after this statement ends it, and nothing in it does.
fn stands_alone(statement: &str) -> bool {
    let text = format!("{statement}\n;SELECT 1");
    split(&text, DatabaseType::Mysql)
        .is_ok_and(|pieces| pieces.len() == 2 && pieces[0].text == statement)
}

fn ends_in_line_comment(statement: &str, dialect: Dialect) -> bool {
    sql::lex(statement, dialect).is_ok_and(|tokens| {
        tokens.last().is_some_and(|last| {
            last.kind == TokenKind::Comment && !statement[last.span.clone()].starts_with("/*")
        })
    })
}
