//! `tapedeck migration`: the records, and what compares. Runs are in `migration_run`.

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use workbench::{
    Address, AppError, Changed, MigrationCell, MigrationStatusEvent, MigrationView, Workbench,
};

use super::{migration_compare, migration_folder, migration_run, text_of};
use crate::arguments::MigrationVerb;
use crate::exit;
use crate::input::read_json;
use crate::output::{Output, pretty, table};

/// Runs a verb.
pub async fn run(
    verb: MigrationVerb,
    confirm: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    match verb {
        MigrationVerb::Create { target, file } => {
            let database = target.need_database()?.to_owned();
            let changed = workbench
                .migration_create_record(target.product.clone(), database, read_json(&file)?)
                .await?;
            written(workbench, &target, &changed, "Created", output).await?;
        }
        MigrationVerb::New { target, name } => {
            let database = target.need_database()?.to_owned();
            let record = workbench
                .migration_template(target.product.clone(), database, name)
                .await?;
            output.document(&record, |record| pretty(record).unwrap_or_default())?;
            output.remark(&format!(
                "Nothing is saved yet. Write its statements into up and down, then: tapedeck migration create {target} -f FILE"
            ));
        }
        MigrationVerb::List { target } => {
            let database = target.need_database()?.to_owned();
            let records = workbench
                .migration_records(target.product, database)
                .await?;
            output.document(&records, |records| listed(records))?;
        }
        MigrationVerb::Show { target } => {
            let (product, database, tag) = address(&target)?;
            let record = workbench.migration_record(product, database, tag).await?;
            output.document(&record, describe)?;
        }
        MigrationVerb::Update {
            target,
            file,
            accept_checksum,
        } => {
            let (product, database, tag) = address(&target)?;
            let accepted = confirm.filter(|_| accept_checksum);
            let changed = workbench
                .migration_update_record(product, database, tag, read_json(&file)?, accepted)
                .await?;
            written(workbench, &target, &changed, "Updated", output).await?;
        }
        MigrationVerb::Delete { target } => {
            let (product, database, tag) = address(&target)?;
            workbench
                .migration_delete_in(product, database, tag.clone())
                .await?;
            output.document(&json!({ "deleted": tag }), |_| format!("Deleted {target}."))?;
        }
        MigrationVerb::Order { target, tags } => {
            let database = target.need_database()?.to_owned();
            let records = workbench
                .migration_order_in(target.product, database, tags)
                .await?;
            output.document(&records, |records| listed(records))?;
        }
        MigrationVerb::Status { target, env, drift } => {
            return status(&target, env.as_deref(), drift, workbench, output).await;
        }
        MigrationVerb::Adopt { target, tag } => {
            let (id, env) = migration_run::place(&target, workbench).await?;
            let changed = workbench.migration_adopt(id, env, tag).await?;
            written(workbench, &target, &changed, "Adopted", output).await?;
        }
        MigrationVerb::Diff {
            target,
            left,
            right,
            mend,
        } => {
            return migration_compare::diff(&target, left, right, mend, workbench, output).await;
        }
        MigrationVerb::Drift {
            target,
            env,
            accept,
        } => {
            let env = env.as_deref();
            return match accept {
                true => migration_compare::accept(&target, confirm, workbench, output).await,
                false => migration_compare::drift(&target, env, workbench, output).await,
            };
        }
        MigrationVerb::Import {
            target,
            folder,
            format,
            dry_run,
        } => {
            migration_folder::import(&target, folder, format.into(), dry_run, workbench, output)
                .await?;
        }
        MigrationVerb::Export {
            target,
            folder,
            format,
            dry_run,
        } => {
            migration_folder::export(&target, folder, format.into(), dry_run, workbench, output)
                .await?;
        }
        verb => return migration_run::run(verb, confirm, workbench, output).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn address(target: &Address) -> Result<(String, String, String), AppError> {
    let (database, tag) = target.need_migration()?;
    Ok((target.product.clone(), database.to_owned(), tag.to_owned()))
}

async fn written(
    workbench: &Workbench,
    target: &Address,
    changed: &Changed<MigrationView>,
    done: &str,
    output: Output,
) -> Result<(), AppError> {
    let database = target.need_database()?.to_owned();
    let id = changed.record.id.clone();
    let record = workbench
        .migration_record(target.product.clone(), database, id)
        .await?;
    changed.hints.iter().for_each(|hint| output.remark(hint));
    output.document(&record, |record| {
        format!("{done} {}.", text_of(record, "tag"))
    })
}

fn statements<'a>(record: &'a Value, outer: &str, inner: &str) -> &'a [Value] {
    record
        .get(outer)
        .and_then(|value| value.get(inner))
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn listed(records: &[Value]) -> String {
    if records.is_empty() {
        return "No migrations yet.".to_owned();
    }
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            let down = statements(record, "value", "down").len();
            [
                text_of(record, "position"),
                text_of(record, "tag"),
                text_of(record, "name"),
                statements(record, "value", "up").len().to_string(),
                if down == 0 {
                    "none".to_owned()
                } else {
                    down.to_string()
                },
            ]
        })
        .collect();
    table(["#", "TAG", "NAME", "UP", "DOWN"], &rows)
}

