//! What a keyring lost is entered again, in one list with one form.

use secrets::{SecretStore, SecretStoreError};
use workbench::{SecretEntered, SecretsToEnter};

use super::faulty::{Fault, Operation};
use super::secret_places::{Machine, real, shop, typed};
use super::{config, database, product_of_three};

#[tokio::test(flavor = "multi_thread")]
async fn what_an_emptied_keyring_lost_is_entered_again_in_one_go() {
    let machine = Machine::new();
    let window = machine.process().await;
    let (product, cells) = shop(&window, 20).await;
    let before = window.database_list(product.clone()).await.unwrap();
    machine.empty_keyring();

    let report = window.credentials_check(product.clone()).await.unwrap();
    assert_eq!((report.to_enter, report.keyring_code), (20, None));
    let list = window
        .secrets_to_enter(Some(product.clone()))
        .await
        .unwrap();
    assert_eq!(list.secrets.len(), 20);
    assert_eq!(list.secrets[3].cell.as_deref(), Some("db03@dev"));
    assert_eq!(list.secrets[3].name, "password");

    // A keyring that fails one write in ten: it is told which, and the others are kept.
    let writes = std::sync::atomic::AtomicUsize::new(0);
    machine.keyring.plan(move |_, operation| {
        let write = operation == Operation::Set
            && writes.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 10 == 9;
        write.then(|| {
            Fault::Refused(SecretStoreError::Failed {
                reason: "one in ten".to_owned(),
            })
        })
    });
    let outcomes = window
        .secrets_enter(typed(&list, |n| format!("p@ss {n}")))
        .await
        .unwrap();
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .map(|outcome| outcome.key.as_str())
        .collect();
    assert_eq!(failed.len(), 2);
    let rest = window
        .secrets_to_enter(Some(product.clone()))
        .await
        .unwrap();
    let keys: Vec<&str> = rest
        .secrets
        .iter()
        .map(|secret| secret.key.as_str())
        .collect();
    assert_eq!(keys, failed, "the list has what is still lacking");
    machine.keyring.heal();
    let outcomes = window
        .secrets_enter(typed(&rest, |_| "later".to_owned()))
        .await
        .unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.error.is_none()));
    assert_eq!(
        window
            .credentials_check(product.clone())
            .await
            .unwrap()
            .to_enter,
        0
    );
    assert_eq!(
        real(&window, &cells[0]).await,
        Ok("postgresql://app:p%40ss%200@127.0.0.1:1/d".to_owned())
    );

    // The same form sent twice, by two windows: nothing that is there is written over.
    let again = window
        .secrets_enter(typed(&list, |_| "other".to_owned()))
        .await
        .unwrap();
    assert!(again.iter().all(|outcome| {
        outcome
            .error
            .as_ref()
            .is_some_and(|error| error.code == "secret_present")
    }));
    assert!(real(&window, &cells[0]).await.unwrap().contains("p%40ss"));
    let after = window.database_list(product).await.unwrap();
    let revisions = |list: &[workbench::DatabaseView]| -> Vec<u64> {
        list.iter().map(|each| each.revision).collect()
    };
    assert_eq!(revisions(&after), revisions(&before), "no record changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_refuses_is_not_asked_once_a_password() {
    let machine = Machine::new();
    let window = machine.process().await;
    let (product, _) = shop(&window, 8).await;
    machine.empty_keyring();
    let list = window.secrets_to_enter(Some(product)).await.unwrap();
    machine
        .keyring
        .plan(|_, _| Some(Fault::Refused(SecretStoreError::Locked)));
    let outcomes = window
        .secrets_enter(typed(&list, |_| "x".to_owned()))
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 8);
    assert!(outcomes.iter().all(|outcome| {
        outcome
            .error
            .as_ref()
            .is_some_and(|error| error.code == "keyring_locked")
    }));
    assert_eq!(machine.keyring.calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_and_slots_without_an_entry_are_in_the_list() {
    let machine = Machine::new();
    let window = machine.process().await;
    let product = product_of_three(&window).await;
    let set = |name: &'static str, value: &'static str| {
        window.secret_set(name.to_owned(), value.to_owned().into())
    };
    set("ORDERS", "general").await.unwrap();
    set("ORDERS@prd", "of production").await.unwrap();
    let envs = vec![
        // As an import without secrets leaves it.
        config("dev", "postgresql://app:***@h/d?sslpassword=***"),
        config("stg", "postgresql://app:$Secret{ORDERS}@h/d"),
        config(
            "prd",
            "postgresql://app:$Secret{ORDERS}@h/d?sslpassword=$Secret{OTHER}",
        ),
    ];
    let made = window
        .database_create(product.clone(), database("orders", envs))
        .await
        .unwrap();
    let names = |list: &SecretsToEnter| -> Vec<(Option<String>, String)> {
        let secrets = list.secrets.iter();
        secrets
            .map(|secret| (secret.cell.clone(), secret.name.clone()))
            .collect()
    };
    let cell = Some("orders@dev".to_owned());
    let url_secrets = [
        (cell.clone(), "password".to_owned()),
        (cell, "sslpassword".to_owned()),
    ];
    let list = window
        .secrets_to_enter(Some(product.clone()))
        .await
        .unwrap();
    let expected = [&url_secrets[..], &[(None, "OTHER".to_owned())]].concat();
    assert_eq!(names(&list), expected);

    // One environment's own is lost: the general one must not pass for it.
    let lost = machine
        .in_keyring()
        .into_iter()
        .find(|id| id.as_str().contains("/ORDERS@prd#"));
    assert_eq!(machine.keyring.kept().delete(&lost.unwrap()), Ok(true));
    let list = window
        .secrets_to_enter(Some(product.clone()))
        .await
        .unwrap();
    let named = [(None, "ORDERS@prd".to_owned()), (None, "OTHER".to_owned())];
    assert_eq!(names(&list), [&url_secrets[..], &named[..]].concat());
    assert_eq!(list.secrets[2].used_by, ["orders@prd"]);

    let outcomes = window
        .secrets_enter(typed(&list, |n| format!("v{n}")))
        .await
        .unwrap();
    let failed = outcomes.iter().find(|outcome| outcome.error.is_some());
    assert!(failed.is_none(), "{failed:?}");
    assert_eq!(
        window.secrets_to_enter(None).await.unwrap().secrets.len(),
        0
    );
    let dev = real(&window, &made.record.envs[0].id).await;
    assert_eq!(dev, Ok("postgresql://app:v0@h/d?sslpassword=v1".to_owned()));

    // What is none of them is refused by itself.
    let nonsense = ["", "url", "url x y", "named ", "named no such", "x"];
    let entered = nonsense.map(|key| SecretEntered {
        key: key.to_owned(),
        value: "x".to_owned(),
    });
    let outcomes = window.secrets_enter(entered.into()).await.unwrap();
    assert!(
        outcomes.iter().all(|outcome| outcome.error.is_some()),
        "{outcomes:?}"
    );
}
