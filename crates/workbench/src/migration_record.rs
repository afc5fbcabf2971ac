//! From the record of a migration to what a face shows, and from what a face gives to a record that is checked.

use catalog::{Committed, Database, DatabaseItem, DatabaseType, ItemKind, fingerprint};
use migrations::{Direction, Migration, RecordFault, Side, join, lint, split};
use serde_json::{Map, Value, json};

use crate::action_check::is_sql;
use crate::dto::{
    Changed, MigrationCheck, MigrationFault, MigrationRecord, MigrationSide, MigrationSummary,
    MigrationTexts, MigrationView, MigrationWaiver, MigrationWarning, StatementSpan,
};
use crate::error::FieldFault;
use crate::item_record::{known_fields, parsed};
use crate::urls::Utf16Offsets;
use crate::{AppError, Result};

/// Which of a database's lists this is about.
pub(crate) const KIND: ItemKind = ItemKind::Migration;

const SIDES: [MigrationSide; 4] = [
    MigrationSide::Up,
    MigrationSide::Down,
    MigrationSide::Pre,
    MigrationSide::Post,
];

impl MigrationSide {
    const fn field(self) -> &'static str {
        match self {
            Self::Up => "value.up",
            Self::Down => "value.down",
            Self::Pre => "checks.pre",
            Self::Post => "checks.post",
        }
    }

    fn of_text(self, texts: &MigrationTexts) -> &str {
        match self {
            Self::Up => &texts.up,
            Self::Down => &texts.down,
            Self::Pre => &texts.pre,
            Self::Post => &texts.post,
        }
    }
}

impl From<Side> for MigrationSide {
    fn from(side: Side) -> Self {
        match side {
            Side::Up => Self::Up,
            Side::Down => Self::Down,
            Side::Pre => Self::Pre,
            Side::Post => Self::Post,
        }
    }
}

/// The texts of an editor as lists of statements, with where each stands.
#[derive(Clone, Default)]
pub(crate) struct TextLists {
    spans: Vec<StatementSpan>,
    faults: Vec<MigrationFault>,
}

impl TextLists {
    /// Takes the texts apart and puts them into a record. One that is not closed leaves an empty list there, whose faults are not told.
    pub(crate) fn put(
        record: &mut Map<String, Value>,
        database_type: DatabaseType,
        texts: &MigrationTexts,
    ) -> Self {
        let mut lists = Self::default();
        let [up, down, pre, post] =
            SIDES.map(|side| lists.take(database_type, side, side.of_text(texts)));
        record.insert("value".to_owned(), json!({ "up": up, "down": down }));
        if pre.is_empty() && post.is_empty() {
            record.insert("checks".to_owned(), Value::Null);
        } else {
            record.insert("checks".to_owned(), json!({ "pre": pre, "post": post }));
        }
        lists
    }

    fn take(&mut self, database_type: DatabaseType, side: MigrationSide, text: &str) -> Vec<Value> {
        let offsets = Utf16Offsets::of(text);
        match split(text, database_type) {
            Ok(pieces) => pieces
                .into_iter()
                .map(|piece| {
                    self.spans.push(StatementSpan {
                        side,
                        start: offsets.of_byte(piece.span.start),
                        end: offsets.of_byte(piece.span.end),
                    });
                    statement_value(database_type, piece.text)
                })
                .collect(),
            Err((message, byte)) => {
                self.faults.push(MigrationFault {
                    side: Some(side),
                    statement: None,
                    code: "unclosed".to_owned(),
                    message,
                    start: Some(offsets.of_byte(byte)),
                    end: Some(offsets.of_byte(text.len())),
                });
                Vec::new()
            }
        }
    }

    /// Where a statement stands.
    fn span(&self, side: MigrationSide, statement: u32) -> Option<&StatementSpan> {
        let index = usize::try_from(statement).ok()?.checked_sub(1)?;
        self.spans
            .iter()
            .filter(|span| span.side == side)
            .nth(index)
    }

