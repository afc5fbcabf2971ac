//! MySQL 5.7 and MariaDB.

use engines::DatabaseType;
use schema::{Snapshot, compare, same};
use test_support::{MySqlServer, shared_mariadb, shared_mysql57};

use crate::subject::{Subject, assert_same, lines, open, told};

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

/// Statements that drift, and of what is said that it differs.
const DRIFT: &[(&[&str], &[&str])] = &[
    (
        &[
            "ALTER TABLE users ADD COLUMN phone varchar(20) NOT NULL DEFAULT 'it''s\\\\' COMMENT 'a \"b\"' AFTER id",
        ],
        &["added column users.phone"],
    ),
    (
        &["ALTER TABLE users DROP COLUMN ratio"],
        &["removed column users.ratio"],
    ),
    (
        &["ALTER TABLE users MODIFY n bigint unsigned NOT NULL DEFAULT 6 COMMENT 'more'"],
        &["changed column users.n"],
    ),
    (
        &["ALTER TABLE users MODIFY name varchar(80) CHARACTER SET latin1 NOT NULL"],
        &["changed column users.name"],
    ),
    (
        &["ALTER TABLE users MODIFY made datetime(3) NULL DEFAULT NULL"],
        &["changed column users.made"],
    ),
    (
        &[
            "ALTER TABLE orders DROP FOREIGN KEY theirs",
            "ALTER TABLE users MODIFY id bigint unsigned NOT NULL",
            "ALTER TABLE orders ADD CONSTRAINT theirs FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE SET NULL",
        ],
        &["changed column users.id"],
    ),
    (
        &["ALTER TABLE users DROP COLUMN twice, ADD COLUMN twice int AS (n * 3) VIRTUAL"],
        &["changed column users.twice"],
    ),
    (
        &["ALTER TABLE users DROP INDEX by_name, ADD UNIQUE INDEX by_name (name(12))"],
        &["changed index users.by_name"],
    ),
    (
        &["ALTER TABLE users DROP INDEX words, ADD INDEX `odd.``index` (n, email)"],
        &[
            "added index users.`odd.``index`",
            "removed index users.words",
        ],
    ),
    (
        &["ALTER TABLE parts DROP PRIMARY KEY, ADD PRIMARY KEY (a, b), ADD KEY back (b, a)"],
        &["added index parts.back"],
    ),
    (
        &[
            "ALTER TABLE orders ADD COLUMN part int, ADD COLUMN other bigint unsigned, ADD CONSTRAINT others FOREIGN KEY (other) REFERENCES users (id)",
        ],
        &[
            "added column orders.other",
            "added constraint orders.others",
            "added column orders.part",
        ],
    ),
    (
        &[
            "ALTER TABLE orders DROP FOREIGN KEY theirs",
            "ALTER TABLE orders ADD CONSTRAINT theirs FOREIGN KEY (user_id) REFERENCES users (id)",
        ],
        &["changed constraint orders.theirs"],
    ),
    (
        &["ALTER TABLE orders ADD COLUMN number int NOT NULL AUTO_INCREMENT UNIQUE"],
        &["added column orders.number", "added index orders.number"],
    ),
    (
        &[
            "ALTER TABLE orders COMMENT='all of them', ROW_FORMAT=COMPRESSED, DEFAULT COLLATE=utf8mb4_unicode_ci",
        ],
        &["changed table orders"],
    ),
    (
        &["ALTER TABLE hashed REMOVE PARTITIONING"],
        &["changed table hashed"],
    ),
    (
        &[
            "ALTER TABLE parts REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN MAXVALUE)",
        ],
        &["changed table parts"],
    ),
    (
        &["CREATE OR REPLACE VIEW named AS SELECT u.id, u.name, 'same.`x`' AS x FROM users u"],
        &["changed view named"],
    ),
    (&["DROP VIEW counted"], &["removed view counted"]),
    (
        &["DROP VIEW counted", "DROP VIEW named"],
        &["removed view counted", "removed view named"],
    ),
    (
        &["DROP TRIGGER first"],
        &[
            "removed trigger users.first",
            "changed trigger users.second",
        ],
    ),
    (
        &[
            "DROP TRIGGER second",
            "CREATE TRIGGER second AFTER UPDATE ON users FOR EACH ROW BEGIN END",
        ],
        &["changed trigger users.second"],
    ),
    (
        &[
            "DROP PROCEDURE clean",
            "CREATE PROCEDURE clean(IN days int) BEGIN SELECT 'a;b'; END",
        ],
        &["changed procedure clean"],
    ),
    (&["DROP FUNCTION plus"], &["removed function plus"]),
    (
        &[
            "ALTER EVENT nightly ON SCHEDULE EVERY 2 HOUR ENABLE",
            "CREATE EVENT `odd event` ON SCHEDULE EVERY '1:30' HOUR_MINUTE DO SELECT 1",
        ],
        &["added event `odd event`", "changed event nightly"],
    ),
    (&["DROP TABLE `Odd.Name`"], &["removed table `Odd.Name`"]),
    (
        &[
            "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, b_id int)",
            "CREATE TABLE b (id int PRIMARY KEY, a_id int, FOREIGN KEY (a_id) REFERENCES a (id))",
            "ALTER TABLE a ADD CONSTRAINT back FOREIGN KEY (b_id) REFERENCES b (id)",
            "CREATE TRIGGER `of.a` AFTER DELETE ON a FOR EACH ROW DELETE FROM b",
            "CREATE VIEW of_b AS SELECT plus(b.id, 1) AS sum FROM b",
        ],
        &["added table a", "added table b", "added view of_b"],
    ),
    (
        &["DROP TABLE orders", "DROP TABLE users"],
        &["removed table orders", "removed table users"],
    ),
];

