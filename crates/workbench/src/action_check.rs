//! What the templates of an action say, and everything that is wrong with them: for the editor while somebody types, and before
//! a record is saved.

use std::collections::HashSet;

use catalog::DatabaseType;
use serde_json::{Map, Value};
use templates::sql::Dialect;
use templates::{
    Action, ActionType, Definition, Engine, InputError, InputValue, Place, Placeholder, Plan,
    Source, expected, looks_secret,
};

use crate::action_plan::template_engine;
use crate::action_samples;
use crate::action_text::{byte_at, locate, scan};
use crate::dto::{
    ActionCheck, ActionFault, ActionInput, ActionTypeView, PlaceholderSpan, TemplateSide,
};
use crate::error::FieldFault;
use crate::urls::Utf16Offsets;

/// The templates of an action as texts, which is how an editor has them.
pub(crate) struct Texts<'a> {
    pub(crate) template: &'a str,
    pub(crate) filter: Option<&'a str>,
    /// Its sample inputs, each as JSON text.
    pub(crate) samples: &'a [String],
}

impl<'a> Texts<'a> {
    fn of(&self, side: TemplateSide) -> &'a str {
        match side {
            TemplateSide::Data => self.template,
            TemplateSide::Filter => self.filter.unwrap_or_default(),
        }
    }
}

/// The templates of an action as values, or why they are none.
struct Values {
    template: Result<InputValue, ActionFault>,
    filter: Result<Option<InputValue>, ActionFault>,
}

/// The templates of an action that were read, and what they do.
struct Compiled {
    action: Action,
    plan: Plan,
}

/// Whether an engine's templates are SQL.
pub(crate) fn is_sql(database_type: DatabaseType) -> bool {
    engines::engine(database_type).capabilities().sql
}

/// What is typed in an editor as the value that a record has. SQL is its own text; the rest is JSON.
pub(crate) fn template_value(
    database_type: DatabaseType,
    side: TemplateSide,
    text: &str,
) -> Result<Value, ActionFault> {
    if is_sql(database_type) {
        return Ok(Value::from(text));
    }
    read_json(side, text)?;
    serde_json::from_str(text).map_err(|error| not_json(side, text, &error))
}

fn read_json(side: TemplateSide, text: &str) -> Result<InputValue, ActionFault> {
    InputValue::from_json(text).map_err(|error| match error {
        InputError::NotJson(_) => match serde_json::from_str::<Value>(text) {
            Err(error) => not_json(side, text, &error),
            Ok(_) => whole(side, "invalid_json", error.to_string()),
        },
        other => whole(side, "invalid_json", other.to_string()),
    })
}

fn not_json(side: TemplateSide, text: &str, error: &serde_json::Error) -> ActionFault {
    let byte = byte_at(text, error.line(), error.column());
    let start = Utf16Offsets::of(text).of_byte(byte);
    ActionFault {
        start: Some(start),
        end: Some(start),
        ..whole(side, "invalid_json", format!("This is no JSON: {error}."))
    }
}

fn whole(side: TemplateSide, code: &str, message: String) -> ActionFault {
    ActionFault {
        side: Some(side),
        code: code.to_owned(),
        message,
        start: None,
        end: None,
        path: None,
    }
}

impl From<ActionTypeView> for ActionType {
    fn from(kind: ActionTypeView) -> Self {
        match kind {
            ActionTypeView::Read => Self::Read,
            ActionTypeView::Count => Self::Count,
            ActionTypeView::Create => Self::Create,
            ActionTypeView::Update => Self::Update,
            ActionTypeView::Delete => Self::Delete,
            ActionTypeView::Aggregate => Self::Aggregate,
        }
    }
}

impl From<Source> for TemplateSide {
    fn from(source: Source) -> Self {
        match source {
            Source::Data => Self::Data,
            Source::Filter => Self::Filter,
        }
    }
}

fn compile(
    engine: Engine,
    kind: ActionType,
    template: &InputValue,
    filter: Option<&InputValue>,
    script: bool,
) -> (
    Option<Compiled>,
    Vec<templates::ActionFault>,
    Option<ActionFault>,
) {
    let definition = Definition {
        engine,
        template,
        filter,
        script,
    };
    match Action::compile(definition) {
        Err(faults) => (None, faults, None),
        Ok(action) => {
            let plan = action.plan(templates::writing_functions(kind));
            let disagreement = plan.agrees(kind).err().map(|disagreement| ActionFault {
                side: None,
                code: disagreement.code.to_owned(),
                message: disagreement.message,
                start: None,
                end: None,
                path: None,
            });
            (Some(Compiled { action, plan }), Vec::new(), disagreement)
        }
    }
}

