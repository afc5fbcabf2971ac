-- The records, what was done to them, and what stands beside them.
--
-- Deleted records are gone from the tables of records: their last state is in `changes`, from which undo makes them
-- again. So every unique index means what it says, and no query can forget to leave deleted rows out.
--
-- References are checked at commit: a mutation is a list of records before and after, in no order that a reference
-- checked at once would need.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys only. The values are in the keyring.
CREATE TABLE named_secrets (
    key TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Times are milliseconds since 1970. `extra` holds the fields of an import that this version does not know, as JSON.
CREATE TABLE products (
    id TEXT NOT NULL PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    extra TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) DEFERRABLE INITIALLY DEFERRED,
    env_name TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT,
    position INTEGER NOT NULL,
    active INTEGER NOT NULL,
    class TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    extra TEXT NOT NULL DEFAULT '{}',
    UNIQUE (product_id, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE databases (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    tag TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    extra TEXT NOT NULL DEFAULT '{}',
    UNIQUE (product_id, tag)
) STRICT, WITHOUT ROWID;

-- `connection_url` has *** in place of each secret. `secrets` says which keyring entry fills which slot, as JSON.
-- A database's configs lie side by side: they are always read together, thousands at once.
CREATE TABLE environment_configs (
    id TEXT NOT NULL UNIQUE,
    database_id TEXT NOT NULL REFERENCES databases (id) DEFERRABLE INITIALLY DEFERRED,
    environment_id TEXT NOT NULL REFERENCES environments (id) DEFERRABLE INITIALLY DEFERRED,
    connection_url TEXT NOT NULL,
    description TEXT,
    secrets TEXT NOT NULL DEFAULT '{}',
    extra TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (database_id, environment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX environment_configs_by_environment ON environment_configs (environment_id);

-- The whole record as JSON; tag and position are taken out of it for order and uniqueness.
CREATE TABLE actions (
    id TEXT NOT NULL PRIMARY KEY,
    database_id TEXT NOT NULL REFERENCES databases (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (database_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE migrations (
    id TEXT NOT NULL PRIMARY KEY,
    database_id TEXT NOT NULL REFERENCES databases (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (database_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_tests (
    config_id TEXT NOT NULL PRIMARY KEY
        REFERENCES environment_configs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    at INTEGER NOT NULL,
    result TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The activity list. Its order is `sequence`, so that a clock that was moved back does not shuffle it.
CREATE TABLE activities (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_label TEXT NOT NULL,
    summary TEXT NOT NULL,
    undone_by TEXT
) STRICT;

-- What each activity made of each record: enough to undo it, and to say what changed since a revision.
CREATE TABLE changes (
    activity INTEGER NOT NULL REFERENCES activities (sequence),
    position INTEGER NOT NULL,
    record_id TEXT NOT NULL,
    before_revision INTEGER,
    after_revision INTEGER,
    before TEXT,
    after TEXT,
    PRIMARY KEY (activity, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_record ON changes (record_id);

-- Keyring entries that no record uses any more, and that undoing the activity would bring back.
CREATE TABLE released_secrets (
    activity INTEGER NOT NULL REFERENCES activities (sequence),
    secret_id TEXT NOT NULL,
    PRIMARY KEY (activity, secret_id)
) STRICT, WITHOUT ROWID;
