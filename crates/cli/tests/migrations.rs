//! The whole story of migrations from outside, on real servers: written, planned, run, promoted, drifted, reverted, and finished after a
//! runner was killed.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use std::time::Duration;

use harness::{Cli, Run, faults, finish};
use serde_json::{Value, json};
use test_support::{MariaDb, Postgres, wait_until};

/// A shop whose database `orders` is in three databases of one server.
struct Shop {
    cli: Cli,
    server: Postgres,
}

const ENVS: [&str; 3] = ["dev", "stg", "prd"];

fn shop() -> Shop {
    let server = Postgres::start();
    let mut cli = Cli::without_keyring();
    for env in ENVS {
        server.create_database(env);
        let name = format!("TAPEDECK_SECRET_URL_{}", env.to_uppercase());
        cli.set(&name, &server.url(env));
    }
    cli.set("USER", "ada");
    cli.shop();
    let urls = ENVS.map(|env| (env, format!("$Secret{{URL_{}}}", env.to_uppercase())));
    let envs: Vec<(&str, &str)> = urls.iter().map(|(env, url)| (*env, url.as_str())).collect();
    cli.database("postgresql", "orders", &envs).expect(0);
    Shop { cli, server }
}

fn create(cli: &Cli, record: &Value) -> Run {
    let text = record.to_string();
    cli.run_with(&["migration", "create", "shop/orders", "-f", "-"], &text)
}

fn users() -> Value {
    json!({
        "name": "Users", "tag": "users",
        "value": {
            "up": ["CREATE TABLE users (id integer PRIMARY KEY, name text)", "CREATE INDEX users_name ON users (name)"],
            "down": ["DROP INDEX users_name", "DROP TABLE users"],
        },
    })
}

fn email() -> Value {
    json!({
        "name": "E-mail", "tag": "email",
        "value": { "up": ["ALTER TABLE users ADD COLUMN email text"], "down": ["ALTER TABLE users DROP COLUMN email"] },
        "checks": { "pre": ["SELECT count(*) = 0 FROM users"] },
    })
}

/// The cell of `orders` in an environment.
fn cell(cli: &Cli, env: &str) -> Value {
    let run = cli
        .run(&["migration", "status", "shop/orders", "--env", env])
        .expect(0);
    let cells = run.json();
    assert_eq!(cells.as_array().unwrap().len(), 1, "{cells}");
    cells[0].clone()
}

