//! Products.

use workbench::{Changed, ProductInput, ProductPatchInput, ProductView};

use super::{Answer, Bench};

/// Every product.
#[tauri::command]
pub async fn product_list(bench: Bench<'_>) -> Answer<Vec<ProductView>> {
    bench.product_list().await
}

/// Creates one, with its environments where they are given.
#[tauri::command]
pub async fn product_create(bench: Bench<'_>, input: ProductInput) -> Answer<Changed<ProductView>> {
    bench.product_create(input).await
}

/// Makes the sample product, with files of its own.
#[tauri::command]
pub async fn product_sample(bench: Bench<'_>) -> Answer<Changed<ProductView>> {
    bench.product_sample().await
}

/// Patches one.
#[tauri::command]
pub async fn product_update(
    bench: Bench<'_>,
    id: String,
    patch: ProductPatchInput,
) -> Answer<Changed<ProductView>> {
    bench.product_update(id, patch).await
}

/// Deletes one; answers the activity that undoes it.
#[tauri::command]
pub async fn product_delete(bench: Bench<'_>, id: String) -> Answer<String> {
    bench.product_delete(id).await
}
