//! `docs/action-templates.md` says what the code does: the tables are made from it.
//!
//! `TAPEDECK_WRITE_ACTION_PAGE=1` writes the tables anew; the rest of the page is written by hand.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use templates::mongodb::{MongoAction, Operation};
use templates::{
    Action, Definition, Engine, InputValue, Measure, PlaceholderType, Sent, expected,
    read_placeholder,
};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/action-templates.md")
}

fn page() -> String {
    std::fs::read_to_string(path()).unwrap()
}

/// A text as code in a cell: a bar would end it.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

fn json(text: &str) -> InputValue {
    InputValue::from_json(text).unwrap()
}

/// A value that each type takes.
const EXAMPLES: [(&str, &str); 18] = [
    ("STRING", r#""O'Brien""#),
    ("NOSPACES_STRING", r#""anna""#),
    ("EMAIL_STRING", r#""anna@example.com""#),
    ("DATE_STRING", r#""2026-11-23""#),
    ("NUMBER_STRING", r#""007.50""#),
    ("INTEGER", "42"),
    ("DATE", r#""2026-11-23""#),
    ("DATETIME", r#""2026-11-23T10:00:00Z""#),
    ("FLOAT", "0.5"),
    ("DOUBLE", "0.5"),
    ("DECIMAL", "0.10"),
    ("UUID", r#""0190c0fe-0000-7000-8000-000000000000""#),
    ("ARRAY", r#"[1, "a"]"#),
    ("OBJECT", r#"{"a": 1}"#),
    ("BOOLEAN", "true"),
    ("BYTES", r#""AP8=""#),
    ("JSON", r#"{"a": [1, null]}"#),
    ("OBJECT_ID", r#""0123456789abcdef01234567""#),
];

fn types() -> String {
    let mut text =
        "| type | takes | `min` and `max` count | example | on MongoDB |\n|---|---|---|---|---|\n"
            .to_owned();
    for (kind, (name, example)) in PlaceholderType::NAMED.into_iter().zip(EXAMPLES) {
        assert_eq!(kind.as_str(), name);
        let (placeholder, _) = read_placeholder(&format!("{{{{v:{name}:0}}}}")).unwrap();
        let takes = expected(&placeholder.unwrap());
        let takes = takes.trim_end_matches(" of at least 0 characters");
        let counts = match kind.measure() {
            Some(Measure::Characters) => "characters",
            Some(Measure::Digits) => "digits",
            Some(Measure::Items) => "items",
            None => "",
        };
        let template = json(&format!(
            "{{\"insertOne\": {{\"a\": \"{{{{v:{name}}}}}\"}}}}"
        ));
        let request = MongoAction::compile(&template, None)
            .unwrap()
            .bind(&json(&format!("{{\"v\": {example}}}")), &json("{}"))
            .unwrap();
        let command = request.command("c");
        let documents = command.get_array("documents").unwrap();
        let stored = documents[0].as_document().unwrap().get("a").unwrap();
        text.push_str(&format!(
            "| `{name}` | {takes} | {counts} | {} | {:?} |\n",
            code(example),
            stored.element_type(),
        ));
    }
    text
}

fn compile(engine: Engine, template: &str, filter: Option<&str>) -> Result<Action, Vec<String>> {
    let text = |text: &str| InputValue::String(text.to_owned());
    Action::compile(Definition {
        engine,
        template: &text(template),
        filter: filter.map(text).as_ref(),
        script: false,
    })
    .map_err(|faults| {
        faults
            .into_iter()
            .map(|fault| format!("{} ({})", fault.message, code(fault.code)))
            .collect()
    })
}

const DATA: &str = r#"{"q": "x", "n": 5, "l": [1, 2], "s": "created_at", "d": "DESC"}"#;

/// The statement that is sent, with the inputs of `DATA` that it asks for.
fn sent(engine: Engine, template: &str, filter: Option<&str>) -> String {
    let action =
        compile(engine, template, filter).unwrap_or_else(|faults| panic!("{template}: {faults:?}"));
    let InputValue::Object(mut data) = json(DATA) else {
        unreachable!("it is an object");
    };
    let keys: BTreeSet<&str> = action
        .inputs()
        .fields
        .iter()
        .map(|field| field.placeholder.key.as_str())
        .collect();
    data.retain(|(key, _)| keys.contains(key.as_str()));
    match action
        .bind(&InputValue::Object(data), &json("{}"), &[])
        .unwrap()
        .sent
    {
        Sent::Sql(mut statements) => statements.remove(0).text,
        Sent::Mongodb(_) => unreachable!("it is SQL"),
    }
}

fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgresql => "PostgreSQL",
        Engine::Mysql => "MySQL",
        Engine::Sqlite => "SQLite",
        Engine::Mongodb => "MongoDB",
    }
}

fn places() -> String {
    let mut text = "| written | engine | sent |\n|---|---|---|\n".to_owned();
    for (engine, template, filter) in [
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a = '{{q}}'",
            None,
        ),
        (Engine::Mysql, "SELECT * FROM t WHERE a = \"{{q}}\"", None),
        (Engine::Postgresql, "SELECT * FROM t WHERE a = {{q}}", None),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a LIKE '%{{q}}%'",
            None,
        ),
        (
            Engine::Mysql,
            "SELECT * FROM t WHERE a LIKE '%{{q}}%'",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a = E'it\\'s {{q}}'",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a = $$it's {{q}}$$",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a IN ({{l:ARRAY}})",
            None,
        ),
        (
            Engine::Mysql,
            "SELECT * FROM t WHERE a IN ({{l:ARRAY}})",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a = ANY({{l:ARRAY:0}})",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t LIMIT {{n}} OFFSET {{n}}",
            None,
        ),
        (Engine::Mysql, "SELECT * FROM t LIMIT {{n}}, {{n}}", None),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE id = '{{q}}'::uuid",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t WHERE a > now() - INTERVAL '{{n:INTEGER}} days'",
            None,
        ),
        (
            Engine::Mysql,
            "SELECT * FROM t WHERE a > now() - INTERVAL {{n:INTEGER}} DAY",
            None,
        ),
        (Engine::Postgresql, "SELECT DATE '{{q}}'", None),
        (
            Engine::Postgresql,
            "SELECT d -> '{{q}}' FROM t WHERE d ? '{{q}}'",
            None,
        ),
        (
            Engine::Postgresql,
            "SELECT * FROM t ORDER BY {{s:IDENTIFIER(name|created_at)}} {{d:KEYWORD(ASC|DESC)}}",
            None,
        ),
        (
            Engine::Mysql,
            "SELECT * FROM t ORDER BY {{s:IDENTIFIER(name|created_at)}} {{d:KEYWORD(ASC|DESC)}}",
            None,
        ),
        (
            Engine::Postgresql,
            "UPDATE t SET a = {{q}} RETURNING id",
            Some("b = {{n:INTEGER}} OR c"),
        ),
    ] {
        let written = match filter {
            None => code(template),
            Some(filter) => format!("{}, filter {}", code(template), code(filter)),
        };
        text.push_str(&format!(
            "| {written} | {} | {} |\n",
            name(engine),
            code(&sent(engine, template, filter))
        ));
    }
    text
}

fn refused() -> String {
    let mut text = "| written | engine | why |\n|---|---|---|\n".to_owned();
    for (engine, template) in [
        (Engine::Postgresql, "SELECT * FROM {{q}}"),
        (Engine::Postgresql, "SELECT * FROM t ORDER BY {{q}}"),
        (Engine::Postgresql, "SELECT * FROM t ORDER BY a {{q}}"),
        (Engine::Postgresql, "SELECT \"{{q}}\" FROM t"),
        (Engine::Mysql, "SELECT `a{{q}}` FROM t"),
        (Engine::Postgresql, "SELECT a{{q}} FROM t"),
        (Engine::Postgresql, "SELECT '{\"a\": \"{{q}}\"}'::jsonb"),
        (Engine::Postgresql, "SELECT 'x{{q:ARRAY}}'"),
        (Engine::Mysql, "SELECT a->'$.{{q}}' FROM t"),
        (Engine::Mysql, "SELECT /*!50000 {{q}} */ 1"),
        (Engine::Mysql, "SELECT 'a' '{{q}}'"),
        (Engine::Postgresql, "DO $$ BEGIN PERFORM '{{q}}'; END $$"),
        (Engine::Postgresql, "SELECT B'{{q}}'"),
        (Engine::Postgresql, "SELECT $1, {{q}}"),
        (Engine::Postgresql, "SELECT {{q:STRING:1:9:true}}"),
        (Engine::Postgresql, "SELECT {{q:STRNG}}"),
        (Engine::Postgresql, "SELECT 1; SELECT {{q}}"),
    ] {
        let faults = compile(engine, template, None).unwrap_err();
        assert_eq!(faults.len(), 1, "{template}: {faults:?}");
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            code(template),
            name(engine),
            faults[0]
                .replace("{{", "`{{")
                .replace("}}", "}}`")
                .replace('|', "\\|")
        ));
    }
    text
}

fn rows() -> String {
    let mut text = "| filter of an UPDATE or DELETE | inputs | told |\n|---|---|---|\n".to_owned();
    for (filter, data) in [
        ("true", "{}"),
        ("1 = 1", "{}"),
        ("{{a}} = {{a}}", r#"{"a": "x"}"#),
        ("a = a", "{}"),
        ("a = 5 OR {{b:BOOLEAN}}", r#"{"b": true}"#),
        ("a = 5 OR {{b:BOOLEAN}}", r#"{"b": false}"#),
        ("{{a:STRING?}} IS NULL OR a = {{a}}", "{}"),
        ("{{a:STRING?}} IS NULL OR a = {{a}}", r#"{"a": "x"}"#),
        ("a = coalesce({{a:STRING?}}, a)", "{}"),
        ("a LIKE '%{{a}}%'", r#"{"a": "%"}"#),
        ("a LIKE '%{{a}}%'", r#"{"a": "x"}"#),
        ("a = {{a}}", r#"{"a": "x"}"#),
    ] {
        let mut told = Vec::new();
        for engine in [Engine::Postgresql, Engine::Mysql] {
            let action = compile(engine, "DELETE FROM t", Some(filter)).unwrap();
            let plan = action.bind(&json(data), &json("{}"), &[]).unwrap().plan;
            told.push(if plan.unfiltered {
                "every row"
            } else {
                "some rows"
            });
        }
        assert_eq!(told[0], told[1], "{filter}");
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            code(filter),
            code(data),
            told[0]
        ));
    }
    text
}

fn operations() -> String {
    let mut text = "| operation | shape | does | unfiltered |\n|---|---|---|---|\n".to_owned();
    for operation in Operation::ALL {
        let shape = match operation {
            Operation::Find => {
                r#"{"filter": {}, "projection": {}, "sort": {}, "limit": 5, "skip": 0}"#
            }
            Operation::FindOne => r#"{"filter": {}, "projection": {}, "sort": {}, "skip": 0}"#,
            Operation::CountDocuments => r#"{"filter": {}, "limit": 5, "skip": 0}"#,
            Operation::EstimatedDocumentCount => "{}",
            Operation::InsertOne => r#"{"name": "{{name}}"}"#,
            Operation::InsertMany => r#"[{"name": "{{name}}"}]"#,
            Operation::UpdateOne | Operation::UpdateMany => {
                r#"{"filter": {}, "set": {"name": "{{name}}"}, "upsert": false}"#
            }
            Operation::DeleteOne | Operation::DeleteMany => "{}",
            Operation::Aggregate => r#"[{"$match": {"name": "{{name}}"}}]"#,
        };
        let template = json(&format!("{{\"{}\": {shape}}}", operation.as_str()));
        let action = MongoAction::compile(&template, None).unwrap();
        assert_eq!(action.operation, operation);
        let deeds = format!("{:?}", action.deeds()[0]).to_lowercase();
        let unfiltered = if action.unfiltered() { "told" } else { "" };
        text.push_str(&format!(
            "| `{}` | {} | {deeds} | {unfiltered} |\n",
            operation.as_str(),
            code(shape)
        ));
    }
    text
}

/// The page with its tables made anew.
fn written(page: &str) -> String {
    let mut page = page.to_owned();
    for (section, table) in [
        ("types", types()),
        ("places", places()),
        ("refused", refused()),
        ("rows", rows()),
        ("operations", operations()),
    ] {
        let begin = format!("<!-- {section}: begin (written by the test) -->\n");
        let end = format!("<!-- {section}: end -->\n");
        let (before, rest) = page.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        page = format!("{before}{begin}\n{table}\n{end}{after}");
    }
    page
}

#[test]
fn the_page_says_what_the_code_does() {
    let page = page();
    let anew = written(&page);
    if std::env::var_os("TAPEDECK_WRITE_ACTION_PAGE").is_some() {
        std::fs::write(path(), anew).unwrap();
        return;
    }
    assert_eq!(
        page, anew,
        "write it anew with TAPEDECK_WRITE_ACTION_PAGE=1"
    );
}

#[test]
fn the_page_has_every_type_and_operation_and_no_other() {
    let page = page();
    for kind in PlaceholderType::NAMED {
        assert!(page.contains(&format!("| `{kind}` |")), "{kind}");
    }
    for operation in Operation::ALL {
        assert!(page.contains(&format!("| `{}` |", operation.as_str())));
    }
    // The placeholders of the text are well formed; those of the tables are shown with what becomes of them.
    for row in page.lines().filter(|row| !row.starts_with('|')) {
        for (at, _) in row.match_indices("{{") {
            let example = row[at..]
                .replacen(":TYPE", ":STRING", 1)
                .replace(":min:max:unique", "");
            let example = example.replace(":min:max", "").replace(":min", "");
            if let Some((read, _)) = read_placeholder(&example) {
                assert!(read.is_ok(), "{row}: {read:?}");
            }
        }
    }
}
