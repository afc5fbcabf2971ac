//! Names of objects as a person reads them, and back into their parts.
//!
//! A part is quoted as its engine quotes it wherever it could be taken for something else: a dot, a space or a quote in it. What
//! is written is read back exactly, so that two objects never share a name.

use connection_url::DatabaseType;

const fn quote(database_type: DatabaseType) -> char {
    match database_type {
        DatabaseType::Mysql => '`',
        DatabaseType::Postgresql | DatabaseType::Mongodb | DatabaseType::Sqlite => '"',
    }
}

fn is_plain(database_type: DatabaseType, part: &str) -> bool {
    let letter = |letter: char| match database_type {
        // What stands unquoted is folded to lower case.
        DatabaseType::Postgresql => {
            letter == '_' || letter == '$' || (letter.is_alphanumeric() && !letter.is_uppercase())
        }
        DatabaseType::Mysql | DatabaseType::Mongodb | DatabaseType::Sqlite => {
            matches!(letter, '_' | '$' | '-') || letter.is_alphanumeric()
        }
    };
    let digit_first = part.starts_with(|first: char| first.is_ascii_digit());
    !part.is_empty()
        && part.chars().all(letter)
        && !(database_type == DatabaseType::Postgresql && digit_first)
}

/// A part, between quotes whatever it is: as the engine takes it in a statement.
pub(crate) fn quoted(database_type: DatabaseType, part: &str) -> String {
    let quote = quote(database_type);
    let mut text = String::with_capacity(part.len() + 2);
    text.push(quote);
    for letter in part.chars() {
        if letter == quote {
            text.push(quote);
        }
        text.push(letter);
    }
    text.push(quote);
    text
}

/// A part as it is read.
pub(crate) fn read(database_type: DatabaseType, part: &str) -> String {
    if is_plain(database_type, part) {
        part.to_owned()
    } else {
        quoted(database_type, part)
    }
}

/// `public.users.email` of its parts.
pub(crate) fn join(database_type: DatabaseType, parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| read(database_type, part)).collect();
    parts.join(".")
}

/// The name of what belongs to an object.
pub(crate) fn under(database_type: DatabaseType, parent: &str, part: &str) -> String {
    format!("{parent}.{}", read(database_type, part))
}

/// Reads one part; gives what it is and what follows it. What begins with a quote of any engine is quoted by it.
fn part(text: &str) -> (String, &str) {
    let Some(quote) = text.chars().next().filter(|it| matches!(it, '"' | '`')) else {
        let end = text.find(['.', '(']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let quoted = &text[quote.len_utf8()..];
    let mut name = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            name.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            name.push(quote);
        } else {
            return (name, &quoted[at + quote.len_utf8()..]);
        }
    }
    (name, "")
}

/// The parts of a name, and what follows them: the types of a function's arguments in their parentheses.
pub(crate) fn split(name: &str) -> (Vec<String>, &str) {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let (found, after) = part(rest);
        parts.push(found);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return (parts, after),
        }
    }
}

/// The name of the object that this one belongs to: the name without its last part.
pub(crate) fn parent(name: &str) -> Option<&str> {
    let mut rest = name;
    let mut last = None;
    loop {
        let (_, after) = part(rest);
        match after.strip_prefix('.') {
            Some(next) => {
                last = Some(name.len() - after.len());
                rest = next;
            }
            None => return last.map(|end| &name[..end]),
        }
    }
}

/// A name with every part between quotes, as it stands in a statement.
pub(crate) fn in_statement(database_type: DatabaseType, name: &str) -> String {
    let (parts, rest) = split(name);
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match database_type {
            DatabaseType::Postgresql if stands_bare(part) => part.clone(),
            _ => quoted(database_type, part),
        })
        .collect();
    format!("{}{rest}", parts.join("."))
}

/// Whether PostgreSQL takes a name without quotes: so it is written in most people's statements.
fn stands_bare(part: &str) -> bool {
    let plain = part
        .chars()
        .all(|letter| letter == '_' || letter.is_ascii_lowercase() || letter.is_ascii_digit());
    plain
        && part.starts_with(|first: char| first == '_' || first.is_ascii_lowercase())
        && !RESERVED.split(' ').any(|word| word == part)
}

/// The words that PostgreSQL 12 to 18 take for no name (appendix C of its documentation), or for no name of a function or type.
const RESERVED: &str = "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean \
    both case cast char character check coalesce collate collation column concurrently constraint create \
    cross current_catalog current_date current_role current_schema current_time current_timestamp \
    current_user dec decimal default deferrable desc distinct do else end except exists extract false \
    fetch float for foreign freeze from full grant greatest group grouping having ilike in initially \
    inner inout int integer intersect interval into is isnull join json json_array json_arrayagg \
    json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value \
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar \
    none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay \
    placing position precision primary real references returning right row select session_user setof \
    similar smallint some substring symmetric system_user table tablesample then time timestamp to \
    trailing treat trim true union unique user using values varchar variadic verbose when where window \
    with xmlattributes";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        let join = |parts: &[&str]| join(DatabaseType::Postgresql, parts);
        assert_eq!(join(&["public", "users", "email"]), "public.users.email");
        assert_eq!(join(&["public", "Users"]), "public.\"Users\"");
        assert_eq!(join(&["a.b", "c\"d"]), "\"a.b\".\"c\"\"d\"");
        assert_eq!(join(&["public", "größe"]), "public.größe");
    }

    #[test]
    fn what_a_statement_takes_is_quoted_where_it_must_be() {
        let sql = |name| in_statement(DatabaseType::Postgresql, name);
        assert_eq!(sql("public.users"), "public.users");
        assert_eq!(sql("public.order.user"), "public.\"order\".\"user\"");
        assert_eq!(sql("public.f(integer, text)"), "public.f(integer, text)");
        assert_eq!(in_statement(DatabaseType::Mysql, "a.b"), "`a`.`b`");
    }

    #[test]
    fn the_parent_is_the_name_without_its_last_part() {
        assert_eq!(parent("public.users.email"), Some("public.users"));
        assert_eq!(parent("public.\"a.b\".\"c.d\""), Some("public.\"a.b\""));
        assert_eq!(parent("users"), None);
    }

    proptest! {
        #[test]
        fn every_name_is_read_back(parts in prop::collection::vec("[a-zA-Z0-9_.`\" ()é$<-]{1,8}", 1..4)) {
            for database_type in DatabaseType::ALL {
                let texts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let name = join(database_type, &texts);
                prop_assert_eq!(split(&name), (parts.clone(), ""));
                let above = (parts.len() > 1).then(|| join(database_type, &texts[..texts.len() - 1]));
                prop_assert_eq!(parent(&name), above.as_deref());
            }
        }
    }
}
