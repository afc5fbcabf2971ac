//! Values on their way there and back.

use engines::{Fate, Parameter, code};
use serde_json::{Value, json};
use test_support::MySqlServer;

use super::{done, fault, integer, mariadb, mysql57, one, open, run, text, value};

const HOSTILE: [&str; 15] = [
    "",
    "'",
    "''; DROP TABLE users; --",
    "\\",
    "\\'; SELECT 1; --",
    "\"",
    "?",
    "a\0b",
    "/* */ --",
    "\u{2019}\u{ff07}\u{2bc}",
    "%_",
    "NULL",
    "{\"a\":1}",
    "😀\u{10ffff}",
    "a\nb\tc\r\u{1}\u{1a}",
];

#[tokio::test(flavor = "multi_thread")]
async fn parameters_arrive_as_what_they_are() {
    arrive(&mariadb()).await;
    arrive(&mysql57()).await;
}

async fn arrive(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    done(
        session,
        "CREATE TABLE texts (s VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)",
    )
    .await;
    for hostile in HOSTILE {
        let parameter = [text(hostile)];
        let (type_name, found) = one(session, "SELECT ?", &parameter).await;
        assert_eq!((type_name.as_str(), found), ("varchar", json!(hostile)));
        let length = one(session, "SELECT CHAR_LENGTH(?)", &parameter).await.1;
        assert_eq!(length, json!(hostile.chars().count()), "{hostile:?}");
        run(session, "INSERT INTO texts VALUES (?)", &parameter)
            .await
            .unwrap();
        let hex: String = hostile.bytes().map(|byte| format!("{byte:02X}")).collect();
        let stored = one(session, "SELECT HEX(s) FROM texts WHERE s = ?", &parameter)
            .await
            .1;
        assert_eq!(stored, json!(hex), "{hostile:?}");
        done(session, "DELETE FROM texts").await;
    }
    // The server says what it took each for: a table made of the values has their types.
    let cases = [
        (Parameter::Boolean(true), "int", json!(1)),
        (Parameter::Boolean(false), "int", json!(0)),
        (integer("-42"), "bigint", json!(-42)),
        (integer(i64::MIN), "bigint", json!("-9223372036854775808")),
        (
            integer("9007199254740993"),
            "bigint",
            json!("9007199254740993"),
        ),
        (
            integer(u64::MAX),
            "bigint unsigned",
            json!("18446744073709551615"),
        ),
        (
            integer("123456789012345678901234567890"),
            "decimal",
            json!("123456789012345678901234567890"),
        ),
        (
            Parameter::Decimal("-0.100000000000000000000000000001".into()),
            "decimal",
            json!("-0.100000000000000000000000000001"),
        ),
        (
            Parameter::Decimal("12.50".into()),
            "decimal",
            json!("12.50"),
        ),
        (Parameter::Decimal("1.5e3".into()), "decimal", json!("1500")),
        (Parameter::Double("0.1".into()), "double", json!(0.1)),
        (Parameter::Double("-1e300".into()), "double", json!(-1e300)),
        (
            Parameter::Date("2024-02-29".into()),
            "date",
            json!("2024-02-29"),
        ),
        (
            Parameter::Datetime("2026-11-23T10:00:00.123456".into()),
            "datetime",
            json!("2026-11-23 10:00:00.123456"),
        ),
        (
            Parameter::Datetime("2026-12-31T23:30:00-01:00".into()),
            "datetime",
            json!("2027-01-01 00:30:00"),
        ),
        (
            Parameter::Uuid("0190163d-8694-739b-aea5-966c26f8ad91".into()),
            "varchar",
            json!("0190163d-8694-739b-aea5-966c26f8ad91"),
        ),
        (
            Parameter::Bytes(vec![0, 1, 255, 39]),
            "varbinary",
            json!("0x0001FF27"),
        ),
        (
            Parameter::Json("{\"a\": [1, \"x\"]}".into()),
            "varchar",
            json!("{\"a\": [1, \"x\"]}"),
        ),
        (
            Parameter::Array(vec![
                integer("+007"),
                text("a\"b\\"),
                Parameter::Null,
                Parameter::Boolean(true),
            ]),
            "varchar",
            json!("[7,\"a\\\"b\\\\\",null,true]"),
        ),
    ];
    for (parameter, type_name, expected) in cases {
        let (found_type, found) = one(session, "SELECT ?", std::slice::from_ref(&parameter)).await;
        // Where a value stands in a select list, the two products have words of their own.
        let kind = |name: &str| match name {
            "tinyint" | "int" | "bigint" => "integer".to_owned(),
            "longblob" | "blob" | "mediumblob" | "tinyblob" => "varbinary".to_owned(),
            "longtext" | "text" => "varchar".to_owned(),
            other => other.to_owned(),
        };
        assert_eq!(kind(&found_type), kind(type_name), "{parameter:?}");
        let same = match (&found, &expected) {
            (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
            // MySQL gives such a moment all of its six decimals.
            (Value::String(found), Value::String(expected)) => {
                found == expected || *found == format!("{expected}.000000")
            }
            (found, expected) => found == expected,
        };
        assert!(same, "{parameter:?}: {found} is not {expected}");
    }
    assert_eq!(
        one(session, "SELECT ?", &[Parameter::Null]).await.1,
        Value::Null
    );
    // A parameter keeps its type beside a column of another, and counts rows where rows are counted.
    assert_eq!(
        run(
            session,
            "SELECT 1 UNION SELECT 2 UNION SELECT 3 LIMIT ?",
            &[integer(2)]
        )
        .await
        .unwrap()
        .rows
        .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_server_takes_is_not_sent() {
    let server = mariadb();
    let mut session = open(&server, false).await;
    for parameter in [
        integer(""),
        integer("1; DROP TABLE t"),
        integer("1".repeat(66)),
        Parameter::Decimal("0.1".to_owned() + &"1".repeat(30)),
        Parameter::Decimal("1e66".into()),
        Parameter::Decimal(".".into()),
        Parameter::Double("1e999".into()),
        Parameter::Double("x".into()),
        Parameter::Date("2026-02-30".into()),
        Parameter::Datetime("2026-11-23T25:00:00Z".into()),
        Parameter::Array(vec![integer("x")]),
        Parameter::Bytes(vec![0; 65 << 20]),
    ] {
        let refused = fault(session.as_mut(), "SELECT ?", &[parameter]).await;
        assert_eq!(
            (refused.error.code, refused.fate),
            (code::VALUE_REFUSED, Fate::NotSent)
        );
    }
    for (statement, values) in [("SELECT 1", 1), ("SELECT ?", 0), ("SELECT ?, ?", 1)] {
        let values = vec![integer(1); values];
        let refused = fault(session.as_mut(), statement, &values).await;
        assert_eq!(
            (refused.error.code, refused.fate),
            (code::VALUE_REFUSED, Fate::Refused)
        );
    }
    assert_eq!(value(session.as_mut(), "SELECT 1").await, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_is_the_same_whatever_the_server_s_settings() {
    unmoved(&mariadb()).await;
    unmoved(&mysql57()).await;
}

async fn unmoved(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    assert_eq!(value(session, r#"SELECT "a\"b""#).await, json!("a\"b"));
    assert_eq!(value(session, r"SELECT 'a\'b\\'").await, json!("a'b\\"));
    let modes = value(session, "SELECT @@sql_mode").await;
    let modes = modes.as_str().unwrap();
    assert!(modes.contains("STRICT_TRANS_TABLES"), "{modes}");
    for mode in ["ANSI", "BACKSLASH", "ORACLE"] {
        assert!(!modes.contains(mode), "{modes}");
    }
    assert_eq!(value(session, "SELECT @@time_zone").await, json!("+00:00"));
    assert_eq!(value(session, "SELECT @@autocommit").await, json!(1));
    assert_eq!(value(session, "SELECT '😀'").await, json!("😀"));
    assert_eq!(
        value(session, "SELECT FROM_UNIXTIME(0)")
            .await
            .as_str()
            .unwrap()[..19],
        *"1970-01-01 00:00:00"
    );
    assert_eq!(value(session, "SELECT DATABASE()").await, json!("app"));
    let moment = [Parameter::Datetime("2026-11-23T10:00:00+02:00".into())];
    done(session, "CREATE TABLE moments (t TIMESTAMP NULL)").await;
    run(session, "INSERT INTO moments VALUES (?)", &moment)
        .await
        .unwrap();
    assert_eq!(
        value(session, "SELECT UNIX_TIMESTAMP(t) FROM moments").await,
        json!(1_795_420_800)
    );
    assert_eq!(
        value(session, "SELECT t FROM moments").await,
        json!("2026-11-23 08:00:00")
    );
    let name = session.server();
    assert!(
        name.starts_with("MariaDB 1") || name.starts_with("MySQL 5.7."),
        "{name}"
    );
}

/// Columns of every type: their definition, the type's name in a result, a literal, and the value.
fn columns() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    vec![
        ("TINYINT", "tinyint", "-128", json!(-128)),
        ("TINYINT(1)", "tinyint", "TRUE", json!(1)),
        ("TINYINT UNSIGNED", "tinyint unsigned", "255", json!(255)),
        ("SMALLINT", "smallint", "-32768", json!(-32768)),
        (
            "SMALLINT UNSIGNED",
            "smallint unsigned",
            "65535",
            json!(65535),
        ),
        ("MEDIUMINT", "mediumint", "-8388608", json!(-8_388_608)),
        (
            "MEDIUMINT UNSIGNED",
            "mediumint unsigned",
            "16777215",
            json!(16_777_215),
        ),
        ("INT", "int", "-2147483648", json!(-2_147_483_648_i64)),
        (
            "INT UNSIGNED",
            "int unsigned",
            "4294967295",
            json!(4_294_967_295_u32),
        ),
        (
            "BIGINT",
            "bigint",
            "9007199254740992",
            json!(9_007_199_254_740_992_u64),
        ),
        (
            "BIGINT",
            "bigint",
            "-9223372036854775808",
            json!("-9223372036854775808"),
        ),
        (
            "BIGINT UNSIGNED",
            "bigint unsigned",
            "18446744073709551615",
            json!("18446744073709551615"),
        ),
        ("INT(6) ZEROFILL", "int unsigned zerofill", "42", json!(42)),
        (
            "DECIMAL(65,30)",
            "decimal",
            "12345678901234567890123456789012345.123456789012345678901234567890",
            json!("12345678901234567890123456789012345.123456789012345678901234567890"),
        ),
        ("DECIMAL(5,2)", "decimal", "-1.5", json!("-1.50")),
        ("FLOAT", "float", "0.1", json!(0.1)),
        ("FLOAT", "float", "16777216", json!(16_777_216)),
        (
            "DOUBLE",
            "double",
            "0.30000000000000004",
            json!(0.300_000_000_000_000_04),
        ),
        (
            "DOUBLE",
            "double",
            "-1.7976931348623157e308",
            json!(-1.797_693_134_862_315_7e308),
        ),
        ("DOUBLE(10,2)", "double", "1.5", json!(1.5)),
        ("BIT(1)", "bit", "1", json!("0x01")),
        (
            "BIT(20)",
            "bit",
            "b'10000000000000000001'",
            json!("0x080001"),
        ),
        ("DATE", "date", "'9999-12-31'", json!("9999-12-31")),
        ("TIME", "time", "'-838:59:59'", json!("-838:59:59")),
        ("TIME(3)", "time", "'01:02:03.5'", json!("01:02:03.500")),
        ("TIME", "time", "'00:00:00'", json!("00:00:00")),
        (
            "DATETIME",
            "datetime",
            "'2026-11-23 00:00:00'",
            json!("2026-11-23 00:00:00"),
        ),
        (
            "DATETIME(6)",
            "datetime",
            "'2026-11-23 10:20:30.000001'",
            json!("2026-11-23 10:20:30.000001"),
        ),
        (
            "DATETIME(2)",
            "datetime",
            "'2026-11-23 10:20:30'",
            json!("2026-11-23 10:20:30.00"),
        ),
        (
            "TIMESTAMP(3) NULL",
            "timestamp",
            "'2026-11-23 10:20:30.25'",
            json!("2026-11-23 10:20:30.250"),
        ),
        ("YEAR", "year", "1999", json!(1999)),
        ("CHAR(10)", "char", "'é '", json!("é")),
        (
            "VARCHAR(200) CHARACTER SET latin1",
            "varchar",
            "'é'",
            json!("é"),
        ),
        ("BINARY(4)", "binary", "'a'", json!("0x61000000")),
        ("VARBINARY(20)", "varbinary", "'plain'", json!("plain")),
        ("VARBINARY(20)", "varbinary", "X'00FF'", json!("0x00FF")),
        ("VARBINARY(20)", "varbinary", "''", json!("")),
        ("TINYTEXT", "tinytext", "'t'", json!("t")),
        ("TEXT CHARACTER SET utf8mb4", "text", "'😀'", json!("😀")),
        ("MEDIUMTEXT", "mediumtext", "'t'", json!("t")),
        ("LONGTEXT", "longtext", "'t'", json!("t")),
        ("TINYBLOB", "tinyblob", "X'FF'", json!("0xFF")),
        ("BLOB", "blob", "X'FE'", json!("0xFE")),
        ("MEDIUMBLOB", "mediumblob", "X'FD'", json!("0xFD")),
        ("LONGBLOB", "longblob", "X'FC'", json!("0xFC")),
        ("ENUM('a','b')", "enum", "'b'", json!("b")),
        ("SET('a','b','c')", "set", "'a,c'", json!("a,c")),
        (
            "POINT",
            "geometry",
            "POINT(1,2)",
            json!("0x000000000101000000000000000000F03F0000000000000040"),
        ),
        ("INT", "int", "NULL", Value::Null),
        ("VARCHAR(3)", "varchar", "NULL", Value::Null),
        ("DATETIME", "datetime", "NULL", Value::Null),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_comes_back_as_the_client_prints_it() {
    let server = mariadb();
    let mut columns = columns();
    columns.push(("JSON", "longtext", "'{\"a\": 1}'", json!("{\"a\": 1}")));
    columns.push((
        "UUID",
        "char",
        "'0190163d-8694-739b-aea5-966c26f8ad91'",
        json!("0190163d-8694-739b-aea5-966c26f8ad91"),
    ));
    columns.push(("INET6", "char", "'::1'", json!("::1")));
    come_back(&server, &columns).await;
    let server = mysql57();
    let mut columns = self::columns();
    columns.push(("JSON", "json", "'{\"a\":1}'", json!("{\"a\": 1}")));
    come_back(&server, &columns).await;
}

async fn come_back(server: &MySqlServer, columns: &[(&str, &str, &str, Value)]) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    let names: Vec<String> = (0..columns.len())
        .map(|index| format!("c{index}"))
        .collect();
    let definitions: Vec<String> = names
        .iter()
        .zip(columns)
        .map(|(name, (definition, ..))| format!("{name} {definition}"))
        .collect();
    let literals: Vec<&str> = columns.iter().map(|(_, _, literal, _)| *literal).collect();
    done(
        session,
        &format!(
            "CREATE TABLE types ({}) CHARACTER SET utf8mb4",
            definitions.join(", ")
        ),
    )
    .await;
    done(
        session,
        &format!("INSERT INTO types VALUES ({})", literals.join(", ")),
    )
    .await;
    let answer = run(session, "SELECT * FROM types WHERE ? = 1", &[integer(1)])
        .await
        .unwrap();
    let printed = server.sql("SET NAMES utf8mb4; SET time_zone='+00:00'; SELECT * FROM app.types");
    let printed: Vec<&str> = printed.split('\t').collect();
    assert_eq!(printed.len(), columns.len());
    for (index, (definition, type_name, _, expected)) in columns.iter().enumerate() {
        let (column, found) = (&answer.columns[index], &answer.rows[0][index]);
        assert_eq!(column.name, names[index]);
        assert_eq!(column.type_name, *type_name, "{definition}");
        match (found, expected) {
            (Value::Number(found), Value::Number(expected)) => {
                assert_eq!(found.as_f64(), expected.as_f64(), "{definition}")
            }
            _ => assert_eq!(found, expected, "{definition}"),
        }
        // What the client prints, but for bytes, zeros in front, and floats, of which it prints six digits.
        let as_printed = match found {
            Value::String(text) => text.clone(),
            Value::Null => "NULL".to_owned(),
            other => other.to_string(),
        };
        let own = as_printed.starts_with("0x") || definition.starts_with("FLOAT");
        if !own {
            let plain = |text: &str| {
                text.parse::<f64>().map_or_else(
                    |_| text.to_owned(),
                    |number| {
                        if found.is_number() {
                            number.to_string()
                        } else {
                            text.to_owned()
                        }
                    },
                )
            };
            assert_eq!(plain(&as_printed), plain(printed[index]), "{definition}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_are_not_prepared_give_the_same() {
    unprepared(&mariadb()).await;
    let server = mysql57();
    unprepared(&server).await;
    let mut session = open(&server, false).await;
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON plain FOR EACH ROW SET NEW.i = ?";
    let refused = fault(session.as_mut(), trigger, &[integer(1)]).await;
    assert_eq!(
        (
            refused.error.code,
            refused.error.server_code.as_deref(),
            refused.fate
        ),
        (code::STATEMENT_FAILED, Some("1295"), Fate::Refused)
    );
}

async fn unprepared(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    // A server prepares all of these, some, or none.
    for statement in [
        "USE app",
        "CREATE TABLE plain (i INT UNSIGNED ZEROFILL, s VARCHAR(9), b VARBINARY(9), d DOUBLE, t DATETIME(3), n INT)",
        "INSERT INTO plain VALUES (7, 'a\\'b', X'FF00', 1.5, '2026-11-23 10:20:30.5', NULL)",
        "CREATE PROCEDURE cursor_less() SELECT * FROM plain",
        "LOCK TABLES plain READ",
        "UNLOCK TABLES",
    ] {
        done(session, statement).await;
    }
    let prepared = run(session, "SELECT * FROM plain", &[]).await.unwrap();
    assert_eq!(
        json!(prepared.rows),
        json!([[7, "a'b", "0xFF00", 1.5, "2026-11-23 10:20:30.500", null]])
    );
    // HANDLER … READ is one of those with rows.
    done(session, "HANDLER plain OPEN").await;
    let read = run(session, "HANDLER plain READ FIRST", &[]).await.unwrap();
    assert_eq!(read.rows, prepared.rows);
}