    /// A fault of the record, with its place in the texts. Nothing is said of a list that could not be read.
    fn located(&self, fault: &RecordFault) -> Option<MigrationFault> {
        let side = fault.side.map(MigrationSide::from);
        if self
            .faults
            .iter()
            .any(|own| own.side == side && side.is_some())
        {
            return None;
        }
        let span = side.zip(fault.statement);
        let span = span.and_then(|(side, statement)| self.span(side, statement));
        Some(MigrationFault {
            side,
            statement: fault.statement,
            code: fault.code.to_owned(),
            message: fault.message.clone(),
            start: span.map(|span| span.start),
            end: span.map(|span| span.end),
        })
    }
}

/// A statement as a record has it: SQL is a text, a command is an object.
fn statement_value(database_type: DatabaseType, text: String) -> Value {
    if is_sql(database_type) {
        return Value::String(text);
    }
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// A migration of a record, as the catalog keeps it.
///
/// # Errors
/// Every fault at once.
pub(crate) fn read(
    database_type: DatabaseType,
    item: &DatabaseItem,
) -> std::result::Result<Migration, Vec<RecordFault>> {
    Migration::read(database_type, &item.id, &item.fields)
}

/// Every migration of a database, in order.
///
/// # Errors
/// `refused` for one that can't be read, as an imported one may be: its faults are told where it is edited.
pub(crate) fn read_all(database: &Database) -> Result<Vec<Migration>> {
    database
        .migrations
        .iter()
        .map(|item| {
            read(database.database_type, item).map_err(|faults| {
                let first = faults.first().map(|fault| fault.message.as_str());
                AppError::refused(format!(
                    "The migration {} can't be run: {} Edit it first.",
                    item.tag(),
                    first.unwrap_or_default()
                ))
                .with_detail(json!({ "tag": item.tag(), "guard": "unreadable" }))
            })
        })
        .collect()
}

/// The fields of a record about to be saved in a database, or every fault: those of any record, and those of its statements.
pub(crate) fn checked(
    database: &Database,
    own: Option<&DatabaseItem>,
    mut record: Value,
    lists: &TextLists,
) -> Result<Map<String, Value>> {
    let (fields, mut faults) = parsed(KIND, database, own, &mut record);
    faults.extend(lists.faults.iter().map(|fault| FieldFault {
        field: fault.side.map_or("value", MigrationSide::field).to_owned(),
        code: fault.code.clone(),
        message: fault.message.clone(),
        start: fault.start,
        end: fault.end,
    }));
    let empty = Map::new();
    let given = record.as_object().unwrap_or(&empty);
    let found = statement_faults(database.database_type, given, lists);
    let told: Vec<String> = faults.iter().map(|fault| fault.field.clone()).collect();
    faults.extend(
        found
            .into_iter()
            .filter(|fault| !told.contains(&fault.field)),
    );
    match fields {
        Some(fields) if faults.is_empty() => Ok(fields),
        _ => Err(AppError::field_faults(&faults)),
    }
}

fn statement_faults(
    database_type: DatabaseType,
    fields: &Map<String, Value>,
    lists: &TextLists,
) -> Vec<FieldFault> {
    let faults = Migration::read(database_type, "", fields).err();
    faults
        .unwrap_or_default()
        .iter()
        .filter_map(|fault| {
            let located = lists.located(fault)?;
            Some(FieldFault {
                field: fault.field.clone(),
                code: located.code,
                message: located.message,
                start: located.start,
                end: located.end,
            })
        })
        .collect()
}

/// The faults of the migrations that stand in the record of a database, by their path. One that is as it is stored was checked when
/// it came, or imported broken; it stays.
pub(crate) fn faults_in_database(
    record: &Value,
    database_type: DatabaseType,
    stored: &[DatabaseItem],
) -> Vec<FieldFault> {
    let given = record.get("migrations").and_then(Value::as_array);
    given
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, migration)| Some((index, migration.as_object()?)))
        .filter(|(_, fields)| {
            let mut plain = (*fields).clone();
            plain.shift_remove("id");
            plain.shift_remove("position");
            !stored
                .iter()
                .any(|item| fingerprint(&item.fields) == fingerprint(&plain))
        })
        .flat_map(|(index, fields)| {
            let path = format!("migrations[{index}]");
            statement_faults(database_type, fields, &TextLists::default())
                .into_iter()
                // What every record must have is told by the catalog.
                .filter(|fault| fault.field.contains('['))
                .map(move |fault| fault.under(&path))
        })
        .collect()
}

