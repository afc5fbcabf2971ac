//! The contract of the records of `action`: JSON, exit statuses, bad input.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use harness::{Cli, Run, faults};
use serde_json::{Value, json};

fn cli() -> Cli {
    let cli = Cli::without_keyring();
    cli.shop();
    cli.database(
        "postgresql",
        "orders",
        &[("dev", "postgresql://app@localhost/orders")],
    )
    .expect(0);
    cli.database(
        "mongodb",
        "events",
        &[("dev", "mongodb://localhost/events")],
    )
    .expect(0);
    cli
}

fn create(cli: &Cli, database: &str, record: &Value) -> Run {
    let address = format!("shop/{database}");
    cli.run_with(
        &["action", "create", &address, "-f", "-"],
        &record.to_string(),
    )
}

fn update(cli: &Cli, action: &str, patch: &Value) -> Run {
    let address = format!("shop/{action}");
    cli.run_with(
        &["action", "update", &address, "-f", "-"],
        &patch.to_string(),
    )
}

fn by_user() -> Value {
    json!({
        "name": "Orders by user", "tag": "by-user", "tableName": "orders", "type": "read",
        "template": "SELECT * FROM orders WHERE username = '{{username:NOSPACES_STRING:3:20}}' LIMIT {{n:INTEGER?}}",
        "description": "For support", "data": [{ "username": "ada" }],
    })
}

fn tags(run: &Run) -> Vec<String> {
    let records = run.json();
    let tag = |record: &Value| record["tag"].as_str().unwrap().to_owned();
    records.as_array().unwrap().iter().map(tag).collect()
}

#[test]
fn actions_from_creation_to_deletion() {
    let cli = cli();
    let made = create(&cli, "orders", &by_user()).expect(0).json();
    for (field, value) in by_user().as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    let shown = cli
        .run(&["action", "show", "shop/orders:by-user"])
        .expect(0)
        .json();
    assert_eq!(shown, made);

    // A patch: absent fields stay, null clears, a renamed action keeps its id.
    let patch = json!({ "tag": "for-user", "description": null });
    let updated = update(&cli, "orders:by-user", &patch).expect(0).json();
    assert_eq!(updated["id"], made["id"]);
    assert_eq!(updated["tag"], "for-user");
    assert_eq!(updated["template"], made["template"]);
    assert!(updated.get("description").is_none());
    cli.run(&["action", "show", "shop/orders:by-user"])
        .expect(4);

    let copy = cli
        .run(&["action", "duplicate", "shop/orders:for-user"])
        .expect(0)
        .json();
    assert_eq!(copy["tag"], "for-user-copy");
    cli.run(&["action", "duplicate", "shop/orders:for-user"])
        .expect(0);
    let list = cli.run(&["action", "list", "shop/orders"]).expect(0);
    assert_eq!(
        tags(&list),
        ["for-user", "for-user-copy-2", "for-user-copy"]
    );
    let order = ["action", "order", "shop/orders", "for-user-copy"];
    assert_eq!(
        tags(&cli.run(&order).expect(0)),
        ["for-user-copy", "for-user", "for-user-copy-2"]
    );
    cli.run(&["action", "order", "shop/orders", "none"])
        .expect(4);

    cli.run(&["action", "delete", "shop/orders:for-user"])
        .expect(0);
    cli.run(&["action", "delete", "shop/orders:for-user"])
        .expect(4);
    // What an address lacks is a mistake of usage.
    cli.run(&["action", "show", "shop/orders"]).expect(2);
    cli.run(&["action", "list", "shop"]).expect(2);
    cli.run(&["action", "list", "shop/none"]).expect(4);
}

