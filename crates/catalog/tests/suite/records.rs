use catalog::{
    Catalog, DatabasePatch, EnvironmentClass, EnvironmentConfigPatch, EnvironmentPatch, NewProduct,
    ProductPatch,
};
use serde_json::{Value, json};

use super::{CLI, config, environment, faults_of, new_database, orders, patch_config, shop};

pub fn products_are_made_changed_listed_and_deleted(catalog: &impl Catalog) {
    shop(catalog);
    let second = NewProduct {
        tag: "blog".into(),
        name: "Blog".into(),
        description: Some("Words".into()),
    };
    let made = catalog.create_product(&CLI, &second).expect("made").record;
    assert_eq!(made, catalog.fetch_product("blog").expect("fetched"));
    assert_eq!(made.revision, 1);
    let patch = ProductPatch {
        revision: Some(1),
        tag: Some("journal".into()),
        description: Some(None),
        ..ProductPatch::default()
    };
    let changed = catalog
        .update_product(&CLI, "blog", &patch)
        .expect("changed")
        .record;
    assert_eq!((changed.revision, changed.description), (2, None));
    assert_eq!((changed.name.as_str(), changed.id), ("Blog", made.id));
    let tags: Vec<String> = catalog
        .fetch_products()
        .expect("listed")
        .into_iter()
        .map(|product| product.tag)
        .collect();
    assert_eq!(tags, ["shop", "journal"]);
    catalog
        .delete_product(&CLI, "journal", Some(2))
        .expect("deleted");
    assert_eq!(catalog.fetch_products().expect("listed").len(), 1);
    // The tag is free again.
    catalog
        .create_product(
            &CLI,
            &NewProduct {
                tag: "journal".into(),
                ..second
            },
        )
        .expect("made again");
}

pub fn environments_keep_their_order(catalog: &impl Catalog) {
    shop(catalog);
    let slugs = |catalog: &dyn Catalog| -> Vec<String> {
        let environments = catalog.fetch_environments("shop").expect("listed");
        environments
            .into_iter()
            .map(|environment| environment.slug)
            .collect()
    };
    assert_eq!(slugs(catalog), ["dev", "stg", "prd"]);
    let classes: Vec<EnvironmentClass> = catalog
        .fetch_environments("shop")
        .expect("listed")
        .into_iter()
        .map(|environment| environment.class)
        .collect();
    assert_eq!(classes, EnvironmentClass::ALL);
    let ordered = catalog
        .order_environments(&CLI, "shop", &["prd", "dev"])
        .expect("ordered");
    assert_eq!(slugs(catalog), ["prd", "dev", "stg"]);
    // Configs stand in the order of the columns, whichever way these are turned.
    let everywhere = ["dev", "stg", "prd"].map(|slug| config(slug, "postgresql://h/d", None));
    for tag in ["one", "two"] {
        let new = new_database(tag, everywhere.to_vec());
        catalog.create_database(&CLI, "shop", &new).expect("made");
    }
    for database in catalog.fetch_databases("shop").expect("listed") {
        let order: Vec<&str> = database
            .envs
            .iter()
            .map(|config| config.slug.as_str())
            .collect();
        assert_eq!(order, ["prd", "dev", "stg"]);
    }
    catalog
        .undo(&CLI, &ordered.activity_id.expect("an activity"))
        .expect("undone");
    assert_eq!(slugs(catalog), ["dev", "stg", "prd"]);
    let patch = EnvironmentPatch {
        active: Some(false),
        class: Some(EnvironmentClass::Production),
        ..EnvironmentPatch::default()
    };
    let changed = catalog
        .update_environment(&CLI, "shop", "stg", &patch)
        .expect("changed")
        .record;
    assert!(!changed.active && changed.class == EnvironmentClass::Production);
    assert_eq!(changed.env_name, "Staging");
}

