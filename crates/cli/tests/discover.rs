//! `discover`: what other programs' files name is listed, chosen and taken over, and no password is told on the way.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use std::fs;
use std::path::Path;

use harness::Cli;
use serde_json::{Value, json};
use test_support::PrivateKeyring;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The connection that a file calls so.
fn named<'a>(found: &'a Value, name: &str) -> &'a Value {
    let all = found["connections"].as_array().unwrap();
    all.iter()
        .find(|each| each["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not in {found}"))
}

/// A command whose home is a folder of its own.
fn at_home(home: &Path, keyring: Option<&PrivateKeyring>) -> Cli {
    let mut cli = keyring.map_or_else(Cli::without_keyring, Cli::with_keyring);
    for (name, folder) in [
        ("HOME", "."),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
    ] {
        cli.set(name, home.join(folder).to_str().unwrap());
    }
    cli.set("PGPASSFILE", "");
    cli.set("PGSERVICEFILE", "");
    cli
}

#[test]
fn the_home_folder_is_looked_at_in_known_places_only() {
    let home = tempfile::tempdir().unwrap();
    write(
        home.path(),
        ".pgpass",
        "db.example.com:5432:orders:app:c4n4ry\n",
    );
    write(
        home.path(),
        ".pg_service.conf",
        "[live]\nhost=db.example.com\nuser=app\ndbname=orders\n",
    );
    write(
        home.path(),
        ".my.cnf",
        "[client]\nuser=ada\npassword=c4n4ry\n",
    );
    write(
        home.path(),
        ".config/MongoDB Compass/Connections/1.json",
        r#"{"connectionInfo":{"connectionOptions":{"connectionString":"mongodb://app@events.example.com/events"}}}"#,
    );
    write(
        home.path(),
        "secret-project/.env",
        "DATABASE_URL=postgres://app:c4n4ry@localhost/hidden\n",
    );
    let cli = at_home(home.path(), None);
    let run = cli.run(&["discover"]).expect(0);
    let found = run.json();
    assert_eq!(found["files"], 4);
    assert_eq!(found["connections"].as_array().unwrap().len(), 4);
    let line = named(&found, "orders");
    assert_eq!(
        line["connection_url"],
        "postgresql://app:***@db.example.com/orders"
    );
    assert_eq!(
        (&line["secrets"], &line["environment"], &line["line"]),
        (&json!(["password"]), &json!("prd"), &json!(1))
    );
    assert_eq!(line["environment_assumed"], true);
    // The service has the password of the other file, and says the same.
    assert!(named(&found, "live")["duplicate_of"].is_string() || line["duplicate_of"].is_string());
    assert_eq!(named(&found, "events.example.com")["type"], "mongodb");
    assert!(
        !run.stdout.contains("c4n4ry") && !run.stderr.contains("c4n4ry"),
        "{run:?}"
    );
    // Looking changes nothing.
    assert_eq!(cli.run(&["product", "list"]).expect(0).json(), json!([]));
    let again = cli.run(&["discover"]).expect(0).json();
    assert_eq!(again["connections"], found["connections"]);
}

