//! Where secrets are kept: a person's choice, which the catalog holds. Nothing is ever kept elsewhere by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use catalog::Catalog;
use secrets::{
    Choice, ChoiceRecord, Old, Place, Places, Secret, SecretId, SecretKind, SecretStore,
    SecretStoreError, Surroundings, Turn, Unlocker, Vault, Wish,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use crate::dto::{
    SecretPlace, SecretPlaceChoice, SecretPlaceChosen, SecretPlaceOld, SecretPlaceState,
    SecretPlaceStatus,
};
use crate::error::FieldFault;
use crate::{AppError, Result, Workbench};

/// The key under which the catalog keeps the choice.
const KEY: &str = "secret_place";

/// The vault's file, in the data folder.
pub(crate) const VAULT_FILE: &str = "passwords.vault";

/// A guesser tries short ones first.
const SHORTEST_PASSPHRASE: usize = 8;

/// How long a move may take: a keyring may ask a person first.
const MOVE_LIMIT: Duration = Duration::from_secs(120);

/// How long a move waits for writes that are under way.
const TURN_PATIENCE: Duration = Duration::from_secs(10);

/// How often a person may mistype before a command ends.
const MOST_ATTEMPTS: u32 = 3;

/// The choice as it stands in the catalog.
#[derive(Serialize, Deserialize)]
struct Stored {
    place: String,
    #[serde(default)]
    clearing: Vec<String>,
}

/// The choice's place in the catalog.
pub(crate) struct CatalogChoice(pub(crate) Arc<dyn Catalog>);

impl ChoiceRecord for CatalogChoice {
    fn read(&self) -> Result<Choice, SecretStoreError> {
        let Some(value) = self.0.setting(KEY).map_err(|error| unreadable(&error))? else {
            return Ok(Choice::default());
        };
        let stored: Stored = serde_json::from_value(value).map_err(|error| unreadable(&error))?;
        let clearing = stored.clearing.iter().map(|word| Place::parse(word));
        Ok(Choice {
            place: Place::parse(&stored.place)?,
            clearing: clearing.collect::<Result<_, _>>()?,
        })
    }

    fn write(&self, choice: &Choice) -> Result<(), SecretStoreError> {
        let word = |place: &Place| place.as_str().to_owned();
        let stored = Stored {
            place: word(&choice.place),
            clearing: choice.clearing.iter().map(word).collect(),
        };
        let value = serde_json::to_value(stored).map_err(|error| unreadable(&error))?;
        self.0
            .set_setting(KEY, &value)
            .map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> SecretStoreError {
    SecretStoreError::Failed {
        reason: format!("the catalog does not say where passwords are kept: {error}"),
    }
}

/// Where a face gets the vault's passphrase from in the midst of a command: a terminal, or a file that the environment
/// names.
pub trait PassphraseSource: Send + Sync + 'static {
    /// The passphrase; `None` where there is none. Blocks for as long as a person types. `attempt` counts from 1.
    ///
    /// # Errors
    /// When the source can't be read.
    fn passphrase(&self, attempt: u32) -> Result<Option<Zeroizing<String>>>;

    /// Whether asking again may bring another answer.
    fn is_a_person(&self) -> bool;
}

/// Unlocks the vault for whichever call finds it locked first.
pub(crate) struct VaultUnlocker {
    vault: Vault,
    source: Arc<dyn PassphraseSource>,
    one_at_a_time: Semaphore,
    /// Why the last asking did not unlock it.
    refused: Mutex<Option<SecretStoreError>>,
}

impl VaultUnlocker {
    pub(crate) fn new(vault: Vault, source: Arc<dyn PassphraseSource>) -> Self {
        Self {
            vault,
            source,
            one_at_a_time: Semaphore::new(1),
            refused: Mutex::new(None),
        }
    }

    async fn ask(&self) -> Result<(), SecretStoreError> {
        let attempts = if self.source.is_a_person() {
            MOST_ATTEMPTS
        } else {
            1
        };
        let mut outcome = Err(SecretStoreError::VaultLocked);
        for attempt in 1..=attempts {
            let (vault, source) = (self.vault.clone(), Arc::clone(&self.source));
            let asking = tokio::task::spawn_blocking(move || {
                match source.passphrase(attempt).map_err(|error| failed(&error))? {
                    Some(passphrase) => vault.unlock(&Secret::new(passphrase)),
                    None => Err(SecretStoreError::VaultLocked),
                }
            });
            outcome = asking.await.map_err(|error| failed(&error))?;
            if outcome != Err(SecretStoreError::WrongPassphrase) {
                break;
            }
        }
        outcome
    }
}

fn failed(error: &dyn std::fmt::Display) -> SecretStoreError {
    SecretStoreError::Failed {
        reason: error.to_string(),
    }
}

#[async_trait]
impl Unlocker for VaultUnlocker {
    async fn unlock(&self) -> Result<(), SecretStoreError> {
        let _turn = self
            .one_at_a_time
            .acquire()
            .await
            .map_err(|error| failed(&error))?;
        if self.vault.locked() == Ok(false) {
            return Ok(());
        }
        // Two hundred cells ask once.
        let refused = || self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = refused().clone() {
            return Err(error);
        }
        let outcome = self.ask().await;
        *refused() = outcome.clone().err();
        outcome
    }
}

/// What to do about a place that refused, on this machine.
pub(crate) fn advice(error: &SecretStoreError) -> Vec<&'static str> {
    Surroundings::here().advice(error)
}

impl From<Place> for SecretPlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Keyring => Self::Keyring,
            Place::Vault => Self::Vault,
            Place::Ask => Self::Ask,
        }
    }
}

