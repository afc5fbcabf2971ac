//! Names of files, and the versions and tags in them.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Format;
use crate::Migration;
use crate::read::is_tag;

/// A version: numbers, as many as are written. `1.10` is after `1.9`, and `1.0` is `1`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Version(Vec<String>);

impl Version {
    /// Digits with `.`, `_` or `-` between them.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for part in text.split(['.', '_', '-']) {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            parts.push(part.trim_start_matches('0').to_owned());
        }
        while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        Some(Self(parts))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let longer = self.0.len().max(other.0.len());
        (0..longer)
            .map(|index| {
                let part = |version: &Self| {
                    let part = version.0.get(index).cloned().unwrap_or_default();
                    (part.len(), part)
                };
                part(self).cmp(&part(other))
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A name of a file without its endings, taken apart.
pub(super) struct Stem<'a> {
    pub version: Version,
    /// The version as written.
    pub written: &'a str,
    /// What stands after it.
    pub description: &'a str,
}

/// Takes a name apart, or a tag that came from one.
pub(super) fn stem(text: &str, format: Format) -> Option<Stem<'_>> {
    let (written, description) = match format {
        Format::Flyway => {
            let text = text.strip_prefix(['V', 'v', 'U', 'u'])?;
            text.split_once("__")?
        }
        Format::MigrateMongo => digits(text, '-')?,
        Format::Sqlx | Format::GolangMigrate => digits(text, '_')?,
        Format::Dbmate => {
            let end = text
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(text.len());
            (&text[..end], text[end..].trim_start_matches('_'))
        }
    };
    Some(Stem {
        version: Version::read(written)?,
        written,
        description,
    })
}

fn digits(text: &str, separator: char) -> Option<(&str, &str)> {
    text.split_once(separator)
        .filter(|(written, _)| written.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A tag made from a name of a file.
pub(super) fn tag(stem: &str) -> String {
    let mut tag: String = stem
        .chars()
        .map(|letter| match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9' | '_' | '-') => letter,
            _ => '-',
        })
        .collect();
    tag = tag.trim_start_matches(['_', '-']).to_owned();
    tag.truncate(63);
    if is_tag(&tag) {
        tag
    } else {
        "migration".to_owned()
    }
}

/// A tag that is not taken yet; it is taken then.
pub(super) fn unique(tag: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(tag.clone()) {
        return tag;
    }
    let mut number = 2_u32;
    loop {
        let suffix = format!("_{number}");
        let mut longer = tag.clone();
        longer.truncate(63 - suffix.len());
        longer.push_str(&suffix);
        if taken.insert(longer.clone()) {
            return longer;
        }
        number += 1;
    }
}

/// What people would call it.
pub(super) fn name(description: &str, stem: &str) -> String {
    let words = description.replace(['_', '-'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).take(200).collect(),
        None => stem.chars().take(200).collect(),
    }
}

/// A name of a file for each migration.
pub(super) fn stems(migrations: &[Migration], format: Format) -> Vec<String> {
    let versions: Option<Vec<Version>> = migrations
        .iter()
        .map(|migration| stem(&migration.tag, format).map(|stem| stem.version))
        .collect();
    let numbered =
        versions.is_some_and(|versions| versions.windows(2).all(|pair| pair[0] < pair[1]));
    migrations
        .iter()
        .zip(1_u32..)
        .map(|(migration, number)| {
            if numbered {
                return own_stem(migration, format);
            }
            let tag = &migration.tag;
            match format {
                Format::Flyway => format!("V{number}__{tag}"),
                Format::MigrateMongo => format!("{number:06}-{tag}"),
                _ => format!("{number:06}_{tag}"),
            }
        })
        .collect()
}

/// The name that gives the tag again, and the name where it can.
fn own_stem(migration: &Migration, format: Format) -> String {
    let Some(parts) = stem(&migration.tag, format) else {
        return migration.tag.clone();
    };
    let (prefix, space) = match format {
        Format::Flyway => (format!("V{}__", parts.written.replace('-', ".")), "_"),
        Format::MigrateMongo => (format!("{}-", parts.written), "-"),
        _ => (format!("{}_", parts.written), "_"),
    };
    let named = migration.name.replace(' ', space);
    let mut letters = named.chars();
    let lower: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(letters)
        .collect();
    [parts.description.to_owned(), lower, named]
        .into_iter()
        .find(|description| {
            let whole = format!("{prefix}{description}");
            description
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
                && tag(&whole) == migration.tag
                && name(description, &whole) == migration.name
        })
        .map_or_else(
            || format!("{prefix}{}", parts.description),
            |description| format!("{prefix}{description}"),
        )
}
