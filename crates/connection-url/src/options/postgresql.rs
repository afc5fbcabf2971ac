//! libpq 18's keywords, <https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS>.

use super::OptionGroup::{Auth, Other, Servers, Timeouts, Tls};
use super::OptionInfo;
use super::OptionKind::{
    Boolean, Choice, File, Folder, Integer, List, Milliseconds, Seconds, Secret, Text,
};

const PROTOCOLS: &[&str] = &["3.0", "3.2", "latest"];
const TLS_VERSIONS: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// In the order of a form: what most people set stands first in its group.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo::new("host", Servers, Text, "Names or socket folders of the servers, separated by commas.").part(),
    OptionInfo::new("port", Servers, Text, "Ports of the servers, separated by commas, or one for all of them.")
        .default("5432")
        .part(),
    OptionInfo::new("dbname", Other, Text, "The database. Without it the user's name is taken.").part(),
    OptionInfo::new("user", Auth, Text, "The role to sign in as. Without it the name of the system's user is taken.")
        .part(),
    OptionInfo::new("password", Auth, Secret, "The role's password.").part(),
    OptionInfo::new(
        "sslmode",
        Tls,
        Choice,
        "Whether the connection is encrypted, and how much of the server's certificate is checked. Only verify-full \
         checks that the server is the one named.",
    )
    .values(&["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
    .default("prefer"),
    OptionInfo::new(
        "sslrootcert",
        Tls,
        File,
        "File with the certificates of the authorities to trust, or system for those of the operating system.",
    )
    .default("~/.postgresql/root.crt"),
    OptionInfo::new("sslcert", Tls, File, "File with the client's certificate.")
        .default("~/.postgresql/postgresql.crt"),
    OptionInfo::new("sslkey", Tls, File, "File with the private key of the client's certificate.")
        .default("~/.postgresql/postgresql.key"),
    OptionInfo::new("sslpassword", Tls, Secret, "The password under which the private key is encrypted."),
    OptionInfo::new(
        "sslnegotiation",
        Tls,
        Choice,
        "Whether encryption is asked for first, or starts at once. direct needs a server of version 17 or later.",
    )
    .values(&["postgres", "direct"])
    .default("postgres"),
    OptionInfo::new(
        "sslcertmode",
        Tls,
        Choice,
        "Whether the client's certificate may be sent, or must have been asked for by the server.",
    )
    .values(&["disable", "allow", "require"])
    .default("allow"),
    OptionInfo::new("sslcrl", Tls, File, "File with the list of revoked certificates.")
        .default("~/.postgresql/root.crl"),
    OptionInfo::new("sslcrldir", Tls, Folder, "Folder with lists of revoked certificates."),
    OptionInfo::new(
        "sslsni",
        Tls,
        Boolean,
        "Whether the host's name is sent in the clear when encryption starts; proxies choose the server by it.",
    )
    .values(&["0", "1"])
    .default("1"),
    OptionInfo::new("ssl_min_protocol_version", Tls, Choice, "The oldest version of TLS that is accepted.")
        .values(TLS_VERSIONS)
        .default("TLSv1.2"),
    OptionInfo::new("ssl_max_protocol_version", Tls, Choice, "The newest version of TLS that is accepted.")
        .values(TLS_VERSIONS),
    OptionInfo::new("sslkeylogfile", Tls, File, "File to which the keys of the session are written, for debugging only."),
    OptionInfo::new("sslcompression", Tls, Boolean, "Whether what is encrypted is compressed first.")
        .values(&["0", "1"])
        .default("0")
        .deprecated("Compression weakens encryption; servers and libraries of today refuse it."),
    OptionInfo::new(
        "channel_binding",
        Auth,
        Choice,
        "Whether the sign-in is tied to the encrypted channel, so that nobody in between can pass it on.",
    )
    .values(&["disable", "prefer", "require"])
    .default("prefer"),
    OptionInfo::new(
        "require_auth",
        Auth,
        List,
        "The ways to sign in that the client accepts. With ! before each they are those it refuses.",
    )
    .values(&["password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none"]),
    OptionInfo::new("passfile", Auth, File, "File in which passwords are looked up.").default("~/.pgpass"),
    OptionInfo::new(
        "requirepeer",
        Auth,
        Text,
        "On a unix socket, the system's user as which the server must be running.",
    ),
    OptionInfo::new(
        "gssencmode",
        Auth,
        Choice,
        "Whether the connection is encrypted by GSSAPI, which is tried before TLS.",
    )
    .values(&["disable", "prefer", "require"])
    .default("prefer"),
    OptionInfo::new("krbsrvname", Auth, Text, "The Kerberos service name of the server.").default("postgres"),
    OptionInfo::new("gsslib", Auth, Choice, "The library for GSSAPI, on Windows only.").values(&["gssapi", "sspi"]),
    OptionInfo::new("gssdelegation", Auth, Boolean, "Whether the credentials are passed on to the server.")
        .values(&["0", "1"])
        .default("0"),
    OptionInfo::new(
        "scram_client_key",
        Auth,
        Secret,
        "The SCRAM client key in base64, in place of a password. It is meant for foreign data wrappers.",
    ),
    OptionInfo::new(
        "scram_server_key",
        Auth,
        Secret,
        "The SCRAM server key in base64, in place of a password. It is meant for foreign data wrappers.",
    ),
    OptionInfo::new("oauth_issuer", Auth, Text, "The URL of the OAuth issuer to trust."),
    OptionInfo::new("oauth_client_id", Auth, Text, "The client's id at the OAuth issuer."),
    OptionInfo::new("oauth_client_secret", Auth, Secret, "The client's secret at the OAuth issuer."),
    OptionInfo::new("oauth_scope", Auth, Text, "The scopes to ask the OAuth issuer for, separated by spaces."),
    OptionInfo::new(
        "target_session_attrs",
        Servers,
        Choice,
        "What the server must be like; of several hosts the first that fits is taken.",
    )
    .values(&["any", "read-write", "read-only", "primary", "standby", "prefer-standby"])
    .default("any"),
    OptionInfo::new(
        "load_balance_hosts",
        Servers,
        Choice,
        "Whether several hosts are tried in the order written or in a random one.",
    )
    .values(&["disable", "random"])
    .default("disable"),
    OptionInfo::new(
        "hostaddr",
        Servers,
        Text,
        "Addresses to connect to, so that no name is looked up; host is then only the name to verify.",
    ),
    OptionInfo::new("service", Servers, Text, "The section of the service file that holds more parameters."),
    OptionInfo::new(
        "connect_timeout",
        Timeouts,
        Seconds,
        "How long to wait for each host. 0 waits for ever; 1 is read as 2.",
    )
    .default("0"),
    OptionInfo::new("keepalives", Timeouts, Boolean, "Whether the system watches a quiet connection.")
        .values(&["0", "1"])
        .default("1"),
    OptionInfo::new(
        "keepalives_idle",
        Timeouts,
        Seconds,
        "How long a connection is quiet before the system asks whether the other end is there. 0 leaves it to the system.",
    )
    .default("0"),
    OptionInfo::new(
        "keepalives_interval",
        Timeouts,
        Seconds,
        "How long until an unanswered keepalive is sent again. 0 leaves it to the system.",
    )
    .default("0"),
    OptionInfo::new(
        "keepalives_count",
        Timeouts,
        Integer,
        "How many keepalives may be lost before the connection counts as dead. 0 leaves it to the system.",
    )
    .default("0"),
    OptionInfo::new(
        "tcp_user_timeout",
        Timeouts,
        Milliseconds,
        "How long sent data may stay unanswered before the connection is closed. 0 leaves it to the system.",
    )
    .default("0"),
    OptionInfo::new("application_name", Other, Text, "The name by which the server's views and logs show this client."),
    OptionInfo::new(
        "fallback_application_name",
        Other,
        Text,
        "The client's name where application_name is not set.",
    ),
    OptionInfo::new("options", Other, Text, "Settings for the session as command-line options: -c search_path=app."),
    OptionInfo::new(
        "client_encoding",
        Other,
        Text,
        "The encoding of texts; auto takes that of the client's locale.",
    ),
    OptionInfo::new(
        "replication",
        Other,
        Choice,
        "Whether the connection speaks the replication protocol: true for physical, database for logical replication.",
    )
    .values(&["false", "true", "database"])
    .default("false"),
    OptionInfo::new("min_protocol_version", Other, Choice, "The oldest version of the protocol that is accepted.")
        .values(PROTOCOLS)
        .default("3.0"),
    OptionInfo::new("max_protocol_version", Other, Choice, "The newest version of the protocol that is asked for.")
        .values(PROTOCOLS)
        .default("3.0"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::DatabaseType;
    use crate::options::{OptionKind, option_catalogue};
    use crate::postgres_keywords::{KEYWORDS, NUMBERS, VALUES};

    #[test]
    fn the_catalogue_and_the_grammar_know_the_same() {
        let catalogue = option_catalogue(DatabaseType::Postgresql);
        let names: BTreeSet<&str> = catalogue.iter().map(|info| info.name).collect();
        assert_eq!(names, KEYWORDS.into_iter().collect());
        for (name, values) in VALUES {
            let info = catalogue.iter().find(|info| info.name == name).unwrap();
            assert_eq!(info.values, values, "{name}");
        }
        let numbers: BTreeSet<&str> = catalogue
            .iter()
            .filter(|info| {
                matches!(
                    info.kind,
                    OptionKind::Integer | OptionKind::Seconds | OptionKind::Milliseconds
                ) || info.name == "keepalives"
            })
            .map(|info| info.name)
            .collect();
        assert_eq!(numbers, NUMBERS.into_iter().collect());
    }
}
