//! Every code of a warning.

use connection_url::DatabaseType::{self, Mongodb, Mysql, Postgresql, Sqlite};

/// A code, and what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    /// Stable.
    pub code: &'static str,
    /// Where it can be met.
    pub engines: &'static [DatabaseType],
    /// Whether data or objects can be lost.
    pub destructive: bool,
    /// What it is about, in one sentence.
    pub sentence: &'static str,
}

const ALL: &[DatabaseType] = &[Postgresql, Mysql, Mongodb, Sqlite];
const SQL: &[DatabaseType] = &[Postgresql, Mysql, Sqlite];
const SERVERS: &[DatabaseType] = &[Postgresql, Mysql, Mongodb];
const SQL_SERVERS: &[DatabaseType] = &[Postgresql, Mysql];
const PG: &[DatabaseType] = &[Postgresql];
const MY: &[DatabaseType] = &[Mysql];
const MONGO: &[DatabaseType] = &[Mongodb];

const fn code(
    code: &'static str,
    engines: &'static [DatabaseType],
    destructive: bool,
    sentence: &'static str,
) -> Code {
    Code {
        code,
        engines,
        destructive,
        sentence,
    }
}

/// Every code that [`crate::lint`] knows, as `docs/migrations.md` lists them.
#[must_use]
pub fn codes() -> &'static [Code] {
    const CODES: &[Code] = &[
        code("no_down", ALL, false, "The migration has no way back."),
        code(
            "not_atomic",
            &[Mysql, Mongodb],
            false,
            "Each of several statements lasts by itself, so that a failure leaves a part applied.",
        ),
        code(
            "unread_statement",
            ALL,
            false,
            "The statement can't be read, so most rules were not applied to it.",
        ),
        code("drop_table", SQL, true, "A table is dropped with its rows."),
        code(
            "drop_column",
            SQL,
            true,
            "A column is dropped with its values.",
        ),
        code("drop_schema", PG, true, "A schema is dropped."),
        code("drop_database", SERVERS, true, "A database is dropped."),
        code("drop_type", PG, true, "A type or a domain is dropped."),
        code("drop_view", SQL, true, "A view is dropped."),
        code(
            "drop_index",
            ALL,
            true,
            "An index is dropped, and the queries that use it become slow.",
        ),
        code(
            "drop_constraint",
            SQL_SERVERS,
            true,
            "A constraint or a primary key is dropped, and rows that break it can come in.",
        ),
        code(
            "drop_object",
            SQL,
            true,
            "A routine, a trigger, a sequence or another object is dropped.",
        ),
        code(
            "drop_partition",
            MY,
            true,
            "A partition is dropped or emptied with its rows.",
        ),
        code(
            "drop_collection",
            MONGO,
            true,
            "A collection is dropped with its documents.",
        ),
        code("truncate", SQL_SERVERS, true, "Every row of a table goes."),
        code(
            "cascade",
            PG,
            true,
            "CASCADE takes everything that depends on the object with it.",
        ),
        code(
            "unfiltered_write",
            ALL,
            true,
            "An update or a deletion reaches every row or document.",
        ),
        code(
            "rename_table",
            SQL,
            false,
            "A table or a view is renamed under the programs that use it.",
        ),
        code(
            "rename_column",
            SQL,
            false,
            "A column is renamed under the programs that use it.",
        ),
        code(
            "rename_collection",
            MONGO,
            false,
            "A collection is renamed under the programs that use it.",
        ),
        code(
            "change_type",
            SQL_SERVERS,
            true,
            "A column gets another type: values may not fit, and the table may be rewritten.",
        ),
        code(
            "add_not_null_without_default",
            SQL_SERVERS,
            false,
            "A column that must have a value is added without one for the rows that are there.",
        ),
        code(
            "set_not_null",
            PG,
            false,
            "SET NOT NULL reads the whole table under an exclusive lock.",
        ),
        code(
            "volatile_default",
            PG,
            false,
            "A default that differs for each row makes the server rewrite the table.",
        ),
        code(
            "rewrite_table",
            SQL_SERVERS,
            false,
            "The server writes the whole table anew.",
        ),
        code(
            "json_column",
            PG,
            false,
            "A json column has no equality, so SELECT DISTINCT and UNION over the table fail.",
        ),
        code(
            "index_not_concurrent",
            PG,
            false,
            "An index is built while the table can't be written.",
        ),
        code(
            "index_blocks_writes",
            MY,
            false,
            "An index of this kind is built while the table can't be written.",
        ),
        code(
            "needs_no_transaction",
            &[Postgresql, Sqlite],
            false,
            "The statement is certain to fail in a transaction.",
        ),
        code(
            "foreign_key_validated",
            SQL_SERVERS,
            false,
            "A foreign key is checked against every row while both tables can't be written.",
        ),
        code(
            "check_validated",
            SQL_SERVERS,
            false,
            "A CHECK is tested against every row under a lock.",
        ),
        code(
            "constraint_builds_index",
            PG,
            false,
            "A unique, primary key or exclusion constraint builds its index under an exclusive lock.",
        ),
        code(
            "exclusive_lock",
            SQL,
            false,
            "The statement locks whole tables for as long as it takes.",
        ),
        code(
            "backfill_after_alter",
            PG,
            false,
            "Rows are changed while the lock of an ALTER TABLE before is held.",
        ),
        code(
            "enum_value_in_transaction",
            PG,
            false,
            "A new enum value can't be used in the transaction that adds it.",
        ),
        code(
            "session_setting",
            SQL,
            false,
            "The statement changes the session or the server for what runs after it.",
        ),
        code(
            "copy_from_client",
            PG,
            false,
            "COPY asks for rows that only a client sends.",
        ),
        code(
            "convert_charset",
            MY,
            false,
            "The character set of a table is converted: the table is rewritten, and indexes can become too long.",
        ),
        code(
            "other_engine",
            MY,
            false,
            "A table is in a storage engine without transactions.",
        ),
        code(
            "index_build",
            MONGO,
            false,
            "An index is built on a collection that may be large.",
        ),
        code(
            "unique_index",
            MONGO,
            false,
            "A unique index fails where two documents have the same values.",
        ),
        code(
            "ttl_index",
            MONGO,
            true,
            "The server deletes documents by their age.",
        ),
        code(
            "strict_validator",
            MONGO,
            false,
            "Documents that break the validator can no longer be written.",
        ),
        code(
            "writes_collection",
            MONGO,
            true,
            "An aggregation writes into a collection.",
        ),
        code(
            "server_command",
            &[Mongodb, Sqlite],
            false,
            "The command changes users, settings or the server, or reaches another file, and no collection or table.",
        ),
    ];
    CODES
}
