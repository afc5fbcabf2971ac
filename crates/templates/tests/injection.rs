//! The injection suite: hostile values in every place of every dialect. What is sent is what is sent for a harmless value, but for
//! the parameters, which hold the value byte for byte; or the value is refused.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;

use base64::Engine as _;
use bson::{Bson, Document};
use proptest::prelude::*;
use templates::mongodb::MongoAction;
use templates::sql::{ActionText, Dialect, SqlAction, SqlStatement, TokenKind, lex};
use templates::{BoundValue, InputValue, PlaceholderType};

/// Conditions with one input `v` each, as a person writes them; `T` is where a type goes.
const PLACES: [&str; 30] = [
    "a = '{{vT}}'",
    "a = {{vT}}",
    "a LIKE '%{{vT}}%'",
    "a LIKE '{{vT}}%' ESCAPE '!'",
    "a IN ('x', {{vT}})",
    "a IN ('{{vT}}')",
    "lower(a) = lower({{vT}})",
    "a = CAST({{vT}} AS char)",
    "a BETWEEN '{{vT}}' AND 'z'",
    "a = N'{{vT}}'",
    "(a, b) = ('{{vT}}', {{vT}})",
    "a = '''{{vT}}'''",
    "a = '--{{vT}}'",
    "a = '/*{{vT}}*/'",
    "a = '{{vT}};'",
    "a = DATE '{{vT}}'",
    "a > b + INTERVAL '{{vT}}' DAY",
    "a = '{{vT}} {{vT}}'",
    "a /* {{vT}} */ = '{{vT}}'",
    "NOT a = {{ vT }}",
    "a = '\u{2019}{{vT}}\u{2019}'",
    "a <> '{{vT}}' -- it's {{vT}}\n",
    "CASE WHEN a = {{vT}} THEN true ELSE false END",
    "coalesce(a, '{{vT}}') = '$1 ?'",
    "EXISTS (SELECT 1 FROM u WHERE u.a = '{{vT}}')",
    "a = '\"{{vT}}`'",
    "a = ({{vT}})",
    "f(a,{{vT}})>0",
    "a ={{vT}} AND b = 1",
    "a = '$${{vT}}$$'",
];

const POSTGRESQL_PLACES: [&str; 16] = [
    "a = E'{{vT}}'",
    "a = E'\\'{{vT}}\\\\'",
    "a = U&'{{vT}}'",
    "a = $${{vT}}$$",
    "a = $q$'$${{vT}}$q$",
    "a = '{{vT}}'::text",
    "a = {{vT}}::text",
    "a > now() - INTERVAL '{{vT}} days'",
    "d -> '{{vT}}' ->> {{vT}} = 'x'",
    "d ? '{{vT}}' AND d ?| ARRAY['{{vT}}']",
    "d @> {{vT}}::jsonb",
    "a = ANY(ARRAY[{{vT}}])",
    "a ~ '^{{vT}}$'",
    "a = 'x'\n'{{vT}}'",
    "a IS DISTINCT FROM {{vT}}",
    "\"a\"\"b\" = {{vT}} /* /* {{vT}} */ */",
];

const MYSQL_PLACES: [&str; 9] = [
    "a = \"{{vT}}\"",
    "a = \"\\\"{{vT}}\"",
    "a = '\\'{{vT}}\\\\'",
    "a = _utf8mb4'{{vT}}'",
    "`a``b` = '{{vT}}' # {{vT}}\n",
    "a RLIKE '{{vT}}' -- {{vT}}\n",
    "1--{{vT}} = a",
    "JSON_CONTAINS(d, {{vT}}, '$.a')",
    "a < b + INTERVAL {{vT}} DAY",
];

/// The statements that a condition stands in.
const STATEMENTS: [&str; 5] = [
    "SELECT * FROM t WHERE CONDITION",
    "SELECT count(*) FROM t WHERE CONDITION",
    "UPDATE t SET b = {{w}} WHERE CONDITION",
    "DELETE FROM t WHERE CONDITION",
    "INSERT INTO t (a) SELECT a FROM u WHERE CONDITION",
];

