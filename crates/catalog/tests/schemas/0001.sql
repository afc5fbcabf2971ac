BEGIN;
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE named_secrets (
    key TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
CREATE TABLE released_secrets (
    activity INTEGER NOT NULL REFERENCES activities (sequence),
    secret_id TEXT NOT NULL,
    PRIMARY KEY (activity, secret_id)
) STRICT, WITHOUT ROWID;
INSERT INTO actions (id, database_id, position, tag, record) VALUES ('01a224b6-b3c5-728e-b2c6-19a2bd7bb572', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', 0, 'find', '{"name":"Find","tag":"find","tableName":"orders","type":"read","template":"SELECT * FROM orders WHERE id = ''{{id:UUID}}''"}');
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (1, '01a224b6-b3b2-73c5-970e-50a25b3757df', 1795912283058, 'cli', 'create', 'product', '01a224b6-b3b1-7319-80ba-c39708cef74e', 'shop', 'Made the product shop', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (2, '01a224b6-b3b7-762d-a8f2-d36e52355e3c', 1795912283063, 'cli', 'create', 'environment', '01a224b6-b3b7-762d-a8f2-d36d5a457e22', 'shop@dev', 'Made the environment shop@dev', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (3, '01a224b6-b3c1-71e3-a5a7-005a47d0c725', 1795912283073, 'cli', 'create', 'environment', '01a224b6-b3c1-71e3-a5a7-00598ca8f95c', 'shop@prd', 'Made the environment shop@prd', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (4, '01a224b6-b3c6-7272-889b-f6c79774bf04', 1795912283078, 'cli', 'create', 'database', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', 'shop/orders', 'Made the database shop/orders', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (5, '01a224b6-b3d5-7683-9d4d-f2890d450b81', 1795912283093, 'cli', 'create', 'database', '01a224b6-b3d5-7683-9d4d-f287c18b86dc', 'shop/users', 'Made the database shop/users', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (6, '01a224b6-b3da-7402-8cb2-5be7ddd17b3b', 1795912283098, 'cli', 'update', 'database', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', 'shop/orders', 'Changed envs[dev] password of the database shop/orders', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (7, '01a224b6-b3f9-775d-a2dd-cd320804e67c', 1795912283129, 'cli', 'set', 'named_secret', 'API@prd', 'API@prd', 'Set the named secret API@prd', NULL);
INSERT INTO activities (sequence, id, at, origin, verb, subject_kind, subject_id, subject_label, summary, undone_by) VALUES (8, '01a224b6-b419-7211-8e7a-9deb4655c1d8', 1795912283161, 'cli', 'delete', 'database', '01a224b6-b3d5-7683-9d4d-f287c18b86dc', 'shop/users', 'Deleted the database shop/users', NULL);
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (1, 0, '01a224b6-b3b1-7319-80ba-c39708cef74e', NULL, 1, NULL, '{"product":{"id":"01a224b6-b3b1-7319-80ba-c39708cef74e","tag":"shop","name":"Shop","description":"Carts and orders. Ünïcödé ’quotes’; -- no comment","revision":1,"created_at":"2026-11-29T00:31:23.057Z","updated_at":"2026-11-29T00:31:23.057Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (2, 0, '01a224b6-b3b7-762d-a8f2-d36d5a457e22', NULL, 1, NULL, '{"environment":{"id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","env_name":"Development","slug":"dev","order":0,"active":true,"class":"development","revision":1,"created_at":"2026-11-29T00:31:23.063Z","updated_at":"2026-11-29T00:31:23.063Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (3, 0, '01a224b6-b3c1-71e3-a5a7-00598ca8f95c', NULL, 1, NULL, '{"environment":{"id":"01a224b6-b3c1-71e3-a5a7-00598ca8f95c","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","env_name":"Production","slug":"prd","order":1,"active":true,"class":"production","revision":1,"created_at":"2026-11-29T00:31:23.073Z","updated_at":"2026-11-29T00:31:23.073Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (4, 0, '01a224b6-b3c5-728e-b2c6-199f9796b7fe', NULL, 1, NULL, '{"database":{"id":"01a224b6-b3c5-728e-b2c6-199f9796b7fe","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","name":"The orders","tag":"orders","type":"postgresql","envs":[{"id":"01a224b6-b3c5-728e-b2c6-19a0cf18cd54","environment_id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","slug":"dev","connection_url":"postgresql://app:***@localhost/orders","secrets":{"password":"orders-dev"}},{"id":"01a224b6-b3c5-728e-b2c6-19a1aaed7185","environment_id":"01a224b6-b3c1-71e3-a5a7-00598ca8f95c","slug":"prd","connection_url":"postgresql://app:***@db.example/orders","secrets":{"password":"orders-prd"}}],"actions":[{"id":"01a224b6-b3c5-728e-b2c6-19a2bd7bb572","name":"Find","tag":"find","tableName":"orders","type":"read","template":"SELECT * FROM orders WHERE id = ''{{id:UUID}}''"}],"migrations":[{"id":"01a224b6-b3c6-7272-889b-f6c6e52c96d3","name":"First","tag":"0001-first","value":{"up":["CREATE TABLE orders (id uuid)"],"down":["DROP TABLE orders"]},"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}],"revision":1,"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (5, 0, '01a224b6-b3d5-7683-9d4d-f287c18b86dc', NULL, 1, NULL, '{"database":{"id":"01a224b6-b3d5-7683-9d4d-f287c18b86dc","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","name":"The users","tag":"users","type":"postgresql","envs":[{"id":"01a224b6-b3d5-7683-9d4d-f288054a35f7","environment_id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","slug":"dev","connection_url":"postgresql://app@localhost/users","secrets":{}}],"actions":[],"migrations":[],"revision":1,"created_at":"2026-11-29T00:31:23.093Z","updated_at":"2026-11-29T00:31:23.093Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (6, 0, '01a224b6-b3c5-728e-b2c6-199f9796b7fe', 1, 2, '{"database":{"id":"01a224b6-b3c5-728e-b2c6-199f9796b7fe","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","name":"The orders","tag":"orders","type":"postgresql","envs":[{"id":"01a224b6-b3c5-728e-b2c6-19a0cf18cd54","environment_id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","slug":"dev","connection_url":"postgresql://app:***@localhost/orders","secrets":{"password":"orders-dev"}},{"id":"01a224b6-b3c5-728e-b2c6-19a1aaed7185","environment_id":"01a224b6-b3c1-71e3-a5a7-00598ca8f95c","slug":"prd","connection_url":"postgresql://app:***@db.example/orders","secrets":{"password":"orders-prd"}}],"actions":[{"id":"01a224b6-b3c5-728e-b2c6-19a2bd7bb572","name":"Find","tag":"find","tableName":"orders","type":"read","template":"SELECT * FROM orders WHERE id = ''{{id:UUID}}''"}],"migrations":[{"id":"01a224b6-b3c6-7272-889b-f6c6e52c96d3","name":"First","tag":"0001-first","value":{"up":["CREATE TABLE orders (id uuid)"],"down":["DROP TABLE orders"]},"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}],"revision":1,"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}}', '{"database":{"id":"01a224b6-b3c5-728e-b2c6-199f9796b7fe","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","name":"The orders","tag":"orders","type":"postgresql","envs":[{"id":"01a224b6-b3c5-728e-b2c6-19a0cf18cd54","environment_id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","slug":"dev","connection_url":"postgresql://app:***@localhost/orders","secrets":{"password":"orders-dev-2"}},{"id":"01a224b6-b3c5-728e-b2c6-19a1aaed7185","environment_id":"01a224b6-b3c1-71e3-a5a7-00598ca8f95c","slug":"prd","connection_url":"postgresql://app:***@db.example/orders","secrets":{"password":"orders-prd"}}],"actions":[{"id":"01a224b6-b3c5-728e-b2c6-19a2bd7bb572","name":"Find","tag":"find","tableName":"orders","type":"read","template":"SELECT * FROM orders WHERE id = ''{{id:UUID}}''"}],"migrations":[{"id":"01a224b6-b3c6-7272-889b-f6c6e52c96d3","name":"First","tag":"0001-first","value":{"up":["CREATE TABLE orders (id uuid)"],"down":["DROP TABLE orders"]},"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}],"revision":2,"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.098Z"}}');
INSERT INTO changes (activity, position, record_id, before_revision, after_revision, before, after) VALUES (8, 0, '01a224b6-b3d5-7683-9d4d-f287c18b86dc', 1, NULL, '{"database":{"id":"01a224b6-b3d5-7683-9d4d-f287c18b86dc","product_id":"01a224b6-b3b1-7319-80ba-c39708cef74e","name":"The users","tag":"users","type":"postgresql","envs":[{"id":"01a224b6-b3d5-7683-9d4d-f288054a35f7","environment_id":"01a224b6-b3b7-762d-a8f2-d36d5a457e22","slug":"dev","connection_url":"postgresql://app@localhost/users","secrets":{}}],"actions":[],"migrations":[],"revision":1,"created_at":"2026-11-29T00:31:23.093Z","updated_at":"2026-11-29T00:31:23.093Z"}}', NULL);
INSERT INTO databases (id, product_id, name, tag, type, description, revision, created_at, updated_at, extra) VALUES ('01a224b6-b3c5-728e-b2c6-199f9796b7fe', '01a224b6-b3b1-7319-80ba-c39708cef74e', 'The orders', 'orders', 'postgresql', NULL, 2, 1795912283077, 1795912283098, '{}');
INSERT INTO environment_configs (id, database_id, environment_id, connection_url, description, secrets, extra) VALUES ('01a224b6-b3c5-728e-b2c6-19a0cf18cd54', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', '01a224b6-b3b7-762d-a8f2-d36d5a457e22', 'postgresql://app:***@localhost/orders', NULL, '{"password":"orders-dev-2"}', '{}');
INSERT INTO environment_configs (id, database_id, environment_id, connection_url, description, secrets, extra) VALUES ('01a224b6-b3c5-728e-b2c6-19a1aaed7185', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', '01a224b6-b3c1-71e3-a5a7-00598ca8f95c', 'postgresql://app:***@db.example/orders', NULL, '{"password":"orders-prd"}', '{}');
INSERT INTO environments (id, product_id, env_name, slug, description, position, active, class, revision, created_at, updated_at, extra) VALUES ('01a224b6-b3b7-762d-a8f2-d36d5a457e22', '01a224b6-b3b1-7319-80ba-c39708cef74e', 'Development', 'dev', NULL, 0, 1, 'development', 1, 1795912283063, 1795912283063, '{}');
INSERT INTO environments (id, product_id, env_name, slug, description, position, active, class, revision, created_at, updated_at, extra) VALUES ('01a224b6-b3c1-71e3-a5a7-00598ca8f95c', '01a224b6-b3b1-7319-80ba-c39708cef74e', 'Production', 'prd', NULL, 1, 1, 'production', 1, 1795912283073, 1795912283073, '{}');
INSERT INTO last_tests (config_id, at, result) VALUES ('01a224b6-b3c5-728e-b2c6-19a1aaed7185', 1767225600123, '{"connected":true,"latency_ms":4}');
INSERT INTO meta (key, value) VALUES ('catalog_id', '01a224b6-b3aa-72c5-afbe-01b01019f13b');
INSERT INTO migrations (id, database_id, position, tag, record) VALUES ('01a224b6-b3c6-7272-889b-f6c6e52c96d3', '01a224b6-b3c5-728e-b2c6-199f9796b7fe', 0, '0001-first', '{"name":"First","tag":"0001-first","value":{"up":["CREATE TABLE orders (id uuid)"],"down":["DROP TABLE orders"]},"created_at":"2026-11-29T00:31:23.077Z","updated_at":"2026-11-29T00:31:23.077Z"}');
INSERT INTO named_secrets (key, created_at, updated_at) VALUES ('API@prd', 1795912283129, 1795912283129);
INSERT INTO products (id, tag, name, description, revision, created_at, updated_at, extra) VALUES ('01a224b6-b3b1-7319-80ba-c39708cef74e', 'shop', 'Shop', 'Carts and orders. Ünïcödé ’quotes’; -- no comment', 1, 1795912283057, 1795912283057, '{}');
INSERT INTO released_secrets (activity, secret_id) VALUES (6, 'orders-dev');
INSERT INTO settings (key, value) VALUES ('settings', '{"theme":"dark","compact":true}');
PRAGMA application_id = 1414546507;
PRAGMA user_version = 1;
COMMIT;
