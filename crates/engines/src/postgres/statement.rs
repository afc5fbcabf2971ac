//! What a statement is, as far as its fate and a reading session hang on it.

/// The first words of statements that only read. What functions do is not seen here: the server's read-only transaction
/// holds those.
const READS: [&str; 6] = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN"];

/// What the server counts as space.
const SPACE: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];

/// A statement from its first word on: without the comments and parentheses before it.
fn bare(statement: &str) -> &str {
    let mut rest = statement;
    loop {
        rest = rest.trim_start_matches(|letter| letter == '(' || SPACE.contains(&letter));
        if rest.starts_with("--") {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with("/*") {
            rest = behind_comment(rest);
        } else {
            return rest;
        }
    }
}

/// What follows a comment, which may hold others.
fn behind_comment(statement: &str) -> &str {
    let mut depth = 0_usize;
    let mut rest = statement;
    loop {
        if let Some(inner) = rest.strip_prefix("/*") {
            depth += 1;
            rest = inner;
        } else if let Some(outer) = rest.strip_prefix("*/") {
            depth -= 1;
            rest = outer;
            if depth == 0 {
                return rest;
            }
        } else {
            let mut letters = rest.chars();
            if letters.next().is_none() {
                return rest;
            }
            rest = letters.as_str();
        }
    }
}

fn words(statement: &str) -> impl Iterator<Item = &str> {
    bare(statement).split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// Whether a statement may run in a session that only reads. It must not be one that makes the session write (`SET`), nor one
/// that ends a transaction on its way (`CALL`, `DO`, `COMMIT`): in the next one it might write.
pub(super) fn reads(statement: &str) -> bool {
    let first = words(statement).next().unwrap_or_default();
    READS.iter().any(|word| word.eq_ignore_ascii_case(first))
}

/// Whether a statement makes an open transaction last, or prepares it to.
pub(super) fn commits(statement: &str) -> bool {
    let first = words(statement).next().unwrap_or_default();
    ["COMMIT", "END", "PREPARE"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(first))
}

/// Whether a statement begins a transaction.
pub(super) fn begins(statement: &str) -> bool {
    let first = words(statement).next().unwrap_or_default();
    ["BEGIN", "START"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(first))
}

/// Whether a statement may take the names of prepared statements away: `DEALLOCATE ALL` and `DISCARD ALL` do, in a block of code too.
pub(super) fn unnames(statement: &str) -> bool {
    let lower = statement.to_ascii_lowercase();
    lower.contains("deallocate") || lower.contains("discard")
}

/// Whether a statement outside of a transaction commits parts of what it does: these last when it fails.
pub(super) fn has_steps(statement: &str) -> bool {
    let mut words = words(statement);
    match words
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "CALL" | "DO" => true,
        "CREATE" | "DROP" | "ALTER" | "REINDEX" => {
            words.any(|word| word.eq_ignore_ascii_case("CONCURRENTLY"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_is_known_by_its_first_word() {
        for statement in [
            "SELECT 1",
            " \n(( select 1 ))",
            "-- DELETE\nwith a as (select 1) select 2",
            "/* a /* b */ DELETE */ table t",
            "values (1)",
            "Show all",
            "EXPLAIN DELETE FROM t",
        ] {
            assert!(reads(statement), "{statement}");
        }
        for statement in [
            "",
            "DELETE FROM t",
            "-- SELECT",
            "/* SELECT",
            "/* a */ */ SELECT 1",
            "/* /* */ SELECT */ DELETE FROM t",
            "SELECTED",
            "SET x = 1",
            "\u{a0}SELECT 1",
            "COMMIT",
            "do $$ begin end $$",
        ] {
            assert!(!reads(statement), "{statement}");
        }
    }

    #[test]
    fn what_has_steps_is_known() {
        for statement in [
            "call p()",
            "DO $$ $$",
            "/**/ create unique index concurrently i on t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX TABLE CONCURRENTLY t",
        ] {
            assert!(has_steps(statement), "{statement}");
        }
        for statement in [
            "UPDATE t SET concurrently = 1",
            "CREATE INDEX i ON t (a)",
            "SELECT p()",
        ] {
            assert!(!has_steps(statement), "{statement}");
        }
    }
}
