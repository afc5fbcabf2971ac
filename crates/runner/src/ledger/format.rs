//! What an account is made of, and how an older one becomes the present one.
//!
//! A format only ever adds: columns, and what goes into them. An older version thus reads a newer account, and doesn't write it.

use connection_url::DatabaseType;
use engines::{Operation, RunError, Session};

use super::{Ledger, MIGRATIONS, SCHEMA};
use crate::ask::{self, Rows, command, sql};

/// The format that this version writes.
pub(crate) const FORMAT: u32 = 1;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A tag: short, and compared by its bytes.
    Tag,
    /// A line.
    Line,
    /// A text of several megabytes, or none.
    Long,
    Number,
    Moment,
}

impl Kind {
    pub(super) const fn name(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Tag | Self::Line | Self::Long, Dialect::Postgresql) => "text",
            (Self::Number, Dialect::Postgresql) => "bigint",
            (Self::Moment, Dialect::Postgresql) => "timestamptz",
            (Self::Tag, Dialect::Sqlite) => "TEXT NOT NULL",
            // A moment is the text that it is read as.
            (Self::Line | Self::Long | Self::Moment, Dialect::Sqlite) => "TEXT",
            (Self::Number, Dialect::Sqlite) => "INTEGER",
            // Three of these make a key, and old servers have room for 767 bytes in one.
            (Self::Tag, Dialect::Mysql) => {
                "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"
            }
            // Not in the row itself, whose size is limited.
            (Self::Line, Dialect::Mysql) => "TEXT",
            (Self::Long, Dialect::Mysql) => "LONGTEXT",
            (Self::Number, Dialect::Mysql) => "BIGINT",
            (Self::Moment, Dialect::Mysql) => "DATETIME(6) NULL",
        }
    }
}

/// Whose SQL an account is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    Postgresql,
    Mysql,
    Sqlite,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The format that brought it.
    pub(super) since: u32,
    /// What is read where an older format lacks it.
    pub(super) default: &'static str,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        since: 1,
        default: "NULL",
    }
}

pub(super) const COLUMNS: &[Column] = &[
    column("product", Kind::Tag),
    column("database", Kind::Tag),
    column("tag", Kind::Tag),
    column("database_id", Kind::Line),
    column("migration_id", Kind::Line),
    column("name", Kind::Line),
    column("position", Kind::Number),
    column("record", Kind::Long),
    column("checksum", Kind::Line),
    column("state", Kind::Line),
    column("direction", Kind::Line),
    column("statements_done", Kind::Number),
    column("statements", Kind::Number),
    column("under_way", Kind::Number),
    column("started_at", Kind::Moment),
    column("finished_at", Kind::Moment),
    column("duration_ms", Kind::Number),
    column("by", Kind::Line),
    column("tool_version", Kind::Line),
    column("error", Kind::Long),
    column("run_id", Kind::Line),
];

pub(super) const SCHEMA_COLUMNS: &[Column] = &[
    column("id", Kind::Number),
    column("format", Kind::Number),
    column("fingerprint", Kind::Line),
    column("taken_at", Kind::Moment),
    column("by", Kind::Line),
    column("snapshot", Kind::Long),
    column("run_id", Kind::Line),
    column("run_by", Kind::Line),
];

/// What there is of an account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Look {
    /// Whether the rows have their table.
    pub(crate) migrations: bool,
    /// Whether the snapshot has its own.
    pub(crate) schema: bool,
    /// The format of both.
    pub(crate) format: Option<u32>,
    /// Whether there is a place for an account at all: a schema in the search path, a database in the URL.
    pub(crate) homeless: bool,
}

/// Asks what there is.
pub(super) fn question(database_type: DatabaseType) -> Operation {
    match database_type {
        DatabaseType::Postgresql => sql(format!(
            "SELECT quote_ident(current_schema()) AS place,
                EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = current_schema() AND c.relname = '{MIGRATIONS}') AS migrations,
                EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = current_schema() AND c.relname = '{SCHEMA}') AS schema"
        )),
        DatabaseType::Mysql => sql(format!(
            "SELECT DATABASE() AS `place`,
                EXISTS (SELECT 1 FROM information_schema.tables
                    WHERE table_schema = DATABASE() AND table_name = '{MIGRATIONS}') AS `migrations`,
                EXISTS (SELECT 1 FROM information_schema.tables
                    WHERE table_schema = DATABASE() AND table_name = '{SCHEMA}') AS `schema`"
        )),
        DatabaseType::Sqlite => sql(format!(
            "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = '{MIGRATIONS}') AS migrations,
                EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = '{SCHEMA}') AS \"schema\""
        )),
        DatabaseType::Mongodb => command(&serde_json::json!({
            "listCollections": 1,
            "filter": { "name": { "$in": [MIGRATIONS, SCHEMA] } },
            "nameOnly": true,
            "authorizedCollections": true,
        })),
    }
}

/// Reads the answer to [`question`]: the place, and what is there.
pub(super) fn found(database_type: DatabaseType, found: &Rows) -> (String, Look) {
    let mut look = Look::default();
    if database_type == DatabaseType::Mongodb {
        let named = |name: &str| {
            let rows = found.rows.iter();
            rows.map(|row| found.value(row, "name"))
                .any(|value| value.as_str() == Some(name))
        };
        look.migrations = named(MIGRATIONS);
        look.schema = named(SCHEMA);
        return (String::new(), look);
    }
    let row = found.first().unwrap_or_default();
    let is = |column: &str| {
        let value = found.value(row, column);
        value.as_bool().unwrap_or(false) || ask::number(value).is_some_and(|number| number > 0)
    };
    look.migrations = is("migrations");
    look.schema = is("schema");
    if database_type == DatabaseType::Sqlite {
        return ("main.".to_owned(), look);
    }
    let place = ask::string(found.value(row, "place"));
    if place.is_empty() {
        look.homeless = true;
        return (place, look);
    }
    let place = match database_type {
        DatabaseType::Mysql => format!("`{}`.", place.replace('`', "``")),
        _ => format!("{place}."),
    };
    (place, look)
}

/// A step from one format to the next.
pub(crate) struct Upgrade {
    /// The format that it makes.
    pub(crate) to: u32,
    /// Its changes. Each is a question and what is sent where it has no answer: a step that died half way is thus taken up again,
    /// also where changes of the schema last one by one.
    pub(crate) changes: fn(&Ledger) -> Vec<(Operation, Operation)>,
}

/// Every step that there is, in order.
pub(crate) const fn upgrades() -> &'static [Upgrade] {
    // Format 1 is the first.
    &[]
}

impl Ledger {
    /// Takes an account to the newest of `upgrades`.
    pub(crate) async fn upgrade(
        &self,
        session: &mut dyn Session,
        from: u32,
        upgrades: &[Upgrade],
    ) -> Result<(), RunError> {
        for upgrade in upgrades.iter().filter(|upgrade| upgrade.to > from) {
            for (question, change) in (upgrade.changes)(self) {
                if ask::rows(session, &question).await?.rows.is_empty() {
                    session.execute(&change).await?;
                }
            }
            session.execute(&self.set_format(upgrade.to)).await?;
        }
        Ok(())
    }
}
