//! Secrets: the type that holds one, the port behind which they are kept, and `$Secret{KEY}` references.
//!
//! - [`Secret`] can't be printed, serialised or compared by accident, and its memory is zeroed.
//! - [`SecretStore`] is the port, blocking and narrow; [`Keyring`] is the operating system's, [`Vault`] a file under a
//!   passphrase, [`MemoryStore`] forgets everything with the process. Every adapter passes the same conformance suite
//!   (`tests/conformance.rs`).
//! - [`Places`] is all of them, of which a person chose one, and moves secrets from one to another.
//! - [`Secrets`] is the asynchronous front that everybody uses: each call has a thread and a time limit of its own,
//!   since a keyring may ask a person first, or hang.
//!
//! What is deliberately absent: a fallback. Where the chosen place can't be used a call says so; nothing is ever written
//! elsewhere instead.

mod error;
mod id;
mod keyring;
mod memory;
mod places;
mod private_file;
mod references;
mod secret;
mod secrets;
mod store;
mod surroundings;
mod vault;

pub use error::SecretStoreError;
pub use id::{SecretId, SecretKind};
pub use keyring::Keyring;
pub use memory::MemoryStore;
pub use places::{Choice, ChoiceRecord, Moved, Old, Place, Places, Turn, Wish};
pub use private_file::replace_private_file;
pub use references::{environment_answers, environment_names, resolve_named};
pub use secret::Secret;
pub use secrets::{Secrets, Unlocker};
pub use store::{CredentialState, Entry, LIMIT_BYTES, SecretStore, check_length};
pub use surroundings::Surroundings;
pub use vault::{IDLE_LIMIT, Vault};
