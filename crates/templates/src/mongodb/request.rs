//! What is sent to MongoDB.

use bson::{Bson, Document, doc};

/// An operation with its values.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// What is asked.
    pub kind: RequestKind,
    /// Values that must not be in the collection yet. A server that has transactions checks them in the one that writes; elsewhere
    /// the check is best effort: another client may write in between.
    pub unique: Vec<UniqueCheck>,
    /// Whether it changes anything.
    pub writes: bool,
    /// Whether an update or a delete can reach every document.
    pub unfiltered: bool,
    /// What a person should know, in plain sentences.
    pub notes: Vec<String>,
}

/// A value that must not be in a field of the collection yet.
#[derive(Clone, PartialEq, Debug)]
pub struct UniqueCheck {
    /// The input's key.
    pub input: String,
    /// The field, with dots between its parts.
    pub field: String,
    /// The value.
    pub value: Bson,
}

/// What is asked of a collection.
#[derive(Clone, PartialEq, Debug)]
pub enum RequestKind {
    /// Documents that a filter chooses.
    Find(Find),
    /// How many a filter chooses.
    Count {
        /// Which.
        filter: Document,
        /// Count no further than this.
        limit: Option<i64>,
        /// Leave these out.
        skip: Option<i64>,
    },
    /// How many there are, from the collection's metadata.
    EstimatedCount,
    /// New documents.
    Insert {
        /// The documents.
        documents: Vec<Document>,
        /// Whether the template says `insertMany`.
        many: bool,
    },
    /// Changed documents.
    Update {
        /// Which.
        filter: Document,
        /// How.
        change: Change,
        /// All that the filter chooses, or the first.
        many: bool,
        /// Whether one is made where there is none.
        upsert: bool,
    },
    /// Removed documents.
    Delete {
        /// Which.
        filter: Document,
        /// All that the filter chooses, or the first.
        many: bool,
    },
    /// What a pipeline makes.
    Aggregate {
        /// The stages.
        pipeline: Vec<Document>,
    },
}

/// A query.
#[derive(Clone, PartialEq, Debug)]
pub struct Find {
    /// Which documents.
    pub filter: Document,
    /// Which of their fields; all of them where there is none.
    pub projection: Option<Document>,
    /// In which order.
    pub sort: Option<Document>,
    /// How many at most; 1 for `findOne`.
    pub limit: Option<i64>,
    /// How many are left out at the start.
    pub skip: Option<i64>,
}

/// How documents are changed.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// By operators: `{$set: {…}}`.
    Operators(Document),
    /// By a pipeline.
    Pipeline(Vec<Document>),
}

impl Request {
    /// The database command that asks for this, as the drivers send it. Counting is an aggregation, as the drivers' own
    /// `countDocuments` is.
    pub fn command(&self, collection: &str) -> Document {
        let mut command = Document::new();
        let some = |command: &mut Document, key: &str, value: Option<Bson>| {
            if let Some(value) = value {
                command.insert(key, value);
            }
        };
        match &self.kind {
            RequestKind::Find(find) => {
                command.insert("find", collection);
                command.insert("filter", find.filter.clone());
                some(
                    &mut command,
                    "projection",
                    find.projection.clone().map(Bson::Document),
                );
                some(&mut command, "sort", find.sort.clone().map(Bson::Document));
                some(&mut command, "skip", find.skip.map(Bson::Int64));
                some(&mut command, "limit", find.limit.map(Bson::Int64));
            }
            RequestKind::Count {
                filter,
                limit,
                skip,
            } => {
                let mut stages = vec![doc! {"$match": filter.clone()}];
                stages.extend(skip.map(|skip| doc! {"$skip": skip}));
                stages.extend(limit.map(|limit| doc! {"$limit": limit}));
                stages.push(doc! {"$group": {"_id": 1, "n": {"$sum": 1}}});
                aggregate(&mut command, collection, stages);
            }
            RequestKind::EstimatedCount => {
                command.insert("count", collection);
            }
            RequestKind::Insert { documents, .. } => {
                command.insert("insert", collection);
                command.insert("documents", documents.clone());
            }
            RequestKind::Update {
                filter,
                change,
                many,
                upsert,
            } => {
                let change = match change {
                    Change::Operators(operators) => Bson::Document(operators.clone()),
                    Change::Pipeline(stages) => Bson::from(stages.clone()),
                };
                command.insert("update", collection);
                command.insert(
                    "updates",
                    vec![
                        doc! {"q": filter.clone(), "u": change, "multi": *many, "upsert": *upsert},
                    ],
                );
            }
            RequestKind::Delete { filter, many } => {
                command.insert("delete", collection);
                command.insert(
                    "deletes",
                    vec![doc! {"q": filter.clone(), "limit": i32::from(!many)}],
                );
            }
            RequestKind::Aggregate { pipeline } => {
                aggregate(&mut command, collection, pipeline.clone());
            }
        }
        command
    }
}

fn aggregate(command: &mut Document, collection: &str, pipeline: Vec<Document>) {
    command.insert("aggregate", collection);
    command.insert("pipeline", pipeline);
    command.insert("cursor", Document::new());
}

/// Whether every document passes a filter, as far as its form tells.
pub(super) fn reaches_all(filter: &Document) -> bool {
    let all = |filters: &Bson, any: bool| match filters {
        Bson::Array(filters) => {
            let mut passing = filters.iter().map(|filter| match filter {
                Bson::Document(filter) => reaches_all(filter),
                _ => false,
            });
            if any {
                passing.any(|all| all)
            } else {
                passing.all(|all| all)
            }
        }
        _ => false,
    };
    filter.iter().all(|(key, value)| match key.as_str() {
        "$comment" | "$alwaysTrue" => true,
        "$and" => all(value, false),
        "$or" => all(value, true),
        "$expr" => constant_truth(value),
        "$jsonSchema" => matches!(value, Bson::Document(schema) if schema.is_empty()),
        // Code that does not look at the document says the same of each.
        "$where" => matches!(value, Bson::String(code) | Bson::JavaScriptCode(code)
            if !code.contains("this") && !code.contains("obj")),
        "_id" => match value {
            Bson::Document(operand) => {
                operand
                    .iter()
                    .all(|(operator, value)| match (operator.as_str(), value) {
                        ("$exists", value) => constant_truth(value),
                        ("$ne", Bson::Null) => true,
                        ("$nin", Bson::Array(values)) => values.is_empty(),
                        ("$gt" | "$gte", Bson::MinKey) | ("$lt" | "$lte", Bson::MaxKey) => true,
                        _ => false,
                    })
                    && !operand.is_empty()
            }
            _ => false,
        },
        _ => match value {
            Bson::Document(operand) => match operand.iter().next() {
                Some((operator, Bson::Array(values))) if operand.len() == 1 => {
                    operator == "$nin" && values.is_empty()
                }
                _ => false,
            },
            _ => false,
        },
    })
}

/// Whether an expression is true without looking at a document.
fn constant_truth(expression: &Bson) -> bool {
    match expression {
        Bson::Boolean(value) => *value,
        Bson::Int32(number) => *number != 0,
        Bson::Int64(number) => *number != 0,
        Bson::Double(number) => *number != 0.0,
        Bson::Document(inside) => inside
            .get("$literal")
            .is_some_and(|value| !matches!(value, Bson::Null | Bson::Boolean(false))),
        _ => false,
    }
}
