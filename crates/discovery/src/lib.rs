//! Finds database connections in the files of other programs.
//!
//! Text in, connections out: nothing here opens a file. The use cases decide which files are read, and read them;
//! [`known_places`] says where other programs keep theirs, [`source_of`] which file of a chosen folder is worth reading,
//! and [`read`] reads what they found, all together, since some files complete each other (a service file names no password,
//! `~/.pgpass` does).
//!
//! Invariants:
//! - Pure: no I/O, no clock, no environment.
//! - Whatever the bytes are, an answer comes, in time that grows with their number: hostile files are somebody's idea of fun.
//! - A [`FoundUrl`] may hold a password. It is zeroed on drop, prints as `***` and can't be serialised. No note and no
//!   warning quotes a value of a file.
//! - What another program encrypted stays with it. The one exception is `.mylogin.cnf`, whose key stands in the file.

mod compass;
mod compose;
mod datagrip;
mod dbeaver;
mod dotenv;
mod dotenv_groups;
mod environment;
mod found;
mod json;
mod mysql_login;
mod mysql_options;
mod parts;
mod pg_service;
mod pgpass;
mod places;
mod records;
mod source;
mod text;
mod urls;
mod yaml;

pub use environment::{EnvironmentGuess, base_name, guess as guess_environment};
pub use found::{Findings, FoundConnection, FoundUrl, Note, Warning, WarningCode};
pub use places::{Home, Place, Platform, known_places};
pub use source::{Source, SourceFile, is_searched, source_of};

/// The largest file that is read, in bytes. Those of a person are a thousand times smaller.
pub const FILE_LIMIT: usize = 1024 * 1024;

/// The most connections that one search answers. A person chooses from a list, and nobody reads a longer one.
pub const MOST_CONNECTIONS: usize = 2000;

/// Reads the files together. A file that can't be read has a note, and stops nothing.
#[must_use]
pub fn read(files: &[SourceFile<'_>]) -> Findings {
    let mut findings = Findings::default();
    let passwords = pgpass::Passwords::of(files);
    for file in files {
        if findings.is_full() || findings.connections.len() >= MOST_CONNECTIONS {
            findings.note(
                file,
                format!("More than {MOST_CONNECTIONS} connections were found. Search a smaller folder for the rest."),
            );
            break;
        }
        if file.bytes.len() > FILE_LIMIT {
            findings.note(file, "This file is larger than 1 MiB and was not read.");
            continue;
        }
        match file.source {
            Source::DotEnv => dotenv::read(file, &mut findings),
            Source::Pgpass => pgpass::read(file, &mut findings),
            Source::PgService => pg_service::read(file, &passwords, &mut findings),
            Source::MysqlOptions => mysql_options::read(file, &mut findings),
            Source::MysqlLogin => mysql_login::read(file, &mut findings),
            Source::Compose => compose::read(file, files, &mut findings),
            Source::Records => records::read(file, &mut findings),
            Source::Dbeaver => dbeaver::read(file, &mut findings),
            Source::Compass => compass::read(file, &mut findings),
            Source::Datagrip => datagrip::read(file, files, &mut findings),
            Source::DatagripLocal => {}
            Source::Beekeeper => findings.note(
                file,
                "Beekeeper Studio keeps its connections in a database of its own, which is not read. Copy their URLs.",
            ),
        }
    }
    findings.connections.truncate(MOST_CONNECTIONS);
    findings
}
