//! A schema at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which object: `("column", "public.users.email")`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ObjectKey {
    /// `table`, `column`, `index`, `constraint`, `view`, `function`, `trigger`, `sequence`, `type`, `collection`, `validator`, …
    pub kind: String,
    /// Its whole name, as a person reads it.
    pub name: String,
}

impl ObjectKey {
    /// The key of an object of this kind and name.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
        }
    }
}

/// What is known of an object: attributes in the server's own words (`type: integer`, `definition: CREATE INDEX …`).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Object {
    /// By name, sorted.
    pub attributes: BTreeMap<String, String>,
    /// Where a column stands in its table, from 1. It is for texts and statements, and no part of what is compared: a column that
    /// was dropped and added again stands last, and nobody calls that drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Objects that must be there before this one. Like the position not compared.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<ObjectKey>,
}

impl Object {
    /// An attribute.
    #[must_use]
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    /// Sets an attribute; without a value there is none.
    pub(crate) fn set(&mut self, attribute: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.attributes.insert(attribute.to_owned(), value.into());
        }
    }

    /// Sets an attribute that an object has or has not.
    pub(crate) fn mark(&mut self, attribute: &str, holds: bool) {
        self.set(attribute, holds.then_some("yes"));
    }
}

/// What a snapshot tells of, by kind the attributes.
pub type Covers = BTreeMap<String, Vec<String>>;

/// A schema at one moment, without Tapedeck's own tables.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// What was read, by kind the attributes: what a snapshot of another version of the tool, or of a person who may see less, does
    /// not cover is not compared, so that neither makes drift. An attribute that comes to be written in another way gets another name.
    pub covers: Covers,
    /// The server's product and version.
    #[serde(default)]
    pub server: String,
    /// Every object.
    #[serde(with = "listed")]
    pub objects: BTreeMap<ObjectKey, Object>,
}

/// JSON has no objects with keys that are objects. The names are short: a schema has many objects, and is kept in the target.
mod listed {
    use std::collections::{BTreeMap, BTreeSet};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Object, ObjectKey};

    #[derive(Serialize)]
    struct Written<'a> {
        k: &'a str,
        n: &'a str,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        a: &'a BTreeMap<String, String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        p: Option<u32>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        needs: Vec<(&'a str, &'a str)>,
    }

    #[derive(Deserialize)]
    struct Read {
        k: String,
        n: String,
        #[serde(default)]
        a: BTreeMap<String, String>,
        #[serde(default)]
        p: Option<u32>,
        #[serde(default)]
        needs: Vec<(String, String)>,
    }

    pub(super) fn serialize<S: Serializer>(
        objects: &BTreeMap<ObjectKey, Object>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(objects.iter().map(|(key, object)| {
            let needs = object.needs.iter();
            Written {
                k: &key.kind,
                n: &key.name,
                a: &object.attributes,
                p: object.position,
                needs: needs
                    .map(|it| (it.kind.as_str(), it.name.as_str()))
                    .collect(),
            }
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ObjectKey, Object>, D::Error> {
        let objects = Vec::<Read>::deserialize(deserializer)?;
        let key = |(kind, name)| ObjectKey { kind, name };
        Ok(objects
            .into_iter()
            .map(|read| {
                let object = Object {
                    attributes: read.a,
                    position: read.p,
                    needs: read.needs.into_iter().map(key).collect::<BTreeSet<_>>(),
                };
                (key((read.k, read.n)), object)
            })
            .collect())
    }
}

impl Snapshot {
    /// A text that is another one whenever the objects are: SHA-256 in hexadecimal. Those of two snapshots tell whether the schemas
    /// are the same only where both cover the same; [`same`] tells in every case.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"tapedeck schema 1\n");
        // With lengths before them, no two lists of texts look alike.
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        for (key, object) in &self.objects {
            add(&key.kind);
            add(&key.name);
            for (name, value) in &object.attributes {
                add(name);
                add(value);
            }
            // No attribute has an empty name: the object ends here.
            add("");
        }
        hash.finalize()
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                // Writing to a string can't fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// The snapshot as JSON, the same for the same snapshot.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote, also of a later version: fields that this one does not know are passed over, and
    /// kinds that it does not know are kept.
    ///
    /// # Errors
    /// Where the text is no such snapshot.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

/// Whether two schemas are the same as far as both snapshots tell of them. It makes no texts and stops at the first difference.
#[must_use]
pub fn same(left: &Snapshot, right: &Snapshot) -> bool {
    let common = Common::of(left, right);
    let mut left = left
        .objects
        .iter()
        .filter(|(key, _)| common.kind(&key.kind));
    let mut right = right
        .objects
        .iter()
        .filter(|(key, _)| common.kind(&key.kind));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some((left_key, left)), Some((right_key, right)))
                if left_key == right_key && common.same(&left_key.kind, left, right) => {}
            _ => return false,
        }
    }
}

/// What two snapshots both tell of.
pub(crate) struct Common<'a> {
    /// By kind the attributes; `None` where both cover the same, which they nearly always do, and so everything of the kind.
    kinds: BTreeMap<&'a str, Option<BTreeSet<&'a str>>>,
}

impl<'a> Common<'a> {
    pub(crate) fn of(left: &'a Snapshot, right: &'a Snapshot) -> Self {
        let kinds = left.covers.iter().filter_map(|(kind, attributes)| {
            let others = right.covers.get(kind)?;
            let own: BTreeSet<&str> = attributes.iter().map(String::as_str).collect();
            let others: BTreeSet<&str> = others.iter().map(String::as_str).collect();
            let both = (own != others).then(|| own.intersection(&others).copied().collect());
            Some((kind.as_str(), both))
        });
        Self {
            kinds: kinds.collect(),
        }
    }

    pub(crate) fn kind(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    pub(crate) fn attribute(&self, kind: &str, attribute: &str) -> bool {
        match self.kinds.get(kind) {
            None => false,
            Some(None) => true,
            Some(Some(both)) => both.contains(attribute),
        }
    }

    pub(crate) fn same(&self, kind: &str, left: &Object, right: &Object) -> bool {
        match self.kinds.get(kind) {
            None => true,
            Some(None) => left.attributes == right.attributes,
            Some(Some(both)) => both
                .iter()
                .all(|attribute| left.get(attribute) == right.get(attribute)),
        }
    }
}
