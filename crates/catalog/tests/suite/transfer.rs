use catalog::{Catalog, ImportAction, NewProduct, ProductPatch, read_import};
use serde_json::{Value, json};

use super::{CLI, conflict_of, faults_of, orders, shop};

fn exported(catalog: &impl Catalog) -> Value {
    serde_json::to_value(catalog.export_product("shop").expect("exported")).expect("JSON")
}

pub fn an_export_imports_into_the_same(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    let document = exported(catalog);
    assert_eq!(
        (&document["format"], &document["version"]),
        (&json!("tapedeck"), &json!(1))
    );
    let text = document.to_string();
    assert!(
        !text.contains("secret-") && text.contains("app:***@localhost"),
        "{text}"
    );
    // Into the same catalog: nothing to do, and nothing is written.
    let read = read_import(&document).expect("read");
    let plan = catalog.plan_import(&read, None).expect("planned");
    assert!(plan.is_empty() && plan.warnings.is_empty());
    assert!(
        plan.steps
            .iter()
            .all(|step| step.action == ImportAction::Same)
    );
    assert_eq!(
        catalog
            .apply_import(&CLI, &plan, &[])
            .expect("applied")
            .activity_id,
        None
    );
    // Into an empty one: the same again.
    catalog.delete_product(&CLI, "shop", None).expect("deleted");
    let plan = catalog.plan_import(&read, None).expect("planned");
    assert_eq!(plan.steps.len(), 5);
    let outcome = catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    assert_eq!(exported(catalog), document);
    catalog
        .undo(&CLI, &outcome.activity_id.expect("an activity"))
        .expect("undone");
    assert!(catalog.fetch_products().expect("listed").is_empty());
}

pub fn an_import_merges_and_keeps_what_it_does_not_name(catalog: &impl Catalog) {
    shop(catalog);
    let made = orders(catalog);
    let document = json!({"format": "tapedeck", "version": 1, "products": [{
        "tag": "shop",
        "environments": [{"slug": "dev", "env_name": "Local"}, {"slug": "qa1", "env_name": "QA"}],
        "databases": [
            {"tag": "orders", "type": "postgresql",
             "envs": [{"slug": "dev", "connection_url": "postgresql://app:***@elsewhere/orders"}]},
            {"tag": "users", "name": "Users", "type": "mariadb",
             "envs": [{"slug": "qa1", "connection_url": "mysql://app@h/users"}]},
        ],
    }]});
    let plan = catalog
        .plan_import(&read_import(&document).expect("read"), None)
        .expect("planned");
    let steps: Vec<(&str, ImportAction)> = plan
        .steps
        .iter()
        .map(|step| (step.label.as_str(), step.action))
        .collect();
    assert_eq!(
        steps,
        [
            ("shop", ImportAction::Same),
            ("shop@dev", ImportAction::Change),
            ("shop@qa1", ImportAction::Add),
            ("shop@stg", ImportAction::Kept),
            ("shop@prd", ImportAction::Kept),
            ("shop/orders", ImportAction::Change),
            ("shop/users", ImportAction::Add),
        ]
    );
    let change = &plan.steps[5].changes[0];
    assert_eq!(change.field, "envs[dev].connection_url");
    assert_eq!(
        change.before,
        Some(json!("postgresql://app:***@localhost/orders"))
    );
    catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    let now = catalog.fetch_database("shop", "orders").expect("fetched");
    assert_eq!(
        (now.name.as_str(), now.config("prd")),
        ("The orders", made.config("prd"))
    );
    assert_eq!(
        now.config("dev").expect("dev").secrets["password"],
        "secret-dev"
    );
    assert_eq!(catalog.fetch_environments("shop").expect("listed").len(), 4);
}

pub fn unknown_fields_come_out_again(catalog: &impl Catalog) {
    let document = json!({"format": "tapedeck", "version": 1, "products": [{
        "tag": "shop", "name": "Shop", "owner": {"team": "a"},
        "environments": [{"slug": "dev", "env_name": "Dev", "order": 0, "active": true,
            "class": "development", "region": "eu"}],
        "databases": [{"name": "Orders", "tag": "orders", "type": "postgresql",
            "envs": [{"slug": "dev", "connection_url": "postgresql://h/d", "pool": 5}],
            "actions": [{"name": "A", "tag": "a", "tableName": "t", "type": "read", "template": "SELECT 1",
                "future": [1]}],
            "apiToken": "hunter2", "link": "postgresql://a:hunter2@h/d", "colour": null}],
    }]});
    let read = read_import(&document).expect("read");
    assert!(!format!("{read:?}").contains("hunter2"));
    let plan = catalog.plan_import(&read, None).expect("planned");
    let mut warned: Vec<&str> = plan
        .warnings
        .iter()
        .map(|warning| warning.field.as_str())
        .collect();
    warned.sort_unstable();
    warned.dedup();
    assert_eq!(warned.len(), 7, "{warned:?}");
    catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    let mut expected = document;
    expected["products"][0]["databases"][0]["apiToken"] = json!("***");
    expected["products"][0]["databases"][0]["link"] = json!("postgresql://a:***@h/d");
    assert_eq!(exported(catalog), expected);
    // They survive a change of the record.
    let patch = ProductPatch {
        name: Some("New".into()),
        ..ProductPatch::default()
    };
    catalog
        .update_product(&CLI, "shop", &patch)
        .expect("changed");
    assert_eq!(
        exported(catalog)["products"][0]["owner"],
        json!({"team": "a"})
    );
}

