//! An action with the values of a run in their places.

use bson::{Bson, Document, doc};

use super::action::{MongoAction, Parts};
use super::convert::bson_of;
use super::operation::Operation;
use super::request::{Change, Find, Request, RequestKind, UniqueCheck, reaches_all};
use super::tree::{Node, Piece, Slot, Wrap};
use crate::{BoundValue, Deed, InputFault, InputValue, Values};

impl MongoAction {
    /// The request with the values of a run in their places. `data` and `filter` are objects.
    ///
    /// # Errors
    /// With every fault of every input.
    pub fn bind(&self, data: &InputValue, filter: &InputValue) -> Result<Request, Vec<InputFault>> {
        let values = self.inputs.check(data, filter)?;
        let mut binder = Binder {
            values: &values,
            unique: Vec::new(),
        };
        let kind = self.request(&mut binder)?;
        let unique = binder.unique;
        let mut request = Request {
            kind,
            unique,
            writes: self.writes(),
            unfiltered: false,
            notes: self.notes(),
        };
        self.judge(&mut request, &values);
        Ok(request)
    }

    /// Whether a run changes anything.
    pub fn writes(&self) -> bool {
        self.deeds().iter().any(|deed| *deed != Deed::Reads)
    }

    /// What it does, as far as the type of an action is about it.
    pub fn deeds(&self) -> Vec<Deed> {
        match self.operation {
            Operation::Aggregate if self.stage_writes => vec![Deed::Writes],
            Operation::Find
            | Operation::FindOne
            | Operation::CountDocuments
            | Operation::EstimatedDocumentCount
            | Operation::Aggregate => vec![Deed::Reads],
            Operation::InsertOne | Operation::InsertMany => vec![Deed::Creates],
            Operation::UpdateOne | Operation::UpdateMany => vec![Deed::Updates],
            Operation::DeleteOne | Operation::DeleteMany => vec![Deed::Deletes],
        }
    }

    /// Whether an update or a delete can reach every document, whatever its inputs. What its inputs make of the filter, only
    /// [`Self::bind`] says.
    pub fn unfiltered(&self) -> bool {
        let changes = self
            .deeds()
            .iter()
            .any(|deed| matches!(deed, Deed::Updates | Deed::Deletes));
        let mut slots = Vec::new();
        if let Some(filter) = &self.parts.filter {
            super::action::collect(filter, &mut slots);
        }
        let mut binder = Binder {
            values: &Values::default(),
            unique: Vec::new(),
        };
        let filter = binder.document(self.parts.filter.as_ref());
        changes && slots.is_empty() && reaches_all(&filter.unwrap_or_default())
    }

    /// What a person should know before a run, in plain sentences.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.stage_writes {
            notes.push("A stage of the pipeline writes ($out or $merge).".to_owned());
        }
        if self.runs_code {
            notes.push(
                "The template has JavaScript that the server runs ($where, $function or $accumulator)."
                    .to_owned(),
            );
        }
        notes
    }

    fn request(&self, binder: &mut Binder<'_>) -> Result<RequestKind, Vec<InputFault>> {
        let Parts {
            body,
            projection,
            sort,
            limit,
            skip,
            upsert,
            filter,
        } = &self.parts;
        let filter = binder.document(filter.as_ref()).unwrap_or_default();
        let many = matches!(
            self.operation,
            Operation::InsertMany | Operation::UpdateMany | Operation::DeleteMany
        );
        Ok(match self.operation {
            Operation::Find | Operation::FindOne => RequestKind::Find(Find {
                filter,
                projection: binder.document(projection.as_ref()),
                sort: binder.document(sort.as_ref()),
                limit: if self.operation == Operation::FindOne {
                    Some(1)
                } else {
                    binder.rows(limit.as_ref())
                },
                skip: binder.rows(skip.as_ref()),
            }),
            Operation::CountDocuments => RequestKind::Count {
                filter,
                limit: binder.rows(limit.as_ref()),
                skip: binder.rows(skip.as_ref()),
            },
            Operation::EstimatedDocumentCount => RequestKind::EstimatedCount,
            Operation::InsertOne => RequestKind::Insert {
                documents: binder.document(body.as_ref()).into_iter().collect(),
                many,
            },
            Operation::InsertMany => RequestKind::Insert {
                documents: binder.documents(body.as_ref())?,
                many,
            },
            Operation::UpdateOne | Operation::UpdateMany => RequestKind::Update {
                filter,
                change: match body {
                    Some(stages @ Node::Array(_)) => {
                        Change::Pipeline(binder.documents(Some(stages))?)
                    }
                    other => Change::Operators(binder.document(other.as_ref()).unwrap_or_default()),
                },
                many,
                upsert: matches!(upsert, Some(Node::Value(Bson::Boolean(true)))),
            },
            Operation::DeleteOne | Operation::DeleteMany => RequestKind::Delete { filter, many },
            Operation::Aggregate => {
                let mut pipeline = binder.documents(body.as_ref())?;
                if !filter.is_empty() {
                    pipeline.insert(0, doc! {"$match": filter});
                }
                RequestKind::Aggregate { pipeline }
            }
        })
    }

    /// Says whether an update or a delete spares any document.
    fn judge(&self, request: &mut Request, values: &Values) {
        let (filter, word, many) = match &request.kind {
            RequestKind::Update { filter, many, .. } => (filter, "update", *many),
            RequestKind::Delete { filter, many } => (filter, "delete", *many),
            _ => return,
        };
        let missing = || {
            let mut slots = Vec::new();
            if let Some(node) = &self.parts.filter {
                super::action::collect(node, &mut slots);
            }
            !slots.is_empty()
                && slots
                    .iter()
                    .all(|slot| values.get(slot.source, &slot.placeholder.key) == &BoundValue::Null)
                && filter.values().all(holds_nothing)
        };
        let why = if filter.is_empty() {
            "has no filter"
        } else if reaches_all(filter) {
            "has a filter that every document passes"
        } else if missing() {
            "has a filter of missing inputs alone"
        } else {
            return;
        };
        let what = if many {
            "it can reach every document"
        } else {
            "it reaches any document"
        };
        request.unfiltered = true;
        request.notes.push(format!("The {word} {why}: {what}."));
    }
}

