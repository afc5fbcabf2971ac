//! Moves between a real Secret Service and the vault file, while the keyring is locked, restarted or killed half way.
#![cfg(target_os = "linux")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use secrets::{
    Choice, ChoiceRecord, Keyring, Moved, Old, Place, Places, Secret, SecretId, SecretStore,
    SecretStoreError, Vault, Wish,
};
use test_support::{PrivateKeyring, TestFolder, run_in_keyring};

const SECRETS: usize = 6;

#[derive(Clone, Default)]
struct Record(Arc<Mutex<Choice>>);

impl ChoiceRecord for Record {
    fn read(&self) -> Result<Choice, SecretStoreError> {
        Ok(self.0.lock().expect("whole").clone())
    }

    fn write(&self, choice: &Choice) -> Result<(), SecretStoreError> {
        *self.0.lock().expect("whole") = choice.clone();
        Ok(())
    }
}

/// The real keyring, which stops before one call until the test has done something to it.
struct Interrupted {
    keyring: Keyring,
    calls: AtomicUsize,
    at: usize,
    reached: Sender<()>,
    go_on: Mutex<Receiver<()>>,
}

impl Interrupted {
    fn keyring(&self) -> &Keyring {
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            self.reached.send(()).expect("the test waits for it");
            let go_on = self.go_on.lock().expect("whole");
            go_on.recv().expect("the test answers");
        }
        &self.keyring
    }
}

impl SecretStore for Interrupted {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.keyring().get(id)
    }
    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.keyring().set(id, value, label)
    }
    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.keyring().delete(id)
    }
    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.keyring().list()
    }
    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.keyring().locked()
    }
}

fn id(number: usize) -> SecretId {
    SecretId::for_url("catalog", &format!("u{number}"))
}

fn passphrase() -> Secret {
    Secret::from("correct horse battery staple")
}

fn choose(places: &Places, place: Place) -> Result<Moved, SecretStoreError> {
    let passphrase = passphrase();
    let wish = Wish {
        place,
        old: Old::Move,
        passphrase: Some(&passphrase),
    };
    let turn = places.take_turn(Old::Move, Duration::from_secs(5))?;
    places.choose(&turn, &wish, ToString::to_string)
}

fn places(folder: &TestFolder, record: &Record, keyring: Arc<dyn SecretStore>) -> Places {
    let vault = Vault::with_work(folder.path().join("passwords.vault"), 2);
    if vault.exists() {
        vault.unlock(&passphrase()).expect("it opens");
    }
    let record = Box::new(record.clone());
    Places::new(keyring, vault, record, "catalog".to_owned(), folder.path())
}

fn assert_all_there(places: &Places, case: &str) {
    for number in 0..SECRETS {
        let found = places.get(&id(number)).expect("the place answers");
        let found = found.map(|secret| secret.expose().to_owned());
        assert_eq!(found, Some(format!("password {number}")), "{case}");
    }
}

/// What happens to a keyring, and what its person does about it.
struct Mishap {
    name: &'static str,
    happens: fn(&mut PrivateKeyring),
    is_mended: fn(&mut PrivateKeyring),
}

const MISHAPS: [Mishap; 3] = [
    Mishap {
        name: "locked",
        happens: |keyring| keyring.lock(),
        is_mended: |keyring| keyring.unlock(),
    },
    Mishap {
        name: "killed",
        happens: |keyring| keyring.kill_daemon(),
        is_mended: |keyring| keyring.start_daemon(),
    },
    Mishap {
        name: "restarted",
        happens: |keyring| {
            keyring.kill_daemon();
            keyring.start_daemon();
        },
        is_mended: |_| {},
    },
];

#[test]
fn a_keyring_that_goes_away_half_way_loses_nothing() {
    run_in_keyring(
        "a_keyring_that_goes_away_half_way_loses_nothing",
        |keyring| {
            let folder = TestFolder::new();
            let record = Record::default();
            let plain = || places(&folder, &record, Arc::new(Keyring::new()));
            for number in 0..SECRETS {
                let value = Secret::new(format!("password {number}"));
                plain()
                    .set(&id(number), &value, "label")
                    .expect("it is stored");
            }
            // Out: a list, the reads, the removals. Back: a list, the writes, the reads.
            for (to, steps) in [(Place::Vault, [4, 10]), (Place::Keyring, [4, 11])] {
                for mishap in &MISHAPS {
                    for at in steps {
                        let case = format!("{} before call {at} on the way to {to:?}", mishap.name);
                        let (reached, was_reached) = channel();
                        let (answer, go_on) = channel();
                        let interrupted = Interrupted {
                            keyring: Keyring::new(),
                            calls: AtomicUsize::new(0),
                            at,
                            reached,
                            go_on: Mutex::new(go_on),
                        };
                        let moving = places(&folder, &record, Arc::new(interrupted));
                        let moving = thread::spawn(move || choose(&moving, to));
                        was_reached
                            .recv_timeout(Duration::from_secs(20))
                            .unwrap_or_else(|error| panic!("{case}: {error}"));
                        (mishap.happens)(keyring);
                        answer.send(()).expect("the move waits");
                        let outcome = moving.join().expect("no panic");
                        println!("{case}: {:?}", outcome.map_err(|error| error.code()));
                        (mishap.is_mended)(keyring);

                        let after = plain();
                        assert_all_there(&after, &case);
                        after.clear_left().expect("the turn is free");
                        choose(&after, to).unwrap_or_else(|error| panic!("{case}: {error}"));
                        assert_all_there(&after, &case);
                        let in_keyring = Keyring::new().list().expect("it answers").len();
                        let expected = if to == Place::Vault { 0 } else { SECRETS };
                        assert_eq!(in_keyring, expected, "{case}: no copy stays behind");
                        let back = match to {
                            Place::Vault => Place::Keyring,
                            _ => Place::Vault,
                        };
                        choose(&after, back).unwrap_or_else(|error| panic!("{case}: {error}"));
                    }
                }
                choose(&plain(), to).expect("it moves");
            }
        },
    );
}
