//! What is found in the files of each program.

use discovery::{Findings, Source, SourceFile, read, source_of};

fn find(path: &str, text: &str) -> Findings {
    let source = source_of(path).unwrap_or_else(|| panic!("{path} is nobody's file"));
    read(&[SourceFile {
        path,
        source,
        bytes: text.as_bytes(),
    }])
}

/// Name, URL and environment of each connection.
fn found(findings: &Findings) -> Vec<(&str, &str, &str)> {
    findings
        .connections
        .iter()
        .map(|each| {
            let environment = each.environment.as_ref().map_or("", |guess| &guess.slug);
            (each.name.as_str(), each.url.expose(), environment)
        })
        .collect()
}

fn warnings(findings: &Findings) -> Vec<&str> {
    let all = findings.connections.iter().flat_map(|each| &each.warnings);
    all.map(|warning| warning.code.as_str()).collect()
}

#[test]
fn urls_of_env_files() {
    let text = "# the shop\n\
        export DATABASE_URL=\"postgres://ada:p%40w@db.example.com/orders\" # main\n\
        PROD_MONGO_URL='mongodb+srv://app:s$ret@cluster.example.net/events'\n\
        USERS_URL=mysql+pymysql://app:pw@localhost:3307/users_test\n\
        PRISMA_URL=postgresql://app:pw@localhost/shop?schema=public\n\
        HOMEPAGE=https://example.com/\nREDIS_URL=redis://localhost\n";
    let findings = find("/home/ada/shop/.env", text);
    assert_eq!(findings.notes, []);
    assert_eq!(
        found(&findings)[..3],
        [
            (
                "DATABASE_URL",
                "postgres://ada:p%40w@db.example.com/orders",
                ""
            ),
            (
                "PROD_MONGO_URL",
                "mongodb+srv://app:s$ret@cluster.example.net/events",
                "prd"
            ),
            (
                "USERS_URL",
                "mysql://app:pw@localhost:3307/users_test",
                "tst"
            ),
        ]
    );
    assert_eq!(findings.connections.len(), 4);
    assert_eq!(findings.connections[0].line, Some(2));
    assert_eq!(findings.connections[2].database_name(), "users");
    assert_eq!(warnings(&findings)[0], "mended");
}

#[test]
fn parts_of_env_files() {
    let text = "DB_CONNECTION=pgsql\nDB_HOST=10.0.0.5\nDB_PORT=5433\nDB_DATABASE=orders\nDB_USERNAME=ada\nDB_PASSWORD='a b@c'\n\
        PGHOST=/run/postgresql\nPGUSER=ada\nPGDATABASE=shop\nPGSSLMODE=disable\n\
        MYSQL_USER=app\nMYSQL_PASSWORD=pw\nMYSQL_DATABASE=users\n\
        EVENTS_MONGO_HOST_PROD=events.example.com\nEVENTS_MONGO_PORT_PROD=27018\n\
        SMTP_HOST=mail.example.com\nSMTP_USER=ada\n";
    let findings = find("/home/ada/shop/.env.staging", text);
    assert_eq!(
        found(&findings),
        [
            (
                "DB",
                "postgresql://ada:a%20b%40c@10.0.0.5:5433/orders",
                "stg"
            ),
            (
                "PG",
                "postgresql://ada@%2Frun%2Fpostgresql/shop?sslmode=disable",
                "stg"
            ),
            ("MYSQL", "mysql://app:pw@localhost/users", "stg"),
            (
                "EVENTS_MONGO_PROD",
                "mongodb://events.example.com:27018",
                "prd"
            ),
        ]
    );
    assert_eq!(warnings(&findings), ["assumed"]);
}

#[test]
fn variables_of_env_files() {
    let text = "USER_NAME=ada\nPASS=p4ss\nURL=mysql://${USER_NAME}:${PASS}@localhost/shop\nOPEN_URL=mysql://app:${NOT_HERE}@localhost/x\n";
    let findings = find(".env", text);
    assert_eq!(found(&findings)[0].1, "mysql://ada:p4ss@localhost/shop");
    assert!(warnings(&findings).contains(&"incomplete"), "{findings:?}");
}

#[test]
fn what_says_too_little_is_noted_without_its_values() {
    let findings = find(
        ".env",
        "DB_HOST=h\nDB_PASSWORD=s3cr3t\nX=mongodb://app:s3cr3t@/x\n",
    );
    assert!(findings.connections.is_empty(), "{findings:?}");
    assert_eq!(findings.notes.len(), 2, "{:?}", findings.notes);
    assert!(!format!("{findings:?}").contains("s3cr3t"));
}

#[test]
fn lines_of_pgpass() {
    let text = "# mine\nlocalhost:5432:orders_dev:ada:pa:ss\ndb.example.com:*:*:app:p\\:w\\\\x\n*:*:*:ada:any\n::\n[bad\n";
    let findings = find("/home/ada/.pgpass", text);
    assert_eq!(
        found(&findings),
        [
            (
                "orders_dev",
                "postgresql://ada:pa%3Ass@localhost/orders_dev",
                "dev"
            ),
            (
                "app@db.example.com",
                "postgresql://app:p%3Aw%5Cx@db.example.com",
                ""
            ),
        ]
    );
    assert_eq!(findings.connections[0].database_name(), "orders");
    assert_eq!(warnings(&findings), ["incomplete"]);
    assert_eq!(findings.notes.len(), 1);
}

