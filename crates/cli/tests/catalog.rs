//! The contract of `product`, `env` and `db`: JSON, exit statuses, bad input.

mod harness;

use harness::{Cli, faults};
use serde_json::{Value, json};

#[test]
fn products_environments_and_databases_from_creation_to_deletion() {
    let cli = Cli::without_keyring();
    let made = cli
        .run(&[
            "product",
            "create",
            "shop",
            "--name",
            "Shop",
            "--description",
            "Sells",
        ])
        .expect(0)
        .json();
    assert_eq!(
        (&made["tag"], &made["name"], &made["description"]),
        (&json!("shop"), &json!("Shop"), &json!("Sells"))
    );
    assert_eq!(made["environments"], json!([]));
    cli.run(&["product", "create", "shop", "--name", "Again"])
        .expect(3);

    let env = cli
        .run(&["env", "create", "shop", "dev", "--name", "Development"])
        .expect(0)
        .json();
    assert_eq!(
        (
            &env["slug"],
            &env["env_name"],
            &env["class"],
            &env["active"]
        ),
        (
            &json!("dev"),
            &json!("Development"),
            &json!("development"),
            &json!(true)
        )
    );
    let env = cli
        .run(&[
            "env",
            "create",
            "shop",
            "prd",
            "--name",
            "Production",
            "--inactive",
        ])
        .expect(0)
        .json();
    assert_eq!(
        (&env["class"], &env["active"], &env["order"]),
        (&json!("production"), &json!(false), &json!(1))
    );
    cli.run(&["env", "create", "shop", "x1", "--name", "Odd"])
        .expect(0);
    cli.run(&[
        "env",
        "update",
        "shop",
        "x1",
        "--class",
        "staging",
        "--new-slug",
        "stg",
    ])
    .expect(0);
    let list = cli.run(&["env", "list", "shop"]).expect(0).json();
    let slugs: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|env| env["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["dev", "prd", "stg"]);

    let made = cli
        .database(
            "mariadb",
            "orders",
            &[("dev", "mysql://root@localhost:3306/orders")],
        )
        .expect(0)
        .json();
    assert_eq!(
        (&made["type"], &made["tag"], &made["revision"]),
        (&json!("mysql"), &json!("orders"), &json!(1))
    );
    let patch = json!({ "description": "All orders", "envs": [{ "slug": "prd", "connection_url": "mysql://root@db/orders" }] });
    let updated = cli
        .run_with(
            &["db", "update", "shop/orders", "-f", "-"],
            &patch.to_string(),
        )
        .expect(0)
        .json();
    let slugs: Vec<&str> = updated["envs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|env| env["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["dev", "prd"], "a slug that is not named stays");
    assert_eq!(updated["name"], "orders", "a field that is not named stays");

    cli.run(&["db", "unset", "shop/orders@dev"]).expect(0);
    cli.run(&["db", "unset", "shop/orders@prd"]).expect(3);
    assert_eq!(
        cli.run(&["db", "list", "shop"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        cli.run(&["db", "show", "shop/orders"]).expect(0).json()["envs"][0]["connection_url"],
        "mysql://root@db/orders"
    );

    cli.run(&["db", "delete", "shop/orders"]).expect(0);
    cli.run(&["db", "show", "shop/orders"]).expect(4);
    cli.run(&["env", "delete", "shop", "stg"]).expect(0);
    cli.run(&[
        "product",
        "update",
        "shop",
        "--name",
        "Shop 2",
        "--new-tag",
        "shop2",
    ])
    .expect(0);
    assert_eq!(
        cli.run(&["product", "show", "shop2"]).expect(0).json()["environments"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    cli.run(&["product", "delete", "shop2"]).expect(0);
    assert_eq!(cli.run(&["product", "list"]).expect(0).json(), json!([]));
}

#[test]
fn every_fault_of_a_record_is_told_at_once_and_nothing_is_saved() {
    let cli = Cli::without_keyring();
    cli.shop();
    let record = json!({
        "type": "oracle", "tag": "Bad Tag", "colour": "red",
        "envs": [{ "slug": "nope", "connection_url": "postgresql://h/d" }, { "slug": "dev" }],
        "description": 5,
    });
    let run = cli
        .run_with(&["db", "create", "shop", "-f", "-"], &record.to_string())
        .expect(3);
    let faults = faults(&run);
    for expected in [
        "name required",
        "tag invalid_tag",
        "type unknown_value",
        "colour unknown_field",
        "description wrong_type",
        "envs[0].slug unknown_environment",
        "envs[1].connection_url required",
    ] {
        assert!(
            faults.iter().any(|fault| fault == expected),
            "{expected} is not among {faults:?}"
        );
    }
    assert_eq!(cli.run(&["db", "list", "shop"]).expect(0).json(), json!([]));
}

#[test]
fn hostile_and_damaged_input_is_refused_with_its_place() {
    let cli = Cli::without_keyring();
    cli.shop();
    let create = |text: &str| cli.run_with(&["db", "create", "shop", "-f", "-"], text);
    for text in ["", "{", "[]", "null", "5", "\"x\"", "{\"type\":", "\u{0}"] {
        let run = create(text).expect(3);
        assert_eq!(run.error()["code"], "validation", "{text:?} {run:?}");
    }
    let deep = "[".repeat(100_000);
    create(&deep).expect(3);
    let long = json!({ "type": "mysql", "tag": "big", "name": "n".repeat(10 << 20), "envs": [] })
        .to_string();
    let run = create(&long).expect(3);
    assert!(
        run.stderr.len() < 4096,
        "the message does not repeat ten megabytes"
    );
    let url = format!("postgresql://app:c4n4ry@h/{}", "d".repeat(10 << 20));
    let run = cli
        .database("postgresql", "big", &[("dev", &url)])
        .expect(3);
    assert!(!run.stderr.contains("c4n4ry") && run.stderr.len() < 4096);
    for url in [
        "postgresql://app:c4n4ry%zz@h/d",
        "postgresql://app:c4n4ry@h:99/%00",
        "mysql://app:c4n4ry@h/d",
        "nonsense c4n4ry",
        "",
    ] {
        let run = cli.database("postgresql", "bad", &[("dev", url)]);
        assert_eq!(run.status, 3, "{url} {run:?}");
        assert!(
            faults(&run)
                .iter()
                .any(|fault| fault.starts_with("envs[0].connection_url ")),
            "{run:?}"
        );
        assert!(!run.stderr.contains("c4n4ry"), "{run:?}");
    }
    assert_eq!(cli.run(&["db", "list", "shop"]).expect(0).json(), json!([]));
    assert!(!cli.data_holds("c4n4ry"));
}

#[test]
fn a_stale_revision_is_refused_with_what_changed() {
    let cli = Cli::without_keyring();
    cli.shop();
    cli.database("mysql", "orders", &[("dev", "mysql://root@a/orders")])
        .expect(0);
    let update = |patch: Value| {
        cli.run_with(
            &["db", "update", "shop/orders", "-f", "-"],
            &patch.to_string(),
        )
    };
    update(json!({ "revision": 1, "name": "First" })).expect(0);
    let run = update(json!({ "revision": 1, "name": "Second", "description": "mine" })).expect(3);
    let error = run.error();
    assert_eq!(error["code"], "conflict");
    assert_eq!(error["detail"]["revision"], 2);
    let change = &error["detail"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["field"] == "name")
        .unwrap()
        .clone();
    assert_eq!(
        (&change["base"], &change["current"], &change["yours"]),
        (&json!("orders"), &json!("First"), &json!("Second"))
    );
    assert_eq!(
        cli.run(&["db", "show", "shop/orders"]).expect(0).json()["name"],
        "First"
    );
    update(json!({ "revision": 2, "description": "mine" })).expect(0);
}

#[test]
fn usage_errors_and_missing_things_have_their_own_status() {
    let cli = Cli::without_keyring();
    assert_eq!(cli.run(&["nonsense"]).expect(2).error()["code"], "usage");
    cli.run(&[]).expect(2);
    cli.run(&["product", "create", "shop"]).expect(2);
    cli.run(&["db", "show", "shop"]).expect(2);
    cli.run(&["db", "show", "a/b/c"]).expect(2);
    assert_eq!(
        cli.run(&["product", "show", "shop"]).expect(4).error()["code"],
        "not_found"
    );
    cli.run(&["db", "create", "shop", "-f", "/nonexistent/file.json"])
        .expect(4);
    cli.run(&["--version"]).expect(0);
}

#[test]
fn a_catalog_that_can_not_be_used_says_which_and_what_to_do() {
    let cli = Cli::without_keyring();
    cli.shop();
    let file = std::fs::read_dir(cli.data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite3")
        })
        .unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    std::fs::write(
        &file,
        "this is no database, it is a text of more than sixteen bytes",
    )
    .unwrap();
    let run = cli.run(&["product", "list"]).expect(1);
    assert_eq!(run.error()["code"], "catalog_damaged");
    assert!(
        run.error()["message"]
            .as_str()
            .unwrap()
            .contains(&file.display().to_string()),
        "{run:?}"
    );
    assert_eq!(
        std::fs::read(&file).unwrap()[..4],
        *b"this",
        "it was left as it is"
    );
}

#[test]
fn ten_processes_write_at_once_and_no_update_is_lost() {
    let cli = Cli::without_keyring();
    cli.shop();
    let children: Vec<_> = (0..10)
        .map(|index| {
            let tag = format!("p{index}");
            cli.command(&["product", "create", &tag, "--name", &tag])
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        harness::finish(child).expect(0);
    }
    assert_eq!(
        cli.run(&["product", "list"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        11
    );
}

#[test]
fn a_catalog_of_a_newer_version_is_refused_and_the_way_back_is_said() {
    let cli = Cli::without_keyring();
    cli.shop();
    let file = cli.data_dir().join("catalog.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    // SQLite's user_version, which counts the schema's steps.
    let version = u32::from_be_bytes(bytes[60..64].try_into().unwrap());
    let copy = cli.data_dir().join(format!(
        "catalog.sqlite3.v{version}-20260101T000000000Z.bak"
    ));
    std::fs::copy(&file, &copy).unwrap();
    bytes[60..64].copy_from_slice(&(version + 1).to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();

    let refused = cli.run(&["product", "list"]).expect(1).error();
    assert_eq!(refused["code"], "catalog_newer");
    assert_eq!(refused["detail"]["copy"], json!(copy.display().to_string()));
    let said = refused["message"].as_str().unwrap();
    assert!(said.contains("tapedeck catalog restore"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "it was left as it is");

    cli.run(&["catalog", "restore"]).expect(0);
    let again = cli.run(&["catalog", "restore"]).expect(3).error();
    assert_eq!(again["code"], "refused", "what is whole stays");
    let products = cli.run(&["product", "list"]).expect(0).json();
    assert_eq!(products[0]["tag"], "shop");
}
