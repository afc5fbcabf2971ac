//! Each mode against each certificate, on every engine.

use std::time::Duration;

use engines::{Stage, TestReport, code};
use test_support::{
    Leaf, MariaDb, MongoCompatible, MongoOptions, MySql57, MySqlOptions, Postgres, PostgresOptions,
    shared_certificates, shared_mariadb, shared_mongo, shared_mysql57, shared_postgres,
};

use crate::subject::{Run, Subject, connected, failed, mariadb, mongodb, mysql57, postgres};

/// What a mode asks for, under whichever name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Off,
    IfOffered,
    Required,
    Chain,
    ChainAndName,
}

/// The options that ask for a mode; `None` where an engine has no such mode.
fn options(subject: &Subject, mode: Mode) -> Option<String> {
    let authority = shared_certificates().ca_pem.display();
    Some(match (subject.scheme, mode) {
        ("postgresql", Mode::Off) => "sslmode=disable".to_owned(),
        ("postgresql", Mode::IfOffered) => String::new(),
        ("postgresql", Mode::Required) => "sslmode=require".to_owned(),
        ("postgresql", Mode::Chain) => format!("sslmode=verify-ca&sslrootcert={authority}"),
        ("postgresql", Mode::ChainAndName) => {
            format!("sslmode=verify-full&sslrootcert={authority}")
        }
        ("mysql", Mode::Off) => "ssl-mode=DISABLED".to_owned(),
        ("mysql", Mode::IfOffered) => String::new(),
        ("mysql", Mode::Required) => "sslMode=required".to_owned(),
        // The manual: ssl-ca without ssl-mode is VERIFY_CA.
        ("mysql", Mode::Chain) => format!("ssl-ca={authority}"),
        ("mysql", Mode::ChainAndName) => format!("ssl-mode=VERIFY_IDENTITY&ssl-ca={authority}"),
        (_, Mode::Off) => String::new(),
        (_, Mode::IfOffered) => return None,
        (_, Mode::Required) => "tls=true&tlsInsecure=true".to_owned(),
        (_, Mode::Chain) => format!("tls=true&tlsAllowInvalidHostnames=true&tlsCAFile={authority}"),
        (_, Mode::ChainAndName) => format!("tls=true&tlsCAFile={authority}"),
    })
}

const MODES: [Mode; 5] = [
    Mode::Off,
    Mode::IfOffered,
    Mode::Required,
    Mode::Chain,
    Mode::ChainAndName,
];

fn on_a_server_with(subject: &Subject, leaf: Leaf) {
    for mode in MODES {
        let Some(options) = options(subject, mode) else {
            continue;
        };
        let report = subject.test(&subject.url(&options));
        let what = format!("{} with {leaf:?}, {mode:?}", subject.name);
        if mode == Mode::Off {
            if subject.scheme == "mongodb" {
                // It speaks TLS and nothing else.
                assert!(!report.connected, "{what}");
                assert_eq!(report.stage, Stage::Auth);
            } else {
                connected(&report, &what);
                assert_eq!(report.tls, None, "{what}");
            }
            continue;
        }
        let refused = match (mode, leaf) {
            (Mode::Chain | Mode::ChainAndName, Leaf::Expired) => Some(code::CERTIFICATE_EXPIRED),
            (Mode::Chain | Mode::ChainAndName, Leaf::UnknownCa) => Some(code::CERTIFICATE_UNKNOWN),
            (Mode::ChainAndName, Leaf::WrongName) => Some(code::CERTIFICATE_NAME_MISMATCH),
            _ => None,
        };
        match refused {
            Some(refused) => failed(&report, refused, Stage::Tls, &what),
            None => encrypted(
                &report,
                matches!(mode, Mode::Chain | Mode::ChainAndName),
                &what,
            ),
        }
    }
}

#[track_caller]
pub fn encrypted(report: &TestReport, verified: bool, what: &str) {
    connected(report, what);
    let tls = report
        .tls
        .as_ref()
        .unwrap_or_else(|| panic!("{what}: not encrypted"));
    assert!(
        ["TLSv1.2", "TLSv1.3"].contains(&tls.version.as_str()),
        "{what}"
    );
    assert_eq!(tls.verified, verified, "{what}");
    assert!(
        report
            .stages
            .iter()
            .any(|timing| timing.stage == Stage::Tls)
    );
}

/// The four certificates, those of one engine after the other.
const LEAVES: [Leaf; 4] = [Leaf::Good, Leaf::Expired, Leaf::WrongName, Leaf::UnknownCa];

#[test]
fn postgresql() {
    for leaf in LEAVES {
        let server = Postgres::start_with(PostgresOptions {
            tls: Some(shared_certificates()),
            leaf,
            ..PostgresOptions::default()
        });
        on_a_server_with(&postgres(&server), leaf);
    }
}

#[test]
fn mariadb_and_mysql() {
    for leaf in LEAVES {
        let options = || MySqlOptions {
            tls: Some(shared_certificates()),
            leaf,
            ..MySqlOptions::default()
        };
        on_a_server_with(&mariadb(&MariaDb::start_with(options())), leaf);
        // OpenSSL in MySQL 5.7 reads the same files; one bad certificate is enough to see that.
        if matches!(leaf, Leaf::Good | Leaf::UnknownCa) {
            on_a_server_with(&mysql57(&MySql57::start_with(options())), leaf);
        }
    }
}

