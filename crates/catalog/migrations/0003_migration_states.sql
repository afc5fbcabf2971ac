-- How the migrations of a database were found in an environment, as the use cases wrote it: what the matrix shows before any server
-- is asked. Only the last reading is kept, and only while the connection is the one that was read.
CREATE TABLE migration_states (
    config_id TEXT NOT NULL PRIMARY KEY
        REFERENCES environment_configs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    at INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
