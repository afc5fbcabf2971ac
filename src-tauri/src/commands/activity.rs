//! What was done here, and undoing it.

use workbench::ActivityView;

use super::{Answer, Bench};

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
