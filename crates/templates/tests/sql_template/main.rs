//! Where the values of a SQL template go: every place, both dialects.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod refused;

use templates::sql::{ActionText, Dialect, SqlAction, TemplateFault};
use templates::{BoundValue, InputValue};

const PG: Dialect = Dialect::Postgresql;
const MY: Dialect = Dialect::Mysql;

fn compile(template: &str, dialect: Dialect) -> Result<SqlAction, Vec<TemplateFault>> {
    let action = ActionText {
        template,
        filter: None,
        script: false,
    };
    SqlAction::compile(action, dialect)
}

/// The text that is sent, and each parameter as the input's name with its value.
fn bound(template: &str, dialect: Dialect, data: &str) -> (String, Vec<String>) {
    let action =
        compile(template, dialect).unwrap_or_else(|faults| panic!("{template}: {faults:?}"));
    let data = InputValue::from_json(data).unwrap();
    let statements = action
        .bind(&data, &InputValue::Object(Vec::new()))
        .unwrap_or_else(|faults| panic!("{template}: {faults:?}"));
    assert_eq!(statements.len(), 1);
    let parameters = statements[0]
        .parameters
        .iter()
        .map(|parameter| format!("{}={}", parameter.name, show(&parameter.value)))
        .collect();
    (statements[0].text.clone(), parameters)
}

