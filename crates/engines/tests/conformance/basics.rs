//! Servers that work, and URLs that are wrong in the usual ways.

use std::time::Duration;

use engines::{Stage, code};
use test_support::hostile::{DyingServer, GarbageServer, RefusingPort};

use crate::subject::{HUNG_UP, Run, Subject, connected, failed, subjects};

/// Everything that has to be encoded in a URL, quoted in SQL and escaped in JSON.
const CANARY: &str = "c4n@ry/'\"%$ \\?#&=:ß€";

#[test]
fn right_and_wrong_urls() {
    for subject in subjects() {
        right(&subject);
        wrong_password(&subject);
        wrong_database(&subject);
    }
}

fn right(subject: &Subject) {
    let report = subject.test(&subject.url(""));
    connected(&report, subject.name);
    assert_eq!(report.server.as_deref(), Some(subject.server));
    let version = report.version.unwrap();
    assert!(version.starts_with(subject.version), "{version}");
    assert!(
        version
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '.'),
        "{version}"
    );
    assert_eq!(report.tls, None);
    let stages: Vec<_> = report.stages.iter().map(|timing| timing.stage).collect();
    for stage in [
        Stage::Resolve,
        Stage::Tcp,
        Stage::Auth,
        Stage::Database,
        Stage::Ready,
    ] {
        assert!(stages.contains(&stage), "{}: {stages:?}", subject.name);
    }
    // A name instead of an address; it may have two addresses, one of which nobody listens on.
    let localhost = subject.url_at(
        &format!("localhost:{}", subject.port),
        &subject.user,
        &subject.password,
        "app",
        "",
    );
    connected(&subject.test(&localhost), "by name");
    let bare = subject.url_at(
        &format!("127.0.0.1:{}", subject.port),
        &subject.user,
        &subject.password,
        if subject.wrong_database.is_some() {
            "app"
        } else {
            ""
        },
        "",
    );
    connected(&subject.test(&bare), "the default database");
}

fn wrong_password(subject: &Subject) {
    for password in [CANARY, "wrong"] {
        let url = subject.url_at(
            &format!("127.0.0.1:{}", subject.port),
            &subject.user,
            password,
            "app",
            "",
        );
        let report = subject.test(&url);
        failed(&report, code::AUTH_FAILED, Stage::Auth, subject.name);
        let error = report.error.unwrap();
        assert_eq!(error.server_code.as_deref(), Some(subject.wrong_password));
        assert!(!error.retryable);
    }
    let url = subject
        .url("")
        .replace(&format!("{}:", subject.user), "nobody:");
    failed(
        &subject.test(&url),
        code::AUTH_FAILED,
        Stage::Auth,
        subject.name,
    );
}

fn wrong_database(subject: &Subject) {
    let url = subject.url_at(
        &format!("127.0.0.1:{}", subject.port),
        &subject.user,
        &subject.password,
        "not_there",
        "",
    );
    let report = subject.test(&url);
    match subject.wrong_database {
        None => connected(
            &report,
            "a database comes into being with its first document",
        ),
        Some(server_code) => {
            failed(
                &report,
                code::DATABASE_NOT_FOUND,
                Stage::Database,
                subject.name,
            );
            assert_eq!(
                report.error.unwrap().server_code.as_deref(),
                Some(server_code)
            );
        }
    }
}

#[test]
fn nobody_or_somebody_else_answers() {
    let refusing = RefusingPort::start();
    let dying = DyingServer::start();
    let garbage = GarbageServer::start();
    let subjects = subjects();
    for subject in &subjects {
        let report = subject.test(&subject.url_on(refusing.port, ""));
        failed(&report, code::CONNECTION_REFUSED, Stage::Tcp, subject.name);
        let error = report.error.unwrap();
        assert!(error.retryable);
        assert!(
            error
                .remedy
                .contains(&format!("127.0.0.1:{}", refusing.port)),
            "{}",
            error.remedy
        );

        for (options, stage) in [
            ("", subject.first_words.0),
            (subject.plain, subject.first_words.1),
        ] {
            let report = subject.test(&subject.url_on(dying.port, options));
            failed(&report, code::CONNECTION_LOST, stage, subject.name);
            let report = subject.test(&subject.url_on(garbage.port, options));
            failed(&report, code::NOT_THIS_DATABASE, stage, subject.name);
            let message = report.error.unwrap().message;
            assert!(
                message.contains("a web server"),
                "{}: {message}",
                subject.name
            );
        }

        let url = subject.url_at("tapedeck-test.invalid", "app", "s3cret", "app", "");
        let report = subject.test(&url);
        failed(&report, code::RESOLVE_FAILED, Stage::Resolve, subject.name);
        assert!(
            report
                .error
                .unwrap()
                .message
                .contains("tapedeck-test.invalid")
        );
    }
    for subject in &subjects {
        for other in subjects
            .iter()
            .filter(|other| other.database_type != subject.database_type)
        {
            let report = Run::new(subject.database_type, &subject.url_on(other.port, ""))
                .timeout(Duration::from_millis(1_500))
                .report();
            let error = report.error.unwrap();
            let what = format!("{} at {}: {error:?}", subject.name, other.name);
            if other.server_speaks_first {
                assert_eq!(error.code, code::NOT_THIS_DATABASE, "{what}");
                assert!(error.message.contains("MySQL or MariaDB"), "{what}");
            } else if subject.server_speaks_first {
                // Both sides wait for the other to begin.
                assert_eq!(error.code, code::TIMED_OUT, "{what}");
            } else {
                assert!(
                    HUNG_UP.contains(&error.code) || error.code == code::TIMED_OUT,
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn options_that_cannot_be_meant() {
    use engines::DatabaseType::{Mongodb, Mysql, Postgresql};
    for (database_type, url) in [
        (Postgresql, "postgresql://127.0.0.1/app?sslmode=sometimes"),
        (Postgresql, "postgresql://127.0.0.1/app?sslmode=verify-full"),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?sslmode=require&sslrootcert=system",
        ),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?sslmode=prefer&sslnegotiation=direct",
        ),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?sslmode=require&sslrootcert=/dev/zero",
        ),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?sslmode=require&ssl_max_protocol_version=TLSv1.1",
        ),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?target_session_attrs=any-of-them",
        ),
        (
            Postgresql,
            "postgresql://127.0.0.1/app?require_auth=md5,!password",
        ),
        (Mysql, "mysql://127.0.0.1/app?ssl-mode=MAYBE"),
        (Mysql, "mysql://127.0.0.1/app?ssl-mode=VERIFY_CA"),
        (Mysql, "mysql://127.0.0.1/app?ssl-ca=/nonexistent/ca.pem"),
        (Mysql, "mysql://127.0.0.1/app?tls-version=TLSv1.1"),
        (
            Mongodb,
            "mongodb://127.0.0.1/app?tlsInsecure=true&tlsAllowInvalidHostnames=true",
        ),
        (Mongodb, "mongodb://127.0.0.1/app?tls=true&ssl=false"),
        (
            Mongodb,
            "mongodb://a.invalid,b.invalid/app?directConnection=true",
        ),
        (
            Mongodb,
            "mongodb://127.0.0.1/app?tls=true&tlsCAFile=/nonexistent/ca.pem",
        ),
    ] {
        // A URL that the parser already turns down needs no test.
        if connection_url::ConnectionUrl::parse(url, Some(database_type)).is_err() {
            continue;
        }
        let report = Run::new(database_type, url).report();
        failed(&report, code::INVALID_OPTION, Stage::Resolve, url);
    }
}
