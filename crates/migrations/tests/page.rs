//! `docs/migrations.md` says what the code does: the tables are made from it.
//!
//! `TAPEDECK_WRITE_MIGRATION_PAGE=1` writes the tables anew; the rest of the page is written by hand.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::PathBuf;

use migrations::DatabaseType::{self, Mongodb, Mysql, Postgresql, Sqlite};
use migrations::formats::Format;
use migrations::{Migration, codes};
use serde_json::{Value, json};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/migrations.md")
}

/// A text as code in a cell: a bar would end it.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|").replace('\n', " "))
}

fn engines(list: &[DatabaseType]) -> String {
    let names: Vec<&str> = [
        (Postgresql, "PostgreSQL"),
        (Mysql, "MySQL"),
        (Mongodb, "MongoDB"),
        (Sqlite, "SQLite"),
    ]
    .into_iter()
    .filter(|(one, _)| list.contains(one))
    .map(|(_, name)| name)
    .collect();
    if names.len() == DatabaseType::ALL.len() {
        "all".to_owned()
    } else {
        names.join(", ")
    }
}

fn codes_table() -> String {
    let mut text = "| code | where | | what it says |\n|---|---|---|---|\n".to_owned();
    for one in codes() {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            one.code,
            engines(one.engines),
            if one.destructive { "**!**" } else { "" },
            one.sentence
        ));
    }
    text
}

/// Records that are refused, by what is changed in a good one.
fn faults_table() -> String {
    let cases: [(DatabaseType, &str, Value); 14] = [
        (Postgresql, "tag", json!("Users")),
        (Postgresql, "name", json!("")),
        (Postgresql, "up", json!([])),
        (Postgresql, "up", json!(["-- nothing"])),
        (Postgresql, "up", json!([{"create": "a"}])),
        (Postgresql, "up", json!(["SELECT 1; SELECT 2"])),
        (Postgresql, "up", json!(["SELECT 'open"])),
        (Mongodb, "up", json!(["{\"drop\": \"a\", \"drop\": \"b\"}"])),
        (Postgresql, "up", json!(["COMMIT"])),
        (Postgresql, "up", json!(["\\connect other"])),
        (Mysql, "up", json!(["DELIMITER //"])),
        (Postgresql, "no_transaction", json!(true)),
        (
            Postgresql,
            "waivers",
            json!([{"statement": 9, "code": "no_down", "reason": "x"}]),
        ),
        (
            Postgresql,
            "waivers",
            json!([{"statement": 1, "code": "nothing", "reason": "x"}]),
        ),
    ];
    let mut text = "| field | written | code | why |\n|---|---|---|---|\n".to_owned();
    for (database_type, field, value) in cases {
        let mut record =
            json!({"name": "x", "tag": "x", "value": {"up": ["SELECT 1", "SELECT 2"]}});
        if field == "up" {
            record["value"]["up"] = value.clone();
        } else {
            record[field] = value.clone();
        }
        let faults = Migration::read(database_type, "", record.as_object().unwrap()).unwrap_err();
        assert_eq!(faults.len(), 1, "{record}");
        text.push_str(&format!(
            "| `{}` | {} | `{}` | {} |\n",
            faults[0].field,
            code(&value.to_string()),
            faults[0].code,
            faults[0].message.replace('|', "\\|")
        ));
    }
    text
}

fn formats_table() -> String {
    let mut text = "| `--format` | files | outside of a transaction |\n|---|---|---|\n".to_owned();
    for format in Format::ALL {
        let outside = match format {
            Format::Sqlx => "`-- no-transaction` as the first line",
            Format::Dbmate => "`-- migrate:up transaction:false`",
            Format::Flyway => {
                "`executeInTransaction=false` in `V….sql.conf`, or a statement that needs it"
            }
            Format::GolangMigrate => "a statement that needs it; no other is kept by an export",
            Format::MigrateMongo => "",
        };
        let name = serde_json::to_value(format).unwrap();
        text.push_str(&format!(
            "| `{}` | `{}` | {outside} |\n",
            name.as_str().unwrap(),
            format.example()
        ));
    }
    text
}

#[test]
fn the_page_says_what_the_code_does() {
    let before = std::fs::read_to_string(path()).unwrap();
    let mut page = before.clone();
    for (name, table) in [
        ("faults", faults_table()),
        ("codes", codes_table()),
        ("formats", formats_table()),
    ] {
        let begin = format!("<!-- {name}: begin (written by the test) -->\n");
        let end = format!("<!-- {name}: end -->");
        let start = page.find(&begin).unwrap() + begin.len();
        let stop = page.find(&end).unwrap();
        page.replace_range(start..stop, &format!("\n{table}\n"));
    }
    if std::env::var_os("TAPEDECK_WRITE_MIGRATION_PAGE").is_some() {
        std::fs::write(path(), page).unwrap();
        return;
    }
    assert!(
        before == page,
        "docs/migrations.md is not what the code does: run this test with TAPEDECK_WRITE_MIGRATION_PAGE=1"
    );
}
