//! Docker Compose files: services that are database servers, with the port at which this machine reaches them.

use connection_url::DatabaseType;
use zeroize::Zeroizing;

use crate::dotenv::{assignments, expand};
use crate::found::{Findings, Warning, WarningCode};
use crate::parts::{Parts, engine_of};
use crate::source::{Source, SourceFile};
use crate::text::text_of;
use crate::yaml::{self, Node};

/// Adds a connection for each service that is a server of an engine that we know.
pub(crate) fn read(file: &SourceFile<'_>, files: &[SourceFile<'_>], findings: &mut Findings) {
    let text = text_of(file, findings);
    let Some(parsed) = yaml::parse(&text) else {
        findings.note(file, "This file is no Compose file that can be read.");
        return;
    };
    let beside = files.iter().find(|each| {
        each.source == Source::DotEnv && each.name() == ".env" && each.folder() == file.folder()
    });
    let variables = beside.filter(|each| each.bytes.len() <= crate::FILE_LIMIT);
    let variables = variables.map_or_else(Vec::new, |each| {
        assignments(&String::from_utf8_lossy(each.bytes))
    });
    let look_up = |name: &str| {
        let found = variables.iter().find(|each| each.key == name);
        found.map(|each| each.value.as_str())
    };
    let services = parsed.get("services").map_or(&[][..], Node::entries);
    for (name, line, service) in services {
        let image = service.get("image").and_then(Node::text);
        let Some(database_type) = image.and_then(of_image) else {
            continue;
        };
        let reader = Reader {
            database_type,
            service,
            look_up: &look_up,
        };
        match reader.parts().into_read(database_type) {
            Some(read) => findings.add(file, Some(*line), name.as_str(), &[], read),
            None => findings.note(file, format!("The service {name} makes no connection.")),
        }
    }
}

/// The engine of an image: its last part names it, and not what only talks to it (`mongo-express`).
fn of_image(image: &str) -> Option<DatabaseType> {
    let image = image.split('@').next().unwrap_or_default();
    let path = image.rsplit('/').next().unwrap_or_default();
    let name = path
        .split(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let exact = [
        "postgres",
        "postgresql",
        "postgis",
        "timescaledb",
        "timescaledb-ha",
        "pgvector",
        "mysql",
        "mysql-server",
        "mariadb",
        "mongo",
        "mongodb",
        "mongodb-community-server",
        "percona-server-mongodb",
    ];
    if !exact.contains(&name.as_str()) {
        return None;
    }
    if name == "pgvector" {
        Some(DatabaseType::Postgresql)
    } else {
        engine_of(&name)
    }
}

struct Reader<'a, 'b> {
    database_type: DatabaseType,
    service: &'a Node,
    look_up: &'a dyn Fn(&str) -> Option<&'b str>,
}

impl Reader<'_, '_> {
    fn expanded(&self, text: &str) -> Zeroizing<String> {
        // Two dollars are how Compose writes one.
        Zeroizing::new(
            expand(&text.replace("$$", "\\$"), self.look_up)
                .0
                .to_string(),
        )
    }

    /// The value of a variable: `KEY: value`, or `KEY=value` in a list.
    fn raw(&self, name: &str) -> Option<&str> {
        let variables = self.service.get("environment")?;
        let listed = variables.items().iter().find_map(|item| {
            let (key, value) = item.text()?.split_once('=')?;
            (key == name).then_some(value)
        });
        listed.or_else(|| variables.get(name)?.text())
    }

    /// The first of the variables that is set to something.
    fn variable(&self, names: &[&str]) -> Option<Zeroizing<String>> {
        let values = names.iter().filter_map(|name| self.raw(name));
        values
            .map(|value| self.expanded(value))
            .find(|value| !value.is_empty())
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        self.variable(names).map(|value| value.to_string())
    }

    fn parts(&self) -> Parts {
        let mut parts = Parts {
            host: Some("localhost".to_owned()),
            ..Parts::default()
        };
        match self.database_type {
            DatabaseType::Postgresql => {
                let user = self.text(&["POSTGRES_USER", "POSTGRESQL_USERNAME"]);
                parts.user = Some(user.unwrap_or_else(|| "postgres".to_owned()));
                parts.password = self.variable(&["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"]);
                let database = self.text(&["POSTGRES_DB", "POSTGRESQL_DATABASE"]);
                parts.database = database.or_else(|| parts.user.clone());
            }
            DatabaseType::Mongodb => {
                parts.user = self.text(&[
                    "MONGO_INITDB_ROOT_USERNAME",
                    "MONGODB_INITDB_ROOT_USERNAME",
                    "MONGODB_ROOT_USER",
                ]);
                parts.password = self.variable(&[
                    "MONGO_INITDB_ROOT_PASSWORD",
                    "MONGODB_INITDB_ROOT_PASSWORD",
                    "MONGODB_ROOT_PASSWORD",
                ]);
                parts.database = self.text(&["MONGO_INITDB_DATABASE", "MONGODB_DATABASE"]);
                if parts.user.is_some() {
                    parts
                        .options
                        .push(("authSource".to_owned(), "admin".to_owned()));
                }
            }
            _ => {
                let user = self.text(&["MYSQL_USER", "MARIADB_USER"]);
                parts.password = match user {
                    Some(_) => self.variable(&["MYSQL_PASSWORD", "MARIADB_PASSWORD"]),
                    None => self.variable(&["MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"]),
                };
                parts.user = Some(user.unwrap_or_else(|| "root".to_owned()));
                parts.database = self.text(&["MYSQL_DATABASE", "MARIADB_DATABASE"]);
            }
        }
        let names_file = [
            "POSTGRES_PASSWORD_FILE",
            "MYSQL_ROOT_PASSWORD_FILE",
            "MYSQL_PASSWORD_FILE",
            "MARIADB_ROOT_PASSWORD_FILE",
            "MARIADB_PASSWORD_FILE",
            "MONGO_INITDB_ROOT_PASSWORD_FILE",
        ];
        if parts.password.is_none() && names_file.iter().any(|name| self.raw(name).is_some()) {
            parts.warnings.push(Warning::new(
                WarningCode::PasswordElsewhere,
                "The password is in a file that the service reads. Enter it after the import.",
            ));
        }
        match self.published() {
            Some(port) if port == self.database_type.default_port() => {}
            Some(port) => parts.port = Some(port.to_string()),
            None => parts.warnings.push(Warning::new(
                WarningCode::Unreachable,
                "The service publishes no port, so this machine can't reach it.",
            )),
        }
        parts
    }

    /// The port of this machine that leads to the server's own.
    fn published(&self) -> Option<u16> {
        let wanted = self.database_type.default_port().to_string();
        let ports = self.service.get("ports").map_or(&[][..], Node::items);
        ports.iter().find_map(|port| {
            let field = |name: &str| port.get(name).and_then(Node::text);
            let text = match port.text() {
                Some(text) => self.expanded(text),
                None => self.expanded(&format!("{}:{}", field("published")?, field("target")?)),
            };
            let text = text.split('/').next()?;
            let (before, target) = text.rsplit_once(':')?;
            if target != wanted {
                return None;
            }
            before.rsplit(':').next()?.parse().ok()
        })
    }
}
