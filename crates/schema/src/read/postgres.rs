//! PostgreSQL, by its catalogs.

mod queries;
mod texts;

use std::collections::HashMap;

use connection_url::DatabaseType;
use engines::{RunError, Session};

use self::texts::{column, enabled, persistence, table};
use super::{OWN, begun};
use crate::name;
use crate::rows::{Row, query};
use crate::{Object, ObjectKey, Snapshot};

/// What is read here.
const COVERS: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("extension", &["schema"]),
    (
        "table",
        &[
            "kind",
            "persistence",
            "partition key",
            "partition of",
            "bound",
            "inherits",
            "of type",
            "options",
            "replica identity",
            "row security",
            "server",
            "foreign options",
        ],
    ),
    (
        "column",
        &[
            "type",
            "collation",
            "not null",
            "default",
            "identity",
            "identity options",
            "generated",
        ],
    ),
    ("index", &["definition", "invalid"]),
    ("constraint", &["definition"]),
    ("view", &["definition", "options"]),
    ("materialized view", &["definition", "options"]),
    ("function", &["definition"]),
    ("procedure", &["definition"]),
    (
        "aggregate",
        &[
            "returns",
            "state function",
            "state type",
            "final function",
            "initial value",
            "combine function",
        ],
    ),
    ("trigger", &["definition", "enabled"]),
    (
        "sequence",
        &[
            "type",
            "start",
            "increment",
            "minimum",
            "maximum",
            "cache",
            "cycle",
            "owned by",
            "persistence",
        ],
    ),
    (
        "type",
        &[
            "kind",
            "labels",
            "base",
            "not null",
            "default",
            "collation",
            "attributes",
            "subtype",
        ],
    ),
    (
        "policy",
        &["command", "permissive", "roles", "using", "with check"],
    ),
    ("rule", &["definition", "enabled"]),
    ("event trigger", &["event", "tags", "function", "enabled"]),
];

/// A catalog's row: its class, its id and, for a column, its number.
type Identity = (&'static str, u64, u64);

/// The reading under way.
struct Reading<'a> {
    session: &'a mut dyn Session,
    snapshot: Snapshot,
    /// The names of tables and views by their ids.
    relations: HashMap<u64, String>,
    /// What each row of a catalog became.
    keys: HashMap<Identity, ObjectKey>,
}

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, RunError> {
    let names = queries::SETTINGS.map(|(name, _)| format!("current_setting('{name}')"));
    let before = query(session, &format!("SELECT {}", names.join(", ")), &[]).await?;
    let before: Vec<String> = (0..names.len())
        .map(|column| before.first().map(|row| row.name(column)))
        .map(Option::unwrap_or_default)
        .collect();
    apply(session, &queries::SETTINGS.map(|(_, value)| value)).await?;
    let snapshot = begun(session, COVERS);
    let mut reading = Reading {
        session: &mut *session,
        snapshot,
        relations: HashMap::new(),
        keys: HashMap::new(),
    };
    let result = reading.all().await;
    let snapshot = reading.snapshot;
    // Where reading failed within a transaction, the server takes the settings back with it.
    let values: Vec<&str> = before.iter().map(String::as_str).collect();
    let restored = apply(session, &values).await;
    result?;
    restored?;
    Ok(snapshot)
}

async fn apply(session: &mut dyn Session, values: &[&str]) -> Result<(), RunError> {
    let calls: Vec<String> = queries::SETTINGS
        .iter()
        .enumerate()
        .map(|(index, (name, _))| format!("set_config('{name}', ${}, false)", index + 1))
        .collect();
    let statement = format!("SELECT {}", calls.join(", "));
    query(session, &statement, values).await.map(drop)
}

fn join(parts: &[&str]) -> String {
    name::join(DatabaseType::Postgresql, parts)
}

fn under(parent: &str, part: &str) -> String {
    name::under(DatabaseType::Postgresql, parent, part)
}

