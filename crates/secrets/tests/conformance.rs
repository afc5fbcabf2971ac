//! What every store must do. An adapter that passes this can take the keyring's place.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrets::{
    Keyring, LIMIT_BYTES, MemoryStore, Secret, SecretId, SecretStore, SecretStoreError, Secrets,
    Vault,
};
use test_support::{TestFolder, run_in_keyring};

const CATALOG: &str = "018f9f6e-0000-7000-8000-000000000001";

fn value_of(store: &dyn SecretStore, id: &SecretId) -> Option<String> {
    store
        .get(id)
        .expect("the store answers")
        .map(|secret| secret.expose().to_owned())
}

fn conformance(store: &dyn SecretStore) {
    let first = SecretId::for_url(CATALOG, "018f9f6e-0000-7000-8000-00000000000a");
    let second = SecretId::named(CATALOG, "API_KEY@prd");
    let set =
        |id: &SecretId, value: &str| store.set(id, &Secret::from(value), "Orders @ prd: password");

    // An empty store has nothing, and removing nothing is no fault.
    assert_eq!(store.locked(), Ok(false));
    assert_eq!(store.list(), Ok(Vec::new()));
    assert_eq!(value_of(store, &first), None);
    assert_eq!(store.delete(&first), Ok(false));

    // What is kept comes back, entries don't touch each other, and the newest value counts.
    assert_eq!(set(&first, "one"), Ok(()));
    assert_eq!(set(&second, "two"), Ok(()));
    assert_eq!(value_of(store, &first).as_deref(), Some("one"));
    assert_eq!(value_of(store, &second).as_deref(), Some("two"));
    assert_eq!(set(&first, "three"), Ok(()));
    assert_eq!(value_of(store, &first).as_deref(), Some("three"));
    assert_eq!(
        store.list(),
        Ok(vec![second.clone(), first.clone()]),
        "in order, each once"
    );

    // Any text.
    let longest = "x".repeat(LIMIT_BYTES / 2);
    for value in [
        "",
        " leading and trailing ",
        "***",
        "p@ss:w/ord?#[]%20'\"\\$`",
        "Пароль 密码 🔑 e\u{301}",
        "line\nbreak\r\n\ttab\u{0}null",
        longest.as_str(),
    ] {
        assert_eq!(set(&first, value), Ok(()), "{value:?}");
        assert_eq!(value_of(store, &first).as_deref(), Some(value));
    }

    // The limit is one of UTF-16, and refusing keeps what was there.
    for (value, bytes) in [("x".repeat(1_281), 2_562), ("🔑".repeat(641), 2_564)] {
        let error = SecretStoreError::TooLong {
            limit_bytes: 2_560,
            actual_bytes: bytes,
        };
        assert_eq!(set(&first, &value), Err(error));
    }
    assert_eq!(value_of(store, &first).as_deref(), Some(longest.as_str()));
    assert_eq!(set(&first, &"🔑".repeat(640)), Ok(()));

    // Removing removes one.
    assert_eq!(store.delete(&first), Ok(true));
    assert_eq!(store.delete(&first), Ok(false));
    assert_eq!(value_of(store, &first), None);
    assert_eq!(store.list(), Ok(vec![second.clone()]));
    assert_eq!(store.delete(&second), Ok(true));
    assert_eq!(store.list(), Ok(Vec::new()));
}

/// The same through the front, many at once.
async fn conformance_of_front(store: Arc<dyn SecretStore>) {
    let secrets = Secrets::new(store, Duration::from_secs(20));
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let secrets = secrets.clone();
            tokio::spawn(async move {
                let id = SecretId::for_url(CATALOG, &format!("{number:02}"));
                let value = Secret::new(format!("value {number}"));
                secrets
                    .set(&id, &value, "a label")
                    .await
                    .expect("it is stored");
                let found = secrets.get(&id).await.expect("the store answers");
                assert_eq!(found.expect("it is there").expose(), value.expose());
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends well");
    }
    let ids = secrets.list().await.expect("the store answers");
    assert_eq!(ids.len(), 40);
    for id in &ids {
        assert_eq!(secrets.delete(id).await, Ok(true));
    }
    let long = Secret::new("x".repeat(1_281));
    let refused = secrets.set(&SecretId::named(CATALOG, "K"), &long, "").await;
    assert_eq!(
        refused.map_err(|error| error.code()),
        Err("secret_too_long")
    );
    assert_eq!(secrets.locked().await, Ok(false));
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime can be built")
        .block_on(future)
}

#[test]
fn memory() {
    conformance(&MemoryStore::new());
    block_on(conformance_of_front(Arc::new(MemoryStore::new())));
}

#[test]
fn vault() {
    let folder = TestFolder::new();
    let vault = Vault::with_work(folder.path().join("passwords.vault"), 2);
    vault
        .create(&Secret::from("a passphrase"))
        .expect("it is made");
    conformance(&vault);
    block_on(conformance_of_front(Arc::new(vault)));
}

#[test]
fn secret_service() {
    run_in_keyring("secret_service", |keyring| {
        let store = Keyring::new();
        let start = Instant::now();
        conformance(&store);
        println!("the conformance suite took {:?}", start.elapsed());
        assert_eq!(keyring.secret_tool_search("service", "tapedeck"), "");
        block_on(conformance_of_front(Arc::new(store)));
        assert_eq!(keyring.secret_tool_search("service", "tapedeck"), "");
    });
}
