//! The Secret Service (GNOME Keyring, KWallet, KeePassXC), over D-Bus.
//!
//! What shapes this module:
//! - The store crate holds one lock over each call, so that calls share no connection: each takes an idle one or makes
//!   its own.
//! - A session dies with the daemon, so that a connection that failed is thrown away and the call made once more.
//! - Searching through the store crate unlocks what it finds, so that the list is made without it.
//! - Every call that finds the keyring locked would bring up a prompt of its own; one prompts and the others wait for
//!   the person's answer ([`Prompt`]).

use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyring_core::api::CredentialStore;
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use zbus::blocking::Connection;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus_secret_service_keyring_store::Store;
use zbus_secret_service_keyring_store::cred::Specifier;

use super::{SERVICE, entry};
use crate::{Secret, SecretId, SecretStoreError};

const BUS_NAME: &str = "org.freedesktop.secrets";

/// Connections that are kept open between calls.
const MOST_IDLE: usize = 4;

/// How long a call waits for a connection of another before it makes its own.
const CROWD_WAIT: Duration = Duration::from_millis(200);

/// How long a call waits for the prompt of another: the person may be looking for their password.
const PROMPT_LIMIT: Duration = Duration::from_secs(120);

/// For this long after a person has dismissed a prompt no call brings up another: a test of a whole matrix would
/// prompt once a cell.
const DISMISSED_FOR: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct System {
    links: Links,
    prompt: Prompt,
}

impl std::fmt::Debug for System {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretService")
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let idle = self.links.take_all();
        if idle.is_empty() {
            return;
        }
        // Closing a connection blocks, and panics on a thread of an asynchronous runtime, which is where the last user
        // of a keyring may well be. Where no thread can be had, the connections end with the process.
        let idle = ManuallyDrop::new(idle);
        let closing =
            std::thread::Builder::new().spawn(move || drop(ManuallyDrop::into_inner(idle)));
        if let Err(error) = closing {
            tracing::debug!(%error, "connections to the keyring could not be closed");
        }
    }
}

impl System {
    pub(super) fn get(&self, id: &SecretId) -> Result<Option<Secret>, SecretStoreError> {
        self.unlocking(|link| entry::get(link.store()?, id).map_err(explain))
    }

    pub(super) fn set(
        &self,
        id: &SecretId,
        value: &Secret,
        label: &str,
    ) -> Result<(), SecretStoreError> {
        let label = if label.is_empty() { id.as_str() } else { label };
        self.unlocking(|link| {
            let entry = entry::set(link.store()?, id, value, &HashMap::from([("label", label)]))
                .map_err(explain)?;
            // An entry that was there keeps its old label, which may name a database by the name it had.
            if let Some(specifier) = entry.as_any().downcast_ref::<Specifier>()
                && specifier.get_label().is_ok_and(|current| current != label)
                && let Err(error) = specifier.set_label(label)
            {
                tracing::debug!(%error, "the label of a keyring entry stays as it was");
            }
            Ok(())
        })
    }

    pub(super) fn delete(&self, id: &SecretId) -> Result<bool, SecretStoreError> {
        self.unlocking(|link| entry::delete(link.store()?, id).map_err(explain))
    }

    pub(super) fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        self.with_link(|link| link.list())
    }

    pub(super) fn locked(&self) -> Result<bool, SecretStoreError> {
        self.with_link(|link| link.locked().map_err(explain_service))
    }

    /// Makes a call that needs the keyring unlocked. What it is unlocked for need not be in it: not every Secret
    /// Service finds an entry while it is locked, and "missing" would tell the person that a password is lost.
    fn unlocking<T>(
        &self,
        mut call: impl FnMut(&mut Link) -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        self.with_link(|link| {
            if link.is_known_locked() {
                let turn = self.prompt.take_turn()?;
                // While this call waited, the person may have answered the prompt of another.
                if link.is_known_locked() {
                    let unlocked = link.unlock().map_err(explain_service);
                    turn.end(matches!(unlocked, Err(SecretStoreError::Locked)));
                    unlocked?;
                }
            }
            call(link)
        })
    }

    /// Makes a call over a connection that no other call uses meanwhile.
    fn with_link<T>(
        &self,
        mut call: impl FnMut(&mut Link) -> Result<T, SecretStoreError>,
    ) -> Result<T, SecretStoreError> {
        let _using = self.links.count_one();
        if let Some(mut link) = self.links.take_idle() {
            match call(&mut link) {
                // The daemon may have been restarted since; a new connection tells.
                Err(SecretStoreError::Unavailable { .. } | SecretStoreError::Failed { .. }) => {
                    drop(self.links.take_all());
                }
                result => {
                    self.links.put_back(link);
                    return result;
                }
            }
        }
        let mut link = Link::connect().map_err(explain_service)?;
        let result = call(&mut link);
        if matches!(result, Ok(_) | Err(SecretStoreError::Locked)) {
            self.links.put_back(link);
        }
        result
    }
}

