//! Command lines of the engines' clients that name a connection by flags, and lists of `Key=Value;` as .NET has them.
//!
//! PostgreSQL's words become keywords and values, each in its place, since their order is free; MySQL's become a URL around the
//! password. So a password is never moved, and no change holds one.

use super::{Finding, mysql_url};
use crate::{DatabaseType, Span, TextChange};

/// The words of a command line as a shell splits them; `value` is a word without its quotes.
struct Word<'a> {
    value: &'a str,
    value_start: usize,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let mut quote: Option<u8> = None;
        while at < bytes.len() && (quote.is_some() || !bytes[at].is_ascii_whitespace()) {
            match quote {
                Some(open) if bytes[at] == open => quote = None,
                None if matches!(bytes[at], b'"' | b'\'') => quote = Some(bytes[at]),
                _ => {}
            }
            at += 1;
        }
        let inner = unquoted(text, Span::new(start, at));
        words.push(Word {
            value: inner.of(text),
            value_start: inner.start,
        });
    }
    words
}

/// A flag's long name, its short one or nothing, and the keyword that it sets.
type Flag = (&'static str, &'static str, &'static str);

const PSQL: [Flag; 4] = [
    ("--host", "-h", "host"),
    ("--port", "-p", "port"),
    ("--username", "-U", "user"),
    ("--dbname", "-d", "dbname"),
];

const MYSQL: [Flag; 12] = [
    ("--host", "-h", "host"),
    ("--port", "-P", "port"),
    ("--user", "-u", "user"),
    ("--password", "-p", "password"),
    ("--database", "-D", "schema"),
    ("--socket", "-S", "socket"),
    ("--ssl-mode", "", "ssl-mode"),
    ("--ssl-ca", "", "ssl-ca"),
    ("--ssl-capath", "", "ssl-capath"),
    ("--ssl-cert", "", "ssl-cert"),
    ("--ssl-key", "", "ssl-key"),
    ("--default-character-set", "", "charset"),
];

/// Flags whose value is the next word and says nothing of the connection.
const WITH_VALUE: [&str; 11] = [
    "-c",
    "--command",
    "-f",
    "--file",
    "-v",
    "--variable",
    "--set",
    "-o",
    "--output",
    "-e",
    "--execute",
];

/// A command line of `psql` or `mysql` with flags.
pub(super) fn flags(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    if text.contains("://") {
        return None;
    }
    let words = words(text);
    let mut index = 0;
    while words
        .get(index)
        .is_some_and(|word| matches!(word.value, "$" | "sudo" | "env") || is_variable(word.value))
    {
        index += 1;
    }
    let program = words.get(index)?;
    let (known, postgresql): (&[Flag], bool) = match program.value {
        "psql" | "pg_dump" | "pg_restore" | "createdb" => (&PSQL, true),
        "mysql" | "mariadb" | "mysqldump" => (&MYSQL, false),
        _ => return None,
    };
    let mut settings: Vec<(&'static str, Span)> = Vec::new();
    for word in &words[..index] {
        let (name, keyword) = if postgresql {
            ("PGPASSWORD=", "password")
        } else {
            ("MYSQL_PWD=", "password")
        };
        if let Some(value) = word.value.strip_prefix(name) {
            let start = word.value_start + name.len();
            settings.push((
                keyword,
                unquoted(text, Span::new(start, start + value.len())),
            ));
        }
    }
    let mut bare = 0;
    let mut position = index + 1;
    while let Some(word) = words.get(position) {
        position += 1;
        let flag = known.iter().find_map(|(long, short, keyword)| {
            let glued = |name: &str, separator: &str| {
                word.value
                    .strip_prefix(name)
                    .filter(|_| !name.is_empty())
                    .and_then(|rest| rest.strip_prefix(separator))
                    .filter(|rest| !rest.is_empty())
                    .map(|rest| word.value_start + word.value.len() - rest.len())
            };
            if let Some(start) = glued(long, "=").or_else(|| glued(short, "")) {
                let end = word.value_start + word.value.len();
                return Some((*keyword, Some(unquoted(text, Span::new(start, end)))));
            }
            let named = word.value == *long || (!short.is_empty() && word.value == *short);
            named.then_some((*keyword, None))
        });
        match flag {
            Some((keyword, Some(value))) => settings.push((keyword, value)),
            // A lone -p of mysql asks for the password.
            Some(("password", None)) => {}
            Some((keyword, None)) => {
                let value = words.get(position)?;
                position += 1;
                let start = value.value_start;
                settings.push((keyword, Span::new(start, start + value.value.len())));
            }
            None if word.value.starts_with('-') => {
                position += usize::from(WITH_VALUE.contains(&word.value));
            }
            None => {
                bare += 1;
                let keyword = match (bare, postgresql) {
                    (1, true) => "dbname",
                    (2, true) => "user",
                    (1, false) => "schema",
                    _ => return None,
                };
                let start = word.value_start;
                settings.push((keyword, Span::new(start, start + word.value.len())));
            }
        }
    }
    if settings.is_empty() {
        return None;
    }
    // The database of psql may be a whole string of keywords and values.
    if let Some((_, whole)) = settings
        .iter()
        .find(|(keyword, value)| *keyword == "dbname" && value.of(text).contains('='))
    {
        return Some(Finding {
            code: "command_line",
            message: "This is a command line with keywords and values in it.".to_owned(),
            label: "Keep the keywords and values only".to_owned(),
            field: "scheme",
            changes: super::keep_only(text, *whole),
        });
    }
    Some(Finding {
        code: "command_line",
        message: "This is a command line; its flags say where to connect.".to_owned(),
        label: if postgresql {
            "Make it keywords and values"
        } else {
            "Make it a URL"
        }
        .to_owned(),
        field: "scheme",
        changes: if postgresql {
            rewrite(text, &settings)
        } else {
            mysql_url::rewrite(text, &settings)
        },
    })
}

fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    })
}