#[test]
fn mongodb_protocol() {
    for leaf in LEAVES {
        let server = MongoCompatible::start_with(MongoOptions {
            tls: Some(shared_certificates()),
            leaf,
            auth: leaf == Leaf::Good,
            private: true,
            ..MongoOptions::default()
        });
        let subject = mongodb(&server);
        // A server without accounts starts sooner, and takes nobody's password.
        if leaf == Leaf::Good {
            on_a_server_with(&subject, leaf);
        } else {
            without_account(&subject, leaf);
        }
    }
}

fn without_account(subject: &Subject, leaf: Leaf) {
    let authority = shared_certificates().ca_pem.display().to_string();
    for (options, refused) in [
        ("tls=true&tlsInsecure=true".to_owned(), None),
        (
            format!("tls=true&tlsAllowInvalidHostnames=true&tlsCAFile={authority}"),
            match leaf {
                Leaf::Expired => Some(code::CERTIFICATE_EXPIRED),
                Leaf::UnknownCa => Some(code::CERTIFICATE_UNKNOWN),
                _ => None,
            },
        ),
        (
            format!("tls=true&tlsCAFile={authority}"),
            match leaf {
                Leaf::Expired => Some(code::CERTIFICATE_EXPIRED),
                Leaf::UnknownCa => Some(code::CERTIFICATE_UNKNOWN),
                _ => Some(code::CERTIFICATE_NAME_MISMATCH),
            },
        ),
    ] {
        let url = format!("mongodb://127.0.0.1:{}/app?{options}", subject.port);
        let report = subject.test(&url);
        let what = format!("{leaf:?}, {options}");
        match refused {
            Some(refused) => failed(&report, refused, Stage::Tls, &what),
            None => encrypted(&report, !options.contains("Insecure"), &what),
        }
    }
}

#[test]
fn servers_without_tls() {
    for subject in [
        postgres(shared_postgres()),
        mariadb(shared_mariadb()),
        mysql57(shared_mysql57()),
        mongodb(shared_mongo()),
    ] {
        for mode in MODES {
            let Some(options) = options(&subject, mode) else {
                continue;
            };
            let mut test = Run::new(subject.database_type, &subject.url(&options));
            let plain = matches!(mode, Mode::Off | Mode::IfOffered);
            if subject.scheme == "mongodb" && !plain {
                // Without TLS it never answers the greeting: each test takes all its time.
                test = test.timeout(Duration::from_secs(4));
            }
            let report = test.report();
            let what = format!("{} without TLS, {mode:?}", subject.name);
            if plain {
                connected(&report, &what);
                assert_eq!(report.tls, None);
            } else if subject.scheme == "mongodb" {
                // Its protocol has no way of saying so.
                assert_eq!(report.stage, Stage::Tls, "{what}: {:?}", report.error);
            } else {
                failed(&report, code::TLS_UNSUPPORTED, Stage::Tls, &what);
            }
        }
    }
}

#[test]
fn servers_that_insist_on_tls() {
    let options = || MySqlOptions {
        tls: Some(shared_certificates()),
        require_tls: true,
        ..MySqlOptions::default()
    };
    let maria = MariaDb::start_with(options());
    let mysql = MySql57::start_with(options());
    mysql.sql("create user sha@'%' identified with sha256_password by 'sha-s3cret-256'");
    // MariaDB gives no reason; the remedy names the usual two.
    for (subject, refused) in [
        (mariadb(&maria), code::AUTH_FAILED),
        (mysql57(&mysql), code::TLS_REQUIRED),
    ] {
        let report = subject.test(&subject.url("ssl-mode=DISABLED"));
        failed(&report, refused, Stage::Auth, subject.name);
        encrypted(&subject.test(&subject.url("")), false, subject.name);
        let client = &shared_certificates().client;
        let authority = shared_certificates().ca_pem.display();
        let options = format!(
            "ssl-mode=VERIFY_IDENTITY&ssl-ca={authority}&ssl-cert={}&ssl-key={}&tls-version=TLSv1.2",
            client.certificate.display(),
            client.key.display()
        );
        let report = subject.test(&subject.url(&options));
        encrypted(&report, true, subject.name);
        assert_eq!(report.tls.unwrap().version, "TLSv1.2");
    }
    maria.sql("create user x509@'%' identified by 'x509-s3cret' require x509");
    let subject = mariadb(&maria);
    let client = &shared_certificates().client;
    let with = format!(
        "ssl-cert={}&ssl-key={}",
        client.certificate.display(),
        client.key.display()
    );
    let url = |options: &str| {
        let authority = format!("127.0.0.1:{}", subject.port);
        subject.url_at(&authority, "x509", "x509-s3cret", "", options)
    };
    encrypted(&subject.test(&url(&with)), false, "with a certificate");
    failed(
        &subject.test(&url("")),
        code::AUTH_FAILED,
        Stage::Auth,
        "without one",
    );
    let subject = mysql57(&mysql);
    let url = subject.url_at(
        &format!("127.0.0.1:{}", mysql.port),
        "sha",
        "sha-s3cret-256",
        "",
        "",
    );
    encrypted(&subject.test(&url), false, "sha256_password inside TLS");
    let wrong = subject.url_at(&format!("127.0.0.1:{}", mysql.port), "sha", "wrong", "", "");
    failed(
        &subject.test(&wrong),
        code::AUTH_FAILED,
        Stage::Auth,
        "sha256_password",
    );
}
