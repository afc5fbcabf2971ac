//! The port of a connected session: it runs one operation at a time, gives its rows in batches, and can be told to stop.
//!
//! Rows are pulled: nothing is read from the server that was not asked for, so that the network holds a large result back
//! and memory stays bounded. A batch is JSON text from the start, in the form that `cli.md` calls “values in rows”: the faces
//! pass it on as it is.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use crate::engine::IsolationLevel;
use crate::error::EngineError;

/// How to open a session. Build it with `..SessionOptions::default()`: it will grow.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The time that connecting and logging in may take.
    pub timeout: Duration,
    /// The folder that holds `.postgresql`; `None` stands for the person's home.
    pub home: Option<PathBuf>,
    /// Whether every write of this session is refused: by the server or, since MongoDB's has no such sessions, before it is sent.
    pub read_only: bool,
    /// Asks this name server for the records of `mongodb+srv` instead of the system's. For tests.
    #[doc(hidden)]
    pub dns_server: Option<SocketAddr>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            home: None,
            read_only: false,
            dns_server: None,
        }
    }
}

/// What a session runs.
#[derive(Clone, PartialEq, Debug)]
pub enum Operation {
    /// One SQL statement. Parameters stand as `$1`, `$2`, … on PostgreSQL, as `?` on MySQL and as `?1`, `?2`, … on SQLite; they are sent beside the
    /// statement, never in it.
    Sql {
        /// The statement.
        statement: String,
        /// Its parameters, in order.
        parameters: Vec<Parameter>,
    },
    /// One MongoDB database command as extended JSON (version 2), against the URL's database.
    Command(String),
}

/// A parameter. Numbers, dates and the like are text that the caller has checked, so that no digit is lost.
#[derive(Clone, PartialEq, Debug)]
pub enum Parameter {
    /// NULL.
    Null,
    /// Text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A whole number of any size: digits with a sign at most.
    Integer(String),
    /// A decimal number.
    Decimal(String),
    /// A double.
    Double(String),
    /// `2026-11-23`.
    Date(String),
    /// RFC 3339; without an offset where there is none.
    Datetime(String),
    /// Lowercase, with hyphens.
    Uuid(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// JSON text.
    Json(String),
    /// A list; PostgreSQL's array, elsewhere JSON.
    Array(Vec<Parameter>),
}

/// A column of a result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Column {
    /// Its name, as the server says it.
    pub name: String,
    /// Its type in the server's own words: `int4`, `varchar`, `DECIMAL`. Empty where values have types of their own.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// What the server said when an operation was done.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Completion {
    /// Rows or documents that were changed; for a read none.
    pub affected: Option<u64>,
    /// Keys that the server made, as JSON values: MySQL's `LAST_INSERT_ID()`, the `_id`s that were inserted. On PostgreSQL they
    /// are rows of `RETURNING`.
    pub generated_keys: Vec<serde_json::Value>,
    /// Notices and warnings, a line each.
    pub notices: Vec<String>,
}

/// What became of an operation that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing was sent: it can be sent again.
    NotSent,
    /// The server refused it, and it changed nothing.
    Refused,
    /// The server took it back to let another go on (serialization failure, deadlock): it can be sent again.
    RolledBack,
    /// The connection broke, or a part was done: nobody knows what was written.
    Unknown,
}

/// Why an operation failed.
#[derive(Clone, PartialEq, Debug, Serialize, thiserror::Error)]
#[error("{error}")]
pub struct RunError {
    /// The error; its stage is `ready`.
    pub error: EngineError,
    /// What became of the operation.
    pub fate: Fate,
    /// Where in the statement the server found the fault, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// A connected session. Dropping it closes the connection, and the server may go on with what it does; [`Canceller::cancel`]
/// stops it there.
#[async_trait]
pub trait Session: Send {
    /// The server's product and version: `PostgreSQL 15.18`.
    fn server(&self) -> &str;

    /// What stops the operation under way, from another task.
    fn canceller(&self) -> Box<dyn Canceller>;

    /// Begins a transaction, where the engine and the server have them.
    async fn begin(&mut self, isolation: Option<IsolationLevel>) -> Result<(), RunError>;

    /// Makes the transaction's changes last.
    async fn commit(&mut self) -> Result<(), RunError>;

    /// Takes the transaction's changes back.
    async fn rollback(&mut self) -> Result<(), RunError>;

    /// Sends an operation and waits for the head of its answer: the columns, none for one without rows. What an earlier
    /// operation has left unread is skipped first.
    async fn start(&mut self, operation: &Operation) -> Result<Vec<Column>, RunError>;

    /// Adds up to `rows` rows to the batch, fewer when it has grown large ([`Batch::FULL`]). The completion comes with the last
    /// of them.
    async fn fetch(
        &mut self,
        rows: usize,
        batch: &mut Batch,
    ) -> Result<Option<Completion>, RunError>;

