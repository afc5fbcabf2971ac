//! Records: what is read, what is refused, and what a checksum is of.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use migrations::DatabaseType::{self, Mongodb, Mysql, Postgresql};
use migrations::{Migration, RecordFault, Side, checksum, join, split};
use serde_json::{Value, json};

fn read(database_type: DatabaseType, record: &Value) -> Result<Migration, Vec<RecordFault>> {
    Migration::read(database_type, "id-1", record.as_object().unwrap())
}

fn with_up(up: Value) -> Value {
    json!({"name": "One", "tag": "one", "value": {"up": up}})
}

/// `field code` of each fault.
fn faults(database_type: DatabaseType, record: &Value) -> Vec<String> {
    read(database_type, record)
        .map(|_| Vec::new())
        .unwrap_or_else(|faults| {
            faults
                .into_iter()
                .inspect(|fault| assert!(fault.message.ends_with('.'), "{}", fault.message))
                .map(|fault| format!("{} {}", fault.field, fault.code))
                .collect()
        })
}

#[test]
fn a_record_becomes_what_is_sent() {
    let record = json!({
        "name": "Users",
        "tag": "001_users",
        "description": "The first",
        "value": {
            "up": ["  CREATE TABLE users (id int);\n", "-- why\nCREATE INDEX i ON users (id)"],
            "down": ["DROP TABLE users ; -- all"],
        },
        "checks": {"pre": ["SELECT true"], "post": ["SELECT count(*) = 0 FROM users;"]},
        "waivers": [
            {"statement": 2, "code": "index_not_concurrent", "reason": " Empty table "},
            {"statement": 0, "code": "no_down", "reason": "Never"},
        ],
        "position": 3,
        "created_at": "2026-11-28T10:00:00Z",
        "team": {"kept": true},
    });
    let migration = read(Postgresql, &record).unwrap();
    assert_eq!(
        migration.up,
        [
            "CREATE TABLE users (id int)",
            "-- why\nCREATE INDEX i ON users (id)"
        ]
    );
    assert_eq!(migration.down, ["DROP TABLE users"]);
    assert_eq!(migration.pre, ["SELECT true"]);
    assert_eq!(migration.post, ["SELECT count(*) = 0 FROM users"]);
    assert_eq!(
        (migration.id.as_str(), migration.tag.as_str()),
        ("id-1", "001_users")
    );
    assert!(!migration.no_transaction);
    assert_eq!(migration.waivers[0].reason, "Empty table");
    assert_eq!(migration.waivers[1].statement, 0);
    assert_eq!(&migration.record, record.as_object().unwrap());
}

#[test]
fn commands_are_objects_or_texts_and_keep_order_and_digits() {
    let record = with_up(json!([
        {"insert": "a", "documents": [{"z": 1, "a": 18_446_744_073_709_551_615_u64, "m": [true, null]}]},
        " {\"insert\": \"a\",\n \"documents\": [{\"n\": 123456789012345678901234567890.10}]} ",
    ]));
    let migration = read(Mongodb, &record).unwrap();
    assert_eq!(
        migration.up,
        [
            "{\"insert\":\"a\",\"documents\":[{\"z\":1,\"a\":18446744073709551615,\"m\":[true,null]}]}",
            "{\"insert\":\"a\",\"documents\":[{\"n\":123456789012345678901234567890.10}]}",
        ]
    );
}

