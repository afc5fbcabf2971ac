//! Where one statement ends and the next begins.
//!
//! By the lexer alone, so that it holds for statements that the SQL reader can't read. A `;` inside of a body that begins with
//! `BEGIN` (a routine, a trigger or an event) belongs to that body.

use std::ops::Range;

use super::is_word;
use super::lexer::{Token, TokenKind};

/// The pieces of each statement, without the `;` after it. Statements of space and comments alone are left out.
pub(super) fn split(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut body = Body::default();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(';') if body.depth == 0 => {
                push(&mut statements, tokens, start..index);
                start = index + 1;
                body = Body::default();
            }
            TokenKind::Space | TokenKind::Comment => {}
            _ => body.take(text, token),
        }
    }
    push(&mut statements, tokens, start..tokens.len());
    statements
}

fn push(statements: &mut Vec<Range<usize>>, tokens: &[Token], range: Range<usize>) {
    let silent = |token: &Token| matches!(token.kind, TokenKind::Space | TokenKind::Comment);
    let space = |token: &&Token| token.kind == TokenKind::Space;
    let piece = &tokens[range.clone()];
    if piece.iter().all(silent) {
        return;
    }
    let before = piece.iter().take_while(space).count();
    let after = piece.iter().rev().take_while(space).count();
    statements.push(range.start + before..range.end - after);
}

/// The words that open a definition with a body.
const ROUTINES: [&str; 5] = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"];

/// How deep in the body of a routine the reading is.
#[derive(Default)]
struct Body {
    depth: usize,
    first: Option<bool>,
    routine: bool,
    after_end: bool,
}

impl Body {
    fn take(&mut self, text: &str, token: &Token) {
        let creates = *self
            .first
            .get_or_insert_with(|| is_word(text, token, "CREATE") || is_word(text, token, "ALTER"));
        if !creates {
            return;
        }
        if !self.routine {
            self.routine = ROUTINES.iter().any(|word| is_word(text, token, word));
            return;
        }
        let after_end = std::mem::take(&mut self.after_end);
        if is_word(text, token, "BEGIN") || (is_word(text, token, "CASE") && !after_end) {
            self.depth += 1;
        } else if is_word(text, token, "END") {
            // `END` closes a BEGIN or a CASE, until the next word says that it was another's.
            self.depth = self.depth.saturating_sub(1);
            self.after_end = true;
        } else if after_end
            && ["IF", "LOOP", "WHILE", "REPEAT", "FOR"]
                .iter()
                .any(|word| is_word(text, token, word))
        {
            self.depth += 1;
        }
    }
}
