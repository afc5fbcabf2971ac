//! The way from one place to another: every step of it fails once, and the process dies at every step once.

#[path = "support/faulty.rs"]
mod faulty;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use faulty::{Fault, FaultyStore, Operation};
use secrets::{
    Choice, ChoiceRecord, Moved, Old, Place, Places, Secret, SecretId, SecretStore,
    SecretStoreError, Vault, Wish,
};
use test_support::TestFolder;

const PASSPHRASE: &str = "correct horse battery staple";
const SECRETS: usize = 5;
const PATIENCE: Duration = Duration::from_millis(200);

/// The catalog's part, which may fail or die too.
#[derive(Default)]
struct Record {
    choice: Mutex<Choice>,
    fault: Mutex<Option<Fault>>,
    writes: AtomicUsize,
}

struct Shared(Arc<Record>);

impl ChoiceRecord for Shared {
    fn read(&self) -> Result<Choice, SecretStoreError> {
        Ok(self.0.choice.lock().expect("whole").clone())
    }

    fn write(&self, choice: &Choice) -> Result<(), SecretStoreError> {
        self.0.writes.fetch_add(1, Ordering::SeqCst);
        let fault = self.0.fault.lock().expect("whole").take();
        match fault {
            Some(Fault::Refused(error)) => return Err(error),
            Some(Fault::Dies) => std::panic::resume_unwind(Box::new("the process dies")),
            _ => {}
        }
        *self.0.choice.lock().expect("whole") = choice.clone();
        Ok(())
    }
}

/// A machine: what lasts when a process ends.
struct Machine {
    folder: TestFolder,
    keyring: Arc<FaultyStore>,
    record: Arc<Record>,
}

impl Machine {
    fn new() -> Machine {
        let keyring = FaultyStore::new();
        for number in 0..SECRETS {
            keyring
                .set(&id(number), &Secret::new(value(number)), "label")
                .expect("it works");
        }
        // Another data folder's, which no move may touch.
        keyring
            .set(&foreign(), &Secret::from("theirs"), "label")
            .expect("it works");
        Machine {
            folder: TestFolder::new(),
            keyring: Arc::new(keyring),
            record: Arc::default(),
        }
    }

    /// A process that has just started.
    fn process(&self) -> Places {
        let path = self.folder.path().join("passwords.vault");
        let keyring = Arc::clone(&self.keyring) as Arc<dyn SecretStore>;
        Places::new(
            keyring,
            Vault::with_work(path, 2),
            Box::new(Shared(Arc::clone(&self.record))),
            "catalog".to_owned(),
            self.folder.path(),
        )
    }

    fn ours_in_keyring(&self) -> usize {
        let ids = self.keyring.kept().list().expect("memory answers");
        assert!(ids.contains(&foreign()), "another folder's entry is gone");
        ids.len() - 1
    }
}

fn id(number: usize) -> SecretId {
    SecretId::for_url("catalog", &format!("u{number}"))
}

fn foreign() -> SecretId {
    SecretId::for_url("other", "u0")
}

fn value(number: usize) -> String {
    format!("password {number}")
}

fn choose(places: &Places, place: Place, old: Old) -> Result<Moved, SecretStoreError> {
    choose_with(places, place, old, PASSPHRASE)
}

fn choose_with(
    places: &Places,
    place: Place,
    old: Old,
    passphrase: &str,
) -> Result<Moved, SecretStoreError> {
    let passphrase = Secret::from(passphrase);
    let wish = Wish {
        place,
        old,
        passphrase: (place == Place::Vault).then_some(&passphrase),
    };
    let turn = places.take_turn(old, PATIENCE)?;
    places.choose(&turn, &wish, |id| format!("label of {id}"))
}

/// Every secret is where the choice says.
fn assert_all_there(places: &Places, case: &str) {
    if places.choice().expect("it is read").place == Place::Vault && places.locked() == Ok(true) {
        let passphrase = Secret::from(PASSPHRASE);
        places.vault().unlock(&passphrase).expect("it opens");
    }
    for number in 0..SECRETS {
        let found = places.get(&id(number)).expect("the place answers");
        let found = found.map(|secret| secret.expose().to_owned());
        assert_eq!(found, Some(value(number)), "{case}: {number}");
    }
}

