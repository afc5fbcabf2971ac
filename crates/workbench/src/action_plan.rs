//! An action with the values of one run: what would be sent, where, and what the guards say of it. Nothing is sent here.

use catalog::{Database, DatabaseType, Environment, EnvironmentConfig, SubjectKind};
use connection_url::ConnectionUrl;
use engines::{Operation, Parameter};
use serde_json::{Map, Value, json};
use templates::{
    Action, ActionType, BoundAction, BoundValue, InputFault, InputValue, Sent, looks_secret,
    writing_functions,
};

use crate::action_check::Parts;
use crate::action_history::{remembered, shown_input, without_secrets};
use crate::action_secrets::SecretTexts;
use crate::dto::{ActionInputs, ActionPlan, PlanParameter, PlanTarget};
use crate::guard::{self, Deed};
use crate::{AppError, Result, Workbench};

/// An action where it would run.
pub(crate) struct Place {
    pub(crate) database: Database,
    pub(crate) environment: Environment,
    pub(crate) config: EnvironmentConfig,
    /// The action's id.
    pub(crate) action_id: String,
    /// Every field of its record.
    pub(crate) record: Map<String, Value>,
    /// `shop/orders@dev`.
    pub(crate) address: String,
}

/// An action with the values of a run, checked.
pub(crate) struct Prepared {
    pub(crate) place: Place,
    pub(crate) kind: ActionType,
    pub(crate) bound: BoundAction,
    /// Whether the record says that it is meant for every row.
    pub(crate) all_rows: bool,
    /// Texts of inputs whose names say that they are secrets.
    pub(crate) secrets: SecretTexts,
    /// The values as they are remembered: JSON text without what looks like a secret.
    pub(crate) remembered: String,
    /// The values as they are shown: JSON text, what looks like a secret as `***`.
    pub(crate) shown_input: String,
}

impl Prepared {
    /// What the guards are asked about.
    pub(crate) fn deed(&self) -> Deed<'_> {
        Deed {
            target: &self.place.address,
            tag: &self.place.database.tag,
            writes: self.bound.plan.writes,
            unfiltered: self.bound.plan.unfiltered,
        }
    }

    /// Why it does not run, whatever is typed.
    pub(crate) fn refusal(&self) -> Option<String> {
        guard::refusal(&self.place.environment).or_else(|| {
            (self.bound.plan.unfiltered && !self.all_rows).then(|| {
                "With these inputs it has no filter and would reach every row. Give it a filter, or mark the action as \
                 meant for all rows."
                    .to_owned()
            })
        })
    }

    /// The table or collection.
    pub(crate) fn table(&self) -> &str {
        self.place
            .record
            .get("tableName")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The command for a person to see; nothing where it is SQL.
    pub(crate) fn command_shown(&self) -> Option<Value> {
        match &self.bound.sent {
            Sent::Mongodb(request) => {
                Some(self.secrets.masked(request.command_shown(self.table())))
            }
            Sent::Sql(_) => None,
        }
    }

    /// What goes to the engine, in order.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        match &self.bound.sent {
            Sent::Sql(statements) => statements
                .iter()
                .map(|statement| Operation::Sql {
                    statement: statement.text.clone(),
                    parameters: statement
                        .parameters
                        .iter()
                        .map(|parameter| engine_parameter(&parameter.value))
                        .collect(),
                })
                .collect(),
            Sent::Mongodb(request) => {
                vec![Operation::Command(request.command_json(self.table()))]
            }
        }
    }
}

