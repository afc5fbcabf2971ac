//! The inputs of an action, and their validation in one place: every fault of every input at once.
//!
//! Placeholders of `template` read `input.data`. Those of `filterTemplate` read `input.filter`, and `input.data` where `filter` has
//! no such key.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::fault::shown;
use crate::mongodb::bson_of;
use crate::{
    BoundValue, InputFault, InputValue, Measure, Placeholder, PlaceholderType, check, looks_secret,
};

/// Whose values they become.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// MongoDB.
    Mongodb,
}

/// Which of the two templates a placeholder stands in, and so where its value comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// `template` and `input.data`.
    Data,
    /// `filterTemplate` and `input.filter`, falling back to `input.data`.
    Filter,
}

/// What a place asks of a value beside its type.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Demands {
    /// The value counts rows or documents: a whole number of at least this.
    pub least_rows: Option<u64>,
    /// The value is the list of an `IN`: it has an item at least.
    pub listed: bool,
}

/// One use of an input in a template.
pub(crate) struct Use<'a> {
    pub source: Source,
    pub placeholder: &'a Placeholder,
    pub demands: Demands,
}

/// One input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Where its value comes from.
    pub source: Source,
    /// Its type and lengths, put together from all the places where it is used.
    pub placeholder: Placeholder,
    /// Whether its name says that the value is a secret, which is then never shown or remembered.
    pub secret: bool,
    demands: Demands,
}

/// Two placeholders of one input that contradict each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Conflict {
    /// Which use, by its place among the uses.
    pub index: usize,
    pub code: &'static str,
    pub message: String,
}

/// The inputs of an action, in the order of their first use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inputs {
    /// Whose values they become.
    pub engine: Engine,
    /// The inputs.
    pub fields: Vec<Field>,
}

/// The values of a run, each checked. They have no `Debug`: some are secrets.
#[derive(Clone, PartialEq, Default)]
pub struct Values {
    values: HashMap<(Source, String), BoundValue>,
}

impl Values {
    /// The value of an input; NULL where the action has no such input.
    pub fn get(&self, source: Source, key: &str) -> &BoundValue {
        self.values
            .get(&(source, key.to_owned()))
            .unwrap_or(&BoundValue::Null)
    }
}

