//! A connection that a file gives in parts.

use connection_url::{ConnectionUrl, DatabaseType, Host, Port, UrlDocument, build};
use zeroize::Zeroizing;

use crate::found::Warning;
use crate::urls::ReadUrl;

/// The parts of a connection, as values.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) host: Option<String>,
    /// A socket in place of a host.
    pub(crate) socket: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) database: Option<String>,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) warnings: Vec<Warning>,
}

impl Parts {
    /// The parts as a URL: each value as it is, whatever characters it has. `None` when they make no URL.
    pub(crate) fn into_read(mut self, database_type: DatabaseType) -> Option<ReadUrl> {
        let mut document = UrlDocument::default();
        let port = match self.port.take().as_deref().map(str::trim) {
            None | Some("") => Port::None,
            // A port that is no number is a variable that nobody filled in.
            Some(port) => Port::Number(port.parse().ok().filter(|port| *port != 0)?),
        };
        let host = match self.socket.take().filter(|socket| !socket.is_empty()) {
            Some(path) => Host::Socket { path, port },
            None => {
                let host = self.host.take().unwrap_or_default();
                match host.trim() {
                    path if path.starts_with('/') => Host::Socket {
                        path: path.to_owned(),
                        port,
                    },
                    host => Host::Tcp {
                        host: or_here(host),
                        port,
                    },
                }
            }
        };
        document.hosts = vec![host];
        document.user = self.user.take().filter(|user| !user.is_empty());
        document.password = self
            .password
            .take()
            .filter(|password| !password.is_empty())
            .map(|password| password.to_string());
        document.database = self.database.take().filter(|database| !database.is_empty());
        document.options = std::mem::take(&mut self.options);
        // What a file gives in parts is values: stars are stars.
        for part in ["user", "password", "database", "hosts[0]"] {
            document.verbatim.push(part.to_owned());
        }
        let text = Zeroizing::new(build(database_type, &document).ok()?);
        Some(ReadUrl {
            url: ConnectionUrl::parse(&text, Some(database_type)).ok()?,
            database_type,
            warnings: self.warnings,
            environment: None,
        })
    }
}

fn or_here(host: &str) -> String {
    if host.is_empty() {
        "localhost".to_owned()
    } else {
        host.to_owned()
    }
}

/// The engine that a word of a file means.
pub(crate) fn engine_of(word: &str) -> Option<DatabaseType> {
    let word = word.to_ascii_lowercase();
    let has = |part: &str| word.contains(part);
    if has("postgres") || has("pgsql") || has("postgis") || has("timescale") || word == "pg" {
        Some(DatabaseType::Postgresql)
    } else if has("mysql") || has("maria") {
        Some(DatabaseType::Mysql)
    } else if has("mongo") {
        Some(DatabaseType::Mongodb)
    } else {
        None
    }
}
