//! Two URLs, part by part. Secrets are told the same or different, and are never in the answer.

use crate::secret_slot::canonical_name;
use crate::{ConnectionUrl, DatabaseType, Host, MASK, SlotState};

/// Which part of a URL.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PartKind {
    /// The scheme.
    Scheme,
    /// The user name.
    User,
    /// The password.
    Password,
    /// A host name, address or socket path.
    Host,
    /// The port of a host.
    Port,
    /// The database.
    Database,
    /// An option.
    Option,
}

/// How a part compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartState {
    /// Both say the same.
    Same,
    /// They differ.
    Different,
    /// Only the left URL has it.
    OnlyLeft,
    /// Only the right URL has it.
    OnlyRight,
    /// A secret stands as `***` on one side at least: what it is is not known here.
    Unknown,
}

/// One part of two URLs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartComparison {
    /// Which part.
    pub kind: PartKind,
    /// The option's name, or the number of the host where there are several.
    pub name: Option<String>,
    /// The left value, decoded; `***` for a secret.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// How they compare.
    pub state: PartState,
    /// Whether it is a secret.
    pub secret: bool,
}

/// A part of one URL. Its `Debug` is not derived: the value may be a secret.
struct Part {
    kind: PartKind,
    name: Option<String>,
    /// By which parts of two URLs belong together.
    key: String,
    value: String,
    secret: bool,
    masked: bool,
}

/// Compares two URLs of one database type. Options compare by the name that all spellings share, hosts by their place; an
/// option that comes twice compares by its place among those of its name.
pub fn compare(left: &ConnectionUrl, right: &ConnectionUrl) -> Vec<PartComparison> {
    let several = left.hosts().len().max(right.hosts().len()) > 1;
    let left = parts(left, several);
    let mut right: Vec<Option<Part>> = parts(right, several).into_iter().map(Some).collect();
    let mut compared = Vec::with_capacity(left.len() + right.len());
    for part in left {
        let other = right
            .iter_mut()
            .find(|other| {
                other
                    .as_ref()
                    .is_some_and(|other| other.kind == part.kind && other.key == part.key)
            })
            .and_then(Option::take);
        compared.push(comparison(Some(part), other));
    }
    for part in right.into_iter().flatten() {
        compared.push(comparison(None, Some(part)));
    }
    // In the order of a URL: what only the right has stands among its like.
    compared.sort_by_key(|part| part.kind as usize);
    compared
}

fn comparison(left: Option<Part>, right: Option<Part>) -> PartComparison {
    let state = match (&left, &right) {
        (Some(left), Some(right)) if left.masked || right.masked => PartState::Unknown,
        (Some(left), Some(right)) if left.value == right.value => PartState::Same,
        (Some(_), Some(_)) => PartState::Different,
        (Some(_), None) => PartState::OnlyLeft,
        (None, _) => PartState::OnlyRight,
    };
    let secret = [&left, &right]
        .into_iter()
        .flatten()
        .any(|part| part.secret);
    let shown = |part: &Part| {
        if secret {
            MASK.to_owned()
        } else {
            part.value.clone()
        }
    };
    let (kind, name) = match (&left, &right) {
        (Some(part), _) | (None, Some(part)) => (part.kind, part.name.clone()),
        (None, None) => (PartKind::Scheme, None),
    };
    PartComparison {
        kind,
        name,
        left: left.as_ref().map(shown),
        right: right.as_ref().map(shown),
        state,
        secret,
    }
}

