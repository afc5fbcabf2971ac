//! `url convert`, `url options`, `url repair`, `db compare` and `db copy-url`: the connection editor's tools, by command.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use harness::Cli;
use serde_json::{Value, json};
use test_support::PrivateKeyring;

const URL: &str =
    "postgresql://app:c4n4ry@db.example.com:5432/orders?sslmode=require&sslpassword=c4n4ry2";

/// The command as a person runs it, without `--json`.
fn plain(cli: &Cli, arguments: &[&str], stdin: &str) -> harness::Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tapedeck"));
    command
        .arg("--data-dir")
        .arg(cli.data_dir())
        .args(arguments)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin.as_bytes()).unwrap();
    harness::finish(child)
}

#[test]
fn a_url_is_converted_with_its_secrets_masked() {
    let cli = Cli::without_keyring();
    for form in [
        "url",
        "keyword_value",
        "jdbc",
        "command",
        "env",
        "docker",
        "sdk",
        "node",
        "python",
        "go",
        "rust",
    ] {
        let run = cli
            .run_with(&["url", "convert", "--to", form], &format!("{URL}\n"))
            .expect(0);
        assert!(!run.stdout.contains("c4n4ry"), "{form}: {run:?}");
        assert!(!run.json()["text"].as_str().unwrap().is_empty(), "{form}");
    }
    let run = plain(&cli, &["url", "convert", "--to", "jdbc"], URL).expect(0);
    assert!(
        run.stdout
            .starts_with("jdbc:postgresql://db.example.com:5432/orders?"),
        "{run:?}"
    );
    let run = cli
        .run_with(&["url", "convert", "--to", "env", "--reveal"], URL)
        .expect(0);
    assert_eq!(run.json()["text"], format!("DATABASE_URL=\"{URL}\""));
    // What stays in a shell's history has no password, asked for or not.
    for form in ["command", "sdk", "node"] {
        let run = cli
            .run_with(&["url", "convert", "--to", form, "--reveal"], URL)
            .expect(0);
        assert!(!run.stdout.contains("c4n4ry"), "{form}: {run:?}");
    }
}

#[test]
fn the_notes_of_a_form_are_remarks() {
    let cli = Cli::without_keyring();
    let run = plain(&cli, &["url", "convert", "--to", "command"], URL).expect(0);
    assert!(run.stdout.contains("psql "), "{run:?}");
    assert!(run.stderr.contains("PASSWORD"), "{run:?}");
    let json = cli
        .run_with(&["url", "convert", "--to", "command"], URL)
        .expect(0);
    assert!(json.stderr.is_empty(), "{json:?}");
    assert!(!json.json()["notes"].as_array().unwrap().is_empty());
}

#[test]
fn what_can_not_be_converted_is_refused() {
    let cli = Cli::without_keyring();
    cli.run_with(&["url", "convert", "--to", "morse"], URL)
        .expect(2);
    cli.run_with(&["url", "convert"], URL).expect(2);
    cli.run_with(&["url", "convert", "--to", "jdbc"], "mongodb://h/d")
        .expect(2);
    let run = cli
        .run_with(
            &["url", "convert", "--to", "url"],
            "postgresql://app:c4n%zz4ry@h/d",
        )
        .expect(3);
    assert_eq!(run.error()["code"], "invalid_url");
    assert!(!run.stderr.contains("c4n"), "{run:?}");
}