#[test]
fn there_and_back() {
    let machine = Machine::new();
    let places = machine.process();
    let all = Moved {
        moved: SECRETS,
        left_copies: false,
    };
    assert_eq!(choose(&places, Place::Vault, Old::Move), Ok(all));
    assert_all_there(&places, "in the vault");
    assert_eq!(machine.ours_in_keyring(), 0, "no copy stays behind");
    assert_eq!(
        choose(&places, Place::Vault, Old::Move),
        Ok(Moved::default()),
        "it is there already"
    );

    // Another process goes by the choice at once, and needs the passphrase.
    let other = machine.process();
    assert_eq!(
        other.get(&id(0)).map(|_| ()),
        Err(SecretStoreError::VaultLocked)
    );
    assert_all_there(&other, "in another process");

    assert_eq!(choose(&other, Place::Keyring, Old::Move), Ok(all));
    assert_all_there(&places, "back");
    assert!(!places.vault().exists(), "no copy stays behind");

    // Asked each time: nothing that would be lost with the process is moved there by itself.
    assert_eq!(
        choose(&places, Place::Ask, Old::Leave),
        Ok(Moved::default())
    );
    assert_eq!(places.get(&id(0)).map(|found| found.is_some()), Ok(false));
    assert!(places.forgets());
    assert_eq!(machine.ours_in_keyring(), SECRETS);
    places
        .set(&id(0), &Secret::from(&*value(0)), "")
        .expect("memory takes it");
    assert_eq!(
        machine.process().get(&id(0)).map(|found| found.is_some()),
        Ok(false),
        "memory is of one process"
    );
    assert_eq!(
        choose(&places, Place::Keyring, Old::Move).map(|done| done.moved),
        Ok(1)
    );
    assert_all_there(&places, "what stayed is there again");

    // Removed on request.
    assert_eq!(
        choose(&places, Place::Ask, Old::Remove),
        Ok(Moved::default())
    );
    assert_eq!(machine.ours_in_keyring(), 0);
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let machine = Machine::new();
    let places = machine.process();
    choose(&places, Place::Vault, Old::Move).expect("it moves");
    choose(&places, Place::Keyring, Old::Leave).expect("it is chosen");
    assert!(places.vault().exists());
    let other = machine.process();
    assert_eq!(
        choose_with(&other, Place::Vault, Old::Leave, "wrong"),
        Err(SecretStoreError::WrongPassphrase)
    );
    assert_eq!(
        other.choice().map(|choice| choice.place),
        Ok(Place::Keyring)
    );
    assert!(other.vault().exists(), "the file that was there stays");
    choose(&other, Place::Vault, Old::Leave).expect("it is chosen");
    assert_all_there(&other, "in the file that was left");
}

fn failed() -> SecretStoreError {
    SecretStoreError::Failed {
        reason: "on purpose".to_owned(),
    }
}

/// Moves with each call of the keyring going wrong in turn, until a move needs no more calls.
fn every_call_of_a_move(from: Place, to: Place, fault: &Fault) -> usize {
    for step in 1.. {
        let machine = Machine::new();
        let places = machine.process();
        if from == Place::Vault {
            choose(&places, Place::Vault, Old::Move).expect("it moves");
        }
        let at_step = fault.clone();
        machine
            .keyring
            .plan(move |number, _| (number == step).then(|| at_step.clone()));
        let case = format!("{from:?} to {to:?}, {fault:?} at call {step}");
        let outcome = catch_unwind(AssertUnwindSafe(|| choose(&places, to, Old::Move)));
        let reached = machine.keyring.calls() >= step;
        machine.keyring.heal();
        // The process is gone; another starts.
        let after = machine.process();
        let place = after.choice().expect("it is read").place;
        match &outcome {
            Ok(Ok(_)) => assert_eq!(place, to, "{case}"),
            Ok(Err(_)) => assert_eq!(place, from, "{case}: a failure leaves the old in force"),
            Err(_) => assert!(matches!(fault, Fault::Dies), "{case}: no panic of ours"),
        }
        assert_all_there(&after, &case);
        // What is left is cleared by whoever comes next, and a new try goes through.
        after.clear_left().expect("the turn is free");
        assert_all_there(&after, &case);
        choose(&after, to, Old::Move).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_all_there(&after, &case);
        match to {
            Place::Vault => assert_eq!(machine.ours_in_keyring(), 0, "{case}"),
            _ => assert!(!after.vault().exists(), "{case}"),
        }
        if !reached {
            return step - 1;
        }
    }
    unreachable!()
}

