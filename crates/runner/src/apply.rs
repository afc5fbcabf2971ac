//! One migration, one way: what both ways of running it share.
//!
//! `transaction.rs` runs it in one transaction with its row of the history; `stepwise.rs` runs it statement by statement, and tells the
//! history before each what is done and what is under way.

use std::time::{Duration, Instant};

use connection_url::DatabaseType;
use engines::{Executed, Operation, RunError};
use migrations::{Direction, HistoryRow, Migration, Pick, Refusal, RowState};

use crate::ask::sql;
use crate::hold::Hold;
use crate::ledger::{Entry, Took};
use crate::run::StepDone;
use crate::wording::{self, Told};
use crate::{RunnerEvent, checks};

/// A migration on its way.
pub(crate) struct Job<'p> {
    pub(crate) pick: &'p Pick,
    pub(crate) statements: &'p [String],
    pub(crate) started: Instant,
    /// What the history said of it before.
    pub(crate) before: Option<HistoryRow>,
    pub(crate) dry_run: bool,
}

/// Why a migration stopped, and how it stands.
pub(crate) struct Stop {
    pub(crate) step: Option<StepDone>,
    pub(crate) why: Why,
    /// Whether something of it is in the target, or may be.
    pub(crate) lasts: bool,
}

pub(crate) enum Why {
    Refused(Refusal),
    Check(String),
    Statement {
        message: String,
        statement: u32,
        error: RunError,
    },
    History {
        message: String,
        error: RunError,
    },
    Cancelled,
}

/// What goes wrong while the statements run.
pub(crate) enum Trouble {
    /// A statement failed.
    Statement { statement: u32, error: RunError },
    /// A check was not true, or could not be asked.
    Check {
        before: bool,
        check: u32,
        error: Option<RunError>,
    },
    /// A statement ended the transaction around it.
    Ended { statement: u32 },
    /// The transaction that the statements began themselves is still open.
    LeftOpen,
    /// Cancelled: between statements, or with the error of the one that was ended.
    Cancelled { error: Option<(u32, RunError)> },
    /// The history could not be written.
    History { error: RunError },
    /// The lease is lost.
    LeaseLost,
    /// The row belongs to another run.
    AnotherRun,
}

pub(crate) fn count(statements: &[String]) -> u32 {
    u32::try_from(statements.len()).unwrap_or(u32::MAX)
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

impl<'p> Job<'p> {
    pub(crate) fn new(pick: &'p Pick, before: Option<HistoryRow>) -> Self {
        Self {
            statements: match pick.direction {
                Direction::Up => &pick.migration.up,
                Direction::Down => &pick.migration.down,
            },
            pick,
            started: Instant::now(),
            before,
            dry_run: false,
        }
    }

    pub(crate) fn tag(&self) -> &'p str {
        &self.pick.migration.tag
    }

    pub(crate) fn count(&self) -> u32 {
        count(self.statements)
    }

    pub(crate) fn told(&self) -> Told {
        Told {
            direction: self.pick.direction,
            statements: self.count(),
        }
    }

    /// The state of one that ran to its end.
    pub(crate) const fn ended(&self) -> RowState {
        match self.pick.direction {
            Direction::Up => RowState::Applied,
            Direction::Down => RowState::RolledBack,
        }
    }

    /// The checks before or after it; a rollback has none.
    pub(crate) fn checks(&self, before: bool) -> &'p [String] {
        match (self.pick.direction, before) {
            (Direction::Up, true) => &self.pick.migration.pre,
            (Direction::Up, false) => &self.pick.migration.post,
            (Direction::Down, _) => &[],
        }
    }

    pub(crate) fn step(&self, state: RowState, done: u32) -> StepDone {
        StepDone {
            tag: self.tag().to_owned(),
            direction: self.pick.direction,
            state,
            statements_done: done,
            statements: self.count(),
            ms: milliseconds(self.started.elapsed()),
        }
    }

    /// The statements from the first that is to be sent, with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &'p String)> + use<'p> {
        let from = self.pick.from.max(1);
        (1..)
            .zip(self.statements)
            .filter(move |(number, _)| *number >= from)
    }
}

