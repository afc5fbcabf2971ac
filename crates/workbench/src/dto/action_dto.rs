//! Actions, their runs and their results as a face sees them. Records have the field names of the interchange format.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::EnvironmentClassView;
use super::catalog_dto::present;

/// What an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ActionTypeView {
    /// Reads rows or documents.
    Read,
    /// Counts them.
    Count,
    /// Adds some.
    Create,
    /// Changes some.
    Update,
    /// Removes some.
    Delete,
    /// Reads what is made from many.
    Aggregate,
}

/// An action, as the interchange format has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct ActionRecord {
    /// What people call it.
    pub name: String,
    /// Unique in its database.
    pub tag: String,
    /// The table or collection.
    pub table_name: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub action_type: ActionTypeView,
    /// SQL text, or an object on MongoDB.
    #[ts(type = "unknown")]
    pub template: Value,
    /// The filter of an update or delete: an expression without `WHERE`, or an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub filter_template: Option<Value>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Sample inputs for the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown[]")]
    pub data: Option<Vec<Value>>,
    /// Sample inputs for the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown[]")]
    pub filter_data: Option<Vec<Value>>,
    /// Whether an update or delete is meant for every row.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub all_rows: bool,
    /// Whether there may be more than one statement.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub script: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// An action with what a face needs to change it.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionView {
    /// Stable id (UUIDv7); survives a rename.
    pub id: String,
    /// The id of its database.
    pub database_id: String,
    /// The record.
    pub record: ActionRecord,
    /// The text of the template in an editor: SQL, or JSON with every digit of its numbers.
    pub template_text: String,
    /// The text of the filter; null where there is none.
    pub filter_text: Option<String>,
    /// Its sample inputs, each as JSON text: `{"data": {…}, "filter": {…}}`. Numbers have every digit; no secret is in them.
    pub samples: Vec<String>,
    /// Another one whenever the record is another one; a patch says the one it was made from.
    pub fingerprint: String,
    /// What stands in its templates, as [`ActionCheck`] says it.
    pub check: ActionCheck,
}

/// An action to create, as an editor has it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct ActionRecordInput {
    /// What people call it.
    pub name: String,
    /// Unique in its database.
    pub tag: String,
    /// The table or collection.
    pub table_name: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub action_type: ActionTypeView,
    /// The text of the template: SQL, or an object as JSON text.
    pub template: String,
    /// The text of the filter.
    #[serde(default)]
    #[ts(optional)]
    pub filter_template: Option<String>,
    /// Free text.
    #[serde(default)]
    #[ts(optional)]
    pub description: Option<String>,
    /// Sample inputs for the template.
    #[serde(default)]
    #[ts(optional, type = "unknown[]")]
    pub data: Option<Vec<Value>>,
    /// Sample inputs for the filter.
    #[serde(default)]
    #[ts(optional, type = "unknown[]")]
    pub filter_data: Option<Vec<Value>>,
    /// Whether an update or delete is meant for every row.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub all_rows: bool,
    /// Whether there may be more than one statement.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub script: bool,
}

/// A patch of an action: absent fields stay, null clears those that may be absent.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(export, optional_fields)]
pub struct ActionPatchInput {
    /// New name.
    pub name: Option<String>,
    /// New tag.
    pub tag: Option<String>,
    /// Another table or collection.
    pub table_name: Option<String>,
    /// New type.
    #[serde(rename = "type")]
    pub action_type: Option<ActionTypeView>,
    /// The new text of the template.
    pub template: Option<String>,
    /// The new text of the filter.
    #[serde(deserialize_with = "present")]
    #[ts(optional, type = "string | null")]
    pub filter_template: Option<Option<String>>,
    /// New description.
    #[serde(deserialize_with = "present")]
    #[ts(optional, type = "string | null")]
    pub description: Option<Option<String>>,
    /// New sample inputs for the template.
    #[serde(deserialize_with = "present")]
    #[ts(optional, type = "unknown[] | null")]
    pub data: Option<Option<Vec<Value>>>,
    /// New sample inputs for the filter.
    #[serde(deserialize_with = "present")]
    #[ts(optional, type = "unknown[] | null")]
    pub filter_data: Option<Option<Vec<Value>>>,
    /// Whether an update or delete is meant for every row.
    pub all_rows: Option<bool>,
    /// Whether there may be more than one statement.
    pub script: Option<bool>,
    /// The fingerprint of the record it was made from.
    pub fingerprint: Option<String>,
}

/// An action in a list.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionSummary {
    /// Stable id.
    pub id: String,
    /// Unique in its database.
    pub tag: String,
    /// What people call it.
    pub name: String,
    /// The table or collection.
    pub table_name: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub action_type: ActionTypeView,
    /// Free text.
    pub description: Option<String>,
    /// Whether a run changes anything, or may.
    pub writes: bool,
    /// Whether its templates can be run; an imported one may be broken.
    pub runnable: bool,
}

/// What is typed in the editor of an action.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ActionDraft {
    /// The id of its database.
    pub database_id: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub action_type: ActionTypeView,
    /// The text of the template: SQL, or an object as JSON text.
    pub template: String,
    /// The text of the filter; absent where there is none.
    #[serde(default)]
    #[ts(optional)]
    pub filter_template: Option<String>,
    /// Whether there may be more than one statement.
    #[serde(default)]
    pub script: bool,
    /// Sample inputs to hold against the templates, each as JSON text.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub samples: Vec<String>,
}

