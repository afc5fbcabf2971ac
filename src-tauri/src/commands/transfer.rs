//! Export and import. The person chooses the file in the system's own dialog; the page never names a path.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use workbench::{AppError, ImportPlanned, ImportView};

use super::{Answer, Bench};
use crate::failure;

/// Writes a product to a file; null when the person closed the dialog.
#[tauri::command]
pub async fn export_save(
    app: AppHandle,
    bench: Bench<'_>,
    product_id: String,
    passphrase: Option<String>,
) -> Answer<Option<String>> {
    let Some(path) = ask(&app, |dialog, answer| {
        dialog.set_file_name("product.json").save_file(answer)
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
    match ask(&app, |dialog, answer| dialog.pick_file(answer)).await? {
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

type FileAnswer = Box<dyn FnOnce(Option<FilePath>) + Send>;

/// Shows a file dialog without holding a thread while it is open.
async fn ask(
    app: &AppHandle,
    show: impl FnOnce(FileDialogBuilder<tauri::Wry>, FileAnswer),
) -> Result<Option<PathBuf>, AppError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    show(
        app.dialog().file().add_filter("Tapedeck", &["json"]),
        Box::new(|path| drop(tell.send(path))),
    );
    let chosen = told
        .await
        .map_err(|error| failure::desktop("The file dialog can't be shown", error))?;
    chosen
        .map(FilePath::into_path)
        .transpose()
        .map_err(|error| failure::desktop("This is no local file", error))
}
