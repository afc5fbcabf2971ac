//! Snapshots without a server: whatever they hold, they are told apart, written, read back and compared.

use std::collections::{BTreeMap, BTreeSet};

use connection_url::DatabaseType;
use proptest::prelude::*;
use schema::{Change, Object, ObjectKey, Snapshot, compare, mend, same};

const KINDS: [&str; 8] = [
    "table",
    "column",
    "index",
    "constraint",
    "view",
    "trigger",
    "sequence",
    "novelty",
];
const ATTRIBUTES: [&str; 5] = ["type", "definition", "default", "owned by", "options"];

fn object() -> impl Strategy<Value = Object> {
    let attributes = prop::collection::btree_map(
        prop::sample::select(&ATTRIBUTES[..]).prop_map(str::to_owned),
        "[a-c'\"`\\\\<é\n]{0,4}",
        0..4,
    );
    (attributes, prop::option::of(1..9_u32)).prop_map(|(attributes, position)| Object {
        attributes,
        position,
        needs: BTreeSet::new(),
    })
}

fn key() -> impl Strategy<Value = ObjectKey> {
    let part = "[ab]|\"a\\.b\"|`c`|<b>";
    (
        prop::sample::select(&KINDS[..]),
        prop::collection::vec(part, 1..4),
    )
        .prop_map(|(kind, parts)| ObjectKey::new(kind, parts.join(".")))
}

fn covers() -> BTreeMap<String, Vec<String>> {
    KINDS
        .iter()
        .map(|kind| {
            let attributes = ATTRIBUTES.iter().map(|&name| name.to_owned()).collect();
            ((*kind).to_owned(), attributes)
        })
        .collect()
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    prop::collection::btree_map(key(), object(), 0..12).prop_map(|objects| Snapshot {
        covers: covers(),
        server: "PostgreSQL 15.18".to_owned(),
        objects,
    })
}

/// What of a snapshot counts.
fn compared(snapshot: &Snapshot) -> BTreeMap<&ObjectKey, &BTreeMap<String, String>> {
    snapshot
        .objects
        .iter()
        .map(|(key, object)| (key, &object.attributes))
        .collect()
}

proptest! {
    #[test]
    fn json_is_read_back(snapshot in snapshot()) {
        let json = snapshot.to_json();
        let back = Snapshot::from_json(&json).unwrap();
        prop_assert_eq!(&back, &snapshot);
        prop_assert_eq!(back.to_json(), json);
        prop_assert_eq!(back.fingerprint(), snapshot.fingerprint());
        prop_assert!(compare(&snapshot, &back).is_empty() && same(&snapshot, &back));
    }

    #[test]
    fn differences_fingerprint_and_sameness_agree(left in snapshot(), right in snapshot()) {
        let alike = compared(&left) == compared(&right);
        prop_assert_eq!(same(&left, &right), alike);
        prop_assert_eq!(left.fingerprint() == right.fingerprint(), alike);
        prop_assert_eq!(compare(&left, &right).is_empty(), alike);
    }

    #[test]
    fn both_ways_tell_the_same(left in snapshot(), right in snapshot()) {
        let turned: Vec<_> = compare(&right, &left)
            .into_iter()
            .map(|difference| {
                let change = match difference.change {
                    Change::Added => Change::Removed,
                    Change::Removed => Change::Added,
                    Change::Changed => Change::Changed,
                };
                (difference.key, change, difference.right, difference.left)
            })
            .collect();
        let straight: Vec<_> = compare(&left, &right)
            .into_iter()
            .map(|it| (it.key, it.change, it.left, it.right))
            .collect();
        prop_assert_eq!(straight, turned);
    }

    /// A version of the tool that reads less, or a person who sees less, finds no drift, whichever side it is on.
    #[test]
    fn what_one_does_not_cover_is_no_difference(
        whole in snapshot(),
        kinds in prop::collection::btree_set(prop::sample::select(&KINDS[..]), 0..5),
        hidden in prop::collection::btree_set(prop::sample::select(&ATTRIBUTES[..]), 0..4),
    ) {
        let mut less = whole.clone();
        less.covers.retain(|kind, attributes| {
            attributes.retain(|attribute| !hidden.contains(attribute.as_str()));
            !kinds.contains(kind.as_str())
        });
        let covers = less.covers.clone();
        less.objects.retain(|key, object| {
            object.attributes.retain(|name, _| !hidden.contains(name.as_str()));
            covers.contains_key(&key.kind)
        });
        prop_assert!(same(&whole, &less) && same(&less, &whole));
        prop_assert!(compare(&whole, &less).is_empty() && compare(&less, &whole).is_empty());
    }

    /// Whatever a snapshot holds, writing statements ends, and says why where there is none.
    #[test]
    fn mending_always_says_something(left in snapshot(), right in snapshot()) {
        for database_type in DatabaseType::ALL {
            let differences = compare(&left, &right);
            for mend in mend(database_type, &left, &right, &differences) {
                prop_assert!(!mend.statement.is_empty() || mend.note.is_some());
            }
            prop_assert!(mend(database_type, &left, &left, &[]).is_empty());
        }
    }
}

#[test]
fn a_table_is_one_difference() {
    let mut right = Snapshot {
        covers: covers(),
        ..Snapshot::default()
    };
    let left = right.clone();
    for (kind, name, attribute, value) in [
        ("table", "public.users", "options", "fillfactor=70"),
        ("column", "public.users.id", "type", "bigint"),
        ("index", "public.users.by_id", "definition", "CREATE INDEX"),
        (
            "sequence",
            "public.users_id_seq",
            "owned by",
            "public.users.id",
        ),
        ("column", "public.users2.id", "type", "bigint"),
    ] {
        let mut object = Object::default();
        object
            .attributes
            .insert(attribute.to_owned(), value.to_owned());
        right.objects.insert(ObjectKey::new(kind, name), object);
    }
    let differences = compare(&left, &right);
    let names: Vec<&str> = differences.iter().map(|it| it.key.name.as_str()).collect();
    assert_eq!(names, ["public.users", "public.users2.id"]);
    assert_eq!(
        differences[0].right.as_deref(),
        Some("options: fillfactor=70\ncolumns:\n  id: bigint\nindexes:\n  by_id: CREATE INDEX")
    );
    assert_eq!(
        (differences[0].change, &differences[0].left),
        (Change::Added, &None)
    );
}

#[test]
fn later_versions_are_read() {
    let json = r#"{"covers":{"table":["engine"],"novelty":["a"]},"server":"X 1","later":true,"objects":[
        {"k":"table","n":"t","a":{"engine":"InnoDB"},"z":[1]},{"k":"novelty","n":"n"}]}"#;
    let snapshot = Snapshot::from_json(json).unwrap();
    assert_eq!(snapshot.objects.len(), 2);
    let own = Snapshot {
        covers: BTreeMap::from([("table".to_owned(), vec!["engine".to_owned()])]),
        objects: snapshot
            .objects
            .iter()
            .filter(|(key, _)| key.kind == "table")
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect(),
        ..Snapshot::default()
    };
    assert!(same(&own, &snapshot) && compare(&own, &snapshot).is_empty());
    assert!(Snapshot::from_json("[]").is_err());
}
