//! A script of SQL out of a file, as statements that the server knows.

use connection_url::DatabaseType;
use templates::sql::{self, Dialect, Token, TokenKind};

use super::{Note, refused, told};
use crate::script::{dialect, split};
use crate::words::Words;

/// A part of a file.
#[derive(Clone, Copy)]
pub(super) struct Script<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// Lines of the file before it.
    pub lines: usize,
}

impl Script<'_> {
    fn line(&self, at: usize) -> Option<usize> {
        let before = self.text.get(..at).unwrap_or(self.text);
        Some(self.lines + before.matches('\n').count() + 1)
    }

    /// The statements, or why they can't be taken over. A transaction around all of them is left out: a run has its own.
    pub fn statements(
        &self,
        database_type: DatabaseType,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<String>, Note> {
        let Some(dialect) = dialect(database_type) else {
            return Ok(Vec::new());
        };
        if dialect == Dialect::Postgresql {
            self.for_the_client()?;
        }
        let mut pieces = split(self.text, database_type)
            .map_err(|(message, at)| refused(self.path, self.line(at), message))?;
        let control = |text: &str| Words::of(text, dialect).transaction_control();
        let wrapped = pieces.len() >= 2
            && matches!(
                control(&pieces[0].text),
                Some("BEGIN" | "START TRANSACTION")
            )
            && pieces
                .last()
                .is_some_and(|last| matches!(control(&last.text), Some("COMMIT" | "END")));
        if wrapped {
            pieces.pop();
            pieces.remove(0);
            notes.push(told(
                self.path,
                self.line(0),
                "The transaction around the statements is left out: a run has its own.",
            ));
        }
        for piece in &pieces {
            if let Some(word) = control(&piece.text) {
                return Err(refused(
                    self.path,
                    self.line(piece.span.start),
                    format!(
                        "{word} begins or ends a transaction, which is for the run to do. Make several migrations of it."
                    ),
                ));
            }
        }
        Ok(pieces.into_iter().map(|piece| piece.text).collect())
    }

    /// Refuses what psql does, and the server does not know. Only a line that begins outside of a literal is meant.
    fn for_the_client(&self) -> Result<(), Note> {
        let tokens = sql::lex(self.text, Dialect::Postgresql).ok();
        let mut at = 0;
        let mut doubtful = 0;
        for line in self.text.split_inclusive('\n') {
            if let Some(message) = client_line(line) {
                let code = match &tokens {
                    Some(tokens) => {
                        let inside = tokens.partition_point(|token| token.span.start < at);
                        inside == 0
                            || tokens[inside - 1].span.end <= at
                            || is_space(&tokens[inside - 1])
                    }
                    // The rows of a COPY can't be read as SQL: then what is before the line must be readable.
                    None => {
                        doubtful += 1;
                        doubtful <= MOST_DOUBTFUL
                            && sql::lex(&self.text[..at], Dialect::Postgresql).is_ok()
                    }
                };
                if code {
                    return Err(refused(self.path, self.line(at), message));
                }
            }
            at += line.len();
        }
        Ok(())
    }
}

/// How many lines that look like psql's are looked at in a file that can't be read whole.
const MOST_DOUBTFUL: usize = 100;

fn is_space(token: &Token) -> bool {
    token.kind == TokenKind::Space
}

/// Why a line is psql's, where it looks so.
fn client_line(line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    if code.starts_with('\\') {
        return Some(
            "This is a command of psql, and the server doesn't know it. Leave it out, or write it in SQL.",
        );
    }
    let mut words = code.split_whitespace();
    let copy = words
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case("COPY"));
    let rest: Vec<String> = words
        .filter(|_| copy)
        .map(|word| word.trim_end_matches(';').to_ascii_uppercase())
        .collect();
    rest.windows(2)
        .any(|pair| pair[0] == "FROM" && pair[1] == "STDIN")
        .then_some("COPY … FROM stdin takes its rows from a client. Write them as INSERT.")
}
