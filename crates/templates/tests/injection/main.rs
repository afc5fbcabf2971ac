//! The injection suite: hostile values in every place of every dialect. What is sent is what is sent for a harmless value, but for
//! the parameters, which hold the value byte for byte; or the value is refused.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod mongodb;
mod values;

use base64::Engine as _;
use proptest::prelude::*;
use templates::sql::{ActionText, Dialect, SqlAction, SqlStatement, TokenKind, lex};
use templates::{BoundValue, InputValue, PlaceholderType};
use values::{
    MYSQL_PLACES, NOT_SQLITE, PLACES, POSTGRESQL_PLACES, SQLITE_PLACES, STATEMENTS, hostile,
};

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
        Dialect::Sqlite => &SQLITE_PLACES,
    };
    let known = |place: &&&str| dialect != Dialect::Sqlite || !NOT_SQLITE.contains(*place);
    PLACES.iter().filter(known).chain(own).copied().collect()
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
fn every_value_in_every_place_of_each_dialect() {
    let values = hostile();
    let mut cases = 0;
    let mut refused = 0;
    for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
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
                            let nul = dialect != Dialect::Mysql && value.contains('\0');
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
    for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
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
    for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
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
