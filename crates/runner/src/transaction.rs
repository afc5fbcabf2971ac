//! A migration as one transaction: its statements, its checks, and its row of the history.

use connection_url::DatabaseType;
use engines::{Fate, Operation, RunError};
use migrations::{Direction, RowState};

use crate::apply::{Job, Stop, Trouble, Why, only_changes};
use crate::ask::{self, sql};
use crate::hold::Hold;
use crate::ledger::{Took, state_word};
use crate::run::StepDone;
use crate::wording;

impl Hold<'_> {
    pub(crate) async fn apply_in_transaction(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        let begin = match self.begin_migration().await {
            Ok(begin) => begin,
            Err(trouble) => return Err(self.take_back(job, trouble).await),
        };
        let last = self.sent_with_its_row(job);
        let result = match last {
            None => self.body(job, begin).await.map(|()| Vec::new()),
            Some((number, _)) => self.statements(job, begin, number).await,
        };
        match (result, last) {
            (Err(trouble), _) => Err(self.take_back(job, trouble).await),
            (Ok(_), None) => self.commit(job).await,
            (Ok(ahead), Some((number, statement))) => {
                self.end_at_once(job, ahead, number, statement).await
            }
        }
    }

    /// The last statement, where the row and `COMMIT` can go out behind it in the same message: a server that is told so skips both
    /// when it fails, nothing is to be asked between, and it is of a kind that neither ends a transaction nor waits for data.
    fn sent_with_its_row<'p>(&self, job: &Job<'p>) -> Option<(u32, &'p String)> {
        if self.database_type() != DatabaseType::Postgresql || !job.checks(false).is_empty() {
            return None;
        }
        job.numbered()
            .last()
            .filter(|(_, statement)| only_changes(statement))
    }

    /// What goes out ahead of the statements. On SQLite it is sent now, and the lease looked at behind it: nobody can take that any more.
    async fn begin_migration(&mut self) -> Result<Vec<Operation>, Trouble> {
        let mut ahead: Vec<_> = self.begin_transaction().into_iter().collect();
        if self.holds_by_transaction() {
            self.begin_early(&mut ahead).await?;
            match self.still_ours().await {
                Ok(true) => {}
                Ok(false) => return Err(Trouble::LeaseLost),
                Err(error) => return Err(Trouble::History { error }),
            }
        }
        Ok(ahead)
    }

    /// The checks and statements; `ahead` goes out with the first of them.
    pub(crate) async fn body(
        &mut self,
        job: &Job<'_>,
        ahead: Vec<Operation>,
    ) -> Result<(), Trouble> {
        let mut ahead = self.statements(job, ahead, u32::MAX).await?;
        self.begin_early(&mut ahead).await?;
        self.checks(job, false).await
    }

    /// The checks before, and the statements up to a number, which is left out; what is given back of `ahead` was not sent.
    async fn statements(
        &mut self,
        job: &Job<'_>,
        mut ahead: Vec<Operation>,
        until: u32,
    ) -> Result<Vec<Operation>, Trouble> {
        if !job.checks(true).is_empty() {
            self.begin_early(&mut ahead).await?;
            self.checks(job, true).await?;
        }
        for (number, statement) in job.numbered().take_while(|(number, _)| *number < until) {
            let mut operations = std::mem::take(&mut ahead);
            operations.push(self.operation(statement));
            self.statement(job, number, &operations).await?;
            if !self.session.in_transaction() {
                return Err(Trouble::Ended { statement: number });
            }
        }
        Ok(ahead)
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

    /// Sends the last statement, the row and `COMMIT` in one message.
    async fn end_at_once(
        &mut self,
        job: &Job<'_>,
        mut operations: Vec<Operation>,
        number: u32,
        statement: &str,
    ) -> Result<StepDone, Stop> {
        let state = job.ended();
        let before = operations.len();
        operations.push(self.operation(statement));
        let mut entry = self.entry(job, state, job.count());
        // What is sent ahead of time can't say how long it took.
        entry.took = Took::SinceBegin;
        operations.push(self.ledger.put(&entry));
        operations.push(sql("COMMIT"));
        let executed = match self.statement_in(job, number, &operations, before).await {
            Ok(executed) => executed,
            Err(trouble) => return Err(self.take_back(job, trouble).await),
        };
        let Some(error) = executed.failed else {
            return Ok(job.step(state, job.count()));
        };
        if error.fate == Fate::Unknown
            && let Some(ended) = self.ended_unknown(job, state, &error).await
        {
            return ended;
        }
        if executed.done.len() > before {
            let row_written = executed.done.len() > before + 1;
            return Err(self.uncommitted(job, error, row_written).await);
        }
        let trouble = self.trouble(number, error);
        Err(self.take_back(job, trouble).await)
    }

    /// Writes the row and commits, in one message. From here on nothing is cancelled: it would leave unknown what is nearly done.
    async fn commit(&mut self, job: &Job<'_>) -> Result<StepDone, Stop> {
        let (state, done) = (job.ended(), job.count());
        let put = self.ledger.put(&self.entry(job, state, done));
        let executed = self.session.execute_all(&[put, sql("COMMIT")]).await;
        let Some(error) = executed.failed else {
            return Ok(job.step(state, done));
        };
        if error.fate == Fate::Unknown
            && let Some(ended) = self.ended_unknown(job, state, &error).await
        {
            return ended;
        }
        Err(self
            .uncommitted(job, error, !executed.done.is_empty())
            .await)
    }

    /// How a migration ended whose `COMMIT` may have arrived; `None` when it is known that nothing lasts.
    async fn ended_unknown(
        &mut self,
        job: &Job<'_>,
        state: RowState,
        error: &RunError,
    ) -> Option<Result<StepDone, Stop>> {
        let told = job.told();
        match self.was_committed(job, state).await {
            Some(false) => None,
            Some(true) => {
                self.notes.push(wording::committed(told, job.tag()));
                Some(Ok(job.step(state, job.count())))
            }
            None => Some(Err(Stop {
                step: Some(job.step(RowState::Failed, 0)),
                why: Why::Statement {
                    message: wording::commit_unknown(told, job.tag(), error),
                    statement: job.count(),
                    error: error.clone(),
                },
                lasts: true,
            })),
        }
    }

    /// Takes back what could not be committed, and tells the history: its row could not be written, or else `COMMIT` failed.
    async fn uncommitted(&mut self, job: &Job<'_>, error: RunError, row_written: bool) -> Stop {
        if self.session.in_transaction() {
            drop(self.session.rollback().await);
        }
        let told = job.told();
        let text = format!("{error}");
        self.record_nothing_done(job, &text).await;
        let why = if row_written {
            Why::Statement {
                message: wording::commit(told, job.tag(), &error),
                statement: job.count(),
                error,
            }
        } else {
            Why::History {
                message: wording::untold_taken_back(told, job.tag(), &error),
                error,
            }
        };
        self.nothing_done(job, why)
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
