//! `tapedeck activity` and `tapedeck catalog`, and what every `delete` has in common.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use workbench::{AppError, Settled, Workbench};

use crate::arguments::ActivityVerb;
use crate::output::{Output, table};

/// Runs a verb.
pub async fn run(
    verb: ActivityVerb,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        ActivityVerb::List { limit } => {
            let lines = workbench.activity_list(None, limit).await?;
            output.document(&lines, |lines| {
                let rows: Vec<_> = lines
                    .iter()
                    .map(|line| {
                        let undo = if line.undoable { "yes" } else { "" };
                        [&line.id, &line.at, undo, &line.summary].map(str::to_owned)
                    })
                    .collect();
                table(["ID", "AT", "UNDO", "WHAT"], &rows)
            })?;
        }
        ActivityVerb::Undo { id } => {
            let line = workbench.activity_undo(id).await?;
            output.document(&line, |line| line.summary.clone())?;
        }
        ActivityVerb::Purge { id } => {
            let settled = workbench.purge_deletion(id).await?;
            output.document(
                &json!({ "removed": settled.removed, "left": settled.left }),
                |_| purged(settled),
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says that `what` was deleted, and how to undo it; with `purge` makes the deletion final first.
pub async fn deleted(
    workbench: &Workbench,
    output: Output,
    what: &str,
    activity_id: String,
    purge: bool,
) -> Result<(), AppError> {
    if purge {
        let settled = workbench.purge_deletion(activity_id).await?;
        let answer = json!({ "deleted": what, "removed": settled.removed, "left": settled.left });
        return output.document(&answer, |_| format!("Deleted {what}. {}", purged(settled)));
    }
    let answer = json!({ "deleted": what, "activity_id": activity_id });
    output.document(&answer, |_| {
        format!("Deleted {what}. For 30 days, tapedeck activity undo {activity_id} brings it back.")
    })
}

fn purged(settled: Settled) -> String {
    let removed = match settled.removed {
        1 => "1 entry was removed from the keyring.".to_owned(),
        count => format!("{count} entries were removed from the keyring."),
    };
    match settled.left {
        0 => removed,
        left => format!(
            "{removed} {left} could not be: unlock the keyring, and the next command removes them."
        ),
    }
}

/// Goes back to a copy of a catalog that can't be opened, so that this needs none.
pub async fn restore(data_dir: Option<PathBuf>, output: Output) -> Result<ExitCode, AppError> {
    let done = Workbench::restore_copy(data_dir).await?;
    output.document(&json!({ "restored": done }), |_| done.clone())?;
    Ok(ExitCode::SUCCESS)
}
