//! Export and import. The person chooses the file in the system's own dialog; the page never names a path.

use tauri::{AppHandle, State};
use workbench::{AppError, ImportPlanned, ImportView};

use super::{Answer, Bench};
use crate::file_dialog::ask;
use crate::given_file::GivenFile;

/// Name and endings of the files that an export writes.
const FILTER: (&str, &[&str]) = ("Tapedeck", &["json"]);

/// Writes a product to a file; null when the person closed the dialog.
#[tauri::command]
pub async fn export_save(
    app: AppHandle,
    bench: Bench<'_>,
    product_id: String,
    passphrase: Option<String>,
) -> Answer<Option<String>> {
    let Some(path) = ask(&app, |dialog, answer| {
        dialog
            .add_filter(FILTER.0, FILTER.1)
            .set_file_name("product.tapedeck.json")
            .save_file(answer);
    })
    .await?
    else {
        return Ok(None);
    };
    bench
        .export_write(product_id, passphrase.map(Into::into), path.clone())
        .await?;
    Ok(Some(path.display().to_string()))
}

/// The name of the file that the system opened this program with; once, null after that and where there is none.
#[tauri::command]
pub async fn import_given(given: State<'_, GivenFile>) -> Answer<Option<String>> {
    Ok(given.tell())
}

/// Reads a file and says what importing it would do: the one that the program was opened with, or else one that the person
/// chooses; null when the person closed the dialog.
#[tauri::command]
pub async fn import_open(
    app: AppHandle,
    bench: Bench<'_>,
    files: State<'_, GivenFile>,
    passphrase: Option<String>,
    given: bool,
) -> Answer<Option<ImportPlanned>> {
    let path = if given {
        let nothing = || AppError::new("not_found", "No file was opened. Choose one.");
        Some(files.path().ok_or_else(nothing)?)
    } else {
        ask(&app, |dialog, answer| {
            dialog.add_filter(FILTER.0, FILTER.1).pick_file(answer);
        })
        .await?
    };
    match path {
        Some(path) => bench
            .import_plan_file(path, passphrase.map(Into::into))
            .await
            .map(Some),
        None => Ok(None),
    }
}

/// Does what the dry run showed.
#[tauri::command]
pub async fn import_apply(bench: Bench<'_>, token: String) -> Answer<ImportView> {
    bench.import_apply(token).await
}
