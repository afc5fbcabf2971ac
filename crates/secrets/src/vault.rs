//! A file under a passphrase, for machines without a keyring. It is used only where a person chose it.
//!
//! What shapes this module:
//! - Nothing is kept in memory but while the vault is unlocked, and it locks itself when nobody has used it for a while.
//! - The window and the command share the file. Each write takes a lock, reads what the other has written, and puts the
//!   whole file in its place at once; each read looks whether the file is still the one that was read.
//! - A file that this process can't read, or did not write, is never written over.

mod format;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use format::{Entries, HEAD_BYTES, Held, Key, Refusal, Sealed, state_of};

use crate::private_file::{beside, open_lock_file, replace_private_file};
use crate::store::check_length;
use crate::{Entry, Secret, SecretId, SecretStore, SecretStoreError};

/// How long a vault that nobody uses stays unlocked, until something else is asked for.
pub const IDLE_LIMIT: Duration = Duration::from_secs(15 * 60);

/// A guess at the passphrase costs 2 to this power of scrypt's work: 128 MiB, and half a second on a laptop.
const WORK: u8 = 17;

/// A vault of ten thousand passwords of the longest kind is smaller.
const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// How often an unlocked vault looks whether it was idle for long enough.
const LOOK: Duration = Duration::from_secs(10);

/// A vault file. Cheap to clone; all clones are unlocked and locked together.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    work: u8,
    state: Mutex<State>,
}

struct State {
    open: Option<Open>,
    idle_limit: Duration,
    /// Whether a thread watches for idleness.
    watched: bool,
}

/// An unlocked vault.
struct Open {
    key: Key,
    /// Which write of the file these are.
    state: String,
    entries: Entries,
    used: Used,
}

/// When something last happened. A machine that sleeps stops the one clock, a person who sets the time moves the other.
struct Used {
    steady: Instant,
    wall: SystemTime,
}

impl Used {
    fn now() -> Used {
        Used {
            steady: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        self.steady
            .elapsed()
            .max(self.wall.elapsed().unwrap_or_default())
    }
}

impl Vault {
    /// The vault file at `path`; there need be none yet.
    pub fn new(path: PathBuf) -> Vault {
        Vault::with_work(path, WORK)
    }

