//! The account that a target keeps: two tables or collections, and what is sent to read and write them. Nothing here talks to a server.
//!
//! `_tapedeck_migrations` has a row for each migration that ever ran, under the tags of its product and database and its own.
//! `_tapedeck_schema` has one row: the format of both, the schema as the last run left it, and the run that is under way. While a
//! run is under way, or has died, its `run_id` stands there, and the snapshot is not what a schema is compared with: it would find
//! the run's own work.
//!
//! Every moment is told by the server's clock.

mod entry;
mod format;
mod mongodb;
mod reading;
mod sql;
#[cfg(test)]
mod upgrade_tests;

use connection_url::DatabaseType;
use engines::{Operation, RunError, Session};
use serde_json::Value;

use self::entry::{Cell, Fields};
pub(crate) use self::entry::{Entry, Took};
#[cfg(test)]
use self::format::Upgrade;
pub(crate) use self::format::{FORMAT, Look, upgrades};
use crate::ask;
use crate::{History, Scope, StoredSnapshot};

/// The table or collection of the rows.
pub(crate) const MIGRATIONS: &str = "_tapedeck_migrations";
/// The one of the snapshot.
pub(crate) const SCHEMA: &str = "_tapedeck_schema";

/// What a new snapshot is made of.
pub(crate) struct NewSnapshot<'a> {
    pub(crate) fingerprint: &'a str,
    /// As JSON.
    pub(crate) snapshot: &'a str,
    pub(crate) by: &'a str,
}

/// Where an account stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ledger {
    pub(crate) database_type: DatabaseType,
    /// What stands before the names of its tables, quoted; empty on MongoDB.
    pub(crate) place: String,
}

impl Ledger {
    /// Looks where the account is, or would be, and what there is of it. Nothing is provoked: a look inside of a transaction leaves
    /// it as it is.
    pub(crate) async fn look(
        session: &mut dyn Session,
        database_type: DatabaseType,
    ) -> Result<(Self, Look), RunError> {
        let found = ask::rows(session, &format::question(database_type)).await?;
        let (place, mut look) = format::found(database_type, &found);
        let ledger = Self {
            database_type,
            place,
        };
        if look.schema {
            let row = ask::rows(session, &ledger.format()).await?;
            look.format = row
                .first()
                .and_then(|values| ask::number(row.value(values, "format")))
                .and_then(|number| u32::try_from(number).ok());
        }
        Ok((ledger, look))
    }

    /// Reads the account of a scope.
    pub(crate) async fn read(
        &self,
        session: &mut dyn Session,
        look: &Look,
        scope: &Scope,
    ) -> Result<Account, RunError> {
        let mut account = Account::default();
        if look.migrations {
            account.history.exists = true;
            let found = ask::rows(session, &self.rows(look, scope)).await?;
            account.history.rows = reading::rows(&found, scope);
        }
        if look.schema {
            let found = ask::rows(session, &self.snapshot()).await?;
            if let Some(values) = found.first() {
                let value = |column: &str| ask::string(found.value(values, column));
                let under_way = !value("run_id").is_empty();
                account.interrupted = under_way;
                account.run_by = value("run_by");
                let snapshot = serde_json::from_str(&value("snapshot")).ok();
                account.history.snapshot =
                    snapshot
                        .filter(|_| !under_way)
                        .map(|snapshot| StoredSnapshot {
                            fingerprint: value("fingerprint"),
                            taken_at: reading::moment(found.value(values, "taken_at")),
                            by: value("by"),
                            snapshot,
                        });
            }
        }
        Ok(account)
    }

