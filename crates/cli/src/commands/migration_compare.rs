//! `tapedeck migration diff` and `drift`.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use workbench::{Address, AppError, SchemaComparison, SchemaDifference, Workbench};

use super::migration_run::{database_id, place};
use super::migration_words::first_line;
use crate::exit;
use crate::output::{Output, table};

/// A comparison that could not be made has an exit status of its own, whatever the reason; but for what was named wrongly.
fn not_compared(error: AppError, output: Output) -> Result<ExitCode, AppError> {
    match error.code {
        "not_found" | "usage" | "refused" | "validation" | "cancelled" => Err(error),
        _ => {
            exit::with_error(&output, &error);
            Ok(ExitCode::from(exit::NOT_COMPARED))
        }
    }
}

/// Compares two environments.
pub async fn diff(
    target: &Address,
    left: String,
    right: String,
    mend: bool,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let id = database_id(target, workbench).await?;
    let comparison = match workbench.migration_diff(id, left, right).await {
        Ok(comparison) => comparison,
        Err(error) => return not_compared(error, output),
    };
    output.document(&comparison.differences, |differences| {
        let mut text = differing(differences, &comparison.left, &comparison.right);
        if mend && !comparison.mend.is_empty() {
            text.push_str(&format!(
                "\n\nTo make {} like {}:",
                comparison.right, comparison.left
            ));
            for mend in &comparison.mend {
                text.push_str(&format!("\n{};", mend.statement.trim_end_matches(';')));
                let notes = mend.note.iter().map(|note| format!("\n  -- {note}"));
                notes.for_each(|note| text.push_str(&note));
            }
        }
        text
    })?;
    Ok(equal(comparison.differences.is_empty()))
}

/// Compares live schemas with what the last runs left.
pub async fn drift(
    target: &Address,
    env: Option<&str>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let cells = workbench.migration_cells(target, env).await?;
    let one = cells.len() == 1;
    let mut found: Vec<Value> = Vec::new();
    let mut texts = Vec::new();
    let mut failed = false;
    for cell in cells {
        let drift = workbench
            .migration_drift(cell.database_id, cell.env.clone())
            .await;
        let at = format!("{}@{}", cell.database, cell.env);
        match drift {
            Ok(comparison) => {
                found.extend(lines(&comparison, &cell.database, &cell.env));
                texts.push(report(&at, &comparison));
            }
            // Of many targets, those in which nothing ran yet have nothing to compare with.
            Err(error) if error.code == "not_compared" && !one => {
                output.remark(&format!("{at}: {}", error.message));
            }
            Err(error) => {
                failed = true;
                not_compared(error, output)?;
            }
        }
    }
    output.document(&found, |_| texts.join("\n"))?;
    match failed {
        true => Ok(ExitCode::from(exit::NOT_COMPARED)),
        false => Ok(equal(found.is_empty())),
    }
}

/// Takes the live schema as it is.
pub async fn accept(
    target: &Address,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let (id, env) = place(target, workbench).await?;
    workbench.migration_drift_accept(id, env, confirm).await?;
    output.document(&json!({ "accepted": target.to_string() }), |_| {
        format!("The schema at {target} is now the one to compare with.")
    })?;
    Ok(ExitCode::SUCCESS)
}

fn equal(equal: bool) -> ExitCode {
    ExitCode::from(if equal { exit::DONE } else { exit::FAILED })
}

fn lines(comparison: &SchemaComparison, database: &str, env: &str) -> Vec<Value> {
    let differences = comparison.differences.iter();
    differences
        .map(|difference| {
            let mut line = Map::new();
            line.insert("database".to_owned(), database.into());
            line.insert("env".to_owned(), env.into());
            if let Ok(Value::Object(fields)) = serde_json::to_value(difference) {
                line.extend(fields);
            }
            Value::Object(line)
        })
        .collect()
}

fn report(at: &str, comparison: &SchemaComparison) -> String {
    if comparison.differences.is_empty() {
        return format!("{at}: as the last run left it");
    }
    let differences = differing(&comparison.differences, &comparison.left, "live");
    format!("{at}: drifted\n{differences}")
}

fn differing(differences: &[SchemaDifference], left: &str, right: &str) -> String {
    if differences.is_empty() {
        return "No difference.".to_owned();
    }
    let side = |text: &Option<String>| first_line(text.as_deref().unwrap_or("-"));
    let rows: Vec<_> = differences
        .iter()
        .map(|one| {
            [
                one.change.clone(),
                one.kind.clone(),
                one.object.clone(),
                side(&one.left),
                side(&one.right),
            ]
        })
        .collect();
    table(
        [
            "CHANGE",
            "KIND",
            "OBJECT",
            &left.to_uppercase(),
            &right.to_uppercase(),
        ],
        &rows,
    )
}
