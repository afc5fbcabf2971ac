//! The folders of other tools: what they hold becomes migrations, and migrations become such folders.
//!
//! What can't be taken over as it is meant is a note with its file and line, and that migration is left out as a whole: half of one
//! would be worse than none. Files are texts here; reading and writing them is for those who call.

mod javascript;
mod mongo_calls;
mod mongo_files;
mod names;
mod scripts;
mod sql_files;

use std::fmt;

use connection_url::DatabaseType;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::Migration;

/// Whose folder it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `20240101120000_name.up.sql` and `.down.sql`, or one `.sql` without a way back.
    Sqlx,
    /// `20240101120000_name.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// `V1.2__name.sql` and `U1.2__name.sql`.
    Flyway,
    /// `000001_name.up.sql` and `.down.sql`.
    GolangMigrate,
    /// `20240101120000-name.js`, which exports `up` and `down`.
    MigrateMongo,
}

/// A file of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Its path in the folder.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What a person should know of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What happened, and what to do.
    pub message: String,
    /// Whether the file, or the migration that it is of, was left out.
    pub refused: bool,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

/// What a folder holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ImportedSet {
    /// The migrations in the order in which the tool runs them. Their records are whole; they have no id yet.
    pub migrations: Vec<Migration>,
    /// What was left out or changed, and why.
    pub notes: Vec<Note>,
}

/// Why a folder can't be read or written at all.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct FormatError {
    /// `wrong_database` (the tool is not for databases of this type) or `nothing_found`.
    pub code: &'static str,
    /// One plain sentence, with what to do.
    pub message: String,
}

/// Reads a folder.
///
/// # Errors
/// When the tool is not for databases of this type, or nothing in the folder is a migration of it.
pub fn read(
    files: &[SourceFile],
    format: Format,
    database_type: DatabaseType,
) -> Result<ImportedSet, FormatError> {
    suits(format, database_type)?;
    let mut files: Vec<SourceFile> = files.iter().map(plain).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let set = match format {
        Format::MigrateMongo => mongo_files::read(&files),
        _ => sql_files::read(&files, format, database_type),
    };
    if set.migrations.is_empty() && set.notes.is_empty() {
        return Err(FormatError {
            code: "nothing_found",
            message: format!(
                "No file here is a migration of {}: its files are named like {}.",
                format.tool(),
                format.example()
            ),
        });
    }
    Ok(set)
}

/// Writes a folder. Where tags are numbered as the tool wants it and in order, they name the files; else the files are numbered.
///
/// # Errors
/// When the tool is not for databases of this type.
pub fn write(
    migrations: &[Migration],
    format: Format,
    database_type: DatabaseType,
) -> Result<Vec<SourceFile>, FormatError> {
    suits(format, database_type)?;
    let stems = names::stems(migrations, format);
    Ok(match format {
        Format::MigrateMongo => mongo_files::write(migrations, &stems),
        _ => sql_files::write(migrations, &stems, format, database_type),
    })
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Sqlx,
        Self::Dbmate,
        Self::Flyway,
        Self::GolangMigrate,
        Self::MigrateMongo,
    ];

    /// What people call the tool.
    #[must_use]
    pub const fn tool(self) -> &'static str {
        match self {
            Self::Sqlx => "sqlx",
            Self::Dbmate => "dbmate",
            Self::Flyway => "Flyway",
            Self::GolangMigrate => "golang-migrate",
            Self::MigrateMongo => "migrate-mongo",
        }
    }

    /// A name of a file.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Sqlx => "20240101120000_create_users.up.sql",
            Self::Dbmate => "20240101120000_create_users.sql",
            Self::Flyway => "V1.2__create_users.sql",
            Self::GolangMigrate => "000001_create_users.up.sql",
            Self::MigrateMongo => "20240101120000-create-users.js",
        }
    }
}

fn suits(format: Format, database_type: DatabaseType) -> Result<(), FormatError> {
    let mongodb = format == Format::MigrateMongo;
    if mongodb == (database_type == DatabaseType::Mongodb) {
        return Ok(());
    }
    Err(FormatError {
        code: "wrong_database",
        message: format!(
            "{} is for {}.",
            format.tool(),
            if mongodb {
                "MongoDB"
            } else {
                "PostgreSQL and MySQL"
            }
        ),
    })
}

/// A file without a byte order mark, its lines ended by a line feed alone: a checkout on Windows changes nothing.
fn plain(file: &SourceFile) -> SourceFile {
    SourceFile {
        path: file.path.replace('\\', "/"),
        text: file
            .text
            .trim_start_matches('\u{feff}')
            .replace("\r\n", "\n"),
    }
}

fn refused(path: &str, line: Option<usize>, message: impl Into<String>) -> Note {
    Note {
        path: path.to_owned(),
        line,
        message: message.into(),
        refused: true,
    }
}

fn told(path: &str, line: Option<usize>, message: impl Into<String>) -> Note {
    Note {
        refused: false,
        ..refused(path, line, message)
    }
}

/// What a migration is made of before it has a tag of its own.
struct Draft {
    path: String,
    tag: String,
    name: String,
    up: Vec<Value>,
    down: Vec<Value>,
    no_transaction: bool,
}

impl Draft {
    fn migration(&self, database_type: DatabaseType) -> Result<Migration, Vec<Note>> {
        let mut record = Map::new();
        record.insert("name".to_owned(), json!(self.name));
        record.insert("tag".to_owned(), json!(self.tag));
        record.insert(
            "value".to_owned(),
            json!({"up": self.up, "down": self.down}),
        );
        if self.no_transaction {
            record.insert("no_transaction".to_owned(), json!(true));
        }
        Migration::read(database_type, "", &record).map_err(|faults| {
            faults
                .into_iter()
                .map(|fault| {
                    let place = fault
                        .statement
                        .map(|statement| format!("Statement {statement}: "))
                        .unwrap_or_default();
                    refused(&self.path, None, format!("{place}{}", fault.message))
                })
                .collect()
        })
    }
}
