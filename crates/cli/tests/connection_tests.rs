//! `tapedeck test` against real servers.

mod harness;

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use harness::Cli;
use test_support::hostile::{RefusingPort, SilentServer};
use test_support::{PrivateKeyring, shared_mariadb, shared_mongo, shared_mysql57, shared_postgres};

#[test]
fn every_engine_answers_and_every_failure_names_its_stage() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let postgres = shared_postgres().url("app");
    let refusing = RefusingPort::start();
    let wrong = postgres.replacen(&shared_postgres().password, "c4n4ry-wrong", 1);
    let nowhere = shared_postgres().url("nowhere");
    cli.database(
        "postgresql",
        "pg",
        &[("dev", &postgres), ("stg", &wrong), ("prd", &nowhere)],
    )
    .expect(0);
    cli.database("mysql", "maria", &[("dev", &shared_mariadb().url("app"))])
        .expect(0);
    cli.database(
        "mysql",
        "my",
        &[
            ("dev", &shared_mysql57().url("app")),
            (
                "stg",
                &format!("mysql://root@127.0.0.1:{}/x", refusing.port),
            ),
        ],
    )
    .expect(0);
    cli.database("mongodb", "mongo", &[("dev", &shared_mongo().url("app"))])
        .expect(0);

    let all = cli.run(&["test", "shop"]).expect(1);
    let lines = all.lines();
    let of = |database: &str, env: &str| {
        lines
            .iter()
            .find(|line| line["database"] == database && line["env"] == env)
            .unwrap()
    };
    assert_eq!(lines.len(), 7);
    for (database, server) in [
        ("pg", "PostgreSQL"),
        ("maria", "MariaDB"),
        ("my", "MySQL"),
        ("mongo", "MongoDB"),
    ] {
        let line = of(database, "dev");
        assert_eq!(
            (&line["connected"], &line["stage"], &line["server"]),
            (&true.into(), &"ready".into(), &server.into()),
            "{line}"
        );
        assert!(
            line["latency_ms"].as_f64().unwrap() > 0.0 && line["version"].is_string(),
            "{line}"
        );
        let stages: Vec<&str> = line["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|stage| stage["stage"].as_str().unwrap())
            .collect();
        assert_eq!(stages.first(), Some(&"parse"), "{line}");
        assert_eq!(stages.last(), Some(&"ready"), "{line}");
    }
    for (database, env, stage, code) in [
        ("pg", "stg", "auth", "auth_failed"),
        ("pg", "prd", "database", "database_not_found"),
        ("my", "stg", "tcp", "connection_refused"),
    ] {
        let line = of(database, env);
        assert_eq!(
            (&line["connected"], &line["stage"], &line["error"]["code"]),
            (&false.into(), &stage.into(), &code.into()),
            "{line}"
        );
        assert!(
            !line["error"]["remedy"].as_str().unwrap().is_empty(),
            "{line}"
        );
    }
    assert!(!all.stdout.contains("c4n4ry"), "{all:?}");

    cli.run(&["test", "shop/pg@dev"]).expect(0);
    assert_eq!(
        cli.run(&["test", "shop", "--env", "dev"])
            .expect(0)
            .lines()
            .len(),
        4
    );
    cli.run(&["test", "shop/nope@dev"]).expect(4);
    cli.run(&["env", "update", "shop", "stg", "--inactive"])
        .expect(0);
    assert_eq!(
        cli.run(&["test", "shop"]).expect(1).lines().len(),
        5,
        "inactive environments are skipped"
    );
    cli.run(&["test", "shop/pg@stg"]).expect(3);
    assert!(!cli.data_holds("c4n4ry"));
}

#[test]
fn a_hung_host_delays_no_other_and_cancel_is_quick() {
    let keyring = PrivateKeyring::start();
    let cli = Cli::with_keyring(&keyring);
    cli.shop();
    let silent = SilentServer::start();
    let hung = format!(
        "postgresql://app:x@127.0.0.1:{}/app?sslmode=disable",
        silent.port
    );
    for index in 0..14 {
        cli.database("postgresql", &format!("hung{index}"), &[("dev", &hung)])
            .expect(0);
    }
    cli.database(
        "postgresql",
        "good",
        &[("dev", &shared_postgres().url("app"))],
    )
    .expect(0);

    let began = Instant::now();
    let mut child = cli
        .command(&["--timeout", "4", "test", "shop"])
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.contains("\"good\""), "{first}");
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "the good one is told before the hung ones end"
    );
    assert_eq!(harness::finish(child).status, 1);
    assert!(
        began.elapsed() < Duration::from_secs(7),
        "{:?}",
        began.elapsed()
    );

    let child = cli.command(&["test", "shop"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let began = Instant::now();
    std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let run = harness::finish(child);
    assert_eq!(
        (run.status, run.error()["code"].as_str()),
        (130, Some("cancelled")),
        "{run:?}"
    );
    assert!(
        began.elapsed() < Duration::from_millis(1500),
        "{:?}",
        began.elapsed()
    );
}
