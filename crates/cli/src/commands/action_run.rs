//! `tapedeck action plan` and `tapedeck action run`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use workbench::{
    ActionInputs, ActionPlan, ActionRunRequest, Address, AppError, ColumnView, RunEvent, RunPage,
    RunTimings, Workbench,
};

use super::action::address;
use crate::arguments::ActionRunArguments;
use crate::input::read_text;
use crate::output::{Output, columns, pretty};

/// Prints what a run would send.
pub async fn plan(
    target: &Address,
    input: Option<&Path>,
    workbench: &Workbench,
    output: Output,
) -> Result<(), AppError> {
    let (action_id, env, input) = asked(target, input, workbench).await?;
    let plan = workbench.action_plan(action_id, env, input).await?;
    output.document(&plan, describe)
}

/// Runs an action and prints its result.
pub async fn run(
    arguments: ActionRunArguments,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<(), AppError> {
    let (action_id, env, input) =
        asked(&arguments.target, arguments.input.as_deref(), workbench).await?;
    let run_id = "cli".to_owned();
    let request = ActionRunRequest {
        run_id: run_id.clone(),
        action_id,
        env,
        input,
        confirm,
        retries: arguments.retries,
        limit: Some(arguments.limit),
        bytes: Some(u64::MAX),
    };
    let collected = Mutex::new(Collected::default());
    let collect = |event| {
        let mut collected = collected.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RunEvent::Columns { columns } => collected.columns = columns,
            RunEvent::Rows { rows } => collected.take(rows.get()),
            RunEvent::Retrying { attempt, code } => {
                output.remark(&format!("Attempt {attempt} after {code}."));
            }
            RunEvent::Connected { .. } => {}
        }
    };
    let page = {
        let mut running = std::pin::pin!(workbench.action_run(request, collect));
        tokio::select! {
            done = &mut running => done,
            Ok(()) = tokio::signal::ctrl_c() => {
                workbench.action_cancel(run_id.clone()).await?;
                running.await
            }
        }
    }?;
    if page.more {
        workbench.action_cancel(run_id).await?;
    }
    for notice in &page.notices {
        output.remark(notice);
    }
    let collected = collected
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let result = collected.into_result(page)?;
    output.document(&result, describe_result)
}

async fn asked(
    target: &Address,
    input: Option<&Path>,
    workbench: &Workbench,
) -> Result<(String, String, ActionInputs), AppError> {
    let env = target.need_env()?.to_owned();
    let (product, database, tag) = address(target)?;
    let json = input.map(read_text).transpose()?.unwrap_or_default();
    let action_id = workbench.action_id(product, database, tag).await?;
    Ok((action_id, env, ActionInputs { json }))
}

/// What a run has told.
#[derive(Default)]
struct Collected {
    columns: Vec<ColumnView>,
    /// The rows with commas between them, as they came.
    rows: String,
}

impl Collected {
    fn take(&mut self, rows: &str) {
        let inside = rows
            .strip_prefix('[')
            .and_then(|rows| rows.strip_suffix(']'))
            .unwrap_or(rows);
        if !self.rows.is_empty() && !inside.is_empty() {
            self.rows.push(',');
        }
        self.rows.push_str(inside);
    }

    fn into_result(self, page: RunPage) -> Result<RunResult, AppError> {
        Ok(RunResult {
            columns: self.columns,
            rows: RawValue::from_string(format!("[{}]", self.rows)).map_err(AppError::internal)?,
            affected: page.affected,
            generated_keys: page.generated_keys,
            truncated: page.more,
            timings_ms: page.timings_ms,
            attempts: page.attempts,
        })
    }
}

/// The result of a run, as the contract of the command line has it.
#[derive(Serialize)]
struct RunResult {
    columns: Vec<ColumnView>,
    rows: Box<RawValue>,
    affected: Option<u64>,
    generated_keys: Vec<Value>,
    truncated: bool,
    timings_ms: RunTimings,
    attempts: u32,
}

fn describe(plan: &ActionPlan) -> String {
    let mut lines = vec![
        format!(
            "{} {} ({})",
            plan.engine, plan.target.address, plan.target.url
        ),
        if plan.writes {
            "It writes."
        } else {
            "It reads."
        }
        .to_owned(),
    ];
    lines.extend(plan.notes.iter().cloned());
    lines.extend(plan.refused.iter().cloned());
    lines.push(String::new());
    match (&plan.statement, &plan.command) {
        (Some(statement), _) => lines.push(statement.clone()),
        (None, Some(command)) => lines.push(pretty(command).unwrap_or_default()),
        (None, None) => {}
    }
    for (index, parameter) in plan.parameters.iter().enumerate() {
        let kind = parameter.parameter_type.as_deref().unwrap_or("inferred");
        lines.push(format!(
            "{}. {} ({kind}): {}",
            index + 1,
            parameter.name,
            parameter.value
        ));
    }
    lines.join("\n")
}

fn describe_result(result: &RunResult) -> String {
    let mut parts = Vec::new();
    if !result.columns.is_empty() {
        let rows: Vec<Vec<Value>> = serde_json::from_str(result.rows.get()).unwrap_or_default();
        let header = result.columns.iter().map(|column| column.name.clone());
        let lines: Vec<Vec<String>> = std::iter::once(header.collect())
            .chain(rows.iter().map(|row| row.iter().map(cell).collect()))
            .collect();
        parts.push(columns(&lines));
        let more = if result.truncated {
            "; there are more, see --limit"
        } else {
            ""
        };
        let word = if rows.len() == 1 { "row" } else { "rows" };
        parts.push(format!("({} {word}{more})", rows.len()));
    }
    if let Some(affected) = result.affected {
        parts.push(format!("{affected} affected."));
    }
    if !result.generated_keys.is_empty() {
        let keys: Vec<String> = result.generated_keys.iter().map(cell).collect();
        parts.push(format!("Generated: {}.", keys.join(", ")));
    }
    if parts.is_empty() {
        parts.push("Done.".to_owned());
    }
    parts.join("\n")
}

/// A value for a terminal: control characters would move its cursor.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}
