//! Reading a record: every fault at once, each with the place it belongs to.

use connection_url::DatabaseType;
use serde_json::{Map, Value};
use templates::InputValue;
use templates::sql::{self, Dialect};

use crate::script::{dialect, names_delimiter, sentence, split};
use crate::words::Words;
use crate::{Migration, RecordFault, Side, Waiver};

/// The longest name, in characters, as the catalog has it.
const NAME_LIMIT: usize = 200;
/// The longest description, in characters, as the catalog has it.
const DESCRIPTION_LIMIT: usize = 10_000;
/// The longest reason of a waiver, in characters.
const REASON_LIMIT: usize = 1_000;
/// The most statements of one list.
const MOST_STATEMENTS: usize = 10_000;
/// The longest statements of one migration together, in bytes: what the catalog keeps as one record.
const STATEMENTS_LIMIT: usize = 4 * 1024 * 1024;

impl Migration {
    /// Reads a record of a database of this type, as a catalog or a target's history keeps it.
    ///
    /// A statement becomes what is sent: SQL without the space around it and the `;` after it, a command of MongoDB as compact
    /// JSON. What an editor makes of a migration and gives back has the same checksum for that reason.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn read(
        database_type: DatabaseType,
        id: &str,
        record: &Map<String, Value>,
    ) -> Result<Self, Vec<RecordFault>> {
        let mut reader = Reader {
            database_type,
            faults: Vec::new(),
            bytes: 0,
        };
        let tag = reader.tag(record);
        let name = reader.name(record);
        reader.optional(record);
        let value = reader.object(record, "value", true);
        let up = reader.statements(value, "value", "up", Side::Up);
        let down = reader.statements(value, "value", "down", Side::Down);
        reader.some_up(value);
        let no_transaction = reader.flag(record, "no_transaction");
        let checks = reader.object(record, "checks", false);
        let pre = reader.statements(checks, "checks", "pre", Side::Pre);
        let post = reader.statements(checks, "checks", "post", Side::Post);
        reader.one_statement(no_transaction, &up, &down);
        let waivers = reader.waivers(record, up.len());
        if reader.bytes > STATEMENTS_LIMIT {
            reader.fault(
                "value",
                "too_long",
                "The statements are longer than 4 MiB together. Make several migrations of it.",
            );
        }
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        Ok(Self {
            id: id.to_owned(),
            record: record.clone(),
            tag,
            name,
            up,
            down,
            no_transaction,
            pre,
            post,
            waivers,
        })
    }

    /// Reads what a target's history keeps, as far as a way back needs it; `None` where that can't be made out. What was applied is
    /// not judged again.
    pub(crate) fn of_history(row: &crate::HistoryRow) -> Option<Self> {
        let texts = |outer: &str, inner: &str| -> Option<Vec<String>> {
            let list = row.record.get(outer).and_then(|value| value.get(inner));
            match list {
                None | Some(Value::Null) => Some(Vec::new()),
                Some(Value::Array(list)) => list
                    .iter()
                    .map(|statement| match statement {
                        Value::String(text) => Some(text.clone()),
                        Value::Object(_) => Some(InputValue::from(statement).to_string()),
                        _ => None,
                    })
                    .collect(),
                Some(_) => None,
            }
        };
        row.record.get("value")?;
        Some(Self {
            id: row.migration_id.clone(),
            record: row.record.clone(),
            tag: row.tag.clone(),
            name: row.name.clone(),
            up: texts("value", "up")?,
            down: texts("value", "down")?,
            no_transaction: row.record.get("no_transaction") == Some(&Value::Bool(true)),
            pre: texts("checks", "pre")?,
            post: texts("checks", "post")?,
            waivers: Vec::new(),
        })
    }
}

/// Whether a text is a tag: `^[a-z0-9][a-z0-9_-]{0,62}$`.
pub(crate) fn is_tag(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text.bytes().next().is_some_and(plain)
        && text
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'_' | b'-'))
}

struct Reader {
    database_type: DatabaseType,
    faults: Vec<RecordFault>,
    bytes: usize,
}

impl Reader {
    fn fault(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.faults.push(RecordFault {
            field: field.to_owned(),
            code,
            message: message.into(),
            side: None,
            statement: None,
            at: None,
        });
    }

    fn wrong_type(&mut self, field: &str, expected: &str) {
        self.fault(field, "wrong_type", format!("{expected} is expected here."));
    }

