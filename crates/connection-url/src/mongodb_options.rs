//! What is wrong with the options of a MongoDB URL: values that do not fit, and combinations that are refused.
//!
//! <https://github.com/mongodb/specifications/blob/master/source/uri-options/uri-options.md>: a value that does not fit is
//! ignored with a warning, an option that is not known too; a few combinations are errors.

use std::collections::HashSet;

use crate::diagnostic::MOST_DIAGNOSTICS;
use crate::mongodb_names::{ByName, Kind, Known, KnownSet, RENAMED};
use crate::parsed::Parsed;
use crate::reference::has_reference;
use crate::{Diagnostic, MASK, Span, TextChange, UrlError, UrlOption};

const DIRECT_CONNECTION: Known = Known::named("directConnection");
const LOAD_BALANCED: Known = Known::named("loadBalanced");
const MAX_POOL_SIZE: Known = Known::named("maxPoolSize");
const MAX_STALENESS: Known = Known::named("maxStalenessSeconds");
const MIN_POOL_SIZE: Known = Known::named("minPoolSize");
const PROXY_HOST: Known = Known::named("proxyHost");
const PROXY_PASSWORD: Known = Known::named("proxyPassword");
const PROXY_PORT: Known = Known::named("proxyPort");
const PROXY_USERNAME: Known = Known::named("proxyUsername");
const READ_PREFERENCE: Known = Known::named("readPreference");
const READ_PREFERENCE_TAGS: Known = Known::named("readPreferenceTags");
const REPLICA_SET: Known = Known::named("replicaSet");
const SOCKET_TIMEOUT: Known = Known::named("socketTimeoutMS");
const SRV_MAX_HOSTS: Known = Known::named("srvMaxHosts");
const SRV_SERVICE_NAME: Known = Known::named("srvServiceName");
const SSL: Known = Known::named("ssl");
const TLS: Known = Known::named("tls");
const TLS_INSECURE: Known = Known::named("tlsInsecure");
const ANY_CERTIFICATE: Known = Known::named("tlsAllowInvalidCertificates");
const ANY_HOSTNAME: Known = Known::named("tlsAllowInvalidHostnames");
const NO_OCSP_ENDPOINT: Known = Known::named("tlsDisableOCSPEndpointCheck");
const NO_REVOCATION_CHECK: Known = Known::named("tlsDisableCertificateRevocationCheck");

/// Which names came before that are not known: looked for among a few options, kept in a set when there are many.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    fn before(&mut self, options: &[UrlOption], name: &str) -> bool {
        const FEW: usize = 16;
        if options.len() < FEW {
            return options
                .iter()
                .any(|option| option.name.eq_ignore_ascii_case(name));
        }
        if self.0.is_empty() {
            self.0.extend(
                options
                    .iter()
                    .map(|option| option.name.to_ascii_lowercase()),
            );
        }
        !self.0.insert(name.to_ascii_lowercase())
    }
}

fn refuse(code: &'static str, message: &str, option: &UrlOption) -> UrlError {
    UrlError::new(
        code,
        message,
        Span::new(option.name_span.start, option.value_span.end),
    )
    .field(format!("option:{}", option.name))
}

