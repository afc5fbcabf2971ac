//! What a statement is, as far as its fate hangs on it, and where in it a fault is.

/// What a statement that failed may have done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// It only reads, or it is done as a whole or not at all.
    None,
    /// Rows of one table or a few, which engines with transactions take back.
    Rows,
    /// Several steps, each of which lasts by itself: procedures, `DROP TABLE a, b`.
    Steps,
}

/// The first words of statements that only read, and of none that writes without being told to by the rest.
const READS: [&str; 11] = [
    "SELECT", "WITH", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "VALUES", "TABLE", "HELP", "CHECKSUM",
    "USE",
];

/// The first words of further statements that leave nothing behind when they fail.
const WHOLE: [&str; 14] = [
    "SET",
    "DO",
    "CREATE",
    "ALTER",
    "TRUNCATE",
    "START",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "LOCK",
    "UNLOCK",
    "KILL",
    "HANDLER",
];

/// Where a comment begins whose content the server runs.
const RUN: &str = "/*!";

/// The words of a statement in capitals, without what stands in quotes and comments; numbers are none. What a comment that is
/// run holds is given too, after [`RUN`].
struct Words<'a>(&'a str);

impl Words<'_> {
    /// Goes behind the quote that ends a text. A backslash escapes in the session's modes, but not in names.
    fn skip_quoted(&mut self, quote: char) {
        let mut letters = self.0.chars();
        letters.next();
        while let Some(letter) = letters.next() {
            if letter == '\\' && quote != '`' {
                letters.next();
            } else if letter == quote {
                break;
            }
        }
        self.0 = letters.as_str();
    }

    fn skip_past(&mut self, end: &str) {
        self.0 = self.0.split_once(end).map_or("", |(_, after)| after);
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let of_word =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@' | '.');
        loop {
            let rest = self.0;
            let first = rest.chars().next()?;
            if let Some(run) = rest.strip_prefix(RUN).or_else(|| rest.strip_prefix("/*M!")) {
                // The version from which on it is run.
                self.0 = run.trim_start_matches(|letter: char| letter.is_ascii_digit());
                return Some(RUN.to_owned());
            }
            let line = first == '#'
                || rest.strip_prefix("--").is_some_and(|after| {
                    let next = after.chars().next();
                    next.is_none_or(|letter| letter.is_whitespace() || letter.is_control())
                });
            if line {
                self.skip_past("\n");
            } else if rest.starts_with("/*") {
                self.skip_past("*/");
            } else if matches!(first, '\'' | '"' | '`') {
                self.skip_quoted(first);
            } else if of_word(first) {
                let end = rest.find(|letter| !of_word(letter)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                self.0 = after;
                if !first.is_ascii_digit() {
                    return Some(word.to_ascii_uppercase());
                }
            } else {
                self.0 = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
}

/// The first word; empty where there is none.
pub(super) fn first_word(statement: &str) -> String {
    Words(statement).next().unwrap_or_default()
}

/// Whether a statement may run in a session that only reads. The server refuses writes to tables there; this keeps statements
/// away that it does not count as writes: `SET`, `KILL`, `CREATE TEMPORARY TABLE`, `START TRANSACTION READ WRITE`,
/// `SELECT … INTO OUTFILE`.
pub(super) fn reads(statement: &str) -> bool {
    READS.contains(&first_word(statement).as_str())
        && !Words(statement).any(|word| matches!(word.as_str(), "OUTFILE" | "DUMPFILE"))
}

/// Whether a statement leaves an open transaction open, unless the server takes it back: it reads rows or changes some.
pub(super) fn stays_in_transaction(statement: &str) -> bool {
    effect(statement) == Effect::Rows || READS.contains(&first_word(statement).as_str())
}

/// What may be left of a statement that failed.
pub(super) fn effect(statement: &str) -> Effect {
    let mut words = Words(statement);
    let first = words.next().unwrap_or_default();
    match first.as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "LOAD" | "WITH" | "ANALYZE" => Effect::Rows,
        // Several accounts can be named, and are made one after the other.
        "CREATE" | "ALTER"
            if words
                .find(|word| !matches!(word.as_str(), "OR" | "REPLACE"))
                .is_some_and(|word| matches!(word.as_str(), "USER" | "ROLE")) =>
        {
            Effect::Steps
        }
        whole if READS.contains(&whole) || WHOLE.contains(&whole) => Effect::None,
        // Several objects can be named, or several statements be inside.
        _ => Effect::Steps,
    }
}

/// A question with an answer where a statement, or a view, a trigger or a routine that it may use, names a table whose engine
/// has no transactions: what was written to that lasts, although the statement failed.
pub(super) fn names_lasting_tables(statement: &str) -> String {
    /// A longer statement is not sent once more: it may use any table.
    const LONG: usize = 1 << 16;
    let named = if statement.len() > LONG {
        "TRUE".to_owned()
    } else {
        // The session's modes let a backslash escape.
        let text = statement.replace('\\', "\\\\").replace('\'', "''");
        format!(
            "(LOCATE(t.table_name,'{text}')>0 OR EXISTS(SELECT 1 FROM information_schema.triggers WHERE \
             LOCATE(t.table_name,action_statement)>0) OR EXISTS(SELECT 1 FROM information_schema.routines WHERE \
             LOCATE(t.table_name,routine_definition)>0) OR EXISTS(SELECT 1 FROM information_schema.views WHERE \
             LOCATE(t.table_name,view_definition)>0))"
        )
    };
    format!(
        "SELECT 1 FROM information_schema.tables t WHERE t.table_type='BASE TABLE' AND t.table_schema NOT IN \
         ('mysql','sys','performance_schema','information_schema') AND t.engine IN (SELECT engine FROM \
         information_schema.engines WHERE transactions<>'YES' OR transactions IS NULL) AND {named} LIMIT 1"
    )
}

/// Where the server found a fault, in characters from 1, by its message: “… near 'the rest' at line 2”. It quotes what follows,
/// 80 characters at most.
pub(super) fn position(statement: &str, message: &str) -> Option<u32> {
    const QUOTED: usize = 80;
    let (before, line) = message.rsplit_once("' at line ")?;
    let (_, near) = before.split_once(" near '")?;
    let line: usize = line.trim().parse().ok()?;
    let start = statement
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum::<usize>();
    let tail = |text: &str| {
        text.trim_end_matches(|letter: char| {
            letter.is_whitespace() || letter == ';' || letter == '\0'
        })
        .len()
    };
    let whole = near.chars().count() < QUOTED;
    let at = if near.is_empty() {
        tail(statement)
    } else {
        statement
            .char_indices()
            .map(|(at, _)| at)
            .filter(|at| *at >= start)
            .find(|at| {
                statement.get(*at..).is_some_and(|rest| {
                    rest.starts_with(near) && (!whole || tail(rest) <= near.len())
                })
            })?
    };
    u32::try_from(statement.get(..at)?.chars().count() + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_read_are_known() {
        for statement in [
            "select 1",
            " ( (select 1))",
            "# DROP\n-- DROP\n--\tx\n/* DROP */ SELECT 1",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "SELECT 'into outfile', \"a\\\" into outfile\", `outfile`, t.outfile FROM t -- into outfile",
            "SELECT a INTO @outfile FROM t",
            "SELECT /*!40001 SQL_NO_CACHE */ 1",
            "show tables",
            "USE other",
        ] {
            assert!(reads(statement), "{statement}");
        }
        for statement in [
            "",
            "INSERT INTO t VALUES (1)",
            "SET autocommit=1",
            "/*! SELECT 1 */",
            "/*!50000DROP TABLE t */",
            "/*M! DROP TABLE t */",
            "SELECT 1 INTO OUTFILE '/tmp/x'",
            "SELECT 1.INTO OUTFILE '/tmp/x'",
            "SELECT 1 into/**/DumpFile '/tmp/x'",
            "SELECT 'a\\'' INTO OUTFILE '/tmp/x'",
            "SELECT 'a''' INTO OUTFILE '/tmp/x'",
            "SELECT `a\\` INTO OUTFILE '/tmp/x'",
            "SELECT 1 INTO /*!50000OUTFILE*/ '/tmp/x'",
            "SELECT 1 INTO -- x\n OUTFILE '/tmp/x'",
            "SELECT 1--INTO 2\n INTO OUTFILE '/tmp/x'",
            "CALL f()",
            "1",
        ] {
            assert!(!reads(statement), "{statement}");
        }
    }

    #[test]
    fn what_may_be_left_is_known() {
        for (statement, left) in [
            ("INSERT INTO t VALUES (1)", Effect::Rows),
            ("/* a */ update t SET a=1", Effect::Rows),
            ("ANALYZE FORMAT=JSON DELETE FROM t", Effect::Rows),
            ("CREATE TABLE user (a int)", Effect::None),
            ("CREATE OR REPLACE USER a, b", Effect::Steps),
            ("DROP TABLE a, b", Effect::Steps),
            ("CALL p()", Effect::Steps),
            ("IF 1 THEN DELETE FROM t; END IF", Effect::Steps),
            ("/*!50000 DELETE FROM t */", Effect::Steps),
            ("SELECT 1", Effect::None),
        ] {
            assert_eq!(effect(statement), left, "{statement}");
        }
    }

    #[test]
    fn faults_are_found_by_what_the_server_quotes() {
        let at = |statement: &str, near: &str, line: usize| {
            let message = format!("You have an error near '{near}' at line {line}");
            position(statement, &message)
        };
        assert_eq!(at("SELECT 'é' FORM t", "t", 1), Some(17));
        assert_eq!(at("SELEC 1", "SELEC 1", 1), Some(1));
        assert_eq!(at("SELECT 1\n  FORM x;", "FORM x", 2), Some(12));
        assert_eq!(at("SELECT (", "", 1), Some(9));
        assert_eq!(at("SELECT 1", "nothing like it", 1), None);
        assert_eq!(at("SELECT 1", "", 0), None);
        assert_eq!(position("SELECT 1", "no such table"), None);
    }
}