/// Values that broke something once, somewhere.
const BROKEN_ONCE: [&str; 116] = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "' OR 1=1 #",
    "' OR 1=1/*",
    "') OR ('1'='1",
    "' OR ''='",
    "'='",
    "'-'",
    "' '",
    "'||'x'||'",
    "'; DROP TABLE t; --",
    "'; DELETE FROM t WHERE '1'='1",
    "1; DROP TABLE t",
    "1 OR 1=1",
    "1) OR (1=1",
    "-1 UNION SELECT NULL--",
    "' UNION SELECT password FROM users --",
    "' AND SLEEP(5) --",
    "'; SELECT pg_sleep(5) --",
    "'||pg_sleep(5)||'",
    "admin'--",
    "\\",
    "\\'",
    "\\\\",
    "\\\\'",
    "\\\\\\'",
    "\\' OR 1=1 --",
    "\\\\' OR 1=1 #",
    "x\\",
    "\\n",
    "\\0",
    "\\x27",
    "\\u0027",
    "\\047",
    "'",
    "''",
    "'''",
    "\"",
    "\"\"",
    "`",
    "``",
    "'\"`",
    "\" OR \"\"=\"",
    "` OR 1=1 -- ",
    "E'\\''",
    "N'x'",
    "X'27'",
    "U&'\\0027'",
    "$1",
    "$2",
    "$$",
    "$$ OR 1=1 $$",
    "$q$",
    "$tag$x$tag$",
    "$",
    "?",
    "??",
    ":1",
    ":name",
    "@a",
    "@@version",
    "%s",
    "%(v)s",
    "{0}",
    "{{v}}",
    "{{v:ARRAY}}",
    "{{",
    "}}",
    "}} OR 1=1 --",
    "{{v}}' --",
    "${v}",
    "#{v}",
    "<%= v %>",
    "--",
    "-- ",
    "--\n",
    "-- \n OR 1=1",
    "/*",
    "*/",
    "/**/",
    "*/ OR 1=1 /*",
    "/*! OR 1=1 */",
    "/*!50000 UNION */",
    "#",
    "#\n",
    ";",
    ";;",
    "(",
    ")",
    "))",
    "()",
    ",",
    ".",
    "*",
    "%",
    "_",
    "%%",
    "[a-z]",
    "!",
    "=",
    "<>",
    "::text",
    "::int; --",
    "NULL",
    "null",
    "undefined",
    "true",
    "false",
    "NaN",
    "-Infinity",
    "CURRENT_USER",
    "DEFAULT",
    "1=1",
    "0x27204f5220313d31",
    "CHAR(39)",
    "convert(int,1)",
];

/// Quotes of other scripts, and what some encodings take for one.
const LIKE_QUOTES: [char; 22] = [
    '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}', '\u{201d}', '\u{2032}', '\u{2033}',
    '\u{02b9}', '\u{02bc}', '\u{02c8}', '\u{0384}', '\u{055a}', '\u{05f3}', '\u{ff07}', '\u{ff02}',
    '\u{ff40}', '\u{00b4}', '\u{275b}', '\u{1fef}', '\u{ff1b}', '\u{fe68}',
];

/// Invisible, reordering, combining and astral characters, line breaks of all kinds, and what is not assigned.
const ODD_CHARACTERS: [char; 30] = [
    '\u{0}',
    '\u{1}',
    '\u{7}',
    '\u{8}',
    '\u{b}',
    '\u{c}',
    '\u{1a}',
    '\u{1b}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{bf}',
    '\u{300}',
    '\u{61c}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2066}',
    '\u{3000}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{1f600}',
    '\u{10ffff}',
];

const MONGODB_OPERATORS: [&str; 24] = [
    "$ne",
    "$gt",
    "$gte",
    "$lt",
    "$in",
    "$nin",
    "$or",
    "$and",
    "$nor",
    "$not",
    "$exists",
    "$regex",
    "$where",
    "$expr",
    "$function",
    "$accumulator",
    "$jsonSchema",
    "$elemMatch",
    "$set",
    "$unset",
    "$out",
    "$merge",
    "$lookup",
    "$literal",
];