pub fn bare_records_are_accepted(catalog: &impl Catalog) {
    shop(catalog);
    let database = json!({"type": "mongodb", "tag": "mongo", "name": "Mongo database", "envs": [
        {"slug": "dev", "connection_url": "mongodb://localhost:27017/dev"},
        {"slug": "prd", "connection_url": "mongodb://localhost:27017/prod"}]});
    let list = read_import(&json!([database])).expect("read");
    let refused = catalog.plan_import(&list, None);
    assert_eq!(faults_of(refused), [("product".into(), "required")]);
    let plan = catalog.plan_import(&list, Some("shop")).expect("planned");
    catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    assert_eq!(
        catalog
            .fetch_database("shop", "mongo")
            .expect("fetched")
            .envs
            .len(),
        2
    );
    let one = read_import(&database).expect("read");
    assert!(
        catalog
            .plan_import(&one, Some("shop"))
            .expect("planned")
            .is_empty()
    );
    let product = json!({"tag": "blog", "name": "Blog",
        "environments": [{"env_name": "Live", "slug": "prd"}], "databases": []});
    let plan = catalog
        .plan_import(&read_import(&product).expect("read"), None)
        .expect("planned");
    catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    let live = catalog.fetch_environment("blog", "prd").expect("fetched");
    assert_eq!(live.class.as_str(), "production");
}

pub fn a_plan_that_is_out_of_date_is_refused(catalog: &impl Catalog) {
    shop(catalog);
    let document = json!({"tag": "shop", "name": "Renamed", "databases": []});
    let plan = catalog
        .plan_import(&read_import(&document).expect("read"), None)
        .expect("planned");
    let patch = ProductPatch {
        name: Some("Meanwhile".into()),
        ..ProductPatch::default()
    };
    catalog
        .update_product(&CLI, "shop", &patch)
        .expect("changed");
    conflict_of(catalog.apply_import(&CLI, &plan, &[]));
    assert_eq!(
        catalog.fetch_product("shop").expect("fetched").name,
        "Meanwhile"
    );
}

pub fn hostile_documents_are_refused_with_every_fault(catalog: &impl Catalog) {
    shop(catalog);
    let newer = json!({"format": "tapedeck", "version": 2, "products": []});
    let faults = read_import(&newer).expect_err("refused");
    assert_eq!(faults[0].code.as_str(), "unknown_format");
    for other in [
        json!(7),
        json!("x"),
        json!(null),
        json!({"format": "zip", "version": 1}),
    ] {
        assert!(read_import(&other).is_err(), "{other}");
    }
    let many = Value::Array(vec![json!({"tag": "x", "envs": []}); 10_001]);
    assert_eq!(
        read_import(&many).expect_err("refused")[0].code.as_str(),
        "too_long"
    );
    let document = json!({"tag": "shop",
    "environments": [{"slug": "new"}, {"slug": "dev"}, {"slug": "dev"}],
    "databases": [
        {"tag": "a", "type": "postgresql", "name": "A",
         "envs": [{"slug": "nowhere", "connection_url": "postgresql://h/d"}]},
        {"tag": "b", "type": "postgresql", "envs": []},
        {"tag": "c", "type": "postgresql", "name": "C",
         "envs": [{"slug": "dev", "connection_url": "postgresql://u:hunter2@h/d"}]},
    ]});
    let read = read_import(&document).expect("readable");
    let refused = catalog.plan_import(&read, None);
    assert!(!format!("{refused:?}").contains("hunter2"));
    assert_eq!(
        faults_of(refused),
        [
            ("products[0].environments[0].env_name".into(), "required"),
            ("products[0].environments[2].slug".into(), "duplicate"),
            (
                "products[0].databases[0].envs[0].slug".into(),
                "unknown_environment"
            ),
            ("products[0].databases[1].name".into(), "required"),
            ("products[0].databases[1].envs".into(), "required"),
            (
                "products[0].databases[2].envs[0].connection_url".into(),
                "literal_secret"
            ),
        ]
    );
    let product = NewProduct {
        tag: "other".into(),
        name: "Other".into(),
        description: None,
    };
    catalog
        .create_product(&CLI, &product)
        .expect("nothing is half done");
}
