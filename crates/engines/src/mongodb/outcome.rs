//! What a reply to a person's command says: documents, counts, or why not.

use bson::Document;
use bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};
use serde_json::Value;

use super::command::json_of_raw;
use super::errors::{self, Nature, Refusal};
use super::json::Unreadable;
use super::message::{Reported, number, text};
use super::page::Page;
use crate::error::code;
use crate::failure::Failure;
use crate::session::{Completion, Fate};

/// A cursor that the server keeps for us.
#[derive(Clone)]
pub(crate) struct Cursor {
    pub(crate) id: i64,
    pub(crate) database: String,
    pub(crate) collection: String,
}

/// What a command came to.
pub(crate) struct Outcome {
    pub(crate) page: Page,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) completion: Completion,
}

/// Why a reply gives no outcome.
pub(crate) enum Denial {
    Refused(Refusal),
    Unreadable,
}

impl From<Unreadable> for Denial {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

/// What was asked, as far as the answer's meaning hangs on it.
pub(crate) struct Question<'a> {
    pub(crate) name: &'a str,
    pub(crate) nature: Nature,
    /// The key that `distinct` asks for.
    pub(crate) key: Option<&'a str>,
    /// The `_id`s that an `insert` sent.
    pub(crate) ids: Vec<Value>,
    pub(crate) address: &'a str,
}

/// Reads a reply.
pub(crate) fn read(question: Question<'_>, reply: RawDocumentBuf) -> Result<Outcome, Denial> {
    if let Some(reported) = Reported::of(&reply) {
        let refusal = errors::refusal(&reported, question.nature, question.address);
        return Err(Denial::Refused(refusal));
    }
    let mut completion = counts(&question, &reply)?;
    if let Some(refusal) = half_done(&question, &reply, &completion) {
        return Err(Denial::Refused(refusal));
    }
    if matches!(question.name, "insert" | "update" | "delete") {
        completion.generated_keys.extend(question.ids);
        return Ok(Outcome {
            page: Page::default(),
            cursor: None,
            completion,
        });
    }
    let (page, cursor) = rows(question.key, reply)?;
    Ok(Outcome {
        page,
        cursor,
        completion,
    })
}

/// The next batch of a cursor.
pub(crate) fn read_more(
    nature: Nature,
    address: &str,
    reply: RawDocumentBuf,
) -> Result<(Page, Option<Cursor>), Denial> {
    if let Some(reported) = Reported::of(&reply) {
        let refusal = errors::refusal(&reported, nature, address);
        return Err(Denial::Refused(refusal));
    }
    Ok(rows(None, reply)?)
}

fn rows(key: Option<&str>, reply: RawDocumentBuf) -> Result<(Page, Option<Cursor>), Unreadable> {
    if let Ok(cursor) = reply.get_document("cursor")
        && let Some(field) = ["firstBatch", "nextBatch"]
            .into_iter()
            .find(|field| cursor.get_array(field).is_ok())
    {
        let cursor = open_cursor(cursor)?;
        return Ok((Page::of_batch(reply, field)?, cursor));
    }
    if let (Some(key), Ok(values)) = (key, reply.get_array("values")) {
        return Ok((Page::of_values(key, values)?, None));
    }
    let own = own_fields(&reply)?;
    let page = if own.is_empty() {
        Page::default()
    } else {
        Page::of_document(own)
    };
    Ok((page, None))
}

fn open_cursor(cursor: &RawDocument) -> Result<Option<Cursor>, Unreadable> {
    // Beyond 2^53 a number of the driver's kind would lose digits: identifiers are 64 bits wide.
    let id = cursor
        .get_i64("id")
        .or_else(|_| cursor.get_i32("id").map(i64::from));
    let id = id.map_err(|_| Unreadable)?;
    if id == 0 {
        return Ok(None);
    }
    let namespace = text(cursor, "ns").ok_or(Unreadable)?;
    let (database, collection) = namespace.split_once('.').ok_or(Unreadable)?;
    Ok(Some(Cursor {
        id,
        database: database.to_owned(),
        collection: collection.to_owned(),
    }))
}

/// The reply without what every reply has.
fn own_fields(reply: &RawDocument) -> Result<RawDocumentBuf, Unreadable> {
    let mut own = RawDocumentBuf::new();
    for element in reply.iter_elements() {
        let element = element.map_err(|_| Unreadable)?;
        let name = element.key().as_str();
        if matches!(name, "ok" | "operationTime" | "recoveryToken") || name.starts_with('$') {
            continue;
        }
        match element.value() {
            Ok(value) => own.append(element.key(), value),
            Err(_) => {
                let value = element.value_utf8_lossy().map_err(|_| Unreadable)?;
                own.append(element.key(), value);
            }
        }
    }
    Ok(own)
}

