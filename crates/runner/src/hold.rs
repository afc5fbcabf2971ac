//! A target that is ours for now: its sessions, its lock, its account.

use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use connection_url::DatabaseType;
use engines::{
    CancellationToken, Completion, EngineError, Executed, Fate, Operation, RunError, Session,
    SessionOptions, Stage, code, engine,
};

use crate::ask::{sql, sql_with, text};
use crate::ledger::{Account, FORMAT, Ledger, Look, found_its_row, upgrades};
use crate::lock::{self, Lease, Wait};
use crate::run::{RunReport, RunnerError};
use crate::{RunnerEvent, Target, wording};

/// A cancellation is sent again after so long, as often as this: it can miss a statement that is only on its way.
const AGAIN: Duration = Duration::from_millis(250);
const TIMES: u32 = 40;

/// The time that finding out what became of a broken connection may take.
const RECOVERY: Duration = Duration::from_secs(5);

/// What goes on in a target while a runner holds it.
pub(crate) struct Hold<'a> {
    pub(crate) target: &'a Target<'a>,
    pub(crate) events: &'a (dyn Fn(RunnerEvent) + Send + Sync),
    pub(crate) cancel: &'a CancellationToken,
    /// Sends the statements, and has the lock where sessions have locks.
    pub(crate) session: Box<dyn Session>,
    /// Writes the account where that is no part of the statements' transaction: what these do to their session (another database, a
    /// transaction of their own, `LOCK TABLES`) is thus nothing to it.
    keeper: Option<Box<dyn Session>>,
    lease: Option<Lease>,
    /// Whether another runner took the lease, or may have.
    pub(crate) lease_lost: bool,
    pub(crate) ledger: Ledger,
    look: Look,
    pub(crate) account: Account,
    /// This run.
    pub(crate) run: String,
    /// Whether the account says that this run is under way.
    pub(crate) opened: bool,
    /// What a person should know.
    pub(crate) notes: Vec<String>,
}

/// A name that no other run has.
fn run_id() -> String {
    // The keys of each state are random.
    let random = || {
        std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish()
    };
    format!("{:016x}{:016x}", random(), random())
}

impl<'a> Hold<'a> {
    /// Connects, takes the lock and reads the account.
    pub(crate) async fn take(
        target: &'a Target<'a>,
        events: &'a (dyn Fn(RunnerEvent) + Send + Sync),
        cancel: &'a CancellationToken,
    ) -> Result<Self, RunnerError> {
        let mut session = connect(target, target.limits.connect, cancel)
            .await
            .map_err(|error| no_session(error, cancel))?;
        events(RunnerEvent::Connected {
            server: session.server().to_owned(),
        });
        let run = run_id();
        let unlocked = |error| history(wording::not_locked(&error), error);
        let wait = lock::take(
            &mut *session,
            target.database_type,
            &run,
            &target.by,
            target.limits.runner_lock,
            events,
            cancel,
        );
        let lease = match wait.await.map_err(unlocked)? {
            Wait::Taken(lease) => lease,
            Wait::Kept { holder } => {
                session.close().await;
                return Err(RunnerError::Locked {
                    message: wording::locked(&holder, target.limits.runner_lock),
                    holder,
                });
            }
            Wait::Cancelled => {
                session.close().await;
                let report = RunReport::default();
                return Err(RunnerError::Cancelled { report });
            }
        };
        let mut hold = Self {
            target,
            events,
            cancel,
            session,
            keeper: None,
            lease,
            lease_lost: false,
            ledger: Ledger {
                database_type: target.database_type,
                place: String::new(),
            },
            look: Look::default(),
            account: Account::default(),
            run,
            opened: false,
            notes: Vec::new(),
        };
        match hold.begin().await {
            Ok(()) => Ok(hold),
            Err(error) => {
                hold.leave().await;
                Err(error)
            }
        }
    }

