//! The places where secrets may be kept, the one that a person chose, and the way from one to another.
//!
//! A move has one moment at which it counts: the writing of the choice. Before it everything is copied and read back;
//! after it what is in the old place is removed. What is to be removed is written down with the choice, so that a crash
//! or a failure leaves copies which [`Places::clear_left`] takes away later, and never a secret in no place.
//!
//! Any number of processes share the places. Each write holds `secrets.lock` with the others, and a move holds it alone,
//! so that nothing is written to a place while it is left. Reads hold nothing, since one that hangs would hold up the
//! move that gets a person out of it; they look again where the choice changed meanwhile.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::private_file::open_lock_file;
use crate::{Entry, MemoryStore, Secret, SecretId, SecretStore, SecretStoreError, Vault};

/// A place for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The system's keyring.
    Keyring,
    /// A file under a passphrase.
    Vault,
    /// The memory of this process: people are asked each time.
    Ask,
}

impl Place {
    /// Every place.
    pub const ALL: [Place; 3] = [Place::Keyring, Place::Vault, Place::Ask];

    /// The word in the catalog, in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Keyring => "keyring",
            Place::Vault => "vault",
            Place::Ask => "ask",
        }
    }

    /// The place of a word.
    ///
    /// # Errors
    /// [`SecretStoreError::UnknownPlace`].
    pub fn parse(word: &str) -> Result<Place, SecretStoreError> {
        Place::ALL
            .into_iter()
            .find(|place| place.as_str() == word)
            .ok_or_else(|| SecretStoreError::UnknownPlace {
                name: word.to_owned(),
            })
    }
}

/// What a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The place in force.
    pub place: Place,
    /// Places that were left and still have copies to be removed.
    pub clearing: Vec<Place>,
}

impl Default for Choice {
    fn default() -> Choice {
        Choice {
            place: Place::Keyring,
            clearing: Vec::new(),
        }
    }
}

/// Where the choice is kept. Writing it is the moment at which a move counts: all or nothing, and durable.
pub trait ChoiceRecord: Send + Sync {
    /// The choice as it is now, whoever made it.
    ///
    /// # Errors
    /// When it can't be read, or names a place that is not known.
    fn read(&self) -> Result<Choice, SecretStoreError>;

    /// Makes it.
    ///
    /// # Errors
    /// When it can't be written; it is then what it was.
    fn write(&self, choice: &Choice) -> Result<(), SecretStoreError>;
}

/// What becomes of the secrets in the place that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// They go to the new place.
    Move,
    /// They stay where they are, and the new place has none.
    Leave,
    /// They are removed, and the new place has none.
    Remove,
}

/// What a move did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Moved {
    /// Secrets that are in the new place now, each read back.
    pub moved: usize,
    /// Whether the old place still has copies, which are removed later.
    pub left_copies: bool,
}

/// The places of one data folder.
pub struct Places {
    keyring: Arc<dyn SecretStore>,
    vault: Vault,
    memory: MemoryStore,
    record: Box<dyn ChoiceRecord>,
    catalog: String,
    lock_path: PathBuf,
}

/// What a person asks for when they choose a place.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The place.
    pub place: Place,
    /// What becomes of the secrets in the place that is in force.
    pub old: Old,
    /// For [`Place::Vault`]: opens the file that is there, or is the passphrase of a new one.
    pub passphrase: Option<&'a Secret>,
}

/// The right to move secrets; nobody writes any meanwhile.
///
/// A keyring may hang in the midst of a move. Whoever waits for it gives the turn up: others can write again, and when
/// the call wakes up at last, it commits nothing.
pub struct Turn(Mutex<TurnState>);

struct TurnState {
    /// Closing it lets others write; `None` for a turn that needs none, and once it was given up.
    _lock: Option<File>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Preparing,
    Committed,
    GivenUp,
}

impl Turn {
    fn new(lock: Option<File>) -> Turn {
        let stage = Stage::Preparing;
        Turn(Mutex::new(TurnState { _lock: lock, stage }))
    }

    /// Ends the move if it does not count yet; false when it already does.
    pub fn give_up(&self) -> bool {
        let mut state = self.state();
        if state.stage == Stage::Committed {
            return false;
        }
        *state = TurnState {
            _lock: None,
            stage: Stage::GivenUp,
        };
        true
    }

    /// Whether nobody waits for the move any longer.
    fn is_given_up(&self) -> bool {
        self.state().stage == Stage::GivenUp
    }

