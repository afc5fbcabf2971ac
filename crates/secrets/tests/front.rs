//! The asynchronous front over stores that misbehave.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use secrets::{MemoryStore, Secret, SecretId, SecretStore, SecretStoreError, Secrets};

/// Hangs on one id, panics on another, works on the rest.
struct Moody(MemoryStore);

const HANG: Duration = Duration::from_secs(3);

impl SecretStore for Moody {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        match id.as_str() {
            "c/named/HANGS" => thread::sleep(HANG),
            "c/named/PANICS" => panic!("this store is broken, on purpose"),
            _ => {}
        }
        self.0.get(id)
    }
    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.0.set(id, value, label)
    }
    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.0.delete(id)
    }
    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.0.list()
    }
    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.0.locked()
    }
}

fn front(limit: Duration) -> Secrets {
    let store = Moody(MemoryStore::new());
    store
        .set(
            &SecretId::named("c", "K"),
            &Secret::from("hunter2"),
            "label",
        )
        .expect("memory takes it");
    Secrets::new(Arc::new(store), limit)
}

/// On one thread, so that a call that blocked the runtime would block everything.
#[tokio::test(flavor = "current_thread")]
async fn a_call_that_hangs_delays_no_other() {
    let limit = Duration::from_millis(400);
    let secrets = front(limit);
    let start = Instant::now();
    let hanging: Vec<_> = (0..50)
        .map(|_| {
            let secrets = secrets.clone();
            tokio::spawn(async move {
                secrets
                    .get(&SecretId::named("c", "HANGS"))
                    .await
                    .map(|_| ())
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let quick = Instant::now();
    let found = secrets.get(&SecretId::named("c", "K")).await;
    assert!(matches!(found, Ok(Some(_))));
    assert!(
        quick.elapsed() < Duration::from_millis(200),
        "{:?}",
        quick.elapsed()
    );

    for task in hanging {
        let result = task.await.expect("the task ends");
        assert_eq!(result, Err(SecretStoreError::TimedOut { after: limit }));
    }
    assert!(
        start.elapsed() < Duration::from_millis(1_500),
        "{:?}",
        start.elapsed()
    );

    // With every thread taken by a call that hangs, a further one waits its time and no longer...
    let more: Vec<_> = (0..30)
        .map(|_| {
            let secrets = secrets.clone();
            tokio::spawn(async move {
                secrets
                    .get(&SecretId::named("c", "HANGS"))
                    .await
                    .map(|_| ())
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let waited = Instant::now();
    let full = secrets.list().await;
    assert_eq!(full, Err(SecretStoreError::TimedOut { after: limit }));
    assert!(waited.elapsed() < Duration::from_secs(1));
    for task in more {
        assert!(task.await.expect("the task ends").is_err());
    }
    // ... and once they wake up, all is well again.
    let secrets = secrets.with_time_limit(Duration::from_secs(10));
    assert_eq!(secrets.list().await.map(|ids| ids.len()), Ok(1));
}

#[tokio::test]
async fn a_call_that_panics_is_an_error() {
    let secrets = front(Duration::from_secs(5));
    let result = secrets.get(&SecretId::named("c", "PANICS")).await;
    assert_eq!(
        result.map(|_| ()).map_err(|error| error.code()),
        Err("keyring_failed")
    );
    assert!(matches!(
        secrets.get(&SecretId::named("c", "K")).await,
        Ok(Some(_))
    ));
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let store = MemoryStore::new();
    store
        .set(
            &SecretId::named("c", "K"),
            &Secret::from("hunter2"),
            "label",
        )
        .expect("memory takes it");
    let secrets = front(Duration::from_secs(5));
    let found = secrets.get(&SecretId::named("c", "K")).await;
    let shown = format!("{store:?} {secrets:?} {found:?} {:?}", secrets.list().await);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("Secret(***)"), "{shown}");
}
