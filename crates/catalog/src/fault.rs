//! What is wrong with an input: every fault at once, each with the field that it belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of fault it is; faces match on this, never on the text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultCode {
    /// A field that must be there is absent, null or blank.
    Required,
    /// A field that this record does not have.
    UnknownField,
    /// A value of another JSON type than the field has.
    WrongType,
    /// A tag that does not follow the pattern of tags.
    InvalidTag,
    /// A slug that does not follow the pattern of slugs.
    InvalidSlug,
    /// A key of a named secret that does not follow its pattern.
    InvalidKey,
    /// A tag or slug that is already used, or that stands twice in one input.
    Duplicate,
    /// A slug that names no environment of the product.
    UnknownEnvironment,
    /// A connection URL that can't be read, or that belongs to another database type.
    InvalidUrl,
    /// A connection URL that reached the catalog with a secret still in it.
    LiteralSecret,
    /// A text over its limit.
    TooLong,
    /// A value outside a closed list.
    UnknownValue,
    /// A field that can't change after creation.
    Immutable,
    /// The removal of the last environment config of a database.
    LastEnvironment,
    /// Something named for removal that is not there.
    NotThere,
    /// A document that is not one, or of a version that this program does not know.
    UnknownFormat,
}

impl FaultCode {
    /// The code as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown_field",
            Self::WrongType => "wrong_type",
            Self::InvalidTag => "invalid_tag",
            Self::InvalidSlug => "invalid_slug",
            Self::InvalidKey => "invalid_key",
            Self::Duplicate => "duplicate",
            Self::UnknownEnvironment => "unknown_environment",
            Self::InvalidUrl => "invalid_url",
            Self::LiteralSecret => "literal_secret",
            Self::TooLong => "too_long",
            Self::UnknownValue => "unknown_value",
            Self::Immutable => "immutable",
            Self::LastEnvironment => "last_environment",
            Self::NotThere => "not_there",
            Self::UnknownFormat => "unknown_format",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One thing that is wrong with an input.
///
/// The message never repeats a connection URL or any other value that could hold a secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The path of the field, such as `envs[1].slug`; empty for the input as a whole.
    pub field: String,
    /// What kind of fault it is.
    pub code: FaultCode,
    /// A plain sentence that says what to do.
    pub message: String,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.field, self.message)
        }
    }
}

/// Advice that refuses nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hint {
    /// The path of the field.
    pub field: String,
    /// What the advice is about.
    pub code: String,
    /// A plain sentence.
    pub message: String,
}