    async fn begin(&mut self) -> Result<(), RunnerError> {
        if self.has_keeper() {
            let keeper = connect(self.target, self.target.limits.connect, self.cancel).await;
            self.keeper = Some(keeper.map_err(|error| no_session(error, self.cancel))?);
        }
        self.read().await
    }

    /// Whether the account is written beside the statements, and not in their transaction.
    const fn has_keeper(&self) -> bool {
        matches!(
            self.target.database_type,
            DatabaseType::Mysql | DatabaseType::Mongodb
        )
    }

    /// Reads the account as it is now.
    pub(crate) async fn read(&mut self) -> Result<(), RunnerError> {
        let unread = |error| history(wording::unread(&error), error);
        let scope = &self.target.scope;
        let session = self.keeper.as_mut().unwrap_or(&mut self.session);
        let found = Ledger::look(&mut **session, self.target.database_type).await;
        let (ledger, look) = found.map_err(unread)?;
        let account = ledger.read(&mut **session, &look, scope).await;
        self.account = account.map_err(unread)?;
        (self.ledger, self.look) = (ledger, look);
        Ok(())
    }

    pub(crate) const fn database_type(&self) -> DatabaseType {
        self.target.database_type
    }

    /// Makes the account or upgrades it, takes over the tags of what was renamed, and says that this run is under way.
    pub(crate) async fn open(&mut self) -> Result<(), RunnerError> {
        let unmade = |error| history(wording::unmade(&error), error);
        if self.look.homeless {
            return Err(RunnerError::Refused(wording::homeless(
                self.target.database_type,
            )));
        }
        let format = self.look.format.unwrap_or(FORMAT);
        if format > FORMAT {
            return Err(RunnerError::Refused(wording::newer(format)));
        }
        let open = self.ledger.open(&self.run, &self.target.by);
        if self.look.migrations && self.look.schema && self.look.format.is_some() {
            let session = self.keeper.as_mut().unwrap_or(&mut self.session);
            let upgraded = self
                .ledger
                .upgrade(&mut **session, format, upgrades())
                .await;
            upgraded.map_err(unmade)?;
            self.write(&open).await.map_err(unmade)?;
        } else {
            let mut steps = self.ledger.make();
            steps.push(open);
            if let Some(begin) = self.begin_transaction() {
                steps.insert(0, begin);
                steps.push(sql("COMMIT"));
            }
            let session = self.keeper.as_mut().unwrap_or(&mut self.session);
            if let Some(error) = session.execute_all(&steps).await.failed {
                if session.in_transaction() {
                    drop(session.rollback().await);
                }
                return Err(unmade(error));
            }
        }
        self.opened = true;
        self.rename().await.map_err(unmade)
    }

    /// Rows that are known by the database's id alone get its tags of today, unless others have that place.
    async fn rename(&mut self) -> Result<(), RunError> {
        let scope = self.target.scope.clone();
        let mut rows = std::mem::take(&mut self.account.history.rows);
        for row in &mut rows {
            if (&row.product, &row.database) == (&scope.product, &scope.database) {
                continue;
            }
            let renaming = self.ledger.rename(row, &scope);
            match self.write(&renaming).await {
                Ok(_) => {
                    row.product.clone_from(&scope.product);
                    row.database.clone_from(&scope.database);
                }
                Err(error) if error.error.code == code::CONSTRAINT_VIOLATED => {}
                Err(error) => return Err(error),
            }
        }
        self.account.history.rows = rows;
        Ok(())
    }