#[test]
fn every_fault_is_told_at_once() {
    let record = json!({
        "name": " ",
        "tag": "No Tag",
        "description": 5,
        "position": 0,
        "value": {
            "up": ["SELECT 1; SELECT 2", " ", 7, "SELECT 'x", "COMMIT", "SELECT 1"],
            "down": "DROP",
        },
        "no_transaction": "yes",
        "checks": {"pre": [{}], "post": ["SELECT 1; SELECT 2"]},
        "waivers": [
            5,
            {"statement": 7, "code": "nothing", "reason": ""},
            {"statement": -1, "code": "no_down", "reason": "x"},
        ],
    });
    assert_eq!(
        faults(Postgresql, &record),
        [
            "tag invalid_tag",
            "name required",
            "description wrong_type",
            "position wrong_type",
            "value.up[0] several_statements",
            "value.up[1] empty_statement",
            "value.up[2] wrong_type",
            "value.up[3] unreadable_statement",
            "value.up[4] transaction_control",
            "value.down wrong_type",
            "no_transaction wrong_type",
            "checks.pre[0] wrong_type",
            "checks.post[0] several_statements",
            "waivers[0] wrong_type",
            "waivers[1].statement unknown_statement",
            "waivers[1].code unknown_code",
            "waivers[1].reason required",
            "waivers[2].statement unknown_statement",
        ]
    );
    let faults = read(Postgresql, &record).unwrap_err();
    let several = &faults[4];
    assert_eq!(
        (several.side, several.statement, several.at),
        (Some(Side::Up), Some(1), Some(10))
    );
    assert_eq!((faults[7].statement, faults[7].at), (Some(4), Some(7)));
}

#[test]
fn records_without_their_parts() {
    for (record, expected) in [
        (
            json!({}),
            vec!["tag required", "name required", "value required"],
        ),
        (
            json!({"name": 1, "tag": 2, "value": []}),
            vec!["tag wrong_type", "name wrong_type", "value wrong_type"],
        ),
        (
            json!({"name": "x", "tag": "x", "value": {}}),
            vec!["value.up required"],
        ),
        (with_up(json!([])), vec!["value.up required"]),
        (with_up(Value::Null), vec!["value.up required"]),
        (
            json!({"name": "x", "tag": "x", "value": {"up": ["SELECT 1"], "down": null}, "checks": null, "waivers": null, "position": null, "no_transaction": null, "description": null}),
            vec![],
        ),
        (
            json!({"name": "x".repeat(201), "tag": "x".repeat(64), "value": {"up": ["SELECT 1"]}}),
            vec!["tag invalid_tag", "name too_long"],
        ),
    ] {
        assert_eq!(faults(Postgresql, &record), expected, "{record}");
    }
    let long = format!("SELECT '{}'", "x".repeat(3 * 1024 * 1024));
    assert_eq!(
        faults(Postgresql, &with_up(json!([long.clone(), long]))),
        ["value too_long"]
    );
    let many: Vec<&str> = vec!["SELECT 1"; 10_001];
    assert_eq!(faults(Mysql, &with_up(json!(many))), ["value.up too_many"]);
}

#[test]
fn statements_that_are_no_statement() {
    for (database_type, statement, code) in [
        (Postgresql, json!("BEGIN"), "transaction_control"),
        (
            Postgresql,
            json!("/* x */ begin isolation level serializable"),
            "transaction_control",
        ),
        (
            Postgresql,
            json!("START TRANSACTION"),
            "transaction_control",
        ),
        (Postgresql, json!("END"), "transaction_control"),
        (Postgresql, json!("ROLLBACK;"), "transaction_control"),
        (
            Postgresql,
            json!("PREPARE TRANSACTION 'x'"),
            "transaction_control",
        ),
        (
            Postgresql,
            json!("COMMIT PREPARED 'x'"),
            "transaction_control",
        ),
        (Postgresql, json!("\\connect other"), "client_command"),
        (Postgresql, json!("SELECT '\u{0}'"), "forbidden_nul"),
        (Postgresql, json!("SELECT (1"), "unreadable_statement"),
        (Postgresql, json!({"create": "a"}), "wrong_type"),
        (Mysql, json!("SET autocommit = 0"), "transaction_control"),
        (
            Mysql,
            json!("SET @@session.autocommit = 0"),
            "transaction_control",
        ),
        (Mysql, json!("XA START 'x'"), "transaction_control"),
        (Mysql, json!("DELIMITER //\nSELECT 1//"), "client_command"),
        (Mysql, json!("-- nothing"), "empty_statement"),
        (Mysql, json!("SELECT 1; SELECT 2"), "several_statements"),
        (Mongodb, json!("SELECT 1"), "unreadable_statement"),
        (Mongodb, json!(""), "empty_statement"),
        (Mongodb, json!({}), "empty_statement"),
        (
            Mongodb,
            json!("{\"a\": 1} {\"b\": 1}"),
            "several_statements",
        ),
        (
            Mongodb,
            json!("{\"a\": 1, \"a\": 2}"),
            "unreadable_statement",
        ),
        (Mongodb, json!([{"create": "a"}]), "wrong_type"),
        (
            Mongodb,
            json!({"commitTransaction": 1}),
            "transaction_control",
        ),
    ] {
        assert_eq!(
            faults(database_type, &with_up(json!([statement]))),
            [format!("value.up[0] {code}")],
            "{statement}"
        );
    }
    for (database_type, statement) in [
        (Postgresql, "ROLLBACK TO SAVEPOINT x"),
        (Postgresql, "SAVEPOINT x"),
        (Postgresql, "this is no SQL that anyone knows"),
        (Postgresql, "CREATE TABLE end (begin int)"),
        (Postgresql, "SELECT '{{name}}', $1"),
        (Mysql, "BEGIN NOT ATOMIC SELECT 1; END"),
        (Mysql, "SET @x = 1"),
        (
            Mysql,
            "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET NEW.a = 1; END",
        ),
        (Mysql, "VERBIAGE OF A SERVER TO COME"),
    ] {
        let migration = read(database_type, &with_up(json!([statement]))).unwrap();
        assert_eq!(migration.up, [statement]);
    }
}

