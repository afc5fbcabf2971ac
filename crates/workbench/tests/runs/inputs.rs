//! One suite over every engine: each operation with each placeholder type, at the least and the most that it takes, and each bad
//! input, which is refused by its key before anything is sent.

use std::time::Duration;

use serde_json::{Value, json};
use test_support::hostile::SilentServer;
use workbench::ActionTypeView;

use crate::bench::{Act, Bench, bench, faults, input};
use crate::cases::{Case, cases, is_uuid};
use crate::servers::{self, Server};

/// The six operations of a type: templates and filters.
struct Operations {
    create: String,
    read: String,
    count: String,
    aggregate: String,
    update: (String, String),
    delete: (String, String),
}

/// The templates of the type's operations with its placeholder.
fn operations(server: &Server, case: &Case, v: &str) -> Operations {
    let table = case.table();
    if server.is_mongo() {
        let text = |value: Value| value.to_string();
        return Operations {
            create: text(json!({"insertOne": {"_id": "{{n:INTEGER}}", "v": v}})),
            read: text(json!({"find": {"filter": {"v": v}, "projection": {"_id": 1}}})),
            count: text(json!({"countDocuments": {"v": v}})),
            aggregate: text(
                json!({"aggregate": [{"$match": {"v": v}}, {"$group": {"_id": "$_id", "n": {"$sum": 1}}}]}),
            ),
            update: (
                text(json!({"updateMany": {"set": {"v": v}}})),
                text(json!({"where": {"_id": "{{n:INTEGER}}"}})),
            ),
            delete: (
                text(json!({"deleteMany": {}})),
                text(json!({"where": {"v": v}})),
            ),
        };
    }
    // To MySQL a JSON column and a text are never the same.
    let same = if case.is_document() && !server.is_postgres() {
        format!("JSON_CONTAINS(v, {v})")
    } else {
        format!("v = {v}")
    };
    Operations {
        create: format!("INSERT INTO {table} (n, v) VALUES ({{{{n:INTEGER}}}}, {v})"),
        read: format!("SELECT n FROM {table} WHERE {same}"),
        count: format!("SELECT count(*) FROM {table} WHERE {same}"),
        aggregate: format!("SELECT n, count(*) AS c FROM {table} WHERE {same} GROUP BY n"),
        update: (
            format!("UPDATE {table} SET v = {v}"),
            "n = {{n:INTEGER}}".to_owned(),
        ),
        delete: (format!("DELETE FROM {table}"), same),
    }
}

/// MongoDB's operations on one document, and the one on several that come at once.
fn operations_on_one(v: &str) -> Operations {
    Operations {
        create: json!({"insertMany": [{"_id": "{{n:INTEGER}}", "v": v}]}).to_string(),
        read: json!({"findOne": {"filter": {"v": v}, "projection": {"_id": 1}}}).to_string(),
        count: json!({"countDocuments": {"filter": {"v": v}, "limit": 5}}).to_string(),
        aggregate:
            json!({"aggregate": [{"$match": {"v": {"$in": [v]}}}, {"$project": {"_id": 1}}]})
                .to_string(),
        update: (
            json!({"updateOne": {"$set": {"v": v}}}).to_string(),
            json!({"filter": {"_id": "{{n:INTEGER}}"}}).to_string(),
        ),
        delete: (
            json!({"deleteOne": {}}).to_string(),
            json!({"where": {"v": v}}).to_string(),
        ),
    }
}

