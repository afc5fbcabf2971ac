//! Writing and removing keyring entries so that no crash, at any point, leaves one that nobody knows of.
//!
//! The catalog's journal decides (see [`catalog::KeyringJournal`]). Whoever writes entries has a shared lock on a file
//! of the data folder meanwhile. The system releases it however the process ends; so whoever gets the lock alone knows
//! that no change is being made, and that whatever the journal still calls under way came to nothing.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use catalog::{Catalog, EntryName, JournalState, named_entry, url_entry};
use jiff::{SignedDuration, Timestamp};
use secrets::{Secret, SecretId, SecretStoreError};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::named_secrets::entry_label;
use crate::{AppError, Result, Workbench};

/// The file whose lock says that changes are being made.
const LOCK: &str = "keyring.lock";

/// Where files can't be locked, a change that took longer than this is taken for one that came to nothing. A call that
/// the keyring was slow to answer is not expected to do anything after this time either.
const LONGEST_CHANGE: SignedDuration = SignedDuration::from_mins(10);

/// At a start nobody waits longer than this for the keyring to take back what a crash left.
const AT_START: Duration = Duration::from_secs(2);

/// Keyring entries to be written before a commit.
#[derive(Default)]
pub(crate) struct NewEntries(Vec<NewEntry>);

struct NewEntry {
    name: EntryName,
    value: Secret,
    label: String,
}

impl NewEntries {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The name of the first.
    pub(crate) fn first(&self) -> Option<EntryName> {
        self.0.first().map(|entry| entry.name.clone())
    }

    /// A secret of a connection URL. The answer is the id by which a config refers to it.
    pub(crate) fn add_url_secret(&mut self, value: Secret, label: String) -> String {
        let id = Uuid::now_v7().to_string();
        self.add(url_entry(&id), value, label);
        id
    }

    /// A value of a named secret. The answer is the name by which the catalog refers to it.
    pub(crate) fn add_named(&mut self, key: &str, value: Zeroizing<String>) -> EntryName {
        let name = named_entry(key, &Uuid::now_v7().to_string());
        self.add(name.clone(), Secret::new(value), entry_label(key));
        name
    }

    /// The label is what a password manager shows.
    fn add(&mut self, name: EntryName, value: Secret, label: String) {
        self.0.push(NewEntry { name, value, label });
    }
}

/// Held while a change writes entries.
struct UnderWay {
    /// Locked; closing it releases the lock. `None` where files can't be locked.
    _lock: Option<File>,
}

/// What was done about the entries that are to be removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Entries that were removed.
    pub removed: usize,
    /// Entries that the keyring could not remove now; the next run tries again.
    pub left: usize,
}

impl Workbench {
    /// Writes the entries, runs `commit`, and takes the entries back when either fails. The commit must make a record
    /// name each of them.
    pub(crate) async fn commit_sealed<T>(
        &self,
        entries: NewEntries,
        commit: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if entries.0.is_empty() {
            return commit.await;
        }
        let names: Vec<EntryName> = entries.0.iter().map(|entry| entry.name.clone()).collect();
        let under_way = self.begin(names.clone()).await?;
        let secrets = self.secrets();
        let mut failure = None;
        for entry in entries.0 {
            let id = self.secret_id(&entry.name);
            if let Err(error) = secrets.set(&id, &entry.value, &entry.label).await {
                failure = Some((entry.name, error));
                break;
            }
        }
        let outcome = match &failure {
            None => commit.await,
            Some((_, error)) => Err(error.clone().into()),
        };
        if outcome.is_err() {
            self.abandon(names, failure).await;
            drop(under_way);
            self.settle_and_log().await;
        }
        outcome
    }

    /// Asks for what opens the place where secrets are kept, or refuses as a write there would, while nothing is used up yet; nothing
    /// is asked for an entry that does not come.
    pub(crate) async fn open_for(&self, entry: Option<EntryName>) -> Result<()> {
        let Some(entry) = entry else { return Ok(()) };
        if self.secrets().locked().await? {
            self.secrets().get(&self.secret_id(&entry)).await?;
        }
        Ok(())
    }

    /// Writes down what is about to be written. The lock comes first: between the two nobody may take these for
    /// leftovers.
    async fn begin(&self, names: Vec<EntryName>) -> Result<UnderWay> {
        let path = self.lock_path();
        let lock = tokio::task::spawn_blocking(move || {
            let file = open_lock(&path)?;
            file.lock_shared().map(|()| file)
        })
        .await
        .map_err(AppError::internal)?;
        if let Err(error) = &lock {
            tracing::warn!(%error, "the data folder can't be locked, so the age of a change decides");
        }
        self.on_catalog(move |catalog| catalog.begin_entries(&names))
            .await?;
        Ok(UnderWay { _lock: lock.ok() })
    }