fn states(cell: &Value) -> Vec<String> {
    let migrations = cell["migrations"].as_array().unwrap();
    migrations
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one["tag"].as_str().unwrap(),
                one["state"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn records_from_creation_to_deletion() {
    let cli = Cli::without_keyring();
    cli.shop();
    // Nothing answers there: what is applied nowhere as far as anybody knows can be changed.
    let url = "postgresql://app@127.0.0.1:1/orders";
    cli.database("postgresql", "orders", &[("dev", url)])
        .expect(0);
    let mut record = users();
    record["created_at"] = json!("2001-01-01T00:00:00Z");
    record["position"] = json!(7);
    let made = create(&cli, &record).expect(0).json();
    assert_eq!(made["tag"], "users");
    assert_eq!(made["position"], 1);
    assert_eq!(made["value"], users()["value"]);
    let since = made["created_at"].as_str().unwrap();
    assert!(!since.starts_with("2001"), "times are ours to keep: {made}");
    assert_eq!(made["created_at"], made["updated_at"]);
    create(&cli, &email()).expect(0);
    let listed = cli.run(&["migration", "list", "shop/orders"]).expect(0);
    let tags: Vec<Value> = listed
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["tag"].clone())
        .collect();
    assert_eq!(tags, ["users", "email"]);

    // What was shown can be given back.
    let shown = cli
        .run(&["migration", "show", "shop/orders:users"])
        .expect(0);
    let update = |patch: &Value| {
        let arguments = ["migration", "update", "shop/orders:users", "-f", "-"];
        cli.run_with(&arguments, &patch.to_string())
    };
    let same = update(&shown.json()).expect(0).json();
    assert_eq!(same["updated_at"], made["updated_at"], "nothing changed");
    let renamed =
        update(&json!({ "name": "People", "fingerprint": made["fingerprint"] })).expect(0);
    assert_eq!(renamed.json()["name"], "People");
    assert_eq!(renamed.json()["created_at"], made["created_at"]);
    let stale = update(&json!({ "name": "Persons", "fingerprint": made["fingerprint"] })).expect(3);
    assert_eq!(stale.error()["code"], "conflict");

    // Every fault at once.
    let broken =
        json!({ "name": "", "tag": "users", "value": { "up": ["SELECT 1; SELECT 2", "'"] } });
    let found = faults(&create(&cli, &broken).expect(3));
    assert!(
        found.contains(&"value.up[0] several_statements".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"tag duplicate".to_owned()), "{found:?}");
    assert!(
        found.iter().any(|fault| fault.starts_with("name ")),
        "{found:?}"
    );

    cli.run(&["migration", "order", "shop/orders", "email"])
        .expect(0);
    let first = cli
        .run(&["migration", "show", "shop/orders:email"])
        .expect(0);
    assert_eq!(first.json()["position"], 1);
    cli.run(&["migration", "delete", "shop/orders:email"])
        .expect(0);
    let gone = cli
        .run(&["migration", "show", "shop/orders:email"])
        .expect(4);
    assert_eq!(gone.error()["code"], "not_found");
    let new = cli
        .run(&["migration", "new", "shop/orders", "Add orders!"])
        .expect(0)
        .json();
    assert_eq!(
        (&new["tag"], &new["position"]),
        (&json!("add-orders"), &json!(2))
    );
    cli.run(&["migration", "repair", "shop/orders@dev"])
        .expect(2);
    cli.run(&["migration", "status", "nothing"]).expect(4);
    let down = cli.run(&["migration", "status", "shop"]).expect(1).json();
    assert!(down[0]["error"]["code"].is_string(), "{down}");
}

#[test]
fn written_planned_run_promoted_drifted_and_rolled_back() {
    let Shop { cli, server } = shop();
    create(&cli, &users()).expect(0);
    create(&cli, &email()).expect(0);

    let plan = cli
        .run(&["migration", "plan", "shop/orders@dev"])
        .expect(0)
        .json();
    let steps = plan["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2);
    assert_eq!(steps[0]["tag"], "users");
    assert_eq!(steps[0]["direction"], "up");
    assert_eq!(steps[0]["statements"], users()["value"]["up"]);
    let up_to = ["migration", "plan", "shop/orders@dev", "--to", "users"];
    let plan = cli.run(&up_to).expect(0).json();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 1);
    cli.run(&["migration", "plan", "shop/orders@dev", "--to", "nothing"])
        .expect(4);
    assert_eq!(
        server.sql(
            "dev",
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ),
        "0"
    );

    // A dry run leaves nothing.
    let dry = cli
        .run(&["migration", "run", "shop/orders@dev", "--dry-run"])
        .expect(0);
    assert!(
        dry.lines().iter().any(|line| line["dry_run"] == true),
        "{dry:?}"
    );
    assert_eq!(
        server.sql("dev", "SELECT to_regclass('users') IS NULL"),
        "t"
    );
    assert_eq!(cell(&cli, "dev")["pending"], 2);

    let run = cli.run(&["migration", "run", "shop/orders@dev"]).expect(0);
    let lines = run.lines();
    let told = |kind: &str| lines.iter().filter(|line| line["event"] == kind).count();
    assert_eq!(
        (told("statement"), told("migration"), lines.len()),
        (3, 2, 5)
    );
    assert_eq!(lines[0]["tag"], "users");
    assert_eq!(
        (&lines[0]["statement"], &lines[0]["statements"]),
        (&json!(1), &json!(2))
    );
    let dev = cell(&cli, "dev");
    assert_eq!(
        (&dev["head"], &dev["pending"], &dev["failed"]),
        (&json!("email"), &json!(0), &json!(0))
    );
    assert_eq!(states(&dev), ["users applied", "email applied"]);
    assert_eq!(dev["migrations"][0]["checksum_matches"], true);
    assert!(
        dev["migrations"][0]["by"]
            .as_str()
            .unwrap()
            .starts_with("ada@")
    );
    let stg = cell(&cli, "stg");
    assert_eq!((&stg["head"], &stg["pending"]), (&Value::Null, &json!(2)));

    // Production waits for staging, whatever is typed; staging wants to be confirmed.
    let ahead = cli
        .run(&[
            "migration",
            "promote",
            "shop/orders",
            "dev",
            "prd",
            "--yes",
            "orders",
        ])
        .expect(3)
        .error();
    assert_eq!(ahead["detail"]["guard"], "order", "{ahead}");
    assert_eq!(ahead["detail"]["exception"], "skip_order");
    let unconfirmed = cli
        .run(&["migration", "promote", "shop/orders", "dev", "stg"])
        .expect(3);
    assert_eq!(unconfirmed.error()["detail"]["confirm"], "orders");
    assert_eq!(
        server.sql(
            "stg",
            "SELECT count(*) FROM pg_tables WHERE tablename LIKE '\\_tapedeck%'"
        ),
        "0"
    );
    cli.run(&[
        "migration",
        "promote",
        "shop/orders",
        "dev",
        "stg",
        "--yes",
        "orders",
    ])
    .expect(0);
    assert_eq!(
        states(&cell(&cli, "stg")),
        ["users applied", "email applied"]
    );
    cli.run(&["migration", "diff", "shop/orders", "dev", "stg"])
        .expect(0);

    // Somebody changes staging by hand.
    server.sql("stg", "ALTER TABLE users ADD COLUMN nickname text");
    let drift = cli
        .run(&["migration", "drift", "shop/orders@stg"])
        .expect(1)
        .json();
    let column = drift
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["kind"] == "column")
        .unwrap();
    assert!(
        column["object"].as_str().unwrap().ends_with("nickname"),
        "{drift}"
    );
    assert_eq!(column["change"], "added");
    cli.run(&["migration", "drift", "shop/orders@dev"])
        .expect(0);
    cli.run(&["migration", "diff", "shop/orders", "dev", "stg"])
        .expect(1);
    let nothing = cli
        .run(&["migration", "drift", "shop/orders@prd"])
        .expect(6);
    assert_eq!(nothing.error()["code"], "not_compared");
    let status = cli
        .run(&["migration", "status", "shop", "--env", "stg", "--drift"])
        .expect(0)
        .json();
    assert_eq!(status[0]["drift"], true);

    // Back, and it may be deleted once it is nowhere.
    let applied = cli
        .run(&["migration", "delete", "shop/orders:email"])
        .expect(3)
        .error();
    assert_eq!(
        applied["detail"]["applied"],
        json!(["dev", "stg"]),
        "{applied}"
    );
    cli.run(&["migration", "rollback", "shop/orders@dev"])
        .expect(0);
    assert_eq!(
        states(&cell(&cli, "dev")),
        ["users applied", "email rolled_back"]
    );
    let guarded = cli
        .run(&["migration", "rollback", "shop/orders@stg"])
        .expect(3)
        .error();
    assert_eq!(
        guarded["detail"]["guard"], "tag",
        "it drops a column: {guarded}"
    );
    let back = [
        "migration",
        "rollback",
        "shop/orders@stg",
        "--to",
        "users",
        "--yes",
        "orders",
    ];
    cli.run(&back).expect(0);
    cli.run(&["migration", "delete", "shop/orders:email"])
        .expect(0);
}

