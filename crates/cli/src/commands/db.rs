//! `tapedeck db`.

use std::process::ExitCode;

use serde_json::Value;
use workbench::{
    AppError, UrlComparison, UrlCopyLine, UrlCopyOrder, UrlPartComparison, UrlPartState,
    UrlReplacePart, Workbench,
};

use super::text_of;
use crate::arguments::{CopyUrlArguments, DbVerb};
use crate::commands::activity::deleted;
use crate::exit::{DONE, FAILED, NOT_COMPARED, REFUSED};
use crate::input::read_json;
use crate::output::{Output, table};

/// Runs a verb.
pub async fn run(
    verb: DbVerb,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        DbVerb::Create { product, file } => {
            let changed = workbench
                .database_create_record(product.clone(), read_json(&file)?)
                .await?;
            written(workbench, product, changed.record.id, "Created", output).await?;
        }
        DbVerb::Update { target, file } => {
            let database = target.need_database()?.to_owned();
            let patch = read_json(&file)?;
            let changed = workbench
                .database_update_record(target.product.clone(), database, patch)
                .await?;
            written(
                workbench,
                target.product,
                changed.record.id,
                "Updated",
                output,
            )
            .await?;
        }
        DbVerb::List { product } => {
            let records = workbench.database_records(product).await?;
            output.document(&records, |records| {
                let rows: Vec<_> = records
                    .iter()
                    .map(|record| {
                        [
                            text_of(record, "tag"),
                            text_of(record, "name"),
                            text_of(record, "type"),
                            slugs(record),
                        ]
                    })
                    .collect();
                table(["TAG", "NAME", "TYPE", "ENVIRONMENTS"], &rows)
            })?;
        }
        DbVerb::Show { target, reveal } => {
            let database = target.need_database()?.to_owned();
            let record = workbench
                .database_record(target.product.clone(), database, reveal)
                .await?;
            output.document(&record, describe)?;
        }
        DbVerb::Delete { target, purge } => {
            let database = target.need_database()?.to_owned();
            let activity = workbench
                .database_delete_in(target.product, database.clone())
                .await?;
            deleted(workbench, output, &database, activity, purge).await?;
        }
        DbVerb::Unset { target } => {
            let (database, env) = (
                target.need_database()?.to_owned(),
                target.need_env()?.to_owned(),
            );
            let changed = workbench
                .database_unset(target.product.clone(), database, env)
                .await?;
            written(
                workbench,
                target.product,
                changed.record.id,
                "Updated",
                output,
            )
            .await?;
        }
        DbVerb::Compare { left, right } => {
            let (database, env) = (
                left.need_database()?.to_owned(),
                left.need_env()?.to_owned(),
            );
            let comparison = workbench
                .url_compare_in(left.product, database, env, right)
                .await?;
            output.document(&comparison, compared)?;
            return Ok(ExitCode::from(verdict(&comparison)));
        }
        DbVerb::CopyUrl(arguments) => return copy_url(arguments, workbench, output).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Equal, not equal, or, where only secrets that this machine lacks keep it from being told, not compared.
fn verdict(comparison: &UrlComparison) -> u8 {
    let is = |part: &UrlPartComparison, state| part.state == state;
    let told =
        |part: &UrlPartComparison| is(part, UrlPartState::Same) || is(part, UrlPartState::Unknown);
    if comparison.same {
        DONE
    } else if comparison.parts.iter().all(told) {
        NOT_COMPARED
    } else {
        FAILED
    }
}

fn compared(comparison: &UrlComparison) -> String {
    let rows: Vec<_> = comparison
        .parts
        .iter()
        .map(|part| {
            let name = part.name.as_ref().map(|name| format!(" {name}"));
            let state = match part.state {
                UrlPartState::Same => "same",
                UrlPartState::Different => "different",
                UrlPartState::OnlyLeft => "only left",
                UrlPartState::OnlyRight => "only right",
                UrlPartState::Unknown => "unknown",
            };
            [
                format!("{}{}", part.part, name.unwrap_or_default()),
                part.left.clone().unwrap_or_default(),
                part.right.clone().unwrap_or_default(),
                state.to_owned(),
            ]
        })
        .collect();
    table(["PART", "LEFT", "RIGHT", ""], &rows)
}

async fn copy_url(
    arguments: CopyUrlArguments,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let source = arguments.source;
    let (database, env) = (
        source.need_database()?.to_owned(),
        source.need_env()?.to_owned(),
    );
    let replacement = arguments.replace.unwrap_or_default();
    let order = UrlCopyOrder {
        envs: arguments.envs,
        find: replacement.find,
        replace: replacement.replace,
        parts: arguments
            .parts
            .into_iter()
            .map(UrlReplacePart::from)
            .collect(),
        with_secrets: arguments.with_secrets,
        dry_run: arguments.dry_run,
    };
    let lines = workbench
        .url_copy_in(source.product, database, env, order)
        .await?;
    output.document(&lines, |lines| copied(lines))?;
    let refused = lines.iter().any(|line| line.problem.is_some());
    Ok(ExitCode::from(if refused { REFUSED } else { DONE }))
}

fn copied(lines: &[UrlCopyLine]) -> String {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let lacks = line
                .missing_secrets
                .iter()
                .map(|secret| format!("lacks {secret}"));
            let remarks: Vec<String> = line.problem.iter().cloned().chain(lacks).collect();
            [
                line.env.clone(),
                line.before.clone().unwrap_or_default(),
                line.after.clone(),
                remarks.join("; "),
            ]
        })
        .collect();
    table(["ENV", "BEFORE", "AFTER", ""], &rows)
}

async fn written(
    workbench: &Workbench,
    product: String,
    id: String,
    done: &str,
    output: Output,
) -> Result<(), AppError> {
    let record = workbench.database_record(product, id, false).await?;
    output.document(&record, |record| {
        format!("{done} {}.", text_of(record, "tag"))
    })
}

fn configs(record: &Value) -> Vec<Value> {
    record
        .get("envs")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn slugs(record: &Value) -> String {
    configs(record)
        .iter()
        .map(|config| text_of(config, "slug"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn describe(record: &Value) -> String {
    let mut text = format!(
        "{}  {}  {}\n",
        text_of(record, "tag"),
        text_of(record, "type"),
        text_of(record, "name")
    );
    for config in configs(record) {
        text.push_str(&format!(
            "  {}  {}\n",
            text_of(&config, "slug"),
            text_of(&config, "connection_url")
        ));
    }
    text
}