    /// Runs operations one after the other, up to the first that fails, and leaves their rows out. It is for what is sent once, and for
    /// what a server runs and does not prepare. What takes values may be kept at the server, and then takes less time with the next.
    ///
    /// Where the protocol can, all go out at once. PostgreSQL then makes one transaction of those that are in none: several in one
    /// call begin one, or belong to one that is open.
    async fn execute_all(&mut self, operations: &[Operation]) -> Executed {
        let mut executed = Executed::default();
        for operation in operations {
            match leave_rows(self.start(operation).await, self).await {
                Ok(completion) => executed.done.push(completion),
                Err(error) => {
                    executed.failed = Some(error);
                    break;
                }
            }
        }
        executed
    }

    /// Runs one, as [`Session::execute_all`] does.
    async fn execute(&mut self, operation: &Operation) -> Result<Completion, RunError> {
        let mut executed = self.execute_all(std::slice::from_ref(operation)).await;
        match executed.failed {
            Some(error) => Err(error),
            None => Ok(executed.done.pop().unwrap_or_default()),
        }
    }

    /// Whether the server said last that a transaction is open; where it doesn't say, whether one was begun here.
    fn in_transaction(&self) -> bool;

    /// Ends the session as the protocol has it.
    async fn close(self: Box<Self>);
}

/// What became of several operations.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Executed {
    /// What the server said of those that are done, in order.
    pub done: Vec<Completion>,
    /// Why the one after them failed; those behind it were not run.
    pub failed: Option<RunError>,
}

/// Reads an answer to its end and forgets its rows.
pub(crate) async fn leave_rows<S: Session + ?Sized>(
    started: Result<Vec<Column>, RunError>,
    session: &mut S,
) -> Result<Completion, RunError> {
    /// As many rows at a time.
    const ROWS: usize = 1_000;
    started?;
    let mut batch = Batch::default();
    loop {
        batch.clear();
        if let Some(completion) = session.fetch(ROWS, &mut batch).await? {
            return Ok(completion);
        }
    }
}

/// Stops what a session does, at the server, over a connection of its own.
#[async_trait]
pub trait Canceller: Send + Sync {
    /// Asks the server to stop. The operation itself ends with an error soon after, or is done already.
    async fn cancel(&self) -> Result<(), EngineError>;
}

/// Rows as JSON text: `[1,"a",null],[2,"b",null]`, to be put between brackets.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    json: Vec<u8>,
    rows: usize,
    /// Whether the next value is the first of its row.
    first: bool,
    /// Where the row under way begins.
    row: usize,
}

/// Integers up to here are exact in a double, which is what JSON readers make of numbers: 2^53.
const EXACT: u64 = 1 << 53;

impl Batch {
    /// A batch is given out before it is larger than this and a row, in bytes.
    pub const FULL: usize = 1 << 20;

    /// The rows, separated by commas.
    pub fn json(&self) -> &str {
        // Only what was checked or escaped gets in.
        std::str::from_utf8(&self.json).unwrap_or_default()
    }

    /// How many rows there are.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Whether it is large enough to be given out.
    pub fn is_full(&self) -> bool {
        self.json.len() >= Self::FULL
    }

    /// Empties it; its memory stays for the next rows.
    pub fn clear(&mut self) {
        self.json.clear();
        self.rows = 0;
        if self.json.capacity() > 8 * Self::FULL {
            self.json.shrink_to(Self::FULL);
        }
    }

    pub(crate) fn begin_row(&mut self) {
        self.row = self.json.len();
        if self.rows > 0 {
            self.json.push(b',');
        }
        self.json.push(b'[');
        self.first = true;
    }

    pub(crate) fn end_row(&mut self) {
        self.json.push(b']');
        self.rows += 1;
    }

    /// Takes back the row that was begun.
    pub(crate) fn drop_row(&mut self) {
        self.json.truncate(self.row);
    }

    fn separate(&mut self) {
        if self.first {
            self.first = false;
        } else {
            self.json.push(b',');
        }
    }

