//! The options of MongoDB URLs: their types and ranges, and the combinations that are refused.
//!
//! <https://github.com/mongodb/specifications/blob/master/source/uri-options/uri-options.md>: a value that does not fit is
//! ignored with a warning, an option that is not known too; a few combinations are errors.

use std::collections::HashSet;

use crate::parsed::Parsed;
use crate::reference::has_reference;
use crate::{Diagnostic, MASK, Span, TextChange, UrlError, UrlOption};

pub(crate) enum Kind {
    Text,
    Boolean,
    /// A 32-bit integer of at least this.
    Integer(i32),
    /// `-1` or at least 90.
    Staleness,
    /// From -1 to 9.
    CompressionLevel,
    /// A non-negative integer or any other text.
    WriteConcern,
    OneOf(&'static [&'static str]),
    ListOf(&'static [&'static str]),
    /// `key:value` pairs; may come more than once.
    Tags,
    Properties,
}

/// Every option that the specifications list, by its lowercase name, sorted.
pub(crate) const OPTIONS: [(&str, Kind); 48] = [
    ("appname", Kind::Text),
    (
        "authmechanism",
        Kind::OneOf(&[
            "GSSAPI",
            "MONGODB-AWS",
            "MONGODB-CR",
            "MONGODB-OIDC",
            "MONGODB-X509",
            "PLAIN",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256",
        ]),
    ),
    ("authmechanismproperties", Kind::Properties),
    ("authsource", Kind::Text),
    ("compressors", Kind::ListOf(&["snappy", "zlib", "zstd"])),
    ("connecttimeoutms", Kind::Integer(0)),
    ("directconnection", Kind::Boolean),
    ("heartbeatfrequencyms", Kind::Integer(500)),
    ("j", Kind::Boolean),
    ("journal", Kind::Boolean),
    ("loadbalanced", Kind::Boolean),
    ("localthresholdms", Kind::Integer(0)),
    ("maxconnecting", Kind::Integer(1)),
    ("maxidletimems", Kind::Integer(0)),
    ("maxpoolsize", Kind::Integer(0)),
    ("maxstalenessseconds", Kind::Staleness),
    ("minpoolsize", Kind::Integer(0)),
    ("proxyhost", Kind::Text),
    ("proxypassword", Kind::Text),
    ("proxyport", Kind::Integer(0)),
    ("proxyusername", Kind::Text),
    ("readconcernlevel", Kind::Text),
    (
        "readpreference",
        Kind::OneOf(&[
            "primary",
            "primaryPreferred",
            "secondary",
            "secondaryPreferred",
            "nearest",
        ]),
    ),
    ("readpreferencetags", Kind::Tags),
    ("replicaset", Kind::Text),
    ("retryreads", Kind::Boolean),
    ("retrywrites", Kind::Boolean),
    (
        "servermonitoringmode",
        Kind::OneOf(&["stream", "poll", "auto"]),
    ),
    ("serverselectiontimeoutms", Kind::Integer(0)),
    ("serverselectiontryonce", Kind::Boolean),
    ("sockettimeoutms", Kind::Integer(0)),
    ("srvmaxhosts", Kind::Integer(0)),
    ("srvservicename", Kind::Text),
    ("ssl", Kind::Boolean),
    ("timeoutms", Kind::Integer(0)),
    ("tls", Kind::Boolean),
    ("tlsallowinvalidcertificates", Kind::Boolean),
    ("tlsallowinvalidhostnames", Kind::Boolean),
    ("tlscafile", Kind::Text),
    ("tlscertificatekeyfile", Kind::Text),
    ("tlscertificatekeyfilepassword", Kind::Text),
    ("tlsdisablecertificaterevocationcheck", Kind::Boolean),
    ("tlsdisableocspendpointcheck", Kind::Boolean),
    ("tlsinsecure", Kind::Boolean),
    (
        "uuidrepresentation",
        Kind::OneOf(&[
            "standard",
            "csharpLegacy",
            "javaLegacy",
            "pythonLegacy",
            "unspecified",
        ]),
    ),
    ("w", Kind::WriteConcern),
    ("waitqueuetimeoutms", Kind::Integer(0)),
    ("wtimeoutms", Kind::Integer(0)),
];

/// Options beside the list: known to the specification's reader, but checked elsewhere.
pub(crate) const MORE: [(&str, Kind); 2] = [
    ("wtimeout", Kind::Integer(0)),
    ("zlibcompressionlevel", Kind::CompressionLevel),
];

/// Renamed keys, and what they are called now.
pub(crate) const RENAMED: [(&str, &str); 2] = [("j", "journal"), ("wtimeout", "wtimeoutMS")];

fn kind_of(name: &str) -> Option<&'static Kind> {
    static ALL: [(&str, Kind); 48] = OPTIONS;
    static REST: [(&str, Kind); 2] = MORE;
    let lowercase = || name.bytes().map(|byte| byte.to_ascii_lowercase());
    match ALL.binary_search_by(|(known, _)| known.bytes().cmp(lowercase())) {
        Ok(index) => Some(&ALL[index].1),
        Err(_) => REST
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, kind)| kind),
    }
}

/// Whether the specifications know an option of this name, in any letter case.
pub(crate) fn is_known(name: &str) -> bool {
    kind_of(name).is_some()
}

/// Which names came before: looked for among a few options, kept in a set when there are many.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    fn before(&mut self, options: &[UrlOption], name: &str) -> bool {
        const FEW: usize = 16;
        if options.len() < FEW {
            return ByName::of(options).last(name).is_some();
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

/// The options, for the rules that look at several. They are asked for a few dozen times, which is cheaper than a map of them.
#[derive(Clone, Copy)]
pub(crate) struct ByName<'a>(&'a [UrlOption]);

