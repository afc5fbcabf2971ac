//! `export` and `import`, `exec` and `connect`.

mod harness;

use std::io::Write;
use std::process::{Command, Stdio};

use harness::Cli;
use serde_json::{Value, json};
use test_support::{PrivateKeyring, shared_postgres};

#[test]
fn a_product_moves_to_another_machine() {
    let keyring = PrivateKeyring::start();
    let here = Cli::with_keyring(&keyring);
    here.shop();
    here.database(
        "postgresql",
        "orders",
        &[
            ("dev", "postgresql://app:c4n4ry@db/orders"),
            ("prd", "postgresql://app:$Secret{PW}@db/orders"),
        ],
    )
    .expect(0);
    here.run_with(&["secret", "set", "PW"], "c4n4ry-named")
        .expect(0);
    let file = here.data_dir().join("shop.json");
    let path = file.to_str().unwrap();

    here.run(&["export", "shop", "-o", path]).expect(0);
    let plain = std::fs::read_to_string(&file).unwrap();
    assert!(
        !plain.contains("c4n4ry") && plain.contains("app:***@db"),
        "{plain}"
    );

    let elsewhere = PrivateKeyring::start();
    let there = Cli::with_keyring(&elsewhere);
    let dry = there.run(&["import", path, "--dry-run"]).expect(0).json();
    assert_eq!(dry["applied"], false);
    assert_eq!(there.run(&["product", "list"]).expect(0).json(), json!([]));
    there.run(&["import", path]).expect(0);
    there.run(&["secret", "check", "shop"]).expect(5);

    here.run_with(
        &[
            "export",
            "shop",
            "-o",
            path,
            "--with-secrets",
            "--passphrase-stdin",
        ],
        "correct horse",
    )
    .expect(0);
    let sealed = std::fs::read_to_string(&file).unwrap();
    assert!(!sealed.contains("c4n4ry") && sealed.contains("AGE ENCRYPTED FILE"));
    assert_eq!(
        there
            .run_with(&["import", path, "--passphrase-stdin"], "wrong")
            .expect(1)
            .error()["code"],
        "wrong_passphrase"
    );
    there
        .run_with(&["import", path, "--passphrase-stdin"], "correct horse")
        .expect(0);
    there.run(&["secret", "check", "shop"]).expect(0);
    let shown = there
        .run(&["db", "show", "shop/orders", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(
        shown["envs"][0]["connection_url"],
        "postgresql://app:c4n4ry@db/orders"
    );
    assert_eq!(
        shown["envs"][1]["connection_url"],
        "postgresql://app:c4n4ry-named@db/orders"
    );
    assert!(!there.data_holds("c4n4ry"));
    here.run(&["export", "shop", "--with-secrets"]).expect(2);
}

#[test]
fn a_dry_run_tells_which_side_changed_what() {
    let cli = Cli::without_keyring();
    cli.shop();
    cli.database("mysql", "a", &[("dev", "mysql://u@h/a")])
        .expect(0);
    cli.database("mysql", "b", &[("dev", "mysql://u@h/b")])
        .expect(0);
    let update = |patch: &Value| {
        cli.run_with(&["db", "update", "shop/a", "-f", "-"], &patch.to_string())
            .expect(0);
    };
    update(&json!({ "description": "Carts." }));
    // What both have in common.
    let mut file = cli.run(&["export", "shop"]).expect(0).json();
    update(&json!({ "name": "Mine", "description": "Written here." }));
    cli.run(&["db", "delete", "shop/b"]).expect(0);
    let theirs = &mut file["products"][0]["databases"][0];
    assert_eq!(theirs["tag"], "a");
    theirs["name"] = json!("Theirs");
    theirs["envs"][0]["connection_url"] = json!("mysql://u@other/a");
    let file = file.to_string();

    let dry = cli
        .run_with(&["import", "-", "--dry-run"], &file)
        .expect(0)
        .json();
    let step = |address: &str| -> &Value {
        let steps = dry["steps"].as_array().unwrap().iter();
        steps
            .filter(|step| step["change"] != "same")
            .find(|step| step["address"] == address)
            .unwrap_or_else(|| panic!("{address}: {dry}"))
    };
    let side = |field: &str| -> &Value {
        let fields = step("shop/a")["fields"].as_array().unwrap();
        let of = |change: &&Value| change["field"].as_str().unwrap().contains(field);
        &fields
            .iter()
            .find(of)
            .unwrap_or_else(|| panic!("{field}: {dry}"))["side"]
    };
    assert_eq!(side("name"), "both");
    assert_eq!(side("description"), "here");
    assert_eq!(side("connection_url"), "file");
    assert_eq!(step("shop/b")["side"], "here", "it was deleted here");

    // And the same in words.
    let mut child = Command::new(env!("CARGO_BIN_EXE_tapedeck"))
        .arg("--data-dir")
        .arg(cli.data_dir())
        .args(["import", "-", "--dry-run"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(file.as_bytes()).unwrap();
    drop(stdin);
    let said = harness::finish(child).expect(0).stdout;
    for expected in [
        "name: \"Mine\" -> \"Theirs\" (changed here as well: this overwrites it)",
        "(changed here since: this takes it back)",
        "shop/b (was deleted here since)",
        "was compared with",
        "Would import",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
    assert_eq!(
        cli.run(&["db", "show", "shop/a"]).expect(0).json()["name"],
        "Mine",
        "a dry run writes nothing"
    );
}

#[test]
fn an_import_drops_nothing_it_does_not_name() {
    let cli = Cli::without_keyring();
    cli.shop();
    cli.database(
        "mysql",
        "a",
        &[("dev", "mysql://u@h/a"), ("prd", "mysql://u@h/a")],
    )
    .expect(0);
    cli.database("mysql", "b", &[("dev", "mysql://u@h/b")])
        .expect(0);
    let document = json!({
        "tag": "shop", "name": "Shop",
        "databases": [{ "type": "mysql", "tag": "a", "name": "A", "future": { "kept": true },
                        "envs": [{ "slug": "dev", "connection_url": "mysql://u@other/a" }] }],
    });
    let done = cli
        .run_with(&["import", "-"], &document.to_string())
        .expect(0)
        .json();
    assert!(done["warnings"].to_string().contains("future"), "{done}");
    let shown = cli.run(&["db", "show", "shop/a"]).expect(0).json();
    assert_eq!(shown["envs"][0]["connection_url"], "mysql://u@other/a");
    assert_eq!(shown["envs"][1]["connection_url"], "mysql://u@h/a");
    cli.run(&["db", "show", "shop/b"]).expect(0);
    assert!(
        cli.run(&["export", "shop"])
            .expect(0)
            .stdout
            .contains("\"kept\": true")
    );
    for text in [
        "",
        "{",
        "[[[",
        "{\"format\":\"tapedeck\",\"version\":99}",
        "{\"products\":5}",
    ] {
        cli.run_with(&["import", "-"], text).expect(3);
    }
}

#[test]
fn exec_hands_the_real_urls_to_a_command_and_keeps_its_status() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    cli.run(&["env", "update", "shop", "stg", "--inactive"])
        .expect(0);
    let url = "postgresql://app:c4n4ry@db/orders";
    cli.database("postgresql", "orders-db", &[("dev", url), ("stg", url)])
        .expect(0);
    let exec = |arguments: &[&str]| cli.run(&[&["exec"], arguments].concat());
    let run = exec(&[
        "shop@dev",
        "--",
        "sh",
        "-c",
        "echo $ORDERS_DB_DATABASE_URL; echo $DATABASE_URL; exit 7",
    ])
    .expect(7);
    assert_eq!(run.stdout, format!("{url}\n{url}\n"));
    cli.database("mysql", "other", &[("dev", "mysql://u@h/d")])
        .expect(0);
    let run = exec(&[
        "shop@dev",
        "--var",
        "MAIN=other",
        "--",
        "sh",
        "-c",
        "echo $MAIN; echo ${DATABASE_URL:-none}; echo $OTHER_DATABASE_URL",
    ])
    .expect(0);
    assert_eq!(run.stdout, "mysql://u@h/d\nnone\nmysql://u@h/d\n");
    exec(&["shop@stg", "--", "true"]).expect(3);
    exec(&["shop@nope", "--", "true"]).expect(4);
    exec(&["shop@dev", "--var", "X=nope", "--", "true"]).expect(4);
    exec(&["shop@dev", "--", "/nonexistent/program"]).expect(1);
    exec(&["shop@dev"]).expect(2);
    assert_eq!(
        exec(&["shop@dev", "--", "sh", "-c", "kill -TERM $$"]).status,
        128 + 15
    );
    keyring.lock();
    exec(&["shop@dev", "--", "true"]).expect(5);
}

#[test]
fn connect_starts_the_client_of_the_engine() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let server = shared_postgres();
    cli.database("postgresql", "orders", &[("dev", &server.url("app"))])
        .expect(0);
    let run = cli
        .run_with(
            &["connect", "shop/orders@dev"],
            "\\t on\nselect 'connected as ' || current_user;\n",
        )
        .expect(0);
    assert!(run.stdout.contains("connected as app"), "{run:?}");
    cli.run(&["connect", "shop/orders@prd"]).expect(4);
    cli.run(&["connect", "shop/orders"]).expect(2);
}
