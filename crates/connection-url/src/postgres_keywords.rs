//! The keywords of libpq 18 and the values that it knows for them.
//!
//! From `PQconninfoOptions` in `fe-connect.c` and <https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS>.

use std::borrow::Cow;

use crate::names::ByLength;
use crate::parsed::Parsed;
use crate::reference::has_reference;
use crate::uri::find_byte;
use crate::{Diagnostic, Host, Port, TextChange, UrlOption};

/// Every keyword.
pub(crate) static KEYWORDS: [&str; 50] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "scram_client_key",
    "scram_server_key",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// The keywords whose values are a closed list, checked by libpq when it connects.
pub(crate) const VALUES: [(&str, &[&str]); 10] = [
    ("channel_binding", &["disable", "prefer", "require"]),
    ("gssencmode", &["disable", "prefer", "require"]),
    ("load_balance_hosts", &["disable", "random"]),
    ("max_protocol_version", &["3.0", "3.2", "latest"]),
    ("min_protocol_version", &["3.0", "3.2", "latest"]),
    ("sslcertmode", &["disable", "allow", "require"]),
    (
        "sslmode",
        &[
            "disable",
            "allow",
            "prefer",
            "require",
            "verify-ca",
            "verify-full",
        ],
    ),
    ("sslnegotiation", &["postgres", "direct"]),
    ("sslsni", &["0", "1"]),
    (
        "target_session_attrs",
        &[
            "any",
            "read-write",
            "read-only",
            "primary",
            "standby",
            "prefer-standby",
        ],
    ),
];

/// Keywords that take a number.
pub(crate) const NUMBERS: [&str; 6] = [
    "connect_timeout",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "tcp_user_timeout",
];

static BY_LENGTH: ByLength<26> = ByLength::of(&KEYWORDS);

/// The keyword of libpq 18 with this name; names compare exactly.
pub(crate) fn keyword(name: &str) -> Option<&'static str> {
    BY_LENGTH
        .find(name.len(), |place| KEYWORDS[place] == name)
        .map(|place| KEYWORDS[place])
}

/// Whether libpq 18 knows the keyword.
pub(crate) fn is_keyword(name: &str) -> bool {
    keyword(name).is_some()
}

/// The keyword that a name was probably meant to be.
pub(crate) fn likely_keyword(name: &str) -> Option<&'static str> {
    let squeezed = crate::secret_slot::squeeze(name);
    let alias = match squeezed.as_str() {
        "database" | "db" => "dbname",
        "username" => "user",
        "pwd" | "passwd" | "pass" => "password",
        "hostname" | "server" => "host",
        "timeout" | "connecttimeout" => "connect_timeout",
        "appname" => "application_name",
        _ => "",
    };
    if !alias.is_empty() {
        return Some(alias);
    }
    let letters = |keyword: &'static str| keyword.bytes().filter(|byte| *byte != b'_');
    // By reference: an array that is iterated by value is copied first.
    KEYWORDS
        .iter()
        .copied()
        .filter(|keyword| keyword.as_bytes().first() == squeezed.as_bytes().first())
        .find(|keyword| letters(keyword).eq(squeezed.bytes()))
}

/// libpq rewrites two old spellings before it stores them (`conninfo_storeval` and `conninfo_uri_parse_params`).
pub(crate) fn translate(
    name: Cow<'static, str>,
    value: String,
    in_url: bool,
) -> (Cow<'static, str>, String) {
    match (&*name, value.as_str()) {
        ("ssl", "true") if in_url => (Cow::Borrowed("sslmode"), "require".to_owned()),
        ("requiressl", _) => {
            let mode = if value.starts_with('1') {
                "require"
            } else {
                "prefer"
            };
            (Cow::Borrowed("sslmode"), mode.to_owned())
        }
        _ => (name, value),
    }
}

/// Which part of the connection a keyword is.
fn part(keyword: &str) -> Option<usize> {
    match keyword {
        "host" => Some(HOST),
        "port" => Some(PORT),
        "user" => Some(USER),
        "password" => Some(PASSWORD),
        "dbname" => Some(DATABASE),
        _ => None,
    }
}

const HOST: usize = 0;
const PORT: usize = 1;
const USER: usize = 2;
const PASSWORD: usize = 3;
const DATABASE: usize = 4;

/// Fills `hosts`, `user`, `password` and `database` from what libpq ends up with: the authority, then each option in
/// turn, the last one winning.
pub(crate) fn fold_options(
    parsed: &mut Parsed,
    authority_host: Option<Cow<'_, str>>,
    authority_port: Option<Cow<'_, str>>,
) {
    // The last one wins, so that only its value is copied.
    let mut last: [Option<usize>; 5] = [None; 5];
    for (index, option) in parsed.options.iter_mut().enumerate() {
        if let Some(part) = part(&option.name) {
            last[part] = Some(index);
            option.folded = true;
        }
    }
    // Taken out for as long as the values are looked at: so they need no copies.
    let options = std::mem::take(&mut parsed.options);
    let value = |part: usize| last[part].map(|index| options[index].value.as_str());
    if let Some(user) = value(USER) {
        parsed.user = Some(user.to_owned());
    }
    if let Some(password) = value(PASSWORD) {
        parsed.password = Some(password.to_owned().into());
    }
    if let Some(database) = value(DATABASE) {
        parsed.database = Some(database.to_owned());
    }
    let host = value(HOST).or(authority_host.as_deref());
    let port = value(PORT).or(authority_port.as_deref());
    read_hosts(host.unwrap_or_default(), port.unwrap_or_default(), parsed);
    parsed.options = options;
}

