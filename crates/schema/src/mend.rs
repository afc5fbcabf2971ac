//! Statements that make one schema of another.

mod mongodb;
mod mysql;
mod mysql_tables;
mod order;
mod postgres;
mod postgres_drops;
mod postgres_tables;
mod postgres_types;
mod sqlite;

use std::collections::HashSet;

use connection_url::DatabaseType;

use crate::compare::changes;
use crate::describe::Belongings;
use crate::{Change, Difference, Object, ObjectKey, Snapshot, describe};

/// A statement that mends a difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mend {
    /// The statement: SQL, or a command as JSON. Empty where none can be written; the note then says why.
    pub statement: String,
    /// Whether data or objects can be lost by it.
    pub destructive: bool,
    /// What a person must look at.
    pub note: Option<String>,
}

impl Mend {
    /// A statement by which nothing is lost.
    fn safe(statement: impl Into<String>) -> Self {
        Self {
            statement: statement.into(),
            destructive: false,
            note: None,
        }
    }

    /// A statement by which something is lost.
    fn destructive(statement: impl Into<String>) -> Self {
        Self {
            destructive: true,
            ..Self::safe(statement)
        }
    }

    /// What a person has to do.
    fn by_hand(key: &ObjectKey, why: &str) -> Self {
        Self::safe("").noted(format!("The {} {}: {why}", key.kind, key.name))
    }

    /// What is its definition, and has none.
    fn undefined(key: &ObjectKey) -> Self {
        Self::by_hand(key, "its definition is not known.")
    }

    fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Kinds of the SQL databases that are what their definition says.
const DEFINED: [&str; 8] = [
    "index",
    "constraint",
    "view",
    "materialized view",
    "function",
    "procedure",
    "rule",
    "trigger",
];

/// Whether an object of a SQL database is what its definition says, and nobody could read it.
fn lacks_definition(key: &ObjectKey, object: &Object) -> bool {
    DEFINED.contains(&key.kind.as_str()) && object.get("definition").is_none_or(str::is_empty)
}

/// The statements that make what is `right` like what is `left`, in an order that runs. They mend the differences that are given,
/// with all that came along with them, and no others; what a difference takes with it (a view on a column whose type changes) is made
/// again after it.
#[must_use]
pub fn mend(
    database_type: DatabaseType,
    left: &Snapshot,
    right: &Snapshot,
    differences: &[Difference],
) -> Vec<Mend> {
    // What nobody could read can't be written.
    let (unknown, wanted): (Vec<_>, Vec<_>) = wanted(left, right, differences)
        .into_iter()
        .partition(|(key, change)| {
            let object = left.objects.get(*key).filter(|_| *change != Change::Added);
            database_type != DatabaseType::Mongodb
                && !(database_type == DatabaseType::Mysql && key.kind == "trigger")
                && object.is_some_and(|object| lacks_definition(key, object))
        });
    let sides = Sides::of(left, right, &wanted);
    let mut mends = match database_type {
        DatabaseType::Postgresql => postgres::mend(&sides),
        DatabaseType::Mysql => mysql::mend(&sides),
        DatabaseType::Sqlite => sqlite::mend(&sides),
        DatabaseType::Mongodb => return mongodb::mend(&sides),
    };
    mends.extend(unknown.iter().map(|(key, _)| Mend::undefined(key)));
    mends
}

/// What is to be mended.
struct Sides<'a> {
    left: &'a Snapshot,
    right: &'a Snapshot,
    changes: &'a [(&'a ObjectKey, Change)],
    /// The changes again, to be looked up.
    known: HashSet<(&'a str, &'a str, Change)>,
    /// What belongs to what on the left.
    belongings: Belongings<'a>,
}

impl<'a> Sides<'a> {
    fn of(left: &'a Snapshot, right: &'a Snapshot, changes: &'a [(&'a ObjectKey, Change)]) -> Self {
        let known = changes
            .iter()
            .map(|(key, change)| (key.kind.as_str(), key.name.as_str(), *change));
        Self {
            left,
            right,
            changes,
            known: known.collect(),
            belongings: Belongings::of(left),
        }
    }

    /// Whether the whole object is to be made or dropped.
    fn has(&self, kind: &str, name: &str, change: Change) -> bool {
        self.known.contains(&(kind, name, change))
    }

    /// The names of objects of a kind that are made or dropped.
    fn all(&self, kinds: &[&str], change: Change) -> HashSet<&'a str> {
        self.changes
            .iter()
            .filter(|(key, other)| kinds.contains(&key.kind.as_str()) && *other == change)
            .map(|(key, _)| key.name.as_str())
            .collect()
    }
}

/// Every change that is asked for, those that come along among them.
fn wanted<'a>(
    left: &'a Snapshot,
    right: &'a Snapshot,
    differences: &[Difference],
) -> Vec<(&'a ObjectKey, Change)> {
    let asked: HashSet<(&ObjectKey, Change)> = differences
        .iter()
        .map(|difference| (&difference.key, difference.change))
        .collect();
    let owners: HashSet<(&str, Change)> = differences
        .iter()
        .filter(|difference| describe::is_owner(&difference.key.kind))
        .map(|difference| (difference.key.name.as_str(), difference.change))
        .collect();
    changes(left, right)
        .into_iter()
        .filter(|(key, change)| {
            if asked.contains(&(key, *change)) {
                return true;
            }
            let object = left.objects.get(*key).or_else(|| right.objects.get(*key));
            let with =
                |kind: &str, name: &str| asked.contains(&(&ObjectKey::new(kind, name), *change));
            *change != Change::Changed
                && object.is_some_and(|object| {
                    describe::owner(key, object)
                        .is_some_and(|owner| owners.contains(&(owner, *change)))
                        || match key.kind.as_str() {
                            "sequence" => object
                                .get("owned by")
                                .is_some_and(|column| with("column", column)),
                            "index" => with("constraint", &key.name),
                            _ => false,
                        }
                })
        })
        .collect()
}
