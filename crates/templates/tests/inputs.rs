//! Conformance of the inputs: each placeholder type × the boundaries of its lengths × each bad input, for every engine.

use templates::sql::{ActionText, Dialect, SqlAction};
use templates::{
    Action, BoundValue, Definition, Engine, InputFault, InputValue, Inputs, Measure,
    PlaceholderType, Source,
};

fn json(text: &str) -> InputValue {
    InputValue::from_json(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

const ENGINES: [Engine; 4] = [
    Engine::Postgresql,
    Engine::Mysql,
    Engine::Sqlite,
    Engine::Mongodb,
];

/// One template for each operation of an engine, with a place for one placeholder; and the filter, where that is a template of its
/// own.
fn operations(engine: Engine) -> &'static [(&'static str, Option<&'static str>)] {
    match engine {
        Engine::Postgresql | Engine::Mysql | Engine::Sqlite => &[
            ("SELECT * FROM t WHERE a = §", None),
            ("SELECT count(*) FROM t WHERE a = '§'", None),
            ("INSERT INTO t (a) VALUES (§)", None),
            ("UPDATE t SET a = § WHERE b = 1", None),
            ("UPDATE t SET a = 1", Some("b = §")),
            ("DELETE FROM t WHERE a = '§'", None),
            ("DELETE FROM t", Some("a = §")),
            ("SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > §", None),
        ],
        Engine::Mongodb => &[
            (r#"{"find": {"a": "§"}}"#, None),
            (r#"{"findOne": {"filter": {"a": "§"}}}"#, None),
            (r#"{"countDocuments": {"a": "§"}}"#, None),
            (r#"{"insertOne": {"a": "§"}}"#, None),
            (r#"{"insertMany": [{"a": "§"}, {"b": 1}]}"#, None),
            (
                r#"{"updateOne": {"set": {"a": "§"}}}"#,
                Some(r#"{"where": {"b": 1}}"#),
            ),
            (
                r#"{"updateMany": {"set": {"b": 1}}}"#,
                Some(r#"{"where": {"a": "§"}}"#),
            ),
            (r#"{"deleteOne": {"a": "§"}}"#, None),
            (r#"{"deleteMany": {}}"#, Some(r#"{"where": {"a": "§"}}"#)),
            (r#"{"aggregate": [{"$match": {"a": "§"}}]}"#, None),
            (
                r#"{"aggregate": [{"$set": {"a": "§"}}, {"$merge": "x"}]}"#,
                None,
            ),
        ],
    }
}

/// Every engine with each of its operations.
fn all_operations() -> impl Iterator<Item = (Engine, &'static str, Option<&'static str>)> {
    ENGINES.into_iter().flat_map(|engine| {
        operations(engine)
            .iter()
            .map(move |(template, filter)| (engine, *template, *filter))
    })
}

/// The action with a placeholder in its place.
fn action(engine: Engine, template: &str, filter: Option<&str>, placeholder: &str) -> Action {
    let written = |text: &str| {
        let text = text.replace('§', placeholder);
        match engine {
            Engine::Mongodb => json(&text),
            _ => InputValue::String(text),
        }
    };
    Action::compile(Definition {
        engine,
        template: &written(template),
        filter: filter.map(written).as_ref(),
        script: false,
    })
    .unwrap_or_else(|faults| panic!("{template} {placeholder}: {faults:?}"))
}

/// The value as it is checked, where `v` is the only input. Both ways to give it must say the same.
fn check(inputs: &Inputs, value: &str) -> Result<BoundValue, InputFault> {
    let given = json(&format!("{{\"v\": {value}}}"));
    let source = inputs.fields[0].source;
    let checked = |data: &InputValue, filter: &InputValue| {
        inputs
            .check(data, filter)
            .map(|values| values.get(source, "v").clone())
            .map_err(|mut faults| {
                assert_eq!(faults.len(), 1, "{faults:?}");
                faults.remove(0)
            })
    };
    let answer = checked(&given, &json("{}"));
    if source == Source::Filter {
        assert_eq!(checked(&json("{}"), &given), answer);
    }
    answer
}

/// A value of a type with a length, as JSON; `None` where there is none of that length.
fn of_length(kind: &PlaceholderType, length: usize) -> Option<String> {
    let digits = || (length > 0).then(|| "7".repeat(length));
    Some(match kind {
        PlaceholderType::String => format!("\"{}\"", "é".repeat(length)),
        PlaceholderType::NospacesString => format!("\"{}\"", "😀".repeat(length)),
        PlaceholderType::EmailString => {
            format!(
                "\"{}@b.cd\"",
                "a".repeat(length.checked_sub(5)?.checked_sub(1)? + 1)
            )
        }
        PlaceholderType::NumberString => format!("\"-{}\"", digits()?),
        PlaceholderType::Integer => format!("-{}", digits()?),
        PlaceholderType::Decimal | PlaceholderType::Float | PlaceholderType::Double => {
            format!(
                "0.{}",
                "7".repeat(length.checked_sub(1).filter(|rest| *rest > 0)?)
            )
        }
        PlaceholderType::Array => format!("[{}]", vec!["1"; length].join(",")),
        _ => return None,
    })
}

#[test]
fn lengths_at_their_boundaries() {
    let mut cases = 0;
    for (engine, template, filter) in all_operations() {
        for kind in PlaceholderType::NAMED {
            if kind.measure().is_none() || kind == PlaceholderType::DateString {
                continue;
            }
            for (min, max) in [(1_usize, 1_usize), (2, 9), (7, 7), (8, 15)] {
                let placeholder = format!("{{{{v:{kind}:{min}:{max}}}}}");
                let action = action(engine, template, filter, &placeholder);
                let inputs = action.inputs();
                for (length, code) in [
                    (min.wrapping_sub(1), Some("too_short")),
                    (min, None),
                    (max, None),
                    (max + 1, Some("too_long")),
                ] {
                    let Some(value) = of_length(&kind, length) else {
                        continue;
                    };
                    let found = check(inputs, &value);
                    assert_eq!(
                        found.as_ref().err().map(|fault| fault.code),
                        code,
                        "{template} {placeholder} {value}: {found:?}"
                    );
                    let data = json(&format!("{{\"v\": {value}}}"));
                    assert_eq!(
                        action.bind(&data, &json("{}"), &[]).is_err(),
                        code.is_some()
                    );
                    if let Err(fault) = found {
                        assert!(fault.expected.contains(&max.to_string()), "{fault:?}");
                        assert!(fault.came.starts_with(&length.to_string()), "{fault:?}");
                    }
                    cases += 1;
                }
            }
        }
    }
    assert!(cases > 3_000, "{cases}");
}

/// For each type what it takes; every other value of the table it refuses.
fn takes(kind: &PlaceholderType) -> &'static [&'static str] {
    match kind {
        PlaceholderType::String => &[
            "text",
            "email",
            "date",
            "datetime",
            "uuid",
            "base64",
            "integer text",
            "decimal text",
            "oid",
            "spaces",
            "nul",
            "operator text",
            "long text",
            "infinity text",
        ],
        PlaceholderType::NospacesString => &[
            "text",
            "email",
            "date",
            "datetime",
            "uuid",
            "base64",
            "integer text",
            "decimal text",
            "oid",
            "nul",
            "operator text",
            "long text",
            "infinity text",
        ],
        PlaceholderType::EmailString => &["email"],
        PlaceholderType::DateString | PlaceholderType::Date => &["date"],
        PlaceholderType::NumberString => &["integer text", "decimal text"],
        PlaceholderType::Integer => &["integer", "integer text"],
        PlaceholderType::Float | PlaceholderType::Double | PlaceholderType::Decimal => {
            &["integer", "decimal", "integer text", "decimal text"]
        }
        PlaceholderType::Uuid => &["uuid"],
        PlaceholderType::Array => &["list"],
        PlaceholderType::Object => &["object"],
        PlaceholderType::Boolean => &["true"],
        PlaceholderType::Datetime => &["datetime"],
        // "abcd" and "Infinity" are base64 too: only their lengths say so.
        PlaceholderType::Bytes => &["base64", "text", "infinity text"],
        PlaceholderType::ObjectId => &["oid"],
        PlaceholderType::Json => &[
            "text",
            "email",
            "date",
            "datetime",
            "uuid",
            "base64",
            "integer text",
            "decimal text",
            "oid",
            "spaces",
            "nul",
            "operator text",
            "long text",
            "infinity text",
            "integer",
            "decimal",
            "true",
            "list",
            "object",
            "nested list",
        ],
        PlaceholderType::Identifier(_) | PlaceholderType::Keyword(_) => &[],
    }
}

const VALUES: [(&str, &str); 24] = [
    ("text", "\"abcd\""),
    ("spaces", "\"a b\""),
    ("empty", "\"\""),
    ("nul", r#""a\u0000b""#),
    (
        "long text",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    ),
    ("email", "\"a.b@example.com\""),
    ("date", "\"2024-02-29\""),
    ("bad date", "\"2023-02-29x\""),
    ("datetime", "\"2024-02-29T23:59:59Z\""),
    ("uuid", "\"0190c0fe-0000-7000-8000-000000000000\""),
    ("base64", "\"AAECAw==\""),
    ("oid", "\"0123456789abcdef0123456f\""),
    ("integer text", "\"-12\""),
    ("decimal text", "\"1.50\""),
    ("infinity text", "\"Infinity\""),
    ("operator text", "\"$where\""),
    ("integer", "12"),
    ("decimal", "1.50"),
    ("true", "true"),
    ("list", "[1, \"a\", null, true]"),
    ("nested list", "[[1]]"),
    ("object", "{\"a\": [1]}"),
    ("operator", "{\"$ne\": null}"),
    ("operators inside", "[{\"a\": {\"$gt\": 1}}]"),
];

#[test]
fn each_type_takes_its_own_values_alone() {
    let mut cases = 0;
    for (engine, template, filter) in all_operations() {
        for kind in PlaceholderType::NAMED {
            let whole = action(engine, template, filter, &format!("{{{{v:{kind}}}}}"));
            let inputs = whole.inputs();
            for (name, value) in VALUES {
                let mut taken = takes(&kind).contains(&name);
                match (engine, &kind, name) {
                    // PostgreSQL holds no NUL, and only MongoDB has lists of anything.
                    (Engine::Postgresql | Engine::Sqlite, _, "nul") => taken = false,
                    (Engine::Mongodb, PlaceholderType::Array, "nested list") => taken = true,
                    // Base64 of "abcd" is fine, and so is an e-mail-less text of JSON with operators on SQL: it is data there.
                    (
                        Engine::Postgresql | Engine::Mysql | Engine::Sqlite,
                        PlaceholderType::Object,
                        "operator",
                    )
                    | (
                        Engine::Postgresql | Engine::Mysql | Engine::Sqlite,
                        PlaceholderType::Json,
                        "operator" | "operators inside",
                    ) => taken = true,
                    // The text of a long or an empty one as JSON is JSON.
                    (_, PlaceholderType::Json, "empty" | "bad date") => taken = true,
                    (_, PlaceholderType::String | PlaceholderType::NospacesString, "bad date") => {
                        taken = true
                    }
                    (_, PlaceholderType::Bytes, "empty" | "long text" | "oid") => {
                        taken = value.len() % 4 == 2;
                    }
                    _ => {}
                }
                let found = check(inputs, value);
                assert_eq!(found.is_ok(), taken, "{template} {kind} {name}: {found:?}");
                if let Err(fault) = &found {
                    assert_eq!(fault.field, "v");
                    assert!(!fault.expected.is_empty() && !fault.came.is_empty());
                    assert!(fault.message.contains(&fault.expected), "{fault:?}");
                    assert!(fault.message.ends_with('.'), "{fault:?}");
                }
                cases += 1;
            }
            // Missing and null.
            let optional = action(engine, template, filter, &format!("{{{{v:{kind}?}}}}"));
            let optional = optional.inputs();
            assert_eq!(check(inputs, "null").unwrap_err().code, "required");
            assert_eq!(check(optional, "null"), Ok(BoundValue::Null));
            for (inputs, missing) in [(inputs, true), (optional, false)] {
                let answer = inputs.check(&json("{}"), &json("{}"));
                assert_eq!(answer.is_err(), missing, "{kind}");
            }
        }
    }
    assert_eq!(cases, (8 + 8 + 8 + 11) * 18 * 24);
}

#[test]
fn every_fault_of_every_input_at_once() {
    let action = ActionText {
        template: "UPDATE t SET a = {{a:INTEGER:1:3}}, p = {{password:UUID}}, b = {{b}}, l = {{l:BOOLEAN}}",
        filter: Some("id = {{id:UUID}} AND a = {{a:INTEGER}}"),
        script: false,
    };
    let action = SqlAction::compile(action, Dialect::Postgresql).unwrap();
    let faults = action
        .bind(
            &json(
                r#"{"a": 1000, "password": "hunter2", "l": "yes", "extra": 1, "secretKey": "s3"}"#,
            ),
            &json(r#"{"id": 5, "b": "x", "a": 1.5}"#),
        )
        .unwrap_err();
    let told: Vec<String> = faults
        .iter()
        .map(|fault| {
            format!(
                "{} {} | {} | {}",
                fault.field, fault.code, fault.expected, fault.came
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "a too_long | A whole number of 1 to 3 digits | 4 digits",
            "password wrong_type | A UUID | a text, ***",
            "b required | A text of at least 1 character | nothing",
            "l wrong_type | true or false | a text, \"yes\"",
            "id wrong_type | A UUID | a number, 5",
            "a wrong_type | A whole number | a number, 1.5",
            "extra unknown_input | No input of this name | a number, 1",
            "secretKey unknown_input | No input of this name | a text, ***",
            "b unknown_input | No input of this name | a text, \"x\"",
        ]
    );
    let all: String = faults.iter().map(|fault| format!("{fault:?}")).collect();
    assert!(!all.contains("hunter2") && !all.contains("s3\""));

    // What both templates use and only `data` has is told once.
    let faults = action.bind(&json(r#"{"a": true, "password": "0190c0fe-0000-7000-8000-000000000000", "b": "x", "l": true, "id": "0190c0fe-0000-7000-8000-000000000000"}"#), &json("{}")).unwrap_err();
    assert_eq!(
        faults.len(),
        2,
        "the two types of a differ in length: {faults:?}"
    );
    // No object, no inputs.
    let codes: Vec<_> = action
        .bind(&json("[]"), &json("5"))
        .unwrap_err()
        .into_iter()
        .map(|fault| format!("{} {}", fault.field, fault.code))
        .collect();
    assert_eq!(&codes[..2], ["data no_object", "filter no_object"]);
}

#[test]
fn places_ask_more_than_types() {
    let select = |text: &str| {
        let action = ActionText {
            template: text,
            filter: None,
            script: false,
        };
        SqlAction::compile(action, Dialect::Mysql).unwrap().inputs
    };
    let limit = select("SELECT 1 LIMIT {{v}}");
    for (value, fits) in [
        ("5", true),
        ("\"5\"", true),
        ("0", true),
        ("-1", false),
        ("1.5", false),
        ("\"5; DROP\"", false),
        ("9223372036854775807", true),
        ("9223372036854775808", false),
    ] {
        assert_eq!(check(&limit, value).is_ok(), fits, "{value}");
    }
    let list = select("SELECT 1 WHERE a IN ({{v:ARRAY:0}})");
    assert_eq!(check(&list, "[]").unwrap_err().code, "too_short");
    assert!(check(&select("SELECT {{v:ARRAY:0}}"), "[]").is_ok());
    assert_eq!(check(&list, "[{\"a\": 1}]").unwrap_err().code, "wrong_type");
}

#[test]
fn one_input_in_many_places() {
    let fields = |text: &str| {
        let action = ActionText {
            template: text,
            filter: None,
            script: false,
        };
        SqlAction::compile(action, Dialect::Postgresql)
            .unwrap()
            .inputs
            .fields
    };
    let found = fields("SELECT {{v}}, {{v:INTEGER?:2}}, {{v:INTEGER:1:5}}, {{w}}");
    assert_eq!(found.len(), 2);
    let v = &found[0].placeholder;
    assert_eq!(v.kind, Some(PlaceholderType::Integer));
    assert_eq!((v.optional, v.min, v.max), (false, 2, Some(5)));
    assert_eq!(v.kind().measure(), Some(Measure::Digits));
    assert_eq!(found[1].placeholder.kind, None);
    assert!(fields("SELECT {{api_token}}")[0].secret);
}

#[test]
fn the_inputs_as_json_schema() {
    let action = ActionText {
        template: "SELECT * FROM t ORDER BY {{s:IDENTIFIER(a|b)}} LIMIT {{n}}",
        filter: Some(
            "u = '{{user:NOSPACES_STRING:3:20}}' AND p = {{password:STRING?}} AND l = ANY({{l:ARRAY:1:5}})",
        ),
        script: false,
    };
    let inputs = SqlAction::compile(action, Dialect::Postgresql)
        .unwrap()
        .inputs;
    let schema = inputs.json_schema();
    let data = &schema["properties"]["data"];
    assert_eq!(data["required"], serde_json::json!(["s", "n"]));
    assert_eq!(
        data["properties"]["s"]["enum"],
        serde_json::json!(["a", "b"])
    );
    assert_eq!(data["additionalProperties"], serde_json::json!(false));
    let filter = &schema["properties"]["filter"]["properties"];
    assert_eq!(filter["user"]["minLength"], 3);
    assert_eq!(filter["user"]["maxLength"], 20);
    assert_eq!(filter["user"]["x-placeholder"], "NOSPACES_STRING");
    assert_eq!(filter["password"]["writeOnly"], true);
    assert_eq!(
        filter["password"]["type"],
        serde_json::json!(["string", "null"])
    );
    assert_eq!(filter["l"]["maxItems"], 5);
    assert_eq!(schema["allOf"].as_array().unwrap().len(), 2);
}