/// What the templates of an action say.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionCheck {
    /// What must be mended before it can be saved or run.
    pub faults: Vec<ActionFault>,
    /// The inputs of a run, in the order of their first use.
    pub inputs: Vec<ActionInput>,
    /// Where placeholders stand in the texts.
    pub placeholders: Vec<PlaceholderSpan>,
    /// Whether a run changes anything, or may.
    pub writes: bool,
    /// Whether an update or delete can reach every row.
    pub unfiltered: bool,
    /// Tables or collections that it names.
    pub tables: Vec<String>,
    /// What a person should know, in plain sentences.
    pub notes: Vec<String>,
    /// Of each sample, what does not fit the inputs; a sample that fits has none.
    pub samples: Vec<Vec<SampleFault>>,
}

/// Why a sample does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct SampleFault {
    /// The input's key.
    pub field: String,
    /// Code; stable.
    pub code: String,
    /// One plain sentence.
    pub message: String,
}

/// Which of the two templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum TemplateSide {
    /// `template`; its placeholders read `input.data`.
    Data,
    /// `filterTemplate`; its placeholders read `input.filter`, falling back to `data`.
    Filter,
}

/// A fault of a template.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionFault {
    /// Which template; absent for one of the whole action.
    pub side: Option<TemplateSide>,
    /// Code; stable.
    pub code: String,
    /// One plain sentence.
    pub message: String,
    /// Where it begins, in UTF-16 units of that template's text; absent where it has no place in the text.
    pub start: Option<u32>,
    /// Where it ends.
    pub end: Option<u32>,
    /// Where in a document: `updateOne.set.name`.
    pub path: Option<String>,
}

/// A placeholder in a text.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PlaceholderSpan {
    /// Which template.
    pub side: TemplateSide,
    /// The input's key.
    pub key: String,
    /// Where it begins, in UTF-16 units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// One input of an action.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionInput {
    /// Which of `data` and `filter` it is read from.
    pub side: TemplateSide,
    /// Its key.
    pub key: String,
    /// `STRING`, `INTEGER`, …, `IDENTIFIER`, `KEYWORD`.
    #[serde(rename = "type")]
    pub input_type: String,
    /// What is expected, in words: "A whole number of 1 to 3 digits".
    pub expected: String,
    /// The words that an `IDENTIFIER` or `KEYWORD` can be.
    pub choices: Vec<String>,
    /// Whether it may be left out, which binds NULL.
    pub optional: bool,
    /// Whether it must not be in the collection yet.
    pub unique: bool,
    /// Whether its name says that the value is a secret: never shown, never remembered.
    pub secret: bool,
}

/// The values of a run.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ActionInputs {
    /// `input` as JSON text: `{"data": {…}, "filter": {…}}`. A text, so that numbers keep every digit.
    pub json: String,
}

/// A run that is asked for.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ActionRunRequest {
    /// Chosen by the caller, for fetching more and cancelling.
    pub run_id: String,
    /// The action's id.
    pub action_id: String,
    /// The environment's slug.
    pub env: String,
    /// The values.
    pub input: ActionInputs,
    /// What was typed to confirm: the database's tag, which the window sends itself where one click is enough.
    #[serde(default)]
    #[ts(optional)]
    pub confirm: Option<String>,
    /// How often a safe failure is tried again.
    #[serde(default)]
    pub retries: u32,
    /// The most rows of the first page.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<u32>,
    /// A page of any size ends early once its rows take so many bytes, with `more`; where none is named, at what a window takes
    /// without a pause.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub bytes: Option<u64>,
}

/// What a guard asks before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum GuardView {
    /// Nothing.
    None,
    /// The plan was seen, and is confirmed by one click.
    Confirm,
    /// The database's tag is typed.
    Tag,
}

/// What a run would send, and where.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ActionPlan {
    /// The engine: "PostgreSQL".
    pub engine: String,
    /// Where it would run.
    pub target: PlanTarget,
    /// Whether it changes anything, or may.
    pub writes: bool,
    /// The SQL as it is sent, values left out. The statements of a script follow each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub statement: Option<String>,
    /// The command as extended JSON, on MongoDB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub command: Option<Value>,
    /// The parameters in order.
    pub parameters: Vec<PlanParameter>,
    /// Tables or collections that it names.
    pub tables: Vec<String>,
    /// Whether an update or delete can reach every row.
    pub unfiltered: bool,
    /// What a person should know, in plain sentences.
    pub notes: Vec<String>,
    /// What must be typed or clicked before it runs.
    pub guard: GuardView,
    /// Why it would be refused whatever is typed; absent where it can run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub refused: Option<String>,
}

/// Where an action would run.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PlanTarget {
    /// `shop/orders@dev`.
    pub address: String,
    /// The slug.
    pub env: String,
    /// The environment's class.
    pub class: EnvironmentClassView,
    /// Its connection URL, secrets as `***`.
    pub url: String,
}

/// A parameter of a planned run.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct PlanParameter {
    /// The input's key.
    pub name: String,
    /// The type that the placeholder names; null where the server infers it.
    #[serde(rename = "type")]
    pub parameter_type: Option<String>,
    /// The value; `***` for a secret.
    #[ts(type = "unknown")]
    pub value: Value,
}

/// A form in which an action is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ActionCodeFormat {
    /// The Ductape SDK's `databases.action.create`.
    Sdk,
    /// The SQL or the command as it is sent.
    Statement,
    /// The command line that runs it.
    Cli,
}
