//! A store that lives as long as the process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::check_length;
use crate::{Secret, SecretId, SecretStore, SecretStoreError};

/// Keeps secrets in memory only. For tests, and for people who want to be asked each time.
#[derive(Default)]
pub struct MemoryStore {
    entries: Mutex<BTreeMap<SecretId, Secret>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<SecretId, Secret>> {
        // No operation below can stop half way, so that a poisoned map is a whole one.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryStore")
            .field("entries", &self.entries().len())
            .finish()
    }
}

impl SecretStore for MemoryStore {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        Ok(self.entries().get(id).cloned())
    }

    fn set(&self, id: &SecretId, value: &Secret, _label: &str) -> Result<(), SecretStoreError> {
        check_length(value)?;
        self.entries().insert(id.clone(), value.clone());
        Ok(())
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        Ok(self.entries().remove(id).is_some())
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        Ok(self.entries().keys().cloned().collect())
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        Ok(false)
    }
}
