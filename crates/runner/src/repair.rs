//! What changes the account besides a run: repairs, baselines, and what a person accepts.

use engines::RunError;
use migrations::{Direction, HistoryRow, Migration, Pick, Refusal, RowState};
use schema::Snapshot;
use tokio_util::sync::CancellationToken;

use crate::apply::{Job, count};
use crate::hold::{Hold, history};
use crate::ledger::NewSnapshot;
use crate::run::{RunReport, RunnerError, StepDone, is_unfinished};
use crate::{Repair, RunnerEvent, Target, wording};

/// Finishes what stopped half way: the one unfinished migration of the scope, which must be `tag` where that is given.
///
/// # Errors
/// [`RunnerError`].
pub async fn repair(
    target: &Target<'_>,
    tag: Option<&str>,
    repair: Repair,
    migrations: &[Migration],
    events: &(dyn Fn(RunnerEvent) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let mut hold = Hold::take(target, events, cancel).await?;
    let result = hold.repair(tag, repair, migrations).await;
    hold.leave().await;
    result
}

/// Records migrations as applied without sending them, and takes the schema as it is.
///
/// # Errors
/// [`RunnerError`].
pub async fn baseline(
    target: &Target<'_>,
    migrations: &[Migration],
    cancel: &CancellationToken,
) -> Result<RunReport, RunnerError> {
    let mut hold = Hold::take(target, &|_| {}, cancel).await?;
    let result = hold.baseline(migrations).await;
    hold.leave().await;
    result
}

/// Takes the live schema as the one to compare with (`drift` accepted), or another checksum for an applied migration.
///
/// The snapshot is the one that the person has seen: what has changed since is still drift.
///
/// # Errors
/// [`RunnerError`].
pub async fn accept(
    target: &Target<'_>,
    checksums: &[Migration],
    snapshot: Option<Snapshot>,
    cancel: &CancellationToken,
) -> Result<(), RunnerError> {
    let mut hold = Hold::take(target, &|_| {}, cancel).await?;
    let result = hold.accept(checksums, snapshot).await;
    hold.leave().await;
    result
}

fn refused(code: &'static str, message: impl Into<String>, tag: &str) -> RunnerError {
    RunnerError::Refused(wording::refusal(code, message, tag))
}

impl Hold<'_> {
    /// The row that is to be repaired: the unfinished one, or the failed one that is named.
    fn broken_row(&self, tag: Option<&str>) -> Result<HistoryRow, Refusal> {
        let rows = &self.account.history.rows;
        let Some(tag) = tag else {
            let row = rows.iter().find(|row| is_unfinished(row)).cloned();
            return row.ok_or_else(|| Refusal {
                code: "not_unfinished",
                message: "No migration has stopped half way here: there is nothing to repair."
                    .to_owned(),
                tags: Vec::new(),
            });
        };
        match rows.iter().find(|row| row.tag == tag) {
            Some(row) if is_unfinished(row) || row.state == RowState::Failed => Ok(row.clone()),
            Some(_) => Err(wording::refusal(
                "not_unfinished",
                format!("{tag} has not stopped half way: there is nothing to repair."),
                tag,
            )),
            None => Err(wording::refusal(
                "unknown_tag",
                format!("The history of this target has no {tag}."),
                tag,
            )),
        }
    }

    async fn repair(
        &mut self,
        tag: Option<&str>,
        repair: Repair,
        migrations: &[Migration],
    ) -> Result<RunReport, RunnerError> {
        let row = self.broken_row(tag).map_err(RunnerError::Refused)?;
        let kept = Migration::read(self.target.database_type, &row.migration_id, &row.record);
        let known = migrations.iter().find(|one| one.tag == row.tag).cloned();
        let Some(migration) = known.clone().or_else(|| kept.as_ref().ok().cloned()) else {
            return Err(refused(
                "missing",
                format!(
                    "Neither this catalog nor the history has a record of {} that can be read.",
                    row.tag
                ),
                &row.tag,
            ));
        };
        match repair {
            Repair::MarkApplied => self.mark(&row, &migration, RowState::Applied).await,
            Repair::MarkReverted => self.mark(&row, &migration, RowState::RolledBack).await,
            Repair::Resume => {
                let kept = kept.ok();
                let pick = resumed(&row, migration, kept.as_ref()).map_err(RunnerError::Refused)?;
                self.run_all(&[pick], None).await
            }
            Repair::Undo => {
                // What was sent is what the history has; its way back is taken from there too, unless it lacks one.
                let reversible = |one: &Migration| one.up.len() == one.down.len();
                let kept = kept.ok().filter(reversible);
                let migration = kept.or(known).unwrap_or(migration);
                let pick = undone(&row, migration).map_err(RunnerError::Refused)?;
                let note = row
                    .under_way
                    .map(|statement| wording::undone_around(&row, statement));
                self.run_all(&[pick], note).await
            }
        }
    }

    /// Records what a person has seen.
    async fn mark(
        &mut self,
        row: &HistoryRow,
        migration: &Migration,
        state: RowState,
    ) -> Result<RunReport, RunnerError> {
        self.open().await?;
        let direction = if state == RowState::Applied {
            Direction::Up
        } else {
            Direction::Down
        };
        let pick = Pick {
            migration: migration.clone(),
            position: row.position,
            direction,
            from: 1,
        };
        let job = Job::new(&pick, None);
        let entry = self.entry(&job, state, job.count());
        let put = self.ledger.put(&entry);
        let step = job.step(state, job.count());
        self.write(&put).await.map_err(unwritten)?;
        self.tell_done(&step, false, false);
        let fingerprint = self.finish(true).await;
        Ok(RunReport {
            fingerprint,
            ..self.report(vec![step])
        })
    }

    async fn baseline(&mut self, migrations: &[Migration]) -> Result<RunReport, RunnerError> {
        let rows = &self.account.history.rows;
        if let Some(row) = rows.iter().find(|row| is_unfinished(row)) {
            return Err(RunnerError::Refused(wording::unfinished(row)));
        }
        self.open().await?;
        let mut steps = Vec::new();
        for (position, migration) in (1..).zip(migrations) {
            if self.cancel.is_cancelled() {
                break;
            }
            let applied = self
                .row(&migration.tag)
                .is_some_and(|row| row.state == RowState::Applied);
            if applied {
                continue;
            }
            let pick = Pick {
                migration: migration.clone(),
                position,
                direction: Direction::Up,
                from: 1,
            };
            let job = Job::new(&pick, None);
            let statements = count(&migration.up);
            let put = self
                .ledger
                .put(&self.entry(&job, RowState::Applied, statements));
            if let Err(error) = self.write(&put).await {
                self.finish(true).await;
                let report = self.report(steps);
                let RunnerError::History { message, error, .. } = unwritten(error) else {
                    return Err(RunnerError::Cancelled { report });
                };
                return Err(RunnerError::History {
                    message,
                    error,
                    report,
                });
            }
            steps.push(StepDone {
                ms: 0.0,
                ..job.step(RowState::Applied, statements)
            });
        }
        let fingerprint = self.finish(true).await;
        let report = RunReport {
            fingerprint,
            ..self.report(steps)
        };
        if self.cancel.is_cancelled() {
            return Err(RunnerError::Cancelled { report });
        }
        Ok(report)
    }

    async fn accept(
        &mut self,
        checksums: &[Migration],
        snapshot: Option<Snapshot>,
    ) -> Result<(), RunnerError> {
        for migration in checksums {
            let row = self.row(&migration.tag);
            if row.is_none_or(|row| row.state != RowState::Applied) {
                return Err(refused(
                    "not_applied",
                    format!(
                        "{} is not applied here: there is no checksum to accept.",
                        migration.tag
                    ),
                    &migration.tag,
                ));
            }
        }
        self.open().await?;
        for migration in checksums {
            let accept = self.ledger.accept(&self.target.scope, migration);
            self.write(&accept).await.map_err(unwritten)?;
        }
        let Some(snapshot) = snapshot else {
            self.finish(false).await;
            return Ok(());
        };
        let text = serde_json::to_string(&snapshot).unwrap_or_default();
        let by = self.target.by.clone();
        let close = self.ledger.close(Some(&NewSnapshot {
            fingerprint: &snapshot.fingerprint(),
            snapshot: &text,
            by: &by,
        }));
        self.write(&close).await.map(drop).map_err(unwritten)
    }
}