fn counts(question: &Question<'_>, reply: &RawDocument) -> Result<Completion, Unreadable> {
    let count = |key: &str| {
        number(reply, key)
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0)
    };
    let mut completion = Completion::default();
    match question.name {
        "insert" | "delete" => completion.affected = Some(count("n")),
        "update" => {
            let upserted = upserted(reply)?;
            let made = upserted.len() as u64;
            let modified = count("nModified");
            completion.affected = Some(modified + made);
            let matched = count("n").saturating_sub(made);
            if matched != modified {
                let notice = format!("{matched} documents matched, {modified} of them changed");
                completion.notices.push(notice);
            }
            completion.generated_keys = upserted;
        }
        "findAndModify" | "findandmodify" => {
            if let Ok(last) = reply.get_document("lastErrorObject") {
                completion.affected = number(last, "n").and_then(|count| u64::try_from(count).ok());
                let made = last.get("upserted").map_err(|_| Unreadable)?;
                completion.generated_keys.extend(made.and_then(json_of_raw));
            }
        }
        "bulkWrite" => {
            let sum = ["nInserted", "nModified", "nDeleted", "nUpserted"];
            completion.affected = Some(sum.into_iter().map(count).sum());
        }
        _ => {}
    }
    Ok(completion)
}

fn upserted(reply: &RawDocument) -> Result<Vec<Value>, Unreadable> {
    let Ok(list) = reply.get_array("upserted") else {
        return Ok(Vec::new());
    };
    list.into_iter()
        .map(|entry| match entry {
            Ok(RawBsonRef::Document(entry)) => {
                let id = entry.get("_id").map_err(|_| Unreadable)?;
                id.and_then(json_of_raw).ok_or(Unreadable)
            }
            _ => Err(Unreadable),
        })
        .collect()
}

/// What a router wants back when the transaction ends.
pub(crate) fn recovery_token(reply: &RawDocument) -> Option<Document> {
    let token = reply.get_document("recoveryToken").ok()?;
    Document::try_from(token).ok()
}

/// Why a transaction was not committed.
pub(crate) fn refused_commit(
    reply: &RawDocument,
    nature: Nature,
    address: &str,
) -> Option<Refusal> {
    if let Some(reported) = Reported::of(reply) {
        return Some(errors::refusal_of_commit(&reported, nature, address));
    }
    unsafe_write(reply, address)
}

/// The error of a write that the server began and did not finish as it was asked to.
fn half_done(
    question: &Question<'_>,
    reply: &RawDocument,
    completion: &Completion,
) -> Option<Refusal> {
    let written = completion.affected.unwrap_or(0);
    if let Ok(errors) = reply.get_array("writeErrors") {
        let mut errors = errors.into_iter().filter_map(|error| match error {
            Ok(RawBsonRef::Document(error)) => Some(error),
            _ => None,
        });
        if let Some(first) = errors.next() {
            return Some(write_error(question, first, errors.count(), written));
        }
    }
    if question.name == "bulkWrite"
        && let Some(errors) = number(reply, "nErrors").filter(|errors| *errors > 0)
    {
        let others = usize::try_from(errors - 1).unwrap_or(0);
        let empty = RawDocumentBuf::new();
        return Some(match first_failed(reply) {
            Some(first) => write_error(question, first, others, written),
            None => write_error(question, &empty, others, written),
        });
    }
    unsafe_write(reply, question.address)
}

/// The first operation of a `bulkWrite` that failed; each has a document in its cursor.
fn first_failed(reply: &RawDocument) -> Option<&RawDocument> {
    let batch = reply.get_document("cursor").ok()?;
    let batch = batch.get_array("firstBatch").ok()?;
    batch.into_iter().find_map(|operation| match operation {
        Ok(RawBsonRef::Document(operation)) if number(operation, "ok") == Some(0) => {
            Some(operation)
        }
        _ => None,
    })
}

/// The error of a write that was made, and is not as safe as was asked for.
fn unsafe_write(reply: &RawDocument, address: &str) -> Option<Refusal> {
    let concern = reply.get_document("writeConcernError").ok()?;
    let reported = Reported::read(concern);
    let failure = Failure::new(
        code::WRITE_CONCERN_FAILED,
        format!(
            "The server at {address} has written, and could not say that the write is as safe as was asked for: {}",
            reported.message
        ),
    )
    .remedy("Look at the data before you run it again: the write may stay, or be taken back when another member takes over.")
    .server_code(errors::server_code(&reported));
    Some(Refusal {
        failure,
        fate: Fate::Unknown,
    })
}

fn write_error(
    question: &Question<'_>,
    first: &RawDocument,
    others: usize,
    written: u64,
) -> Refusal {
    let reported = Reported::read(first);
    let mut refusal = errors::refusal(&reported, question.nature, question.address);
    let index = number(first, "index").or_else(|| number(first, "idx"));
    let index = index.unwrap_or(0).saturating_add(1);
    let mut place = format!(" (number {index} of the command");
    if others > 0 {
        place += &format!(", and {others} more failed");
    }
    place += ").";
    refusal.failure.message += &place;
    let kept = !question.nature.in_transaction && written > 0;
    if kept {
        let done = match question.name {
            "insert" => "inserted",
            "delete" => "deleted",
            _ => "changed",
        };
        refusal.failure.message += &format!(" {written} were {done} all the same.");
        refusal.failure.retryable = false;
        refusal.fate = Fate::Unknown;
    }
    refusal
}
