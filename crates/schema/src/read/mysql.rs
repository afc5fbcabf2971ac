//! MySQL 5.7 and later, MariaDB 10.2 and later, by their information schema.
//!
//! Each question names the database as a constant, so that a server that has to open tables for an answer opens those of this
//! database only. No column is asked for that statistics or data change: no row counts, no cardinality, no next value.

mod rights;
mod routines;
mod tables;
pub(crate) mod texts;

use std::collections::{HashMap, HashSet};

use connection_url::DatabaseType;
use engines::{EngineError, Fate, RunError, Session, Stage, code};

use self::texts::{literal, names, unqualified};
use super::{OWN, begun};
use crate::name;
use crate::rows::{Row, query};
use crate::{Object, ObjectKey, Snapshot};

/// What is read here.
const COVERS: &[(&str, &[&str])] = &[
    (
        "table",
        &[
            "engine",
            "collation",
            "options",
            "partitions",
            "system versioned",
            "comment",
        ],
    ),
    (
        "column",
        &[
            "type",
            "collation",
            "not null",
            "default",
            "on update",
            "auto increment",
            "generated",
            "invisible",
            "comment",
        ],
    ),
    ("index", &["definition", "invisible"]),
    ("constraint", &["definition", "level"]),
    ("view", &["definition", "check option", "security"]),
    ("function", &["definition"]),
    ("procedure", &["definition"]),
    ("trigger", &["timing", "statement", "order"]),
    (
        "event",
        &["schedule", "statement", "on completion", "enabled"],
    ),
    (
        "sequence",
        &["start", "increment", "minimum", "maximum", "cache", "cycle"],
    ),
];

/// The reading under way.
struct Reading<'a> {
    session: &'a mut dyn Session,
    snapshot: Snapshot,
    database: String,
    /// The collation of the database, which routines have unless they say otherwise.
    collation: String,
    mariadb: bool,
    version: (u64, u64, u64),
    /// Tables, by their names.
    tables: HashSet<String>,
    partitioned: bool,
    sequences: Vec<String>,
}

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, RunError> {
    let about = query(
        session,
        "SELECT DATABASE(), VERSION(), @@collation_database",
        &[],
    )
    .await?;
    let about = about.first();
    let Some(database) = about.and_then(|row| row.text(0)) else {
        return Err(no_database());
    };
    let version = about.map(|row| row.name(1)).unwrap_or_default();
    let snapshot = begun(session, COVERS);
    let mut reading = Reading {
        session,
        snapshot,
        database,
        collation: about.map(|row| row.name(2)).unwrap_or_default(),
        mariadb: version.to_ascii_lowercase().contains("mariadb"),
        version: numbers(&version),
        tables: HashSet::new(),
        partitioned: false,
        sequences: Vec::new(),
    };
    reading.all().await?;
    Ok(reading.snapshot)
}

fn no_database() -> RunError {
    RunError {
        error: EngineError {
            code: code::DATABASE_NOT_FOUND,
            stage: Stage::Ready,
            message: "The URL names no database, so that there is no schema to read.".to_owned(),
            remedy: "Add the database's name to the URL.".to_owned(),
            server_code: None,
            retryable: false,
        },
        fate: Fate::NotSent,
        position: None,
    }
}

