//! A compiled template with the values of a run: the text of the statement, and its parameters.
//!
//! The text depends on the template, on the words chosen from its own lists, and on how many items a list has; on nothing else.

use std::fmt;

use super::Dialect;
use super::template::{Part, Place, Slot, SqlTemplate};
use crate::{BoundValue, PlaceholderType, Values, looks_secret};

/// The most samples of one statement: a template with more words in its lists is read again at each run anyway.
const MOST_SAMPLES: usize = 64;

/// A parameter of a statement. Its `Debug` shows no value whose name says that it is a secret.
#[derive(Clone, PartialEq)]
pub struct Parameter {
    /// The input's key.
    pub name: String,
    /// The type that the placeholder names; `None` where it names none, and the server's inference alone decides.
    pub kind: Option<PlaceholderType>,
    /// The place where it stands.
    pub place: Place,
    /// The value.
    pub value: BoundValue,
}

impl fmt::Debug for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Parameter");
        shown.field("name", &self.name);
        shown.field("kind", &self.kind);
        shown.field("place", &self.place);
        if looks_secret(&self.name) {
            shown.field("value", &"***");
        } else {
            shown.field("value", &self.value);
        }
        shown.finish()
    }
}

/// A statement as it is sent: parameters are `$1`, `$2`, … on PostgreSQL, `?` on MySQL and `?1`, `?2`, … on SQLite, in order.
#[derive(Clone, PartialEq, Debug)]
pub struct SqlStatement {
    /// The text.
    pub text: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
}

impl SqlTemplate {
    /// Puts checked values in their places.
    pub fn bind(&self, values: &Values) -> SqlStatement {
        self.fill(|slot| values.get(slot.source, &slot.placeholder.key).clone())
    }

    /// The statement with a value that stands for any other in each place, for reading what the statement does before there are
    /// inputs: NULL, and the first word of a list.
    pub fn sample(&self) -> SqlStatement {
        self.sample_with(None)
    }

    /// As [`Self::sample`], and once more for each other word of each list: a word can make another statement of it.
    pub fn samples(&self) -> Vec<SqlStatement> {
        let others = self.slots.iter().enumerate().flat_map(|(slot, one)| {
            let words = one.placeholder.kind().words().unwrap_or_default();
            (1..words.len()).map(move |word| Some((slot, word)))
        });
        std::iter::once(None)
            .chain(others)
            .take(MOST_SAMPLES)
            .map(|other| self.sample_with(other))
            .collect()
    }

    fn sample_with(&self, other: Option<(usize, usize)>) -> SqlStatement {
        let mut index = 0;
        self.fill(|slot| {
            let word = match other {
                Some((at, word)) if at == index => word,
                _ => 0,
            };
            index += 1;
            let words = slot.placeholder.kind().words();
            let chosen = words.and_then(|words| words.get(word));
            chosen.map_or(BoundValue::Null, |word| BoundValue::Text(word.clone()))
        })
    }

    fn fill(&self, mut value: impl FnMut(&Slot) -> BoundValue) -> SqlStatement {
        let mut statement = SqlStatement {
            text: String::new(),
            parameters: Vec::new(),
        };
        for part in &self.parts {
            match part {
                Part::Sql(sql) => statement.text.push_str(sql),
                Part::Slot(index) => {
                    if let Some(slot) = self.slots.get(*index) {
                        self.place(&mut statement, slot, &value(slot));
                    }
                }
            }
        }
        statement
    }

    fn place(&self, statement: &mut SqlStatement, slot: &Slot, value: &BoundValue) {
        match slot.place {
            Place::Identifier | Place::QuotedIdentifier | Place::Keyword => {
                // `check` let nothing through but a word of the list; what is none is written as nothing.
                let allowed = slot
                    .placeholder
                    .kind()
                    .words()
                    .and_then(|words| {
                        words
                            .iter()
                            .find(|word| value.as_text() == Some(word.as_str()))
                    })
                    .map_or("", String::as_str);
                match slot.place {
                    Place::Identifier => self.identifier(&mut statement.text, allowed),
                    _ => statement.text.push_str(allowed),
                }
            }
            Place::List => {
                let one = std::slice::from_ref(value);
                let items = match value {
                    BoundValue::Array(items) => items.as_slice(),
                    _ => one,
                };
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        statement.text.push_str(", ");
                    }
                    self.parameter(statement, slot, item.clone());
                }
            }
            Place::Text => {
                let text = value
                    .as_text()
                    .map_or(BoundValue::Null, |text| BoundValue::Text(text.to_owned()));
                self.parameter(statement, slot, text);
            }
            Place::RowCount => {
                let rows = value.as_text().map_or(BoundValue::Null, |text| {
                    BoundValue::Integer(text.to_owned())
                });
                self.parameter(statement, slot, rows);
            }
            Place::Value => {
                let value = match value {
                    BoundValue::Object(_) => BoundValue::Json(value.to_json_text()),
                    // These have no arrays, and JSON functions that take one.
                    BoundValue::Array(_) if self.dialect != Dialect::Postgresql => {
                        BoundValue::Json(value.to_json_text())
                    }
                    other => other.clone(),
                };
                self.parameter(statement, slot, value);
            }
        }
    }

    fn parameter(&self, statement: &mut SqlStatement, slot: &Slot, value: BoundValue) {
        statement.parameters.push(Parameter {
            name: slot.placeholder.key.clone(),
            kind: slot.placeholder.kind.clone(),
            place: slot.place,
            value,
        });
        match self.dialect {
            Dialect::Postgresql => {
                let marker = format!("${}", statement.parameters.len());
                statement.text.push_str(&marker);
            }
            Dialect::Mysql => statement.text.push('?'),
            Dialect::Sqlite => {
                let marker = format!("?{}", statement.parameters.len());
                statement.text.push_str(&marker);
            }
        }
    }

    /// A name in quotes, each part in its own. The list's names have no quotes of any kind.
    fn identifier(&self, text: &mut String, name: &str) {
        let quote = match self.dialect {
            Dialect::Postgresql | Dialect::Sqlite => '"',
            Dialect::Mysql => '`',
        };
        for (index, part) in name.split('.').enumerate() {
            if index > 0 {
                text.push('.');
            }
            text.push(quote);
            text.push_str(part);
            text.push(quote);
        }
    }
}
