//! Where passwords are kept, through everything that happens to a keyring: nothing is lost but what it lost, and that is
//! entered again in one go.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::{Catalog, SqliteCatalog};
use secrets::{LIMIT_BYTES, SecretId, SecretStore, SecretStoreError};
use serde_json::json;
use workbench::{
    CredentialStateView, DatabasePatchInput, Options, Origin, SecretEntered, SecretPlace,
    SecretPlaceChoice, SecretPlaceOld, SecretPlaceState, SecretsToEnter, Settings, Workbench,
};

use super::faulty::{Fault, FaultyStore, Operation};
use super::{config, database, product_of_three};

const PASSPHRASE: &str = "correct horse battery staple";

/// One machine: a data folder and a keyring, whatever processes come and go.
struct Machine {
    folder: tempfile::TempDir,
    keyring: Arc<FaultyStore>,
}

impl Machine {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keyring: Arc::new(FaultyStore::new()),
        }
    }

    async fn process(&self) -> Workbench {
        let options = Options {
            data_dir: Some(self.folder.path().to_owned()),
            origin: Origin::Window,
        };
        let keyring = Arc::clone(&self.keyring) as Arc<dyn SecretStore>;
        Workbench::open_with(options, keyring).await.unwrap()
    }

    /// A process whose calls of a keyring end after two seconds.
    async fn impatient_process(&self) -> Workbench {
        let settings = Settings {
            keyring_timeout_seconds: 2,
            ..Settings::default()
        };
        let workbench = self.process().await;
        workbench.settings_update(settings).await.unwrap();
        self.process().await
    }

    fn in_keyring(&self) -> Vec<SecretId> {
        self.keyring.kept().list().unwrap()
    }

    /// As by another program: the daemon's file was deleted, or replaced by another's.
    fn empty_keyring(&self) {
        for id in self.in_keyring() {
            assert_eq!(self.keyring.kept().delete(&id), Ok(true));
        }
    }

    fn any_file_holds(&self, text: &str) -> bool {
        holds(self.folder.path(), text.as_bytes())
    }
}

fn holds(folder: &Path, text: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text)
    })
}

/// A product `shop` with `count` databases, each with a password in dev; answers the ids of the cells.
async fn shop(workbench: &Workbench, count: usize) -> (String, Vec<String>) {
    let product = product_of_three(workbench).await;
    let mut cells = Vec::new();
    for number in 0..count {
        let url = format!("postgresql://app:c4n4ry-{number}@127.0.0.1:1/d");
        let input = database(&format!("db{number:02}"), vec![config("dev", &url)]);
        let made = workbench.database_create(product.clone(), input).await;
        cells.push(made.unwrap().record.envs[0].id.clone());
    }
    (product, cells)
}

async fn real(workbench: &Workbench, cell: &str) -> Result<String, &'static str> {
    let revealed = workbench.url_reveal(cell.to_owned()).await;
    revealed
        .map(|url| url.connection_url)
        .map_err(|error| error.code)
}

async fn choose(
    workbench: &Workbench,
    place: SecretPlace,
    old: SecretPlaceOld,
) -> Result<(u32, bool), workbench::AppError> {
    let passphrase = (place == SecretPlace::Vault).then(|| PASSPHRASE.to_owned());
    let choice = SecretPlaceChoice {
        place,
        old,
        passphrase,
    };
    let chosen = workbench.secret_place_choose(choice).await?;
    assert_eq!(chosen.place, place);
    Ok((chosen.moved, chosen.left_copies))
}

fn typed(list: &SecretsToEnter, value: impl Fn(usize) -> String) -> Vec<SecretEntered> {
    let secrets = list.secrets.iter().enumerate();
    secrets
        .map(|(number, secret)| SecretEntered {
            key: secret.key.clone(),
            value: value(number),
        })
        .collect()
}

