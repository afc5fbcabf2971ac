//! What was run: a line for each run, with its values but for the secrets, so that they can be offered again.

use catalog::{NewActionRun, SubjectKind};
use serde_json::{Value, json};
use templates::{InputValue, looks_secret};

use crate::action_plan::Prepared;
use crate::dto::{ActionRunView, RunPage};
use crate::{AppError, Result, Workbench};

impl Workbench {
    /// The runs of an action that are remembered, newest first.
    pub async fn action_history(&self, id: String) -> Result<Vec<ActionRunView>> {
        self.on_catalog(move |catalog| {
            let location = catalog.locate(SubjectKind::Action, &id)?;
            let environments = catalog.fetch_environments(&location.product_id)?;
            Ok(catalog
                .action_runs(&id)?
                .into_iter()
                .map(|run| {
                    let report = |key: &str| run.report.get(key).cloned().unwrap_or_default();
                    ActionRunView {
                        env: environments
                            .iter()
                            .find(|environment| environment.id == run.environment_id)
                            .map(|environment| environment.slug.clone()),
                        id: run.id,
                        at: run.at.to_string(),
                        origin: run.origin.as_str().to_owned(),
                        outcome: report("outcome").as_str().unwrap_or_default().to_owned(),
                        message: report("message").as_str().map(str::to_owned),
                        rows: report("rows").as_u64(),
                        affected: report("affected").as_u64(),
                        ms: report("ms").as_f64().unwrap_or_default(),
                        attempts: report("attempts")
                            .as_u64()
                            .and_then(|attempts| attempts.try_into().ok())
                            .unwrap_or(1),
                        inputs: run.inputs,
                    }
                })
                .collect())
        })
        .await
    }

    /// Remembers how a run ended. What can't be remembered is logged: a full disk must not turn a write that was carried out into
    /// one that failed.
    pub(crate) async fn remember_run(&self, prepared: &Prepared, outcome: &Result<RunPage>) {
        let place = &prepared.place;
        let report = report(outcome);
        let run = NewActionRun {
            action_id: place.action_id.clone(),
            environment_id: place.environment.id.clone(),
            inputs: Some(prepared.remembered.clone()),
            report: report.clone(),
        };
        let context = self.context();
        let kept = self
            .on_catalog(move |catalog| catalog.record_action_run(&context, &run))
            .await;
        if let Err(error) = kept {
            tracing::warn!(code = error.code, "a run could not be remembered");
        }
        if prepared.bound.plan.writes {
            self.note_run(prepared, &report).await;
        }
    }

    /// What writes has a line in the activity list too.
    async fn note_run(&self, prepared: &Prepared, report: &Value) {
        let place = &prepared.place;
        let how = match (report.get("affected"), report.get("code")) {
            (_, Some(Value::String(code))) => format!("it ended with {code}"),
            (Some(Value::Number(affected)), _) => format!("{affected} affected"),
            _ => "done".to_owned(),
        };
        let tag = place
            .record
            .get("tag")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let noted = self
            .note(
                "run",
                SubjectKind::Action,
                &place.action_id,
                place.address.clone(),
                format!("Ran the action {tag} on {}: {how}", place.address),
            )
            .await;
        if let Err(error) = noted {
            tracing::warn!(code = error.code, "a run could not be noted");
        }
    }
}

fn report(outcome: &Result<RunPage>) -> Value {
    match outcome {
        Ok(page) => {
            let timings = page.timings_ms;
            json!({
                "outcome": "done",
                "rows": page.rows,
                "affected": page.affected,
                "ms": timings.connect + timings.server + timings.transfer,
                "attempts": page.attempts,
            })
        }
        Err(AppError {
            code,
            message,
            detail,
            ..
        }) => json!({
            "outcome": if *code == "cancelled" { "cancelled" } else { "failed" },
            "code": code,
            "message": message,
            "attempts": detail.as_ref().and_then(|detail| detail.get("attempts")),
        }),
    }
}

/// The values of a run as JSON text; what looks like a secret by its key, at any depth, is left out.
pub(crate) fn remembered(data: &InputValue, filter: &InputValue) -> String {
    input_text(data, filter, None)
}

/// As [`remembered`], with `***` in a secret's place.
pub(crate) fn shown_input(data: &InputValue, filter: &InputValue) -> String {
    input_text(data, filter, Some("***"))
}

fn input_text(data: &InputValue, filter: &InputValue, mask: Option<&str>) -> String {
    InputValue::Object(vec![
        ("data".to_owned(), without_secrets(data, mask)),
        ("filter".to_owned(), without_secrets(filter, mask)),
    ])
    .to_string()
}

/// A value without what looks like a secret by its key, at any depth, or with a mask in its place.
pub(crate) fn without_secrets(value: &InputValue, mask: Option<&str>) -> InputValue {
    match value {
        InputValue::Object(entries) => InputValue::Object(
            entries
                .iter()
                .filter_map(|(key, value)| {
                    let shown = match (looks_secret(key), mask) {
                        (false, _) => without_secrets(value, mask),
                        (true, None) => return None,
                        (true, Some(mask)) => InputValue::String(mask.to_owned()),
                    };
                    Some((key.clone(), shown))
                })
                .collect(),
        ),
        InputValue::Array(items) => InputValue::Array(
            items
                .iter()
                .map(|item| without_secrets(item, mask))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_remembered() {
        let data = InputValue::from_json(
            r#"{"id": 12345678901234567890, "password": "c4n4ry", "list": [{"api_key": "c4n4ry", "b": 1.10}]}"#,
        )
        .unwrap();
        assert_eq!(
            remembered(&data, &InputValue::Object(Vec::new())),
            r#"{"data":{"id":12345678901234567890,"list":[{"b":1.10}]},"filter":{}}"#
        );
        assert!(shown_input(&data, &data).contains(r#""password":"***""#));
    }
}
