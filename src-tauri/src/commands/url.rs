//! Connection URLs: what an editor needs, and the two ways by which a person gets a real one.

use tauri::AppHandle;
use workbench::{RevealedUrl, UrlEdit, UrlInspection, UrlTextChange};

use super::{Answer, Bench};
use crate::clipboard;

/// A text taken apart, secrets left out.
#[tauri::command]
pub async fn url_inspect(
    bench: Bench<'_>,
    text: String,
    database_type: Option<String>,
) -> Answer<UrlInspection> {
    bench.url_inspect(text, database_type).await
}

/// A form's edit as changes of the text.
#[tauri::command]
pub async fn url_edit(
    bench: Bench<'_>,
    text: String,
    database_type: String,
    edit: UrlEdit,
) -> Answer<Vec<UrlTextChange>> {
    bench.url_edit(text, database_type, edit).await
}

/// The real URL of one cell, on a person's gesture; written in the activity list.
#[tauri::command]
pub async fn url_reveal(bench: Bench<'_>, config_id: String) -> Answer<RevealedUrl> {
    bench.url_reveal(config_id).await
}

/// Puts a cell's URL on the clipboard. The page never sees the real one.
#[tauri::command]
pub async fn url_copy(
    app: AppHandle,
    bench: Bench<'_>,
    config_id: String,
    masked: bool,
) -> Answer<()> {
    let copied = bench.url_for_copy(config_id, masked).await?;
    clipboard::write(&app, &copied)
}
