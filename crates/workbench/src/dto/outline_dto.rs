//! The tables of a connected database as a face sees them.

use serde::Serialize;
use ts_rs::TS;

/// The tables or collections of a database, for completion.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SchemaOutline {
    /// By name; those of other schemas with the schema before them.
    pub tables: Vec<OutlineTable>,
    /// Whether there are more than were read.
    pub truncated: bool,
}

/// A table or collection.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct OutlineTable {
    /// Its name.
    pub name: String,
    /// Its columns in their order; none where the engine does not know them.
    pub columns: Vec<OutlineColumn>,
}

/// A column.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct OutlineColumn {
    /// Its name.
    pub name: String,
    /// Its type in the server's words.
    #[serde(rename = "type")]
    pub column_type: String,
}
