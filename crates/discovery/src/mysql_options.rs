//! MySQL's option files: `[client]`, and settings, one a line.

use connection_url::DatabaseType;
use zeroize::Zeroizing;

use crate::found::Findings;
use crate::parts::Parts;
use crate::source::SourceFile;
use crate::text::text_of;

/// A group of options.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) line: usize,
    options: Vec<(String, Zeroizing<String>)>,
}

/// The most groups of a file, and options of a group.
const MOST: usize = 1000;

/// Reads the groups of a text.
pub(crate) fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            if groups.len() >= MOST {
                break;
            }
            groups.push(Group {
                name: name.0.trim().to_owned(),
                line: index + 1,
                options: Vec::new(),
            });
            continue;
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        // Dashes and underscores are the same to MySQL, and `loose-` only says that nobody minds.
        let key = key.trim().to_ascii_lowercase().replace('_', "-");
        let key = key.strip_prefix("loose-").unwrap_or(&key).to_owned();
        if group.options.len() < MOST {
            group.options.push((key, value_of(value.trim())));
        }
    }
    groups
}

/// A value without its quotes, its escapes and the comment behind it.
fn value_of(text: &str) -> Zeroizing<String> {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"'));
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().skip(usize::from(quote.is_some())).peekable();
    while let Some(character) = characters.next() {
        match character {
            _ if Some(character) == quote => return plain,
            // Without quotes a comment may follow.
            '#' if quote.is_none() && plain.ends_with([' ', '\t']) => break,
            '\\' => match characters.peek() {
                Some('s') => push(&mut plain, ' ', &mut characters),
                Some('t') => push(&mut plain, '\t', &mut characters),
                Some('n') => push(&mut plain, '\n', &mut characters),
                Some('r') => push(&mut plain, '\r', &mut characters),
                Some('b') => push(&mut plain, '\u{8}', &mut characters),
                Some('\\') => push(&mut plain, '\\', &mut characters),
                Some('"') if quote == Some('"') => push(&mut plain, '"', &mut characters),
                Some('\'') if quote == Some('\'') => push(&mut plain, '\'', &mut characters),
                _ => plain.push('\\'),
            },
            _ => plain.push(character),
        }
    }
    Zeroizing::new(plain.trim_end().to_owned())
}

fn push(plain: &mut String, character: char, rest: &mut impl Iterator) {
    plain.push(character);
    rest.next();
}

impl Group {
    /// The group as a connection; `None` where it says nothing about one.
    fn parts(&self) -> Option<Parts> {
        let mut parts = Parts::default();
        let mut says_something = false;
        for (key, value) in &self.options {
            let value_text = || Some(value.to_string());
            match key.as_str() {
                "host" => parts.host = value_text(),
                "port" => parts.port = value_text(),
                "user" => parts.user = value_text(),
                "password" | "pass" => parts.password = Some(value.clone()),
                "database" => parts.database = value_text(),
                "socket" => parts.socket = value_text(),
                "ssl-mode" | "ssl-ca" | "ssl-cert" | "ssl-key" if !value.is_empty() => {
                    parts.options.push((key.clone(), value.to_string()));
                    continue;
                }
                _ => continue,
            }
            says_something |= key != "database";
        }
        // A server's name counts more than the socket beside it.
        if parts
            .host
            .as_deref()
            .is_some_and(|host| !crate::environment::is_here(host))
        {
            parts.socket = None;
        }
        says_something.then_some(parts)
    }
}

/// Adds a connection for each group that names one.
pub(crate) fn add_groups(
    file: &SourceFile<'_>,
    groups: &[Group],
    is_of_client: impl Fn(&str) -> bool,
    findings: &mut Findings,
) {
    for group in groups.iter().filter(|group| is_of_client(&group.name)) {
        let Some(parts) = group.parts() else { continue };
        match parts.into_read(DatabaseType::Mysql) {
            Some(read) => findings.add(file, Some(group.line), &group.name, &[], read),
            None => findings.note(
                file,
                format!("The group in line {} makes no connection.", group.line),
            ),
        }
    }
}

/// Adds a connection for `[client]` and for each of its kind.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    let text = text_of(file, findings);
    let of_client = |name: &str| name.starts_with("client") || name == "mysql" || name == "mariadb";
    add_groups(file, &groups(&text), of_client, findings);
    if text
        .lines()
        .any(|line| line.trim_start().starts_with("!include"))
    {
        findings.note(file, "Files that this one includes were not read.");
    }
}
