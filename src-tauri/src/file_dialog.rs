//! The system's own dialogs for a file or a folder. The person chooses; a page never names a path to read or write.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use workbench::AppError;

use crate::failure;

/// Where a dialog puts what was chosen; nothing when it was closed.
pub type FileAnswer = Box<dyn FnOnce(Option<FilePath>) + Send>;

/// Shows a file dialog without holding a thread while it is open; `None` when the person closed it.
///
/// # Errors
/// `desktop` when the dialog can't be shown, or when what was chosen is no local file.
pub async fn ask(
    app: &AppHandle,
    show: impl FnOnce(FileDialogBuilder<tauri::Wry>, FileAnswer),
) -> Result<Option<PathBuf>, AppError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    show(app.dialog().file(), Box::new(|path| drop(tell.send(path))));
    let chosen = told
        .await
        .map_err(|error| failure::desktop("The file dialog can't be shown", error))?;
    chosen
        .map(FilePath::into_path)
        .transpose()
        .map_err(|error| failure::desktop("This is no local file", error))
}
