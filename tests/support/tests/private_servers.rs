//! Each private server starts, answers its own client, stops, and leaves no process behind.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use test_support::{
    Certificates, Leaf, MariaDb, MongoCompatible, MongoOptions, MySql57, MySqlOptions, Postgres,
    PostgresOptions, PrivateKeyring, hostile, pid_is_alive, project_root, run_in_keyring,
    wait_until,
};

fn report(what: &str, since: Instant) {
    println!("{what} started in {:.1} s", since.elapsed().as_secs_f64());
}

fn assert_gone(pid: u32) {
    assert!(
        wait_until(Duration::from_secs(5), || !pid_is_alive(pid)),
        "process {pid} outlived its owner"
    );
}

#[test]
fn postgres() {
    let start = Instant::now();
    let server = Postgres::start();
    report("PostgreSQL", start);
    server.create_database("second");
    assert_eq!(server.sql("second", "select 1 + 1"), "2");
    assert_eq!(server.sql("app", "show ssl"), "off");
    assert!(server.url("second").contains(&server.password));
    assert!(
        server
            .socket_dir()
            .join(format!(".s.PGSQL.{}", server.port))
            .exists()
    );
    let (pid, dir) = (server.pid(), server.dir.clone());
    drop(server);
    assert_gone(pid);
    assert!(!dir.exists(), "its folder is removed");

    let certificates = Certificates::new();
    let server = Postgres::start_with(PostgresOptions {
        tls: Some(&certificates),
        settings: vec![("max_connections".to_owned(), "7".to_owned())],
        ..PostgresOptions::default()
    });
    assert_eq!(server.sql("app", "show ssl"), "on");
    assert_eq!(server.sql("app", "show max_connections"), "7");
}

#[test]
fn mariadb_and_mysql() {
    let certificates = Certificates::new();
    let start = Instant::now();
    let server = MariaDb::start();
    report("MariaDB", start);
    assert!(server.sql("select version()").contains("MariaDB"));
    assert_eq!(server.sql("select current_user()"), "app@localhost");
    server.create_database("second");
    let pid = server.pid();
    drop(server);
    assert_gone(pid);

    let start = Instant::now();
    let server = MySql57::start();
    report("MySQL", start);
    assert!(server.sql("select version()").starts_with("5.7."));
    let pid = server.pid();
    drop(server);
    assert_gone(pid);

    let options = MySqlOptions {
        tls: Some(&certificates),
        leaf: Leaf::Expired,
        ..MySqlOptions::default()
    };
    for have_ssl in [
        MariaDb::start_with(options.clone()).sql("select @@have_ssl"),
        MySql57::start_with(options).sql("select @@have_ssl"),
    ] {
        assert_eq!(have_ssl, "YES");
    }
}

/// Connects with pymongo, the client that `scripts/test-tools` installs; an empty answer says that it went well.
fn mongo_ping(url: &str) -> String {
    let output = Command::new(project_root().join(".tools/venv/bin/python"))
        .args([
            "-c",
            "import sys, pymongo\n\
             client = pymongo.MongoClient(sys.argv[1], serverSelectionTimeoutMS=3000)\n\
             client.app.things.insert_one({'a': 1})",
            url,
        ])
        .output()
        .expect("python can be started");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn mongo_compatible() {
    let private = MongoOptions {
        private: true,
        ..MongoOptions::default()
    };
    let start = Instant::now();
    let server = MongoCompatible::start_with(private.clone());
    report("SecantusDB", start);
    assert_eq!(mongo_ping(&server.url("app")), "");
    let pid = server.pid();
    drop(server);
    assert_gone(pid);

    let start = Instant::now();
    let server = MongoCompatible::start_with(MongoOptions {
        auth: true,
        ..private.clone()
    });
    report("SecantusDB with an account", start);
    assert_eq!(mongo_ping(&server.url("app")), "");
    let wrong = server.url("app").replace(&server.password, "wrong");
    assert!(mongo_ping(&wrong).contains("uthentication"));

    let certificates = Certificates::new();
    let server = MongoCompatible::start_with(MongoOptions {
        auth: true,
        tls: Some(&certificates),
        ..private
    });
    let tls = format!(
        "{}&tls=true&tlsCAFile={}",
        server.url("app"),
        certificates.ca_pem.display()
    );
    assert_eq!(mongo_ping(&tls), "");
    let unknown = format!(
        "{}&tls=true&tlsCAFile={}",
        server.url("app"),
        certificates.unknown_ca_pem.display()
    );
    assert!(mongo_ping(&unknown).contains("certificate"));
}

#[test]
fn hostile_servers() {
    let garbage = hostile::GarbageServer::start();
    let mut answer = String::new();
    TcpStream::connect(("127.0.0.1", garbage.port))
        .and_then(|mut stream| stream.read_to_string(&mut answer))
        .expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 400"));

    let dying = hostile::DyingServer::start();
    let mut stream = TcpStream::connect(("127.0.0.1", dying.port)).expect("it accepts");
    stream.write_all(b"hello").expect("it reads");
    assert!(!matches!(stream.read(&mut [0; 8]), Ok(count) if count > 0));

    let silent = hostile::SilentServer::start();
    let mut stream = TcpStream::connect(("127.0.0.1", silent.port)).expect("it accepts");
    stream
        .set_read_timeout(Some(Duration::from_millis(100)))
        .expect("a time limit can be set");
    assert!(stream.read(&mut [0; 8]).is_err(), "it says nothing");
    assert_eq!(silent.accepted(), 1);
    assert!(!silent.all_closed());
    drop(stream);
    assert!(silent.all_closed());

    let refusing = hostile::RefusingPort::start();
    let refused = TcpStream::connect(("127.0.0.1", refusing.port));
    assert!(refused.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused));
}