    /// The same with another price of a guess, for tests.
    pub fn with_work(path: PathBuf, work: u8) -> Vault {
        let state = State {
            open: None,
            idle_limit: IDLE_LIMIT,
            watched: false,
        };
        Vault {
            inner: Arc::new(Inner {
                path,
                work,
                state: Mutex::new(state),
            }),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Whether there is a file.
    pub fn exists(&self) -> bool {
        self.inner.path.exists()
    }

    /// After how long without use it locks itself.
    pub fn set_idle_limit(&self, limit: Duration) {
        self.inner.state().idle_limit = limit;
    }

    /// Makes the file, empty and unlocked.
    ///
    /// # Errors
    /// When there is one already, which is left alone, or the folder refuses.
    pub fn create(&self, passphrase: &Secret) -> Result<(), SecretStoreError> {
        let explain = |refusal| self.inner.explain(refusal);
        let key = Key::generate(passphrase, self.inner.work).map_err(explain)?;
        let _writing = self.inner.lock_file()?;
        if self.exists() {
            return Err(self.inner.failed("there is one already"));
        }
        let mut state = self.inner.state();
        let open = self.inner.write(key, Entries::new())?;
        state.open = Some(open);
        drop(state);
        self.inner.watch_idleness();
        Ok(())
    }

    /// Unlocks it. Takes about half a second.
    ///
    /// # Errors
    /// [`SecretStoreError::WrongPassphrase`], and whatever is wrong with the file.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), SecretStoreError> {
        let sealed = self.inner.read()?;
        // Not under the lock: who asks meanwhile is told at once that it is locked.
        let key =
            Key::unwrap(&sealed.key, passphrase).map_err(|refusal| self.inner.explain(refusal))?;
        let entries = key
            .open(&sealed.entries)
            .map_err(|refusal| self.inner.explain(refusal))?;
        self.inner.state().open = Some(Open {
            key,
            state: sealed.state,
            entries,
            used: Used::now(),
        });
        self.inner.watch_idleness();
        Ok(())
    }

    /// Forgets what is in memory.
    pub fn lock(&self) {
        self.inner.state().open = None;
    }

    /// Puts another passphrase in the place of `old`. The key changes as well, so that a copy of the file from before
    /// and its passphrase open nothing that is written from now on. Other processes must unlock it anew.
    ///
    /// # Errors
    /// [`SecretStoreError::WrongPassphrase`] for `old`, and whatever is wrong with the file.
    pub fn change_passphrase(&self, old: &Secret, new: &Secret) -> Result<(), SecretStoreError> {
        let explain = |refusal| self.inner.explain(refusal);
        let key = Key::generate(new, self.inner.work).map_err(explain)?;
        let _writing = self.inner.lock_file()?;
        let sealed = self.inner.read()?;
        let entries = Key::unwrap(&sealed.key, old)
            .and_then(|old_key| old_key.open(&sealed.entries))
            .map_err(explain)?;
        let mut state = self.inner.state();
        let open = self.inner.write(key, entries)?;
        state.open = Some(open);
        drop(state);
        self.inner.watch_idleness();
        Ok(())
    }

    /// Removes the file with all that is in it.
    ///
    /// # Errors
    /// When the folder refuses.
    pub fn remove(&self) -> Result<(), SecretStoreError> {
        let _writing = self.inner.lock_file()?;
        self.lock();
        match std::fs::remove_file(&self.inner.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(self.inner.failed(error.to_string()))
            }
            _ => Ok(()),
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change below is one assignment, so that a poisoned state is a whole one.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = state.idle_limit;
        if state
            .open
            .as_ref()
            .is_some_and(|open| open.used.elapsed() >= limit)
        {
            state.open = None;
        }
        state
    }

    fn shown_path(&self) -> String {
        self.path.display().to_string()
    }

    fn failed(&self, reason: impl Into<String>) -> SecretStoreError {
        SecretStoreError::VaultFailed {
            path: self.shown_path(),
            reason: reason.into(),
        }
    }

    fn explain(&self, refusal: Refusal) -> SecretStoreError {
        match refusal {
            Refusal::WrongPassphrase => SecretStoreError::WrongPassphrase,
            Refusal::OtherKey => SecretStoreError::VaultLocked,
            Refusal::Newer => SecretStoreError::VaultNewer {
                path: self.shown_path(),
            },
            Refusal::Damaged(reason) => SecretStoreError::VaultDamaged {
                path: self.shown_path(),
                reason: reason.to_owned(),
            },
            Refusal::Failed(reason) => self.failed(reason),
        }
    }

    fn explain_io(&self, error: &std::io::Error) -> SecretStoreError {
        match error.kind() {
            ErrorKind::NotFound => SecretStoreError::VaultMissing {
                path: self.shown_path(),
            },
            _ => self.failed(error.to_string()),
        }
    }

    /// Keeps other writers out, of this process and of others, until it is dropped.
    fn lock_file(&self) -> Result<File, SecretStoreError> {
        let lock = open_lock_file(&beside(&self.path, ".lock"))
            .map_err(|error| self.failed(error.to_string()))?;
        lock.lock()
            .map_err(|error| self.failed(error.to_string()))?;
        Ok(lock)
    }

    fn read(&self) -> Result<Sealed, SecretStoreError> {
        let file = File::open(&self.path).map_err(|error| self.explain_io(&error))?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| self.explain_io(&error))?;
        Sealed::parse(&bytes).map_err(|refusal| self.explain(refusal))
    }

    /// Which write the file is of now.
    fn current_state(&self) -> Result<String, SecretStoreError> {
        let file = File::open(&self.path).map_err(|error| self.explain_io(&error))?;
        let mut head = Vec::new();
        file.take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| self.explain_io(&error))?;
        state_of(&String::from_utf8_lossy(&head)).map_err(|refusal| self.explain(refusal))
    }

