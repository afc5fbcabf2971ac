//! Runs, rollbacks, promotions, baselines and repairs: guarded, told of as they go, written in the activity list, and decided once more
//! under the runner's lock by what stands in the target then.

use std::sync::{Mutex, PoisonError};

use catalog::SubjectKind;
use migrations::{Direction, Migration, Refusal};
use runner::{Chosen, Repair, RunReport, RunnerError, Situation, Target};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::action_attempt::{engine_error, run_error};
use crate::dto::{
    MigrationCell, MigrationDeed, MigrationRepair, MigrationRunEvent, MigrationRunReport,
    MigrationRunRequest,
};
use crate::migration_decision::{Decision, Question};
use crate::migration_events::Narrator;
use crate::migration_plan::{Supposed, can_run_dry};
use crate::migration_status::failed_cell;
use crate::migration_target::{Depth, Place, Reading, person};
use crate::{AppError, Result, Workbench};

impl From<MigrationRepair> for Repair {
    fn from(how: MigrationRepair) -> Self {
        match how {
            MigrationRepair::MarkApplied => Self::MarkApplied,
            MigrationRepair::MarkReverted => Self::MarkReverted,
            MigrationRepair::Resume => Self::Resume,
            MigrationRepair::Undo => Self::Undo,
        }
    }
}

impl Workbench {
    /// Does what is asked in one environment of one database, and tells of it as it happens.
    ///
    /// # Errors
    /// `refused` by a guard or by what stands in the way, before anything is sent: `detail.guard`, `detail.confirm` and
    /// `detail.exception` say what would let it pass. Afterwards the codes of the engines, `check_failed`, `locked` and `cancelled`,
    /// with `detail.applied` (the tags that ran before it stopped), `tag`, `statement`, `statements_done`, `statements` and `fate`.
    pub async fn migration_run(
        &self,
        request: MigrationRunRequest,
        events: impl Fn(MigrationRunEvent) + Send + Sync,
    ) -> Result<MigrationRunReport> {
        let run = self
            .inner
            .migration_runs
            .begin(&request.run_id, std::iter::empty())?;
        self.run_one(&request, &events, run.token()).await
    }

