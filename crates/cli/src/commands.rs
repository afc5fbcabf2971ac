//! The verbs, each at most ten lines: decode, call, print.

pub mod action;
mod action_run;
pub mod activity;
pub mod connect;
pub mod db;
pub mod discover;
pub mod documentation;
pub mod env;
pub mod exec;
pub mod migration;
mod migration_compare;
mod migration_folder;
mod migration_run;
mod migration_words;
pub mod product;
pub mod secret;
pub mod secret_place;
pub mod test;
pub mod transfer;
pub mod url;

use std::process::ExitCode;

use serde_json::{Map, Value};
use workbench::{AppError, Workbench};

use crate::arguments::Command;
use crate::output::Output;

/// Runs a command that needs the catalog. `confirm` is what `--yes` said.
pub async fn run(
    command: Command,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    if let Some(target) = command.connects_to() {
        secret_place::prepare(target, workbench).await?;
    }
    match command {
        Command::Product { verb } => product::run(verb, workbench, output).await,
        Command::Env { verb } => env::run(verb, workbench, output).await,
        Command::Db { verb } => db::run(verb, workbench, output).await,
        Command::Action { verb } => action::run(verb, confirm, workbench, output).await,
        Command::Migration { verb } => migration::run(verb, confirm, workbench, output).await,
        Command::Secret { verb } => secret::run(verb, workbench, output).await,
        Command::Activity { verb } => activity::run(verb, workbench, output).await,
        Command::Test { target, env } => test::run(target, env, workbench, output).await,
        Command::Exec(arguments) => exec::run(arguments, workbench).await,
        Command::Connect { target } => connect::run(target, workbench).await,
        Command::Export {
            product,
            output: file,
            with_secrets,
            passphrase_stdin,
        } => {
            transfer::export(
                workbench,
                product,
                file,
                with_secrets && passphrase_stdin,
                output,
            )
            .await
        }
        Command::Import {
            file,
            dry_run,
            passphrase_stdin,
            product,
        } => transfer::import(workbench, file, dry_run, passphrase_stdin, product, output).await,
        Command::Discover(arguments) => discover::run(arguments, workbench, output).await,
        Command::Url { .. }
        | Command::Catalog { .. }
        | Command::Completions { .. }
        | Command::Manual { .. } => Err(AppError::internal(
            "a command without a catalog was given one",
        )),
    }
}

/// A JSON object of the fields that were given.
fn fields<const N: usize>(given: [(&str, Option<Value>); N]) -> Value {
    let present = given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

/// A description: an empty text clears it.
fn clearable(text: Option<String>) -> Option<Value> {
    text.map(|text| {
        if text.is_empty() {
            Value::Null
        } else {
            Value::from(text)
        }
    })
}

/// A field of a record as text, for tables.
fn text_of(record: &Value, field: &str) -> String {
    match record.get(field) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}