#[test]
fn what_fails_says_what_is_applied() {
    let Shop { cli, server } = shop();
    create(&cli, &users()).expect(0);
    let broken = json!({
        "name": "Broken", "tag": "broken",
        "value": { "up": ["CREATE TABLE fine (n integer)", "ALTER TABLE nowhere ADD COLUMN n integer"] },
    });
    create(&cli, &broken).expect(0);
    let run = cli.run(&["migration", "run", "shop/orders@dev"]).expect(1);
    let error = run.error();
    assert_eq!(error["detail"]["applied"], json!(["users"]), "{error}");
    assert_eq!(error["detail"]["tag"], "broken");
    assert_eq!(error["detail"]["statement"], 2);
    let last = run.lines().pop().unwrap();
    assert_eq!(
        (&last["tag"], &last["state"]),
        (&json!("broken"), &json!("failed"))
    );
    assert_eq!(server.sql("dev", "SELECT to_regclass('fine') IS NULL"), "t");
    let dev = cell(&cli, "dev");
    assert_eq!(
        (&dev["head"], &dev["failed"]),
        (&json!("users"), &json!(1)),
        "{dev}"
    );
    // It is edited, and simply run again.
    let patch = json!({ "value": { "up": ["CREATE TABLE fine (n integer)"], "down": ["DROP TABLE fine"] } });
    let arguments = ["migration", "update", "shop/orders:broken", "-f", "-"];
    cli.run_with(&arguments, &patch.to_string()).expect(0);
    cli.run(&["migration", "run", "shop/orders@dev"]).expect(0);
    assert_eq!(cell(&cli, "dev")["failed"], 0);
}

