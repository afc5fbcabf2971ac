//! The port behind which secrets are kept.

use crate::{Secret, SecretId, SecretStoreError};

/// The most bytes that a value may take in UTF-16. Windows refuses more; it is the limit everywhere, so that a catalog
/// can move between systems.
pub const LIMIT_BYTES: usize = 2_560;

/// A secret on its way into a store.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which one.
    pub id: SecretId,
    /// The secret itself.
    pub value: Secret,
    /// What the person sees in their password manager.
    pub label: String,
}

/// Where secrets are kept: a keyring, a vault file, memory. Calls block, perhaps until a person has answered a prompt; use
/// them through [`crate::Secrets`].
pub trait SecretStore: Send + Sync + 'static {
    /// The secret, or `None` when the store has none of this id. May ask the person to unlock the store.
    ///
    /// # Errors
    /// When the store can't be used.
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError>;

    /// Keeps a secret in place of what this id held. `label` is what the person sees in their password manager.
    ///
    /// # Errors
    /// When the store can't be used, or the value takes more than [`LIMIT_BYTES`].
    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError>;

    /// Removes a secret; false when there was none.
    ///
    /// # Errors
    /// When the store can't be used.
    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError>;

    /// The ids of all secrets, in order. Reads no value and prompts for nothing; a locked store answers with its ids
    /// or [`SecretStoreError::Locked`], whichever it can.
    ///
    /// # Errors
    /// When the store can't be used.
    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError>;

    /// Whether the store must be unlocked before it gives or takes a secret. Prompts for nothing.
    ///
    /// # Errors
    /// When the store can't be used.
    fn locked(&self) -> Result<bool, SecretStoreError>;

    /// As [`SecretStore::set`] for many; after a failure some may be kept.
    ///
    /// # Errors
    /// When the store can't be used, or a value takes more than [`LIMIT_BYTES`].
    fn set_many(&self, entries: &[Entry]) -> Result<(), SecretStoreError> {
        entries
            .iter()
            .try_for_each(|entry| self.set(&entry.id, &entry.value, &entry.label))
    }

    /// As [`SecretStore::delete`] for many; answers how many there were. After a failure some may be gone.
    ///
    /// # Errors
    /// When the store can't be used.
    fn delete_many(&self, ids: &[SecretId]) -> Result<usize, SecretStoreError> {
        let mut removed = 0;
        for id in ids {
            removed += usize::from(self.delete(id)?);
        }
        Ok(removed)
    }

    /// Whether people chose to be asked for secrets each time, so that one which is not here was not lost.
    fn forgets(&self) -> bool {
        false
    }
}

/// Refuses a value that some supported system could not keep.
///
/// # Errors
/// [`SecretStoreError::TooLong`].
pub fn check_length(value: &Secret) -> Result<(), SecretStoreError> {
    let actual_bytes = value.expose().encode_utf16().count() * 2;
    if actual_bytes > LIMIT_BYTES {
        return Err(SecretStoreError::TooLong {
            limit_bytes: LIMIT_BYTES,
            actual_bytes,
        });
    }
    Ok(())
}

/// What this machine has of the credentials that a connection needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    /// The connection needs no secret.
    NoneNeeded,
    /// All are here.
    Present,
    /// At least one is not on this machine.
    Missing,
    /// The keyring must be unlocked first.
    Locked,
    /// There is no keyring that could be used.
    Unavailable,
}

impl CredentialState {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialState::NoneNeeded => "none_needed",
            CredentialState::Present => "present",
            CredentialState::Missing => "missing",
            CredentialState::Locked => "locked",
            CredentialState::Unavailable => "unavailable",
        }
    }
}