fn parts(url: &ConnectionUrl, several_hosts: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut push = |kind, name: Option<String>, key: String, value: &str| {
        parts.push(Part {
            kind,
            name,
            key,
            value: value.to_owned(),
            secret: false,
            masked: false,
        });
    };
    if let Some(scheme) = url.scheme() {
        push(PartKind::Scheme, None, String::new(), scheme);
    }
    if url.is_reference() {
        push(PartKind::Host, None, String::new(), url.expose());
    }
    if let Some(user) = url.user() {
        push(PartKind::User, None, String::new(), user);
    }
    for (index, host) in url.hosts().iter().enumerate() {
        let name = several_hosts.then(|| (index + 1).to_string());
        let key = index.to_string();
        push(PartKind::Host, name.clone(), key.clone(), host.name());
        let port = match host {
            Host::Tcp { port, .. } | Host::Socket { port, .. } => port.as_text(),
        };
        if !port.is_empty() {
            push(PartKind::Port, name, key, &port);
        }
    }
    if let Some(database) = url.database() {
        push(PartKind::Database, None, String::new(), database);
    }
    if let Some(password) = url.password() {
        let state = url
            .secret_slots()
            .iter()
            .find(|slot| slot.name == "password")
            .map(|slot| slot.state);
        parts.push(Part {
            kind: PartKind::Password,
            name: None,
            key: String::new(),
            value: password.to_owned(),
            // A named secret is no secret by its name.
            secret: state != Some(SlotState::Reference),
            masked: state == Some(SlotState::Masked),
        });
    }
    options(url, &mut parts);
    parts
}

fn options(url: &ConnectionUrl, parts: &mut Vec<Part>) {
    let database_type = url.database_type().unwrap_or(DatabaseType::Postgresql);
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for option in url.options().iter().filter(|option| !option.folded) {
        let canonical = canonical_name(database_type, &option.name);
        let count = seen.entry(canonical.clone()).or_default();
        *count += 1;
        let masked = url
            .secret_slots()
            .iter()
            .any(|slot| slot.state == SlotState::Masked && option.value_span.contains(slot.span));
        let literal = url
            .secret_slots()
            .iter()
            .any(|slot| slot.state == SlotState::Literal && option.value_span.contains(slot.span));
        parts.push(Part {
            kind: PartKind::Option,
            name: Some(option.name.to_string()),
            key: format!("{canonical}#{count}"),
            value: option.value.clone(),
            secret: masked || literal,
            masked,
        });
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(left: &str, right: &str) -> Vec<String> {
        let parse = |text| ConnectionUrl::parse(text, None).unwrap();
        compare(&parse(left), &parse(right))
            .into_iter()
            .map(|part| {
                format!(
                    "{:?}{} {:?} {} {}",
                    part.kind,
                    part.name.map(|name| format!(" {name}")).unwrap_or_default(),
                    part.state,
                    part.left.unwrap_or_else(|| "-".to_owned()),
                    part.right.unwrap_or_else(|| "-".to_owned()),
                )
            })
            .collect()
    }

    #[test]
    fn each_part_is_compared() {
        assert_eq!(
            of(
                "postgresql://app:one@dev-db:5432/orders_dev?sslmode=prefer",
                "postgresql://app:two@prd-db/orders?sslmode=require&application_name=api",
            ),
            [
                "Scheme Same postgresql postgresql",
                "User Same app app",
                "Password Different *** ***",
                "Host Different dev-db prd-db",
                "Port OnlyLeft 5432 -",
                "Database Different orders_dev orders",
                "Option sslmode Different prefer require",
                "Option application_name OnlyRight - api",
            ]
        );
    }

    #[test]
    fn secrets_are_compared_and_never_shown() {
        let one = "mysql://u:s3cr3t@h/?ssl-key-password=s3cr3t";
        let same = of(one, "mysql://u:s3cr3t@h/?sslKeyPassword=s3cr3t");
        assert!(same.iter().all(|line| line.contains("Same")), "{same:?}");
        assert!(!same.concat().contains("s3cr3t"));
        assert!(of(one, "mysql://u:***@h")[2].starts_with("Password Unknown *** ***"));
        assert!(
            of("mysql://u:$Secret{A}@h", "mysql://u:$Secret{B}@h")[2]
                .contains("Different $Secret{A} $Secret{B}")
        );
        // A reference beside a password: the password stays hidden.
        assert!(of(one, "mysql://u:$Secret{B}@h")[2].contains("Different *** ***"));
    }

    #[test]
    fn hosts_compare_by_their_place() {
        assert_eq!(
            of("mongodb://a,b:1/x", "mongodb://a,c/x")[1..4],
            [
                "Host 1 Same a a".to_owned(),
                "Host 2 Different b c".to_owned(),
                "Port 2 OnlyLeft 1 -".to_owned(),
            ]
        );
    }
}
