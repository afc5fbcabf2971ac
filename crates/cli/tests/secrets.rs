//! Credentials: where they are, what this machine lacks, and what happens without a keyring.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use harness::Cli;
use serde_json::{Value, json};
use test_support::PrivateKeyring;

fn states(check: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    check
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| {
            (
                format!("{}@{}", text(&cell["database"]), text(&cell["env"])),
                text(&cell["state"]),
            )
        })
        .collect()
}

#[test]
fn secrets_live_in_the_keyring_and_nowhere_else() {
    let mut keyring = PrivateKeyring::start();
    let mut cli = Cli::with_keyring(&keyring);
    cli.shop();
    let created = cli
        .database(
            "postgresql",
            "orders",
            &[
                (
                    "dev",
                    "postgresql://app:c4n4ry-dev@db/orders?sslpassword=c4n4ry-ssl",
                ),
                ("stg", "postgresql://app:$Secret{ORDERS}@db/orders"),
                ("prd", "postgresql://app@db/orders"),
            ],
        )
        .expect(0);
    assert!(!created.stdout.contains("c4n4ry"), "{created:?}");
    assert_eq!(
        created.json()["envs"][0]["connection_url"],
        "postgresql://app:***@db/orders?sslpassword=***"
    );
    let held = keyring.secret_tool_search("service", "tapedeck");
    assert!(
        held.contains("c4n4ry-dev") && held.contains("c4n4ry-ssl"),
        "{held}"
    );
    assert!(!cli.data_holds("c4n4ry"));

    let check = cli.run(&["secret", "check", "shop"]).expect(5).json();
    let expected = [
        ("orders@dev", "present"),
        ("orders@stg", "missing"),
        ("orders@prd", "none_needed"),
    ];
    assert_eq!(
        states(&check),
        expected.map(|(cell, state)| (cell.to_owned(), state.to_owned()))
    );
    cli.run_with(&["secret", "set", "ORDERS"], "c4n4ry-named\n")
        .expect(0);
    cli.run(&["secret", "check", "shop"]).expect(0);
    let list = cli.run(&["secret", "list"]).expect(0);
    assert_eq!(list.json()[0]["name"], "ORDERS");
    assert_eq!(list.json()[0]["used_by"], json!(["orders@stg"]));
    assert!(!list.stdout.contains("c4n4ry"));

    // What was shown is edited and saved again: the password stays.
    let patch = json!({ "envs": [{ "slug": "dev", "connection_url": "postgresql://app:***@other/orders?sslpassword=***" }] });
    cli.run_with(
        &["db", "update", "shop/orders", "-f", "-"],
        &patch.to_string(),
    )
    .expect(0);
    cli.run_with(
        &["db", "update", "shop/orders", "-f", "-"],
        &json!({ "tag": "sales", "name": "Sales" }).to_string(),
    )
    .expect(0);
    let shown = cli
        .run(&["db", "show", "shop/sales", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(
        shown["envs"][0]["connection_url"],
        "postgresql://app:c4n4ry-dev@other/orders?sslpassword=c4n4ry-ssl"
    );
    assert_eq!(
        shown["envs"][1]["connection_url"],
        "postgresql://app:c4n4ry-named@db/orders"
    );
    assert!(
        !cli.run(&["db", "show", "shop/sales"])
            .expect(0)
            .stdout
            .contains("c4n4ry")
    );

    // A password of three stars is written %2A%2A%2A.
    let patch = json!({ "envs": [{ "slug": "prd", "connection_url": "postgresql://app:%2A%2A%2A@db/orders" }] });
    cli.run_with(
        &["db", "update", "shop/sales", "-f", "-"],
        &patch.to_string(),
    )
    .expect(0);
    assert_eq!(
        cli.run(&["db", "show", "shop/sales", "--reveal"])
            .expect(0)
            .json()["envs"][2]["connection_url"],
        "postgresql://app:%2A%2A%2A@db/orders"
    );

    keyring.lock();
    let check = cli.run(&["secret", "check", "shop"]).expect(5).json();
    assert!(
        states(&check).iter().all(|(_, state)| state == "locked"),
        "{check}"
    );
    assert_eq!(
        cli.run(&["product", "list"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        1,
        "the list needs no keyring"
    );
    let run = cli.run(&["db", "show", "shop/sales", "--reveal"]).expect(5);
    assert_eq!(run.error()["code"], "keyring_locked");
    keyring.unlock();
    cli.run(&["secret", "check", "shop"]).expect(0);

    keyring.kill_daemon();
    let check = cli.run(&["secret", "check", "shop"]).expect(5).json();
    assert!(
        states(&check)
            .iter()
            .all(|(_, state)| state == "unavailable"),
        "{check}"
    );
    let run = cli
        .database(
            "postgresql",
            "late",
            &[("dev", "postgresql://app:c4n4ry-late@db/late")],
        )
        .expect(5);
    assert!(!run.stderr.contains("c4n4ry"), "{run:?}");
    cli.run(&["db", "show", "shop/late"]).expect(4);
    cli.set("TAPEDECK_SECRET_ORDERS", "from-the-environment");
    assert!(!cli.data_holds("c4n4ry"));
}

#[test]
fn a_named_secret_answers_for_its_environment_first() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    cli.database(
        "mysql",
        "m",
        &[
            ("dev", "mysql://u:$Secret{PW}@h/d"),
            ("prd", "mysql://u:$Secret{PW}@h/d"),
        ],
    )
    .expect(0);
    cli.run_with(&["secret", "set", "PW"], "everywhere/1")
        .expect(0);
    cli.run_with(&["secret", "set", "PW@prd"], "only prd")
        .expect(0);
    let shown = cli
        .run(&["db", "show", "shop/m", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(
        shown["envs"][0]["connection_url"],
        "mysql://u:everywhere%2F1@h/d"
    );
    assert_eq!(
        shown["envs"][1]["connection_url"],
        "mysql://u:only%20prd@h/d"
    );
    cli.run(&["secret", "delete", "PW@prd"]).expect(0);
    cli.run(&["secret", "delete", "PW@prd"]).expect(4);
    cli.run_with(&["secret", "set", "1bad"], "x").expect(3);
    cli.run_with(&["secret", "set", "EMPTY"], "").expect(3);
}

#[test]
fn without_a_keyring_the_environment_answers_for_named_secrets() {
    let mut cli = Cli::without_keyring();
    cli.shop();
    cli.database("mysql", "m", &[("dev", "mysql://u:$Secret{CI_PW}@h/d")])
        .expect(0);
    let run = cli.run(&["secret", "check", "shop"]).expect(5);
    assert_eq!(states(&run.json())[0].1, "unavailable");
    cli.set("TAPEDECK_SECRET_CI_PW", "from-ci");
    cli.run(&["secret", "check", "shop"]).expect(0);
    let shown = cli
        .run(&["db", "show", "shop/m", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(shown["envs"][0]["connection_url"], "mysql://u:from-ci@h/d");
}

#[test]
fn a_secret_too_long_for_some_keyring_is_refused() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let url = format!("mysql://u:{}@h/d", "x".repeat(1300));
    let run = cli.database("mysql", "m", &[("dev", &url)]).expect(3);
    assert_eq!(run.error()["code"], "secret_too_long");
    cli.run(&["db", "show", "shop/m"]).expect(4);
    assert!(
        !keyring
            .secret_tool_search("service", "tapedeck")
            .contains("xxxx"),
        "nothing is left half done"
    );
}

#[test]
fn a_deletion_is_undone_or_made_final() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let url = "postgresql://app:c4n4ry-1@db/orders";
    cli.database("postgresql", "orders", &[("dev", url)])
        .expect(0);
    let held = |keyring: &PrivateKeyring| {
        let found = keyring.secret_tool_search("service", "tapedeck");
        found.matches("c4n4ry").count()
    };
    let shown = || {
        let shown = cli
            .run(&["db", "show", "shop/orders", "--reveal"])
            .expect(0);
        shown.json()["envs"][0]["connection_url"].clone()
    };
    let id = |run: harness::Run| {
        run.expect(0).json()["activity_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let deleted = id(cli.run(&["db", "delete", "shop/orders"]));
    cli.run(&["db", "show", "shop/orders"]).expect(4);
    assert_eq!(held(&keyring), 1, "undo still needs it");
    cli.run(&["activity", "undo", &deleted]).expect(0);
    assert_eq!(shown(), url);
    cli.run(&["activity", "undo", &deleted]).expect(3);
    let purged = cli
        .run(&["db", "delete", "shop/orders", "--purge"])
        .expect(0);
    assert_eq!((&purged.json()["removed"], held(&keyring)), (&json!(1), 0));

    // A named secret too: the value that was replaced comes back, and so does the deleted one.
    let value = |text: &str| cli.run_with(&["secret", "set", "PW"], text).expect(0);
    value("c4n4ry-old");
    value("c4n4ry-new");
    cli.database("mysql", "orders", &[("dev", "mysql://u:$Secret{PW}@h/d")])
        .expect(0);
    let lines = cli.run(&["activity", "list"]).expect(0).json();
    let set = lines
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["verb"] == "set");
    cli.run(&["activity", "undo", set.unwrap()["id"].as_str().unwrap()])
        .expect(0);
    assert_eq!(shown(), "mysql://u:c4n4ry-old@h/d");
    let deleted = id(cli.run(&["secret", "delete", "PW"]));
    assert_eq!(
        cli.run(&["secret", "check", "shop"]).expect(5).json()[0]["state"],
        "missing"
    );
    cli.run(&["activity", "undo", &deleted]).expect(0);
    assert_eq!(shown(), "mysql://u:c4n4ry-old@h/d");

    // With the keyring locked the deletion is final all the same, and the passwords go as soon as they can.
    let deleted = id(cli.run(&["secret", "delete", "PW"]));
    keyring.lock();
    let purged = cli.run(&["activity", "purge", &deleted]).expect(0).json();
    assert_eq!(
        (&purged["removed"], &purged["left"]),
        (&json!(0), &json!(2))
    );
    keyring.unlock();
    assert_eq!(held(&keyring), 2);
    cli.run(&["product", "list"]).expect(0);
    assert_eq!(held(&keyring), 0);
    assert_eq!(
        cli.run(&["secret", "check", "--orphans"]).expect(0).json()["orphans"],
        json!([])
    );
}