pub fn databases_merge_configs_by_slug(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    // In the order of the columns, however they were given.
    let slugs: Vec<&str> = made
        .envs
        .iter()
        .map(|config| config.slug.as_str())
        .collect();
    assert_eq!(slugs, ["dev", "prd"]);
    let patch = patch_config("stg", "postgresql://app@stg.example/orders", None);
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed")
        .record;
    assert_eq!(changed.revision, 2);
    assert_eq!(changed.envs.len(), 3);
    assert_eq!(changed.config("dev"), made.config("dev"));
    assert_eq!(changed.config("prd"), made.config("prd"));
    assert_eq!(
        changed,
        catalog.fetch_database("shop", "orders").expect("fetched")
    );
    assert_eq!(
        vec![changed],
        catalog.fetch_databases("shop").expect("listed")
    );
    let unset = catalog
        .unset_environment_config(&CLI, "shop", "orders", "dev", Some(2))
        .expect("unset")
        .record;
    assert!(unset.config("dev").is_none());
    assert_eq!(unset.envs.len(), 2);
    catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    assert!(catalog.fetch_databases("shop").expect("listed").is_empty());
}

pub fn a_renamed_slug_keeps_configs_and_ids(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let patch = EnvironmentPatch {
        slug: Some("local".into()),
        ..EnvironmentPatch::default()
    };
    catalog
        .update_environment(&CLI, "shop", "dev", &patch)
        .expect("renamed");
    let patch = DatabasePatch {
        tag: Some("sales".into()),
        ..DatabasePatch::default()
    };
    let renamed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("renamed")
        .record;
    assert_eq!(renamed.id, made.id);
    let before = made.config("dev").expect("the config");
    let after = renamed
        .config("local")
        .expect("the config under its new slug");
    assert_eq!((&after.id, &after.secrets), (&before.id, &before.secrets));
    assert!(catalog.fetch_database("shop", "orders").is_err());
}

pub fn a_database_keeps_one_config(catalog: &impl Catalog) {
    shop(catalog);
    let new = new_database(
        "orders",
        vec![config("dev", "postgresql://localhost/o", None)],
    );
    catalog.create_database(&CLI, "shop", &new).expect("made");
    let refused = catalog.unset_environment_config(&CLI, "shop", "orders", "dev", None);
    assert_eq!(
        faults_of(refused),
        [("remove_envs".into(), "last_environment")]
    );
    let refused = catalog.delete_environment(&CLI, "shop", "dev", None);
    let message = refused.as_ref().expect_err("refused").to_string();
    assert!(message.contains("orders"), "{message}");
    assert_eq!(faults_of(refused), [("slug".into(), "last_environment")]);
    let none = new_database("empty", Vec::new());
    let refused = catalog.create_database(&CLI, "shop", &none);
    assert_eq!(faults_of(refused), [("envs".into(), "required")]);
    // Exchanging the last one for another is no removal of the last.
    let exchange = DatabasePatch {
        remove_envs: vec!["dev".into()],
        ..patch_config("prd", "postgresql://db.example/o", None)
    };
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &exchange)
        .expect("exchanged");
    assert_eq!(changed.record.envs.len(), 1);
}

pub fn an_environment_takes_its_configs_along(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    catalog
        .delete_environment(&CLI, "shop", "dev", Some(1))
        .expect("deleted");
    let left = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(left.revision, 2);
    assert_eq!(left.envs.len(), 1);
    // The slug is free, and the new environment is another one.
    catalog
        .create_environment(&CLI, "shop", &environment("dev", "Development"))
        .expect("made again");
    let left = catalog.fetch_database("shop", "orders").expect("fetched");
    assert!(left.config("dev").is_none());
}

pub fn a_patch_that_changes_nothing_writes_nothing(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let lines = catalog.activities(100, None).expect("listed").len();
    // The URL as it was shown, `***` and all, keeps the password.
    let patch = patch_config("dev", "postgresql://app:***@localhost/orders", None);
    let same = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("taken");
    assert_eq!(same.record, made);
    assert_eq!(same.activity_id, None);
    assert_eq!(catalog.activities(100, None).expect("listed").len(), lines);
}