#[test]
fn every_fault_of_record_and_templates_is_told_at_once_and_nothing_is_saved() {
    let cli = cli();
    create(&cli, "orders", &by_user()).expect(0);
    let record = json!({
        "tag": "by-user", "tableName": "orders", "type": "read", "colour": "red", "allRows": "yes",
        "template": "DELETE FROM {{table}} WHERE a = {{b:INTEGER:5:2}}",
    });
    let run = create(&cli, "orders", &record).expect(3);
    let mut found = faults(&run);
    found.sort();
    assert_eq!(
        found,
        [
            "allRows wrong_type",
            "colour unknown_field",
            "name required",
            "tag duplicate",
            "template max_below_min",
            "template needs_identifier",
        ]
    );
    let places = run.error()["detail"]["faults"].clone();
    let at = |code: &str| {
        let faults = places.as_array().unwrap();
        let fault = faults.iter().find(|fault| fault["code"] == code).unwrap();
        (fault["start"].clone(), fault["end"].clone())
    };
    assert_eq!(at("needs_identifier"), (json!(12), json!(21)));

    for (database, kind, template, expected) in [
        (
            "orders",
            "read",
            json!("DELETE FROM orders WHERE id = 1"),
            "type type_writes",
        ),
        ("orders", "update", json!("SELECT 1"), "type type_mismatch"),
        (
            "orders",
            "read",
            json!("SELECT 1; SELECT 2"),
            "template many_statements",
        ),
        (
            "orders",
            "read",
            json!({ "find": {} }),
            "template needs_text",
        ),
        ("orders", "read", json!(5), "template wrong_type"),
        (
            "events",
            "read",
            json!("SELECT 1"),
            "template needs_operation",
        ),
        (
            "events",
            "read",
            json!({ "findd": {} }),
            "template unknown_operation",
        ),
        (
            "events",
            "read",
            json!({ "aggregate": [{ "$out": "x" }] }),
            "type type_writes",
        ),
        (
            "events",
            "update",
            json!({ "updateOne": { "filter": { "a": 1 }, "sett": { "a": 1 } } }),
            "template.updateOne.sett unknown_operator",
        ),
    ] {
        let record = json!({ "name": "X", "tag": "x", "tableName": "t", "type": kind, "template": template });
        let run = create(&cli, database, &record).expect(3);
        assert_eq!(faults(&run), [expected], "{template}");
    }
    let filter = json!({ "filterTemplate": "id = 1" });
    let run = update(&cli, "orders:by-user", &filter).expect(3);
    assert!(
        faults(&run)[0].starts_with("filterTemplate "),
        "{:?}",
        faults(&run)
    );
    for text in ["", "[]", "5", "{"] {
        let run = cli.run_with(&["action", "create", "shop/orders", "-f", "-"], text);
        assert_eq!(run.expect(3).error()["code"], "validation", "{text}");
        let run = cli.run_with(
            &["action", "update", "shop/orders:by-user", "-f", "-"],
            text,
        );
        assert_eq!(run.expect(3).error()["code"], "validation", "{text}");
    }
    let shown = cli.run(&["action", "list", "shop/orders"]).expect(0);
    assert_eq!(tags(&shown), ["by-user"]);
    assert_eq!(
        tags(&cli.run(&["action", "list", "shop/events"]).expect(0)),
        [""; 0]
    );
}

#[test]
fn a_patch_made_from_something_else_is_a_conflict() {
    let cli = cli();
    let made = create(&cli, "orders", &by_user()).expect(0).json();
    update(&cli, "orders:by-user", &json!({ "name": "Theirs" })).expect(0);
    let mut mine = made.clone();
    mine["name"] = json!("Mine");
    let error = update(&cli, "orders:by-user", &mine).expect(3).error();
    assert_eq!(error["code"], "conflict");
    let change = &error["detail"]["changes"][0];
    assert_eq!(
        (
            &change["field"],
            &change["base"],
            &change["current"],
            &change["yours"]
        ),
        (
            &json!("name"),
            &json!("Orders by user"),
            &json!("Theirs"),
            &json!("Mine")
        )
    );
    mine["fingerprint"] = error["detail"]["current_fingerprint"].clone();
    let updated = update(&cli, "orders:by-user", &mine).expect(0).json();
    assert_eq!(updated["name"], "Mine");
    let other = json!({ "id": "another", "name": "X" });
    assert_eq!(
        faults(&update(&cli, "orders:by-user", &other).expect(3)),
        ["id immutable"]
    );
}

