//! `{{key:TYPE:min:max:unique}}`: what stands between the braces.
//!
//! Two braces alone make no placeholder: `'{{1,2},{3,4}}'` is an array literal of PostgreSQL. A text between double braces
//! that starts like a key is one, and then it must be well formed: a misspelled placeholder that ran as text would be a
//! filter that silently means something else.

use std::fmt;

/// The longest key, in characters.
const LONGEST_KEY: usize = 128;

/// What a value must be, and as what it arrives at the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PlaceholderType {
    /// Any text.
    String,
    /// Text without white space.
    NospacesString,
    /// Text that is an e-mail address.
    EmailString,
    /// Text that is a calendar date, `2026-11-23`.
    DateString,
    /// Text that is a decimal number.
    NumberString,
    /// A whole number of any length.
    Integer,
    /// A calendar date.
    Date,
    /// A floating-point number.
    Float,
    /// A floating-point number of double precision.
    Double,
    /// A UUID.
    Uuid,
    /// A list of scalars (on MongoDB, of anything).
    Array,
    /// A JSON object.
    Object,
    /// True or false.
    Boolean,
    /// A date with a time, RFC 3339, the offset optional.
    Datetime,
    /// A decimal number of any length.
    Decimal,
    /// Bytes, base64 in JSON.
    Bytes,
    /// Any JSON value.
    Json,
    /// A MongoDB ObjectId, 24 hexadecimal digits.
    ObjectId,
    /// One of the identifiers that the template lists.
    Identifier(Vec<String>),
    /// One of the keywords that the template lists.
    Keyword(Vec<String>),
}

impl PlaceholderType {
    /// The types that have a name alone, in the order in which a person should meet them.
    pub const NAMED: [Self; 18] = [
        Self::String,
        Self::NospacesString,
        Self::EmailString,
        Self::DateString,
        Self::NumberString,
        Self::Integer,
        Self::Date,
        Self::Datetime,
        Self::Float,
        Self::Double,
        Self::Decimal,
        Self::Uuid,
        Self::Array,
        Self::Object,
        Self::Boolean,
        Self::Bytes,
        Self::Json,
        Self::ObjectId,
    ];

    /// The name in a template.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::NospacesString => "NOSPACES_STRING",
            Self::EmailString => "EMAIL_STRING",
            Self::DateString => "DATE_STRING",
            Self::NumberString => "NUMBER_STRING",
            Self::Integer => "INTEGER",
            Self::Date => "DATE",
            Self::Float => "FLOAT",
            Self::Double => "DOUBLE",
            Self::Uuid => "UUID",
            Self::Array => "ARRAY",
            Self::Object => "OBJECT",
            Self::Boolean => "BOOLEAN",
            Self::Datetime => "DATETIME",
            Self::Decimal => "DECIMAL",
            Self::Bytes => "BYTES",
            Self::Json => "JSON",
            Self::ObjectId => "OBJECT_ID",
            Self::Identifier(_) => "IDENTIFIER",
            Self::Keyword(_) => "KEYWORD",
        }
    }

    /// The words that an identifier or keyword may be.
    pub fn words(&self) -> Option<&[String]> {
        match self {
            Self::Identifier(words) | Self::Keyword(words) => Some(words),
            _ => None,
        }
    }

    /// What `min` and `max` count: characters, digits or items; `None` where they do not apply.
    pub const fn measure(&self) -> Option<Measure> {
        match self {
            Self::String | Self::NospacesString | Self::EmailString | Self::DateString => {
                Some(Measure::Characters)
            }
            Self::NumberString | Self::Integer | Self::Float | Self::Double | Self::Decimal => {
                Some(Measure::Digits)
            }
            Self::Array => Some(Measure::Items),
            _ => None,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for PlaceholderType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What `min` and `max` count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Unicode scalar values.
    Characters,
    /// Decimal digits, sign and point left out.
    Digits,
    /// Items of a list.
    Items,
}

impl Measure {
    /// The word for a number of them.
    pub const fn noun(self, one: bool) -> &'static str {
        match (self, one) {
            (Self::Characters, true) => "character",
            (Self::Characters, false) => "characters",
            (Self::Digits, true) => "digit",
            (Self::Digits, false) => "digits",
            (Self::Items, true) => "item",
            (Self::Items, false) => "items",
        }
    }
}

/// A placeholder as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placeholder {
    /// The input's name.
    pub key: String,
    /// Its type; `None` where the placeholder names none: another one of the same key may, and else it is `STRING`.
    pub kind: Option<PlaceholderType>,
    /// Whether a missing input binds NULL.
    pub optional: bool,
    /// The least length, 1 where none is written.
    pub min: u64,
    /// The greatest length; `None` is unlimited.
    pub max: Option<u64>,
    /// Whether the value must not be in that field of the collection yet (MongoDB).
    pub unique: bool,
}