impl Inputs {
    pub(crate) fn collect<'a>(
        engine: Engine,
        uses: impl Iterator<Item = Use<'a>>,
    ) -> Result<Self, Vec<Conflict>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut places: HashMap<(Source, &'a str), usize> = HashMap::new();
        let mut conflicts = Vec::new();
        for (index, used) in uses.enumerate() {
            let key = used.placeholder.key.as_str();
            match places.get(&(used.source, key)) {
                None => {
                    places.insert((used.source, key), fields.len());
                    fields.push(Field {
                        source: used.source,
                        placeholder: used.placeholder.clone(),
                        secret: looks_secret(key),
                        demands: used.demands,
                    });
                }
                Some(place) => {
                    let Some(field) = fields.get_mut(*place) else {
                        continue;
                    };
                    field.demands.least_rows =
                        field.demands.least_rows.max(used.demands.least_rows);
                    field.demands.listed |= used.demands.listed;
                    if let Err((code, message)) = merge(&mut field.placeholder, used.placeholder) {
                        conflicts.push(Conflict {
                            index,
                            code,
                            message,
                        });
                    }
                }
            }
        }
        for field in &mut fields {
            // `IN ()` is no SQL, and what it should mean in `NOT IN ()` is every row.
            if field.demands.listed {
                field.placeholder.min = field.placeholder.min.max(1);
            }
            // `LIMIT {{n}}` says what the input is as plainly as a type would.
            if field.demands.least_rows.is_some() && field.placeholder.kind.is_none() {
                field.placeholder.kind = Some(PlaceholderType::Integer);
            }
        }
        if conflicts.is_empty() {
            Ok(Self { engine, fields })
        } else {
            Err(conflicts)
        }
    }

    /// Checks the values of a run. `data` and `filter` are objects; an absent one is `{}`.
    ///
    /// # Errors
    /// With every fault of every input, missing and unknown ones included, in the order of the inputs.
    pub fn check(&self, data: &InputValue, filter: &InputValue) -> Result<Values, Vec<InputFault>> {
        let mut faults: Vec<InputFault> = Vec::new();
        let mut told = HashSet::new();
        let mut given = HashMap::new();
        for (source, name, object) in [
            (Source::Data, "data", data),
            (Source::Filter, "filter", filter),
        ] {
            match object {
                InputValue::Object(entries) => {
                    for (key, value) in entries {
                        given.insert((source, key.as_str()), value);
                    }
                }
                other => faults.push(InputFault::new(
                    name,
                    "no_object",
                    "An object",
                    other.noun(),
                )),
            }
        }
        let mut values = Values::default();
        for field in &self.fields {
            let key = field.placeholder.key.as_str();
            let value = given
                .get(&(field.source, key))
                .or_else(|| given.get(&(Source::Data, key)))
                .copied();
            match self.value(field, value) {
                Ok(bound) => {
                    values.values.insert((field.source, key.to_owned()), bound);
                }
                // An input that both templates use has its fault once.
                Err(fault) => {
                    if told.insert((key, fault.code, fault.message.clone())) {
                        faults.push(fault);
                    }
                }
            }
        }
        // `data` has the inputs of both templates.
        let known: HashSet<(Source, &str)> = self
            .fields
            .iter()
            .flat_map(|field| [field.source, Source::Data].map(|source| (source, field)))
            .map(|(source, field)| (source, field.placeholder.key.as_str()))
            .collect();
        for (source, object) in [(Source::Data, data), (Source::Filter, filter)] {
            if let InputValue::Object(entries) = object {
                for (key, value) in entries {
                    if !known.contains(&(source, key.as_str())) {
                        faults.push(InputFault::new(
                            key,
                            "unknown_input",
                            "No input of this name",
                            shown(key, value),
                        ));
                    }
                }
            }
        }
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }

    fn value(&self, field: &Field, value: Option<&InputValue>) -> Result<BoundValue, InputFault> {
        let placeholder = &field.placeholder;
        let key = placeholder.key.as_str();
        let bound = check(placeholder, value)?;
        let came = || value.map_or_else(|| "nothing".to_owned(), |value| shown(key, value));
        // SQLite stores one, and its functions then see the text end there.
        if matches!(self.engine, Engine::Postgresql | Engine::Sqlite) && bound.holds_nul() {
            return Err(InputFault::new(
                key,
                "forbidden_nul",
                if self.engine == Engine::Sqlite {
                    "A text without NUL characters, which end a text for SQLite's functions,"
                } else {
                    "A text without NUL characters, which PostgreSQL can't hold,"
                },
                "one with a NUL character",
            ));
        }
        if let Some(least) = field.demands.least_rows
            && bound != BoundValue::Null
        {
            let counts = bound.as_text().is_some_and(|text| {
                text.parse::<u64>()
                    .is_ok_and(|rows| rows >= least && i64::try_from(rows).is_ok())
            });
            if !counts {
                return Err(InputFault::new(
                    key,
                    "no_row_count",
                    format!("A number of rows, {least} at least,"),
                    came(),
                ));
            }
        }
        if let BoundValue::Array(items) = &bound {
            let nested =
                |item: &BoundValue| matches!(item, BoundValue::Array(_) | BoundValue::Object(_));
            if self.engine != Engine::Mongodb && items.iter().any(nested) {
                return Err(InputFault::new(
                    key,
                    "wrong_type",
                    "A list of texts, numbers and booleans",
                    "a list with a list or an object in it",
                ));
            }
        }
        if self.engine == Engine::Mongodb
            && let Err((code, expected)) = bson_of(&bound)
        {
            return Err(InputFault::new(key, code, expected, came()));
        }
        Ok(bound)
    }

    /// The inputs as a JSON Schema (draft 2020-12) object with `data` and `filter`.
    pub fn json_schema(&self) -> Value {
        let mut data = Map::new();
        let mut filter = Map::new();
        let mut required = Vec::new();
        let mut either = Vec::new();
        for field in &self.fields {
            let key = &field.placeholder.key;
            let schema = schema_of(field);
            if field.source == Source::Data {
                data.insert(key.clone(), schema);
                if !field.placeholder.optional {
                    required.push(key.clone());
                }
                continue;
            }
            filter.insert(key.clone(), schema.clone());
            data.entry(key.clone()).or_insert(schema);
            if !field.placeholder.optional {
                let has = |object: &str| json!({"required": [object], "properties": {object: {"required": [key]}}});
                either.push(json!({"anyOf": [has("filter"), has("data")]}));
            }
        }
        let object = |properties: Map<String, Value>, required: Vec<String>| {
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        };
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
        });
        if let Some(schema) = schema.as_object_mut() {
            if !required.is_empty() {
                schema.insert("required".to_owned(), json!(["data"]));
            }
            schema.insert(
                "properties".to_owned(),
                json!({"data": object(data, required), "filter": object(filter, Vec::new())}),
            );
            if !either.is_empty() {
                schema.insert("allOf".to_owned(), Value::Array(either));
            }
        }
        schema
    }
}

