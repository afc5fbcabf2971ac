//! The account in SQL. PostgreSQL, MySQL and SQLite differ in how they quote, number parameters, and tell the time.

use connection_url::DatabaseType;
use engines::{Operation, Parameter};

use super::entry::{Cell, Fields};
use super::format::{COLUMNS, Column, Dialect, FORMAT, Kind, Look, SCHEMA_COLUMNS};
use super::{Ledger, MIGRATIONS, SCHEMA};
use crate::Scope;
use crate::ask::{sql, sql_with, text};

impl Ledger {
    const fn dialect(&self) -> Dialect {
        match self.database_type {
            DatabaseType::Postgresql => Dialect::Postgresql,
            DatabaseType::Sqlite => Dialect::Sqlite,
            // MongoDB's account is written elsewhere.
            DatabaseType::Mysql | DatabaseType::Mongodb => Dialect::Mysql,
        }
    }

    /// Whether conflicts and quotes are written as the standard has them, and not as MySQL has.
    fn is_standard(&self) -> bool {
        self.dialect() != Dialect::Mysql
    }

    fn quoted(&self, name: &str) -> String {
        if self.is_standard() {
            format!("\"{name}\"")
        } else {
            format!("`{name}`")
        }
    }

    fn key(&self) -> String {
        ["product", "database", "tag"]
            .map(|name| self.quoted(name))
            .join(", ")
    }

    /// The tables, where they are not there.
    pub(super) fn make_tables(&self) -> Vec<Operation> {
        let columns = |columns: &[Column]| {
            let columns = columns.iter().map(|column| {
                let kind = column.kind.name(self.dialect());
                format!("{} {kind}", self.quoted(column.name))
            });
            columns.collect::<Vec<_>>().join(", ")
        };
        let (place, tail) = (&self.place, self.table_options());
        let seed = if self.is_standard() {
            format!(
                "INSERT INTO {place}{SCHEMA} (id, format) VALUES (1, {FORMAT}) ON CONFLICT DO NOTHING"
            )
        } else {
            format!("INSERT IGNORE INTO {place}{SCHEMA} (id, format) VALUES (1, {FORMAT})")
        };
        vec![
            sql(format!(
                "CREATE TABLE IF NOT EXISTS {place}{MIGRATIONS} ({}, PRIMARY KEY ({})){tail}",
                columns(COLUMNS),
                self.key()
            )),
            sql(format!(
                "CREATE TABLE IF NOT EXISTS {place}{SCHEMA} ({}, PRIMARY KEY (id)){tail}",
                columns(SCHEMA_COLUMNS)
            )),
            sql(seed),
        ]
    }

    fn table_options(&self) -> &'static str {
        if self.is_standard() {
            ""
        } else {
            // An engine with transactions, whatever the server's default is: a row that is told is a row that lasts.
            " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        }
    }

    /// A column as it is read; one that the account's format lacks has its default.
    fn selected(&self, column: &Column, format: u32) -> String {
        let name = self.quoted(column.name);
        if column.since > format {
            return format!("{} AS {name}", column.default);
        }
        match (column.kind, self.dialect()) {
            (Kind::Moment, Dialect::Postgresql) => format!(
                "to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS {name}"
            ),
            (Kind::Moment, Dialect::Mysql) => {
                format!("DATE_FORMAT({name}, '%Y-%m-%dT%H:%i:%s.%fZ') AS {name}")
            }
            _ => name,
        }
    }

