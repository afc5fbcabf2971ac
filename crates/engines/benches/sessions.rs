//! How fast sessions run statements and read rows, against the servers' own programs and the bare drivers in the same run.
//!
//! `make bench`. Rounds alternate, so that a busy machine is busy for both; ratios are medians. Everybody's output is thrown away.

use std::process::{Command, Stdio};
use std::time::Instant;

use connection_url::ConnectionUrl;
use engines::{
    Batch, CancellationToken, DatabaseType, Operation, Parameter, Session, SessionOptions, engine,
};
use futures_util::{StreamExt, TryStreamExt};
use mongodb::bson::{Bson, Document, doc};
use mysql_async::prelude::Queryable;
use test_support::{MariaDb, MongoCompatible, Postgres};

const ROWS: u32 = 1_000_000;
const ROUNDS: usize = 3;
const CALLS: usize = 3_000;
/// The test server takes a tenth of a second for a thousand documents, whoever asks.
const DOCUMENTS: u32 = 100_000;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    engines::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        postgres().await;
        mariadb().await;
        mongodb().await;
    });
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn at(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}

async fn open(url: &str, database_type: DatabaseType) -> Box<dyn Session> {
    let url = ConnectionUrl::parse(url, Some(database_type)).expect("the URL parses");
    engine(database_type)
        .connect(&url, &SessionOptions::default(), &CancellationToken::new())
        .await
        .expect("the session opens")
}

fn sql(statement: &str, parameters: Vec<Parameter>) -> Operation {
    Operation::Sql {
        statement: statement.to_owned(),
        parameters,
    }
}

/// Reads a result to its end, batch by batch, and gives the rows, the bytes and the time from the head of the answer to the
/// 500th row.
async fn read(session: &mut dyn Session, operation: &Operation) -> (usize, usize, f64) {
    session.start(operation).await.expect("it starts");
    let head = Instant::now();
    let mut first_page = 0.0;
    let mut batch = Batch::default();
    let (mut rows, mut bytes) = (0, 0);
    loop {
        batch.clear();
        let wanted = if rows < 500 { 500 - rows } else { 10_000 };
        let done = session.fetch(wanted, &mut batch).await.expect("rows come");
        rows += batch.rows();
        bytes += batch.json().len();
        if first_page == 0.0 && rows >= 500 {
            first_page = head.elapsed().as_secs_f64();
        }
        if done.is_some() {
            return (rows, bytes, first_page);
        }
    }
}

/// What this process has of memory (`VmRSS`), or has had at most since the mark was taken down (`VmHWM`), in MiB.
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find(|found| found.starts_with(line));
    let kib = found.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Takes the mark of the most memory down to what there is now, and gives that. Where the kernel does not let it be taken down,
/// the mark is the higher one, which flatters nobody.
fn settle() -> f64 {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    memory("VmRSS")
}

fn tell_memory(engine: &str, idle: f64) {
    println!(
        "memory while all rows stream, {engine}: {:.0} MiB above idle (goal ≤ 150 MiB)",
        memory("VmHWM") - idle
    );
}

fn tell_first_page(engine: &str, pages: Vec<f64>) {
    println!(
        "first 500 rows, {engine}: {:.1} ms after the head of the answer (goal ≤ 150 ms)",
        median(pages) * 1e3
    );
}

fn program(command: &mut Command) -> f64 {
    let begun = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "the program ends well");
    begun.elapsed().as_secs_f64()
}

struct Reading {
    ours: Vec<f64>,
    theirs: Vec<f64>,
    driver: Vec<f64>,
}

impl Reading {
    fn tell(&self, what: &str, other: &str, goal: f64) {
        let ratio = |others: &[f64]| {
            median(
                self.ours
                    .iter()
                    .zip(others)
                    .map(|(own, other)| own / other)
                    .collect(),
            )
        };
        let speed = f64::from(ROWS) / median(self.ours.clone());
        println!(
            "{what}: {speed:.0} rows/s, {:.2} × {other}'s time (goal ≤ {goal} ×)",
            ratio(&self.theirs)
        );
        println!(
            "{what} beside the driver: {speed:.0} rows/s, {:.2} × the bare driver's time (goal ≤ 1.3 ×)",
            ratio(&self.driver)
        );
    }
}

fn tell_calls(engine: &str, ours: &mut [f64], driver: &mut [f64]) {
    for (name, part) in [("median", 0.5), ("p99", 0.99)] {
        let (own, other) = (at(ours, part), at(driver, part));
        println!(
            "a call, {engine}, {name}: {:.1} µs, {:.2} × the bare driver's (goal ≤ 1.1 ×)",
            own * 1e6,
            own / other
        );
    }
}