pub fn actions_and_migrations_are_kept_whole(catalog: &impl Catalog) {
    shop(catalog);
    let record = json!({
        "type": "postgresql", "tag": "orders", "name": "Orders",
        "envs": [{"slug": "dev", "connection_url": "postgresql://localhost/orders"}],
        "actions": [
            {"name": "Find", "tag": "find", "tableName": "orders", "type": "read", "template": "SELECT 1",
             "data": [{"id": 1}], "script": false},
        ],
        "migrations": [
            {"name": "One", "tag": "one", "value": {"up": ["CREATE TABLE a (b int)"], "down": []},
             "waivers": [{"statement": 1, "code": "x", "reason": "y"}]},
            {"name": "Two", "tag": "two", "value": {"up": ["SELECT 1"]}},
        ],
    });
    let new = catalog.check_new_database("shop", &record).expect("valid");
    let made = catalog
        .create_database(&CLI, "shop", &new)
        .expect("made")
        .record;
    assert_eq!(made.actions[0].fields["data"], json!([{"id": 1}]));
    assert_eq!(made.migrations[0].fields["waivers"][0]["reason"], "y");
    assert!(made.migrations[0].fields["created_at"].is_string());
    let patch = json!({
        "actions": [{"name": "Count", "tag": "count", "tableName": "o", "type": "count", "template": {"a": 1}}],
        "migrations": [{"name": "First", "tag": "one", "value": {"up": [], "down": []}}],
        "remove_migrations": ["two"],
    });
    let patch = catalog
        .check_database_patch("shop", "orders", &patch)
        .expect("valid");
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed")
        .record;
    let tags: Vec<&str> = changed.actions.iter().map(|action| action.tag()).collect();
    assert_eq!(tags, ["find", "count"]);
    assert_eq!(changed.actions[0], made.actions[0]);
    assert_eq!(changed.migrations.len(), 1);
    assert_eq!(changed.migrations[0].id, made.migrations[0].id);
    assert_eq!(changed.migrations[0].name(), "First");
    let stored = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(stored, changed);
    let listed = catalog.fetch_databases("shop").expect("listed");
    assert_eq!(listed, std::slice::from_ref(&stored));
    let shown: Value = serde_json::to_value(&stored).expect("JSON");
    assert_eq!(shown["actions"][0]["tableName"], "orders");
    assert_eq!(shown["type"], "postgresql");
}

pub fn a_replaced_password_is_one_revision(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let patch = patch_config(
        "dev",
        "postgresql://app:***@localhost/orders",
        Some("secret-new"),
    );
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed")
        .record;
    assert_eq!(changed.revision, 2);
    assert_eq!(
        changed.config("dev").expect("dev").secrets["password"],
        "secret-new"
    );
    assert_eq!(
        changed.config("prd").expect("prd").secrets["password"],
        "secret-prd"
    );
    // A URL without a password lets the entry go; one with a reference needs none.
    let patch = patch_config(
        "dev",
        "postgresql://app:$Secret{DEV}@localhost/orders",
        None,
    );
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed")
        .record;
    assert!(changed.config("dev").expect("dev").secrets.is_empty());
    // Only the description: the URL and its password stay.
    let patch = DatabasePatch {
        envs: vec![EnvironmentConfigPatch {
            slug: "prd".into(),
            description: Some(Some("Careful".into())),
            ..EnvironmentConfigPatch::default()
        }],
        ..DatabasePatch::default()
    };
    let changed = catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed")
        .record;
    let prd = changed.config("prd").expect("prd");
    assert_eq!(prd.secrets["password"], "secret-prd");
    assert_eq!(prd.description.as_deref(), Some("Careful"));
}

pub fn names_find_records_by_tag_then_by_id(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let product = catalog.fetch_product("shop").expect("by tag");
    assert_eq!(catalog.fetch_product(&product.id).expect("by id"), product);
    assert_eq!(
        catalog
            .fetch_database(&product.id, &made.id)
            .expect("by id"),
        made
    );
    // A tag that looks like another record's id is that tag.
    let patch = DatabasePatch {
        tag: Some("x".into()),
        ..DatabasePatch::default()
    };
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("renamed");
    let other = new_database(
        &made.id,
        vec![config("dev", "postgresql://localhost/o", None)],
    );
    let other = catalog
        .create_database(&CLI, "shop", &other)
        .expect("made")
        .record;
    assert_eq!(
        catalog.fetch_database("shop", &made.id).expect("by tag").id,
        other.id
    );
}
