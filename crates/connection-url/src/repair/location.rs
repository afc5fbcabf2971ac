//! Schemes, hosts and ports that were meant otherwise.

use super::{Finding, SCHEMES, after_scheme};
use crate::mysql::separates_hosts;
use crate::uri::encode_changes;
use crate::{DatabaseType, Span, TextChange};

/// What people and other tools write for a scheme, and what was meant.
const MEANT: [(&str, &str); 15] = [
    ("postgre", "postgresql"),
    ("postgress", "postgresql"),
    ("postgressql", "postgresql"),
    ("postgreql", "postgresql"),
    ("postgis", "postgresql"),
    ("pg", "postgresql"),
    ("pgsql", "postgresql"),
    ("psql", "postgresql"),
    ("mysql2", "mysql"),
    ("mysqlx", "mysql"),
    ("my", "mysql"),
    ("maria", "mariadb"),
    ("mongo", "mongodb"),
    ("mongodb-srv", "mongodb+srv"),
    ("mongosrv", "mongodb+srv"),
];

/// The scheme of a misspelled one, or of one with a driver after it: `postgresql+psycopg2`.
pub(super) fn scheme(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let end = text.find(':')?;
    let written = text[..end].to_ascii_lowercase();
    let (code, message, label, meant) =
        if let Some((_, meant)) = MEANT.iter().find(|(known, _)| *known == written) {
            (
                "misspelled_scheme",
                format!("The scheme is written {meant}."),
                format!("Write {meant}"),
                *meant,
            )
        } else {
            let base = written.split('+').next().unwrap_or_default();
            let known = SCHEMES
                .iter()
                .find(|scheme| **scheme == base)
                .copied()
                .or_else(|| {
                    MEANT
                        .iter()
                        .find(|(known, _)| *known == base)
                        .map(|(_, meant)| *meant)
                })?;
            if base == written || SCHEMES.contains(&written.as_str()) {
                return None;
            }
            (
                "driver_in_scheme",
                "The scheme names a driver.".to_owned(),
                "Remove the driver".to_owned(),
                known,
            )
        };
    Some(Finding {
        code,
        message,
        label,
        field: "scheme",
        changes: vec![TextChange::new(Span::new(0, end), meant)],
    })
}

/// `postgresql:/host`, `postgresql//host`, `postgresql:host`.
pub(super) fn slashes(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let scheme = SCHEMES.iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let rest = &text[scheme.len()..];
    let marks = rest.len() - rest.trim_start_matches([':', '/', '\\']).len();
    let written = &rest[..marks];
    // More than two slashes are an empty authority.
    if marks == 0 || written.starts_with("://") {
        return None;
    }
    Some(Finding {
        code: "missing_slashes",
        message: "After the scheme comes ://.".to_owned(),
        label: "Write ://".to_owned(),
        field: "scheme",
        changes: vec![TextChange::new(
            Span::new(scheme.len(), scheme.len() + marks),
            "://",
        )],
    })
}

/// The scheme of another engine than the database is of. A port that is the other engine's own says that it is meant.
pub(super) fn other_engine(text: &str, database_type: Option<DatabaseType>) -> Option<Finding> {
    let expected = database_type.filter(|expected| *expected != DatabaseType::Sqlite)?;
    let (end, start) = after_scheme(text)?;
    let found = DatabaseType::from_scheme(&text[..end].to_ascii_lowercase())?;
    let stop = text[start..]
        .find(['/', '?'])
        .map_or(text.len(), |at| start + at);
    let port = text[start..stop].rsplit(':').next().unwrap_or_default();
    if found == expected
        || found == DatabaseType::Sqlite
        || port == found.default_port().to_string()
    {
        return None;
    }
    Some(Finding {
        code: "wrong_scheme",
        message: format!(
            "This is a {} URL, but the database is of type {}.",
            found.display_name(),
            expected.display_name()
        ),
        label: format!("Write {}", expected.as_str()),
        field: "scheme",
        changes: vec![TextChange::new(Span::new(0, end), expected.as_str())],
    })
}

