use catalog::{
    Catalog, Committed, Database, DatabasePatch, ItemChange, ItemKind, SubjectKind, fingerprint,
};
use serde_json::{Map, Value, json};

use super::{CLI, conflict_of, faults_of, orders, shop};

fn action(tag: &str, template: &Value) -> Map<String, Value> {
    let record = json!({"name": tag, "tag": tag, "tableName": "orders", "type": "read", "template": template});
    record.as_object().expect("an object").clone()
}

fn change(
    catalog: &impl Catalog,
    change: &ItemChange,
) -> Result<Committed<Database>, catalog::CatalogError> {
    catalog.change_items(&CLI, "shop", "orders", ItemKind::Action, change)
}

fn add(catalog: &impl Catalog, tag: &str) -> String {
    let added = ItemChange::Add {
        fields: action(tag, &json!("SELECT 1")),
        after: None,
    };
    let made = change(catalog, &added).expect("made").record;
    made.actions.last().expect("an action").id.clone()
}

fn replace(id: &str, fields: Map<String, Value>, expected: Option<String>) -> ItemChange {
    ItemChange::Replace {
        id: id.to_owned(),
        fields,
        expected,
    }
}

fn tags(catalog: &impl Catalog) -> Vec<String> {
    let database = catalog.fetch_database("shop", "orders").expect("fetched");
    let tags = database.actions.iter().map(|item| item.tag().to_owned());
    tags.collect()
}

fn undo_last(catalog: &impl Catalog) {
    let last = catalog.activities(1, None).expect("listed")[0].id.clone();
    catalog.undo(&CLI, &last).expect("undone");
}

fn shop_with_actions(catalog: &impl Catalog) -> [String; 3] {
    shop(catalog);
    orders(catalog);
    ["a", "b", "c"].map(|tag| add(catalog, tag))
}

pub fn an_item_keeps_its_id_and_place_through_a_rename(catalog: &impl Catalog) {
    let [_, b, _] = shop_with_actions(catalog);
    let mut fields = action("by-user", &json!("SELECT 1"));
    fields.insert("name".into(), json!("b"));
    let renamed = change(catalog, &replace(&b, fields, None)).expect("renamed");
    assert_eq!(renamed.record.actions[1].id, b);
    assert_eq!(tags(catalog), ["a", "by-user", "c"]);
    let line = &catalog.activities(1, None).expect("listed")[0];
    assert_eq!(
        (
            line.summary.as_str(),
            line.subject_kind,
            line.subject_label.as_str()
        ),
        (
            "Renamed the action b of shop/orders to by-user",
            SubjectKind::Action,
            "shop/orders:by-user"
        )
    );
    let place = catalog.locate(SubjectKind::Action, &b).expect("located");
    assert_eq!(
        place.database_id.as_deref(),
        Some(renamed.record.id.as_str())
    );
    assert!(catalog.locate(SubjectKind::Migration, &b).is_err());
    undo_last(catalog);
    assert_eq!(tags(catalog), ["a", "b", "c"]);
}

pub fn items_are_added_behind_ordered_and_removed(catalog: &impl Catalog) {
    let [a, _, c] = shop_with_actions(catalog);
    let copy = ItemChange::Add {
        fields: action("a-copy", &json!("SELECT 1")),
        after: Some(a.clone()),
    };
    change(catalog, &copy).expect("made");
    assert_eq!(tags(catalog), ["a", "a-copy", "b", "c"]);
    let line = &catalog.activities(1, None).expect("listed")[0];
    assert_eq!(line.summary, "Made the action a-copy of shop/orders");
    // By tag or id; those not named follow.
    let order = ItemChange::Order(vec![c, "b".into(), "c".into()]);
    change(catalog, &order).expect("ordered");
    assert_eq!(tags(catalog), ["c", "b", "a", "a-copy"]);
    assert_eq!(change(catalog, &order).expect("the same").activity_id, None);
    let removed = ItemChange::Remove { id: a.clone() };
    change(catalog, &removed).expect("removed");
    assert_eq!(tags(catalog), ["c", "b", "a-copy"]);
    for gone in [removed, ItemChange::Order(vec![a])] {
        let error = change(catalog, &gone).expect_err("not there");
        assert_eq!(error.code(), "not_found");
    }
    undo_last(catalog);
    assert_eq!(tags(catalog), ["c", "b", "a", "a-copy"]);
}