/// The same for what only MariaDB has.
const DRIFT_OF_MARIADB: &[(&[&str], &[&str])] = &[
    (
        &["ALTER TABLE kept DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (a > 1)"],
        &["changed constraint kept.positive"],
    ),
    (
        &[
            "SET SESSION system_versioning_alter_history = KEEP",
            "ALTER TABLE kept MODIFY a int CHECK (a <> 4)",
        ],
        &["changed constraint kept.a"],
    ),
    (
        &["ALTER SEQUENCE numbers INCREMENT BY 7"],
        &["changed sequence numbers"],
    ),
    (&["DROP SEQUENCE numbers"], &["removed sequence numbers"]),
    (
        &["ALTER TABLE kept DROP SYSTEM VERSIONING"],
        &["changed table kept"],
    ),
    (
        &["ALTER TABLE kept ALTER INDEX a NOT IGNORED"],
        &["changed index kept.a"],
    ),
    (&["DROP TABLE kept"], &["removed table kept"]),
];

async fn each_change(flavour: &Flavour) {
    let mut subject = flavour.database("drift").await;
    subject.run_all(&flavour.schema()).await;
    let own = if flavour.name == "MariaDB" {
        DRIFT_OF_MARIADB
    } else {
        &[]
    };
    let mut wrong = Vec::new();
    for (statements, expected) in DRIFT.iter().chain(own) {
        let found = subject.differs(statements).await;
        let brief: Vec<&str> = found
            .iter()
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        if brief != *expected {
            wrong.push(format!("{statements:?}: {found:#?}"));
        }
    }
    assert_eq!(wrong.join("\n"), "");
}

#[tokio::test]
async fn each_change_is_noticed_and_mended_on_mariadb() {
    each_change(&FLAVOURS[0]).await;
}

#[tokio::test]
async fn each_change_is_noticed_and_mended_on_mysql() {
    each_change(&FLAVOURS[1]).await;
}

#[tokio::test]
async fn use_is_no_change() {
    for flavour in &FLAVOURS {
        let mut subject = flavour.database("used").await;
        subject.run_all(&flavour.schema()).await;
        let before = subject.read().await;
        subject
            .run_all(&[
                "INSERT INTO users (email, name, spot) VALUES ('a@b', 'a', POINT(1, 1)), ('b@b', 'b', POINT(1, 1))",
                "INSERT INTO parts VALUES (1, 2)",
                "ANALYZE TABLE users",
                "OPTIMIZE TABLE orders",
                "ALTER TABLE users AUTO_INCREMENT = 5000",
                "CREATE TEMPORARY TABLE passing (a int)",
                "INSERT INTO _tapedeck_migrations (tag) VALUES ('a')",
                "CREATE TABLE _tapedeck_more (a int)",
                "ALTER TABLE users MODIFY n int DEFAULT 5 FIRST",
            ])
            .await;
        if flavour.name == "MariaDB" {
            subject.run("SELECT NEXT VALUE FOR numbers").await;
        }
        assert_same(&before, &subject.read().await);
    }
}

#[tokio::test]
async fn who_sees_less_finds_no_drift() {
    for flavour in &FLAVOURS {
        let server = (flavour.server)();
        let mut subject = flavour.database("seen").await;
        subject.run_all(&flavour.schema()).await;
        let whole = subject.read().await;
        server.sql(
            "CREATE USER guest@'%' IDENTIFIED BY 'guest'; GRANT SELECT ON seen.* TO guest@'%'",
        );
        let url = format!("mysql://guest:guest@127.0.0.1:{}/seen", server.port);
        let mut guest = open(&url, DatabaseType::Mysql, true).await;
        let less = guest.read().await;
        assert_eq!(lines(&compare(&whole, &less)), Vec::<String>::new());
        assert_eq!(lines(&compare(&less, &whole)), Vec::<String>::new());
        assert!(same(&whole, &less));
        assert!(!less.covers.contains_key("trigger"), "{:?}", less.covers);
        // What the guest does see still counts.
        subject.run("ALTER TABLE orders ADD COLUMN more int").await;
        let differences = compare(&subject.read().await, &less);
        assert_eq!(lines(&differences), ["removed column orders.more: int(11)"]);
        server.sql("GRANT TRIGGER, EVENT, EXECUTE, SHOW VIEW ON seen.* TO guest@'%'");
        let mut guest = open(&url, DatabaseType::Mysql, true).await;
        let more = guest.read().await;
        assert!(more.covers.contains_key("trigger") && more.covers.contains_key("procedure"));
        assert!(same(&subject.read().await, &more));
    }
}
