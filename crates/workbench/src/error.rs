//! The one error type that crosses the boundary to a face. A face matches [`AppError::code`], never a text.

use catalog::{CatalogError, Conflict, Fault};
use connection_url::UrlError;
use secrets::SecretStoreError;
use serde::Serialize;
use serde_json::{Value, json};

/// What every use case answers.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// Why a use case did not do what was asked.
///
/// `message` is one or two plain sentences that say what happened and what to do; neither it nor `detail` holds a secret.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// Stable code, in snake case.
    pub code: &'static str,
    /// For a person.
    pub message: String,
    /// For a program: `faults` of a validation, `changes` of a conflict, `span` of a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
}

impl AppError {
    /// An error with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
            retryable: false,
        }
    }

    /// The same with a detail for programs.
    #[must_use]
    pub fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The same, marked as worth another try.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Nothing has this address.
    pub fn not_found(what: &str, name: &str) -> Self {
        Self::new(
            "not_found",
            format!("There is no {what} \u{201c}{name}\u{201d}."),
        )
    }

    /// The person, or a signal, ended it.
    pub fn cancelled() -> Self {
        Self::new("cancelled", "Cancelled.").retryable()
    }

    /// A guard refuses.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new("refused", message)
    }

    /// Faults of an input, all at once.
    pub fn validation(faults: &[Fault]) -> Self {
        Self::field_faults(&faults.iter().map(FieldFault::from).collect::<Vec<_>>())
    }

    /// As [`AppError::validation`], with faults of templates among them.
    pub(crate) fn field_faults(faults: &[FieldFault]) -> Self {
        let message = match faults {
            // The whole text is meant.
            [one] if one.field.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.field, one.message),
            many => format!(
                "{} fields need attention: {}.",
                many.len(),
                list_fields(many)
            ),
        };
        Self::new("validation", message).with_detail(json!({ "faults": faults }))
    }

    /// A defect of ours or of the system, with nothing a person typed in it.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::new(
            "internal",
            format!("Something went wrong inside Tapedeck: {what}. Nothing was saved."),
        )
    }
}

/// How many fields a message names.
const FIELDS_NAMED: usize = 20;

/// What is wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct FieldFault {
    /// The path of the field.
    pub(crate) field: String,
    /// Stable code.
    pub(crate) code: String,
    /// A plain sentence.
    pub(crate) message: String,
    /// Where it begins in the text of the field, in UTF-16 units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<u32>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<u32>,
}

impl From<&Fault> for FieldFault {
    fn from(fault: &Fault) -> Self {
        Self {
            field: fault.field.clone(),
            code: fault.code.as_str().to_owned(),
            message: fault.message.clone(),
            start: None,
            end: None,
        }
    }
}

impl FieldFault {
    /// The same for a record that stands in another, under `path`.
    pub(crate) fn under(self, path: &str) -> Self {
        Self {
            field: format!("{path}.{}", self.field),
            ..self
        }
    }
}

fn list_fields(faults: &[FieldFault]) -> String {
    let mut fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    fields.dedup();
    // A hostile file has a million of them.
    match fields.len().saturating_sub(FIELDS_NAMED) {
        0 => fields.join(", "),
        rest => format!("{} and {rest} more", fields[..FIELDS_NAMED].join(", ")),
    }
}

impl From<SecretStoreError> for AppError {
    fn from(error: SecretStoreError) -> Self {
        let advice = crate::secret_place::advice(&error);
        let message = match advice.first() {
            Some(first) => format!("{error} {first}"),
            None => error.to_string(),
        };
        Self {
            code: error.code(),
            message,
            detail: (!advice.is_empty()).then(|| json!({ "advice": advice })),
            retryable: error.retryable(),
        }
    }
}

impl From<UrlError> for AppError {
    fn from(error: UrlError) -> Self {
        Self::new("invalid_url", error.message.clone()).with_detail(json!({
            "span": [error.span.start, error.span.end],
            "reason": error.code,
            "field": error.field,
        }))
    }
}

impl From<CatalogError> for AppError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Validation(faults) => Self::validation(&faults),
            CatalogError::Conflict(conflict) => {
                Self::new("conflict", conflict.to_string()).with_detail(conflict_detail(&conflict))
            }
            other => {
                let detail = match &other {
                    CatalogError::Damaged { copies, .. } => copies.first(),
                    CatalogError::Newer { copy, .. } => copy.as_ref(),
                    _ => None,
                }
                .map(|copy| json!({ "copy": copy.display().to_string() }));
                let code = other.code();
                Self {
                    code,
                    message: other.to_string(),
                    detail,
                    retryable: matches!(code, "catalog_locked" | "disk_full" | "overtaken"),
                }
            }
        }
    }
}

/// The conflict for a program: `revision` is the one to send a merged patch with.
fn conflict_detail(conflict: &Conflict) -> Value {
    let mut detail = serde_json::to_value(conflict).unwrap_or(Value::Null);
    if let Some(changes) = detail.get_mut("changes").and_then(Value::as_array_mut) {
        for change in changes.iter_mut().filter_map(Value::as_object_mut) {
            let field = change
                .get("field")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            for side in ["base", "current", "yours"] {
                if let Some(value) = change.get_mut(side) {
                    *value = shown_value(&field, value.take());
                }
            }
        }
    }
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("revision".to_owned(), json!(conflict.current_revision));
    }
    detail
}

/// Which keyring entry fills which slot says nothing to a person: the names of the slots do.
pub(crate) fn shown_value(field: &str, value: Value) -> Value {
    match value {
        Value::Object(slots) if field.ends_with(".secrets") => slots
            .into_iter()
            .map(|(slot, _)| Value::from(format!("{slot}: ***")))
            .collect(),
        other => other,
    }
}