    fn list(&self, columns: &[Column], format: u32) -> String {
        let columns = columns.iter().map(|column| self.selected(column, format));
        columns.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn select_rows(&self, look: &Look, scope: &Scope) -> Operation {
        let mut values = Values::new(self.dialect());
        let (product, database, id) = (
            values.take(&Cell::text(&scope.product)),
            values.take(&Cell::text(&scope.database)),
            values.take(&Cell::text(&scope.database_id)),
        );
        let q = |name: &str| self.quoted(name);
        let statement = format!(
            "SELECT {} FROM {}{MIGRATIONS} WHERE ({} = {product} AND {} = {database}) OR {} = {id} ORDER BY {}",
            self.list(COLUMNS, look.format.unwrap_or(FORMAT)),
            self.place,
            q("product"),
            q("database"),
            q("database_id"),
            q("started_at"),
        );
        sql_with(statement, values.parameters)
    }

    pub(super) fn select_snapshot(&self) -> Operation {
        sql(format!(
            "SELECT {} FROM {}{SCHEMA} WHERE id = 1",
            self.list(SCHEMA_COLUMNS, FORMAT),
            self.place
        ))
    }

    pub(super) fn upsert(&self, fields: &Fields) -> Operation {
        let mut values = Values::new(self.dialect());
        let names: Vec<_> = fields.iter().map(|(name, _)| self.quoted(name)).collect();
        let given: Vec<_> = fields.iter().map(|(_, cell)| values.take(cell)).collect();
        let sets = names.iter().map(|name| {
            if self.is_standard() {
                format!("{name} = EXCLUDED.{name}")
            } else {
                format!("{name} = VALUES({name})")
            }
        });
        let sets = sets.collect::<Vec<_>>().join(", ");
        let conflict = if self.is_standard() {
            format!("ON CONFLICT ({}) DO UPDATE SET {sets}", self.key())
        } else {
            format!("ON DUPLICATE KEY UPDATE {sets}")
        };
        let statement = format!(
            "INSERT INTO {}{MIGRATIONS} ({}) VALUES ({}) {conflict}",
            self.place,
            names.join(", "),
            given.join(", ")
        );
        sql_with(statement, values.parameters)
    }

    pub(super) fn update_row(
        &self,
        fields: &Fields,
        key: [&str; 3],
        run: Option<&str>,
    ) -> Operation {
        let mut values = Values::new(self.dialect());
        let sets = self.sets(fields, &mut values);
        let mut conditions: Vec<_> = ["product", "database", "tag"]
            .iter()
            .zip(key)
            .map(|(name, value)| {
                let value = values.take(&Cell::text(value));
                format!("{} = {value}", self.quoted(name))
            })
            .collect();
        if let Some(run) = run {
            let run = values.take(&Cell::text(run));
            conditions.push(format!("{} = {run}", self.quoted("run_id")));
        }
        let statement = format!(
            "UPDATE {}{MIGRATIONS} SET {sets} WHERE {}",
            self.place,
            conditions.join(" AND ")
        );
        sql_with(statement, values.parameters)
    }

    pub(super) fn select_state(&self, key: [&str; 3], run: &str) -> Operation {
        let mut values = Values::new(self.dialect());
        let conditions = ["product", "database", "tag", "run_id"]
            .iter()
            .zip(key.into_iter().chain([run]))
            .map(|(name, value)| {
                let value = values.take(&Cell::text(value));
                format!("{} = {value}", self.quoted(name))
            })
            .collect::<Vec<_>>();
        let statement = format!(
            "SELECT state FROM {}{MIGRATIONS} WHERE {}",
            self.place,
            conditions.join(" AND ")
        );
        sql_with(statement, values.parameters)
    }

    pub(super) fn update_schema_row(&self, fields: &Fields) -> Operation {
        let mut values = Values::new(self.dialect());
        let sets = self.sets(fields, &mut values);
        let statement = format!("UPDATE {}{SCHEMA} SET {sets} WHERE id = 1", self.place);
        sql_with(statement, values.parameters)
    }

    fn sets(&self, fields: &Fields, values: &mut Values) -> String {
        let sets = fields.iter().map(|(name, cell)| {
            let value = values.take(cell);
            format!("{} = {value}", self.quoted(name))
        });
        sets.collect::<Vec<_>>().join(", ")
    }
}

/// Parameters as they gather, and how they stand in the statement.
struct Values {
    dialect: Dialect,
    parameters: Vec<Parameter>,
}

impl Values {
    const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            parameters: Vec::new(),
        }
    }

    fn push(&mut self, parameter: Parameter) -> String {
        self.parameters.push(parameter);
        match self.dialect {
            Dialect::Postgresql => format!("${}", self.parameters.len()),
            Dialect::Sqlite => format!("?{}", self.parameters.len()),
            Dialect::Mysql => "?".to_owned(),
        }
    }

    fn take(&mut self, cell: &Cell) -> String {
        match cell {
            Cell::Null => "NULL".to_owned(),
            // PostgreSQL keeps no U+0000 in a text; MySQL would.
            Cell::Text(value) if self.dialect == Dialect::Postgresql => {
                self.push(text(value.replace('\0', "\u{fffd}")))
            }
            Cell::Text(value) => self.push(text(value)),
            // The same statement, whatever the number: it is prepared once.
            Cell::Number(number) => self.push(Parameter::Integer(number.to_string())),
            Cell::Moment(moment) => match self.dialect {
                Dialect::Postgresql => format!("{}::timestamptz", self.push(text(moment))),
                Dialect::Mysql => self.push(text(moment.replace('T', " ").replace('Z', ""))),
                Dialect::Sqlite => self.push(text(moment)),
            },
            Cell::Clock => match self.dialect {
                Dialect::Postgresql => "clock_timestamp()".to_owned(),
                Dialect::Mysql => "UTC_TIMESTAMP(6)".to_owned(),
                Dialect::Sqlite => format!("strftime('{MOMENT}', 'now')"),
            },
            // The moment of BEGIN, whatever ran since (PostgreSQL's documentation, 9.9.5).
            Cell::Begin => "pg_catalog.now()".to_owned(),
            Cell::SinceBegin => {
                "(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint".to_owned()
            }
            Cell::Ago(ms) => match self.dialect {
                Dialect::Postgresql => {
                    let seconds = self.push(Parameter::Double(format!("{ms}e-3")));
                    format!("clock_timestamp() - make_interval(secs => {seconds})")
                }
                Dialect::Mysql => format!(
                    "UTC_TIMESTAMP(6) - INTERVAL {} MICROSECOND",
                    ms.saturating_mul(1_000)
                ),
                Dialect::Sqlite => {
                    let (seconds, rest) = (ms / 1_000, ms % 1_000);
                    format!("strftime('{MOMENT}', 'now', '-{seconds}.{rest:03} seconds')")
                }
            },
        }
    }
}

/// A moment as SQLite writes it: RFC 3339 in UTC.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%fZ";
