//! Text of a server or of a record, on a terminal: markup, orders to the terminal, controls of direction and very long
//! texts do no harm, and JSON says all the same what was there.

mod harness;

use harness::{Cli, Run};
use serde_json::json;
use test_support::shared_postgres;

/// A title, a cleared screen, a colour by a C1 control, a turned direction, and markup.
const HOSTILE: &str =
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}drow\u{2066}<img src=x onerror=alert(1)>";

fn shop() -> Cli {
    let mut cli = Cli::without_keyring();
    cli.shop();
    let postgres = shared_postgres();
    cli.set("TAPEDECK_SECRET_PG", &postgres.password);
    let url = postgres
        .url("app")
        .replacen(&postgres.password, "$Secret{PG}", 1);
    cli.database("postgresql", "pg", &[("dev", &url)]).expect(0);
    cli
}

fn action(cli: &Cli, tag: &str, template: &str) {
    let record =
        json!({ "name": tag, "tag": tag, "tableName": "t", "type": "read", "template": template });
    cli.run_with(
        &["action", "create", "shop/pg", "-f", "-"],
        &record.to_string(),
    )
    .expect(0);
}

fn run(cli: &Cli, tag: &str, value: &str, more: &[&str]) -> Run {
    let address = format!("shop/pg:{tag}@dev");
    let mut arguments = vec!["action", "run", &address, "--input", "-"];
    arguments.extend(more);
    cli.run_with(
        &arguments,
        &json!({ "data": { "value": value } }).to_string(),
    )
}

/// Neither stream has a character in it that a terminal would obey, or that turns a line.
#[track_caller]
fn harmless(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let found = text.chars().find(|letter| {
            letter.is_control() && !matches!(letter, '\n' | '\t')
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(found, None, "{run:?}");
    }
}

#[test]
fn what_a_server_says_gives_the_terminal_no_orders() {
    let cli = shop();
    // A column's name, a value, an error and a notice.
    action(
        &cli,
        "read",
        &format!(
            "SELECT {{{{value}}}}::text AS \"{}\"",
            HOSTILE.replace('"', "")
        ),
    );
    action(&cli, "fail", "SELECT {{value}}::text::int");
    for more in [&[][..], &["--json"]] {
        let read = run(&cli, "read", HOSTILE, more).expect(0);
        harmless(&read);
        assert!(read.stdout.contains("<img src=x"), "{read:?}");
        let failed = run(&cli, "fail", HOSTILE, more).expect(1);
        harmless(&failed);
        assert!(failed.stderr.contains("<img src=x"), "{failed:?}");
    }
    // JSON says what was there all the same.
    let read = run(&cli, "read", HOSTILE, &["--json"]).json();
    assert_eq!(read["rows"][0][0], HOSTILE);
}

#[test]
fn a_megabyte_is_whole_as_a_value_and_bounded_as_an_error() {
    let cli = shop();
    action(&cli, "read", "SELECT {{value}}::text AS long");
    action(&cli, "fail", "SELECT {{value}}::text::int");
    let long = "x\u{202e}".repeat(500_000);
    let read = run(&cli, "read", &long, &["--json"]).expect(0);
    harmless(&read);
    assert_eq!(read.json()["rows"][0][0], long);
    let failed = run(&cli, "fail", &long, &[]).expect(1);
    harmless(&failed);
    assert!(failed.stderr.len() < 10_000, "{}", failed.stderr.len());
}

#[test]
fn what_a_record_says_gives_the_terminal_no_orders() {
    let cli = shop();
    let name = format!("Shop {HOSTILE}");
    harmless(&cli.run(&[
        "product",
        "update",
        "shop",
        "--name",
        &name,
        "--description",
        &name,
    ]));
    for arguments in [
        &["product", "list"][..],
        &["product", "show", "shop"],
        &["product", "show", "shop", "--json"],
        &["product", "show", HOSTILE],
        &["product", "show", HOSTILE, "--json"],
    ] {
        harmless(&cli.run(arguments));
    }
    let shown = cli.run(&["product", "show", "shop", "--json"]).json();
    assert!(shown.to_string().contains("owned"), "{shown}");
}