/// Warns of what the specification wants ignored, and refuses the combinations that it wants refused.
pub(crate) fn check_options(
    text: &str,
    parsed: &mut Parsed,
    srv: bool,
) -> Result<KnownSet, UrlError> {
    let mut warnings = Vec::new();
    let mut hints = Vec::new();
    let options = std::mem::take(&mut parsed.options);
    let mut known = KnownSet::default();
    let mut seen = Seen::default();
    // Made once, when an old name is met: its new one may come after it.
    let mut all = None;
    for (index, option) in options.iter().enumerate() {
        let name = &*option.name;
        let found = Known::find(name);
        let before = found.is_some_and(|found| known.insert(found));
        if warnings.len() >= MOST_DIAGNOSTICS || hints.len() >= MOST_DIAGNOSTICS {
            continue;
        }
        // What a reference stands for is not known; nearly every value is fine, so that they are looked for after that.
        let warning = check_value(text, found.map(Known::kind), option)
            .filter(|_| !has_reference(name) && !has_reference(&option.value));
        warnings.extend(warning);
        if let Some((_, new)) = RENAMED
            .iter()
            .find(|(old, _)| old.eq_ignore_ascii_case(name))
        {
            let all = all.get_or_insert_with(|| KnownSet::of(&options));
            let has_new = Known::find(new).is_some_and(|new| all.contains(new));
            let message = if has_new {
                format!("This option is ignored, since {new} is there too.")
            } else {
                format!("This option is now called {new}.")
            };
            warnings.push(
                Diagnostic::new("deprecated_option", message, option.name_span)
                    .field(format!("option:{}", option.name))
                    .repair(
                        format!("Write {new}"),
                        vec![TextChange::new(option.name_span, *new)],
                    ),
            );
        }
        if found == Some(SOCKET_TIMEOUT) {
            hints.push(
                Diagnostic::new(
                    "deprecated_option",
                    "This option gives way to timeoutMS.",
                    option.name_span,
                )
                .field(format!("option:{}", option.name)),
            );
        }
        let repeated = match found {
            Some(found) => before && found != READ_PREFERENCE_TAGS,
            None => seen.before(&options[..index], name),
        };
        if repeated {
            warnings.push(
                Diagnostic::new(
                    "repeated_option",
                    "The option comes more than once.",
                    option.name_span,
                )
                .field("options"),
            );
        }
    }
    let by_name = ByName::of(&options, known);
    let verdict = check_combinations(parsed, by_name, srv, &mut warnings, &mut hints);
    parsed.options = options;
    parsed.warnings.append(&mut warnings);
    parsed.hints.append(&mut hints);
    verdict.map(|()| known)
}

fn check_value(text: &str, kind: Option<&Kind>, option: &UrlOption) -> Option<Diagnostic> {
    let Some(kind) = kind else {
        return Some(
            Diagnostic::new(
                "unknown_option",
                "The MongoDB specifications know no option of this name.",
                option.name_span,
            )
            .field("options"),
        );
    };
    let value = option.value.as_str();
    let warn = |code, message: String| {
        Some(
            Diagnostic::new(code, message, option.value_span)
                .field(format!("option:{}", option.name)),
        )
    };
    let integer_of = |least: i32| value.parse::<i32>().is_ok_and(|number| number >= least);
    match kind {
        Kind::Text => None,
        Kind::Boolean => match value {
            "true" | "false" => None,
            "" => warn(
                "empty_value",
                format!("{} is ignored: it has no value.", option.name),
            ),
            "1" | "yes" | "y" | "t" => deprecated_boolean(option, "true"),
            "0" | "-1" | "no" | "n" | "f" => deprecated_boolean(option, "false"),
            _ => warn(
                "invalid_value",
                format!("{} is ignored: it takes true or false.", option.name),
            ),
        },
        Kind::Integer(_) | Kind::Staleness | Kind::CompressionLevel if value.is_empty() => warn(
            "empty_value",
            format!("{} is ignored: it has no value.", option.name),
        ),
        Kind::Integer(least) if integer_of(*least) => None,
        Kind::Integer(least) => warn(
            "invalid_value",
            format!(
                "{} is ignored: it takes a whole number of at least {least}.",
                option.name
            ),
        ),
        Kind::Staleness if value == "-1" || integer_of(90) => None,
        Kind::Staleness => warn(
            "invalid_value",
            format!("{} is ignored: it takes -1 or at least 90.", option.name),
        ),
        Kind::CompressionLevel if value.parse::<i32>().is_ok_and(|n| (-1..=9).contains(&n)) => None,
        Kind::CompressionLevel => warn(
            "invalid_value",
            format!(
                "{} is ignored: it takes a whole number from -1 to 9.",
                option.name
            ),
        ),
        Kind::WriteConcern => {
            let negative = value.parse::<i64>().is_ok_and(|number| number < 0);
            if value.is_empty() || negative {
                return warn(
                    "invalid_value",
                    "w is ignored: it takes a number of at least 0, or a name.".to_owned(),
                );
            }
            None
        }
        Kind::OneOf(allowed) if allowed.contains(&value) => None,
        Kind::OneOf(allowed) => warn(
            "invalid_value",
            format!(
                "{} is ignored: it is one of {}.",
                option.name,
                allowed.join(", ")
            ),
        ),
        Kind::ListOf(allowed) if value.split(',').all(|item| allowed.contains(&item)) => None,
        Kind::ListOf(allowed) => warn(
            "invalid_value",
            format!(
                "{} takes a list of {}; anything else is ignored.",
                option.name,
                allowed.join(", ")
            ),
        ),
        Kind::Tags | Kind::Properties => {
            let raw = option.value_span.of(text);
            if value.is_empty() && matches!(kind, Kind::Tags)
                || raw == MASK
                || value.split(',').all(|pair| pair.contains(':'))
            {
                return None;
            }
            warn(
                "invalid_value",
                format!(
                    "{} takes key:value pairs separated by commas, and no comma in a value.",
                    option.name
                ),
            )
        }
    }
}

