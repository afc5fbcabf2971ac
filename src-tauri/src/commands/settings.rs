//! Settings.

use workbench::Settings;

use super::{Answer, Bench};

/// Saves them; answers them as they are now.
#[tauri::command]
pub async fn settings_update(bench: Bench<'_>, settings: Settings) -> Answer<Settings> {
    bench.settings_update(settings).await
}
