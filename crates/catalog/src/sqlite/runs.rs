//! What was run: a line for each run of an action.

use rusqlite::{Connection, Row, Transaction, params};

use super::failure::Failure;
use super::rows::{all, timestamp};
use crate::port::{ActionRun, Context, NewActionRun, Origin};
use crate::rules;

/// How many runs of an action are kept.
const KEPT: u32 = 200;

pub(super) fn record(
    transaction: &Transaction<'_>,
    context: &Context,
    run: &NewActionRun,
) -> Result<ActionRun, Failure> {
    let recorded = ActionRun {
        id: crate::merge::new_id(),
        environment_id: run.environment_id.clone(),
        at: context.timestamp(),
        origin: context.origin,
        inputs: run
            .inputs
            .clone()
            .filter(|inputs| inputs.len() <= rules::INPUTS_LIMIT),
        report: run.report.clone(),
    };
    transaction
        .prepare_cached(
            "INSERT INTO action_runs (id, action_id, environment_id, at, origin, inputs, report)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            recorded.id,
            run.action_id,
            recorded.environment_id,
            recorded.at.as_millisecond(),
            recorded.origin.as_str(),
            recorded.inputs,
            recorded.report.to_string(),
        ])?;
    transaction
        .prepare_cached(
            "DELETE FROM action_runs WHERE action_id = ?1 AND sequence <= (
                SELECT sequence FROM action_runs WHERE action_id = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![run.action_id, KEPT])?;
    Ok(recorded)
}

pub(super) fn list(connection: &Connection, action_id: &str) -> Result<Vec<ActionRun>, Failure> {
    let sql = "SELECT id, environment_id, at, origin, inputs, report FROM action_runs WHERE action_id = ?1
               ORDER BY sequence DESC";
    all(connection, sql, [action_id], run)
}

fn run(row: &Row<'_>) -> Result<ActionRun, Failure> {
    let origin: String = row.get(3)?;
    let report: String = row.get(5)?;
    Ok(ActionRun {
        id: row.get(0)?,
        environment_id: row.get(1)?,
        at: timestamp(row.get(2)?)?,
        origin: Origin::from_text(&origin).ok_or(Failure::BrokenValue)?,
        inputs: row.get(4)?,
        report: serde_json::from_str(&report)?,
    })
}
