//! A server under test, with everything that differs between engines.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use connection_url::ConnectionUrl;
use engines::{CancellationToken, DatabaseType, Stage, TestOptions, TestReport, code, engine};
use test_support::{
    MariaDb, MongoCompatible, MySql57, Postgres, shared_mariadb, shared_mongo, shared_mysql57,
    shared_postgres,
};

/// What a case needs to know of an engine and its server.
#[derive(Clone, Debug)]
pub struct Subject {
    pub name: &'static str,
    pub database_type: DatabaseType,
    pub server: &'static str,
    /// The beginning of the version that it must report.
    pub version: &'static str,
    pub scheme: &'static str,
    pub port: u16,
    pub user: String,
    pub password: String,
    /// The server's code for a wrong password.
    pub wrong_password: &'static str,
    /// The server's code for a database that is not there; `None` where that is no mistake.
    pub wrong_database: Option<&'static str>,
    /// Options that every URL has.
    pub options: &'static str,
    /// Asks for no TLS, so that a hostile server is met by the login.
    pub plain: &'static str,
    /// The stage at which the engine waits for a server's first words, by default and without TLS.
    pub first_words: (Stage, Stage),
    /// Whether the server speaks first.
    pub server_speaks_first: bool,
}

impl Subject {
    pub fn url_at(
        &self,
        authority: &str,
        user: &str,
        password: &str,
        database: &str,
        options: &str,
    ) -> String {
        let options: Vec<_> = [self.options, options]
            .into_iter()
            .filter(|options| !options.is_empty())
            .collect();
        let query = if options.is_empty() {
            String::new()
        } else {
            format!("?{}", options.join("&"))
        };
        format!(
            "{}://{user}:{}@{authority}/{database}{query}",
            self.scheme,
            encoded(password)
        )
    }

    pub fn url_on(&self, port: u16, options: &str) -> String {
        self.url_at(
            &format!("127.0.0.1:{port}"),
            &self.user,
            &self.password,
            "app",
            options,
        )
    }

    pub fn url(&self, options: &str) -> String {
        self.url_on(self.port, options)
    }

    pub fn test(&self, url: &str) -> TestReport {
        Run::new(self.database_type, url).report()
    }
}

pub fn postgres(server: &Postgres) -> Subject {
    Subject {
        name: "PostgreSQL",
        database_type: DatabaseType::Postgresql,
        server: "PostgreSQL",
        version: "1",
        scheme: "postgresql",
        port: server.port,
        user: server.user.clone(),
        password: server.password.clone(),
        wrong_password: "28P01",
        wrong_database: Some("3D000"),
        options: "",
        plain: "sslmode=disable",
        first_words: (Stage::Tls, Stage::Auth),
        server_speaks_first: false,
    }
}

pub fn mariadb(server: &MariaDb) -> Subject {
    Subject {
        name: "MariaDB",
        server: "MariaDB",
        version: "1",
        port: server.port,
        user: server.user.clone(),
        password: server.password.clone(),
        ..mysql_subject()
    }
}

pub fn mysql57(server: &MySql57) -> Subject {
    Subject {
        port: server.port,
        user: server.user.clone(),
        password: server.password.clone(),
        ..mysql_subject()
    }
}

fn mysql_subject() -> Subject {
    Subject {
        name: "MySQL 5.7",
        database_type: DatabaseType::Mysql,
        server: "MySQL",
        version: "5.7.",
        scheme: "mysql",
        port: 0,
        user: String::new(),
        password: String::new(),
        wrong_password: "1045",
        wrong_database: Some("1049"),
        options: "",
        plain: "ssl-mode=DISABLED",
        first_words: (Stage::Tls, Stage::Auth),
        server_speaks_first: true,
    }
}

pub fn mongodb(server: &MongoCompatible) -> Subject {
    Subject {
        name: "MongoDB",
        database_type: DatabaseType::Mongodb,
        server: "MongoDB",
        version: "",
        scheme: "mongodb",
        port: server.port,
        user: server.user.clone(),
        password: server.password.clone(),
        wrong_password: "AuthenticationFailed",
        wrong_database: None,
        options: "authSource=admin",
        plain: "",
        first_words: (Stage::Auth, Stage::Auth),
        server_speaks_first: false,
    }
}

/// Every engine, on its shared server.
pub fn subjects() -> Vec<Subject> {
    vec![
        postgres(shared_postgres()),
        mariadb(shared_mariadb()),
        mysql57(shared_mysql57()),
        mongodb(shared_mongo()),
    ]
}

