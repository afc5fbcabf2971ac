//! What is warned of, and what is not.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cases;

use std::collections::BTreeSet;

use cases::{MONGODB, MYSQL, POSTGRESQL, SQLITE};
use migrations::DatabaseType::{self, Mongodb, Mysql, Postgresql, Sqlite};
use migrations::{Direction, Lint, Migration, codes, lint};
use proptest::prelude::*;
use serde_json::{Value, json};

fn record(up: &[&str], more: Value) -> Value {
    let mut record = json!({"name": "x", "tag": "x", "value": {"up": up, "down": ["SELECT 1"]}});
    record
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    record
}

fn look(database_type: DatabaseType, up: &[&str], more: Value) -> Vec<Lint> {
    let mut record = record(up, more);
    if database_type == Mongodb {
        record["value"]["down"] = json!([{"ping": 1}]);
    }
    let migration = Migration::read(database_type, "", record.as_object().unwrap())
        .unwrap_or_else(|faults| panic!("{up:?}: {faults:?}"));
    lint(&migration, Direction::Up, database_type)
}

/// The codes of the last statement's warnings.
fn found(database_type: DatabaseType, up: &[&str]) -> Vec<&'static str> {
    let lints = look(database_type, up, json!({}));
    for warning in lints.iter().flat_map(|lint| &lint.warnings) {
        let message = &warning.message;
        assert!(message.ends_with('.') && message.len() > 30, "{message}");
        let code = codes()
            .iter()
            .find(|code| code.code == warning.code)
            .unwrap();
        assert!(code.engines.contains(&database_type), "{}", warning.code);
        assert!(code.destructive || !warning.destructive, "{}", warning.code);
    }
    lints
        .last()
        .unwrap()
        .warnings
        .iter()
        .filter(|warning| warning.statement.is_some())
        .map(|warning| warning.code)
        .collect()
}