/// Takes what another use of the same input says into the first.
fn merge(into: &mut Placeholder, other: &Placeholder) -> Result<(), (&'static str, String)> {
    into.unique |= other.unique;
    // A use without a type says nothing of lengths either: it takes those of the one that has a type.
    let Some(kind) = &other.kind else {
        return Ok(());
    };
    let Some(known) = &into.kind else {
        let unique = into.unique;
        *into = other.clone();
        into.unique = unique;
        return Ok(());
    };
    if known != kind {
        return Err((
            "conflicting_types",
            format!(
                "The input {} is {known} in one place and {kind} here.",
                into.key
            ),
        ));
    }
    into.optional &= other.optional;
    into.min = into.min.max(other.min);
    into.max = match (into.max, other.max) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    };
    if into.max.is_some_and(|max| max < into.min) {
        return Err((
            "conflicting_lengths",
            format!(
                "No value of {} has a length that all its places allow.",
                into.key
            ),
        ));
    }
    Ok(())
}

fn schema_of(field: &Field) -> Value {
    let placeholder = &field.placeholder;
    let kind = placeholder.kind();
    let mut schema = match kind {
        PlaceholderType::String => json!({"type": "string"}),
        PlaceholderType::NospacesString => json!({"type": "string", "pattern": r"^\S*$"}),
        PlaceholderType::EmailString => json!({"type": "string", "format": "email"}),
        PlaceholderType::DateString | PlaceholderType::Date => {
            json!({"type": "string", "format": "date"})
        }
        PlaceholderType::NumberString => json!({"type": "string"}),
        PlaceholderType::Integer => json!({"type": ["integer", "string"]}),
        PlaceholderType::Float | PlaceholderType::Double | PlaceholderType::Decimal => {
            json!({"type": ["number", "string"]})
        }
        PlaceholderType::Uuid => json!({"type": "string", "format": "uuid"}),
        PlaceholderType::Array => json!({"type": "array"}),
        PlaceholderType::Object => json!({"type": "object"}),
        PlaceholderType::Boolean => json!({"type": "boolean"}),
        PlaceholderType::Datetime => json!({"type": "string", "format": "date-time"}),
        PlaceholderType::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        PlaceholderType::Json => json!({}),
        PlaceholderType::ObjectId => json!({"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}),
        PlaceholderType::Identifier(words) | PlaceholderType::Keyword(words) => {
            json!({"type": "string", "enum": words})
        }
    };
    let Some(object) = schema.as_object_mut() else {
        return schema;
    };
    let lengths = match kind.measure() {
        Some(Measure::Characters) => Some(("minLength", "maxLength")),
        Some(Measure::Items) => Some(("minItems", "maxItems")),
        // JSON Schema has no word for digits.
        Some(Measure::Digits) | None => None,
    };
    if let Some((least, most)) = lengths {
        object.insert(least.to_owned(), json!(placeholder.min));
        if let Some(max) = placeholder.max {
            object.insert(most.to_owned(), json!(max));
        }
    }
    if placeholder.optional {
        let types = match object.remove("type") {
            Some(Value::String(one)) => Some(json!([one, "null"])),
            Some(Value::Array(mut types)) => {
                types.push(json!("null"));
                Some(Value::Array(types))
            }
            _ => None,
        };
        if let Some(types) = types {
            object.insert("type".to_owned(), types);
        }
    }
    object.insert(
        "description".to_owned(),
        json!(crate::expected(placeholder)),
    );
    object.insert("x-placeholder".to_owned(), json!(kind.as_str()));
    if field.secret {
        object.insert("writeOnly".to_owned(), json!(true));
    }
    schema
}
