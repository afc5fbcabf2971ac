//! Reads one JSON object field by field and collects every fault, instead of stopping at the first as a derived
//! deserializer does.

use std::str::FromStr;

use connection_url::DatabaseType;
use serde_json::{Map, Value};

use crate::fault::{Fault, FaultCode};
use crate::import::ImportWarning;
use crate::records::{EnvironmentClass, Extra};
use crate::rules;

/// What becomes of a field that a record does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// A record given by file: a typing error must not pass unseen.
    Refuse,
    /// An import: it may come from a later version, and nothing of it is dropped.
    Keep,
}

/// What was found so far.
pub(crate) struct Findings {
    pub(crate) unknown: Unknown,
    pub(crate) faults: Vec<Fault>,
    pub(crate) warnings: Vec<ImportWarning>,
}

impl Findings {
    pub(crate) fn new(unknown: Unknown) -> Self {
        Self {
            unknown,
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(crate) fn fault(&mut self, field: impl Into<String>, code: FaultCode, message: &str) {
        self.faults.push(Fault::new(field, code, message));
    }
}

/// One object being read.
pub(crate) struct Reader<'a> {
    map: &'a Map<String, Value>,
    path: String,
    seen: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Begins to read `value`, which stands at `path`.
    pub(crate) fn new(value: &'a Value, path: &str, findings: &mut Findings) -> Option<Self> {
        if let Value::Object(map) = value {
            return Some(Self {
                map,
                path: path.to_owned(),
                seen: Vec::new(),
            });
        }
        findings.fault(
            path,
            FaultCode::WrongType,
            "This must be an object, with its fields in braces.",
        );
        None
    }

    pub(crate) fn path(&self, field: &str) -> String {
        if self.path.is_empty() {
            field.to_owned()
        } else {
            format!("{}.{field}", self.path)
        }
    }

    pub(crate) fn map(&self) -> &'a Map<String, Value> {
        self.map
    }