#[test]
fn outside_of_a_transaction_there_is_one_statement() {
    let record = |up: Value, down: Value| json!({"name": "x", "tag": "x", "no_transaction": true, "value": {"up": up, "down": down}});
    let one = json!(["SELECT 1"]);
    let two = json!(["SELECT 1", "SELECT 2"]);
    assert!(
        read(Postgresql, &record(one.clone(), json!([])))
            .unwrap()
            .no_transaction
    );
    assert_eq!(
        faults(Postgresql, &record(two.clone(), one.clone())),
        ["value.up no_transaction"]
    );
    assert_eq!(
        faults(Postgresql, &record(one, two.clone())),
        ["value.down no_transaction"]
    );
    // Nothing runs in a transaction there, so there is nothing to be outside of.
    assert!(faults(Mysql, &record(two.clone(), two)).is_empty());
}

#[test]
fn a_checksum_is_of_the_statements_alone() {
    let of = |list: &[&str]| {
        let list: Vec<String> = list.iter().map(|&text| text.to_owned()).collect();
        checksum(&list)
    };
    // SHA-256 of nothing, and of a length of eight bytes before "SELECT 1".
    assert_eq!(
        of(&[]),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        of(&["SELECT 1"]),
        "09b7bf2b19ceac419ff40c8cbe965d0c135424c443d286890f788ec6efb5f92d"
    );
    assert_eq!(of(&["a\r\nb\rc"]), of(&["a\nb\nc"]));
    assert_ne!(of(&["a\n\nb"]), of(&["a\nb"]));
    assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    assert_ne!(of(&["ab"]), of(&["a", "b"]));
    assert_ne!(of(&["a", ""]), of(&["a"]));
    assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
}

#[test]
fn what_an_editor_gives_back_has_the_same_checksum() {
    let up = json!([
        "CREATE TABLE a (x int);",
        "INSERT INTO a VALUES (';') -- all"
    ]);
    let first = read(Postgresql, &with_up(up)).unwrap();
    let texts: Vec<String> = split(&join(&first.up, Postgresql), Postgresql)
        .unwrap()
        .into_iter()
        .map(|piece| piece.text)
        .collect();
    let again = read(Postgresql, &with_up(json!(texts))).unwrap();
    assert_eq!(first.checksum(), again.checksum());
    let object = read(Mongodb, &with_up(json!([{"create": "a", "capped": false}]))).unwrap();
    let text = read(
        Mongodb,
        &with_up(json!(["{ \"create\": \"a\", \"capped\": false }"])),
    )
    .unwrap();
    assert_eq!(object.checksum(), text.checksum());
}
