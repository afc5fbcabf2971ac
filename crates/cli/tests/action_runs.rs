//! `tapedeck action plan` and `action run` against real servers: the shapes of the contract, values in rows, exit statuses, and
//! Ctrl-C.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod harness;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::{Cli, Run, faults, finish};
use serde_json::{Value, json};
use test_support::{
    MariaDb, MySql57, Postgres, shared_mariadb, shared_mongo, shared_mysql57, shared_postgres,
};

/// With the databases `pg`, `maria`, `my` and `mongo` in development, and `pg` in staging and production too.
fn cli() -> Cli {
    let mut cli = Cli::without_keyring();
    cli.shop();
    let mut named = |name: &str, url: String, password: &str| {
        cli.set(&format!("TAPEDECK_SECRET_{name}"), password);
        url.replacen(password, &format!("$Secret{{{name}}}"), 1)
    };
    let (postgres, maria, my, mongo) = (
        shared_postgres(),
        shared_mariadb(),
        shared_mysql57(),
        shared_mongo(),
    );
    let pg = named("PG", postgres.url("app"), &postgres.password);
    let maria = named("MARIA", maria.url("app"), &maria.password);
    let my = named("MY", my.url("app"), &my.password);
    let mongo = if mongo.password.is_empty() {
        mongo.url("app")
    } else {
        named("MONGO", mongo.url("app"), &mongo.password)
    };
    let everywhere = [("dev", pg.as_str()), ("stg", &pg), ("prd", &pg)];
    cli.database("postgresql", "pg", &everywhere).expect(0);
    for (kind, tag, url) in [
        ("mysql", "maria", &maria),
        ("mysql", "my", &my),
        ("mongodb", "mongo", &mongo),
    ] {
        cli.database(kind, tag, &[("dev", url)]).expect(0);
    }
    cli
}

fn create(cli: &Cli, database: &str, tag: &str, kind: &str, template: &Value) {
    create_with(cli, database, tag, kind, template, json!({}));
}

fn create_with(cli: &Cli, database: &str, tag: &str, kind: &str, template: &Value, more: Value) {
    let mut record = json!({
        "name": tag, "tag": tag, "tableName": "cli_t", "type": kind, "template": template,
    });
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    let address = format!("shop/{database}");
    let create = ["action", "create", &address, "-f", "-"];
    cli.run_with(&create, &record.to_string()).expect(0);
}

fn run(cli: &Cli, action: &str, input: &Value, more: &[&str]) -> Run {
    let address = format!("shop/{action}");
    let mut arguments = vec!["action", "run", &address, "--input", "-"];
    arguments.extend(more);
    cli.run_with(&arguments, &input.to_string())
}

