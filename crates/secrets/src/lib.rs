//! Secrets: the type that holds one, the port behind which they are kept, and `$Secret{KEY}` references.
//!
//! - [`Secret`] can't be printed, serialised or compared by accident, and its memory is zeroed.
//! - [`SecretStore`] is the port, blocking and narrow; [`Keyring`] is the operating system's, [`MemoryStore`] forgets
//!   everything with the process. Every adapter passes the same conformance suite (`tests/conformance.rs`).
//! - [`Secrets`] is the asynchronous front that everybody uses: each call has a thread and a time limit of its own,
//!   since a keyring may ask a person first, or hang.
//!
//! What is deliberately absent: a fallback. Where the keyring can't be used a call says so; nothing is ever written
//! elsewhere instead.

mod error;
mod id;
mod keyring;
mod memory;
mod references;
mod secret;
mod secrets;
mod store;

pub use error::SecretStoreError;
pub use id::{SecretId, SecretKind};
pub use keyring::Keyring;
pub use memory::MemoryStore;
pub use references::{environment_answers, environment_names, resolve_named};
pub use secret::Secret;
pub use secrets::Secrets;
pub use store::{CredentialState, LIMIT_BYTES, SecretStore, check_length};
