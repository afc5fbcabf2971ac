//! Environments.

use workbench::{Changed, EnvironmentInput, EnvironmentPatchInput, EnvironmentView};

use super::{Answer, Bench};

/// Creates one at the end of a product's.
#[tauri::command]
pub async fn environment_create(
    bench: Bench<'_>,
    product_id: String,
    input: EnvironmentInput,
) -> Answer<Changed<EnvironmentView>> {
    bench.environment_create(product_id, input).await
}

/// Patches one.
#[tauri::command]
pub async fn environment_update(
    bench: Bench<'_>,
    id: String,
    patch: EnvironmentPatchInput,
) -> Answer<Changed<EnvironmentView>> {
    bench.environment_update(id, patch).await
}

/// Puts a product's in another order.
#[tauri::command]
pub async fn environment_reorder(
    bench: Bench<'_>,
    product_id: String,
    ids: Vec<String>,
) -> Answer<()> {
    bench.environment_reorder(product_id, ids).await
}

/// Deletes one with its configs; answers the activity that undoes it.
#[tauri::command]
pub async fn environment_delete(bench: Bench<'_>, id: String) -> Answer<String> {
    bench.environment_delete(id).await
}
