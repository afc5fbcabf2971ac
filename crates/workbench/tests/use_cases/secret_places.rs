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
pub(super) struct Machine {
    folder: tempfile::TempDir,
    pub(super) keyring: Arc<FaultyStore>,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keyring: Arc::new(FaultyStore::new()),
        }
    }

    pub(super) async fn process(&self) -> Workbench {
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

    pub(super) fn in_keyring(&self) -> Vec<SecretId> {
        self.keyring.kept().list().unwrap()
    }

    /// As by another program: the daemon's file was deleted, or replaced by another's.
    pub(super) fn empty_keyring(&self) {
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
pub(super) async fn shop(workbench: &Workbench, count: usize) -> (String, Vec<String>) {
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

pub(super) async fn real(workbench: &Workbench, cell: &str) -> Result<String, &'static str> {
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

pub(super) fn typed(list: &SecretsToEnter, value: impl Fn(usize) -> String) -> Vec<SecretEntered> {
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
            .contains("passwords are still kept in the vault file."),
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
