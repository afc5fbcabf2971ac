//! What stands in a vault file.
//!
//! ```text
//! tapedeck-vault 1
//! state 0198…                              changes with each write
//! -----BEGIN AGE ENCRYPTED FILE-----       the key, under the passphrase (scrypt)
//! -----BEGIN AGE ENCRYPTED FILE-----       every entry as JSON, under the key (X25519)
//! ```
//!
//! Guessing at a passphrase is made slow on purpose, and so is using it. With a key of its own beneath, the passphrase
//! is needed once, and a write takes milliseconds. Both parts are ordinary age files: whoever has the passphrase can
//! read them with `age` alone.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::Identity;
use age::{DecryptError, Decryptor, Encryptor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Secret, SecretId};

const MAGIC: &str = "tapedeck-vault ";
const VERSION: &str = "1";
const STATE: &str = "state ";
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// More of scrypt's doublings than this in a file is an attack on whoever opens it.
const MOST_WORK: u8 = 20;

/// How many bytes of a file hold its first two lines.
pub(super) const HEAD_BYTES: u64 = 128;

/// The entries of a vault, in memory.
pub(super) type Entries = BTreeMap<SecretId, Held>;

/// One of them.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) value: Secret,
    pub(super) label: String,
}

/// Why a vault's text was not opened. The caller knows the path.
#[derive(Debug)]
pub(super) enum Refusal {
    WrongPassphrase,
    /// Not for this key: the passphrase was changed, or the file is another vault's.
    OtherKey,
    Newer,
    Damaged(&'static str),
    Failed(String),
}

/// The text of a vault file, taken apart and still encrypted.
pub(super) struct Sealed {
    /// Which write this is.
    pub(super) state: String,
    /// The key under the passphrase.
    pub(super) key: String,
    /// The entries under the key.
    pub(super) entries: String,
}

/// What opens the entries, and the same under the passphrase as it stands in the file.
pub(super) struct Key {
    identity: Identity,
    wrapped: String,
}

/// The entries as they are written.
#[derive(Default, Serialize, Deserialize)]
struct Document {
    entries: BTreeMap<String, Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    value: Zeroizing<String>,
    label: String,
}

impl Sealed {
    pub(super) fn text(&self) -> String {
        let Sealed {
            state,
            key,
            entries,
        } = self;
        format!("{MAGIC}{VERSION}\n{STATE}{state}\n{key}{entries}")
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Sealed, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Damaged("it is no text"))?;
        let state = state_of(text)?;
        let first = text.find(BEGIN).ok_or(Refusal::Damaged("it has no key"))?;
        let second = text[first + BEGIN.len()..]
            .find(BEGIN)
            .map(|at| first + BEGIN.len() + at)
            .ok_or(Refusal::Damaged("it has no entries"))?;
        Ok(Sealed {
            state,
            key: text[first..second].to_owned(),
            entries: text[second..].to_owned(),
        })
    }
}

/// Which write a file is of, from its beginning.
pub(super) fn state_of(head: &str) -> Result<String, Refusal> {
    let mut lines = head.lines();
    let version = lines
        .next()
        .and_then(|line| line.strip_prefix(MAGIC))
        .ok_or(Refusal::Damaged("it is no vault file"))?;
    if version != VERSION {
        let newer = version.parse::<u32>().is_ok();
        return Err(if newer {
            Refusal::Newer
        } else {
            Refusal::Damaged("its first line can't be read")
        });
    }
    lines
        .next()
        .and_then(|line| line.strip_prefix(STATE))
        .map(str::to_owned)
        .ok_or(Refusal::Damaged("its second line can't be read"))
}

impl Key {
    /// A new key under a passphrase. Slow on purpose.
    pub(super) fn generate(passphrase: &Secret, work: u8) -> Result<Key, Refusal> {
        let identity = Identity::generate();
        let mut recipient = age::scrypt::Recipient::new(secret_string(passphrase));
        recipient.set_work_factor(work);
        let wrapped = seal(&recipient, identity.to_string().expose_secret().as_bytes())?;
        Ok(Key { identity, wrapped })
    }

    /// Takes a key out from under its passphrase. Slow on purpose.
    pub(super) fn unwrap(wrapped: &str, passphrase: &Secret) -> Result<Key, Refusal> {
        let mut identity = age::scrypt::Identity::new(secret_string(passphrase));
        identity.set_max_work_factor(MOST_WORK);
        let plain = open(&identity, wrapped).map_err(|error| match error {
            // The key is opened, or it is not: nothing tells a wrong passphrase from a damaged stanza.
            DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys => Refusal::WrongPassphrase,
            DecryptError::ExcessiveWork { .. } => {
                Refusal::Damaged("it asks for more work than any vault does")
            }
            _ => Refusal::Damaged("its key can't be read"),
        })?;
        let text =
            std::str::from_utf8(&plain).map_err(|_| Refusal::Damaged("its key is no text"))?;
        let identity = text
            .parse::<Identity>()
            .map_err(|_| Refusal::Damaged("its key is none"))?;
        let wrapped = wrapped.to_owned();
        Ok(Key { identity, wrapped })
    }

    /// A whole file with these entries, with a new state.
    pub(super) fn seal(&self, entries: &Entries) -> Result<Sealed, Refusal> {
        let document = Document {
            entries: entries
                .iter()
                .map(|(id, held)| {
                    let line = Line {
                        value: Zeroizing::new(held.value.expose().to_owned()),
                        label: held.label.clone(),
                    };
                    (id.as_str().to_owned(), line)
                })
                .collect(),
        };
        let plain = serde_json::to_vec(&document)
            .map(Zeroizing::new)
            .map_err(|error| Refusal::Failed(error.to_string()))?;
        Ok(Sealed {
            state: Uuid::now_v7().to_string(),
            key: self.wrapped.clone(),
            entries: seal(&self.identity.to_public(), &plain)?,
        })
    }

    pub(super) fn open(&self, entries: &str) -> Result<Entries, Refusal> {
        let plain = open(&self.identity, entries).map_err(|error| match error {
            DecryptError::NoMatchingKeys => Refusal::OtherKey,
            _ => Refusal::Damaged("its entries were changed or cut off"),
        })?;
        let document: Document =
            serde_json::from_slice(&plain).map_err(|_| Refusal::Damaged("its entries are none"))?;
        Ok(document
            .entries
            .into_iter()
            .filter_map(|(id, line)| {
                let held = Held {
                    value: Secret::new(line.value),
                    label: line.label,
                };
                Some((SecretId::parse(&id)?, held))
            })
            .collect())
    }
}

fn secret_string(secret: &Secret) -> SecretString {
    SecretString::from(secret.expose().to_owned())
}

fn seal(recipient: &dyn age::Recipient, plain: &[u8]) -> Result<String, Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::Failed(error.to_string());
    let encryptor =
        Encryptor::with_recipients(std::iter::once(recipient)).map_err(|error| failed(&error))?;
    let mut armored = Vec::new();
    let write = || -> std::io::Result<()> {
        let armor = ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(plain)?;
        writer.finish()?.finish()?;
        Ok(())
    };
    write().map_err(|error| failed(&error))?;
    String::from_utf8(armored).map_err(|error| failed(&error))
}

fn open(identity: &dyn age::Identity, armored: &str) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(armored.as_bytes()))?;
    let mut plain = Zeroizing::new(Vec::new());
    decryptor
        .decrypt(std::iter::once(identity))?
        .read_to_end(&mut plain)?;
    Ok(plain)
}
