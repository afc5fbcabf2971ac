//! Choosing a file or a folder to name in a connection URL: a certificate, a key, a folder of plugins.

use tauri::AppHandle;

use super::Answer;
use crate::file_dialog::ask;

/// The path that the person chose, for a field that names one; null when they closed the dialog. Nothing of it is read.
#[tauri::command]
pub async fn file_choose(app: AppHandle, folder: bool) -> Answer<Option<String>> {
    let chosen = ask(&app, |dialog, answer| {
        if folder {
            dialog.pick_folder(answer);
        } else {
            dialog.pick_file(answer);
        }
    });
    Ok(chosen.await?.map(|path| path.display().to_string()))
}