/// The connections, between the calls that use them.
#[derive(Default)]
struct Links {
    state: Mutex<LinksState>,
    freed: Condvar,
}

#[derive(Default)]
struct LinksState {
    idle: Vec<Link>,
    in_use: usize,
}

/// Counts a call while it lives.
struct InUse<'a>(&'a Links);

impl Links {
    fn count_one(&self) -> InUse<'_> {
        lock(&self.state).in_use += 1;
        InUse(self)
    }

    /// An idle connection. In a crowd it is worth a moment to wait for one, since agreeing on a key for a new one is
    /// by far the slowest part of a call; not longer, since those in use may hang.
    fn take_idle(&self) -> Option<Link> {
        let (mut state, _) = self
            .freed
            .wait_timeout_while(lock(&self.state), CROWD_WAIT, |state| {
                state.idle.is_empty() && state.in_use > MOST_IDLE
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.idle.pop()
    }

    fn put_back(&self, link: Link) {
        let mut state = lock(&self.state);
        // One too many is closed after the lock is given up.
        let surplus = if state.idle.len() < MOST_IDLE {
            state.idle.push(link);
            None
        } else {
            Some(link)
        };
        drop(state);
        drop(surplus);
        self.freed.notify_one();
    }

    fn take_all(&self) -> Vec<Link> {
        std::mem::take(&mut lock(&self.state).idle)
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).in_use -= 1;
        self.0.freed.notify_one();
    }
}

/// A connection to the Secret Service.
struct Link {
    /// For questions whose answers hold no secret.
    service: SecretService<'static>,
    /// The connection beneath it.
    bus: Connection,
    /// For secrets, with an encrypted session of its own; made when first needed.
    store: Option<Arc<Store>>,
}

impl Link {
    fn connect() -> Result<Link, secret_service::Error> {
        let bus = Connection::session()?;
        Ok(Link {
            service: SecretService::connect_with_existing(EncryptionType::Plain, bus.clone())?,
            bus,
            store: None,
        })
    }

    fn store(&mut self) -> Result<&CredentialStore, SecretStoreError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => Store::new().map_err(explain)?,
        };
        Ok(&**self.store.insert(store))
    }

    fn locked(&self) -> Result<bool, secret_service::Error> {
        self.service.get_default_collection()?.is_locked()
    }

    fn is_known_locked(&self) -> bool {
        self.locked().is_ok_and(|locked| locked)
    }

    /// Brings up the keyring's prompt and waits for its end.
    fn unlock(&self) -> Result<(), secret_service::Error> {
        self.service.get_default_collection()?.unlock()
    }

    /// Asks without the types of the store crates, which take several times as long for each entry.
    fn list(&self) -> Result<Vec<SecretId>, SecretStoreError> {
        let (unlocked, locked) = self.search().map_err(explain_bus)?;
        let mut ids = Vec::with_capacity(unlocked.len() + locked.len());
        for item in unlocked {
            ids.extend(own_id(&self.attributes(&item).map_err(explain_bus)?));
        }
        for item in locked {
            let attributes = self.attributes(&item).map_err(explain_bus)?;
            if !attributes.contains_key("username") {
                // A keyring that was not unlocked since its daemon started knows attributes only as checksums.
                return Err(SecretStoreError::Locked);
            }
            ids.extend(own_id(&attributes));
        }
        Ok(ids)
    }

    /// Our items, unlocked and locked.
    fn search(&self) -> Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>), zbus::Error> {
        let answer = self.bus.call_method(
            Some(BUS_NAME),
            "/org/freedesktop/secrets",
            Some("org.freedesktop.Secret.Service"),
            "SearchItems",
            &HashMap::from([("service", SERVICE)]),
        )?;
        answer.body().deserialize()
    }

    fn attributes(&self, item: &OwnedObjectPath) -> Result<HashMap<String, String>, zbus::Error> {
        let answer = self.bus.call_method(
            Some(BUS_NAME),
            item,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.Secret.Item", "Attributes"),
        )?;
        let value: OwnedValue = answer.body().deserialize()?;
        Ok(value.try_into()?)
    }
}

