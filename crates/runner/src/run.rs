//! One run under the lock.

use engines::{EngineError, RunError};
use migrations::{Direction, HistoryRow, Pick, Refusal, RowState};
use schema::Difference;
use tokio_util::sync::CancellationToken;

use crate::apply::{Job, Stop, Why, controls_transaction, may_leave_traces};
use crate::ask::sql;
use crate::hold::Hold;
use crate::ledger::NewSnapshot;
use crate::{History, RunnerEvent, Target, wording};

/// What a run finds once it has the lock.
pub struct Situation<'a> {
    /// The target's account, as it is now.
    pub history: &'a History,
    /// From the schema that the last run left to the one that is there; empty where there is none to compare with.
    pub drift: &'a [Difference],
}

/// What a run shall do.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// The migrations, in order.
    pub picks: Vec<Pick>,
    /// Runs everything in a transaction and takes it back; only where the engine's schema changes take part in transactions.
    pub dry_run: bool,
}

/// A migration that a run did.
#[derive(Clone, PartialEq, Debug)]
pub struct StepDone {
    /// Its tag.
    pub tag: String,
    /// Which way.
    pub direction: Direction,
    /// What the history says of it.
    pub state: RowState,
    /// Statements that are done for sure.
    pub statements_done: u32,
    /// Statements.
    pub statements: u32,
    /// How long it took.
    pub ms: f64,
}

/// What a run did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunReport {
    /// Each migration, the one that failed last.
    pub steps: Vec<StepDone>,
    /// The fingerprint of the schema that it left; `None` after a dry run, and where the schema could not be read.
    pub fingerprint: Option<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Why a run stopped. What was done before stands in its `report`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RunnerError {
    /// No session.
    #[error("{0}")]
    Connect(EngineError),
    /// Another runner has the lock, and kept it.
    #[error("{message}")]
    Locked {
        /// With the holder, and what to do.
        message: String,
        /// Who.
        holder: String,
    },
    /// The caller's choice, or the state of the account, says no. Nothing was sent.
    #[error("{0}")]
    Refused(Refusal),
    /// A check was not true. Of this migration nothing lasts that the engine can take back.
    #[error("{message}")]
    CheckFailed {
        /// Which, and what to do.
        message: String,
        /// The migration's tag.
        tag: String,
        /// What was done.
        report: RunReport,
    },
    /// A statement failed.
    #[error("{message}")]
    Statement {
        /// What happened, how much is applied, and what to do.
        message: String,
        /// The migration's tag.
        tag: String,
        /// The statement, from 1.
        statement: u32,
        /// The server's error.
        error: RunError,
        /// What was done.
        report: RunReport,
    },
    /// The account could not be read or written.
    #[error("{message}")]
    History {
        /// What happened, and what to do.
        message: String,
        /// The server's error.
        error: RunError,
        /// What was done.
        report: RunReport,
    },
    /// Cancelled between statements, or at the server.
    #[error("Cancelled.")]
    Cancelled {
        /// What was done.
        report: RunReport,
    },
}

impl RunnerError {
    fn of(why: Why, tag: String, report: RunReport) -> Self {
        match why {
            Why::Refused(refusal) => Self::Refused(refusal),
            Why::Check(message) => Self::CheckFailed {
                message,
                tag,
                report,
            },
            Why::Statement {
                message,
                statement,
                error,
            } => Self::Statement {
                message,
                tag,
                statement,
                error,
                report,
            },
            Why::History { message, error } => Self::History {
                message,
                error,
                report,
            },
            Why::Cancelled => Self::Cancelled { report },
        }
    }
}