struct Binder<'a> {
    values: &'a Values,
    unique: Vec<UniqueCheck>,
}

impl Binder<'_> {
    fn document(&mut self, node: Option<&Node>) -> Option<Document> {
        match self.bson(node?) {
            Bson::Document(document) => Some(document),
            _ => None,
        }
    }

    fn documents(&mut self, node: Option<&Node>) -> Result<Vec<Document>, Vec<InputFault>> {
        let Some(node) = node else {
            return Ok(Vec::new());
        };
        let items = match self.bson(node) {
            Bson::Array(items) => items,
            _ => Vec::new(),
        };
        let documents: Vec<Document> = items
            .iter()
            .filter_map(|item| item.as_document().cloned())
            .collect();
        match node {
            Node::Slot(slot) if documents.is_empty() || documents.len() < items.len() => {
                Err(vec![InputFault::new(
                    &slot.placeholder.key,
                    "wrong_type",
                    "A list of objects, one at least,",
                    "a list of something else, or an empty one",
                )])
            }
            _ => Ok(documents),
        }
    }

    fn rows(&mut self, node: Option<&Node>) -> Option<i64> {
        match self.bson(node?) {
            Bson::Int32(rows) => Some(i64::from(rows)),
            Bson::Int64(rows) => Some(rows),
            _ => None,
        }
    }

    fn bson(&mut self, node: &Node) -> Bson {
        match node {
            Node::Value(value) => value.clone(),
            Node::Document(entries) => Bson::Document(
                entries
                    .iter()
                    .map(|(key, node)| (key.clone(), self.bson(node)))
                    .collect(),
            ),
            Node::Array(items) => Bson::Array(items.iter().map(|node| self.bson(node)).collect()),
            Node::Slot(slot) => {
                let value = self.value(slot);
                if slot.placeholder.unique && value != Bson::Null {
                    self.unique.push(UniqueCheck {
                        input: slot.placeholder.key.clone(),
                        field: slot.path.clone(),
                        value: value.clone(),
                    });
                }
                wrapped(value, slot.wrap)
            }
            Node::Text(pieces, wrap) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Raw(raw) => text.push_str(raw),
                        Piece::Slot(slot) => {
                            let value = self.values.get(slot.source, &slot.placeholder.key);
                            let Some(value) = value.as_text() else {
                                // As a concatenation in SQL, a text with something missing is missing.
                                return Bson::Null;
                            };
                            text.push_str(value);
                        }
                    }
                }
                // A path that the template begins and its own list goes on with is an expression, and stays one.
                let path = matches!(pieces.first(), Some(Piece::Raw(raw)) if raw.starts_with('$'));
                if path {
                    return Bson::String(text);
                }
                wrapped(Bson::String(text), *wrap)
            }
        }
    }

    fn value(&self, slot: &Slot) -> Bson {
        let value = self.values.get(slot.source, &slot.placeholder.key);
        // `check` let nothing through that has no BSON.
        bson_of(value).unwrap_or(Bson::Null)
    }
}

fn wrapped(value: Bson, wrap: Wrap) -> Bson {
    match (wrap, value) {
        (Wrap::Items, Bson::Array(items)) => Bson::Array(
            items
                .into_iter()
                .map(|item| wrapped(item, Wrap::Expressions))
                .collect(),
        ),
        (Wrap::Always, value) => literal(value),
        (Wrap::Expressions | Wrap::Items, value) if is_expression(&value) => literal(value),
        (_, value) => value,
    }
}

fn literal(value: Bson) -> Bson {
    Bson::Document(doc! {"$literal": value})
}

/// Whether a server would read it as an expression.
fn is_expression(value: &Bson) -> bool {
    match value {
        Bson::String(text) => text.starts_with('$'),
        Bson::Document(_) | Bson::Array(_) => true,
        _ => false,
    }
}

/// Whether nothing but NULL is in it, at any depth.
fn holds_nothing(value: &Bson) -> bool {
    match value {
        Bson::Null => true,
        Bson::Document(document) => document.values().all(holds_nothing),
        Bson::Array(items) => items.iter().all(holds_nothing),
        _ => false,
    }
}
