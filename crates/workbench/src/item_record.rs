//! What actions and migrations share: records that stand in a list of their database, are found by tag or id, and are changed by a
//! patch that says what it was made from.

use catalog::{
    Catalog, CatalogError, Committed, Database, DatabaseItem, Fault, FaultCode, ItemChange,
    ItemKind, SubjectKind, fingerprint, parse_item,
};
use serde_json::{Map, Value, json};

use crate::error::FieldFault;
use crate::{AppError, Result, Workbench};

/// How often a patch that names no fingerprint is made again when somebody else was quicker.
const ATTEMPTS: u32 = 4;

/// An item where it stands.
pub(crate) struct Stored {
    pub(crate) database: Database,
    pub(crate) item: DatabaseItem,
}

/// Which item is meant.
#[derive(Clone)]
pub(crate) enum Named {
    /// By its id.
    Id(String),
    /// Product, database, and tag or id.
    Address(String, String, String),
}

impl Workbench {
    pub(crate) async fn stored_item(&self, kind: ItemKind, named: Named) -> Result<Stored> {
        self.on_catalog(move |catalog| find(catalog, kind, &named))
            .await
    }

    pub(crate) async fn change_list(
        &self,
        kind: ItemKind,
        database: &Database,
        change: ItemChange,
    ) -> Result<Committed<Database>> {
        let context = self.context();
        let (product, id) = (database.product_id.clone(), database.id.clone());
        self.on_catalog(move |catalog| catalog.change_items(&context, &product, &id, kind, &change))
            .await
    }
}

fn find(catalog: &dyn Catalog, kind: ItemKind, named: &Named) -> Result<Stored, CatalogError> {
    let (database, name) = match named {
        Named::Id(id) => {
            let place = catalog.locate(kind.subject(), id)?;
            let database = place.database_id.unwrap_or_default();
            (catalog.fetch_database(&place.product_id, &database)?, id)
        }
        Named::Address(product, database, name) => {
            (catalog.fetch_database(product, database)?, name)
        }
    };
    let items = kind.of(&database);
    let by_tag = items.iter().find(|item| item.tag() == name);
    let found = by_tag.or_else(|| items.iter().find(|item| item.id == *name));
    match found.cloned() {
        Some(item) => Ok(Stored { database, item }),
        None => Err(CatalogError::NotFound {
            kind: kind.subject(),
            name: shortened(name, 60),
        }),
    }
}

/// A patch of an item: what it changes, and the record that it was made from where it says so.
pub(crate) struct Patch {
    fields: Value,
    given: Option<String>,
    attempt: u32,
}

/// An item with a patch in it.
pub(crate) struct Patched {
    /// The record as it would be.
    pub(crate) record: Value,
    /// Whether the patch was made from another record than the one that is there: the catalog refuses it and says what changed.
    /// Its faults are not told, since they may be those of what is merged.
    pub(crate) stale: bool,
    expected: String,
}

impl Patch {
    /// # Errors
    /// `validation` for what is no object.
    pub(crate) fn read(kind: ItemKind, mut fields: Value) -> Result<Self> {
        let Some(object) = fields.as_object_mut() else {
            return Err(parse_item(&fields, kind).map_or_else(
                |faults| AppError::validation(&faults),
                |_| AppError::internal("a patch that is no object was read"),
            ));
        };
        let given = object.shift_remove("fingerprint");
        let given = given.as_ref().and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            fields,
            given,
            attempt: 1,
        })
    }

    pub(crate) fn apply(&self, kind: ItemKind, item: &DatabaseItem) -> Result<Patched> {
        let current = fingerprint(&item.fields);
        let expected = self.given.clone().unwrap_or_else(|| current.clone());
        Ok(Patched {
            record: merged(kind, item, &self.fields)?,
            stale: expected != current,
            expected,
        })
    }

    /// Whether to make it again: nobody said what it was made from, and it names other fields than the ones that changed meanwhile.
    pub(crate) fn again(&mut self, error: &AppError) -> bool {
        self.attempt += 1;
        error.code == "conflict" && self.given.is_none() && self.attempt <= ATTEMPTS
    }
}

impl Patched {
    /// The change for the catalog, with the fields that were checked.
    pub(crate) fn change(self, id: &str, fields: Map<String, Value>) -> ItemChange {
        ItemChange::Replace {
            id: id.to_owned(),
            fields,
            expected: Some(self.expected),
        }
    }
}

/// The record with the patch in it: absent fields stay, null clears.
fn merged(kind: ItemKind, item: &DatabaseItem, patch: &Value) -> Result<Value> {
    let mut merged = Value::Object(item.fields.clone());
    let known = known_fields(kind, &merged);
    let unknown = |name: &str| !kind.known().contains(&name);
    if let (Some(merged), Some(patch)) = (merged.as_object_mut(), patch.as_object()) {
        if patch
            .get("id")
            .is_some_and(|id| id.as_str() != Some(item.id.as_str()))
        {
            return Err(AppError::validation(&[Fault::new(
                "id",
                FaultCode::Immutable,
                "This is the id of another record, and ids can't change. Leave it out.",
            )]));
        }
        let stored = std::mem::replace(merged, known);
        for (name, value) in patch {
            // What this version does not know stays as it is; a patch made from what was shown names it.
            if !(unknown(name) && stored.get(name) == Some(value)) {
                merged.insert(name.clone(), value.clone());
            }
        }
    }
    Ok(merged)
}

pub(crate) fn known_fields(kind: ItemKind, record: &Value) -> Map<String, Value> {
    record
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| kind.known().contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The fields of a record that is about to be saved in a database, with every fault that any such record can have: of its shape, and
/// a tag that is used already.
pub(crate) fn parsed(
    kind: ItemKind,
    database: &Database,
    own: Option<&DatabaseItem>,
    record: &mut Value,
) -> (Option<Map<String, Value>>, Vec<FieldFault>) {
    if let Some(fields) = record.as_object_mut() {
        // A field that may be absent is absent when it is null.
        fields.retain(|_, value| !value.is_null());
    }
    let parsed = parse_item(record, kind);
    let mut faults: Vec<FieldFault> = parsed
        .as_ref()
        .err()
        .into_iter()
        .flatten()
        .map(FieldFault::from)
        .collect();
    let tag = record.get("tag").and_then(Value::as_str);
    let taken =
        |item: &&DatabaseItem| own.is_none_or(|own| own.id != item.id) && Some(item.tag()) == tag;
    if let Some(other) = kind.of(database).iter().find(taken) {
        faults.push(FieldFault::from(&Fault::new(
            "tag",
            FaultCode::Duplicate,
            format!(
                "The tag \"{}\" is used already. Choose another, or change the {} that has it.",
                other.tag(),
                noun(kind),
            ),
        )));
    }
    (parsed.ok(), faults)
}

const fn noun(kind: ItemKind) -> &'static str {
    match kind.subject() {
        SubjectKind::Migration => "migration",
        _ => "action",
    }
}

/// The record as domain.md has it, with what a script needs to change it again.
pub(crate) fn interchange(item: &DatabaseItem) -> Value {
    let mut record = json!({ "id": item.id });
    if let Some(fields) = record.as_object_mut() {
        fields.extend(item.fields.clone());
        fields.insert(
            "fingerprint".to_owned(),
            Value::from(fingerprint(&item.fields)),
        );
    }
    record
}

pub(crate) fn tag_of(fields: &Map<String, Value>) -> String {
    let tag = fields.get("tag").and_then(Value::as_str);
    tag.unwrap_or_default().to_owned()
}

pub(crate) fn item_name(fields: &Map<String, Value>) -> &str {
    fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub(crate) fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