/// An expression, and the JSON that its value becomes; `None` where it is the text that the server's own client prints.
type Expression = (&'static str, Option<Value>);

fn values(cli: &Cli, database: &str, cases: &[Expression], printed: impl Fn(&str) -> String) {
    for (index, (expression, json)) in cases.iter().enumerate() {
        let tag = format!("value-{index}");
        create(
            cli,
            database,
            &tag,
            "read",
            &json!(format!("SELECT {expression} AS v")),
        );
        let action = format!("{database}:{tag}@dev");
        let found = run(cli, &action, &json!({}), &[]).expect(0).json();
        let client = printed(&format!("SELECT {expression}"));
        let expected = json.clone().unwrap_or_else(|| json!(client));
        assert_eq!(
            found["rows"],
            json!([[expected]]),
            "{database} {expression}"
        );
    }
}

#[test]
fn values_are_what_the_servers_clients_print() {
    let cli = cli();
    let postgres: [Expression; 24] = [
        ("NULL::int", Some(Value::Null)),
        ("true", Some(json!(true))),
        ("9007199254740992", Some(json!(9_007_199_254_740_992_u64))),
        ("9007199254740993", None),
        ("(-9007199254740993)::bigint", None),
        ("7::smallint", Some(json!(7))),
        ("0.10::numeric", None),
        ("'NaN'::numeric", None),
        ("0.1::float8", Some(json!(0.1))),
        ("'Infinity'::float8", None),
        ("1.5::float4", Some(json!(1.5))),
        ("timestamptz '2026-11-23 10:00:00.5+02'", None),
        ("timestamp '0044-03-15 12:00:00 BC'", None),
        ("date '2026-11-23'", None),
        ("interval '1 year 2 days 03:04:05.6'", None),
        ("'{\"a\": [1, null, \"é\"]}'::jsonb", None),
        ("'{ \"a\":1 }'::json", None),
        ("'0190163d-8694-739b-aea5-966c26f8ad91'::uuid", None),
        ("'\\x00ff27'::bytea", None),
        ("ARRAY['a\"b', NULL, 'c,d']", None),
        ("int4range(1, 5)", None),
        ("'192.168.0.1/24'::inet", None),
        ("'12.34'::money", None),
        ("'it''s \\ \"quoted\"'", None),
    ];
    values(&cli, "pg", &postgres, |sql| {
        shared_postgres().sql("app", sql)
    });
    let mysql: [Expression; 16] = [
        ("NULL", Some(Value::Null)),
        ("CAST(42 AS SIGNED)", Some(json!(42))),
        ("CAST(9007199254740993 AS SIGNED)", None),
        ("CAST(18446744073709551615 AS UNSIGNED)", None),
        ("CAST(0.10 AS DECIMAL(10,2))", None),
        ("0.5e0", Some(json!(0.5))),
        ("CAST('2026-11-23' AS DATE)", None),
        ("CAST('2026-11-23 10:00:00.5' AS DATETIME(3))", None),
        ("CAST('-838:59:59' AS TIME)", None),
        ("CAST('00:00:01.25' AS TIME(2))", None),
        ("JSON_OBJECT('a', 1, 'b', 'é')", None),
        ("'it''s \"quoted\"'", None),
        ("'é😀'", None),
        ("TRUE", Some(json!(1))),
        ("CONCAT('a', 1)", None),
        ("''", None),
    ];
    values(&cli, "maria", &mysql, |sql| shared_mariadb().sql(sql));
    values(&cli, "my", &mysql, |sql| shared_mysql57().sql(sql));
}

#[test]
fn a_result_and_a_plan_have_the_shape_of_the_contract() {
    let cli = cli();
    shared_postgres().sql(
        "app",
        "CREATE TABLE cli_t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
    );
    let template =
        json!("INSERT INTO cli_t (name) VALUES ('{{name}}'), (upper({{name}})) RETURNING id, name");
    create(&cli, "pg", "add", "create", &template);
    let name = "o'; DROP TABLE cli_t; --";
    let input = json!({"data": {"name": name}});
    let plan = ["action", "plan", "shop/pg:add@dev", "--input", "-"];
    let plan = cli.run_with(&plan, &input.to_string()).expect(0).json();
    assert_eq!(plan["engine"], "PostgreSQL");
    assert_eq!(plan["writes"], true);
    assert_eq!(
        plan["statement"],
        "INSERT INTO cli_t (name) VALUES ($1), (upper($2)) RETURNING id, name"
    );
    assert_eq!(plan["parameters"].as_array().unwrap().len(), 2);
    for parameter in plan["parameters"].as_array().unwrap() {
        let keys: Vec<_> = parameter.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["name", "type", "value"]);
        assert_eq!(parameter["value"], name);
    }
    assert!(!plan.to_string().contains(&shared_postgres().password));
    assert_eq!(
        shared_postgres().sql("app", "SELECT count(*) FROM cli_t"),
        "0"
    );

    let ran = run(&cli, "pg:add@dev", &input, &[]).expect(0).json();
    let keys: Vec<_> = ran.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "columns",
            "rows",
            "affected",
            "generated_keys",
            "truncated",
            "timings_ms",
            "attempts"
        ]
    );
    assert_eq!(
        ran["columns"],
        json!([{"name": "id", "type": "int4"}, {"name": "name", "type": "text"}])
    );
    assert_eq!(ran["rows"], json!([[1, name], [2, name.to_uppercase()]]));
    assert_eq!(
        (&ran["affected"], &ran["truncated"], &ran["attempts"]),
        (&json!(2), &json!(false), &json!(1))
    );
    for part in ["connect", "server", "transfer"] {
        assert!(ran["timings_ms"][part].as_f64().unwrap() >= 0.0, "{ran}");
    }

    // Rows beyond the limit are told, and large ones are printed whole.
    let template =
        json!("SELECT i, repeat('x', {{size:INTEGER}}) FROM generate_series(1, {{n:INTEGER}}) i");
    create(&cli, "pg", "many", "read", &template);
    let many = |n: u32, size: u32, more: &[&str]| {
        let input = json!({"data": {"n": n, "size": size}});
        let ran = run(&cli, "pg:many@dev", &input, more).expect(0).json();
        let rows = ran["rows"].as_array().unwrap().clone();
        (rows, ran["truncated"].as_bool().unwrap())
    };
    for (n, more, rows, truncated) in [
        (500, &[][..], 500, false),
        (501, &[], 500, true),
        (501, &["--limit", "501"], 501, false),
        (3, &["--limit", "2"], 2, true),
        (3, &["--limit", "0"], 0, true),
    ] {
        let (found, more) = many(n, 1, more);
        assert_eq!((found.len(), more), (rows, truncated), "{n}");
    }
    let (found, more) = many(3, 10_000_000, &[]);
    assert_eq!((found.len(), more), (3, false));
    for row in found {
        assert_eq!(row[1].as_str().map(str::len), Some(10_000_000));
    }
}

