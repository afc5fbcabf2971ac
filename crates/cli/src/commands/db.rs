//! `tapedeck db`.

use std::process::ExitCode;

use serde_json::{Value, json};
use workbench::{AppError, Workbench};

use super::text_of;
use crate::arguments::DbVerb;
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
        DbVerb::Delete { target } => {
            let database = target.need_database()?.to_owned();
            workbench
                .database_delete_in(target.product.clone(), database.clone())
                .await?;
            output.document(&json!({ "deleted": database }), |_| {
                format!("Deleted {target}.")
            })?;
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
    }
    Ok(ExitCode::SUCCESS)
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