#[test]
fn keyring() {
    let start = Instant::now();
    let mut keyring = PrivateKeyring::start();
    report("the keyring", start);
    let attributes = [("service", "tapedeck"), ("username", "x")];
    keyring.secret_tool_store("a label", &attributes, "hidden");
    assert_eq!(
        keyring.secret_tool_lookup(&attributes).as_deref(),
        Some("hidden")
    );
    assert!(
        keyring
            .secret_tool_search("service", "tapedeck")
            .contains("hidden")
    );

    keyring.lock();
    assert_eq!(keyring.secret_tool_lookup(&attributes), None, "locked");
    keyring.unlock();
    assert_eq!(
        keyring.secret_tool_lookup(&attributes).as_deref(),
        Some("hidden")
    );

    keyring.kill_daemon();
    assert_eq!(keyring.secret_tool_lookup(&attributes), None, "killed");
    keyring.start_daemon();
    assert_eq!(
        keyring.secret_tool_lookup(&attributes).as_deref(),
        Some("hidden")
    );
    let pids = [
        keyring.bus().pid(),
        keyring.daemon().map_or(0, |daemon| daemon.pid()),
    ];
    drop(keyring);
    pids.into_iter().for_each(assert_gone);
}

#[test]
fn a_test_can_run_inside_a_keyring() {
    run_in_keyring("a_test_can_run_inside_a_keyring", |keyring| {
        for (name, value) in keyring.env() {
            assert_eq!(std::env::var(name).as_deref(), Ok(value.as_str()));
        }
        assert!(std::env::var_os("DISPLAY").is_none());
    });
}

/// A killed test runs no destructor; the kernel must end its servers all the same, also when the thread that started
/// them is long gone.
#[test]
fn servers_end_with_a_killed_test() {
    const VARIABLE: &str = "TAPEDECK_TEST_PID_FILE";
    if let Some(file) = std::env::var_os(VARIABLE) {
        let (keyring, postgres) =
            std::thread::spawn(|| (PrivateKeyring::start(), Postgres::start()))
                .join()
                .expect("they start");
        std::thread::sleep(Duration::from_millis(200));
        let pids = [keyring.bus().pid(), postgres.pid()];
        assert!(
            pids.into_iter().all(pid_is_alive),
            "they outlive the thread that started them"
        );
        fs::write(file, format!("{} {}", pids[0], pids[1])).expect("the file can be written");
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let folder = test_support::TestFolder::new();
    let file = folder.path().join("pids");
    let mut child = Command::new(std::env::current_exe().expect("a test knows its own program"))
        .args(["--exact", "servers_end_with_a_killed_test", "--nocapture"])
        .env(VARIABLE, &file)
        .stdout(Stdio::null())
        .spawn()
        .expect("the test program can be started");
    let mut pids: Vec<u32> = Vec::new();
    let started = wait_until(Duration::from_secs(30), || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        pids = text.split(' ').filter_map(|pid| pid.parse().ok()).collect();
        pids.len() == 2
    });
    child.kill().expect("our own child can be killed");
    child.wait().expect("a killed child ends");
    assert!(started, "the servers did not start");
    pids.into_iter().for_each(assert_gone);
}