impl<'a> ByName<'a> {
    pub const fn of(options: &'a [UrlOption]) -> Self {
        Self(options)
    }

    /// Those of a name, in order.
    pub fn all(self, name: &'a str) -> impl Iterator<Item = &'a UrlOption> {
        self.0
            .iter()
            .filter(move |option| option.name.eq_ignore_ascii_case(name))
    }

    pub fn last(self, name: &str) -> Option<&'a UrlOption> {
        self.0
            .iter()
            .rev()
            .find(|option| option.name.eq_ignore_ascii_case(name))
    }

    pub fn is_true(self, name: &str) -> bool {
        self.last(name).is_some_and(|option| option.value == "true")
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
pub(crate) fn check_options(text: &str, parsed: &mut Parsed, srv: bool) -> Result<(), UrlError> {
    let mut warnings = Vec::new();
    let mut hints = Vec::new();
    let options = std::mem::take(&mut parsed.options);
    let by_name = ByName::of(&options);
    let mut seen = Seen::default();
    for (index, option) in options.iter().enumerate() {
        let name = &*option.name;
        let warning = check_value(text, name, option);
        warnings.extend(warning);
        if let Some((_, new)) = RENAMED
            .iter()
            .find(|(old, _)| old.eq_ignore_ascii_case(name))
        {
            let message = if by_name.last(new).is_none() {
                format!("This option is now called {new}.")
            } else {
                format!("This option is ignored, since {new} is there too.")
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
        if name.eq_ignore_ascii_case("socketTimeoutMS") {
            hints.push(
                Diagnostic::new(
                    "deprecated_option",
                    "This option gives way to timeoutMS.",
                    option.name_span,
                )
                .field(format!("option:{}", option.name)),
            );
        }
        if seen.before(&options[..index], name) && !name.eq_ignore_ascii_case("readPreferenceTags")
        {
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
    let verdict = check_combinations(parsed, by_name, srv, &mut warnings, &mut hints);
    parsed.options = options;
    parsed.warnings.append(&mut warnings);
    parsed.hints.append(&mut hints);
    verdict
}

fn check_value(text: &str, name: &str, option: &UrlOption) -> Option<Diagnostic> {
    if has_reference(&option.name) || has_reference(&option.value) {
        return None;
    }
    let Some(kind) = kind_of(name) else {
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
const TLS_CONFLICTS: [(&str, &str); 7] = [
    ("tlsinsecure", "tlsallowinvalidcertificates"),
    ("tlsinsecure", "tlsallowinvalidhostnames"),
    ("tlsinsecure", "tlsdisableocspendpointcheck"),
    ("tlsinsecure", "tlsdisablecertificaterevocationcheck"),
    ("tlsallowinvalidcertificates", "tlsdisableocspendpointcheck"),
    (
        "tlsallowinvalidcertificates",
        "tlsdisablecertificaterevocationcheck",
    ),
    (
        "tlsdisableocspendpointcheck",
        "tlsdisablecertificaterevocationcheck",
    ),
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
    let mut tls = options.all("tls").chain(options.all("ssl"));
    if let Some(first) = tls.next()
        && let Some(other) = tls.find(|option| option.value != first.value)
    {
        return Err(refuse(
            "conflicting_options",
            "tls and ssl say different things.",
            other,
        ));
    }
    if let Some(direct) = options.last("directconnection")
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
    if let Some(balanced) = options.last("loadbalanced")
        && balanced.value == "true"
    {
        let conflict = if parsed.hosts.len() > 1 {
            Some("loadBalanced=true needs exactly one host.")
        } else if options.last("replicaset").is_some() {
            Some("loadBalanced=true cannot be used with replicaSet.")
        } else if options.is_true("directconnection") {
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
    if let (Some(least), Some(most)) = (number("minpoolsize"), number("maxpoolsize"))
        && most > 0
        && least > most
        && let Some(option) = options.last("minpoolsize")
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
        .last("readpreference")
        .is_none_or(|option| option.value == "primary");
    if primary
        && let Some(option) = options
            .last("readpreferencetags")
            .or(options.last("maxstalenessseconds"))
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
        for name in ["srvservicename", "srvmaxhosts"] {
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
    if let Some(option) = options.last("srvmaxhosts")
        && option.value.parse::<i32>().is_ok_and(|number| number > 0)
    {
        if options.last("replicaset").is_some() {
            return Err(refuse(
                "conflicting_options",
                "srvMaxHosts cannot be used with replicaSet.",
                option,
            ));
        }
        if options.is_true("loadbalanced") {
            return Err(refuse(
                "conflicting_options",
                "srvMaxHosts cannot be used with loadBalanced=true.",
                option,
            ));
        }
    }
    if let Some(option) = options.last("srvservicename")
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
    for name in ["proxyhost", "proxyport", "proxyusername", "proxypassword"] {
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
    if options.last("proxyhost").is_none() {
        for name in ["proxyport", "proxyusername", "proxypassword"] {
            if let Some(option) = options.last(name) {
                return Err(refuse(
                    "needs_proxy_host",
                    "This option needs proxyHost.",
                    option,
                ));
            }
        }
    }
    match (options.last("proxyusername"), options.last("proxypassword")) {
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
    use super::*;

    #[test]
    fn the_options_are_sorted_for_the_binary_search() {
        assert!(OPTIONS.iter().map(|(name, _)| name).is_sorted());
    }
}
