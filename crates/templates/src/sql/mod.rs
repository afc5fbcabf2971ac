//! Templates in SQL.

mod action;
mod bind;
mod filter;
mod fold;
mod functions;
mod lexer;
mod literal;
mod position;
mod reach;
mod reader;
mod split;
mod statement;
mod template;
mod typed_literal;

pub use action::{ActionText, SqlAction};
pub use bind::{Parameter, SqlStatement};
pub use functions::WritingFunctions;
pub use lexer::{LexFault, Literal, LiteralStyle, Token, TokenKind, lex};
pub use reader::parse;
pub use split::{Split, may_have_body, split};
pub use statement::{Statement, StatementKind, Verb, read_bound, read_statement};
pub use template::{Part, Place, Slot, SqlTemplate, TemplateFault};

/// Whose SQL it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dialect {
    /// PostgreSQL.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
}

/// The index of the piece before this one that is neither space nor comment.
fn significant_before(tokens: &[Token], index: usize) -> Option<usize> {
    tokens[..index]
        .iter()
        .rposition(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
}

/// The index of the first piece from this one on that is neither space nor comment.
pub fn significant_after(tokens: &[Token], from: usize) -> Option<usize> {
    let skipped = tokens
        .get(from..)?
        .iter()
        .position(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))?;
    Some(from + skipped)
}

/// Whether a piece is this word, in any letter case.
pub fn is_word(text: &str, token: &Token, word: &str) -> bool {
    token.kind == TokenKind::Word && text[token.span.clone()].eq_ignore_ascii_case(word)
}