/// What the statements of an editor say.
pub(crate) fn check_texts(
    database_type: DatabaseType,
    texts: &MigrationTexts,
    no_transaction: bool,
    waivers: &[MigrationWaiver],
) -> MigrationCheck {
    let mut record = Map::new();
    record.insert("name".to_owned(), Value::from("draft"));
    record.insert("tag".to_owned(), Value::from("draft"));
    let lists = TextLists::put(&mut record, database_type, texts);
    if no_transaction {
        record.insert("no_transaction".to_owned(), Value::Bool(true));
    }
    record.insert("waivers".to_owned(), json!(waivers));
    record.retain(|_, value| !value.is_null());
    let mut check = MigrationCheck {
        faults: lists.faults.clone(),
        warnings: Vec::new(),
        statements: lists.spans.clone(),
        checksum: None,
    };
    match Migration::read(database_type, "", &record) {
        Err(faults) => check
            .faults
            .extend(faults.iter().filter_map(|fault| lists.located(fault))),
        Ok(migration) => {
            check.warnings = warnings(database_type, &migration);
            check.checksum = check.faults.is_empty().then(|| migration.checksum());
        }
    }
    check
}

/// What a person should know of both directions.
fn warnings(database_type: DatabaseType, migration: &Migration) -> Vec<MigrationWarning> {
    let sides = [
        (Direction::Up, MigrationSide::Up),
        (Direction::Down, MigrationSide::Down),
    ];
    sides
        .into_iter()
        .flat_map(|(direction, side)| {
            lint(migration, direction, database_type)
                .into_iter()
                .flat_map(|statement| statement.warnings)
                .map(move |warning| MigrationWarning {
                    side,
                    statement: warning.statement,
                    code: warning.code.to_owned(),
                    message: warning.message,
                    destructive: warning.destructive,
                    waived: warning.waived,
                })
        })
        .collect()
}