fn hostile() -> Vec<String> {
    let mut values: BTreeSet<String> = BROKEN_ONCE.iter().map(|&value| value.to_owned()).collect();
    for quote in LIKE_QUOTES {
        values.insert(format!("{quote} OR {quote}1{quote}={quote}1"));
        values.insert(format!("a{quote}; DROP TABLE t --"));
    }
    for odd in ODD_CHARACTERS {
        values.insert(format!("a{odd}' OR 1=1 --"));
        values.insert(format!("{odd}b"));
    }
    for operator in MONGODB_OPERATORS {
        values.insert(operator.to_owned());
        values.insert(format!("{{\"{operator}\": null}}"));
        values.insert(format!("'; return true; var {operator}='"));
    }
    for path in [
        "$$ROOT",
        "$$CURRENT.password",
        "$password",
        "$a.b",
        "a.$[].b",
        "__proto__",
        "constructor.prototype",
    ] {
        values.insert(path.to_owned());
    }
    for number in ["9", "0", "'", "\\"] {
        values.insert(number.repeat(5_000));
    }
    for number in [
        "1e309",
        "-1e-400",
        "9223372036854775808",
        "0.1e+5",
        "1_000",
        "0b1",
        "٣",
        "+1",
        "- 1",
        "1e",
        ".5",
        "5.",
        "0x1F",
    ] {
        values.insert(number.to_owned());
    }
    let nested = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    values.insert(nested);
    values.insert("{\"a\": [{\"$where\": \"sleep(1)\"}]}".to_owned());
    values.into_iter().collect()
}

/// A harmless value of a type, as JSON.
fn harmless(kind: &PlaceholderType) -> &'static str {
    match kind {
        PlaceholderType::String | PlaceholderType::NospacesString => "\"calm\"",
        PlaceholderType::EmailString => "\"a@b.cd\"",
        PlaceholderType::DateString | PlaceholderType::Date => "\"2024-02-29\"",
        PlaceholderType::Datetime => "\"2024-02-29T10:00:00Z\"",
        PlaceholderType::NumberString => "\"5\"",
        PlaceholderType::Integer => "5",
        PlaceholderType::Float | PlaceholderType::Double | PlaceholderType::Decimal => "0.5",
        PlaceholderType::Uuid => "\"0190c0fe-0000-7000-8000-000000000000\"",
        PlaceholderType::ObjectId => "\"0123456789abcdef01234567\"",
        PlaceholderType::Boolean => "true",
        PlaceholderType::Bytes => "\"AP8=\"",
        PlaceholderType::Array => "[\"calm\"]",
        PlaceholderType::Object => "{\"k\": \"calm\"}",
        _ => "\"calm\"",
    }
}

fn compile(template: &str, dialect: Dialect) -> Option<SqlAction> {
    let action = ActionText {
        template,
        filter: None,
        script: false,
    };
    SqlAction::compile(action, dialect).ok()
}

fn input(value: &InputValue, with_w: bool) -> InputValue {
    let mut entries = vec![("v".to_owned(), value.clone())];
    if with_w {
        entries.push(("w".to_owned(), value.clone()));
    }
    InputValue::Object(entries)
}

fn none() -> InputValue {
    InputValue::Object(Vec::new())
}

fn places(dialect: Dialect) -> Vec<&'static str> {
    let own: &[&str] = match dialect {
        Dialect::Postgresql => &POSTGRESQL_PLACES,
        Dialect::Mysql => &MYSQL_PLACES,
    };
    PLACES.iter().chain(own).copied().collect()
}

