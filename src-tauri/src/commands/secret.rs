//! Named secrets. Values come in, and never go out.

use workbench::NamedSecretView;

use super::{Answer, Bench};

/// Named secrets, without their values.
#[tauri::command]
pub async fn secret_list(
    bench: Bench<'_>,
    product_id: Option<String>,
) -> Answer<Vec<NamedSecretView>> {
    bench.secret_list(product_id).await
}

/// Sets one.
#[tauri::command]
pub async fn secret_set(bench: Bench<'_>, name: String, value: String) -> Answer<()> {
    bench.secret_set(name, value.into()).await
}

/// Deletes one; the answer undoes it.
#[tauri::command]
pub async fn secret_delete(bench: Bench<'_>, name: String) -> Answer<String> {
    bench.secret_delete(name).await
}
