//! Templates of SQL that are refused.

use crate::{MY, PG, codes, compile};

#[test]
fn a_value_is_never_a_name_or_a_word() {
    for template in [
        "SELECT * FROM {{t}}",
        "SELECT * FROM '{{t}}'",
        "SELECT * FROM a JOIN {{t}} ON true",
        "SELECT {{c}}.a FROM t",
        "SELECT t.{{c}} FROM t",
        "SELECT {{f}}(1)",
        "SELECT a AS {{n}}",
        "SELECT a AS '{{n}}'",
        "SELECT * FROM t ORDER BY {{c}}",
        "SELECT * FROM t ORDER BY '{{c}}' DESC",
        "SELECT * FROM t ORDER BY a, {{c}}",
        "SELECT * FROM t ORDER BY a, {{c}} LIMIT 5",
        "SELECT a FROM t GROUP BY {{c}} HAVING count(*) > 1",
        "SELECT row_number() OVER (ORDER BY {{c}}) FROM t",
        "INSERT INTO {{t}} VALUES (1)",
        "UPDATE {{t}} SET a = 1",
        "UPDATE t SET {{c}} = 1",
        "DROP TABLE {{t}}",
        "SELECT * FROM t ORDER BY 'x{{c}}'",
        "DELETE FROM 'x{{t}}'",
        "CALL {{p}}()",
    ] {
        for dialect in [PG, MY] {
            assert_eq!(codes(template, dialect), ["needs_identifier"], "{template}");
        }
    }
    assert_eq!(codes("SELECT @'{{v}}'", MY), ["needs_identifier"]);
    assert_eq!(codes("SELECT d->'{{p}}'", MY), ["path_on_mysql"]);
    assert_eq!(codes("SELECT d ->> '$.{{p}}'", MY), ["path_on_mysql"]);
    assert_eq!(
        codes("DO $$ BEGIN PERFORM '{{x}}'; END $$", PG),
        ["misplaced_placeholder"]
    );
}

#[test]
fn other_faults_of_templates() {
    for (template, dialect, code) in [
        ("", PG, "no_statement"),
        ("-- nothing\n;;", PG, "no_statement"),
        ("SELECT 1; SELECT 2", PG, "many_statements"),
        ("SELECT 1; DROP TABLE t;", MY, "many_statements"),
        ("SELECT '{{a}}", PG, "unclosed"),
        ("SELECT 1 \0", PG, "forbidden_nul"),
        ("SELECT $1", PG, "stray_parameter"),
        ("SELECT ?", MY, "stray_parameter"),
        ("{{b}} FROM t", PG, "needs_identifier"),
        ("SELECT 1::{{b}}", PG, "needs_identifier"),
        ("SELECT f(a) {{b}} FROM t", PG, "needs_identifier"),
        ("SELECT \"a\" {{b}} FROM t", PG, "needs_identifier"),
        ("SELECT 1 {{b}}", MY, "needs_identifier"),
        ("SELECT a {{b}} 5", PG, "misplaced_placeholder"),
        ("SELECT 'x' {{b}}", PG, "misplaced_placeholder"),
        ("SELECT a FROM t ORDER BY a {{b}}", PG, "needs_identifier"),
        (
            "SELECT a FROM t ORDER BY a {{b}}, c",
            MY,
            "needs_identifier",
        ),
        (
            "SELECT a FROM t ORDER BY lower(a) {{b}} LIMIT 5",
            PG,
            "needs_identifier",
        ),
        (
            "SELECT a FROM t ORDER BY date {{b}}",
            PG,
            "needs_identifier",
        ),
        (
            "SELECT a FROM t ORDER BY a, timestamp '{{b}}' LIMIT 5",
            PG,
            "needs_identifier",
        ),
        ("TRUNCATE {{b}}", PG, "needs_identifier"),
        ("DROP TABLE IF EXISTS {{b}}", MY, "needs_identifier"),
        ("DELETE FROM ONLY {{b}}", PG, "needs_identifier"),
        ("SELECT a{{b}}", PG, "glued_placeholder"),
        ("SELECT {{b}}c", PG, "glued_placeholder"),
        ("SELECT {{b:INTEGR}}", PG, "unknown_type"),
        ("SELECT '{{b:INTEGR}}'", PG, "unknown_type"),
        ("SELECT {{b", PG, "bad_placeholder"),
        ("SELECT {{1}}", PG, "bad_placeholder"),
        ("SELECT {{a:STRING:1:5:true}}", PG, "unique_on_sql"),
        ("SELECT B'{{a}}'", PG, "misplaced_placeholder"),
        ("SELECT X'0{{a}}'", MY, "misplaced_placeholder"),
        ("SELECT U&'\\0041{{a}}'", PG, "misplaced_placeholder"),
        ("SELECT '{{d:KEYWORD(ASC)}}'", PG, "misplaced_placeholder"),
        ("SELECT \"a{{b}}\"", PG, "misplaced_placeholder"),
        ("SELECT \"{{b}}\"", PG, "needs_identifier"),
        ("SELECT `{{b}}`", MY, "needs_identifier"),
        ("SELECT \"{{b:IDENTIFIER(a.b)}}\"", PG, "needs_identifier"),
        ("SELECT /*! {{a}} */ 1", MY, "misplaced_placeholder"),
        ("SELECT 'a' '{{b}}'", MY, "misplaced_placeholder"),
        ("SELECT '{{b}}' 'a'", MY, "misplaced_placeholder"),
        ("SELECT 'x{{b:ARRAY}}'", PG, "misplaced_placeholder"),
        ("SELECT 'x{{b:BYTES}}'", PG, "misplaced_placeholder"),
        ("SELECT '{\"a\": \"{{b}}\"}'::jsonb", PG, "spliced_document"),
        ("SELECT '{{{a}},{{b}}}'::text[]", PG, "spliced_document"),
        ("SELECT '[{{a}},{{b}})'::daterange", PG, "spliced_document"),
        ("SELECT * FROM t LIMIT {{n:UUID}}", PG, "needs_integer"),
        ("SELECT * FROM t LIMIT {{n:INTEGER?}}", MY, "needs_integer"),
        (
            "SELECT {{a:STRING}}, {{a:INTEGER}}",
            PG,
            "conflicting_types",
        ),
        (
            "SELECT {{a:STRING:1:3}}, {{a:STRING:4:5}}",
            PG,
            "conflicting_lengths",
        ),
    ] {
        assert_eq!(codes(template, dialect), [code], "{template}");
    }
    // Each fault has its place, and all are told.
    let faults = compile("SELECT {{a:X}}, {{b:Y}}", PG).unwrap_err();
    let spans: Vec<_> = faults.iter().map(|fault| fault.span.clone()).collect();
    assert_eq!(spans, [7..14, 16..23]);
}