#[test]
fn inputs_are_a_json_schema() {
    let cli = cli();
    create(&cli, "orders", &by_user()).expect(0);
    let schema = cli
        .run(&["action", "inputs", "shop/orders:by-user"])
        .expect(0)
        .json();
    let data = &schema["properties"]["data"];
    assert_eq!(data["required"], json!(["username"]));
    assert_eq!(data["properties"]["username"]["maxLength"], 20);
    assert_eq!(
        data["properties"]["n"]["type"],
        json!(["integer", "string", "null"])
    );
    let record = json!({
        "name": "Rename", "tag": "rename", "tableName": "users", "type": "update",
        "template": { "updateOne": { "set": { "name": "{{name}}" } } },
        "filterTemplate": { "where": { "_id": "{{id:OBJECT_ID}}" } },
    });
    create(&cli, "events", &record).expect(0);
    let schema = cli
        .run(&["action", "inputs", "shop/events:rename"])
        .expect(0)
        .json();
    assert!(schema["properties"]["filter"]["properties"]["id"].is_object());
}

#[test]
fn a_database_by_file_has_its_actions_checked_and_an_import_keeps_them() {
    let cli = cli();
    let broken = json!({
        "name": "Broken", "tag": "broken", "tableName": "t", "type": "read",
        "template": "DELETE FROM t WHERE id = {{id:INTEGER}}",
    });
    let fine = json!({
        "name": "Fine", "tag": "fine", "tableName": "t", "type": "read", "template": "SELECT '{{a}}'",
    });
    let mut record = json!({
        "type": "mysql", "tag": "users", "name": "Users",
        "envs": [{ "slug": "dev", "connection_url": "mysql://localhost/users" }],
        "actions": [fine, broken],
    });
    let create =
        |record: &Value| cli.run_with(&["db", "create", "shop", "-f", "-"], &record.to_string());
    assert_eq!(
        faults(&create(&record).expect(3)),
        ["actions[1].type type_writes"]
    );
    let patch = json!({ "actions": [broken] });
    let patched = cli.run_with(
        &["db", "update", "shop/orders", "-f", "-"],
        &patch.to_string(),
    );
    assert_eq!(faults(&patched.expect(3)), ["actions[0].type type_writes"]);

    // An import takes it and says so. As it is then, it does not stand in the way of other changes.
    let document = json!([record]).to_string();
    let import = |document: &str| {
        cli.run_with(&["import", "-", "--product", "shop"], document)
            .expect(0)
            .json()
    };
    import(&document);
    let shown = cli.run(&["db", "show", "shop/users"]).expect(0);
    cli.run_with(&["db", "update", "shop/users", "-f", "-"], &shown.stdout)
        .expect(0);

    // It keeps what it does not know.
    record["actions"][1]["colour"] = json!("red");
    let imported = import(&json!([record]).to_string());
    let warnings = imported["warnings"].to_string();
    assert!(warnings.contains("shop/users:broken"), "{warnings}");
    let list = cli.run(&["action", "list", "shop/users"]).expect(0);
    assert_eq!(tags(&list), ["fine", "broken"]);
    cli.run(&["action", "inputs", "shop/users:broken"])
        .expect(0);

    // It can be shown, given back as it was shown, and mended; nothing of it is lost.
    let shown = cli
        .run(&["action", "show", "shop/users:broken"])
        .expect(0)
        .json();
    assert_eq!(shown["colour"], "red");
    let mut mended = shown.clone();
    mended["type"] = json!("delete");
    let mended = update(&cli, "users:broken", &mended).expect(0).json();
    assert_eq!(
        (&mended["type"], &mended["colour"]),
        (&json!("delete"), &json!("red"))
    );
    let mut painted = mended;
    painted["colour"] = json!("blue");
    assert_eq!(
        faults(&update(&cli, "users:broken", &painted).expect(3)),
        ["colour unknown_field"]
    );
}

#[test]
fn a_statement_that_cannot_be_read_is_saved_with_a_note() {
    let cli = cli();
    let record = json!({
        "name": "Odd", "tag": "odd", "tableName": "t", "type": "read",
        "template": "SELECT FROM WHERE GROUP {{a}} )",
    });
    let made = create(&cli, "orders", &record).expect(0);
    assert!(made.stderr.contains("read"), "{made:?}");
    let record = json!({
        "name": "All", "tag": "all", "tableName": "t", "type": "delete", "template": "DELETE FROM t",
    });
    let made = create(&cli, "orders", &record).expect(0);
    assert!(made.stderr.contains("meant for all rows"), "{made:?}");
    let marked = update(&cli, "orders:all", &json!({ "allRows": true })).expect(0);
    assert!(!marked.stderr.contains("meant for all rows"), "{marked:?}");
}
