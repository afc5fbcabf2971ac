//! PostgreSQL: what goes is dropped first, dependents before what they depend on; then what is there is changed and what is
//! missing is made; types, functions and schemas go last, when nothing uses them any more.

use std::collections::{BTreeSet, HashMap, HashSet};

use connection_url::DatabaseType;

use super::postgres_drops::{drop_statement, drops_late};
use super::postgres_tables as tables;
use super::postgres_types as types;
use super::{Mend, Sides, lacks_definition, order};
use crate::compare::last_part;
use crate::{Change, Object, ObjectKey, Snapshot, describe, name};

/// A name as it stands in a statement.
pub(super) fn sql(name: &str) -> String {
    name::in_statement(DatabaseType::Postgresql, name)
}

/// The last part of a name, the same way.
pub(super) fn last(key: &ObjectKey) -> String {
    sql(&name::read(DatabaseType::Postgresql, &last_part(key)))
}

/// The name of what an object belongs to.
pub(super) fn owner(key: &ObjectKey) -> String {
    sql(name::parent(&key.name).unwrap_or(&key.name))
}

/// What to do with each object.
pub(super) struct Plan<'a> {
    pub(super) sides: &'a Sides<'a>,
    /// Objects that are dropped and made again, though they are the same on both sides or the server can't change them.
    pub(super) again: BTreeSet<&'a ObjectKey>,
}

pub(super) fn mend(sides: &Sides<'_>) -> Vec<Mend> {
    let mut plan = Plan {
        sides,
        again: BTreeSet::new(),
    };
    plan.close();
    let mut mends = plan.drops(false);
    mends.extend(plan.makes());
    mends.extend(plan.drops(true));
    mends
}

/// The column of the table that this one's table has it from.
fn inherited<'a>(snapshot: &'a Snapshot, key: &ObjectKey) -> Option<&'a Object> {
    let table = name::parent(&key.name).filter(|_| key.kind == "column")?;
    let table = snapshot.objects.get(&ObjectKey::new("table", table))?;
    let parents = table
        .get("partition of")
        .or_else(|| table.get("inherits"))?;
    parents.split(", ").find_map(|parent| {
        let column = name::under(DatabaseType::Postgresql, parent, &last_part(key));
        snapshot.objects.get(&ObjectKey::new("column", column))
    })
}

/// Where something stands among what is made.
fn rank(key: &ObjectKey, object: &Object) -> u32 {
    let foreign = object
        .get("definition")
        .is_some_and(|text| text.starts_with("FOREIGN KEY"));
    match key.kind.as_str() {
        "schema" => 0,
        "extension" => 1,
        "type" => 2,
        "sequence" => 3,
        "table" => 4,
        "column" => 5,
        "constraint" if !foreign => 6,
        "index" => 7,
        "constraint" => 8,
        "view" => 9,
        "materialized view" => 10,
        "function" | "procedure" => 11,
        "aggregate" => 12,
        "trigger" => 13,
        "rule" => 14,
        "policy" => 15,
        _ => 16,
    }
}

impl<'a> Plan<'a> {
    /// Whether a change can't be made in place.
    fn is_replaced(&self, key: &ObjectKey) -> bool {
        let (Some(left), Some(right)) = (
            self.sides.left.objects.get(key),
            self.sides.right.objects.get(key),
        ) else {
            return false;
        };
        let only = |attribute: &str| {
            left.attributes
                .keys()
                .chain(right.attributes.keys())
                .all(|name| name == attribute || left.get(name) == right.get(name))
        };
        match key.kind.as_str() {
            "view" | "materialized view" | "policy" | "aggregate" => true,
            "event trigger" | "rule" | "trigger" => !only("enabled"),
            "index" => true,
            "constraint" => !types::is_validation(left, right),
            "function" | "procedure" => types::signature(left) != types::signature(right),
            "column" => tables::is_replaced(left, right),
            _ => false,
        }
    }

    /// Whether others can't stay while this one is changed.
    fn disturbs(&self, key: &ObjectKey) -> bool {
        let (Some(left), Some(right)) = (
            self.sides.left.objects.get(key),
            self.sides.right.objects.get(key),
        ) else {
            return false;
        };
        key.kind == "column"
            && (left.get("type") != right.get("type")
                || left.get("collation") != right.get("collation"))
    }

