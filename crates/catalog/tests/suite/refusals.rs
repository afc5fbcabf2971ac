use catalog::{Catalog, CatalogError, DatabasePatch, NewProduct, ProductPatch};
use serde_json::json;

use super::{CLI, config, conflict_of, faults_of, new_database, orders, patch_config, shop};

pub fn every_fault_comes_at_once(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let record = json!({
        "tag": "orders", "type": "oracle", "nmae": "typo", "description": "d".repeat(10_001),
        "envs": [
            {"slug": "qa", "connection_url": "postgresql://localhost/a"},
            {"slug": "dev"},
            {"slug": "dev", "connection_url": 7, "colour": "red"},
            "nothing",
            {"slug": "DEV", "connection_url": "postgresql://localhost/a"},
        ],
        "actions": [{"tag": "a b", "type": "drop"}],
        "migrations": {"one": 1},
    });
    let mut faults = faults_of(catalog.check_new_database("shop", &record));
    faults.sort();
    let expected = [
        ("actions[0].name", "required"),
        ("actions[0].tableName", "required"),
        ("actions[0].tag", "invalid_tag"),
        ("actions[0].template", "required"),
        ("actions[0].type", "unknown_value"),
        ("description", "too_long"),
        ("envs[0].slug", "unknown_environment"),
        ("envs[1].connection_url", "required"),
        ("envs[2].colour", "unknown_field"),
        ("envs[2].connection_url", "wrong_type"),
        ("envs[2].slug", "duplicate"),
        ("envs[3]", "wrong_type"),
        ("envs[4].slug", "invalid_slug"),
        ("migrations", "wrong_type"),
        ("name", "required"),
        ("nmae", "unknown_field"),
        ("tag", "duplicate"),
        ("type", "unknown_value"),
    ];
    let expected: Vec<(String, &str)> = expected
        .iter()
        .map(|(field, code)| ((*field).to_owned(), *code))
        .collect();
    assert_eq!(faults, expected);
    let huge = "x".repeat(10 * 1024 * 1024);
    let record = json!({"tag": huge, "name": huge, "description": huge});
    let error = catalog.check_new_product(&record).expect_err("refused");
    assert!(error.to_string().len() < 1_000);
    let codes: Vec<&str> = error
        .faults()
        .iter()
        .map(|fault| fault.code.as_str())
        .collect();
    assert_eq!(codes, ["invalid_tag", "too_long", "too_long"]);
    let record = json!({"slug": "dev", "class": "secret", "order": "1", "active": 1});
    let mut faults = faults_of(catalog.check_new_environment("shop", &record));
    faults.sort();
    let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["active", "class", "env_name", "order", "slug"]);
}

pub fn patches_are_checked_against_what_is_there(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let patch = json!({
        "id": "another", "type": "mysql", "name": null, "tag": "orders",
        "envs": [{"slug": "stg"}, {"slug": "zzz", "connection_url": "postgresql://h/d"}],
        "remove_envs": ["stg"], "remove_actions": ["none"],
    });
    let mut faults = faults_of(catalog.check_database_patch("shop", "orders", &patch));
    faults.sort();
    let expected: Vec<(String, &str)> = [
        ("envs[0].slug", "duplicate"),
        ("envs[1].slug", "unknown_environment"),
        ("id", "immutable"),
        ("name", "required"),
        ("remove_actions[0]", "not_there"),
        ("remove_envs[0]", "not_there"),
        ("type", "immutable"),
    ]
    .iter()
    .map(|(field, code)| ((*field).to_owned(), *code))
    .collect();
    assert_eq!(faults, expected);
    // The record as it is shown is a patch that changes nothing, keyring entries included.
    let mut shown = serde_json::to_value(&made).expect("JSON");
    shown["envs"][0]["secrets"]["password"] = json!("someone-else's");
    let patch = catalog
        .check_database_patch("shop", "orders", &shown)
        .expect("valid");
    let same = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("taken");
    assert_eq!(same.record, made);
    let wrong = patch_config("dev", "mysql://localhost/orders", None);
    let refused = catalog.update_database(&CLI, "shop", "orders", &wrong);
    assert_eq!(
        faults_of(refused),
        [("envs[0].connection_url".into(), "invalid_url")]
    );
    let taken = catalog.check_environment_patch("shop", "dev", &json!({"slug": "prd"}));
    assert_eq!(faults_of(taken), [("slug".into(), "duplicate")]);
    let taken = catalog.create_product(
        &CLI,
        &NewProduct {
            tag: "shop".into(),
            name: " ".into(),
            description: None,
        },
    );
    assert_eq!(
        faults_of(taken),
        [("tag".into(), "duplicate"), ("name".into(), "required")]
    );
}

