//! The login keychain of macOS.
//!
//! The system shows its own prompt where it needs one, also while another call waits. There is no way to ask whether
//! the keychain is locked that this API offers: a call that would have to prompt where it can't says so.

use std::collections::HashMap;
use std::sync::Arc;

use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStore;

use super::{SERVICE, entry};
use crate::{Secret, SecretId, SecretStoreError};

// Codes of SecBase.h.
const USER_CANCELED: i32 = -128;
const AUTHENTICATION_FAILED: i32 = -25_293;
const INTERACTION_REQUIRED: i32 = -25_315;
const INTERACTION_NOT_ALLOWED: i32 = -25_308;

#[derive(Debug, Default)]
pub(super) struct System;

impl System {
    pub(super) fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        entry::get(&*open()?, id).map_err(explain)
    }

    /// The keychain shows the service as the name of an entry; it takes no label.
    pub(super) fn set(
        &self,
        id: &SecretId,
        value: &Secret,
        _label: &str,
    ) -> Result<(), SecretStoreError> {
        entry::set(&*open()?, id, value, &HashMap::new())
            .map(|_| ())
            .map_err(explain)
    }

    pub(super) fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        entry::delete(&*open()?, id).map_err(explain)
    }

    /// The search loads attributes only.
    pub(super) fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let found = open()?
            .search(&HashMap::from([("service", SERVICE)]))
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
    entry::explain(error, |source| {
        let error = source.downcast_ref::<security_framework::base::Error>()?;
        match error.code() {
            USER_CANCELED
            | AUTHENTICATION_FAILED
            | INTERACTION_REQUIRED
            | INTERACTION_NOT_ALLOWED => Some(SecretStoreError::Locked),
            _ => None,
        }
    })
}
