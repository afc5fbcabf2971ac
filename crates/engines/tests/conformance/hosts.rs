//! Several hosts, unix sockets, and addresses beside names.

use std::time::Duration;

use engines::{DatabaseType, Stage, code};
use test_support::hostile::{RefusingPort, SilentServer};
use test_support::{shared_mariadb, shared_mysql57, shared_postgres};

use crate::subject::{Run, connected, encoded, failed, subjects};

#[test]
fn the_first_host_is_dead() {
    let dead = RefusingPort::start();
    let silent = SilentServer::start();
    for subject in subjects() {
        // A server of its own next to a dead one is what a driver turns down; this one is a set of one member.
        let many = |ports: &[u16]| {
            let hosts: Vec<_> = ports
                .iter()
                .map(|port| format!("127.0.0.1:{port}"))
                .collect();
            subject.url_at(
                &hosts.join(","),
                &subject.user,
                &subject.password,
                "app",
                "",
            )
        };
        connected(
            &subject.test(&many(&[dead.port, subject.port])),
            subject.name,
        );
        let report = subject.test(&many(&[dead.port, dead.port]));
        failed(&report, code::CONNECTION_REFUSED, Stage::Tcp, subject.name);

        // One that swallows everything must leave time for the next.
        let limit = Duration::from_secs(4);
        let (report, took) = Run::new(subject.database_type, &many(&[silent.port, subject.port]))
            .timeout(limit)
            .timed();
        connected(&report, subject.name);
        assert!(took < limit, "{took:?}");
    }
    let postgres = shared_postgres();
    // The server's no ends the search: the next host is not tried with the same wrong password.
    let url = format!(
        "postgresql://app:wrong@127.0.0.1:{},127.0.0.1:{}/app?sslmode=disable",
        postgres.port, dead.port
    );
    let report = Run::new(DatabaseType::Postgresql, &url).report();
    failed(&report, code::AUTH_FAILED, Stage::Auth, "libpq stops there");
    let one_name_unknown = format!(
        "postgresql://{}:{}@tapedeck-test.invalid,127.0.0.1:{}/app?load_balance_hosts=random",
        postgres.user,
        encoded(&postgres.password),
        postgres.port
    );
    let url = one_name_unknown.replace("invalid,", &format!("invalid:{},", postgres.port));
    connected(
        &Run::new(DatabaseType::Postgresql, &url).report(),
        "an unknown name beside it",
    );
}

#[cfg(unix)]
#[test]
fn unix_sockets() {
    let postgres = shared_postgres();
    let folder = postgres.socket_dir().to_str().unwrap();
    let credentials = format!("{}:{}", postgres.user, encoded(&postgres.password));
    // libpq ignores sslmode there.
    for options in ["", "&sslmode=verify-full&sslrootcert=/nonexistent"] {
        let url = format!(
            "postgresql://{credentials}@/app?host={folder}&port={}{options}",
            postgres.port
        );
        let report = Run::new(DatabaseType::Postgresql, &url).report();
        connected(&report, &url);
        assert_eq!(report.tls, None);
    }
    let url = format!(
        "postgresql://{credentials}@{}:{}/app",
        encoded(folder),
        postgres.port
    );
    connected(
        &Run::new(DatabaseType::Postgresql, &url).report(),
        "as a host",
    );
    let words = format!(
        "host={folder} port={} user={} password={} dbname=app",
        postgres.port, postgres.user, postgres.password
    );
    connected(
        &Run::new(DatabaseType::Postgresql, &words).report(),
        "in keywords",
    );
    let addressed = format!(
        "postgresql://{credentials}@name.invalid:{}/app?hostaddr=127.0.0.1",
        postgres.port
    );
    connected(
        &Run::new(DatabaseType::Postgresql, &addressed).report(),
        "hostaddr",
    );

    for (socket, user, password) in [
        (
            shared_mariadb().socket(),
            &shared_mariadb().user,
            &shared_mariadb().password,
        ),
        (
            shared_mysql57().socket(),
            &shared_mysql57().user,
            &shared_mysql57().password,
        ),
    ] {
        let credentials = format!("{user}:{}", encoded(password));
        let path = socket.to_str().unwrap();
        for url in [
            format!("mysql://{credentials}@{}/app", encoded(path)),
            format!("mysql://{credentials}@localhost/app?socket={path}"),
        ] {
            connected(&Run::new(DatabaseType::Mysql, &url).report(), "a socket");
        }
    }
    for (database_type, url) in [
        (
            DatabaseType::Postgresql,
            "postgresql://app@%2Fnonexistent/app",
        ),
        (
            DatabaseType::Mysql,
            "mysql://app@%2Fnonexistent%2Fsocket/app",
        ),
        (
            DatabaseType::Mongodb,
            "mongodb://%2Fnonexistent%2Fmongodb.sock/app",
        ),
    ] {
        let report = Run::new(database_type, url).report();
        failed(&report, code::CONNECTION_REFUSED, Stage::Tcp, url);
        assert!(
            report
                .error
                .unwrap()
                .message
                .contains("socket /nonexistent")
        );
    }
}
