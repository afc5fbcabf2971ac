//! MySQL and MariaDB: each statement commits by itself, so that the order is one in which every step holds.
//!
//! Triggers, events, views, foreign keys and checks that go are dropped first; then indexes, columns and tables. What is made comes
//! the other way round: tables, columns, indexes, counting (which wants an index), constraints, routines, views, triggers. Routines go
//! last.

use std::collections::BTreeSet;

use connection_url::DatabaseType;

use super::mysql_tables as tables;
use super::{Mend, Sides, order};
use crate::compare::last_part;
use crate::{Change, Object, ObjectKey, Snapshot, name};

pub(super) fn sql(name: &str) -> String {
    name::in_statement(DatabaseType::Mysql, name)
}

pub(super) fn last(key: &ObjectKey) -> String {
    name::quoted(DatabaseType::Mysql, &last_part(key))
}

/// The table that something belongs to.
pub(super) fn owner(key: &ObjectKey) -> String {
    sql(name::parent(&key.name).unwrap_or(&key.name))
}

pub(super) fn mend(sides: &Sides<'_>) -> Vec<Mend> {
    let mut changes = sides.changes.to_vec();
    changes.extend(held(sides).into_iter().map(|key| (key, Change::Changed)));
    let sides = &Sides::of(sides.left, sides.right, &changes);
    let writer = Writer {
        sides,
        mariadb: sides.left.server.starts_with("MariaDB")
            || sides.right.server.starts_with("MariaDB"),
        triggers: triggers(sides),
        columns: columns(sides),
    };
    writer.all()
}

struct Writer<'a> {
    sides: &'a Sides<'a>,
    mariadb: bool,
    /// Triggers that are dropped and made again.
    triggers: BTreeSet<&'a ObjectKey>,
    /// Columns that are changed, those whose own check changes among them.
    columns: BTreeSet<ObjectKey>,
}

/// Foreign keys that hold a column as it is, on either end: they are dropped and made again.
fn held<'a>(sides: &Sides<'a>) -> Vec<&'a ObjectKey> {
    let moved: Vec<(String, String)> = sides
        .changes
        .iter()
        .filter(|(key, change)| key.kind == "column" && *change == Change::Changed)
        .filter(|(key, _)| {
            let (left, right) = (sides.left.objects.get(*key), sides.right.objects.get(*key));
            let get =
                |object: Option<&'a Object>, attribute| object.and_then(|it| it.get(attribute));
            ["type", "collation", "auto increment", "not null"]
                .iter()
                .any(|attribute| get(left, attribute) != get(right, attribute))
        })
        .map(|(key, _)| (owner(key), last(key)))
        .collect();
    let changed: BTreeSet<&ObjectKey> = sides.changes.iter().map(|(key, _)| *key).collect();
    let holds = |key: &ObjectKey, object: &Object| {
        let definition = object.get("definition").unwrap_or_default();
        let Some((own, other)) = definition.split_once(" REFERENCES ") else {
            return false;
        };
        moved.iter().any(|(table, column)| {
            (owner(key) == *table && own.contains(column))
                || (other.starts_with(&format!("{table} (")) && other.contains(column))
        })
    };
    sides
        .left
        .objects
        .iter()
        .filter(|(key, _)| key.kind == "constraint" && !changed.contains(key))
        .filter(|(key, object)| sides.right.objects.contains_key(*key) && holds(key, object))
        .map(|(key, _)| key)
        .collect()
}

/// Triggers of the same moment fire in the order in which they were made: where one changes, all are made again.
fn triggers<'a>(sides: &Sides<'a>) -> BTreeSet<&'a ObjectKey> {
    let moment = |key: &ObjectKey, snapshot: &'a Snapshot| {
        let object = snapshot.objects.get(key)?;
        Some((name::parent(&key.name)?.to_owned(), object.get("timing")?))
    };
    let moved: BTreeSet<(String, &str)> = sides
        .changes
        .iter()
        .filter(|(key, _)| key.kind == "trigger")
        .flat_map(|(key, _)| [moment(key, sides.left), moment(key, sides.right)])
        .flatten()
        .collect();
    let of = |snapshot: &'a Snapshot| {
        snapshot
            .objects
            .keys()
            .filter(|key| key.kind == "trigger")
            .filter(|key| moment(key, snapshot).is_some_and(|moment| moved.contains(&moment)))
            .collect::<Vec<_>>()
    };
    of(sides.left).into_iter().chain(of(sides.right)).collect()
}