/// The statements of a record as texts for editors. A record that can't be read is shown as it is.
fn texts_of(database_type: DatabaseType, fields: &Map<String, Value>) -> MigrationTexts {
    let text = |outer: &str, inner: &str| {
        let list = fields.get(outer).and_then(|value| value.get(inner));
        let statements: Vec<String> = list
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|statement| match statement {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        join(&statements, database_type)
    };
    MigrationTexts {
        up: text("value", "up"),
        down: text("value", "down"),
        pre: text("checks", "pre"),
        post: text("checks", "post"),
    }
}

/// Its place in the list, from 1.
pub(crate) fn position(database: &Database, id: &str) -> u32 {
    let index = database.migrations.iter().position(|item| item.id == id);
    index.map_or(0, |index| u32::try_from(index + 1).unwrap_or(u32::MAX))
}

/// The record as domain.md has it, with its place, its checksum's source as it is, and what a script needs to change it again.
pub(crate) fn interchange(database: &Database, item: &DatabaseItem) -> Value {
    let mut record = crate::item_record::interchange(item);
    if let Some(fields) = record.as_object_mut() {
        fields.insert(
            "position".to_owned(),
            Value::from(position(database, &item.id)),
        );
    }
    record
}

pub(crate) fn view(database: &Database, item: &DatabaseItem) -> Result<MigrationView> {
    let database_type = database.database_type;
    let mut known = known_fields(KIND, &Value::Object(item.fields.clone()));
    known.retain(|_, value| !value.is_null());
    for (field, inside) in [("value", ["up", "down"]), ("checks", ["pre", "post"])] {
        // What an import brought beyond these stays in the catalog.
        if let Some(Value::Object(fields)) = known.get_mut(field) {
            fields.retain(|name, value| inside.contains(&name.as_str()) && !value.is_null());
        }
    }
    let mut record: MigrationRecord =
        serde_json::from_value(Value::Object(known)).map_err(|_| {
            AppError::refused(format!(
                "The migration {} is broken. Mend it with `tapedeck migration update`.",
                item.tag()
            ))
        })?;
    record.position = Some(position(database, &item.id));
    let texts = texts_of(database_type, &item.fields);
    let waivers = record.waivers.clone().unwrap_or_default();
    let no_transaction = record.no_transaction == Some(true);
    Ok(MigrationView {
        id: item.id.clone(),
        database_id: database.id.clone(),
        checksum: checksum_of(database_type, item),
        check: check_texts(database_type, &texts, no_transaction, &waivers),
        fingerprint: fingerprint(&item.fields),
        record,
        texts,
    })
}

/// The checksum of a record, empty for one that can't be read.
fn checksum_of(database_type: DatabaseType, item: &DatabaseItem) -> String {
    read(database_type, item).map_or_else(|_| String::new(), |migration| migration.checksum())
}

pub(crate) fn changed(
    committed: &Committed<Database>,
    is_it: impl Fn(&DatabaseItem) -> bool,
) -> Result<Changed<MigrationView>> {
    let database = &committed.record;
    let item = database.migrations.iter().find(|item| is_it(item));
    let item = item.ok_or_else(|| AppError::internal("the migration is not where it was put"))?;
    let record = view(database, item)?;
    let open = record.check.warnings.iter();
    let hints = open
        .filter(|warning| warning.waived.is_none() && warning.side == MigrationSide::Up)
        .map(|warning| match warning.statement {
            Some(statement) => format!("Statement {statement}: {}", warning.message),
            None => warning.message.clone(),
        });
    Ok(Changed {
        hints: hints.collect(),
        activity_id: committed.activity_id.clone(),
        record,
    })
}

pub(crate) fn summaries(database: &Database) -> Vec<MigrationSummary> {
    let database_type = database.database_type;
    database
        .migrations
        .iter()
        .zip(1_u32..)
        .map(|(item, position)| {
            let migration = read(database_type, item).ok();
            let warnings = migration
                .as_ref()
                .map(|migration| warnings(database_type, migration))
                .unwrap_or_default();
            let up = |warning: &&MigrationWarning| warning.side == MigrationSide::Up;
            let open = |warning: &&MigrationWarning| warning.waived.is_none();
            MigrationSummary {
                id: item.id.clone(),
                tag: item.tag().to_owned(),
                name: item.name().to_owned(),
                description: item
                    .fields
                    .get("description")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                position,
                statements: migration
                    .as_ref()
                    .map_or(0, |migration| count(&migration.up)),
                has_down: migration
                    .as_ref()
                    .is_some_and(|migration| !migration.down.is_empty()),
                no_transaction: migration
                    .as_ref()
                    .is_some_and(|migration| migration.no_transaction),
                destructive: warnings
                    .iter()
                    .filter(up)
                    .any(|warning| warning.destructive),
                warnings: u32::try_from(warnings.iter().filter(up).filter(open).count())
                    .unwrap_or(u32::MAX),
                checksum: migration
                    .as_ref()
                    .map_or_else(String::new, Migration::checksum),
            }
        })
        .collect()
}

/// How many, as a number that crosses the boundary.
pub(crate) fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
