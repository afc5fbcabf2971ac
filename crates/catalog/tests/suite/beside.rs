use catalog::{Catalog, LastTest, MigrationReading, NewMigrationReading, NewTest, ProductPatch};
use serde_json::json;

use super::{CLI, faults_of, orders, patch_config, shop};

pub fn the_matrix_holds_everything_and_the_last_tests(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let [dev, prd] = [&made.envs[0], &made.envs[1]];
    let at = "2026-01-01T00:00:00.123Z".parse().expect("a time");
    let test = LastTest {
        at,
        result: json!({"connected": true}).to_string(),
    };
    let tested = |config_id: &str, url: &str, test: &LastTest| NewTest {
        config_id: config_id.to_owned(),
        connection_url: url.to_owned(),
        test: test.clone(),
    };
    let nothing = LastTest {
        at,
        result: "{}".to_owned(),
    };
    // The last two are passed over: a config that is not there, and a URL that is another one now.
    let tests = [
        tested(&dev.id, &dev.connection_url, &test),
        tested(&prd.id, &prd.connection_url, &test),
        tested("gone", "x", &nothing),
        tested(&dev.id, "postgresql://old/url", &nothing),
    ];
    catalog.record_tests(&tests).expect("recorded");
    let matrix = catalog.matrix("shop").expect("read");
    assert_eq!(matrix.product.tag, "shop");
    assert_eq!(matrix.environments.len(), 3);
    assert_eq!(matrix.databases[0].envs, made.envs);
    assert_eq!(
        (
            matrix.databases[0].action_count,
            matrix.databases[0].migration_count
        ),
        (0, 0)
    );
    assert_eq!(matrix.last_tests[&dev.id], test);
    assert_eq!(matrix.last_tests.len(), 2);
    assert_eq!(catalog.last_test(&dev.id).expect("read"), Some(test));
    // What is tested is no longer what is there.
    let patch = patch_config(
        "dev",
        "postgresql://app:***@localhost/orders",
        Some("another"),
    );
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    let matrix = catalog.matrix("shop").expect("read");
    assert_eq!(matrix.last_tests.keys().collect::<Vec<_>>(), [&prd.id]);
    assert_eq!(catalog.last_test(&dev.id).expect("read"), None);
    catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    assert!(catalog.matrix("shop").expect("read").last_tests.is_empty());
}

pub fn migrations_are_remembered_as_they_were_read(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let [dev, prd] = [&made.envs[0], &made.envs[1]];
    let reading = |head: &str| MigrationReading {
        at: "2026-01-01T00:00:00.123Z".parse().expect("a time"),
        state: json!({"head": head}),
    };
    let read = |config_id: &str, url: &str, head: &str| NewMigrationReading {
        config_id: config_id.to_owned(),
        connection_url: url.to_owned(),
        reading: reading(head),
    };
    let lines = catalog.activities(100, None).expect("read").len();
    catalog
        .record_migrations(&[
            read(&dev.id, &dev.connection_url, "first"),
            read(&prd.id, &prd.connection_url, "first"),
            read("gone", "x", "passed over"),
        ])
        .expect("recorded");
    catalog
        .record_migrations(&[
            read(&dev.id, &dev.connection_url, "second"),
            read(&prd.id, "postgresql://old/url", "passed over"),
        ])
        .expect("recorded");
    let known = catalog.migration_readings("shop").expect("read");
    assert_eq!(known.len(), 2);
    assert_eq!(known[&dev.id], reading("second"));
    assert_eq!(known[&prd.id], reading("first"));
    assert_eq!(
        catalog.activities(100, None).expect("read").len(),
        lines,
        "no activity is written"
    );
    // What was read is no longer what is there.
    let patch = patch_config(
        "dev",
        "postgresql://app:***@localhost/another",
        Some("another"),
    );
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    let known = catalog.migration_readings("shop").expect("read");
    assert_eq!(known.keys().collect::<Vec<_>>(), [&prd.id]);
    catalog
        .delete_database(&CLI, "shop", "orders", None)
        .expect("deleted");
    let known = catalog.migration_readings("shop").expect("read");
    assert!(known.is_empty());
}

pub fn named_secrets_are_listed(catalog: &impl Catalog) {
    let first = catalog
        .put_named_secret(&CLI, "PG_URL@dev", "named/PG_URL@dev#1")
        .expect("set")
        .record;
    catalog
        .put_named_secret(&CLI, "API", "named/API#1")
        .expect("set");
    catalog
        .put_named_secret(&CLI, "PG_URL@dev", "named/PG_URL@dev#2")
        .expect("set again");
    let keys: Vec<String> = catalog
        .named_secrets()
        .expect("listed")
        .into_iter()
        .map(|secret| secret.key)
        .collect();
    assert_eq!(keys, ["API", "PG_URL@dev"]);
    assert_eq!(
        catalog.named_secrets().expect("listed")[1].created_at,
        first.created_at
    );
    for key in ["", "1A", "A B", "A@", "A@DEV", "A@dev@stg"] {
        assert_eq!(
            faults_of(catalog.put_named_secret(&CLI, key, "named/x")),
            [("key".into(), "invalid_key")]
        );
    }
    catalog.remove_named_secret(&CLI, "API").expect("removed");
    assert_eq!(catalog.named_secrets().expect("listed").len(), 1);
}

pub fn settings_are_kept(catalog: &impl Catalog) {
    assert_eq!(catalog.setting("theme").expect("read"), None);
    catalog.set_setting("theme", &json!("dark")).expect("set");
    catalog
        .set_setting("timeouts", &json!({"test": 10}))
        .expect("set");
    assert_eq!(catalog.setting("theme").expect("read"), Some(json!("dark")));
    assert_eq!(catalog.settings().expect("read").len(), 2);
    catalog.set_setting("theme", &json!(null)).expect("removed");
    assert_eq!(catalog.settings().expect("read").len(), 1);
}

pub fn the_change_token_moves_with_each_commit(catalog: &impl Catalog) {
    shop(catalog);
    let mut token = catalog.change_token().expect("read");
    assert_eq!(catalog.change_token().expect("read"), token);
    catalog.matrix("shop").expect("read");
    assert_eq!(catalog.change_token().expect("read"), token);
    for name in ["One", "Two"] {
        let patch = ProductPatch {
            name: Some(name.into()),
            ..ProductPatch::default()
        };
        catalog
            .update_product(&CLI, "shop", &patch)
            .expect("changed");
        let next = catalog.change_token().expect("read");
        assert_ne!(next, token);
        token = next;
    }
}
