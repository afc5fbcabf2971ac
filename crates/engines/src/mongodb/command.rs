//! A person's command: read from extended JSON, checked, and made ready to be sent.

use bson::oid::ObjectId;
use bson::raw::{RawBson, RawBsonRef};
use bson::{Bson, Document};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::json;
use super::message::{self, Sequence};
use super::reading;
use super::selection::Facts;
use crate::error::code;
use crate::failure::{Attempt, Failure};

/// What a command may be longer than a document, for what stands around it.
const AROUND: usize = 16 << 10;

/// The lists that are sent beside their command.
const LISTS: [(&str, &str); 3] = [
    ("insert", "documents"),
    ("update", "updates"),
    ("delete", "deletes"),
];

/// Fields that belong to the session. One that a command brought along would reach another database, or another
/// transaction, than the plan says.
const OURS: [&str; 6] = [
    "$db",
    "lsid",
    "txnNumber",
    "autocommit",
    "startTransaction",
    "$clusterTime",
];

/// Objects that stand for a value, by their key.
const WRAPPERS: [&str; 16] = [
    "$binary",
    "$code",
    "$date",
    "$dbPointer",
    "$maxKey",
    "$minKey",
    "$numberDecimal",
    "$numberDouble",
    "$numberInt",
    "$numberLong",
    "$oid",
    "$regularExpression",
    "$symbol",
    "$timestamp",
    "$undefined",
    "$uuid",
];

/// A command that was read and not yet sent.
pub(crate) struct Command {
    /// Its first key.
    pub(crate) name: String,
    /// Whether it changes nothing.
    pub(crate) reads: bool,
    pub(crate) body: Document,
}

/// A command as it is sent.
pub(crate) struct Encoded {
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) sequence: Option<Sequence>,
}

/// A command that cannot be read, and where in its text, in characters from 1.
pub(crate) struct Unread {
    pub(crate) failure: Failure,
    pub(crate) position: Option<u32>,
}

impl Command {
    /// Reads extended JSON, relaxed or canonical.
    pub(crate) fn parse(text: &str) -> Result<Self, Unread> {
        let value: Value = serde_json::from_str(text).map_err(|error| Unread {
            failure: refused(format!("The command is no JSON: {error}."))
                .remedy("Correct the command."),
            position: position(text, error.line(), error.column()),
        })?;
        let read = || -> Attempt<Self> {
            let Value::Object(members) = value else {
                return Err(refused("A command is a JSON object.")
                    .remedy("Write {\"find\": \"collection\"}, for instance."));
            };
            let body = document(members, &mut Vec::new())?;
            let Some(name) = body.keys().next().cloned() else {
                return Err(
                    refused("The command is empty: its first key would be its name.")
                        .remedy("Write {\"find\": \"collection\"}, for instance."),
                );
            };
            if let Some(field) = OURS.into_iter().find(|field| body.contains_key(field)) {
                return Err(refused(format!(
                    "The command holds {field}, which the session sets by itself."
                ))
                .remedy(format!("Remove {field} from the command.")));
            }
            let reads = reading::is_reading(&name, &body);
            Ok(Self { name, reads, body })
        };
        read().map_err(|failure| Unread {
            failure,
            position: None,
        })
    }

    /// Gives each document of an `insert` an `_id`, as drivers do, so that it is known afterwards. Gives back the `_id`s,
    /// as JSON.
    pub(crate) fn identify(&mut self) -> Attempt<Vec<Value>> {
        if self.name != "insert" {
            return Ok(Vec::new());
        }
        let Ok(documents) = self.body.get_array_mut("documents") else {
            return Ok(Vec::new());
        };
        let mut ids = Vec::new();
        for document in documents {
            let Bson::Document(document) = document else {
                // The server says what it thinks of it.
                return Ok(Vec::new());
            };
            let id = match document.get("_id") {
                Some(id) => id.clone(),
                None => {
                    let id = Bson::ObjectId(ObjectId::new());
                    // First, where servers would move it.
                    let mut identified = Document::new();
                    identified.insert("_id", id.clone());
                    identified.extend(std::mem::take(document));
                    *document = identified;
                    id
                }
            };
            ids.push(json_of(id)?);
        }
        Ok(ids)
    }