impl Reading<'_> {
    async fn rows(&mut self, text: &str) -> Result<Vec<Row>, RunError> {
        query(self.session, &queries::whole(text), &[]).await
    }

    fn add(&mut self, identity: Option<Identity>, kind: &str, name: String, object: Object) {
        let key = ObjectKey::new(kind, name);
        if let Some(identity) = identity {
            self.keys.insert(identity, key.clone());
        }
        self.snapshot.objects.insert(key, object);
    }

    async fn all(&mut self) -> Result<(), RunError> {
        self.schemas().await?;
        self.relations().await?;
        self.columns().await?;
        self.indexes().await?;
        self.constraints().await?;
        self.functions().await?;
        self.triggers().await?;
        self.sequences().await?;
        self.types().await?;
        self.policies().await?;
        self.rules().await?;
        self.needs().await
    }

    async fn schemas(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::SCHEMAS).await? {
            self.add(None, "schema", join(&[&row.name(0)]), Object::default());
        }
        for row in self.rows(queries::EXTENSIONS).await? {
            let mut object = Object::default();
            object.set("schema", Some(join(&[&row.name(1)])));
            self.add(None, "extension", join(&[&row.name(0)]), object);
        }
        Ok(())
    }

    async fn relations(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::RELATIONS).await? {
            if row.name(2).starts_with(OWN) {
                continue;
            }
            let (id, name) = (row.number(0), join(&[&row.name(1), &row.name(2)]));
            self.relations.insert(id, name.clone());
            let mut object = Object::default();
            object.set("options", row.text(9));
            let kind = match row.name(3).as_str() {
                "v" => "view",
                "m" => "materialized view",
                letter => {
                    object.set(
                        "kind",
                        match letter {
                            "p" => Some("partitioned"),
                            "f" => Some("foreign"),
                            _ => None,
                        },
                    );
                    "table"
                }
            };
            if kind == "table" {
                table(&row, &mut object);
            } else {
                let definition = row.text(13);
                object.set(
                    "definition",
                    definition.map(|text| text.trim().trim_end_matches(';').to_owned()),
                );
            }
            self.add(Some(("pg_class", id, 0)), kind, name, object);
        }
        Ok(())
    }

    async fn columns(&mut self) -> Result<(), RunError> {
        let mut inherited = Vec::new();
        let mut position = (0, 0);
        for row in self.rows(queries::COLUMNS).await? {
            let table = row.number(0);
            let Some(parent) = self.relations.get(&table) else {
                continue;
            };
            let name = under(parent, &row.name(1));
            // Dropped columns leave holes in the server's numbers.
            position = (
                table,
                if position.0 == table {
                    position.1 + 1
                } else {
                    1
                },
            );
            let object = Object {
                position: Some(position.1),
                ..column(&row)
            };
            if row.is(8) {
                inherited.push((parent.clone(), row.name(1)));
            }
            let identity = ("pg_class", table, row.number(9));
            self.add(Some(identity), "column", name, object);
        }
        self.drop_inherited(&inherited);
        Ok(())
    }

    /// What a partition or an heir has exactly as its table has it is told of once.
    fn drop_inherited(&mut self, inherited: &[(String, String)]) {
        let objects = &self.snapshot.objects;
        let of = |table: &str, column: &str| {
            objects.get(&ObjectKey::new("column", under(table, column)))
        };
        let same: Vec<ObjectKey> = inherited
            .iter()
            .filter(|(table, column)| {
                let parents = objects
                    .get(&ObjectKey::new("table", table.clone()))
                    .and_then(|table| table.get("partition of").or_else(|| table.get("inherits")));
                let own = of(table, column);
                parents.is_some_and(|parents| {
                    parents.split(", ").any(|parent| {
                        own.zip(of(parent, column))
                            .is_some_and(|(own, other)| own.attributes == other.attributes)
                    })
                })
            })
            .map(|(table, column)| ObjectKey::new("column", under(table, column)))
            .collect();
        for key in same {
            self.snapshot.objects.remove(&key);
        }
    }

    async fn indexes(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::INDEXES).await? {
            let Some(parent) = self.relations.get(&row.number(1)) else {
                continue;
            };
            let name = under(parent, &row.name(2));
            let mut object = Object::default();
            object.set("definition", row.text(3));
            object.mark("invalid", !row.is(4));
            self.add(Some(("pg_class", row.number(0), 0)), "index", name, object);
        }
        Ok(())
    }

    async fn constraints(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::CONSTRAINTS).await? {
            let Some(parent) = self.relations.get(&row.number(1)) else {
                continue;
            };
            let name = under(parent, &row.name(2));
            let mut object = Object::default();
            object.set("definition", row.text(4));
            let identity = ("pg_constraint", row.number(0), 0);
            self.add(Some(identity), "constraint", name, object);
        }
        Ok(())
    }

    async fn functions(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::FUNCTIONS).await? {
            if row.name(2).starts_with(OWN) {
                continue;
            }
            let name = format!("{}({})", join(&[&row.name(1), &row.name(2)]), row.name(3));
            let mut object = Object::default();
            let kind = match row.name(4).as_str() {
                "a" => {
                    object.set("returns", row.text(6));
                    object.set("state function", row.text(7));
                    object.set("state type", row.text(8));
                    object.set("final function", row.text(9));
                    object.set("initial value", row.text(10));
                    object.set("combine function", row.text(11));
                    "aggregate"
                }
                letter => {
                    object.set("definition", row.text(5).map(|it| it.trim_end().to_owned()));
                    if letter == "p" {
                        "procedure"
                    } else {
                        "function"
                    }
                }
            };
            self.add(Some(("pg_proc", row.number(0), 0)), kind, name, object);
        }
        Ok(())
    }

    async fn triggers(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::TRIGGERS).await? {
            let Some(parent) = self.relations.get(&row.number(1)) else {
                continue;
            };
            let name = under(parent, &row.name(2));
            let mut object = Object::default();
            object.set("definition", row.text(3));
            object.set("enabled", enabled(&row.name(4)));
            self.add(
                Some(("pg_trigger", row.number(0), 0)),
                "trigger",
                name,
                object,
            );
        }
        for row in self.rows(queries::EVENT_TRIGGERS).await? {
            let mut object = Object::default();
            object.set("event", row.text(1));
            object.set("tags", row.text(2));
            object.set("function", row.text(3));
            object.set("enabled", enabled(&row.name(4)));
            self.add(None, "event trigger", join(&[&row.name(0)]), object);
        }
        Ok(())
    }

    async fn sequences(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::SEQUENCES).await? {
            let owner = row.text(10).is_some();
            let table = self.relations.get(&row.number(10));
            // A sequence of one of our own tables is ours.
            if row.name(2).starts_with(OWN) || (owner && table.is_none()) {
                continue;
            }
            let mut object = Object::default();
            for (column, attribute) in [
                (3, "type"),
                (4, "start"),
                (5, "increment"),
                (6, "minimum"),
                (7, "maximum"),
                (8, "cache"),
            ] {
                object.set(attribute, row.text(column));
            }
            object.mark("cycle", row.is(9));
            object.set("persistence", persistence(&row.name(12)));
            object.set("owned by", table.map(|table| under(table, &row.name(11))));
            let name = join(&[&row.name(1), &row.name(2)]);
            self.add(
                Some(("pg_class", row.number(0), 0)),
                "sequence",
                name,
                object,
            );
        }
        Ok(())
    }

    async fn types(&mut self) -> Result<(), RunError> {
        let mut domains = HashMap::new();
        for row in self.rows(queries::TYPES).await? {
            let name = join(&[&row.name(1), &row.name(2)]);
            let mut object = Object::default();
            let kind = match row.name(3).as_str() {
                "e" => "enum",
                "d" => "domain",
                "r" => "range",
                _ => "composite",
            };
            object.set("kind", Some(kind));
            object.set("labels", row.text(4));
            object.set("base", row.text(5));
            object.mark("not null", row.is(6));
            object.set("default", row.text(7));
            object.set("collation", row.text(8));
            object.set("attributes", row.text(9));
            object.set("subtype", row.text(10));
            if kind == "domain" {
                domains.insert(row.number(0), name.clone());
            }
            // What a composite type needs, its relation needs.
            let key = ObjectKey::new("type", name.clone());
            self.keys.insert(("pg_class", row.number(11), 0), key);
            self.add(Some(("pg_type", row.number(0), 0)), "type", name, object);
        }
        for row in self.rows(queries::DOMAIN_CHECKS).await? {
            let Some(domain) = domains.get(&row.number(1)) else {
                continue;
            };
            let mut object = Object::default();
            object.set("definition", row.text(3));
            let name = under(domain, &row.name(2));
            let identity = ("pg_constraint", row.number(0), 0);
            self.add(Some(identity), "constraint", name, object);
        }
        Ok(())
    }

    async fn policies(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::POLICIES).await? {
            let Some(parent) = self.relations.get(&row.number(1)) else {
                continue;
            };
            let name = under(parent, &row.name(2));
            let mut object = Object::default();
            object.set(
                "command",
                Some(match row.name(3).as_str() {
                    "r" => "SELECT",
                    "a" => "INSERT",
                    "w" => "UPDATE",
                    "d" => "DELETE",
                    _ => "ALL",
                }),
            );
            object.set("permissive", Some(if row.is(4) { "yes" } else { "no" }));
            object.set("roles", row.text(5));
            object.set("using", row.text(6));
            object.set("with check", row.text(7));
            self.add(
                Some(("pg_policy", row.number(0), 0)),
                "policy",
                name,
                object,
            );
        }
        Ok(())
    }

    async fn rules(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::RULES).await? {
            let Some(parent) = self.relations.get(&row.number(1)) else {
                continue;
            };
            let name = under(parent, &row.name(2));
            let mut object = Object::default();
            object.set("definition", row.text(3));
            object.set("enabled", enabled(&row.name(4)));
            self.add(Some(("pg_rewrite", row.number(0), 0)), "rule", name, object);
        }
        Ok(())
    }

    async fn needs(&mut self) -> Result<(), RunError> {
        for row in self.rows(queries::NEEDS).await? {
            let view = row.is(3);
            let class = match row.name(0).as_str() {
                "pg_attrdef" => "pg_class",
                "pg_rewrite" if view => "pg_class",
                class => known(class),
            };
            // A view as a whole needs the columns.
            let column = if view { 0 } else { row.number(2) };
            let found = (
                self.keys.get(&(class, row.number(1), column)),
                self.keys
                    .get(&(known(&row.name(4)), row.number(5), row.number(6)))
                    .or_else(|| self.keys.get(&(known(&row.name(4)), row.number(5), 0))),
            );
            let (Some(key), Some(other)) = found else {
                continue;
            };
            // Its own table goes without saying, and constraints come after all tables anyway.
            let own = name::parent(&key.name) == Some(&other.name) || key == other;
            let tables = key.kind == "constraint" && matches!(&*other.kind, "column" | "table");
            if own || tables {
                continue;
            }
            let other = other.clone();
            if let Some(object) = self.snapshot.objects.get_mut(key) {
                object.needs.insert(other);
            }
        }
        Ok(())
    }
}

/// The class in a word that lives on.
fn known(class: &str) -> &'static str {
    match class {
        "pg_class" => "pg_class",
        "pg_proc" => "pg_proc",
        "pg_type" => "pg_type",
        "pg_constraint" => "pg_constraint",
        "pg_policy" => "pg_policy",
        "pg_trigger" => "pg_trigger",
        _ => "pg_rewrite",
    }
}
