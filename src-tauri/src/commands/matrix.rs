//! The home screen.

use workbench::MatrixView;

use super::{Answer, Bench};

/// Databases by environments. Reads no secret.
#[tauri::command]
pub async fn matrix_load(bench: Bench<'_>, product_id: String) -> Answer<MatrixView> {
    bench.matrix_load(product_id).await
}
