//! `DELIMITER`, by which a client of MySQL is told what ends a statement. The server never sees it.

use templates::sql::{self, Dialect, Token, TokenKind};

use super::{Piece, lex, statements};

/// Whether a script has a `DELIMITER` for the client.
pub(crate) fn names_delimiter(text: &str, tokens: &[Token]) -> bool {
    directive(text, tokens, 0, ";").is_some()
}

/// Takes a script with such lines apart.
pub(super) fn split(text: &str, tokens: &[Token]) -> Result<Vec<Piece>, (String, usize)> {
    let mut pieces = Vec::new();
    let mut delimiter = ";";
    let mut from = 0;
    loop {
        let next = directive(text, tokens, from, delimiter);
        let start = tokens
            .get(from)
            .map_or(text.len(), |token| token.span.start);
        let end = next.map_or(text.len(), |at| tokens[at].span.start);
        section(text, start.min(end)..end, tokens, delimiter, &mut pieces)?;
        let Some(at) = next else {
            return Ok(pieces);
        };
        let line_end = text[end..]
            .find(['\n', '\r'])
            .map_or(text.len(), |length| end + length);
        delimiter = text[tokens[at].span.end..line_end]
            .split_whitespace()
            .next()
            .unwrap_or(";");
        from = at + 1;
        while tokens
            .get(from)
            .is_some_and(|token| token.span.start < line_end)
        {
            from += 1;
        }
    }
}

/// A statement that only a delimiter of its own keeps whole.
pub(super) fn write(statement: &str, text: &mut String) {
    let delimiter = ["//", "$$", ";;", "|||"]
        .into_iter()
        .find(|delimiter| !statement.contains(delimiter))
        .map_or_else(|| "//".repeat(statement.len()), str::to_owned);
    text.push_str(&format!(
        "DELIMITER {delimiter}\n{statement}\n{delimiter}\nDELIMITER ;\n"
    ));
}

/// The next `DELIMITER` from this token on that begins a line, with no statement begun before it.
fn directive(text: &str, tokens: &[Token], from: usize, delimiter: &str) -> Option<usize> {
    let mut before: Option<usize> = None;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        if matches!(token.kind, TokenKind::Space | TokenKind::Comment) {
            continue;
        }
        if sql::is_word(text, token, "DELIMITER") {
            let start = token.span.start;
            let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
            let first = text[line..start].trim().is_empty();
            let between = before.is_none_or(|end| text[..end].ends_with(delimiter));
            if first && between {
                return Some(index);
            }
        }
        before = Some(token.span.end);
    }
    None
}

/// The statements between two lines of `DELIMITER`.
fn section(
    text: &str,
    range: std::ops::Range<usize>,
    tokens: &[Token],
    delimiter: &str,
    pieces: &mut Vec<Piece>,
) -> Result<(), (String, usize)> {
    let mut start = range.start;
    if delimiter != ";" {
        let mut at = start;
        while let Some(length) = text[at..range.end].find(delimiter) {
            let found = at + length;
            let token = &tokens[tokens.partition_point(|token| token.span.end <= found)];
            let code = matches!(
                token.kind,
                TokenKind::Space
                    | TokenKind::Word
                    | TokenKind::Number
                    | TokenKind::Parameter
                    | TokenKind::Placeholder
                    | TokenKind::Symbol(_)
            );
            if code {
                piece(text, start..found, pieces)?;
                start = found + delimiter.len();
                at = start;
            } else {
                at = token.span.end.min(range.end);
            }
        }
    }
    piece(text, start..range.end, pieces)
}

/// What a client would send as one. Where it has no body the server would find the statements in it.
fn piece(
    text: &str,
    range: std::ops::Range<usize>,
    pieces: &mut Vec<Piece>,
) -> Result<(), (String, usize)> {
    let inside = &text[range.clone()];
    let tokens =
        lex(inside, Dialect::Mysql).map_err(|(message, at)| (message, at + range.start))?;
    if !sql::may_have_body(inside, &tokens, Dialect::Mysql) {
        pieces.extend(statements(inside, &tokens, Dialect::Mysql, range.start)?);
        return Ok(());
    }
    let start = range.start + (inside.len() - inside.trim_start().len());
    let trimmed = inside.trim();
    let whole = if ends_statement(inside, &tokens) {
        trimmed.trim_end_matches(|last: char| last == ';' || last.is_whitespace())
    } else {
        trimmed
    };
    pieces.push(Piece {
        text: whole.to_owned(),
        span: start..start + whole.len(),
    });
    Ok(())
}

/// Whether the last that is not space is a `;`, and no part of a comment.
fn ends_statement(text: &str, tokens: &[Token]) -> bool {
    tokens
        .iter()
        .rev()
        .find(|token| token.kind != TokenKind::Space)
        .is_some_and(|last| &text[last.span.clone()] == ";")
}