#[test]
fn each_call_of_a_move_fails_once() {
    for fault in [Fault::Refused(failed()), Fault::DoneButFailed, Fault::Dies] {
        let out = every_call_of_a_move(Place::Keyring, Place::Vault, &fault);
        let back = every_call_of_a_move(Place::Vault, Place::Keyring, &fault);
        // A list, a read and a removal of each; a list, a write and a reading back of each.
        assert!(out >= 2 + 2 * SECRETS, "{out}");
        assert!(back > 2 * SECRETS, "{back}");
    }
}

#[test]
fn a_write_that_is_lost_is_noticed_before_the_old_is_removed() {
    let machine = Machine::new();
    let places = machine.process();
    choose(&places, Place::Vault, Old::Move).expect("it moves");
    machine
        .keyring
        .plan(|_, operation| (operation == Operation::Set).then_some(Fault::Lost));
    let told = choose(&places, Place::Keyring, Old::Move);
    assert!(
        told.as_ref()
            .is_err_and(|error| error.to_string().contains("did not come back")),
        "{told:?}"
    );
    machine.keyring.heal();
    assert_all_there(&places, "in the vault still");
}

#[test]
fn the_choice_itself_fails() {
    for fault in [Fault::Refused(failed()), Fault::Dies] {
        // The first write of the choice is the commit, the second says that all is cleared.
        for write in [1, 2] {
            let machine = Machine::new();
            let places = machine.process();
            if write == 2 {
                // The fault waits for the second write: the first happens with none set.
                let (record, fault) = (Arc::clone(&machine.record), fault.clone());
                machine.keyring.plan(move |_, operation| {
                    if operation == Operation::Delete {
                        *record.fault.lock().expect("whole") = Some(fault.clone());
                    }
                    None
                });
            } else {
                *machine.record.fault.lock().expect("whole") = Some(fault.clone());
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                choose(&places, Place::Vault, Old::Move)
            }));
            let case = format!("{fault:?} at write {write}: {outcome:?}");
            assert_eq!(
                machine.record.writes.load(Ordering::SeqCst),
                write,
                "{case}"
            );
            machine.keyring.heal();
            *machine.record.fault.lock().expect("whole") = None;
            let after = machine.process();
            let expected = if write == 1 {
                Place::Keyring
            } else {
                Place::Vault
            };
            assert_eq!(
                after.choice().map(|choice| choice.place),
                Ok(expected),
                "{case}"
            );
            assert_all_there(&after, &case);
            after.clear_left().expect("the turn is free");
            choose(&after, Place::Vault, Old::Move).expect("it moves");
            assert_all_there(&after, &case);
            assert_eq!(machine.ours_in_keyring(), 0, "{case}");
        }
    }
}

#[test]
fn a_place_that_can_no_longer_be_used_is_cleared_when_it_can() {
    let machine = Machine::new();
    let places = machine.process();
    machine
        .keyring
        .plan(|_, operation| (operation == Operation::Delete).then(|| Fault::Refused(failed())));
    let moved = choose(&places, Place::Vault, Old::Move).expect("the move counts");
    assert_eq!(
        moved,
        Moved {
            moved: SECRETS,
            left_copies: true
        }
    );
    assert_eq!(places.clear_left(), Ok(true));
    machine.keyring.heal();
    assert_eq!(places.clear_left(), Ok(false));
    assert_eq!(machine.ours_in_keyring(), 0);
    assert_all_there(&places, "in the vault");
}

#[test]
fn nothing_is_written_to_a_place_while_it_is_left() {
    let machine = Machine::new();
    let places = Arc::new(machine.process());
    // Reading is slow, so that the move takes half a second.
    machine.keyring.plan(|_, operation| {
        (operation == Operation::Get).then_some(Fault::Slow(Duration::from_millis(100)))
    });
    let mover = Arc::clone(&places);
    let moving = thread::spawn(move || choose(&mover, Place::Vault, Old::Move));
    thread::sleep(Duration::from_millis(150));
    let other = machine.process();
    let start = Instant::now();
    assert!(
        matches!(
            other.take_turn(Old::Move, Duration::from_millis(50)),
            Err(SecretStoreError::Moving)
        ),
        "two moves at once"
    );
    // It waits for the end of the move and goes to the new place, which this process must unlock first.
    let late = other.set(&id(99), &Secret::from("late"), "");
    assert_eq!(late, Err(SecretStoreError::VaultLocked));
    assert!(start.elapsed() > Duration::from_millis(150), "it waited");
    moving.join().expect("no panic").expect("it moves");
    places
        .set(&id(99), &Secret::from("late"), "")
        .expect("it is stored");
    assert_eq!(machine.ours_in_keyring(), 0);
    assert_all_there(&places, "in the vault");
}