/// What is typed in the editor of an action.
pub(crate) fn check_texts(
    database_type: DatabaseType,
    kind: ActionType,
    texts: &Texts<'_>,
    script: bool,
) -> ActionCheck {
    let value = |side, text: &str| match is_sql(database_type) {
        true => Ok(InputValue::String(text.to_owned())),
        false => read_json(side, text),
    };
    let values = Values {
        template: value(TemplateSide::Data, texts.template),
        filter: texts
            .filter
            .map(|text| value(TemplateSide::Filter, text))
            .transpose(),
    };
    check_values(database_type, kind, texts, values, script)
}

fn check_values(
    database_type: DatabaseType,
    kind: ActionType,
    texts: &Texts<'_>,
    values: Values,
    script: bool,
) -> ActionCheck {
    let engine = template_engine(database_type);
    let (mut faults, mut compiled) = (Vec::new(), None);
    match (values.template, values.filter) {
        (Ok(template), Ok(filter)) => {
            let (found, template_faults, disagreement) =
                compile(engine, kind, &template, filter.as_ref(), script);
            faults.extend(
                template_faults
                    .into_iter()
                    .map(|fault| placed(fault, texts)),
            );
            faults.extend(disagreement);
            compiled = found;
        }
        (template, filter) => faults.extend(template.err().into_iter().chain(filter.err())),
    }
    let found = found_placeholders(texts, engine);
    let inputs = match &compiled {
        Some(compiled) => compiled
            .action
            .inputs()
            .fields
            .iter()
            .map(|field| input(field.source.into(), &field.placeholder))
            .collect(),
        None => first_uses(&found),
    };
    let samples = match &compiled {
        Some(compiled) => action_samples::faults(&compiled.action, texts.samples),
        // What the inputs are is not known while a template is broken.
        None => vec![Vec::new(); texts.samples.len()],
    };
    let plan = compiled.map(|compiled| compiled.plan).unwrap_or(Plan {
        writes: kind.writes(),
        ..Plan::default()
    });
    ActionCheck {
        faults,
        inputs,
        placeholders: found.into_iter().map(|(span, _)| span).collect(),
        writes: plan.writes,
        unfiltered: plan.unfiltered,
        tables: plan.tables,
        notes: plan.notes,
        samples,
    }
}

fn placed(fault: templates::ActionFault, texts: &Texts<'_>) -> ActionFault {
    let side = TemplateSide::from(fault.source);
    let text = texts.of(side);
    let (span, path) = match fault.place {
        Place::Bytes(span) => (Some(span), None),
        Place::Path(path) => (locate(text, &path), Some(path)),
    };
    let offsets = Utf16Offsets::of(text);
    ActionFault {
        side: Some(side),
        code: fault.code.to_owned(),
        message: fault.message,
        start: span.as_ref().map(|span| offsets.of_byte(span.start)),
        end: span.as_ref().map(|span| offsets.of_byte(span.end)),
        path: path.filter(|path| !path.is_empty()),
    }
}

fn found_placeholders(texts: &Texts<'_>, engine: Engine) -> Vec<(PlaceholderSpan, Placeholder)> {
    let dialect = match engine {
        Engine::Postgresql => Some(Dialect::Postgresql),
        Engine::Mysql => Some(Dialect::Mysql),
        Engine::Sqlite => Some(Dialect::Sqlite),
        Engine::Mongodb => None,
    };
    let mut found = Vec::new();
    for side in [TemplateSide::Data, TemplateSide::Filter] {
        let text = texts.of(side);
        let offsets = Utf16Offsets::of(text);
        found.extend(scan(text, dialect).into_iter().map(|(span, placeholder)| {
            let span = PlaceholderSpan {
                side,
                key: placeholder.key.clone(),
                start: offsets.of_byte(span.start),
                end: offsets.of_byte(span.end),
            };
            (span, placeholder)
        }));
    }
    found
}

/// The inputs as far as a text tells that does not compile.
fn first_uses(found: &[(PlaceholderSpan, Placeholder)]) -> Vec<ActionInput> {
    let mut known = HashSet::new();
    found
        .iter()
        .filter(|(span, placeholder)| {
            let filter = span.side == TemplateSide::Filter;
            known.insert((filter, placeholder.key.as_str()))
        })
        .map(|(span, placeholder)| input(span.side, placeholder))
        .collect()
}

