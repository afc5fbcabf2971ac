//! Connection URLs as an editor sees them. Offsets here are UTF-16 code units, what a web view counts in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{UrlRepair, UrlToken};

/// A URL taken apart, secrets left out.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlInspection {
    /// Whether it parses.
    pub valid: bool,
    /// Engine by its scheme, where that is known.
    #[serde(rename = "type")]
    pub database_type: Option<String>,
    /// Scheme as written, lowercased; null for keyword/value strings and references.
    pub scheme: Option<String>,
    /// Hosts.
    pub hosts: Vec<UrlHost>,
    /// User, decoded.
    pub user: Option<String>,
    /// State of the userinfo password.
    pub password: UrlSecretState,
    /// Database, decoded.
    pub database: Option<String>,
    /// Options, decoded; the values of secret ones are `***`.
    pub options: Vec<UrlOptionView>,
    /// Where secrets stand in the text, to be hidden.
    pub secret_spans: Vec<UrlSecretSpan>,
    /// Where it points, for a title.
    pub target: String,
    /// Why it does not parse.
    pub error: Option<UrlNote>,
    /// What the engine's specification warns of.
    pub warnings: Vec<UrlNote>,
    /// Our own advice.
    pub hints: Vec<UrlNote>,
    /// Keys of `$Secret{KEY}` in it.
    pub references: Vec<String>,
    /// What each piece is, in order, for colours; a reading as good as it gets where the text does not parse.
    pub tokens: Vec<UrlToken>,
}

/// A secret's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum UrlSecretState {
    /// There is none.
    Absent,
    /// Typed in the text.
    Typed,
    /// `***`: the stored one is kept.
    Kept,
    /// `$Secret{KEY}`.
    Reference,
    /// Present and empty.
    Empty,
}

/// A host: `socket` for a path, else `host`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UrlHost {
    /// Name or address; null for a socket.
    pub host: Option<String>,
    /// Port as text, null when absent.
    pub port: Option<String>,
    /// Path of a unix socket.
    pub socket: Option<String>,
}

/// One option.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlOptionView {
    /// Name as written.
    pub name: String,
    /// Value, or `***`.
    pub value: String,
    /// Whether the value is a secret.
    pub secret: bool,
    /// Whether it is one of the URL's parts (host, user, database…) written as an option: those have fields of their own.
    pub part: bool,
}

/// Where a secret stands.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlSecretSpan {
    /// Slot name: `password`, `option:sslpassword`.
    pub slot: String,
    /// From, UTF-16.
    pub start: u32,
    /// To, exclusive, UTF-16.
    pub end: u32,
    /// What stands there.
    pub state: UrlSecretState,
    /// The key, where it is one `$Secret{KEY}`.
    pub reference: Option<String>,
}

/// An error, warning or hint at its place.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlNote {
    /// Code.
    pub code: String,
    /// One plain sentence.
    pub message: String,
    /// From, UTF-16.
    pub start: u32,
    /// To, exclusive, UTF-16.
    pub end: u32,
    /// Form field it belongs to: `scheme`, `hosts`, `user`, `password`, `database`, `options`, `option:<name>`.
    pub field: Option<String>,
    /// How it can be mended.
    pub repair: Option<UrlRepair>,
}

/// An edit made in the form.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum UrlEdit {
    /// Set or remove the user.
    User {
        /// New value.
        value: Option<String>,
    },
    /// Put `***` in the password's place (the value travels apart), or remove it.
    PasswordMask {
        /// False removes it.
        present: bool,
    },
    /// Make the password a named secret.
    PasswordReference {
        /// Its key.
        key: String,
    },
    /// Replace the hosts.
    Hosts {
        /// New hosts.
        hosts: Vec<UrlHost>,
    },
    /// Set or remove the database.
    Database {
        /// New value.
        value: Option<String>,
    },
    /// Set or remove an option.
    Option {
        /// Its name.
        name: String,
        /// New value; null removes it.
        value: Option<String>,
    },
    /// Change the scheme.
    Scheme {
        /// `mongodb+srv`.
        value: String,
    },
}

/// A change of the text. Offsets are UTF-16 and refer to the text before any of the changes.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UrlTextChange {
    /// From.
    pub start: u32,
    /// To, exclusive.
    pub end: u32,
    /// What comes there.
    pub insert: String,
}

/// The one answer that holds secrets, given on a person's gesture for one cell.
#[derive(Clone, Serialize, TS)]
#[ts(export)]
pub struct RevealedUrl {
    /// The whole real URL.
    pub connection_url: String,
}
