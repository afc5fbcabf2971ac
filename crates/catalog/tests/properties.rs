//! For any database and any patch: what the patch does not name stays; and what is exported imports as the same.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{
    Catalog, Context, Database, DatabasePatch, DatabaseType, EnvironmentConfigPatch, NewDatabase,
    NewEnvironment, NewEnvironmentConfig, NewProduct, SqliteCatalog, is_slug, is_tag,
    parse_database_patch, parse_new_database, read_import, suggest_tag,
};
use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

const SLUGS: [&str; 5] = ["dev", "tst", "stg", "pre", "prd"];

fn slug() -> impl Strategy<Value = String> {
    (0..SLUGS.len()).prop_map(|index| SLUGS[index].to_owned())
}

fn text() -> impl Strategy<Value = String> {
    "[^\\x00-\\x1f]{0,40}"
}

fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("n{text}"))
}

/// Host, whether there is a password, description.
type Config = (String, bool, Option<String>);

fn config() -> impl Strategy<Value = Config> {
    ("[a-z]{1,8}", any::<bool>(), option::of(text()))
}

fn url((host, password, _): &Config) -> String {
    let user = if *password { "app:***" } else { "app" };
    format!("postgresql://{user}@{host}/d")
}

fn secrets(slug: &str, config: &Config) -> BTreeMap<String, String> {
    let password = config
        .1
        .then(|| ("password".to_owned(), format!("secret-{slug}")));
    password.into_iter().collect()
}

fn fresh() -> (tempfile::TempDir, SqliteCatalog) {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = SqliteCatalog::open(folder.path()).expect("opened");
    let new = NewProduct {
        tag: "shop".into(),
        name: "Shop".into(),
        description: None,
    };
    catalog.create_product(&Context::cli(), &new).expect("made");
    for slug in SLUGS {
        let new = NewEnvironment {
            env_name: slug.to_uppercase(),
            slug: slug.into(),
            ..NewEnvironment::default()
        };
        catalog
            .create_environment(&Context::cli(), "shop", &new)
            .expect("made");
    }
    (folder, catalog)
}

