//! Documents as rows. Documents have no columns; a window and a command line want some.
//!
//! The columns are the keys of the first batch, in the order of their first appearance. What later documents have beside
//! them goes into a last column, which is there whenever there are later documents: nothing is left out.

use std::collections::HashMap;

use bson::raw::{RawDocument, RawElement};

use super::json::{self, Unreadable};
use super::page::Page;
use crate::session::{Batch, Column};

/// The name of the last column.
const MORE: &str = "(more)";

/// Documents whose keys are data would make a column of each; what is beyond goes into the last column.
const MOST: usize = 1_000;

/// The columns of a result.
#[derive(Default)]
pub(crate) struct Table {
    names: Vec<String>,
    places: HashMap<String, usize>,
    more: bool,
    scratch: Vec<u8>,
}

impl Table {
    /// The table for a first batch; `open` says whether more will follow it.
    pub(crate) fn of(page: &Page, open: bool) -> Result<Self, Unreadable> {
        let mut table = Self {
            more: open,
            ..Self::default()
        };
        // The document, counted from 1, in which a column was last seen: a key may stand in one twice.
        let mut seen: Vec<usize> = Vec::new();
        for (number, document) in page.documents().enumerate() {
            for element in document?.iter_elements() {
                let element = element.map_err(|_| Unreadable)?;
                table.note(&element, number + 1, &mut seen);
            }
        }
        Ok(table)
    }

    fn note(&mut self, element: &RawElement<'_>, number: usize, seen: &mut Vec<usize>) {
        let name = element.key().as_str();
        let Some(&place) = self.places.get(name) else {
            if self.names.len() == MOST {
                self.more = true;
                return;
            }
            self.places.insert(name.to_owned(), self.names.len());
            self.names.push(name.to_owned());
            seen.push(number);
            return;
        };
        if let Some(last) = seen.get_mut(place) {
            self.more |= *last == number;
            *last = number;
        }
    }

    /// The columns, for the port. They have no types: each value has its own.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let more = self.more.then_some(MORE);
        let names = self.names.iter().map(String::as_str).chain(more);
        let column = |name: &str| Column {
            name: name.to_owned(),
            type_name: String::new(),
        };
        names.map(column).collect()
    }

    /// Adds up to `rows` documents of the page to the batch; gives back how many.
    pub(crate) fn fill(
        &mut self,
        page: &mut Page,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<usize, Unreadable> {
        let mut added = 0;
        while added < rows && !batch.is_full() {
            let Some(document) = page.take()? else {
                break;
            };
            self.row(document, batch)?;
            added += 1;
        }
        Ok(added)
    }

    fn row(&mut self, document: &RawDocument, batch: &mut Batch) -> Result<(), Unreadable> {
        let mut cells: Vec<Option<RawElement<'_>>> = vec![None; self.names.len()];
        let mut rest = Vec::new();
        // Documents of a collection mostly have the same keys in the same order.
        let mut expected = 0;
        for element in document.iter_elements() {
            let element = element.map_err(|_| Unreadable)?;
            let name = element.key().as_str();
            let place = match self.names.get(expected) {
                Some(known) if known == name => Some(expected),
                _ => self.places.get(name).copied(),
            };
            match place.and_then(|place| cells.get_mut(place).map(|cell| (place, cell))) {
                Some((place, cell @ None)) => {
                    *cell = Some(element);
                    expected = place + 1;
                }
                _ => rest.push(element),
            }
        }
        batch.begin_row();
        for cell in &cells {
            match cell {
                Some(element) => json::cell(element, batch, &mut self.scratch)?,
                None => batch.null(),
            }
        }
        if self.more {
            json::object(&rest, batch, &mut self.scratch)?;
        }
        batch.end_row();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bson::raw::RawDocumentBuf;
    use bson::{Document, doc};

    use super::*;

    fn page(documents: &[Document], field: &str) -> Page {
        let reply = doc! { "cursor": { field: documents.to_vec() } };
        Page::of_batch(RawDocumentBuf::try_from(&reply).unwrap(), field).unwrap()
    }

    fn rows(table: &mut Table, mut page: Page) -> String {
        let mut batch = Batch::default();
        table.fill(&mut page, 100, &mut batch).unwrap();
        assert!(page.is_spent());
        batch.json().to_owned()
    }

    fn columns(table: &Table) -> Vec<String> {
        let columns = table.columns().into_iter();
        columns.map(|column| column.name).collect()
    }

    #[test]
    fn columns_are_the_keys_of_the_first_batch() {
        let first = [
            doc! { "_id": 1, "a": null, "b": "x" },
            doc! { "_id": 2, "c": true, "a": 1.5 },
            doc! { "b": 2, "_id": 3_i64 },
        ];
        let first = page(&first, "firstBatch");
        let mut table = Table::of(&first, false).unwrap();
        assert_eq!(columns(&table), ["_id", "a", "b", "c"]);
        assert_eq!(
            rows(&mut table, first),
            r#"[1,null,"x",null],[2,1.5,null,true],[3,null,2,null]"#
        );
    }

    #[test]
    fn later_keys_go_into_the_last_column() {
        let first = page(&[doc! { "_id": 1 }], "firstBatch");
        let mut table = Table::of(&first, true).unwrap();
        assert_eq!(columns(&table), ["_id", "(more)"]);
        assert_eq!(rows(&mut table, first), "[1,null]");
        let next = page(&[doc! { "x": 1, "_id": 2, "y\"": [2] }], "nextBatch");
        assert_eq!(rows(&mut table, next), r#"[2,{"x":1,"y\"":[2]}]"#);
    }

    #[test]
    fn a_key_that_stands_twice_and_keys_without_end() {
        let mut twice = doc! { "a": 1, "b": 2 }.to_vec().unwrap();
        let at = twice.iter().position(|byte| *byte == b'b').unwrap();
        twice[at] = b'a';
        let twice = Page::of_document(RawDocumentBuf::from_bytes(twice).unwrap());
        let mut table = Table::of(&twice, false).unwrap();
        assert_eq!(rows(&mut table, twice), r#"[1,{"a":2}]"#);

        let many: Document = (0..2_000)
            .map(|number| (format!("k{number}"), bson::Bson::from(number)))
            .collect();
        let many = page(&[many], "firstBatch");
        let mut table = Table::of(&many, false).unwrap();
        assert_eq!(table.columns().len(), MOST + 1);
        assert!(rows(&mut table, many).ends_with(r#""k1999":1999}]"#));
    }
}
