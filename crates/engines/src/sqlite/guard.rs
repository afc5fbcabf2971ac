//! What no statement may do, whoever wrote it: reach another file, or make a reading session write.
//!
//! SQLite asks for leave while it prepares a statement, of what stands in views and triggers too.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Pragmas that take a name and tell of it. With a value, every other one changes something.
const TELL: [&str; 12] = [
    "foreign_key_check",
    "foreign_key_list",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "collation_list",
];

/// Pragmas that say where files are, or let a statement write what only SQLite may.
const NEVER: [&str; 4] = [
    "data_store_directory",
    "temp_store_directory",
    "trusted_schema",
    "writable_schema",
];

/// Gives leave in a session that writes, or in one that only reads.
pub(super) fn of(writes: bool) -> impl FnMut(AuthContext<'_>) -> Authorization + Send + 'static {
    move |context| {
        if allows(context.action, writes) {
            Authorization::Allow
        } else {
            Authorization::Deny
        }
    }
}

fn allows(action: AuthAction<'_>, writes: bool) -> bool {
    match action {
        // VACUUM builds the file anew in a database that has no name. One whose name is an expression is unknown here.
        AuthAction::Attach { filename } => filename.is_empty(),
        AuthAction::Unknown { .. } => false,
        AuthAction::Function { function_name } => {
            !function_name.eq_ignore_ascii_case("load_extension")
        }
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => {
            let is = |name: &&str| pragma_name.eq_ignore_ascii_case(name);
            !NEVER.iter().any(&is) && (writes || pragma_value.is_none() || TELL.iter().any(is))
        }
        _ => true,
    }
}