fn input(side: TemplateSide, placeholder: &Placeholder) -> ActionInput {
    let kind = placeholder.kind();
    ActionInput {
        side,
        key: placeholder.key.clone(),
        input_type: kind.as_str().to_owned(),
        expected: expected(placeholder),
        choices: kind.words().unwrap_or_default().to_vec(),
        optional: placeholder.optional,
        unique: placeholder.unique,
        secret: looks_secret(&placeholder.key),
    }
}

/// The text of a template in an editor: SQL as it is, a document as JSON with two spaces a level.
pub(crate) fn template_text(template: &Value) -> String {
    match template {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// The parts of a record that its templates are read by.
pub(crate) struct Parts<'a> {
    /// What it is for; nothing where an imported record says what is none.
    pub(crate) kind: Option<ActionType>,
    template: &'a Value,
    filter: Option<&'a Value>,
    script: bool,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(record: &'a Map<String, Value>) -> Self {
        Self {
            kind: record
                .get("type")
                .and_then(|kind| serde_json::from_value(kind.clone()).ok()),
            template: record.get("template").unwrap_or(&Value::Null),
            filter: record
                .get("filterTemplate")
                .filter(|filter| !filter.is_null()),
            script: record.get("script") == Some(&Value::Bool(true)),
        }
    }

    /// Takes the templates apart.
    ///
    /// # Errors
    /// With every fault of both.
    pub(crate) fn compile(
        &self,
        database_type: DatabaseType,
    ) -> Result<Action, Vec<templates::ActionFault>> {
        let template = InputValue::from(self.template);
        let filter = self.filter.map(InputValue::from);
        Action::compile(Definition {
            engine: template_engine(database_type),
            template: &template,
            filter: filter.as_ref(),
            script: self.script,
        })
    }
}

/// What the templates of a stored record say.
pub(crate) fn check_record(
    database_type: DatabaseType,
    record: &Map<String, Value>,
) -> ActionCheck {
    let parts = Parts::of(record);
    let template = template_text(parts.template);
    let filter = parts.filter.map(template_text);
    let texts = Texts {
        template: &template,
        filter: filter.as_deref(),
        samples: &action_samples::texts(record),
    };
    let values = Values {
        template: Ok(InputValue::from(parts.template)),
        filter: Ok(parts.filter.map(InputValue::from)),
    };
    let kind = parts.kind.unwrap_or(ActionType::Read);
    check_values(database_type, kind, &texts, values, parts.script)
}

/// Every fault of the templates of a record about to be saved. What the record's own rules refuse, a template that is no text and
/// no object or a type that is none, is passed over.
pub(crate) fn record_faults(
    database_type: DatabaseType,
    record: &Map<String, Value>,
) -> Vec<FieldFault> {
    let parts = Parts::of(record);
    let is_template = |value: &Value| matches!(value, Value::String(_) | Value::Object(_));
    if !is_template(parts.template) || parts.filter.is_some_and(|filter| !is_template(filter)) {
        return Vec::new();
    }
    let has_kind = parts.kind.is_some();
    check_record(database_type, record)
        .faults
        .into_iter()
        .filter(|fault| has_kind || fault.side.is_some())
        .map(field_fault)
        .collect()
}

/// A fault of a template as a fault of the record that it is in: `template.updateOne.set`.
pub(crate) fn field_fault(fault: ActionFault) -> FieldFault {
    let field = match fault.side {
        None => "type",
        Some(TemplateSide::Data) => "template",
        Some(TemplateSide::Filter) => "filterTemplate",
    };
    FieldFault {
        field: match fault.path {
            Some(path) => format!("{field}.{path}"),
            None => field.to_owned(),
        },
        code: fault.code,
        message: fault.message,
        start: fault.start,
        end: fault.end,
    }
}

/// What a person should know who saves it.
pub(crate) fn hints(check: &ActionCheck, all_rows: bool) -> Vec<String> {
    let mut hints = check.notes.clone();
    if check.unfiltered && !all_rows {
        hints.push(
            "A run of it is refused as it is. Give it a filter, or mark it as meant for all rows."
                .to_owned(),
        );
    }
    hints
}

/// The inputs of a stored record as a JSON Schema, or every fault of its templates.
pub(crate) fn input_schema(
    database_type: DatabaseType,
    record: &Map<String, Value>,
) -> Result<Value, Vec<FieldFault>> {
    match Parts::of(record).compile(database_type) {
        Ok(action) => Ok(action.inputs().json_schema()),
        Err(_) => Err(record_faults(database_type, record)),
    }
}
