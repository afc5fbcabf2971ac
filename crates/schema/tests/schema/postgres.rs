//! PostgreSQL.

use engines::DatabaseType;
use schema::{Snapshot, same};
use test_support::shared_postgres;

use crate::subject::{Subject, assert_same, lines, open, told};

/// A database with something of every kind.
const SCHEMA: &[&str] = &[
    "CREATE SCHEMA shop",
    "CREATE TYPE shop.state AS ENUM ('new', 'paid', 'it''s sent')",
    "CREATE DOMAIN shop.email AS text COLLATE \"C\" DEFAULT 'none' NOT NULL CONSTRAINT has_at CHECK (VALUE ~ '@')",
    "CREATE TYPE shop.address AS (street text, city varchar(40) COLLATE \"C\")",
    "CREATE TYPE shop.span AS RANGE (subtype = float8)",
    "CREATE SEQUENCE shop.numbers START 100 INCREMENT 10 CACHE 5 CYCLE MAXVALUE 100000",
    "CREATE FUNCTION shop.double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'",
    "CREATE TABLE shop.users (
        id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5) PRIMARY KEY,
        email shop.email UNIQUE,
        name varchar(80) COLLATE \"C\" NOT NULL DEFAULT 'nobody',
        age integer CHECK (age >= 0),
        twice integer GENERATED ALWAYS AS (age * 2) STORED,
        made timestamptz DEFAULT '2026-01-01 00:00:00+02',
        home shop.address,
        tags text[] DEFAULT '{}'::text[])",
    "CREATE TABLE shop.orders (
        id serial PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES shop.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        state shop.state NOT NULL DEFAULT 'new',
        total numeric(12,2) DEFAULT shop.double(1),
        during tstzrange,
        EXCLUDE USING gist (during WITH &&))",
    "CREATE INDEX orders_user ON shop.orders (user_id, abs(total)) INCLUDE (total) WHERE total > 0",
    "CREATE UNIQUE INDEX orders_twice ON shop.orders (shop.double(id))",
    "CREATE TABLE shop.events (at date NOT NULL, what text, CHECK (what <> '')) PARTITION BY RANGE (at)",
    "CREATE INDEX events_at ON shop.events (at)",
    "CREATE TABLE shop.events_2026 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "CREATE UNLOGGED TABLE shop.cache (key text PRIMARY KEY, value text) WITH (fillfactor = 70)",
    "CREATE TABLE shop.base (a integer)",
    "CREATE TABLE shop.heir (b integer) INHERITS (shop.base)",
    "CREATE VIEW shop.rich WITH (security_barrier = true) AS SELECT u.id, u.name FROM shop.users u WHERE u.age > 30",
    "CREATE VIEW shop.richer AS SELECT name FROM shop.rich",
    "CREATE MATERIALIZED VIEW shop.totals AS SELECT user_id, sum(total) AS sum FROM shop.orders GROUP BY user_id",
    "CREATE UNIQUE INDEX totals_user ON shop.totals (user_id)",
    "CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made := now(); RETURN NEW; END $$",
    "CREATE TRIGGER touched BEFORE UPDATE ON shop.users FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION shop.touch()",
    "CREATE TRIGGER seen AFTER INSERT ON shop.events FOR EACH ROW EXECUTE FUNCTION shop.touch()",
    "CREATE PROCEDURE shop.clean(days integer DEFAULT 30) LANGUAGE sql AS 'DELETE FROM shop.cache'",
    "CREATE AGGREGATE shop.product(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1')",
    "ALTER TABLE shop.users ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON shop.users FOR SELECT TO public USING (name = current_user)",
    "CREATE RULE quiet AS ON DELETE TO shop.users WHERE OLD.age > 100 DO INSTEAD NOTHING",
    "CREATE EXTENSION pg_trgm SCHEMA shop",
    "CREATE EXTENSION citext SCHEMA shop",
    "CREATE TABLE \"Odd.Name\" (\"a b\" integer, \"quo\"\"te\" text, \"größe\" text, \"<b>\" text, \"select\" text)",
    "CREATE INDEX \"i.1\" ON \"Odd.Name\" (\"quo\"\"te\")",
    // Ours, which nobody sees.
    "CREATE TABLE _tapedeck_migrations (id serial PRIMARY KEY, tag text UNIQUE)",
];

async fn database(name: &str) -> Subject {
    let server = shared_postgres();
    server.create_database(name);
    open(&server.url(name), DatabaseType::Postgresql, false).await
}

#[tokio::test]
async fn every_kind_is_seen() {
    let mut subject = database("kinds").await;
    subject.run_all(SCHEMA).await;
    let snapshot = subject.read().await;
    assert!(
        snapshot.server.starts_with("PostgreSQL 15"),
        "{}",
        snapshot.server
    );
    assert_eq!(told(&snapshot), include_str!("postgres.txt"));
}

async fn reread(mut subject: Subject, other: &str, before: &Snapshot) {
    subject.run_all(SCHEMA).await;
    let first = subject.read().await;
    assert!(!same(before, &first));
    assert_same(&first, &subject.read().await);
    // Another session, one that only reads, and other settings.
    let server = shared_postgres();
    for read_only in [false, true] {
        let mut again = open(&server.url(other), DatabaseType::Postgresql, read_only).await;
        again.run("SELECT set_config('search_path', 'shop, public', false), set_config('DateStyle', 'German', false),
            set_config('TimeZone', 'Asia/Kathmandu', false), set_config('quote_all_identifiers', 'on', false)").await;
        assert_same(&first, &again.read().await);
        let kept = again
            .run("SELECT current_setting('search_path'), current_setting('TimeZone')")
            .await;
        assert_eq!(kept, [["shop, public", "Asia/Kathmandu"]]);
    }
    // Within a transaction.
    subject.session.begin(None).await.unwrap();
    assert_same(&first, &subject.read().await);
    subject.session.commit().await.unwrap();
    let json = first.to_json();
    let back = Snapshot::from_json(&json).unwrap();
    assert_eq!(back, first);
    assert_eq!(lines(&schema::compare(&first, &back)), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_schema_reads_the_same() {
    let mut subject = database("same").await;
    let before = subject.read().await;
    reread(subject, "same", &before).await;
}