impl Placeholder {
    /// The type, `STRING` where none is written.
    pub fn kind(&self) -> &PlaceholderType {
        self.kind.as_ref().unwrap_or(&PlaceholderType::String)
    }
}

/// Why a placeholder is not well formed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PlaceholderFault {
    /// What a program matches.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
}

fn fault(code: &'static str, message: impl Into<String>) -> PlaceholderFault {
    PlaceholderFault {
        code,
        message: message.into(),
    }
}

/// What stands at the start of `text`, which begins with `{{`: a placeholder with its length in bytes, a fault with its
/// length, or `None` where the braces are just text.
pub fn read_placeholder(text: &str) -> Option<(Result<Placeholder, PlaceholderFault>, usize)> {
    let inside = text.strip_prefix("{{")?;
    let starts_like_a_key = inside
        .trim_start_matches(' ')
        .starts_with(|first: char| first.is_alphabetic() || first == '_');
    if !starts_like_a_key {
        return None;
    }
    // An array literal closes one brace at a time, and a template ends a placeholder on its line.
    let end = inside.find(['}', '{', '\n', '\r'])?;
    if !inside[end..].starts_with("}}") {
        return None;
    }
    Some((parse(inside[..end].trim_matches(' ')), end + 4))
}

fn parse(body: &str) -> Result<Placeholder, PlaceholderFault> {
    let (head, rest) = split_type(body);
    let key = head.trim();
    check_key(key)?;
    let mut placeholder = Placeholder {
        key: key.to_owned(),
        kind: None,
        optional: false,
        min: 1,
        max: None,
        unique: false,
    };
    let Some(rest) = rest else {
        return Ok(placeholder);
    };
    let (kind, optional, numbers) = parse_type(rest)?;
    placeholder.kind = Some(kind);
    placeholder.optional = optional;
    let mut parts = numbers.iter().copied();
    if let Some(text) = parts.next().filter(|text| !text.is_empty()) {
        placeholder.min = number(text, "smallest")?;
    }
    if let Some(text) = parts.next().filter(|text| !text.is_empty()) {
        placeholder.max = Some(number(text, "largest")?);
    }
    if let Some(text) = parts.next() {
        placeholder.unique = match text {
            "true" => true,
            "false" | "" => false,
            _ => {
                return Err(fault(
                    "bad_unique",
                    "The fourth part says whether the value must be unique: true or false.",
                ));
            }
        };
    }
    if parts.next().is_some() {
        return Err(fault(
            "too_many_parts",
            "A placeholder is {{key:TYPE:min:max:unique}} at most.",
        ));
    }
    if placeholder.max.is_some_and(|max| max < placeholder.min) {
        return Err(fault(
            "max_below_min",
            "The largest length is below the smallest.",
        ));
    }
    Ok(placeholder)
}

fn split_type(body: &str) -> (&str, Option<&str>) {
    match body.split_once(':') {
        Some((key, rest)) => (key, Some(rest)),
        None => (body, None),
    }
}

fn check_key(key: &str) -> Result<(), PlaceholderFault> {
    let word =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    if key.chars().all(word) && key.chars().count() <= LONGEST_KEY {
        return Ok(());
    }
    Err(fault(
        "bad_key",
        "The name of an input has letters, digits, _, - and . only, 128 at most.",
    ))
}

/// The type, whether it is optional, and what follows after the colons.
fn parse_type(rest: &str) -> Result<(PlaceholderType, bool, Vec<&str>), PlaceholderFault> {
    if let Some(open) = rest.find('(') {
        let name = rest[..open].trim();
        let close = rest
            .find(')')
            .filter(|close| *close > open)
            .ok_or_else(|| fault("bad_type", "The list of words is not closed."))?;
        let words = words_of(&rest[open + 1..close])?;
        let kind = match name.to_ascii_uppercase().as_str() {
            "IDENTIFIER" => {
                for word in &words {
                    check_identifier(word)?;
                }
                PlaceholderType::Identifier(words)
            }
            "KEYWORD" => {
                for word in &words {
                    check_keyword(word)?;
                }
                PlaceholderType::Keyword(words)
            }
            _ => {
                return Err(fault(
                    "bad_type",
                    "Only IDENTIFIER(…) and KEYWORD(…) list words.",
                ));
            }
        };
        if !rest[close + 1..].trim().is_empty() {
            return Err(fault(
                "too_many_parts",
                "Nothing follows the list of an IDENTIFIER or KEYWORD: one of the words must be given.",
            ));
        }
        return Ok((kind, false, Vec::new()));
    }
    let mut parts = rest.split(':').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let (name, optional) = match name.strip_suffix('?') {
        Some(name) => (name.trim_end(), true),
        None => (name, false),
    };
    // `{{key:?}}` would be a string that may be missing, but nobody reads it so.
    let kind = PlaceholderType::from_name(name).ok_or_else(|| {
        if ["IDENTIFIER", "KEYWORD"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            fault(
                "bad_type",
                "An IDENTIFIER or KEYWORD lists what is allowed: {{sort:IDENTIFIER(name|created_at)}}.",
            )
        } else {
            fault("unknown_type", "There is no placeholder type of this name.")
        }
    })?;
    Ok((kind, optional, parts.collect()))
}