    /// Finds what has to be made again because something that it needs goes or is changed.
    fn close(&mut self) {
        let mut moved: HashSet<&ObjectKey> = HashSet::new();
        for (key, change) in self.sides.changes {
            match change {
                Change::Added => drop(moved.insert(key)),
                Change::Changed if self.is_replaced(key) => {
                    self.again.insert(key);
                    moved.insert(key);
                }
                Change::Changed if self.disturbs(key) => drop(moved.insert(key)),
                _ => {}
            }
        }
        if moved.is_empty() {
            return;
        }
        loop {
            let keyed: Vec<String> = moved
                .iter()
                .filter(|key| key.kind == "constraint")
                .filter(|key| {
                    let object = self.sides.right.objects.get(**key);
                    object
                        .and_then(|object| object.get("definition"))
                        .is_some_and(|text| {
                            text.starts_with("PRIMARY KEY") || text.starts_with("UNIQUE")
                        })
                })
                .map(|key| format!(" REFERENCES {}(", owner(key)))
                .collect();
            let found: Vec<&ObjectKey> = self
                .sides
                .right
                .objects
                .iter()
                .filter(|(key, object)| {
                    if moved.contains(key) || !self.sides.left.objects.contains_key(*key) {
                        return false;
                    }
                    let of_view = describe::owner(key, object).is_some_and(|owner| {
                        ["view", "materialized view"]
                            .iter()
                            .any(|kind| moved.contains(&ObjectKey::new(*kind, owner)))
                    });
                    let movable = matches!(
                        key.kind.as_str(),
                        "view"
                            | "materialized view"
                            | "index"
                            | "constraint"
                            | "trigger"
                            | "rule"
                            | "policy"
                    );
                    let needs = object.needs.iter().any(|needed| {
                        // The server itself changes the indexes and constraints of a column whose type changes.
                        moved.contains(needed)
                            && (needed.kind != "column"
                                || matches!(
                                    key.kind.as_str(),
                                    "view" | "materialized view" | "policy" | "rule" | "trigger"
                                ))
                    });
                    let refers = key.kind == "constraint"
                        && object
                            .get("definition")
                            .is_some_and(|text| keyed.iter().any(|name| text.contains(name)));
                    movable && (of_view || needs || refers)
                })
                .map(|(key, _)| key)
                .collect();
            if found.is_empty() {
                break;
            }
            moved.extend(&found);
            self.again.extend(found);
        }
    }

    /// Whether an object goes with the one that it belongs to.
    fn goes_along(&self, key: &ObjectKey) -> bool {
        let Some(object) = self.sides.right.objects.get(key) else {
            return false;
        };
        let dropped = |name: &str| {
            ["table", "view", "materialized view", "type"]
                .iter()
                .any(|kind| {
                    self.sides.has(kind, name, Change::Added)
                        || (*kind != "table" && self.again.contains(&ObjectKey::new(*kind, name)))
                })
        };
        describe::owner(key, object).is_some_and(dropped)
            || (key.kind == "sequence"
                && object
                    .get("owned by")
                    .is_some_and(|column| self.sides.has("column", column, Change::Added)))
    }

