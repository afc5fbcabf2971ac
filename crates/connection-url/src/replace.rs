//! Find and replace by part: `dev` becomes `stg` in the host, the database and the user, and nowhere else.

use crate::{ConnectionUrl, Edit, Host, Port, UrlError};

/// The parts in which to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplacePart {
    /// Host names and socket paths.
    Host,
    /// The database.
    Database,
    /// The user name.
    User,
    /// Values of options that are no secrets.
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
                let changed: Vec<(String, String)> = replaced
                    .options()
                    .iter()
                    .filter(|option| !option.secret && !option.folded)
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
