//! The catalogue: what is to be known of each option that an engine's client takes, for forms and for completion.
//!
//! The grammars judge what is written; the catalogue tells what could be. Tests hold both together: an option that one
//! knows is known to the other, with the same values and limits.

mod auth;
mod mongodb;
mod mysql;
mod postgresql;
mod sqlite;

pub use auth::{AuthMechanism, Need, auth_mechanisms, auth_option};

use crate::DatabaseType;
use crate::secret_slot::squeeze;

/// How the value of an option is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// A secret.
    Secret,
    /// One of two values: the first turns it off, the second on.
    Boolean,
    /// A whole number.
    Integer,
    /// A duration in seconds.
    Seconds,
    /// A duration in milliseconds.
    Milliseconds,
    /// One of `values`.
    Choice,
    /// Several of `values`, separated by commas.
    List,
    /// The path of a file.
    File,
    /// The path of a folder.
    Folder,
}

/// What an option is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OptionGroup {
    /// Encryption and certificates.
    Tls,
    /// Who one is, and how that is shown.
    Auth,
    /// Which of several servers.
    Servers,
    /// Pools of connections.
    Pool,
    /// Time limits and keepalives.
    Timeouts,
    /// Everything else.
    Other,
}

/// What an engine's client knows of one option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptionInfo {
    /// Its name in the usual spelling.
    pub name: &'static str,
    /// Other names of the same option. On MySQL each name has more spellings: see [`spellings`].
    pub aliases: &'static [&'static str],
    /// What it is about.
    pub group: OptionGroup,
    /// How its value is typed.
    pub kind: OptionKind,
    /// The values it takes; empty where any text or number goes.
    pub values: &'static [&'static str],
    /// What applies where it is left out, as text to show.
    pub default: Option<&'static str>,
    /// The smallest number allowed.
    pub minimum: Option<i64>,
    /// The largest number allowed.
    pub maximum: Option<i64>,
    /// One or two plain sentences.
    pub documentation: &'static str,
    /// Why not to use it any more, or what to use instead.
    pub deprecated: Option<&'static str>,
    /// Whether it is one of the URL's parts (host, user, database…) written as an option.
    pub part: bool,
}

impl OptionInfo {
    const fn new(
        name: &'static str,
        group: OptionGroup,
        kind: OptionKind,
        documentation: &'static str,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            group,
            kind,
            values: &[],
            default: None,
            minimum: None,
            maximum: None,
            documentation,
            deprecated: None,
            part: false,
        }
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn at_least(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    const fn at_most(mut self, maximum: i64) -> Self {
        self.maximum = Some(maximum);
        self
    }

    const fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    const fn part(mut self) -> Self {
        self.part = true;
        self
    }
}

/// Every option that the engine's clients know: libpq 18's keywords, the options of MySQL's connectors, the options of
/// the MongoDB specifications, the parameters of SQLite's URIs.
pub const fn option_catalogue(database_type: DatabaseType) -> &'static [OptionInfo] {
    match database_type {
        DatabaseType::Postgresql => postgresql::OPTIONS,
        DatabaseType::Mysql => mysql::OPTIONS,
        DatabaseType::Mongodb => mongodb::OPTIONS,
        DatabaseType::Sqlite => sqlite::OPTIONS,
    }
}

/// What is known of an option, by any of its names and spellings. Names compare by the engine's rule: exactly on
/// PostgreSQL and SQLite, without regard to letter case on MongoDB, and without regard to case, `-` and `_` on MySQL.
pub fn option_info(database_type: DatabaseType, name: &str) -> Option<&'static OptionInfo> {
    let same = |known: &str| match database_type {
        DatabaseType::Postgresql | DatabaseType::Sqlite => known == name,
        DatabaseType::Mongodb => known.eq_ignore_ascii_case(name),
        DatabaseType::Mysql => squeeze(known) == squeeze(name),
    };
    option_catalogue(database_type)
        .iter()
        .find(|info| same(info.name) || info.aliases.iter().any(|alias| same(alias)))
}

