//! What only libpq has: `allow`, `prefer` and their second attempts, the files in a person's folder, client
//! certificates, direct negotiation, channel binding.

use std::os::unix::fs::PermissionsExt;

use engines::{DatabaseType, Stage, TestReport, code};
use test_support::{Certificates, Postgres, PostgresOptions, TestFolder, shared_certificates};

use crate::subject::{Run, connected, failed};
use crate::tls::encrypted;

fn test(server: &Postgres, options: &str) -> TestReport {
    Run::new(
        DatabaseType::Postgresql,
        &format!("{}?{options}", server.url("app")),
    )
    .report()
}

fn test_at_home(server: &Postgres, home: &TestFolder, options: &str) -> TestReport {
    let url = format!("{}?{options}", server.url("app"));
    let mut run = Run::new(DatabaseType::Postgresql, &url);
    run.options.home = Some(home.path().to_owned());
    run.report()
}

fn home(files: &[(&std::path::Path, &str)]) -> TestFolder {
    let home = TestFolder::new();
    let folder = home.path().join(".postgresql");
    std::fs::create_dir(&folder).unwrap();
    for (from, to) in files {
        let to = folder.join(to);
        std::fs::copy(from, &to).unwrap();
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    home
}

#[test]
fn what_libpq_does() {
    let certificates = shared_certificates();
    let server = Postgres::start_with(PostgresOptions {
        tls: Some(certificates),
        host_rules: vec![
            "hostnossl all plain 127.0.0.1/32 scram-sha-256".to_owned(),
            "hostssl all plain 127.0.0.1/32 reject".to_owned(),
            "hostssl all certified 127.0.0.1/32 cert map=any".to_owned(),
            "hostssl all secured 127.0.0.1/32 scram-sha-256".to_owned(),
            "hostnossl all secured 127.0.0.1/32 reject".to_owned(),
        ],
        ..PostgresOptions::default()
    });
    modes(&server);
    folders(&server, certificates);
    let authority = certificates.ca_pem.display();
    let full = format!("sslmode=verify-full&sslrootcert={authority}");
    encrypted(
        &test(&server, &format!("{full}&channel_binding=require")),
        true,
        "bound",
    );
    encrypted(
        &test(&server, &format!("{full}&ssl_min_protocol_version=TLSv1.3")),
        true,
        "1.3",
    );
    let report = test(&server, &format!("{full}&ssl_max_protocol_version=TLSv1.2"));
    encrypted(&report, true, "1.2");
    assert_eq!(report.tls.unwrap().version, "TLSv1.2");
    // Servers before 17 wait for a request; they take a handshake for nonsense.
    let report = test(&server, "sslmode=require&sslnegotiation=direct");
    failed(&report, code::TLS_FAILED, Stage::Tls, "direct");
    // No public authority signed this certificate.
    let report = test(&server, "sslrootcert=system");
    failed(&report, code::CERTIFICATE_UNKNOWN, Stage::Tls, "system");
    let url = format!("{}?{full}", server.url("app")).replace("127.0.0.1", "name.invalid");
    let by_address = format!("{url}&hostaddr=127.0.0.1");
    let report = Run::new(DatabaseType::Postgresql, &by_address).report();
    failed(
        &report,
        code::CERTIFICATE_NAME_MISMATCH,
        Stage::Tls,
        "the name counts, not the address",
    );
}

fn modes(server: &Postgres) {
    for (user, password) in [("plain", "plain-s3cret"), ("secured", "secured-s3cret")] {
        server.sql(
            "postgres",
            &format!("create role {user} login password '{password}'"),
        );
    }
    let as_user = |user: &str, options: &str| {
        let url = format!(
            "postgresql://{user}:{user}-s3cret@127.0.0.1:{}/app?{options}",
            server.port
        );
        Run::new(DatabaseType::Postgresql, &url).report()
    };
    // `allow` is plain where that will do, and encrypted where it will not.
    let report = as_user("plain", "sslmode=allow");
    connected(&report, "allow");
    assert_eq!(report.tls, None);
    encrypted(
        &as_user("secured", "sslmode=allow"),
        false,
        "allow, the second attempt",
    );
    // `prefer` the other way round.
    encrypted(&as_user("secured", "sslmode=prefer"), false, "prefer");
    let report = as_user("plain", "sslmode=prefer");
    connected(&report, "prefer, the second attempt");
    assert_eq!(report.tls, None);
    assert!(!as_user("plain", "sslmode=require").connected);
    let report = as_user("secured", "sslmode=disable");
    failed(
        &report,
        code::TLS_REQUIRED,
        Stage::Auth,
        "rejected for being plain",
    );
}

fn folders(server: &Postgres, certificates: &Certificates) {
    let trusted = home(&[(&certificates.ca_pem, "root.crt")]);
    let other = home(&[(&certificates.unknown_ca_pem, "root.crt")]);
    // 34.19.1: with a root certificate at hand, `require` verifies like `verify-ca`.
    encrypted(
        &test_at_home(server, &trusted, "sslmode=require"),
        true,
        "require",
    );
    let report = test_at_home(server, &other, "sslmode=require");
    failed(
        &report,
        code::CERTIFICATE_UNKNOWN,
        Stage::Tls,
        "require, another authority",
    );
    encrypted(
        &test_at_home(server, &trusted, "sslmode=verify-full"),
        true,
        "verify-full",
    );
    // `prefer` verifies too, and goes on without encryption.
    let report = test_at_home(server, &other, "sslmode=prefer");
    connected(&report, "prefer, another authority");
    assert_eq!(report.tls, None);

    server.sql("postgres", "create role certified login");
    let certified = |home: &TestFolder, options: &str| {
        let url = format!(
            "postgresql://certified@127.0.0.1:{}/app?{options}",
            server.port
        );
        let mut run = Run::new(DatabaseType::Postgresql, &url);
        run.options.home = Some(home.path().to_owned());
        run.report()
    };
    let client = &certificates.client;
    let with_client = home(&[
        (&client.certificate, "postgresql.crt"),
        (&client.key, "postgresql.key"),
    ]);
    // The certificate is for `app`, and no map says that `app` may be `certified`: it was read and judged.
    let report = certified(&with_client, "sslmode=require");
    failed(
        &report,
        code::AUTH_FAILED,
        Stage::Auth,
        "another's certificate",
    );
    let report = certified(&trusted, "sslmode=require");
    failed(&report, code::AUTH_FAILED, Stage::Auth, "no certificate");
    let open = with_client.path().join(".postgresql/postgresql.key");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let report = certified(&with_client, "sslmode=require");
    failed(
        &report,
        code::INVALID_OPTION,
        Stage::Resolve,
        "a key that anybody can read",
    );
    let named = format!(
        "sslmode=require&sslcert={}&sslkey=/nonexistent.key",
        client.certificate.display()
    );
    failed(
        &test(server, &named),
        code::INVALID_OPTION,
        Stage::Resolve,
        "no key",
    );
}