    /// Writes the choice unless the turn was given up, which waits meanwhile.
    fn write(
        &self,
        record: &dyn ChoiceRecord,
        choice: &Choice,
        stage_after: Option<Stage>,
    ) -> Result<(), SecretStoreError> {
        let mut state = self.state();
        if state.stage == Stage::GivenUp {
            return Err(SecretStoreError::Moving);
        }
        record.write(choice)?;
        if let Some(stage) = stage_after {
            state.stage = stage;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, TurnState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    /// The places of a data folder. `keyring` holds the secrets of other folders as well: those of `catalog` are ours.
    pub fn new(
        keyring: Arc<dyn SecretStore>,
        vault: Vault,
        record: Box<dyn ChoiceRecord>,
        catalog: String,
        folder: &Path,
    ) -> Places {
        Places {
            keyring,
            vault,
            memory: MemoryStore::new(),
            record,
            catalog,
            lock_path: folder.join("secrets.lock"),
        }
    }

    /// The place in force.
    ///
    /// # Errors
    /// When the choice can't be read.
    pub fn choice(&self) -> Result<Choice, SecretStoreError> {
        self.record.read()
    }

    /// The vault file, in force or not.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    fn store(&self, place: Place) -> &dyn SecretStore {
        match place {
            Place::Keyring => &*self.keyring,
            Place::Vault => &self.vault,
            Place::Ask => &self.memory,
        }
    }

    /// Our secrets in a place.
    fn ours(&self, place: Place) -> Result<Vec<SecretId>, SecretStoreError> {
        let mut ids = self.store(place).list()?;
        if place == Place::Keyring {
            ids.retain(|id| id.catalog() == self.catalog);
        }
        Ok(ids)
    }

    /// Reads from the place in force, and again where another process chose a new one meanwhile: what it moved is no
    /// longer where this call looked.
    fn read<T>(
        &self,
        read: impl Fn(&dyn SecretStore) -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        let mut place = self.choice()?.place;
        loop {
            let answer = read(self.store(place));
            let now = self.choice()?.place;
            if now == place {
                return answer;
            }
            place = now;
        }
    }

    /// Writes to the place in force, which stays the one until the write is done.
    fn write<T>(
        &self,
        write: impl FnOnce(&dyn SecretStore) -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        let lock = self.open_lock()?;
        lock.lock_shared()
            .map_err(|error| self.lock_failed(&error))?;
        write(self.store(self.choice()?.place))
    }

    fn open_lock(&self) -> Result<File, SecretStoreError> {
        open_lock_file(&self.lock_path).map_err(|error| self.lock_failed(&error))
    }

    fn lock_failed(&self, error: &std::io::Error) -> SecretStoreError {
        SecretStoreError::failed(format!(
            "{} can't be used: {error}",
            self.lock_path.display()
        ))
    }

    /// Takes the turn to choose another place, waiting this long for writes that are under way. Where nothing is moved
    /// they need not end: what they write stays in the old place as all else does, and it may be the old place that hangs.
    ///
    /// # Errors
    /// [`SecretStoreError::Moving`] when it is not free in time.
    pub fn take_turn(&self, old: Old, patience: Duration) -> Result<Turn, SecretStoreError> {
        if old == Old::Leave {
            return Ok(Turn::new(None));
        }
        let lock = self.open_lock()?;
        let start = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Turn::new(Some(lock))),
                Err(TryLockError::Error(error)) => return Err(self.lock_failed(&error)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= patience => {
                    return Err(SecretStoreError::Moving);
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Chooses another place. With [`Old::Move`] every secret is written there and read back first; a failure on the way
    /// takes back what was written and leaves the old place in force. `label` is what a password manager shows.
    ///
    /// # Errors
    /// Whatever stopped it; the old place is then still in force, with all that was in it.
    pub fn choose(
        &self,
        turn: &Turn,
        wish: &Wish<'_>,
        label: impl Fn(&SecretId) -> String,
    ) -> Result<Moved, SecretStoreError> {
        let place = wish.place;
        let before = self.clear_some(turn, self.choice()?);
        if before.place == place {
            return Ok(Moved {
                moved: 0,
                left_copies: !before.clearing.is_empty(),
            });
        }
        if before.clearing.contains(&place) {
            // What is left there would come back as if it were meant to be kept.
            self.clear(place)?;
        }
        let made = place == Place::Vault && self.open_vault(wish.passphrase)?;
        let outcome = self.copy_and_commit(turn, wish, before, label);
        if outcome.is_err()
            && made
            && let Err(error) = self.vault.remove()
        {
            tracing::warn!(
                code = error.code(),
                "a vault file is left that was not chosen"
            );
        }
        let (moved, after) = outcome?;
        let cleared = self.clear_some(turn, after);
        Ok(Moved {
            moved,
            left_copies: !cleared.clearing.is_empty(),
        })
    }

    /// Unlocks the vault file, or makes it; true when it was made.
    fn open_vault(&self, passphrase: Option<&Secret>) -> Result<bool, SecretStoreError> {
        let exists = self.vault.exists();
        match passphrase {
            None => Err(SecretStoreError::VaultLocked),
            Some(passphrase) if exists => self.vault.unlock(passphrase).map(|()| false),
            Some(passphrase) => self.vault.create(passphrase).map(|()| true),
        }
    }

    fn copy_and_commit(
        &self,
        turn: &Turn,
        wish: &Wish<'_>,
        before: Choice,
        label: impl Fn(&SecretId) -> String,
    ) -> Result<(usize, Choice), SecretStoreError> {
        let moved = match wish.old {
            Old::Move => self.copy(turn, before.place, wish.place, label)?,
            Old::Leave | Old::Remove => 0,
        };
        let mut after = Choice {
            place: wish.place,
            clearing: before.clearing,
        };
        after.clearing.retain(|each| *each != wish.place);
        if wish.old != Old::Leave {
            after.clearing.push(before.place);
        }
        turn.write(&*self.record, &after, Some(Stage::Committed))?;
        Ok((moved, after))
    }

    /// Removes copies from places that were left, as far as they can be used; answers whether any are left.
    ///
    /// # Errors
    /// When the choice can't be read or the turn is not free.
    pub fn clear_left(&self) -> Result<bool, SecretStoreError> {
        if self.choice()?.clearing.is_empty() {
            return Ok(false);
        }
        let turn = self.take_turn(Old::Remove, Duration::ZERO)?;
        let choice = self.clear_some(&turn, self.choice()?);
        Ok(!choice.clearing.is_empty())
    }

    /// Writes everything of one place to another and reads it back.
    fn copy(
        &self,
        turn: &Turn,
        from: Place,
        to: Place,
        label: impl Fn(&SecretId) -> String,
    ) -> Result<usize, SecretStoreError> {
        let source = self.store(from);
        let target = self.store(to);
        let mut entries = Vec::new();
        for id in self.ours(from)? {
            let Some(value) = source.get(&id)? else {
                return Err(SecretStoreError::failed(format!(
                    "the entry {id} was removed while it was read"
                )));
            };
            let label = label(&id);
            entries.push(Entry { id, value, label });
        }
        // What the target has of our ids already is of an earlier choice that left it there. It is written over, since
        // the place in force is right; what was not there is taken back after a failure.
        let there = self.ours(to)?;
        let copied = target.set_many(&entries).and_then(|()| {
            entries.iter().try_for_each(|entry| {
                let back = target.get(&entry.id)?;
                if back.is_some_and(|back| back.expose() == entry.value.expose()) {
                    Ok(())
                } else {
                    Err(SecretStoreError::failed(format!(
                        "the entry {} did not come back as it was written",
                        entry.id
                    )))
                }
            })
        });
        if copied.is_err() || turn.is_given_up() {
            let new: Vec<SecretId> = entries
                .into_iter()
                .map(|entry| entry.id)
                .filter(|id| !there.contains(id))
                .collect();
            if let Err(error) = target.delete_many(&new) {
                tracing::warn!(
                    code = error.code(),
                    "copies of secrets are left in a place that was not chosen"
                );
            }
            copied?;
            return Err(SecretStoreError::Moving);
        }
        Ok(entries.len())
    }

    /// Removes what is left in places that are no longer in force, and writes down what remains to be done.
    fn clear_some(&self, turn: &Turn, mut choice: Choice) -> Choice {
        let before = choice.clearing.len();
        choice.clearing.retain(|place| {
            *place != choice.place
                && match self.clear(*place) {
                    Ok(()) => false,
                    Err(error) => {
                        tracing::warn!(
                            place = place.as_str(),
                            code = error.code(),
                            "copies of moved secrets are removed later"
                        );
                        true
                    }
                }
        });
        if choice.clearing.len() < before
            && let Err(error) = turn.write(&*self.record, &choice, None)
        {
            // Removing nothing once more does no harm.
            tracing::warn!(code = error.code(), "the removal is looked at again later");
        }
        choice
    }

    fn clear(&self, place: Place) -> Result<(), SecretStoreError> {
        match place {
            // All of it is ours, and it need not be unlocked to be removed.
            Place::Vault => self.vault.remove(),
            Place::Keyring | Place::Ask => {
                let ids = self.ours(place)?;
                self.store(place).delete_many(&ids).map(|_| ())
            }
        }
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Places")
            .field("catalog", &self.catalog)
            .finish_non_exhaustive()
    }
}

impl SecretStore for Places {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.read(|store| store.get(id))
    }

    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.write(|store| store.set(id, value, label))
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.write(|store| store.delete(id))
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.read(|store| store.list())
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.read(|store| store.locked())
    }

    fn set_many(&self, entries: &[Entry]) -> Result<(), SecretStoreError> {
        self.write(|store| store.set_many(entries))
    }

    fn delete_many(&self, ids: &[SecretId]) -> Result<usize, SecretStoreError> {
        self.write(|store| store.delete_many(ids))
    }

    fn forgets(&self) -> bool {
        matches!(self.choice(), Ok(choice) if choice.place == Place::Ask)
    }
}