    /// Encodes it, if the server can take it.
    pub(crate) fn encode(mut self, facts: &Facts) -> Attempt<Encoded> {
        let mut sequence = None;
        if let Some((_, field)) = LISTS.into_iter().find(|(name, _)| *name == self.name)
            && let Some(Bson::Array(items)) = self.body.get(field)
            && !items.is_empty()
            && items.iter().all(|item| matches!(item, Bson::Document(_)))
        {
            // The rest of what belongs to a statement is beside its document.
            let most = facts.longest_document + if field == "documents" { 0 } else { AROUND };
            let mut documents = Zeroizing::new(Vec::new());
            let items = match self.body.remove(field) {
                Some(Bson::Array(items)) => items,
                _ => Vec::new(),
            };
            for (index, item) in items.into_iter().enumerate() {
                let Bson::Document(item) = item else {
                    continue;
                };
                let bytes = Zeroizing::new(bytes(&item)?);
                if bytes.len() > most {
                    return Err(too_long(
                        &format!("{field}[{index}]"),
                        bytes.len(),
                        most,
                        "Split it, or keep large files outside, in GridFS for instance.",
                    ));
                }
                documents.extend_from_slice(&bytes);
            }
            sequence = Some(Sequence { field, documents });
        }
        let body = Zeroizing::new(bytes(&self.body)?);
        let most = facts.longest_document + AROUND;
        if body.len() > most {
            return Err(too_long(
                "The command",
                body.len(),
                most,
                "Make it shorter.",
            ));
        }
        let length = message::length(&body, sequence.as_ref());
        if length > facts.longest_message {
            return Err(too_long(
                "The message",
                length,
                facts.longest_message,
                "Send fewer documents at a time.",
            ));
        }
        Ok(Encoded { body, sequence })
    }
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(code::VALUE_REFUSED, message)
}

fn too_long(what: &str, length: usize, most: usize, remedy: &str) -> Failure {
    refused(format!(
        "{what} has {length} bytes, and the server takes {most} at most."
    ))
    .remedy(remedy)
}

fn bytes(document: &Document) -> Attempt<Vec<u8>> {
    document.to_vec().map_err(|_| {
        refused("A key or a regular expression of the command holds the character U+0000.")
            .remedy("Remove it: MongoDB takes it in texts only.")
    })
}

/// A value as relaxed extended JSON.
pub(crate) fn json_of(value: Bson) -> Attempt<Value> {
    let unreadable = || refused("An _id cannot be written as JSON.").remedy("Use a simpler _id.");
    let raw = RawBson::try_from(value).map_err(|_| unreadable())?;
    json_of_raw(raw.as_raw_bson_ref()).ok_or_else(unreadable)
}

/// A value of a reply as relaxed extended JSON.
pub(crate) fn json_of_raw(value: RawBsonRef<'_>) -> Option<Value> {
    let mut text = Vec::new();
    json::write(value, &mut text, 0).ok()?;
    serde_json::from_slice(&text).ok()
}

fn document(members: Map<String, Value>, path: &mut Vec<String>) -> Attempt<Document> {
    let mut document = Document::new();
    for (key, value) in members {
        path.push(key);
        let value = convert(value, path)?;
        if let Some(key) = path.pop() {
            document.insert(key, value);
        }
    }
    Ok(document)
}

fn convert(value: Value, path: &mut Vec<String>) -> Attempt<Bson> {
    match value {
        Value::Object(members) => {
            let wrapper = WRAPPERS.into_iter().find(|key| members.contains_key(*key));
            match wrapper {
                None => document(members, path).map(Bson::Document),
                // What the value is is not said: it may be anything.
                Some(wrapper) => Bson::try_from(members).map_err(|_| {
                    refused(format!(
                        "The {wrapper} at {} is no value of extended JSON.",
                        path.join(".")
                    ))
                    .remedy("See “MongoDB Extended JSON (v2)” for its form.")
                }),
            }
        }
        Value::Array(values) => {
            let mut array = Vec::with_capacity(values.len());
            for (index, value) in values.into_iter().enumerate() {
                path.push(index.to_string());
                array.push(convert(value, path)?);
                path.pop();
            }
            Ok(Bson::Array(array))
        }
        other => Bson::try_from(other)
            .map_err(|_| refused(format!("The value at {} cannot be sent.", path.join(".")))),
    }
}

