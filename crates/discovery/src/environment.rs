//! Which environment a connection belongs to, as names tell it.

use std::borrow::Cow;

use connection_url::{ConnectionUrl, Host};

/// An environment as names suggest it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvironmentGuess {
    /// The slug, such as `dev`.
    pub slug: Cow<'static, str>,
    /// What people call it.
    pub name: Cow<'static, str>,
}

const KNOWN: [(EnvironmentGuess, &[&str]); 4] = [
    (
        EnvironmentGuess {
            slug: Cow::Borrowed("prd"),
            name: Cow::Borrowed("Production"),
        },
        &["prd", "prod", "production", "live"],
    ),
    (
        EnvironmentGuess {
            slug: Cow::Borrowed("stg"),
            name: Cow::Borrowed("Staging"),
        },
        &["stg", "stage", "staging", "uat", "preprod", "preview", "qa"],
    ),
    (
        EnvironmentGuess {
            slug: Cow::Borrowed("tst"),
            name: Cow::Borrowed("Test"),
        },
        &["tst", "test", "tests", "testing", "ci"],
    ),
    (
        EnvironmentGuess {
            slug: Cow::Borrowed("dev"),
            name: Cow::Borrowed("Development"),
        },
        &[
            "dev",
            "devel",
            "develop",
            "development",
            "local",
            "localhost",
        ],
    ),
];

/// The words of a name: letters and digits, split where upper case begins as well (`OrdersProd`).
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    // A name that is longer says nothing more.
    for character in text.chars().take(1000) {
        let begins = character.is_uppercase() && was_lower;
        if (!character.is_alphanumeric() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn of_word(word: &str) -> Option<&'static EnvironmentGuess> {
    // `dev2` is a development environment too.
    let bare = word.trim_end_matches(|character: char| character.is_ascii_digit());
    KNOWN
        .iter()
        .find(|(_, names)| names.contains(&bare))
        .map(|(guess, _)| guess)
}

/// The environment that a name says.
#[must_use]
pub fn guess(text: &str) -> Option<EnvironmentGuess> {
    words(text)
        .iter()
        .rev()
        .find_map(|word| of_word(word))
        .cloned()
}

/// The first of the texts that says one, then the server. A server on this machine is somebody's development.
pub(crate) fn guess_connection(texts: &[&str], url: &ConnectionUrl) -> Option<EnvironmentGuess> {
    texts.iter().find_map(|text| guess(text)).or_else(|| {
        let host = url.hosts().first()?;
        match host {
            Host::Socket { .. } => guess("dev"),
            Host::Tcp { host, .. } if is_here(host) => guess("dev"),
            Host::Tcp { host, .. } => guess(host),
        }
    })
}

/// Whether a server's name is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    matches!(
        host,
        "" | "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal"
    )
}

/// The name without the words that say an environment: `orders_dev` is `orders`. Empty when nothing is left.
#[must_use]
pub fn base_name(text: &str) -> String {
    let kept: Vec<&str> = text
        .split(['_', '-', '.', ' ', '@', '(', ')', '/'])
        .filter(|word| !word.is_empty() && of_word(&word.to_lowercase()).is_none())
        .collect();
    if text
        .split(['_', '-', '.', ' ', '@', '(', ')', '/'])
        .filter(|word| !word.is_empty())
        .count()
        == kept.len()
    {
        return text.trim().to_owned();
    }
    kept.join(if text.contains('_') { "_" } else { "-" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_environments() {
        for (text, slug) in [
            (".env.production", Some("prd")),
            ("PROD_DATABASE_URL", Some("prd")),
            ("DATABASE_URL_STAGING", Some("stg")),
            ("ordersProd", Some("prd")),
            ("Orders (dev)", Some("dev")),
            ("orders_test", Some("tst")),
            ("dev2", Some("dev")),
            ("db.live.example.com", Some("prd")),
            ("delivery", None),
            ("products", None),
            ("", None),
        ] {
            assert_eq!(
                guess(text).map(|found| found.slug).as_deref(),
                slug,
                "{text}"
            );
        }
    }

    #[test]
    fn a_database_has_one_name_in_each_environment() {
        for (text, base) in [
            ("orders_dev", "orders"),
            ("orders-eu-prd", "orders-eu"),
            ("prod.orders", "orders"),
            ("orders", "orders"),
            ("my orders", "my orders"),
            ("dev", ""),
        ] {
            assert_eq!(base_name(text), base, "{text}");
        }
    }
}
