-- What was run, newest kept: a line for each run of an action. `inputs` are its values as JSON text, those that look like secrets
-- left out; NULL where they were too long to keep.
--
-- There is no reference to the action: a deleted one comes back by undo, and its runs with it.
CREATE TABLE action_runs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    action_id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    inputs TEXT,
    report TEXT NOT NULL
) STRICT;

CREATE INDEX action_runs_by_action ON action_runs (action_id, sequence);