/// A line and column (in bytes), both from 1, as a position in the text.
fn position(text: &str, line: usize, column: usize) -> Option<u32> {
    let mut before = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let inside = content
                .char_indices()
                .take_while(|(at, _)| *at < column.saturating_sub(1))
                .count();
            return u32::try_from(before + inside + 1).ok();
        }
        before += content.chars().count();
    }
    // After the last line's end.
    u32::try_from(before + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Command {
        Command::parse(text).unwrap_or_else(|unread| panic!("{}", unread.failure.message))
    }

    fn fails(text: &str) -> (String, Option<u32>) {
        match Command::parse(text) {
            Ok(command) => panic!("{}", command.body),
            Err(unread) => (unread.failure.message, unread.position),
        }
    }

    #[test]
    fn relaxed_and_canonical_are_the_same() {
        let relaxed = r#"{"find":"a","filter":{"i":1,"l":5000000000,"d":1.5,"w":1.0,"t":{"$date":"2020-02-29T00:00:00.120Z"}}}"#;
        let canonical = r#"{"find":"a","filter":{"i":{"$numberInt":"1"},"l":{"$numberLong":"5000000000"},
            "d":{"$numberDouble":"1.5"},"w":{"$numberDouble":"1.0"},"t":{"$date":{"$numberLong":"1582934400120"}}}}"#;
        assert_eq!(parse(relaxed).body, parse(canonical).body);
        let filter = parse(relaxed).body.get_document("filter").unwrap().clone();
        assert_eq!(filter.get("i"), Some(&Bson::Int32(1)));
        assert_eq!(filter.get("w"), Some(&Bson::Double(1.0)));
        let exact = parse(r#"{"find":"a","filter":{"d":0.12345678901234568}}"#);
        let filter = exact.body.get_document("filter").unwrap();
        assert_eq!(
            filter.get_f64("d").unwrap().to_bits(),
            0.123_456_789_012_345_68_f64.to_bits()
        );
    }

    #[test]
    fn what_is_no_command() {
        assert_eq!(fails("{\"é\": \n x}").1, Some(9));
        for text in [
            "",
            "[]",
            "{}",
            "1",
            r#"{"find":"a","$db":"other"}"#,
            r#"{"find":"a","lsid":{}}"#,
            r#"{"find":"a","filter":{"_id":{"$oid":"s3cret"}}}"#,
            r#"{"find":"a","filter":{"x":[{"$numberLong":"1","y":2}]}}"#,
        ] {
            let (message, _) = fails(text);
            assert!(!message.contains("s3cret"), "{message}");
        }
        let (message, _) = fails(r#"{"find":"a","filter":{"x":[{"$date":"soon"}]}}"#);
        assert!(message.contains("$date at filter.x.0"), "{message}");
    }

    #[test]
    fn ids_come_first_and_are_told() {
        let mut command = parse(
            r#"{"insert":"a","documents":[{"x":1},{"x":2,"_id":{"$numberLong":"9007199254740993"}}]}"#,
        );
        let Ok(ids) = command.identify() else {
            panic!("ids");
        };
        let documents = command.body.get_array("documents").unwrap();
        let first = documents.first().unwrap().as_document().unwrap();
        assert_eq!(first.keys().next().unwrap(), "_id");
        let hex = first.get_object_id("_id").unwrap().to_hex();
        assert_eq!(
            ids,
            [
                serde_json::json!({ "$oid": hex }),
                serde_json::json!({ "$numberLong": "9007199254740993" })
            ]
        );
    }
}
