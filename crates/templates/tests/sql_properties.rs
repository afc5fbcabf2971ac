//! Properties of templates of SQL: lists, templates made of anything, and the time that hostile ones take.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use templates::InputValue;
use templates::sql::{ActionText, Dialect, SqlAction, TokenKind, lex};

/// The kinds of the pieces, which are what the statement does.
fn shape(text: &str, dialect: Dialect) -> Vec<TokenKind> {
    lex(text, dialect)
        .unwrap()
        .into_iter()
        .map(|token| token.kind)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

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