    /// What makes the account where it is not, in order; what is there stays.
    pub(crate) fn make(&self) -> Vec<Operation> {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::make(),
            _ => self.make_tables(),
        }
    }

    fn format(&self) -> Operation {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::schema_row(),
            _ => ask::sql(format!(
                "SELECT format FROM {}{SCHEMA} WHERE id = 1",
                self.place
            )),
        }
    }

    fn rows(&self, look: &Look, scope: &Scope) -> Operation {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::rows(scope),
            _ => self.select_rows(look, scope),
        }
    }

    fn snapshot(&self) -> Operation {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::schema_row(),
            _ => self.select_snapshot(),
        }
    }

    /// Writes a row, whatever stood there.
    pub(crate) fn put(&self, entry: &Entry<'_>) -> Operation {
        let fields = entry.fields();
        match self.database_type {
            DatabaseType::Mongodb => mongodb::put(entry, &fields),
            _ => self.upsert(&fields),
        }
    }

    /// Writes a row that this run has begun; it changes nothing where another run has begun it since.
    pub(crate) fn settle(&self, entry: &Entry<'_>) -> Operation {
        self.update(&entry.fields(), entry, true)
    }

    /// What is done of a migration that this run has begun.
    pub(crate) fn progress(&self, entry: &Entry<'_>) -> Operation {
        self.update(&entry.progress(), entry, true)
    }

    /// Takes over the tags of a product or database that was renamed.
    pub(crate) fn rename(&self, old: &migrations::HistoryRow, scope: &Scope) -> Operation {
        let fields = vec![
            ("product", Cell::text(&scope.product)),
            ("database", Cell::text(&scope.database)),
        ];
        let key = [&old.product, &old.database, &old.tag].map(String::as_str);
        self.update_where(&fields, key, None)
    }

    /// Takes over the record of an applied migration as it is now.
    pub(crate) fn accept(&self, scope: &Scope, migration: &migrations::Migration) -> Operation {
        let fields = vec![
            ("migration_id", Cell::text(&migration.id)),
            ("name", Cell::text(&migration.name)),
            ("record", Cell::Text(record_text(&migration.record))),
            ("checksum", Cell::Text(migration.checksum())),
        ];
        let key = [&scope.product, &scope.database, &migration.tag].map(String::as_str);
        self.update_where(&fields, key, None)
    }

    /// Puts a row back to what it was before a run that came to nothing, and says why it did.
    pub(crate) fn restore(&self, row: &migrations::HistoryRow, error: &str) -> Operation {
        let number = |number: u32| Cell::Number(u64::from(number));
        let fields = vec![
            ("state", Cell::text(entry::state(row.state))),
            ("direction", Cell::text(entry::direction(row.direction))),
            ("statements_done", number(row.statements_done)),
            ("statements", number(row.statements)),
            ("under_way", row.under_way.map_or(Cell::Null, number)),
            ("started_at", Cell::Moment(row.started_at.clone())),
            (
                "finished_at",
                row.finished_at.clone().map_or(Cell::Null, Cell::Moment),
            ),
            (
                "duration_ms",
                row.duration_ms.map_or(Cell::Null, Cell::Number),
            ),
            ("by", Cell::text(&row.by)),
            ("tool_version", Cell::text(&row.tool_version)),
            ("error", Cell::text(error)),
        ];
        let key = [&row.product, &row.database, &row.tag].map(String::as_str);
        self.update_where(&fields, key, None)
    }

    /// Asks for the state of a row, if it is this run that wrote it.
    pub(crate) fn own_state(&self, entry: &Entry<'_>) -> Operation {
        let key = [
            entry.scope.product.as_str(),
            &entry.scope.database,
            &entry.migration.tag,
        ];
        match self.database_type {
            DatabaseType::Mongodb => mongodb::state(key, entry.run),
            _ => self.select_state(key, entry.run),
        }
    }

    fn update(&self, fields: &Fields, entry: &Entry<'_>, own: bool) -> Operation {
        let key = [
            entry.scope.product.as_str(),
            &entry.scope.database,
            &entry.migration.tag,
        ];
        self.update_where(fields, key, own.then_some(entry.run))
    }

    fn update_where(&self, fields: &Fields, key: [&str; 3], run: Option<&str>) -> Operation {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::update(fields, key, run),
            _ => self.update_row(fields, key, run),
        }
    }

    /// Says that a run is under way.
    pub(crate) fn open(&self, run: &str, by: &str) -> Operation {
        self.update_schema(&vec![
            ("run_id", Cell::text(run)),
            ("run_by", Cell::text(by)),
        ])
    }

    /// Says that the run is over, and what it left; without a snapshot there is none to compare with until the next run.
    pub(crate) fn close(&self, snapshot: Option<&NewSnapshot<'_>>) -> Operation {
        let mut fields = vec![("run_id", Cell::Null), ("run_by", Cell::Null)];
        match snapshot {
            Some(new) => {
                fields.push(("fingerprint", Cell::text(new.fingerprint)));
                fields.push(("snapshot", Cell::text(new.snapshot)));
                fields.push(("by", Cell::text(new.by)));
                fields.push(("taken_at", Cell::Clock));
            }
            None => {
                for column in ["fingerprint", "snapshot", "by", "taken_at"] {
                    fields.push((column, Cell::Null));
                }
            }
        }
        self.update_schema(&fields)
    }

    /// Says that the run is over and left what was there before.
    pub(crate) fn close_unchanged(&self) -> Operation {
        self.update_schema(&vec![("run_id", Cell::Null), ("run_by", Cell::Null)])
    }

    /// Records the format that the account has now.
    pub(crate) fn set_format(&self, format: u32) -> Operation {
        self.update_schema(&vec![("format", Cell::Number(u64::from(format)))])
    }

    fn update_schema(&self, fields: &Fields) -> Operation {
        match self.database_type {
            DatabaseType::Mongodb => mongodb::update_schema(fields),
            _ => self.update_schema_row(fields),
        }
    }
}

/// What was read of an account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) history: History,
    /// Whether a run is under way, or has died: to whoever holds the lock, the latter.
    pub(crate) interrupted: bool,
    /// Who runs it.
    pub(crate) run_by: String,
}

/// The word for a state in a row.
pub(crate) const fn state_word(state: migrations::RowState) -> &'static str {
    entry::state(state)
}

/// Whether an update found its row: it counts one.
pub(crate) fn found_its_row(completion: &engines::Completion) -> bool {
    completion.affected.is_some_and(|count| count > 0)
}

/// The record as the text that is kept.
fn record_text(record: &serde_json::Map<String, Value>) -> String {
    serde_json::to_string(record).unwrap_or_else(|_| "{}".to_owned())
}
