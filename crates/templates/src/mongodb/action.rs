//! A whole action on MongoDB: its operation, the filter in its place, and the inputs of both.

use bson::Bson;

use super::DocumentFault;
use super::operation::{Operation, Shape, UPDATE_OPERATORS, shape};
use super::stages::pipeline;
use super::tree::{Context, Node, Piece, Slot, Walker, whole};
use crate::inputs::Use;
use crate::{Engine, InputValue, Inputs, PlaceholderType, Source};

/// An action on MongoDB, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct MongoAction {
    /// What it does.
    pub operation: Operation,
    /// What a run is given.
    pub inputs: Inputs,
    /// Whether code of the template runs on the server: `$where`, `$function`, `$accumulator`.
    pub runs_code: bool,
    /// Collections beside the action's own that it reads or writes.
    pub collections: Vec<String>,
    pub(super) parts: Parts,
    /// Whether a stage writes: `$out` or `$merge`.
    pub(super) stage_writes: bool,
}

/// The documents of an operation.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Parts {
    pub filter: Option<Node>,
    /// The document, the documents, the update or the pipeline.
    pub body: Option<Node>,
    pub projection: Option<Node>,
    pub sort: Option<Node>,
    pub limit: Option<Node>,
    pub skip: Option<Node>,
    pub upsert: Option<Node>,
}

impl MongoAction {
    /// Takes an action apart.
    ///
    /// # Errors
    /// With every fault of both templates.
    pub fn compile(
        template: &InputValue,
        filter: Option<&InputValue>,
    ) -> Result<Self, Vec<DocumentFault>> {
        let mut walker = Walker::new(Source::Data);
        let (operation, mut parts) = match operation(&mut walker, template) {
            Some(found) => found,
            None => return Err(walker.faults),
        };
        if let Some(filter) = filter {
            walker.source = Source::Filter;
            if parts.filter.as_ref().is_some_and(|own| !is_empty(own)) {
                walker.fault(
                    "filter_twice",
                    "The template has a filter of its own. Leave it out, or the other.",
                );
            }
            match operation {
                Operation::InsertOne
                | Operation::InsertMany
                | Operation::EstimatedDocumentCount => walker.fault(
                    "filter_not_possible",
                    format!("{} has no filter.", operation.as_str()),
                ),
                _ => parts.filter = filter_template(&mut walker, filter),
            }
        }
        if !walker.faults.is_empty() {
            return Err(walker.faults);
        }
        let inputs = inputs(&parts)?;
        Ok(Self {
            operation,
            inputs,
            runs_code: walker.runs_code,
            collections: walker.collections,
            parts,
            stage_writes: walker.writes,
        })
    }
}

fn is_empty(node: &Node) -> bool {
    matches!(node, Node::Document(entries) if entries.is_empty())
}

