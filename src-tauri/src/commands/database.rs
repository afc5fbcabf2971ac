//! Databases with their environment configs.

use workbench::{Changed, DatabaseInput, DatabasePatchInput, DatabaseView, SchemaOutline};

use super::{Answer, Bench};

/// Creates one.
#[tauri::command]
pub async fn database_create(
    bench: Bench<'_>,
    product_id: String,
    input: DatabaseInput,
) -> Answer<Changed<DatabaseView>> {
    bench.database_create(product_id, input).await
}

/// Patches one; environment configs merge by slug.
#[tauri::command]
pub async fn database_update(
    bench: Bench<'_>,
    id: String,
    patch: DatabasePatchInput,
) -> Answer<Changed<DatabaseView>> {
    bench.database_update(id, patch).await
}

/// Deletes one; answers the activity that undoes it.
#[tauri::command]
pub async fn database_delete(bench: Bench<'_>, id: String) -> Answer<String> {
    bench.database_delete(id).await
}

/// The tables and columns of one in an environment, for completion.
#[tauri::command]
pub async fn schema_outline(
    bench: Bench<'_>,
    database_id: String,
    env: String,
) -> Answer<SchemaOutline> {
    bench.schema_outline(database_id, env).await
}
