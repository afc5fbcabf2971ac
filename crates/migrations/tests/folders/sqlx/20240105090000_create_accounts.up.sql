-- People who sign in.
CREATE TABLE accounts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email       text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

/* One address, one account; letter case is nothing. */
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));
