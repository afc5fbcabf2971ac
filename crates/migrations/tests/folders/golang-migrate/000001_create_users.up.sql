BEGIN;

CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id));

COMMIT;