impl Hold<'_> {
    /// Runs a migration.
    pub(crate) async fn apply(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        (self.events)(RunnerEvent::MigrationStarted {
            tag: job.tag().to_owned(),
            direction: job.pick.direction,
            statements: job.count(),
            from: job.pick.from.max(1),
        });
        let result = if self.in_transactions() && !job.pick.migration.no_transaction {
            self.apply_in_transaction(job).await
        } else {
            self.apply_stepwise(job).await
        };
        let step = match &result {
            Ok(step) => Some(step),
            Err(stop) => stop.step.as_ref(),
        };
        if let Some(step) = step {
            self.tell_done(step, false, false);
        }
        result
    }

    pub(crate) fn tell_done(&self, step: &StepDone, already: bool, dry_run: bool) {
        (self.events)(RunnerEvent::MigrationDone {
            tag: step.tag.clone(),
            direction: step.direction,
            state: step.state,
            ms: step.ms,
            already,
            dry_run,
        });
    }

    /// Whether changes of the schema take part in transactions.
    pub(crate) fn in_transactions(&self) -> bool {
        engines::engine(self.database_type())
            .capabilities()
            .ddl_transactions
    }

    pub(crate) fn operation(&self, statement: &str) -> Operation {
        match self.database_type() {
            DatabaseType::Mongodb => Operation::Command(statement.to_owned()),
            _ => sql(statement),
        }
    }

    /// A row of the history for a job.
    pub(crate) fn entry<'e>(&'e self, job: &'e Job<'_>, state: RowState, done: u32) -> Entry<'e> {
        Entry {
            scope: &self.target.scope,
            migration: &job.pick.migration,
            position: job.pick.position,
            state,
            direction: job.pick.direction,
            done,
            statements: job.count(),
            under_way: None,
            took: if state == RowState::Started {
                Took::Unfinished
            } else {
                let elapsed = job.started.elapsed().as_millis();
                Took::Milliseconds(u64::try_from(elapsed).unwrap_or(u64::MAX))
            },
            by: &self.target.by,
            tool_version: &self.target.tool_version,
            error: None,
            run: &self.run,
        }
    }

    /// Sends one statement, with what goes ahead of it in the same message.
    pub(crate) async fn statement(
        &mut self,
        job: &Job<'_>,
        number: u32,
        operations: &[Operation],
    ) -> Result<(), Trouble> {
        let at = operations.len().saturating_sub(1);
        let executed = self.statement_in(job, number, operations, at).await?;
        match executed.failed {
            None => Ok(()),
            Some(error) => Err(self.trouble(number, error)),
        }
    }

    /// Sends a message in which a statement stands at a place, and tells that it began, and that it was done once all of it was.
    pub(crate) async fn statement_in(
        &mut self,
        job: &Job<'_>,
        number: u32,
        operations: &[Operation],
        at: usize,
    ) -> Result<Executed, Trouble> {
        if self.cancel.is_cancelled() {
            return Err(Trouble::Cancelled { error: None });
        }
        (self.events)(RunnerEvent::StatementStarted {
            tag: job.tag().to_owned(),
            statement: number,
        });
        let started = Instant::now();
        let mut executed = self.send(operations).await;
        if executed.failed.is_none() {
            let completion = executed.done.get_mut(at).map(std::mem::take);
            let completion = completion.unwrap_or_default();
            (self.events)(RunnerEvent::StatementDone {
                tag: job.tag().to_owned(),
                direction: job.pick.direction,
                statement: number,
                statements: job.count(),
                ms: milliseconds(started.elapsed()),
                affected: completion.affected,
                notices: completion.notices,
            });
        }
        Ok(executed)
    }

    /// Why a statement failed: of itself, or because it was cancelled.
    pub(crate) fn trouble(&self, statement: u32, error: RunError) -> Trouble {
        if self.cancel.is_cancelled() {
            Trouble::Cancelled {
                error: Some((statement, error)),
            }
        } else {
            Trouble::Statement { statement, error }
        }
    }

    /// Asks the checks before or after a migration.
    pub(crate) async fn checks(&mut self, job: &Job<'_>, before: bool) -> Result<(), Trouble> {
        for (check, query) in (1..).zip(job.checks(before)) {
            let fault = |error| Trouble::Check {
                before,
                check,
                error,
            };
            if self.cancel.is_cancelled() {
                return Err(Trouble::Cancelled { error: None });
            }
            let database_type = self.database_type();
            let canceller = self.session.canceller();
            let asked = checks::ask(&mut *self.session, database_type, query);
            tokio::pin!(asked);
            let answer = tokio::select! {
                biased;
                answer = &mut asked => answer,
                () = self.cancel.cancelled() => {
                    drop(canceller.cancel().await);
                    asked.await
                }
            };
            let passed = answer.map_err(|error| fault(Some(error)))?;
            (self.events)(RunnerEvent::Checked {
                tag: job.tag().to_owned(),
                before,
                check,
                passed,
            });
            if !passed {
                return Err(fault(None));
            }
        }
        Ok(())
    }

    /// Makes of trouble what the caller is told, once the account says how the migration stands: `outcome` tells what is in the target.
    pub(crate) fn stop(
        &self,
        job: &Job<'_>,
        trouble: Trouble,
        step: StepDone,
        outcome: &str,
    ) -> Stop {
        let (told, tag, done) = (job.told(), job.tag(), step.statements_done);
        let waited = self.target.limits.statement_lock;
        let why = match trouble {
            Trouble::Statement { statement, error } => Why::Statement {
                message: wording::statement(told, tag, statement, &error, waited, outcome),
                statement,
                error,
            },
            Trouble::Check {
                before,
                check,
                error,
            } => Why::Check(wording::check(before, check, tag, error.as_ref(), outcome)),
            Trouble::Ended { statement } => Why::Statement {
                message: wording::ended(told, tag, statement),
                statement,
                error: wording::fault("The statement ended the transaction around it."),
            },
            Trouble::LeftOpen => Why::Statement {
                message: wording::left_open(told, tag, done),
                statement: job.count(),
                error: wording::fault("The statements left a transaction open."),
            },
            Trouble::Cancelled { .. } => Why::Cancelled,
            Trouble::History { error } => Why::History {
                message: wording::untold(told, tag, done, &error),
                error,
            },
            Trouble::LeaseLost => Why::History {
                message: wording::lease_lost(told, tag, done),
                error: wording::fault("The lease is lost."),
            },
            Trouble::AnotherRun => Why::History {
                message: wording::another_run(told, tag, done),
                error: wording::fault("The row of the history belongs to another run."),
            },
        };
        Stop {
            step: Some(step),
            why,
            lasts: true,
        }
    }

    /// What the history keeps of the trouble.
    pub(crate) fn error_text(job: &Job<'_>, trouble: &Trouble) -> String {
        match trouble {
            Trouble::Statement { statement, error } => format!("Statement {statement}: {error}"),
            Trouble::Check {
                before,
                check,
                error,
            } => wording::check(*before, *check, job.tag(), error.as_ref(), "")
                .trim_end()
                .to_owned(),
            Trouble::Ended { statement } => {
                format!("Statement {statement} ended the transaction around it.")
            }
            Trouble::LeftOpen => "The statements left a transaction open.".to_owned(),
            Trouble::Cancelled { error: None } => "Cancelled between statements.".to_owned(),
            Trouble::Cancelled {
                error: Some((statement, error)),
            } => format!("Cancelled at statement {statement}: {error}"),
            Trouble::History { error } => format!("The history could not be written: {error}"),
            Trouble::LeaseLost => "The runner lost its lease.".to_owned(),
            Trouble::AnotherRun => "Another run took over.".to_owned(),
        }
    }
}

