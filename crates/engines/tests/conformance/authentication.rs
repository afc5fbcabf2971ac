//! The ways of logging in, and the official drivers as the judges of what counts as connected.

use engines::{DatabaseType, Stage, code};
use mysql_async::prelude::Queryable;
use test_support::{shared_mariadb, shared_mongo, shared_mysql57, shared_postgres};

use crate::subject::{Run, connected, encoded, failed, subjects};

const CANARY: &str = "c4n@ry/'\"%$ \\?#&=:ß€";

#[test]
fn passwords_of_any_characters() {
    let postgres = shared_postgres();
    let quoted = CANARY.replace('\'', "''");
    postgres.sql(
        "postgres",
        &format!("create role canary login password '{quoted}'"),
    );
    let url = format!(
        "postgresql://canary:{}@127.0.0.1:{}/app",
        encoded(CANARY),
        postgres.port
    );
    connected(
        &Run::new(DatabaseType::Postgresql, &url).report(),
        "PostgreSQL",
    );
    let quoted = CANARY.replace('\\', "\\\\").replace('\'', "\\'");
    for (server, port) in [
        (&**shared_mariadb(), shared_mariadb().port),
        (&**shared_mysql57(), shared_mysql57().port),
    ] {
        server.sql(&format!(
            "set names utf8mb4; create user canary@'%' identified by '{quoted}'; grant all on app.* to canary@'%'"
        ));
        let url = format!("mysql://canary:{}@127.0.0.1:{port}/app", encoded(CANARY));
        connected(&Run::new(DatabaseType::Mysql, &url).report(), "MySQL");
        let forbidden = format!("mysql://canary:{}@127.0.0.1:{port}/mysql", encoded(CANARY));
        let report = Run::new(DatabaseType::Mysql, &forbidden).report();
        failed(
            &report,
            code::PERMISSION_DENIED,
            Stage::Database,
            "no rights there",
        );
    }
}

#[test]
fn methods_of_postgresql() {
    let postgres = shared_postgres();
    let test = |options: &str| {
        let url = format!("{}?{options}", postgres.url("app"));
        Run::new(DatabaseType::Postgresql, &url).report()
    };
    connected(&test("require_auth=scram-sha-256"), "scram");
    connected(&test("require_auth=!password,!md5"), "negated");
    let report = test("require_auth=md5");
    failed(
        &report,
        code::AUTH_METHOD_UNSUPPORTED,
        Stage::Auth,
        "ruled out",
    );
    let report = test("channel_binding=require");
    failed(
        &report,
        code::AUTH_METHOD_UNSUPPORTED,
        Stage::Auth,
        "there is no channel",
    );
    connected(&test("target_session_attrs=read-write"), "read-write");
    connected(&test("target_session_attrs=primary"), "primary");
    connected(
        &test("target_session_attrs=prefer-standby"),
        "prefer-standby",
    );
    for attributes in ["standby", "read-only"] {
        let report = test(&format!("target_session_attrs={attributes}"));
        failed(&report, code::SERVER_ERROR, Stage::Database, attributes);
    }
    let no_password = format!(
        "postgresql://{}@127.0.0.1:{}/app",
        postgres.user, postgres.port
    );
    let report = Run::new(DatabaseType::Postgresql, &no_password).report();
    failed(&report, code::AUTH_FAILED, Stage::Auth, "no password");
    postgres.sql(
        "postgres",
        "create role narrow login password 'narrow-s3cret' connection limit 0",
    );
    let narrow = format!(
        "postgresql://narrow:narrow-s3cret@127.0.0.1:{}/app",
        postgres.port
    );
    let report = Run::new(DatabaseType::Postgresql, &narrow).report();
    failed(
        &report,
        code::TOO_MANY_CONNECTIONS,
        Stage::Database,
        "a limit",
    );
    postgres.sql(
        "postgres",
        "create role outsider login password 'out-s3cret'",
    );
    postgres.create_database("closed");
    postgres.sql("postgres", "revoke connect on database closed from public");
    let outside = format!(
        "postgresql://outsider:out-s3cret@127.0.0.1:{}/closed",
        postgres.port
    );
    let report = Run::new(DatabaseType::Postgresql, &outside).report();
    failed(
        &report,
        code::PERMISSION_DENIED,
        Stage::Database,
        "no right to connect",
    );
}

#[test]
fn methods_of_mysql() {
    let mariadb = shared_mariadb();
    mariadb.sql("install soname 'auth_ed25519'");
    mariadb.sql("create user edward@'%' identified via ed25519 using password('ed-s3cret-25519')");
    mariadb.sql("create user locked@'%' identified by 'locked-s3cret' account lock");
    let test = |user: &str, password: &str, port: u16| {
        let url = format!("mysql://{user}:{password}@127.0.0.1:{port}");
        Run::new(DatabaseType::Mysql, &url).report()
    };
    connected(&test("edward", "ed-s3cret-25519", mariadb.port), "ed25519");
    let report = test("edward", "wrong", mariadb.port);
    failed(&report, code::AUTH_FAILED, Stage::Auth, "ed25519");
    let report = test("locked", "locked-s3cret", mariadb.port);
    failed(&report, code::AUTH_FAILED, Stage::Auth, "locked");

    let mysql = shared_mysql57();
    mysql.sql("create user limited@'%' identified by 'limited-s3cret' with max_user_connections 1");
    mysql.sql("create user elsewhere@'192.0.2.1' identified by 'elsewhere-s3cret'");
    connected(&test("limited", "limited-s3cret", mysql.port), "limited");
    let report = test("elsewhere", "elsewhere-s3cret", mysql.port);
    failed(
        &report,
        code::AUTH_FAILED,
        Stage::Auth,
        "from another machine",
    );
    // The password is sent to nobody who cannot keep it.
    mysql.sql("create user sha@'%' identified with sha256_password by 'sha-s3cret-256'");
    let report = test("sha", "sha-s3cret-256", mysql.port);
    failed(
        &report,
        code::TLS_REQUIRED,
        Stage::Auth,
        "sha256_password without TLS",
    );
}

#[test]
fn the_official_drivers_agree() {
    let subjects = subjects();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    engines::install_crypto_provider();
    for subject in subjects {
        let url = subject.url("");
        connected(&subject.test(&url), subject.name);
        runtime.block_on(async {
            match subject.database_type {
                DatabaseType::Mysql => {
                    let options = mysql_async::Opts::from_url(&url).unwrap();
                    let mut connection = mysql_async::Conn::new(options).await.unwrap();
                    let one: Option<u8> = connection.query_first("SELECT 1").await.unwrap();
                    assert_eq!(one, Some(1));
                    connection.disconnect().await.unwrap();
                }
                DatabaseType::Mongodb => {
                    let client = mongodb::Client::with_uri_str(&url).await.unwrap();
                    client
                        .database("app")
                        .run_command(mongodb::bson::doc! { "ping": 1 })
                        .await
                        .unwrap();
                    client.shutdown().await;
                }
                // Its driver is what the test itself logs in with.
                // A file has nobody to log in.
                DatabaseType::Postgresql | DatabaseType::Sqlite => {}
            }
        });
    }
    assert!(!shared_mongo().password.is_empty());
}
