//! The options of MySQL URLs: which are known, which stand for a part, and advice on their values.
//!
//! Names from MySQL Shell's page and from the connectors (Connector/J, Connector/Python, MariaDB Connector/J). They compare
//! without regard to case, `-` and `_`.

use crate::diagnostic::MOST_DIAGNOSTICS;
use crate::parsed::Parsed;
use crate::reference::has_reference;
use crate::secret_slot::squeeze;
use crate::{Diagnostic, Host, Port, TextChange};

/// Names without `-` and `_`, in lowercase, sorted.
pub(crate) const KNOWN: [&str; 65] = [
    "allowcleartextpasswords",
    "allowlocalinfile",
    "allowmultiqueries",
    "allowpublickeyretrieval",
    "authmethod",
    "autoreconnect",
    "cachepreparedstatements",
    "cacheprepstmts",
    "characterencoding",
    "charset",
    "clientkeypassword",
    "collation",
    "compress",
    "compression",
    "compressionalgorithms",
    "compressionlevel",
    "connectionattributes",
    "connecttimeout",
    "defaultauth",
    "disablesslhostnameverification",
    "enablecleartextplugin",
    "enabledtlsprotocols",
    "getserverpublickey",
    "initstatement",
    "keystore",
    "keystorepassword",
    "localinfile",
    "maxallowedpacket",
    "mysqlpluginsdir",
    "password",
    "pluginauth",
    "plugindir",
    "protocol",
    "readtimeout",
    "requiressl",
    "rewritebatchedstatements",
    "servercertificate",
    "serverpublickeypath",
    "serversslcert",
    "servertimezone",
    "sessionvariables",
    "socket",
    "sockettimeout",
    "ssl",
    "sslca",
    "sslcapath",
    "sslcert",
    "sslcipher",
    "sslcrl",
    "sslcrlpath",
    "sslkey",
    "sslkeypassword",
    "sslmode",
    "sslpassword",
    "sslverifyservercert",
    "timezone",
    "tls",
    "tlsciphersuites",
    "tlsversion",
    "tlsversions",
    "trustcertificatekeystorepassword",
    "unixsocket",
    "user",
    "usessl",
    "verifyservercertificate",
];

pub(crate) const SSL_MODES: [&str; 5] = [
    "disabled",
    "preferred",
    "required",
    "verifyca",
    "verifyidentity",
];
/// MariaDB Connector/J's `sslMode`, and what other connectors call the same.
const OTHER_SSL_MODES: [&str; 6] = [
    "disable",
    "trust",
    "verifyfull",
    "prefer",
    "require",
    "allow",
];

/// `socket` stands for the hosts; `user` and `password` for parts that the URL does not name before its question mark.
pub(crate) fn fold_options(parsed: &mut Parsed) {
    let mut socket = None;
    // An empty user in the authority is none: `:password@host?user=name`.
    let without_user = parsed.user.is_none();
    for option in &mut parsed.options {
        match squeeze(&option.name).as_str() {
            "socket" | "unixsocket" if !option.value.is_empty() => {
                socket = Some(option.value.clone())
            }
            "user" if without_user && !option.value.is_empty() => {
                parsed.user = Some(option.value.clone())
            }
            "password" if parsed.layout.password.is_none() => {
                parsed.password = Some(option.value.clone().into());
            }
            _ => continue,
        }
        option.folded = true;
    }
    if let Some(path) = socket {
        // The socket is what is connected to; a host beside it says nothing then.
        parsed.hosts.clear();
        parsed.hosts.push(Host::Socket {
            path,
            port: Port::None,
        });
    }
}

/// Advice: names that nobody knows, modes that do not exist, options that come twice.
pub(crate) fn advise(parsed: &mut Parsed) {
    let mut hints = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for option in &parsed.options {
        if hints.len() >= MOST_DIAGNOSTICS {
            break;
        }
        let name = squeeze(&option.name);
        if has_reference(&option.name) {
            continue;
        }
        if KNOWN.binary_search(&name.as_str()).is_err() && !option.secret {
            hints.push(
                Diagnostic::new(
                    "unknown_option",
                    "No MySQL client we know has this option.",
                    option.name_span,
                )
                .field("options"),
            );
        }
        if name == "sslmode" && !option.value.is_empty() && !has_reference(&option.value) {
            let value = squeeze(&option.value);
            if !SSL_MODES.contains(&value.as_str()) && !OTHER_SSL_MODES.contains(&value.as_str()) {
                hints.push(
                    Diagnostic::new(
                        "unknown_value",
                        "ssl-mode is one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY.",
                        option.value_span,
                    )
                    .field("option:ssl-mode"),
                );
            }
        }
        if !seen.insert(name) {
            hints.push(
                Diagnostic::new(
                    "repeated_option",
                    "The option comes more than once; the last one counts.",
                    option.name_span,
                )
                .field("options"),
            );
        }
    }
    if let [
        Host::Tcp {
            host,
            port: Port::None,
        },
    ] = parsed.hosts.as_slice()
        && host == "localhost"
        && let Some(item) = parsed.layout.host_items.first()
    {
        hints.push(
            Diagnostic::new(
                "localhost_is_a_socket",
                "MySQL's own client reads localhost as the unix socket; 127.0.0.1 always means the network.",
                *item,
            )
            .field("hosts")
            .repair("Write 127.0.0.1", vec![TextChange::new(*item, "127.0.0.1")]),
        );
    }
    parsed.hints.append(&mut hints);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_for_the_binary_search() {
        let mut sorted = KNOWN;
        sorted.sort_unstable();
        assert_eq!(sorted, KNOWN);
    }
}
