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

/// The first word, in capitals; empty for what begins with none. Comments and parentheses before it are left out, but not the
/// comments that are run.
fn first_word(statement: &str) -> String {
    let mut rest = statement;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
        let line = rest.starts_with('#')
            || rest.strip_prefix("--").is_some_and(|after| {
                after
                    .chars()
                    .next()
                    .is_none_or(|letter| letter.is_whitespace() || letter.is_control())
            });
        if line {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("/*") && !rest.starts_with("/*!") && !rest.starts_with("/*M!") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
        } else {
            break;
        }
    }
    rest.chars()
        .take_while(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Whether a statement may run in a session that only reads. The server refuses writes to tables there; this keeps statements
/// away that it does not count as writes: `SET`, `KILL`, `CREATE TEMPORARY TABLE`, `START TRANSACTION READ WRITE`.
pub(super) fn reads(statement: &str) -> bool {
    READS.contains(&first_word(statement).as_str())
}

/// What may be left of a statement that failed.
pub(super) fn effect(statement: &str) -> Effect {
    match first_word(statement).as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "LOAD" | "WITH" => Effect::Rows,
        // Several objects can be named, one after the other.
        "DROP" | "RENAME" | "GRANT" | "REVOKE" | "FLUSH" | "OPTIMIZE" | "REPAIR" => Effect::Steps,
        // A comment that is run, or a word that is not known here.
        "CALL" | "EXECUTE" | "BEGIN" | "XA" | "" => Effect::Steps,
        _ => Effect::None,
    }
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
