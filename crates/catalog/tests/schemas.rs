//! A catalog of every schema there ever was opens with all that it held. `schemas/` has one of each as SQL, filled; before
//! a new migration is written, the schema of today gets its own:
//! `cargo nextest run --workspace --run-ignored only -E 'test(the_schema_of_today_is_written_down)'`.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod dump;

use std::path::{Path, PathBuf};

use catalog::{
    Catalog, Context, DatabaseType, EnvironmentConfigPatch, KeyringJournal, LastTest,
    MigrationReading, NewActionRun, NewDatabase, NewEnvironment, NewEnvironmentConfig,
    NewMigrationReading, NewProduct, NewTest, SqliteCatalog,
};
use rusqlite::Connection;
use serde_json::json;

const FILE: &str = "catalog.sqlite3";

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas")
}

/// The dumps, by version.
fn dumps() -> Vec<String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(schemas())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// A data folder with the catalog of a dump in it.
fn folder_with(dump: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.execute_batch(dump).unwrap();
    folder
}

fn version_of(file: &Path) -> i64 {
    let connection = Connection::open(file).unwrap();
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(".bak"))
        .collect()
}

/// Makes some of everything that a catalog keeps, a deletion that can be undone among it.
fn fill(catalog: &SqliteCatalog) {
    let context = Context::cli();
    let product = NewProduct {
        tag: "shop".into(),
        name: "Shop".into(),
        description: Some("Carts and orders. Ünïcödé ’quotes’; -- no comment".into()),
    };
    catalog.create_product(&context, &product).unwrap();
    for (slug, env_name) in [("dev", "Development"), ("prd", "Production")] {
        let environment = NewEnvironment {
            env_name: env_name.into(),
            slug: slug.into(),
            ..NewEnvironment::default()
        };
        catalog
            .create_environment(&context, "shop", &environment)
            .unwrap();
    }
    let config = |slug: &str, url: &str, secret: Option<&str>| NewEnvironmentConfig {
        slug: slug.into(),
        connection_url: url.into(),
        description: None,
        secrets: secret
            .map(|id| ("password".to_owned(), id.to_owned()))
            .into_iter()
            .collect(),
    };
    let database = |tag: &str, envs: Vec<NewEnvironmentConfig>| NewDatabase {
        name: format!("The {tag}"),
        tag: tag.into(),
        database_type: DatabaseType::Postgresql,
        description: None,
        envs,
        actions: Vec::new(),
        migrations: Vec::new(),
    };
    let item = |value: serde_json::Value| value.as_object().unwrap().clone();
    let orders = NewDatabase {
        actions: vec![item(
            json!({"name": "Find", "tag": "find", "tableName": "orders", "type": "read",
                   "template": "SELECT * FROM orders WHERE id = '{{id:UUID}}'"}),
        )],
        migrations: vec![item(json!({"name": "First", "tag": "0001-first",
                   "value": {"up": ["CREATE TABLE orders (id uuid)"], "down": ["DROP TABLE orders"]}}))],
        ..database(
            "orders",
            vec![
                config(
                    "dev",
                    "postgresql://app:***@localhost/orders",
                    Some("orders-dev"),
                ),
                config(
                    "prd",
                    "postgresql://app:***@db.example/orders",
                    Some("orders-prd"),
                ),
            ],
        )
    };
    let orders = catalog.create_database(&context, "shop", &orders).unwrap();
    let orders = orders.record;
    let users = database(
        "users",
        vec![config("dev", "postgresql://app@localhost/users", None)],
    );
    catalog.create_database(&context, "shop", &users).unwrap();
    // A password that undo would bring back, and a database that undo would.
    let patch = catalog::DatabasePatch {
        envs: vec![EnvironmentConfigPatch {
            slug: "dev".into(),
            secrets: [("password".to_owned(), "orders-dev-2".to_owned())].into(),
            connection_url: Some("postgresql://app:***@localhost/orders".into()),
            ..EnvironmentConfigPatch::default()
        }],
        ..catalog::DatabasePatch::default()
    };
    catalog
        .update_database(&context, "shop", "orders", &patch)
        .unwrap();
    let [dev, prd] = [&orders.envs[0], &orders.envs[1]];
    let at = "2026-01-01T00:00:00.123Z".parse().unwrap();
    let tested = NewTest {
        config_id: prd.id.clone(),
        connection_url: prd.connection_url.clone(),
        test: LastTest {
            at,
            result: json!({"connected": true, "latency_ms": 4}).to_string(),
        },
    };
    catalog.record_tests(&[tested]).unwrap();
    let read = NewMigrationReading {
        config_id: dev.id.clone(),
        connection_url: dev.connection_url.clone(),
        reading: MigrationReading {
            at,
            state: json!({"head": "0001-first"}),
        },
    };
    catalog.record_migrations(&[read]).unwrap();
    let run = NewActionRun {
        action_id: orders.actions[0].id.clone(),
        environment_id: catalog.fetch_environment("shop", "dev").unwrap().id,
        inputs: Some(r#"{"data":{"id":"1"}}"#.into()),
        report: json!({"rows": 1}),
    };
    catalog.record_action_run(&context, &run).unwrap();
    catalog
        .put_named_secret(&context, "API@prd", "named/API@prd")
        .unwrap();
    catalog
        .set_setting("settings", &json!({"theme": "dark", "compact": true}))
        .unwrap();
    let exported = serde_json::to_value(catalog.export_product("shop").unwrap()).unwrap();
    catalog
        .remember_export("shop", exported["base"].as_str().unwrap())
        .unwrap();
    catalog
        .begin_entries(&["url/left-by-a-crash".to_owned()])
        .unwrap();
    catalog
        .delete_database(&context, "shop", "users", None)
        .unwrap();
}

#[test]
#[ignore = "writes a file that is committed; run it before a new migration is added"]
fn the_schema_of_today_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    fill(&catalog);
    let path = catalog.path().to_owned();
    drop(catalog);
    let file = schemas().join(format!("{:04}.sql", version_of(&path)));
    let text = dump::write(&Connection::open(&path).unwrap());
    std::fs::write(file, text).unwrap();
}