#[test]
fn the_options_of_an_engine_are_listed_and_searched() {
    let cli = Cli::without_keyring();
    let all = cli
        .run(&["url", "options", "--type", "mysql"])
        .expect(0)
        .json();
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|option| option["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(names(&all).len() > 30, "{all}");
    let found = cli
        .run(&["url", "options", "--type", "mysql", "--search", "SSLMODE"])
        .expect(0)
        .json();
    assert!(names(&found).contains(&"ssl-mode".to_owned()), "{found}");
    assert!(names(&found).len() < names(&all).len());
    assert_eq!(found[0]["default"], "PREFERRED");
    assert_eq!(
        cli.run(&["url", "options", "--type", "mysql", "--search", "xyzzy"])
            .expect(0)
            .json(),
        json!([])
    );
    let table = plain(
        &cli,
        &[
            "url",
            "options",
            "--type",
            "postgresql",
            "--search",
            "timeout",
        ],
        "",
    )
    .expect(0);
    assert!(table.stdout.contains("connect_timeout"), "{table:?}");
    cli.run(&["url", "options"]).expect(2);
    cli.run(&["url", "options", "--type", "oracle"]).expect(2);
}

#[test]
fn a_fault_is_told_with_its_repair_and_no_secret() {
    let cli = Cli::without_keyring();
    let text = "mysql://app:c4n@4ry@db/orders";
    let run = cli.run_with(&["url", "repair"], text).expect(3);
    let found = run.json();
    assert_eq!(found["valid"], false);
    let problem = &found["problems"][0];
    assert_eq!(
        (&problem["severity"], &problem["code"], &problem["field"]),
        (
            &json!("error"),
            &json!("unescaped_character"),
            &json!("password")
        )
    );
    assert_eq!(
        problem["repair"],
        json!({ "label": "Encode the password", "preview": "mysql://app:***@db/orders" })
    );
    let (start, end) = (&problem["span"][0], &problem["span"][1]);
    assert!(start.as_u64().unwrap() < end.as_u64().unwrap());
    assert!(
        !run.stdout.contains("c4n") && !run.stdout.contains("4ry"),
        "{run:?}"
    );

    let mended = cli
        .run_with(&["url", "repair", "--apply"], text)
        .expect(0)
        .json();
    assert_eq!(mended["url"], "mysql://app:***@db/orders");
    let mended = plain(&cli, &["url", "repair", "--apply", "--reveal"], text).expect(0);
    assert_eq!(mended.stdout, "mysql://app:c4n%404ry@db/orders\n");
    cli.run_with(&["url", "repair", "--reveal"], text).expect(2);
}

#[test]
fn advice_is_followed_only_where_it_is_named() {
    let cli = Cli::without_keyring();
    let text = "mysql://app:c4n4ry@localhost/orders";
    let found = cli.run_with(&["url", "repair"], text).expect(0).json();
    assert_eq!(found["valid"], true);
    assert_eq!(found["problems"][0]["severity"], "hint");
    assert_eq!(found["problems"][0]["code"], "localhost_is_a_socket");
    let same = cli
        .run_with(&["url", "repair", "--apply"], text)
        .expect(0)
        .json();
    assert_eq!(same["url"], "mysql://app:***@localhost/orders");
    let changed = cli
        .run_with(&["url", "repair", "--apply=localhost_is_a_socket"], text)
        .expect(0)
        .json();
    assert_eq!(changed["url"], "mysql://app:***@127.0.0.1/orders");
    cli.run_with(&["url", "repair", "--apply=nonsense"], text)
        .expect(4);
}

#[test]
fn what_was_pasted_is_mended_for_the_type() {
    let cli = Cli::without_keyring();
    for (database_type, text, url) in [
        (
            "mysql",
            "jdbc:mysql://db/orders?user=app&password=c4n4ry",
            "mysql://db/orders?user=app&password=***",
        ),
        (
            "postgresql",
            "export DATABASE_URL='postgresql+psycopg2://app:c4n4ry@db/orders'",
            "postgresql://app:***@db/orders",
        ),
        (
            "mongodb",
            "app:c4n4ry@db/orders",
            "mongodb://app:***@db/orders",
        ),
    ] {
        let run = cli
            .run_with(&["url", "repair", "--apply", "--type", database_type], text)
            .expect(0);
        assert_eq!(run.json()["url"], url);
    }
    let run = cli
        .run_with(&["url", "repair", "--apply"], "what is c4n4ry")
        .expect(3);
    assert_eq!(run.error()["code"], "invalid_url");
    assert!(!run.stderr.contains("c4n4ry"), "{run:?}");
}

#[test]
fn nothing_wrong_is_said_in_words() {
    let cli = Cli::without_keyring();
    let run = plain(&cli, &["url", "repair"], "postgresql://app@db/orders").expect(0);
    assert_eq!(run.stdout, "Nothing is wrong with it.\n");
    let run = plain(&cli, &["url", "repair"], "mysql://localhost/orders").expect(0);
    assert!(
        run.stdout
            .starts_with("hint localhost_is_a_socket at 8-17: "),
        "{run:?}"
    );
}

/// A shop with a keyring: orders in dev and stg, the passwords the same or not.
fn shop(keyring: &PrivateKeyring, passwords: (&str, &str)) -> Cli {
    let cli = Cli::with_keyring(keyring);
    cli.shop();
    let (dev, stg) = passwords;
    cli.database(
        "postgresql",
        "orders",
        &[
            (
                "dev",
                &format!("postgresql://app:{dev}@dev.example.com/orders?sslmode=require"),
            ),
            (
                "stg",
                &format!("postgresql://app:{stg}@stg.example.com:5433/orders"),
            ),
        ],
    )
    .expect(0);
    cli
}

fn part<'a>(comparison: &'a Value, part: &str) -> &'a Value {
    let mut parts = comparison["parts"].as_array().unwrap().iter();
    parts.find(|entry| entry["part"] == part).unwrap()
}

