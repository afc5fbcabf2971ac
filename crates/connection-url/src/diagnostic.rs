//! Spans, errors, warnings and repairs. No message ever quotes what was written in a secret's place.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A range of UTF-8 byte offsets of the text; serialises as `[start, end]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The empty span at `position`, where an insertion goes.
    pub const fn at(position: usize) -> Self {
        Self::new(position, position)
    }

    /// The number of bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// As a range, for slicing.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The text that the span covers; empty when the span does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// Whether `other` lies wholly inside this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.start, self.end].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <[usize; 2]>::deserialize(deserializer).map(|[start, end]| Self { start, end })
    }
}

/// One replacement in the text: the bytes of `span` give way to `insert`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TextChange {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What takes its place.
    pub insert: String,
}

impl TextChange {
    /// A change of `span` to `insert`.
    pub fn new(span: Span, insert: impl Into<String>) -> Self {
        Self {
            span,
            insert: insert.into(),
        }
    }
}

/// A repair that can be offered with a preview; it is never applied unasked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Repair {
    /// What the repair does, as the label of its button.
    pub label: String,
    /// The changes, in ascending order and without overlaps. They hold no secret: only spans move secrets.
    pub changes: Vec<TextChange>,
}

/// How many warnings, and how many hints, an option may still add to: nobody reads thousands, and making them takes time.
pub(crate) const MOST_DIAGNOSTICS: usize = 256;

/// A warning or a hint about a text that parses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// What a program matches.
    pub code: Cow<'static, str>,
    /// One plain sentence without a secret.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The part it belongs to: `scheme`, `user`, `password`, `hosts`, `database` or `option:<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// How it can be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Box<Repair>>,
}

impl Diagnostic {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code: Cow::Borrowed(code),
            message: message.into(),
            span,
            field: None,
            repair: None,
        }
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn repair(mut self, label: impl Into<String>, changes: Vec<TextChange>) -> Self {
        if !changes.is_empty() {
            self.repair = Some(Box::new(Repair {
                label: label.into(),
                changes,
            }));
        }
        self
    }
}

/// Why a text is no connection URL, or why an edit of one is refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct UrlError {
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence without a secret.
    pub message: String,
    /// Where; byte offsets of the text that was given.
    pub span: Span,
    /// The part it belongs to: `scheme`, `user`, `password`, `hosts`, `database` or `option:<name>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// How it can be mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Box<Repair>>,
}

impl UrlError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            field: None,
            repair: None,
        }
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn repair(mut self, label: impl Into<String>, changes: Vec<TextChange>) -> Self {
        if !changes.is_empty() {
            self.repair = Some(Box::new(Repair {
                label: label.into(),
                changes,
            }));
        }
        self
    }
}
