//! Reads a schema from its server.

mod mongodb;
mod mysql;
mod postgres;
mod sqlite;

use connection_url::DatabaseType;
use engines::{RunError, Session};

pub(crate) use self::mysql::texts::literal;
use crate::snapshot::Covers;
use crate::{ObjectKey, Snapshot};

/// What the names of Tapedeck's own tables and collections begin with.
pub(crate) const OWN: &str = "_tapedeck_";

/// Reads the schema of the connected database by a fixed handful of queries, however large it is. On MongoDB, which has no such
/// question about indexes, it is one more for each collection.
///
/// It may be called within a transaction, and leaves the session's settings as they were. What the person may not see is left
/// out of what the snapshot covers.
///
/// # Errors
/// As the session fails.
pub async fn read(
    session: &mut dyn Session,
    database_type: DatabaseType,
) -> Result<Snapshot, RunError> {
    match database_type {
        DatabaseType::Postgresql => postgres::read(session).await,
        DatabaseType::Mysql => mysql::read(session).await,
        DatabaseType::Mongodb => mongodb::read(session).await,
        DatabaseType::Sqlite => sqlite::read(session).await,
    }
}

/// What a reader covers, as a snapshot says it.
fn covers(kinds: &[(&str, &[&str])]) -> Covers {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    kinds
        .iter()
        .map(|(kind, attributes)| ((*kind).to_owned(), names(attributes)))
        .collect()
}

/// A snapshot that is being read.
fn begun(session: &dyn Session, kinds: &[(&str, &[&str])]) -> Snapshot {
    Snapshot {
        covers: covers(kinds),
        server: session.server().to_owned(),
        ..Snapshot::default()
    }
}

impl Snapshot {
    fn add(&mut self, kind: &str, name: String, object: crate::Object) {
        self.objects.insert(ObjectKey::new(kind, name), object);
    }
}