/// What a text is as a bound value of a type; nothing where it is not of the type.
fn bound_as(kind: &PlaceholderType, value: &str, bound: &BoundValue) -> bool {
    match bound {
        BoundValue::Json(json) => {
            InputValue::from_json(json) == Ok(InputValue::String(value.to_owned()))
        }
        BoundValue::Bytes(bytes) => {
            base64::engine::general_purpose::STANDARD.encode(bytes) == value
        }
        other => other.as_text() == Some(value) && *kind != PlaceholderType::Boolean,
    }
}

#[test]
fn there_are_many_of_them() {
    let values = hostile();
    assert!(values.len() >= 300, "{}", values.len());
}

#[test]
fn every_value_in_every_place_of_both_dialects() {
    let values = hostile();
    let mut cases = 0;
    let mut refused = 0;
    for dialect in [Dialect::Postgresql, Dialect::Mysql] {
        for (index, place) in places(dialect).into_iter().enumerate() {
            let statement = STATEMENTS[index % STATEMENTS.len()];
            for kind in PlaceholderType::NAMED {
                let condition = place.replace("vT", &format!("v:{kind}"));
                let template = statement.replace("CONDITION", &condition);
                // A list or bytes in the middle of a text: refused, whatever the value.
                let Some(action) = compile(&template, dialect) else {
                    assert_ne!(kind, PlaceholderType::String, "{template}");
                    continue;
                };
                let with_w = template.contains("{{w}}");
                let calm = InputValue::from_json(harmless(&kind)).unwrap();
                let calm_data = |value: &InputValue| match input(value, false) {
                    InputValue::Object(mut entries) if with_w => {
                        entries.push(("w".to_owned(), InputValue::String("calm".to_owned())));
                        InputValue::Object(entries)
                    }
                    other => other,
                };
                let sent = action.bind(&calm_data(&calm), &none()).unwrap().remove(0);
                assert!(!sent.parameters.is_empty());
                for value in &values {
                    let given = match kind {
                        PlaceholderType::Array => {
                            InputValue::Array(vec![InputValue::String(value.clone())])
                        }
                        PlaceholderType::Object => InputValue::Object(vec![(
                            value.clone(),
                            InputValue::String(value.clone()),
                        )]),
                        _ => InputValue::String(value.clone()),
                    };
                    cases += 1;
                    let found = match action.bind(&calm_data(&given), &none()) {
                        Ok(mut statements) => statements.remove(0),
                        Err(faults) => {
                            assert!(faults.iter().all(|fault| fault.field == "v"), "{faults:?}");
                            let nul = dialect == Dialect::Postgresql && value.contains('\0');
                            let text = kind == PlaceholderType::String
                                || matches!(
                                    kind,
                                    PlaceholderType::Json
                                        | PlaceholderType::Array
                                        | PlaceholderType::Object
                                );
                            assert!(!text || nul, "{template} {value:?}: {faults:?}");
                            refused += 1;
                            continue;
                        }
                    };
                    assert_eq!(found.text, sent.text, "{value:?}");
                    for parameter in found.parameters.iter().filter(|one| one.name == "v") {
                        let kept = match (&kind, &parameter.value) {
                            (PlaceholderType::Array, BoundValue::Array(items)) => {
                                *items == [BoundValue::Text(value.clone())]
                            }
                            (PlaceholderType::Array, BoundValue::Json(json)) => {
                                InputValue::from_json(json) == Ok(given.clone())
                            }
                            (PlaceholderType::Object, BoundValue::Json(json)) => {
                                InputValue::from_json(json) == Ok(given.clone())
                            }
                            (_, bound) => bound_as(&kind, value, bound),
                        };
                        assert!(kept, "{template} {value:?}: {parameter:?}");
                    }
                }
            }
        }
    }
    assert!(cases > 100_000 && refused > 10_000, "{cases} {refused}");
}

#[test]
fn a_number_of_rows_is_never_anything_else() {
    for dialect in [Dialect::Postgresql, Dialect::Mysql] {
        let action = compile("SELECT * FROM t LIMIT {{v}} OFFSET '{{v}}'", dialect).unwrap();
        for value in hostile() {
            let given = InputValue::String(value.clone());
            if let Ok(statements) = action.bind(&input(&given, false), &none()) {
                assert!(value.bytes().all(|byte| byte.is_ascii_digit()), "{value}");
                assert_eq!(
                    statements[0].parameters[0].value,
                    BoundValue::Integer(value.clone())
                );
            }
        }
    }
}

