//! One option of a URL or one keyword of a keyword/value string.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroize;

use crate::{MASK, Span};

/// One option of a URL, or one keyword of a keyword/value string, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlOption {
    /// The name, decoded, its letter case kept.
    pub name: Cow<'static, str>,
    /// The value, decoded. May be a secret: see `secret`.
    pub value: String,
    /// Whether the value, or a piece of it, is a secret.
    pub secret: bool,
    /// Whether the option is one of the URL's parts (`host`, `user`, `password`, `dbname`, `socket`…) written as an
    /// option: it is answered by [`hosts`](crate::ConnectionUrl::hosts) and the like, and left out of the document's options.
    pub folded: bool,
    /// The name as written.
    pub name_span: Span,
    /// The value as written.
    pub value_span: Span,
}

impl UrlOption {
    /// The value, unless it is a secret.
    pub fn shown_value(&self) -> &str {
        if self.secret { MASK } else { &self.value }
    }
}

/// Overwrites a text and what its buffer holds beyond it, as [`Zeroize`] of a `String` does, but not byte by byte: slices are
/// cleared in bulk.
pub(crate) fn wipe(text: &mut String) {
    let mut bytes = std::mem::take(text).into_bytes();
    // Not for lengths of zero: filling nothing where no memory is takes a processor longer than filling a page.
    if !bytes.is_empty() {
        bytes.as_mut_slice().zeroize();
    }
    if bytes.capacity() > bytes.len() {
        bytes.spare_capacity_mut().zeroize();
    }
}

impl fmt::Debug for UrlOption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UrlOption")
            .field("name", &self.name)
            .field("value", &self.shown_value())
            .field("secret", &self.secret)
            .field("folded", &self.folded)
            .field("name_span", &self.name_span)
            .field("value_span", &self.value_span)
            .finish()
    }
}

impl Drop for UrlOption {
    fn drop(&mut self) {
        wipe(&mut self.value);
    }
}
