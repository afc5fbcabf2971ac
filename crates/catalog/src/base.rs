//! The third side of an import: what the product was when the file was exported, or when it was last exported or
//! imported here. Without it nobody can tell what the file changed from what changed here since.
//!
//! Only digests are kept: they say whether a field is what it was, and cost little.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::change::Record;
use crate::conflict::fields_of;
use crate::import::{ImportAction, ImportStep};

/// Who changed something since the base.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportSide {
    /// Only the file.
    File,
    /// Only this catalog: the import takes that back.
    Here,
    /// Both, in different ways: the import takes what the file has.
    Both,
}

/// Which state an import was compared with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ImportBase {
    /// When the product was exported or imported in that state.
    pub at: Timestamp,
    /// Whether the file says that it was made from that state. If not, it is the last one that is known here.
    pub named: bool,
}

/// A product's state as digests: by the address of each record, then by field.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Base(BTreeMap<String, BTreeMap<String, String>>);

impl Base {
    /// Takes a record in.
    pub(crate) fn add(&mut self, address: String, record: &Record) {
        let fields = fields_of(record)
            .into_iter()
            // Keyring entries are another catalog's business.
            .filter(|(field, _)| !field.ends_with(".secrets"))
            .map(|(field, value)| (field, digest(&value)))
            .collect();
        self.0.insert(address, fields);
    }

    /// Names the state; the same state has the same name in every catalog.
    pub(crate) fn fingerprint(&self) -> String {
        let text = serde_json::to_string(&self.0).unwrap_or_default();
        hex(&Sha256::digest(text.as_bytes()), 16)
    }

    /// Says of each step, and of each field of it, who changed it.
    pub(crate) fn mark<'a>(&self, steps: impl Iterator<Item = &'a mut ImportStep>) {
        for step in steps {
            let known = self.0.get(&step.label);
            step.side = match (step.action, known) {
                // It was there: deleted here since, and the file brings it back.
                (ImportAction::Add, Some(_)) => Some(ImportSide::Here),
                (ImportAction::Add, None) => Some(ImportSide::File),
                (ImportAction::Kept, Some(_)) => Some(ImportSide::File),
                (ImportAction::Kept, None) => Some(ImportSide::Here),
                (ImportAction::Change | ImportAction::Same, _) => None,
            };
            for change in &mut step.changes {
                if change.field.ends_with(".secrets") {
                    continue;
                }
                let was = known.map(|fields| fields.get(&change.field).cloned());
                let here = change.before.as_ref().map(digest);
                let file = change.after.as_ref().map(digest);
                change.side = was.map(|was| {
                    if here == was {
                        ImportSide::File
                    } else if file == was {
                        ImportSide::Here
                    } else {
                        ImportSide::Both
                    }
                });
            }
        }
    }
}

fn digest(value: &Value) -> String {
    hex(&Sha256::digest(value.to_string().as_bytes()), 8)
}

fn hex(bytes: &[u8], count: usize) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .take(count)
        .fold(String::with_capacity(count * 2), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
