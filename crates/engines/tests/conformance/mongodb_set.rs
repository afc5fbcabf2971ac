//! MongoDB's own: SRV names and the selection of a member.

use engines::{DatabaseType, Stage, code};
use test_support::{MongoCompatible, MongoOptions, shared_mongo};

use crate::name_server::{Zone, start};
use crate::subject::{Run, connected, encoded, failed};

#[test]
fn srv_names() {
    let server = shared_mongo();
    let mut zone = Zone::default();
    let mut service = |name: &str, target: &str, text: Option<&str>| {
        zone.services.insert(
            format!("_mongodb._tcp.{name}"),
            vec![(target.to_owned(), server.port)],
        );
        if let Some(text) = text {
            let (first, second) = text.split_at(text.len() / 2);
            let parts = vec![first.to_owned(), second.to_owned()];
            zone.texts.entry(name.to_owned()).or_default().push(parts);
        }
    };
    service(
        "good.tapedeck.test",
        "node.tapedeck.test",
        Some("authSource=admin"),
    );
    service("foreign.tapedeck.test", "node.evil.test", None);
    service(
        "sets.tapedeck.test",
        "node.tapedeck.test",
        Some("authSource=admin&replicaSet=other"),
    );
    service(
        "options.tapedeck.test",
        "node.tapedeck.test",
        Some("tls=false"),
    );
    service("lost.tapedeck.test", "unknown.tapedeck.test", None);
    zone.hosts.push("node.tapedeck.test".to_owned());
    let name_server = start(zone);
    let run = |host: &str, options: &str| {
        let url = format!(
            "mongodb+srv://{}:{}@{host}/app?{options}",
            server.user,
            encoded(&server.password)
        );
        let mut run = Run::new(DatabaseType::Mongodb, &url);
        run.options.dns_server = Some(name_server);
        run.report()
    };
    connected(
        &run("good.tapedeck.test", "tls=false"),
        "authSource comes from the TXT record",
    );
    let report = run("good.tapedeck.test", "tls=false&authSource=elsewhere");
    failed(
        &report,
        code::AUTH_FAILED,
        Stage::Auth,
        "the URL's own option wins",
    );
    for (host, part) in [
        ("foreign.tapedeck.test", "another domain"),
        ("options.tapedeck.test", "may not"),
        ("absent.tapedeck.test", "_mongodb._tcp.absent"),
    ] {
        let report = run(host, "tls=false");
        failed(&report, code::RESOLVE_FAILED, Stage::Resolve, host);
        let message = report.error.unwrap().message;
        assert!(message.contains(part), "{message}");
    }
    failed(
        &run("lost.tapedeck.test", "tls=false"),
        code::RESOLVE_FAILED,
        Stage::Resolve,
        "its target",
    );
    let report = run("sets.tapedeck.test", "tls=false");
    failed(
        &report,
        code::REPLICA_SET_MISMATCH,
        Stage::Auth,
        "another set",
    );
    // An SRV name asks for TLS unless the URL says otherwise; this server has none.
    let report = run("good.tapedeck.test", "");
    assert_eq!(report.stage, Stage::Tls, "{:?}", report.error);
}

#[test]
fn members_and_sets() {
    let standalone = MongoCompatible::start_with(MongoOptions {
        standalone: true,
        ..MongoOptions::default()
    });
    let test = |url: &str| Run::new(DatabaseType::Mongodb, url).report();
    let port = standalone.port;
    connected(
        &test(&format!("mongodb://127.0.0.1:{port}/app")),
        "standalone",
    );
    connected(
        &test(&format!(
            "mongodb://127.0.0.1:{port}/app?directConnection=true"
        )),
        "directly",
    );
    let report = test(&format!("mongodb://127.0.0.1:{port}/app?replicaSet=rs9"));
    failed(&report, code::REPLICA_SET_MISMATCH, Stage::Auth, "no set");
    let report = test(&format!("mongodb://127.0.0.1:{port}/app?loadBalanced=true"));
    failed(
        &report,
        code::REPLICA_SET_MISMATCH,
        Stage::Auth,
        "no balancer",
    );

    let member = shared_mongo();
    let nobody = format!("mongodb://127.0.0.1:{}/app", member.port);
    let report = test(&nobody);
    failed(
        &report,
        code::AUTH_FAILED,
        Stage::Database,
        "ping needs no login, data does",
    );
    let with = |options: &str| {
        format!(
            "mongodb://{}:{}@127.0.0.1:{}/app?authSource=admin&{options}",
            member.user,
            encoded(&member.password),
            member.port
        )
    };
    for options in [
        "directConnection=true",
        "readPreference=nearest",
        "readPreference=primaryPreferred",
        "authMechanism=SCRAM-SHA-256",
        "appName=tapedeck&connectTimeoutMS=5000&serverSelectionTimeoutMS=5000",
    ] {
        connected(&test(&with(options)), options);
    }
    let report = test(&with("readPreference=secondary"));
    failed(
        &report,
        code::SERVER_ERROR,
        Stage::Auth,
        "no secondary there",
    );
    let amazon =
        with("authMechanism=MONGODB-AWS").replace("authSource=admin", "authSource=$external");
    let report = test(&amazon);
    failed(&report, code::AUTH_METHOD_UNSUPPORTED, Stage::Auth, "AWS");
    let report = test(&with("replicaSet=other"));
    failed(
        &report,
        code::REPLICA_SET_MISMATCH,
        Stage::Auth,
        "another set",
    );
}
