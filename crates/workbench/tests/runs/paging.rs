//! Pages, large cells, long results in bounded memory, scripts, and unique values.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use test_support::{MongoCompatible, MongoOptions};
use workbench::{PAGE_ROWS, RunEvent};

use crate::bench::{Act, Listener, bench, faults};
use crate::servers::{self, Server};

/// A read of the numbers from 1 to `n`, in order.
async fn numbers(server: &Server, most: u32) -> String {
    match server {
        Server::Postgres(_) => "SELECT i AS n FROM generate_series(1, {{n:INTEGER}}) i".to_owned(),
        Server::Mongo(_) => {
            let documents = (1..=most).map(|n| mongodb::bson::doc! {"_id": n});
            let collection = server.collection("t").await;
            collection.insert_many(documents).await.unwrap();
            r#"{"find": {"filter": {"_id": {"$lte": "{{n:INTEGER}}"}}, "sort": {"_id": 1}}}"#
                .to_owned()
        }
        _ => {
            server.sql("CREATE TABLE t (n int PRIMARY KEY)");
            let rows: Vec<String> = (1..=most).map(|n| format!("({n})")).collect();
            server.sql(&format!("INSERT INTO t VALUES {}", rows.join(",")));
            "SELECT n FROM t WHERE n <= {{n:INTEGER}} ORDER BY n".to_owned()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_to_the_exact_end() {
    for server in [
        servers::postgres(&[]),
        servers::mariadb(&[]),
        servers::mongo(),
    ] {
        pages(&server).await;
    }
}

async fn pages(server: &Server) {
    let bench = bench().await;
    let name = server.name();
    let database = bench
        .database(server.database_type(), &[("dev", &server.url())])
        .await;
    let template = numbers(server, 1_234).await;
    let action = bench.action(&database, Act::read(&template)).await;
    assert_eq!(PAGE_ROWS, 500);
    // Fewer than a page, as many, one more.
    for (n, more) in [
        (0, false),
        (1, false),
        (499, false),
        (500, false),
        (501, true),
    ] {
        let mut request = bench.request(&action, &json!({"n": n}));
        request.run_id = format!("of {n}");
        let ran = bench.run_request(request).await.unwrap();
        assert_eq!(
            (ran.rows.len(), ran.page.more),
            (n.min(500), more),
            "{name} {n}"
        );
        let rest = Listener::default();
        let heard = rest.clone();
        let page = bench
            .workbench
            .action_more(format!("of {n}"), None, move |event| heard.hear(event));
        match page.await {
            Ok(page) => {
                assert!(more && !page.more, "{name} {n}");
                assert_eq!((page.rows, rest.rows()), (501, 1), "{name}");
            }
            Err(error) => assert_eq!((error.code, more), ("not_found", false), "{name} {n}"),
        }
    }
    // To the end, page by page: every row once, in order, the first of them early.
    let listener = Listener::default();
    let heard = listener.clone();
    let mut request = bench.request(&action, &json!({"n": 1_234}));
    request.run_id = "all".to_owned();
    let mut page = bench
        .workbench
        .action_run(request, move |event| heard.hear(event))
        .await
        .unwrap();
    let mut sizes = vec![page.rows];
    for limit in [None, Some(100), Some(0), Some(133), Some(1)] {
        assert!(page.more, "{name} {sizes:?}");
        let heard = listener.clone();
        let more = bench
            .workbench
            .action_more("all".to_owned(), limit, move |event| heard.hear(event));
        page = more.await.unwrap();
        sizes.push(page.rows);
    }
    assert_eq!(sizes, [500, 1_000, 1_100, 1_100, 1_233, 1_234], "{name}");
    assert!(!page.more, "{name}");
    let told = std::mem::take(&mut *listener.0.lock().unwrap());
    let found: Vec<_> = told.rows.iter().map(|row| row[0].clone()).collect();
    let expected: Vec<_> = (1..=1_234).map(|n| json!(n)).collect();
    assert_eq!(found, expected, "{name}");
    assert!(told.batches[0] <= 100, "{name} {:?}", told.batches);
    // No row at all is asked for.
    let mut request = bench.request(&action, &json!({"n": 5}));
    request.limit = Some(0);
    let run_id = request.run_id.clone();
    let ran = bench.run_request(request).await.unwrap();
    assert_eq!((ran.rows.len(), ran.page.more), (0, true), "{name}");
    bench.workbench.action_cancel(run_id).await.unwrap();
}

/// What this process holds and has held at most, in bytes (Linux).
fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|found| found.starts_with(line))
        .unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

#[tokio::test(flavor = "multi_thread")]
async fn large_cells_and_a_million_rows_in_bounded_memory() {
    let server = servers::postgres(&[]);
    let bench = bench().await;
    let database = bench
        .database("postgresql", &[("dev", &server.url())])
        .await;
    let many = "SELECT i, 'row ' || i, now(), i / 7.0 FROM generate_series(1, 1000000) i";
    let many = bench.action(&database, Act::read(many)).await;
    let idle = memory("VmRSS");
    // A small page of them: the rest stays at the server.
    let mut request = bench.request(&many, &json!({}));
    request.limit = Some(10);
    let run_id = request.run_id.clone();
    let ran = bench.run_request(request).await.unwrap();
    assert_eq!((ran.rows.len(), ran.page.more), (10, true));
    bench.workbench.action_cancel(run_id).await.unwrap();
    // All of them stream past.
    let mut request = bench.request(&many, &json!({}));
    request.limit = Some(1_000_000);
    request.bytes = Some(u64::MAX);
    let (bytes, largest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, kept) = (Arc::clone(&bytes), Arc::clone(&largest));
    let page = bench.workbench.action_run(request, move |event| {
        if let RunEvent::Rows { rows } = event {
            counted.fetch_add(rows.get().len(), Ordering::Relaxed);
            kept.fetch_max(rows.get().len(), Ordering::Relaxed);
        }
    });
    let page = page.await.unwrap();
    assert_eq!((page.rows, page.more), (1_000_000, false));
    assert!(bytes.load(Ordering::Relaxed) > 50 << 20);
    assert!(largest.load(Ordering::Relaxed) < 2 << 20, "{largest:?}");
    let held = memory("VmHWM") - idle;
    assert!(held < 64 << 20, "{held} bytes for rows that nobody keeps");

    // A value of nine million bytes, in both directions.
    let large = "x'\\".repeat(3_000_000);
    let echo = Act::read("SELECT md5({{v}}), length({{v}}), {{v}}");
    let ran = bench.do_once(&database, echo, json!({"v": large})).await;
    assert_eq!(ran.rows[0][1], json!(9_000_000));
    assert_eq!(ran.rows[0][2], json!(large));
}

/// Cells of ten million bytes: a page of them ends early, whatever its limit, and who wants all of them gets them one by one.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_large_cells_ends_early() {
    const CELL: usize = 10_000_000;
    let postgres = servers::postgres(&[]);
    let mariadb = servers::mariadb(&["--max-allowed-packet=64M"]);
    let mongo = servers::mongo();
    mariadb.sql("CREATE TABLE numbers (i int PRIMARY KEY)");
    mariadb.sql("INSERT INTO numbers SELECT seq FROM seq_1_to_12");
    let collection = mongo.collection("t").await;
    for number in 1..=5 {
        let document = mongodb::bson::doc! {"_id": number, "cell": "é".repeat(CELL / 2)};
        collection.insert_one(document).await.unwrap();
    }
    let bench = bench().await;
    for (server, template, rows) in [
        (
            &postgres,
            "SELECT i, repeat('é', 5000000) AS cell FROM generate_series(1, 12) i",
            12,
        ),
        (
            &mariadb,
            "SELECT i, REPEAT('é', 5000000) AS cell FROM numbers ORDER BY i",
            12,
        ),
        (&mongo, r#"{"find": {"filter": {}, "sort": {"_id": 1}}}"#, 5),
    ] {
        let name = server.name();
        let database = bench
            .database(server.database_type(), &[("dev", &server.url())])
            .await;
        let action = bench.action(&database, Act::read(template)).await;
        let mut request = bench.request(&action, &json!({}));
        request.run_id = format!("large {name}");
        let ran = bench.run_request(request).await.unwrap();
        assert_eq!((ran.rows.len(), ran.page.more), (1, true), "{name}");
        assert_eq!(ran.rows[0][1].as_str().map(str::len), Some(CELL), "{name}");
        let next = Listener::default();
        let heard = next.clone();
        let page = bench
            .workbench
            .action_more(format!("large {name}"), None, move |event| {
                heard.hear(event);
            });
        let page = page.await.unwrap();
        assert_eq!((page.rows, page.more, next.rows()), (2, true, 1), "{name}");
        assert_eq!(next.0.lock().unwrap().rows[0][0], json!(2), "{name}");
        bench
            .workbench
            .action_cancel(format!("large {name}"))
            .await
            .unwrap();
        drop((ran, next));

        let idle = memory("VmRSS");
        let mut request = bench.request(&action, &json!({}));
        request.bytes = Some(u64::MAX);
        let (bytes, largest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, kept) = (Arc::clone(&bytes), Arc::clone(&largest));
        let page = bench.workbench.action_run(request, move |event| {
            if let RunEvent::Rows { rows } = event {
                counted.fetch_add(rows.get().len(), Ordering::Relaxed);
                kept.fetch_max(rows.get().len(), Ordering::Relaxed);
            }
        });
        let page = page.await.unwrap();
        assert_eq!((page.rows, page.more), (rows, false), "{name}");
        assert!(bytes.load(Ordering::Relaxed) > rows as usize * CELL);
        assert!(largest.load(Ordering::Relaxed) < 2 * CELL, "{name}");
        let held = memory("VmHWM").saturating_sub(idle);
        assert!(held < 150 << 20, "{name}: {held} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_done_whole_or_not_at_all() {
    for server in [servers::postgres(&[]), servers::mariadb(&[])] {
        let bench = bench().await;
        let name = server.name();
        let database = bench
            .database(server.database_type(), &[("dev", &server.url())])
            .await;
        server.sql("CREATE TABLE t (n int PRIMARY KEY, v varchar(99))");
        let script = "INSERT INTO t VALUES (1, '{{v}}'), (2, 'it''s; {{v}}');\n-- not here: ;\nUPDATE t SET n = n + 10 WHERE v = {{v}};\n\
                      SELECT n, v FROM t ORDER BY n;";
        let ran = bench
            .do_once(
                &database,
                Act::create(script).script(),
                json!({"v": "a;b'"}),
            )
            .await;
        assert_eq!(
            ran.rows,
            [[json!(2), json!("it's; a;b'")], [json!(11), json!("a;b'")]],
            "{name}"
        );
        assert_eq!((ran.affected(), ran.columns.len()), (Some(3), 2), "{name}");
        // The second fails: the first is taken back.
        let broken = "INSERT INTO t VALUES (3, 'x'); INSERT INTO t VALUES ({{n:INTEGER}}, 'y'); INSERT INTO t VALUES (4, 'z')";
        let broken = bench.action(&database, Act::create(broken).script()).await;
        let error = bench.run(&broken, json!({"n": 2})).await.unwrap_err();
        assert!(
            error.message.starts_with("Statement 2 of 3: "),
            "{name} {error:?}"
        );
        assert_eq!(server.sql("SELECT count(*) FROM t"), "2", "{name}");
        let ran = bench.run(&broken, json!({"n": 5})).await.unwrap();
        assert_eq!(ran.affected(), Some(3), "{name}");
        // More than a page: the changes are kept, and the rest is not waited for.
        let long = "INSERT INTO t SELECT a.n * 100 + b.n * 10 + c.n + 1000, 'w' FROM t a, t b, t c; SELECT n FROM t ORDER BY n";
        let long = bench.action(&database, Act::create(long).script()).await;
        let mut request = bench.request(&long, &json!({}));
        request.limit = Some(3);
        let run_id = request.run_id.clone();
        let ran = bench.run_request(request).await.unwrap();
        assert_eq!(
            (ran.rows.len(), ran.page.more, ran.affected()),
            (3, true, Some(125)),
            "{name}"
        );
        assert_eq!(server.sql("SELECT count(*) FROM t"), "130", "{name}");
        let rest = bench.workbench.action_more(run_id, None, |_| {}).await;
        assert_eq!(rest.unwrap_err().code, "not_found", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_value_is_one_that_the_collection_lacks() {
    let standalone = Server::Mongo(MongoCompatible::start_with(MongoOptions {
        standalone: true,
        ..MongoOptions::default()
    }));
    for (server, certain) in [(servers::mongo(), true), (standalone, false)] {
        let bench = bench().await;
        let database = bench.database("mongodb", &[("dev", &server.url())]).await;
        let template = r#"{"insertOne": {"who": {"name": "{{name:NOSPACES_STRING:3:20:true}}"}}}"#;
        let action = bench.action(&database, Act::create(template)).await;
        for name in ["anna", "$anna", "ANNA"] {
            let ran = bench.run(&action, json!({"name": name})).await.unwrap();
            assert_eq!(ran.affected(), Some(1));
            assert_eq!(
                ran.page.notices.is_empty(),
                certain,
                "{:?}",
                ran.page.notices
            );
            let error = bench.run(&action, json!({"name": name})).await.unwrap_err();
            assert_eq!(
                faults(&error),
                [("name".to_owned(), "not_unique".to_owned())]
            );
        }
        assert_eq!(server.documents("t").await.len(), 3);
        let error = bench
            .run(&action, json!({"name": {"$ne": "x"}}))
            .await
            .unwrap_err();
        assert_eq!(
            faults(&error),
            [("name".to_owned(), "wrong_type".to_owned())]
        );
    }
}