fn make(catalog: &SqliteCatalog, name: &str, configs: &BTreeMap<String, Config>) -> Database {
    let new = NewDatabase {
        name: name.to_owned(),
        tag: "orders".into(),
        database_type: DatabaseType::Postgresql,
        description: None,
        envs: configs
            .iter()
            .map(|(slug, config)| NewEnvironmentConfig {
                slug: slug.clone(),
                connection_url: url(config).into(),
                description: config.2.clone(),
                secrets: secrets(slug, config),
            })
            .collect(),
        actions: Vec::new(),
        migrations: Vec::new(),
    };
    catalog
        .create_database(&Context::cli(), "shop", &new)
        .expect("made")
        .record
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else(
        before in btree_map(slug(), config(), 1..5),
        patched in btree_map(slug(), config(), 0..4),
        removed in btree_set(slug(), 0..3),
        new_name in option::of(name()),
        description in option::of(option::of(text())),
    ) {
        let (_folder, catalog) = fresh();
        let made = make(&catalog, "Orders", &before);
        let removed: BTreeSet<String> =
            removed.into_iter().filter(|slug| before.contains_key(slug) && !patched.contains_key(slug)).collect();
        let patch = DatabasePatch {
            revision: Some(made.revision),
            name: new_name.clone(),
            description: description.clone(),
            envs: patched
                .iter()
                .map(|(slug, config)| EnvironmentConfigPatch {
                    slug: slug.clone(),
                    connection_url: Some(url(config).into()),
                    description: Some(config.2.clone()),
                    ..EnvironmentConfigPatch::default()
                })
                .collect(),
            remove_envs: removed.iter().cloned().collect(),
            ..DatabasePatch::default()
        };
        let result = catalog.update_database(&Context::cli(), "shop", "orders", &patch);
        if patched.is_empty() && removed.len() == before.len() {
            prop_assert_eq!(result.expect_err("refused").code(), "validation");
            prop_assert_eq!(catalog.fetch_database("shop", "orders").expect("fetched"), made);
            return Ok(());
        }
        let committed = result.expect("changed");
        let after = committed.record;
        prop_assert_eq!(&catalog.fetch_database("shop", "orders").expect("fetched"), &after);
        prop_assert_eq!(&after.name, new_name.as_ref().unwrap_or(&made.name));
        prop_assert_eq!(&after.description, &description.flatten());
        for slug in SLUGS {
            let now = after.config(slug);
            if removed.contains(slug) {
                prop_assert_eq!(now, None);
            } else if let Some(config) = patched.get(slug) {
                let now = now.expect("the config that was named");
                prop_assert_eq!(&now.connection_url, &url(config));
                prop_assert_eq!(&now.description, &config.2);
                let kept = made.config(slug).map(|old| old.secrets.clone()).unwrap_or_default();
                prop_assert_eq!(&now.secrets, &if config.1 { kept } else { BTreeMap::new() });
            } else {
                prop_assert_eq!(now, made.config(slug));
            }
        }
        // And undone, it is what it was.
        if let Some(activity) = committed.activity_id {
            catalog.undo(&Context::cli(), &activity).expect("undone");
            let undone = catalog.fetch_database("shop", "orders").expect("fetched");
            prop_assert_eq!(undone.envs, made.envs);
            prop_assert_eq!((undone.name, undone.description), (made.name, made.description));
        }
    }

    #[test]
    fn what_is_exported_imports_as_the_same(
        configs in btree_map(slug(), config(), 1..5),
        name in name(),
        extra in btree_map("x_[a-z]{1,6}", text(), 0..3),
    ) {
        let (_folder, catalog) = fresh();
        make(&catalog, &name, &configs);
        let export = |catalog: &SqliteCatalog| -> Value {
            let mut document = catalog.export_product("shop").expect("exported");
            // It names the state that was exported, and what follows is another one.
            document.base = None;
            serde_json::to_value(document).expect("JSON")
        };
        let mut document = export(&catalog);
        for (key, value) in &extra {
            // What looks like a URL with a password is masked; these are plain words.
            document["products"][0]["databases"][0][key] = json!(value.replace(':', " "));
        }
        catalog.delete_product(&Context::cli(), "shop", None).expect("deleted");
        let read = read_import(&document).expect("read");
        let plan = catalog.plan_import(&read, None).expect("planned");
        catalog.apply_import(&Context::cli(), &plan, &[]).expect("applied");
        prop_assert_eq!(export(&catalog), document.clone());
        // The text form says the same.
        let text: Value = serde_json::from_str(&document.to_string()).expect("JSON");
        prop_assert!(catalog.plan_import(&read_import(&text).expect("read"), None).expect("planned").is_empty());
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("envs"),
        Just("slug"),
        Just("connection_url"),
        Just("tag"),
        Just("type"),
        Just("name"),
        Just("actions"),
        Just("migrations"),
        Just("products"),
        Just("databases"),
        Just("environments"),
        Just("format"),
        Just("version"),
        Just("value"),
        Just("up"),
        Just("revision"),
        Just("remove_envs"),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_a_reader_panic(value in any_json()) {
        let _ = parse_new_database(&value);
        let _ = parse_database_patch(&value, Some(DatabaseType::Mysql));
        let _ = read_import(&value);
    }

    #[test]
    fn a_suggested_tag_is_a_tag(name in ".{0,100}") {
        let tag = suggest_tag(&name);
        prop_assert!(tag.is_empty() || is_tag(&tag), "{tag:?}");
    }

    #[test]
    fn a_slug_is_what_the_pattern_says(text in "[a-zA-Z0-9_-]{0,18}") {
        let mut characters = text.chars();
        let starts = characters.next().is_some_and(|first| first.is_ascii_lowercase());
        let goes_on = characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        prop_assert_eq!(is_slug(&text), starts && goes_on && (2..=16).contains(&text.len()));
    }
}