#[test]
fn services_get_their_password_of_pgpass() {
    let services = "[orders-prod]\nhost=db.example.com\nport=5433\nuser=app\ndbname=orders\nsslmode=verify-full\n\n\
        # here\n[scratch]\ndbname=scratch\npassword=in place\n";
    let pgpass = "db.example.com:5432:*:app:other\ndb.example.com:5433:orders:app:secret one\n";
    let file = |path, source, text: &'static str| SourceFile {
        path,
        source,
        bytes: text.as_bytes(),
    };
    let findings = read(&[
        file("/home/ada/.pg_service.conf", Source::PgService, services),
        file("/home/ada/.pgpass", Source::Pgpass, pgpass),
    ]);
    assert_eq!(
        found(&findings)[..2],
        [
            (
                "orders-prod",
                "postgresql://app:secret%20one@db.example.com:5433/orders?sslmode=verify-full",
                "prd"
            ),
            (
                "scratch",
                "postgresql://:in%20place@localhost/scratch",
                "dev"
            ),
        ]
    );
    assert_eq!(findings.connections[1].line, Some(9));
}

#[test]
fn groups_of_my_cnf() {
    let text = "[client]\nuser = ada\npassword = \"p#w\\\\x\" # x\n\n[client_orders_prod]\nhost=db.example.com\nPORT=3307\nuser=app\nssl_mode=REQUIRED\n\
        [mysqldump]\nquick\n[client-here]\nsocket=/run/mysqld/mysqld.sock\nuser=me\n!includedir /etc/mysql\n";
    let findings = find("/home/ada/.my.cnf", text);
    assert_eq!(
        found(&findings),
        [
            ("client", "mysql://ada:p%23w%5Cx@localhost", "dev"),
            (
                "client_orders_prod",
                "mysql://app@db.example.com:3307/?ssl-mode=REQUIRED",
                "prd"
            ),
            (
                "client-here",
                "mysql://me@%2Frun%2Fmysqld%2Fmysqld.sock",
                "dev"
            ),
        ]
    );
    assert_eq!(findings.notes.len(), 1);
}

const COMPOSE: &str = r#"
x-common: &common
  TZ: UTC
services:
  orders:
    image: postgres:16-alpine
    environment:
      <<: *common
      POSTGRES_USER: ada
      POSTGRES_PASSWORD: 0123
      POSTGRES_DB: orders
    ports: ["127.0.0.1:5433:5432"]
  users:
    image: docker.io/library/mariadb@sha256:0000
    environment:
      - MARIADB_ROOT_PASSWORD=${ROOT:-deflt}
      - MARIADB_DATABASE=users
    ports:
      - target: 3306
        published: "3310"
  events:
    image: mongo
    environment: { MONGO_INITDB_ROOT_USERNAME: root, MONGO_INITDB_ROOT_PASSWORD: "${MONGO_PASSWORD}" }
    ports: ["27017:27017/tcp"]
  hidden:
    image: postgis/postgis
    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/pw }
  web:
    image: shop/web
    ports: [8080]
  express:
    image: mongo-express
"#;

#[test]
fn services_of_compose() {
    let file = |path, source, text: &'static str| SourceFile {
        path,
        source,
        bytes: text.as_bytes(),
    };
    let findings = read(&[
        file("/shop/docker-compose.yml", Source::Compose, COMPOSE),
        file("/shop/.env", Source::DotEnv, "MONGO_PASSWORD=m0\n"),
        file("/other/.env", Source::DotEnv, "ROOT=wrong\n"),
    ]);
    assert_eq!(findings.notes, []);
    assert_eq!(
        found(&findings),
        [
            (
                "orders",
                "postgresql://ada:0123@localhost:5433/orders",
                "dev"
            ),
            ("users", "mysql://root:deflt@localhost:3310/users", "dev"),
            (
                "events",
                "mongodb://root:m0@localhost/?authSource=admin",
                "dev"
            ),
            ("hidden", "postgresql://postgres@localhost/postgres", "dev"),
        ]
    );
    assert_eq!(findings.connections[0].line, Some(5));
    assert_eq!(warnings(&findings), ["password_elsewhere", "unreachable"]);
}

#[test]
fn records() {
    let text = r#"{"products":[{"tag":"shop","databases":[{"type":"mongodb","tag":"mongo","name":"Events","envs":[
        {"slug":"dev","connection_url":"mongodb://localhost:27017/dev"},
        {"slug":"prd","connection_url":"mongodb://app:***@db.example.com/prod"},
        {"slug":"stg"},
        {"slug":"qa-2","connection_url":"mongodb://qa.example.com/qa"}]}]}]}"#;
    let findings = find("databases.json", text);
    assert_eq!(
        found(&findings),
        [
            ("Events", "mongodb://localhost:27017/dev", "dev"),
            ("Events", "mongodb://app:***@db.example.com/prod", "prd"),
            ("Events", "mongodb://qa.example.com/qa", "qa-2"),
        ]
    );
    assert_eq!(warnings(&findings), ["password_elsewhere"]);
    assert_eq!(findings.connections[0].database_name(), "Events");
}

