//! pymongo against our reading of the same text.

use std::collections::BTreeMap;

use connection_url::{ConnectionUrl, DatabaseType, Host};
use serde_json::Value;

use crate::Outcome;

/// The differences that are meant, and why: the specification wins, and where it leaves room, what keeps a password safe.
pub const LISTED: [(&str, &str); 12] = [
    (
        "plus",
        "pymongo reads `+` as a space in the user name, the password and the database. The specification decodes percent signs only (RFC 3986).",
    ),
    (
        "unescaped userinfo",
        "The specification: drivers should refuse what RFC 3986 does not allow in userinfo. pymongo takes some of it.",
    ),
    (
        "host",
        "A host is a name, an address, an IP literal or an encoded socket (RFC 3986, section 3.2.2). pymongo takes empty names, \
         literals that are no IPv6 address, and characters that no name has.",
    ),
    (
        "encoded host name",
        "RFC 3986, to which the specification points, lets a name be percent-encoded. pymongo refuses it.",
    ),
    (
        "database name",
        "The specification forbids a backslash in the database's name; an `@` there is most likely a piece of a password, and \
         must be written `%40`.",
    ),
    (
        "percent-encoding",
        "The specification has the database decoded and all text in UTF-8. pymongo lets `%`, `%00` and bytes that are no UTF-8 through.",
    ),
    (
        "credential",
        "The auth specification says which user, password, source and properties a mechanism takes. pymongo checks that later, when \
         a client is made.",
    ),
    (
        "combination of options",
        "The specifications refuse these combinations when the URL is parsed (directConnection, loadBalanced, SRV, TLS, proxy). pymongo \
         checks some of them later, or not.",
    ),
    (
        "option",
        "Whether a value counts or is ignored with a warning: types and ranges are those of the uri-options specification. pymongo's \
         differ in places, it knows options of its own, and refuses some values where the specification wants a warning.",
    ),
    (
        "equals sign in a value",
        "The specification: the key is everything up to the first equals sign, the value everything after it. pymongo refuses a second one.",
    ),
    (
        "mixed separators",
        "The specification lets `;` separate options too. pymongo takes either, but not both in one URL.",
    ),
    (
        "white space",
        "pymongo splits the only option of a URL at white space too. The specification names `&` and `;`.",
    ),
];

/// Why we refuse what pymongo takes, by the code of our error.
fn refusal(code: &str) -> Option<usize> {
    Some(match code {
        "unescaped_character" => 1,
        "empty_host"
        | "invalid_ipv6_address"
        | "invalid_host"
        | "unexpected_character"
        | "unsupported_host"
        | "unclosed_bracket"
        | "srv_host" => 2,
        "invalid_database" => 4,
        "bad_percent_encoding" | "forbidden_nul" | "not_utf8" => 5,
        "missing_user"
        | "missing_password"
        | "unexpected_password"
        | "unexpected_user"
        | "invalid_auth_source"
        | "empty_auth_source"
        | "invalid_property" => 6,
        "conflicting_options"
        | "needs_srv"
        | "needs_proxy_host"
        | "incomplete_proxy_credential"
        | "repeated_option" => 7,
        _ => return None,
    })
}

/// The port where a URL names none: pymongo fills it in.
const DEFAULT_PORT: u16 = 27017;

fn hosts_of(url: &ConnectionUrl) -> Vec<(String, Option<u16>)> {
    url.hosts()
        .iter()
        .map(|host| match host {
            // pymongo lowercases names, which DNS doesn't tell apart.
            Host::Tcp { host, port } => (
                host.to_lowercase(),
                Some(port.number().unwrap_or(DEFAULT_PORT)),
            ),
            Host::Socket { path, .. } => (path.clone(), None),
        })
        .collect()
}

fn their_hosts(answer: &Value) -> Vec<(String, Option<u16>)> {
    answer["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let port = pair[1].as_u64().and_then(|port| u16::try_from(port).ok());
            (pair[0].as_str().unwrap().to_owned(), port)
        })
        .collect()
}