#[test]
fn a_word_is_never_anything_but_one_of_its_list() {
    for dialect in [Dialect::Postgresql, Dialect::Mysql] {
        for place in ["{{v:IDENTIFIER(a|t.b)}}", "a {{v:KEYWORD(ASC|DESC)}}"] {
            let action = compile(&format!("SELECT * FROM t ORDER BY {place}"), dialect).unwrap();
            for value in hostile() {
                let given = InputValue::String(value.clone());
                let faults = action.bind(&input(&given, false), &none()).unwrap_err();
                assert_eq!(faults[0].code, "wrong_type", "{value}");
            }
        }
    }
}

/// Templates of MongoDB with one input `v`, in every place that takes a value.
const DOCUMENTS: [&str; 30] = [
    r#"{"find": {"a": "V"}}"#,
    r#"{"find": {"a": {"$eq": "V", "$in": ["x", "V"]}}}"#,
    r#"{"find": {"a": {"$not": {"$eq": "V"}}, "$or": [{"b": "V"}, {"c": {"$elemMatch": {"d": "V"}}}]}}"#,
    r#"{"find": {"filter": {"$expr": {"$eq": ["$a", "V"]}}, "projection": {"b": "V", "c": {"$concat": ["$c", "V"]}}}}"#,
    r#"{"findOne": {"a.b": "V"}}"#,
    r#"{"countDocuments": {"a": {"$gte": "V"}}}"#,
    r#"{"insertOne": {"a": "V", "b": ["V", {"c": "V"}]}}"#,
    r#"{"insertMany": [{"a": "V"}, {"b": {"c": "V"}}]}"#,
    r#"{"updateOne": {"filter": {"a": "V"}, "set": {"b": "V"}, "$push": {"c": "V"}}}"#,
    r#"{"updateMany": {"filter": {"a": 1}, "addToSet": {"c": {"$each": ["V"]}}, "pull": {"d": "V"}}}"#,
    r#"{"updateMany": {"filter": {"a": "V"}, "update": [{"$set": {"b": "V"}}]}}"#,
    r#"{"deleteOne": {"a": "V"}}"#,
    r#"{"deleteMany": {"a": {"$ne": "V"}}}"#,
    r#"{"aggregate": [{"$match": {"a": "V"}}, {"$addFields": {"b": "V"}}]}"#,
    r#"{"aggregate": [{"$project": {"a": "V", "b": {"$cond": [{"$eq": ["$a", "V"]}, "V", "$c"]}}}]}"#,
    r#"{"aggregate": [{"$group": {"_id": "V", "n": {"$push": {"x": "V"}}}}]}"#,
    r#"{"aggregate": [{"$bucket": {"groupBy": "$a", "boundaries": ["V", "z"], "default": "V"}}]}"#,
    r#"{"aggregate": [{"$lookup": {"from": "x", "let": {"l": "V"}, "pipeline": [{"$match": {"a": "V", "$expr": {"$eq": ["$a", "V"]}}}], "as": "y"}}]}"#,
    r#"{"aggregate": [{"$facet": {"one": [{"$match": {"a": "V"}}], "two": [{"$set": {"a": "V"}}]}}]}"#,
    r#"{"aggregate": [{"$unionWith": {"coll": "x", "pipeline": [{"$addFields": {"a": "V"}}]}}]}"#,
    r#"{"aggregate": [{"$graphLookup": {"from": "x", "startWith": "V", "connectFromField": "a", "connectToField": "b", "as": "c", "restrictSearchWithMatch": {"d": "V"}}}]}"#,
    r#"{"aggregate": [{"$replaceRoot": {"newRoot": {"a": "V"}}}, {"$sortByCount": "V"}]}"#,
    r#"{"aggregate": [{"$setWindowFields": {"partitionBy": "V", "output": {"a": {"$sum": "V"}}}}]}"#,
    r#"{"aggregate": [{"$redact": {"$cond": [{"$eq": ["V", "$a"]}, "$$PRUNE", "$$KEEP"]}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$switch": {"branches": [{"case": true, "then": "V"}], "default": "V"}}}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$let": {"vars": {"x": "V"}, "in": {"$concat": ["$$x", "V"]}}}}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$filter": {"input": "$b", "cond": {"$eq": ["$$this", "V"]}}}}}]}"#,
    r#"{"aggregate": [{"$geoNear": {"near": [1, 2], "distanceField": "d", "query": {"a": "V"}}}]}"#,
    r#"{"aggregate": [{"$fill": {"output": {"a": {"value": "V"}}}}]}"#,
    r#"{"aggregate": [{"$documents": [{"a": "V"}]}]}"#,
];