/// Whether a migration may have changed what its session is set to.
pub(crate) fn may_leave_traces(migration: &Migration) -> bool {
    const WORDS: [&str; 6] = ["set", "use", "lock", "call", "do", "select"];
    let mut statements = migration.up.iter().chain(&migration.down);
    statements.any(|statement| {
        let first = first_word(statement);
        let lower = statement.to_ascii_lowercase();
        WORDS.contains(&first.to_ascii_lowercase().as_str())
            || lower.contains("set_config")
            || lower.contains("/*!")
    })
}

/// Statements that begin or end a transaction.
pub(crate) fn controls_transaction(statement: &str) -> bool {
    let first = first_word(statement).to_ascii_uppercase();
    let second = || second_word(statement).to_ascii_uppercase();
    match first.as_str() {
        "BEGIN" | "COMMIT" | "END" | "ABORT" => true,
        "START" | "PREPARE" => second() == "TRANSACTION",
        "ROLLBACK" => second() != "TO",
        _ => false,
    }
}

/// Statements that change a schema or rows and do nothing else: the transaction stays, and no data is waited for.
pub(crate) fn only_changes(statement: &str) -> bool {
    const WORDS: [&str; 11] = [
        "ALTER", "COMMENT", "CREATE", "DELETE", "DROP", "GRANT", "INSERT", "MERGE", "REVOKE",
        "TRUNCATE", "UPDATE",
    ];
    WORDS.contains(&first_word(statement).to_ascii_uppercase().as_str())
}

/// A statement from its first word on.
fn bare(statement: &str) -> &str {
    let mut rest = statement;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
        if rest.starts_with("--") || rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("/*") && !rest.starts_with("/*!") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
        } else {
            return rest;
        }
    }
}

fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    text.split_at(end.unwrap_or(text.len()))
}

fn first_word(statement: &str) -> &str {
    word(bare(statement)).0
}

fn second_word(statement: &str) -> &str {
    word(bare(word(bare(statement)).1)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_transaction_is_known() {
        for statement in [
            "begin",
            "-- a\nCOMMIT;",
            "start transaction",
            "/* a */ START /* b */ TRANSACTION",
            "rollback",
            "ROLLBACK AND CHAIN",
            "END;",
            "PREPARE TRANSACTION 'a'",
        ] {
            assert!(controls_transaction(statement), "{statement}");
        }
        for statement in [
            "SAVEPOINT a",
            "ROLLBACK TO SAVEPOINT a",
            "PREPARE a AS SELECT 1",
            "CREATE TABLE commit (a int)",
            "DO $$ BEGIN END $$",
            "",
        ] {
            assert!(!controls_transaction(statement), "{statement}");
        }
    }

    #[test]
    fn what_only_changes_is_known() {
        for statement in [
            "create table a ()",
            "-- a\n/* b */ INSERT INTO a DEFAULT VALUES",
        ] {
            assert!(only_changes(statement), "{statement}");
        }
        for statement in [
            "COPY a FROM STDIN",
            "SET ROLE a",
            "DISCARD ALL",
            "WITH a AS () SELECT 1",
            "COMMIT",
            "",
        ] {
            assert!(!only_changes(statement), "{statement}");
        }
    }
}
