//! What stands between a person and a statement, on real servers: nothing that is refused gets there.

use serde_json::{Value, json};
use workbench::ActionTypeView;

use crate::bench::{Act, Bench, bench};
use crate::servers::{self, Server};

#[tokio::test(flavor = "multi_thread")]
async fn guards_on_every_engine() {
    guarded(&servers::postgres(&[])).await;
    guarded(&servers::mariadb(&[])).await;
    guarded(&servers::mongo()).await;
}

/// What an environment does with a run; the guard's word where it refuses.
async fn in_env(
    bench: &Bench,
    action: &str,
    env: &str,
    confirm: Option<&str>,
) -> Result<Option<u64>, Value> {
    let mut request = bench.request(action, &json!({}));
    request.env = env.to_owned();
    request.confirm = confirm.map(str::to_owned);
    match bench.run_request(request).await {
        Ok(ran) => Ok(ran.affected()),
        Err(error) => {
            assert_eq!(error.code, "refused", "{error:?}");
            Err(error
                .detail
                .map_or(Value::Null, |detail| detail["guard"].clone()))
        }
    }
}

/// Changes the environment `dev`.
async fn change(bench: &Bench, patch: Value) {
    let (product, slug) = (bench.product.clone(), "dev".to_owned());
    let update = bench
        .workbench
        .environment_update_record(product, slug, patch);
    update.await.unwrap();
}

async fn rows(server: &Server) -> usize {
    match server {
        Server::Mongo(_) => server.documents("t").await.len(),
        _ => server.sql("SELECT count(*) FROM t").parse().unwrap(),
    }
}

async fn guarded(server: &Server) {
    let bench = bench().await;
    let url = server.url();
    let url = url.as_str();
    let envs = [("dev", url), ("stg", url), ("prd", url)];
    let kind = server.database_type();
    let database = bench.database_tagged("orders", kind, &envs).await;
    let (read, create, delete, all) = if server.is_mongo() {
        (
            r#"{"find": {}}"#,
            r#"{"insertOne": {"n": 1}}"#,
            r#"{"deleteMany": {}}"#,
            r#"{"where": {}}"#,
        )
    } else {
        server.sql("CREATE TABLE t (n int)");
        (
            "SELECT n FROM t",
            "INSERT INTO t VALUES (1)",
            "DELETE FROM t",
            "1 = 1",
        )
    };
    let read = bench.action(&database, Act::read(read)).await;
    let create = bench.action(&database, Act::create(create)).await;
    let every = Act::delete(delete, all);
    let unmarked = bench.action(&database, every).await;
    let marked = Act {
        all_rows: true,
        ..every
    };
    let marked = bench.action(&database, marked).await;
    let name = server.name();

    for env in ["dev", "stg", "prd"] {
        in_env(&bench, &read, env, None).await.unwrap();
    }
    // Writes: in development, then where a tag is asked for.
    assert_eq!(in_env(&bench, &create, "dev", None).await, Ok(Some(1)));
    let mut expected = 1;
    for (env, guard) in [("stg", "confirm"), ("prd", "tag")] {
        for wrong in [
            None,
            Some(""),
            Some("yes"),
            Some("Orders"),
            Some("orders "),
            Some("shop/orders"),
        ] {
            let refused = in_env(&bench, &create, env, wrong).await;
            assert_eq!(refused, Err(json!(guard)), "{name} {env} {wrong:?}");
        }
        assert_eq!(rows(server).await, expected, "{name} {env}");
        assert_eq!(
            in_env(&bench, &create, env, Some("orders")).await,
            Ok(Some(1))
        );
        expected += 1;
        assert_eq!(rows(server).await, expected, "{name} {env}");
    }
    // Every row: never when the action is not meant so, and then with the tag everywhere.
    for env in ["dev", "stg", "prd"] {
        for confirm in [None, Some("orders")] {
            let refused = in_env(&bench, &unmarked, env, confirm).await;
            assert_eq!(refused, Err(Value::Null), "{name} {env}");
        }
        let refused = in_env(&bench, &marked, env, None).await;
        assert_eq!(refused, Err(json!("tag")), "{name} {env}");
        let refused = in_env(&bench, &marked, env, Some("order")).await;
        assert_eq!(refused, Err(json!("tag")), "{name} {env}");
    }
    assert_eq!(rows(server).await, 3, "{name}");
    assert_eq!(
        in_env(&bench, &marked, "dev", Some("orders")).await,
        Ok(Some(3))
    );
    assert_eq!(rows(server).await, 0, "{name}");

    // Inactive: nothing at all, whatever is typed.
    change(&bench, json!({"active": false})).await;
    for action in [&read, &create, &marked] {
        for confirm in [None, Some("orders")] {
            assert!(
                in_env(&bench, action, "dev", confirm).await.is_err(),
                "{name}"
            );
        }
    }
    assert_eq!(rows(server).await, 0, "{name}");
    // Another class, another guard.
    change(&bench, json!({"active": true, "class": "production"})).await;
    assert_eq!(
        in_env(&bench, &create, "dev", None).await,
        Err(json!("tag"))
    );
}