async fn state_of(workbench: &Workbench, product: &str, cell: &str) -> CredentialStateView {
    let report = workbench
        .credentials_check(product.to_owned())
        .await
        .unwrap();
    let found = report.cells.iter().find(|each| each.config_id == cell);
    found.unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_go_to_a_vault_file_and_back() {
    let machine = Machine::new();
    let window = machine.process().await;
    let (product, cells) = shop(&window, 3).await;
    window
        .secret_set("API".to_owned(), "c4n4ry-named".to_owned().into())
        .await
        .unwrap();
    let status = window.secret_place_status().await.unwrap();
    assert_eq!(
        (status.place, status.state),
        (SecretPlace::Keyring, SecretPlaceState::Ready)
    );
    assert_eq!((status.entries, status.vault_exists), (Some(4), false));

    // A passphrase that anybody guesses is none.
    let choice = SecretPlaceChoice {
        place: SecretPlace::Vault,
        old: SecretPlaceOld::Move,
        passphrase: Some("short".to_owned()),
    };
    let error = window.secret_place_choose(choice).await.unwrap_err();
    assert_eq!(error.code, "validation");
    assert_eq!(error.detail.unwrap()["faults"][0]["field"], "passphrase");

    let moved = choose(&window, SecretPlace::Vault, SecretPlaceOld::Move).await;
    assert_eq!(moved.unwrap(), (4, false));
    assert_eq!(machine.in_keyring(), Vec::new());
    assert!(!machine.any_file_holds("c4n4ry") && !machine.any_file_holds(PASSPHRASE));
    let expected = "postgresql://app:c4n4ry-2@127.0.0.1:1/d".to_owned();
    assert_eq!(real(&window, &cells[2]).await, Ok(expected.clone()));

    // Another process must unlock it; meanwhile it works without passwords and says why.
    let command = machine.process().await;
    assert_eq!(real(&command, &cells[2]).await, Err("vault_locked"));
    let status = command.secret_place_status().await.unwrap();
    assert_eq!(
        (status.place, status.state),
        (SecretPlace::Vault, SecretPlaceState::Locked)
    );
    assert_eq!(status.entries, None);
    assert_eq!(
        state_of(&command, &product, &cells[0]).await,
        CredentialStateView::Locked
    );
    let error = command.secrets_to_enter(None).await.unwrap_err();
    assert_eq!(
        error.code, "vault_locked",
        "no list of guesses behind a lock"
    );
    let wrong = command.vault_unlock("wrong".to_owned().into()).await;
    assert_eq!(wrong.unwrap_err().code, "vault_passphrase_wrong");
    command
        .vault_unlock(PASSPHRASE.to_owned().into())
        .await
        .unwrap();
    assert_eq!(real(&command, &cells[2]).await, Ok(expected.clone()));
    assert_eq!(
        state_of(&command, &product, &cells[0]).await,
        CredentialStateView::Present
    );

    // What the one writes the other reads.
    let input = database(
        "late",
        vec![config("dev", "postgresql://app:c4n4ry-late@h/d")],
    );
    let late = command
        .database_create(product.clone(), input)
        .await
        .unwrap();
    let late = late.record.envs[0].id.clone();
    assert!(real(&window, &late).await.unwrap().contains("c4n4ry-late"));

    // Another passphrase: the other process is locked out until it knows.
    let short =
        window.vault_passphrase_change(PASSPHRASE.to_owned().into(), "1234567".to_owned().into());
    assert_eq!(short.await.unwrap_err().code, "validation");
    window
        .vault_passphrase_change(
            PASSPHRASE.to_owned().into(),
            "another passphrase".to_owned().into(),
        )
        .await
        .unwrap();
    assert_eq!(real(&command, &late).await, Err("vault_locked"));
    window.vault_lock().await.unwrap();
    assert_eq!(real(&window, &late).await, Err("vault_locked"));

    // To leave it, it must be unlocked: nothing can be moved unseen.
    let error = choose(&window, SecretPlace::Keyring, SecretPlaceOld::Move)
        .await
        .unwrap_err();
    assert_eq!(error.code, "vault_locked");
    assert!(
        error
            .message
            .ends_with("passwords are still kept in the vault file."),
        "{error}"
    );
    window
        .vault_unlock("another passphrase".to_owned().into())
        .await
        .unwrap();
    let moved = choose(&window, SecretPlace::Keyring, SecretPlaceOld::Move).await;
    assert_eq!(moved.unwrap(), (5, false));
    assert_eq!(
        real(&command, &cells[2]).await,
        Ok(expected),
        "every process goes by the choice"
    );
    assert!(!machine.folder.path().join("passwords.vault").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_fails_half_way_says_that_all_is_as_it_was() {
    let machine = Machine::new();
    let window = machine.process().await;
    let (_, cells) = shop(&window, 6).await;
    choose(&window, SecretPlace::Vault, SecretPlaceOld::Move)
        .await
        .unwrap();
    machine.keyring.plan(|number, operation| {
        (operation == Operation::Set && number > 4)
            .then_some(Fault::Refused(SecretStoreError::Locked))
    });
    let error = choose(&window, SecretPlace::Keyring, SecretPlaceOld::Move)
        .await
        .unwrap_err();
    assert_eq!(error.code, "keyring_locked");
    assert!(
        error
            .message
            .contains("Nothing was changed: passwords are still kept in the vault file."),
        "{error}"
    );
    assert_eq!(
        machine.in_keyring(),
        Vec::new(),
        "no half of a move stays behind"
    );
    for (number, cell) in cells.iter().enumerate() {
        assert!(
            real(&window, cell)
                .await
                .unwrap()
                .contains(&format!("c4n4ry-{number}"))
        );
    }
}

/// What a window does all the time, with a keyring that answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_stays_live_while_the_keyring_hangs() {
    let machine = Machine::new();
    let (product, cells) = shop(&machine.process().await, 12).await;
    let window = machine.impatient_process().await;
    // As slow as half a minute; it wakes up after the test.
    machine
        .keyring
        .plan(|_, _| Some(Fault::Slow(Duration::from_secs(30))));
    let limit = Duration::from_secs(2);
    let start = Instant::now();
    let hanging = tokio::spawn({
        let (window, product) = (window.clone(), product.clone());
        async move { window.credentials_check(product).await }
    });
    let quick = Instant::now();
    for _ in 0..20 {
        assert_eq!(
            window
                .matrix_load(product.clone())
                .await
                .unwrap()
                .databases
                .len(),
            12
        );
        window.app_bootstrap().await.unwrap();
        window.activity_list(None, 50).await.unwrap();
    }
    assert!(!hanging.is_finished(), "the keyring still hangs");
    assert!(quick.elapsed() < limit, "{:?}", quick.elapsed());
    let report = hanging.await.unwrap().unwrap();
    assert_eq!(report.keyring_code.as_deref(), Some("keyring_timeout"));
    assert_eq!(report.cells[0].state, CredentialStateView::Unavailable);
    assert_eq!(report.to_enter, 0, "nothing is known to be lost");

    // A cell that is asked for tells the same, in its own time.
    assert_eq!(real(&window, &cells[0]).await, Err("keyring_timeout"));
    // And there is a way out, which asks nothing of what hangs.
    choose(&window, SecretPlace::Ask, SecretPlaceOld::Leave)
        .await
        .unwrap();
    let list = window
        .secrets_to_enter(Some(product.clone()))
        .await
        .unwrap();
    assert_eq!((list.place, list.secrets.len()), (SecretPlace::Ask, 12));
    let outcomes = window
        .secrets_enter(typed(&list, |n| format!("typed-{n}")))
        .await
        .unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.error.is_none()));
    assert!(
        real(&window, &cells[11])
            .await
            .unwrap()
            .contains("typed-11")
    );
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert!(!machine.any_file_holds("typed-1"), "memory only");
    // The next start asks again, and what was left in the keyring is there for whoever goes back.
    let next = machine.process().await;
    assert_eq!(real(&next, &cells[0]).await, Err("secret_missing"));
    machine.keyring.heal();
    choose(&next, SecretPlace::Keyring, SecretPlaceOld::Move)
        .await
        .unwrap();
    assert!(real(&next, &cells[0]).await.unwrap().contains("c4n4ry-0"));
}

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
        .find(|id| id.as_str().ends_with("ORDERS@prd"));
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

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_an_entry_is_the_same_in_every_place() {
    let machine = Machine::new();
    let window = machine.process().await;
    let product = product_of_three(&window).await;
    let longest = LIMIT_BYTES / 2;
    for (place, old) in [
        (SecretPlace::Keyring, SecretPlaceOld::Move),
        (SecretPlace::Vault, SecretPlaceOld::Move),
        (SecretPlace::Ask, SecretPlaceOld::Leave),
    ] {
        choose(&window, place, old).await.unwrap();
        let url = |length: usize| format!("postgresql://app:{}@h/d", "x".repeat(length));
        let tag = format!("{place:?}").to_lowercase();
        let too_long = database(&tag, vec![config("dev", &url(longest + 1))]);
        let error = window
            .database_create(product.clone(), too_long)
            .await
            .unwrap_err();
        assert_eq!((error.code, error.retryable), ("secret_too_long", false));
        assert!(
            error.message.contains("2562 bytes") && error.message.contains("2560"),
            "{error}"
        );
        let input = database(&tag, vec![config("dev", &url(longest))]);
        let made = window
            .database_create(product.clone(), input)
            .await
            .unwrap();
        assert_eq!(
            real(&window, &made.record.envs[0].id).await,
            Ok(url(longest))
        );
        // Two units of UTF-16 each.
        let named = window
            .secret_set("K".to_owned(), "🔑".repeat(641).into())
            .await;
        assert_eq!(named.unwrap_err().code, "secret_too_long");
        window
            .secret_set("K".to_owned(), "🔑".repeat(640).into())
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_this_version_does_not_know_is_not_guessed() {
    let machine = Machine::new();
    let window = machine.process().await;
    let (product, cells) = shop(&window, 1).await;
    let catalog = SqliteCatalog::open(machine.folder.path()).unwrap();
    catalog
        .set_setting("secret_place", &json!({ "place": "hsm" }))
        .unwrap();
    assert_eq!(real(&window, &cells[0]).await, Err("secret_place_unknown"));
    let patch = DatabasePatchInput {
        envs: vec![config("stg", "postgresql://a:secret@h/d")],
        ..DatabasePatchInput::default()
    };
    let database = window.database_list(product.clone()).await.unwrap()[0]
        .id
        .clone();
    let refused = window.database_update(database, patch).await.unwrap_err();
    assert_eq!(refused.code, "secret_place_unknown");
    assert_eq!(
        window.matrix_load(product).await.unwrap().databases.len(),
        1,
        "the list works"
    );
    assert_eq!(
        machine.in_keyring().len(),
        1,
        "nothing was written anywhere"
    );
}