#[test]
fn connections_of_dbeaver() {
    let text = r#"{"folders":{"Live":{}},"connections":{
        "postgres-jdbc-1":{"provider":"postgresql","driver":"postgres-jdbc","name":"Orders","folder":"Live",
            "configuration":{"host":"db.example.com","port":"5432","database":"orders","user":"app","type":"dev","url":"jdbc:postgresql://db.example.com:5432/orders"}},
        "maria-1":{"provider":"mysql","driver":"mariaDB","name":"Users",
            "configuration":{"configurationType":"URL","url":"jdbc:mariadb://localhost:3307/users","type":"test"}},
        "h2-1":{"provider":"generic","driver":"h2","name":"H2","configuration":{"url":"jdbc:h2:mem"}}}}"#;
    let findings = find(
        "/home/ada/.local/share/DBeaverData/workspace6/General/.dbeaver/data-sources.json",
        text,
    );
    assert_eq!(
        found(&findings),
        [
            ("Orders", "postgresql://app@db.example.com/orders", "prd"),
            ("Users", "mariadb://localhost:3307/users", "tst"),
        ]
    );
    assert_eq!(warnings(&findings)[0], "password_elsewhere");
}

#[test]
fn connections_of_compass() {
    let one = r#"{"_id":"1","connectionInfo":{"id":"1","favorite":{"name":"Events (prod)"},"connectionOptions":{"connectionString":"mongodb://app@db.example.com/events"}},"connectionSecrets":"AAAA"}"#;
    let findings = find("/home/ada/.config/MongoDB Compass/Connections/1.json", one);
    assert_eq!(
        found(&findings),
        [(
            "Events (prod)",
            "mongodb://app@db.example.com/events",
            "prd"
        )]
    );
    assert_eq!(warnings(&findings), ["password_elsewhere"]);

    let exported = r#"{"type":"Compass Connections","version":{"$numberInt":"1"},"connections":[
        {"id":"1","connectionOptions":{"connectionString":"mongodb://localhost:27017"}},
        {"id":"2","favorite":{"name":"Live"},"connectionOptions":{"connectionString":"mongodb://a:b@h/","sshTunnel":{"host":"x"}}}]}"#;
    let findings = find("compass-connections.json", exported);
    assert_eq!(
        found(&findings),
        [
            ("localhost", "mongodb://localhost:27017", "dev"),
            ("Live", "mongodb://a:b@h/", "prd"),
        ]
    );
    assert_eq!(warnings(&findings), ["unreachable"]);
}

#[test]
fn data_sources_of_datagrip() {
    let shared = r#"<?xml version="1.0" encoding="UTF-8"?>
<project version="4">
  <component name="DataSourceManagerImpl" format="xml">
    <data-source source="LOCAL" name="orders@staging" uuid="u-1">
      <driver-ref>postgresql</driver-ref>
      <jdbc-url>jdbc:postgresql://db.example.com:5432/orders</jdbc-url>
    </data-source>
    <data-source source="LOCAL" name="cache" uuid="u-2">
      <jdbc-url>jdbc:redis://localhost</jdbc-url>
    </data-source>
  </component>
</project>"#;
    let local = r#"<project version="4"><component name="dataSourceStorageLocal">
        <data-source name="orders@staging" uuid="u-1"><user-name>ada</user-name></data-source></component></project>"#;
    let file = |path, source, text: &'static str| SourceFile {
        path,
        source,
        bytes: text.as_bytes(),
    };
    let findings = read(&[
        file(
            "/x/.idea/dataSources.local.xml",
            Source::DatagripLocal,
            local,
        ),
        file("/x/.idea/dataSources.xml", Source::Datagrip, shared),
    ]);
    assert_eq!(
        found(&findings),
        [(
            "orders@staging",
            "postgresql://ada@db.example.com:5432/orders",
            "stg"
        )]
    );
    assert_eq!(findings.connections[0].line, Some(4));
    assert_eq!(warnings(&findings), ["password_elsewhere"]);
}

#[test]
fn what_is_not_read_is_said() {
    let findings = find(
        "/home/ada/.config/beekeeper-studio/app.db",
        "SQLite format 3\0",
    );
    assert!(findings.connections.is_empty());
    assert!(findings.notes[0].message.contains("Beekeeper"));
}

#[test]
fn masks_and_slots() {
    let findings = find(".env", "A=postgres://app:s3cr3t@h/o?sslpassword=t0p\n");
    let connection = &findings.connections[0];
    assert_eq!(
        connection.url.masked(connection.database_type),
        "postgres://app:***@h/o?sslpassword=***"
    );
    assert_eq!(
        connection.url.secret_slots(connection.database_type),
        ["password", "option:sslpassword"]
    );
    let printed = format!("{findings:?}");
    assert!(
        !printed.contains("s3cr3t") && !printed.contains("t0p"),
        "{printed}"
    );
}
