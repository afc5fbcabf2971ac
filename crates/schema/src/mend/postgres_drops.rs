//! What drops an object of PostgreSQL.

use super::Mend;
use super::postgres::{last, owner, sql};
use crate::{Object, ObjectKey, name};

/// Whether something is dropped after everything else is mended: until then it may be in use.
pub(super) fn drops_late(key: &ObjectKey) -> bool {
    matches!(
        key.kind.as_str(),
        "schema" | "extension" | "type" | "sequence" | "function" | "procedure" | "aggregate"
    )
}

pub(super) fn drop_statement(key: &ObjectKey, object: &Object) -> Mend {
    let name = sql(&key.name);
    let of_domain = object
        .get("definition")
        .is_some_and(|text| text.starts_with("CHECK ((VALUE") || text.starts_with("CHECK (VALUE"));
    let statement = match key.kind.as_str() {
        "column" => format!("ALTER TABLE {} DROP COLUMN {}", owner(key), last(key)),
        "constraint" if of_domain => {
            format!("ALTER DOMAIN {} DROP CONSTRAINT {}", owner(key), last(key))
        }
        "constraint" => format!("ALTER TABLE {} DROP CONSTRAINT {}", owner(key), last(key)),
        "index" => {
            let schema = name::parent(&key.name).and_then(name::parent);
            format!(
                "DROP INDEX {}.{}",
                sql(schema.unwrap_or("public")),
                last(key)
            )
        }
        "trigger" | "rule" | "policy" => format!(
            "DROP {} {} ON {}",
            key.kind.to_uppercase(),
            last(key),
            owner(key)
        ),
        "table" if object.get("kind") == Some("foreign") => format!("DROP FOREIGN TABLE {name}"),
        "type" if object.get("kind") == Some("domain") => format!("DROP DOMAIN {name}"),
        kind => format!("DROP {} {name}", kind.to_uppercase()),
    };
    Mend::destructive(statement)
}