fn columns(sides: &Sides<'_>) -> BTreeSet<ObjectKey> {
    let on_both = |key: &ObjectKey| {
        sides.left.objects.contains_key(key) && sides.right.objects.contains_key(key)
    };
    let own_check = |key: &ObjectKey| {
        [sides.left, sides.right].iter().any(|snapshot| {
            let object = snapshot.objects.get(key);
            object.is_some_and(|object| object.get("level").is_some())
        })
    };
    sides
        .changes
        .iter()
        .filter_map(|(key, _)| match key.kind.as_str() {
            "column" => Some((*key).clone()),
            "constraint" if own_check(key) => Some(tables::column_of(key)),
            _ => None,
        })
        .filter(|key| on_both(key))
        .collect()
}

impl<'a> Writer<'a> {
    fn left(&self, key: &ObjectKey) -> Option<&'a Object> {
        self.sides.left.objects.get(key)
    }

    fn right(&self, key: &ObjectKey) -> Option<&'a Object> {
        self.sides.right.objects.get(key)
    }

    /// The changes of a kind that are no part of a table that comes or goes.
    fn of(&self, kind: &'static str) -> impl Iterator<Item = (&'a ObjectKey, Change)> {
        self.sides
            .changes
            .iter()
            .filter(move |(key, _)| key.kind == kind)
            .filter(|(key, change)| {
                let table = name::parent(&key.name);
                !table.is_some_and(|table| self.sides.has("table", table, *change))
            })
            .copied()
    }

    fn all(&self) -> Vec<Mend> {
        let mut mends = Vec::new();
        self.drop_dependents(&mut mends);
        self.drop_tables(&mut mends);
        self.make_tables(&mut mends);
        self.make_constraints(&mut mends);
        self.make_programs(&mut mends);
        self.drop_programs(&mut mends);
        mends
    }

    fn drop_dependents(&self, mends: &mut Vec<Mend>) {
        for key in &self.triggers {
            let table = name::parent(&key.name).unwrap_or_default();
            if self.right(key).is_some() && !self.sides.has("table", table, Change::Added) {
                let statement = format!("DROP TRIGGER {}", last(key));
                mends.push(if self.left(key).is_some() {
                    Mend::safe(statement)
                } else {
                    Mend::destructive(statement)
                });
            }
        }
        for kind in ["event", "view"] {
            for (key, _) in self.of(kind).filter(|(_, change)| *change == Change::Added) {
                let statement = format!("DROP {} {}", kind.to_uppercase(), sql(&key.name));
                mends.push(Mend::destructive(statement));
            }
        }
        // Of tables that go together, one may refer to another.
        let several = self.sides.all(&["table"], Change::Added).len() > 1;
        for (key, change) in self.sides.changes.iter().copied() {
            let Some(object) = self.right(key).filter(|_| key.kind == "constraint") else {
                continue;
            };
            let table = name::parent(&key.name).unwrap_or_default();
            let along = self.sides.has("table", table, Change::Added);
            let foreign = tables::is_foreign(object);
            if object.get("level").is_some() || (along && !(several && foreign)) {
                continue;
            }
            let what = if foreign { "FOREIGN KEY" } else { "CONSTRAINT" };
            let statement = format!("ALTER TABLE {} DROP {what} {}", owner(key), last(key));
            mends.push(if change == Change::Added {
                Mend::destructive(statement)
            } else {
                Mend::safe(statement)
            });
        }
    }

    fn drop_tables(&self, mends: &mut Vec<Mend>) {
        // A column that counts holds its index.
        for key in &self.columns {
            let counts = |object: Option<&Object>| {
                object.is_some_and(|object| object.get("auto increment").is_some())
            };
            if counts(self.right(key)) && !counts(self.left(key)) {
                mends.extend(tables::modify(self.sides, key, false));
            }
        }
        let dropped: Vec<(&ObjectKey, Change)> = self
            .sides
            .changes
            .iter()
            .copied()
            .filter(|(_, change)| *change == Change::Added)
            .collect();
        let counting = |key: &ObjectKey| {
            self.right(key)
                .is_some_and(|object| object.get("auto increment").is_some())
        };
        // A column that counts goes before its index, which goes with it where it has no other column.
        let mut gone = BTreeSet::new();
        for (key, _) in self
            .of("column")
            .filter(|(_, change)| *change == Change::Added)
        {
            if !counting(key) {
                continue;
            }
            let own = format!("({})", last(key));
            let own: Vec<&ObjectKey> = dropped
                .iter()
                .map(|(index, _)| *index)
                .filter(|index| index.kind == "index")
                .filter(|index| name::parent(&index.name) == name::parent(&key.name))
                .filter(|index| {
                    self.right(index)
                        .and_then(|object| object.get("definition"))
                        .is_some_and(|text| text.contains(&own))
                })
                .collect();
            gone.extend(own);
            gone.insert(key);
            mends.push(Mend::destructive(format!(
                "ALTER TABLE {} DROP COLUMN {}",
                owner(key),
                last(key)
            )));
        }
        for (key, _) in self
            .of("index")
            .filter(|(_, change)| *change == Change::Added)
        {
            if !gone.contains(key) {
                let statement = format!("ALTER TABLE {} {}", owner(key), drop_index(key));
                mends.push(Mend::destructive(statement));
            }
        }
        for (key, _) in self
            .of("column")
            .filter(|(_, change)| *change == Change::Added)
        {
            if !gone.contains(key) {
                let statement = format!("ALTER TABLE {} DROP COLUMN {}", owner(key), last(key));
                mends.push(Mend::destructive(statement));
            }
        }
        for (key, change) in self.of("table") {
            if change == Change::Added {
                mends.push(Mend::destructive(format!("DROP TABLE {}", sql(&key.name))));
            }
        }
    }

    fn make_tables(&self, mends: &mut Vec<Mend>) {
        for (key, change) in self
            .of("sequence")
            .filter(|(_, change)| *change != Change::Added)
        {
            let Some(object) = self.left(key) else {
                continue;
            };
            let verb = if change == Change::Removed {
                "CREATE"
            } else {
                "ALTER"
            };
            mends.push(sequence(verb, key, object));
        }
        for (key, change) in self.of("table") {
            match (change, self.left(key), self.right(key)) {
                (Change::Removed, Some(object), _) => {
                    mends.push(tables::create(self.sides, key, object, self.mariadb));
                }
                (Change::Changed, Some(left), Some(right)) => {
                    tables::alter(key, left, right, mends);
                }
                _ => {}
            }
        }
        let counts = |object: &Object| object.get("auto increment").is_some();
        let mut counting: BTreeSet<ObjectKey> = BTreeSet::new();
        let mut added: Vec<(&ObjectKey, &Object)> = self
            .of("column")
            .filter(|(_, change)| *change == Change::Removed)
            .filter_map(|(key, _)| Some((key, self.left(key)?)))
            .collect();
        // A computed column may use one that stands before it.
        added.sort_by_key(|(_, object)| object.position);
        for (key, object) in added {
            mends.push(tables::add_column(self.sides.left, key, object));
            if counts(object) {
                counting.insert(key.clone());
            }
        }
        for key in &self.columns {
            let (Some(left), Some(right)) = (self.left(key), self.right(key)) else {
                continue;
            };
            if counts(right) && !counts(left) {
                continue;
            }
            mends.extend(tables::modify(self.sides, key, counts(right)));
            if counts(left) && !counts(right) {
                counting.insert(key.clone());
            }
        }
        for (key, change) in self
            .of("index")
            .filter(|(_, change)| *change != Change::Added)
        {
            let Some(object) = self.left(key) else {
                continue;
            };
            // MariaDB takes an index that is dropped and made alike for unchanged, hidden or not.
            let before = self.right(key).filter(|_| change == Change::Changed);
            if before.is_some_and(|it| it.get("definition") == object.get("definition")) {
                let word = match (object.get("invisible"), self.mariadb) {
                    (Some(_), true) => "IGNORED",
                    (None, true) => "NOT IGNORED",
                    (Some(_), false) => "INVISIBLE",
                    (None, false) => "VISIBLE",
                };
                mends.push(Mend::safe(format!(
                    "ALTER TABLE {} ALTER INDEX {} {word}",
                    owner(key),
                    last(key)
                )));
                continue;
            }
            let added = tables::index(key, object, self.mariadb);
            // In one statement: a column that counts, or a foreign key, wants its index at every moment.
            let dropped = if change == Change::Changed {
                format!("{}, ", drop_index(key))
            } else {
                String::new()
            };
            mends.push(Mend::safe(format!(
                "ALTER TABLE {} {dropped}ADD {added}",
                owner(key)
            )));
        }
        for key in &counting {
            let Some(object) = self.left(key) else {
                continue;
            };
            mends.push(Mend::safe(format!(
                "ALTER TABLE {} MODIFY COLUMN {}",
                owner(key),
                tables::column(self.sides.left, key, object, true)
            )));
        }
    }

    fn make_constraints(&self, mends: &mut Vec<Mend>) {
        for foreign in [false, true] {
            for (key, change) in self.sides.changes.iter().copied() {
                let Some(object) = self
                    .left(key)
                    .filter(|_| key.kind == "constraint" && change != Change::Added)
                else {
                    continue;
                };
                let table = name::parent(&key.name).unwrap_or_default();
                let made = self.sides.has("table", table, Change::Removed);
                if tables::is_foreign(object) != foreign
                    || object.get("level").is_some()
                    || (made && !foreign)
                {
                    continue;
                }
                mends.push(Mend::safe(format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} {}",
                    owner(key),
                    last(key),
                    object.get("definition").unwrap_or_default()
                )));
            }
        }
    }

    fn make_programs(&self, mends: &mut Vec<Mend>) {
        for kind in ["function", "procedure"] {
            for (key, change) in self.of(kind).filter(|(_, change)| *change != Change::Added) {
                let Some(definition) = self.left(key).and_then(|it| it.get("definition")) else {
                    mends.push(Mend::by_hand(key, "its definition can't be seen."));
                    continue;
                };
                if change == Change::Changed {
                    let statement = format!("DROP {} {}", kind.to_uppercase(), sql(&key.name));
                    mends.push(Mend::safe(statement));
                }
                mends.push(Mend::safe(definition));
            }
        }
        let views: Vec<&ObjectKey> = self
            .of("view")
            .filter(|(_, change)| *change != Change::Added)
            .map(|(key, _)| key)
            .collect();
        let needs = |key: &ObjectKey| {
            let object = self.left(key);
            object.map_or_else(Vec::new, |it| it.needs.iter().cloned().collect())
        };
        for key in order::sorted(views.into_iter().map(|key| (0, key)), needs) {
            if let Some(object) = self.left(key) {
                mends.push(view(key, object));
            }
        }
        let mut triggers: Vec<(&ObjectKey, &Object)> = self
            .triggers
            .iter()
            .filter_map(|key| Some((*key, self.left(key)?)))
            .collect();
        triggers.sort_by_key(|(_, object)| {
            let order = object.get("order").unwrap_or("1");
            order.parse::<u32>().unwrap_or(1)
        });
        for (key, object) in triggers {
            mends.push(Mend::safe(format!(
                "CREATE TRIGGER {} {} ON {} FOR EACH ROW {}",
                last(key),
                object.get("timing").unwrap_or_default(),
                owner(key),
                object.get("statement").unwrap_or_default()
            )));
        }
        for (key, change) in self
            .of("event")
            .filter(|(_, change)| *change != Change::Added)
        {
            if let Some(object) = self.left(key) {
                event(key, object, change, mends);
            }
        }
    }

    fn drop_programs(&self, mends: &mut Vec<Mend>) {
        for kind in ["function", "procedure", "sequence"] {
            for (key, _) in self.of(kind).filter(|(_, change)| *change == Change::Added) {
                let statement = format!("DROP {} {}", kind.to_uppercase(), sql(&key.name));
                mends.push(Mend::destructive(statement));
            }
        }
    }
}