    /// Sends statements and waits for them, for a cancellation, and on MongoDB for the loss of the lease: both end at the server what
    /// runs there.
    pub(crate) async fn send(&mut self, operations: &[Operation]) -> Executed {
        let canceller = self.session.canceller();
        let (keeper, lease, cancel) = (&mut self.keeper, &mut self.lease, self.cancel);
        let running = self.session.execute_all(operations);
        tokio::pin!(running);
        let lost = {
            let stop = async {
                tokio::select! {
                    () = cancel.cancelled() => false,
                    () = keep(lease, keeper) => true,
                }
            };
            tokio::pin!(stop);
            tokio::select! {
                biased;
                executed = &mut running => return executed,
                lost = &mut stop => lost,
            }
        };
        self.lease_lost |= lost;
        let stopping = async {
            for _ in 0..TIMES {
                // The statement itself tells how it ended.
                drop(canceller.cancel().await);
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::select! {
            biased;
            executed = running => executed,
            () = stopping => Executed {
                done: Vec::new(),
                failed: Some(unheard()),
            },
        }
    }

    /// Whether this runner may still send: it renews its lease where there is one.
    pub(crate) async fn still_ours(&mut self) -> Result<bool, RunError> {
        if self.lease_lost {
            return Ok(false);
        }
        if let Some(lease) = &mut self.lease {
            let session = self.keeper.as_mut().unwrap_or(&mut self.session);
            self.lease_lost = !lease.renew(&mut **session).await?;
        }
        Ok(!self.lease_lost)
    }

    /// Writes to the account; over a new connection where the one there was broke.
    pub(crate) async fn write(&mut self, operation: &Operation) -> Result<Completion, RunError> {
        let Some(keeper) = &mut self.keeper else {
            return self.session.execute(operation).await;
        };
        match keeper.execute(operation).await {
            Err(error) if error.error.code == code::CONNECTION_LOST => {
                let never = CancellationToken::new();
                let Ok(session) = connect(self.target, RECOVERY, &never).await else {
                    return Err(error);
                };
                let keeper = self.keeper.insert(session);
                let mut completion = keeper.execute(operation).await?;
                // Where the first attempt was done, there is nothing left to change.
                if error.fate == Fate::Unknown {
                    completion.affected = completion.affected.map(|count| count.max(1));
                }
                Ok(completion)
            }
            result => result,
        }
    }

    /// Writes to a row of this run; false where another run has it by now.
    pub(crate) async fn write_own(&mut self, operation: &Operation) -> Result<bool, RunError> {
        Ok(found_its_row(&self.write(operation).await?))
    }

    /// Gets a session for the one that broke, and its lock: whoever has that knows that the broken one does nothing any more.
    pub(crate) async fn recover(&mut self) -> bool {
        let never = CancellationToken::new();
        let Ok(mut session) = connect(self.target, RECOVERY, &never).await else {
            return false;
        };
        if self.lease.is_none() {
            let wait = lock::take(
                &mut *session,
                self.target.database_type,
                &self.run,
                &self.target.by,
                RECOVERY,
                &|_| {},
                &never,
            );
            if !matches!(wait.await, Ok(Wait::Taken(_))) {
                return false;
            }
        }
        self.session = session;
        true
    }

    /// Puts the session back to what the next migration expects, after one that may have changed it.
    pub(crate) async fn tidy(&mut self) -> Result<(), RunError> {
        match self.database_type() {
            DatabaseType::Postgresql => {
                let reset = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];
                let mut steps: Vec<_> = reset.into_iter().map(sql).collect();
                steps.push(set_up_postgres(self.target));
                self.session
                    .execute_all(&steps)
                    .await
                    .failed
                    .map_or(Ok(()), Err)
            }
            DatabaseType::Mysql => {
                let place = self.ledger.place.trim_end_matches('.');
                let mut steps = vec![sql("UNLOCK TABLES")];
                if !place.is_empty() {
                    steps.push(sql(format!("USE {place}")));
                }
                steps.push(sql(
                    "SET SESSION autocommit = 1, foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00'",
                ));
                steps.push(set_up_mysql(self.target));
                self.session
                    .execute_all(&steps)
                    .await
                    .failed
                    .map_or(Ok(()), Err)
            }
            DatabaseType::Sqlite => {
                let reset = sql("PRAGMA foreign_keys = ON");
                self.session.execute(&reset).await.map(drop)
            }
            DatabaseType::Mongodb => Ok(()),
        }
    }

    /// What begins the transaction of a migration, where changes of the schema take part in one. SQLite's takes the file's lock at once:
    /// a reader that wants to write later may never get it.
    pub(crate) fn begin_transaction(&self) -> Option<Operation> {
        match self.database_type() {
            DatabaseType::Postgresql => Some(sql("BEGIN")),
            DatabaseType::Sqlite => Some(sql("BEGIN IMMEDIATE")),
            DatabaseType::Mysql | DatabaseType::Mongodb => None,
        }
    }

    /// Whether the lease has to be looked at within the transaction of a migration.
    pub(crate) const fn holds_by_transaction(&self) -> bool {
        matches!(self.target.database_type, DatabaseType::Sqlite)
    }

    /// Gives the lock back, and takes leave.
    pub(crate) async fn leave(mut self) {
        let lease = self.lease.take();
        drop(
            lock::release(
                &mut *self.session,
                self.target.database_type,
                lease.as_ref(),
            )
            .await,
        );
        self.session.close().await;
        if let Some(keeper) = self.keeper {
            keeper.close().await;
        }
    }
}

/// Renews a lease as long as it is polled; without one it never ends.
async fn keep(lease: &mut Option<Lease>, keeper: &mut Option<Box<dyn Session>>) {
    match (lease, keeper) {
        (Some(lease), Some(keeper)) => lease.keep(&mut **keeper).await,
        _ => std::future::pending().await,
    }
}

/// Opens a session and sets it up for migrations.
async fn connect(
    target: &Target<'_>,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<Box<dyn Session>, EngineError> {
    let options = SessionOptions {
        timeout,
        ..SessionOptions::default()
    };
    let engine = engine(target.database_type);
    let mut session = engine.connect(target.url, &options, cancel).await?;
    let set_up = match target.database_type {
        DatabaseType::Postgresql => set_up_postgres(target),
        DatabaseType::Mysql => set_up_mysql(target),
        DatabaseType::Mongodb | DatabaseType::Sqlite => return Ok(session),
    };
    match session.execute(&set_up).await {
        Ok(_) => Ok(session),
        Err(error) => Err(error.error),
    }
}

/// The server's activity says whose run it is, and no statement waits long for a lock: whoever asks for the table meanwhile would wait
/// behind it.
fn set_up_postgres(target: &Target<'_>) -> Operation {
    let milliseconds = target.limits.statement_lock.as_millis().max(1);
    sql_with(
        "SELECT pg_catalog.set_config('application_name', $1, false), pg_catalog.set_config('lock_timeout', $2, false),
            pg_catalog.set_config('standard_conforming_strings', 'on', false)",
        vec![
            text(format!("tapedeck {}", target.by)),
            text(milliseconds.to_string()),
        ],
    )
}

fn set_up_mysql(target: &Target<'_>) -> Operation {
    let seconds = target.limits.statement_lock.as_secs().max(1);
    sql(format!(
        "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"
    ))
}

fn no_session(error: EngineError, cancel: &CancellationToken) -> RunnerError {
    if cancel.is_cancelled() {
        let report = RunReport::default();
        return RunnerError::Cancelled { report };
    }
    RunnerError::Connect(error)
}

pub(crate) fn history(message: String, error: RunError) -> RunnerError {
    RunnerError::History {
        message,
        error,
        report: RunReport::default(),
    }
}

/// A statement that was told to end, and did not.
fn unheard() -> RunError {
    RunError {
        error: EngineError {
            code: code::CANCELLED,
            stage: Stage::Ready,
            message: "The server was told to end the statement, and has not said that it did."
                .to_owned(),
            remedy: "Look whether the statement still runs at the server.".to_owned(),
            server_code: None,
            retryable: false,
        },
        fate: Fate::Unknown,
        position: None,
    }
}
