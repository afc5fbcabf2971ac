//! What can be wrong with a store, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// Why a store did not answer. No variant can hold a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SecretStoreError {
    /// The store is there and must be unlocked by the person first.
    #[error("The keyring is locked.")]
    Locked,
    /// There is no store that could be used.
    #[error("No keyring can be used here ({reason}).")]
    Unavailable {
        /// What was found instead.
        reason: String,
    },
    /// The value is longer than every supported keyring can hold.
    #[error(
        "The secret takes {actual_bytes} bytes in UTF-16; a keyring entry holds at most {limit_bytes} (the limit of \
         Windows, kept everywhere so that a catalog can move). Shorten it."
    )]
    TooLong {
        /// How many bytes a value may take in UTF-16.
        limit_bytes: usize,
        /// How many this one takes.
        actual_bytes: usize,
    },
    /// The store did not answer in time; it may wait for a person, or hang.
    #[error("The keyring did not answer within {}.", seconds(.after))]
    TimedOut {
        /// The time limit that passed.
        after: Duration,
    },
    /// The vault file must be unlocked by its passphrase first.
    #[error("The vault file is locked. Unlock it with its passphrase.")]
    VaultLocked,
    /// Another passphrase than the vault file's.
    #[error("This is not the passphrase of the vault file.")]
    WrongPassphrase,
    /// The vault file is chosen, and is not there.
    #[error(
        "There is no vault file at {path}. Put a copy of it back, or choose another place for passwords and enter them \
         again."
    )]
    VaultMissing {
        /// Where it should be.
        path: String,
    },
    /// What stands in the vault file is not what was written there.
    #[error(
        "The vault file {path} is damaged ({reason}). It was left as it is. Put a copy of it in its place, or choose \
         another place for passwords and enter them again."
    )]
    VaultDamaged {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A later version of this program wrote the vault file.
    #[error(
        "The vault file {path} was written by a newer version of Tapedeck. Install that version to open it."
    )]
    VaultNewer {
        /// Which file.
        path: String,
    },
    /// The vault file can't be read or written.
    #[error("The vault file {path} can't be used: {reason}. What was in it is unchanged.")]
    VaultFailed {
        /// Which file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Another process, or another call of this one, moves the secrets just now.
    #[error("Passwords are being moved to another place just now. Try again in a moment.")]
    Moving,
    /// The catalog names a place that this version does not know. Guessing another would be a silent fallback.
    #[error(
        "The catalog keeps its passwords in \u{201c}{name}\u{201d}, which this version of Tapedeck does not know. Update it."
    )]
    UnknownPlace {
        /// What the catalog says.
        name: String,
    },
    /// Anything else.
    #[error("The keyring failed: {reason}")]
    Failed {
        /// What the store said.
        reason: String,
    },
}

impl SecretStoreError {
    /// The stable code that faces and scripts match.
    pub fn code(&self) -> &'static str {
        match self {
            SecretStoreError::Locked => "keyring_locked",
            SecretStoreError::Unavailable { .. } => "keyring_unavailable",
            SecretStoreError::TooLong { .. } => "secret_too_long",
            SecretStoreError::TimedOut { .. } => "keyring_timeout",
            SecretStoreError::VaultLocked => "vault_locked",
            SecretStoreError::WrongPassphrase => "vault_passphrase_wrong",
            SecretStoreError::VaultMissing { .. } => "vault_missing",
            SecretStoreError::VaultDamaged { .. } => "vault_damaged",
            SecretStoreError::VaultNewer { .. } => "vault_newer",
            SecretStoreError::VaultFailed { .. } => "vault_failed",
            SecretStoreError::Moving => "secrets_moving",
            SecretStoreError::UnknownPlace { .. } => "secret_place_unknown",
            SecretStoreError::Failed { .. } => "keyring_failed",
        }
    }

    /// Whether the same call may succeed later without a change to what it asks.
    pub fn retryable(&self) -> bool {
        !matches!(
            self,
            SecretStoreError::TooLong { .. }
                | SecretStoreError::VaultNewer { .. }
                | SecretStoreError::UnknownPlace { .. }
        )
    }

    /// Whether a person could unlock what refused.
    pub fn is_locked(&self) -> bool {
        matches!(
            self,
            SecretStoreError::Locked | SecretStoreError::VaultLocked
        )
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> SecretStoreError {
        SecretStoreError::Unavailable {
            reason: reason.into(),
        }
    }

    pub(crate) fn failed(reason: impl Into<String>) -> SecretStoreError {
        SecretStoreError::Failed {
            reason: reason.into(),
        }
    }
}

fn seconds(after: &Duration) -> String {
    format!("{} s", (after.as_secs_f64() * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences() {
        let after = Duration::from_millis(1500);
        assert_eq!(
            SecretStoreError::TimedOut { after }.to_string(),
            "The keyring did not answer within 1.5 s."
        );
        assert_eq!(
            SecretStoreError::unavailable("no D-Bus").to_string(),
            "No keyring can be used here (no D-Bus)."
        );
    }
}
