//! Actions: their records, and their runs, told as they happen.

use tauri::ipc::Channel;
use workbench::{
    ActionCheck, ActionCodeFormat, ActionCompareRequest, ActionDraft, ActionInputs,
    ActionPatchInput, ActionPlan, ActionRecordInput, ActionRunRequest, ActionRunView,
    ActionSummary, ActionView, Changed, RowComparison, RunEvent, RunPage,
};

use super::{Answer, Bench};

/// Those of a database, in their order.
#[tauri::command]
pub async fn action_list(bench: Bench<'_>, database_id: String) -> Answer<Vec<ActionSummary>> {
    bench.action_list(database_id).await
}

/// One, with what its templates say.
#[tauri::command]
pub async fn action_fetch(bench: Bench<'_>, id: String) -> Answer<ActionView> {
    bench.action_fetch(id).await
}

/// Creates one at the end of a database's.
#[tauri::command]
pub async fn action_create(
    bench: Bench<'_>,
    database_id: String,
    input: ActionRecordInput,
) -> Answer<Changed<ActionView>> {
    bench.action_create(database_id, input).await
}

/// Patches one.
#[tauri::command]
pub async fn action_update(
    bench: Bench<'_>,
    id: String,
    patch: ActionPatchInput,
) -> Answer<Changed<ActionView>> {
    bench.action_update(id, patch).await
}

/// Deletes one; answers the activity that undoes it.
#[tauri::command]
pub async fn action_delete(bench: Bench<'_>, id: String) -> Answer<String> {
    bench.action_delete(id).await
}

/// Copies one.
#[tauri::command]
pub async fn action_duplicate(bench: Bench<'_>, id: String) -> Answer<Changed<ActionView>> {
    bench.action_duplicate(id).await
}

/// Puts a database's in another order.
#[tauri::command]
pub async fn action_order(
    bench: Bench<'_>,
    database_id: String,
    ids: Vec<String>,
) -> Answer<Changed<Vec<ActionSummary>>> {
    bench.action_order(database_id, ids).await
}

/// What the templates say that somebody is typing.
#[tauri::command]
pub async fn action_check(bench: Bench<'_>, draft: ActionDraft) -> Answer<ActionCheck> {
    bench.action_check(draft).await
}

/// What a run would send, and where. Sends nothing.
#[tauri::command]
pub async fn action_plan(
    bench: Bench<'_>,
    id: String,
    env: String,
    input: ActionInputs,
) -> Answer<ActionPlan> {
    bench.action_plan(id, env, input).await
}

/// Runs one; answers when a page of its rows is there.
#[tauri::command]
pub async fn action_run(
    bench: Bench<'_>,
    request: ActionRunRequest,
    events: Channel<RunEvent>,
) -> Answer<RunPage> {
    bench.action_run(request, super::tell(events)).await
}

/// Another page of a run.
#[tauri::command]
pub async fn action_more(
    bench: Bench<'_>,
    run_id: String,
    limit: Option<u32>,
    events: Channel<RunEvent>,
) -> Answer<RunPage> {
    bench.action_more(run_id, limit, super::tell(events)).await
}

/// Ends a run at the server, or gives up the rows that are left.
#[tauri::command]
pub async fn action_cancel(bench: Bench<'_>, run_id: String) -> Answer<()> {
    bench.action_cancel(run_id).await
}

/// The runs of one that are remembered, newest first.
#[tauri::command]
pub async fn action_history(bench: Bench<'_>, id: String) -> Answer<Vec<ActionRunView>> {
    bench.action_history(id).await
}

/// Runs one in two environments, and compares.
#[tauri::command]
pub async fn action_compare(
    bench: Bench<'_>,
    request: ActionCompareRequest,
) -> Answer<RowComparison> {
    bench.action_compare(request).await
}

/// Ends a comparison at both servers.
#[tauri::command]
pub async fn action_compare_cancel(bench: Bench<'_>, run_id: String) -> Answer<()> {
    bench.action_compare_cancel(run_id).await
}

/// One with its values, in another form.
#[tauri::command]
pub async fn action_code(
    bench: Bench<'_>,
    id: String,
    env: String,
    input: ActionInputs,
    format: ActionCodeFormat,
) -> Answer<String> {
    bench.action_code(id, env, input, format).await
}
