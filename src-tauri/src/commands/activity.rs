//! What was done here, and undoing it.

use tauri::WebviewWindow;
use workbench::{ActivityView, PurgeView};

use super::{Answer, Bench};
use crate::confirmation;

/// Newest first, from before an activity.
#[tauri::command]
pub async fn activity_list(
    bench: Bench<'_>,
    before: Option<String>,
    limit: u32,
) -> Answer<Vec<ActivityView>> {
    bench.activity_list(before, limit).await
}

/// Undoes an edit or a deletion.
#[tauri::command]
pub async fn activity_undo(bench: Bench<'_>, id: String) -> Answer<()> {
    bench.activity_undo(id).await.map(drop)
}

/// Makes a deletion final, once the person has said so in the system's own dialog.
#[tauri::command]
pub async fn activity_purge(
    window: WebviewWindow,
    bench: Bench<'_>,
    id: String,
) -> Answer<PurgeView> {
    let deletion = bench.deletion(id.clone()).await?;
    confirmation::of_purge(&window, &deletion).await?;
    bench.purge_deletion(id).await.map(PurgeView::from)
}