/// Whether an option's text means the value that pymongo made of it.
fn means(text: &str, value: &Value) -> bool {
    match value {
        Value::Bool(value) => text == value.to_string(),
        Value::Number(number) => {
            // pymongo counts time in seconds, and gives the representations of UUIDs numbers.
            let representations = [
                ("unspecified", 0.0),
                ("standard", 4.0),
                ("pythonLegacy", 3.0),
                ("javaLegacy", 5.0),
                ("csharpLegacy", 6.0),
            ];
            let ours = representations
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, value)| *value)
                .or_else(|| text.parse::<f64>().ok());
            ours.zip(number.as_f64()).is_some_and(|(ours, theirs)| {
                (ours - theirs).abs() < 1e-9 || (ours / 1000.0 - theirs).abs() < 1e-9
            })
        }
        Value::String(value) => text == value,
        Value::Array(items) => {
            let list: Vec<&str> = text.split(',').collect();
            items.len() == list.len()
                && items
                    .iter()
                    .zip(list)
                    .all(|(item, text)| item.as_str() == Some(text))
        }
        Value::Object(entries) => {
            text.is_empty() && entries.is_empty()
                || text
                    .split(',')
                    .filter_map(|pair| pair.split_once(':'))
                    .all(|(key, text)| {
                        entries.get(key).is_some_and(|value| match value {
                            Value::Bool(value) => text == value.to_string(),
                            value => value.as_str() == Some(text),
                        })
                    })
        }
        Value::Null => text.is_empty(),
    }
}

/// The options that count: those that we did not say are ignored, the last of each name; tags are a list of their own.
fn our_options(url: &ConnectionUrl) -> BTreeMap<String, Vec<String>> {
    let ignored = |name: &str| {
        url.warnings().iter().any(|warning| {
            matches!(
                &*warning.code,
                "unknown_option" | "invalid_value" | "empty_value"
            ) && url.options().iter().any(|option| {
                option.name.eq_ignore_ascii_case(name)
                    && (warning.span == option.name_span || warning.span == option.value_span)
            })
        })
    };
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for option in url.options() {
        let name = option.name.to_lowercase();
        if ignored(&name) {
            continue;
        }
        let values = options.entry(name.clone()).or_default();
        if name != "readpreferencetags" {
            values.clear();
        }
        values.push(option.value.clone());
    }
    options
}

/// What differs where both take the text, with the index in [`LISTED`] of its reason.
fn difference(url: &ConnectionUrl, answer: &Value) -> Option<(Option<usize>, String)> {
    let srv = url.scheme() == Some("mongodb+srv");
    if srv {
        let host = url.hosts().first().map(|host| host.name().to_lowercase());
        if host.as_deref() != answer["fqdn"].as_str().map(str::to_lowercase).as_deref() {
            return Some((None, format!("host {host:?}, pymongo {}", answer["fqdn"])));
        }
    } else if hosts_of(url) != their_hosts(answer) {
        return Some((
            None,
            format!("hosts {:?}, pymongo {}", hosts_of(url), answer["hosts"]),
        ));
    }
    let blank = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    for (name, ours, theirs) in [
        ("user", url.user(), answer["user"].as_str()),
        ("password", url.password(), answer["password"].as_str()),
        ("database", url.database(), answer["database"].as_str()),
    ] {
        let (ours, theirs) = (blank(ours), blank(theirs));
        if ours != theirs {
            let plus = ours.as_ref().map(|text| text.replace('+', " ")) == theirs;
            return Some((
                plus.then_some(0),
                format!("{name} {ours:?}, pymongo {theirs:?}"),
            ));
        }
    }
    let (name, detail) = option_difference(url, answer, srv)?;
    let repeated = url
        .options()
        .iter()
        .filter(|option| option.name.eq_ignore_ascii_case(&name))
        .count()
        > 1;
    let known = DIFFERENT_OPTIONS.contains(&name.as_str()) || repeated;
    Some((known.then_some(8), detail))
}