#[test]
fn a_killed_run_is_resumed() {
    let server = MariaDb::start();
    let mut cli = Cli::without_keyring();
    cli.set("TAPEDECK_SECRET_URL", &server.url("app"));
    cli.shop();
    cli.database("mysql", "orders", &[("dev", "$Secret{URL}")])
        .expect(0);
    let slow = json!({
        "name": "Slow", "tag": "slow",
        "value": { "up": ["CREATE TABLE a (n int)", "CREATE TABLE b AS SELECT SLEEP(4) AS n", "CREATE TABLE c (n int)"] },
    });
    create(&cli, &slow).expect(0);
    let mut child = cli
        .command(&["migration", "run", "shop/orders@dev"])
        .spawn()
        .unwrap();
    let seen = wait_until(Duration::from_secs(20), || {
        server.sql("SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = 'a'") == "1"
            && server.sql("SELECT count(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'CREATE TABLE b%'") == "1"
    });
    assert!(seen, "the second statement runs");
    child.kill().unwrap();
    finish(child);
    let dev = cell(&cli, "dev");
    let one = &dev["migrations"][0];
    assert_eq!(one["state"], "started", "{dev}");
    assert_eq!(
        (
            &one["statements_done"],
            &one["statements"],
            &one["under_way"]
        ),
        (&json!(1), &json!(3), &json!(2))
    );
    let blocked = cli
        .run(&["migration", "run", "shop/orders@dev"])
        .expect(3)
        .error();
    assert_eq!(blocked["detail"]["guard"], "unfinished", "{blocked}");
    let ended = wait_until(Duration::from_secs(20), || {
        server.sql(
            "SELECT count(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'CREATE TABLE b%'",
        ) == "0"
    });
    assert!(ended, "the server is done with it");
    server.sql("DROP TABLE IF EXISTS app.b");
    cli.run(&["migration", "repair", "shop/orders@dev", "--resume"])
        .expect(0);
    assert_eq!(states(&cell(&cli, "dev")), ["slow applied"]);
    let tables = server.sql("SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME IN ('a', 'b', 'c')");
    assert_eq!(tables, "3");
}