/// Where PostgreSQL keeps its sockets, as systems and packages have it.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The path of a socket that is not encoded, alone or after `localhost`: `mongodb:///tmp/mongodb-27017.sock/orders`,
/// `mysql://localhost:/run/mysqld/mysqld.sock`, `postgresql://localhost/run/postgresql/orders`.
pub(super) fn socket(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let (end, start) = after_scheme(text)?;
    let database_type =
        DatabaseType::from_scheme(&text[..end]).filter(|found| *found != DatabaseType::Sqlite)?;
    let query = text[start..].find('?').map_or(text.len(), |at| start + at);
    let authority = text[start..query]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    let written = &text[authority..query];
    let after_host = written.strip_prefix("localhost").unwrap_or(written);
    let path = after_host.strip_prefix(':').unwrap_or(after_host);
    if !path.starts_with('/') || &text[..end] == "mongodb+srv" {
        return None;
    }
    let length = if database_type == DatabaseType::Postgresql {
        // The folder, and what may be a database after it; `/tmp` alone is a database.
        let folder = SOCKET_FOLDERS.iter().find(|folder| {
            path.strip_prefix(**folder).is_some_and(|rest| {
                rest.starts_with('/') || (rest.is_empty() && folder.len() > "/tmp".len())
            })
        })?;
        folder.len()
    } else {
        path.find(".sock")? + ".sock".len()
    };
    let at = query - path.len();
    let mut changes = Vec::new();
    if at > authority {
        changes.push(TextChange::new(Span::new(authority, at), ""));
    }
    let path = Span::new(at, at + length);
    changes.extend(encode_changes(text, path, separates_hosts));
    Some(Finding {
        code: if database_type == DatabaseType::Mongodb {
            "unescaped_socket"
        } else {
            "socket_meant"
        },
        message: "The path of a socket must be percent-encoded.".to_owned(),
        label: "Read it as a socket".to_owned(),
        field: "hosts",
        changes,
    })
}

/// A port that is set off by the wrong mark, or runs together with its host.
pub(super) fn port(text: &str, database_type: Option<DatabaseType>) -> Option<Finding> {
    let (end, start) = after_scheme(text)?;
    let database_type =
        DatabaseType::from_scheme(&text[..end].to_ascii_lowercase()).or(database_type)?;
    if database_type == DatabaseType::Sqlite {
        return None;
    }
    let stop = text[start..]
        .find(['/', '?'])
        .map_or(text.len(), |at| start + at);
    let hosts = text[start..stop]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    let mut changes = Vec::new();
    let mut position = hosts;
    for item in text[hosts..stop].split(',') {
        changes.extend(port_of(item, position, database_type));
        position += item.len() + 1;
    }
    if changes.is_empty() {
        return None;
    }
    Some(Finding {
        code: "host_and_port",
        message: "Between a host and its port stands one colon.".to_owned(),
        label: "Write host:port".to_owned(),
        field: "hosts",
        changes,
    })
}

fn port_of(item: &str, at: usize, database_type: DatabaseType) -> Option<TextChange> {
    if item.starts_with('[') {
        return None;
    }
    let name = item.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = &item[name.len()..];
    let marks = name.trim_end_matches([':', ';', ' ', '|', '#', '.']);
    let between = &name[marks.len()..];
    if digits.is_empty() {
        // `host:` and nothing after it.
        let bare = item.trim_end_matches([':', ' ']);
        return (bare.len() < item.len() && !bare.is_empty())
            .then(|| TextChange::new(Span::new(at + bare.len(), at + item.len()), ""));
    }
    if marks.is_empty() || digits.len() > 5 || between == ":" {
        return None;
    }
    let span = Span::new(at + marks.len(), at + name.len());
    if between.is_empty() {
        // A name may end in digits: only the engine's own port is told apart from one.
        return (digits == database_type.default_port().to_string() && !marks.ends_with('-'))
            .then(|| TextChange::new(span, ":"));
    }
    // An address ends in a dot and digits as well.
    let address = item
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (between != "." || (!address && digits.len() >= 4)).then(|| TextChange::new(span, ":"))
}

/// The bracket of an IPv6 address that is not closed.
pub(super) fn bracket(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let (_, start) = after_scheme(text)?;
    let open = text[start..].find('[').map(|at| start + at)?;
    let rest = &text[open + 1..];
    let length = rest
        .find(|character: char| !(character.is_ascii_hexdigit() || matches!(character, ':' | '.')))
        .unwrap_or(rest.len());
    let address = &rest[..length];
    if rest[length..].starts_with(']') || !address.contains(':') {
        return None;
    }
    // `[::1:5432` ends in a port, or in the last group of the address: the address is taken whole where it is one.
    let close = if address.parse::<std::net::Ipv6Addr>().is_ok() {
        length
    } else {
        address.rfind(':')?
    };
    let at = open + 1 + close;
    Some(Finding {
        code: "unclosed_bracket",
        message: "The bracket around an IPv6 address is not closed.".to_owned(),
        label: "Close the bracket".to_owned(),
        field: "hosts",
        changes: vec![TextChange::new(Span::at(at), "]")],
    })
}

