//! Templates of MongoDB: one operation as a document, with placeholders where values stand.
//!
//! A placeholder that is a whole string becomes a value of its own type; inside of a longer string it becomes text of it. Keys are
//! never placeholders. A bound value is data: no key of it may begin with `$`, and where an aggregation would read a string or a
//! document as an expression, it is wrapped in `$literal`.

mod action;
mod bind;
mod convert;
mod operation;
mod request;
mod stages;
mod tree;

pub use action::MongoAction;
pub(crate) use convert::bson_of;
pub use operation::Operation;
pub use request::{Change, Find, Request, RequestKind, UniqueCheck};

use crate::Source;

/// What is wrong with a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentFault {
    /// Which of the two templates.
    pub source: Source,
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
    /// Where: keys and indexes with dots between them, `updateOne.set.name`.
    pub path: String,
}