    /// The value of a field, if it is there at all.
    pub(crate) fn get(&mut self, field: &'static str) -> Option<&'a Value> {
        self.seen.push(field);
        self.map.get(field)
    }

    /// Names fields that are ours to give, and that a record carries only because it was shown with them.
    pub(crate) fn ignore(&mut self, fields: &[&'static str]) {
        self.seen.extend_from_slice(fields);
    }

    /// A text that must be there.
    pub(crate) fn required_text(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Option<String> {
        match self.get(field) {
            None | Some(Value::Null) => {
                findings.fault(
                    self.path(field),
                    FaultCode::Required,
                    "This field is required.",
                );
                None
            }
            Some(value) => self.text(field, value, findings),
        }
    }

    /// A text that a patch may name; it can't be cleared.
    pub(crate) fn named_text(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Option<String> {
        match self.get(field) {
            None => None,
            Some(Value::Null) => {
                findings.fault(
                    self.path(field),
                    FaultCode::Required,
                    "This field can't be cleared. Leave it out to keep what it is.",
                );
                None
            }
            Some(value) => self.text(field, value, findings),
        }
    }

    /// A text that may be absent or null.
    pub(crate) fn optional_text(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Option<String> {
        self.clearable_text(field, findings).flatten()
    }

    /// A text that a patch may name, and clear with null.
    pub(crate) fn clearable_text(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Option<Option<String>> {
        match self.get(field) {
            None => None,
            Some(Value::Null) => Some(None),
            Some(value) => self.text(field, value, findings).map(Some),
        }
    }

    fn text(&self, field: &str, value: &Value, findings: &mut Findings) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        self.wrong_type(field, "This must be a text in quotes.", findings);
        None
    }

    pub(crate) fn wrong_type(&self, field: &str, message: &str, findings: &mut Findings) {
        findings.fault(self.path(field), FaultCode::WrongType, message);
    }

    /// true or false, or absent.
    pub(crate) fn boolean(&mut self, field: &'static str, findings: &mut Findings) -> Option<bool> {
        match self.get(field) {
            None => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => {
                self.wrong_type(field, "This must be true or false.", findings);
                None
            }
        }
    }

    /// A whole number, or absent.
    pub(crate) fn integer(&mut self, field: &'static str, findings: &mut Findings) -> Option<i64> {
        let value = self.get(field)?;
        let number = value.as_i64();
        if number.is_none() {
            self.wrong_type(field, "This must be a whole number.", findings);
        }
        number
    }

    /// The revision that a patch was made from.
    pub(crate) fn revision(&mut self, findings: &mut Findings) -> Option<u64> {
        let value = self.get("revision")?;
        let number = value.as_u64();
        if number.is_none() {
            self.wrong_type(
                "revision",
                "This must be the revision that the record had when you read it, a whole number.",
                findings,
            );
        }
        number
    }

    /// The items of a list, or absent.
    pub(crate) fn list(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Option<&'a [Value]> {
        match self.get(field)? {
            Value::Array(items) if items.len() > rules::LIST_LIMIT => {
                findings.faults.push(Fault::new(
                    self.path(field),
                    FaultCode::TooLong,
                    format!(
                        "This list is too long; {} items are the most.",
                        rules::LIST_LIMIT
                    ),
                ));
                None
            }
            Value::Array(items) => Some(items),
            _ => {
                self.wrong_type(field, "This must be a list in brackets.", findings);
                None
            }
        }
    }

    /// A list of texts; absent is empty.
    pub(crate) fn text_list(
        &mut self,
        field: &'static str,
        findings: &mut Findings,
    ) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, item) in self
            .list(field, findings)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            if let Value::String(text) = item {
                texts.push(text.clone());
            } else {
                self.wrong_type(
                    &format!("{field}[{index}]"),
                    "This must be a text in quotes.",
                    findings,
                );
            }
        }
        texts
    }

    /// The engine.
    pub(crate) fn database_type(
        &mut self,
        required: bool,
        findings: &mut Findings,
    ) -> Option<DatabaseType> {
        let text = if required {
            self.required_text("type", findings)
        } else {
            self.named_text("type", findings)
        }?;
        let parsed = DatabaseType::from_str(&text).ok();
        if parsed.is_none() {
            findings.fault(
                self.path("type"),
                FaultCode::UnknownValue,
                "The type is mongodb, postgresql, mysql or sqlite (mariadb is taken as mysql, sqlite3 as sqlite).",
            );
        }
        parsed
    }

    /// The class of an environment, or absent.
    pub(crate) fn class(&mut self, findings: &mut Findings) -> Option<EnvironmentClass> {
        let text = self.named_text("class", findings)?;
        let parsed = EnvironmentClass::from_str(&text).ok();
        if parsed.is_none() {
            findings.fault(
                self.path("class"),
                FaultCode::UnknownValue,
                "The class is development, staging or production.",
            );
        }
        parsed
    }

    /// Ends the reading: what no one asked for is refused, or kept with a warning.
    pub(crate) fn finish(self, findings: &mut Findings) -> Extra {
        let mut extra = Extra::new();
        let unknown = self
            .map
            .iter()
            .filter(|(name, _)| !self.seen.contains(&name.as_str()));
        for (name, value) in unknown {
            let path = self.path(&rules::excerpt(name));
            match findings.unknown {
                Unknown::Refuse => findings.faults.push(Fault::new(
                    path,
                    FaultCode::UnknownField,
                    "This record has no such field. Check its spelling, or remove it.",
                )),
                Unknown::Keep => {
                    findings.warnings.push(ImportWarning::kept(&path));
                    extra.insert(
                        name.clone(),
                        without_secrets(name, value, &path, &mut findings.warnings),
                    );
                }
            }
        }
        extra
    }
}

/// Keeps an unknown value without any secret that shows itself as one: the catalog is not where secrets live, and an
/// unknown field has no keyring entry.
fn without_secrets(
    name: &str,
    value: &Value,
    path: &str,
    warnings: &mut Vec<ImportWarning>,
) -> Value {
    match value {
        Value::String(text) if is_secret_name(name) && !text.is_empty() => {
            warnings.push(ImportWarning::secret_dropped(path));
            Value::String("***".to_owned())
        }
        Value::String(text) => Value::String(connection_url::redact(text)),
        Value::Array(items) => items
            .iter()
            .map(|item| without_secrets(name, item, path, warnings))
            .collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, item)| (key.clone(), without_secrets(key, item, path, warnings)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "privatekey",
        "credential",
    ]
    .iter()
    .any(|word| plain.contains(word))
        || plain == "pwd"
}
