//! Functions that write, lock or reach out when a query calls them.

use std::collections::HashSet;

use super::lexer::{Token, TokenKind};
use super::{Dialect, is_word, significant_after};

/// Functions whose call counts as a write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WritingFunctions {
    dialect: Dialect,
    /// In lowercase, without a schema.
    named: HashSet<String>,
    /// Whether a query's call of a function that is not the engine's counts as a write too.
    own: bool,
}

/// PostgreSQL: chapter 9 of the manual ("System Administration Functions", "Sequence Manipulation Functions") and the modules of
/// appendix F. A name with `*` at its end stands for all that begin so.
const POSTGRESQL: [&str; 47] = [
    "nextval",
    "setval",
    "set_config",
    "lo_*",
    "lowrite",
    "pg_advisory_*",
    "pg_try_advisory_*",
    "pg_notify",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_reload_conf",
    "pg_rotate_logfile*",
    "pg_switch_wal",
    "pg_switch_xlog",
    "pg_create_*",
    "pg_copy_*",
    "pg_drop_*",
    "pg_promote",
    "pg_start_backup",
    "pg_stop_backup",
    "pg_backup_*",
    "pg_wal_replay_*",
    "pg_xlog_replay_*",
    "pg_replication_slot_advance",
    "pg_replication_origin_*",
    "pg_logical_*",
    "pg_sync_replication_slots",
    "pg_import_system_collations",
    "pg_stat_reset*",
    "pg_stat_statements_reset",
    "pg_stat_force_next_flush",
    "pg_restore_*",
    "pg_clear_*",
    "pg_file_*",
    "pg_log_*",
    "pg_truncate_visibility_map",
    "pg_surgery_*",
    "heap_force_*",
    "brin_*",
    "gin_clean_pending_list",
    "dblink*",
    "query_to_xml*",
    "cursor_to_xml*",
    "pg_prewarm",
    "autoprewarm_*",
    "postgres_fdw_disconnect*",
    "bt_index_*",
];

/// Functions of the engines that queries call every day and that write nothing. What is not here may be a person's own.
const READS: [&str; 190] = [
    "abs",
    "acos",
    "adddate",
    "addtime",
    "age",
    "any_value",
    "array_*",
    "asin",
    "atan",
    "atan2",
    "avg",
    "bit_and",
    "bit_length",
    "bit_or",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "cast",
    "cbrt",
    "ceil",
    "ceiling",
    "char",
    "char_length",
    "character_length",
    "chr",
    "clock_timestamp",
    "coalesce",
    "col_description",
    "concat",
    "concat_ws",
    "convert",
    "convert_tz",
    "corr",
    "cos",
    "count",
    "covar_pop",
    "covar_samp",
    "cume_dist",
    "curdate",
    "current_database",
    "current_date",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "curtime",
    "database",
    "date",
    "date_add",
    "date_bin",
    "date_format",
    "date_part",
    "date_sub",
    "date_trunc",
    "datediff",
    "day",
    "dayname",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "decode",
    "degrees",
    "dense_rank",
    "div",
    "elt",
    "encode",
    "every",
    "exists",
    "exp",
    "extract",
    "field",
    "find_in_set",
    "first_value",
    "floor",
    "format",
    "found_rows",
    "from_days",
    "from_unixtime",
    "gen_random_uuid",
    "generate_series",
    "generate_subscripts",
    "greatest",
    "group_concat",
    "grouping",
    "hex",
    "hour",
    "if",
    "ifnull",
    "initcap",
    "instr",
    "isfinite",
    "isnull",
    "json_*",
    "jsonb_*",
    "lag",
    "last_day",
    "last_insert_id",
    "last_value",
    "lcase",
    "lead",
    "least",
    "left",
    "length",
    "ln",
    "localtime",
    "localtimestamp",
    "locate",
    "log",
    "log10",
    "log2",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_timestamp",
    "max",
    "md5",
    "mid",
    "min",
    "minute",
    "mod",
    "mode",
    "month",
    "monthname",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "overlay",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "pg_*",
    "pi",
    "plainto_tsquery",
    "position",
    "pow",
    "power",
    "quarter",
    "quote",
    "radians",
    "rand",
    "random",
    "rank",
    "regexp_*",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "row_to_json",
    "rpad",
    "rtrim",
    "second",
    "sha1",
    "sha2",
    "sha256",
    "sign",
    "sin",
    "sleep",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "std",
    "stddev",
    "str_to_date",
    "string_agg",
    "strpos",
    "subdate",
    "substr",
    "substring",
    "sum",
    "tan",
    "to_*",
    "trim",
    "trunc",
    "unix_timestamp",
    "unnest",
    "upper",
    "user",
    "uuid",
    "variance",
    "version",
    "week",
    "year",
];