fn show(value: &BoundValue) -> String {
    match value {
        BoundValue::Null => "null".to_owned(),
        BoundValue::Text(text) => format!("text {text}"),
        BoundValue::Integer(text) => format!("integer {text}"),
        BoundValue::Uuid(text) => format!("uuid {text}"),
        BoundValue::Date(text) => format!("date {text}"),
        BoundValue::Json(text) => format!("json {text}"),
        BoundValue::Array(items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn codes(template: &str, dialect: Dialect) -> Vec<&'static str> {
    match compile(template, dialect) {
        Ok(action) => panic!("{template} compiles: {:?}", action.sample()),
        Err(faults) => faults.into_iter().map(|fault| fault.code).collect(),
    }
}

/// `a` is a text with a quote, `n` a number, `l` a list, in every row of the tables below.
const DATA: &str = r#"{"a": "O'Brien", "n": 5, "l": [1, "x"]}"#;

/// Template, statement, parameters. Inputs that a template does not name are left out of its data.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn run(rows: &[Row], dialect: Dialect) {
    let all = InputValue::from_json(DATA).unwrap();
    for (template, text, parameters) in rows {
        let named: Vec<String> = ["a", "n", "l"]
            .into_iter()
            .filter(|key| {
                ["", ":", " "].iter().any(|after| {
                    template.contains(&format!("{{{{{key}{after}"))
                        || template.contains(&format!("{{{{ {key}{after}"))
                }) && compile(template, dialect).is_ok_and(|action| {
                    action
                        .inputs
                        .fields
                        .iter()
                        .any(|field| field.placeholder.key == *key)
                })
            })
            .map(|key| format!("\"{key}\":{}", all.get(key).unwrap()))
            .collect();
        let (sent, values) = bound(template, dialect, &format!("{{{}}}", named.join(",")));
        assert_eq!(&sent, text, "{template}");
        assert_eq!(&values, parameters, "{template}");
    }
}

const A: &[&str] = &["a=text O'Brien"];
const N: &[&str] = &["n=integer 5"];

#[test]
fn postgresql_places() {
    run(
        &[
            ("SELECT 1", "SELECT 1", &[]),
            (
                "SELECT * FROM t WHERE a = '{{a}}'",
                "SELECT * FROM t WHERE a = $1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a = {{a}};",
                "SELECT * FROM t WHERE a = $1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a = {{ a }}",
                "SELECT * FROM t WHERE a = $1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a=E'{{a}}'",
                "SELECT * FROM t WHERE a=$1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a=U&'{{a}}'",
                "SELECT * FROM t WHERE a=$1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a=$${{a}}$$",
                "SELECT * FROM t WHERE a=$1",
                A,
            ),
            (
                "SELECT * FROM t WHERE a=N'{{a}}'",
                "SELECT * FROM t WHERE a=$1",
                A,
            ),
            // Inside of a longer literal.
            (
                "SELECT * FROM t WHERE a LIKE '%{{a}}%'",
                "SELECT * FROM t WHERE a LIKE ('%' || CAST($1 AS text) || '%')",
                A,
            ),
            (
                "SELECT * FROM t WHERE a LIKE E'\\'{{a}}\\n'",
                "SELECT * FROM t WHERE a LIKE (E'\\'' || CAST($1 AS text) || E'\\n')",
                A,
            ),
            (
                "SELECT $q$it's {{a}}$q$",
                "SELECT ('it''s ' || CAST($1 AS text))",
                A,
            ),
            (
                "SELECT '{{a}}{{n:INTEGER}}'",
                "SELECT (CAST($1 AS text) || CAST($2 AS text))",
                &["a=text O'Brien", "n=text 5"],
            ),
            (
                "SELECT 'it''s {{a}}'",
                "SELECT ('it''s ' || CAST($1 AS text))",
                A,
            ),
            (
                "SELECT E'{{a}} x'\n '\\' y'",
                "SELECT (CAST($1 AS text) || E' x'\n '\\' y')",
                A,
            ),
            ("SELECT E'\\{{a}}'", "SELECT E'\\{{a}}'", &[]),
            // The quote of a dollar-quoted text would close at a dollar before it.
            (
                "SELECT $$a${{a}}$$, $q$a$q{{a}}$q$",
                "SELECT ('a$' || CAST($1 AS text)), ('a$q' || CAST($2 AS text))",
                &["a=text O'Brien", "a=text O'Brien"],
            ),
            // A comment between the pieces of a literal is none of its text.
            (
                "SELECT 'a' -- it's {{a}}\n '{{a}}'",
                "SELECT ('a' -- it's {{a}}\n '' || CAST($1 AS text))",
                A,
            ),
            (
                "SELECT '{{a}}#' -- {{a}}\n '<{{a}}, '",
                "SELECT (CAST($1 AS text) || '#' -- {{a}}\n '<' || CAST($2 AS text) || ', ')",
                &["a=text O'Brien", "a=text O'Brien"],
            ),
            // Lists.
            (
                "SELECT * FROM t WHERE a IN ({{l:ARRAY}})",
                "SELECT * FROM t WHERE a IN ($1, $2)",
                &["l=integer 1", "l=text x"],
            ),
            (
                "SELECT * FROM t WHERE a IN (0, '{{l:ARRAY}}')",
                "SELECT * FROM t WHERE a IN (0, $1, $2)",
                &["l=integer 1", "l=text x"],
            ),
            (
                "SELECT * FROM t WHERE a NOT IN {{l:ARRAY}}",
                "SELECT * FROM t WHERE a NOT IN ($1, $2)",
                &["l=integer 1", "l=text x"],
            ),
            (
                "SELECT * FROM t WHERE a = ANY({{l:ARRAY}})",
                "SELECT * FROM t WHERE a = ANY($1)",
                &["l=[integer 1, text x]"],
            ),
            (
                "SELECT * FROM t WHERE a IN (SELECT {{l:ARRAY}}, 1)",
                "SELECT * FROM t WHERE a IN (SELECT $1, 1)",
                &["l=[integer 1, text x]"],
            ),
            // Rows.
            (
                "SELECT * FROM t LIMIT {{n}} OFFSET {{n}}",
                "SELECT * FROM t LIMIT $1 OFFSET $2",
                &["n=integer 5", "n=integer 5"],
            ),
            (
                "SELECT * FROM t LIMIT '{{n}}'",
                "SELECT * FROM t LIMIT $1",
                N,
            ),
            (
                "SELECT * FROM t FETCH FIRST {{n}} ROWS ONLY",
                "SELECT * FROM t FETCH FIRST $1 ROWS ONLY",
                N,
            ),
            // Types before and after.
            ("SELECT '{{a}}'::uuid", "SELECT $1::uuid", A),
            ("SELECT {{a}}::uuid", "SELECT $1::uuid", A),
            ("SELECT CAST('{{a}}' AS uuid)", "SELECT CAST($1 AS uuid)", A),
            ("SELECT uuid '{{a}}'", "SELECT CAST($1 AS uuid)", A),
            ("SELECT DATE '{{a}}'", "SELECT CAST($1 AS date)", A),
            (
                "SELECT TIMESTAMP WITH TIME ZONE '{{a}}' AT TIME ZONE 'UTC'",
                "SELECT CAST($1 AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'",
                A,
            ),
            (
                "SELECT now() AT TIME ZONE '{{a}}'",
                "SELECT now() AT TIME ZONE $1",
                A,
            ),
            ("SELECT INTERVAL '{{a}}'", "SELECT CAST($1 AS interval)", A),
            ("SELECT INTERVAL {{a}}", "SELECT CAST($1 AS interval)", A),
            (
                "SELECT INTERVAL '{{a}} days'",
                "SELECT CAST((CAST($1 AS text) || ' days') AS interval)",
                A,
            ),
            (
                "SELECT INTERVAL '{{a}}' DAY TO SECOND",
                "SELECT CAST($1 AS interval DAY TO SECOND)",
                A,
            ),
            (
                "SELECT '{{a}} days'::interval",
                "SELECT (CAST($1 AS text) || ' days')::interval",
                A,
            ),
            // JSON.
            (
                "SELECT d -> '{{a}}' ->> {{a}}",
                "SELECT d -> $1 ->> $2",
                &["a=text O'Brien", "a=text O'Brien"],
            ),
            ("SELECT d ? '{{a}}'", "SELECT d ? $1", A),
            (
                "SELECT d ?| {{l:ARRAY}}",
                "SELECT d ?| $1",
                &["l=[integer 1, text x]"],
            ),
            ("SELECT d @> {{a}}::jsonb", "SELECT d @> $1::jsonb", A),
            // Names in quotes, comments and array literals are no places.
            (
                "SELECT \"a''b\" FROM t -- {{a}}\n/* {{a}} /* {{a}} */ {{a}} */ WHERE 1 = 1",
                "SELECT \"a''b\" FROM t -- {{a}}\n/* {{a}} /* {{a}} */ {{a}} */ WHERE 1 = 1",
                &[],
            ),
            (
                "SELECT '{{1,2},{3,4}}'::int[]",
                "SELECT '{{1,2},{3,4}}'::int[]",
                &[],
            ),
            (
                "SELECT 1 -- {{a}}\n + {{n:INTEGER}}",
                "SELECT 1 -- {{a}}\n + $1",
                N,
            ),
            // FROM between arguments.
            (
                "SELECT EXTRACT(year FROM {{a}}::date), a IS DISTINCT FROM {{a}} FROM t",
                "SELECT EXTRACT(year FROM $1::date), a IS DISTINCT FROM $2 FROM t",
                &["a=text O'Brien", "a=text O'Brien"],
            ),
            (
                "SELECT * FROM t ORDER BY a < DATE '{{a}}', a AND {{a}}, CASE WHEN a THEN {{a}} END",
                "SELECT * FROM t ORDER BY a < CAST($1 AS date), a AND $2, CASE WHEN a THEN $3 END",
                &["a=text O'Brien", "a=text O'Brien", "a=text O'Brien"],
            ),
            (
                "SELECT * FROM t ORDER BY a = {{a}}, f(a, {{a}}) DESC",
                "SELECT * FROM t ORDER BY a = $1, f(a, $2) DESC",
                &["a=text O'Brien", "a=text O'Brien"],
            ),
            (
                "INSERT INTO t (a, b) VALUES ('{{a}}', {{n:INTEGER}}) RETURNING id",
                "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING id",
                &["a=text O'Brien", "n=integer 5"],
            ),
            (
                "UPDATE t SET a = {{a}}, b = b + {{n:INTEGER}} WHERE c = 1",
                "UPDATE t SET a = $1, b = b + $2 WHERE c = 1",
                &["a=text O'Brien", "n=integer 5"],
            ),
        ],
        PG,
    );
}

#[test]
fn mysql_places() {
    run(
        &[
            (
                "SELECT * FROM t WHERE a = '{{a}}'",
                "SELECT * FROM t WHERE a = ?",
                A,
            ),
            (
                "SELECT * FROM t WHERE a = \"{{a}}\"",
                "SELECT * FROM t WHERE a = ?",
                A,
            ),
            (
                "SELECT * FROM t WHERE a = {{a}} ;",
                "SELECT * FROM t WHERE a = ?",
                A,
            ),
            (
                "SELECT * FROM t WHERE a = _utf8mb4'{{a}}'",
                "SELECT * FROM t WHERE a = ?",
                A,
            ),
            (
                "SELECT * FROM t WHERE a LIKE '%{{a}}%'",
                "SELECT * FROM t WHERE a LIKE CONCAT('%', ?, '%')",
                A,
            ),
            (
                "SELECT * FROM t WHERE a LIKE \"\\\"{{a}}\\\\\"",
                "SELECT * FROM t WHERE a LIKE CONCAT(\"\\\"\", ?, \"\\\\\")",
                A,
            ),
            ("SELECT '\\'{{a}}'", "SELECT CONCAT('\\'', ?)", A),
            ("SELECT '\\{{a}}'", "SELECT '\\{{a}}'", &[]),
            (
                "SELECT * FROM t WHERE a IN ({{l:ARRAY}})",
                "SELECT * FROM t WHERE a IN (?, ?)",
                &["l=integer 1", "l=text x"],
            ),
            (
                "SELECT JSON_CONTAINS(d, {{l:ARRAY}})",
                "SELECT JSON_CONTAINS(d, ?)",
                &["l=json [1,\"x\"]"],
            ),
            (
                "SELECT * FROM t LIMIT {{n}}, {{n}}",
                "SELECT * FROM t LIMIT ?, ?",
                &["n=integer 5", "n=integer 5"],
            ),
            (
                "SELECT INTERVAL {{n:INTEGER}} DAY + a",
                "SELECT INTERVAL ? DAY + a",
                N,
            ),
            (
                "SELECT a + INTERVAL '{{a}}' DAY",
                "SELECT a + INTERVAL ? DAY",
                A,
            ),
            ("SELECT DATE '{{a}}'", "SELECT CAST(? AS DATE)", A),
            (
                "SELECT TIMESTAMP'{{a}}'",
                "SELECT CAST(? AS DATETIME(6))",
                A,
            ),
            (
                "SELECT CAST('{{a}}' AS DECIMAL)",
                "SELECT CAST(? AS DECIMAL)",
                A,
            ),
            (
                "SELECT `{{a}`, 1--{{n:INTEGER}} # {{a}}\n-- {{a}}\n/* {{a}} */",
                "SELECT `{{a}`, 1--? # {{a}}\n-- {{a}}\n/* {{a}} */",
                N,
            ),
            (
                "SELECT SQL_NO_CACHE /*+ MAX_EXECUTION_TIME(5) */ a->'$.b' FROM t",
                "SELECT SQL_NO_CACHE /*+ MAX_EXECUTION_TIME(5) */ a->'$.b' FROM t",
                &[],
            ),
            (
                "SELECT TRIM(BOTH {{a}} FROM b)",
                "SELECT TRIM(BOTH ? FROM b)",
                A,
            ),
        ],
        MY,
    );
}

#[test]
fn names_and_keywords_come_from_the_list() {
    let template = "SELECT * FROM t ORDER BY {{s:IDENTIFIER(name|t.created_at)}} {{d:KEYWORD(ASC|DESC NULLS LAST)}}";
    assert_eq!(
        bound(
            template,
            PG,
            r#"{"s": "t.created_at", "d": "DESC NULLS LAST"}"#
        )
        .0,
        "SELECT * FROM t ORDER BY \"t\".\"created_at\" DESC NULLS LAST"
    );
    assert_eq!(
        bound(template, MY, r#"{"s": "name", "d": "ASC"}"#).0,
        "SELECT * FROM t ORDER BY `name` ASC"
    );
    assert_eq!(
        bound(
            "SELECT t.\"{{s:IDENTIFIER(a b|c)}}\" FROM t",
            PG,
            r#"{"s": "a b"}"#
        )
        .0,
        "SELECT t.\"a b\" FROM t"
    );
    assert_eq!(
        bound("SELECT `{{s:IDENTIFIER(a|c)}}` FROM t", MY, r#"{"s": "a"}"#).0,
        "SELECT `a` FROM t"
    );
    let action = compile(template, PG).unwrap();
    let none = InputValue::Object(Vec::new());
    for hostile in [
        "",
        "name; DROP TABLE t",
        "NAME",
        "name\"",
        "desc",
        "name|t.created_at",
    ] {
        let data = InputValue::Object(vec![
            ("s".to_owned(), InputValue::String(hostile.to_owned())),
            ("d".to_owned(), InputValue::String(hostile.to_owned())),
        ]);
        let faults = action.bind(&data, &none).unwrap_err();
        assert_eq!(faults.len(), 2, "{hostile}");
    }
}

#[test]
fn a_script_has_its_statements_apart() {
    let action = ActionText {
        template: "UPDATE t SET a = {{a}}; -- first\nDELETE FROM t WHERE a = '{{a}};';\n",
        filter: None,
        script: true,
    };
    let action = SqlAction::compile(action, PG).unwrap();
    let texts: Vec<String> = action.sample().into_iter().map(|one| one.text).collect();
    assert_eq!(
        texts,
        [
            "UPDATE t SET a = $1",
            "-- first\nDELETE FROM t WHERE a = (CAST($1 AS text) || ';')"
        ]
    );
    let routine = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = CASE WHEN 1 THEN 2 END; IF 1 THEN SET @b = 1; END IF; END; SELECT 1";
    let action = ActionText {
        template: routine,
        filter: None,
        script: true,
    };
    let action = SqlAction::compile(action, MY).unwrap();
    assert_eq!(action.statements.len(), 2);
    assert_eq!(action.sample()[1].text, "SELECT 1");
}

#[test]
fn filters_stand_where_a_where_stands() {
    let insert = |template: &str, filter: &str, dialect| {
        let action = ActionText {
            template,
            filter: Some(filter),
            script: false,
        };
        SqlAction::compile(action, dialect)
    };
    for (template, filter, text) in [
        ("DELETE FROM t", "a = {{a}}", "DELETE FROM t WHERE (a = $1)"),
        (
            "DELETE FROM t;",
            "a = '{{a}}'",
            "DELETE FROM t WHERE (a = $1)",
        ),
        (
            "UPDATE t SET a = {{v}} RETURNING id",
            "b = {{a}} OR c = 1",
            "UPDATE t SET a = $1 WHERE (b = $2 OR c = 1) RETURNING id",
        ),
        (
            "SELECT count(*) FILTER (WHERE a), percentile_cont(0.5) WITHIN GROUP (ORDER BY b) FROM t GROUP BY a ORDER BY 1 LIMIT {{n}}",
            "b = {{a}}",
            "SELECT count(*) FILTER (WHERE a), percentile_cont(0.5) WITHIN GROUP (ORDER BY b) FROM t WHERE (b = $1) GROUP BY a ORDER BY 1 LIMIT $2",
        ),
        (
            "SELECT * FROM t FOR UPDATE",
            "a",
            "SELECT * FROM t WHERE (a) FOR UPDATE",
        ),
        (
            "WITH x AS (SELECT 1 FROM u WHERE b) DELETE FROM t",
            "a",
            "WITH x AS (SELECT 1 FROM u WHERE b) DELETE FROM t WHERE (a)",
        ),
        (
            "DELETE FROM t -- all",
            "a -- of them",
            "DELETE FROM t -- all\nWHERE (a -- of them\n)",
        ),
        (
            "SELECT 1 FROM t ORDER BY a",
            "b --",
            "SELECT 1 FROM t WHERE (b --\n) ORDER BY a",
        ),
    ] {
        let action =
            insert(template, filter, PG).unwrap_or_else(|faults| panic!("{template}: {faults:?}"));
        assert_eq!(action.sample()[0].text, text);
    }
    for (template, filter, code) in [
        ("DELETE FROM t WHERE a", "b", "filter_twice"),
        ("DELETE FROM t", "", "empty_filter"),
        ("DELETE FROM t", " -- {{a}}", "empty_filter"),
        ("DELETE FROM t", "WHERE a", "filter_with_where"),
        ("DELETE FROM t", "a) OR (b", "no_expression"),
        ("DELETE FROM t", "(a", "no_expression"),
        ("DELETE FROM t", "a; DROP TABLE t", "no_expression"),
        ("DELETE FROM t", "a = 'x", "unclosed"),
        ("SELECT 1 UNION SELECT 2", "a", "filter_not_possible"),
        ("INSERT INTO t VALUES (1)", "a", "filter_not_possible"),
        ("DROP TABLE t", "a", "filter_not_possible"),
    ] {
        let faults = insert(template, filter, PG).unwrap_err();
        let codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [code], "{template} / {filter}");
    }
    // The filter's inputs come from `filter`, and from `data` where it has none.
    let action = insert(
        "UPDATE t SET a = {{a}}",
        "b = {{a}} AND c = {{c:INTEGER}}",
        MY,
    )
    .unwrap();
    let data = InputValue::from_json(r#"{"a": "new", "c": 7}"#).unwrap();
    let filter = InputValue::from_json(r#"{"a": "old"}"#).unwrap();
    let statement = action.bind(&data, &filter).unwrap().remove(0);
    assert_eq!(statement.text, "UPDATE t SET a = ? WHERE (b = ? AND c = ?)");
    let values: Vec<String> = statement
        .parameters
        .iter()
        .map(|one| show(&one.value))
        .collect();
    assert_eq!(values, ["text new", "text old", "integer 7"]);
}
