//! A migration as one transaction: its statements, its checks, and its row of the history.

use engines::{Fate, Operation};
use migrations::{Direction, RowState};

use crate::apply::{Job, Stop, Trouble, Why};
use crate::ask::{self, sql};
use crate::hold::Hold;
use crate::ledger::state_word;
use crate::run::StepDone;
use crate::wording;

impl Hold<'_> {
    pub(crate) async fn apply_in_transaction(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        if let Err(trouble) = self.body(job, vec![sql("BEGIN")]).await {
            return Err(self.take_back(job, trouble).await);
        }
        self.commit(job).await
    }

    /// The checks and statements; `ahead` goes out with the first of them.
    pub(crate) async fn body(
        &mut self,
        job: &Job<'_>,
        mut ahead: Vec<Operation>,
    ) -> Result<(), Trouble> {
        if !job.checks(true).is_empty() {
            self.begin_early(&mut ahead).await?;
            self.checks(job, true).await?;
        }
        for (number, statement) in job.numbered() {
            let mut operations = std::mem::take(&mut ahead);
            operations.push(self.operation(statement));
            self.statement(job, number, &operations).await?;
            if !self.session.in_transaction() {
                return Err(Trouble::Ended { statement: number });
            }
        }
        self.begin_early(&mut ahead).await?;
        self.checks(job, false).await
    }

    /// Sends what would go ahead of a statement.
    async fn begin_early(&mut self, ahead: &mut Vec<Operation>) -> Result<(), Trouble> {
        let operations = std::mem::take(ahead);
        if operations.is_empty() {
            return Ok(());
        }
        match self.session.execute_all(&operations).await.failed {
            None => Ok(()),
            Some(error) => Err(Trouble::Statement {
                statement: 1,
                error,
            }),
        }
    }

    /// Writes the row and commits, in one message. From here on nothing is cancelled: it would leave unknown what is nearly done.
    async fn commit(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        let (state, done) = (job.ended(), job.count());
        let put = self.ledger.put(&self.entry(job, state, done));
        let executed = self.session.execute_all(&[put, sql("COMMIT")]).await;
        let Some(error) = executed.failed else {
            return Ok(job.step(state, done));
        };
        let told = job.told();
        if error.fate == Fate::Unknown {
            match self.was_committed(job, state).await {
                Some(true) => {
                    self.notes.push(wording::committed(told, job.tag()));
                    return Ok(job.step(state, done));
                }
                Some(false) => {}
                None => {
                    return Err(Stop {
                        step: Some(job.step(RowState::Failed, 0)),
                        why: Why::Statement {
                            message: wording::commit_unknown(told, job.tag(), &error),
                            statement: job.count(),
                            error,
                        },
                        lasts: true,
                    });
                }
            }
        } else if self.session.in_transaction() {
            drop(self.session.rollback().await);
        }
        let text = format!("{error}");
        self.record_nothing_done(job, &text).await;
        let why = if executed.done.is_empty() {
            Why::History {
                message: wording::untold_taken_back(told, job.tag(), &error),
                error,
            }
        } else {
            Why::Statement {
                message: wording::commit(told, job.tag(), &error),
                statement: job.count(),
                error,
            }
        };
        Err(self.nothing_done(job, why))
    }

    /// Asks the history whether a transaction was committed, once its session is surely gone; `None` where it can't be asked.
    async fn was_committed(&mut self, job: &Job<'_>, state: RowState) -> Option<bool> {
        if !self.recover().await {
            return None;
        }
        let question = self.ledger.own_state(&self.entry(job, state, job.count()));
        let answer = ask::rows(&mut *self.session, &question).await.ok()?;
        let found = answer.first().and_then(|row| row.first()?.as_str());
        Some(found == Some(state_word(state)))
    }

    /// Takes a transaction back, and tells the history.
    async fn take_back(&mut self, job: &Job<'_>, trouble: Trouble) -> Stop {
        if let Trouble::Ended { statement } = trouble {
            // What it did until there lasts.
            let mut entry = self.entry(job, RowState::Failed, statement);
            entry.error = Some(Self::error_text(job, &trouble));
            let put = self.ledger.put(&entry);
            if let Err(error) = self.write(&put).await {
                self.notes.push(wording::unrecorded(job.tag(), &error));
            }
            let step = job.step(RowState::Failed, statement);
            return self.stop(job, trouble, step, "");
        }
        let taken_back = self.session.in_transaction() && self.session.rollback().await.is_ok();
        if !taken_back {
            // The server takes back what was open when the connection broke; whoever has the lock knows that it did.
            self.recover().await;
        }
        let text = Self::error_text(job, &trouble);
        self.record_nothing_done(job, &text).await;
        let stop = self.stop(
            job,
            trouble,
            job.step(RowState::Failed, 0),
            &wording::taken_back(job.told()),
        );
        self.nothing_done(job, stop.why)
    }

    fn nothing_done(&self, job: &Job<'_>, why: Why) -> Stop {
        Stop {
            step: Some(job.step(RowState::Failed, 0)),
            why,
            lasts: false,
        }
    }

    /// The row of one of which nothing lasts: it failed, or is still applied.
    pub(crate) async fn record_nothing_done(&mut self, job: &Job<'_>, text: &str) {
        let operation = match (&job.before, job.pick.direction) {
            (Some(before), Direction::Down) => {
                let text = format!("The rollback failed. {text}");
                self.ledger.restore(before, &text)
            }
            _ => {
                let mut entry = self.entry(job, RowState::Failed, 0);
                entry.error = Some(text.to_owned());
                self.ledger.put(&entry)
            }
        };
        if let Err(error) = self.write(&operation).await {
            self.notes.push(wording::unrecorded(job.tag(), &error));
        }
    }
}
