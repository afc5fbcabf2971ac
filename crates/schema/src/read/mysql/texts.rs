//! Texts of MySQL and MariaDB in one form: without the database's name, with literals written as literals.

/// A piece of SQL that the server wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece<'a> {
    /// A name between backticks, with them.
    Name(&'a str),
    /// A string with its quotes, or anything else.
    Other(&'a str),
}

/// Cuts a text into names and the rest. Strings are passed over, whatever is in them.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '`' => end_of_quoted(rest, b'`', false),
            '\'' | '"' => end_of_quoted(rest, first as u8, true),
            _ => rest.find(['`', '\'', '"']).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(end);
        pieces.push(if first == '`' {
            Piece::Name(piece)
        } else {
            Piece::Other(piece)
        });
        rest = after;
    }
    pieces
}

/// Where what is quoted ends. All that is looked for is ASCII, so that a place is always between two characters.
fn end_of_quoted(text: &str, quote: u8, backslashes: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && backslashes {
            at += 2;
        } else if byte != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    text.len()
}

/// A text without the name of its own database: the same view of another environment reads the same.
pub(super) fn unqualified(text: &str, database: &str) -> String {
    let own = format!("`{}`", database.replace('`', "``"));
    let pieces = pieces(text);
    let mut result = String::with_capacity(text.len());
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        index += 1;
        match (piece, pieces.get(index)) {
            // A table or a column may be called as the database is.
            (Piece::Name(name), Some(Piece::Other(next)))
                if *name == own && next.starts_with('.') && !result.ends_with('.') =>
            {
                result.push_str(&next[1..]);
                index += 1;
            }
            (Piece::Name(text) | Piece::Other(text), _) => result.push_str(text),
        }
    }
    result
}

/// Every name in a text.
pub(super) fn names(text: &str) -> Vec<String> {
    pieces(text)
        .iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name[1..name.len().max(2) - 1].replace("``", "`")),
            Piece::Other(_) => None,
        })
        .collect()
}

/// Text as a literal, for every SQL mode that a session of ours has.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Expressions of MySQL 8's information schema have their quotes escaped once more than the server takes them.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("\\'", "'")
}

/// A default of MySQL, which gives literals without their quotes. What it calls generated is an expression.
pub(super) fn mysql_default(text: &str, column_type: &str, extra: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let kind = column_type
        .split(['(', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if lower.starts_with("current_timestamp") && matches!(kind.as_str(), "timestamp" | "datetime") {
        return text.to_owned();
    }
    if extra.to_ascii_uppercase().contains("DEFAULT_GENERATED") {
        return format!("({})", unescaped(text));
    }
    let number = matches!(
        kind.as_str(),
        "tinyint"
            | "smallint"
            | "mediumint"
            | "int"
            | "bigint"
            | "decimal"
            | "float"
            | "double"
            | "year"
    );
    if number || (kind == "bit" && lower.starts_with("b'")) {
        text.to_owned()
    } else {
        literal(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_databases_name_goes_and_nothing_else() {
        let text = "select `app`.`t`.`app` AS `app`,'`app`.`x` it''s \\' `app`.' from `app`.`t` join `other`.`app` where `x`.`app`.`y`";
        assert_eq!(
            unqualified(text, "app"),
            "select `t`.`app` AS `app`,'`app`.`x` it''s \\' `app`.' from `t` join `other`.`app` where `x`.`app`.`y`"
        );
        assert_eq!(unqualified("`a``b`.`t`", "a`b"), "`t`");
        assert_eq!(
            unqualified("`é`.`ü` 'unclosed `é`.", "é"),
            "`ü` 'unclosed `é`."
        );
    }

    #[test]
    fn names_are_found() {
        assert_eq!(names("select `a``b`.`c` from 'd `e`'"), ["a`b", "c"]);
        assert_eq!(names("`"), [""]);
    }

    #[test]
    fn defaults_are_written_as_a_statement_takes_them() {
        for (text, kind, extra, expected) in [
            ("it's", "varchar(20)", "", "'it''s'"),
            ("5", "int(11) unsigned", "", "5"),
            ("b'101'", "bit(3)", "", "b'101'"),
            (
                "CURRENT_TIMESTAMP(3)",
                "datetime(3)",
                "DEFAULT_GENERATED",
                "CURRENT_TIMESTAMP(3)",
            ),
            (
                "CURRENT_TIMESTAMP",
                "varchar(20)",
                "",
                "'CURRENT_TIMESTAMP'",
            ),
            ("2020-01-01", "date", "", "'2020-01-01'"),
            (
                "concat(_utf8mb4\\'a\\')",
                "text",
                "DEFAULT_GENERATED",
                "(concat(_utf8mb4'a'))",
            ),
        ] {
            assert_eq!(mysql_default(text, kind, extra), expected);
        }
    }
}
