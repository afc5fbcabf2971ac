//! `tapedeck migration plan`, `run`, `rollback`, `promote`, `baseline` and `repair`.

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use workbench::{
    Address, AppError, MigrationDeed, MigrationExceptions, MigrationPlan, MigrationPlanStep,
    MigrationRunEvent, MigrationRunReport, MigrationRunRequest, MigrationStateView, Workbench,
};

use super::migration_words::duration;
use crate::arguments::MigrationVerb;
use crate::output::{Output, print};
use crate::shown::for_a_person;

/// Runs a verb.
pub async fn run(
    verb: MigrationVerb,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let none = MigrationExceptions::default();
    let (target, deed, dry_run, exceptions) = match verb {
        MigrationVerb::Plan(given) => {
            let deed = match given.rollback {
                true => MigrationDeed::Rollback {
                    to: given.to,
                    steps: given.steps,
                },
                false => MigrationDeed::Run { to: given.to },
            };
            let mut request = asked(&given.target, deed, workbench).await?;
            request.exceptions = given.exceptions.into();
            let plan = workbench.migration_plan(request).await?;
            output.document(&plan, |plan| describe(plan, &given.target))?;
            return Ok(ExitCode::SUCCESS);
        }
        MigrationVerb::Run(given) => (
            given.target,
            MigrationDeed::Run { to: given.to },
            given.dry_run,
            given.exceptions.into(),
        ),
        MigrationVerb::Rollback(given) => (
            given.target,
            MigrationDeed::Rollback {
                to: given.to,
                steps: given.steps,
            },
            given.dry_run,
            given.exceptions.into(),
        ),
        MigrationVerb::Promote(given) => (
            Address {
                env: Some(given.to),
                ..given.target
            },
            MigrationDeed::Promote { from: given.from },
            given.dry_run,
            given.exceptions.into(),
        ),
        MigrationVerb::Baseline { target, at } => {
            (target, MigrationDeed::Baseline { at }, false, none)
        }
        MigrationVerb::Repair(given) => {
            let (tag, how) = (given.target.tag.clone(), given.how.repair());
            (
                given.target,
                MigrationDeed::Repair { tag, how },
                false,
                none,
            )
        }
        _ => return Err(AppError::internal("a verb that runs nothing was run")),
    };
    let mut request = asked(&target, deed, workbench).await?;
    request.dry_run = dry_run;
    request.confirm = confirm;
    request.exceptions = exceptions;
    carry_out(request, &target, workbench, output).await
}

/// The database's id and the environment of an address.
pub(super) async fn place(
    target: &Address,
    workbench: &Workbench,
) -> Result<(String, String), AppError> {
    let env = target.need_env()?.to_owned();
    Ok((database_id(target, workbench).await?, env))
}

/// The id of the database of an address.
pub(super) async fn database_id(
    target: &Address,
    workbench: &Workbench,
) -> Result<String, AppError> {
    let database = target.need_database()?.to_owned();
    workbench
        .database_id(target.product.clone(), database)
        .await
}

async fn asked(
    target: &Address,
    deed: MigrationDeed,
    workbench: &Workbench,
) -> Result<MigrationRunRequest, AppError> {
    let (database_id, env) = place(target, workbench).await?;
    Ok(MigrationRunRequest {
        run_id: "cli".to_owned(),
        database_id,
        env,
        deed,
        dry_run: false,
        confirm: None,
        exceptions: MigrationExceptions::default(),
    })
}

