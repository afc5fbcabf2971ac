//! Find and replace by part: `dev` becomes `stg` in the host, the database and the user, and nowhere else.

use crate::reference::is_only_references;
use crate::{ConnectionUrl, Edit, Host, PasswordEdit, Port, SlotState, Span, TokenKind, UrlError};

/// The parts in which to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplacePart {
    /// Host names and socket paths.
    Host,
    /// The database.
    Database,
    /// The user name.
    User,
    /// Values of options that are no secrets, and the keys of named secrets.
    Options,
}

/// The URL with `find` replaced in the decoded values of some parts; a secret is never looked at. An empty `find` replaces
/// nothing.
///
/// # Errors
/// When a replaced value can't stand in its place.
pub fn replace(
    url: &ConnectionUrl,
    find: &str,
    with: &str,
    parts: &[ReplacePart],
) -> Result<ConnectionUrl, UrlError> {
    let mut replaced = url.clone();
    if find.is_empty() || url.is_reference() {
        return Ok(replaced);
    }
    let other = |value: &str| value.contains(find).then(|| value.replace(find, with));
    for part in parts {
        match part {
            ReplacePart::User => {
                if let Some(user) = replaced.user().and_then(other) {
                    replaced = replaced.edited(&Edit::User(Some(user)))?;
                }
            }
            ReplacePart::Database => {
                if let Some(database) = replaced.database().and_then(other) {
                    replaced = replaced.edited(&Edit::Database(Some(database)))?;
                }
            }
            ReplacePart::Host => {
                let hosts: Vec<Host> = replaced
                    .hosts()
                    .iter()
                    .map(|host| with_name(host, other(host.name())))
                    .collect();
                if hosts != replaced.hosts() {
                    replaced = replaced.edited(&Edit::Hosts(hosts))?;
                }
            }
            ReplacePart::Options => {
                if let Some(key) = named_password(&replaced).as_deref().and_then(other) {
                    let password = PasswordEdit::Reference(key);
                    replaced = replaced.edited(&Edit::Password(Some(password)))?;
                }
                let changed: Vec<(String, String)> = replaced
                    .options()
                    .iter()
                    .filter(|option| !option.folded)
                    .filter(|option| !option.secret || is_only_references(&option.value))
                    .filter_map(|option| Some((option.name.to_string(), other(&option.value)?)))
                    .collect();
                for (name, value) in changed {
                    let value = Some(value);
                    replaced = replaced.edited(&Edit::SetOption { name, value })?;
                }
            }
        }
    }
    Ok(replaced)
}

/// The key of the named secret that is the password.
fn named_password(url: &ConnectionUrl) -> Option<String> {
    let slot = url
        .secret_slots()
        .iter()
        .find(|slot| slot.name == "password" && slot.state == SlotState::Reference)?;
    let references = url.references().iter();
    let mut inside = references.filter(|reference| slot.span.contains(reference.span));
    let key = inside.next()?.key.clone();
    inside.next().is_none().then_some(key)
}

/// Where [`replace`] wrote `with` in `after`, in ascending order. A value that was encoded otherwise than it stood counts
/// from its first to its last changed character.
pub fn replaced_spans(
    before: &ConnectionUrl,
    after: &ConnectionUrl,
    find: &str,
    with: &str,
) -> Vec<Span> {
    let mut spans = Vec::new();
    for kind in [
        TokenKind::User,
        TokenKind::Host,
        TokenKind::Database,
        TokenKind::OptionValue,
        TokenKind::Reference,
    ] {
        let of = |url: &ConnectionUrl| -> Vec<Span> {
            let tokens = url.tokens().into_iter();
            tokens
                .filter(|token| token.kind == kind)
                .map(|token| token.span)
                .collect()
        };
        for (old, new) in of(before).into_iter().zip(of(after)) {
            let (old, text) = (old.of(before.expose()), new.of(after.expose()));
            if old == text {
                continue;
            }
            let shift = |start: usize, end: usize| Span::new(new.start + start, new.start + end);
            if !find.is_empty() && old.replace(find, with) == text {
                let mut grown = 0;
                for (count, (at, _)) in old.match_indices(find).enumerate() {
                    let start = at + grown - count * find.len();
                    spans.push(shift(start, start + with.len()));
                    grown += with.len();
                }
            } else {
                let (start, end) = changed(old, text);
                spans.push(shift(start, end));
            }
        }
    }
    spans.retain(|span| span.start < span.end);
    spans.sort_by_key(|span| span.start);
    spans
}