    /// What is dropped, dependents first.
    fn drops(&self, late: bool) -> Vec<Mend> {
        let right = &self.sides.right.objects;
        let added = self.sides.changes.iter();
        let added = added.filter(|(_, change)| *change == Change::Added);
        let several = self.sides.all(&["table"], Change::Added).len() > 1;
        let dropped: BTreeSet<&ObjectKey> = added
            .map(|(key, _)| *key)
            .chain(self.again.iter().copied())
            .filter(|key| {
                let foreign = right.get(*key).is_some_and(|object| rank(key, object) == 8);
                // A column that an heir had for itself comes to be its table's.
                inherited(self.sides.left, key).is_none() && !self.goes_along(key)
                    // Two tables may refer to each other.
                    || (several && foreign && key.kind == "constraint")
            })
            .collect();
        // Whatever the rank, what needs something goes before it.
        let mut dependents: HashMap<&ObjectKey, Vec<ObjectKey>> = HashMap::new();
        for key in &dropped {
            for needed in right.get(*key).iter().flat_map(|object| &object.needs) {
                let owner = name::parent(&needed.name)
                    .filter(|_| needed.kind == "column")
                    .map(|table| ObjectKey::new("table", table));
                for needed in [Some(needed.clone()), owner].into_iter().flatten() {
                    if let Some(needed) = dropped.get(&needed) {
                        dependents.entry(needed).or_default().push((*key).clone());
                    }
                }
            }
        }
        let ranked = dropped.iter().filter_map(|key| {
            let object = right.get(*key)?;
            let rank = rank(key, object);
            let last = drops_late(key) && !self.again.contains(key);
            Some((if last { 100 } else { 0 } + 50 - rank, *key))
        });
        let sorted = order::sorted(ranked, |key| {
            dependents.get(key).cloned().unwrap_or_default()
        });
        // What was pulled forward by what goes early goes early too.
        let early = sorted
            .iter()
            .rposition(|key| !drops_late(key) || self.again.contains(key))
            .map_or(0, |at| at + 1);
        let part = if late {
            sorted.get(early..)
        } else {
            sorted.get(..early)
        };
        part.unwrap_or_default()
            .iter()
            .filter_map(|key| {
                let object = right.get(*key)?;
                let mut mend = drop_statement(key, object);
                mend.destructive &= !self.again.contains(key);
                Some(mend)
            })
            .collect()
    }

    /// What is made or changed, what is needed first.
    fn makes(&self) -> Vec<Mend> {
        let left = &self.sides.left.objects;
        let made = self
            .sides
            .changes
            .iter()
            .filter(|(_, change)| *change != Change::Added)
            .map(|(key, _)| *key)
            .chain(self.again.iter().copied());
        let made: BTreeSet<&ObjectKey> = made.collect();
        let ranked = made
            .iter()
            .filter_map(|key| Some((rank(key, left.get(*key)?), *key)));
        let needs = |key: &ObjectKey| {
            let Some(object) = left.get(key) else {
                return Vec::new();
            };
            let mut needs: Vec<ObjectKey> = object.needs.iter().cloned().collect();
            // A column is made with its table, and so has its table needs.
            let tables: Vec<ObjectKey> = needs
                .iter()
                .filter(|needed| needed.kind == "column")
                .filter_map(|column| name::parent(&column.name))
                .map(|table| ObjectKey::new("table", table))
                .collect();
            needs.extend(tables);
            if let Some(owner) = describe::owner(key, object).filter(|_| key.kind != "sequence") {
                for kind in ["table", "view", "materialized view", "type"] {
                    needs.push(ObjectKey::new(kind, owner));
                }
            }
            if key.kind == "table" && self.sides.has("table", &key.name, Change::Removed) {
                let columns = left
                    .range(ObjectKey::new("column", format!("{}.", key.name))..)
                    .take_while(|(column, _)| {
                        column.kind == "column" && column.name.starts_with(&key.name)
                    })
                    .filter(|(column, _)| name::parent(&column.name) == Some(&key.name));
                needs.extend(columns.flat_map(|(_, column)| column.needs.iter().cloned()));
            }
            needs
        };
        let mut mends = Vec::new();
        let mut owned = Vec::new();
        for key in order::sorted(ranked, needs) {
            let Some(object) = left.get(key) else {
                continue;
            };
            let before = self
                .sides
                .right
                .objects
                .get(key)
                .filter(|_| !self.again.contains(key));
            match before {
                None => self.make(key, object, &mut mends),
                Some(before) => change(key, object, before, &mut mends),
            }
            let column = object.get("owned by").filter(|_| key.kind == "sequence");
            if column != before.and_then(|before| before.get("owned by")) {
                let owner = column.map_or_else(|| "NONE".to_owned(), sql);
                owned.push(Mend::safe(format!(
                    "ALTER SEQUENCE {} OWNED BY {owner}",
                    sql(&key.name)
                )));
            }
        }
        mends.extend(owned);
        mends
    }

