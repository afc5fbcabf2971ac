//! MySQL 5.7 and MariaDB.

use engines::DatabaseType;
use schema::Snapshot;
use test_support::{MySqlServer, shared_mariadb, shared_mysql57};

use crate::subject::{Subject, assert_same, open, told};

/// A database with something of every kind that both servers have.
const SCHEMA: &[&str] = &[
    "CREATE TABLE users (
        id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
        email varchar(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'it''s unique',
        name varchar(80) DEFAULT 'it''s',
        n int DEFAULT 5,
        nothing int DEFAULT NULL,
        ratio double NOT NULL DEFAULT 1.5,
        price decimal(12,2) DEFAULT 1.00,
        made datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
        bits bit(3) DEFAULT b'101',
        state enum('new','it''s') DEFAULT 'new',
        twice int AS (n * 2) STORED,
        shout varchar(90) AS (concat(name, '!')) VIRTUAL,
        body text,
        spot point NOT NULL,
        UNIQUE KEY email (email), KEY by_name (name(10), n), FULLTEXT KEY words (body), SPATIAL KEY spot (spot)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='people' ROW_FORMAT=DYNAMIC",
    "CREATE TABLE orders (id int PRIMARY KEY, user_id bigint unsigned, KEY user (user_id),
        CONSTRAINT theirs FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE SET NULL
    ) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE TABLE parts (a int, b int, PRIMARY KEY (a, b)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        PARTITION BY RANGE (a) SUBPARTITION BY HASH (b) SUBPARTITIONS 2
        (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE hashed (a int PRIMARY KEY) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin PARTITION BY HASH (a) PARTITIONS 3",
    "CREATE VIEW named AS SELECT u.id, u.name FROM users u WHERE u.name LIKE 'a%' WITH LOCAL CHECK OPTION",
    "CREATE SQL SECURITY INVOKER VIEW counted AS SELECT count(*) AS n FROM named",
    "CREATE TRIGGER first BEFORE INSERT ON users FOR EACH ROW SET NEW.n = 1",
    "CREATE TRIGGER second BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.n = 2; END",
    "CREATE PROCEDURE clean(IN days int, OUT said varchar(20) CHARACTER SET ascii) COMMENT 'cleans' BEGIN SET said = 'x'; END",
    "CREATE FUNCTION plus(a int, b decimal(10,2)) RETURNS varchar(30) CHARACTER SET ascii DETERMINISTIC NO SQL SQL SECURITY INVOKER
        RETURN concat(a, 'é')",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' ON COMPLETION PRESERVE DISABLE DO DELETE FROM orders",
    "CREATE EVENT once ON SCHEDULE AT '2037-01-01' DO DELETE FROM orders",
    "CREATE TABLE `Odd.Name` (`a b` int, `quo``te` text, `größe` int, `<b>` int, KEY `i.1` (`größe`)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    // Ours, which nobody sees.
    "CREATE TABLE _tapedeck_migrations (id int AUTO_INCREMENT PRIMARY KEY, tag varchar(50) UNIQUE)",
];

/// What only MariaDB has of all that.
const MARIADB: &[&str] = &[
    "CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 3",
    "CREATE TABLE kept (a int CHECK (a <> 3), b int DEFAULT (a + 1), j json, hidden int INVISIBLE DEFAULT 4, KEY a (a) IGNORED,
        CONSTRAINT positive CHECK (a > 0)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING",
];

struct Flavour {
    name: &'static str,
    server: fn() -> &'static MySqlServer,
    told: &'static str,
}

const FLAVOURS: [Flavour; 2] = [
    Flavour {
        name: "MariaDB",
        server: || shared_mariadb(),
        told: include_str!("mariadb.txt"),
    },
    Flavour {
        name: "MySQL",
        server: || shared_mysql57(),
        told: include_str!("mysql57.txt"),
    },
];

impl Flavour {
    async fn database(&self, name: &str) -> Subject {
        let server = (self.server)();
        server.sql(&format!(
            "CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        ));
        open(&server.url(name), DatabaseType::Mysql, false).await
    }

    fn schema(&self) -> Vec<&'static str> {
        let own = if self.name == "MariaDB" { MARIADB } else { &[] };
        [SCHEMA, own].concat()
    }
}

#[tokio::test]
async fn every_kind_is_seen() {
    for flavour in &FLAVOURS {
        let mut subject = flavour.database("kinds").await;
        subject.run_all(&flavour.schema()).await;
        let snapshot = subject.read().await;
        assert!(
            snapshot.server.starts_with(flavour.name),
            "{}",
            snapshot.server
        );
        assert_eq!(told(&snapshot), flavour.told, "{}", flavour.name);
    }
}

#[tokio::test]
async fn the_same_schema_reads_the_same() {
    for flavour in &FLAVOURS {
        let mut subject = flavour.database("same").await;
        subject.run_all(&flavour.schema()).await;
        let first = subject.read().await;
        assert_same(&first, &subject.read().await);
        let server = (flavour.server)();
        let mut again = open(&server.url("same"), DatabaseType::Mysql, true).await;
        assert_same(&first, &again.read().await);
        let back = Snapshot::from_json(&first.to_json()).unwrap();
        assert_eq!(back, first);
        // A database of another name, made in another order as far as that can be.
        let mut other = flavour.database("same_again").await;
        let mut statements = flavour.schema();
        statements[2..4].reverse();
        let end = statements.len();
        statements[10..end].reverse();
        other.run_all(&statements).await;
        assert_same(&first, &other.read().await);
    }
}
