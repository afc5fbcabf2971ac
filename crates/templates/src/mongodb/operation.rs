//! The operations that a template holds, and the shapes that each may have.

use crate::InputValue;

/// An operation on a collection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operation {
    /// Reads documents.
    Find,
    /// Reads one.
    FindOne,
    /// Counts those that a filter chooses.
    CountDocuments,
    /// Counts all, from the collection's metadata.
    EstimatedDocumentCount,
    /// Adds one.
    InsertOne,
    /// Adds several.
    InsertMany,
    /// Changes the first that a filter chooses.
    UpdateOne,
    /// Changes all that it chooses.
    UpdateMany,
    /// Removes the first.
    DeleteOne,
    /// Removes all.
    DeleteMany,
    /// Runs a pipeline.
    Aggregate,
}

impl Operation {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Find,
        Self::FindOne,
        Self::CountDocuments,
        Self::EstimatedDocumentCount,
        Self::InsertOne,
        Self::InsertMany,
        Self::UpdateOne,
        Self::UpdateMany,
        Self::DeleteOne,
        Self::DeleteMany,
        Self::Aggregate,
    ];

    /// The name in a template.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::FindOne => "findOne",
            Self::CountDocuments => "countDocuments",
            Self::EstimatedDocumentCount => "estimatedDocumentCount",
            Self::InsertOne => "insertOne",
            Self::InsertMany => "insertMany",
            Self::UpdateOne => "updateOne",
            Self::UpdateMany => "updateMany",
            Self::DeleteOne => "deleteOne",
            Self::DeleteMany => "deleteMany",
            Self::Aggregate => "aggregate",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.as_str() == name)
    }

    /// What stands beside the filter in the long form.
    pub(super) const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Find => &["projection", "sort", "limit", "skip"],
            Self::FindOne => &["projection", "sort", "skip"],
            Self::CountDocuments => &["limit", "skip"],
            Self::UpdateOne | Self::UpdateMany => &["upsert", "update"],
            _ => &[],
        }
    }
}

/// The operators of an update, as they are written without the dollar.
pub(super) const UPDATE_OPERATORS: [&str; 15] = [
    "set",
    "unset",
    "inc",
    "mul",
    "rename",
    "min",
    "max",
    "currentDate",
    "setOnInsert",
    "push",
    "pull",
    "pullAll",
    "pop",
    "addToSet",
    "bit",
];

/// The filter that an object holds, and what stands beside it.
pub(super) struct Shape<'a> {
    /// The filter with the key that it stands under; `None` where there is none.
    pub filter: Option<(&'static str, &'a InputValue)>,
    /// The other entries.
    pub rest: Vec<(&'a str, &'a InputValue)>,
}

/// Takes `filter` (or `where`) and the options apart. An object with neither is the filter itself.
///
/// # Errors
/// With the key that stands beside `filter` and means nothing there, or that stands for the filter a second time.
pub(super) fn shape<'a>(
    value: &'a InputValue,
    options: &[&str],
    alone: bool,
) -> Result<Shape<'a>, &'a str> {
    let InputValue::Object(entries) = value else {
        return Ok(Shape {
            filter: Some(("", value)),
            rest: Vec::new(),
        });
    };
    let named = |key: &str| match key {
        "filter" => Some("filter"),
        "where" => Some("where"),
        _ => None,
    };
    let long = entries.iter().any(|(key, _)| named(key).is_some())
        || (!entries.is_empty()
            && entries
                .iter()
                .all(|(key, _)| options.contains(&key.as_str())));
    if !long && alone {
        return Ok(Shape {
            filter: Some(("", value)),
            rest: Vec::new(),
        });
    }
    let mut filter = None;
    let mut rest = Vec::new();
    for (key, value) in entries {
        match named(key) {
            Some(name) if filter.is_none() => filter = Some((name, value)),
            Some(_) => return Err(key),
            None if alone && !options.contains(&key.as_str()) => return Err(key),
            None => rest.push((key.as_str(), value)),
        }
    }
    Ok(Shape { filter, rest })
}
