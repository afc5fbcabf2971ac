//! The Windows Credential Manager. It is never locked while the person is logged in, and never prompts.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use windows_native_keyring_store::Store;

use super::entry;
use crate::{Secret, SecretId, SecretStoreError};

#[derive(Debug, Default)]
pub(super) struct System;

impl System {
    pub(super) fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        entry::get(&*open()?, id).map_err(explain)
    }

    /// The Credential Manager shows the id as the name of an entry; it takes no label.
    pub(super) fn set(
        &self,
        id: &SecretId,
        value: &Secret,
        _label: &str,
    ) -> Result<(), SecretStoreError> {
        // On this machine only: the default, Enterprise, roams with the person's profile to every other one.
        let modifiers = HashMap::from([("persistence", "Local")]);
        entry::set(&*open()?, id, value, &modifiers)
            .map(|_| ())
            .map_err(explain)
    }

    pub(super) fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        entry::delete(&*open()?, id).map_err(explain)
    }

    /// Names of credentials are `<id>.tapedeck` here. Windows hands out values with them; the store crate drops those.
    pub(super) fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let found = open()?
            .search(&HashMap::from([("pattern", r"\.tapedeck$")]))
            .map_err(explain)?;
        Ok(entry::ids(&found))
    }

    pub(super) fn locked(&self) -> Result<bool, SecretStoreError> {
        Ok(false)
    }
}

/// Opening costs nothing: the store holds no connection.
fn open() -> Result<Arc<CredentialStore>, SecretStoreError> {
    let store: Arc<CredentialStore> = Store::new().map_err(explain)?;
    Ok(store)
}

fn explain(error: keyring_core::Error) -> SecretStoreError {
    entry::explain(error, |_| None)
}
