//! SQLite: a row with a lease, as on MongoDB. The file has one lock of its own, for a transaction; the row holds others off between the
//! transactions of a run. Each migration looks at it within its own transaction, where nobody can take it: two runners thus never both
//! apply one, even where a lease ran out. The clock is this machine's, as is everyone's who has the file open.

use std::time::Duration;

use async_trait::async_trait;
use engines::{Operation, Parameter, RunError, Session, code};

use super::{Holder, Lock};
use crate::ask::{self, sql, sql_with, text};
use crate::ledger::found_its_row;

/// The table of the one row.
const LOCK: &str = "_tapedeck_lock";

/// A lease lasts so long after it was renewed. A runner that is killed holds others up for this long.
const LASTS: Duration = Duration::from_secs(20);

/// A runner's lease.
#[derive(Clone)]
pub(crate) struct Row {
    run: String,
    by: String,
}

/// Seconds since 1970 as a number with a fraction, by SQLite's clock.
const NOW: &str = "unixepoch('subsec')";

fn lasts() -> Parameter {
    Parameter::Integer(LASTS.as_secs().to_string())
}

impl Row {
    pub(super) fn new(run: &str, by: &str) -> Self {
        Self {
            run: run.to_owned(),
            by: by.to_owned(),
        }
    }

    /// What renews it; no row is changed where another runner has it.
    fn renewal(&self) -> Operation {
        sql_with(
            format!("UPDATE {LOCK} SET until = {NOW} + ?1 WHERE id = 1 AND run_id = ?2"),
            vec![lasts(), text(&self.run)],
        )
    }

    /// Renews it; false where it was taken over.
    pub(crate) async fn renew(&self, session: &mut dyn Session) -> Result<bool, RunError> {
        Ok(found_its_row(&session.execute(&self.renewal()).await?))
    }

    /// Gives it back.
    pub(super) async fn release(&self, session: &mut dyn Session) -> Result<(), RunError> {
        let release = sql_with(
            format!("DELETE FROM {LOCK} WHERE id = 1 AND run_id = ?1"),
            vec![text(&self.run)],
        );
        session.execute(&release).await.map(drop)
    }
}

#[async_trait]
impl Lock for Row {
    async fn take(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        let make = sql(format!(
            "CREATE TABLE IF NOT EXISTS {LOCK} (id INTEGER PRIMARY KEY CHECK (id = 1), run_id TEXT NOT NULL, \"by\" TEXT NOT NULL,
                since REAL NOT NULL, until REAL NOT NULL)"
        ));
        let take = sql_with(
            format!(
                "INSERT INTO {LOCK} (id, run_id, \"by\", since, until) VALUES (1, ?1, ?2, {NOW}, {NOW} + ?3)
                ON CONFLICT (id) DO UPDATE
                    SET run_id = excluded.run_id, \"by\" = excluded.\"by\", since = excluded.since, until = excluded.until
                    WHERE until < {NOW}"
            ),
            vec![text(&self.run), text(&self.by), lasts()],
        );
        for operation in [&make, &take] {
            match session.execute(operation).await {
                Ok(completion) if operation == &take => return Ok(found_its_row(&completion)),
                Ok(_) => {}
                // Whoever has the file's own lock may be in the middle of a migration.
                Err(error) if error.error.code == code::LOCK_TIMEOUT => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    async fn holder(&mut self, session: &mut dyn Session) -> Result<Option<Holder>, RunError> {
        let question = sql(format!(
            "SELECT run_id, \"by\", CAST({NOW} - since AS INTEGER) AS seconds FROM {LOCK} WHERE id = 1"
        ));
        let answer = match ask::rows(session, &question).await {
            Ok(answer) => answer,
            // Before the first run has made the table, or while the file is locked, there is nobody to be named.
            Err(_) => return Ok(None),
        };
        let Some(row) = answer.first() else {
            return Ok(None);
        };
        let seconds = ask::number(answer.value(row, "seconds")).unwrap_or_default();
        Ok(Some(Holder {
            words: format!(
                "{}, since {seconds} s",
                ask::string(answer.value(row, "by"))
            ),
            identity: ask::string(answer.value(row, "run_id")),
        }))
    }
}
