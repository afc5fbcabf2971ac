//! What was found.

use std::fmt;

use connection_url::{ConnectionUrl, DatabaseType, SlotState};
use zeroize::Zeroizing;

use crate::environment::EnvironmentGuess;
use crate::source::{Source, SourceFile};

/// A connection URL as a file has it: it may hold a password.
pub struct FoundUrl(Zeroizing<String>);

impl FoundUrl {
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, secrets and all. Not for eyes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text with `***` in each secret's place.
    #[must_use]
    pub fn masked(&self, database_type: DatabaseType) -> String {
        ConnectionUrl::parse(&self.0, Some(database_type))
            .map_or_else(|_| connection_url::redact(&self.0), |url| url.masked())
    }

    /// The slots that hold a secret, which is what an import puts into the keyring.
    #[must_use]
    pub fn secret_slots(&self, database_type: DatabaseType) -> Vec<String> {
        let Ok(url) = ConnectionUrl::parse(&self.0, Some(database_type)) else {
            return Vec::new();
        };
        let literal = url
            .secret_slots()
            .iter()
            .filter(|slot| slot.state == SlotState::Literal);
        literal.map(|slot| slot.name.clone()).collect()
    }
}

impl fmt::Debug for FoundUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(connection_url::MASK)
    }
}

/// A connection that a file names.
#[derive(Debug)]
pub struct FoundConnection {
    /// Whose file it is in.
    pub source: Source,
    /// The file's path as it was given.
    pub file: String,
    /// The line, from 1, where the file has lines.
    pub line: Option<usize>,
    /// What the file calls it: a variable, a service, a saved name.
    pub name: String,
    /// The engine.
    pub database_type: DatabaseType,
    /// How to connect.
    pub url: FoundUrl,
    /// What the file, the name or the server says about where this is.
    pub environment: Option<EnvironmentGuess>,
    /// What a person should know before taking it.
    pub warnings: Vec<Warning>,
}

impl FoundConnection {
    /// The database that the URL names, or else what the file calls the connection; the words that say an environment are
    /// left out, so that the same database has the same name in each.
    #[must_use]
    pub fn database_name(&self) -> String {
        let base =
            |name: &str| Some(crate::environment::base_name(name)).filter(|base| !base.is_empty());
        // A record's name is one that a person gave to the database in all its environments.
        if self.source == Source::Records {
            return self.name.clone();
        }
        let url = ConnectionUrl::parse(self.url.expose(), Some(self.database_type)).ok();
        let named = url.as_ref().and_then(ConnectionUrl::database);
        // Databases of these names are where a server puts people who named none.
        let own = named.filter(|name| !matches!(*name, "postgres" | "admin" | "test" | "mysql"));
        own.and_then(base)
            .or_else(|| base(&self.name))
            .unwrap_or_else(|| self.name.clone())
    }
}

/// What a warning is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WarningCode {
    /// The password is somewhere else, and stays there.
    PasswordElsewhere,
    /// The text was mended to be read.
    Mended,
    /// The file leaves something open that was filled in.
    Assumed,
    /// The file leaves something open that a person must fill in.
    Incomplete,
    /// This machine can't reach the server as the file has it.
    Unreachable,
}

impl WarningCode {
    /// The word for it in files and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordElsewhere => "password_elsewhere",
            Self::Mended => "mended",
            Self::Assumed => "assumed",
            Self::Incomplete => "incomplete",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Something to know about a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// A plain sentence; it quotes no value.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Something to know about a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The file's path as it was given.
    pub file: String,
    /// A plain sentence; it quotes no value.
    pub message: String,
}

/// The most notes of a search.
const MOST_NOTES: usize = 500;

/// What the files hold.
#[derive(Debug, Default)]
pub struct Findings {
    /// In the order of the files, and in each in the order of its lines.
    pub connections: Vec<FoundConnection>,
    /// What could not be read, and why.
    pub notes: Vec<Note>,
}

impl Findings {
    /// Whether nothing more is taken, so that nothing more need be read.
    pub(crate) fn is_full(&self) -> bool {
        self.connections.len() > crate::MOST_CONNECTIONS || self.notes.len() >= MOST_NOTES
    }

    pub(crate) fn note(&mut self, file: &SourceFile<'_>, message: impl Into<String>) {
        if self.notes.len() >= MOST_NOTES {
            return;
        }
        self.notes.push(Note {
            file: file.path.to_owned(),
            message: message.into(),
        });
    }

    /// Adds a connection. The environment is guessed from what it is called first, then from its file, and from its server
    /// when neither says anything.
    pub(crate) fn add(
        &mut self,
        file: &SourceFile<'_>,
        line: Option<usize>,
        name: impl Into<String>,
        hints: &[&str],
        read: crate::urls::ReadUrl,
    ) {
        if self.is_full() {
            return;
        }
        let name = name.into();
        let mut said: Vec<&str> = hints.to_vec();
        said.push(&name);
        said.extend(read.url.database());
        said.push(file.name());
        let guessed = || crate::environment::guess_connection(&said, &read.url);
        let environment = read.environment.clone().or_else(guessed);
        self.connections.push(FoundConnection {
            source: file.source,
            file: file.path.to_owned(),
            line,
            name,
            database_type: read.database_type,
            url: FoundUrl::new(read.url.expose().to_owned()),
            environment,
            warnings: read.warnings,
        });
    }
}