    fn text<'a>(&mut self, record: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
        match record.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.wrong_type(field, "A text");
                None
            }
        }
    }

    fn tag(&mut self, record: &Map<String, Value>) -> String {
        let before = self.faults.len();
        let tag = self.text(record, "tag").unwrap_or_default();
        if self.faults.len() > before {
        } else if tag.is_empty() {
            self.fault("tag", "required", "Give it a tag.");
        } else if !is_tag(tag) {
            self.fault(
                "tag",
                "invalid_tag",
                "A tag has lowercase letters, digits, \"_\" and \"-\", begins with a letter or a digit, and has at most 63 characters.",
            );
        }
        tag.to_owned()
    }

    fn name(&mut self, record: &Map<String, Value>) -> String {
        let before = self.faults.len();
        let name = self.text(record, "name").unwrap_or_default();
        if self.faults.len() > before {
        } else if name.trim().is_empty() {
            self.fault("name", "required", "Give it a name.");
        } else if name.chars().count() > NAME_LIMIT {
            self.fault(
                "name",
                "too_long",
                format!("A name has at most {NAME_LIMIT} characters."),
            );
        }
        name.to_owned()
    }

    /// The fields that only have to be of their type.
    fn optional(&mut self, record: &Map<String, Value>) {
        let description = self.text(record, "description").unwrap_or_default();
        if description.chars().count() > DESCRIPTION_LIMIT {
            self.fault(
                "description",
                "too_long",
                format!("A description has at most {DESCRIPTION_LIMIT} characters."),
            );
        }
        self.text(record, "created_at");
        self.text(record, "updated_at");
        match record.get("position") {
            None | Some(Value::Null) => {}
            Some(position) if position.as_u64().is_some_and(|place| place > 0) => {}
            Some(_) => self.wrong_type("position", "A whole number from 1"),
        }
    }

    fn flag(&mut self, record: &Map<String, Value>, field: &str) -> bool {
        match record.get(field) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong_type(field, "true or false");
                false
            }
        }
    }

    fn object<'a>(
        &mut self,
        record: &'a Map<String, Value>,
        field: &str,
        required: bool,
    ) -> Option<&'a Map<String, Value>> {
        match record.get(field) {
            Some(Value::Object(object)) => Some(object),
            None | Some(Value::Null) => {
                if required {
                    self.fault(
                        field,
                        "required",
                        "A migration needs a value with its statements: {\"up\": [...], \"down\": [...]}.",
                    );
                }
                None
            }
            Some(_) => {
                self.wrong_type(field, "An object");
                None
            }
        }
    }

    fn statements(
        &mut self,
        object: Option<&Map<String, Value>>,
        outer: &str,
        inner: &str,
        side: Side,
    ) -> Vec<String> {
        let field = format!("{outer}.{inner}");
        let list = match object.and_then(|object| object.get(inner)) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.wrong_type(&field, "A list of statements");
                return Vec::new();
            }
        };
        if list.len() > MOST_STATEMENTS {
            self.fault(
                &field,
                "too_many",
                format!("A list has at most {MOST_STATEMENTS} statements. Make several migrations of it."),
            );
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(list.len());
        for (index, statement) in list.iter().enumerate() {
            match self.statement(statement) {
                Ok(text) => {
                    self.bytes += text.len();
                    texts.push(text);
                }
                Err(Wrong { code, message, at }) => {
                    texts.push(String::new());
                    self.faults.push(RecordFault {
                        field: format!("{field}[{index}]"),
                        code,
                        message,
                        side: Some(side),
                        statement: u32::try_from(index + 1).ok(),
                        at,
                    });
                }
            }
        }
        texts
    }

    fn statement(&self, statement: &Value) -> Result<String, Wrong> {
        match (dialect(self.database_type), statement) {
            (Some(dialect), Value::String(text)) => sql_statement(text, dialect),
            (Some(_), _) => Err(Wrong::new("wrong_type", "A statement of SQL is a text.")),
            (None, Value::String(text)) => command_text(text),
            (None, Value::Object(_)) => command(&InputValue::from(statement)),
            (None, _) => Err(Wrong::new(
                "wrong_type",
                "A statement of MongoDB is one command as an object, or as the text of one.",
            )),
        }
    }

    fn some_up(&mut self, value: Option<&Map<String, Value>>) {
        let message = match value.map(|value| value.get("up")) {
            Some(None | Some(Value::Null)) => "A migration needs the list of its statements.",
            Some(Some(Value::Array(list))) if list.is_empty() => {
                "Write at least one statement: a migration without one would be recorded as applied, and do nothing."
            }
            _ => return,
        };
        self.faults.push(RecordFault {
            field: "value.up".to_owned(),
            code: "required",
            message: message.to_owned(),
            side: Some(Side::Up),
            statement: None,
            at: None,
        });
    }

    fn one_statement(&mut self, no_transaction: bool, up: &[String], down: &[String]) {
        if !no_transaction || self.database_type != DatabaseType::Postgresql {
            return;
        }
        for (side, list, count) in [(Side::Up, "up", up.len()), (Side::Down, "down", down.len())] {
            if count > 1 {
                self.faults.push(RecordFault {
                    field: format!("value.{list}"),
                    code: "no_transaction",
                    message: format!(
                        "Outside of a transaction a migration has one statement, so that a failure leaves nothing half done. Here are {count}: make a migration of each."
                    ),
                    side: Some(side),
                    statement: None,
                    at: None,
                });
            }
        }
    }

    fn waivers(&mut self, record: &Map<String, Value>, statements: usize) -> Vec<Waiver> {
        let list = match record.get("waivers") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.wrong_type("waivers", "A list");
                return Vec::new();
            }
        };
        let mut waivers = Vec::with_capacity(list.len());
        for (index, waiver) in list.iter().enumerate() {
            let field = format!("waivers[{index}]");
            let Value::Object(waiver) = waiver else {
                self.wrong_type(&field, "An object with statement, code and reason");
                continue;
            };
            let number = waiver.get("statement").and_then(Value::as_u64);
            let statement = number
                .filter(|number| usize::try_from(*number).is_ok_and(|number| number <= statements))
                .and_then(|number| u32::try_from(number).ok());
            if statement.is_none() {
                self.fault(
                    &format!("{field}.statement"),
                    "unknown_statement",
                    "There is no statement of this number. Statements of up are counted from 1; 0 is the migration as a whole.",
                );
            }
            let code = waiver
                .get("code")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !crate::codes().iter().any(|known| known.code == code) {
                self.fault(
                    &format!("{field}.code"),
                    "unknown_code",
                    "There is no warning of this code.",
                );
            }
            let reason = waiver
                .get("reason")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .trim();
            if reason.is_empty() {
                self.fault(
                    &format!("{field}.reason"),
                    "required",
                    "Say why this warning is let pass.",
                );
            } else if reason.chars().count() > REASON_LIMIT {
                self.fault(
                    &format!("{field}.reason"),
                    "too_long",
                    format!("A reason has at most {REASON_LIMIT} characters."),
                );
            }
            waivers.push(Waiver {
                statement: statement.unwrap_or_default(),
                code: code.to_owned(),
                reason: reason.to_owned(),
            });
        }
        waivers
    }
}