impl From<SecretPlace> for Place {
    fn from(place: SecretPlace) -> Self {
        match place {
            SecretPlace::Keyring => Self::Keyring,
            SecretPlace::Vault => Self::Vault,
            SecretPlace::Ask => Self::Ask,
        }
    }
}

impl From<SecretPlaceOld> for Old {
    fn from(old: SecretPlaceOld) -> Self {
        match old {
            SecretPlaceOld::Move => Self::Move,
            SecretPlaceOld::Leave => Self::Leave,
            SecretPlaceOld::Remove => Self::Remove,
        }
    }
}

/// The place in the middle of a sentence.
fn words(place: Place) -> &'static str {
    match place {
        Place::Keyring => "in the keyring",
        Place::Vault => "in the vault file",
        Place::Ask => "in memory only",
    }
}

/// Gives a turn up when nobody waits any longer, as when a window is closed.
struct GivenUpWhenDropped(Arc<Turn>);

impl Drop for GivenUpWhenDropped {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

impl Workbench {
    /// Lets a command ask for the vault's passphrase when a call needs it. Counts once.
    pub fn ask_passphrases_of(&self, source: Arc<dyn PassphraseSource>) {
        let unlocker = VaultUnlocker::new(self.inner.places.vault().clone(), source);
        if self.inner.unlocker.set(Arc::new(unlocker)).is_err() {
            tracing::warn!("passphrases are asked of the source that was named first");
        }
    }

    /// The place in force.
    pub(crate) async fn secret_place(&self) -> Result<SecretPlace> {
        Ok(self.on_places(|places| places.choice()).await?.place.into())
    }

    /// Whether people chose to be asked for secrets each time.
    pub async fn asks_for_secrets(&self) -> Result<bool> {
        Ok(self.secret_place().await? == SecretPlace::Ask)
    }