/// libpq splits both lists at commas when it connects; one port serves every host (`connectOptions2`).
fn read_hosts(host: &str, port: &str, parsed: &mut Parsed) {
    if host.is_empty() && port.is_empty() {
        return;
    }
    let count = |list: &str| match find_byte(list, b',') {
        Some(first) => memchr::memchr_iter(b',', &list.as_bytes()[first..]).count() + 1,
        None => 1,
    };
    let port_count = count(port);
    let host_count = if host.is_empty() {
        port_count
    } else {
        count(host)
    };
    let span = parsed.layout.hosts;
    if port_count > 1 && port_count != host_count {
        parsed.hints.push(
            Diagnostic::new(
                "host_port_count",
                "The number of ports must match the number of hosts, or be one for all.",
                span,
            )
            .field("hosts"),
        );
    }
    parsed.hosts.reserve_exact(host_count);
    let mut warned = false;
    let mut names = host.split(',');
    let mut ports = port.split(',');
    for _ in 0..host_count {
        let name = if host_count == 1 {
            host
        } else {
            names.next().unwrap_or_default()
        };
        let written = if port_count == 1 {
            port
        } else {
            ports.next().unwrap_or_default()
        };
        let port = Port::from_text(written);
        if let Port::Text(text) = &port
            && !has_reference(text)
            && !warned
        {
            // One is enough: the span is that of the whole list.
            warned = true;
            parsed.warnings.push(
                Diagnostic::new(
                    "port_not_a_number",
                    "A port must be a number from 1 to 65535.",
                    span,
                )
                .field("hosts"),
            );
        }
        // fe-connect.c, is_unixsock_path: `@` starts an abstract socket.
        parsed
            .hosts
            .push(if name.starts_with('/') || name.starts_with('@') {
                Host::Socket {
                    path: name.to_owned(),
                    port,
                }
            } else {
                Host::Tcp {
                    host: name.to_owned(),
                    port,
                }
            });
    }
}

/// Advice on values that libpq takes when it parses and refuses when it connects.
pub(crate) fn advise(parsed: &mut Parsed) {
    let mut hints = Vec::new();
    for option in &parsed.options {
        if option.folded || option.value.is_empty() || option.secret {
            continue;
        }
        // Nearly every value is fine, so that references are looked for only after that.
        hints.extend(advise_on_value(option).filter(|_| !has_reference(&option.value)));
    }
    if let Some(root) = parsed
        .options
        .iter()
        .rev()
        .find(|option| option.name == "sslrootcert")
        && root.value == "system"
        && let Some(mode) = parsed
            .options
            .iter()
            .rev()
            .find(|option| option.name == "sslmode")
        && mode.value != "verify-full"
        && !has_reference(&mode.value)
    {
        hints.push(
            Diagnostic::new(
                "weak_sslmode",
                "With sslrootcert=system only sslmode=verify-full is allowed.",
                mode.value_span,
            )
            .field("option:sslmode")
            .repair(
                "Use verify-full",
                vec![TextChange::new(mode.value_span, "verify-full")],
            ),
        );
    }
    parsed.hints.append(&mut hints);
}

fn advise_on_value(option: &UrlOption) -> Option<Diagnostic> {
    let name = &*option.name;
    // Made for a hint only: nearly every value is fine.
    let field = || ["option:", name].concat();
    if let Some((_, allowed)) = VALUES.iter().find(|(keyword, _)| *keyword == name) {
        if allowed.contains(&option.value.as_str()) {
            return None;
        }
        let hint = Diagnostic::new(
            "unknown_value",
            [name, " is one of ", &allowed.join(", "), "."].concat(),
            option.value_span,
        )
        .field(field());
        let spelled = option.value.bytes().map(|byte| match byte {
            b'_' => b'-',
            byte => byte.to_ascii_lowercase(),
        });
        let meant = allowed
            .iter()
            .find(|value| value.bytes().eq(spelled.clone()));
        return Some(match meant {
            Some(value) => hint.repair(
                ["Write ", value].concat(),
                vec![TextChange::new(option.value_span, *value)],
            ),
            None => hint,
        });
    }
    (NUMBERS.contains(&name) && option.value.trim().parse::<i32>().is_err()).then(|| {
        Diagnostic::new(
            "not_a_number",
            format!("{name} takes a whole number."),
            option.value_span,
        )
        .field(field())
    })
}
