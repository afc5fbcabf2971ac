//! A migration statement by statement, where each lasts by itself. The history is told before a statement what is done and what is
//! under way: whatever ends this process, what it says afterwards is true.

use connection_url::DatabaseType;
use engines::{Fate, RunError};
use migrations::{Direction, RowState};

use crate::apply::{Job, Stop, Trouble, Why};
use crate::ask::sql;
use crate::hold::Hold;
use crate::run::StepDone;
use crate::wording;

/// How far a migration has come.
struct Progress {
    /// Statements that last.
    done: u32,
    /// The one that was sent and of which nothing is known.
    under_way: Option<u32>,
}

impl Hold<'_> {
    pub(crate) async fn apply_stepwise(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        let from = job.pick.from.max(1);
        let mut progress = Progress {
            done: from - 1,
            under_way: (from <= job.count()).then_some(from),
        };
        self.begin_stepwise(job, &progress).await?;
        if let Err(trouble) = self.steps(job, &mut progress).await {
            return Err(self.stopped(job, trouble, progress).await);
        }
        let entry = self.entry(job, job.ended(), job.count());
        let settle = self.ledger.settle(&entry);
        match self.write_own(&settle).await {
            Ok(true) => Ok(job.step(job.ended(), job.count())),
            Ok(false) => Err(self.unsettled(job, Trouble::AnotherRun)),
            Err(error) => Err(self.unsettled(job, Trouble::History { error })),
        }
    }

    /// The checks before it, and its row.
    async fn begin_stepwise(&mut self, job: &Job<'_>, progress: &Progress) -> Result<(), Stop> {
        let refused = |this: &Self, trouble: Trouble, lasts: bool| {
            let step = job.step(RowState::Failed, progress.done);
            let outcome = wording::outcome(job.told(), progress.done, None);
            let stop = this.stop(job, trouble, step, &outcome);
            Stop { lasts, ..stop }
        };
        let lasts = progress.done > 0;
        if job.pick.from <= 1
            && let Err(trouble) = self.checks(job, true).await
        {
            let text = Self::error_text(job, &trouble);
            self.record_nothing_done(job, &text).await;
            return Err(refused(self, trouble, lasts));
        }
        match self.still_ours().await {
            Ok(true) => {}
            Ok(false) => return Err(refused(self, Trouble::LeaseLost, lasts)),
            Err(error) => return Err(self.unsent(job, progress, error)),
        }
        let mut entry = self.entry(job, RowState::Started, progress.done);
        entry.under_way = progress.under_way;
        let put = self.ledger.put(&entry);
        match self.write(&put).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.unsent(job, progress, error)),
        }
    }

    fn unsent(&self, job: &Job<'_>, progress: &Progress, error: RunError) -> Stop {
        Stop {
            step: Some(job.step(RowState::Failed, progress.done)),
            why: Why::History {
                message: wording::untold_before(job.told(), job.tag(), &error),
                error,
            },
            lasts: progress.done > 0,
        }
    }

    async fn steps(&mut self, job: &Job<'_>, progress: &mut Progress) -> Result<(), Trouble> {
        for (number, statement) in job.numbered() {
            if number > job.pick.from.max(1) {
                if self.cancel.is_cancelled() {
                    progress.under_way = None;
                    return Err(Trouble::Cancelled { error: None });
                }
                // Before the statement is sent: the row says that nobody knows of it.
                let mut entry = self.entry(job, RowState::Started, progress.done);
                entry.under_way = Some(progress.done + 1);
                let write = self.ledger.progress(&entry);
                progress.under_way = None;
                match self.still_ours().await {
                    Ok(true) => {}
                    Ok(false) => return Err(Trouble::LeaseLost),
                    Err(error) => return Err(Trouble::History { error }),
                }
                match self.write_own(&write).await {
                    Ok(true) => {}
                    // A statement in a transaction of the migration's own changes nothing here: what was told before still holds.
                    Ok(false) if progress.done + 1 < number => {}
                    Ok(false) => return Err(Trouble::AnotherRun),
                    Err(error) => return Err(Trouble::History { error }),
                }
            }
            progress.under_way = Some(progress.done + 1);
            let operation = self.operation(statement);
            if self.waits_without_harm(statement) {
                // A concurrent build waits for transactions that are older than itself, and nobody waits behind it.
                let patient = self.session.execute(&sql("SET lock_timeout = 0")).await;
                patient.map_err(|error| Trouble::Statement {
                    statement: number,
                    error,
                })?;
            }
            self.statement(job, number, &[operation]).await?;
            // What stands in a transaction that the migration itself began lasts when that ends.
            if !self.session.in_transaction() {
                progress.done = number;
                progress.under_way = None;
            }
        }
        if self.session.in_transaction() {
            return Err(Trouble::LeftOpen);
        }
        if self.lease_lost {
            return Err(Trouble::LeaseLost);
        }
        self.checks(job, false).await
    }

    /// Tells the history how far a migration has come that goes no further.
    async fn stopped(&mut self, job: &Job<'_>, trouble: Trouble, mut progress: Progress) -> Stop {
        let error = match &trouble {
            Trouble::Statement { error, .. }
            | Trouble::Cancelled {
                error: Some((_, error)),
            } => Some(error),
            _ => None,
        };
        let open = self.session.in_transaction() && self.session.rollback().await.is_err();
        match error.map(|error| error.fate) {
            // Nothing of it is in the target; neither is what stood with it in a transaction, which was rolled back.
            Some(Fate::NotSent | Fate::Refused | Fate::RolledBack) | None if !open => {
                progress.under_way = None;
            }
            _ => {}
        }
        let mut outcome = wording::outcome(job.told(), progress.done, progress.under_way);
        if job
            .statements
            .iter()
            .any(|one| self.waits_without_harm(one))
        {
            outcome = format!("{outcome} {}", wording::INVALID_INDEX);
        }
        if matches!(trouble, Trouble::LeaseLost | Trouble::AnotherRun) {
            let step = job.step(RowState::Started, progress.done);
            return self.stop(job, trouble, step, &outcome);
        }
        let nothing = progress.done == 0 && progress.under_way.is_none();
        let step = job.step(RowState::Failed, progress.done);
        let text = Self::error_text(job, &trouble);
        if nothing && job.pick.direction == Direction::Down && job.before.is_some() {
            self.record_nothing_done(job, &text).await;
        } else {
            let mut entry = self.entry(job, RowState::Failed, progress.done);
            entry.under_way = progress.under_way;
            entry.error = Some(text);
            let settle = self.ledger.settle(&entry);
            match self.write_own(&settle).await {
                Ok(_) => {}
                Err(error) => self.notes.push(wording::unrecorded(job.tag(), &error)),
            }
        }
        let stop = self.stop(job, trouble, step, &outcome);
        Stop {
            lasts: !nothing,
            ..stop
        }
    }

    /// Whether a statement is one of PostgreSQL's that let others work meanwhile, however long they wait.
    fn waits_without_harm(&self, statement: &str) -> bool {
        self.database_type() == DatabaseType::Postgresql
            && statement.to_ascii_uppercase().contains("CONCURRENTLY")
    }

    /// Everything is done, and the history does not say so.
    fn unsettled(&self, job: &Job<'_>, trouble: Trouble) -> Stop {
        let step = job.step(RowState::Started, job.count());
        self.stop(job, trouble, step, "")
    }
}
