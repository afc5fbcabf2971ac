//! From the record of an action to what a face shows, and from what a face gives to a record that is checked.

use catalog::{Committed, Database, DatabaseItem, fingerprint};
use serde_json::{Map, Value, json};

use crate::action_check::{
    check_record, field_fault, hints, record_faults, template_text, template_value,
};
use crate::action_samples;
use crate::actions::KIND;
use crate::dto::{
    ActionFault, ActionRecord, ActionSummary, ActionTypeView, ActionView, Changed, TemplateSide,
};
use crate::error::FieldFault;
use crate::item_record::{known_fields, parsed, shortened};
use crate::products::set;
use crate::{AppError, Result};

/// Texts of templates that are no JSON, with what else is wrong.
#[derive(Clone, Default)]
pub(crate) struct TextFaults(Vec<ActionFault>);

impl TextFaults {
    /// Puts what was typed into a record. A text that can't be read leaves an empty operation there, whose faults are not told.
    pub(crate) fn put(
        &mut self,
        record: &mut Value,
        database: &Database,
        side: TemplateSide,
        text: &str,
    ) {
        let value = template_value(database.database_type, side, text).unwrap_or_else(|fault| {
            self.0.push(fault);
            json!({})
        });
        let field = match side {
            TemplateSide::Data => "template",
            TemplateSide::Filter => "filterTemplate",
        };
        set(record, field, Some(value));
    }
}

/// The fields of a record about to be saved in a database, or every fault: those of the record, a tag that is used already, and
/// those of its templates.
pub(crate) fn checked(
    database: &Database,
    own: Option<&DatabaseItem>,
    mut record: Value,
    texts: TextFaults,
) -> Result<Map<String, Value>> {
    let (fields, mut faults) = parsed(KIND, database, own, &mut record);
    if texts.0.is_empty() {
        let fields = record.as_object().into_iter();
        faults.extend(fields.flat_map(|fields| record_faults(database.database_type, fields)));
    } else {
        faults.extend(texts.0.into_iter().map(field_fault));
    }
    match fields {
        Some(fields) if faults.is_empty() => Ok(fields),
        _ => Err(AppError::field_faults(&faults)),
    }
}

/// The tag of a copy: `-copy`, or the first of `-copy-2`, `-copy-3`, … that is free. A long tag is cut, since 63 characters are the
/// most.
pub(crate) fn copy_tag(tag: &str, items: &[DatabaseItem]) -> String {
    let mut number = 1_usize;
    loop {
        let suffix = match number {
            1 => "-copy".to_owned(),
            number => format!("-copy-{number}"),
        };
        let copy = format!("{}{suffix}", shortened(tag, 63 - suffix.len()));
        if items.iter().all(|item| item.tag() != copy) {
            return copy;
        }
        number += 1;
    }
}

pub(crate) fn view(database: &Database, item: &DatabaseItem) -> Result<ActionView> {
    let mut known = known_fields(KIND, &Value::Object(item.fields.clone()));
    known.retain(|_, value| !value.is_null());
    // A record of a file may have passwords among its samples: the window is told of none.
    for field in action_samples::FIELDS {
        if let Some(Value::Array(samples)) = known.get_mut(field) {
            *samples = action_samples::without_secret_values(std::mem::take(samples));
        }
    }
    let record: ActionRecord =
        serde_json::from_value(Value::Object(known)).map_err(AppError::internal)?;
    Ok(ActionView {
        id: item.id.clone(),
        database_id: database.id.clone(),
        template_text: template_text(&record.template),
        filter_text: record.filter_template.as_ref().map(template_text),
        samples: action_samples::texts(&item.fields),
        record,
        fingerprint: fingerprint(&item.fields),
        check: check_record(database.database_type, &item.fields),
    })
}

pub(crate) fn changed(
    committed: &Committed<Database>,
    is_it: impl Fn(&DatabaseItem) -> bool,
) -> Result<Changed<ActionView>> {
    let database = &committed.record;
    let item = database.actions.iter().find(|item| is_it(item));
    let item = item.ok_or_else(|| AppError::internal("the action is not where it was put"))?;
    let record = view(database, item)?;
    Ok(Changed {
        hints: hints(&record.check, record.record.all_rows),
        activity_id: committed.activity_id.clone(),
        record,
    })
}

pub(crate) fn summaries(database: &Database) -> Vec<ActionSummary> {
    database
        .actions
        .iter()
        .map(|item| {
            let check = check_record(database.database_type, &item.fields);
            let text = |field: &str| item.fields.get(field).and_then(Value::as_str);
            ActionSummary {
                id: item.id.clone(),
                tag: item.tag().to_owned(),
                name: item.name().to_owned(),
                table_name: text("tableName").unwrap_or_default().to_owned(),
                action_type: item
                    .fields
                    .get("type")
                    .and_then(|kind| serde_json::from_value(kind.clone()).ok())
                    .unwrap_or(ActionTypeView::Read),
                description: text("description").map(str::to_owned),
                writes: check.writes,
                runnable: check.faults.is_empty(),
            }
        })
        .collect()
}

/// The faults of the templates of actions that stand in the record of a database, by their path. One that is as it is stored was
/// checked when it came, or imported broken; it stays.
pub(crate) fn faults_in_database(
    record: &Value,
    database_type: catalog::DatabaseType,
    stored: &[DatabaseItem],
) -> Vec<FieldFault> {
    let given = record.get("actions").and_then(Value::as_array);
    given
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, action)| Some((index, action.as_object()?)))
        .filter(|(_, fields)| {
            let mut plain = (*fields).clone();
            plain.shift_remove("id");
            !stored
                .iter()
                .any(|item| fingerprint(&item.fields) == fingerprint(&plain))
        })
        .flat_map(|(index, fields)| {
            let path = format!("actions[{index}]");
            record_faults(database_type, fields)
                .into_iter()
                .map(move |fault| fault.under(&path))
        })
        .collect()
}