#[test]
fn exit_statuses_say_what_happened() {
    let cli = cli();
    shared_postgres().sql("app", "CREATE TABLE cli_status (n int PRIMARY KEY)");
    let insert = json!("INSERT INTO cli_status VALUES ({{n:INTEGER:1:3}})");
    create(&cli, "pg", "insert", "create", &insert);
    let good = |n: u32| json!({"data": {"n": n}});
    run(&cli, "pg:insert@dev", &good(1), &[]).expect(0);
    let failed = run(&cli, "pg:insert@dev", &good(1), &[]).expect(1).error();
    assert_eq!(failed["code"], "constraint_violated", "{failed}");
    assert_eq!(failed["detail"]["fate"], "refused", "{failed}");
    let bad = json!({"data": {"n": "1; --", "other": 1}});
    let refused = run(&cli, "pg:insert@dev", &bad, &[]).expect(3);
    assert_eq!(faults(&refused), ["n wrong_type", "other unknown_input"]);
    assert_eq!(
        run(&cli, "pg:none@dev", &good(2), &[]).expect(4).error()["code"],
        "not_found"
    );
    run(&cli, "pg:insert@nowhere", &good(2), &[]).expect(4);
    run(&cli, "maria:insert@dev", &good(2), &[]).expect(4);
    run(&cli, "pg:insert", &good(2), &[]).expect(2);

    // Staging and production ask for the database's tag; what reads is not asked for it.
    for env in ["stg", "prd"] {
        let action = format!("pg:insert@{env}");
        let guarded = run(&cli, &action, &good(3), &[]).expect(3).error();
        assert_eq!(guarded["code"], "refused", "{guarded}");
        run(&cli, &action, &good(3), &["--yes", "insert"]).expect(3);
    }
    run(&cli, "pg:insert@stg", &good(4), &["--yes", "pg"]).expect(0);
    run(&cli, "pg:insert@prd", &good(5), &["--yes", "pg"]).expect(0);
    create(
        &cli,
        "pg",
        "list",
        "read",
        &json!("SELECT n FROM cli_status ORDER BY n"),
    );
    let listed = run(&cli, "pg:list@prd", &json!({}), &[]).expect(0).json();
    assert_eq!(listed["rows"], json!([[1], [4], [5]]));
    cli.run(&["env", "update", "shop", "stg", "--inactive"])
        .expect(0);
    run(&cli, "pg:list@stg", &json!({}), &[]).expect(3);
    run(&cli, "pg:insert@stg", &good(6), &["--yes", "pg"]).expect(3);

    // A secret that is nowhere, and a server that is not there.
    let url = "postgresql://app:$Secret{NOWHERE}@127.0.0.1:1/app";
    cli.database("postgresql", "lost", &[("dev", url)])
        .expect(0);
    create(&cli, "lost", "one", "read", &json!("SELECT 1"));
    let missing = run(&cli, "lost:one@dev", &json!({}), &[]).expect(5).error();
    // This machine has no keyring.
    assert_eq!(missing["code"], "keyring_unavailable");
    let url = "postgresql://app@127.0.0.1:1/app";
    cli.database("postgresql", "closed", &[("dev", url)])
        .expect(0);
    create(&cli, "closed", "one", "read", &json!("SELECT 1"));
    let closed = run(&cli, "closed:one@dev", &json!({}), &[])
        .expect(1)
        .error();
    assert_eq!(closed["detail"]["fate"], "not_sent", "{closed}");

    // A value whose name says that it is a secret is in no error.
    create(
        &cli,
        "pg",
        "secret",
        "read",
        &json!("SELECT 1 WHERE 'x' = '{{password:STRING:1:3}}' AND {{token:INTEGER}} = 1"),
    );
    let input = json!({"data": {"password": "c4n4ry-password", "token": "c4n4ry-token"}});
    let refused = run(&cli, "pg:secret@dev", &input, &[]).expect(3);
    assert_eq!(faults(&refused), ["password too_long", "token wrong_type"]);
    assert!(!refused.stderr.contains("c4n4ry"), "{refused:?}");
    assert!(!cli.data_holds("c4n4ry"));
}

