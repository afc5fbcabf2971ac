//! A private server that speaks the MongoDB protocol.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::USER;
use crate::certificates::{Certificates, Leaf};
use crate::folder::{TestFolder, write_file};
use crate::process::{EndedEarly, Launch, OwnedProcess, run, start_on_free_port};
use crate::tools::{installed_tool, random_password};

/// Names a real MongoDB server that the tests are to use.
const SERVER_VARIABLE: &str = "TAPEDECK_TEST_MONGODB_URL";

/// How a private MongoDB-protocol server differs from the usual one, which asks for no password.
#[derive(Clone, Debug, Default)]
pub struct MongoOptions<'a> {
    /// Asks for a password (SCRAM-SHA-256).
    pub auth: bool,
    /// Speaks TLS, and nothing else, with these certificates.
    pub tls: Option<&'a Certificates>,
    /// Which of the certificates it shows.
    pub leaf: Leaf,
    /// Refuses clients without a certificate of the authority.
    pub require_client_certificate: bool,
    /// Shows itself as a standalone server, not as a replica set of one.
    pub standalone: bool,
    /// Obeys `configureFailPoint`, with which a test makes commands fail or wait.
    pub fail_points: bool,
    /// Starts a private server even where `TAPEDECK_TEST_MONGODB_URL` names another.
    pub private: bool,
}

/// A server that speaks the MongoDB protocol: SecantusDB, since no package registry ships `mongod` (call it
/// wire-compatible, not MongoDB). Ends when dropped.
///
/// Where `TAPEDECK_TEST_MONGODB_URL` names a server, that one is used, except for options that only a private server
/// can have (TLS, standalone).
#[derive(Debug)]
pub struct MongoCompatible {
    /// The port on 127.0.0.1; 0 for a server that the environment names.
    pub port: u16,
    /// The account, which may do everything (only with [`MongoOptions::auth`]).
    pub user: String,
    /// Its password, which no other run has.
    pub password: String,
    /// The folder that holds its data and log; empty for a server that the environment names.
    pub dir: PathBuf,
    auth: bool,
    process: Option<OwnedProcess>,
    external: Option<String>,
    _folder: Option<TestFolder>,
}

impl MongoCompatible {
    /// Starts one that asks for no password and speaks no TLS.
    ///
    /// # Panics
    /// When `scripts/test-tools` was not run or the server does not start.
    pub fn start() -> MongoCompatible {
        MongoCompatible::start_with(MongoOptions::default())
    }

    /// Starts one with options.
    ///
    /// # Panics
    /// When `scripts/test-tools` was not run or the server does not start.
    pub fn start_with(options: MongoOptions<'_>) -> MongoCompatible {
        let external = std::env::var(SERVER_VARIABLE)
            .ok()
            .filter(|url| !url.is_empty());
        if let Some(url) = external
            && options.tls.is_none()
            && !options.standalone
            && !options.fail_points
            && !options.private
        {
            return MongoCompatible {
                port: 0,
                user: String::new(),
                password: String::new(),
                dir: PathBuf::new(),
                auth: false,
                process: None,
                external: Some(url),
                _folder: None,
            };
        }
        let folder = TestFolder::new();
        let dir = folder.path().to_owned();
        let password = random_password();
        if options.auth {
            create_user(&dir, &password);
        }
        let mut arguments: Vec<String> = Vec::new();
        if options.auth {
            arguments.push("--auth".to_owned());
        }
        if options.standalone {
            arguments.push("--standalone".to_owned());
        }
        if options.fail_points {
            arguments.push("--enable-test-commands".to_owned());
        }
        if let Some(certificates) = options.tls {
            let files = certificates.leaf(options.leaf);
            arguments.push(format!("--tls-cert-file={}", files.certificate.display()));
            arguments.push(format!("--tls-key-file={}", files.key.display()));
            arguments.push(format!("--tls-ca-file={}", certificates.ca_pem.display()));
            if options.require_client_certificate {
                arguments.push("--tls-require-client-cert".to_owned());
            }
        }
        let (port, process) = launch(&dir, &arguments);
        MongoCompatible {
            port,
            user: USER.to_owned(),
            password,
            dir,
            auth: options.auth,
            process: Some(process),
            external: None,
            _folder: Some(folder),
        }
    }

