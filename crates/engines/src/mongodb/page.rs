//! The documents of one reply, as they came, given out one after the other.

use std::ops::Range;

use bson::raw::{CStr, RawArray, RawBsonRef, RawDocument, RawDocumentBuf};

use super::json::Unreadable;

/// Documents that were read and not yet given out.
#[derive(Default)]
pub(crate) struct Page {
    bytes: Vec<u8>,
    documents: Vec<Range<usize>>,
    next: usize,
}

impl Page {
    /// The documents of a batch of a cursor: of the array `field` in the reply's `cursor`.
    pub(crate) fn of_batch(reply: RawDocumentBuf, field: &str) -> Result<Self, Unreadable> {
        let start = reply.as_bytes().as_ptr().addr();
        let array = reply
            .get_document("cursor")
            .and_then(|cursor| cursor.get_array(field))
            .map_err(|_| Unreadable)?;
        let mut documents = Vec::new();
        for value in array {
            let Ok(RawBsonRef::Document(document)) = value else {
                return Err(Unreadable);
            };
            let bytes = document.as_bytes();
            let at = bytes.as_ptr().addr().wrapping_sub(start);
            documents.push(at..at + bytes.len());
        }
        Ok(Self {
            bytes: reply.into_bytes(),
            documents,
            next: 0,
        })
    }

    /// One document.
    pub(crate) fn of_document(document: RawDocumentBuf) -> Self {
        let bytes = document.into_bytes();
        Self {
            documents: std::iter::once(0..bytes.len()).collect(),
            bytes,
            next: 0,
        }
    }

    /// A document `{key: value}` for each value of an array.
    pub(crate) fn of_values(key: &str, values: &RawArray) -> Result<Self, Unreadable> {
        let mut page = Self::default();
        let key: &CStr = key.try_into().map_err(|_| Unreadable)?;
        for element in values.iter_elements() {
            let element = element.map_err(|_| Unreadable)?;
            let mut document = RawDocumentBuf::new();
            match element.value() {
                Ok(value) => document.append(key, value),
                // Servers do not check that texts are UTF-8.
                Err(_) => document.append(key, element.value_utf8_lossy().map_err(|_| Unreadable)?),
            }
            let start = page.bytes.len();
            page.bytes.extend_from_slice(document.as_bytes());
            page.documents.push(start..page.bytes.len());
        }
        Ok(page)
    }

    /// Whether everything was given out.
    pub(crate) fn is_spent(&self) -> bool {
        self.next >= self.documents.len()
    }

    /// The next document.
    pub(crate) fn take(&mut self) -> Result<Option<&RawDocument>, Unreadable> {
        let Some(range) = self.documents.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        self.read(range.clone()).map(Some)
    }

    /// Every document, whatever was given out.
    pub(crate) fn documents(&self) -> impl Iterator<Item = Result<&RawDocument, Unreadable>> {
        self.documents.iter().map(|range| self.read(range.clone()))
    }

    fn read(&self, range: Range<usize>) -> Result<&RawDocument, Unreadable> {
        let bytes = self.bytes.get(range).ok_or(Unreadable)?;
        RawDocument::from_bytes(bytes).map_err(|_| Unreadable)
    }
}