async fn postgres() {
    let server = Postgres::start();
    server.create_database("bench");
    server.sql(
        "bench",
        &format!(
            "CREATE TABLE mixed AS SELECT i::bigint AS id, (i % 1000)::int AS small, 'name ' || i AS name,
                repeat('x', 20 + i % 30)::varchar(60) AS words, (i * 1.37)::numeric(14,4) AS price,
                timestamptz '2026-01-01' + i * interval '1 minute' AS at, date '2026-01-01' + i % 365 AS day,
                i % 2 = 0 AS flag, md5(i::text)::uuid AS token, i / 3.0::float8 AS ratio
             FROM generate_series(1, {ROWS}) i; ANALYZE mixed"
        ),
    );
    let url = server.url("bench");
    let mut session = open(&url, DatabaseType::Postgresql).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .expect("the driver connects");
    tokio::spawn(connection);
    let statement = "SELECT * FROM mixed";
    let operation = sql(statement, Vec::new());
    let mut reading = Reading {
        ours: Vec::new(),
        theirs: Vec::new(),
        driver: Vec::new(),
    };
    let mut pages = Vec::new();
    for round in 0..ROUNDS {
        let idle = settle();
        let begun = Instant::now();
        let (rows, _, page) = read(session.as_mut(), &operation).await;
        reading.ours.push(begun.elapsed().as_secs_f64());
        pages.push(page);
        assert_eq!(rows, ROWS as usize);
        if round == 0 {
            tell_memory("PostgreSQL", idle);
        }
        reading.theirs.push(program(
            Command::new("psql").args([&url, "-At", "-c", statement]),
        ));
        let begun = Instant::now();
        let mut rows = std::pin::pin!(client.simple_query_raw(statement).await.expect("it runs"));
        let mut text = Vec::new();
        while let Some(message) = rows.next().await {
            if let Ok(tokio_postgres::SimpleQueryMessage::Row(row)) = message {
                text.clear();
                for column in 0..row.len() {
                    text.extend_from_slice(row.get(column).unwrap_or_default().as_bytes());
                }
                std::hint::black_box(&text);
            }
        }
        reading.driver.push(begun.elapsed().as_secs_f64());
    }
    reading.tell("a million rows, PostgreSQL", "psql -At", 0.75);
    tell_first_page("PostgreSQL", pages);

    let text = "SELECT $1::int4 + 1, $2::text";
    let prepared = client.prepare(text).await.expect("it prepares");
    let (mut ours, mut driver) = (Vec::new(), Vec::new());
    for call in 0..CALLS {
        let operation = sql(
            text,
            vec![
                Parameter::Integer(call.to_string()),
                Parameter::Text("words".to_owned()),
            ],
        );
        let begun = Instant::now();
        read(session.as_mut(), &operation).await;
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let rows = client
            .query(&prepared, &[&(call as i32), &"words"])
            .await
            .expect("it runs");
        std::hint::black_box((rows[0].get::<_, i32>(0), rows[0].get::<_, String>(1)));
        driver.push(begun.elapsed().as_secs_f64());
    }
    tell_calls("prepared, PostgreSQL", &mut ours, &mut driver);
}

async fn mariadb() {
    let server = MariaDb::start();
    server.create_database("bench");
    server.sql(&format!(
        "USE bench; CREATE TABLE mixed AS SELECT seq AS id, CAST(seq % 1000 AS INT) AS small, CONCAT('name ', seq) AS name,
            REPEAT('x', 20 + seq % 30) AS words, CAST(seq * 1.37 AS DECIMAL(14,4)) AS price,
            TIMESTAMP('2026-01-01') + INTERVAL seq MINUTE AS at, DATE('2026-01-01') + INTERVAL seq % 365 DAY AS day,
            seq % 2 = 0 AS flag, MD5(seq) AS token, CAST(seq / 3 AS DOUBLE) AS ratio FROM seq_1_to_{ROWS}"
    ));
    let url = server.url("bench");
    let mut session = open(&url, DatabaseType::Mysql).await;
    let options = mysql_async::Opts::from_url(&url).expect("the driver reads the URL");
    // It would move to the server's socket by itself, which is quicker than what both are asked for.
    let options = mysql_async::OptsBuilder::from_opts(options).prefer_socket(false);
    let mut driver = mysql_async::Conn::new(options)
        .await
        .expect("the driver connects");
    let statement = "SELECT * FROM mixed";
    let operation = sql(statement, Vec::new());
    let mut reading = Reading {
        ours: Vec::new(),
        theirs: Vec::new(),
        driver: Vec::new(),
    };
    let mut pages = Vec::new();
    for round in 0..ROUNDS {
        let idle = settle();
        let begun = Instant::now();
        let (rows, _, page) = read(session.as_mut(), &operation).await;
        reading.ours.push(begun.elapsed().as_secs_f64());
        pages.push(page);
        assert_eq!(rows, ROWS as usize);
        if round == 0 {
            tell_memory("MariaDB", idle);
        }
        reading.theirs.push(program(
            Command::new("mysql")
                .arg("--socket")
                .arg(server.socket())
                .args(["--user=app", "--quick", "-B", "-e", statement, "bench"])
                .env("MYSQL_PWD", &server.password),
        ));
        let begun = Instant::now();
        let mut rows = driver
            .query_stream::<mysql_async::Row, _>(statement)
            .await
            .expect("it runs");
        let mut text = Vec::new();
        while let Some(row) = rows.try_next().await.expect("rows come") {
            text.clear();
            for value in row.unwrap() {
                if let mysql_async::Value::Bytes(bytes) = value {
                    text.extend_from_slice(&bytes);
                }
            }
            std::hint::black_box(&text);
        }
        reading.driver.push(begun.elapsed().as_secs_f64());
    }
    reading.tell("a million rows, MariaDB", "mysql --quick -B", 1.0);
    tell_first_page("MariaDB", pages);

    let text = "SELECT ? + 1, ?";
    let prepared = driver.prep(text).await.expect("it prepares");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for call in 0..CALLS {
        let operation = sql(
            text,
            vec![
                Parameter::Integer(call.to_string()),
                Parameter::Text("words".to_owned()),
            ],
        );
        let begun = Instant::now();
        read(session.as_mut(), &operation).await;
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let row: Option<(i64, String)> = driver
            .exec_first(&prepared, (call, "words"))
            .await
            .expect("it runs");
        std::hint::black_box(row);
        theirs.push(begun.elapsed().as_secs_f64());
    }
    tell_calls("prepared, MariaDB", &mut ours, &mut theirs);
}

