//! Where secrets are kept, and what is lacking there. Passphrases and passwords come in, and never go out.

use workbench::{
    SecretEntered, SecretEntry, SecretPlaceChoice, SecretPlaceChosen, SecretPlaceStatus,
    SecretsToEnter,
};

use super::{Answer, Bench};

/// Where passwords are kept, and how that place is. May take as long as the keyring may.
#[tauri::command]
pub async fn secret_place_status(bench: Bench<'_>) -> Answer<SecretPlaceStatus> {
    bench.secret_place_status().await
}

/// Chooses another place.
#[tauri::command]
pub async fn secret_place_choose(
    bench: Bench<'_>,
    choice: SecretPlaceChoice,
) -> Answer<SecretPlaceChosen> {
    bench.secret_place_choose(choice).await
}

/// Unlocks the vault file.
#[tauri::command]
pub async fn vault_unlock(bench: Bench<'_>, passphrase: String) -> Answer<()> {
    bench.vault_unlock(passphrase.into()).await
}

/// Locks it at once.
#[tauri::command]
pub async fn vault_lock(bench: Bench<'_>) -> Answer<()> {
    bench.vault_lock().await
}

/// Changes its passphrase.
#[tauri::command]
pub async fn vault_passphrase_change(bench: Bench<'_>, old: String, new: String) -> Answer<()> {
    bench.vault_passphrase_change(old.into(), new.into()).await
}

/// What a product lacks on this machine.
#[tauri::command]
pub async fn secrets_to_enter(
    bench: Bench<'_>,
    product_id: Option<String>,
) -> Answer<SecretsToEnter> {
    bench.secrets_to_enter(product_id).await
}

/// Keeps what was typed; says which failed.
#[tauri::command]
pub async fn secrets_enter(
    bench: Bench<'_>,
    typed: Vec<SecretEntered>,
) -> Answer<Vec<SecretEntry>> {
    bench.secrets_enter(typed).await
}