/// A test of one URL.
pub struct Run {
    database_type: DatabaseType,
    url: String,
    pub options: TestOptions,
    /// Cancels this long after the start.
    pub cancel_after: Option<Duration>,
}

impl Run {
    pub fn new(database_type: DatabaseType, url: &str) -> Self {
        Self {
            database_type,
            url: url.to_owned(),
            options: TestOptions {
                // Whoever runs the tests may have certificates of their own in ~/.postgresql.
                home: Some(PathBuf::from("/nonexistent")),
                ..TestOptions::default()
            },
            cancel_after: None,
        }
    }

    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    pub fn cancel_after(mut self, time: Duration) -> Self {
        self.cancel_after = Some(time);
        self
    }

    pub fn report(self) -> TestReport {
        self.timed().0
    }

    /// The report, and how long it took.
    pub fn timed(self) -> (TestReport, Duration) {
        engines::install_crypto_provider();
        let url = ConnectionUrl::parse(&self.url, Some(self.database_type))
            .unwrap_or_else(|error| panic!("{}: {error}", connection_url::redact(&self.url)));
        let heard = Mutex::new(Vec::new());
        let started = Instant::now();
        let report = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                let cancel = CancellationToken::new();
                if let Some(time) = self.cancel_after {
                    let cancel = cancel.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(time).await;
                        cancel.cancel();
                    });
                }
                engine(self.database_type)
                    .test(
                        &url,
                        &self.options,
                        &|stage| heard.lock().unwrap().push(stage),
                        &cancel,
                    )
                    .await
            });
        // The runtime is gone too: nothing of a test may keep a program from ending.
        let took = started.elapsed();
        check(&report, &url, &heard.into_inner().unwrap());
        (report, took)
    }
}

/// What holds for every report, whatever happened.
fn check(report: &TestReport, url: &ConnectionUrl, heard: &[Stage]) {
    let text = format!("{report:?} {}", serde_json::to_string(report).unwrap());
    if let Some(password) = url.password().filter(|password| password.len() > 3) {
        let lower = encoded(password).to_ascii_lowercase();
        for form in [
            password,
            &encoded(password),
            &lower,
            &format!("{password:?}"),
        ] {
            assert!(!text.contains(form), "the password is in the report");
        }
    }
    assert_eq!(report.connected, report.error.is_none(), "{text}");
    let timed: Vec<_> = report.stages.iter().map(|timing| timing.stage).collect();
    assert!(timed.is_sorted(), "{timed:?}");
    let file = url
        .database_type()
        .is_some_and(|database_type| engine(database_type).capabilities().file);
    let first = if file {
        Stage::Database
    } else {
        Stage::Resolve
    };
    assert_eq!(heard.first(), Some(&first));
    // libpq's `allow` comes to TLS after a login that was turned down.
    let mut heard = heard.to_vec();
    heard.sort();
    assert_eq!(timed, heard, "each stage reached is told once, and timed");
    assert!(report.stages.iter().all(|timing| timing.ms >= 0.0));
    if report.connected {
        assert_eq!(report.stage, Stage::Ready);
        assert!(report.latency_ms.is_some_and(|latency| latency > 0.0));
        assert!(
            report
                .version
                .as_ref()
                .is_some_and(|version| !version.is_empty())
        );
    }
    if let Some(error) = &report.error {
        assert_eq!(error.stage, report.stage, "{text}");
        assert!(
            !error.message.is_empty() && !error.remedy.is_empty(),
            "{text}"
        );
        assert!(error.message.chars().count() <= 2_000);
    }
}

/// Percent-encodes everything but letters and digits.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[track_caller]
pub fn connected(report: &TestReport, what: &str) {
    assert!(report.connected, "{what}: {:?}", report.error);
}

#[track_caller]
pub fn failed(report: &TestReport, code: &str, stage: Stage, what: &str) {
    let error = report
        .error
        .as_ref()
        .unwrap_or_else(|| panic!("{what}: connected, instead of {code}"));
    assert_eq!(
        (error.code, error.stage),
        (code, stage),
        "{what}: {error:?}"
    );
}

/// The codes of an end that a server brings about without saying why.
pub const HUNG_UP: [&str; 2] = [code::CONNECTION_LOST, code::NOT_THIS_DATABASE];