/// A document as the window shows it: a value for each column, in relaxed extended JSON.
fn shown(document: Document, text: &mut Vec<u8>) {
    for (_, value) in document {
        serde_json::to_writer(&mut *text, &value.into_relaxed_extjson()).expect("it is JSON");
    }
}

async fn mongodb() {
    let server = MongoCompatible::start();
    let url = server.url("bench");
    let client = mongodb::Client::with_uri_str(&url)
        .await
        .expect("the driver connects");
    let collection = client.database("bench").collection::<Document>("mixed");
    let day =
        |days: i64| mongodb::bson::DateTime::from_millis(1_767_225_600_000 + days * 86_400_000);
    for first in (0..DOCUMENTS).step_by(10_000) {
        let documents = (first..first + 10_000).map(|number| {
            let wide = i64::from(number);
            doc! {
                "_id": number, "small": wide % 1000, "name": format!("name {number}"),
                "words": "x".repeat(20 + number as usize % 30), "price": f64::from(number) * 1.37,
                "at": day(wide), "flag": number % 2 == 0, "token": mongodb::bson::oid::ObjectId::new(),
                "ratio": f64::from(number) / 3.0, "tags": ["a", "b", number],
            }
        });
        collection.insert_many(documents).await.expect("it inserts");
    }
    let mut session = open(&url, DatabaseType::Mongodb).await;
    let all = Operation::Command(r#"{"find": "mixed", "batchSize": 10000}"#.to_owned());
    let (mut ours, mut driver, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let idle = settle();
        let begun = Instant::now();
        let (rows, _, page) = read(session.as_mut(), &all).await;
        ours.push(begun.elapsed().as_secs_f64());
        pages.push(page);
        assert_eq!(rows, DOCUMENTS as usize);
        if round == 0 {
            tell_memory("MongoDB", idle);
        }
        let begun = Instant::now();
        let mut documents = collection
            .find(doc! {})
            .batch_size(10_000)
            .await
            .expect("it runs");
        let mut text = Vec::new();
        while let Some(document) = documents.try_next().await.expect("documents come") {
            text.clear();
            shown(document, &mut text);
            std::hint::black_box(&text);
        }
        driver.push(begun.elapsed().as_secs_f64());
    }
    let ratios = ours.iter().zip(&driver).map(|(own, other)| own / other);
    println!(
        "{DOCUMENTS} documents, MongoDB, beside the driver: {:.0} rows/s, {:.2} × the bare driver's time (goal ≤ 1.3 ×)",
        f64::from(DOCUMENTS) / median(ours.clone()),
        median(ratios.collect())
    );
    tell_first_page("MongoDB", pages);

    let database = client.database("bench");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for call in 0..CALLS as u32 {
        let operation = Operation::Command(format!(
            r#"{{"find": "mixed", "filter": {{"_id": {call}}}, "limit": 1}}"#
        ));
        let begun = Instant::now();
        read(session.as_mut(), &operation).await;
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let answer = database
            .run_command(doc! { "find": "mixed", "filter": { "_id": call }, "limit": 1 })
            .await
            .expect("it runs");
        std::hint::black_box(Bson::from(answer));
        theirs.push(begun.elapsed().as_secs_f64());
    }
    tell_calls("MongoDB", &mut ours, &mut theirs);
}