#[test]
fn every_schema_has_its_dump() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    let latest = usize::try_from(version_of(catalog.path())).unwrap();
    // A migration that comes without a dump of the schema before it would be tried on nothing.
    assert_eq!(dumps().len(), latest);
    let newest = folder_with(dumps().last().unwrap());
    let connection = |path: &Path| Connection::open(path.join(FILE)).unwrap();
    assert_eq!(
        dump::schema(&connection(newest.path())),
        dump::schema(&connection(folder.path())),
        "a released migration was edited"
    );
}

#[test]
fn every_earlier_schema_opens_with_all_that_it_held() {
    let dumps = dumps();
    for (index, dump) in dumps.iter().enumerate() {
        let version = i64::try_from(index + 1).unwrap();
        let folder = folder_with(dump);
        let file = folder.path().join(FILE);
        assert_eq!(version_of(&file), version);
        let before = dump::rows(&Connection::open(&file).unwrap());
        let catalog = SqliteCatalog::open(folder.path()).unwrap();
        catalog.check_integrity().unwrap();

        // Row for row, in the columns that there were.
        let after = dump::rows_in(&Connection::open(&file).unwrap(), &before);
        for (table, rows) in &before {
            assert!(
                !rows.rows.is_empty(),
                "version {version}: no row in {table}"
            );
            let mut expected = rows.clone();
            if table == "released_secrets" && version < 4 {
                // Since the journal, an entry is named as it is in the keyring.
                expected.rows = expected
                    .rows
                    .iter()
                    .map(|row| row.replace("'orders-dev'", "'url/orders-dev'"))
                    .collect();
            }
            assert_eq!(after[table], expected, "version {version}: {table}");
        }
        holds_what_was_made(&catalog, version);
        can_be_worked_with(&catalog);
        drop(catalog);

        // A copy of what was there, which the version of before could open.
        let copies = copies(folder.path());
        if index + 1 == dumps.len() {
            assert_eq!(copies, Vec::<PathBuf>::new(), "nothing was upgraded");
        } else {
            let [copy] = copies.as_slice() else {
                panic!("version {version}: {copies:?}");
            };
            assert_eq!(version_of(copy), version);
            assert_eq!(dump::rows(&Connection::open(copy).unwrap()), before);
        }
    }
}

