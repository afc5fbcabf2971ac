//! `tapedeck migration import` and `export`: folders of other tools.

use std::path::PathBuf;

use workbench::{Address, AppError, MigrationFormat, MigrationImport, Workbench};

use super::migration_run::database_id;
use crate::output::{Output, table};

/// Takes a folder into the list.
pub async fn import(
    target: &Address,
    folder: PathBuf,
    format: MigrationFormat,
    dry_run: bool,
    workbench: &Workbench,
    output: Output,
) -> Result<(), AppError> {
    let id = database_id(target, workbench).await?;
    let import = workbench
        .migration_import_folder(id, folder, format, dry_run)
        .await?;
    import.notes.iter().for_each(|note| output.remark(note));
    output.document(&import, |import| imported(import, dry_run))
}

/// Writes the list to a folder.
pub async fn export(
    target: &Address,
    folder: PathBuf,
    format: MigrationFormat,
    dry_run: bool,
    workbench: &Workbench,
    output: Output,
) -> Result<(), AppError> {
    let id = database_id(target, workbench).await?;
    let export = workbench
        .migration_export_folder(id, folder, format, dry_run)
        .await?;
    output.document(&export, |export| {
        let done = if dry_run {
            "would be written"
        } else {
            "written"
        };
        let mut lines = export.files.clone();
        lines.push(format!(
            "{} files {done}, {} there already.",
            export.files.len(),
            export.unchanged
        ));
        lines.join("\n")
    })
}

fn imported(import: &MigrationImport, dry_run: bool) -> String {
    if import.migrations.is_empty() {
        return "No migrations there.".to_owned();
    }
    let rows: Vec<_> = import
        .migrations
        .iter()
        .map(|one| {
            let state = match (one.exists, dry_run) {
                (true, _) => "there already",
                (false, true) => "would come",
                (false, false) => "imported",
            };
            [
                one.tag.clone(),
                one.up.to_string(),
                one.down.to_string(),
                state.to_owned(),
            ]
        })
        .collect();
    table(["TAG", "UP", "DOWN", ""], &rows)
}
