//! Reading and writing one entry through keyring-core's API.

use std::collections::HashMap;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error, Result};
use zeroize::Zeroize;

use super::SERVICE;
use crate::{Secret, SecretId, SecretStoreError};

/// What a system's own error means; `None` where it is nothing special.
pub(super) type Meaning = fn(&(dyn std::error::Error + 'static)) -> Option<SecretStoreError>;

/// Reads a secret.
pub(super) fn get(store: &CredentialStore, id: &SecretId) -> Result<Option<Secret>> {
    let entry = store.build(SERVICE, id.as_str(), None)?;
    match entry.get_password() {
        Ok(password) => Ok(Some(Secret::new(password))),
        Err(Error::NoEntry) => Ok(None),
        // The same id in two keyrings of the person (the default one was changed in between): either will do, and a
        // password that is out of date is better than none.
        Err(Error::Ambiguous(entries)) => match entries.first() {
            Some(first) => first
                .get_password()
                .map(|password| Some(Secret::new(password))),
            None => Ok(None),
        },
        Err(error) => Err(error),
    }
}

/// Writes a secret. `modifiers` are the system's own settings of a new entry.
pub(super) fn set(
    store: &CredentialStore,
    id: &SecretId,
    value: &Secret,
    modifiers: &HashMap<&str, &str>,
) -> Result<Entry> {
    let entry = store.build(SERVICE, id.as_str(), Some(modifiers))?;
    match entry.set_password(value.expose()) {
        Ok(()) => {}
        Err(Error::Ambiguous(entries)) => {
            // All of them, so that reading finds the new value whichever it takes.
            for entry in entries {
                entry.set_password(value.expose())?;
            }
        }
        Err(error) => return Err(error),
    }
    Ok(entry)
}

/// Removes a secret; false when there was none.
pub(super) fn delete(store: &CredentialStore, id: &SecretId) -> Result<bool> {
    let entry = store.build(SERVICE, id.as_str(), None)?;
    match entry.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(Error::Ambiguous(entries)) => {
            for entry in entries {
                entry.delete_credential()?;
            }
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

/// The ids of entries that a search found; entries of other programs are passed over.
#[cfg(any(target_os = "macos", windows))]
pub(super) fn ids(entries: &[Entry]) -> Vec<SecretId> {
    entries
        .iter()
        .filter_map(Entry::get_specifiers)
        .filter(|(service, _)| service == SERVICE)
        .filter_map(|(_, user)| SecretId::parse(&user))
        .collect()
}

/// Says in our words what went wrong. The errors of a keyring hold no secret but for the bytes of a badly encoded
/// one, which go no further than here.
pub(super) fn explain(error: Error, meaning: Meaning) -> SecretStoreError {
    match error {
        Error::PlatformFailure(source) => {
            meaning(source.as_ref()).unwrap_or_else(|| SecretStoreError::failed(source.to_string()))
        }
        Error::NoStorageAccess(source) => meaning(source.as_ref())
            .unwrap_or_else(|| SecretStoreError::unavailable(source.to_string())),
        Error::BadEncoding(mut bytes) => {
            bytes.zeroize();
            SecretStoreError::failed("the entry was changed by another program and is no text")
        }
        Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            SecretStoreError::failed("the entry was changed by another program and can't be read")
        }
        Error::TooLong(what, limit) => {
            SecretStoreError::failed(format!("{what} is longer than {limit} characters"))
        }
        other => SecretStoreError::failed(other.to_string()),
    }
}
