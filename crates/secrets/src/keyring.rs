//! The operating system's keyring.
//!
//! One module a system; what they share is written against keyring-core's API, which each system's store crate
//! implements.

mod entry;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(not(any(target_os = "macos", windows)))]
mod linux;

#[cfg(not(any(target_os = "macos", windows)))]
use linux::System;
#[cfg(target_os = "macos")]
use macos::System;
#[cfg(windows)]
use windows::System;

use crate::store::check_length;
use crate::{Secret, SecretId, SecretStore, SecretStoreError};

/// The `service` attribute of every entry of ours.
const SERVICE: &str = "tapedeck";

/// The keyring of this operating system: the Secret Service (GNOME Keyring, KWallet, KeePassXC), the login keychain of
/// macOS, or the Windows Credential Manager. Nothing is connected before the first call, and a call after a failure
/// tries anew.
#[derive(Debug, Default)]
pub struct Keyring {
    system: System,
}

impl Keyring {
    /// The keyring of the person who runs this process.
    pub fn new() -> Keyring {
        Keyring::default()
    }
}

impl SecretStore for Keyring {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.system.get(id)
    }

    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        check_length(value)?;
        self.system.set(id, value, label)
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.system.delete(id)
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let mut ids = self.system.list()?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.system.locked()
    }
}