/// `10.11.6` of `5.5.5-10.11.6-MariaDB`.
fn numbers(version: &str) -> (u64, u64, u64) {
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut parts = version
        .split(|letter: char| !letter.is_ascii_digit())
        .map(|part| part.parse().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}

fn join(parts: &[&str]) -> String {
    name::join(DatabaseType::Mysql, parts)
}

fn quoted(part: &str) -> String {
    name::quoted(DatabaseType::Mysql, part)
}

impl Reading<'_> {
    async fn rows(&mut self, statement: &str) -> Result<Vec<Row>, RunError> {
        let own = self.database.clone();
        query(self.session, statement, &[&own]).await
    }

    async fn all(&mut self) -> Result<(), RunError> {
        self.tables().await?;
        self.partitions().await?;
        self.columns().await?;
        self.indexes().await?;
        self.views().await?;
        self.sequences().await?;
        let roles = !self.mariadb && self.version >= (8, 0, 0);
        let rights = rights::read(self.session, &self.database, roles).await;
        if rights.keys || !self.mariadb {
            self.foreign_keys().await?;
            self.checks().await?;
        } else {
            self.leave_out(&["constraint"]);
        }
        if rights.routines {
            self.routines().await?;
        } else {
            self.leave_out(&["function", "procedure"]);
        }
        if rights.triggers {
            self.triggers().await?;
        } else {
            self.leave_out(&["trigger"]);
        }
        if rights.events {
            self.events().await?;
        } else {
            self.leave_out(&["event"]);
        }
        self.needs();
        Ok(())
    }

    fn leave_out(&mut self, kinds: &[&str]) {
        for kind in kinds {
            self.snapshot.covers.remove(*kind);
        }
    }

    async fn views(&mut self) -> Result<(), RunError> {
        let rows = self
            .rows(
                "SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE
                FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?",
            )
            .await?;
        let mut hidden = false;
        for row in rows {
            let name = row.name(0);
            if name.starts_with(OWN) {
                continue;
            }
            let definition = row.text(1).filter(|text| !text.is_empty());
            hidden |= definition.is_none();
            let mut object = Object::default();
            object.set(
                "definition",
                definition.map(|text| unqualified(&text, &self.database)),
            );
            object.set("check option", row.text(2).filter(|text| text != "NONE"));
            object.set("security", row.text(3).filter(|text| text != "DEFINER"));
            self.snapshot.add("view", join(&[&name]), object);
        }
        if hidden {
            self.hide(&["view"]);
        }
        Ok(())
    }

    /// What the server shows of some and not of others is of none.
    fn hide(&mut self, kinds: &[&str]) {
        for kind in kinds {
            if let Some(attributes) = self.snapshot.covers.get_mut(*kind) {
                attributes.retain(|attribute| attribute != "definition");
            }
            for (key, object) in &mut self.snapshot.objects {
                if key.kind == *kind {
                    object.attributes.remove("definition");
                }
            }
        }
    }

    async fn sequences(&mut self) -> Result<(), RunError> {
        if self.sequences.is_empty() {
            return Ok(());
        }
        let parts: Vec<String> = self
            .sequences
            .iter()
            .map(|name| {
                format!(
                    "SELECT {}, CAST(start_value AS CHAR), CAST(increment AS CHAR), CAST(minimum_value AS CHAR),
                        CAST(maximum_value AS CHAR), CAST(cache_size AS CHAR), cycle_option FROM {}",
                    literal(name),
                    quoted(name)
                )
            })
            .collect();
        for row in query(self.session, &parts.join(" UNION ALL "), &[]).await? {
            let mut object = Object::default();
            for (column, attribute) in [
                (1, "start"),
                (2, "increment"),
                (3, "minimum"),
                (4, "maximum"),
                (5, "cache"),
            ] {
                object.set(attribute, row.text(column));
            }
            object.mark("cycle", row.is(6));
            self.snapshot.add("sequence", join(&[&row.name(0)]), object);
        }
        Ok(())
    }

    /// Which views and functions a view names.
    fn needs(&mut self) {
        let kinds = ["view", "function"];
        let known: HashMap<String, Vec<ObjectKey>> = self
            .snapshot
            .objects
            .keys()
            .filter(|key| kinds.contains(&key.kind.as_str()))
            .fold(HashMap::new(), |mut known, key| {
                let name = name::split(&key.name).0.concat();
                known.entry(name).or_default().push(key.clone());
                known
            });
        for (key, object) in &mut self.snapshot.objects {
            if key.kind != "view" {
                continue;
            }
            let definition = object.get("definition").unwrap_or_default();
            let named = names(definition);
            let found = named.iter().filter_map(|name| known.get(name)).flatten();
            object.needs = found.filter(|other| *other != key).cloned().collect();
        }
    }
}