#[test]
fn two_environments_are_compared_and_no_secret_is_told() {
    let keyring = PrivateKeyring::start();
    let cli = shop(&keyring, ("c4n4ry1", "c4n4ry2"));
    let run = cli
        .run(&["db", "compare", "shop/orders@dev", "stg"])
        .expect(1);
    let comparison = run.json();
    assert_eq!(comparison["same"], false);
    assert_eq!(part(&comparison, "host")["state"], "different");
    assert_eq!(part(&comparison, "database")["state"], "same");
    assert_eq!(part(&comparison, "password")["state"], "different");
    assert_eq!(part(&comparison, "password")["left"], "***");
    assert!(!run.stdout.contains("c4n4ry"), "{run:?}");
    cli.run(&["db", "compare", "shop/orders@dev", "prd"])
        .expect(4);
    cli.run(&["db", "compare", "shop/orders", "stg"]).expect(2);

    cli.run(&["db", "copy-url", "shop/orders@dev", "stg", "--with-secrets"])
        .expect(0);
    cli.run(&["db", "compare", "shop/orders@dev", "stg"])
        .expect(0);
}

#[test]
fn a_secret_that_is_not_here_keeps_urls_from_being_compared() {
    let keyring = PrivateKeyring::start();
    let cli = shop(&keyring, ("c4n4ry1", "c4n4ry1"));
    cli.run(&["db", "copy-url", "shop/orders@dev", "stg", "prd"])
        .expect(0);
    let run = cli
        .run(&["db", "compare", "shop/orders@dev", "prd"])
        .expect(6);
    assert_eq!(part(&run.json(), "password")["state"], "unknown");
}

#[test]
fn a_url_is_copied_with_a_replacement_and_each_keeps_its_own_password() {
    let keyring = PrivateKeyring::start();
    let cli = shop(&keyring, ("c4n4ry1", "c4n4ry2"));
    let copy = [
        "db",
        "copy-url",
        "shop/orders@dev",
        "stg",
        "prd",
        "--replace",
        "dev={env}",
    ];
    let before = cli.run(&["db", "show", "shop/orders"]).expect(0).json();
    let mut rehearsal = copy.to_vec();
    rehearsal.push("--dry-run");
    let run = cli.run(&rehearsal).expect(0);
    let expected = json!([
        {
            "env": "stg",
            "before": "postgresql://app:***@stg.example.com:5433/orders",
            "after": "postgresql://app:***@stg.example.com/orders?sslmode=require",
            "missing_secrets": [],
            "problem": null
        },
        {
            "env": "prd",
            "before": null,
            "after": "postgresql://app:***@prd.example.com/orders?sslmode=require",
            "missing_secrets": ["password"],
            "problem": null
        }
    ]);
    let mut lines = run.json();
    // Which words name a slot is the core's business.
    lines[1]["missing_secrets"] = json!(["password"]);
    assert_eq!(lines, expected);
    assert_eq!(
        run.json()[1]["missing_secrets"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        cli.run(&["db", "show", "shop/orders"]).expect(0).json(),
        before,
        "a rehearsal changes nothing"
    );

    cli.run(&copy).expect(0);
    let shown = cli.run(&["db", "show", "shop/orders"]).expect(0).json();
    assert_eq!(
        shown["envs"][1]["connection_url"],
        "postgresql://app:***@stg.example.com/orders?sslmode=require"
    );
    let stg = cli.run(&[
        "exec",
        "shop@stg",
        "--",
        "sh",
        "-c",
        "printf %s \"$ORDERS_DATABASE_URL\"",
    ]);
    assert_eq!(
        stg.expect(0).stdout,
        "postgresql://app:c4n4ry2@stg.example.com/orders?sslmode=require",
        "its own password"
    );
}

#[test]
fn a_copy_that_can_not_be_is_refused_whole() {
    let keyring = PrivateKeyring::start();
    let cli = shop(&keyring, ("c4n4ry1", "c4n4ry2"));
    let before = cli.run(&["db", "show", "shop/orders"]).expect(0).json();
    cli.run(&["db", "copy-url", "shop/orders@dev", "stg", "dev"])
        .expect(2);
    cli.run(&["db", "copy-url", "shop/orders@prd", "stg"])
        .expect(4);
    cli.run(&["db", "copy-url", "shop/orders@dev"]).expect(2);
    cli.run(&[
        "db",
        "copy-url",
        "shop/orders@dev",
        "stg",
        "--replace",
        "dev",
    ])
    .expect(2);
    let refused = cli
        .run(&["db", "copy-url", "shop/orders@dev", "dev", "--dry-run"])
        .expect(3);
    assert!(refused.json()[0]["problem"].is_string(), "{refused:?}");
    assert_eq!(
        cli.run(&["db", "show", "shop/orders"]).expect(0).json(),
        before
    );
}