#[test]
fn the_promotion_order_is_the_products() {
    let Shop {
        cli,
        server: _server,
    } = shop();
    create(&cli, &users()).expect(0);
    let policy = |order: &str| cli.run(&["product", "update", "shop", "--promotion", order]);
    let kept = policy("stg,dev,prd").expect(0).json();
    assert_eq!(
        kept["promotion"],
        json!({ "enforced": true, "order": ["stg", "dev", "prd"] })
    );
    let run = |env: &str, more: &[&str]| {
        let target = format!("shop/orders@{env}");
        let mut arguments = vec!["migration", "run", target.as_str()];
        arguments.extend(more);
        cli.run(&arguments)
    };
    assert_eq!(
        run("dev", &[]).expect(3).error()["detail"]["guard"],
        "order"
    );
    // A renamed environment keeps its place.
    cli.run(&["env", "update", "shop", "stg", "--new-slug", "uat"])
        .expect(0);
    let shown = cli.run(&["product", "show", "shop"]).expect(0).json();
    assert_eq!(shown["promotion"]["order"], json!(["uat", "dev", "prd"]));
    cli.run(&["env", "update", "shop", "uat", "--new-slug", "stg"])
        .expect(0);
    policy("nowhere").expect(4);
    policy("dev,dev").expect(3);
    policy("default").expect(0);
    // Set aside: typed, and written down.
    assert_eq!(
        run("prd", &["--skip-order"]).expect(3).error()["detail"]["confirm"],
        "orders"
    );
    run("prd", &["--skip-order", "--yes", "orders"]).expect(0);
    policy("off").expect(0);
    run("stg", &["--yes", "orders"]).expect(0);
}

#[test]
fn folders_of_other_tools_come_and_go() {
    let cli = Cli::without_keyring();
    cli.shop();
    for tag in ["orders", "copies"] {
        let url = "postgresql://app@127.0.0.1:1/orders";
        cli.database("postgresql", tag, &[("dev", url)]).expect(0);
    }
    create(&cli, &users()).expect(0);
    create(&cli, &email()).expect(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations");
    let path = path.to_str().unwrap();
    let export = |more: &[&str]| {
        let mut arguments = vec![
            "migration",
            "export",
            "shop/orders",
            path,
            "--format",
            "dbmate",
        ];
        arguments.extend(more);
        cli.run(&arguments)
    };
    let dry = export(&["--dry-run"]).expect(0).json();
    assert_eq!(dry["files"].as_array().unwrap().len(), 2, "{dry}");
    assert!(
        !std::path::Path::new(path).exists(),
        "a dry run writes nothing"
    );
    export(&[]).expect(0);
    let again = export(&[]).expect(0).json();
    assert_eq!(
        (
            again["files"].as_array().unwrap().len(),
            &again["unchanged"]
        ),
        (0, &json!(2))
    );
    let import = |more: &[&str]| {
        let mut arguments = vec![
            "migration",
            "import",
            "shop/copies",
            path,
            "--format",
            "dbmate",
        ];
        arguments.extend(more);
        cli.run(&arguments)
    };
    import(&["--dry-run"]).expect(0);
    assert!(
        cli.run(&["migration", "list", "shop/copies"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
    import(&[]).expect(0);
    let copies = cli
        .run(&["migration", "list", "shop/copies"])
        .expect(0)
        .json();
    let originals = cli
        .run(&["migration", "list", "shop/orders"])
        .expect(0)
        .json();
    for (copy, original) in copies
        .as_array()
        .unwrap()
        .iter()
        .zip(originals.as_array().unwrap())
    {
        assert_eq!(copy["value"], original["value"]);
    }
    let known = import(&[]).expect(0).json();
    let exists = known["migrations"].as_array().unwrap().iter();
    assert!(
        exists.clone().count() == 2 && exists.clone().all(|one| one["exists"] == true),
        "{known}"
    );
    // A file that somebody else wrote is left alone, and so are all the others.
    let first = std::fs::read_dir(path)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(&first, "-- mine\n").unwrap();
    assert_eq!(export(&[]).expect(3).error()["code"], "refused");
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "-- mine\n");
    cli.run(&[
        "migration",
        "import",
        "shop/copies",
        "/nonexistent",
        "--format",
        "sqlx",
    ])
    .expect(4);
    cli.run(&[
        "migration",
        "import",
        "shop/copies",
        path,
        "--format",
        "migrate-mongo",
    ])
    .expect(3);
}
