//! The placeholder types with the least and the most that each takes here, and what it must refuse.

use mongodb::bson::Bson;
use mongodb::bson::spec::{BinarySubtype, ElementType};
use serde_json::{Value, json};

/// A placeholder type with lengths.
pub struct Case {
    /// `STRING`.
    pub kind: &'static str,
    /// `:2:5`; empty where lengths say nothing of the type.
    pub bounds: &'static str,
    /// A value of the least length.
    pub least: Value,
    /// One of the most.
    pub most: Value,
    /// Values that are refused, each with its code.
    pub bad: Vec<(Value, &'static str)>,
    /// PostgreSQL: the type of a column, and what `pg_typeof` says of the parameter alone.
    pub postgres: (&'static str, &'static str),
    /// MySQL: the type of a column.
    pub mysql: &'static str,
    /// MongoDB's type.
    pub mongo: ElementType,
}

impl Case {
    /// `{{v:STRING:2:5}}`.
    pub fn placeholder(&self) -> String {
        format!("{{{{v:{}{}}}}}", self.kind, self.bounds)
    }

    /// `{{v:STRING?}}`.
    pub fn optional(&self) -> String {
        format!("{{{{v:{}?}}}}", self.kind)
    }

    /// A table of its own.
    pub fn table(&self) -> String {
        format!("typed_{}", self.kind.to_lowercase())
    }

    pub fn is_document(&self) -> bool {
        matches!(self.kind, "ARRAY" | "OBJECT" | "JSON")
    }
}

/// Whether a document's value is a UUID, as bytes of that kind alone are.
pub fn is_uuid(value: &Bson) -> bool {
    matches!(value, Bson::Binary(binary) if binary.subtype == BinarySubtype::Uuid)
}

const WRONG: &str = "wrong_type";
const SHORT: &str = "too_short";
const LONG: &str = "too_long";

/// What no placeholder of a scalar takes.
fn no_scalar() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"$ne": null}), WRONG),
        (json!({"$gt": ""}), WRONG),
        (json!(["a"]), WRONG),
        (json!([]), WRONG),
        (json!({}), WRONG),
    ]
}