async fn carry_out(
    request: MigrationRunRequest,
    target: &Address,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let run_id = request.run_id.clone();
    let broken: Mutex<Option<AppError>> = Mutex::new(None);
    let tell = |event| {
        if let Err(error) = narrate(&event, output) {
            broken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error);
        }
    };
    let outcome = {
        let mut running = std::pin::pin!(workbench.migration_run(request, tell));
        tokio::select! {
            done = &mut running => done,
            Ok(()) = tokio::signal::ctrl_c() => {
                output.remark("Ending at the server …");
                workbench.migration_cancel(run_id).await?;
                running.await
            }
        }
    };
    if let Some(error) = broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let report = outcome.map_err(|error| with_advice(error, target, output))?;
    report.notes.iter().for_each(|note| output.remark(note));
    if !output.json {
        print(&for_a_person(&ended(&report)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a person can do about it, for those who read text.
fn with_advice(mut error: AppError, target: &Address, output: Output) -> AppError {
    if output.json {
        return error;
    }
    let detail = error.detail.as_ref();
    let field = |name: &str| detail.and_then(|detail| detail.get(name));
    let exception = field("exception").and_then(Value::as_str);
    let confirm = field("confirm").and_then(Value::as_str);
    let advice = match (exception, confirm) {
        (Some(exception), Some(tag)) => {
            let flag = exception.replace('_', "-");
            Some(format!("To do it all the same: --{flag} --yes {tag}"))
        }
        (None, Some(tag)) => Some(format!(
            "See what it does: tapedeck migration plan {target}. Then: --yes {tag}"
        )),
        _ => None,
    };
    if let Some(advice) = advice {
        error.message = format!("{}\n  {advice}", error.message);
    }
    error
}

/// Statements and migrations as JSON lines; for a person also what happens between them.
fn narrate(event: &MigrationRunEvent, output: Output) -> Result<(), AppError> {
    match event {
        MigrationRunEvent::Statement { .. } | MigrationRunEvent::Migration { .. } => {
            output.line(event, words)
        }
        MigrationRunEvent::Waiting { holder, .. } => {
            output.remark(&format!("Waiting for another run: {holder}"));
            Ok(())
        }
        MigrationRunEvent::Target { .. }
        | MigrationRunEvent::Begun { .. }
        | MigrationRunEvent::Check { .. }
            if !output.json =>
        {
            print(&for_a_person(&words(event)))
        }
        _ => Ok(()),
    }
}

fn words(event: &MigrationRunEvent) -> String {
    match event {
        MigrationRunEvent::Target {
            database,
            env,
            server,
        } => format!("{database}@{env}, {server}"),
        MigrationRunEvent::Begun {
            tag,
            direction,
            from,
            ..
        } => {
            let what = if direction == "down" { " (down)" } else { "" };
            match from {
                0 | 1 => format!("{tag}{what}"),
                from => format!("{tag}{what}, from statement {from}"),
            }
        }
        MigrationRunEvent::Check {
            before,
            check,
            passed,
            ..
        } => {
            let when = if *before { "before" } else { "after" };
            let outcome = if *passed { "true" } else { "not true" };
            format!("  check {check} {when}: {outcome}")
        }
        MigrationRunEvent::Statement {
            statement,
            statements,
            ms,
            affected,
            notices,
            ..
        } => {
            let mut text = format!("  {statement}/{statements} … {}", duration(*ms));
            if let Some(rows) = affected.filter(|rows| *rows > 0) {
                text.push_str(&format!(", {rows} rows"));
            }
            for notice in notices {
                text.push_str(&format!("\n      {notice}"));
            }
            text
        }
        MigrationRunEvent::Migration {
            tag,
            state,
            statements_done,
            statements,
            ms,
            already,
            dry_run,
            ..
        } => match (state, already, dry_run) {
            (_, true, _) => format!("{tag} was done by another run already"),
            (_, _, true) => format!("{tag} would run ({}); taken back", duration(*ms)),
            (MigrationStateView::Applied, ..) => format!("{tag} applied in {}", duration(*ms)),
            (MigrationStateView::RolledBack, ..) => {
                format!("{tag} rolled back in {}", duration(*ms))
            }
            _ => format!("{tag} stopped: {statements_done} of {statements} statements are done"),
        },
        MigrationRunEvent::Waiting { .. } | MigrationRunEvent::Done { .. } => String::new(),
    }
}

fn ended(report: &MigrationRunReport) -> String {
    let what = match (report.ran.len(), report.dry_run) {
        (0, _) => return "Nothing to do.".to_owned(),
        (1, _) => "1 migration".to_owned(),
        (many, _) => format!("{many} migrations"),
    };
    if report.dry_run {
        return format!("{what} would run. Everything was taken back.");
    }
    let head = report.cell.head.as_deref().unwrap_or("none");
    let left = match report.cell.pending {
        0 => "nothing is pending".to_owned(),
        pending => format!("{pending} pending"),
    };
    format!("{what} done. Head: {head}, {left}.")
}

fn describe(plan: &MigrationPlan, target: &Address) -> String {
    let mut text = format!(
        "{} {} ({})",
        plan.engine, plan.target.address, plan.target.url
    );
    for note in &plan.notes {
        text.push_str(&format!("\n{note}"));
    }
    if plan.steps.is_empty() && plan.obstacles.is_empty() {
        text.push_str("\n\nNothing to do.");
    }
    for step in &plan.steps {
        text.push_str(&describe_step(step));
    }
    for obstacle in &plan.obstacles {
        text.push_str(&format!("\n\nIn the way: {}", obstacle.message));
        if let Some(exception) = &obstacle.exception {
            let flag = exception.replace('_', "-");
            text.push_str(&format!(" (--{flag} sets it aside)"));
        }
    }
    if plan.obstacles.is_empty() && !plan.steps.is_empty() {
        let back = plan.steps.iter().any(|step| step.direction == "down");
        let verb = if back { "rollback" } else { "run" };
        let confirm = match plan.guard {
            workbench::GuardView::None => String::new(),
            _ => format!(" --yes {}", target.database.as_deref().unwrap_or_default()),
        };
        text.push_str(&format!(
            "\n\nTo do it: tapedeck migration {verb} {target}{confirm}"
        ));
    }
    text
}

fn describe_step(step: &MigrationPlanStep) -> String {
    let how = match (step.direction.as_str(), step.transaction) {
        ("down", true) => "down, one transaction",
        ("down", false) => "down, statement by statement",
        (_, true) => "up, one transaction",
        (_, false) => "up, statement by statement",
    };
    let mut text = format!("\n\n{} ({how})", step.tag);
    if step.direction == "up" && !step.has_down {
        text.push_str("\n  ! There is no way back: it has no down.");
    }
    for table in &step.tables {
        if let Some(rows) = table.rows {
            text.push_str(&format!("\n  {}: about {rows} rows", table.table));
        }
    }
    for (index, statement) in step.statements.iter().enumerate() {
        let number = index + 1;
        let done = u32::try_from(number).is_ok_and(|number| number < step.from);
        let mark = if done { " (done)" } else { "" };
        let lines = statement.trim().replace('\n', "\n     ");
        text.push_str(&format!("\n  {number}. {lines}{mark}"));
        for warning in &step.warnings {
            if warning.statement.map(|at| at as usize) == Some(number) {
                text.push_str(&warned(warning));
            }
        }
    }
    for warning in step.warnings.iter().filter(|one| one.statement.is_none()) {
        text.push_str(&warned(warning));
    }
    for check in &step.checks {
        let when = if check.before { "before" } else { "after" };
        text.push_str(&format!("\n  check {when}: {}", check.query.trim()));
    }
    text
}

fn warned(warning: &workbench::MigrationPlanWarning) -> String {
    match &warning.waived {
        Some(reason) => format!(
            "\n     - {} ({}); waived: {reason}",
            warning.message, warning.code
        ),
        None => format!("\n     ! {} ({})", warning.message, warning.code),
    }
}