impl Workbench {
    /// An action by its id in an environment that its database is configured for.
    pub(crate) async fn action_place(&self, action_id: &str, slug: &str) -> Result<Place> {
        let (id, slug) = (action_id.to_owned(), slug.to_owned());
        self.on_catalog(move |catalog| {
            let location = catalog.locate(SubjectKind::Action, &id)?;
            let product = catalog.fetch_product(&location.product_id)?;
            let database = catalog.fetch_database(
                &location.product_id,
                location.database_id.as_deref().unwrap_or_default(),
            )?;
            let environment = catalog.fetch_environment(&location.product_id, &slug)?;
            let config = database.config(&environment.slug).cloned();
            let record = database
                .actions
                .iter()
                .find(|item| item.id == id)
                .map(|item| item.fields.clone());
            let address = format!("{}/{}@{}", product.tag, database.tag, environment.slug);
            Ok((id, database, environment, config, record, address))
        })
        .await
        .and_then(|(action_id, database, environment, config, record, address)| {
            let record = record.ok_or_else(|| AppError::not_found("action", &action_id))?;
            let config = config.ok_or_else(|| {
                AppError::new(
                    "not_found",
                    format!("No connection is configured for {address}. Add one, or choose another environment."),
                )
            })?;
            Ok(Place {
                database,
                environment,
                config,
                action_id,
                record,
                address,
            })
        })
    }

    /// Puts the values of a run in their places. Nothing is sent.
    ///
    /// # Errors
    /// `validation` with every fault of every input, `refused` for an action whose templates are broken or do not do what its
    /// type says.
    pub(crate) async fn prepare_action(
        &self,
        action_id: &str,
        slug: &str,
        input: &ActionInputs,
    ) -> Result<Prepared> {
        let place = self.action_place(action_id, slug).await?;
        let (data, filter) = read_inputs(&input.json)?;
        let (kind, action) = compile(&place)?;
        let bound = action
            .bind(&data, &filter, writing_functions(kind))
            .map_err(|faults| input_error(&faults))?;
        bound
            .plan
            .agrees(kind)
            .map_err(|disagreement| AppError::refused(disagreement.message))?;
        let secrets = SecretTexts::of(&data, &filter);
        let all_rows = place.record.get("allRows").and_then(Value::as_bool) == Some(true);
        Ok(Prepared {
            place,
            kind,
            bound,
            all_rows,
            secrets,
            remembered: remembered(&data, &filter),
            shown_input: shown_input(&data, &filter),
        })
    }

    /// What a run would send, and where. Nothing is sent.
    ///
    /// # Errors
    /// As a run reports them before anything is sent: `not_found`, `validation`, `refused`.
    pub async fn action_plan(
        &self,
        action_id: String,
        env: String,
        input: ActionInputs,
    ) -> Result<ActionPlan> {
        let prepared = self.prepare_action(&action_id, &env, &input).await?;
        let place = &prepared.place;
        let url = ConnectionUrl::parse(
            &place.config.connection_url,
            Some(place.database.database_type),
        )?;
        let (statement, command, parameters) = match &prepared.bound.sent {
            Sent::Sql(statements) => {
                let texts: Vec<&str> = statements
                    .iter()
                    .map(|statement| statement.text.trim())
                    .collect();
                let parameters = statements
                    .iter()
                    .flat_map(|statement| parameters(&statement.parameters))
                    .collect();
                (Some(texts.join(";\n")), None, parameters)
            }
            Sent::Mongodb(_) => (None, prepared.command_shown(), Vec::new()),
        };
        let plan = &prepared.bound.plan;
        Ok(ActionPlan {
            engine: engines::engine(place.database.database_type)
                .capabilities()
                .display_name
                .to_owned(),
            target: PlanTarget {
                address: place.address.clone(),
                env: place.environment.slug.clone(),
                class: place.environment.class.into(),
                url: url.masked(),
            },
            writes: plan.writes,
            statement,
            command,
            parameters,
            tables: plan.tables.clone(),
            unfiltered: plan.unfiltered,
            notes: plan.notes.clone(),
            guard: guard::guard(&place.environment, prepared.deed()),
            refused: prepared.refusal(),
        })
    }
}