/// The id of an entry; `None` for one of another program that calls itself `tapedeck`.
fn own_id(attributes: &HashMap<String, String>) -> Option<SecretId> {
    attributes
        .get("username")
        .and_then(|user| SecretId::parse(user))
}

/// Lets one call at a time bring up the keyring's prompt.
#[derive(Default)]
struct Prompt {
    state: Mutex<PromptState>,
    ended: Condvar,
}

#[derive(Default)]
struct PromptState {
    open: bool,
    dismissed: Option<Instant>,
}

/// The right to prompt; given up when dropped.
struct Turn<'a> {
    prompt: &'a Prompt,
    dismissed: bool,
}

impl Prompt {
    fn take_turn(&self) -> Result<Turn<'_>, SecretStoreError> {
        let (mut state, waited) = self
            .ended
            .wait_timeout_while(lock(&self.state), PROMPT_LIMIT, |state| state.open)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out()
            || state
                .dismissed
                .is_some_and(|at| at.elapsed() < DISMISSED_FOR)
        {
            return Err(SecretStoreError::Locked);
        }
        state.open = true;
        Ok(Turn {
            prompt: self,
            dismissed: false,
        })
    }
}

impl Turn<'_> {
    fn end(mut self, dismissed: bool) {
        self.dismissed = dismissed;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.prompt.state);
        state.open = false;
        state.dismissed = self.dismissed.then(Instant::now);
        drop(state);
        self.prompt.ended.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these hold is whole after every single step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn explain(error: keyring_core::Error) -> SecretStoreError {
    entry::explain(error, |source| {
        source
            .downcast_ref::<secret_service::Error>()
            .and_then(meaning)
    })
}

fn explain_service(error: secret_service::Error) -> SecretStoreError {
    meaning(&error).unwrap_or_else(|| SecretStoreError::failed(error.to_string()))
}

fn explain_bus(error: zbus::Error) -> SecretStoreError {
    explain_service(secret_service::Error::Zbus(error))
}

fn meaning(error: &secret_service::Error) -> Option<SecretStoreError> {
    use secret_service::Error;
    match error {
        // A dismissed prompt, or none that could be shown.
        Error::Locked | Error::Prompt => Some(SecretStoreError::Locked),
        Error::NoResult => Some(SecretStoreError::unavailable(
            "the Secret Service has no default keyring",
        )),
        Error::Unavailable => Some(SecretStoreError::unavailable("there is no D-Bus session")),
        Error::PromptDisconnected => Some(SecretStoreError::unavailable(
            "the keyring went away while it prompted",
        )),
        Error::Zbus(error) => meaning_on_the_bus(error),
        Error::ZbusFdo(zbus::fdo::Error::ZBus(error)) => meaning_on_the_bus(error),
        Error::ZbusFdo(error) => Some(SecretStoreError::unavailable(error.to_string())),
        _ => None,
    }
}

fn meaning_on_the_bus(error: &zbus::Error) -> Option<SecretStoreError> {
    use zbus::Error;
    match error {
        Error::MethodError(name, text, _) => {
            let name = name.as_str();
            if name == "org.freedesktop.Secret.Error.IsLocked" {
                return Some(SecretStoreError::Locked);
            }
            let text = text.as_deref().unwrap_or(name);
            // Nobody owns the name, nobody could be started to own it, or the owner left while it was asked.
            let gone = [
                "ServiceUnknown",
                "NameHasNoOwner",
                "NoReply",
                "Disconnected",
            ]
            .iter()
            .any(|end| name.strip_prefix("org.freedesktop.DBus.Error.") == Some(end))
                || name.starts_with("org.freedesktop.DBus.Error.Spawn.");
            gone.then(|| {
                SecretStoreError::unavailable(format!("no Secret Service answers on D-Bus: {text}"))
            })
        }
        Error::FDO(error) => Some(SecretStoreError::unavailable(error.to_string())),
        Error::InputOutput(_) | Error::Connection(..) | Error::Handshake(_) | Error::Address(_) => {
            Some(SecretStoreError::unavailable(format!(
                "the D-Bus session can't be reached: {error}"
            )))
        }
        Error::InterfaceNotFound => Some(SecretStoreError::unavailable(
            "no Secret Service answers on D-Bus",
        )),
        _ => None,
    }
}
