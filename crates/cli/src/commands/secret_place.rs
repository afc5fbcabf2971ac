//! `tapedeck secret store`, `secret passphrase` and `secret enter`: where secrets are kept, and what is lacking there.

use std::process::ExitCode;

use serde_json::json;
use workbench::{
    Address, AppError, SecretEntered, SecretPlace, SecretPlaceChoice, SecretPlaceOld,
    SecretPlaceState, SecretPlaceStatus, SecretToEnter, Workbench,
};
use zeroize::Zeroizing;

use crate::arguments::{EnterArguments, PlaceWord, StoreArguments};
use crate::exit;
use crate::input::{read_json, read_stdin};
use crate::output::{Output, table};
use crate::terminal;

/// Shows where secrets are kept, or chooses.
pub async fn store(
    arguments: StoreArguments,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let Some(word) = arguments.place else {
        return show(workbench, output).await;
    };
    let place = SecretPlace::from(word);
    let passphrase = match place {
        SecretPlace::Vault => passphrase_of_choice(&arguments, workbench).await?,
        SecretPlace::Keyring | SecretPlace::Ask => None,
    };
    let old = old_of(&arguments, place);
    if old == SecretPlaceOld::Move {
        // What is in the vault can be moved only while it is unlocked.
        workbench.secrets_unlock_first().await?;
    }
    let choice = SecretPlaceChoice {
        place,
        old,
        passphrase: passphrase.map(|passphrase| passphrase.to_string()),
    };
    let chosen = workbench.secret_place_choose(choice).await?;
    output.document(&chosen, |chosen| {
        format!(
            "Passwords are kept {}. {} moved.",
            words(chosen.place),
            chosen.moved
        )
    })?;
    if chosen.left_copies {
        output.remark(
            "The old place can't be cleared now: its copies are removed as soon as it can be used.",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// To nowhere nothing can be moved; elsewhere moving is what is meant.
fn old_of(arguments: &StoreArguments, place: SecretPlace) -> SecretPlaceOld {
    match (arguments.leave, arguments.remove, place) {
        (_, true, _) => SecretPlaceOld::Remove,
        (true, ..) | (.., SecretPlace::Ask) => SecretPlaceOld::Leave,
        _ => SecretPlaceOld::Move,
    }
}

async fn passphrase_of_choice(
    arguments: &StoreArguments,
    workbench: &Workbench,
) -> Result<Option<Zeroizing<String>>, AppError> {
    if arguments.passphrase_stdin {
        return Ok(Some(first_lines::<1>()?.0));
    }
    if let Some(passphrase) = terminal::passphrase_from_file()? {
        return Ok(Some(passphrase));
    }
    if workbench.secret_place_status().await?.vault_exists {
        return terminal::ask_hidden("Passphrase of the vault file: ");
    }
    terminal::ask_new_passphrase()
}

async fn show(workbench: &Workbench, output: Output) -> Result<ExitCode, AppError> {
    let status = workbench.secret_place_status().await?;
    output.document(&status, describe)?;
    Ok(ExitCode::from(if status.state == SecretPlaceState::Ready {
        exit::DONE
    } else {
        exit::SECRET
    }))
}

fn describe(status: &SecretPlaceStatus) -> String {
    let mut lines = vec![match status.entries {
        Some(count) => format!("Passwords are kept {}: {count}.", words(status.place)),
        None => format!("Passwords are kept {}.", words(status.place)),
    }];
    lines.extend(status.message.clone());
    lines.extend(status.advice.iter().cloned());
    if status.place == SecretPlace::Vault || status.vault_exists {
        lines.push(format!("Vault file: {}", status.vault_file));
    }
    if status.left_copies {
        lines.push(
            "The place that was left still has copies, to be removed as soon as it can be used."
                .to_owned(),
        );
    }
    lines.join("\n")
}

fn words(place: SecretPlace) -> &'static str {
    match place {
        SecretPlace::Keyring => "in the keyring",
        SecretPlace::Vault => "in the vault file",
        SecretPlace::Ask => "nowhere, and asked for each time",
    }
}

impl From<PlaceWord> for SecretPlace {
    fn from(word: PlaceWord) -> Self {
        match word {
            PlaceWord::Keyring => Self::Keyring,
            PlaceWord::Vault => Self::Vault,
            PlaceWord::Ask => Self::Ask,
        }
    }
}

/// Changes the vault's passphrase: two lines of stdin, or asked for.
pub async fn passphrase(
    from_stdin: bool,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let nobody = || {
        AppError::new(
            "usage",
            "Run it at a terminal, or give the old and the new passphrase as two lines with --passphrase-stdin.",
        )
    };
    let (old, new) = if from_stdin {
        first_lines::<2>()?
    } else {
        let old = terminal::ask_hidden("Passphrase of the vault file: ")?.ok_or_else(nobody)?;
        (old, terminal::ask_new_passphrase()?.ok_or_else(nobody)?)
    };
    workbench.vault_passphrase_change(old, new).await?;
    output.document(&json!({ "changed": true }), |_| {
        "The passphrase was changed.".to_owned()
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The first line of stdin, and the second where two are wanted.
fn first_lines<const WANTED: usize>() -> Result<(Zeroizing<String>, Zeroizing<String>), AppError> {
    let text = Zeroizing::new(read_stdin()?);
    let mut lines = text.lines().map(|line| Zeroizing::new(line.to_owned()));
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        None if WANTED > 1 => Err(AppError::new(
            "usage",
            "Stdin needs two lines: the old passphrase and the new one.",
        )),
        second => Ok((first, second.unwrap_or_default())),
    }
}

/// Lists what this machine lacks, takes it from a file, or asks for it.
pub async fn enter(
    arguments: EnterArguments,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let list = workbench.secrets_to_enter(arguments.product).await?;
    if arguments.list {
        output.document(&list, |list| listed(&list.secrets))?;
        return Ok(ExitCode::SUCCESS);
    }
    let typed: Vec<SecretEntered> = match arguments.file {
        Some(file) => serde_json::from_value(read_json(&file)?).map_err(|_| {
            AppError::new(
                "validation",
                r#"The file is a list of {"key", "value"}, with keys of `secret enter --list`."#,
            )
        })?,
        None => ask_for(&list.secrets)?,
    };
    let outcomes = workbench.secrets_enter(typed).await?;
    let failed = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .count();
    output.document(&outcomes, |outcomes| {
        let mut lines: Vec<String> = outcomes
            .iter()
            .filter_map(|outcome| {
                let error = outcome.error.as_ref()?;
                Some(format!("{}: {}", outcome.key, error.message))
            })
            .collect();
        lines.push(format!(
            "{} entered, {failed} failed.",
            outcomes.len() - failed
        ));
        lines.join("\n")
    })?;
    Ok(ExitCode::from(if failed == 0 {
        exit::DONE
    } else {
        exit::SECRET
    }))
}

fn listed(secrets: &[SecretToEnter]) -> String {
    let rows: Vec<_> = secrets
        .iter()
        .map(|secret| [address(secret), secret.name.clone(), secret.key.clone()])
        .collect();
    table(["CONNECTION", "SECRET", "KEY"], &rows)
}

fn address(secret: &SecretToEnter) -> String {
    match &secret.cell {
        Some(cell) => format!("{}/{cell}", secret.product),
        None => format!("{} $Secret{{{}}}", secret.product, secret.name),
    }
}

/// Asks for each; an empty line passes one over.
fn ask_for(secrets: &[SecretToEnter]) -> Result<Vec<SecretEntered>, AppError> {
    let mut typed = Vec::new();
    for secret in secrets {
        let prompt = match secret.cell {
            Some(_) => format!("{} {}: ", address(secret), secret.name),
            None => format!("{}: ", address(secret)),
        };
        let value = terminal::ask_hidden(&prompt)?.ok_or_else(|| {
            AppError::new(
                "usage",
                "There is no terminal to ask at: give a file with --file.",
            )
        })?;
        if !value.is_empty() {
            typed.push(SecretEntered {
                key: secret.key.clone(),
                value: value.to_string(),
            });
        }
    }
    Ok(typed)
}

/// Before a command connects: unlocks the vault, and where people chose to be asked each time, asks. Where nobody is
/// there to ask, the command itself says what is lacking.
pub async fn prepare(target: &Address, workbench: &Workbench) -> Result<(), AppError> {
    workbench.secrets_unlock_first().await?;
    if !terminal::is_there() || !workbench.asks_for_secrets().await? {
        return Ok(());
    }
    let list = workbench
        .secrets_to_enter(Some(target.product.clone()))
        .await?;
    let wanted: Vec<SecretToEnter> = list
        .secrets
        .into_iter()
        .filter(|secret| {
            let cells = secret.cell.iter().chain(&secret.used_by);
            cells.into_iter().any(|cell| is_meant(target, cell))
        })
        .collect();
    let outcomes = workbench.secrets_enter(ask_for(&wanted)?).await?;
    match outcomes.into_iter().find_map(|outcome| outcome.error) {
        None => Ok(()),
        Some(error) => Err(AppError::new("secret_missing", error.message)),
    }
}

/// Whether a cell, as `database@env`, is one that the command connects to.
fn is_meant(target: &Address, cell: &str) -> bool {
    let (database, env) = cell.split_once('@').unwrap_or((cell, ""));
    target
        .database
        .as_deref()
        .is_none_or(|wanted| wanted == database)
        && target.env.as_deref().is_none_or(|wanted| wanted == env)
}