fn deprecated_boolean(option: &UrlOption, meant: &str) -> Option<Diagnostic> {
    Some(
        Diagnostic::new(
            "deprecated_boolean",
            format!("Write {}={meant}.", option.name),
            option.value_span,
        )
        .field(format!("option:{}", option.name))
        .repair(
            format!("Write {meant}"),
            vec![TextChange::new(option.value_span, meant)],
        ),
    )
}

/// uri-options.md, "Conflicting TLS options": any two of these together are refused.
const TLS_CONFLICTS: [(Known, Known); 7] = [
    (TLS_INSECURE, ANY_CERTIFICATE),
    (TLS_INSECURE, ANY_HOSTNAME),
    (TLS_INSECURE, NO_OCSP_ENDPOINT),
    (TLS_INSECURE, NO_REVOCATION_CHECK),
    (ANY_CERTIFICATE, NO_OCSP_ENDPOINT),
    (ANY_CERTIFICATE, NO_REVOCATION_CHECK),
    (NO_OCSP_ENDPOINT, NO_REVOCATION_CHECK),
];

fn check_combinations(
    parsed: &Parsed,
    options: ByName<'_>,
    srv: bool,
    warnings: &mut Vec<Diagnostic>,
    hints: &mut Vec<Diagnostic>,
) -> Result<(), UrlError> {
    for (one, other) in TLS_CONFLICTS {
        if options.last(one).is_some()
            && let Some(option) = options.last(other)
        {
            return Err(refuse(
                "conflicting_options",
                "These two TLS options cannot stand together.",
                option,
            ));
        }
    }
    let mut tls = options.all(TLS).chain(options.all(SSL));
    if let Some(first) = tls.next()
        && let Some(other) = tls.find(|option| option.value != first.value)
    {
        return Err(refuse(
            "conflicting_options",
            "tls and ssl say different things.",
            other,
        ));
    }
    if let Some(direct) = options.last(DIRECT_CONNECTION)
        && direct.value == "true"
    {
        if srv {
            return Err(refuse(
                "conflicting_options",
                "directConnection=true cannot be used with mongodb+srv.",
                direct,
            ));
        }
        if parsed.hosts.len() > 1 {
            return Err(refuse(
                "conflicting_options",
                "directConnection=true needs exactly one host.",
                direct,
            ));
        }
    }
    if let Some(balanced) = options.last(LOAD_BALANCED)
        && balanced.value == "true"
    {
        let conflict = if parsed.hosts.len() > 1 {
            Some("loadBalanced=true needs exactly one host.")
        } else if options.last(REPLICA_SET).is_some() {
            Some("loadBalanced=true cannot be used with replicaSet.")
        } else if options.is_true(DIRECT_CONNECTION) {
            Some("loadBalanced=true cannot be used with directConnection=true.")
        } else {
            None
        };
        if let Some(message) = conflict {
            return Err(refuse("conflicting_options", message, balanced));
        }
    }
    check_srv_options(options, srv, warnings)?;
    check_proxy(options, srv)?;
    let number = |name| {
        options
            .last(name)
            .and_then(|option| option.value.parse::<i32>().ok())
    };
    if let (Some(least), Some(most)) = (number(MIN_POOL_SIZE), number(MAX_POOL_SIZE))
        && most > 0
        && least > most
        && let Some(option) = options.last(MIN_POOL_SIZE)
    {
        hints.push(
            Diagnostic::new(
                "pool_sizes",
                "minPoolSize is greater than maxPoolSize.",
                option.value_span,
            )
            .field("option:minPoolSize"),
        );
    }
    let primary = options
        .last(READ_PREFERENCE)
        .is_none_or(|option| option.value == "primary");
    if primary
        && let Some(option) = options
            .last(READ_PREFERENCE_TAGS)
            .or(options.last(MAX_STALENESS))
    {
        hints.push(
            Diagnostic::new(
                "needs_read_preference",
                "This needs a readPreference other than primary.",
                option.name_span,
            )
            .field(format!("option:{}", option.name)),
        );
    }
    Ok(())
}

