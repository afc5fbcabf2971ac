//! The journal of the keyring: an entry is in it, or a record or undo names it, and never neither.

use catalog::JournalState::{Due, InDoubt, UnderWay};
use catalog::{Catalog, DatabasePatch, JournalState, named_entry};

use super::{CLI, conflict_of, orders, patch_config, shop};

/// The journal without its times.
pub fn journal(catalog: &impl Catalog) -> Vec<(String, JournalState)> {
    catalog
        .journal()
        .expect("read")
        .into_iter()
        .map(|line| (line.entry, line.state))
        .collect()
}

fn entries(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn in_use(catalog: &impl Catalog) -> Vec<String> {
    catalog
        .entries_in_use()
        .expect("listed")
        .into_iter()
        .collect()
}

fn with_password(id: &str) -> DatabasePatch {
    patch_config("dev", "postgresql://app:***@localhost/orders", Some(id))
}

pub fn a_commit_strikes_out_what_it_names(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let two = entries(&["url/new-1", "url/new-2"]);
    catalog.begin_entries(&two).expect("begun");
    assert_eq!(journal(catalog).len(), 2);
    catalog
        .update_database(&CLI, "shop", "orders", &with_password("new-1"))
        .expect("changed");
    assert_eq!(journal(catalog), [("url/new-2".to_owned(), UnderWay)]);
    catalog
        .update_database(&CLI, "shop", "orders", &with_password("new-2"))
        .expect("changed");
    assert!(journal(catalog).is_empty());
}

pub fn a_refused_change_leaves_its_entries_in_the_journal(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    catalog
        .begin_entries(&entries(&["url/new"]))
        .expect("begun");
    let stale = DatabasePatch {
        revision: Some(7),
        ..with_password("new")
    };
    conflict_of(catalog.update_database(&CLI, "shop", "orders", &stale));
    assert_eq!(journal(catalog), [("url/new".to_owned(), UnderWay)]);
    catalog
        .abandon_entries(&entries(&["url/new"]), InDoubt)
        .expect("abandoned");
    assert_eq!(journal(catalog), [("url/new".to_owned(), InDoubt)]);
    // What is to be removed can't be used any more: it may be gone already.
    let error = catalog
        .update_database(&CLI, "shop", "orders", &with_password("new"))
        .expect_err("refused");
    assert_eq!((error.code(), error.retryable()), ("overtaken", true));
    catalog
        .settle_entries(&entries(&["url/new"]))
        .expect("settled");
    assert!(journal(catalog).is_empty());
}

pub fn only_what_began_before_is_abandoned(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    catalog
        .begin_entries(&entries(&["url/lost"]))
        .expect("begun");
    catalog
        .abandon_entries_before("2021-01-01T00:00:00Z".parse().expect("a time"))
        .expect("looked");
    assert_eq!(journal(catalog), [("url/lost".to_owned(), UnderWay)]);
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(1);
    catalog.abandon_entries_before(later).expect("abandoned");
    assert_eq!(journal(catalog), [("url/lost".to_owned(), Due)]);
    // What a record names is never abandoned, whoever asks for it.
    catalog
        .abandon_entries(&entries(&["url/secret-dev"]), Due)
        .expect("asked");
    assert_eq!(journal(catalog), [("url/lost".to_owned(), Due)]);
}

pub fn a_deletion_is_purged_at_once_with_all_its_passwords(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &with_password("second"))
        .expect("changed");
    let deleted = catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    let deleted = deleted.activity_id.expect("an activity");
    let changed = changed.activity_id.expect("an activity");
    conflict_of(catalog.purge_deletion(&changed));
    assert_eq!(catalog.purge_deletion(&deleted).expect("purged"), 3);
    let names: Vec<String> = journal(catalog)
        .into_iter()
        .map(|(entry, _)| entry)
        .collect();
    assert_eq!(names, ["url/second", "url/secret-dev", "url/secret-prd"]);
    assert!(in_use(catalog).is_empty());
    for activity in [&changed, &deleted] {
        conflict_of(catalog.undo(&CLI, activity));
    }
    conflict_of(catalog.purge_deletion(&deleted));
    // What was done to others can be undone as before.
    let product = catalog.delete_product(&CLI, "shop", None).expect("deleted");
    catalog
        .undo(&CLI, &product.activity_id.expect("an activity"))
        .expect("undone");
}

pub fn a_named_secret_keeps_the_value_that_undo_brings_back(catalog: &impl Catalog) {
    let set = |id: &str| {
        let entry = named_entry("API", id);
        catalog
            .begin_entries(std::slice::from_ref(&entry))
            .expect("begun");
        let set = catalog.put_named_secret(&CLI, "API", &entry).expect("set");
        assert!(journal(catalog).is_empty());
        set
    };
    let entry = || {
        let secrets = catalog.named_secrets().expect("listed");
        secrets.into_iter().next().map(|secret| secret.entry)
    };
    let first = set("1");
    let second = set("2");
    assert_eq!(second.record.created_at, first.record.created_at);
    assert_eq!(entry().as_deref(), Some("named/API#2"));
    assert_eq!(in_use(catalog), ["named/API#1", "named/API#2"]);
    conflict_of(catalog.undo(&CLI, &first.activity_id.expect("an activity")));
    catalog
        .undo(&CLI, &second.activity_id.expect("an activity"))
        .expect("undone");
    assert_eq!(entry().as_deref(), Some("named/API#1"));

    let deleted = catalog.remove_named_secret(&CLI, "API").expect("deleted");
    let deleted = deleted.activity_id.expect("an activity");
    assert_eq!(entry(), None);
    // The same key again is another secret: the old one does not come back over it.
    let again = set("3");
    conflict_of(catalog.undo(&CLI, &deleted));
    catalog
        .undo(&CLI, &again.activity_id.expect("an activity"))
        .expect("undone");
    catalog.undo(&CLI, &deleted).expect("undone");
    assert_eq!(entry().as_deref(), Some("named/API#1"));

    let deleted = catalog.remove_named_secret(&CLI, "API").expect("deleted");
    let count = catalog
        .purge_deletion(&deleted.activity_id.expect("an activity"))
        .expect("purged");
    assert_eq!((count, in_use(catalog).len()), (3, 0));
}
