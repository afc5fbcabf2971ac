use catalog::{
    Catalog, DatabasePatch, ImportAction, ImportSide, NewProduct, ProductPatch, read_import,
};
use serde_json::{Value, json};

use super::{CLI, config, conflict_of, faults_of, new_database, orders, patch_config, shop};

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
    let mut again = exported(catalog);
    // A state of its own, which the document did not name.
    again.as_object_mut().expect("an object").remove("base");
    assert_eq!(again, expected);
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

/// What a plan says of a field, or of a record where `field` is empty.
fn side_of(plan: &catalog::ImportPlan, label: &str, field: &str) -> Option<ImportSide> {
    let step = plan.steps.iter().find(|step| step.label == label);
    let step = step.unwrap_or_else(|| panic!("no step of {label}"));
    if field.is_empty() {
        return step.side;
    }
    let change = step.changes.iter().find(|change| change.field == field);
    change
        .unwrap_or_else(|| panic!("{field} of {label} does not change"))
        .side
}

pub fn an_import_tells_who_changed_what(catalog: &impl Catalog) {
    shop(catalog);
    orders(catalog);
    for tag in ["users", "gone"] {
        let new = new_database(tag, vec![config("dev", "postgresql://h/d", None)]);
        catalog.create_database(&CLI, "shop", &new).expect("made");
    }
    let mut document = exported(catalog);
    let plan_of = |document: &Value| {
        let read = read_import(document).expect("read");
        catalog.plan_import(&read, None).expect("planned")
    };
    // Never exported or imported: nobody knows.
    document["products"][0]["name"] = json!("Their shop");
    let plan = plan_of(&document);
    assert!(plan.bases.is_empty());
    assert_eq!(side_of(&plan, "shop", "name"), None);

    let fingerprint = document["base"].as_str().expect("a base").to_owned();
    catalog
        .remember_export("shop", "another state")
        .expect("passed over");
    assert!(plan_of(&document).bases.is_empty());
    catalog
        .remember_export("shop", &fingerprint)
        .expect("remembered");

    // Here: a name and a URL change, a database goes, another comes.
    let patch = DatabasePatch {
        name: Some("Ours".into()),
        ..patch_config("dev", "postgresql://app:***@here/orders", Some("secret-2"))
    };
    catalog
        .update_database(&CLI, "shop", "orders", &patch)
        .expect("changed");
    catalog
        .delete_database(&CLI, "shop", "gone", None)
        .expect("deleted");
    let new = new_database("ours", vec![config("dev", "postgresql://h/d", None)]);
    catalog.create_database(&CLI, "shop", &new).expect("made");
    // In the file: the same URL and another one change, one database goes, another comes.
    let databases = document["products"][0]["databases"]
        .as_array_mut()
        .expect("a list");
    databases.retain(|database| database["tag"] != "users");
    let orders = databases
        .iter_mut()
        .find(|database| database["tag"] == "orders");
    let envs = orders.expect("orders")["envs"]
        .as_array_mut()
        .expect("a list");
    for config in envs.iter_mut() {
        config["connection_url"] = json!("postgresql://app:***@there/orders");
    }
    databases.push(json!({ "tag": "theirs", "name": "T", "type": "mysql",
        "envs": [{ "slug": "dev", "connection_url": "mysql://h/d" }] }));
    let plan = plan_of(&document);
    assert!(plan.bases["shop"].named);
    let file = Some(ImportSide::File);
    let here = Some(ImportSide::Here);
    let both = Some(ImportSide::Both);
    for (label, field, side) in [
        ("shop", "name", file),
        ("shop/orders", "name", here),
        ("shop/orders", "envs[dev].connection_url", both),
        ("shop/orders", "envs[prd].connection_url", file),
        ("shop/gone", "", here),
        ("shop/theirs", "", file),
        ("shop/users", "", file),
        ("shop/ours", "", here),
    ] {
        assert_eq!(side_of(&plan, label, field), side, "{label} {field}");
    }
    catalog.apply_import(&CLI, &plan, &[]).expect("applied");
    let kept = catalog.fetch_databases("shop").expect("listed");
    for tag in ["users", "ours"] {
        assert!(kept.iter().any(|database| database.tag == tag), "{tag}");
    }

    // A file from elsewhere, that names no state of here: the last import is what the two have in common.
    document["base"] = json!("of another catalog");
    document["products"][0]["name"] = json!("Their new shop");
    let plan = plan_of(&document);
    assert!(!plan.bases["shop"].named);
    assert_eq!(side_of(&plan, "shop", "name"), file);
}

pub fn too_many_records_are_refused_in_a_few_words(catalog: &impl Catalog) {
    let many: Vec<Value> = (0..20_000).map(|number| json!({ "tag": number })).collect();
    let faults = read_import(&json!(many)).expect_err("refused");
    assert!(
        faults.len() == 1 && faults[0].message.contains("10000"),
        "{faults:?}"
    );
    let faults = read_import(&json!(many[..5_000])).expect_err("refused");
    assert_eq!(faults.len(), 200);
    assert!(catalog.fetch_products().expect("listed").is_empty());
}