/// How many sessions run a statement with this word in it, by the server's own list.
trait Running {
    fn running(&self, word: &str) -> usize;
}

impl Running for Postgres {
    fn running(&self, word: &str) -> usize {
        let listed = self.sql(
            "app",
            "SELECT replace(query, chr(10), ' ') FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()",
        );
        listed.lines().filter(|line| line.contains(word)).count()
    }
}

impl Running for MariaDb {
    fn running(&self, word: &str) -> usize {
        let listed = self.sql("SHOW FULL PROCESSLIST");
        listed.lines().filter(|line| line.contains(word)).count()
    }
}

impl Running for MySql57 {
    fn running(&self, word: &str) -> usize {
        let listed = self.sql("SHOW FULL PROCESSLIST");
        listed.lines().filter(|line| line.contains(word)).count()
    }
}

fn until(server: &dyn Running, word: &str, count: usize) {
    let started = Instant::now();
    while server.running(word) != count {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{word}: not {count} times"
        );
        std::thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn ctrl_c_ends_the_statement_at_the_server() {
    let cli = cli();
    let crossed = "SELECT COUNT(*) FROM information_schema.collations a, information_schema.collations b, \
                   information_schema.collations c, information_schema.collations d";
    let servers: [(&str, &str, &dyn Running); 3] = [
        ("pg", "SELECT pg_sleep(120)", shared_postgres()),
        ("maria", crossed, shared_mariadb()),
        ("my", crossed, shared_mysql57()),
    ];
    for (database, statement, server) in servers {
        let word = format!("cli-interrupted-{database}");
        create(
            &cli,
            database,
            "slow",
            "read",
            &json!(format!("{statement} /* {word} */")),
        );
        let address = format!("shop/{database}:slow@dev");
        let child = cli
            .command(&["action", "run", &address])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        until(server, &word, 1);
        let interrupted = Instant::now();
        let process = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &process])
                .status()
                .unwrap()
                .success()
        );
        let run = finish(child).expect(130);
        assert_eq!(run.error()["code"], "cancelled", "{run:?}");
        assert!(run.stdout.is_empty(), "{run:?}");
        assert_eq!(server.running(&word), 0, "{database}");
        assert!(
            interrupted.elapsed() < Duration::from_secs(10),
            "{database}"
        );
    }
}