pub fn a_literal_secret_is_refused_and_not_echoed(catalog: &impl Catalog) {
    shop(catalog);
    let new = new_database(
        "orders",
        vec![config("dev", "postgresql://app:hunter2@h/d", None)],
    );
    let refused = catalog.create_database(&CLI, "shop", &new);
    assert!(!format!("{new:?} {refused:?}").contains("hunter2"));
    assert_eq!(
        faults_of(refused),
        [("envs[0].connection_url".into(), "literal_secret")]
    );
    // A file holds one, though: reading it is right, and what was read shows it to no one.
    let record = json!({"type": "postgresql", "tag": "o", "name": "O",
        "envs": [{"slug": "dev", "connection_url": "postgresql://app:hunter2@h/d"}]});
    let read = catalog.check_new_database("shop", &record).expect("valid");
    assert!(!format!("{read:?}").contains("hunter2"));
    assert!(read.envs[0].connection_url.expose().contains("hunter2"));
    let broken = json!({"type": "postgresql", "tag": "o", "name": "O",
        "envs": [{"slug": "dev", "connection_url": "ftp://app:hunter2@h:x:y/d"}]});
    let refused = catalog
        .check_new_database("shop", &broken)
        .expect_err("refused");
    assert!(!format!("{refused:?} {refused}").contains("hunter2"));
}

pub fn a_stale_patch_is_shown_what_changed(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let theirs = DatabasePatch {
        name: Some("Theirs".into()),
        description: Some(Some("new".into())),
        revision: Some(made.revision),
        ..patch_config("dev", "postgresql://app:***@127.0.0.1/orders", None)
    };
    catalog
        .update_database(&CLI, "shop", "orders", &theirs)
        .expect("first");
    let mine = DatabasePatch {
        name: Some("Mine".into()),
        revision: Some(made.revision),
        ..DatabasePatch::default()
    };
    let conflict = conflict_of(catalog.update_database(&CLI, "shop", "orders", &mine));
    assert_eq!(
        (conflict.current_revision, conflict.base_known),
        (Some(2), true)
    );
    let fields: Vec<(&str, bool)> = conflict
        .changes
        .iter()
        .map(|change| (change.field.as_str(), change.contested))
        .collect();
    assert_eq!(
        fields,
        [
            ("description", false),
            ("envs[dev].connection_url", false),
            ("name", true)
        ]
    );
    let name = &conflict.changes[2];
    assert_eq!(name.base, Some(json!("The orders")));
    assert_eq!(name.current, Some(json!("Theirs")));
    assert_eq!(name.yours, Some(json!("Mine")));
    // Merged: mine again, from what is there now.
    let merged = DatabasePatch {
        revision: Some(2),
        ..mine
    };
    let record = catalog
        .update_database(&CLI, "shop", "orders", &merged)
        .expect("merged")
        .record;
    assert_eq!(
        (record.name.as_str(), record.description.as_deref()),
        ("Mine", Some("new"))
    );
    let ahead = ProductPatch {
        revision: Some(99),
        ..ProductPatch::default()
    };
    let conflict = conflict_of(catalog.update_product(&CLI, "shop", &ahead));
    assert!(!conflict.base_known);
}

pub fn a_stale_deletion_is_refused(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let patch = DatabasePatch {
        name: Some("New".into()),
        ..DatabasePatch::default()
    };
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    let conflict = conflict_of(catalog.delete_database(&CLI, "shop", "orders", Some(1)));
    assert_eq!(conflict.changes.len(), 1);
    conflict_of(catalog.unset_environment_config(&CLI, "shop", "orders", "dev", Some(1)));
    catalog
        .delete_database(&CLI, "shop", "orders", Some(2))
        .expect("deleted");
}

pub fn what_is_not_there_is_not_found(catalog: &impl Catalog) {
    shop(catalog);
    let long = "y".repeat(100_000);
    let errors: Vec<CatalogError> = vec![
        catalog.fetch_product("none").expect_err("nothing"),
        catalog
            .fetch_environment("shop", "none")
            .expect_err("nothing"),
        catalog.fetch_database("shop", &long).expect_err("nothing"),
        catalog.fetch_databases("none").expect_err("nothing"),
        catalog.undo(&CLI, "none").expect_err("nothing"),
        catalog
            .delete_database(&CLI, "shop", "none", None)
            .expect_err("nothing"),
        catalog.matrix("none").expect_err("nothing"),
        catalog
            .remove_named_secret(&CLI, "none")
            .expect_err("nothing"),
    ];
    for error in errors {
        assert_eq!(error.code(), "not_found");
        assert!(error.to_string().len() < 300);
    }
}