    async fn abandon(&self, names: Vec<EntryName>, failure: Option<(EntryName, SecretStoreError)>) {
        // A write that timed out may still happen, also after the entry was removed.
        let doubtful = match failure {
            Some((name, SecretStoreError::TimedOut { .. })) => Some(name),
            _ => None,
        };
        let abandoned = self.on_catalog(move |catalog| {
            catalog.abandon_entries(&names, JournalState::Due)?;
            catalog.abandon_entries(doubtful.as_slice(), JournalState::InDoubt)
        });
        if let Err(error) = abandoned.await {
            // They are still under way in the journal, and their lock is released: the next run takes them back.
            tracing::warn!(
                code = error.code,
                "a change that failed is taken back later"
            );
        }
    }

    async fn settle_and_log(&self) {
        if let Err(error) = self.settle_keyring().await {
            tracing::warn!(
                code = error.code,
                "what is due in the keyring is removed later"
            );
        }
    }

    /// Removes from the keyring what no record, and no undo, names any more: what a crash or a failure left, and what
    /// was purged. What can't be removed now stays in the journal.
    ///
    /// # Errors
    /// What the catalog says; a keyring that can't be used is no error here.
    pub async fn settle_keyring(&self) -> Result<Settled> {
        self.settle_within(self.secrets_without_asking()).await
    }

    /// As [`Workbench::settle_keyring`], without holding up the start of a program.
    pub async fn settle_keyring_at_start(&self) {
        let secrets = self.secrets_without_asking().with_time_limit(AT_START);
        if let Err(error) = self.settle_within(secrets).await {
            tracing::warn!(code = error.code, "what a crash left is removed later");
        }
    }

    async fn settle_within(&self, secrets: secrets::Secrets) -> Result<Settled> {
        let path = self.lock_path();
        let lines = self
            .on_catalog(move |catalog| {
                let lines = catalog.journal()?;
                if lines
                    .iter()
                    .all(|line| line.state != JournalState::UnderWay)
                {
                    return Ok(lines);
                }
                abandon_what_nobody_makes(catalog, path)?;
                catalog.journal()
            })
            .await?;
        let due: Vec<_> = lines
            .into_iter()
            .filter(|line| line.state != JournalState::UnderWay)
            .collect();
        let mut settled = Settled::default();
        // Nobody is asked to unlock a keyring so that something can be removed from it.
        if due.is_empty() || !matches!(secrets.locked().await, Ok(false)) {
            settled.left = due.len();
            return Ok(settled);
        }
        let mut done = Vec::new();
        for line in due {
            let removal = secrets.delete(&self.secret_id(&line.entry)).await;
            let age = Timestamp::now().duration_since(line.at);
            let may_come_yet = line.state == JournalState::InDoubt
                && age >= SignedDuration::ZERO
                && age < LONGEST_CHANGE;
            match removal {
                Ok(was_there) => {
                    settled.removed += usize::from(was_there);
                    if was_there || !may_come_yet {
                        done.push(line.entry);
                    }
                }
                Err(error) => {
                    settled.left += 1;
                    tracing::warn!(
                        code = error.code(),
                        "a keyring entry that nothing names could not be removed"
                    );
                }
            }
        }
        if !done.is_empty() {
            self.on_catalog(move |catalog| catalog.settle_entries(&done))
                .await?;
        }
        Ok(settled)
    }

    /// The keyring entry of this catalog with the name that the catalog has for it.
    pub(crate) fn secret_id(&self, name: &str) -> SecretId {
        SecretId::of_catalog(self.catalog_id(), name)
    }

    /// What this catalog knows of: entries that records and undo name, and those that are being written right now.
    pub(crate) async fn known_entries(&self) -> Result<BTreeSet<SecretId>> {
        let names = self
            .on_catalog(|catalog| {
                // The journal first: an entry that a commit strikes out of it meanwhile is in use after that.
                let lines = catalog.journal()?;
                let mut names = catalog.entries_in_use()?;
                let under_way = lines
                    .into_iter()
                    .filter(|line| line.state == JournalState::UnderWay);
                names.extend(under_way.map(|line| line.entry));
                Ok(names)
            })
            .await?;
        Ok(names.iter().map(|name| self.secret_id(name)).collect())
    }

    fn lock_path(&self) -> PathBuf {
        self.data_dir().join(LOCK)
    }
}

fn open_lock(path: &std::path::Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Entries that are under way while nobody has the lock were left by a crash.
fn abandon_what_nobody_makes(
    catalog: &dyn Catalog,
    lock: PathBuf,
) -> Result<(), catalog::CatalogError> {
    let file = open_lock(&lock);
    let limit = match file.as_ref().map(File::try_lock) {
        // Held to the end of this function: who begins meanwhile waits, and is not taken for a leftover.
        Ok(Ok(())) => Timestamp::MAX,
        Ok(Err(TryLockError::WouldBlock)) => return Ok(()),
        Ok(Err(TryLockError::Error(_))) | Err(_) => Timestamp::now() - LONGEST_CHANGE,
    };
    catalog.abandon_entries_before(limit)
}
