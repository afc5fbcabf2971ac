//! What this machine's keyring has.

use workbench::CredentialReport;

use super::{Answer, Bench};

/// The credential state of each cell of a product. May take as long as the keyring may.
#[tauri::command]
pub async fn credentials_check(bench: Bench<'_>, product_id: String) -> Answer<CredentialReport> {
    bench.credentials_check(product_id).await
}
