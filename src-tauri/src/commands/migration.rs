//! Migrations: their records, where each environment is, and runs, told as they happen.

use tauri::AppHandle;
use tauri::ipc::Channel;
use workbench::{
    Changed, MigrationBatchPlan, MigrationBatchRequest, MigrationCell, MigrationCheck,
    MigrationDraft, MigrationFormat, MigrationImport, MigrationImportPlanned, MigrationInput,
    MigrationPatchInput, MigrationPlan, MigrationRunEvent, MigrationRunReport, MigrationRunRequest,
    MigrationStatusEvent, MigrationStatusRequest, MigrationSummary, MigrationView, PromotionPolicy,
    SchemaComparison,
};

use super::{Answer, Bench};
use crate::file_dialog::ask;

/// Those of a database, in their order.
#[tauri::command]
pub async fn migration_list(
    bench: Bench<'_>,
    database_id: String,
) -> Answer<Vec<MigrationSummary>> {
    bench.migration_list(database_id).await
}

/// One, with what its statements say.
#[tauri::command]
pub async fn migration_fetch(bench: Bench<'_>, id: String) -> Answer<MigrationView> {
    bench.migration_fetch(id).await
}

/// Creates one at the end of a database's.
#[tauri::command]
pub async fn migration_create(
    bench: Bench<'_>,
    database_id: String,
    input: MigrationInput,
) -> Answer<Changed<MigrationView>> {
    bench.migration_create(database_id, input).await
}

/// Patches one.
#[tauri::command]
pub async fn migration_update(
    bench: Bench<'_>,
    id: String,
    patch: MigrationPatchInput,
) -> Answer<Changed<MigrationView>> {
    bench.migration_update(id, patch).await
}

/// Deletes one that is applied nowhere; answers the activity that undoes it.
#[tauri::command]
pub async fn migration_delete(bench: Bench<'_>, id: String) -> Answer<String> {
    bench.migration_delete(id).await
}

/// Puts those that are applied nowhere in another order.
#[tauri::command]
pub async fn migration_order(
    bench: Bench<'_>,
    database_id: String,
    ids: Vec<String>,
) -> Answer<Changed<Vec<MigrationSummary>>> {
    bench.migration_order(database_id, ids).await
}

/// What the statements say that somebody is typing.
#[tauri::command]
pub async fn migration_check(bench: Bench<'_>, draft: MigrationDraft) -> Answer<MigrationCheck> {
    bench.migration_check(draft).await
}

/// Every cell as it was last found. Reads no server.
#[tauri::command]
pub async fn migration_matrix(bench: Bench<'_>, product_id: String) -> Answer<Vec<MigrationCell>> {
    bench.migration_matrix(product_id).await
}

/// Reads the targets, and tells of each; answers when all have ended.
#[tauri::command]
pub async fn migration_status_start(
    bench: Bench<'_>,
    request: MigrationStatusRequest,
    events: Channel<MigrationStatusEvent>,
) -> Answer<()> {
    let read = bench.migration_status_start(request, super::tell(events));
    read.await.map(drop)
}

/// Ends a refresh, a plan, a run or a batch.
#[tauri::command]
pub async fn migration_cancel(bench: Bench<'_>, run_id: String) -> Answer<()> {
    bench.migration_cancel(run_id).await
}

/// What a run would send, and what stands in its way. Sends nothing but reads.
#[tauri::command]
pub async fn migration_plan(
    bench: Bench<'_>,
    request: MigrationRunRequest,
) -> Answer<MigrationPlan> {
    bench.migration_plan(request).await
}

/// Runs, reverts, promotes, records or repairs; answers when it has ended.
#[tauri::command]
pub async fn migration_run(
    bench: Bench<'_>,
    request: MigrationRunRequest,
    events: Channel<MigrationRunEvent>,
) -> Answer<MigrationRunReport> {
    bench.migration_run(request, super::tell(events)).await
}

/// The plans of many targets, in the order in which they would run.
#[tauri::command]
pub async fn migration_batch_plan(
    bench: Bench<'_>,
    request: MigrationBatchRequest,
) -> Answer<MigrationBatchPlan> {
    bench.migration_batch_plan(request).await
}

/// Runs what is pending in many targets, and stops at the first failure.
#[tauri::command]
pub async fn migration_batch_run(
    bench: Bench<'_>,
    request: MigrationBatchRequest,
    events: Channel<MigrationRunEvent>,
) -> Answer<Vec<MigrationRunReport>> {
    bench
        .migration_batch_run(request, super::tell(events))
        .await
}

/// Takes one that a colleague applied from the history in a target.
#[tauri::command]
pub async fn migration_adopt(
    bench: Bench<'_>,
    database_id: String,
    env: String,
    tag: String,
) -> Answer<Changed<MigrationView>> {
    bench.migration_adopt(database_id, env, tag).await
}

/// The live schema beside the one that the last run left.
#[tauri::command]
pub async fn migration_drift(
    bench: Bench<'_>,
    database_id: String,
    env: String,
) -> Answer<SchemaComparison> {
    bench.migration_drift(database_id, env).await
}

/// Takes the live schema as the one to compare with.
#[tauri::command]
pub async fn migration_drift_accept(
    bench: Bench<'_>,
    database_id: String,
    env: String,
    confirm: Option<String>,
) -> Answer<()> {
    bench
        .migration_drift_accept(database_id, env, confirm)
        .await
}

/// The schemas of two environments, compared.
#[tauri::command]
pub async fn migration_diff(
    bench: Bench<'_>,
    database_id: String,
    left: String,
    right: String,
) -> Answer<SchemaComparison> {
    bench.migration_diff(database_id, left, right).await
}

/// Reads a folder of another tool that the person chooses; null when the dialog was closed.
#[tauri::command]
pub async fn migration_import_open(
    app: AppHandle,
    bench: Bench<'_>,
    database_id: String,
    format: MigrationFormat,
) -> Answer<Option<MigrationImportPlanned>> {
    let chosen = ask(&app, |dialog, answer| dialog.pick_folder(answer));
    match chosen.await? {
        Some(folder) => bench
            .migration_import_plan(database_id, folder, format)
            .await
            .map(Some),
        None => Ok(None),
    }
}

/// Does what the dry run showed.
#[tauri::command]
pub async fn migration_import_apply(bench: Bench<'_>, token: String) -> Answer<MigrationImport> {
    bench.migration_import_apply(token).await
}

/// Writes a database's to a folder that the person chooses; null when the dialog was closed.
#[tauri::command]
pub async fn migration_export(
    app: AppHandle,
    bench: Bench<'_>,
    database_id: String,
    format: MigrationFormat,
) -> Answer<Option<String>> {
    let chosen = ask(&app, |dialog, answer| dialog.pick_folder(answer));
    let Some(folder) = chosen.await? else {
        return Ok(None);
    };
    let shown = folder.display().to_string();
    bench
        .migration_export_folder(database_id, folder, format, false)
        .await?;
    Ok(Some(shown))
}

/// In which order the environments of a product get migrations.
#[tauri::command]
pub async fn promotion_policy(bench: Bench<'_>, product_id: String) -> Answer<PromotionPolicy> {
    bench.promotion_policy(product_id).await
}

/// Sets that order.
#[tauri::command]
pub async fn promotion_policy_set(
    bench: Bench<'_>,
    product_id: String,
    policy: PromotionPolicy,
) -> Answer<PromotionPolicy> {
    bench.promotion_policy_set(product_id, policy).await
}
