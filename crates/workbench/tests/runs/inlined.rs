//! A property: a statement whose values the server's own quoting wrote into its text gives what the bound run gives.

use std::sync::atomic::{AtomicU32, Ordering};

use connection_url::{ConnectionUrl, DatabaseType};
use engines::{Batch, CancellationToken, Operation, Parameter, Session, SessionOptions, engine};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::bench::{Act, bench, soak};
use crate::servers::{self, Server};

/// An expression with one value: as a template and with a literal, `V` and `¤`; `§` is text of the template inside quotes.
const TEXTS: [(&str, &str); 9] = [
    ("'{{V}}'", "¤"),
    ("'§{{V}}§'", "concat('§', ¤, '§')"),
    ("lower('{{V}}')", "lower(¤)"),
    ("replace({{V}}, '§', '{{V}}')", "replace(¤, '§', ¤)"),
    ("coalesce({{V}}, '§')", "coalesce(¤, '§')"),
    (
        "(CASE WHEN '§' = '{{V}}' THEN '§' ELSE '§{{V}}' END)",
        "(CASE WHEN '§' = ¤ THEN '§' ELSE concat('§', ¤) END)",
    ),
    ("length({{V}})", "length(¤)"),
    (
        "('{{V}}' LIKE '%§{{V}}%' ESCAPE '!')",
        "(¤ LIKE concat('%§', ¤, '%') ESCAPE '!')",
    ),
    ("('{{V}}' IN ('§', {{V}}))", "(¤ IN ('§', ¤))"),
];

/// The same for numbers.
const NUMBERS: [(&str, &str); 4] = [
    ("({{V:INTEGER}} + 1)", "(¤ + 1)"),
    ("({{V:DECIMAL}} * 2)", "(¤ * 2)"),
    ("abs({{V:INTEGER}})", "abs(¤)"),
    (
        "(CASE WHEN {{V:INTEGER}} > 5 THEN '§' ELSE '§{{V}}' END)",
        "(CASE WHEN ¤ > 5 THEN '§' ELSE concat('§', ¤) END)",
    ),
];

#[derive(Clone, Debug)]
enum Given {
    Text(String),
    Number(i16),
}

/// One column of a random statement.
#[derive(Clone, Debug)]
struct Piece {
    form: usize,
    /// What stands in the template's own quotes.
    written: String,
    value: Given,
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let text = "([a-zA-Z0-9 '\"\\\\%_$?:;/*#{}!-]|\\PC|[^\u{0}]){1,24}".prop_map(Given::Text);
    let value = prop_oneof![3 => text, 1 => any::<i16>().prop_map(Given::Number)];
    let piece = (any::<usize>(), "[a-z %_;$?:#/*\"-]{0,8}", value);
    let piece = piece.prop_map(|(form, written, value)| Piece {
        form,
        written,
        value,
    });
    prop::collection::vec(piece, 1..6)
}

async fn session(server: &Server) -> Box<dyn Session> {
    let kind = if server.is_postgres() {
        DatabaseType::Postgresql
    } else {
        DatabaseType::Mysql
    };
    let url = ConnectionUrl::parse(&server.url(), Some(kind)).unwrap();
    let options = SessionOptions::default();
    engine(kind)
        .connect(&url, &options, &CancellationToken::new())
        .await
        .unwrap()
}

/// The one row of a statement.
async fn row(session: &mut dyn Session, statement: &str, parameters: Vec<Parameter>) -> Vec<Value> {
    let operation = Operation::Sql {
        statement: statement.to_owned(),
        parameters,
    };
    let started = session.start(&operation).await;
    started.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    let mut batch = Batch::default();
    while session.fetch(10, &mut batch).await.unwrap().is_none() {}
    serde_json::from_str(batch.json()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_literal_of_the_server_s_own_quoting_says_what_the_bound_value_says() {
    for server in [
        servers::postgres(&[]),
        servers::mariadb(&[]),
        servers::mysql57(&[]),
    ] {
        same(&server).await;
    }
}

async fn same(server: &Server) {
    let bench = bench().await;
    let database = bench
        .database(server.database_type(), &[("dev", &server.url())])
        .await;
    let session = tokio::sync::Mutex::new(session(server).await);
    let quote = if server.is_postgres() {
        "SELECT quote_literal($1)"
    } else {
        "SELECT QUOTE(?)"
    };
    let cases = if soak() { 2_000 } else { 60 };
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    });
    let compared = AtomicU32::new(0);
    let outcome = runner.run(&pieces(), |pieces| {
        block_in_place(|| {
            Handle::current().block_on(async {
                let (mut bound, mut inlined, mut data) = (Vec::new(), Vec::new(), json!({}));
                let mut session = session.lock().await;
                for (index, piece) in pieces.iter().enumerate() {
                    let key = format!("v{index}");
                    let (forms, literal): (&[(&str, &str)], String) = match &piece.value {
                        Given::Text(text) => {
                            data[&key] = json!(text);
                            let quoted =
                                row(session.as_mut(), quote, vec![Parameter::Text(text.clone())])
                                    .await;
                            (&TEXTS, quoted[0].as_str().unwrap().to_owned())
                        }
                        Given::Number(number) => {
                            data[&key] = json!(number);
                            (&NUMBERS, format!("({number})"))
                        }
                    };
                    let (template, plain) = forms[piece.form % forms.len()];
                    let template = template.replace('§', &piece.written);
                    bound.push(template.replace("{{V", &format!("{{{{{key}")));
                    // The value last: it may hold any character.
                    let plain = plain.replace('§', &piece.written);
                    inlined.push(plain.replace('¤', &literal));
                }
                let template = format!("SELECT {}", bound.join(", "));
                let ran = bench.do_once(&database, Act::read(&template), data).await;
                let expected = row(
                    session.as_mut(),
                    &format!("SELECT {}", inlined.join(", ")),
                    Vec::new(),
                )
                .await;
                let plain = |row: &[Value]| -> Vec<String> {
                    let text = |cell: &Value| {
                        cell.as_str()
                            .map_or_else(|| cell.to_string(), str::to_owned)
                    };
                    row.iter().map(text).collect()
                };
                prop_assert_eq!(plain(&ran.rows[0]), plain(&expected), "{}", template);
                compared.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        })
    });
    if let Err(failure) = outcome {
        panic!("{}: {failure}", server.name());
    }
    assert!(
        compared.load(Ordering::Relaxed) >= cases,
        "{}",
        server.name()
    );
}
