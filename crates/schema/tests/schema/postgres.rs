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

/// Statements that drift, and what is said of it.
const DRIFT: &[(&[&str], &[&str])] = &[
    (
        &["ALTER TABLE shop.users ADD COLUMN phone text DEFAULT 'none' NOT NULL"],
        &["added column shop.users.phone: text, default 'none'::text, not null"],
    ),
    (
        &["ALTER TABLE shop.users DROP COLUMN made"],
        &[
            "removed column shop.users.made: timestamp with time zone, default '2025-12-31 22:00:00+00'::timestamp with time zone",
        ],
    ),
    (
        &[
            "DROP MATERIALIZED VIEW shop.totals",
            "ALTER TABLE shop.orders ALTER total TYPE numeric(14,2)",
            "CREATE MATERIALIZED VIEW shop.totals AS SELECT user_id, sum(total) AS sum FROM shop.orders GROUP BY user_id",
            "CREATE UNIQUE INDEX totals_user ON shop.totals (user_id)",
        ],
        &["changed column shop.orders.total: type: numeric(12,2) → type: numeric(14,2)"],
    ),
    (
        &[
            "DROP VIEW shop.rich CASCADE",
            "DROP TRIGGER touched ON shop.users",
            "DROP POLICY own ON shop.users",
            "ALTER TABLE shop.users ALTER name TYPE varchar(90) COLLATE \"POSIX\", ALTER name DROP DEFAULT, ALTER name DROP NOT NULL",
            "CREATE VIEW shop.rich WITH (security_barrier = true) AS SELECT u.id, u.name FROM shop.users u WHERE u.age > 30",
            "CREATE VIEW shop.richer AS SELECT name FROM shop.rich",
            "CREATE TRIGGER touched BEFORE UPDATE ON shop.users FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION shop.touch()",
            "CREATE POLICY own ON shop.users FOR SELECT TO public USING (name = current_user)",
        ],
        &[
            "changed column shop.users.name: collation: pg_catalog.\"C\"\ndefault: 'nobody'::character varying\nnot null: yes\ntype: character varying(80) → collation: pg_catalog.\"POSIX\"\ndefault: (none)\nnot null: (none)\ntype: character varying(90)",
        ],
    ),
    (
        &["ALTER TABLE shop.users ALTER id SET GENERATED BY DEFAULT"],
        &["changed column shop.users.id: identity: always → identity: by default"],
    ),
    (
        &["ALTER TABLE shop.users ALTER id DROP IDENTITY"],
        &[
            "changed column shop.users.id: identity: always\nidentity options: INCREMENT BY 5 START WITH 10 → identity: (none)\nidentity options: (none)",
        ],
    ),
    (
        &["ALTER TABLE shop.users ALTER twice DROP EXPRESSION"],
        &["changed column shop.users.twice: generated: ((age * 2)) STORED → generated: (none)"],
    ),
    (
        &[
            "DROP INDEX shop.orders_user",
            "CREATE INDEX orders_user ON shop.orders (user_id)",
        ],
        &[
            "changed index shop.orders.orders_user: CREATE INDEX orders_user ON shop.orders USING btree (user_id, abs(total)) INCLUDE (total) WHERE (total > (0)::numeric) → CREATE INDEX orders_user ON shop.orders USING btree (user_id)",
        ],
    ),
    (
        &["CREATE INDEX \"by \"\"name\"\"\" ON shop.users (name)"],
        &[
            "added index shop.users.\"by \"\"name\"\"\": CREATE INDEX \"by \"\"name\"\"\" ON shop.users USING btree (name)",
        ],
    ),
    (
        &["ALTER TABLE shop.users DROP CONSTRAINT users_age_check"],
        &["removed constraint shop.users.users_age_check: CHECK ((age >= 0))"],
    ),
    (
        &[
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_user_id_fkey",
            "ALTER TABLE shop.orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES shop.users NOT VALID",
        ],
        &[
            "changed constraint shop.orders.orders_user_id_fkey: FOREIGN KEY (user_id) REFERENCES shop.users(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED → FOREIGN KEY (user_id) REFERENCES shop.users(id) NOT VALID",
        ],
    ),
    (
        &[
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_user_id_fkey",
            "ALTER TABLE shop.orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES shop.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID",
        ],
        &[
            "changed constraint shop.orders.orders_user_id_fkey: FOREIGN KEY (user_id) REFERENCES shop.users(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED → FOREIGN KEY (user_id) REFERENCES shop.users(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID",
        ],
    ),
    (
        &[
            "ALTER TABLE shop.users DROP CONSTRAINT users_pkey CASCADE",
            "ALTER TABLE shop.users ADD CONSTRAINT users_pkey PRIMARY KEY (id, name)",
        ],
        &[
            "removed constraint shop.orders.orders_user_id_fkey: FOREIGN KEY (user_id) REFERENCES shop.users(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "changed constraint shop.users.users_pkey: PRIMARY KEY (id) → PRIMARY KEY (id, name)",
        ],
    ),
    (
        &["CREATE OR REPLACE VIEW shop.rich AS SELECT u.id, u.name, u.age FROM shop.users u"],
        &[
            "changed view shop.rich: definition:\nSELECT u.id,\n    u.name\n   FROM shop.users u\n  WHERE (u.age > 30)\noptions: security_barrier=true → definition:\nSELECT u.id,\n    u.name,\n    u.age\n   FROM shop.users u\noptions: (none)",
        ],
    ),
    (
        &["DROP VIEW shop.richer"],
        &["removed view shop.richer: SELECT rich.name\n   FROM shop.rich"],
    ),
    (
        &["DROP MATERIALIZED VIEW shop.totals"],
        &[
            "removed materialized view shop.totals: SELECT orders.user_id,\n    sum(orders.total) AS sum\n   FROM shop.orders\n  GROUP BY orders.user_id\nindexes:\n  totals_user: CREATE UNIQUE INDEX totals_user ON shop.totals USING btree (user_id)",
        ],
    ),
    (
        &[
            "CREATE OR REPLACE FUNCTION shop.double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + n'",
        ],
        &[
            "changed function shop.double(integer): CREATE OR REPLACE FUNCTION shop.double(n integer)\n RETURNS integer\n LANGUAGE sql\n IMMUTABLE\nAS $function$SELECT n * 2$function$ → CREATE OR REPLACE FUNCTION shop.double(n integer)\n RETURNS integer\n LANGUAGE sql\n IMMUTABLE\nAS $function$SELECT n + n$function$",
        ],
    ),
    (
        &[
            "DROP PROCEDURE shop.clean",
            "CREATE PROCEDURE shop.clean(days integer) LANGUAGE sql AS 'SELECT 1'",
        ],
        &[
            "changed procedure shop.clean(integer): CREATE OR REPLACE PROCEDURE shop.clean(IN days integer DEFAULT 30)\n LANGUAGE sql\nAS $procedure$DELETE FROM shop.cache$procedure$ → CREATE OR REPLACE PROCEDURE shop.clean(IN days integer)\n LANGUAGE sql\nAS $procedure$SELECT 1$procedure$",
        ],
    ),
    (
        &["DROP AGGREGATE shop.product(integer)"],
        &[
            "removed aggregate shop.product(integer): initial value: 1\nreturns: integer\nstate function: int4mul\nstate type: integer",
        ],
    ),
    (
        &["ALTER TABLE shop.users DISABLE TRIGGER touched"],
        &["changed trigger shop.users.touched: enabled: (none) → enabled: no"],
    ),
    (
        &["DROP TRIGGER seen ON shop.events"],
        &[
            "removed trigger shop.events.seen: CREATE TRIGGER seen AFTER INSERT ON shop.events FOR EACH ROW EXECUTE FUNCTION shop.touch()",
        ],
    ),
    (
        &["ALTER SEQUENCE shop.numbers INCREMENT 20 NO CYCLE"],
        &[
            "changed sequence shop.numbers: cycle: yes\nincrement: 10 → cycle: (none)\nincrement: 20",
        ],
    ),
    (
        &["ALTER TYPE shop.address ADD ATTRIBUTE zip text"],
        &[
            "changed type shop.address: attributes:\nstreet text,\ncity character varying(40) COLLATE pg_catalog.\"C\" → attributes:\nstreet text,\ncity character varying(40) COLLATE pg_catalog.\"C\",\nzip text",
        ],
    ),
    (
        &[
            "ALTER DOMAIN shop.email DROP CONSTRAINT has_at",
            "ALTER DOMAIN shop.email SET DEFAULT 'nobody'",
            "ALTER DOMAIN shop.email DROP NOT NULL",
        ],
        &[
            "changed type shop.email: default: 'none'::text\nnot null: yes → default: 'nobody'::text\nnot null: (none)",
            "removed constraint shop.email.has_at: CHECK ((VALUE ~ '@'::text))",
        ],
    ),
    (
        &["DROP EXTENSION citext"],
        &["removed extension citext: schema: shop"],
    ),
    (
        &["ALTER POLICY own ON shop.users USING (true)"],
        &["changed policy shop.users.own: using: ((name)::text = CURRENT_USER) → using: true"],
    ),
    (
        &[
            "ALTER TABLE shop.users FORCE ROW LEVEL SECURITY",
            "ALTER TABLE shop.users REPLICA IDENTITY FULL",
        ],
        &[
            "changed table shop.users: replica identity: (none)\nrow security: on → replica identity: full\nrow security: forced",
        ],
    ),
    (
        &["DROP RULE quiet ON shop.users"],
        &[
            "removed rule shop.users.quiet: CREATE RULE quiet AS\n    ON DELETE TO shop.users\n   WHERE (old.age > 100) DO INSTEAD NOTHING;",
        ],
    ),
    (
        &[
            "ALTER TABLE shop.cache SET LOGGED",
            "ALTER TABLE shop.cache SET (autovacuum_enabled = off)",
            "ALTER TABLE shop.cache RESET (fillfactor)",
        ],
        &[
            "changed table shop.cache: options: fillfactor=70\npersistence: unlogged → options: autovacuum_enabled=off\npersistence: (none)",
        ],
    ),
    (
        &[
            "CREATE TABLE shop.events_2027 PARTITION OF shop.events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
            "ALTER TABLE shop.events_2027 ALTER what SET DEFAULT 'x'",
        ],
        &[
            "added table shop.events_2027: bound: FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')\npartition of: shop.events\ncolumns:\n  what: text, default 'x'::text",
        ],
    ),
    (
        &["ALTER TABLE shop.heir NO INHERIT shop.base"],
        &[
            "changed table shop.heir: inherits: shop.base → inherits: (none)",
            "added column shop.heir.a: integer",
        ],
    ),
    (
        &[
            "CREATE SCHEMA more",
            "CREATE TYPE more.mood AS ENUM ('sad')",
            "CREATE TABLE more.a (id serial PRIMARY KEY, mood more.mood)",
            "CREATE TABLE more.b (id int PRIMARY KEY REFERENCES more.a, a_id int)",
            "ALTER TABLE more.a ADD b_id int REFERENCES more.b",
            "CREATE VIEW more.c AS SELECT a.id FROM more.a",
        ],
        &[
            "added schema more: ",
            "added table more.a: columns:\n  id: integer, default nextval('more.a_id_seq'::regclass), not null\n  mood: more.mood\n  b_id: integer\nconstraints:\n  a_b_id_fkey: FOREIGN KEY (b_id) REFERENCES more.b(id)\n  a_pkey: PRIMARY KEY (id)",
            "added table more.b: columns:\n  id: integer, not null\n  a_id: integer\nconstraints:\n  b_id_fkey: FOREIGN KEY (id) REFERENCES more.a(id)\n  b_pkey: PRIMARY KEY (id)",
            "added view more.c: SELECT a.id\n   FROM more.a",
            "added type more.mood: kind: enum\nlabels: 'sad'",
        ],
    ),
    (
        &[
            "CREATE FUNCTION shop.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
            "CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE RULE') EXECUTE FUNCTION shop.watch()",
        ],
        &[
            "added function shop.watch(): CREATE OR REPLACE FUNCTION shop.watch()\n RETURNS event_trigger\n LANGUAGE plpgsql\nAS $function$ BEGIN END $function$",
            "added event trigger watch: event: ddl_command_end\nfunction: shop.watch\ntags: 'CREATE RULE'",
        ],
    ),
    // Everything that a whole schema holds, at once.
    (&["DROP SCHEMA shop CASCADE"], &[]),
];

