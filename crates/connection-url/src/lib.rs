//! The lossless connection-URL model.
//!
//! The text is the model: [`ConnectionUrl::parse`] only records byte spans over what was written, so rendering is
//! the identity and an edit ([`ConnectionUrl::edit`]) is a list of text changes that leaves every other byte alone.
//!
//! Secrets never leave by accident: `Debug` and `Display` print `***` in each secret's place, no message of an
//! error, warning or hint quotes one, and [`redact`] works on text that does not parse at all.
//!
//! Where the rules come from:
//! - PostgreSQL: libpq 18, <https://www.postgresql.org/docs/18/libpq-connect.html> (`fe-connect.c` where the page is silent).
//! - MongoDB: the connection-string and URI-options specifications, <https://github.com/mongodb/specifications>.
//! - MySQL and MariaDB: MySQL Shell's URI-like strings,
//!   <https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html>.
//! - SQLite: its own `file:` URIs, <https://sqlite.org/uri.html>, and `sqlite:` in their place.

mod build;
mod compare;
mod complete;
mod connection_url;
mod database_type;
mod diagnostic;
mod document;
mod edit;
mod formats;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod keyword_value;
mod mongodb;
mod mongodb_auth;
mod mongodb_names;
mod mongodb_options;
mod mongodb_properties;
mod mysql;
mod mysql_options;
mod names;
mod options;
mod parsed;
mod percent;
mod postgres;
mod postgres_keywords;
mod redact;
mod redact_flags;
mod reference;
mod repair;
mod replace;
mod secret_slot;
mod sketch;
mod sqlite;
mod tokens;
mod uri;
mod url_option;

pub use build::{build, encode_secret};
pub use compare::{PartComparison, PartKind, PartState, compare};
pub use complete::{Completion, CompletionKind, Completions, complete};
pub use connection_url::ConnectionUrl;
pub use database_type::{DatabaseType, UnknownDatabaseType};
pub use diagnostic::{Diagnostic, Repair, Span, TextChange, UrlError};
pub use document::{Form, UrlDocument};
pub use edit::{Edit, PasswordEdit, apply_changes};
pub use formats::{Format, FormatContext, Formatted, format};
pub use host::{Host, Port};
pub use options::{
    AuthMechanism, Need, OptionGroup, OptionInfo, OptionKind, auth_mechanisms, auth_option,
    option_catalogue, option_info, spellings,
};
pub use redact::redact;
pub use reference::{Reference, is_reference_key};
pub use replace::{ReplacePart, replace, replaced_spans};
pub use secret_slot::{SecretSlot, SlotState};
pub use tokens::{Token, TokenKind, tokens};
pub use url_option::UrlOption;

/// What stands in a secret's place in everything shown, stored or exported.
pub const MASK: &str = "***";