    pub(crate) fn null(&mut self) {
        self.separate();
        self.json.extend_from_slice(b"null");
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.separate();
        self.json
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// An integer as decimal digits with a sign at most: a number, or a string beyond what is exact in a double.
    pub(crate) fn integer(&mut self, digits: &[u8]) {
        let number = digits.strip_prefix(b"-").unwrap_or(digits);
        let exact = number.len() <= 15
            || (number.len() == 16
                && std::str::from_utf8(number)
                    .ok()
                    .and_then(|text| text.parse::<u64>().ok())
                    .is_some_and(|value| value <= EXACT));
        if exact && !number.is_empty() && number.iter().all(u8::is_ascii_digit) {
            self.separate();
            self.json.extend_from_slice(digits);
        } else {
            self.text(digits);
        }
    }

    /// A floating-point number in the server's text; what JSON has no number for (`NaN`, `Infinity`) is a string.
    pub(crate) fn float(&mut self, text: &[u8]) {
        if is_json_number(text) {
            self.separate();
            self.json.extend_from_slice(text);
        } else {
            self.text(text);
        }
    }

    /// A string. Bytes that are no UTF-8 become the replacement character.
    pub(crate) fn text(&mut self, bytes: &[u8]) {
        self.separate();
        self.json.push(b'"');
        match std::str::from_utf8(bytes) {
            Ok(text) => escape(text.as_bytes(), &mut self.json),
            Err(_) => escape(String::from_utf8_lossy(bytes).as_bytes(), &mut self.json),
        }
        self.json.push(b'"');
    }

    /// Bytes as MySQL's client prints them with `--binary-as-hex`: `0x00FF`.
    pub(crate) fn hexadecimal(&mut self, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.separate();
        self.json.extend_from_slice(b"\"0x");
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                let digit = DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0');
                self.json.push(digit);
            }
        }
        self.json.push(b'"');
    }

    /// A value that is JSON text already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.separate();
        self.json.extend_from_slice(json.as_bytes());
    }
}

/// By RFC 8259, 6.
pub(crate) fn is_json_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> Option<&[u8]> {
        let end = text
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(text.len());
        (end > 0).then(|| text.get(end..).unwrap_or_default())
    }
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let leading_zero = text.first() == Some(&b'0') && text.get(1).is_some_and(u8::is_ascii_digit);
    let Some(mut rest) = digits(text).filter(|_| !leading_zero) else {
        return false;
    };
    if let Some(fraction) = rest.strip_prefix(b".") {
        let Some(after) = digits(fraction) else {
            return false;
        };
        rest = after;
    }
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let exponent = match exponent {
                [b'+' | b'-', digits @ ..] => digits,
                digits => digits,
            };
            digits(exponent).is_some_and(<[u8]>::is_empty)
        }
        _ => false,
    }
}

/// By RFC 8259, 7: quote, backslash and control characters are escaped; the rest is copied in runs.
pub(crate) fn escape(text: &[u8], json: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\')
    {
        let (plain, special) = rest.split_at(at);
        json.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else {
            break;
        };
        match byte {
            b'"' => json.extend_from_slice(b"\\\""),
            b'\\' => json.extend_from_slice(b"\\\\"),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            other => {
                json.extend_from_slice(b"\\u00");
                for digit in [other >> 4, other & 15] {
                    json.push(HEX.get(usize::from(digit)).copied().unwrap_or(b'0'));
                }
            }
        }
        rest = after;
    }
    json.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fill: impl FnOnce(&mut Batch)) -> String {
        let mut batch = Batch::default();
        batch.begin_row();
        fill(&mut batch);
        batch.end_row();
        batch.json().to_owned()
    }

    #[test]
    fn integers_stay_exact() {
        for (digits, json) in [
            ("0", "[0]"),
            ("-42", "[-42]"),
            ("9007199254740992", "[9007199254740992]"),
            ("9007199254740993", "[\"9007199254740993\"]"),
            ("-9007199254740993", "[\"-9007199254740993\"]"),
            ("18446744073709551615", "[\"18446744073709551615\"]"),
            ("", "[\"\"]"),
        ] {
            assert_eq!(of(|batch| batch.integer(digits.as_bytes())), json);
        }
    }

    #[test]
    fn floats_are_numbers_where_json_has_one() {
        for text in ["1", "-1.5", "1e20", "1.5E-7", "0.1", "0"] {
            assert_eq!(
                of(|batch| batch.float(text.as_bytes())),
                format!("[{text}]")
            );
        }
        for text in [
            "NaN",
            "Infinity",
            "-Infinity",
            "1.",
            ".5",
            "01",
            "1e",
            "",
            "-",
            "1x",
        ] {
            assert_eq!(
                of(|batch| batch.float(text.as_bytes())),
                format!("[\"{text}\"]")
            );
        }
    }

    #[test]
    fn any_text_is_read_back() {
        for text in ["", "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é😀</script>\u{2028}"] {
            let json = of(|batch| batch.text(text.as_bytes()));
            let read: Vec<String> = serde_json::from_str(&json).unwrap();
            assert_eq!(read, [text]);
        }
        assert_eq!(of(|batch| batch.text(b"a\xffb")), "[\"a\u{fffd}b\"]");
    }

    #[test]
    fn rows_are_separated() {
        let mut batch = Batch::default();
        for number in ["1", "2"] {
            batch.begin_row();
            batch.integer(number.as_bytes());
            batch.null();
            batch.boolean(true);
            batch.end_row();
        }
        assert_eq!(batch.json(), "[1,null,true],[2,null,true]");
        assert_eq!(batch.rows(), 2);
        batch.clear();
        assert_eq!((batch.json(), batch.rows()), ("", 0));
    }
}
