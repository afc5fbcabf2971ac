//! Connection URLs: what an editor needs, and the two ways by which a person gets a real one.

use tauri::{AppHandle, WebviewWindow};
use workbench::{
    Changed, CompareSide, DatabaseView, RevealedUrl, UrlComparison, UrlCompletions, UrlCopyPreview,
    UrlCopyRequest, UrlEdit, UrlFormatted, UrlInspection, UrlTextChange,
};

use super::{Answer, Bench};
use crate::{clipboard, confirmation};

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

/// What may stand at the cursor.
#[tauri::command]
pub async fn url_complete(
    bench: Bench<'_>,
    text: String,
    database_type: String,
    offset: u32,
) -> Answer<UrlCompletions> {
    bench.url_complete(text, database_type, offset).await
}

/// The real URL of one cell, once the person has said yes in the system's own dialog; written in the activity list.
#[tauri::command]
pub async fn url_reveal(
    window: WebviewWindow,
    bench: Bench<'_>,
    config_id: String,
) -> Answer<RevealedUrl> {
    let cell = bench.cell_name(&config_id).await?;
    confirmation::of_reveal(&window, &cell).await?;
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

/// Two environments' URLs part by part; secrets are compared, never shown.
#[tauri::command]
pub async fn url_compare(
    bench: Bench<'_>,
    database_id: String,
    left: CompareSide,
    right: CompareSide,
) -> Answer<UrlComparison> {
    bench.url_compare(database_id, left, right).await
}

/// What a copy to other environments would make of each.
#[tauri::command]
pub async fn url_copy_preview(
    bench: Bench<'_>,
    request: UrlCopyRequest,
) -> Answer<Vec<UrlCopyPreview>> {
    bench.url_copy_preview(request).await
}

/// The copy, as one change of the database.
#[tauri::command]
pub async fn url_copy_apply(
    bench: Bench<'_>,
    request: UrlCopyRequest,
    revision: u64,
) -> Answer<Changed<DatabaseView>> {
    bench.url_copy_apply(request, Some(revision)).await
}

/// A cell's connection in another form, without secrets.
#[tauri::command]
pub async fn url_format(
    bench: Bench<'_>,
    config_id: String,
    text: Option<String>,
    format_id: String,
) -> Answer<UrlFormatted> {
    bench.url_format(config_id, text, format_id).await
}

/// Puts a cell's connection on the clipboard in another form. The page never sees a secret in it.
#[tauri::command]
pub async fn url_format_copy(
    app: AppHandle,
    bench: Bench<'_>,
    config_id: String,
    format_id: String,
    with_secrets: bool,
) -> Answer<()> {
    let copied = bench
        .url_format_for_copy(config_id, format_id, with_secrets)
        .await?;
    clipboard::write(&app, &copied)
}