fn drop_index(key: &ObjectKey) -> String {
    match last_part(key).as_str() {
        "PRIMARY" => "DROP PRIMARY KEY".to_owned(),
        _ => format!("DROP INDEX {}", last(key)),
    }
}

fn sequence(verb: &str, key: &ObjectKey, object: &Object) -> Mend {
    let get = |attribute: &str| object.get(attribute).unwrap_or_default();
    let cycle = match object.get("cycle") {
        Some(_) => "CYCLE",
        None => "NOCYCLE",
    };
    Mend::safe(format!(
        "{verb} SEQUENCE {} START WITH {} MINVALUE {} MAXVALUE {} INCREMENT BY {} CACHE {} {cycle}",
        sql(&key.name),
        get("start"),
        get("minimum"),
        get("maximum"),
        get("increment"),
        get("cache"),
    ))
}

fn view(key: &ObjectKey, object: &Object) -> Mend {
    let Some(definition) = object.get("definition") else {
        return Mend::by_hand(key, "its definition can't be seen.");
    };
    let security = object.get("security");
    let security = security.map(|it| format!("SQL SECURITY {it} "));
    let check = object.get("check option");
    let check = check.map(|it| format!(" WITH {it} CHECK OPTION"));
    Mend::safe(format!(
        "CREATE OR REPLACE {}VIEW {} AS {definition}{}",
        security.unwrap_or_default(),
        sql(&key.name),
        check.unwrap_or_default()
    ))
}

fn event(key: &ObjectKey, object: &Object, change: Change, mends: &mut Vec<Mend>) {
    let schedule = object.get("schedule").unwrap_or_default();
    if schedule == "ONCE" {
        mends.push(Mend::by_hand(
            key,
            "make it with the time at which it shall happen.",
        ));
        return;
    }
    if change == Change::Changed {
        mends.push(Mend::safe(format!("DROP EVENT {}", sql(&key.name))));
    }
    let preserve = match object.get("on completion") {
        Some(_) => " ON COMPLETION PRESERVE",
        None => "",
    };
    let enabled = match object.get("enabled") {
        None => "",
        Some("no") => " DISABLE",
        Some(_) => " DISABLE ON SLAVE",
    };
    mends.push(
        Mend::safe(format!(
            "CREATE EVENT {} ON SCHEDULE {schedule}{preserve}{enabled} DO {}",
            sql(&key.name),
            object.get("statement").unwrap_or_default()
        ))
        .noted("It begins now: add STARTS where it shall happen at a certain time."),
    );
}
