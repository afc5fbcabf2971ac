//! The options of MySQL's and MariaDB's clients: MySQL Shell's, and those of the connectors whose URLs people paste
//! (Connector/J, Connector/Python, MariaDB Connector/J).

use super::OptionGroup::{Auth, Other, Servers, Timeouts, Tls};
use super::OptionInfo;
use super::OptionKind::{Boolean, Choice, File, Folder, Integer, List, Milliseconds, Secret, Text};

/// What is to be known of an option that is kept for the programs that a URL is copied to.
macro_rules! elsewhere {
    ($what:literal) => {
        concat!($what, " Tapedeck's own connections do not apply it.")
    };
}

const SWITCH: &[&str] = &["false", "true"];

/// Client-side names of authentication plugins, MySQL's first, then MariaDB's.
pub(super) const AUTH_PLUGINS: &[&str] = &[
    "caching_sha2_password",
    "mysql_native_password",
    "sha256_password",
    "mysql_clear_password",
    "authentication_ldap_sasl_client",
    "authentication_kerberos_client",
    "authentication_openid_connect_client",
    "authentication_webauthn_client",
    "authentication_oci_client",
    "client_ed25519",
    "parsec",
    "auth_gssapi_client",
    "dialog",
];

/// In the order of a form: what most people set stands first in its group.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo::new("socket", Servers, File, "The path of the server's unix socket, in place of a host.")
        .aliases(&["unixSocket"])
        .part(),
    OptionInfo::new("user", Auth, Text, "The account to sign in as.").part(),
    OptionInfo::new("password", Auth, Secret, "The account's password.").part(),
    OptionInfo::new(
        "ssl-mode",
        Tls,
        Choice,
        "Whether the connection is encrypted, and how much of the server's certificate is checked. Only VERIFY_IDENTITY \
         checks that the server is the one named.",
    )
    .values(&["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"])
    .default("PREFERRED"),
    OptionInfo::new("ssl-ca", Tls, File, "File with the certificates of the authorities to trust.")
        .aliases(&["serverSslCert"]),
    OptionInfo::new("serverCertificate", Tls, File, elsewhere!("File with the server's own certificate, or that of its authority. Use ssl-ca instead.")),
    OptionInfo::new("ssl-capath", Tls, Folder, "Folder with the certificates of the authorities to trust."),
    OptionInfo::new("ssl-cert", Tls, File, "File with the client's certificate."),
    OptionInfo::new("ssl-key", Tls, File, "File with the private key of the client's certificate."),
    OptionInfo::new("sslpassword", Tls, Secret, "The password under which the private key is encrypted.")
        .aliases(&["clientKeyPassword"]),
    OptionInfo::new(
        "ssl-key-password",
        Tls,
        Secret,
        elsewhere!("The password under which the private key is encrypted. Use sslpassword instead."),
    ),
    OptionInfo::new("ssl-crl", Tls, File, "File with the list of revoked certificates."),
    OptionInfo::new("ssl-crlpath", Tls, Folder, elsewhere!("Folder with lists of revoked certificates. Use ssl-crl instead.")),
    OptionInfo::new("ssl-cipher", Tls, Text, elsewhere!("The ciphers that are accepted up to TLS 1.2, separated by colons.")),
    OptionInfo::new(
        "tls-version",
        Tls,
        List,
        "The versions of TLS that are accepted. Servers and libraries of today speak the last two only.",
    )
    .aliases(&["tls-versions", "enabledTLSProtocols"])
    .values(&["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
    .default("TLSv1.2,TLSv1.3"),
    OptionInfo::new("tls-ciphersuites", Tls, Text, elsewhere!("The cipher suites that are accepted with TLS 1.3, separated by colons.")),
    OptionInfo::new(
        "tls",
        Tls,
        Choice,
        "The Go driver's switch: true checks the server's certificate and name, skip-verify neither, preferred encrypts where \
         the server offers it.",
    )
    .values(&["false", "true", "skip-verify", "preferred"]),
    OptionInfo::new("useSSL", Tls, Boolean, "Whether the connection is encrypted.")
        .aliases(&["ssl"])
        .values(SWITCH)
        .deprecated("Use ssl-mode."),
    OptionInfo::new("requireSSL", Tls, Boolean, "Whether a server without encryption is refused.")
        .values(SWITCH)
        .default("false")
        .deprecated("Use ssl-mode=REQUIRED."),
    OptionInfo::new("verifyServerCertificate", Tls, Boolean, "Whether the server's certificate is checked.")
        .aliases(&["sslVerifyServerCert"])
        .values(SWITCH)
        .default("false")
        .deprecated("Use ssl-mode=VERIFY_CA or VERIFY_IDENTITY."),
    OptionInfo::new(
        "disableSslHostnameVerification",
        Tls,
        Boolean,
        elsewhere!("Whether any name is accepted in the server's certificate."),
    )
    .values(SWITCH)
    .default("false")
    .deprecated("Use ssl-mode=VERIFY_CA."),
    OptionInfo::new("keyStore", Tls, File, elsewhere!("Java key store with the client's certificate and key.")),
    OptionInfo::new("keyStorePassword", Tls, Secret, elsewhere!("The password of the key store.")),
    OptionInfo::new(
        "trustCertificateKeyStorePassword",
        Tls,
        Secret,
        elsewhere!("The password of the Java key store that holds the trusted certificates."),
    ),
    OptionInfo::new(
        "auth-method",
        Auth,
        Choice,
        elsewhere!("The authentication plugin to begin with. Without it the server says which one the account has."),
    )
    .aliases(&["default-auth", "plugin-auth"])
    .values(AUTH_PLUGINS),
    OptionInfo::new(
        "get-server-public-key",
        Auth,
        Boolean,
        "Whether the server may be asked for the key that encrypts the password where the connection is not encrypted. \
         Somebody in between could answer with a key of his own.",
    )
    .aliases(&["allowPublicKeyRetrieval"])
    .values(SWITCH)
    .default("false"),
    OptionInfo::new(
        "server-public-key-path",
        Auth,
        File,
        elsewhere!("File with the server's public key, which encrypts the password where the connection is not encrypted."),
    ),
    OptionInfo::new(
        "allowCleartextPasswords",
        Auth,
        Boolean,
        "Whether the password may be sent as it is, which some plugins need. Only with encryption is that safe.",
    )
    .aliases(&["enable-cleartext-plugin"])
    .values(SWITCH)
    .default("false"),
    OptionInfo::new("plugin-dir", Auth, Folder, elsewhere!("Folder of the client's plugins.")).aliases(&["mysql-plugins-dir"]),
    OptionInfo::new(
        "protocol",
        Servers,
        Choice,
        elsewhere!("How the server is reached; localhost means the unix socket to MySQL's own client unless TCP is asked for."),
    )
    .values(&["TCP", "SOCKET", "PIPE", "MEMORY"]),
    OptionInfo::new("autoReconnect", Servers, Boolean, elsewhere!("Whether a lost connection is opened again unasked."))
        .values(SWITCH)
        .default("false")
        .deprecated("What the session had, such as a transaction, is lost without a word."),
    OptionInfo::new("connect-timeout", Timeouts, Milliseconds, "How long to wait for the server. Spelled connect_timeout it counts seconds, as MySQL's own client does.").at_least(0),
    OptionInfo::new(
        "socketTimeout",
        Timeouts,
        Milliseconds,
        elsewhere!("How long to wait for an answer. 0 waits for ever."),
    )
    .aliases(&["readTimeout"])
    .default("0")
    .at_least(0),
    OptionInfo::new("charset", Other, Text, elsewhere!("The character set of the connection."))
        .aliases(&["characterEncoding"])
        .default("utf8mb4"),
    OptionInfo::new("collation", Other, Text, elsewhere!("The order in which the connection compares texts.")),
    OptionInfo::new("timezone", Other, Text, elsewhere!("The time zone of the session: an offset or a name."))
        .aliases(&["serverTimezone"]),
    OptionInfo::new("sessionVariables", Other, Text, elsewhere!("Variables to set in the session: name=value, separated by commas.")),
    OptionInfo::new("initStatement", Other, Text, elsewhere!("A statement to run as soon as the connection is there.")),
    OptionInfo::new("connection-attributes", Other, Text, elsewhere!("Attributes by which the server knows this client: [name=value,…].")),
    OptionInfo::new("compression", Other, Choice, elsewhere!("Whether the traffic is compressed."))
        .values(&["DISABLED", "PREFERRED", "REQUIRED"])
        .default("DISABLED"),
    OptionInfo::new("compress", Other, Boolean, elsewhere!("Whether the traffic is compressed."))
        .values(SWITCH)
        .default("false")
        .deprecated("Use compression."),
    OptionInfo::new("compression-algorithms", Other, List, elsewhere!("The algorithms of compression that are accepted, best first."))
        .values(&["zstd", "zlib", "uncompressed"]),
    OptionInfo::new("compression-level", Other, Integer, elsewhere!("How hard to compress: up to 9 with zlib, up to 22 with zstd."))
        .default("3")
        .at_least(1)
        .at_most(22),
    OptionInfo::new("local-infile", Other, Boolean, elsewhere!("Whether the server may ask for files of this machine (LOAD DATA LOCAL)."))
        .aliases(&["allowLocalInfile"])
        .values(SWITCH)
        .default("false"),
    OptionInfo::new(
        "allowMultiQueries",
        Other,
        Boolean,
        elsewhere!("Whether one text may hold several statements, which helps whoever smuggles one in."),
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new("rewriteBatchedStatements", Other, Boolean, elsewhere!("Whether many inserts are sent as one."))
        .values(SWITCH)
        .default("false"),
    OptionInfo::new("cachePrepStmts", Other, Boolean, elsewhere!("Whether prepared statements are kept for the next use."))
        .aliases(&["cachePreparedStatements"])
        .values(SWITCH)
        .default("false"),
    OptionInfo::new("maxAllowedPacket", Other, Integer, elsewhere!("The largest packet in bytes.")).at_least(1024),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::DatabaseType;
    use crate::mysql_options::{KNOWN, SSL_MODES};
    use crate::options::{option_catalogue, option_info};
    use crate::secret_slot::squeeze;

    #[test]
    fn the_catalogue_and_the_grammar_know_the_same() {
        let catalogue = option_catalogue(DatabaseType::Mysql);
        let names: BTreeSet<String> = catalogue
            .iter()
            .flat_map(|info| std::iter::once(&info.name).chain(info.aliases))
            .map(|name| squeeze(name))
            .collect();
        assert_eq!(names, KNOWN.iter().map(|name| (*name).to_owned()).collect());
        let modes: Vec<String> = option_info(DatabaseType::Mysql, "sslMode")
            .unwrap()
            .values
            .iter()
            .map(|mode| squeeze(mode))
            .collect();
        assert_eq!(modes, SSL_MODES);
    }
}