/// Runs what `choose` picks once the lock is held.
///
/// # Errors
/// [`RunnerError`]; the account says the same.
pub async fn run(
    target: &Target<'_>,
    choose: impl FnOnce(&Situation<'_>) -> Result<Chosen, Refusal> + Send,
    events: &(dyn Fn(RunnerEvent) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let mut hold = Hold::take(target, events, cancel).await?;
    let result = hold.choose_and_run(choose).await;
    hold.leave().await;
    result
}

impl Hold<'_> {
    async fn choose_and_run(
        &mut self,
        choose: impl FnOnce(&Situation<'_>) -> Result<Chosen, Refusal> + Send,
    ) -> Result<RunReport, RunnerError> {
        let drift = self.drift().await?;
        if !drift.is_empty() {
            (self.events)(RunnerEvent::Drift {
                differences: drift.clone(),
            });
        }
        let situation = Situation {
            history: &self.account.history,
            drift: &drift,
        };
        let chosen = choose(&situation).map_err(RunnerError::Refused)?;
        self.check(&chosen).map_err(RunnerError::Refused)?;
        if chosen.picks.is_empty() {
            return Ok(self.report(Vec::new()));
        }
        if chosen.dry_run {
            return self.dry_run(&chosen.picks).await;
        }
        self.run_all(&chosen.picks, None).await
    }

    /// From the schema that the last run left to the one that is there.
    async fn drift(&mut self) -> Result<Vec<Difference>, RunnerError> {
        if self.account.interrupted {
            self.notes.push(wording::interrupted(&self.account.run_by));
            return Ok(Vec::new());
        }
        let Some(stored) = &self.account.history.snapshot else {
            return Ok(Vec::new());
        };
        let live = schema::read(&mut *self.session, self.target.database_type).await;
        let live =
            live.map_err(|error| crate::hold::history(wording::unread_schema(&error), error))?;
        Ok(schema::compare(&stored.snapshot, &live))
    }

    /// What need not be tried: the state of the account, or the statements themselves, say no.
    fn check(&self, chosen: &Chosen) -> Result<(), Refusal> {
        if chosen.dry_run && !self.in_transactions() {
            return Err(Refusal {
                code: "dry_run_unsupported",
                message: "A dry run needs an engine whose schema changes take part in transactions. Look at the plan instead."
                    .to_owned(),
                tags: Vec::new(),
            });
        }
        if chosen.picks.is_empty() {
            return Ok(());
        }
        let resumed = |row: &HistoryRow| {
            let mut picks = chosen.picks.iter();
            picks.any(|pick| pick.from > 1 && pick.migration.tag == row.tag)
        };
        let rows = &self.account.history.rows;
        if let Some(row) = rows.iter().find(|row| is_unfinished(row) && !resumed(row)) {
            return Err(wording::unfinished(row));
        }
        for pick in &chosen.picks {
            self.check_pick(pick)?;
        }
        Ok(())
    }

    fn check_pick(&self, pick: &Pick) -> Result<(), Refusal> {
        let (migration, tag) = (&pick.migration, pick.migration.tag.as_str());
        let statements = match pick.direction {
            Direction::Up => &migration.up,
            Direction::Down => &migration.down,
        };
        if pick.direction == Direction::Down && statements.is_empty() {
            let message = format!(
                "{tag} has no statements that revert it. Write its down, or revert it by a new migration."
            );
            return Err(wording::refusal("no_down", message, tag));
        }
        if !self.in_transactions() {
            return Ok(());
        }
        if migration.no_transaction {
            if statements.len() > 1 {
                let message = format!(
                    "{tag} runs outside of a transaction and has {} statements, of which a failure would leave a part. Make a migration \
                     of each.",
                    statements.len()
                );
                return Err(wording::refusal("no_transaction_statements", message, tag));
            }
            return Ok(());
        }
        let control = (1..)
            .zip(statements)
            .find(|(_, one)| controls_transaction(one));
        if let Some((number, _)) = control {
            let message = format!(
                "Statement {number} of {tag} begins or ends a transaction, and the migration runs in one. Take it out, or mark the migration \
                 no_transaction."
            );
            return Err(wording::refusal("transaction_control", message, tag));
        }
        Ok(())
    }

    /// Whether the account says already what a pick would do: another runner was quicker.
    fn is_already(&self, pick: &Pick) -> Result<bool, Refusal> {
        let row = self.row(&pick.migration.tag);
        if pick.from > 1 {
            return Ok(false);
        }
        match (pick.direction, row.map(|row| row.state)) {
            (Direction::Up, Some(RowState::Applied)) => {
                let same = row.is_some_and(|row| row.checksum == pick.migration.checksum());
                if same {
                    return Ok(true);
                }
                Err(wording::changed(&pick.migration.tag))
            }
            (Direction::Down, None | Some(RowState::RolledBack)) => Ok(true),
            _ => Ok(false),
        }
    }

    pub(crate) fn row(&self, tag: &str) -> Option<&HistoryRow> {
        let mut rows = self.account.history.rows.iter();
        rows.find(|row| row.tag == tag)
    }

    /// Runs picks one after the other, up to the first that stops.
    pub(crate) async fn run_all(
        &mut self,
        picks: &[Pick],
        note: Option<String>,
    ) -> Result<RunReport, RunnerError> {
        let mut steps = Vec::new();
        let mut lasts = false;
        let mut stopped = None;
        self.notes.extend(note);
        for pick in picks {
            match self.one(pick, &mut lasts).await {
                Ok(step) => steps.push(step),
                Err(Stop {
                    step,
                    why,
                    lasts: some,
                }) => {
                    lasts |= some;
                    steps.extend(step);
                    stopped = Some((why, pick.migration.tag.clone()));
                    break;
                }
            }
        }
        let fingerprint = self.finish(lasts).await;
        let report = RunReport {
            fingerprint,
            ..self.report(steps)
        };
        match stopped {
            None => Ok(report),
            Some((why, tag)) => Err(RunnerError::of(why, tag, report)),
        }
    }

    async fn one(&mut self, pick: &Pick, lasts: &mut bool) -> Result<StepDone, Stop> {
        let stop = |why| Stop {
            step: None,
            why,
            lasts: false,
        };
        if self.cancel.is_cancelled() {
            return Err(stop(Why::Cancelled));
        }
        let job = Job::new(pick, self.row(&pick.migration.tag).cloned());
        if self
            .is_already(pick)
            .map_err(|refusal| stop(Why::Refused(refusal)))?
        {
            let step = StepDone {
                ms: 0.0,
                ..job.step(job.ended(), job.count())
            };
            self.tell_done(&step, true, false);
            return Ok(step);
        }
        if !self.opened {
            self.open().await.map_err(|error| {
                stop(match error {
                    RunnerError::History { message, error, .. } => Why::History { message, error },
                    RunnerError::Refused(refusal) => Why::Refused(refusal),
                    other => Why::History {
                        message: other.to_string(),
                        error: wording::fault("The history could not be prepared."),
                    },
                })
            })?;
        }
        let step = self.apply(&job).await?;
        *lasts = true;
        if (may_leave_traces(&pick.migration) || pick.migration.no_transaction)
            && let Err(error) = self.tidy().await
        {
            // The next statement says what is wrong with the session.
            tracing::debug!(code = error.error.code, "the session could not be put back");
        }
        Ok(step)
    }

    /// Leaves the schema as it is now in the account, if the run may have changed it.
    pub(crate) async fn finish(&mut self, lasts: bool) -> Option<String> {
        if !self.opened || self.lease_lost {
            return None;
        }
        if !lasts && !self.account.interrupted {
            let close = self.ledger.close_unchanged();
            if let Err(error) = self.write(&close).await {
                self.notes.push(wording::snapshot_lost(&error));
            }
            return None;
        }
        let mut read = schema::read(&mut *self.session, self.target.database_type).await;
        if read.is_err() && self.recover().await {
            read = schema::read(&mut *self.session, self.target.database_type).await;
        }
        let taken = match read {
            Ok(snapshot) => {
                let fingerprint = snapshot.fingerprint();
                let text = serde_json::to_string(&snapshot).unwrap_or_default();
                let by = self.target.by.clone();
                let close = self.ledger.close(Some(&NewSnapshot {
                    fingerprint: &fingerprint,
                    snapshot: &text,
                    by: &by,
                }));
                self.write(&close).await.map(|_| fingerprint)
            }
            Err(error) => Err(error),
        };
        match taken {
            Ok(fingerprint) => Some(fingerprint),
            Err(error) => {
                // An older snapshot would show what this run did as drift.
                let close = self.ledger.close(None);
                drop(self.write(&close).await);
                self.notes.push(wording::snapshot_lost(&error));
                None
            }
        }
    }

    pub(crate) fn report(&mut self, steps: Vec<StepDone>) -> RunReport {
        RunReport {
            steps,
            fingerprint: None,
            notes: std::mem::take(&mut self.notes),
        }
    }

    /// Runs everything in one transaction and takes it back. The account is neither made nor written.
    async fn dry_run(&mut self, picks: &[Pick]) -> Result<RunReport, RunnerError> {
        let mut steps = Vec::new();
        let mut ahead = vec![sql("BEGIN")];
        let mut stopped = None;
        for pick in picks {
            let tag = pick.migration.tag.clone();
            if pick.migration.no_transaction {
                self.notes.push(wording::not_in_dry_run(&tag));
                continue;
            }
            let mut job = Job::new(pick, None);
            job.dry_run = true;
            (self.events)(RunnerEvent::MigrationStarted {
                tag: tag.clone(),
                direction: pick.direction,
                statements: job.count(),
                from: 1,
            });
            if let Err(trouble) = self.body(&job, std::mem::take(&mut ahead)).await {
                let step = job.step(RowState::Failed, 0);
                self.tell_done(&step, false, true);
                let stop = self.stop(&job, trouble, step, wording::DRY_RUN_FAILED);
                steps.extend(stop.step);
                stopped = Some((stop.why, tag));
                break;
            }
            let step = job.step(job.ended(), job.count());
            self.tell_done(&step, false, true);
            steps.push(step);
        }
        if self.session.in_transaction() {
            // Where that fails, the end of the session does it.
            drop(self.session.rollback().await);
        }
        let report = self.report(steps);
        match stopped {
            None => Ok(report),
            Some((why, tag)) => Err(RunnerError::of(why, tag, report)),
        }
    }
}

/// Whether a migration stopped half way: nobody but a person can say what is to become of it.
pub(crate) const fn is_unfinished(row: &HistoryRow) -> bool {
    match row.state {
        RowState::Started => true,
        RowState::Failed => row.statements_done > 0 || row.under_way.is_some(),
        RowState::Applied | RowState::RolledBack => false,
    }
}
