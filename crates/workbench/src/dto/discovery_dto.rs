//! Connections that were found in the files of other programs, and taking them over.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::ImportView;

/// What a search found, without any secret.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoveryView {
    /// The folder that was searched; absent for the known places of the home folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<String>,
    /// The tag that a new product could have.
    pub product: String,
    /// And its name.
    pub product_name: String,
    /// Grouped by database.
    pub connections: Vec<DiscoveredView>,
    /// Files that could not be read whole, and why.
    pub notes: Vec<DiscoveryNote>,
    /// How many files were read.
    pub files: u32,
}

/// A connection that was found.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoveredView {
    /// For choosing it. The same file gives the same id again.
    pub id: String,
    /// What the file calls it.
    pub name: String,
    /// The engine.
    #[serde(rename = "type")]
    #[ts(as = "String")]
    pub database_type: catalog::DatabaseType,
    /// With `***` in each secret's place.
    pub connection_url: String,
    /// What kind of file it is in: `env`, `pgpass`, `pg_service`, `my_cnf`, `mylogin`, `compose`, `records`, `dbeaver`, `compass`,
    /// `datagrip`.
    pub source: String,
    /// Its path.
    pub file: String,
    /// The line, from 1, where the file has lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub line: Option<u32>,
    /// The database that it would become a part of, as its tag and name.
    pub database: String,
    /// The name.
    pub database_name: String,
    /// The environment that it would be of; `prd` when nothing says one.
    pub environment: String,
    /// Whether nothing said the environment.
    pub environment_assumed: bool,
    /// What of it goes to the keyring, by slot.
    pub secrets: Vec<String>,
    /// What to know about it.
    pub warnings: Vec<DiscoveryWarning>,
    /// The id of a connection of this list that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub duplicate_of: Option<String>,
    /// The address that has the same URL here already, such as `shop/orders@dev`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub known_as: Option<String>,
}

/// What to know about a connection that was found.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoveryWarning {
    /// `password_elsewhere`, `mended`, `assumed`, `incomplete` or `unreachable`.
    pub code: String,
    /// A plain sentence.
    pub message: String,
}

/// What to know about a file.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoveryNote {
    /// Its path.
    pub file: String,
    /// A plain sentence.
    pub message: String,
}

/// A connection that a person chose of those that were found.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct DiscoveryPick {
    /// Its id.
    pub id: String,
    /// The tag of the database that it becomes a part of; the proposed one when absent.
    #[ts(optional)]
    pub database: Option<String>,
    /// The environment's slug; the proposed one when absent.
    #[ts(optional)]
    pub environment: Option<String>,
}

/// What to take over, and into which product.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct DiscoveryRequest {
    /// The product's tag; it is made where there is none.
    pub product: String,
    /// The name of a product that is made.
    #[ts(optional)]
    pub product_name: Option<String>,
    /// The chosen ones.
    pub picks: Vec<DiscoveryPick>,
}

/// A secret that goes to the keyring.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoverySecret {
    /// Whose it is, such as `shop/orders@dev`.
    pub address: String,
    /// Which one: `password`, `option:sslpassword`.
    pub slot: String,
}

/// What taking over would do or did.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DiscoveryPlanned {
    /// For `import_apply`; good for one use. Empty when it was done.
    pub token: String,
    /// The records, as with every import.
    pub view: ImportView,
    /// What goes to the keyring.
    pub keyring: Vec<DiscoverySecret>,
}
