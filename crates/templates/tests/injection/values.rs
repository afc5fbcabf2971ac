//! The places and the hostile values.

use std::collections::BTreeSet;

/// Conditions with one input `v` each, as a person writes them; `T` is where a type goes.
pub(crate) const PLACES: [&str; 30] = [
    "a = '{{vT}}'",
    "a = {{vT}}",
    "a LIKE '%{{vT}}%'",
    "a LIKE '{{vT}}%' ESCAPE '!'",
    "a IN ('x', {{vT}})",
    "a IN ('{{vT}}')",
    "lower(a) = lower({{vT}})",
    "a = CAST({{vT}} AS char)",
    "a BETWEEN '{{vT}}' AND 'z'",
    "a = N'{{vT}}'",
    "(a, b) = ('{{vT}}', {{vT}})",
    "a = '''{{vT}}'''",
    "a = '--{{vT}}'",
    "a = '/*{{vT}}*/'",
    "a = '{{vT}};'",
    "a = DATE '{{vT}}'",
    "a > b + INTERVAL '{{vT}}' DAY",
    "a = '{{vT}} {{vT}}'",
    "a /* {{vT}} */ = '{{vT}}'",
    "NOT a = {{ vT }}",
    "a = '\u{2019}{{vT}}\u{2019}'",
    "a <> '{{vT}}' -- it's {{vT}}\n",
    "CASE WHEN a = {{vT}} THEN true ELSE false END",
    "coalesce(a, '{{vT}}') = '$1 ?'",
    "EXISTS (SELECT 1 FROM u WHERE u.a = '{{vT}}')",
    "a = '\"{{vT}}`'",
    "a = ({{vT}})",
    "f(a,{{vT}})>0",
    "a ={{vT}} AND b = 1",
    "a = '$${{vT}}$$'",
];

pub(crate) const POSTGRESQL_PLACES: [&str; 16] = [
    "a = E'{{vT}}'",
    "a = E'\\'{{vT}}\\\\'",
    "a = U&'{{vT}}'",
    "a = $${{vT}}$$",
    "a = $q$'$${{vT}}$q$",
    "a = '{{vT}}'::text",
    "a = {{vT}}::text",
    "a > now() - INTERVAL '{{vT}} days'",
    "d -> '{{vT}}' ->> {{vT}} = 'x'",
    "d ? '{{vT}}' AND d ?| ARRAY['{{vT}}']",
    "d @> {{vT}}::jsonb",
    "a = ANY(ARRAY[{{vT}}])",
    "a ~ '^{{vT}}$'",
    "a = 'x'\n'{{vT}}'",
    "a IS DISTINCT FROM {{vT}}",
    "\"a\"\"b\" = {{vT}} /* /* {{vT}} */ */",
];

pub(crate) const MYSQL_PLACES: [&str; 9] = [
    "a = \"{{vT}}\"",
    "a = \"\\\"{{vT}}\"",
    "a = '\\'{{vT}}\\\\'",
    "a = _utf8mb4'{{vT}}'",
    "`a``b` = '{{vT}}' # {{vT}}\n",
    "a RLIKE '{{vT}}' -- {{vT}}\n",
    "1--{{vT}} = a",
    "JSON_CONTAINS(d, {{vT}}, '$.a')",
    "a < b + INTERVAL {{vT}} DAY",
];

/// Places of both that SQLite has not: national strings, typed literals and intervals.
pub(crate) const NOT_SQLITE: [&str; 3] = [
    "a = N'{{vT}}'",
    "a = DATE '{{vT}}'",
    "a > b + INTERVAL '{{vT}}' DAY",
];

pub(crate) const SQLITE_PLACES: [&str; 8] = [
    "[a b] = '{{vT}}'",
    "[a'{] = {{vT}} -- {{vT}}\n",
    "`a``b` = '{{vT}}' /* {{vT}} */",
    "\"a\"\"b\" = {{vT}}",
    "json_extract(d, '$.a') = {{vT}}",
    "a IS NOT '{{vT}}'",
    "a GLOB '{{vT}}*'",
    "a = '\\{{vT}}\\'",
];

/// The statements that a condition stands in.
pub(crate) const STATEMENTS: [&str; 5] = [
    "SELECT * FROM t WHERE CONDITION",
    "SELECT count(*) FROM t WHERE CONDITION",
    "UPDATE t SET b = {{w}} WHERE CONDITION",
    "DELETE FROM t WHERE CONDITION",
    "INSERT INTO t (a) SELECT a FROM u WHERE CONDITION",
];

