//! The home screen.

use workbench::PackedMatrix;

use super::{Answer, Bench};

/// Databases by environments, packed. Reads no secret.
#[tauri::command]
pub async fn matrix_load(bench: Bench<'_>, product_id: String) -> Answer<PackedMatrix> {
    bench.matrix_load(product_id).await.map(PackedMatrix::from)
}