/// Every way in which people write the option's name, the usual one first: its aliases and, on MySQL, each of them with
/// hyphens, in camel case and with underscores.
pub fn spellings(database_type: DatabaseType, info: &OptionInfo) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in std::iter::once(&info.name).chain(info.aliases) {
        let mut add = |spelling: String| {
            if !found.contains(&spelling) {
                found.push(spelling);
            }
        };
        add((*name).to_owned());
        if database_type == DatabaseType::Mysql {
            for style in [Spelling::Hyphens, Spelling::Camel, Spelling::Underscores] {
                add(style.of(name));
            }
        }
    }
    found
}

/// How the words of an option's name are joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spelling {
    /// `ssl-mode`
    Hyphens,
    /// `sslMode`
    Camel,
    /// `ssl_mode`
    Underscores,
}

impl Spelling {
    /// The style in which a name of several words is written; `None` for a single word, which all styles share.
    pub fn seen_in(name: &str) -> Option<Self> {
        if name.contains('-') {
            Some(Self::Hyphens)
        } else if name.contains('_') {
            Some(Self::Underscores)
        } else if name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) {
            Some(Self::Camel)
        } else {
            None
        }
    }

    /// The name in this style.
    pub fn of(self, name: &str) -> String {
        let separator = match self {
            Self::Hyphens => Some('-'),
            Self::Underscores => Some('_'),
            Self::Camel => None,
        };
        let mut spelled = String::with_capacity(name.len() + 4);
        for word in words(name) {
            let mut characters = word.chars();
            let first = characters.next().filter(|_| !spelled.is_empty());
            match (separator, first) {
                (_, None) => spelled.push_str(&word),
                (Some(separator), Some(_)) => {
                    spelled.push(separator);
                    spelled.push_str(&word);
                }
                (None, Some(first)) => {
                    spelled.push(first.to_ascii_uppercase());
                    spelled.push_str(characters.as_str());
                }
            }
        }
        spelled
    }
}

/// The words of a name in lowercase: at hyphens, underscores and where a capital follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in name.chars() {
        let separator = matches!(character, '-' | '_');
        if separator || (character.is_ascii_uppercase() && after_small) {
            words.push(String::new());
        }
        after_small = character.is_ascii_lowercase();
        if !separator && let Some(word) = words.last_mut() {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::secret_slot::is_secret_option;

    #[test]
    fn the_entries_are_well_formed() {
        for database_type in DatabaseType::ALL {
            let mut names = BTreeSet::new();
            for info in option_catalogue(database_type) {
                let name = info.name;
                for known in std::iter::once(&name).chain(info.aliases) {
                    assert!(
                        names.insert(known.to_ascii_lowercase()),
                        "{known} comes twice"
                    );
                    assert_eq!(
                        option_info(database_type, known).map(|found| found.name),
                        Some(name)
                    );
                    // What is hidden is declared as a secret, and the reverse.
                    assert_eq!(
                        is_secret_option(known),
                        info.kind == OptionKind::Secret,
                        "{database_type} {known}"
                    );
                }
                assert!(info.documentation.ends_with('.'), "{name}");
                assert!(info.documentation.len() < 260, "{name}");
                match info.kind {
                    OptionKind::Boolean => assert_eq!(info.values.len(), 2, "{name}"),
                    OptionKind::Choice | OptionKind::List => {
                        assert!(info.values.len() > 1, "{name}");
                    }
                    _ => {}
                }
                if info.minimum.is_some() || info.maximum.is_some() {
                    assert!(
                        matches!(
                            info.kind,
                            OptionKind::Integer | OptionKind::Seconds | OptionKind::Milliseconds
                        ),
                        "{name}"
                    );
                }
                if matches!(info.kind, OptionKind::Boolean | OptionKind::Choice)
                    && let Some(default) = info.default
                {
                    assert!(info.values.contains(&default), "{name}: {default}");
                }
            }
        }
    }

    #[test]
    fn names_are_spelled_in_each_style() {
        for (name, expected) in [
            ("ssl-mode", ["ssl-mode", "sslMode", "ssl_mode"]),
            (
                "allowPublicKeyRetrieval",
                [
                    "allow-public-key-retrieval",
                    "allowPublicKeyRetrieval",
                    "allow_public_key_retrieval",
                ],
            ),
            ("charset", ["charset", "charset", "charset"]),
        ] {
            assert_eq!(Spelling::Hyphens.of(name), expected[0]);
            assert_eq!(Spelling::Camel.of(name), expected[1]);
            assert_eq!(Spelling::Underscores.of(name), expected[2]);
        }
    }
}
