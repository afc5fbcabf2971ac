//! The first frame.

use workbench::Bootstrap;

use super::{Answer, Bench};

/// What the first frame needs, in one call.
#[tauri::command]
pub async fn app_bootstrap(bench: Bench<'_>) -> Answer<Bootstrap> {
    bench.app_bootstrap().await
}