#[test]
fn each_statement_has_its_warnings() {
    let mut wrong = Vec::new();
    for (database_type, cases) in [
        (Postgresql, POSTGRESQL),
        (Mysql, MYSQL),
        (Mongodb, MONGODB),
        (Sqlite, SQLITE),
    ] {
        for (statement, expected) in cases {
            let codes = found(database_type, &[statement]);
            if codes != *expected {
                wrong.push(format!(
                    "{statement}\n  found {codes:?}, expected {expected:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_the_migration_itself_makes_has_no_traffic() {
    for (database_type, first, second) in [
        (
            Postgresql,
            "CREATE TABLE shop.a (b int)",
            "CREATE INDEX i ON a (b)",
        ),
        (
            Postgresql,
            "CREATE TABLE a (b int)",
            "ALTER TABLE A ADD CONSTRAINT k CHECK (b > 0), ALTER b SET NOT NULL",
        ),
        (Postgresql, "CREATE TABLE a (b int)", "DROP TABLE a"),
        (
            Postgresql,
            "CREATE TEMP TABLE a (b int)",
            "UPDATE a SET b = 1",
        ),
        (
            Mysql,
            "CREATE TABLE a (b INT)",
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (id)",
        ),
        (
            Mongodb,
            r#"{"create": "a"}"#,
            r#"{"createIndexes": "a", "indexes": [{"key": {"b": 1}, "name": "i", "unique": true}]}"#,
        ),
        (
            Mongodb,
            r#"{"create": "a"}"#,
            r#"{"delete": "a", "deletes": [{"q": {}, "limit": 0}]}"#,
        ),
    ] {
        assert!(
            found(database_type, &[first, second]).is_empty(),
            "{second}"
        );
        assert!(
            look(database_type, &[first, second], json!({}))[1]
                .tables
                .is_empty()
        );
    }
    assert_eq!(
        found(
            Postgresql,
            &["CREATE TABLE one.a (b int)", "CREATE INDEX i ON two.a (b)"]
        ),
        ["index_not_concurrent"]
    );
}

#[test]
fn outside_of_a_transaction_less_is_wrong() {
    let outside = json!({"no_transaction": true});
    for (statement, expected) in [
        ("CREATE INDEX CONCURRENTLY i ON a (b)", vec![]),
        ("VACUUM a", vec![]),
        ("ALTER TYPE mood ADD VALUE 'x'", vec![]),
        ("CREATE INDEX i ON a (b)", vec!["index_not_concurrent"]),
    ] {
        let lints = look(Postgresql, &[statement], outside.clone());
        let codes: Vec<&str> = lints[0].warnings.iter().map(|one| one.code).collect();
        assert_eq!(codes, expected, "{statement}");
    }
}

#[test]
fn rows_are_not_changed_under_the_lock_of_an_alter_table() {
    let update = "UPDATE b SET c = 1 WHERE c IS NULL";
    let alter = "ALTER TABLE a ADD d int";
    assert_eq!(
        found(Postgresql, &[alter, update]),
        ["backfill_after_alter"]
    );
    assert!(found(Postgresql, &[update, alter]).is_empty());
    assert!(found(Mysql, &[alter, update]).is_empty());
}

#[test]
fn the_migration_as_a_whole() {
    let whole = |database_type, up: &[&str], down: Value, direction| {
        let record = json!({"name": "x", "tag": "x", "value": {"up": up, "down": down}});
        let migration = Migration::read(database_type, "", record.as_object().unwrap()).unwrap();
        lint(&migration, direction, database_type)
            .first()
            .map(|lint| {
                lint.warnings
                    .iter()
                    .filter(|one| one.statement.is_none())
                    .map(|one| one.code)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    };
    let two = ["SELECT 1", "SELECT 2"];
    assert!(whole(Postgresql, &two, json!(["SELECT 1"]), Direction::Up).is_empty());
    assert_eq!(
        whole(Postgresql, &two, json!([]), Direction::Up),
        ["no_down"]
    );
    assert_eq!(
        whole(Mysql, &two, json!([]), Direction::Up),
        ["not_atomic", "no_down"]
    );
    assert!(whole(Mysql, &two[..1], json!(["SELECT 1"]), Direction::Up).is_empty());
    assert_eq!(
        whole(Mysql, &two, json!(two), Direction::Down),
        ["not_atomic"]
    );
    assert!(whole(Mysql, &two, json!([]), Direction::Down).is_empty());
}

#[test]
fn a_waived_warning_keeps_its_place_and_says_why() {
    let waivers = json!({"waivers": [
        {"statement": 2, "code": "drop_table", "reason": "Empty since May"},
        {"statement": 0, "code": "no_down", "reason": "One way"},
    ], "value": {"up": ["DROP TABLE a", "DROP TABLE b"], "down": []}});
    let lints = look(Postgresql, &[], waivers);
    let all: Vec<(&str, Option<u32>, Option<&str>)> = lints
        .iter()
        .flat_map(|lint| &lint.warnings)
        .map(|one| (one.code, one.statement, one.waived.as_deref()))
        .collect();
    assert_eq!(
        all,
        [
            ("no_down", None, Some("One way")),
            ("drop_table", Some(1), None),
            ("drop_table", Some(2), Some("Empty since May")),
        ]
    );
    assert!(lints[0].warnings[1].destructive && !lints[0].warnings[0].destructive);
}

#[test]
fn the_tables_that_are_touched() {
    for (database_type, statement, tables) in [
        (
            Postgresql,
            "ALTER TABLE shop.orders ADD x int",
            &["shop.orders"][..],
        ),
        (Postgresql, "CREATE INDEX i ON orders (a)", &["orders"]),
        (
            Postgresql,
            "INSERT INTO a SELECT * FROM b JOIN c ON true",
            &["a", "b", "c"],
        ),
        (
            Postgresql,
            "UPDATE a SET x = 1 WHERE id IN (SELECT id FROM b)",
            &["a", "b"],
        ),
        (Postgresql, "DROP TABLE a, b", &["a", "b"]),
        (Postgresql, "LOCK TABLE a", &["a"]),
        (Mysql, "RENAME TABLE a TO b", &["a"]),
        (Mysql, "ALTER TABLE `a b` ADD FULLTEXT (x)", &["a b"]),
        (
            Mongodb,
            r#"{"createIndexes": "users", "indexes": []}"#,
            &["users"],
        ),
        (
            Mongodb,
            r#"{"renameCollection": "shop.a", "to": "shop.b"}"#,
            &["a"],
        ),
        (Postgresql, "CREATE TABLE a (x int)", &[]),
    ] {
        let lints = look(database_type, &[statement], json!({}));
        assert_eq!(lints[0].tables, tables, "{statement}");
        assert!(lints[0].read, "{statement}");
    }
}

#[test]
fn hostile_statements_take_no_time() {
    let size = 16 * 1024;
    for (head, piece) in [
        ("SELECT ", "("),
        ("SELECT ", "()"),
        ("ALTER TABLE a ADD b int DEFAULT ", "f ("),
        ("ALTER TABLE a ADD b int DEFAULT ", "+ now() "),
        ("ALTER TABLE a ", "DROP b, "),
        ("ALTER TABLE a ", "ADD (b int), "),
        ("DROP TABLE ", "a, "),
        ("DELETE FROM a WHERE ", "a OR "),
        ("CREATE PROCEDURE p() ", "BEGIN "),
        ("CREATE TRIGGER t ", "IF THEN CASE "),
        ("", "END "),
        ("", "a.b"),
    ] {
        let statement = format!("{head}{}", piece.repeat(size / piece.len()));
        for database_type in [Postgresql, Mysql] {
            let record = record(&[statement.as_str()], json!({}));
            let started = std::time::Instant::now();
            if let Ok(migration) = Migration::read(database_type, "", record.as_object().unwrap()) {
                let _ = lint(&migration, Direction::Up, database_type);
            }
            // The bound is that of a debug build on a busy machine.
            let took = started.elapsed();
            assert!(took.as_secs() < 5, "{head}{piece}: {took:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_words_are_looked_at(words in prop::collection::vec(
        prop::sample::select(vec![
            "ALTER", "TABLE", "DROP", "ADD", "COLUMN", "CONSTRAINT", "CREATE", "INDEX", "ON", "a",
            "\"b\"", "(", ")", ",", ".", "=", "IF", "EXISTS", "NOT", "NULL", "DEFAULT", "TYPE",
            "SET", "RENAME", "TO", "CHECK", "REFERENCES", "CASCADE", "'x'", "5", "@", "UPDATE",
            "DELETE", "FROM", "WHERE", "TRUNCATE", "REINDEX", "VACUUM", "LOCK", "CHANGE",
        ]),
        1..14,
    )) {
        let text = words.join(" ");
        for database_type in [Postgresql, Mysql] {
            let record = record(&[text.as_str()], json!({}));
            if let Ok(migration) = Migration::read(database_type, "", record.as_object().unwrap()) {
                prop_assert_eq!(lint(&migration, Direction::Up, database_type).len(), 1);
            }
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let mut met: BTreeSet<&str> = ["no_down", "not_atomic", "backfill_after_alter"].into();
    for cases in [POSTGRESQL, MYSQL, MONGODB] {
        met.extend(cases.iter().flat_map(|(_, codes)| codes.iter()));
    }
    let all: BTreeSet<&str> = codes().iter().map(|code| code.code).collect();
    assert_eq!(met, all);
    assert_eq!(all.len(), codes().len(), "no code stands twice");
}

#[test]
fn ordinary_statements_are_read() {
    let mut unread = Vec::new();
    for (database_type, statements) in [
        (Postgresql, cases::READ_POSTGRESQL),
        (Mysql, cases::READ_MYSQL),
    ] {
        for statement in statements {
            let lints = look(database_type, &[statement], json!({}));
            if !lints[0].read {
                unread.push(*statement);
            }
        }
    }
    assert!(unread.is_empty(), "\n{}", unread.join("\n"));
}
