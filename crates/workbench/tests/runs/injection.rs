//! Hostile values in every place, on real servers: the value arrives byte for byte or is refused, nothing else changes, and the
//! server's own log shows one text for all of them. The values are those of the suite of `templates`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bench::{Act, Bench, bench, faults, soak};
use crate::hostile_values::{MYSQL_PLACES, PLACES, POSTGRESQL_PLACES, hostile};
use crate::servers::{self, Server};
use crate::statement_log;

/// An expression with the value, and what the server has to make of it: what stands before and after the value.
type Column = (&'static str, &'static str, &'static str);

const COLUMNS: [Column; 12] = [
    ("'{{v}}'", "", ""),
    ("N'{{v}}'", "", ""),
    ("'%{{v}}%'", "%", "%"),
    ("'--{{v}}'", "--", ""),
    ("'/*{{v}}*/'", "/*", "*/"),
    ("'''{{v}}'''", "'", "'"),
    ("'{{v}};'", "", ";"),
    ("'\"{{v}}`'", "\"", "`"),
    ("'\u{2019}{{v}}\u{2019}'", "\u{2019}", "\u{2019}"),
    ("concat({{v}}, '')", "", ""),
    ("coalesce({{v}}, 'x')", "", ""),
    (
        "(CASE WHEN {{v}} IS NULL THEN 'x' ELSE '{{v}}' END)",
        "",
        "",
    ),
];

const POSTGRESQL_COLUMNS: [Column; 14] = [
    ("{{v}}::text", "", ""),
    ("'{{v}}'::text", "", ""),
    ("CAST({{v}} AS text)", "", ""),
    ("E'it\\'s {{v}}\\\\'", "it's ", "\\"),
    ("U&'{{v}}'", "", ""),
    ("$${{v}}$$", "", ""),
    ("$q$'$${{v}}$q$", "'$$", ""),
    ("'\\{{v}}\\'", "\\", "\\"),
    ("'x'\n'{{v}}'", "x", ""),
    ("(ARRAY['x', {{v}}])[2]", "", ""),
    ("(jsonb_build_object('k', '{{v}}') ->> 'k')", "", ""),
    ("({{j:JSON}} ->> 'k')", "", ""),
    ("({{o:OBJECT}} ->> 'k')", "", ""),
    ("({{v}} || '')", "", ""),
];

const MYSQL_COLUMNS: [Column; 9] = [
    ("\"{{v}}\"", "", ""),
    ("\"\\\"{{v}}\\\\\"", "\"", "\\"),
    ("'\\'{{v}}\\\\'", "'", "\\"),
    ("_utf8mb4'{{v}}'", "", ""),
    ("CAST({{v}} AS CHAR)", "", ""),
    (
        "JSON_UNQUOTE(JSON_EXTRACT(JSON_OBJECT('k', '{{v}}'), '$.k'))",
        "",
        "",
    ),
    ("JSON_UNQUOTE(JSON_EXTRACT({{j:JSON}}, '$.k'))", "", ""),
    ("JSON_UNQUOTE(JSON_EXTRACT({{o:OBJECT}}, '$.k'))", "", ""),
    ("'{{v}}' # {{v}}\n", "", ""),
];

/// Conditions that find the value's own row; a space at the end does not count on MySQL, so others may be found too.
const CONDITIONS: [&str; 7] = [
    "v = '{{v}}'",
    "v = {{v}} -- it's {{v}}\n",
    "v IN ('x', '{{v}}')",
    "v IN ({{l:ARRAY}})",
    "v BETWEEN '{{v}}' AND {{v}} /* {{v}} */",
    "(v, w) = ('{{v}}', {{v}})",
    "EXISTS (SELECT 1 FROM kept u WHERE u.v = '{{v}}' AND u.n = kept.n)",
];

fn columns(server: &Server) -> Vec<Column> {
    let own: &[Column] = if server.is_postgres() {
        &POSTGRESQL_COLUMNS
    } else {
        &MYSQL_COLUMNS
    };
    COLUMNS.iter().chain(own).copied().collect()
}

/// A server whose defaults say otherwise what a backslash and a quote are.
fn contrary_postgres() -> Server {
    let mut settings = statement_log::POSTGRESQL.to_vec();
    settings.extend([
        ("standard_conforming_strings", "off"),
        ("backslash_quote", "on"),
        ("escape_string_warning", "off"),
    ]);
    let server = servers::postgres(&settings);
    server.sql("ALTER ROLE app SET standard_conforming_strings = off");
    server.sql("ALTER DATABASE app SET standard_conforming_strings = off");
    server
}

const CONTRARY_MODES: &str = "--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES";

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_postgresql_without_standard_strings() {
    suite(&contrary_postgres(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_postgresql() {
    suite(&servers::postgres(&statement_log::POSTGRESQL), 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_mariadb_with_ansi_quotes_and_no_escapes() {
    let mut settings = statement_log::MYSQL.to_vec();
    settings.push(CONTRARY_MODES);
    suite(&servers::mariadb(&settings), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_mariadb() {
    suite(&servers::mariadb(&statement_log::MYSQL), 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_mysql() {
    let mut settings = statement_log::MYSQL.to_vec();
    settings.push(CONTRARY_MODES);
    suite(&servers::mysql57(&settings), 6).await;
    if soak() {
        suite(&servers::mysql57(&statement_log::MYSQL), 1).await;
    }
}

/// The actions of the suite.
struct Actions {
    insert: String,
    wide: String,
    update: String,
    delete: String,
}

async fn prepare(bench: &Bench, database: &str, server: &Server) -> Actions {
    let text = if server.is_postgres() {
        "text COLLATE \"C\""
    } else {
        "text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    };
    let kept = format!("CREATE TABLE kept (n int PRIMARY KEY, v {text}, w {text})");
    let other = format!("CREATE TABLE t (a {text}, b int, d {text})");
    for statement in [
        kept.as_str(),
        &other,
        "CREATE TABLE u (a varchar(9))",
        "INSERT INTO t (a, b) VALUES ('one', 1), ('two', 2)",
        "INSERT INTO u VALUES ('three')",
    ] {
        server.sql(statement);
    }
    let columns = columns(server)
        .into_iter()
        .map(|(expression, _, _)| expression.to_owned());
    let conditions = CONDITIONS.into_iter().map(|condition| {
        format!("(SELECT min(abs(n - {{{{n:INTEGER}}}})) FROM kept WHERE {condition})")
    });
    let wide: Vec<String> = columns.chain(conditions).collect();
    let wide = format!("SELECT {}", wide.join(", "));
    let insert = "INSERT INTO kept (n, v, w) VALUES ({{n:INTEGER}}, '{{v}}', {{v}})";
    let update = Act::update(
        "UPDATE kept SET w = 'x{{v}}'",
        "n = {{n:INTEGER}} AND v = '{{v}}'",
    );
    let delete = Act::delete("DELETE FROM kept", "w = 'x{{v}}' AND n = {{n:INTEGER}}");
    Actions {
        insert: bench.action(database, Act::create(insert)).await,
        wide: bench.action(database, Act::read(&wide)).await,
        update: bench.action(database, update).await,
        delete: bench.action(database, delete).await,
    }
}

/// The tables there are, and how many rows each has.
fn census(server: &Server) -> String {
    let schema = if server.is_postgres() {
        "public"
    } else {
        "app"
    };
    let tables = server.sql(&format!(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}' ORDER BY 1"
    ));
    tables
        .lines()
        .map(|table| {
            format!(
                "{table}={} ",
                server.sql(&format!("SELECT count(*) FROM {table}"))
            )
        })
        .collect()
}

/// What the server has in the table, in hexadecimal digits of UTF-8: `n`, `v`, `w`.
fn stored(server: &Server) -> Vec<(String, String, String)> {
    let (hex, separator) = if server.is_postgres() {
        ("encode(convert_to(X, 'UTF8'), 'hex')", '|')
    } else {
        ("lower(hex(X))", '\t')
    };
    let question = format!(
        "SELECT n, {}, {} FROM kept ORDER BY n",
        hex.replace('X', "v"),
        hex.replace('X', "w")
    );
    let rows = server.sql(&question);
    rows.lines()
        .map(|line| {
            let mut cells = line.split(separator).map(str::to_owned);
            let mut next = || cells.next().unwrap();
            (next(), next(), next())
        })
        .collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

async fn suite(server: &Server, every: usize) {
    let bench = bench().await;
    let url = server.url();
    let database = bench
        .database(server.database_type(), &[("dev", &url)])
        .await;
    let actions = prepare(&bench, &database, server).await;
    let all = hostile();
    assert!(all.len() >= 300, "{}", all.len());
    let every = if soak() { 1 } else { every };
    let values: Vec<(usize, &String)> = all.iter().enumerate().step_by(every).collect();
    let before = statement_log::mark(server);
    assert_eq!(census(server), "kept=0 t=2 u=1 ");

    let mut kept = Vec::new();
    for &(n, value) in &values {
        let input = json!({"n": n, "v": value});
        let outcome = bench.run(&actions.insert, input).await;
        if server.is_postgres() && value.contains('\0') {
            let refused = faults(&outcome.unwrap_err());
            assert_eq!(refused, [("v".to_owned(), "forbidden_nul".to_owned())]);
            continue;
        }
        assert_eq!(outcome.unwrap().affected(), Some(1), "{value:?}");
        kept.push((n, value));
    }
    let expected: Vec<_> = kept
        .iter()
        .map(|(n, value)| (n.to_string(), hex(value), hex(value)))
        .collect();
    assert_eq!(stored(server), expected);

    for &(n, value) in &kept {
        let input = json!({
            "n": n, "v": value, "l": [value], "j": {"k": value}, "o": {"k": value},
        });
        let input = without_unused(server, input);
        let ran = bench.run(&actions.wide, input).await;
        let ran = ran.unwrap_or_else(|error| panic!("{value:?}: {error:?}"));
        let mut expected: Vec<Value> = columns(server)
            .iter()
            .map(|(_, before, after)| json!(format!("{before}{value}{after}")))
            .collect();
        expected.extend(CONDITIONS.map(|_| json!(0)));
        assert_eq!(ran.rows, [expected], "{value:?}");
    }
    // Changed and removed are some of them here: half of the time of a run is its connection.
    let some = if soak() { 1 } else { 4 };
    let (rest, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(n, _)| n / every % some > 0);
    for &(n, value) in &kept {
        let input = json!({"data": {"v": value}, "filter": {"n": n, "v": value}});
        let ran = bench.run(&actions.update, input).await.unwrap();
        assert_eq!(ran.affected(), Some(1), "{value:?}");
    }
    let mut expected: Vec<_> = kept
        .iter()
        .map(|(n, value)| (n, (n.to_string(), hex(value), hex(&format!("x{value}")))))
        .chain(
            rest.iter()
                .map(|(n, value)| (n, (n.to_string(), hex(value), hex(value)))),
        )
        .collect();
    expected.sort();
    let expected: Vec<_> = expected.into_iter().map(|(_, row)| row).collect();
    assert_eq!(stored(server), expected);
    for &(n, value) in &kept {
        let input = json!({"filter": {"n": n, "v": value}});
        let ran = bench.run(&actions.delete, input).await.unwrap();
        assert_eq!(ran.affected(), Some(1), "{value:?}");
    }
    assert_eq!(census(server), format!("kept={} t=2 u=1 ", rest.len()));

    // One text for each action, whatever the values were.
    let texts = statement_log::since(server, before);
    assert_eq!(texts.prepared.len(), 4, "{:#?}", texts.prepared);
    for text in &texts.prepared {
        assert!(!text.contains("1=1") && !text.contains("DROP"), "{text}");
    }
    let set_up: BTreeSet<_> = texts.plain.iter().collect();
    assert!(set_up.len() <= 6, "{set_up:#?}");
    for text in set_up {
        let known = ["SET ", "SELECT ", "SHOW ", "START TRANSACTION"];
        assert!(known.iter().any(|word| text.starts_with(word)), "{text}");
        assert!(!text.contains("1=1") && !text.contains("DROP"), "{text}");
    }
    other_places(&bench, &database, server, &all).await;
}

/// Every input of the wide read stands in some of its columns on each engine.
fn without_unused(server: &Server, mut input: Value) -> Value {
    let used: String = columns(server)
        .iter()
        .map(|(expression, _, _)| *expression)
        .chain(CONDITIONS)
        .collect();
    if let Some(entries) = input.as_object_mut() {
        entries.retain(|key, _| key == "n" || used.contains(&format!("{{{{{key}")));
    }
    input
}

/// The places of the suite of `templates`, most of which the server itself refuses to compare. Each meets a few of the values here
/// and all of them in `scripts/soak`.
async fn other_places(bench: &Bench, database: &str, server: &Server, values: &[String]) {
    let own: &[&str] = if server.is_postgres() {
        server.sql("CREATE FUNCTION f(text, text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
        &POSTGRESQL_PLACES
    } else {
        &MYSQL_PLACES
    };
    let step = if soak() { 1 } else { values.len() / 3 };
    let before = statement_log::mark(server);
    let tables = census(server);
    let (mut texts, mut answered, mut refused) = (0, 0, 0);
    for (index, place) in PLACES.iter().chain(own).enumerate() {
        let template = format!("SELECT count(*) FROM t WHERE {}", place.replace("vT", "v"));
        let action = bench.action(database, Act::read(&template)).await;
        texts += 1;
        for value in values.iter().skip(index % step.max(2)).step_by(step) {
            let mut input = json!({"v": value});
            if template.contains("{{w}}") {
                input["w"] = json!(value);
            }
            match bench.run(&action, input).await {
                Ok(_) => answered += 1,
                Err(error) => {
                    assert!(
                        ["validation", "value_refused", "statement_failed"].contains(&error.code),
                        "{template} {value:?}: {error:?}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(
        answered > refused / 2 && refused > 0,
        "{answered} {refused}"
    );
    assert_eq!(census(server), tables);
    let logged = statement_log::since(server, before);
    assert!(logged.prepared.len() <= texts, "{:#?}", logged.prepared);
}