fn scalar(bad: &[(Value, &'static str)]) -> Vec<(Value, &'static str)> {
    let mut all = no_scalar();
    all.extend_from_slice(bad);
    all
}

pub fn cases() -> Vec<Case> {
    let text = ("text", "text");
    let long = "longtext character set utf8mb4 collate utf8mb4_bin";
    let mut cases = vec![
        Case {
            kind: "STRING",
            bounds: ":2:5",
            least: json!("é😀"),
            most: json!("a'b\"\\"),
            bad: scalar(&[
                (json!("é"), SHORT),
                (json!(""), SHORT),
                (json!("a'b\"\\c"), LONG),
                (json!(25), WRONG),
                (json!(true), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::String,
        },
        Case {
            kind: "NOSPACES_STRING",
            bounds: ":3:20",
            least: json!("a'b"),
            most: json!("12345678901234567890"),
            bad: scalar(&[
                (json!("ab"), SHORT),
                (json!("123456789012345678901"), LONG),
                (json!("a b c"), WRONG),
                (json!("ab\tc"), WRONG),
                (json!("ab\u{3000}c"), WRONG),
                (json!(12345), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::String,
        },
        Case {
            kind: "EMAIL_STRING",
            bounds: ":6:20",
            least: json!("a@b.cd"),
            most: json!("abcdefghijklm@n.opqr"),
            bad: scalar(&[
                (json!("abcdefghijklmn@o.pqrs"), LONG),
                (json!("anna"), WRONG),
                (json!("a b@c.de"), WRONG),
                (json!("@b.cd"), WRONG),
                (json!(1), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::String,
        },
        Case {
            kind: "DATE_STRING",
            bounds: ":10:10",
            least: json!("1000-01-01"),
            most: json!("9999-12-31"),
            bad: scalar(&[
                (json!("2023-02-29"), WRONG),
                (json!("2023-2-9"), WRONG),
                (json!("2023-02-09T00:00:00Z"), WRONG),
                (json!(20_230_209), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::String,
        },
        Case {
            kind: "NUMBER_STRING",
            bounds: ":1:4",
            least: json!("7"),
            most: json!("-12.34"),
            bad: scalar(&[
                (json!("12345"), LONG),
                (json!("1_0"), WRONG),
                (json!("x"), WRONG),
                (json!("٣"), WRONG),
                (json!(7), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::String,
        },
        Case {
            kind: "INTEGER",
            bounds: ":1:3",
            least: json!(0),
            most: json!(-999),
            bad: scalar(&[
                (json!(1000), LONG),
                (json!("1000"), LONG),
                (json!(1.5), WRONG),
                (json!("1 OR 1=1"), WRONG),
                (json!("+1"), WRONG),
                (json!(true), WRONG),
            ]),
            postgres: ("int4", "bigint"),
            mysql: "int",
            mongo: ElementType::Int32,
        },
        Case {
            kind: "FLOAT",
            bounds: ":2:4",
            least: json!(0.5),
            most: json!(-12.25),
            bad: scalar(&[
                (json!(5), SHORT),
                (json!(12.345), LONG),
                (json!("NaN"), WRONG),
                (json!("Infinity"), WRONG),
                (json!("1e999"), WRONG),
                (json!(false), WRONG),
            ]),
            postgres: ("float8", "double precision"),
            mysql: "double",
            mongo: ElementType::Double,
        },
        Case {
            kind: "DOUBLE",
            bounds: ":1:17",
            least: json!(5),
            most: json!(1.797_693_134_862_315_7e308),
            bad: scalar(&[
                (json!("1.79769313486231571"), LONG),
                (json!("1e309"), WRONG),
                (json!(".5"), WRONG),
                (json!("0x1F"), WRONG),
            ]),
            postgres: ("float8", "double precision"),
            mysql: "double",
            mongo: ElementType::Double,
        },
    ];
    cases.extend(further(text, long));
    cases
}

fn further(text: (&'static str, &'static str), long: &'static str) -> Vec<Case> {
    vec![
        Case {
            kind: "DECIMAL",
            bounds: ":2:28",
            least: json!("0.1"),
            most: json!("-1234567890123456789.123456789"),
            bad: scalar(&[
                (json!("1"), SHORT),
                (json!("12345678901234567890.123456789"), LONG),
                (json!("1e"), WRONG),
                (json!("1,5"), WRONG),
                (json!("- 15"), WRONG),
            ]),
            postgres: ("numeric", "numeric"),
            mysql: "decimal(60,20)",
            mongo: ElementType::Decimal128,
        },
        Case {
            kind: "DATE",
            bounds: "",
            least: json!("1000-01-01"),
            most: json!("9999-12-31"),
            bad: scalar(&[
                (json!("2023-02-29"), WRONG),
                (json!("2024-01-01T00:00:00Z"), WRONG),
                (json!("infinity"), WRONG),
                (json!(0), WRONG),
            ]),
            postgres: ("date", "date"),
            mysql: "date",
            mongo: ElementType::DateTime,
        },
        Case {
            kind: "DATETIME",
            bounds: "",
            least: json!("1000-01-01T00:00:00Z"),
            most: json!("9999-12-31T23:59:59.123Z"),
            bad: scalar(&[
                (json!("2024-02-29"), WRONG),
                (json!("2024-02-30T00:00:00Z"), WRONG),
                (json!("2024-02-29T25:00:00Z"), WRONG),
                (json!("now"), WRONG),
                (json!(1), WRONG),
            ]),
            postgres: ("timestamptz", "timestamp with time zone"),
            mysql: "datetime(6)",
            mongo: ElementType::DateTime,
        },
        Case {
            kind: "UUID",
            bounds: "",
            least: json!("00000000-0000-0000-0000-000000000000"),
            most: json!("FFFFFFFF-ffff-ffff-ffff-ffffffffffff"),
            bad: scalar(&[
                (json!("0190c0fe-0000-7000-8000-00000000000g"), WRONG),
                (json!("0190c0fe"), WRONG),
                (json!(""), WRONG),
                (json!(1), WRONG),
            ]),
            postgres: ("uuid", "uuid"),
            mysql: "char(36)",
            mongo: ElementType::Binary,
        },
        Case {
            kind: "BOOLEAN",
            bounds: "",
            least: json!(false),
            most: json!(true),
            bad: scalar(&[
                (json!("true"), WRONG),
                (json!(1), WRONG),
                (json!(0), WRONG),
                (json!(""), WRONG),
            ]),
            postgres: ("bool", "boolean"),
            mysql: "tinyint(1)",
            mongo: ElementType::Boolean,
        },
        Case {
            kind: "BYTES",
            bounds: "",
            least: json!(""),
            most: json!("AP8nXAA="),
            bad: scalar(&[
                (json!("***"), WRONG),
                (json!("AP8"), WRONG),
                (json!(5), WRONG),
            ]),
            postgres: ("bytea", "bytea"),
            mysql: "blob",
            mongo: ElementType::Binary,
        },
        Case {
            kind: "OBJECT_ID",
            bounds: "",
            least: json!("000000000000000000000000"),
            most: json!("FFFFFFFFFFFFFFFFffffffff"),
            bad: scalar(&[
                (json!("00000000000000000000000"), WRONG),
                (json!("00000000000000000000000g"), WRONG),
                (json!(1), WRONG),
            ]),
            postgres: text,
            mysql: long,
            mongo: ElementType::ObjectId,
        },
        Case {
            kind: "ARRAY",
            bounds: ":1:3",
            least: json!(["a'b"]),
            most: json!(["a", "\\\"{},", "😀"]),
            bad: vec![
                (json!([]), SHORT),
                (json!(["a", "b", "c", "d"]), LONG),
                (json!("a"), WRONG),
                (json!({"a": 1}), WRONG),
                (json!(1), WRONG),
            ],
            postgres: ("text[]", "text[]"),
            mysql: "json",
            mongo: ElementType::Array,
        },
        Case {
            kind: "OBJECT",
            bounds: "",
            least: json!({"a": null}),
            most: json!({"a": {"b'": [1, "\"x\\"]}}),
            bad: vec![
                (json!([1]), WRONG),
                (json!("{}"), WRONG),
                (json!(1), WRONG),
                (json!(true), WRONG),
            ],
            postgres: ("jsonb", "jsonb"),
            mysql: "json",
            mongo: ElementType::EmbeddedDocument,
        },
        Case {
            kind: "JSON",
            bounds: "",
            least: json!({"a": "' OR '1'='1"}),
            most: json!({"a": [1, null, true, 0.5, {"b": "\\"}]}),
            bad: Vec::new(),
            postgres: ("jsonb", "jsonb"),
            mysql: "json",
            mongo: ElementType::EmbeddedDocument,
        },
    ]
}
