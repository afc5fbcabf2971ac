//! JDBC URLs, turned into the engine's own: the prefix goes, options get the names that the engine's client knows, and those that
//! no client knows are left out, which the label says.
//!
//! Names after pgjdbc (<https://jdbc.postgresql.org/documentation/use/>), Connector/J and MariaDB Connector/J.

use super::Finding;
use crate::postgres_keywords::is_keyword;
use crate::secret_slot::squeeze;
use crate::uri::pairs;
use crate::{DatabaseType, Span, TextChange};

/// What becomes of an option of pgjdbc.
enum Becomes {
    /// The same under another name.
    Name(&'static str),
    /// Another option altogether.
    Pair(&'static str),
    /// A name and the start of its value.
    Prefix(&'static str),
}

/// pgjdbc's options that libpq knows otherwise, by their lowercase name and, where it matters, their value.
const POSTGRESQL: [(&str, &str, Becomes); 15] = [
    ("ssl", "true", Becomes::Pair("sslmode=require")),
    ("ssl", "false", Becomes::Pair("sslmode=disable")),
    ("ssl", "", Becomes::Pair("sslmode=require")),
    // Prisma's name for it.
    ("schema", "", Becomes::Prefix("options=-csearch_path%3D")),
    (
        "currentschema",
        "",
        Becomes::Prefix("options=-csearch_path%3D"),
    ),
    ("applicationname", "", Becomes::Name("application_name")),
    ("connecttimeout", "", Becomes::Name("connect_timeout")),
    ("logintimeout", "", Becomes::Name("connect_timeout")),
    ("tcpkeepalive", "true", Becomes::Pair("keepalives=1")),
    ("tcpkeepalive", "false", Becomes::Pair("keepalives=0")),
    (
        "targetservertype",
        "primary",
        Becomes::Pair("target_session_attrs=read-write"),
    ),
    (
        "targetservertype",
        "secondary",
        Becomes::Pair("target_session_attrs=read-only"),
    ),
    (
        "targetservertype",
        "any",
        Becomes::Pair("target_session_attrs=any"),
    ),
    (
        "loadbalancehosts",
        "true",
        Becomes::Pair("load_balance_hosts=random"),
    ),
    ("kerberosservername", "", Becomes::Name("krbsrvname")),
];

/// A JDBC URL.
pub(super) fn jdbc(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    let lower = text
        .get(..text.len().min(64))
        .unwrap_or(text)
        .to_ascii_lowercase();
    let after = lower.strip_prefix("jdbc:")?;
    let engine = after.split(':').next()?;
    if engine == "sqlite" {
        // The path may be a file: URI, which says all by itself.
        let uri = after.starts_with("sqlite:file:");
        let end = if uri {
            "jdbc:sqlite:".len()
        } else {
            "jdbc:".len()
        };
        return Some(Finding {
            code: "jdbc_url",
            message: "This is a JDBC URL.".to_owned(),
            label: "Make it a URL of the engine".to_owned(),
            field: "scheme",
            changes: vec![TextChange::new(Span::new(0, end), "")],
        });
    }
    let database_type = match engine {
        "postgresql" | "postgres" => DatabaseType::Postgresql,
        "mysql" | "mariadb" => DatabaseType::Mysql,
        _ => return None,
    };
    let mut changes = vec![TextChange::new(Span::new(0, 5), "")];
    // A way to choose among hosts may follow: jdbc:mysql:loadbalance://.
    let end = 5 + engine.len();
    let slashes = lower.find("//").unwrap_or(end);
    let between = &text[end..slashes];
    let mut dropped: Vec<String> = Vec::new();
    if between.len() > 1 {
        dropped.push(between.trim_matches(':').to_owned());
        changes.push(TextChange::new(Span::new(end, slashes), ":"));
    }
    if !lower[slashes..].starts_with("//") {
        // jdbc:postgresql:orders and jdbc:postgresql:/ mean this machine.
        let path = end + 1;
        let slash = if text[path.min(text.len())..].starts_with('/') {
            "//"
        } else {
            "///"
        };
        changes.push(TextChange::new(Span::at(path.min(text.len())), slash));
    }
    options(text, database_type, &mut changes, &mut dropped);
    Some(Finding {
        code: "jdbc_url",
        message: "This is a JDBC URL.".to_owned(),
        label: without("Make it a URL of the engine", &dropped),
        field: "scheme",
        changes,
    })
}

/// A label that names what is left out.
fn without(label: &str, dropped: &[String]) -> String {
    if dropped.is_empty() {
        label.to_owned()
    } else {
        format!("{label}, without {}", dropped.join(", "))
    }
}

/// Options of other clients in a URL of PostgreSQL: libpq refuses what it does not know.
pub(super) fn foreign_options(text: &str, _: Option<DatabaseType>) -> Option<Finding> {
    if !text.starts_with("postgresql://") && !text.starts_with("postgres://") {
        return None;
    }
    let mut changes = Vec::new();
    let mut dropped = Vec::new();
    options(text, DatabaseType::Postgresql, &mut changes, &mut dropped);
    if changes.is_empty() {
        return None;
    }
    let label = if dropped.is_empty() {
        "Write libpq's options".to_owned()
    } else {
        format!("Remove {}", dropped.join(", "))
    };
    Some(Finding {
        code: "unknown_option",
        message: "libpq refuses a URL with an option that it does not know.".to_owned(),
        label,
        field: "options",
        changes,
    })
}

fn options(
    text: &str,
    database_type: DatabaseType,
    changes: &mut Vec<TextChange>,
    dropped: &mut Vec<String>,
) {
    let Some(query) = text.find('?').map(|at| Span::new(at + 1, text.len())) else {
        return;
    };
    if database_type == DatabaseType::Mysql {
        // Connector/J's names are known as they are.
        return;
    }
    let all: Vec<_> = pairs(text, query, |byte| byte == b'&').collect();
    for (index, pair) in all.iter().enumerate() {
        let name = pair.name.of(text);
        let value = pair.value.map_or("", |value| value.of(text));
        let plain = squeeze(name);
        let becomes = POSTGRESQL
            .iter()
            .find(|(known, wanted, _)| {
                *known == plain && (wanted.is_empty() || wanted.eq_ignore_ascii_case(value))
            })
            .map(|(_, _, becomes)| becomes);
        match becomes {
            Some(Becomes::Name(new)) => changes.push(TextChange::new(pair.name, *new)),
            Some(Becomes::Pair(new)) => changes.push(TextChange::new(pair.whole, *new)),
            Some(Becomes::Prefix(new)) => {
                let start = pair.value.map_or(pair.whole.end, |value| value.start);
                changes.push(TextChange::new(Span::new(pair.whole.start, start), *new));
            }
            None if is_keyword(name) && pair.value.is_some() => {}
            None if pair.whole.is_empty() && index + 1 == all.len() => {}
            None => {
                // A name may be a piece of a password: only what looks like one is repeated.
                let is_name = name.len() <= 40
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
                if is_name && !name.is_empty() && !text[pair.whole.end..].contains('@') {
                    dropped.push(name.to_owned());
                }
                // With the separator after it, or before the last one.
                let span = if all.get(index + 1).is_some() {
                    Span::new(pair.whole.start, pair.whole.end + 1)
                } else {
                    Span::new(pair.whole.start - 1, pair.whole.end)
                };
                changes.push(TextChange::new(span, ""));
            }
        }
    }
    merge_overlaps(changes);
}

/// A dropped pair takes a separator along that the one dropped before it has taken already.
fn merge_overlaps(changes: &mut Vec<TextChange>) {
    changes.sort_by_key(|change| (change.span.start, change.span.end));
    let mut merged: Vec<TextChange> = Vec::with_capacity(changes.len());
    for change in changes.drain(..) {
        match merged.last_mut() {
            Some(last) if change.span.start < last.span.end => {
                last.span.end = last.span.end.max(change.span.end);
                last.insert.push_str(&change.insert);
            }
            _ => merged.push(change),
        }
    }
    *changes = merged;
}
