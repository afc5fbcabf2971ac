use catalog::JournalState::Due;
use catalog::{Catalog, Context, DatabasePatch, EnvironmentPatch, NewProduct, Note, SubjectKind};

use super::journal::journal;
use super::{
    CLI, config, conflict_of, environment, faults_of, new_database, orders, patch_config, shop,
};

fn last_activity(catalog: &impl Catalog) -> String {
    catalog.activities(1, None).expect("listed")[0].id.clone()
}

pub fn updates_are_undone_with_their_secrets(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let patch = DatabasePatch {
        name: Some("New".into()),
        ..patch_config(
            "dev",
            "postgresql://app:***@elsewhere/orders",
            Some("secret-2"),
        )
    };
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    let undone = catalog
        .undo(&CLI, &changed.activity_id.expect("an activity"))
        .expect("undone");
    assert_eq!((undone.verb.as_str(), undone.undoable), ("undo", true));
    let now = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!((now.name, now.envs), (made.name, made.envs));
    // Not 1 again: a window that still shows revision 2 must find itself stale.
    assert_eq!(now.revision, 3);
    let lines = catalog.activities(2, None).expect("listed");
    assert!(lines[1].undone && !lines[1].undoable);
    conflict_of(catalog.undo(&CLI, &lines[1].id));
}

pub fn a_deleted_product_comes_back_whole(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let before = catalog.export_product("shop").expect("exported");
    let ids = catalog.entries_in_use().expect("listed");
    let deleted = catalog.delete_product(&CLI, "shop", None).expect("deleted");
    assert!(catalog.fetch_products().expect("listed").is_empty());
    // Undo would bring the passwords back, so that they are still in use.
    assert_eq!(catalog.entries_in_use().expect("listed"), ids);
    catalog
        .undo(&CLI, &deleted.activity_id.expect("an activity"))
        .expect("undone");
    assert_eq!(catalog.export_product("shop").expect("exported"), before);
    let database = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(
        database.config("prd").expect("prd").secrets["password"],
        "secret-prd"
    );
}

pub fn a_deleted_environment_comes_back_with_its_configs(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let deleted = catalog
        .delete_environment(&CLI, "shop", "dev", None)
        .expect("deleted");
    // A slug renamed meanwhile does not matter: configs know their environment by its id.
    let patch = EnvironmentPatch {
        slug: Some("live".into()),
        ..EnvironmentPatch::default()
    };
    catalog
        .update_environment(&CLI, "shop", "prd", &patch)
        .expect("renamed");
    catalog
        .undo(&CLI, &deleted.activity_id.expect("an activity"))
        .expect("undone");
    let now = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(now.config("dev"), made.config("dev"));
    assert!(now.config("live").is_some());
}

pub fn undo_is_refused_after_another_change(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let patch = |name: &str| DatabasePatch {
        name: Some(name.into()),
        ..DatabasePatch::default()
    };
    let first = catalog
        .update_database(&CLI, "shop", "orders", &patch("One"))
        .expect("changed");
    catalog
        .update_database(&CLI, "shop", "orders", &patch("Two"))
        .expect("changed");
    let conflict = conflict_of(catalog.undo(&CLI, &first.activity_id.expect("an activity")));
    assert_eq!(conflict.current_revision, Some(3));
    assert_eq!(conflict.changes[0].field, "name");
    assert_eq!(
        catalog
            .fetch_database("shop", "orders")
            .expect("fetched")
            .name,
        "Two"
    );
}

pub fn undo_of_a_deletion_is_refused_when_the_tag_is_taken(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let deleted = catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    let deleted = deleted.activity_id.expect("an activity");
    let again = new_database("orders", vec![config("dev", "postgresql://h/d", None)]);
    catalog.create_database(&CLI, "shop", &again).expect("made");
    assert_eq!(
        faults_of(catalog.undo(&CLI, &deleted)),
        [("tag".into(), "duplicate")]
    );
    let patch = DatabasePatch {
        tag: Some("other".into()),
        ..DatabasePatch::default()
    };
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("renamed");
    catalog.undo(&CLI, &deleted).expect("undone");
    assert_eq!(catalog.fetch_databases("shop").expect("listed").len(), 2);
    // And when an environment that it lived in is gone.
    let deleted = catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    let deleted = deleted.activity_id.expect("an activity");
    let environment = catalog
        .delete_environment(&CLI, "shop", "prd", None)
        .expect("deleted");
    let faults = faults_of(catalog.undo(&CLI, &deleted));
    assert_eq!(faults, [("envs[prd].slug".into(), "unknown_environment")]);
    catalog
        .undo(&CLI, &environment.activity_id.expect("an activity"))
        .expect("undone");
    catalog.undo(&CLI, &deleted).expect("undone");
}

