//! `tapedeck secret`.

use std::process::ExitCode;

use serde_json::json;
use workbench::{AppError, CredentialStateView, Workbench};

use super::secret_place;
use crate::arguments::SecretVerb;
use crate::commands::activity::deleted;
use crate::exit;
use crate::input::read_stdin_line;
use crate::output::{Output, table};

/// Runs a verb.
pub async fn run(
    verb: SecretVerb,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        SecretVerb::Set { name } => {
            workbench
                .secret_set(name.clone(), read_stdin_line()?.into())
                .await?;
            output.document(&json!({ "name": name }), |_| format!("Set {name}."))?;
        }
        SecretVerb::List => {
            let secrets = workbench.secret_list(None).await?;
            output.document(&secrets, |secrets| {
                let rows: Vec<_> = secrets
                    .iter()
                    .map(|secret| {
                        [
                            secret.name.clone(),
                            state_name(secret.state),
                            secret.used_by.join(" "),
                        ]
                    })
                    .collect();
                table(["NAME", "STATE", "USED BY"], &rows)
            })?;
        }
        SecretVerb::Delete { name, purge } => {
            let activity = workbench.secret_delete(name.clone()).await?;
            deleted(workbench, output, &name, activity, purge).await?;
        }
        SecretVerb::Store(arguments) => {
            return secret_place::store(arguments, workbench, output).await;
        }
        SecretVerb::Passphrase { passphrase_stdin } => {
            return secret_place::passphrase(passphrase_stdin, workbench, output).await;
        }
        SecretVerb::Enter(arguments) => {
            return secret_place::enter(arguments, workbench, output).await;
        }
        SecretVerb::Check {
            orphans: true,
            dry_run,
            ..
        } => {
            let report = workbench.secret_orphans(!dry_run).await?;
            output.document(&report, |report| {
                format!(
                    "{} entries that nothing uses, {} removed.",
                    report.orphans.len(),
                    report.removed
                )
            })?;
        }
        SecretVerb::Check { product, .. } => return check(workbench, product, output).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(
    workbench: &Workbench,
    product: Option<String>,
    output: Output,
) -> Result<ExitCode, AppError> {
    let check = workbench.secret_check(product).await?;
    output.document(&check.cells, |cells| {
        let rows: Vec<_> = cells
            .iter()
            .map(|c| {
                [
                    format!("{}/{}@{}", c.product, c.database, c.env),
                    state_name(c.state),
                    c.missing.join(", "),
                ]
            })
            .collect();
        table(["CONNECTION", "STATE", "MISSING"], &rows)
    })?;
    if let Some(message) = &check.keyring_message {
        output.remark(message);
    }
    let complete = check.cells.iter().all(|cell| {
        matches!(
            cell.state,
            CredentialStateView::NoneNeeded | CredentialStateView::Present
        )
    });
    Ok(ExitCode::from(if complete {
        exit::DONE
    } else {
        exit::SECRET
    }))
}

/// The state as JSON has it.
fn state_name(state: CredentialStateView) -> String {
    serde_json::to_value(state)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