#[tokio::test]
async fn each_change_is_noticed_and_mended() {
    let mut subject = database("drift").await;
    subject.run_all(SCHEMA).await;
    let mut wrong = Vec::new();
    for (statements, expected) in DRIFT {
        let found = subject.differs(statements).await;
        if !expected.is_empty() && found != *expected {
            wrong.push(format!("{statements:?}: {found:#?}"));
        }
    }
    assert_eq!(wrong.join("\n"), "");
}

#[tokio::test]
async fn use_is_no_change() {
    let mut subject = database("used").await;
    subject.run_all(SCHEMA).await;
    let before = subject.read().await;
    subject
        .run_all(&[
            "INSERT INTO shop.users (email, name, age) VALUES ('a@b', 'a', 40)",
            "INSERT INTO shop.orders (user_id) SELECT id FROM shop.users",
            "SELECT nextval('shop.numbers')",
            "REFRESH MATERIALIZED VIEW shop.totals",
            "ANALYZE",
            "REINDEX TABLE shop.orders",
            "CREATE TEMPORARY TABLE passing (a int)",
            "INSERT INTO _tapedeck_migrations (tag) VALUES ('a')",
            "CREATE TABLE _tapedeck_more (a int)",
            "ALTER TABLE shop.cache DROP COLUMN value",
            "ALTER TABLE shop.cache ADD COLUMN value text",
            "COMMENT ON TABLE shop.users IS 'people'",
        ])
        .await;
    assert_same(&before, &subject.read().await);
}