/// From the first to the last byte of `new` that is not as in `old`, at borders of characters.
fn changed(old: &str, new: &str) -> (usize, usize) {
    let same = |(one, other): &(char, char)| one == other;
    let start: usize = (old.chars().zip(new.chars()).take_while(same))
        .map(|(character, _)| character.len_utf8())
        .sum();
    let (old, rest) = (
        old.get(start..).unwrap_or_default(),
        new.get(start..).unwrap_or_default(),
    );
    let tail: usize = (old.chars().rev().zip(rest.chars().rev()).take_while(same))
        .map(|(character, _)| character.len_utf8())
        .sum();
    (start, new.len() - tail)
}

fn with_name(host: &Host, name: Option<String>) -> Host {
    let Some(name) = name else {
        return host.clone();
    };
    let port: Port = host.port().clone();
    match host {
        Host::Tcp { .. } => Host::Tcp { host: name, port },
        Host::Socket { .. } => Host::Socket { path: name, port },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, find: &str, with: &str, parts: &[ReplacePart]) -> String {
        let url = ConnectionUrl::parse(text, None).unwrap();
        replace(&url, find, with, parts)
            .unwrap()
            .expose()
            .to_owned()
    }

    #[test]
    fn only_the_chosen_parts_change() {
        use ReplacePart::{Database, Host, Options, User};
        let text =
            "postgresql://dev:dev@dev-db:5432/orders_dev?application_name=dev&sslpassword=dev";
        assert_eq!(
            of(text, "dev", "stg", &[Host, Database]),
            "postgresql://dev:dev@stg-db:5432/orders_stg?application_name=dev&sslpassword=dev"
        );
        assert_eq!(
            of(text, "dev", "stg", &[User, Options]),
            "postgresql://stg:dev@dev-db:5432/orders_dev?application_name=stg&sslpassword=dev"
        );
        assert_eq!(of(text, "", "x", &[Host]), text);
        assert_eq!(of(text, "nowhere", "x", &[Host, User]), text);
    }

    #[test]
    fn keys_of_named_secrets_are_replaced_with_the_options() {
        use ReplacePart::{Host, Options};
        let text = "postgresql://u:$Secret{dev_pw}@dev/o?sslpassword=$Secret{dev.key}";
        assert_eq!(
            of(text, "dev", "stg", &[Options]),
            "postgresql://u:$Secret{stg_pw}@dev/o?sslpassword=$Secret{stg.key}"
        );
        assert_eq!(
            of(text, "dev", "stg", &[Host]),
            "postgresql://u:$Secret{dev_pw}@stg/o?sslpassword=$Secret{dev.key}"
        );
        let url = ConnectionUrl::parse(text, None).unwrap();
        assert!(replace(&url, "dev", "a b", &[Options]).is_err());
    }

    #[test]
    fn what_was_replaced_is_told_by_its_place() {
        use ReplacePart::{Database, Host, Options, User};
        let told = |text: &str, find: &str, with: &str| -> Vec<String> {
            let before = ConnectionUrl::parse(text, None).unwrap();
            let parts = [Host, Database, User, Options];
            let after = replace(&before, find, with, &parts).unwrap();
            let text = after.expose().to_owned();
            replaced_spans(&before, &after, find, with)
                .into_iter()
                .map(|span| format!("{}:{}", span.start, span.of(&text)))
                .collect()
        };
        assert_eq!(
            told(
                "mysql://dev@dev.dev.eu/o_dev?ssl-mode=DISABLED",
                "dev",
                "stage"
            ),
            ["8:stage", "14:stage", "20:stage", "31:stage"]
        );
        assert_eq!(
            told("mysql://u@a,dev,b,dev/o", "dev", "x"),
            ["12:x", "16:x"]
        );
        assert_eq!(told("mysql://u@h/a%20b%20c", "a b", "é"), ["12:%C3%A9"]);
        assert_eq!(told("mysql://u@dev.eu/o", "dev.", ""), [""; 0]);
        assert_eq!(told("mysql://u:$Secret{dev}@h/o", "dev", "st"), ["18:st"]);
    }

    #[test]
    fn what_is_replaced_is_decoded_and_encoded_again() {
        assert_eq!(
            of("mongodb://h/a%2Db", "a-b", "c d", &[ReplacePart::User]),
            "mongodb://h/a%2Db"
        );
        assert_eq!(
            of("mysql://u@h/a%20b", "a b", "c@d", &[ReplacePart::Database]),
            "mysql://u@h/c%40d"
        );
        let url = ConnectionUrl::parse("mongodb://h/orders", None).unwrap();
        assert!(replace(&url, "orders", "a/b", &[ReplacePart::Database]).is_err());
    }
}