/// Values that broke something once, somewhere.
pub(crate) const BROKEN_ONCE: [&str; 116] = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "' OR 1=1 #",
    "' OR 1=1/*",
    "') OR ('1'='1",
    "' OR ''='",
    "'='",
    "'-'",
    "' '",
    "'||'x'||'",
    "'; DROP TABLE t; --",
    "'; DELETE FROM t WHERE '1'='1",
    "1; DROP TABLE t",
    "1 OR 1=1",
    "1) OR (1=1",
    "-1 UNION SELECT NULL--",
    "' UNION SELECT password FROM users --",
    "' AND SLEEP(5) --",
    "'; SELECT pg_sleep(5) --",
    "'||pg_sleep(5)||'",
    "admin'--",
    "\\",
    "\\'",
    "\\\\",
    "\\\\'",
    "\\\\\\'",
    "\\' OR 1=1 --",
    "\\\\' OR 1=1 #",
    "x\\",
    "\\n",
    "\\0",
    "\\x27",
    "\\u0027",
    "\\047",
    "'",
    "''",
    "'''",
    "\"",
    "\"\"",
    "`",
    "``",
    "'\"`",
    "\" OR \"\"=\"",
    "` OR 1=1 -- ",
    "E'\\''",
    "N'x'",
    "X'27'",
    "U&'\\0027'",
    "$1",
    "$2",
    "$$",
    "$$ OR 1=1 $$",
    "$q$",
    "$tag$x$tag$",
    "$",
    "?",
    "??",
    ":1",
    ":name",
    "@a",
    "@@version",
    "%s",
    "%(v)s",
    "{0}",
    "{{v}}",
    "{{v:ARRAY}}",
    "{{",
    "}}",
    "}} OR 1=1 --",
    "{{v}}' --",
    "${v}",
    "#{v}",
    "<%= v %>",
    "--",
    "-- ",
    "--\n",
    "-- \n OR 1=1",
    "/*",
    "*/",
    "/**/",
    "*/ OR 1=1 /*",
    "/*! OR 1=1 */",
    "/*!50000 UNION */",
    "#",
    "#\n",
    ";",
    ";;",
    "(",
    ")",
    "))",
    "()",
    ",",
    ".",
    "*",
    "%",
    "_",
    "%%",
    "[a-z]",
    "!",
    "=",
    "<>",
    "::text",
    "::int; --",
    "NULL",
    "null",
    "undefined",
    "true",
    "false",
    "NaN",
    "-Infinity",
    "CURRENT_USER",
    "DEFAULT",
    "1=1",
    "0x27204f5220313d31",
    "CHAR(39)",
    "convert(int,1)",
];

/// Quotes of other scripts, and what some encodings take for one.
pub(crate) const LIKE_QUOTES: [char; 22] = [
    '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}', '\u{201d}', '\u{2032}', '\u{2033}',
    '\u{02b9}', '\u{02bc}', '\u{02c8}', '\u{0384}', '\u{055a}', '\u{05f3}', '\u{ff07}', '\u{ff02}',
    '\u{ff40}', '\u{00b4}', '\u{275b}', '\u{1fef}', '\u{ff1b}', '\u{fe68}',
];

/// Invisible, reordering, combining and astral characters, line breaks of all kinds, and what is not assigned.
pub(crate) const ODD_CHARACTERS: [char; 30] = [
    '\u{0}',
    '\u{1}',
    '\u{7}',
    '\u{8}',
    '\u{b}',
    '\u{c}',
    '\u{1a}',
    '\u{1b}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{bf}',
    '\u{300}',
    '\u{61c}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2066}',
    '\u{3000}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{1f600}',
    '\u{10ffff}',
];

pub(crate) const MONGODB_OPERATORS: [&str; 24] = [
    "$ne",
    "$gt",
    "$gte",
    "$lt",
    "$in",
    "$nin",
    "$or",
    "$and",
    "$nor",
    "$not",
    "$exists",
    "$regex",
    "$where",
    "$expr",
    "$function",
    "$accumulator",
    "$jsonSchema",
    "$elemMatch",
    "$set",
    "$unset",
    "$out",
    "$merge",
    "$lookup",
    "$literal",
];

pub(crate) fn hostile() -> Vec<String> {
    let mut values: BTreeSet<String> = BROKEN_ONCE.iter().map(|&value| value.to_owned()).collect();
    for quote in LIKE_QUOTES {
        values.insert(format!("{quote} OR {quote}1{quote}={quote}1"));
        values.insert(format!("a{quote}; DROP TABLE t --"));
    }
    for odd in ODD_CHARACTERS {
        values.insert(format!("a{odd}' OR 1=1 --"));
        values.insert(format!("{odd}b"));
    }
    for operator in MONGODB_OPERATORS {
        values.insert(operator.to_owned());
        values.insert(format!("{{\"{operator}\": null}}"));
        values.insert(format!("'; return true; var {operator}='"));
    }
    for path in [
        "$$ROOT",
        "$$CURRENT.password",
        "$password",
        "$a.b",
        "a.$[].b",
        "__proto__",
        "constructor.prototype",
    ] {
        values.insert(path.to_owned());
    }
    for number in ["9", "0", "'", "\\"] {
        values.insert(number.repeat(5_000));
    }
    for number in [
        "1e309",
        "-1e-400",
        "9223372036854775808",
        "0.1e+5",
        "1_000",
        "0b1",
        "٣",
        "+1",
        "- 1",
        "1e",
        ".5",
        "5.",
        "0x1F",
    ] {
        values.insert(number.to_owned());
    }
    let nested = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    values.insert(nested);
    values.insert("{\"a\": [{\"$where\": \"sleep(1)\"}]}".to_owned());
    values.into_iter().collect()
}
