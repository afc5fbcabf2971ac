//! Export and import. The person chooses the file in the system's own dialog; the page never names a path.

use tauri::AppHandle;
use workbench::{ImportPlanned, ImportView};

use super::{Answer, Bench};
use crate::file_dialog::ask;

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

/// Reads a file and says what importing it would do; null when the person closed the dialog.
#[tauri::command]
pub async fn import_open(
    app: AppHandle,
    bench: Bench<'_>,
    passphrase: Option<String>,
) -> Answer<Option<ImportPlanned>> {
    let chosen = ask(&app, |dialog, answer| {
        dialog.add_filter(FILTER.0, FILTER.1).pick_file(answer);
    });
    match chosen.await? {
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