    fn make(&self, key: &ObjectKey, object: &Object, mends: &mut Vec<Mend>) {
        // One that went along with another one, and is to come again.
        if lacks_definition(key, object) {
            mends.push(Mend::undefined(key));
            return;
        }
        let name = sql(&key.name);
        let definition = object.get("definition").unwrap_or_default();
        let option = |text: &Option<&str>| text.map(|it| format!(" WITH ({it})"));
        let options = option(&object.get("options")).unwrap_or_default();
        match key.kind.as_str() {
            "schema" => mends.push(Mend::safe(format!("CREATE SCHEMA {name}"))),
            "extension" => {
                let schema = object.get("schema").unwrap_or("public");
                mends.push(Mend::safe(format!(
                    "CREATE EXTENSION {name} SCHEMA {}",
                    sql(schema)
                )));
            }
            "table" => tables::create(self.sides, key, object, mends),
            "column" => {
                let owner = name::parent(&key.name).unwrap_or_default();
                if self.sides.has("table", owner, Change::Removed) {
                    return;
                }
                match inherited(self.sides.right, key) {
                    // It stays when the table is no heir any more.
                    Some(before) => tables::alter_column(key, object, before, mends),
                    None => mends.push(tables::add_column(key, object)),
                }
            }
            "index" => {
                // An index of a partitioned table is made for its partitions too.
                let statement = definition.replacen(" ON ONLY ", " ON ", 1);
                mends.push(match object.get("invalid") {
                    None => Mend::safe(statement),
                    Some(_) => {
                        Mend::by_hand(key, "it is invalid; drop it there, or make it whole.")
                    }
                });
            }
            "constraint" => mends.push(types::add_constraint(self.sides.left, key, definition)),
            "view" => mends.push(Mend::safe(format!(
                "CREATE VIEW {name}{options} AS\n{definition}"
            ))),
            "materialized view" => mends.push(Mend::safe(format!(
                "CREATE MATERIALIZED VIEW {name}{options} AS\n{definition}"
            ))),
            "function" | "procedure" | "trigger" | "rule" => {
                mends.push(Mend::safe(definition.trim_end_matches(';')));
                mends.extend(types::enabled(key, object.get("enabled"), None));
            }
            "sequence" => mends.push(types::sequence("CREATE", key, object)),
            "aggregate" => mends.push(types::aggregate(key, object)),
            "type" => mends.push(types::create(key, object)),
            "policy" => mends.push(types::policy(key, object)),
            "event trigger" => {
                mends.push(types::event_trigger(key, object));
                mends.extend(types::enabled(key, object.get("enabled"), None));
            }
            _ => mends.push(Mend::by_hand(key, "this version can't write it.")),
        }
    }
}

/// Changes what is there.
fn change(key: &ObjectKey, left: &Object, right: &Object, mends: &mut Vec<Mend>) {
    match key.kind.as_str() {
        "extension" => mends.push(Mend::safe(format!(
            "ALTER EXTENSION {} SET SCHEMA {}",
            sql(&key.name),
            sql(left.get("schema").unwrap_or("public"))
        ))),
        "table" => tables::alter(key, left, right, mends),
        "column" => tables::alter_column(key, left, right, mends),
        "constraint" => mends.push(Mend::safe(format!(
            "ALTER TABLE {} VALIDATE CONSTRAINT {}",
            owner(key),
            last(key)
        ))),
        "function" | "procedure" => {
            mends.push(Mend::safe(left.get("definition").unwrap_or_default()));
        }
        "sequence" => {
            let owner_only = left
                .attributes
                .iter()
                .all(|(name, value)| name == "owned by" || right.get(name) == Some(value))
                && right.get("cycle") == left.get("cycle")
                && right.get("persistence") == left.get("persistence");
            if !owner_only {
                mends.push(types::sequence("ALTER", key, left));
            }
        }
        "type" => types::alter(key, left, right, mends),
        "trigger" | "rule" | "event trigger" => {
            mends.extend(types::enabled(
                key,
                left.get("enabled"),
                right.get("enabled"),
            ));
        }
        _ => mends.push(Mend::by_hand(key, "this version can't change it.")),
    }
}
