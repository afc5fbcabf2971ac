//! Connections that a `.env` file gives in parts: `DB_HOST` with `DB_USER`, `PGHOST` with `PGPASSWORD`.

use std::collections::BTreeMap;

use connection_url::DatabaseType;
use zeroize::Zeroizing;

use crate::dotenv::{Assignment, open_warning};
use crate::environment;
use crate::found::{Findings, Warning, WarningCode};
use crate::parts::{Parts, engine_of};
use crate::source::SourceFile;

/// A part of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Host,
    Port,
    User,
    Password,
    Database,
    Engine,
    SslMode,
    Socket,
}

/// How the names of variables end, the longest first where one ends like another.
const ENDINGS: [(&str, Part); 29] = [
    ("HOSTNAME", Part::Host),
    ("HOST", Part::Host),
    ("SERVER", Part::Host),
    ("PORT", Part::Port),
    ("USERNAME", Part::User),
    ("USER", Part::User),
    ("LOGIN", Part::User),
    ("PASSWORD", Part::Password),
    ("PASSWD", Part::Password),
    ("PASS", Part::Password),
    ("PWD", Part::Password),
    ("DATABASE_NAME", Part::Database),
    ("DATABASE", Part::Database),
    ("DBNAME", Part::Database),
    ("DB_NAME", Part::Database),
    ("NAME", Part::Database),
    ("DB", Part::Database),
    ("SCHEMA", Part::Database),
    ("CONNECTION", Part::Engine),
    ("DRIVER", Part::Engine),
    ("DIALECT", Part::Engine),
    ("ENGINE", Part::Engine),
    ("CLIENT", Part::Engine),
    ("ADAPTER", Part::Engine),
    ("TYPE", Part::Engine),
    ("SSLMODE", Part::SslMode),
    ("SSL_MODE", Part::SslMode),
    ("UNIX_SOCKET", Part::Socket),
    ("SOCKET", Part::Socket),
];

/// Words of which a group's name has one: without, `SMTP_HOST` would be a database.
const STEMS: [&str; 11] = [
    "DB",
    "DATABASE",
    "PG",
    "POSTGRES",
    "POSTGRESQL",
    "PSQL",
    "MYSQL",
    "MARIADB",
    "MONGO",
    "MONGODB",
    "SQL",
];

/// The name of a group and the part that a variable is, with the environment in the name as a part of the group.
fn part_of(key: &str) -> Option<(String, Part)> {
    let mut key = key.to_ascii_uppercase().replace(['.', '-'], "_");
    // libpq's own names have no line between.
    if let Some(rest) = key.strip_prefix("PG")
        && ENDINGS.iter().any(|(ending, _)| *ending == rest)
    {
        key = format!("PG_{rest}");
    }
    let mut environment = None;
    if let Some((start, last)) = key.rsplit_once('_')
        && environment::guess(last).is_some()
    {
        environment = Some(last.to_owned());
        key = start.to_owned();
    }
    ENDINGS.iter().find_map(|(ending, part)| {
        let head = key.strip_suffix(ending)?.strip_suffix('_')?;
        let known = head.split('_').any(|word| STEMS.contains(&word));
        known.then(|| match &environment {
            Some(environment) => (format!("{head}_{environment}"), *part),
            None => (head.to_owned(), *part),
        })
    })
}

/// Adds what the assignments give in parts.
pub(crate) fn read(file: &SourceFile<'_>, assignments: &[Assignment], findings: &mut Findings) {
    let mut groups: BTreeMap<String, BTreeMap<Part, &Assignment>> = BTreeMap::new();
    for assignment in assignments {
        if let Some((group, part)) = part_of(&assignment.key) {
            groups
                .entry(group)
                .or_default()
                .entry(part)
                .or_insert(assignment);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, parts)| parts.values().map(|each| each.line).min());
    for (name, parts) in groups {
        read_group(file, &name, &parts, findings);
    }
}

fn read_group(
    file: &SourceFile<'_>,
    name: &str,
    given: &BTreeMap<Part, &Assignment>,
    findings: &mut Findings,
) {
    let value = |part: Part| {
        let text = given.get(&part).map(|assignment| assignment.value.as_str());
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let host = value(Part::Host);
    let names_one = value(Part::Database).is_some() && value(Part::User).is_some();
    // A URL in a variable of such a name was found already.
    let is_url = host.as_deref().is_some_and(|host| host.contains("://"));
    if (host.is_none() && value(Part::Socket).is_none() && !names_one) || is_url {
        return;
    }
    let line = given.values().map(|assignment| assignment.line).min();
    let Some(database_type) = engine(name, value(Part::Engine), value(Part::Port)) else {
        let at = line.unwrap_or_default();
        findings.note(
            file,
            format!("The variables {name}_… from line {at} name a database, but not its type."),
        );
        return;
    };
    let mut parts = Parts {
        socket: value(Part::Socket),
        port: value(Part::Port),
        user: value(Part::User),
        password: value(Part::Password).map(Zeroizing::new),
        database: value(Part::Database),
        ..Parts::default()
    };
    if host.is_none() && parts.socket.is_none() {
        parts.warnings.push(Warning::new(
            WarningCode::Assumed,
            "The file names no server, so this machine is taken.",
        ));
    }
    parts.host = host;
    if let Some(mode) = value(Part::SslMode) {
        let option = match database_type {
            DatabaseType::Postgresql => Some("sslmode"),
            DatabaseType::Mysql => Some("ssl-mode"),
            _ => None,
        };
        parts
            .options
            .extend(option.map(|option| (option.to_owned(), mode)));
    }
    if given.values().any(|assignment| assignment.open) {
        parts.warnings.push(open_warning());
    }
    match parts.into_read(database_type) {
        Some(read) => findings.add(file, line, name, &[], read),
        None => findings.note(
            file,
            format!(
                "The variables {name}_… from line {} make no connection.",
                line.unwrap_or_default()
            ),
        ),
    }
}

/// The engine: what the file says, what the variables are called, and which engine's own port it is.
fn engine(name: &str, said: Option<String>, port: Option<String>) -> Option<DatabaseType> {
    let said = said.as_deref().and_then(engine_of);
    let named = || name.split('_').find_map(engine_of);
    let by_port = || {
        let port = port?.trim().parse::<u16>().ok()?;
        [
            DatabaseType::Postgresql,
            DatabaseType::Mysql,
            DatabaseType::Mongodb,
        ]
        .into_iter()
        .find(|each| each.default_port() == port)
    };
    said.or_else(named).or_else(by_port)
}