#[tokio::test]
async fn the_order_of_statements_does_not_matter() {
    let mut subject = database("order_one").await;
    subject.run_all(SCHEMA).await;
    let first = subject.read().await;
    let mut other = database("order_two").await;
    let mut statements = SCHEMA.to_vec();
    let end = statements.len();
    statements[end - 9..].reverse();
    // The odd table's index is made after it.
    let table = statements
        .iter()
        .position(|it| it.starts_with("CREATE TABLE \"Odd"))
        .unwrap();
    let moved = statements.remove(table);
    statements.insert(0, moved);
    // A partition that was a table first, and columns in another order.
    let partition = statements
        .iter()
        .position(|it| it.contains("PARTITION OF"))
        .unwrap();
    statements.splice(
        partition..=partition,
        [
            "CREATE TABLE shop.events_2026 (what text CHECK (what <> ''), at date NOT NULL)",
            "ALTER TABLE shop.events_2026 RENAME CONSTRAINT events_2026_what_check TO events_what_check",
            "ALTER TABLE shop.events ATTACH PARTITION shop.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        ],
    );
    other.run_all(&statements).await;
    assert_same(&first, &other.read().await);
}

#[tokio::test]
async fn who_may_only_connect_reads_the_same() {
    let server = shared_postgres();
    let mut subject = database("seen").await;
    subject.run_all(SCHEMA).await;
    let first = subject.read().await;
    server.sql(
        "seen",
        "CREATE ROLE guest LOGIN PASSWORD 'guest'; REVOKE ALL ON SCHEMA public FROM PUBLIC",
    );
    let url = format!("postgresql://guest:guest@127.0.0.1:{}/seen", server.port);
    let mut guest = open(&url, DatabaseType::Postgresql, true).await;
    assert_same(&first, &guest.read().await);
}
