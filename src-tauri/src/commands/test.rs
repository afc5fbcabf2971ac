//! Connection tests, told as they happen.

use tauri::ipc::Channel;
use workbench::{DraftTestRequest, TestEvent, TestRequest, TestResult};

use super::{Answer, Bench, tell};

/// Tests cells; answers when all have ended.
#[tauri::command]
pub async fn test_start(
    bench: Bench<'_>,
    request: TestRequest,
    events: Channel<TestEvent>,
) -> Answer<()> {
    bench.test_start(request, tell(events)).await.map(drop)
}

/// Tests what is typed, before it is saved.
#[tauri::command]
pub async fn test_draft(
    bench: Bench<'_>,
    request: DraftTestRequest,
    events: Channel<TestEvent>,
) -> Answer<TestResult> {
    bench.test_draft(request, tell(events)).await
}

/// The last test of a cell, whole.
#[tauri::command]
pub async fn test_last(bench: Bench<'_>, config_id: String) -> Answer<Option<TestResult>> {
    bench.test_last(config_id).await
}

/// Ends a run, or one cell of it.
#[tauri::command]
pub async fn test_cancel(
    bench: Bench<'_>,
    run_id: String,
    config_id: Option<String>,
) -> Answer<()> {
    bench.test_cancel(run_id, config_id).await
}