fn operation(walker: &mut Walker, template: &InputValue) -> Option<(Operation, Parts)> {
    let entries = match template {
        InputValue::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    let [(name, body)] = entries else {
        walker.fault(
            "needs_operation",
            "A template is an object with one key, the operation.",
        );
        return None;
    };
    let Some(operation) = Operation::from_name(name) else {
        let names: Vec<&str> = Operation::ALL.map(Operation::as_str).to_vec();
        walker.fault(
            "unknown_operation",
            format!("An operation is one of {}.", names.join(", ")),
        );
        return None;
    };
    let parts = walker.within(name, |walker| parts(walker, operation, body));
    Some((operation, parts))
}

fn parts(walker: &mut Walker, operation: Operation, body: &InputValue) -> Parts {
    let mut parts = Parts::default();
    match operation {
        Operation::Find
        | Operation::FindOne
        | Operation::CountDocuments
        | Operation::DeleteOne
        | Operation::DeleteMany => {
            let shape = match shape(body, operation.options(), true) {
                Ok(shape) => shape,
                Err(key) => {
                    unknown_option(walker, operation, key);
                    return parts;
                }
            };
            take_filter(walker, &shape, &mut parts);
            for (key, value) in shape.rest {
                option(walker, &mut parts, key, value);
            }
        }
        Operation::EstimatedDocumentCount => {
            if !matches!(body, InputValue::Object(entries) if entries.is_empty()) {
                walker.fault(
                    "unknown_option",
                    "estimatedDocumentCount takes nothing: {}.",
                );
            }
        }
        Operation::InsertOne => parts.body = Some(stored(walker, body)),
        Operation::InsertMany => parts.body = Some(documents(walker, body)),
        Operation::UpdateOne | Operation::UpdateMany => {
            update(walker, operation, body, &mut parts);
        }
        Operation::Aggregate => {
            let stages = match body.get("pipeline") {
                Some(stages) => stages,
                None => body,
            };
            parts.body = Some(pipeline(walker, stages));
        }
    }
    parts
}

fn unknown_option(walker: &mut Walker, operation: Operation, key: &str) {
    let options = ["filter"]
        .iter()
        .chain(operation.options())
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    walker.within(key, |walker| {
        walker.fault(
            "unknown_option",
            format!("{} takes {options}.", operation.as_str()),
        );
    });
}

fn take_filter(walker: &mut Walker, shape: &Shape<'_>, parts: &mut Parts) {
    parts.filter = match shape.filter {
        Some(("", value)) => Some(filter_document(walker, value)),
        Some((key, value)) => Some(walker.within(key, |walker| filter_document(walker, value))),
        None => None,
    };
}

fn filter_template(walker: &mut Walker, filter: &InputValue) -> Option<Node> {
    match shape(filter, &[], true) {
        Ok(shape) => {
            let mut parts = Parts::default();
            take_filter(walker, &shape, &mut parts);
            parts.filter
        }
        Err(key) => {
            walker.within(key, |walker| {
                walker.fault("unknown_option", "A filter template is {where: {…}}.");
            });
            None
        }
    }
}

/// A document, or an input that is a whole one.
pub(super) fn document(
    walker: &mut Walker,
    value: &InputValue,
    context: Context,
    noun: &str,
) -> Node {
    let fits = match value {
        InputValue::Object(_) => true,
        InputValue::String(text) => {
            whole(text).is_some_and(|one| one.kind() == &PlaceholderType::Object)
        }
        _ => false,
    };
    if !fits {
        walker.fault(
            "needs_document",
            format!("{noun} is an object, or an input of one: {{{{name:OBJECT}}}}."),
        );
        return Node::Document(Vec::new());
    }
    match value {
        // What looks like extended JSON here is a document with a bad key, and not a value.
        InputValue::Object(entries) => walker.document(entries, context),
        other => walker.walk(other, context),
    }
}

fn filter_document(walker: &mut Walker, value: &InputValue) -> Node {
    document(walker, value, Context::Filter, "A filter")
}

fn stored(walker: &mut Walker, value: &InputValue) -> Node {
    walker.stored(|walker| document(walker, value, Context::Stored, "A document"))
}

fn documents(walker: &mut Walker, value: &InputValue) -> Node {
    match value {
        InputValue::Array(items) if !items.is_empty() => Node::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    walker.within(&index.to_string(), |walker| stored(walker, item))
                })
                .collect(),
        ),
        InputValue::String(text)
            if whole(text).is_some_and(|one| one.kind() == &PlaceholderType::Array) =>
        {
            walker.stored(|walker| walker.walk(value, Context::Stored))
        }
        _ => {
            walker.fault(
                "needs_documents",
                "insertMany takes a list of documents, or an input of one: {{documents:ARRAY}}.",
            );
            Node::Array(Vec::new())
        }
    }
}

fn option(walker: &mut Walker, parts: &mut Parts, key: &str, value: &InputValue) {
    let node = walker.within(key, |walker| match key {
        "projection" => match value {
            InputValue::Object(entries) => walker.document(entries, Context::Projection),
            _ => {
                walker.fault("needs_document", "A projection is an object.");
                Node::Document(Vec::new())
            }
        },
        "sort" => document(walker, value, Context::Data, "A sort"),
        "limit" => rows(walker, value, 1),
        "skip" => rows(walker, value, 0),
        _ => match value {
            InputValue::Bool(upsert) => Node::Value(Bson::Boolean(*upsert)),
            _ => {
                walker.fault("unknown_option", "upsert is true or false.");
                Node::Value(Bson::Boolean(false))
            }
        },
    });
    match key {
        "projection" => parts.projection = Some(node),
        "sort" => parts.sort = Some(node),
        "limit" => parts.limit = Some(node),
        "skip" => parts.skip = Some(node),
        _ => parts.upsert = Some(node),
    }
}