#[test]
fn what_is_chosen_of_a_folder_is_taken_over_and_undone() {
    let keyring = PrivateKeyring::start();
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop");
    write(
        &shop,
        ".env",
        "DATABASE_URL=postgres://app:c4n4ry-dev@localhost/orders_dev\n",
    );
    write(
        &shop,
        "deploy/.env.production",
        "DATABASE_URL=postgres://app:c4n4ry-prd@db.example.com/orders\n",
    );
    write(
        &shop,
        "node_modules/x/.env",
        "DATABASE_URL=postgres://app:c4n4ry@localhost/theirs\n",
    );
    write(
        &shop,
        "compose.yaml",
        "services:\n  users:\n    image: mysql:8\n    environment:\n      MYSQL_ROOT_PASSWORD: c4n4ry-users\n",
    );
    let path = shop.to_str().unwrap();
    let cli = Cli::with_keyring(&keyring);
    let found = cli.run(&["discover", path]).expect(0).json();
    assert_eq!(
        (&found["product"], &found["product_name"]),
        (&json!("shop"), &json!("shop"))
    );
    assert_eq!(found["connections"].as_array().unwrap().len(), 3);

    let all = [
        "discover", path, "--into", "shop", "--name", "Shop", "--all",
    ];
    let dry = cli
        .run(&[&all[..], &["--dry-run"]].concat())
        .expect(0)
        .json();
    assert_eq!(dry["view"]["applied"], false);
    assert_eq!(
        dry["keyring"],
        json!([
            { "address": "shop/orders@dev", "slot": "password" },
            { "address": "shop/orders@prd", "slot": "password" },
            { "address": "shop/users@dev", "slot": "password" },
        ])
    );
    assert_eq!(cli.run(&["product", "list"]).expect(0).json(), json!([]));

    let done = cli.run(&all).expect(0);
    assert_eq!(done.json()["view"]["applied"], true);
    assert!(
        !done.stdout.contains("c4n4ry") && !done.stderr.contains("c4n4ry"),
        "{done:?}"
    );
    let shown = cli
        .run(&["db", "show", "shop/orders", "--reveal"])
        .expect(0)
        .json();
    assert_eq!(
        shown["envs"][0]["connection_url"],
        "postgres://app:c4n4ry-dev@localhost/orders_dev"
    );
    assert_eq!(
        shown["envs"][1]["connection_url"],
        "postgres://app:c4n4ry-prd@db.example.com/orders"
    );
    let environments = cli.run(&["env", "list", "shop"]).expect(0).json();
    assert_eq!(environments[0]["env_name"], "Development");
    assert_eq!(environments[1]["class"], "production");

    // What is here is known as such, and is not replaced.
    let found = cli.run(&["discover", path]).expect(0).json();
    assert!(
        found["connections"]
            .as_array()
            .unwrap()
            .iter()
            .all(|each| each["known_as"].is_string()),
        "{found}"
    );
    cli.run(&all).expect(2);
    let id = found["connections"][0]["id"].as_str().unwrap();
    let refused = cli
        .run(&["discover", path, "--into", "shop", "--pick", id])
        .expect(3)
        .error();
    assert_eq!(refused["detail"]["faults"][0]["field"], "picks[0]");
    // To another place it goes.
    let place = format!("{id}=orders-copy@stg");
    cli.run(&["discover", path, "--into", "shop", "--pick", &place])
        .expect(0);
    cli.run(&["db", "show", "shop/orders-copy"]).expect(0);

    let activity = cli.run(&["activity", "list"]).expect(0).json();
    cli.run(&["activity", "undo", activity[0]["id"].as_str().unwrap()])
        .expect(0);
    cli.run(&["db", "show", "shop/orders-copy"]).expect(4);
}

#[test]
fn what_can_not_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let cli = Cli::without_keyring();
    let found = cli.run(&["discover", path]).expect(0).json();
    assert_eq!(found["connections"], json!([]));
    cli.run(&["discover", &format!("{path}/nowhere")]).expect(4);
    write(folder.path(), "notes.txt", "nothing");
    cli.run(&["discover", &format!("{path}/notes.txt")])
        .expect(4);
    cli.run(&["discover", path, "--into", "shop"]).expect(2);
    cli.run(&["discover", path, "--all"]).expect(2);
    cli.run(&["discover", path, "--into", "shop", "--pick", "nobody"])
        .expect(4);
    cli.run(&["discover", path, "--into", "shop", "--pick", "=x"])
        .expect(2);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed_into() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path(), ".env", "A=postgres://a:b@h/elsewhere\n");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("circle")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join(".env.local"))
        .status()
        .unwrap();
    assert!(made.success());
    write(folder.path(), ".env", "A=postgres://a:b@h/here\n");
    let found = Cli::without_keyring()
        .run(&["discover", folder.path().to_str().unwrap()])
        .expect(0)
        .json();
    assert_eq!(found["connections"].as_array().unwrap().len(), 1, "{found}");
}
