//! `tapedeck product`.

use std::process::ExitCode;

use serde_json::{Value, json};
use workbench::{AppError, PromotionPolicy, Workbench};

use super::{clearable, fields, text_of};
use crate::arguments::ProductVerb;
use crate::commands::activity::deleted;
use crate::output::{Output, table};

/// Runs a verb.
pub async fn run(
    verb: ProductVerb,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        ProductVerb::Create {
            tag,
            name,
            description,
        } => {
            let record = fields([
                ("tag", Some(tag.into())),
                ("name", Some(name.into())),
                ("description", description.map(Value::from)),
            ]);
            let changed = workbench.product_create_record(record, Vec::new()).await?;
            created(workbench, changed.record.id, output).await?;
        }
        ProductVerb::Sample => {
            let changed = workbench.product_sample().await?;
            created(workbench, changed.record.id, output).await?;
        }
        ProductVerb::List => {
            let records = workbench.product_records().await?;
            output.document(&records, |records| {
                let rows: Vec<_> = records
                    .iter()
                    .map(|r| {
                        [
                            text_of(r, "tag"),
                            text_of(r, "name"),
                            text_of(r, "description"),
                        ]
                    })
                    .collect();
                table(["TAG", "NAME", "DESCRIPTION"], &rows)
            })?;
        }
        ProductVerb::Show { tag } => {
            let record = shown(workbench, tag).await?;
            output.document(&record, describe)?;
        }
        ProductVerb::Update {
            tag,
            new_tag,
            name,
            description,
            promotion,
            revision,
        } => {
            let patch = fields([
                ("tag", new_tag.map(Value::from)),
                ("name", name.map(Value::from)),
                ("description", clearable(description)),
                ("revision", revision.map(Value::from)),
            ]);
            let changed = workbench.product_update_record(tag, patch).await?;
            let id = changed.record.id;
            if let Some(policy) = policy_of(&promotion) {
                workbench.promotion_policy_set(id.clone(), policy).await?;
            }
            let record = shown(workbench, id).await?;
            output.document(&record, |record| {
                format!("Updated {}.", text_of(record, "tag"))
            })?;
        }
        ProductVerb::Delete { tag, purge } => {
            let activity = workbench.product_delete(tag.clone()).await?;
            deleted(workbench, output, &tag, activity, purge).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells of a product that was just made.
async fn created(workbench: &Workbench, id: String, output: Output) -> Result<(), AppError> {
    let record = workbench.product_record(id).await?;
    output.document(&record, |record| {
        format!("Created {}.", text_of(record, "tag"))
    })
}

/// The record with its promotion order, which stands beside it.
async fn shown(workbench: &Workbench, product: String) -> Result<Value, AppError> {
    let policy = workbench.promotion_policy(product.clone()).await?;
    let mut record = workbench.product_record(product).await?;
    if let Some(fields) = record.as_object_mut() {
        fields.insert("promotion".to_owned(), json!(policy));
    }
    Ok(record)
}

/// The policy that `--promotion` asks for; nothing where it was not given.
fn policy_of(words: &[String]) -> Option<PromotionPolicy> {
    match words {
        [] => None,
        [word] if word == "off" || word == "default" => Some(PromotionPolicy {
            enforced: word == "default",
            order: Vec::new(),
        }),
        slugs => Some(PromotionPolicy {
            enforced: true,
            order: slugs.to_vec(),
        }),
    }
}

fn describe(record: &Value) -> String {
    let mut text = format!("{}  {}\n", text_of(record, "tag"), text_of(record, "name"));
    let list = |name: &str| {
        record
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for environment in list("environments") {
        let state = if environment.get("active") == Some(&Value::Bool(false)) {
            " (inactive)"
        } else {
            ""
        };
        text.push_str(&format!(
            "  {} {}{state}\n",
            text_of(&environment, "slug"),
            text_of(&environment, "class")
        ));
    }
    for database in list("databases") {
        text.push_str(&format!(
            "  {} {}\n",
            text_of(&database, "tag"),
            text_of(&database, "type")
        ));
    }
    text
}