/// The options that pymongo reads otherwise than the specification, when they come once.
const DIFFERENT_OPTIONS: [&str; 15] = [
    // Known to pymongo by other names, or not at all.
    "j",
    "wtimeout",
    "proxyhost",
    "proxyport",
    "serverselectiontryonce",
    // The older spellings of booleans, which the specification recommends to take.
    "retrywrites",
    "retryreads",
    "directconnection",
    // What is not supported by this driver, or here not installed.
    "compressors",
    "authmechanismproperties",
    // Ranges: 0 is no limit; at least 500; -1 or at least 90.
    "connecttimeoutms",
    "heartbeatfrequencyms",
    "maxstalenessseconds",
    // An empty value, and `+` for a space.
    "w",
    "appname",
];

/// The first option that differs, and how.
fn option_difference(url: &ConnectionUrl, answer: &Value, srv: bool) -> Option<(String, String)> {
    let ours = our_options(url);
    let theirs: BTreeMap<&str, &Value> = answer["options"]
        .as_object()
        .unwrap()
        .iter()
        // pymongo turns TLS on by itself for mongodb+srv.
        .filter(|(name, _)| !(srv && *name == "tls" && !ours.contains_key("tls")))
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let names = |name: &str| match name {
        // pymongo's names for what it reads.
        "ssl" => "tls".to_owned(),
        "j" => "journal".to_owned(),
        "wtimeout" => "wtimeoutms".to_owned(),
        name => name.to_owned(),
    };
    for (name, values) in &ours {
        let value = theirs
            .get(name.as_str())
            .or(theirs.get(names(name).as_str()));
        let Some(value) = value else {
            let detail = format!("option {name}={values:?} counts, pymongo leaves it out");
            return Some((name.clone(), detail));
        };
        let same = match value {
            Value::Array(items) if name == "readpreferencetags" => {
                items.len() == values.len()
                    && items
                        .iter()
                        .zip(values)
                        .all(|(item, text)| means(text, item))
            }
            value => values.last().is_some_and(|text| means(text, value)),
        };
        if !same {
            return Some((
                name.clone(),
                format!("option {name}={values:?}, pymongo {value}"),
            ));
        }
    }
    theirs
        .keys()
        .find(|name| !ours.contains_key(**name) && !ours.keys().any(|ours| names(ours) == **name))
        .map(|name| {
            let detail = format!("option {name} is ignored, pymongo takes {}", theirs[name]);
            ((*name).to_owned(), detail)
        })
}

/// Compares one text.
pub fn compare(text: &str, answer: &Value) -> Outcome {
    let read = ConnectionUrl::parse(text, Some(DatabaseType::Mongodb));
    match (read, answer["error"].as_str()) {
        (Err(_), Some(_)) => Outcome::BothRefuse,
        (Ok(url), None) => match difference(&url, answer) {
            None => Outcome::Same,
            Some((reason, detail)) => Outcome::Differs(reason, detail),
        },
        (Ok(_), Some(error)) => Outcome::Differs(
            acceptance(text, error),
            format!("we take it, pymongo refuses: {error}"),
        ),
        (Err(error), None) => Outcome::Differs(
            refusal(error.code),
            format!(
                "we refuse ({}: {}), pymongo takes it",
                error.code, error.message
            ),
        ),
    }
}

/// Why we take what pymongo refuses, by its error.
fn acceptance(text: &str, error: &str) -> Option<usize> {
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let two_equals = query
        .split(['&', ';'])
        .any(|pair| pair.matches('=').count() > 1);
    if error.contains("Percent-encoding is only allowed") {
        Some(3)
    } else if error.contains("Bad database name") && text.contains('+') {
        Some(0)
    } else if error.contains("options are key=value pairs") && two_equals {
        Some(9)
    } else if error.contains("Can not mix '&' and ';'") {
        Some(10)
    } else if error.contains("options are key=value pairs") && query.contains(char::is_whitespace) {
        Some(11)
    } else {
        None
    }
}
