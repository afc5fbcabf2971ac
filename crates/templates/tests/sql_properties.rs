//! No value changes what a statement says: properties over made-up templates and hostile values, and the time that hostile templates
//! take.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use templates::sql::{ActionText, Dialect, SqlAction, SqlStatement, TokenKind, lex};
use templates::{BoundValue, InputValue};

/// Places with one input `v` each, as a person writes them.
const PLACES: [&str; 24] = [
    "a = '{{v}}'",
    "a = {{v}}",
    "a LIKE '%{{v}}%'",
    "a LIKE '{{v}}%' ESCAPE '!'",
    "a IN ('x', {{v}})",
    "a IN ('{{v}}')",
    "lower(a) = lower({{v}})",
    "a = CAST({{v}} AS char)",
    "a BETWEEN '{{v}}' AND 'z'",
    "a = N'{{v}}'",
    "(a, b) = ('{{v}}', {{v}})",
    "a = '''{{v}}'''",
    "a = '--{{v}}'",
    "a = '/*{{v}}*/'",
    "a = '{{v}};'",
    "a = DATE '{{v}}'",
    "a > b + INTERVAL '{{v}}' DAY",
    "a = '{{v}} {{v}}'",
    "a /* {{v}} */ = '{{v}}'",
    "NOT a = {{ v }}",
    "a = '\u{2019}{{v}}\u{2019}'",
    "a <> '{{v}}' -- it's {{v}}\n",
    "CASE WHEN a = {{v}} THEN true ELSE false END",
    "coalesce(a, '{{v}}') = '$1 ?'",
];

/// Values that broke something once, somewhere.
const HOSTILE: [&str; 34] = [
    "' OR '1'='1",
    "'; DROP TABLE t; --",
    "\\",
    "\\'",
    "\\\\' OR 1=1 #",
    "''",
    "\"",
    "`",
    "$1",
    "$$",
    "$tag$",
    "?",
    "{{v}}",
    "{{v:ARRAY}}",
    "}}",
    "--",
    "-- \n",
    "/*",
    "*/",
    "/*! DROP TABLE t */",
    "#",
    ";",
    ") OR (1=1",
    "%",
    "_",
    "\u{0}",
    "\u{2019} OR \u{2018}1",
    "\u{ff07} OR 1=1",
    "\u{bf}\u{27}",
    "\u{202e}",
    "\u{1f600}",
    "NULL",
    "\r\n",
    "E'\\''",
];

fn statement(action: &SqlAction, value: &str) -> SqlStatement {
    let data = InputValue::Object(vec![("v".to_owned(), InputValue::String(value.to_owned()))]);
    action
        .bind(&data, &InputValue::Object(Vec::new()))
        .unwrap()
        .remove(0)
}

fn compiled(conditions: &[usize], dialect: Dialect) -> SqlAction {
    let conditions: Vec<&str> = conditions.iter().map(|index| PLACES[*index]).collect();
    let template = format!("SELECT * FROM t WHERE {}", conditions.join(" AND "));
    let action = ActionText {
        template: &template,
        filter: None,
        script: false,
    };
    SqlAction::compile(action, dialect).unwrap_or_else(|faults| panic!("{template}: {faults:?}"))
}

/// The kinds of the pieces, which are what the statement does.
fn shape(text: &str, dialect: Dialect) -> Vec<TokenKind> {
    lex(text, dialect)
        .unwrap()
        .into_iter()
        .map(|token| token.kind)
        .collect()
}

#[test]
fn every_hostile_value_in_every_place() {
    let mut cases = 0;
    for dialect in [Dialect::Postgresql, Dialect::Mysql] {
        for place in 0..PLACES.len() {
            let action = compiled(&[place], dialect);
            let calm = statement(&action, "calm");
            assert!(!calm.parameters.is_empty());
            for value in HOSTILE {
                if dialect == Dialect::Postgresql && value.contains('\0') {
                    continue;
                }
                let sent = statement(&action, value);
                assert_eq!(sent.text, calm.text, "{value}");
                assert!(
                    sent.parameters
                        .iter()
                        .all(|one| one.value == BoundValue::Text(value.to_owned())),
                    "{value}"
                );
                cases += 1;
            }
        }
    }
    assert!(cases > 1_500, "{cases}");
}