/// A `mongodb+srv` URL with a port, a list of hosts with an empty one, an `@` with nothing before it.
pub(super) fn leftovers(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let (end, start) = after_scheme(text)?;
    if !text[..end].starts_with("mongodb") {
        return None;
    }
    let stop = text[start..]
        .find(['/', '?'])
        .map_or(text.len(), |at| start + at);
    let hosts = text[start..stop]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    let list = &text[hosts..stop];
    let (code, message, label, field, changes) = if hosts == start + 1 {
        let span = Span::new(start, hosts);
        (
            "empty_user",
            "There is an @ but no user name before it.",
            "Remove the @",
            "user",
            vec![span],
        )
    } else if &text[..end] == "mongodb+srv" && !list.contains(',') {
        let port = list.rfind(':').map(|at| Span::new(hosts + at, stop))?;
        (
            "srv_port",
            "A mongodb+srv URL names no port: the DNS records hold it.",
            "Remove the port",
            "hosts",
            vec![port],
        )
    } else {
        let mut spans = Vec::new();
        let mut position = hosts;
        for item in list.split(',') {
            if item.is_empty() && list.len() > 1 {
                // With the comma before it, or at the start with the one after it.
                let span = if position > hosts {
                    Span::new(position - 1, position)
                } else {
                    Span::new(position, position + 1)
                };
                spans.push(span);
            }
            position += item.len() + 1;
        }
        spans.dedup();
        (
            "empty_host",
            "A host of the list is empty.",
            "Remove the comma",
            "hosts",
            spans,
        )
    };
    let changes: Vec<TextChange> = changes
        .into_iter()
        .map(|span| TextChange::new(span, ""))
        .collect();
    if changes.is_empty() {
        return None;
    }
    Some(Finding {
        code,
        message: message.to_owned(),
        label: label.to_owned(),
        field,
        changes,
    })
}

/// `app:secret@db.example.com/orders` and the like, where the database's type says the scheme.
pub(super) fn missing_scheme(text: &str, database_type: Option<DatabaseType>) -> Option<Finding> {
    let database_type = database_type?;
    if database_type == DatabaseType::Sqlite {
        return plain_path(text);
    }
    let plausible = !text.contains("://")
        && !text.contains(char::is_whitespace)
        && text.contains(['.', ':', '@', '/']);
    let word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '[' | '%');
    let slashes = text.len() - text.trim_start_matches('/').len();
    // One slash starts a path.
    if !plausible || slashes == 1 || !text[slashes..].starts_with(word) {
        return None;
    }
    let scheme = database_type.as_str();
    Some(Finding {
        code: "missing_scheme",
        message: format!("A URL of this database starts with {scheme}://."),
        label: format!("Write {scheme}://"),
        field: "scheme",
        changes: vec![TextChange::new(
            Span::new(0, slashes),
            format!("{scheme}://"),
        )],
    })
}

/// The path of a file, where the database is one.
fn plain_path(text: &str) -> Option<Finding> {
    let path = text.trim();
    let start = text.len() - text.trim_start().len();
    let plausible = !path.is_empty()
        && !path.contains("://")
        && !path.contains(['@', '\n', '\r'])
        && path.contains(['.', '/', '\\']);
    if !plausible {
        return None;
    }
    // Changes keep the path's own bytes but for those that mean something else in a URL.
    let drive = path.as_bytes().get(1) == Some(&b':');
    let slashes = match (drive, path.starts_with('/')) {
        (true, _) => "///",
        (false, true) => "//",
        (false, false) => "",
    };
    let mut changes = vec![TextChange::new(
        Span::new(0, start),
        format!("sqlite:{slashes}"),
    )];
    let span = Span::new(start, start + path.len());
    if drive {
        changes.extend(path.match_indices('\\').map(|(at, _)| {
            let at = start + at;
            TextChange::new(Span::new(at, at + 1), "/")
        }));
    }
    changes.extend(encode_changes(text, span, |character| {
        matches!(character, '%' | '?' | '#')
    }));
    if span.end < text.len() {
        changes.push(TextChange::new(Span::new(span.end, text.len()), ""));
    }
    changes.sort_by_key(|change| change.span.start);
    Some(Finding {
        code: "plain_path",
        message: "This is the path of a file; its URL starts with sqlite:.".to_owned(),
        label: "Write sqlite:".to_owned(),
        field: "scheme",
        changes,
    })
}

/// `postgres://`, which libpq takes and some libraries don't.
pub(super) fn short_scheme(text: &str) -> Option<Finding> {
    text.starts_with("postgres://").then(|| Finding {
        code: "short_scheme",
        message: "Some libraries, SQLAlchemy among them, refuse postgres://; postgresql:// works everywhere.".to_owned(),
        label: "Write postgresql".to_owned(),
        field: "scheme",
        changes: vec![TextChange::new(Span::new(0, "postgres".len()), "postgresql")],
    })
}
