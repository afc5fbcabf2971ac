//! Which entry of the keyring a secret is.

use std::fmt;

/// The name of a keyring entry: its `username` attribute (`account` on macOS), beside the `service` attribute
/// `tapedeck`. It holds ids that never change, so that renaming a database or environment loses nothing.
///
/// `<catalog>/url/<id>` is a secret of a connection URL, `<catalog>/named/<KEY>#<id>` or `<catalog>/named/<KEY>@<slug>#<id>`
/// a value of one that `$Secret{KEY}` refers to; values of before had no `#<id>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(String);

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind<'a> {
    /// A secret of a connection URL, by its id.
    Url(&'a str),
    /// A value of a named secret, by its key, with `@slug` where it is for one environment, and `#` with its id.
    Named(&'a str),
}

impl SecretId {
    /// The entry of a connection URL's secret.
    pub fn for_url(catalog: &str, id: &str) -> SecretId {
        SecretId(format!("{catalog}/url/{id}"))
    }

    /// The entry of a named secret; `key` is `KEY` or `KEY@slug`.
    pub fn named(catalog: &str, key: &str) -> SecretId {
        SecretId(format!("{catalog}/named/{key}"))
    }

    /// The entry of a catalog by the name that the catalog has for it, `url/<id>` or `named/<KEY>#<id>`.
    pub fn of_catalog(catalog: &str, entry: &str) -> SecretId {
        SecretId(format!("{catalog}/{entry}"))
    }

    /// Reads the name of an entry; `None` for one that is not ours.
    pub fn parse(text: &str) -> Option<SecretId> {
        let id = SecretId(text.to_owned());
        id.parts().is_some().then_some(id)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that the catalog has for it.
    pub fn entry(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, entry)| entry)
    }

    /// The catalog that the secret belongs to.
    pub fn catalog(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// What the secret is for.
    pub fn kind(&self) -> SecretKind<'_> {
        // The constructors make nothing that can't be read again, but for a catalog id with a slash in it.
        self.parts().map_or(SecretKind::Url(""), |(_, kind)| kind)
    }

    fn parts(&self) -> Option<(&str, SecretKind<'_>)> {
        let (catalog, rest) = self.0.split_once('/')?;
        let (kind, name) = rest.split_once('/')?;
        if catalog.is_empty() || name.is_empty() {
            return None;
        }
        match kind {
            "url" => Some((catalog, SecretKind::Url(name))),
            "named" => Some((catalog, SecretKind::Named(name))),
            _ => None,
        }
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let url = SecretId::for_url("c1", "u1");
        assert_eq!(url.as_str(), "c1/url/u1");
        assert_eq!((url.catalog(), url.kind()), ("c1", SecretKind::Url("u1")));
        let named = SecretId::named("c1", "API_KEY@prd");
        assert_eq!(named.as_str(), "c1/named/API_KEY@prd");
        assert_eq!(named.kind(), SecretKind::Named("API_KEY@prd"));
        assert_eq!(named.entry(), "named/API_KEY@prd");
        assert_eq!(SecretId::of_catalog("c1", named.entry()), named);
        assert_eq!(SecretId::parse(named.as_str()), Some(named));
        for foreign in ["", "c1", "c1/url", "c1/url/", "/url/x", "c1/other/x"] {
            assert_eq!(SecretId::parse(foreign), None, "{foreign:?}");
        }
    }
}
