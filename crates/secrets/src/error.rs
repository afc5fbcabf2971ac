//! What can be wrong with a store, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// Why a store did not answer. No variant can hold a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SecretStoreError {
    /// The store is there and must be unlocked by the person first.
    #[error(
        "The keyring is locked. Unlock it: answer its prompt, log in to the desktop, or open the desktop's password \
         manager."
    )]
    Locked,
    /// There is no store that could be used.
    #[error(
        "No keyring can be used here ({reason}). Start a Secret Service such as GNOME Keyring or KWallet; without one, \
         TAPEDECK_SECRET_<KEY> in the environment answers for $Secret{{KEY}}."
    )]
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
    #[error("The keyring did not answer within {}. Look for a prompt that waits for an answer, then try again.", seconds(.after))]
    TimedOut {
        /// The time limit that passed.
        after: Duration,
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
            SecretStoreError::Failed { .. } => "keyring_failed",
        }
    }

    /// Whether the same call may succeed later without a change to what it asks.
    pub fn retryable(&self) -> bool {
        !matches!(self, SecretStoreError::TooLong { .. })
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
            "The keyring did not answer within 1.5 s. Look for a prompt that waits for an answer, then try again."
        );
        assert!(
            SecretStoreError::unavailable("no D-Bus")
                .to_string()
                .contains("$Secret{KEY}")
        );
    }
}
