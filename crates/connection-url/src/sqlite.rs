//! `sqlite:` and `file:`: the path of a file, and the parameters of SQLite's URIs.
//!
//! SQLite itself reads `file:` URIs, <https://sqlite.org/uri.html>; libraries write `sqlite:` in its place. What follows the colon is
//! read alike: a path, or `//` and a path (so that `sqlite:///srv/x.db` is absolute and `sqlite://./x.db` relative, as sqlx has it
//! and SQLAlchemy has not), then `?` and parameters. There is no host, no user and no secret. `docs/sqlite.md` has the rules.

use std::borrow::Cow;

use crate::diagnostic::MOST_DIAGNOSTICS;
use crate::parsed::Parsed;
use crate::percent::{Keep, encode, encode_literal};
use crate::reference::has_reference;
use crate::uri::{decode_part, encode_changes, pairs, push_option};
use crate::{Diagnostic, Edit, OptionKind, Span, TextChange, UrlError, option_info};

/// The words before the colon, the longest first where one starts like another.
const SCHEMES: [&str; 3] = ["sqlite3", "sqlite", "file"];

/// What stands for a database that is in no file.
const IN_MEMORY: &str = ":memory:";

/// Splits the scheme off. No slashes need follow it, so that this is a scheme for these three words only.
pub(crate) fn scheme_of(text: &str) -> Option<(Cow<'static, str>, Span)> {
    SCHEMES.into_iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        let follows = text.as_bytes().get(scheme.len()) == Some(&b':');
        (follows && start.eq_ignore_ascii_case(scheme))
            .then(|| (Cow::Borrowed(scheme), Span::new(0, scheme.len())))
    })
}

/// Reads what follows the scheme and its colon.
pub(crate) fn parse(text: &str, parsed: &mut Parsed) -> Result<(), UrlError> {
    let start = parsed.layout.scheme.end + 1;
    if let Some(at) = text[start..].find('#').map(|at| start + at) {
        return Err(UrlError::new(
            "unescaped_character",
            "SQLite reads nothing behind a #: in a path or a value it is written %23.",
            Span::new(at, at + 1),
        )
        .field("database")
        .repair(
            "Encode it",
            encode_changes(text, Span::new(start, text.len()), |character| {
                character == '#'
            }),
        ));
    }
    let query = text[start..].find('?').map(|at| start + at);
    let end = query.unwrap_or(text.len());
    let path = Span::new(path_start(text, start, end)?, end);
    parsed.layout.userinfo = Span::at(path.start);
    parsed.layout.hosts = Span::at(path.start);
    parsed.layout.database = Some(path);
    if !path.is_empty() {
        parsed.database = Some(decode_part(text, path, "database")?.into_owned());
    }
    if let Some(query) = query {
        let query = Span::new(query + 1, text.len());
        parsed.layout.query = Some(query);
        read_options(text, query, parsed)?;
    }
    advise(text, path, parsed);
    Ok(())
}

/// Where the path begins: behind `//`, and behind the slash that a URL has before a drive of Windows.
fn path_start(text: &str, start: usize, end: usize) -> Result<usize, UrlError> {
    let written = &text[start..end];
    let Some(rest) = written.strip_prefix("//") else {
        return Ok(start + usize::from(is_drive(written)));
    };
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    let place = Span::new(start + 2, start + 2 + authority.len());
    if authority.contains('@') {
        return Err(UrlError::new(
            "unexpected_userinfo",
            "A SQLite database is a file: it has no user, no password and no host.",
            place,
        )
        .field("database"));
    }
    let is_file = text[..start].eq_ignore_ascii_case("file:");
    if is_file && !authority.is_empty() && authority != "localhost" {
        return Err(UrlError::new(
            "unexpected_host",
            "A file: URI of SQLite names no host: after file:// comes an absolute path.",
            place,
        )
        .field("database")
        .repair(
            "Read it as a path",
            vec![TextChange::new(Span::new(start, start + 2), "")],
        ));
    }
    let skipped = if authority == "localhost" && rest.len() > authority.len() {
        authority.len()
    } else {
        0
    };
    let at = start + 2 + skipped;
    Ok(at + usize::from(is_drive(&text[at..end])))
}

/// `/C:/…`, as a URL has a path of Windows; what separates may be escaped, as this program writes a backslash itself.
fn is_drive(written: &str) -> bool {
    matches!(
        written.as_bytes(),
        [b'/', letter, b':', rest @ ..]
            if letter.is_ascii_alphabetic()
                && matches!(
                    rest,
                    [] | [b'/' | b'\\', ..] | [b'%', b'2', b'F' | b'f', ..] | [b'%', b'5', b'C' | b'c', ..]
                )
    )
}

