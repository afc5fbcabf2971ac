//! `$Secret{KEY}`: which secret a reference means.
//!
//! In an environment `slug` a reference means `KEY@slug` where that was set, and else `KEY`. The catalog knows which entry of
//! the keyring holds the value.
//!
//! Where the keyring can't be asked (there is none, as in CI, or it stays locked) the environment variable
//! `TAPEDECK_SECRET_KEY@slug`, then `TAPEDECK_SECRET_KEY`, answers. Each name is tried as the key is written, and then
//! in capitals with `_` in place of every other character, since most shells and CI systems take no other names:
//! `$Secret{orders.db-password}` in `prd` is answered by the first of
//! `TAPEDECK_SECRET_orders.db-password@prd`, `TAPEDECK_SECRET_ORDERS_DB_PASSWORD_PRD`,
//! `TAPEDECK_SECRET_orders.db-password`, `TAPEDECK_SECRET_ORDERS_DB_PASSWORD`.
//! A keyring that works is never overruled: a key that it lacks is missing. Where people chose to be asked each time, the
//! environment answers for what they were not asked for yet.

use connection_url::is_reference_key;

use crate::{Secret, SecretId, SecretStoreError, Secrets};

const ENVIRONMENT_PREFIX: &str = "TAPEDECK_SECRET_";

/// The environment variables that may answer for a reference, first the one that wins.
pub fn environment_names(key: &str, slug: Option<&str>) -> Vec<String> {
    let for_slug = slug.map(|slug| format!("{key}@{slug}"));
    let mut names = Vec::new();
    for key in for_slug.as_deref().into_iter().chain([key]) {
        let plain: String = key
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        for name in [key, &plain] {
            let name = format!("{ENVIRONMENT_PREFIX}{name}");
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether the environment would answer for a reference if the keyring could not. Reads no value.
pub fn environment_answers(key: &str, slug: &str, is_set: impl Fn(&str) -> bool) -> bool {
    is_reference_key(key)
        && environment_names(key, Some(slug))
            .iter()
            .any(|name| is_set(name))
}

/// The secret that `$Secret{key}` means in an environment; `None` when there is none, or `key` is no key. `entries` are
/// those that the catalog knows for it, that of the environment first.
///
/// # Errors
/// When the keyring can't be asked and the environment has no answer either.
pub async fn resolve_named(
    secrets: &Secrets,
    entries: &[SecretId],
    key: &str,
    slug: Option<&str>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, SecretStoreError> {
    if !is_reference_key(key) {
        return Ok(None);
    }
    let answer = from_store(secrets, entries).await;
    let asks_environment = match &answer {
        Ok(Some(_)) => false,
        Ok(None) => secrets.forgets().await.unwrap_or(false),
        Err(_) => true,
    };
    let from_environment = asks_environment
        .then(|| {
            environment_names(key, slug)
                .iter()
                .find_map(|name| environment(name))
        })
        .flatten();
    match from_environment {
        Some(value) => Ok(Some(Secret::new(value))),
        None => answer,
    }
}

async fn from_store(
    secrets: &Secrets,
    entries: &[SecretId],
) -> Result<Option<Secret>, SecretStoreError> {
    if entries.is_empty() {
        // A keyring that works has nothing for a key that nobody set; one that does not is answered for.
        secrets.locked().await?;
    }
    for entry in entries {
        if let Some(secret) = secrets.get(entry).await? {
            return Ok(Some(secret));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::{MemoryStore, SecretStore};

    struct NoStore;

    fn none<T>() -> Result<T, SecretStoreError> {
        Err(SecretStoreError::unavailable("no D-Bus"))
    }

    impl SecretStore for NoStore {
        fn get(&self, _: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
            none()
        }
        fn set(&self, _: &SecretId, _: &Secret, _: &str) -> Result<(), SecretStoreError> {
            none()
        }
        fn delete(&self, _: &SecretId) -> Result<bool, SecretStoreError> {
            none()
        }
        fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
            none()
        }
        fn locked(&self) -> Result<bool, SecretStoreError> {
            none()
        }
    }

    fn front(store: impl SecretStore) -> Secrets {
        Secrets::new(Arc::new(store), Duration::from_secs(5))
    }

    fn text(found: Result<Option<Secret>, SecretStoreError>) -> Option<String> {
        found
            .expect("the store answers")
            .map(|secret| secret.expose().to_owned())
    }

    #[tokio::test]
    async fn the_first_entry_that_the_keyring_has_counts() {
        let store = MemoryStore::new();
        let ids = ["K@prd", "K", "LOST"].map(|key| SecretId::named("c", key));
        for (id, value) in ids.iter().zip(["of prd", "general"]) {
            store
                .set(id, &Secret::from(value), "")
                .expect("memory takes it");
        }
        let secrets = front(store);
        let never = |_: &str| -> Option<String> {
            Some("the keyring works, so the environment is not asked".into())
        };
        for (key, entries, expected) in [
            ("K", &ids[..2], Some("of prd")),
            ("K", &ids[1..2], Some("general")),
            ("K", &[ids[2].clone(), ids[1].clone()], Some("general")),
            ("LOST", &ids[2..], None),
            ("NEVER_SET", &[], None),
            ("not a key", &ids[..], None),
            ("K@prd", &ids[..], None),
        ] {
            let found = resolve_named(&secrets, entries, key, Some("prd"), never).await;
            assert_eq!(text(found).as_deref(), expected, "{key} {entries:?}");
        }
    }

    #[tokio::test]
    async fn without_a_keyring_the_environment_answers() {
        let secrets = front(NoStore);
        let environment = |name: &str| match name {
            "TAPEDECK_SECRET_MY_KEY" => Some("plain".to_owned()),
            "TAPEDECK_SECRET_my.key@prd" => Some("exact".to_owned()),
            "TAPEDECK_SECRET_MY_KEY_STG" => Some("of stg".to_owned()),
            _ => None,
        };
        for (slug, expected) in [("dev", "plain"), ("prd", "exact"), ("stg", "of stg")] {
            let found = resolve_named(&secrets, &[], "my.key", Some(slug), environment).await;
            assert_eq!(text(found).as_deref(), Some(expected));
            assert!(environment_answers("my.key", slug, |name| environment(
                name
            )
            .is_some()));
        }
        let error = resolve_named(
            &secrets,
            &[SecretId::named("c", "OTHER")],
            "OTHER",
            None,
            environment,
        )
        .await
        .map(|_| ());
        assert_eq!(
            error.map_err(|error| error.code()),
            Err("keyring_unavailable")
        );
        assert!(!environment_answers("OTHER", "dev", |name| environment(
            name
        )
        .is_some()));
    }
}
