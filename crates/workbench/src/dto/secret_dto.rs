//! Where secrets are kept, and which must be entered again.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::EnvironmentClassView;

/// A place for passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum SecretPlace {
    /// The system's keyring.
    Keyring,
    /// A file under a passphrase, in the data folder.
    Vault,
    /// Nowhere: asked for each time, and kept in memory only.
    Ask,
}

/// What becomes of the passwords in the place that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum SecretPlaceOld {
    /// They go to the new place, are read back there, and then removed.
    Move,
    /// They stay.
    Leave,
    /// They are removed.
    Remove,
}

/// Whether a place gives and takes passwords now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum SecretPlaceState {
    /// It does.
    Ready,
    /// After it is unlocked.
    Locked,
    /// It can't be used.
    Unavailable,
}

/// Where passwords are kept, and how that place is.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretPlaceStatus {
    /// The place in force.
    pub place: SecretPlace,
    /// Whether it can be used.
    pub state: SecretPlaceState,
    /// The error's code, where it is not ready.
    pub code: Option<String>,
    /// The error's text.
    pub message: Option<String>,
    /// What to do on this desktop; the best first.
    pub advice: Vec<String>,
    /// How many passwords of this data folder are there; null where that can't be told.
    pub entries: Option<u32>,
    /// Where the vault file is, or would be.
    pub vault_file: String,
    /// Whether there is one, in force or not.
    pub vault_exists: bool,
    /// Whether a place that was left still has copies, which are removed as soon as it can be used.
    pub left_copies: bool,
}

/// A choice of another place.
#[derive(Clone, Deserialize, TS)]
#[ts(export)]
pub struct SecretPlaceChoice {
    /// The place.
    pub place: SecretPlace,
    /// What becomes of the passwords in the old one.
    pub old: SecretPlaceOld,
    /// For the vault: opens the file that is there, or is the passphrase of a new one.
    #[ts(optional)]
    pub passphrase: Option<String>,
}

/// What a choice did.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretPlaceChosen {
    /// The place in force.
    pub place: SecretPlace,
    /// How many passwords went there; each was read back.
    pub moved: u32,
    /// Whether the old place still has copies, which are removed as soon as it can be used.
    pub left_copies: bool,
}

/// A password that this machine lacks.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretToEnter {
    /// What [`SecretEntered`] calls it.
    pub key: String,
    /// The product's tag.
    pub product: String,
    /// The cell as `database@env`, for the secret of a connection.
    pub cell: Option<String>,
    /// The class of the cell's environment.
    #[serde(rename = "class")]
    pub class: Option<EnvironmentClassView>,
    /// `password`, `sslpassword`, or the name of a named secret.
    pub name: String,
    /// Cells that refer to a named secret, as `database@env`.
    pub used_by: Vec<String>,
}

/// What must be entered again.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretsToEnter {
    /// The place that they would go to.
    pub place: SecretPlace,
    /// One a password.
    pub secrets: Vec<SecretToEnter>,
}

/// A password that was typed.
#[derive(Clone, Deserialize, TS)]
#[ts(export)]
pub struct SecretEntered {
    /// Which one.
    pub key: String,
    /// What was typed, as it is: nothing is percent-encoded.
    pub value: String,
}

/// What became of one that was typed.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretEntry {
    /// Which one.
    pub key: String,
    /// Null when it is kept now.
    pub error: Option<SecretEntryError>,
}

/// Why a password is not kept.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct SecretEntryError {
    /// Stable code.
    pub code: String,
    /// For a person.
    pub message: String,
}