fn words_of(list: &str) -> Result<Vec<String>, PlaceholderFault> {
    let words: Vec<String> = list.split('|').map(|word| word.trim().to_owned()).collect();
    if words.iter().any(String::is_empty) {
        return Err(fault("bad_type", "A word of the list is empty."));
    }
    Ok(words)
}

/// A name, with dots between its parts. It is quoted when it is written into the statement.
fn check_identifier(word: &str) -> Result<(), PlaceholderFault> {
    let fits = word.split('.').all(|part| {
        !part.is_empty()
            && part.chars().all(|character| {
                character.is_alphanumeric() || matches!(character, '_' | '$' | ' ' | '-')
            })
    });
    if fits {
        return Ok(());
    }
    Err(fault(
        "bad_type",
        "An identifier of the list has letters, digits, _, $, - and spaces only, with dots between its parts.",
    ))
}

/// Words of letters, with single spaces between them: they are written into the statement as they stand.
fn check_keyword(word: &str) -> Result<(), PlaceholderFault> {
    let fits = word.split(' ').all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    });
    if fits {
        return Ok(());
    }
    Err(fault(
        "bad_type",
        "A keyword of the list has letters and _ only.",
    ))
}

fn number(text: &str, which: &str) -> Result<u64, PlaceholderFault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ => Err(fault(
            "bad_length",
            format!("The {which} length is a whole number."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Placeholder, &'static str>> {
        read_placeholder(text).map(|(read, _)| read.map_err(|fault| fault.code))
    }

    #[test]
    fn each_part_is_read() {
        let placeholder = read("{{username:NOSPACES_STRING:3:20:true}}")
            .unwrap()
            .unwrap();
        assert_eq!(placeholder.key, "username");
        assert_eq!(placeholder.kind, Some(PlaceholderType::NospacesString));
        assert_eq!((placeholder.min, placeholder.max), (3, Some(20)));
        assert!(placeholder.unique && !placeholder.optional);

        let bare = read("{{ id }}").unwrap().unwrap();
        assert_eq!((bare.kind.clone(), bare.min, bare.max), (None, 1, None));
        assert_eq!(bare.kind(), &PlaceholderType::String);
        assert!(read("{{note:string?}}").unwrap().unwrap().optional);
        assert_eq!(
            read("{{sort:IDENTIFIER(name|s.created_at)}}")
                .unwrap()
                .unwrap()
                .kind,
            Some(PlaceholderType::Identifier(vec![
                "name".to_owned(),
                "s.created_at".to_owned()
            ]))
        );
        assert_eq!(
            read("{{dir:KEYWORD(ASC|DESC NULLS LAST)}}")
                .unwrap()
                .unwrap()
                .kind,
            Some(PlaceholderType::Keyword(vec![
                "ASC".to_owned(),
                "DESC NULLS LAST".to_owned()
            ]))
        );
    }

    #[test]
    fn braces_of_literals_are_text() {
        for text in [
            "{{1,2},{3,4}}",
            "{{a,b},{c,d}}",
            "{{}}",
            "{{ }}",
            "{{a\n}}",
            "{{a}",
            "{{a",
            "{{\"a\"}}",
            "{a}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_meant_as_a_placeholder_must_be_well_formed() {
        for (text, code) in [
            ("{{user name}}", "bad_key"),
            ("{{age:INTEGR}}", "unknown_type"),
            ("{{age:}}", "unknown_type"),
            ("{{age:INTEGER:x}}", "bad_length"),
            ("{{age:INTEGER:-1}}", "bad_length"),
            ("{{age:INTEGER:+1}}", "bad_length"),
            ("{{age:INTEGER:5:3}}", "max_below_min"),
            ("{{age:INTEGER:1:3:maybe}}", "bad_unique"),
            ("{{age:INTEGER:1:3:true:x}}", "too_many_parts"),
            ("{{sort:IDENTIFIER}}", "bad_type"),
            ("{{sort:IDENTIFIER()}}", "bad_type"),
            ("{{sort:IDENTIFIER(a;b)}}", "bad_type"),
            ("{{sort:IDENTIFIER(a\"b)}}", "bad_type"),
            ("{{dir:KEYWORD(ASC|DROP TABLE x;)}}", "bad_type"),
            ("{{dir:KEYWORD(ASC/**/)}}", "bad_type"),
            ("{{dir:KEYWORD(ASC|)}}", "bad_type"),
            ("{{sort:STRING(a|b)}}", "bad_type"),
            ("{{sort:IDENTIFIER(a|b):1}}", "too_many_parts"),
        ] {
            assert_eq!(read(text), Some(Err(code)), "{text}");
        }
    }
}