pub fn bad_items_are_refused_with_every_fault(catalog: &impl Catalog) {
    let [a, ..] = shop_with_actions(catalog);
    let mut fields = action("b", &json!(5));
    fields.insert("type".into(), json!("drop"));
    let mut faults = faults_of(change(catalog, &replace(&a, fields, None)));
    faults.sort();
    let expected = [
        ("tag", "duplicate"),
        ("template", "wrong_type"),
        ("type", "unknown_value"),
    ];
    assert_eq!(
        faults,
        expected.map(|(field, code)| (field.to_owned(), code))
    );
    let again = ItemChange::Add {
        fields: action("a", &json!("SELECT 1")),
        after: None,
    };
    assert_eq!(
        faults_of(change(catalog, &again)),
        [("tag".to_owned(), "duplicate")]
    );
    assert_eq!(tags(catalog), ["a", "b", "c"]);
}

pub fn a_replacement_made_from_something_else_is_a_conflict(catalog: &impl Catalog) {
    let [a, ..] = shop_with_actions(catalog);
    let base = action("a", &json!("SELECT 1"));
    let seen = fingerprint(&base);
    let mut theirs = base.clone();
    theirs.insert("template".into(), json!("SELECT 2"));
    theirs.insert("name".into(), json!("Theirs"));
    change(catalog, &replace(&a, theirs.clone(), Some(seen.clone()))).expect("changed");
    let mut mine = base.clone();
    mine.insert("template".into(), json!("SELECT 3"));
    let conflict = conflict_of(change(catalog, &replace(&a, mine.clone(), Some(seen))));
    assert_eq!(
        (conflict.kind, conflict.label.as_str()),
        (SubjectKind::Action, "a")
    );
    assert!(conflict.base_known);
    let change_of = |field: &str| {
        let found = conflict.changes.iter().find(|one| one.field == field);
        found.expect("the field").clone()
    };
    let template = change_of("template");
    assert_eq!(
        (
            template.base,
            template.current,
            template.yours,
            template.contested
        ),
        (
            Some(json!("SELECT 1")),
            Some(json!("SELECT 2")),
            Some(json!("SELECT 3")),
            true
        )
    );
    assert!(!change_of("name").contested);
    assert_eq!(conflict.changes.len(), 2);
    // A merged change is made from what is there now.
    let now = conflict.current_fingerprint.expect("a fingerprint");
    assert_eq!(now, fingerprint(&theirs));
    change(catalog, &replace(&a, mine.clone(), Some(now))).expect("changed");
    // A base that the history has not: what differs from yours.
    let other = action("a", &json!("SELECT 4"));
    let conflict = conflict_of(change(catalog, &replace(&a, other, Some("no".into()))));
    assert!(!conflict.base_known && conflict.changes.len() == 1);
}

