//! One suite for every engine: what a connection test must say about servers that work, refuse, lie, hang and die.
//!
//! Each case is written once, over a [`subject::Subject`]; an adapter that is added runs them all. Real PostgreSQL,
//! MariaDB and MySQL servers, and one that speaks MongoDB's protocol, are started by `test-support`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod authentication;
mod basics;
mod fake_servers;
mod files;
mod hanging;
mod hosts;
mod mongodb_set;
mod name_server;
mod subject;
mod tls;
mod tls_postgres;