    /// The unlocked vault as the file is now.
    fn refreshed<'a>(&self, state: &'a mut State) -> Result<&'a mut Open, SecretStoreError> {
        let current = self.current_state()?;
        let fits = match &state.open {
            None => return Err(SecretStoreError::VaultLocked),
            Some(open) => open.state == current,
        };
        if !fits {
            let sealed = self.read()?;
            let reread = state
                .open
                .as_ref()
                .map(|open| open.key.open(&sealed.entries));
            match (reread, &mut state.open) {
                (Some(Ok(entries)), Some(open)) => {
                    open.entries = entries;
                    open.state = sealed.state;
                }
                (Some(Err(Refusal::OtherKey)), _) => state.open = None,
                (Some(Err(refusal)), _) => return Err(self.explain(refusal)),
                (None, _) | (_, None) => {}
            }
        }
        state.open.as_mut().ok_or(SecretStoreError::VaultLocked)
    }

    fn write(&self, key: Key, entries: Entries) -> Result<Open, SecretStoreError> {
        let state = self.write_entries(&key, &entries)?;
        Ok(Open {
            key,
            state,
            entries,
            used: Used::now(),
        })
    }

    /// Writes the whole file; answers its new state.
    fn write_entries(&self, key: &Key, entries: &Entries) -> Result<String, SecretStoreError> {
        let sealed = key.seal(entries).map_err(|refusal| self.explain(refusal))?;
        replace_private_file(&self.path, sealed.text().as_bytes())
            .map_err(|error| self.failed(error.to_string()))?;
        Ok(sealed.state)
    }

    /// Changes the entries of the file, whoever wrote it last. Nothing is changed unless all is.
    fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> Result<T, SecretStoreError> {
        let _writing = self.lock_file()?;
        let mut state = self.state();
        let open = self.refreshed(&mut state)?;
        let mut entries = open.entries.clone();
        let answer = change(&mut entries);
        open.used = Used::now();
        open.state = self.write_entries(&open.key, &entries)?;
        open.entries = entries;
        Ok(answer)
    }

    /// Locks the vault from a thread of its own when nobody has used it for long enough.
    fn watch_idleness(self: &Arc<Self>) {
        if std::mem::replace(&mut self.state().watched, true) {
            return;
        }
        let watched = Arc::downgrade(self);
        let watching = thread::Builder::new()
            .name("vault".to_owned())
            .spawn(move || {
                while let Some(pause) = Inner::until_idle(&watched) {
                    thread::sleep(pause);
                }
            });
        if let Err(error) = watching {
            self.state().watched = false;
            tracing::warn!(%error, "the vault locks itself only when it is asked next");
        }
    }

    /// How long to wait before looking again; `None` when it is locked or gone.
    fn until_idle(watched: &Weak<Inner>) -> Option<Duration> {
        let inner = watched.upgrade()?;
        let mut state = inner.state();
        let Some(open) = &state.open else {
            state.watched = false;
            return None;
        };
        let left = state.idle_limit.saturating_sub(open.used.elapsed());
        Some(left.clamp(Duration::from_millis(20), LOOK))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Vault")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

impl SecretStore for Vault {
    fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        let mut state = self.inner.state();
        let open = self.inner.refreshed(&mut state)?;
        // A window that looks what is there is no person at work: only what gives or takes a secret counts as use.
        open.used = Used::now();
        Ok(open.entries.get(id).map(|held| held.value.clone()))
    }

    fn set(&self, id: &SecretId, value: &Secret, label: &str) -> Result<(), SecretStoreError> {
        self.set_many(&[Entry {
            id: id.clone(),
            value: value.clone(),
            label: label.to_owned(),
        }])
    }

    fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        Ok(self.delete_many(std::slice::from_ref(id))? > 0)
    }

    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let mut state = self.inner.state();
        let open = self.inner.refreshed(&mut state)?;
        Ok(open.entries.keys().cloned().collect())
    }

    fn locked(&self) -> Result<bool, SecretStoreError> {
        self.inner.current_state()?;
        Ok(self.inner.state().open.is_none())
    }

    fn set_many(&self, entries: &[Entry]) -> Result<(), SecretStoreError> {
        for entry in entries {
            check_length(&entry.value)?;
        }
        self.inner.change(|held| {
            for Entry { id, value, label } in entries {
                let (value, label) = (value.clone(), label.clone());
                held.insert(id.clone(), Held { value, label });
            }
        })
    }

    fn delete_many(&self, ids: &[SecretId]) -> Result<usize, SecretStoreError> {
        // A removal of nothing writes nothing.
        let present = {
            let mut state = self.inner.state();
            let open = self.inner.refreshed(&mut state)?;
            ids.iter().any(|id| open.entries.contains_key(id))
        };
        if !present {
            return Ok(0);
        }
        self.inner
            .change(|held| ids.iter().filter(|id| held.remove(id).is_some()).count())
    }
}