pub fn what_is_not_known_of_an_item_is_kept(catalog: &impl Catalog) {
    let [a, ..] = shop_with_actions(catalog);
    let mut odd = action("a", &json!("SELECT 1"));
    odd.insert("colour".into(), json!("red"));
    odd.insert("description".into(), json!("goes"));
    change(catalog, &replace(&a, odd.clone(), None)).expect("changed");
    let plain = action("a", &json!("SELECT 2"));
    let left = change(catalog, &replace(&a, plain.clone(), None)).expect("changed");
    let fields = &left.record.actions[0].fields;
    assert_eq!(fields.get("colour"), Some(&json!("red")));
    assert_eq!(fields.get("description"), None);
    // A patch of the whole database does not lose it either.
    let patch = DatabasePatch {
        actions: vec![plain],
        ..DatabasePatch::default()
    };
    let patched = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("patched");
    assert_eq!(
        patched.record.actions[0].fields.get("colour"),
        Some(&json!("red"))
    );

    let migration = |value: Value| {
        let record = json!({"name": "M", "tag": "m", "value": value});
        record.as_object().expect("an object").clone()
    };
    let on_migrations = |change: &ItemChange| {
        let made = catalog.change_items(&CLI, "shop", "orders", ItemKind::Migration, change);
        made.expect("changed").record.migrations[0].clone()
    };
    let made = on_migrations(&ItemChange::Add {
        fields: migration(json!({"up": ["A"], "down": ["B"], "sideways": 1})),
        after: None,
    });
    assert!(made.fields.contains_key("created_at"));
    let changed = on_migrations(&replace(&made.id, migration(json!({"up": ["C"]})), None));
    assert_eq!(
        changed.fields.get("value"),
        Some(&json!({"up": ["C"], "sideways": 1}))
    );
    assert_eq!(
        changed.fields.get("created_at"),
        made.fields.get("created_at")
    );
}

pub fn the_order_of_keys_in_a_template_counts(catalog: &impl Catalog) {
    let [a, ..] = shop_with_actions(catalog);
    let sorted = |text: &str| {
        let sort: Value = serde_json::from_str(text).expect("JSON");
        action("a", &json!({"find": {"filter": {}, "sort": sort}}))
    };
    let (one, other) = (sorted(r#"{"x": 1, "y": 1}"#), sorted(r#"{"y": 1, "x": 1}"#));
    assert_ne!(fingerprint(&one), fingerprint(&other));
    let mut shuffled = one.clone();
    shuffled.sort_keys();
    assert_eq!(fingerprint(&one), fingerprint(&shuffled));
    change(catalog, &replace(&a, one.clone(), None)).expect("changed");
    assert_eq!(
        change(catalog, &replace(&a, shuffled, None))
            .expect("the same")
            .activity_id,
        None
    );
    let turned = change(catalog, &replace(&a, other.clone(), None)).expect("changed");
    assert!(turned.activity_id.is_some());
    let stored = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(fingerprint(&stored.actions[0].fields), fingerprint(&other));
    // The same by a patch of the database.
    let patch = DatabasePatch {
        actions: vec![one],
        ..DatabasePatch::default()
    };
    let patched = catalog.update_database(&CLI, "shop", "orders", &patch);
    assert!(patched.expect("patched").activity_id.is_some());
    let line = &catalog.activities(1, None).expect("listed")[0];
    assert_eq!(
        line.summary,
        "Changed actions[a] of the database shop/orders"
    );
}

pub fn undo_of_one_item_leaves_the_others_alone(catalog: &impl Catalog) {
    let [a, b, _] = shop_with_actions(catalog);
    let removed = change(catalog, &ItemChange::Remove { id: b.clone() }).expect("removed");
    change(
        catalog,
        &replace(&a, action("a2", &json!("SELECT 2")), None),
    )
    .expect("changed");
    let undo = removed.activity_id.expect("an activity");
    catalog.undo(&CLI, &undo).expect("undone");
    assert_eq!(tags(catalog), ["a2", "b", "c"]);

    // One that moved on itself is not taken back.
    let first =
        change(catalog, &replace(&b, action("b", &json!("SELECT 2")), None)).expect("changed");
    change(catalog, &replace(&b, action("b", &json!("SELECT 3")), None)).expect("changed");
    let conflict = conflict_of(catalog.undo(&CLI, &first.activity_id.expect("an activity")));
    assert_eq!(conflict.changes[0].field, "actions[b]");

    // Nor one whose tag was taken meanwhile.
    let removed = change(catalog, &ItemChange::Remove { id: b }).expect("removed");
    add(catalog, "b");
    assert_eq!(
        faults_of(catalog.undo(&CLI, &removed.activity_id.expect("an activity"))),
        [("tag".to_owned(), "duplicate")]
    );
}
