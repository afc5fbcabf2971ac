//! An action written out for elsewhere: the SDK that makes it, the statement as it is sent, the command line that runs it.

use serde_json::Value;
use templates::Sent;

use crate::action_plan::{Prepared, parameters};
use crate::dto::{ActionCodeFormat, ActionInputs};
use crate::{Result, Workbench};

impl Workbench {
    /// An action with the values of a run in one of the forms. What looks like a secret is `***` in it.
    ///
    /// # Errors
    /// As [`Workbench::action_plan`].
    pub async fn action_code(
        &self,
        id: String,
        env: String,
        input: ActionInputs,
        format: ActionCodeFormat,
    ) -> Result<String> {
        let prepared = self.prepare_action(&id, &env, &input).await?;
        Ok(match format {
            ActionCodeFormat::Sdk => sdk(&prepared),
            ActionCodeFormat::Statement => statement(&prepared),
            ActionCodeFormat::Cli => cli(&prepared),
        })
    }
}

fn tag(prepared: &Prepared) -> &str {
    prepared
        .place
        .record
        .get("tag")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The SDK names an action by its full tag.
fn sdk(prepared: &Prepared) -> String {
    let mut record = prepared.place.record.clone();
    let full = format!("{}:{}", prepared.place.database.tag, tag(prepared));
    record.insert("tag".to_owned(), Value::from(full));
    let json = serde_json::to_string_pretty(&record).unwrap_or_default();
    format!("await ductape.databases.action.create({json});\n")
}

fn statement(prepared: &Prepared) -> String {
    match &prepared.bound.sent {
        Sent::Sql(statements) => {
            let mut text = String::new();
            for statement in statements {
                for (index, parameter) in (1..).zip(parameters(&statement.parameters)) {
                    // A value is on one line, so that no line of it stands outside of the comment.
                    text.push_str(&format!(
                        "-- {index}. {}: {}\n",
                        parameter.name, parameter.value
                    ));
                }
                text.push_str(statement.text.trim().trim_end_matches(';'));
                text.push_str(";\n");
            }
            text
        }
        Sent::Mongodb(_) => {
            let command = prepared.command_shown().unwrap_or_default();
            let json = serde_json::to_string_pretty(&command).unwrap_or_default();
            format!("db.runCommand({json})\n")
        }
    }
}

fn cli(prepared: &Prepared) -> String {
    let place = &prepared.place;
    let (database, env) = place
        .address
        .split_once('@')
        .unwrap_or((place.address.as_str(), ""));
    let confirm = if prepared.bound.plan.writes {
        format!(" --yes {}", place.database.tag)
    } else {
        String::new()
    };
    // The delimiter stands on no line of the input: JSON on one line begins with a brace.
    format!(
        "tapedeck action run {database}:{}@{env}{confirm} --json --input - <<'JSON'\n{}\nJSON\n",
        tag(prepared),
        prepared.shown_input
    )
}
