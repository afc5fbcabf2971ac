//! Private MariaDB and MySQL servers.

use std::io::Read;
use std::net::TcpStream;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::certificates::{Certificates, Leaf};
use crate::folder::{TestFolder, write_file};
use crate::process::{EndedEarly, Launch, OwnedProcess, run, start_on_free_port};
use crate::tools::{installed_tool, own_account, random_password, system_program};
use crate::{DATABASE, USER};

/// How a private MariaDB or MySQL server differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct MySqlOptions<'a> {
    /// Offers TLS with these certificates.
    pub tls: Option<&'a Certificates>,
    /// Which of the certificates it shows.
    pub leaf: Leaf,
    /// Refuses TCP connections without TLS.
    pub require_tls: bool,
    /// Further options of the server (`--max-connections=5`).
    pub settings: Vec<String>,
    /// Further statements at its start, each on one line without a semicolon.
    pub statements: Vec<String>,
}

/// What MariaDB and MySQL have in common. Ends when dropped.
#[derive(Debug)]
pub struct MySqlServer {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The account, which may do everything.
    pub user: String,
    /// Its password, which no other run has.
    pub password: String,
    /// The folder that holds its data, socket and log.
    pub dir: PathBuf,
    process: OwnedProcess,
    _folder: TestFolder,
}

/// A private MariaDB server. Ends when dropped.
#[derive(Debug)]
pub struct MariaDb(MySqlServer);

/// A private MySQL 5.7 server, the only real MySQL that a package registry supplies; `caching_sha2_password`, the
/// way of MySQL 8, has no server here. Ends when dropped.
#[derive(Debug)]
pub struct MySql57(MySqlServer);

impl MariaDb {
    /// Starts one without TLS.
    ///
    /// # Panics
    /// When MariaDB is not installed or does not start.
    pub fn start() -> MariaDb {
        MariaDb::start_with(MySqlOptions::default())
    }

    /// Starts one with options.
    ///
    /// # Panics
    /// When MariaDB is not installed or does not start.
    pub fn start_with(options: MySqlOptions<'_>) -> MariaDb {
        let server = system_program("mariadbd", "mariadb-server");
        let folder = TestFolder::new();
        let install = Launch::new(
            "mariadb-install-db",
            system_program("mariadb-install-db", "mariadb-server"),
            folder.path(),
        )
        .arguments([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ])
        .arguments(["--skip-name-resolve", "--innodb-log-file-size=4M"])
        .argument(format!("--user={}", own_account()))
        .argument(format!("--datadir={}", data_folder(&folder).display()))
        .argument(format!("--tmpdir={}", folder.path().display()))
        .start();
        install.wait_until_ready(|| false);
        assert!(
            data_folder(&folder).join("mysql").exists(),
            "mariadb-install-db failed:\n{}",
            install.log_tail()
        );
        MariaDb(start(
            Flavour::MariaDb,
            server,
            Vec::new(),
            folder,
            &options,
        ))
    }
}

impl MySql57 {
    /// Starts one without TLS.
    ///
    /// # Panics
    /// When `scripts/test-tools` was not run or the server does not start.
    pub fn start() -> MySql57 {
        MySql57::start_with(MySqlOptions::default())
    }

    /// Starts one with options.
    ///
    /// # Panics
    /// When `scripts/test-tools` was not run or the server does not start.
    pub fn start_with(options: MySqlOptions<'_>) -> MySql57 {
        let server = installed_tool("mysql-5.7/mysqld");
        let base = server.parent().map(Path::to_owned).unwrap_or_default();
        let folder = TestFolder::new();
        run(Command::new("cp")
            .arg("-R")
            .arg(installed_tool("mysql-5.7/template"))
            .arg(data_folder(&folder)));
        let arguments = vec![
            format!("--basedir={}", base.display()),
            format!("--lc-messages-dir={}", base.join("share/mysql").display()),
            "--secure-file-priv=NULL".to_owned(),
            "--innodb-use-native-aio=0".to_owned(),
            "--explicit-defaults-for-timestamp".to_owned(),
        ];
        MySql57(start(Flavour::MySql, server, arguments, folder, &options))
    }
}

impl Deref for MariaDb {
    type Target = MySqlServer;
    fn deref(&self) -> &MySqlServer {
        &self.0
    }
}

impl Deref for MySql57 {
    type Target = MySqlServer;
    fn deref(&self) -> &MySqlServer {
        &self.0
    }
}