#[test]
fn a_reader_is_not_misled_by_a_move() {
    let machine = Machine::new();
    let reader = machine.process();
    let moving = machine.process();
    choose(&moving, Place::Vault, Old::Move).expect("it moves");
    reader
        .vault()
        .unlock(&Secret::from(PASSPHRASE))
        .expect("it opens");
    choose(&moving, Place::Keyring, Old::Move).expect("it moves");
    // While this read looks into the keyring, another process moves all away.
    let (mover, ran) = (Mutex::new(Some(moving)), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&ran);
    machine.keyring.plan(move |number, operation| {
        if number == 1 && operation == Operation::Get {
            counter.fetch_add(1, Ordering::SeqCst);
            // The plan is held while it is asked: the move runs on its own thread, after it.
            if let Some(places) = mover.lock().expect("whole").take() {
                thread::spawn(move || choose(&places, Place::Vault, Old::Move));
            }
            return Some(Fault::Slow(Duration::from_millis(400)));
        }
        None
    });
    let found = reader.get(&id(0));
    assert_eq!(
        ran.load(Ordering::SeqCst),
        1,
        "the move began under the read"
    );
    assert_eq!(reader.choice().map(|choice| choice.place), Ok(Place::Vault));
    // The vault was made anew, under another key: locked is true, "missing" would not be.
    assert_eq!(found.map(|_| ()), Err(SecretStoreError::VaultLocked));
}

#[test]
fn a_move_that_is_given_up_commits_nothing() {
    let machine = Machine::new();
    let places = Arc::new(machine.process());
    machine.keyring.plan(|number, operation| {
        (operation == Operation::Get && number == 3)
            .then_some(Fault::Slow(Duration::from_millis(500)))
    });
    let turn = Arc::new(places.take_turn(Old::Move, PATIENCE).expect("it is free"));
    let (mover, held) = (Arc::clone(&places), Arc::clone(&turn));
    let moving = thread::spawn(move || {
        let passphrase = Secret::from(PASSPHRASE);
        let wish = Wish {
            place: Place::Vault,
            old: Old::Move,
            passphrase: Some(&passphrase),
        };
        mover.choose(&held, &wish, |_| String::new())
    });
    thread::sleep(Duration::from_millis(200));
    assert!(turn.give_up());
    // Others can write at once, though the keyring still hangs in that call.
    places
        .set(&id(50), &Secret::from("meanwhile"), "")
        .expect("it is stored");
    assert_eq!(
        moving.join().expect("no panic"),
        Err(SecretStoreError::Moving)
    );
    assert_eq!(
        places.choice().map(|choice| choice.place),
        Ok(Place::Keyring)
    );
    assert!(!places.vault().exists(), "what it made is gone");
    assert_eq!(machine.ours_in_keyring(), SECRETS + 1);
    assert_all_there(&places, "in the keyring");
}

#[test]
fn leaving_a_keyring_that_hangs_needs_no_answer_of_it() {
    let machine = Machine::new();
    let places = Arc::new(machine.process());
    machine
        .keyring
        .plan(|_, _| Some(Fault::Slow(Duration::from_secs(2))));
    let writer = Arc::clone(&places);
    let hanging = thread::spawn(move || writer.set(&id(50), &Secret::from("x"), ""));
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    assert_eq!(
        choose(&places, Place::Vault, Old::Leave),
        Ok(Moved::default())
    );
    places
        .set(&id(0), &Secret::from("entered again"), "")
        .expect("the vault takes it");
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    hanging.join().expect("no panic").expect("it wakes up");
}

#[test]
fn an_unknown_place_is_no_reason_to_guess() {
    assert_eq!(Place::parse("vault"), Ok(Place::Vault));
    let error = Place::parse("hsm").expect_err("nobody knows it");
    assert_eq!(error.code(), "secret_place_unknown");
    assert!(!error.retryable());
}