/// Of those that the list above names by their beginning, the ones that only read.
const POSTGRESQL_READS: [&str; 8] = [
    "lo_get",
    "dblink_get_connections",
    "dblink_error_message",
    "dblink_is_busy",
    "pg_backup_start_time",
    "bt_index_check",
    "bt_index_parent_check",
    "pg_replication_origin_progress",
];

/// MySQL and MariaDB: locks, sequences, the keyring, replication and the functions of `lib_mysqludf_sys`.
const MYSQL: [&str; 15] = [
    "get_lock",
    "release_lock",
    "release_all_locks",
    "service_get_*",
    "service_release_*",
    "nextval",
    "setval",
    "keyring_key_*",
    "group_replication_*",
    "asynchronous_connection_failover_*",
    "audit_log_*",
    "mysql_firewall_*",
    "sys_exec",
    "sys_eval",
    "sys_set",
];

/// SQLite: what the library itself has, <https://sqlite.org/lang_corefunc.html>, and what its shell adds.
const SQLITE: [&str; 5] = [
    "load_extension",
    "fts3_tokenizer",
    "writefile",
    "edit",
    "zipfile",
];

impl WritingFunctions {
    /// Those that the engine brings along.
    pub fn of(dialect: Dialect) -> Self {
        Self {
            dialect,
            named: HashSet::new(),
            own: false,
        }
    }

    /// Counts a query's call of a function that may be a person's own as a write: for actions that are said to write, which is
    /// how their own functions are called.
    #[must_use]
    pub fn and_own(self) -> Self {
        Self { own: true, ..self }
    }

    /// Whether a call by a query counts as a write only since the function may be a person's own. The name is in any case, with
    /// a schema or without.
    pub(super) fn may_be_own(&self, name: &str) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        self.own
            && !READS.iter().any(|known| match known.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => *known == name,
            })
    }

    /// Adds functions that the connected database has, with a schema or without; letter case does not matter.
    #[must_use]
    pub fn with<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.named.extend(
            names
                .into_iter()
                .filter_map(|name| name.rsplit('.').next())
                .map(|name| name.trim_matches(['"', '`', '[', ']']).to_lowercase()),
        );
        self
    }

    /// Whose functions.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether a call of this name, in lowercase and without a schema, counts as a write.
    pub fn contains(&self, name: &str) -> bool {
        let listed = |list: &[&str]| {
            list.iter().any(|known| match known.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => *known == name,
            })
        };
        self.named.contains(name)
            || match self.dialect {
                Dialect::Postgresql => listed(&POSTGRESQL) && !POSTGRESQL_READS.contains(&name),
                Dialect::Mysql => listed(&MYSQL),
                Dialect::Sqlite => listed(&SQLITE),
            }
    }

    /// The names that a text calls and that count as writes, each once, in order. By the lexer alone: a call is a name before a
    /// parenthesis, wherever it stands.
    pub(super) fn called(&self, text: &str, tokens: &[Token]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for (index, token) in tokens.iter().enumerate() {
            let name = match &token.kind {
                TokenKind::Word => &text[token.span.clone()],
                TokenKind::QuotedIdentifier { body } => &text[body.clone()],
                _ => continue,
            };
            let opens = significant_after(tokens, index + 1)
                .is_some_and(|next| tokens[next].kind == TokenKind::Symbol('('));
            let name = if opens {
                name.to_lowercase()
            } else if is_word(text, token, "NEXT") && next_value(text, tokens, index) {
                "nextval".to_owned()
            } else {
                continue;
            };
            // A name with escapes may be any name.
            let hidden = matches!(token.kind, TokenKind::QuotedIdentifier { .. })
                && text[token.span.clone()].starts_with(['U', 'u']);
            if (hidden || self.contains(&name)) && seen.insert(name.clone()) {
                found.push(name);
            }
        }
        found
    }
}

/// `NEXT VALUE FOR`, which is a call in words.
fn next_value(text: &str, tokens: &[Token], index: usize) -> bool {
    let Some(value) = significant_after(tokens, index + 1) else {
        return false;
    };
    is_word(text, &tokens[value], "VALUE")
        && significant_after(tokens, value + 1).is_some_and(|at| is_word(text, &tokens[at], "FOR"))
}