/// The actions of the operations, in their order.
async fn actions(bench: &Bench, database: &str, case: &Case, made: &Operations) -> [String; 6] {
    let table = case.table();
    let act = |kind, template| Act {
        table: &table,
        ..Act::new(kind, template)
    };
    let [create, read, count, aggregate] = [
        act(ActionTypeView::Create, &made.create),
        act(ActionTypeView::Read, &made.read),
        act(ActionTypeView::Count, &made.count),
        act(ActionTypeView::Aggregate, &made.aggregate),
    ];
    let update = act(ActionTypeView::Update, &made.update.0).filtered(&made.update.1);
    let delete = act(ActionTypeView::Delete, &made.delete.0).filtered(&made.delete.1);
    [
        bench.action(database, create).await,
        bench.action(database, read).await,
        bench.action(database, count).await,
        bench.action(database, aggregate).await,
        bench.action(database, update).await,
        bench.action(database, delete).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_every_type_on_postgresql() {
    conform(&servers::postgres(&[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_every_type_on_mariadb() {
    conform(&servers::mariadb(&[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_every_type_on_mysql() {
    conform(&servers::mysql57(&[])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_every_type_on_mongodb() {
    conform(&servers::mongo()).await;
}

async fn conform(server: &Server) {
    let bench = bench().await;
    let silent = SilentServer::start();
    let nowhere = server.url_at(silent.port);
    let envs = [("dev", server.url()), ("stg", nowhere)];
    let envs = envs.each_ref().map(|(slug, url)| (*slug, url.as_str()));
    let database = bench.database(server.database_type(), &envs).await;
    let cases = cases();
    assert_eq!(cases.len(), templates::PlaceholderType::NAMED.len());
    let mut refused = 0;
    for case in &cases {
        let column = if server.is_postgres() {
            case.postgres.0
        } else {
            case.mysql
        };
        if !server.is_mongo() {
            server.sql(&format!(
                "CREATE TABLE {} (n int PRIMARY KEY, v {column})",
                case.table()
            ));
        }
        let made = operations(server, case, &case.placeholder());
        let ids = actions(&bench, &database, case, &made).await;
        lifecycle(&bench, server, case, &ids, false).await;
        if server.is_mongo() {
            let made = operations_on_one(&case.placeholder());
            let ids = actions(&bench, &database, case, &made).await;
            lifecycle(&bench, server, case, &ids, true).await;
            refused += refuses(&bench, server, case, &ids).await;
        }
        arrives_as_its_type(&bench, &database, server, case).await;
        refused += refuses(&bench, server, case, &ids).await;
    }
    assert!(refused > 600, "{refused}");
    assert_eq!(silent.accepted(), 0, "something was sent");
    // It would have been counted.
    bench.workbench.limit_tests_to(Duration::from_millis(300));
    let template = if server.is_mongo() {
        r#"{"find": {}}"#
    } else {
        "SELECT 1"
    };
    let good = bench.action(&database, Act::read(template)).await;
    let mut request = bench.request(&good, &json!({}));
    request.env = "stg".to_owned();
    assert!(bench.run_request(request).await.is_err());
    assert!(silent.accepted() > 0);
}

/// What a read says of the rows it found: their numbers.
async fn found(bench: &Bench, action: &str, v: &Value) -> Vec<Value> {
    let ran = bench.run(action, json!({"v": v})).await;
    let mut rows: Vec<Value> = match ran {
        Ok(ran) => ran.rows.into_iter().map(|row| row[0].clone()).collect(),
        Err(error) => panic!("{v}: {error:?}"),
    };
    rows.sort_by_key(Value::as_i64);
    rows
}

/// What was made is found, counted, changed and deleted by its value; `one` says that a read and a delete reach a single row.
async fn lifecycle(bench: &Bench, server: &Server, case: &Case, ids: &[String; 6], one: bool) {
    let name = format!("{} {}", server.name(), case.kind);
    let [create, read, count, aggregate, update, delete] = ids;
    for (n, v) in [(1, &case.least), (2, &case.most)] {
        let ran = bench.run(create, json!({"n": n, "v": v})).await;
        let ran = ran.unwrap_or_else(|error| panic!("{name} {v}: {error:?}"));
        assert_eq!(ran.affected(), Some(1), "{name}");
    }
    for (n, v) in [(1, &case.least), (2, &case.most)] {
        assert_eq!(found(bench, read, v).await, [json!(n)], "{name} {v}");
        assert_eq!(found(bench, count, v).await, [json!(1)], "{name} {v}");
        assert_eq!(found(bench, aggregate, v).await, [json!(n)], "{name} {v}");
    }
    // A value of the filter wins over one of the data; `v` is of the template.
    let values = json!({"data": {"v": case.most, "n": 2}, "filter": {"n": 1}});
    assert_eq!(
        bench.run(update, values).await.unwrap().affected(),
        Some(1),
        "{name}"
    );
    assert_eq!(
        found(bench, read, &case.least).await,
        Vec::<Value>::new(),
        "{name}"
    );
    let left = found(bench, read, &case.most).await;
    if one {
        assert_eq!(left.len(), 1, "{name}");
    } else {
        assert_eq!(left, [json!(1), json!(2)], "{name}");
    }
    let values = json!({"filter": {"v": case.least}});
    let ran = bench.run(delete, values).await.unwrap();
    assert_eq!(ran.affected(), Some(0), "{name}");
    let values = json!({"data": {"v": case.most}});
    for affected in if one { [1, 1] } else { [2, 0] } {
        let ran = bench.run(delete, values.clone()).await.unwrap();
        assert_eq!(ran.affected(), Some(affected), "{name}");
    }
}

/// The server is asked what the parameter is, without a column that would turn it into something else.
async fn arrives_as_its_type(bench: &Bench, database: &str, server: &Server, case: &Case) {
    let name = format!("{} {}", server.name(), case.kind);
    let table = case.table();
    if server.is_mongo() {
        let template = json!({"insertMany": [
            {"_id": 1, "v": case.placeholder()}, {"_id": 2, "v": case.optional()},
        ]})
        .to_string();
        // The two uses are one input; without lengths, and not optional.
        let act = Act {
            table: &table,
            ..Act::create(&template)
        };
        bench.do_once(database, act, json!({"v": case.most})).await;
        for document in server.documents(&table).await {
            let v = document.get("v").unwrap();
            assert_eq!(v.element_type(), case.mongo, "{name}");
            assert_eq!(is_uuid(v), case.kind == "UUID", "{name}");
        }
        return;
    }
    if server.is_postgres() {
        let template = format!("SELECT pg_typeof({})", case.placeholder());
        // Texts of a list have the type that the server infers; numbers have one of their own.
        let (v, expected) = match case.kind {
            "ARRAY" => (json!([1, 2]), "bigint[]"),
            _ => (case.most.clone(), case.postgres.1),
        };
        let ran = bench
            .do_once(database, Act::read(&template), json!({"v": v}))
            .await;
        assert_eq!(*ran.one(), json!(expected), "{name}");
    }
    let own = match case.kind {
        _ if server.is_postgres() => None,
        "INTEGER" => Some("INTEGER"),
        "FLOAT" | "DOUBLE" => Some("DOUBLE"),
        // What JSON has no type for: the column says that it arrived.
        "DECIMAL" | "DATE" | "DATETIME" | "BOOLEAN" | "BYTES" => None,
        _ => Some("STRING"),
    };
    if let Some(own) = own {
        let v = case.placeholder();
        let template = format!("SELECT JSON_TYPE(JSON_EXTRACT(JSON_ARRAY({v}), '$[0]'))");
        let ran = bench
            .do_once(database, Act::read(&template), json!({"v": case.most}))
            .await;
        assert_eq!(*ran.one(), json!(own), "{name}");
    }
    let insert = format!("INSERT INTO {table} (n, v) VALUES (9, {})", case.optional());
    bench
        .do_once(database, Act::create(&insert), json!({"v": null}))
        .await;
    let nulls = server.sql(&format!("SELECT n FROM {table} WHERE v IS NULL"));
    assert_eq!(nulls, "9", "{name}");
}

/// Runs where nobody answers, so that whatever was sent would be seen.
async fn refuses(bench: &Bench, server: &Server, case: &Case, ids: &[String; 6]) -> usize {
    let name = format!("{} {}", server.name(), case.kind);
    let mut refused = 0;
    let mut bad = case.bad.clone();
    bad.push((Value::Null, "required"));
    if case.is_document() {
        match server {
            Server::Mongo(_) => bad.extend(
                [json!({"$ne": null}), json!({"a": {"$where": "1"}})]
                    .map(|operator| match case.kind {
                        "ARRAY" => json!([operator]),
                        _ => operator,
                    })
                    .map(|operator| (operator, "operator_key")),
            ),
            _ if case.kind == "ARRAY" => {
                bad.push((json!([["a"]]), "wrong_type"));
                bad.push((json!([{"a": 1}]), "wrong_type"));
            }
            _ => {}
        }
    }
    if server.is_postgres() && matches!(case.kind, "STRING" | "NOSPACES_STRING" | "JSON") {
        bad.push((json!("a\0b"), "forbidden_nul"));
    }
    for (index, action) in ids.iter().enumerate() {
        let numbered = index == 0 || index == 4;
        for (v, code) in &bad {
            let mut values = json!({"v": v});
            if numbered {
                values["n"] = json!(1);
            }
            let error = refusal(bench, action, &values).await;
            assert_eq!(
                faults(&error),
                [("v".to_owned(), (*code).to_owned())],
                "{name} {index} {v}"
            );
            refused += 1;
        }
        // All at once: one that is missing, one that is bad, one that nobody asked for.
        let mut values = json!({"other": 1});
        let mut expected = vec![("v", "required"), ("other", "unknown_input")];
        if numbered {
            values["n"] = json!("1; DROP TABLE t");
            let at = usize::from(index == 4);
            expected.insert(at, ("n", "wrong_type"));
        }
        let error = refusal(bench, action, &values).await;
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(key, code)| (key.to_owned(), code.to_owned()))
            .collect();
        assert_eq!(faults(&error), expected, "{name} {index}");
        refused += 1;
    }
    refused
}

async fn refusal(bench: &Bench, action: &str, values: &Value) -> workbench::AppError {
    let mut request = bench.request(action, values);
    request.env = "stg".to_owned();
    match bench.run_request(request).await {
        Err(error) => error,
        Ok(ran) => panic!("{values}: {ran:?}"),
    }
}

/// What is no input at all.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_input_is_refused_before_anything_is_sent() {
    let bench = bench().await;
    let silent = SilentServer::start();
    for (database_type, scheme, template) in [
        ("postgresql", "postgresql", "SELECT {{v}}"),
        ("mysql", "mysql", "SELECT {{v}}"),
        ("mongodb", "mongodb", r#"{"find": {"v": "{{v}}"}}"#),
    ] {
        let url = format!("{scheme}://a:b@127.0.0.1:{}/d", silent.port);
        let database = bench.database(database_type, &[("dev", &url)]).await;
        let action = bench.action(&database, Act::read(template)).await;
        for (json, field, code) in [
            (r#"{"data": {"v": "\ud800"}}"#, "input", "invalid_json"),
            (
                r#"{"data": {"v": "\udc00\ud800"}}"#,
                "input",
                "invalid_json",
            ),
            (r#"{"data": {"\ud800": "v"}}"#, "input", "invalid_json"),
            (r#"{"data": {"v": "a"}"#, "input", "invalid_json"),
            (r#"{"data": {"v": 'a'}}"#, "input", "invalid_json"),
            (r#"{"data": {"v": "a", "v": "b"}}"#, "input", "invalid_json"),
            (
                r#"{"data": {}, "data": {"v": "b"}}"#,
                "input",
                "invalid_json",
            ),
            (r#"{"data": {"v": NaN}}"#, "input", "invalid_json"),
            ("[]", "input", "no_object"),
            ("null", "input", "no_object"),
            (r#"{"data": ["v"]}"#, "data", "no_object"),
            (
                r#"{"data": {"v": "a"}, "filter": 5}"#,
                "filter",
                "no_object",
            ),
            (r#"{"v": "a"}"#, "v", "unknown_field"),
            (
                r#"{"data": {"v": "a"}, "filter": {"v": "a"}}"#,
                "v",
                "unknown_input",
            ),
            (
                r#"{"data": {"v": "a", "__proto__": {}}}"#,
                "__proto__",
                "unknown_input",
            ),
            (r#"{"data": {"V": "a"}}"#, "v", "required"),
            ("", "v", "required"),
        ] {
            let mut request = bench.request(&action, &json!({}));
            request.input.json = json.to_owned();
            let error = bench.run_request(request).await.unwrap_err();
            let (found, found_code) = faults(&error).remove(0);
            assert_eq!(
                (found.as_str(), found_code.as_str()),
                (field, code),
                "{json}"
            );
        }
        let deep = format!(
            "{{\"data\": {{\"v\": {}1{}}}}}",
            "[".repeat(5000),
            "]".repeat(5000)
        );
        let mut request = bench.request(&action, &json!({}));
        request.input.json = deep;
        let error = bench.run_request(request).await.unwrap_err();
        assert_eq!(faults(&error)[0].1, "invalid_json");
        // The plan refuses the same, and sends nothing for what it takes.
        let plan =
            bench
                .workbench
                .action_plan(action.clone(), "dev".to_owned(), input(&json!({"v": 5})));
        assert_eq!(faults(&plan.await.unwrap_err())[0].0, "v");
        let plan = bench
            .workbench
            .action_plan(action, "dev".to_owned(), input(&json!({"v": "a"})));
        plan.await.unwrap();
    }
    assert_eq!(silent.accepted(), 0);
}
