//! Places where a value can't stand: a name or a word of the grammar is expected there, and a parameter would be an error of the
//! server, or worse, would run and mean something else (`ORDER BY $1` sorts by a constant).

use super::lexer::{Token, TokenKind};
use super::typed_literal::type_before;
use super::{Dialect, is_word, significant_after, significant_before};
use crate::read_placeholder;

/// What a parenthesis holds, as far as placeholders care.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Level {
    /// It is the list of an `IN`.
    pub in_list: bool,
    /// It is the arguments of a function with `FROM` between them: `EXTRACT(year FROM …)`.
    pub from_is_argument: bool,
    /// The list of an `ORDER BY` or `GROUP BY` is being read.
    pub by_list: bool,
}

/// Functions with `FROM` between their arguments.
const FROM_FUNCTIONS: [&str; 6] = ["EXTRACT", "SUBSTRING", "SUBSTR", "MID", "TRIM", "OVERLAY"];

/// Words after which a name stands.
const NAME_FOLLOWS: [&str; 29] = [
    "JOIN",
    "INTO",
    "TABLE",
    "UPDATE",
    "AS",
    "SET",
    "CALL",
    "COLLATE",
    "DATABASE",
    "SCHEMA",
    "VIEW",
    "INDEX",
    "COLUMN",
    "CONSTRAINT",
    "SEQUENCE",
    "USER",
    "ROLE",
    "USE",
    "SAVEPOINT",
    "TRUNCATE",
    "ONLY",
    "USING",
    "REFERENCES",
    "LISTEN",
    "NOTIFY",
    "DESCRIBE",
    "EXPLAIN",
    "DROP",
    "ADD",
];

/// Words between two values, or before one, inside of an item of an `ORDER BY` or `GROUP BY`.
const OPERATORS: [&str; 20] = [
    "AND", "OR", "XOR", "NOT", "LIKE", "ILIKE", "RLIKE", "REGEXP", "TO", "DIV", "MOD", "ZONE",
    "ESCAPE", "FROM", "WHEN", "THEN", "ELSE", "CASE", "BINARY", "BETWEEN",
];

/// Words that end the list of an `ORDER BY` or `GROUP BY`, or follow its items.
const AFTER_ITEM: [&str; 14] = [
    "ASC",
    "DESC",
    "NULLS",
    "LIMIT",
    "OFFSET",
    "HAVING",
    "FETCH",
    "FOR",
    "ORDER",
    "UNION",
    "ROWS",
    "RANGE",
    "WITH",
    "RETURNING",
];

const TWO_VALUES: &str =
    "Two values stand side by side here, without an operator or a comma between them.";

const NEEDS_NAME: &str = "A name or a word of SQL is expected here, and a value is never that. List what is allowed: {{column:IDENTIFIER(a|b)}} or {{direction:KEYWORD(ASC|DESC)}}.";

/// The level that the parenthesis at `index` opens.
pub(super) fn opened(text: &str, tokens: &[Token], index: usize) -> Level {
    let before = significant_before(tokens, index);
    let is = |word: &str| before.is_some_and(|at| is_word(text, &tokens[at], word));
    let query = significant_after(tokens, index + 1).is_some_and(|at| {
        ["SELECT", "WITH", "VALUES", "TABLE"]
            .iter()
            .any(|word| is_word(text, &tokens[at], word))
    });
    Level {
        in_list: is("IN") && !query,
        from_is_argument: FROM_FUNCTIONS.iter().any(|word| is(word)),
        by_list: false,
    }
}

/// Follows `ORDER BY` and `GROUP BY` through a level.
pub(super) fn follow(text: &str, tokens: &[Token], index: usize, level: &mut Level) {
    let token = &tokens[index];
    if is_word(text, token, "BY") {
        level.by_list = significant_before(tokens, index).is_some_and(|at| {
            ["ORDER", "GROUP", "PARTITION"]
                .iter()
                .any(|word| is_word(text, &tokens[at], word))
        });
    } else if level.by_list
        && AFTER_ITEM
            .iter()
            .skip(3)
            // `WITH TIME ZONE` ends nothing, and WITH ROLLUP is followed by what does.
            .filter(|word| **word != "WITH")
            .any(|word| is_word(text, token, word))
    {
        level.by_list = false;
    }
}

/// Why a value can't stand where a statement begins.
pub(super) const NO_VERB: (&str, &str) = ("needs_identifier", NEEDS_NAME);