fn read_options(text: &str, query: Span, parsed: &mut Parsed) -> Result<(), UrlError> {
    for pair in pairs(text, query, |byte| byte == b'&') {
        if pair.whole.is_empty() {
            continue;
        }
        let name = decode_part(text, pair.name, "options")?.into_owned();
        if name.is_empty() {
            return Err(UrlError::new(
                "missing_option_name",
                "There is no name before the equals sign.",
                pair.whole,
            )
            .field("options"));
        }
        let value_span = pair.value.unwrap_or(Span::at(pair.whole.end));
        let value = decode_part(text, value_span, "options")?.into_owned();
        push_option(parsed, text, name, value, (pair.name, value_span));
    }
    Ok(())
}

/// Advice: what SQLite would refuse when it opens the file, and what people mean otherwise.
fn advise(text: &str, path: Span, parsed: &mut Parsed) {
    let mut hints = Vec::new();
    let database = parsed.database.as_deref().unwrap_or_default();
    let in_memory = database == IN_MEMORY
        || parsed
            .options
            .iter()
            .any(|option| option.name == "mode" && option.value == "memory");
    if in_memory {
        hints.push(
            Diagnostic::new(
                "in_memory",
                "This database is in memory: each connection has an empty one of its own, and nothing stays.",
                path,
            )
            .field("database"),
        );
    } else if database.is_empty() {
        hints.push(
            Diagnostic::new("missing_database", "Name the file of the database.", path)
                .field("database"),
        );
    } else if !is_absolute(database) && !has_reference(database) {
        hints.push(
            Diagnostic::new(
                "relative_path",
                "Write the whole path: the window and the command start in different folders, so that a relative one is not \
                 connected to.",
                path,
            )
            .field("database"),
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    for option in &parsed.options {
        if hints.len() >= MOST_DIAGNOSTICS {
            break;
        }
        if has_reference(&option.name) {
            continue;
        }
        let mut hint = |code, message: String, span| {
            hints.push(Diagnostic::new(code, message, span).field("options"));
        };
        match option_info(crate::DatabaseType::Sqlite, &option.name) {
            None if option.secret => hint(
                "unknown_option",
                "SQLite knows no such option, and no password: the file is as it is.".to_owned(),
                option.name_span,
            ),
            None => hint(
                "unknown_option",
                "SQLite passes this option over: it does not know it.".to_owned(),
                option.name_span,
            ),
            Some(info)
                if info.kind == OptionKind::Choice
                    && !info.values.contains(&option.value.as_str())
                    && !has_reference(&option.value) =>
            {
                hint(
                    "unknown_value",
                    format!("{} is one of {}.", info.name, info.values.join(", ")),
                    option.value_span,
                );
            }
            Some(_) => {}
        }
        if !seen.insert(option.name.clone()) {
            hint(
                "repeated_option",
                "The option comes more than once; write it once.".to_owned(),
                option.name_span,
            );
        }
    }
    debug_assert!(path.end <= text.len());
    parsed.hints.append(&mut hints);
}

/// Whether a path says by itself where it is, on any system.
fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || is_drive(&format!("/{path}"))
}

/// What follows the scheme's colon for a path. `verbatim` says that what looks like a reference is none.
pub(crate) fn path_text(path: &str, verbatim: bool) -> String {
    let written = |path: &str, keep| {
        if verbatim {
            encode_literal(path, keep)
        } else {
            encode(path, keep)
        }
    };
    if is_drive(path) {
        // As it stands it would be read as a path of Windows.
        return format!("//{}", written(path, Keep::Unreserved).replace("%2F", "/"));
    }
    if is_drive(&format!("/{path}")) {
        return format!("///{}", written(path, Keep::OptionValue));
    }
    let slashes = if path.starts_with('/') { "//" } else { "" };
    format!("{slashes}{}", written(path, Keep::OptionValue))
}

/// A form edit of what only servers have; `None` for the others.
pub(crate) fn refuse(edit: &Edit) -> Option<Result<Vec<TextChange>, UrlError>> {
    let sets_something = match edit {
        Edit::User(user) => user.as_deref().is_some_and(|user| !user.is_empty()),
        Edit::Password(password) => password.is_some(),
        Edit::Hosts(hosts) => !hosts.is_empty(),
        Edit::Database(_) | Edit::SetOption { .. } | Edit::Scheme(_) => return None,
    };
    Some(if sets_something {
        Err(UrlError::new(
            "no_such_part",
            "A SQLite database is a file: it has no user, no password and no host.",
            Span::default(),
        ))
    } else {
        Ok(Vec::new())
    })
}