/// Without the quotes around a value inside a word.
fn unquoted(text: &str, span: Span) -> Span {
    let inner = span.of(text);
    let quoted = inner.len() >= 2
        && ['"', '\'']
            .iter()
            .any(|quote| inner.starts_with(*quote) && inner.ends_with(*quote));
    if quoted {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}

/// Everything but the values gives way to libpq's keywords; in the values, what quotes can't hold is escaped.
fn rewrite(text: &str, settings: &[(&'static str, Span)]) -> Vec<TextChange> {
    let mut changes = Vec::new();
    let mut position = 0;
    for (index, (name, value)) in settings.iter().enumerate() {
        let quote = if index == 0 { "" } else { "' " };
        changes.push(TextChange::new(
            Span::new(position, value.start),
            format!("{quote}{name}='"),
        ));
        let marks = value.of(text).match_indices(['\\', '\'']);
        changes.extend(marks.map(|(at, _)| TextChange::new(Span::at(value.start + at), "\\")));
        position = value.end;
    }
    changes.push(TextChange::new(Span::new(position, text.len()), "'"));
    changes
}

/// Keys of .NET connection strings and the keywords of libpq.
const SEMICOLONS: [(&str, &str); 20] = [
    ("host", "host"),
    ("server", "host"),
    ("datasource", "host"),
    ("port", "port"),
    ("database", "dbname"),
    ("dbname", "dbname"),
    ("initialcatalog", "dbname"),
    ("username", "user"),
    ("userid", "user"),
    ("uid", "user"),
    ("user", "user"),
    ("password", "password"),
    ("pwd", "password"),
    ("sslmode", "sslmode"),
    ("timeout", "connect_timeout"),
    ("connecttimeout", "connect_timeout"),
    ("connectiontimeout", "connect_timeout"),
    ("address", "host"),
    ("db", "dbname"),
    ("applicationname", "application_name"),
];

/// `Host=…;Username=…;Password=…`, as Npgsql and MySqlConnector have it.
pub(super) fn semicolons(text: &str, database_type: Option<DatabaseType>) -> Option<Finding> {
    if text.contains("://") || !text.contains(';') || database_type == Some(DatabaseType::Mongodb) {
        return None;
    }
    let mysql = database_type == Some(DatabaseType::Mysql);
    let mut settings: Vec<(&'static str, Span)> = Vec::new();
    let mut dropped = Vec::new();
    let mut position = 0;
    for pair in text.split(';') {
        let start = position;
        position += pair.len() + 1;
        if pair.trim().is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=')?;
        let key: String = name
            .chars()
            .filter(|character| character.is_ascii_alphanumeric())
            .map(|character| character.to_ascii_lowercase())
            .collect();
        let Some((_, keyword)) = SEMICOLONS.iter().find(|(known, _)| *known == key) else {
            dropped.push(name.trim().to_owned());
            continue;
        };
        let keyword = match (*keyword, mysql) {
            ("dbname", true) => "schema",
            ("sslmode", true) => "ssl-mode",
            // In this spelling it counts seconds, as .NET does.
            ("connect_timeout", true) => "connect_timeout",
            ("application_name", true) => {
                dropped.push(name.trim().to_owned());
                continue;
            }
            (keyword, _) => keyword,
        };
        let trimmed = value.trim();
        let from = start + name.len() + 1 + (value.len() - value.trim_start().len());
        settings.push((
            keyword,
            unquoted(text, Span::new(from, from + trimmed.len())),
        ));
    }
    if !settings.iter().any(|(keyword, _)| *keyword == "host") {
        return None;
    }
    let form = if mysql {
        "Make it a URL"
    } else {
        "Make it keywords and values"
    };
    let label = if dropped.is_empty() {
        form.to_owned()
    } else {
        format!("{form}, without {}", dropped.join(", "))
    };
    let mut changes = if mysql {
        mysql_url::rewrite(text, &settings)
    } else {
        rewrite(text, &settings)
    };
    // .NET writes Require where libpq has require.
    for (keyword, span) in &settings {
        // A mode is a word: there is nothing to escape in one.
        let is_word = |byte: u8| byte.is_ascii_alphabetic() || byte == b'-';
        if *keyword == "sslmode" && span.of(text).bytes().all(is_word) {
            let lower = match span.of(text).to_ascii_lowercase().as_str() {
                "verifyca" => "verify-ca".to_owned(),
                "verifyfull" => "verify-full".to_owned(),
                lower => lower.to_owned(),
            };
            if lower != span.of(text) {
                changes.push(TextChange::new(*span, lower));
            }
        }
    }
    changes.sort_by_key(|change| (change.span.start, change.span.end));
    Some(Finding {
        code: "semicolon_list",
        message: "This is a list of keys and values as .NET has them.".to_owned(),
        label,
        field: "scheme",
        changes,
    })
}
