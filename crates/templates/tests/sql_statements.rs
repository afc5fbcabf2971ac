//! What statements do, as far as the guards are concerned.

use std::time::{Duration, Instant};

use templates::sql::{
    ActionText, Dialect, SqlAction, Statement, StatementKind, Verb, WritingFunctions, read_bound,
    read_statement,
};
use templates::{ActionType, Deed, InputValue};

const PG: Dialect = Dialect::Postgresql;
const MY: Dialect = Dialect::Mysql;

fn read(text: &str, dialect: Dialect) -> Statement {
    let functions = WritingFunctions::of(dialect).with(["app.archive_order", "Touch"]);
    read_statement(text, &functions)
}

#[test]
fn kinds() {
    let mut wrong = Vec::new();
    use StatementKind::{Read, Schema, Transaction, Unknown, Write};
    let both = [PG, MY].as_slice();
    let pg = [PG].as_slice();
    let my = [MY].as_slice();
    for (text, dialects, kind) in [
        ("SELECT 1", both, Read),
        (
            "SELECT a.*, b.c FROM a JOIN b ON a.id = b.a WHERE b.c LIKE 'x' ORDER BY 1 LIMIT 5",
            both,
            Read,
        ),
        ("(SELECT 1) UNION (SELECT 2)", both, Read),
        ("VALUES (1, 2)", pg, Read),
        ("WITH x AS (SELECT 1 AS a) SELECT * FROM x", both, Read),
        (
            "SELECT * FROM t WHERE a = 'DELETE FROM t; INTO x FOR UPDATE nextval('",
            both,
            Read,
        ),
        (
            "SELECT \"into\" FROM t -- FOR UPDATE nextval(1)\n",
            pg,
            Read,
        ),
        (
            "SELECT `into`, insert(a, 1, 2, 'x'), replace(a, 'b', 'c') FROM t",
            my,
            Read,
        ),
        (
            "SELECT d -> 'a' ->> 'b', d ? 'c', d @> $1::jsonb, d ?| $2 FROM t",
            pg,
            Read,
        ),
        (
            "SELECT * FROM t WHERE a = ANY($1) AND b IN ($2, $3) LIMIT $4",
            pg,
            Read,
        ),
        ("SELECT * FROM t WHERE a IN (?, ?) LIMIT ?, ?", my, Read),
        (
            "SELECT EXTRACT(year FROM d), count(*) FILTER (WHERE a) FROM t GROUP BY 1",
            pg,
            Read,
        ),
        (
            "SELECT CAST($1 AS interval), ('%' || CAST($2 AS text) || '%')",
            pg,
            Read,
        ),
        ("SELECT a + INTERVAL ? DAY FROM t", my, Read),
        ("EXPLAIN SELECT 1", both, Read),
        ("EXPLAIN DELETE FROM t", both, Read),
        ("EXPLAIN (FORMAT JSON) UPDATE t SET a = 1", pg, Read),
        ("SHOW TABLES", my, Read),
        ("SHOW search_path", pg, Read),
        ("DESCRIBE t", my, Read),
        ("COPY t TO STDOUT", pg, Read),
        ("COPY (SELECT * FROM t) TO STDOUT WITH CSV", pg, Read),
        ("SELECT lo_get(1)", pg, Read),
        // Writes at the top.
        ("INSERT INTO t (a) VALUES (1)", both, Write),
        (
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
            pg,
            Write,
        ),
        (
            "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2",
            my,
            Write,
        ),
        ("INSERT INTO t SELECT * FROM u", both, Write),
        ("REPLACE INTO t VALUES (1)", my, Write),
        ("UPDATE t SET a = 1 WHERE b = 2", both, Write),
        ("DELETE FROM t WHERE b = 2", both, Write),
        (
            "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1",
            pg,
            Write,
        ),
        ("TRUNCATE TABLE t", both, Write),
        // Writes inside of what looks like reading.
        (
            "WITH x AS (DELETE FROM t WHERE a = 1 RETURNING *) SELECT * FROM x",
            pg,
            Write,
        ),
        (
            "WITH x AS (UPDATE t SET a = 1 WHERE b = 1 RETURNING a) SELECT * FROM x",
            pg,
            Write,
        ),
        (
            "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x",
            pg,
            Write,
        ),
        (
            "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) INSERT INTO t SELECT * FROM a",
            pg,
            Write,
        ),
        (
            "WITH a AS (SELECT 1) DELETE FROM t WHERE b IN (SELECT * FROM a)",
            both,
            Write,
        ),
        ("SELECT * INTO u FROM t", pg, Write),
        ("SELECT * INTO TEMP u FROM t", pg, Write),
        ("SELECT * FROM t FOR UPDATE", both, Write),
        ("SELECT * FROM (SELECT * FROM t FOR UPDATE) x", pg, Write),
        ("SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED", pg, Unknown),
        ("SELECT * FROM t FOR SHARE", both, Write),
        ("SELECT nextval('s')", pg, Write),
        ("SELECT pg_catalog . nextval /* x */ ('s')", pg, Write),
        ("SELECT \"nextval\"('s')", pg, Write),
        ("SELECT U&\"n\\0065xtval\"('s')", pg, Write),
        ("SELECT NEXTVAL('s')", my, Write),
        ("SELECT * FROM t WHERE setval('s', 1) > 0", pg, Write),
        ("SELECT * FROM dblink_exec('x', 'y')", pg, Write),
        ("SELECT pg_terminate_backend(1)", pg, Write),
        ("SELECT pg_try_advisory_lock(1)", pg, Write),
        ("SELECT lo_import('/etc/passwd')", pg, Write),
        ("SELECT set_config('role', 'x', false)", pg, Write),
        ("SELECT archive_order(1)", both, Write),
        ("SELECT TOUCH(1), app.Archive_Order(2)", both, Write),
        ("SELECT GET_LOCK('a', 1)", my, Write),
        ("EXPLAIN SELECT nextval('s')", pg, Write),
        ("EXPLAIN ANALYZE DELETE FROM t WHERE a = 1", both, Write),
        (
            "EXPLAIN (ANALYZE, BUFFERS) UPDATE t SET a = 1 WHERE b",
            pg,
            Write,
        ),
        (
            "EXPLAIN (BUFFERS, ANALYZE true) WITH x AS (DELETE FROM t WHERE a RETURNING 1) SELECT 1",
            pg,
            Write,
        ),
        ("EXPLAIN ANALYZE SELECT * FROM t", both, Read),
        ("ANALYZE FORMAT=JSON DELETE FROM t WHERE a = 1", my, Write),
        ("ANALYZE TABLE t", my, Write),
        ("ANALYZE t", pg, Write),
        ("COPY t FROM STDIN", pg, Write),
        ("COPY t TO PROGRAM 'rm'", pg, Write),
        ("COPY t TO '/tmp/x'", pg, Write),
        ("COPY (DELETE FROM t RETURNING *) TO STDOUT", pg, Write),
        ("CALL p(1)", both, Write),
        ("DO 'BEGIN END'", pg, Write),
        ("DO SLEEP(1)", my, Write),
        ("LOAD DATA INFILE 'x' INTO TABLE t", my, Write),
        ("SET search_path = x", pg, Write),
        ("SET @a = 1", my, Write),
        ("PREPARE s FROM 'DELETE FROM t'", my, Write),
        ("EXECUTE s", both, Write),
        ("LOCK TABLES t WRITE", my, Write),
        ("VACUUM t", pg, Write),
        ("REFRESH MATERIALIZED VIEW v", pg, Write),
        ("NOTIFY c", pg, Write),
        ("HANDLER t OPEN", my, Write),
        ("KILL 5", my, Write),
        ("USE other", my, Write),
        // Schema, transactions.
        ("CREATE TABLE t (a int)", both, Schema),
        ("CREATE TABLE t AS SELECT 1", both, Schema),
        ("ALTER TABLE t ADD COLUMN b int", both, Schema),
        ("DROP TABLE t", both, Schema),
        ("DROP OWNED BY me CASCADE", pg, Schema),
        ("GRANT ALL ON t TO x", both, Schema),
        ("COMMENT ON TABLE t IS 'x'", pg, Schema),
        ("BEGIN", both, Transaction),
        ("START TRANSACTION", both, Transaction),
        ("COMMIT", both, Transaction),
        ("ROLLBACK", both, Transaction),
        ("SAVEPOINT x", both, Transaction),
        ("PREPARE TRANSACTION 'x'", pg, Transaction),
        ("SET TRANSACTION READ WRITE", both, Transaction),
        // What can't be read.
        ("", both, Unknown),
        ("FROBNICATE t", both, Unknown),
        ("TABLE users", pg, Unknown),
        ("SELECT FROM WHERE (", both, Unknown),
        ("SELECT 'x", both, Unknown),
        ("SELECT 1 /*!50000 INTO OUTFILE 'x' */", my, Unknown),
        ("SELECT * FROM t INTO OUTFILE '/tmp/x'", my, Unknown),
        ("SELECT a INTO @x FROM t", my, Write),
        ("EXPLAIN ANALYZE", pg, Unknown),
    ] {
        for dialect in dialects {
            let statement = read(text, *dialect);
            if statement.kind != kind {
                wrong.push(format!("{text} {dialect:?}: {statement:?}"));
            }
            if kind == Unknown {
                assert!(statement.writes(), "{text}");
                assert!(
                    statement
                        .notes
                        .iter()
                        .any(|note| note.ends_with("counts as a write.")),
                    "{text}: {statement:?}"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row() {
    for (text, dialect, expected) in [
        ("DELETE FROM t", PG, true),
        ("DELETE FROM t", MY, true),
        ("UPDATE t SET a = 1", PG, true),
        ("UPDATE t SET a = 1 LIMIT 5", MY, true),
        ("DELETE FROM t WHERE true", PG, true),
        ("DELETE FROM t WHERE 1", MY, true),
        ("DELETE FROM t WHERE 1 = 1", PG, true),
        ("DELETE FROM t WHERE (1 = 1) AND NOT false", PG, true),
        ("DELETE FROM t WHERE 'a' = 'a'", PG, true),
        ("DELETE FROM t WHERE 1 <> 2", PG, true),
        ("DELETE FROM t WHERE a = 1 OR 1 = 1", PG, true),
        ("DELETE FROM t WHERE a = 1 OR true", PG, true),
        ("DELETE FROM t WHERE a = a", PG, true),
        ("DELETE FROM t WHERE t.a >= (t.a)", PG, true),
        ("DELETE FROM t WHERE t.a = A", PG, true),
        ("DELETE FROM t WHERE 1 = 1.0", PG, true),
        ("DELETE FROM t WHERE '1' = 1", MY, true),
        ("DELETE FROM t WHERE 'a' = 'A'", MY, true),
        ("DELETE FROM t WHERE a <=> a", MY, true),
        ("DELETE FROM t WHERE a IS NOT DISTINCT FROM a", PG, true),
        ("DELETE FROM t WHERE a IN (1, a)", PG, true),
        ("DELETE FROM t WHERE a BETWEEN a AND a", PG, true),
        ("DELETE FROM t WHERE a LIKE '%'", PG, true),
        ("DELETE FROM t WHERE a ILIKE '%%'", PG, true),
        ("DELETE FROM t WHERE a ~ '.*'", PG, true),
        ("DELETE FROM t WHERE a REGEXP ''", MY, true),
        ("DELETE FROM t WHERE a = coalesce($1, a)", PG, true),
        ("DELETE FROM t WHERE $1 IS NULL OR a = $2", PG, true),
        ("DELETE FROM t WHERE lower(a) = a", PG, false),
        ("DELETE FROM t WHERE a::date = a", PG, false),
        ("DELETE FROM t WHERE a NOT LIKE '%'", PG, false),
        ("DELETE FROM t WHERE a LIKE ''", PG, false),
        ("DELETE FROM t USING u WHERE u.a = t.a", PG, false),
        ("DELETE FROM t WHERE 1 = 2", PG, false),
        ("DELETE FROM t WHERE a = NULL", PG, false),
        ("DELETE FROM t WHERE $1", PG, true),
        ("DELETE FROM t WHERE $1 = $2", PG, true),
        ("DELETE FROM t WHERE a = $1 OR $2", PG, true),
        ("DELETE FROM t WHERE ? = ?", MY, true),
        ("DELETE FROM t WHERE random() < 2", PG, true),
        ("DELETE FROM t WHERE now() IS NOT NULL", PG, true),
        ("DELETE FROM t WHERE EXISTS (SELECT 1)", PG, true),
        ("DELETE FROM t WHERE @a = 1", MY, true),
        (
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x WHERE a = 1",
            PG,
            true,
        ),
        (
            "WITH x AS (SELECT 1 FROM u WHERE a = 1) UPDATE t SET a = 1",
            PG,
            true,
        ),
        ("TRUNCATE t", PG, true),
        ("EXPLAIN ANALYZE DELETE FROM t", PG, true),
        // The reader can't read these, the words suffice.
        ("DELETE FROM t ~~~~ x", PG, true),
        (
            "WITH x AS (DELETE FROM t RETURNING * ~~) SELECT 1 WHERE a",
            PG,
            true,
        ),
        ("DELETE FROM t WHERE a = 1", PG, false),
        ("DELETE FROM t WHERE a = $1 AND 1 = 1", PG, false),
        ("DELETE FROM t WHERE a = ? AND (b OR c = 1)", MY, false),
        ("DELETE FROM t WHERE NOT a", PG, false),
        ("DELETE FROM t WHERE false", PG, false),
        ("DELETE FROM t WHERE a = 1 AND false", PG, false),
        ("DELETE FROM t WHERE a IN (SELECT b FROM u)", PG, false),
        (
            "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)",
            PG,
            false,
        ),
        ("DELETE FROM t WHERE a = b", PG, false),
        (
            "DELETE FROM t WHERE a LIKE ('%' || CAST($1 AS text) || '%')",
            PG,
            false,
        ),
        ("UPDATE t SET a = 1 WHERE MATCH (a) AGAINST (?)", MY, false),
        (
            "WITH x AS (DELETE FROM t WHERE a = 1 RETURNING *) SELECT * FROM x",
            PG,
            false,
        ),
        ("DELETE FROM t WHERE a ~~~~ x", PG, false),
        (
            "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
            PG,
            false,
        ),
        (
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2",
            MY,
            false,
        ),
        ("EXPLAIN DELETE FROM t", PG, false),
        ("SELECT 1", PG, false),
    ] {
        let statement = read(text, dialect);
        assert_eq!(statement.unfiltered, expected, "{text}: {statement:?}");
        assert!(!expected || !statement.notes.is_empty(), "{text}");
    }
}

#[test]
fn filters_that_inputs_empty() {
    let reaches = |filter: &str, dialect, data: &str| {
        let action = ActionText {
            template: "DELETE FROM t",
            filter: Some(filter),
            script: false,
        };
        let action = SqlAction::compile(action, dialect).unwrap();
        let data = InputValue::from_json(data).unwrap();
        let none = InputValue::Object(Vec::new());
        let bound = action.bind(&data, &none).unwrap();
        read_bound(&bound[0], &WritingFunctions::of(dialect)).unfiltered
    };
    for (filter, data, expected) in [
        // An optional input that is missing drops its condition.
        ("{{v:STRING?}} IS NULL OR a = {{v}}", "{}", true),
        ("{{v:STRING?}} IS NULL OR a = {{v}}", r#"{"v": "x"}"#, false),
        ("a = COALESCE({{v:STRING?}}, a)", "{}", true),
        ("a = COALESCE('{{v:STRING?}}', a)", r#"{"v": "x"}"#, false),
        (
            "a = COALESCE(NULLIF({{v:STRING:0}}, ''), a)",
            r#"{"v": ""}"#,
            true,
        ),
        (
            "a = COALESCE(NULLIF({{v:STRING:0}}, ''), a)",
            r#"{"v": "x"}"#,
            false,
        ),
        (
            "b = 1 AND ({{v:STRING?}} IS NULL OR a = {{v}})",
            "{}",
            false,
        ),
        (
            "({{v:STRING?}} IS NULL OR a = {{v}}) AND ({{w:STRING?}} IS NULL OR b = {{w}})",
            "{}",
            true,
        ),
        (
            "({{v:STRING?}} IS NULL OR a = {{v}}) AND ({{w:STRING?}} IS NULL OR b = {{w}})",
            r#"{"w": "x"}"#,
            false,
        ),
        ("a = {{v:STRING?}}", "{}", false),
        ("{{v:BOOLEAN?}}", "{}", false),
        ("{{v:STRING?}} IS NOT NULL OR a = 1", "{}", false),
        ("{{v:STRING?}} IS NOT NULL OR a = 1", r#"{"v": "x"}"#, true),
        // A pattern that is nothing but `%`.
        ("a LIKE '%{{v}}%'", r#"{"v": "%"}"#, true),
        ("a LIKE '{{v:STRING:0}}%'", r#"{"v": ""}"#, true),
        ("a LIKE '%{{v}}%'", r#"{"v": "x"}"#, false),
        ("a LIKE '%{{v:STRING?}}%'", "{}", false),
        // Inputs compared with inputs.
        ("{{v}} = {{v}}", r#"{"v": "x"}"#, true),
        ("{{v}} = {{w}}", r#"{"v": "x", "w": "x"}"#, true),
        ("{{v}} = {{w}}", r#"{"v": "x", "w": "X"}"#, true),
        ("{{v}} = 'all' OR a = {{v}}", r#"{"v": "all"}"#, true),
        ("{{v:BOOLEAN}}", r#"{"v": true}"#, true),
        ("{{v:BOOLEAN}}", r#"{"v": false}"#, false),
        ("a = 1 OR {{v:BOOLEAN}}", r#"{"v": true}"#, true),
        ("a = 1 OR {{v:BOOLEAN}}", r#"{"v": false}"#, false),
        ("a = {{v}}", r#"{"v": "a"}"#, false),
        ("a IN ({{v:ARRAY}})", r#"{"v": ["x", "y"]}"#, false),
    ] {
        for dialect in [PG, MY] {
            assert_eq!(
                reaches(filter, dialect, data),
                expected,
                "{filter} {data} {dialect:?}"
            );
        }
    }
    // Where EXPLAIN stands before it, MySQL's markers are still counted right.
    let action = ActionText {
        template: "EXPLAIN ANALYZE UPDATE t SET b = {{w}} WHERE {{v:STRING?}} IS NULL OR a = {{v}}",
        filter: None,
        script: false,
    };
    for dialect in [PG, MY] {
        let action = SqlAction::compile(action, dialect).unwrap();
        for (data, expected) in [(r#"{"w": "x"}"#, true), (r#"{"w": "x", "v": "y"}"#, false)] {
            let data = InputValue::from_json(data).unwrap();
            let bound = action.bind(&data, &InputValue::Object(Vec::new())).unwrap();
            let read = read_bound(&bound[0], &WritingFunctions::of(dialect));
            assert_eq!(read.unfiltered, expected, "{read:?}");
        }
    }
}

#[test]
fn tables_and_verbs() {
    let tables = |text: &str| read(text, PG).tables;
    assert_eq!(
        tables(
            "WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN s.b ON true, generate_series(1, 2)"
        ),
        ["a", "s.b"]
    );
    assert_eq!(tables("INSERT INTO t SELECT * FROM \"U v\""), ["U v", "t"]);
    assert_eq!(
        tables("UPDATE t SET a = (SELECT max(b) FROM u) FROM w WHERE t.c = w.c"),
        ["t", "u", "w"]
    );
    assert_eq!(
        tables("WITH t AS (SELECT 1) DELETE FROM t WHERE a = 1"),
        ["t"]
    );
    assert_eq!(tables("DROP TABLE t, u"), ["t", "u"]);
    assert_eq!(tables("EXPLAIN SELECT * FROM t"), ["t"]);

    let verbs = |text: &str| read(text, PG).verbs.into_iter().collect::<Vec<_>>();
    assert_eq!(
        verbs("WITH x AS (DELETE FROM t WHERE a = 1 RETURNING *) INSERT INTO u SELECT * FROM x"),
        [Verb::Insert, Verb::Delete]
    );
    assert_eq!(verbs("SELECT 1"), [Verb::Select]);
    assert_eq!(verbs("CREATE TABLE t (a int)"), [Verb::Other]);

    assert_eq!(read("SELECT 1", PG).deeds(), [Deed::Reads]);
    assert_eq!(read("SELECT nextval('s')", PG).deeds(), [Deed::Writes]);
    assert!(
        ActionType::Read
            .agrees(&read("SELECT nextval('s')", PG).deeds())
            .is_err()
    );
    assert!(
        ActionType::Read
            .agrees(&read("SELECT ~ ~~ FROM", PG).deeds())
            .is_ok()
    );
    assert!(
        ActionType::Delete
            .agrees(&read("UPDATE t SET a = 1", PG).deeds())
            .is_err()
    );
}

#[test]
fn notes_are_sentences() {
    let statement = read(
        "WITH x AS (DELETE FROM orders RETURNING *) SELECT nextval('s') FROM x FOR UPDATE",
        PG,
    );
    assert_eq!(
        statement.notes,
        [
            "It calls nextval, which can change something.",
            "The query locks rows, which counts as a write.",
            "A part of the statement writes.",
            "DELETE has no WHERE: it reaches every row of orders."
        ]
    );
}

#[test]
fn hostile_statements_take_no_time() {
    let size = 64 * 1024;
    for piece in [
        "(",
        "((a",
        ")",
        "a AND ",
        "a OR ",
        "NOT ",
        "- ",
        "+1",
        "||a",
        "::int",
        "[1]",
        "CASE WHEN a THEN ",
        "SELECT ",
        "(SELECT ",
        "a IN (",
        "f(",
        "f((",
        "x.",
        "a,",
        "'a',",
        "EXPLAIN ",
        "EXPLAIN ANALYZE ",
        "WITH a AS (",
        "UNION SELECT 1 ",
        "JOIN a ",
        "JOIN (a ",
        "FROM (",
        "VALUES (",
        "INTERVAL ",
        "$1 ",
        "? ",
        "a BETWEEN 1 AND ",
        "EXISTS (",
        "LATERAL (",
        "{",
        "ARRAY[",
        "ROW(",
        "CAST(",
        "COPY ",
        ".",
        "@",
        "a->",
        "DELETE FROM t ",
        "(1),",
    ] {
        for head in [
            "",
            "SELECT ",
            "SELECT * FROM t WHERE ",
            "INSERT INTO t VALUES ",
            "DELETE FROM t WHERE a = ",
        ] {
            let whole = format!("{head}{}", piece.repeat(size / piece.len()));
            let shorter = format!("{head}{}", piece.repeat(24));
            for text in [whole, shorter] {
                for dialect in [PG, MY] {
                    let started = Instant::now();
                    let _ = read(&text, dialect);
                    let took = started.elapsed();
                    assert!(
                        took < Duration::from_millis(1_500),
                        "{head}{piece}… of {} {dialect:?}: {took:?}",
                        text.len()
                    );
                }
            }
        }
    }
}