#[test]
fn nul_is_refused_where_the_engine_cannot_hold_it() {
    let action = compiled(&[0], Dialect::Postgresql);
    let data = InputValue::from_json(r#"{"v": "a\u0000b"}"#).unwrap();
    let faults = action
        .bind(&data, &InputValue::Object(Vec::new()))
        .unwrap_err();
    assert_eq!(faults[0].code, "forbidden_nul");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_text_depends_on_no_value(
        places in prop::collection::vec(0..PLACES.len(), 1..4),
        one in "[^\u{0}]{1,40}",
        two in "[^\u{0}]{1,40}",
        mysql in any::<bool>(),
    ) {
        let dialect = if mysql { Dialect::Mysql } else { Dialect::Postgresql };
        let action = compiled(&places, dialect);
        let (one_sent, two_sent) = (statement(&action, &one), statement(&action, &two));
        prop_assert_eq!(&one_sent.text, &two_sent.text);
        prop_assert_eq!(one_sent.parameters.len(), two_sent.parameters.len());
        prop_assert!(one_sent.parameters.iter().all(|parameter| parameter.value == BoundValue::Text(one.clone())));
        // Each parameter has its marker in the text, and none is inside of a literal or a comment.
        let markers = shape(&one_sent.text, dialect)
            .into_iter()
            .filter(|kind| *kind == TokenKind::Parameter)
            .count();
        prop_assert_eq!(markers, one_sent.parameters.len());
    }

    /// A list changes how many parameters there are, and nothing else.
    #[test]
    fn the_text_depends_on_how_long_a_list_is(
        items in prop::collection::vec("[^\u{0}]{0,12}", 1..6),
        mysql in any::<bool>(),
    ) {
        let dialect = if mysql { Dialect::Mysql } else { Dialect::Postgresql };
        let action = ActionText { template: "SELECT 1 WHERE a IN ({{v:ARRAY}})", filter: None, script: false };
        let action = SqlAction::compile(action, dialect).unwrap();
        let list = |items: &[String]| InputValue::Object(vec![(
            "v".to_owned(),
            InputValue::Array(items.iter().cloned().map(InputValue::String).collect()),
        )]);
        let calm: Vec<String> = items.iter().map(|_| "calm".to_owned()).collect();
        let none = InputValue::Object(Vec::new());
        let sent = action.bind(&list(&items), &none).unwrap().remove(0);
        prop_assert_eq!(&sent.text, &action.bind(&list(&calm), &none).unwrap()[0].text);
        prop_assert_eq!(sent.parameters.len(), items.len());
    }

    /// Whatever the template, compiling it ends, and what compiles has a marker for each parameter.
    #[test]
    fn any_template_compiles_or_is_refused(template in "([a-z '\"`(){}:;$?#*/\\\\-]|\\{\\{a\\}\\}|E'|\\$\\$|/\\*|--|\n){0,60}", mysql in any::<bool>()) {
        let dialect = if mysql { Dialect::Mysql } else { Dialect::Postgresql };
        let action = ActionText { template: &template, filter: None, script: false };
        if let Ok(action) = SqlAction::compile(action, dialect) {
            let sent = action.sample().remove(0);
            let markers = shape(&sent.text, dialect)
                .into_iter()
                .filter(|kind| *kind == TokenKind::Parameter)
                .count();
            prop_assert_eq!(markers, sent.parameters.len(), "{:?} -> {:?}", template, sent.text);
        }
    }
}

#[test]
fn hostile_templates_take_no_time() {
    let size = 64 * 1024;
    for piece in [
        "{{",
        "{{a",
        "{{ ",
        "{{a:",
        "'{{a}}",
        "{{a}} ",
        "'",
        "\"",
        "`",
        "$",
        "$a$",
        "$a",
        "/*",
        "*/",
        "/**/",
        "--",
        "-- \n",
        "(",
        ")",
        "(a,",
        ",{{l:ARRAY}}",
        ";",
        "a ",
        "E'\\",
        "''",
        "'a'\n",
        "BY ",
        "IN (",
        "CASE ",
        "END ",
        "INTERVAL ",
        "\\",
        "?",
        "#\n",
        "x.",
        "-> '{{a}}'",
        "\u{e9}",
        "> ",
    ] {
        for (head, tail) in [
            ("", ""),
            ("SELECT ", ""),
            ("SELECT '", "'"),
            ("SELECT 1 FROM t ORDER BY a ", ""),
        ] {
            let template = format!("{head}{}{tail}", piece.repeat(size / piece.len()));
            for dialect in [Dialect::Postgresql, Dialect::Mysql] {
                let started = Instant::now();
                let action = ActionText {
                    template: &template,
                    filter: Some(&template),
                    script: true,
                };
                let _ = SqlAction::compile(action, dialect);
                let took = started.elapsed();
                // 20 ms in a release build; the bound is that of a debug build on a busy machine.
                assert!(
                    took < Duration::from_millis(1_500),
                    "{head}{piece}…: {took:?}"
                );
            }
        }
    }
}