    /// Where passwords are kept, and how that place is. Asks for nothing and reads no value.
    pub async fn secret_place_status(&self) -> Result<SecretPlaceStatus> {
        let choice = self.on_places(|places| places.choice()).await?;
        let secrets = self.secrets_without_asking();
        let outcome = match secrets.list().await {
            Ok(ids) => match secrets.locked().await {
                Ok(true) => Err(SecretStoreError::Locked),
                Ok(false) => Ok(ids),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        let vault = self.inner.places.vault();
        let error = outcome.as_ref().err();
        Ok(SecretPlaceStatus {
            place: choice.place.into(),
            state: match error {
                None => SecretPlaceState::Ready,
                Some(error) if error.is_locked() => SecretPlaceState::Locked,
                Some(_) => SecretPlaceState::Unavailable,
            },
            code: error.map(|error| error.code().to_owned()),
            message: error.map(ToString::to_string),
            advice: error
                .map(|error| advice(error).into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
            entries: outcome.ok().map(|ids| self.count_ours(&ids)),
            vault_file: vault.path().display().to_string(),
            vault_exists: vault.exists(),
            left_copies: !choice.clearing.is_empty(),
        })
    }

    fn count_ours(&self, ids: &[SecretId]) -> u32 {
        let catalog = self.catalog_id();
        let ours = ids.iter().filter(|id| id.catalog() == catalog).count();
        u32::try_from(ours).unwrap_or(u32::MAX)
    }

    /// Chooses where passwords are kept. Those of the old place are moved, and read back before the old is removed.
    ///
    /// # Errors
    /// `validation` for a passphrase that is none, and whatever stopped it, with the words that the old place is still
    /// in force.
    pub async fn secret_place_choose(
        &self,
        choice: SecretPlaceChoice,
    ) -> Result<SecretPlaceChosen> {
        let place = Place::from(choice.place);
        let old = Old::from(choice.old);
        if place == Place::Ask && old == Old::Move {
            return Err(AppError::new(
                "usage",
                "Passwords can't be moved to nowhere: leave them where they are, or remove them.",
            ));
        }
        let passphrase = choice.passphrase.map(Zeroizing::new);
        if place == Place::Vault {
            let exists = self.inner.places.vault().exists();
            check_passphrase(passphrase.as_deref().map(String::as_str), exists)?;
        }
        let before = self.on_places(|places| places.choice()).await?.place;
        let labels = self.labels().await?;
        // Where the catalog names none, a place that can't be used is left without a look into it.
        let old = if self.names_no_secret().await? {
            Old::Leave
        } else {
            old
        };
        let turn = self
            .on_places(move |places| places.take_turn(old, TURN_PATIENCE))
            .await?;
        let turn = Arc::new(turn);
        let _given_up = GivenUpWhenDropped(Arc::clone(&turn));
        let (answer, answered) = oneshot::channel();
        let places = Arc::clone(&self.inner.places);
        let held = Arc::clone(&turn);
        let moving = std::thread::Builder::new().name("move".to_owned());
        moving
            .spawn(move || {
                let passphrase = passphrase.map(Secret::new);
                let wish = Wish {
                    place,
                    old,
                    passphrase: passphrase.as_ref(),
                };
                let label = |id: &SecretId| label_of(&labels, id);
                // Nobody waits any longer where this fails.
                drop(answer.send(places.choose(&held, &wish, label)));
            })
            .map_err(AppError::internal)?;
        let outcome = match tokio::time::timeout(MOVE_LIMIT, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(failed(&"the move ended without an answer")),
            Err(_) if turn.give_up() => Err(SecretStoreError::TimedOut { after: MOVE_LIMIT }),
            // It counts already, and is still busy removing what was moved.
            Err(_) => Ok(secrets::Moved {
                moved: 0,
                left_copies: true,
            }),
        };
        match outcome {
            Ok(moved) => {
                tracing::info!(
                    place = place.as_str(),
                    moved = moved.moved,
                    "secrets are kept elsewhere now"
                );
                Ok(SecretPlaceChosen {
                    place: place.into(),
                    moved: u32::try_from(moved.moved).unwrap_or(u32::MAX),
                    left_copies: moved.left_copies,
                })
            }
            Err(error) => Err(still_in_force(error.into(), before)),
        }
    }

    /// Asks for the vault's passphrase now, where it is needed and there is somebody to ask: later the time of a test
    /// would run while a person types. What refuses is told by the call that needs a secret.
    pub async fn secrets_unlock_first(&self) -> Result<()> {
        if self.secret_place().await? == SecretPlace::Vault
            && let Some(unlocker) = self.inner.unlocker.get()
            && let Err(error) = unlocker.unlock().await
        {
            tracing::debug!(code = error.code(), "the vault stays locked");
        }
        Ok(())
    }

    /// Unlocks the vault file.
    ///
    /// # Errors
    /// `vault_passphrase_wrong`, and whatever is wrong with the file.
    pub async fn vault_unlock(&self, passphrase: Zeroizing<String>) -> Result<()> {
        let settings = self.settings_get().await?;
        self.set_vault_idle_limit(settings.vault_idle_minutes);
        self.on_places(move |places| places.vault().unlock(&Secret::new(passphrase)))
            .await
    }

    /// Locks it at once.
    pub async fn vault_lock(&self) -> Result<()> {
        self.on_places(|places| {
            places.vault().lock();
            Ok(())
        })
        .await
    }

    /// Puts another passphrase in the place of the vault's.
    ///
    /// # Errors
    /// `validation` for a new one that is too short, `vault_passphrase_wrong` for an old one that is wrong.
    pub async fn vault_passphrase_change(
        &self,
        old: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<()> {
        check_passphrase(Some(new.as_str()), false)?;
        self.on_places(move |places| {
            places
                .vault()
                .change_passphrase(&Secret::new(old), &Secret::new(new))
        })
        .await
    }

    /// Removes what a place that was left still has; answers whether any of it stays.
    pub(crate) async fn clear_left_places(&self) -> Result<bool> {
        self.on_places(|places| places.clear_left()).await
    }

    pub(crate) fn set_vault_idle_limit(&self, minutes: u32) {
        let limit = Duration::from_secs(60 * u64::from(minutes));
        self.inner.places.vault().set_idle_limit(limit);
    }

    /// Runs what blocks, for a moment, on a file or the catalog; keyrings are asked through [`Workbench::secrets`].
    async fn on_places<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Places) -> Result<T, SecretStoreError> + Send + 'static,
    {
        let places = Arc::clone(&self.inner.places);
        let outcome = tokio::task::spawn_blocking(move || call(&places)).await;
        Ok(outcome.map_err(AppError::internal)??)
    }

    async fn names_no_secret(&self) -> Result<bool> {
        self.on_catalog(|catalog| Ok(catalog.entries_in_use()?.is_empty()))
            .await
    }

    /// What a password manager shows for each entry of a connection.
    async fn labels(&self) -> Result<BTreeMap<String, String>> {
        self.on_catalog(|catalog| {
            let mut labels = BTreeMap::new();
            for product in catalog.fetch_products()? {
                for database in catalog.fetch_databases(&product.id)? {
                    for config in &database.envs {
                        let address = format!("{}/{}@{}", product.tag, database.tag, config.slug);
                        labels.extend(config.secrets.iter().map(|(slot, id)| {
                            (id.clone(), crate::sealing::entry_label(&address, slot))
                        }));
                    }
                }
            }
            Ok(labels)
        })
        .await
    }
}

fn label_of(labels: &BTreeMap<String, String>, id: &SecretId) -> String {
    match id.kind() {
        SecretKind::Named(value) => {
            let key = value.split('#').next().unwrap_or_default();
            crate::named_secrets::entry_label(key)
        }
        // One that only an undo still names.
        SecretKind::Url(url) => labels
            .get(url)
            .cloned()
            .unwrap_or_else(|| "Tapedeck".to_owned()),
    }
}

/// Refuses a passphrase that opens nothing, or that anybody guesses.
fn check_passphrase(passphrase: Option<&str>, exists: bool) -> Result<()> {
    let shortest = if exists { 1 } else { SHORTEST_PASSPHRASE };
    let length = passphrase.map_or(0, |passphrase| passphrase.chars().count());
    if length >= shortest {
        return Ok(());
    }
    let message = if exists {
        "Enter the passphrase of the vault file.".to_owned()
    } else {
        format!("Choose a passphrase of {SHORTEST_PASSPHRASE} characters or more.")
    };
    let code = if length == 0 { "required" } else { "too_short" };
    Err(AppError::field_faults(&[FieldFault {
        field: "passphrase".to_owned(),
        code: code.to_owned(),
        message,
        start: None,
        end: None,
    }]))
}

fn still_in_force(error: AppError, before: Place) -> AppError {
    AppError {
        message: format!(
            "{} Nothing was changed: passwords are still kept {}. They can also be left there, and entered again.",
            error.message,
            words(before)
        ),
        ..error
    }
}