/// What is wrong with one statement.
struct Wrong {
    code: &'static str,
    message: String,
    at: Option<usize>,
}

impl Wrong {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at: None,
        }
    }
}

const EMPTY: &str = "The statement is empty.";

fn sql_statement(text: &str, dialect: Dialect) -> Result<String, Wrong> {
    if text.contains('\0') {
        return Err(Wrong {
            at: text.find('\0'),
            ..Wrong::new("forbidden_nul", "The statement holds a NUL character.")
        });
    }
    let database_type = match dialect {
        Dialect::Postgresql => DatabaseType::Postgresql,
        Dialect::Mysql => DatabaseType::Mysql,
        Dialect::Sqlite => DatabaseType::Sqlite,
    };
    let unreadable = |(message, at)| Wrong {
        code: "unreadable_statement",
        message,
        at: Some(at),
    };
    let tokens = sql::lex(text, dialect)
        .map_err(|fault| unreadable((fault.message.to_owned(), fault.at)))?;
    if dialect == Dialect::Mysql && names_delimiter(text, &tokens) {
        return Err(Wrong::new(
            "client_command",
            "DELIMITER is for MySQL's command, and the server doesn't know it. Leave it out: where a body ends is known.",
        ));
    }
    let mut pieces = split(text, database_type).map_err(unreadable)?;
    if let Some(second) = pieces.get(1) {
        return Err(Wrong {
            at: Some(second.span.start),
            ..Wrong::new(
                "several_statements",
                "Here is more than one statement. Make an item of the list of each, so that a failure says which one it was.",
            )
        });
    }
    let statement = pieces
        .pop()
        .ok_or_else(|| Wrong::new("empty_statement", EMPTY))?;
    let words = Words::of(&statement.text, dialect);
    if words.begins_client_command() {
        return Err(Wrong::new(
            "client_command",
            "A line with a backslash is for psql, and the server doesn't know it.",
        ));
    }
    if let Some(word) = words.transaction_control() {
        return Err(Wrong::new(
            "transaction_control",
            format!(
                "{word} begins or ends a transaction, which is for the run to do: what is applied would no longer be what the history says. Leave it out."
            ),
        ));
    }
    Ok(statement.text)
}

fn command_text(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("empty_statement", EMPTY));
    }
    let mut pieces = split(text, DatabaseType::Mongodb).map_err(|(message, at)| Wrong {
        code: "unreadable_statement",
        message,
        at: Some(at),
    })?;
    if let Some(second) = pieces.get(1) {
        return Err(Wrong {
            at: Some(second.span.start),
            ..Wrong::new(
                "several_statements",
                "Here is more than one command. Make an item of the list of each.",
            )
        });
    }
    let piece = pieces
        .pop()
        .ok_or_else(|| Wrong::new("empty_statement", EMPTY))?;
    let value = InputValue::from_json(&piece.text)
        .map_err(|error| Wrong::new("unreadable_statement", sentence(&error)))?;
    command(&value)
}

fn command(value: &InputValue) -> Result<String, Wrong> {
    let InputValue::Object(entries) = value else {
        return Err(Wrong::new("wrong_type", "A command is an object."));
    };
    let Some((name, _)) = entries.first() else {
        return Err(Wrong::new("empty_statement", EMPTY));
    };
    if matches!(name.as_str(), "commitTransaction" | "abortTransaction") {
        return Err(Wrong::new(
            "transaction_control",
            format!(
                "{name} ends a transaction, and a migration of MongoDB runs in none. Leave it out."
            ),
        ));
    }
    Ok(value.to_string())
}