pub fn undoing_a_creation_is_refused_while_it_is_used(catalog: &impl Catalog) {
    let product = NewProduct {
        tag: "shop".into(),
        name: "Shop".into(),
        description: None,
    };
    let product = catalog.create_product(&CLI, &product).expect("made");
    let dev = environment("dev", "Development");
    let dev = catalog
        .create_environment(&CLI, "shop", &dev)
        .expect("made");
    let new = new_database("orders", vec![config("dev", "postgresql://h/d", None)]);
    let database = catalog.create_database(&CLI, "shop", &new).expect("made");
    let [product, dev, database] = [product.activity_id, dev.activity_id, database.activity_id]
        .map(|id| id.expect("an activity"));
    let conflict = conflict_of(catalog.undo(&CLI, &product));
    assert_eq!(conflict.changes[0].field, "used_by");
    conflict_of(catalog.undo(&CLI, &dev));
    for id in [&database, &dev, &product] {
        catalog.undo(&CLI, id).expect("undone");
    }
    assert!(catalog.fetch_products().expect("listed").is_empty());
}

pub fn undo_can_be_undone(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let deleted = catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    let mut id = deleted.activity_id.expect("an activity");
    for there in [true, false, true] {
        id = catalog.undo(&CLI, &id).expect("undone").id;
        assert_eq!(catalog.fetch_database("shop", "orders").is_ok(), there);
    }
}

pub fn activities_come_newest_first(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    // A clock that was moved back does not shuffle the list.
    let early = Context {
        now: Some(jiff::Timestamp::UNIX_EPOCH),
        ..Context::window()
    };
    let note = Note {
        verb: "reveal".into(),
        subject_kind: SubjectKind::Database,
        subject_id: "x".into(),
        subject_label: "shop/orders@dev".into(),
        summary: "Showed a password".into(),
    };
    let noted = catalog.note_activity(&early, &note).expect("noted");
    assert!(!noted.undoable);
    let all = catalog.activities(100, None).expect("listed");
    assert_eq!(all[0], noted);
    let verbs: Vec<&str> = all.iter().map(|line| line.subject_label.as_str()).collect();
    let expected = [
        "shop/orders@dev",
        "shop/orders",
        "shop@prd",
        "shop@stg",
        "shop@dev",
        "shop",
    ];
    assert_eq!(verbs, expected);
    let page = catalog.activities(2, Some(&all[1].id)).expect("listed");
    assert_eq!(page, all[2..4]);
    conflict_of(catalog.undo(&CLI, &noted.id));
}

pub fn released_secrets_are_kept_until_purged(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let past = Context {
        now: Some("2020-01-01T00:00:00Z".parse().expect("a time")),
        ..CLI
    };
    let url = "postgresql://app:***@localhost/orders";
    let patch = patch_config("dev", url, Some("secret-2"));
    catalog
        .update_database(&past, "shop", "orders", &patch)
        .expect("changed");
    let old = last_activity(catalog);
    let patch = patch_config("dev", url, Some("secret-3"));
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    let all = [
        "url/secret-2",
        "url/secret-3",
        "url/secret-dev",
        "url/secret-prd",
    ];
    assert!(
        catalog
            .entries_in_use()
            .expect("listed")
            .into_iter()
            .eq(all)
    );
    let limit = "2021-01-01T00:00:00Z".parse().expect("a time");
    assert_eq!(catalog.purge(limit).expect("purged"), 1);
    assert_eq!(journal(catalog), [("url/secret-dev".into(), Due)]);
    assert_eq!(catalog.purge(limit).expect("purged"), 0);
    let left = ["url/secret-2", "url/secret-3", "url/secret-prd"];
    assert!(
        catalog
            .entries_in_use()
            .expect("listed")
            .into_iter()
            .eq(left)
    );
    // The line stays, and says that it can't be undone any more.
    let lines = catalog.activities(100, None).expect("listed");
    let line = lines.iter().find(|line| line.id == old).expect("the line");
    assert!(!line.undoable && !line.undone);
    // What is old is not known any more, and the refusal still shows what differs.
    let stale = DatabasePatch {
        name: Some("Mine".into()),
        revision: Some(1),
        ..DatabasePatch::default()
    };
    conflict_of(catalog.update_database(&CLI, "shop", "orders", &stale));
}