    /// As [`Workbench::migration_run`], under a cancel token of the caller's.
    pub(crate) async fn run_one(
        &self,
        request: &MigrationRunRequest,
        events: &(dyn Fn(MigrationRunEvent) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<MigrationRunReport> {
        let question = self.question(request, &Supposed::new(), cancel).await?;
        let place = &question.place;
        if let Some(message) = crate::guard::refusal(&place.environment) {
            return Err(AppError::refused(message).with_detail(json!({ "guard": "inactive" })));
        }
        // Before the lock, so that what is refused writes nothing, and so that an exception is written down before it is used.
        let reading = self.read_place(place, Depth::Drift, cancel).await?;
        let drift = reading.drift().unwrap_or_default();
        let decision = question.decide(&reading.status(&question.migrations), &drift)?;
        question.pass(&decision, request.confirm.as_deref())?;
        if request.dry_run && !can_run_dry(&question, &decision.picks) {
            return Err(AppError::refused(
                "This can't be run and taken back here: the server makes such changes last at once. Look at the plan instead.",
            )
            .with_detail(json!({ "guard": "dry_run" })));
        }
        self.note_exceptions(&question, &decision).await?;
        let url = self.real_url(&place.database, &place.config).await?;
        let limit = self.test_options().await?.timeout;
        let target = place.target(&url, limit);
        let narrator = Narrator::new(place, events);
        let outcome = self
            .carry_out(&question, request, &target, &narrator, cancel)
            .await;
        let (report, failure) = match outcome {
            Ok(report) => (report, None),
            Err((report, error)) => {
                narrator.ended_badly(&report);
                (report, Some(error))
            }
        };
        if failure.is_none() && !request.dry_run {
            self.accept_lifted(&question, &decision, &target).await?;
        }
        if !request.dry_run {
            self.note_migrations(&question, &report, failure.as_ref())
                .await?;
        }
        let cell = self
            .cell_after(&question, report.fingerprint.as_deref())
            .await;
        if let Some(error) = failure {
            return Err(error);
        }
        events(MigrationRunEvent::Done {
            cell: Box::new(cell.clone()),
        });
        let mut notes = question.notes.clone();
        notes.extend(decision.notes);
        notes.extend(report.notes);
        Ok(MigrationRunReport {
            ran: report.steps.into_iter().map(|step| step.tag).collect(),
            dry_run: request.dry_run,
            notes,
            cell,
        })
    }

    async fn carry_out(
        &self,
        question: &Question,
        request: &MigrationRunRequest,
        target: &Target<'_>,
        narrator: &Narrator<'_>,
        cancel: &CancellationToken,
    ) -> std::result::Result<RunReport, (RunReport, AppError)> {
        let tell = |event| narrator.tell(event);
        // What the decision under the lock says, which a refusal of the runner's can't hold.
        let refused: Mutex<Option<AppError>> = Mutex::new(None);
        let outcome = match &question.deed {
            MigrationDeed::Repair { tag, how } => {
                let (tag, how) = (tag.as_deref(), (*how).into());
                runner::repair(target, tag, how, &question.migrations, &tell, cancel).await
            }
            MigrationDeed::Baseline { at } => {
                let migrations = &question.migrations;
                let last = migrations.iter().position(|migration| migration.tag == *at);
                match last.and_then(|last| migrations.get(..=last)) {
                    Some(wanted) => {
                        let recorded = runner::baseline(target, wanted, cancel).await;
                        recorded.inspect(|report| narrator.recorded(report))
                    }
                    None => {
                        let error = AppError::not_found("migration", at);
                        return Err((RunReport::default(), error));
                    }
                }
            }
            _ => {
                let choose = |situation: &Situation<'_>| {
                    let status = migrations::status(&question.migrations, &situation.history.rows);
                    let chosen = question
                        .decide(&status, situation.drift)
                        .and_then(|decision| {
                            question.pass(&decision, request.confirm.as_deref())?;
                            Ok(decision.picks)
                        });
                    match chosen {
                        Ok(picks) => Ok(Chosen {
                            picks,
                            dry_run: request.dry_run,
                        }),
                        Err(error) => {
                            let refusal = Refusal {
                                code: "refused",
                                message: error.message.clone(),
                                tags: Vec::new(),
                            };
                            *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                            Err(refusal)
                        }
                    }
                };
                runner::run(target, choose, &tell, cancel).await
            }
        };
        outcome.map_err(|error| {
            let own = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
            let shown = own.unwrap_or_else(|| runner_error(&error));
            (report_of(error), shown)
        })
    }

    /// Gives the target the checksums of edited migrations that were accepted for a run, so that the next one need not be told again.
    async fn accept_lifted(
        &self,
        question: &Question,
        decision: &Decision,
        target: &Target<'_>,
    ) -> Result<()> {
        let accepted = |migration: &&Migration| {
            let mut lifted = decision.lifted.iter();
            lifted.any(|one| one.code == "checksum" && one.tags.contains(&migration.tag))
        };
        let edited: Vec<Migration> = question
            .migrations
            .iter()
            .filter(accepted)
            .cloned()
            .collect();
        if edited.is_empty() {
            return Ok(());
        }
        runner::accept(target, &edited, None, &CancellationToken::new())
            .await
            .map_err(|error| runner_error(&error))
    }

    /// How the cell stands after a run, whatever became of it. `left` is the fingerprint of the schema that the run read at its end.
    async fn cell_after(&self, question: &Question, left: Option<&str>) -> MigrationCell {
        let place = &question.place;
        let token = CancellationToken::new();
        match self.reading_after(place, left, &token).await {
            Ok(reading) => {
                self.remember_reading(place, &question.migrations, &reading)
                    .await
            }
            Err(error) => {
                let known = self
                    .known_cells(&place.product.id)
                    .await
                    .unwrap_or_default();
                failed_cell(place, known.get(&place.config.id), &error)
            }
        }
    }

    /// What was live a moment ago, under the lock, need not be read once more, unless somebody else has run since.
    async fn reading_after(
        &self,
        place: &Place,
        left: Option<&str>,
        cancel: &CancellationToken,
    ) -> Result<Reading> {
        if left.is_some() {
            let mut reading = self.read_place(place, Depth::History, cancel).await?;
            let kept = reading.history.snapshot.as_ref();
            reading.as_left = kept.map(|kept| kept.fingerprint.as_str()) == left;
            if reading.as_left {
                return Ok(reading);
            }
        }
        self.read_place(place, Depth::Drift, cancel).await
    }

    /// Writes down what is set aside, before it is.
    async fn note_exceptions(&self, question: &Question, decision: &Decision) -> Result<()> {
        for lifted in &decision.lifted {
            let verb = lifted.exception.clone().unwrap_or_default();
            let about = match lifted.tags.as_slice() {
                [] => String::new(),
                tags => format!(" for {}", tags.join(", ")),
            };
            let what = match verb.as_str() {
                "skip_order" => "set the order aside",
                "accept_drift" => "accepted another schema than the last run left",
                _ => "accepted edited statements of applied migrations",
            };
            let address = question.place.address();
            let summary = format!("{} {what}{about} at {address}", person());
            self.note_place(question, &verb, summary).await?;
        }
        Ok(())
    }

    /// A line for what was done, also when it stopped half way.
    async fn note_migrations(
        &self,
        question: &Question,
        report: &RunReport,
        failure: Option<&AppError>,
    ) -> Result<()> {
        let tags: Vec<&str> = report.steps.iter().map(|step| step.tag.as_str()).collect();
        if tags.is_empty() {
            return Ok(());
        }
        let address = question.place.address();
        let (verb, done) = match &question.deed {
            MigrationDeed::Run { .. } => ("migrate", "Ran"),
            MigrationDeed::Promote { .. } => ("promote", "Promoted"),
            MigrationDeed::Rollback { .. } => ("rollback", "Rolled back"),
            MigrationDeed::Baseline { .. } => ("baseline", "Recorded as applied"),
            MigrationDeed::Repair { how, .. } => (
                "repair",
                match how {
                    MigrationRepair::MarkApplied => "Marked as applied",
                    MigrationRepair::MarkReverted => "Marked as reverted",
                    MigrationRepair::Resume => "Resumed",
                    MigrationRepair::Undo => "Undid what was done of",
                },
            ),
        };
        let mut summary = format!("{done} {} at {address}", shortened(&tags));
        if let (Some(_), Some(last)) = (failure, report.steps.last()) {
            summary.push_str(&format!(
                "; {} stopped with {} of {} statements done",
                last.tag, last.statements_done, last.statements
            ));
        }
        self.note_place(question, verb, summary).await
    }

    async fn note_place(&self, question: &Question, verb: &str, summary: String) -> Result<()> {
        let place = &question.place;
        let label = format!("{}@{}", place.database.tag, place.environment.slug);
        let kind = SubjectKind::EnvironmentConfig;
        self.note(verb, kind, &place.config.id, label, summary)
            .await
    }
}

/// "a, b and 498 more".
fn shortened(tags: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = tags.get(..SHOWN).unwrap_or(tags).join(", ");
    match tags.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn report_of(error: RunnerError) -> RunReport {
    match error {
        RunnerError::CheckFailed { report, .. }
        | RunnerError::Statement { report, .. }
        | RunnerError::History { report, .. }
        | RunnerError::Cancelled { report } => report,
        RunnerError::Connect(_) | RunnerError::Locked { .. } | RunnerError::Refused(_) => {
            RunReport::default()
        }
    }
}

/// A runner's error for a face, with what was done before.
pub(crate) fn runner_error(error: &RunnerError) -> AppError {
    let (mut shown, report) = match error {
        RunnerError::Connect(error) => return engine_error(error),
        RunnerError::Locked { message, holder } => {
            return AppError::new("locked", message.clone())
                .retryable()
                .with_detail(json!({ "holder": holder, "applied": [] }));
        }
        RunnerError::Refused(refusal) => {
            return AppError::refused(refusal.message.clone())
                .with_detail(json!({ "guard": refusal.code, "tags": refusal.tags }));
        }
        RunnerError::CheckFailed {
            message,
            tag,
            report,
        } => {
            let error = AppError::new("check_failed", message.clone());
            (error.with_detail(json!({ "tag": tag })), report)
        }
        RunnerError::Statement {
            message,
            tag,
            statement,
            error,
            report,
        } => {
            let mut shown = run_error(error.clone());
            shown.message.clone_from(message);
            put(&mut shown, "tag", json!(tag));
            put(&mut shown, "statement", json!(statement));
            put(&mut shown, "fate", json!(error.fate));
            (shown, report)
        }
        RunnerError::History {
            message,
            error,
            report,
        } => {
            let mut shown = run_error(error.clone());
            shown.message.clone_from(message);
            put(&mut shown, "fate", json!(error.fate));
            (shown, report)
        }
        RunnerError::Cancelled { report } => (AppError::cancelled(), report),
    };
    let done: Vec<&str> = report
        .steps
        .iter()
        .filter(|step| is_done(step))
        .map(|step| step.tag.as_str())
        .collect();
    put(&mut shown, "applied", json!(done));
    if let Some(stopped) = report.steps.last().filter(|step| !is_done(step)) {
        put(&mut shown, "tag", json!(stopped.tag));
        put(
            &mut shown,
            "statements_done",
            json!(stopped.statements_done),
        );
        put(&mut shown, "statements", json!(stopped.statements));
    }
    // A part may be done: the same call would be refused until it is repaired.
    shown.retryable = false;
    shown
}

fn is_done(step: &runner::StepDone) -> bool {
    match step.direction {
        Direction::Up => step.state == migrations::RowState::Applied,
        Direction::Down => step.state == migrations::RowState::RolledBack,
    }
}

fn put(error: &mut AppError, key: &str, value: Value) {
    let detail = error.detail.get_or_insert_with(|| json!({}));
    if let Value::Object(detail) = detail {
        detail.insert(key.to_owned(), value);
    }
}
