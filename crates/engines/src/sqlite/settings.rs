//! What a URL says of the file, and opening it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use connection_url::ConnectionUrl;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{errors, guard};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::options::boolean;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To see whether there is a database.
    Test,
    /// To read it.
    Read,
    /// To read it and to write.
    Write,
}

/// How the file may be opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    ReadOnly,
    ReadWrite,
    Create,
}

/// The file of a URL.
pub(super) struct Settings {
    /// `None` for a database in memory.
    path: Option<PathBuf>,
    mode: Mode,
    /// The other parameters, for SQLite to read.
    parameters: Vec<(&'static str, bool)>,
}

impl Settings {
    /// Reads the URL.
    pub(super) fn read(url: &ConnectionUrl) -> Attempt<Self> {
        let mut in_memory = url.database() == Some(":memory:");
        let mode = match url.option("mode") {
            None | Some("rw") => Mode::ReadWrite,
            Some("ro") => Mode::ReadOnly,
            Some("rwc") => Mode::Create,
            Some("memory") => {
                in_memory = true;
                Mode::ReadWrite
            }
            Some(other) => {
                return Err(Failure::option(
                    "mode",
                    format!("“{other}” is no mode of SQLite."),
                    "Write mode=ro, mode=rw or mode=rwc, or remove it.",
                ));
            }
        };
        let mut parameters = Vec::new();
        for name in ["immutable", "nolock", "psow"] {
            if let Some(value) = url.option(name) {
                parameters.push((name, boolean(name, value)?));
            }
        }
        let path = match url.database().filter(|path| !path.is_empty()) {
            _ if in_memory => None,
            Some(path) => Some(absolute(path)?),
            None => {
                return Err(
                    Failure::new(code::INVALID_OPTION, "The URL names no file.").remedy(
                        "Write the path of the database: sqlite:///srv/shop.db, for instance.",
                    ),
                );
            }
        };
        Ok(Self {
            path,
            mode,
            parameters,
        })
    }

    /// The file's path, to be shown.
    pub(super) fn shown(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => "memory".to_owned(),
        }
    }

    /// Whether a session for this purpose writes.
    pub(super) fn writes(&self, purpose: Purpose) -> bool {
        purpose == Purpose::Write && self.mode != Mode::ReadOnly
    }

    /// Opens the file and sets the connection up.
    pub(super) fn open(&self, purpose: Purpose) -> Attempt<Connection> {
        let opened = match &self.path {
            None => Connection::open_in_memory(),
            Some(path) => {
                self.check(path, purpose)?;
                let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
                flags |= match (self.writes(purpose), self.mode) {
                    (false, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
                    (true, Mode::Create) => {
                        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
                    }
                    (true, _) => OpenFlags::SQLITE_OPEN_READ_WRITE,
                };
                if self.parameters.is_empty() {
                    Connection::open_with_flags(path, flags)
                } else {
                    let uri = self.uri(path);
                    Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
                }
            }
        };
        let failure = |error| errors::of_opening(&error, &self.shown());
        let connection = opened.map_err(failure)?;
        self.set_up(&connection, purpose).map_err(failure)?;
        Ok(connection)
    }

    /// What a person should hear before SQLite says that it cannot open a file.
    fn check(&self, path: &Path, purpose: Purpose) -> Attempt<()> {
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(Failure::new(
                code::NOT_THIS_DATABASE,
                format!("{} is a folder, and no database file.", self.shown()),
            )
            .remedy("Write the path of the file in it.")),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => match self.mode {
                Mode::Create if purpose == Purpose::Write => Ok(()),
                Mode::Create => Err(missing(&self.shown()).remedy(
                    "The URL says mode=rwc: the first action or migration that writes makes it.",
                )),
                Mode::ReadOnly | Mode::ReadWrite => Err(missing(&self.shown()).remedy(
                    "Check the path. To have an empty database made there, write ?mode=rwc behind it.",
                )),
            },
            Err(error) => Err(Failure::new(
                code::PERMISSION_DENIED,
                format!("{} cannot be looked at: {error}", self.shown()),
            )
            .remedy("Check the rights on the file and on the folders that lead to it.")),
        }
    }

    fn uri(&self, path: &Path) -> String {
        let path = path.to_string_lossy();
        // On Windows a drive comes behind a slash.
        let mut uri = String::from(if path.starts_with('/') {
            "file:"
        } else {
            "file:/"
        });
        for byte in path.replace('\\', "/").bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'-' | b'.' | b'_') {
                uri.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        for (index, (name, on)) in self.parameters.iter().enumerate() {
            uri.push(if index == 0 { '?' } else { '&' });
            let _ = write!(uri, "{name}={}", u8::from(*on));
        }
        uri
    }

    fn set_up(&self, connection: &Connection, purpose: Purpose) -> rusqlite::Result<()> {
        // The worker waits for locks itself, so that a wait can be cancelled.
        connection.busy_timeout(Duration::ZERO)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        if !self.writes(purpose) {
            connection.pragma_update(None, "query_only", true)?;
        }
        connection.authorizer(Some(guard::of(self.writes(purpose))))
    }
}

fn missing(shown: &str) -> Failure {
    Failure::new(
        code::DATABASE_NOT_FOUND,
        format!("There is no file {shown}."),
    )
}

/// The window and the command start in different folders: a relative path would name two files.
fn absolute(path: &str) -> Attempt<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(Failure::new(
        code::INVALID_OPTION,
        format!(
            "The path {} does not say which folder it starts from.",
            path.display()
        ),
    )
    .remedy("Write the whole path: sqlite:///srv/shop.db, for instance."))
}