    /// The URL of one of its databases; with the account where the server asks for one, without other options.
    pub fn url(&self, database: &str) -> String {
        match &self.external {
            Some(url) => with_database(url, database),
            None if self.auth => format!(
                "mongodb://{}:{}@127.0.0.1:{}/{database}?authSource=admin",
                self.user, self.password, self.port
            ),
            None => format!("mongodb://127.0.0.1:{}/{database}", self.port),
        }
    }

    /// Whether this is a server that `TAPEDECK_TEST_MONGODB_URL` names.
    pub fn is_external(&self) -> bool {
        self.external.is_some()
    }

    /// The process id of the server; 0 for a server that the environment names.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().map_or(0, OwnedProcess::pid)
    }

    /// The server's process, a single one: `signal("STOP")` makes a server that hangs.
    pub fn process(&self) -> Option<&OwnedProcess> {
        self.process.as_ref()
    }

    /// Stops a private server and keeps its folder until this value is dropped.
    pub fn stop(&self) {
        if let Some(process) = &self.process {
            process.kill();
        }
    }
}

fn launch(dir: &Path, arguments: &[String]) -> (u16, OwnedProcess) {
    // Without a file of our own it would take a configuration that lies around in the person's home.
    let configuration = dir.join("secantusd.toml");
    write_file(&configuration, "", 0o600);
    start_on_free_port(|port| {
        let process = Launch::new("secantusd", installed_tool("venv/bin/secantusd-py"), dir)
            .argument(format!("--config={}", configuration.display()))
            .argument("--host=127.0.0.1")
            .argument(format!("--port={port}"))
            .argument(format!("--storage-path={}", dir.join("data").display()))
            .argument("--cache-size=64M")
            .arguments(arguments)
            .start();
        if process.wait_until_ready(|| TcpStream::connect(("127.0.0.1", port)).is_ok()) {
            Ok(process)
        } else {
            Err(EndedEarly(process.log_tail()))
        }
    })
}

/// SecantusDB lets nobody in with `--auth` before an account was made without it.
fn create_user(dir: &Path, password: &str) {
    const SCRIPT: &str = "
import os, pymongo
client = pymongo.MongoClient('127.0.0.1', int(os.environ['TEST_PORT']), directConnection=True)
client.admin.command('createUser', os.environ['TEST_USER'], pwd=os.environ['TEST_PASSWORD'],
                     roles=[{'role': 'root', 'db': 'admin'}])
";
    let (port, process) = launch(dir, &["--sync-on-commit".to_owned()]);
    run(Command::new(installed_tool("venv/bin/python"))
        .args(["-c", SCRIPT])
        .env("TEST_PORT", port.to_string())
        .env("TEST_USER", USER)
        .env("TEST_PASSWORD", password));
    // Every commit was synced, so that it can be killed: ending by itself takes it two seconds.
    process.kill();
}

/// Puts a database into the URL of a server that the environment names.
fn with_database(url: &str, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("mongodb", url));
    let (before_options, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, own_database) = before_options
        .split_once('/')
        .unwrap_or((before_options, ""));
    let mut result = format!("{scheme}://{authority}/{database}?{options}");
    // The database of the URL is where the account lies, unless authSource says otherwise: keep that.
    if authority.contains('@') && !options.to_ascii_lowercase().contains("authsource=") {
        let source = if own_database.is_empty() {
            "admin"
        } else {
            own_database
        };
        if !options.is_empty() {
            result.push('&');
        }
        result.push_str("authSource=");
        result.push_str(source);
    }
    result.trim_end_matches('?').to_owned()
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_an_external_server_is_replaced_and_its_account_stays() {
        for (given, expected) in [
            ("mongodb://h", "mongodb://h/d"),
            ("mongodb://h/?w=1", "mongodb://h/d?w=1"),
            ("mongodb://u:p@h/x", "mongodb://u:p@h/d?authSource=x"),
            (
                "mongodb://u:p@h/?w=1",
                "mongodb://u:p@h/d?w=1&authSource=admin",
            ),
            (
                "mongodb+srv://u:p@h/x?authSource=y",
                "mongodb+srv://u:p@h/d?authSource=y",
            ),
        ] {
            assert_eq!(with_database(given, "d"), expected);
        }
    }
}
