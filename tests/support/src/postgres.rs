//! A private PostgreSQL server.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::certificates::{Certificates, Leaf};
use crate::folder::{TestFolder, set_mode, write_file};
use crate::process::{EndedEarly, Launch, OwnedProcess, run, start_on_free_port};
use crate::tools::{account, is_root, random_password, system_program};
use crate::{DATABASE, USER};

/// PostgreSQL refuses to run as root, which containers usually are.
const SERVER_ACCOUNT: &str = "postgres";

/// How a private PostgreSQL server differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct PostgresOptions<'a> {
    /// Offers TLS with these certificates, and takes client certificates of their authority.
    pub tls: Option<&'a Certificates>,
    /// Which of the certificates it shows.
    pub leaf: Leaf,
    /// Refuses TCP connections without TLS.
    pub require_tls: bool,
    /// Settings of `postgresql.conf`, as name and value.
    pub settings: Vec<(String, String)>,
    /// Lines of `pg_hba.conf` that come before the usual ones (`host all md5user all md5`).
    pub host_rules: Vec<String>,
}

/// A private PostgreSQL server with SCRAM passwords; [`USER`] is its superuser. Ends when dropped.
#[derive(Debug)]
pub struct Postgres {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The account, which may do everything.
    pub user: String,
    /// Its password, which no other run has.
    pub password: String,
    /// The folder that holds its data, socket and log.
    pub dir: PathBuf,
    process: OwnedProcess,
    programs: PathBuf,
    socket_dir: PathBuf,
    _folder: TestFolder,
}

impl Postgres {
    /// Starts one without TLS.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Postgres {
        Postgres::start_with(PostgresOptions::default())
    }

    /// Starts one with options.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start_with(options: PostgresOptions<'_>) -> Postgres {
        let programs = programs();
        let folder = TestFolder::traversable();
        let dir = folder.path().to_owned();
        let data = folder.subfolder("data", 0o700);
        let socket_dir = folder.subfolder("socket", 0o755);
        let password = random_password();
        let password_file = dir.join("password");
        write_file(&password_file, &password, 0o600);
        for path in [&data, &socket_dir, &password_file] {
            give_to_server(path);
        }

        let initialise = Launch::new("initdb", programs.join("initdb"), &dir)
            .arguments(["-D".as_ref(), data.as_os_str()])
            .arguments([
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            // Small log segments: the data folder is 40 MB instead of 56.
            .argument("--wal-segsize=1")
            .arguments(["--pwfile".as_ref(), password_file.as_os_str()]);
        let initialise = as_server(initialise).start();
        initialise.wait_until_ready(|| false);
        assert!(
            data.join("global").exists(),
            "initdb failed:\n{}",
            initialise.log_tail()
        );
        drop(fs::remove_file(&password_file));

        write_host_rules(&data, &options);
        let mut settings = vec![
            ("listen_addresses".to_owned(), "127.0.0.1".to_owned()),
            (
                "unix_socket_directories".to_owned(),
                socket_dir.display().to_string(),
            ),
            ("fsync".to_owned(), "off".to_owned()),
            ("full_page_writes".to_owned(), "off".to_owned()),
            ("synchronous_commit".to_owned(), "off".to_owned()),
        ];
        if let Some(certificates) = options.tls {
            settings.extend(install_certificates(&dir, certificates, options.leaf));
        }
        settings.extend(options.settings);

        let (port, process) = start_on_free_port(|port| {
            let mut launch = Launch::new("postgres", programs.join("postgres"), &dir)
                .arguments(["-D".as_ref(), data.as_os_str()])
                .arguments(["-p".to_owned(), port.to_string()]);
            for (name, value) in &settings {
                launch = launch.argument("-c").argument(format!("{name}={value}"));
            }
            let process = as_server(launch).start();
            // The last line of this file is the server's own word on whether it takes connections.
            let status = data.join("postmaster.pid");
            if process.wait_until_ready(|| {
                fs::read_to_string(&status).is_ok_and(|text| {
                    text.lines()
                        .nth(7)
                        .is_some_and(|state| state.trim() == "ready")
                })
            }) {
                Ok(process)
            } else {
                Err(EndedEarly(process.log_tail()))
            }
        });
        let server = Postgres {
            port,
            user: USER.to_owned(),
            password,
            dir,
            process,
            programs,
            socket_dir,
            _folder: folder,
        };
        server.create_database(DATABASE);
        server
    }

    /// The URL of one of its databases, over TCP, without options.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{}:{}@127.0.0.1:{}/{database}",
            self.user, self.password, self.port
        )
    }

    /// The folder of its Unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The server's process.
    pub fn process(&self) -> &OwnedProcess {
        &self.process
    }

    /// Makes a database. The name is used as it is: take one of letters, digits and `_`.
    pub fn create_database(&self, name: &str) {
        self.sql("postgres", &format!("create database \"{name}\""));
    }

    /// Runs SQL through `psql` and gives the rows, a line each, fields separated by `|`.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let mut command = Command::new(self.programs.join("psql"));
        command
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(&self.socket_dir)
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                &self.user,
                "-d",
                database,
                "-c",
                sql,
            ])
            .env("PGPASSWORD", &self.password);
        run(&mut command).trim_end().to_owned()
    }

    /// Stops the server and keeps its folder until this value is dropped.
    pub fn stop(&self) {
        // An immediate shutdown: the server ends its own children, so that nobody writes while the folder is removed.
        self.process.end("QUIT", Duration::from_secs(10));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

fn write_host_rules(data: &Path, options: &PostgresOptions<'_>) {
    let tcp = if options.require_tls {
        "hostssl"
    } else {
        "host"
    };
    let mut rules = options.host_rules.join("\n");
    rules.push_str(&format!(
        "\nlocal all all scram-sha-256\n{tcp} all all 127.0.0.1/32 scram-sha-256\n"
    ));
    let path = data.join("pg_hba.conf");
    write_file(&path, &rules, 0o600);
    give_to_server(&path);
}

/// Copies the certificates, since the server insists on owning its key.
fn install_certificates(
    dir: &Path,
    certificates: &Certificates,
    leaf: Leaf,
) -> Vec<(String, String)> {
    let files = certificates.leaf(leaf);
    let mut settings = vec![("ssl".to_owned(), "on".to_owned())];
    for (setting, source) in [
        ("ssl_cert_file", &files.certificate),
        ("ssl_key_file", &files.key),
        ("ssl_ca_file", &certificates.ca_pem),
    ] {
        let copy = dir.join(setting);
        fs::copy(source, &copy).expect("a certificate can be copied");
        set_mode(&copy, 0o600);
        give_to_server(&copy);
        settings.push((setting.to_owned(), copy.display().to_string()));
    }
    settings
}

fn as_server(mut launch: Launch) -> Launch {
    if is_root() {
        launch.account = Some(SERVER_ACCOUNT);
    }
    launch
}

fn give_to_server(path: &Path) {
    if is_root() {
        let (user, group) = account(SERVER_ACCOUNT)
            .expect("PostgreSQL does not run as root and there is no account postgres: apt-get install postgresql");
        chown(path, Some(user), Some(group)).expect("root can give a file away");
    }
}

/// The folder of the newest installed version. Debian keeps the server's programs off the path.
fn programs() -> PathBuf {
    let newest = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let programs = entry.path().join("bin");
            programs
                .join("postgres")
                .exists()
                .then_some((version, programs))
        })
        .max();
    match newest {
        Some((_, programs)) => programs,
        None => system_program("initdb", "postgresql")
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default(),
    }
}
