//! Sessions of MySQL and MariaDB, on real servers: what arrives, what comes back, what becomes of what fails.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cancelling;
mod failing;
mod false_servers;
mod reading;
#[path = "../sql_session/mod.rs"]
mod sql_session;
mod values;

use connection_url::ConnectionUrl;
use engines::{
    CancellationToken, DatabaseType, EngineError, Parameter, RunError, Session, SessionOptions,
    engine,
};
use serde_json::Value;
use test_support::{MariaDb, MySql57, MySqlOptions, MySqlServer};

use crate::sql_session::{done, one, run, sql};

/// Settings of a server that a session must not be confused by.
fn contrary(flavour: &str) -> Vec<String> {
    let modes = if flavour == "MariaDB" {
        "ORACLE,NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES"
    } else {
        "ANSI,NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES"
    };
    vec![
        format!("--sql-mode={modes}"),
        "--default-time-zone=+05:45".to_owned(),
        "--character-set-server=latin1".to_owned(),
        "--max-allowed-packet=64M".to_owned(),
        "--event-scheduler=OFF".to_owned(),
    ]
}

fn mariadb() -> MariaDb {
    MariaDb::start_with(MySqlOptions {
        settings: contrary("MariaDB"),
        ..MySqlOptions::default()
    })
}

fn mysql57() -> MySql57 {
    MySql57::start_with(MySqlOptions {
        settings: contrary("MySQL"),
        ..MySqlOptions::default()
    })
}

async fn connect(url: &str, read_only: bool) -> Result<Box<dyn Session>, EngineError> {
    let url = ConnectionUrl::parse(url, Some(DatabaseType::Mysql)).unwrap();
    let options = SessionOptions {
        read_only,
        ..SessionOptions::default()
    };
    engine(DatabaseType::Mysql)
        .connect(&url, &options, &CancellationToken::new())
        .await
}

async fn open(server: &MySqlServer, read_only: bool) -> Box<dyn Session> {
    connect(&server.url("app"), read_only).await.unwrap()
}

/// The error of what must fail.
async fn fault(session: &mut dyn Session, statement: &str, parameters: &[Parameter]) -> RunError {
    run(session, statement, parameters).await.err().unwrap()
}

/// The one value of one row.
async fn value(session: &mut dyn Session, statement: &str) -> Value {
    one(session, statement, &[]).await.1
}

fn text(value: &str) -> Parameter {
    Parameter::Text(value.to_owned())
}

fn integer(value: impl ToString) -> Parameter {
    Parameter::Integer(value.to_string())
}