fn holds_what_was_made(catalog: &SqliteCatalog, version: i64) {
    let product = catalog.fetch_product("shop").unwrap();
    assert!(product.description.unwrap().contains("Ünïcödé ’quotes’"));
    let orders = catalog.fetch_database("shop", "orders").unwrap();
    let urls: Vec<_> = orders
        .envs
        .iter()
        .map(|config| {
            (
                config.connection_url.as_str(),
                config.secrets["password"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        urls,
        [
            ("postgresql://app:***@localhost/orders", "orders-dev-2"),
            ("postgresql://app:***@db.example/orders", "orders-prd")
        ]
    );
    assert_eq!(orders.actions[0].tag(), "find");
    assert_eq!(orders.migrations[0].tag(), "0001-first");
    let matrix = catalog.matrix("shop").unwrap();
    assert_eq!(matrix.environments.len(), 2);
    assert!(
        matrix.last_tests[&orders.envs[1].id]
            .result
            .contains("latency_ms")
    );
    assert_eq!(
        catalog.setting("settings").unwrap(),
        Some(json!({"theme": "dark", "compact": true}))
    );
    assert_eq!(catalog.named_secrets().unwrap()[0].entry, "named/API@prd");
    let in_use: Vec<_> = catalog.entries_in_use().unwrap().into_iter().collect();
    assert_eq!(
        in_use,
        [
            "named/API@prd",
            "url/orders-dev",
            "url/orders-dev-2",
            "url/orders-prd"
        ]
    );
    let runs = catalog.action_runs(&orders.actions[0].id).unwrap();
    assert_eq!(runs.len(), usize::from(version >= 2));
    let readings = catalog.migration_readings("shop").unwrap();
    assert_eq!(readings.len(), usize::from(version >= 3));
    assert_eq!(catalog.journal().unwrap().len(), usize::from(version >= 4));
}

/// What was deleted before the upgrade comes back after it, and new records are made.
fn can_be_worked_with(catalog: &SqliteCatalog) {
    let last = catalog.activities(1, None).unwrap()[0].id.clone();
    catalog.undo(&Context::cli(), &last).unwrap();
    catalog.fetch_database("shop", "users").unwrap();
    let another = NewProduct {
        tag: "another".into(),
        name: "Another".into(),
        description: None,
    };
    catalog.create_product(&Context::cli(), &another).unwrap();
    catalog.check_integrity().unwrap();
}

#[test]
fn a_newer_catalog_is_refused_and_the_way_back_is_named() {
    let newest = dumps().pop().unwrap();
    let folder = folder_with(&newest);
    let file = folder.path().join(FILE);
    let known = version_of(&file);
    // As the upgrade by the next version leaves it: the copy of before, and beside it copies of its own.
    let own = folder
        .path()
        .join(format!("{FILE}.v{known}-20260101T000000000Z.bak"));
    std::fs::copy(&file, &own).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let connection = Connection::open(&file).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE later (a TEXT); PRAGMA user_version = {}",
            known + 1
        ))
        .unwrap();
    drop(connection);
    let later = folder.path().join(format!(
        "{FILE}.v{}-20260102T000000000Z.auto.bak",
        known + 1
    ));
    std::fs::copy(&file, &later).unwrap();
    let bytes = std::fs::read(&file).unwrap();

    let error = SqliteCatalog::open(folder.path()).unwrap_err();
    assert_eq!(error.code(), "catalog_newer");
    let said = error.to_string();
    for part in [
        format!(
            "catalog version {}; this one knows up to {known}",
            known + 1
        ),
        own.display().to_string(),
        "tapedeck catalog restore".to_owned(),
        "Nothing was changed".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "it is left as it is");

    // Not the newest copy, which is of the newer version, but the newest that opens here.
    let (from, aside) = SqliteCatalog::restore_copy(folder.path()).unwrap();
    assert_eq!(from, own);
    assert!(aside.to_string_lossy().contains(".newer-"), "{aside:?}");
    assert_eq!(std::fs::read(&aside).unwrap(), bytes);
    let catalog = SqliteCatalog::open(folder.path()).unwrap();
    holds_what_was_made(&catalog, known);
    drop(catalog);

    // Without such a copy nothing is put in its place.
    std::fs::copy(&aside, &file).unwrap();
    std::fs::remove_file(&own).unwrap();
    for error in [
        SqliteCatalog::open(folder.path()).unwrap_err(),
        SqliteCatalog::restore_copy(folder.path()).unwrap_err(),
    ] {
        assert_eq!(error.code(), "catalog_newer");
        assert!(error.to_string().contains("no copy beside it"), "{error}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}