/// An input that empties a filter is told before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_an_input_emptied_reaches_no_row() {
    let server = servers::postgres(&[]);
    let bench = bench().await;
    let database = bench
        .database("postgresql", &[("dev", &server.url())])
        .await;
    server.sql("CREATE TABLE t (n int, a text)");
    server.sql("INSERT INTO t SELECT i, 'x' || i FROM generate_series(1, 5) i");
    for (filter, empty, narrow) in [
        (
            "{{a:STRING?}} IS NULL OR a = {{a}}",
            json!({}),
            json!({"a": "x1"}),
        ),
        ("a LIKE '%{{a}}%'", json!({"a": "%"}), json!({"a": "x2"})),
        (
            "a = 'x3' OR {{b:BOOLEAN}}",
            json!({"b": true}),
            json!({"b": false}),
        ),
    ] {
        let act = Act::delete("DELETE FROM t", filter);
        let action = bench.action(&database, act).await;
        let before = server.sql("SELECT count(*) FROM t");
        let error = bench
            .run(&action, json!({"filter": empty}))
            .await
            .unwrap_err();
        assert_eq!(error.code, "refused", "{filter}");
        assert_eq!(server.sql("SELECT count(*) FROM t"), before);
        let ran = bench.run(&action, json!({"filter": narrow})).await.unwrap();
        assert_eq!(ran.affected(), Some(1), "{filter}");
    }
}

/// What only the server knows to be a write is refused by the server, since the session only reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_runs_in_a_session_that_only_reads() {
    let server = servers::postgres(&[]);
    let bench = bench().await;
    let database = bench
        .database("postgresql", &[("dev", &server.url())])
        .await;
    server.sql("CREATE TABLE t (n int)");
    server.sql("CREATE FUNCTION harmless() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING n'");
    let reads = ["read", "count", "aggregate"];
    for (kind, name) in [
        ActionTypeView::Read,
        ActionTypeView::Count,
        ActionTypeView::Aggregate,
    ]
    .into_iter()
    .zip(reads)
    {
        let action = bench
            .action(&database, Act::new(kind, "SELECT harmless()"))
            .await;
        let error = bench.run(&action, json!({})).await.unwrap_err();
        assert_eq!(error.code, "read_only", "{name} {error:?}");
    }
    assert_eq!(server.sql("SELECT count(*) FROM t"), "0");
    // It does write where a session may.
    let create = Act::create("INSERT INTO t SELECT harmless()");
    bench.do_once(&database, create, json!({})).await;
    assert_eq!(server.sql("SELECT count(*) FROM t"), "2");

    for server in [servers::mariadb(&[]), servers::mysql57(&[])] {
        let database = bench.database("mysql", &[("dev", &server.url())]).await;
        server.sql("CREATE TABLE t (n int)");
        server.sql("SET GLOBAL log_bin_trust_function_creators = 1");
        server.sql(
            "\ndelimiter //\nCREATE FUNCTION harmless() RETURNS int MODIFIES SQL DATA \
             BEGIN INSERT INTO t VALUES (1); RETURN 1; END //",
        );
        let action = bench
            .action(&database, Act::read("SELECT harmless()"))
            .await;
        let error = bench.run(&action, json!({})).await.unwrap_err();
        assert_eq!(error.code, "read_only", "{} {error:?}", server.name());
        assert_eq!(
            server.sql("SELECT count(*) FROM t"),
            "0",
            "{}",
            server.name()
        );
    }
}
