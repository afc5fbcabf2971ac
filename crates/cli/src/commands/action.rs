//! `tapedeck action`.

use std::process::ExitCode;

use serde_json::{Value, json};
use workbench::{ActionView, Address, AppError, Changed, Workbench};

use super::{action_run, text_of};
use crate::arguments::ActionVerb;
use crate::input::read_json;
use crate::output::{Output, pretty, table};

/// Runs a verb.
pub async fn run(
    verb: ActionVerb,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        ActionVerb::Create { target, file } => {
            let database = target.need_database()?.to_owned();
            let changed = workbench
                .action_create_record(target.product.clone(), database, read_json(&file)?)
                .await?;
            written(workbench, &target, &changed, "Created", output).await?;
        }
        ActionVerb::List { target } => {
            let database = target.need_database()?.to_owned();
            let records = workbench.action_records(target.product, database).await?;
            output.document(&records, |records| listed(records))?;
        }
        ActionVerb::Show { target } => {
            let (product, database, tag) = address(&target)?;
            let record = workbench.action_record(product, database, tag).await?;
            output.document(&record, describe)?;
        }
        ActionVerb::Update { target, file } => {
            let (product, database, tag) = address(&target)?;
            let changed = workbench
                .action_update_record(product, database, tag, read_json(&file)?)
                .await?;
            written(workbench, &target, &changed, "Updated", output).await?;
        }
        ActionVerb::Delete { target } => {
            let (product, database, tag) = address(&target)?;
            workbench
                .action_delete_in(product, database, tag.clone())
                .await?;
            output.document(&json!({ "deleted": tag }), |_| format!("Deleted {target}."))?;
        }
        ActionVerb::Duplicate { target } => {
            let (product, database, tag) = address(&target)?;
            let changed = workbench
                .action_duplicate_in(product, database, tag)
                .await?;
            written(workbench, &target, &changed, "Created", output).await?;
        }
        ActionVerb::Order { target, tags } => {
            let database = target.need_database()?.to_owned();
            let records = workbench
                .action_order_in(target.product, database, tags)
                .await?;
            output.document(&records, |records| listed(records))?;
        }
        ActionVerb::Inputs { target } => {
            let (product, database, tag) = address(&target)?;
            let schema = workbench.action_inputs(product, database, tag).await?;
            output.document(&schema, |schema| pretty(schema).unwrap_or_default())?;
        }
        ActionVerb::Plan { target, input } => {
            action_run::plan(&target, input.as_deref(), workbench, output).await?;
        }
        ActionVerb::Run(arguments) => {
            action_run::run(arguments, confirm, workbench, output).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn address(target: &Address) -> Result<(String, String, String), AppError> {
    let (database, tag) = target.need_action()?;
    Ok((target.product.clone(), database.to_owned(), tag.to_owned()))
}

async fn written(
    workbench: &Workbench,
    target: &Address,
    changed: &Changed<ActionView>,
    done: &str,
    output: Output,
) -> Result<(), AppError> {
    let database = target.need_database()?.to_owned();
    let id = changed.record.id.clone();
    let record = workbench
        .action_record(target.product.clone(), database, id)
        .await?;
    changed.hints.iter().for_each(|hint| output.remark(hint));
    output.document(&record, |record| {
        format!("{done} {}.", text_of(record, "tag"))
    })
}

fn listed(records: &[Value]) -> String {
    let rows: Vec<_> = records
        .iter()
        .map(|record| ["tag", "name", "type", "tableName"].map(|field| text_of(record, field)))
        .collect();
    table(["TAG", "NAME", "TYPE", "TABLE"], &rows)
}

fn describe(record: &Value) -> String {
    let mut text = ["tag", "type", "tableName", "name"]
        .map(|field| text_of(record, field))
        .join("  ");
    for field in ["description", "template", "filterTemplate"] {
        let shown = match record.get(field) {
            Some(Value::Object(_)) => record
                .get(field)
                .and_then(|template| pretty(template).ok())
                .unwrap_or_default(),
            _ => text_of(record, field),
        };
        if !shown.is_empty() {
            text.push_str("\n\n");
            text.push_str(shown.trim_end());
        }
    }
    text
}
