//! The asynchronous front of a store.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::store::check_length;
use crate::{Secret, SecretId, SecretStore, SecretStoreError};

/// The most keyring calls that this process has under way at once. Calls that hang keep their thread: without a limit
/// a dead keyring would take a thread for every cell that is ever tested.
const MOST_CALLS: usize = 64;

/// One for the process, not for a front: it is threads that are limited.
static CALLS: Semaphore = Semaphore::const_new(MOST_CALLS);

/// The way to a [`SecretStore`] from asynchronous code. Each call runs on a thread of its own, so that one that hangs
/// or waits for a person delays no other and never a thread of the runtime; after the time limit it is left alone and
/// the caller told [`SecretStoreError::TimedOut`]. What it does when it wakes up at last is lost, except that a value
/// may then be stored or removed after all.
#[derive(Clone)]
pub struct Secrets {
    store: Arc<dyn SecretStore>,
    time_limit: Duration,
    unlocker: Option<Arc<dyn Unlocker>>,
}

/// A face that can ask the person for the vault's passphrase in the midst of a call.
#[async_trait::async_trait]
pub trait Unlocker: Send + Sync {
    /// Asks and unlocks, one call at a time; what was unlocked meanwhile is fine. No time limit holds for it.
    ///
    /// # Errors
    /// When it stays locked.
    async fn unlock(&self) -> Result<(), SecretStoreError>;
}

impl Secrets {
    /// A front that gives each call this much time.
    pub fn new(store: Arc<dyn SecretStore>, time_limit: Duration) -> Secrets {
        Secrets {
            store,
            time_limit,
            unlocker: None,
        }
    }

    /// The same for a face that can ask for a vault's passphrase.
    #[must_use]
    pub fn with_unlocker(self, unlocker: Option<Arc<dyn Unlocker>>) -> Secrets {
        Secrets { unlocker, ..self }
    }

    /// The same store with another time limit: a person who is expected to answer a prompt needs longer.
    #[must_use]
    pub fn with_time_limit(&self, time_limit: Duration) -> Secrets {
        Secrets {
            time_limit,
            ..self.clone()
        }
    }

    /// See [`SecretStore::get`].
    ///
    /// # Errors
    /// When the store can't be used or does not answer in time.
    pub async fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        let id = id.clone();
        self.call("get", move |store| store.get(&id)).await
    }

    /// See [`SecretStore::set`].
    ///
    /// # Errors
    /// When the store can't be used or does not answer in time, or the value is too long.
    pub async fn set(
        &self,
        id: &SecretId,
        value: &Secret,
        label: &str,
    ) -> Result<(), SecretStoreError> {
        check_length(value)?;
        let (id, value, label) = (id.clone(), value.clone(), label.to_owned());
        self.call("set", move |store| store.set(&id, &value, &label))
            .await
    }

    /// See [`SecretStore::delete`].
    ///
    /// # Errors
    /// When the store can't be used or does not answer in time.
    pub async fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        let id = id.clone();
        self.call("delete", move |store| store.delete(&id)).await
    }

    /// See [`SecretStore::list`].
    ///
    /// # Errors
    /// When the store can't be used or does not answer in time.
    pub async fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.call("list", |store| store.list()).await
    }

    /// See [`SecretStore::locked`].
    ///
    /// # Errors
    /// When the store can't be used or does not answer in time.
    pub async fn locked(&self) -> Result<bool, SecretStoreError> {
        self.call("locked", |store| store.locked()).await
    }

    /// Whether people chose to be asked each time; see [`SecretStore::forgets`].
    ///
    /// # Errors
    /// When the store does not answer in time.
    pub async fn forgets(&self) -> Result<bool, SecretStoreError> {
        self.call("forgets", |store| Ok(store.forgets())).await
    }

    async fn call<T: Send + 'static>(
        &self,
        operation: &'static str,
        call: impl Fn(&dyn SecretStore) -> Result<T, SecretStoreError> + Send + Sync + 'static,
    ) -> Result<T, SecretStoreError> {
        let call = Arc::new(call);
        let again = Arc::clone(&call);
        match (
            self.call_once(operation, move |store| call(store)).await,
            &self.unlocker,
        ) {
            (Err(SecretStoreError::VaultLocked), Some(unlocker)) => {
                unlocker.unlock().await?;
                self.call_once(operation, move |store| again(store)).await
            }
            (result, _) => result,
        }
    }

    async fn call_once<T: Send + 'static>(
        &self,
        operation: &'static str,
        call: impl FnOnce(&dyn SecretStore) -> Result<T, SecretStoreError> + Send + 'static,
    ) -> Result<T, SecretStoreError> {
        let timed_out = SecretStoreError::TimedOut {
            after: self.time_limit,
        };
        let deadline = Instant::now() + self.time_limit;
        let Ok(permit) = timeout_at(deadline, CALLS.acquire()).await else {
            tracing::warn!(operation, "too many calls of the keyring hang");
            return Err(timed_out);
        };
        let permit = permit.map_err(|_| SecretStoreError::failed("no more calls are taken"))?;
        let (answer, answered) = oneshot::channel();
        let store = Arc::clone(&self.store);
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let result = call(&*store);
                // Nobody waits for the answer after the time limit. A secret in it is zeroed as it is dropped.
                drop(answer.send(result));
                drop(permit);
            })
            .map_err(|error| {
                SecretStoreError::failed(format!("no thread could be started: {error}"))
            })?;
        match timeout_at(deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(SecretStoreError::failed(format!(
                "the call panicked ({operation})"
            ))),
            Err(_) => {
                tracing::warn!(operation, "the keyring did not answer in time");
                Err(timed_out)
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secrets")
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}
