//! What a server's own log says that it was sent.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::Value;
use test_support::wait_until;

use crate::servers::Server;

/// Settings with which PostgreSQL logs each statement as JSON, without its parameters.
pub const POSTGRESQL: [(&str, &str); 5] = [
    ("logging_collector", "on"),
    ("log_destination", "jsonlog"),
    ("log_statement", "all"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
];

/// Settings with which MySQL and MariaDB log each command in a table.
pub const MYSQL: [&str; 2] = ["--general-log=1", "--log-output=TABLE"];

/// The texts that clients other than the server's own sent.
#[derive(Debug, Default)]
pub struct Texts {
    /// Each text that was prepared, once.
    pub prepared: BTreeSet<String>,
    /// Each text that was sent without preparing it, once.
    pub plain: BTreeSet<String>,
}

/// Where the log is now.
pub fn mark(server: &Server) -> usize {
    match server {
        Server::Postgres(_) => written(server).len(),
        _ => {
            server.sql("TRUNCATE TABLE mysql.general_log");
            0
        }
    }
}

/// What was logged after a mark.
pub fn since(server: &Server, mark: usize) -> Texts {
    match server {
        Server::Postgres(_) => postgres(&written(server)[mark..]),
        _ => mysql(server),
    }
}

/// The log of PostgreSQL with everything that was logged up to now: its collector writes a little later.
fn written(server: &Server) -> String {
    let Server::Postgres(postgres) = server else {
        panic!("only PostgreSQL logs to a file here");
    };
    let word = test_support::random_text(20);
    server.sql(&format!("SELECT '{word}'"));
    let mut text = String::new();
    let folder = postgres.dir.join("data/log");
    let complete = wait_until(Duration::from_secs(20), || {
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect();
        files.sort();
        let read = files
            .iter()
            .map(|path| fs::read_to_string(path).unwrap_or_default());
        text = read.collect();
        text.contains(&word)
    });
    assert!(complete, "the log of PostgreSQL has no end");
    text
}

fn postgres(log: &str) -> Texts {
    let mut texts = Texts::default();
    for line in log.lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let message = entry["message"].as_str().unwrap_or_default();
        let by_us = entry["application_name"] != "psql" && entry["error_severity"] == "LOG";
        if let Some(text) = message.strip_prefix("statement: ").filter(|_| by_us) {
            texts.plain.insert(text.to_owned());
        } else if let Some((_, text)) = message
            .strip_prefix("execute ")
            .filter(|_| by_us)
            .and_then(|rest| rest.split_once(": "))
        {
            texts.prepared.insert(text.to_owned());
        }
    }
    texts
}

fn mysql(server: &Server) -> Texts {
    // The server's own client prepares nothing.
    let of = |kind: &str| {
        let question = format!(
            "SELECT DISTINCT hex(argument) FROM mysql.general_log WHERE command_type = '{kind}' AND thread_id IN \
             (SELECT thread_id FROM mysql.general_log WHERE command_type = 'Prepare')"
        );
        let rows = server.sql(&question);
        rows.lines().map(unhex).collect()
    };
    Texts {
        prepared: of("Prepare"),
        plain: of("Query"),
    }
}

fn unhex(digits: &str) -> String {
    let bytes = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}