/// The value with each `$literal` taken away: to a server that is the same value.
fn bare(value: &Bson) -> Bson {
    match value {
        Bson::Document(document) => match document.get("$literal") {
            Some(literal) if document.len() == 1 => literal.clone(),
            _ => Bson::Document(
                document
                    .iter()
                    .map(|(key, value)| (key.clone(), bare(value)))
                    .collect(),
            ),
        },
        Bson::Array(items) => Bson::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

fn replaced(value: &Bson, from: &str, to: &str) -> Bson {
    match value {
        Bson::String(text) => Bson::String(text.replace(from, to)),
        Bson::Document(document) => Bson::Document(
            document
                .iter()
                .map(|(key, value)| (key.clone(), replaced(value, from, to)))
                .collect(),
        ),
        Bson::Array(items) => {
            Bson::Array(items.iter().map(|item| replaced(item, from, to)).collect())
        }
        other => other.clone(),
    }
}

fn command(action: &MongoAction, value: InputValue) -> Result<Document, Vec<&'static str>> {
    action
        .bind(&input(&value, false), &none())
        .map(|request| request.command("c"))
        .map_err(|faults| faults.into_iter().map(|fault| fault.code).collect())
}

#[test]
fn every_value_in_every_place_of_mongodb() {
    let values = hostile();
    let mut cases = 0;
    for template in DOCUMENTS {
        for written in [
            "{{v}}",
            "x{{v}}",
            "{{v}}{{v}}",
            "{{v:JSON}}",
            "{{v:NOSPACES_STRING}}",
        ] {
            let text = template.replace('V', written);
            let action = MongoAction::compile(&InputValue::from_json(&text).unwrap(), None)
                .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
            let calm = command(&action, InputValue::String("CALM".to_owned())).unwrap();
            let calm = bare(&Bson::Document(calm));
            for value in &values {
                cases += 1;
                match command(&action, InputValue::String(value.clone())) {
                    Ok(sent) => assert_eq!(
                        bare(&Bson::Document(sent)),
                        replaced(&calm, "CALM", value),
                        "{text} {value:?}"
                    ),
                    Err(codes) => {
                        assert_eq!(codes, ["wrong_type"]);
                        assert!(written.contains("NOSPACES"), "{text} {value:?}");
                    }
                }
                // As a key of an object: an operator is refused where an object fits, and the object where a text is asked for.
                let object = InputValue::Object(vec![(
                    value.clone(),
                    InputValue::String("CALM".to_owned()),
                )]);
                let answer = command(&action, object);
                if written == "{{v:JSON}}" {
                    let odd = value.starts_with('$')
                        || value.contains(['.', '\0'])
                        || value == "__proto__";
                    assert_eq!(answer.is_err(), odd, "{text} {value:?}: {answer:?}");
                } else {
                    assert_eq!(answer, Err(vec!["wrong_type"]), "{text} {value:?}");
                }
            }
        }
    }
    assert!(cases > 40_000, "{cases}");
}

#[test]
fn every_other_type_of_mongodb_takes_its_own_alone() {
    let values = hostile();
    for kind in PlaceholderType::NAMED {
        if matches!(
            kind,
            PlaceholderType::String | PlaceholderType::NospacesString | PlaceholderType::Json
        ) {
            continue;
        }
        let text = format!("{{\"find\": {{\"a\": \"{{{{v:{kind}}}}}\"}}}}");
        let action = MongoAction::compile(&InputValue::from_json(&text).unwrap(), None).unwrap();
        for value in &values {
            if let Ok(sent) = command(&action, InputValue::String(value.clone())) {
                let a = sent.get_document("filter").unwrap().get("a").unwrap();
                let plain = !matches!(a, Bson::Document(_) | Bson::Array(_));
                assert!(plain, "{kind} {value:?}: {a}");
            }
        }
    }
}

/// The kinds of the pieces, which are what the statement does.
fn shape(text: &str, dialect: Dialect) -> Vec<TokenKind> {
    lex(text, dialect)
        .unwrap()
        .into_iter()
        .map(|token| token.kind)
        .collect()
}

fn statement(action: &SqlAction, value: &str) -> SqlStatement {
    let given = InputValue::String(value.to_owned());
    action
        .bind(&input(&given, false), &none())
        .unwrap()
        .remove(0)
}

fn markers(text: &str, dialect: Dialect) -> usize {
    shape(text, dialect)
        .into_iter()
        .filter(|kind| *kind == TokenKind::Parameter)
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Templates made of places, any two values.
    #[test]
    fn the_text_depends_on_no_value(
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        one in "[^\u{0}]{1,40}",
        two in "[^\u{0}]{1,40}",
        mysql in any::<bool>(),
    ) {
        let dialect = if mysql { Dialect::Mysql } else { Dialect::Postgresql };
        let known = places(dialect);
        let conditions: Vec<String> = chosen.iter().map(|index| known[index.index(known.len())].replace("vT", "v")).collect();
        let template = format!("SELECT * FROM t WHERE {}", conditions.join(" AND "));
        let action = compile(&template, dialect).unwrap();
        let (one_sent, two_sent) = (statement(&action, &one), statement(&action, &two));
        prop_assert_eq!(&one_sent.text, &two_sent.text);
        prop_assert_eq!(shape(&one_sent.text, dialect), shape(&two_sent.text, dialect));
        prop_assert_eq!(one_sent.parameters.len(), two_sent.parameters.len());
        prop_assert!(one_sent.parameters.iter().all(|parameter| parameter.value == BoundValue::Text(one.clone())));
        // Each parameter has its marker in the text, and none is inside of a literal or a comment.
        prop_assert_eq!(markers(&one_sent.text, dialect), one_sent.parameters.len());
    }

    /// Templates made of anything: what compiles says the same for any value, with a marker for each parameter.
    #[test]
    fn any_template_says_the_same_for_any_value(
        pieces in "([a-z1 '\"`(){}:;$?#*/\\\\.,=<>@&|~!%-]|\\{\\{v\\}\\}|E'|U&'|N'|\\$\\$|\\$q\\$|/\\*|\\*/|--|\n| IN \\(| LIMIT |DATE '|ORDER BY |\\]){0,50}",
        value in "[^\u{0}]{1,20}",
        mysql in any::<bool>(),
    ) {
        let dialect = if mysql { Dialect::Mysql } else { Dialect::Postgresql };
        let template = format!("SELECT {pieces}");
        if let Some(action) = compile(&template, dialect).filter(|action| !action.inputs.fields.is_empty()) {
            let calm = action.sample().remove(0);
            let given = InputValue::String(value.clone());
            if let Ok(mut statements) = action.bind(&input(&given, false), &none()) {
                let sent = statements.remove(0);
                prop_assert_eq!(&sent.text, &calm.text, "{:?}", template);
                prop_assert_eq!(markers(&sent.text, dialect), sent.parameters.len(), "{:?} -> {:?}", template, sent.text);
            }
        }
    }
}
