//! The sample inputs of an action: `data` and `filterData` of its record, which belong together by their places.

use serde_json::{Map, Value};
use templates::{Action, InputValue, looks_secret};

use crate::action_history::{remembered, without_secrets};
use crate::dto::SampleFault;

/// The fields of a record that hold them.
pub(crate) const FIELDS: [&str; 2] = ["data", "filterData"];

/// Each sample as `{"data": …, "filter": …}`: JSON text with every digit of its numbers, without what looks like a secret.
pub(crate) fn texts(record: &Map<String, Value>) -> Vec<String> {
    let [data, filter] = FIELDS.map(|field| record.get(field).and_then(Value::as_array));
    let count = |list: Option<&Vec<Value>>| list.map_or(0, Vec::len);
    let at = |list: Option<&Vec<Value>>, index: usize| match list.and_then(|list| list.get(index)) {
        None | Some(Value::Null) => InputValue::Object(Vec::new()),
        Some(value) => InputValue::from(value),
    };
    (0..count(data).max(count(filter)))
        .map(|index| remembered(&at(data, index), &at(filter, index)))
        .collect()
}

/// Samples as they may be stored: a password that somebody tried an action with is no part of its record.
pub(crate) fn without_secret_values(samples: Vec<Value>) -> Vec<Value> {
    samples
        .iter()
        .map(|sample| without_secrets(&InputValue::from(sample), None).to_json())
        .collect()
}

/// What of each sample no longer fits the inputs. A secret is in none, and that it is missing is no fault.
pub(crate) fn faults(action: &Action, samples: &[String]) -> Vec<Vec<SampleFault>> {
    samples
        .iter()
        .map(|sample| {
            let Ok(input) = InputValue::from_json(sample) else {
                return Vec::new();
            };
            let part = |key: &str| {
                let part = input.get(key).cloned();
                part.unwrap_or(InputValue::Object(Vec::new()))
            };
            let checked = action.inputs().check(&part("data"), &part("filter"));
            let faults = checked.err().into_iter().flatten();
            faults
                .filter(|fault| !(fault.code == "required" && looks_secret(&fault.field)))
                .map(|fault| SampleFault {
                    field: fault.field,
                    code: fault.code.to_owned(),
                    message: fault.message,
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn both_lists_belong_together_and_no_secret_is_told() {
        let record = record(&json!({
            "data": [{"id": 9_007_199_254_740_993_u64, "password": "c4n4ry"}, null, ["odd"]],
            "filterData": [{"day": "2026-11-28"}],
        }));
        assert_eq!(
            texts(&record),
            [
                r#"{"data":{"id":9007199254740993},"filter":{"day":"2026-11-28"}}"#,
                r#"{"data":{},"filter":{}}"#,
                r#"{"data":["odd"],"filter":{}}"#,
            ]
        );
        assert_eq!(texts(&Map::new()), Vec::<String>::new());
    }

    #[test]
    fn no_secret_is_stored_at_any_depth() {
        let kept = without_secret_values(vec![
            json!({"id": 1, "login": {"user": "ada", "api_key": "c4n4ry"}}),
        ]);
        assert_eq!(kept, [json!({"id": 1, "login": {"user": "ada"}})]);
    }
}
