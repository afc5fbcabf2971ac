//! Connections that other programs have here. The person chooses a folder in the system's own dialog; the page never names a path.

use tauri::AppHandle;
use workbench::{DiscoveryPlanned, DiscoveryRequest, DiscoveryView};

use super::{Answer, Bench};
use crate::file_dialog::ask;

/// Looks in the places of the home folder where other programs keep their connections.
#[tauri::command]
pub async fn discover_home(bench: Bench<'_>) -> Answer<DiscoveryView> {
    bench.discover(Vec::new()).await
}

/// Looks in a folder; null when the person closed the dialog.
#[tauri::command]
pub async fn discover_folder(app: AppHandle, bench: Bench<'_>) -> Answer<Option<DiscoveryView>> {
    let chosen = ask(&app, |dialog, answer| dialog.pick_folder(answer)).await?;
    match chosen {
        Some(folder) => bench.discover(vec![folder]).await.map(Some),
        None => Ok(None),
    }
}

/// What taking over the chosen ones would do; `import_apply` does it.
#[tauri::command]
pub async fn discover_plan(
    bench: Bench<'_>,
    request: DiscoveryRequest,
) -> Answer<DiscoveryPlanned> {
    bench.discover_plan(request).await
}