fn unwritten(error: RunError) -> RunnerError {
    history(wording::unwritten(&error), error)
}

/// What is left of a migration that stopped half way. What is done of it must be what it says today.
fn resumed(
    row: &HistoryRow,
    migration: Migration,
    kept: Option<&Migration>,
) -> Result<Pick, Refusal> {
    let statements = |migration: &Migration| match row.direction {
        Direction::Up => migration.up.clone(),
        Direction::Down => migration.down.clone(),
    };
    let done = usize::try_from(row.statements_done).unwrap_or(usize::MAX);
    if let Some(kept) = kept {
        let (kept, now) = (statements(kept), statements(&migration));
        if kept.get(..done) != now.get(..done) {
            return Err(wording::refusal(
                "checksum_changed",
                format!(
                    "The statements of {} that are done already are not the ones that stand there now. Put them back, and change only what \
                     is not done.",
                    row.tag
                ),
                &row.tag,
            ));
        }
    }
    Ok(Pick {
        migration,
        position: row.position,
        direction: row.direction,
        from: row.statements_done + 1,
    })
}

/// The way back from the middle: the reverse of statement i of n is statement n+1-i of the other list.
fn undone(row: &HistoryRow, migration: Migration) -> Result<Pick, Refusal> {
    if migration.up.len() != migration.down.len() {
        let message = format!(
            "{} has {} statements up and {} down, so nobody can tell which of these revert the {} that are done. Undo them by hand, then mark \
             it reverted.",
            row.tag,
            migration.up.len(),
            migration.down.len(),
            row.statements_done
        );
        return Err(wording::refusal("no_undo", message, &row.tag));
    }
    Ok(Pick {
        position: row.position,
        direction: match row.direction {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        },
        from: count(&migration.up).saturating_sub(row.statements_done) + 1,
        migration,
    })
}