impl MySqlServer {
    /// The URL of one of its databases, over TCP, without options.
    pub fn url(&self, database: &str) -> String {
        format!(
            "mysql://{}:{}@127.0.0.1:{}/{database}",
            self.user, self.password, self.port
        )
    }

    /// Its Unix socket.
    pub fn socket(&self) -> PathBuf {
        socket(&self.dir)
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The server's process, a single one: `signal("STOP")` makes a server that hangs.
    pub fn process(&self) -> &OwnedProcess {
        &self.process
    }

    /// Makes a database. The name is used as it is: take one of letters, digits and `_`.
    pub fn create_database(&self, name: &str) {
        self.sql(&format!("create database `{name}`"));
    }

    /// Runs SQL through the `mariadb` client and gives the rows, a line each, fields separated by tabs.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, sql: &str) -> String {
        let mut command = Command::new(system_program("mariadb", "mariadb-client"));
        command
            .args(["--no-defaults", "--batch", "--skip-column-names"])
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--user={}", self.user))
            .args(["-e", sql])
            .env("MYSQL_PWD", &self.password);
        run(&mut command).trim_end().to_owned()
    }

    /// Stops the server and keeps its folder until this value is dropped.
    pub fn stop(&self) {
        self.process.kill();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    MariaDb,
    MySql,
}

fn start(
    flavour: Flavour,
    server: PathBuf,
    arguments: Vec<String>,
    folder: TestFolder,
    options: &MySqlOptions<'_>,
) -> MySqlServer {
    let dir = folder.path().to_owned();
    let password = random_password();
    let statements = dir.join("start.sql");
    write_file(
        &statements,
        &start_statements(&password, &options.statements),
        0o600,
    );

    let (port, process) = start_on_free_port(|port| {
        let mut launch = Launch::new(
            if flavour == Flavour::MariaDb {
                "mariadbd"
            } else {
                "mysqld"
            },
            server.clone(),
            &dir,
        )
        .argument("--no-defaults")
        .arguments(&arguments)
        .argument(format!("--user={}", own_account()))
        .argument(format!("--datadir={}", data_folder(&folder).display()))
        // A server that starts removes the temporary tables of every other one whose folder it shares.
        .argument(format!("--tmpdir={}", dir.display()))
        .argument(format!("--socket={}", socket(&dir).display()))
        .argument(format!("--pid-file={}", dir.join("pid").display()))
        .argument(format!("--init-file={}", statements.display()))
        .arguments([
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
        ])
        .arguments(["--skip-name-resolve", "--character-set-server=utf8mb4"])
        // Small and careless: the data lives for one test.
        .arguments(["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M"])
        .arguments([
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
        ]);
        match options.tls {
            Some(certificates) => {
                let files = certificates.leaf(options.leaf);
                launch = launch
                    .argument(format!("--ssl-ca={}", certificates.ca_pem.display()))
                    .argument(format!("--ssl-cert={}", files.certificate.display()))
                    .argument(format!("--ssl-key={}", files.key.display()));
            }
            None => launch = launch.argument("--skip-ssl"),
        }
        if options.require_tls {
            launch = launch.argument("--require-secure-transport=ON");
        }
        let process = launch.arguments(&options.settings).start();
        if process.wait_until_ready(|| greets(port)) {
            Ok(process)
        } else {
            Err(EndedEarly(process.log_tail()))
        }
    });
    MySqlServer {
        port,
        user: USER.to_owned(),
        password,
        dir,
        process,
        _folder: folder,
    }
}

/// The server runs each line as one statement before it takes connections.
fn start_statements(password: &str, further: &[String]) -> String {
    let mut statements = vec![
        // The anonymous account of a fresh server would win over ours on the socket.
        "DROP USER IF EXISTS ''@'localhost'".to_owned(),
        format!("CREATE DATABASE `{DATABASE}`"),
    ];
    for host in ["%", "localhost"] {
        statements.push(format!(
            "CREATE USER '{USER}'@'{host}' IDENTIFIED BY '{password}'"
        ));
        statements.push(format!(
            "GRANT ALL ON *.* TO '{USER}'@'{host}' WITH GRANT OPTION"
        ));
    }
    statements.extend_from_slice(further);
    statements.join(";\n") + ";\n"
}

/// The server speaks first, once it takes connections.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let mut first = [0_u8; 1];
    stream
        .set_read_timeout(Some(Duration::from_secs(1)))
        .is_ok()
        && stream.read_exact(&mut first).is_ok()
}

fn data_folder(folder: &TestFolder) -> PathBuf {
    folder.path().join("data")
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("socket")
}
