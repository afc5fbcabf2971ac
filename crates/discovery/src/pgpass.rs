//! `~/.pgpass`: `host:port:database:user:password`, a backslash before `:` and `\`, `*` for any.

use connection_url::DatabaseType;
use zeroize::Zeroizing;

use crate::found::{Findings, Warning, WarningCode};
use crate::parts::Parts;
use crate::source::{Source, SourceFile};
use crate::text::text_of;

/// The most lines of a file; a person has ten.
const MOST: usize = 10_000;

/// A line.
struct Line {
    number: usize,
    host: String,
    port: String,
    database: String,
    user: String,
    password: Zeroizing<String>,
}

fn lines(text: &str) -> impl Iterator<Item = Line> {
    text.lines()
        .take(MOST)
        .enumerate()
        .filter_map(|(index, line)| {
            let line = line.trim_end_matches('\r');
            if line.starts_with('#') || line.trim().is_empty() {
                return None;
            }
            let [host, port, database, user, password] = fields(line)?;
            Some(Line {
                number: index + 1,
                host,
                port,
                database,
                user,
                password: Zeroizing::new(password),
            })
        })
}

/// The fields of a line; the last takes what is left, colons that nobody escaped as well.
fn fields(line: &str) -> Option<[String; 5]> {
    let mut fields: [String; 5] = Default::default();
    let mut at = 0;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => fields[at].extend(characters.next()),
            ':' if at < 4 => at += 1,
            _ => fields[at].push(character),
        }
    }
    (at == 4).then_some(fields)
}

/// The passwords of every file of the search, for what names none itself.
pub(crate) struct Passwords(Vec<Line>);

impl Passwords {
    pub(crate) fn of(files: &[SourceFile<'_>]) -> Self {
        // Only services look passwords up.
        let wanted = files.iter().any(|file| file.source == Source::PgService);
        let files = files
            .iter()
            .filter(|_| wanted)
            .filter(|file| file.source == Source::Pgpass && file.bytes.len() <= crate::FILE_LIMIT);
        Self(
            files
                .flat_map(|file| lines(&String::from_utf8_lossy(file.bytes)).collect::<Vec<_>>())
                .collect(),
        )
    }

    /// The password of the first line that fits, as libpq looks it up.
    pub(crate) fn find(
        &self,
        host: &str,
        port: &str,
        database: &str,
        user: &str,
    ) -> Option<Zeroizing<String>> {
        let fits = |given: &str, wanted: &str| given == "*" || given == wanted;
        let host = if host.is_empty() || host.starts_with('/') {
            "localhost"
        } else {
            host
        };
        let port = if port.is_empty() { "5432" } else { port };
        let database = if database.is_empty() { user } else { database };
        let line = self.0.iter().find(|line| {
            fits(&line.host, host)
                && fits(&line.port, port)
                && fits(&line.database, database)
                && fits(&line.user, user)
        })?;
        Some(line.password.clone())
    }
}

/// Adds a connection for each line that names a server.
pub(crate) fn read(file: &SourceFile<'_>, findings: &mut Findings) {
    let text = text_of(file, findings);
    let mut any_server = 0;
    for line in lines(&text) {
        if line.host == "*" {
            any_server += 1;
            continue;
        }
        let concrete = |field: &str| (field != "*").then(|| field.to_owned());
        let mut warnings = Vec::new();
        if line.database == "*" {
            warnings.push(Warning::new(
                WarningCode::Incomplete,
                "The line is for every database of the server. Name one after the import.",
            ));
        }
        if line.user == "*" {
            warnings.push(Warning::new(
                WarningCode::Incomplete,
                "The line is for every user. Name one after the import.",
            ));
        }
        let name = match (concrete(&line.database), concrete(&line.user)) {
            (Some(database), _) => database,
            (None, Some(user)) => format!("{user}@{}", line.host),
            (None, None) => line.host.clone(),
        };
        let parts = Parts {
            host: Some(line.host.clone()),
            port: concrete(&line.port).filter(|port| port != "5432"),
            user: concrete(&line.user),
            password: Some(line.password.clone()),
            database: concrete(&line.database),
            warnings,
            ..Parts::default()
        };
        match parts.into_read(DatabaseType::Postgresql) {
            Some(read) => findings.add(file, Some(line.number), name, &[], read),
            None => findings.note(file, format!("Line {} makes no connection.", line.number)),
        }
    }
    if any_server > 0 {
        findings.note(
            file,
            "Lines that are for every server name no connection; their passwords are used for services.",
        );
    }
}
