//! A connection URL as other programs write it.

use connection_url::{ConnectionUrl, DatabaseType, apply_changes};
use zeroize::Zeroizing;

use crate::environment::EnvironmentGuess;
use crate::found::{Warning, WarningCode};

/// The longest text that is taken for a URL, in bytes.
const LONGEST: usize = 16 * 1024;

/// A URL that was read, and what was done for it.
pub(crate) struct ReadUrl {
    pub(crate) url: ConnectionUrl,
    pub(crate) database_type: DatabaseType,
    pub(crate) warnings: Vec<Warning>,
    /// Where the file says it outright.
    pub(crate) environment: Option<EnvironmentGuess>,
}

/// What comes of a text.
pub(crate) enum Reading {
    /// It is no connection URL of an engine that we know.
    Other,
    /// It is one.
    Url(Box<ReadUrl>),
    /// It wants to be one; the message says what is wrong and quotes nothing.
    Broken(String),
}

/// Schemes of the engines, and what frameworks write for them. What stands behind a `+` names a driver.
const SCHEMES: [&str; 11] = [
    "postgres",
    "postgresql",
    "pgsql",
    "psql",
    "postgis",
    "pg",
    "mysql",
    "mysql2",
    "mariadb",
    "mongodb",
    "mongo",
];

/// Whether the text looks like a connection URL of an engine that we may know.
pub(crate) fn looks_like_url(text: &str) -> bool {
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let Some((scheme, _)) = text.split_once("://") else {
        return false;
    };
    let base = scheme
        .split('+')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    text.len() <= LONGEST && SCHEMES.contains(&base.as_str())
}

/// Reads a text that may be a connection URL, mending what other programs write differently.
pub(crate) fn read_url(text: &str, database_type: Option<DatabaseType>) -> Reading {
    let text = text.trim();
    if !looks_like_url(text) {
        return Reading::Other;
    }
    let (url, mended) = match ConnectionUrl::diagnose(text, database_type) {
        Ok(url) => (url, None),
        Err(error) => {
            let Some(repair) = &error.repair else {
                return Reading::Broken(error.message);
            };
            let mended = Zeroizing::new(apply_changes(text, &repair.changes));
            match ConnectionUrl::parse(&mended, database_type) {
                Ok(url) => (url, Some(repair.label.clone())),
                Err(_) => return Reading::Broken(error.message),
            }
        }
    };
    let Some(database_type) = url.database_type() else {
        return Reading::Other;
    };
    let warning = mended.map(|label| {
        Warning::new(
            WarningCode::Mended,
            format!("The URL was mended to be read: {label}."),
        )
    });
    Reading::Url(Box::new(ReadUrl {
        url,
        database_type,
        warnings: warning.into_iter().collect(),
        environment: None,
    }))
}
