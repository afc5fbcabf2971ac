-- A keyring and this file have no transaction in common. So a keyring entry is written down here before it is written there, and
-- struck out by the commit that makes a record name it. What is left here after a crash is what is left there.
--
-- An entry is named `url/<id>` or `named/<KEY>#<id>`, as it is in the keyring behind the catalog's id. `state` is `under_way` while
-- the change that writes it goes on, `due` when it is to be removed, `in_doubt` when it is to be removed and may be written after that.
CREATE TABLE keyring_journal (
    entry TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A value that replaces another is a new entry, so that undo brings the old one back. What was set before has an entry without `#`.
ALTER TABLE named_secrets ADD COLUMN entry TEXT NOT NULL DEFAULT '';
ALTER TABLE named_secrets ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
UPDATE named_secrets SET entry = 'named/' || key;

UPDATE released_secrets SET secret_id = 'url/' || secret_id;