fn rows(walker: &mut Walker, value: &InputValue, least: u64) -> Node {
    let fits = match value {
        InputValue::Number(text) => text
            .parse::<u64>()
            .is_ok_and(|rows| rows >= least && i64::try_from(rows).is_ok()),
        InputValue::String(text) => whole(text).is_some(),
        _ => false,
    };
    if !fits {
        walker.fault(
            "needs_integer",
            format!("A number of documents is a whole number, {least} at least."),
        );
    }
    walker.walk(value, Context::Rows(least))
}

/// `{set: {…}}`, with the dollar or without, beside a filter and `upsert`; or all of that under `update`; or a pipeline.
fn update(walker: &mut Walker, operation: Operation, body: &InputValue, parts: &mut Parts) {
    let shape = match shape(body, operation.options(), false) {
        Ok(shape) => shape,
        Err(key) => {
            unknown_option(walker, operation, key);
            return;
        }
    };
    if matches!(body, InputValue::Object(_)) {
        take_filter(walker, &shape, parts);
    }
    let mut operators = Vec::new();
    for (key, value) in &shape.rest {
        match *key {
            "upsert" => option(walker, parts, key, value),
            "update" => {
                walker.within(key, |walker| match value {
                    InputValue::Object(entries) => {
                        for (key, value) in entries {
                            operators.extend(operator(walker, key, value));
                        }
                    }
                    InputValue::Array(_) => parts.body = Some(pipeline(walker, value)),
                    _ => needs_operator(walker),
                });
            }
            _ => operators.extend(operator(walker, key, value)),
        }
    }
    match (&parts.body, operators.is_empty()) {
        (None, false) => parts.body = Some(Node::Document(operators)),
        (Some(_), true) => {}
        _ => {
            if walker.faults.is_empty() {
                needs_operator(walker);
            }
        }
    }
}

fn needs_operator(walker: &mut Walker) {
    walker.fault(
        "needs_operator",
        "An update has operators, such as set: {name: \"{{name}}\"}.",
    );
}

fn operator(walker: &mut Walker, key: &str, value: &InputValue) -> Option<(String, Node)> {
    let bare = key.strip_prefix('$').unwrap_or(key);
    if !UPDATE_OPERATORS.contains(&bare) {
        walker.within(key, |walker| {
            walker.check_key(key);
            walker.fault(
                "unknown_operator",
                format!(
                    "An operator of an update is one of {}.",
                    UPDATE_OPERATORS.join(", ")
                ),
            );
        });
        return None;
    }
    let context = match bare {
        "set" | "setOnInsert" => Context::Stored,
        "pull" => Context::Filter,
        // Their values are names of fields.
        "rename" => Context::Name,
        _ => Context::Data,
    };
    let node = walker.within(key, |walker| {
        walker.stored(|walker| document(walker, value, context, "What an operator takes"))
    });
    Some((format!("${bare}"), node))
}

fn inputs(parts: &Parts) -> Result<Inputs, Vec<DocumentFault>> {
    let mut slots = Vec::new();
    for node in parts.nodes() {
        collect(node, &mut slots);
    }
    let uses = slots.iter().map(|slot| Use {
        source: slot.source,
        placeholder: &slot.placeholder,
        demands: slot.demands,
    });
    Inputs::collect(Engine::Mongodb, uses).map_err(|conflicts| {
        conflicts
            .into_iter()
            .filter_map(|conflict| {
                let slot = slots.get(conflict.index)?;
                Some(DocumentFault {
                    source: slot.source,
                    code: conflict.code,
                    message: conflict.message,
                    path: slot.path.clone(),
                })
            })
            .collect()
    })
}

impl Parts {
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        [
            &self.body,
            &self.filter,
            &self.projection,
            &self.sort,
            &self.limit,
            &self.skip,
        ]
        .into_iter()
        .flatten()
    }
}

/// The places of a document, in order.
pub(super) fn collect<'a>(node: &'a Node, slots: &mut Vec<&'a Slot>) {
    match node {
        Node::Value(_) => {}
        Node::Document(entries) => entries.iter().for_each(|(_, node)| collect(node, slots)),
        Node::Array(items) => items.iter().for_each(|node| collect(node, slots)),
        Node::Slot(slot) => slots.push(slot),
        Node::Text(pieces, _) => slots.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Raw(_) => None,
        })),
    }
}
