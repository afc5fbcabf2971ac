//! libpq's keyword/value strings: `host=localhost dbname='my db'`.
//!
//! The grammar is that of `conninfo_parse` in libpq 18's `fe-connect.c`; see
//! <https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE>.

use std::borrow::Cow;

use crate::parsed::{Form, Parsed};
use crate::postgres::unknown_keyword;
use crate::postgres_keywords::{advise, fold_options, is_keyword, keyword, translate};
use crate::secret_slot::is_secret_option;
use crate::uri::{find_byte, push_option};
use crate::{DatabaseType, Span, TextChange, UrlError, UrlOption};

/// `isspace` in the C locale.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// Reads a keyword/value string.
pub(crate) fn parse(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    parsed.database_type = Some(DatabaseType::Postgresql);
    parsed.form = Form::KeywordValue;
    parsed.layout.hosts = Span::new(0, text.len());
    let bytes = text.as_bytes();
    let skip_spaces = |mut at: usize| {
        while at < bytes.len() && is_space(bytes[at]) {
            at += 1;
        }
        at
    };
    let mut position = 0;
    loop {
        position = skip_spaces(position);
        if position == bytes.len() {
            break;
        }
        let name_start = position;
        while position < bytes.len() && bytes[position] != b'=' && !is_space(bytes[position]) {
            position += 1;
        }
        let name_span = Span::new(name_start, position);
        position = skip_spaces(position);
        if bytes.get(position) != Some(&b'=') {
            return Err(UrlError::new(
                "missing_equals",
                "After a keyword comes an equals sign; a value with spaces in it stands in single quotes.",
                name_span,
            )
            .field("options"));
        }
        let value_start = skip_spaces(position + 1);
        let (value, value_end) = read_value(text, value_start)?;
        position = value_end;
        refuse_semicolons(text, Span::new(value_start, value_end))?;
        let (name, value) = match keyword(name_span.of(text)) {
            Some(keyword) => (Cow::Borrowed(keyword), value),
            None => {
                let written = Cow::Owned(name_span.of(text).to_owned());
                let (name, value) = translate(written, value, false);
                if !is_keyword(&name) {
                    let whole = Span::new(name_start, value_end);
                    return Err(unknown_keyword(&name, name_span, whole));
                }
                (name, value)
            }
        };
        let value_span = Span::new(value_start, value_end);
        if name == "password" {
            // The engine's password, as the userinfo of a URL holds it: it has the same name there and here.
            parsed.add_slot(text, "password".to_owned(), value_span);
            parsed.options.push(UrlOption {
                name,
                value,
                secret: true,
                folded: true,
                name_span,
                value_span,
            });
        } else {
            push_option(parsed, text, name, value, (name_span, value_span));
        }
    }
    fold_options(parsed, None, None);
    advise(parsed);
    Ok(())
}

/// To libpq all of `db;user=app;password=secret` is a host: stored as one, the secret would stand where everyone can read it. Then the
/// text is refused, which libpq does not do.
fn refuse_semicolons(text: &str, value: Span) -> Result<(), UrlError> {
    let written = value.of(text);
    if written.starts_with('\'') || find_byte(written, b';').is_none() {
        return Ok(());
    }
    let holds_secret = |piece: &str| {
        piece
            .split_once('=')
            .is_some_and(|(name, value)| !value.is_empty() && is_secret_option(name))
    };
    if !written.split(';').skip(1).any(holds_secret) {
        return Ok(());
    }
    Err(UrlError::new(
        "semicolon_list",
        "Between keywords stands a space; to libpq, what follows a semicolon belongs to the value.",
        value,
    )
    .field("options"))
}

/// The value at `start`, and where it ends. A backslash takes the next character as it is, in quotes and outside.
fn read_value(text: &str, start: usize) -> Result<(String, usize), UrlError> {
    let bytes = text.as_bytes();
    let quoted = bytes.get(start) == Some(&b'\'');
    let mut value = String::new();
    let mut position = start + usize::from(quoted);
    let mut copied = position;
    loop {
        match bytes.get(position) {
            None if quoted => {
                return Err(UrlError::new(
                    "unclosed_quote",
                    "The single quote that starts the value is not closed.",
                    Span::new(start, text.len()),
                )
                .field("options")
                .repair(
                    "Close the quote",
                    vec![TextChange::new(Span::at(text.len()), "'")],
                ));
            }
            None => break,
            Some(b'\'') if quoted => break,
            Some(byte) if !quoted && is_space(*byte) => break,
            Some(b'\\') => {
                value.push_str(&text[copied..position]);
                copied = position + 1;
                // The first byte of the next character; none that follows in it is one that is looked for here.
                position = (position + 2).min(bytes.len());
            }
            Some(_) => position += 1,
        }
    }
    value.push_str(&text[copied..position]);
    Ok((value, position + usize::from(quoted)))
}