/// Why a value can't stand at `index`, where a placeholder or a literal with one is.
pub(super) fn no_value(
    text: &str,
    tokens: &[Token],
    index: usize,
    dialect: Dialect,
    level: Level,
) -> Option<(&'static str, &'static str)> {
    let name = Some(("needs_identifier", NEEDS_NAME));
    let after = significant_after(tokens, index + 1);
    let symbol_after = after.and_then(|at| symbol(&tokens[at]));
    if tokens[index].kind == TokenKind::Placeholder && matches!(symbol_after, Some('.' | '(')) {
        return name;
    }
    if after.is_some_and(|at| is_value(text, &tokens[at], dialect)) {
        return Some(("misplaced_placeholder", TWO_VALUES));
    }
    let before = significant_before(tokens, index)?;
    if level.by_list && is_item(text, tokens, before, after, dialect) {
        return name;
    }
    match &tokens[before].kind {
        TokenKind::Symbol('.') => return name,
        // `value::type`.
        TokenKind::Symbol(':')
            if before
                .checked_sub(1)
                .is_some_and(|at| symbol(&tokens[at]) == Some(':')) =>
        {
            return name;
        }
        TokenKind::Symbol(')' | ']') | TokenKind::Number | TokenKind::QuotedIdentifier { .. } => {
            return name;
        }
        TokenKind::Literal(_) if dialect != Dialect::Mysql => {
            return Some(("misplaced_placeholder", TWO_VALUES));
        }
        TokenKind::Symbol('@') if dialect != Dialect::Postgresql => return name,
        TokenKind::Symbol('>') if dialect == Dialect::Mysql && is_arrow(tokens, before) => {
            return Some((
                "path_on_mysql",
                "On MySQL the path after -> is written out. Use JSON_EXTRACT(column, {{path}}).",
            ));
        }
        TokenKind::Word => {}
        _ => return None,
    }
    let word = |word: &str| is_word(text, &tokens[before], word);
    if word("DO") {
        return Some((
            "misplaced_placeholder",
            "A value can't be a part of code that runs.",
        ));
    }
    let condition = || {
        word("EXISTS")
            && significant_before(tokens, before).is_some_and(|at| is_word(text, &tokens[at], "IF"))
    };
    if NAME_FOLLOWS.iter().any(|known| word(known)) || condition() {
        return name;
    }
    let distinct = || {
        significant_before(tokens, before).is_some_and(|at| is_word(text, &tokens[at], "DISTINCT"))
    };
    (word("FROM") && !level.from_is_argument && !distinct())
        .then_some(NEEDS_NAME)
        .map(|message| ("needs_identifier", message))
}

/// Whether a piece is a value for sure.
fn is_value(text: &str, token: &Token, dialect: Dialect) -> bool {
    match token.kind {
        TokenKind::Number => true,
        // A string after a value is a name for it on MySQL, and on SQLite.
        TokenKind::Literal(_) => dialect == Dialect::Postgresql,
        TokenKind::Placeholder => match read_placeholder(&text[token.span.clone()]) {
            Some((Ok(placeholder), _)) => placeholder.kind().words().is_none(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether what stands between two pieces is a whole item of an `ORDER BY` or `GROUP BY`, or the direction behind one.
fn is_item(
    text: &str,
    tokens: &[Token],
    before: usize,
    after: Option<usize>,
    dialect: Dialect,
) -> bool {
    let starts = |at: usize| is_word(text, &tokens[at], "BY") || symbol(&tokens[at]) == Some(',');
    let ends = after.is_none_or(|at| {
        matches!(symbol(&tokens[at]), Some(',' | ')' | ':'))
            || AFTER_ITEM
                .iter()
                .any(|word| is_word(text, &tokens[at], word))
    });
    let direction = || {
        tokens[before].kind == TokenKind::Word
            && !OPERATORS
                .iter()
                .any(|word| is_word(text, &tokens[before], word))
            // `ORDER BY a < DATE '…'`, and not `ORDER BY date …`.
            && type_before(text, tokens, before + 1, dialect).is_none_or(|cast| {
                let name = tokens.partition_point(|token| token.span.start < cast.from);
                significant_before(tokens, name).is_none_or(starts)
            })
    };
    ends && (starts(before) || direction())
}

/// Whether the `>` at `index` ends `->` or `->>`.
fn is_arrow(tokens: &[Token], index: usize) -> bool {
    tokens[..index]
        .iter()
        .rev()
        .find(|token| token.kind != TokenKind::Symbol('>'))
        .is_some_and(|token| token.kind == TokenKind::Symbol('-'))
}

fn symbol(token: &Token) -> Option<char> {
    match token.kind {
        TokenKind::Symbol(symbol) => Some(symbol),
        _ => None,
    }
}