/// A statement as a person reads it: SQL as it is, a command as JSON.
pub(super) fn statement_text(statement: &Value) -> String {
    match statement {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

fn describe(record: &Value) -> String {
    let mut text = ["position", "tag", "name"]
        .map(|field| text_of(record, field))
        .join("  ");
    let description = text_of(record, "description");
    if !description.is_empty() {
        text.push_str("\n\n");
        text.push_str(&description);
    }
    for (title, outer, inner) in [
        ("Check before", "checks", "pre"),
        ("Up", "value", "up"),
        ("Check after", "checks", "post"),
        ("Down", "value", "down"),
    ] {
        let list = statements(record, outer, inner);
        if !list.is_empty() {
            text.push_str(&format!("\n\n{title}:"));
        }
        for (index, statement) in list.iter().enumerate() {
            text.push_str(&format!("\n{}. {}", index + 1, statement_text(statement)));
        }
    }
    text
}

async fn status(
    target: &Address,
    env: Option<&str>,
    drift: bool,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let request = workbench
        .migration_status_request(target, env, drift)
        .await?;
    let order = request.config_ids.clone().unwrap_or_default();
    let cells = Mutex::new(Vec::new());
    let summary = workbench
        .migration_status_start(request, |event| {
            if let MigrationStatusEvent::Read { cell } = event {
                let mut cells = cells.lock().unwrap_or_else(PoisonError::into_inner);
                cells.push(*cell);
            }
        })
        .await?;
    let mut cells: Vec<MigrationCell> = cells.into_inner().unwrap_or_else(PoisonError::into_inner);
    cells.sort_by_key(|cell| order.iter().position(|id| *id == cell.config_id));
    if summary.skipped > 0 {
        output.remark(&format!(
            "{} of inactive environments were skipped.",
            summary.skipped
        ));
    }
    output.document(&cells, |cells| standing(cells))?;
    Ok(ExitCode::from(if summary.failed == 0 {
        exit::DONE
    } else {
        exit::FAILED
    }))
}

/// What a person wants to know of each cell: its head, how far it is behind, and what is wrong.
fn standing(cells: &[MigrationCell]) -> String {
    if cells.is_empty() {
        return "No connections here.".to_owned();
    }
    let rows: Vec<_> = cells
        .iter()
        .map(|cell| {
            [
                format!("{}@{}", cell.database, cell.env),
                cell.head.clone().unwrap_or_else(|| "-".to_owned()),
                state_words(cell),
            ]
        })
        .collect();
    let mut text = table(["DATABASE", "HEAD", "STATE"], &rows);
    for cell in cells {
        for one in &cell.migrations {
            let at = format!("{}@{}", cell.database, cell.env);
            if let Some(half) = super::migration_words::half_done(one) {
                text.push_str(&format!(
                    "\n\n{at}: {half}\n  tapedeck migration repair PRODUCT/{at} --resume, --undo, --mark applied or --mark reverted"
                ));
            }
        }
        if let Some(error) = &cell.error {
            text.push_str(&format!(
                "\n\n{}@{}: {}",
                cell.database, cell.env, error.message
            ));
        }
    }
    text
}

fn state_words(cell: &MigrationCell) -> String {
    if let Some(error) = &cell.error {
        return format!("not read ({})", error.code);
    }
    let mut words = Vec::new();
    let mut counted = |count: u32, word: &str| {
        if count > 0 {
            words.push(format!("{count} {word}"));
        }
    };
    counted(cell.failed, "stopped half way");
    counted(cell.pending, "pending");
    counted(cell.missing, "not in this catalog");
    counted(cell.changed, "edited since");
    if cell.drift == Some(true) {
        words.push("schema drifted".to_owned());
    }
    if words.is_empty() {
        words.push("up to date".to_owned());
    }
    words.join(", ")
}
