//! A script of SQL out of a file, as statements that the server knows.

use connection_url::DatabaseType;
use templates::sql::{self, Dialect};

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
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let code = line.trim_start();
            let upper = code.to_ascii_uppercase();
            let copies = upper.starts_with("COPY ")
                && upper
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .contains("FROM STDIN");
            let message = if code.starts_with('\\') {
                Some(
                    "This is a command of psql, and the server doesn't know it. Leave it out, or write it in SQL.",
                )
            } else if copies {
                Some("COPY … FROM stdin takes its rows from a client. Write them as INSERT.")
            } else {
                None
            };
            if let Some(message) = message
                && sql::lex(&self.text[..at], Dialect::Postgresql).is_ok()
            {
                return Err(refused(self.path, self.line(at), message));
            }
            at += line.len();
        }
        Ok(())
    }
}
