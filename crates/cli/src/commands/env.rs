//! `tapedeck env`.

use std::process::ExitCode;

use serde_json::{Value, json};
use workbench::{AppError, Changed, EnvironmentView, Workbench};

use super::{clearable, fields};
use crate::arguments::EnvVerb;
use crate::output::{Output, table};

/// Runs a verb.
pub async fn run(
    verb: EnvVerb,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        EnvVerb::Create {
            product,
            slug,
            name,
            class,
            description,
            inactive,
        } => {
            let record = fields([
                ("env_name", Some(name.into())),
                ("slug", Some(slug.into())),
                ("class", class.map(Value::from)),
                ("description", description.map(Value::from)),
                ("active", Some((!inactive).into())),
            ]);
            let changed = workbench.environment_create_record(product, record).await?;
            written(&changed, "Created", output)?;
        }
        EnvVerb::List { product } => {
            let environments = workbench.environment_list(product).await?;
            output.document(&environments, |environments| {
                let state = |active| if active { "active" } else { "inactive" };
                let rows: Vec<_> = environments
                    .iter()
                    .map(|env| {
                        [
                            env.slug.clone(),
                            env.env_name.clone(),
                            class_name(env),
                            state(env.active).to_owned(),
                        ]
                    })
                    .collect();
                table(["SLUG", "NAME", "CLASS", "STATE"], &rows)
            })?;
        }
        EnvVerb::Update {
            product,
            slug,
            new_slug,
            name,
            class,
            description,
            order,
            active,
            inactive,
            revision,
        } => {
            let patch = fields([
                ("slug", new_slug.map(Value::from)),
                ("env_name", name.map(Value::from)),
                ("class", class.map(Value::from)),
                ("description", clearable(description)),
                ("order", order.map(Value::from)),
                ("active", (active || inactive).then_some(active.into())),
                ("revision", revision.map(Value::from)),
            ]);
            let changed = workbench
                .environment_update_record(product, slug, patch)
                .await?;
            written(&changed, "Updated", output)?;
        }
        EnvVerb::Delete { product, slug } => {
            workbench
                .environment_delete_in(product, slug.clone())
                .await?;
            output.document(&json!({ "deleted": slug }), |_| format!("Deleted {slug}."))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn written(changed: &Changed<EnvironmentView>, done: &str, output: Output) -> Result<(), AppError> {
    output.document(&changed.record, |env| {
        format!("{done} {} ({}).", env.slug, class_name(env))
    })?;
    for hint in &changed.hints {
        output.remark(&format!("Hint: {hint}"));
    }
    Ok(())
}

fn class_name(environment: &EnvironmentView) -> String {
    format!("{:?}", environment.class).to_lowercase()
}