/// initial-dns-seedlist-discovery.md, "URI validation".
fn check_srv_options(
    options: ByName<'_>,
    srv: bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), UrlError> {
    if !srv {
        for name in [SRV_SERVICE_NAME, SRV_MAX_HOSTS] {
            if let Some(option) = options.last(name) {
                return Err(refuse(
                    "needs_srv",
                    "This option needs a mongodb+srv URL.",
                    option,
                ));
            }
        }
        return Ok(());
    }
    if let Some(option) = options.last(SRV_MAX_HOSTS)
        && option.value.parse::<i32>().is_ok_and(|number| number > 0)
    {
        if options.last(REPLICA_SET).is_some() {
            return Err(refuse(
                "conflicting_options",
                "srvMaxHosts cannot be used with replicaSet.",
                option,
            ));
        }
        if options.is_true(LOAD_BALANCED) {
            return Err(refuse(
                "conflicting_options",
                "srvMaxHosts cannot be used with loadBalanced=true.",
                option,
            ));
        }
    }
    if let Some(option) = options.last(SRV_SERVICE_NAME)
        && !is_service_name(&option.value)
        && !has_reference(&option.value)
    {
        warnings.push(
            Diagnostic::new(
                "invalid_value",
                "This is no valid service name (RFC 6335).",
                option.value_span,
            )
            .field("option:srvServiceName"),
        );
    }
    Ok(())
}

/// RFC 6335, section 5.1, with the 62 characters that the DNS leaves beside the underscore.
fn is_service_name(name: &str) -> bool {
    (1..=62).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// socks5-support, "MongoClient configuration". With SRV the rest may come from DNS.
fn check_proxy(options: ByName<'_>, srv: bool) -> Result<(), UrlError> {
    for name in [PROXY_HOST, PROXY_PORT, PROXY_USERNAME, PROXY_PASSWORD] {
        if let Some(second) = options.all(name).nth(1) {
            return Err(refuse(
                "repeated_option",
                "A proxy option can be given once only.",
                second,
            ));
        }
    }
    if srv {
        return Ok(());
    }
    if options.last(PROXY_HOST).is_none() {
        for name in [PROXY_PORT, PROXY_USERNAME, PROXY_PASSWORD] {
            if let Some(option) = options.last(name) {
                return Err(refuse(
                    "needs_proxy_host",
                    "This option needs proxyHost.",
                    option,
                ));
            }
        }
    }
    match (options.last(PROXY_USERNAME), options.last(PROXY_PASSWORD)) {
        (Some(option), None) | (None, Some(option)) => Err(refuse(
            "incomplete_proxy_credential",
            "proxyUsername and proxyPassword need each other.",
            option,
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::ConnectionUrl;
    use crate::diagnostic::MOST_DIAGNOSTICS;

    #[test]
    fn thousands_of_faults_are_not_all_told() {
        let text = format!("mongodb://h/?{}journal=true", "j=1&".repeat(10_000));
        let url = ConnectionUrl::parse(&text, None).unwrap();
        let count = url.warnings().len();
        assert!((MOST_DIAGNOSTICS..MOST_DIAGNOSTICS + 3).contains(&count));
        assert_eq!(url.options().len(), 10_001);
        // The new name is known of although it comes last.
        assert!(url.warnings()[1].message.contains("is there too"));
    }
}