/// `{"data": {…}, "filter": {…}}`; either may be absent.
fn read_inputs(json: &str) -> Result<(InputValue, InputValue)> {
    let text = if json.trim().is_empty() { "{}" } else { json };
    let fault = |field: &str, code: &str, message: String| {
        AppError::new("validation", message.clone()).with_detail(
            json!({ "faults": [{ "field": field, "code": code, "message": message }] }),
        )
    };
    let input = InputValue::from_json(text)
        .map_err(|error| fault("input", "invalid_json", error.to_string()))?;
    let InputValue::Object(entries) = &input else {
        return Err(fault(
            "input",
            "no_object",
            "The input is an object with \u{201c}data\u{201d} and \u{201c}filter\u{201d}."
                .to_owned(),
        ));
    };
    if let Some((key, _)) = entries
        .iter()
        .find(|(key, _)| key != "data" && key != "filter")
    {
        return Err(fault(
            key,
            "unknown_field",
            format!(
                "The input has the key {key}. It holds \u{201c}data\u{201d} and \u{201c}filter\u{201d} only."
            ),
        ));
    }
    let part = |key: &str| {
        input
            .get(key)
            .cloned()
            .unwrap_or(InputValue::Object(Vec::new()))
    };
    Ok((part("data"), part("filter")))
}

fn compile(place: &Place) -> Result<(ActionType, Action)> {
    let parts = Parts::of(&place.record);
    let kind = parts.kind.ok_or_else(|| {
        AppError::refused("The type of this action is none that can run. Edit the action.")
    })?;
    let action = parts
        .compile(place.database.database_type)
        .map_err(|faults| {
            let first = faults.first().map(|fault| fault.message.as_str());
            AppError::refused(format!(
                "The template of this action can't be run: {} Edit the action.",
                first.unwrap_or_default()
            ))
        })?;
    Ok((kind, action))
}

pub(crate) const fn template_engine(database_type: DatabaseType) -> templates::Engine {
    match database_type {
        DatabaseType::Postgresql => templates::Engine::Postgresql,
        DatabaseType::Mysql => templates::Engine::Mysql,
        DatabaseType::Sqlite => templates::Engine::Sqlite,
        DatabaseType::Mongodb => templates::Engine::Mongodb,
    }
}

/// Faults of inputs, all at once.
pub(crate) fn input_error(faults: &[InputFault]) -> AppError {
    let message = match faults {
        [one] => format!("{}: {}", one.field, one.message),
        many => {
            let keys: Vec<&str> = many.iter().map(|fault| fault.field.as_str()).collect();
            format!(
                "{} inputs need attention: {}. Nothing was sent.",
                many.len(),
                keys.join(", ")
            )
        }
    };
    AppError::new("validation", message).with_detail(json!({ "faults": faults }))
}

/// Parameters for a person to see.
pub(crate) fn parameters(
    parameters: &[templates::sql::Parameter],
) -> impl Iterator<Item = PlanParameter> {
    parameters.iter().map(|parameter| PlanParameter {
        name: parameter.name.clone(),
        parameter_type: parameter.kind.as_ref().map(ToString::to_string),
        value: shown(&parameter.name, &parameter.value),
    })
}

fn shown(key: &str, value: &BoundValue) -> Value {
    if looks_secret(key) && *value != BoundValue::Null {
        return Value::from("***");
    }
    InputValue::from_json(&value.to_json_text())
        .map(|value| without_secrets(&value, Some("***")).to_json())
        .unwrap_or(Value::Null)
}

fn engine_parameter(value: &BoundValue) -> Parameter {
    match value {
        BoundValue::Null => Parameter::Null,
        BoundValue::Text(text) | BoundValue::ObjectId(text) => Parameter::Text(text.clone()),
        BoundValue::Boolean(value) => Parameter::Boolean(*value),
        BoundValue::Integer(text) => Parameter::Integer(text.clone()),
        BoundValue::Decimal(text) => Parameter::Decimal(text.clone()),
        BoundValue::Double(text) => Parameter::Double(text.clone()),
        BoundValue::Date(text) => Parameter::Date(text.clone()),
        BoundValue::Datetime(text) => Parameter::Datetime(text.clone()),
        BoundValue::Uuid(text) => Parameter::Uuid(text.clone()),
        BoundValue::Bytes(bytes) => Parameter::Bytes(bytes.clone()),
        BoundValue::Json(text) => Parameter::Json(text.clone()),
        BoundValue::Array(items) => Parameter::Array(items.iter().map(engine_parameter).collect()),
        BoundValue::Object(_) => Parameter::Json(value.to_json_text()),
    }
}
