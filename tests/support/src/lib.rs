//! Private servers, a private keyring and certificates for Tapedeck's tests.
//!
//! Everything here runs on free ports of 127.0.0.1 and in temporary folders, as child processes that this process
//! started and ends by their own process id. Nothing is ever skipped: what is missing panics with what to install
//! (`scripts/test-tools` and the system packages named in the message).
//!
//! # How servers end
//!
//! A server stops when its value is dropped. Where no destructor runs (a `static`, an aborted or killed test process),
//! the kernel ends it: every server starts under `setpriv --pdeathsig KILL`. The parent-death signal belongs to the
//! *thread* that started the child, so children are started from one thread that lives as long as the process:
//! a server shared between tests must survive the test thread that happened to need it first.
//!
//! # What a server costs
//!
//! About a second each. [`shared_postgres`] and its siblings start one for a test process. cargo-nextest gives every
//! test its own process, so integration tests that need a server should bundle their cases in few `#[test]` functions,
//! each case in a database of its own.
#![cfg(unix)]

mod certificates;
mod folder;
pub mod hostile;
mod keyring;
mod mongo;
mod mysql;
mod postgres;
mod process;
mod tools;

use std::sync::OnceLock;

pub use certificates::{CertificateFiles, Certificates, Leaf};
pub use folder::TestFolder;
pub use keyring::{KEYRING_PASSWORD, PrivateKeyring, run_in_keyring, run_in_keyring_with};
pub use mongo::{MongoCompatible, MongoOptions};
pub use mysql::{MariaDb, MySql57, MySqlOptions, MySqlServer};
pub use postgres::{Postgres, PostgresOptions};
pub use process::{OwnedProcess, free_port, pid_is_alive, wait_until};
pub use tools::{project_root, random_text};

/// The account that every private server has; it may do everything there.
pub const USER: &str = "app";

/// The database that every private server has from the start.
pub const DATABASE: &str = "app";

/// The PostgreSQL server of this test process, without TLS; started at the first call.
pub fn shared_postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

/// The MariaDB server of this test process, without TLS; started at the first call.
pub fn shared_mariadb() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(MariaDb::start)
}

/// The MySQL 5.7 server of this test process, without TLS; started at the first call.
pub fn shared_mysql57() -> &'static MySql57 {
    static SERVER: OnceLock<MySql57> = OnceLock::new();
    SERVER.get_or_init(MySql57::start)
}

/// The MongoDB-protocol server of this test process, with authentication and without TLS; started at the first call.
pub fn shared_mongo() -> &'static MongoCompatible {
    static SERVER: OnceLock<MongoCompatible> = OnceLock::new();
    SERVER.get_or_init(|| {
        MongoCompatible::start_with(MongoOptions {
            auth: true,
            ..MongoOptions::default()
        })
    })
}

/// The certificates of this test process; made at the first call.
pub fn shared_certificates() -> &'static Certificates {
    static CERTIFICATES: OnceLock<Certificates> = OnceLock::new();
    CERTIFICATES.get_or_init(Certificates::new)
}
