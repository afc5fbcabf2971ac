//! The options of MongoDB's connection strings,
//! <https://github.com/mongodb/specifications/blob/master/source/uri-options/uri-options.md>.

use super::OptionGroup::{Auth, Other, Pool, Servers, Timeouts, Tls};
use super::OptionInfo;
use super::OptionKind::{
    Boolean, Choice, File, Integer, List, Milliseconds, Seconds, Secret, Text,
};

const SWITCH: &[&str] = &["false", "true"];

/// In the order of a form: what most people set stands first in its group.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo::new("tls", Tls, Boolean, "Whether the connection is encrypted. With mongodb+srv it is unless you turn it off.")
        .aliases(&["ssl"])
        .values(SWITCH),
    OptionInfo::new("tlsCAFile", Tls, File, "File with the certificates of the authorities to trust, in place of the system's."),
    OptionInfo::new("tlsCertificateKeyFile", Tls, File, "File with the client's certificate and its private key."),
    OptionInfo::new(
        "tlsCertificateKeyFilePassword",
        Tls,
        Secret,
        "The password under which the private key is encrypted.",
    ),
    OptionInfo::new(
        "tlsAllowInvalidHostnames",
        Tls,
        Boolean,
        "Whether any name is accepted in the server's certificate. It lets anybody with a certificate pose as the server.",
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new(
        "tlsAllowInvalidCertificates",
        Tls,
        Boolean,
        "Whether any certificate is accepted. It lets anybody pose as the server.",
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new("tlsInsecure", Tls, Boolean, "Whether nothing of the server's certificate is checked.")
        .values(SWITCH)
        .default("false"),
    OptionInfo::new(
        "tlsDisableCertificateRevocationCheck",
        Tls,
        Boolean,
        "Whether it is not asked if the server's certificate was revoked.",
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new(
        "tlsDisableOCSPEndpointCheck",
        Tls,
        Boolean,
        "Whether the authority is not asked about the certificate when the server sends no proof of its own.",
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new(
        "authSource",
        Auth,
        Text,
        "The database that holds the user, or $external. Without it that is the database of the URL, then admin.",
    )
    .default("admin"),
    OptionInfo::new(
        "authMechanism",
        Auth,
        Choice,
        "How to sign in. Without it the server and the client agree on the strongest SCRAM.",
    )
    .values(&[
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "MONGODB-X509",
        "MONGODB-AWS",
        "GSSAPI",
        "PLAIN",
        "MONGODB-OIDC",
        "MONGODB-CR",
    ]),
    OptionInfo::new(
        "authMechanismProperties",
        Auth,
        Text,
        "What the mechanism needs beside a user and a password: key:value pairs separated by commas.",
    ),
    OptionInfo::new("replicaSet", Servers, Text, "The name of the replica set that the hosts must belong to."),
    OptionInfo::new("readPreference", Servers, Choice, "Which members of a replica set are read from.")
        .values(&["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"])
        .default("primary"),
    OptionInfo::new(
        "readPreferenceTags",
        Servers,
        Text,
        "The tags of the members to read from: key:value pairs separated by commas. It may come more than once, in order \
         of preference.",
    ),
    OptionInfo::new(
        "maxStalenessSeconds",
        Servers,
        Seconds,
        "How far behind a member may be that is read from: at least 90, or -1 for any.",
    )
    .default("-1")
    .at_least(-1),
    OptionInfo::new(
        "directConnection",
        Servers,
        Boolean,
        "Whether only the one host named is used, without looking for the rest of its replica set.",
    )
    .values(SWITCH)
    .default("false"),
    OptionInfo::new("loadBalanced", Servers, Boolean, "Whether the host is a load balancer.")
        .values(SWITCH)
        .default("false"),
    OptionInfo::new(
        "localThresholdMS",
        Servers,
        Milliseconds,
        "By how much slower than the nearest a member may be and still be used.",
    )
    .default("15")
    .at_least(0),
    OptionInfo::new("srvServiceName", Servers, Text, "The service that is looked up in DNS with mongodb+srv.")
        .default("mongodb"),
    OptionInfo::new("srvMaxHosts", Servers, Integer, "How many of the hosts found in DNS are used. 0 uses all.")
        .default("0")
        .at_least(0),
    OptionInfo::new(
        "serverMonitoringMode",
        Servers,
        Choice,
        "Whether servers tell of changes themselves or are asked; auto asks where the client runs as a cloud function.",
    )
    .values(&["auto", "stream", "poll"])
    .default("auto"),
    OptionInfo::new("heartbeatFrequencyMS", Servers, Milliseconds, "How often each server's state is looked at.")
        .default("10000")
        .at_least(500),
    OptionInfo::new("maxPoolSize", Pool, Integer, "How many connections to each server there may be. 0 sets no limit.")
        .default("100")
        .at_least(0),
    OptionInfo::new("minPoolSize", Pool, Integer, "How many connections to each server are kept open.")
        .default("0")
        .at_least(0),
    OptionInfo::new(
        "maxIdleTimeMS",
        Pool,
        Milliseconds,
        "How long a connection may lie unused before it is closed. 0 sets no limit.",
    )
    .default("0")
    .at_least(0),
    OptionInfo::new("maxConnecting", Pool, Integer, "How many connections to each server may be opened at the same time.")
        .default("2")
        .at_least(1),
    OptionInfo::new("waitQueueTimeoutMS", Pool, Milliseconds, "How long to wait for a free connection. 0 sets no limit.")
        .default("0")
        .at_least(0)
        .deprecated("Use timeoutMS."),
    OptionInfo::new(
        "timeoutMS",
        Timeouts,
        Milliseconds,
        "How long a whole operation may take, its retries included. 0 sets no limit.",
    )
    .at_least(0),
    OptionInfo::new("connectTimeoutMS", Timeouts, Milliseconds, "How long to wait for each server. 0 sets no limit.")
        .default("10000")
        .at_least(0),
    OptionInfo::new(
        "serverSelectionTimeoutMS",
        Timeouts,
        Milliseconds,
        "How long to look for a server that fits before an operation fails.",
    )
    .default("30000")
    .at_least(0),
    OptionInfo::new("socketTimeoutMS", Timeouts, Milliseconds, "How long to wait for an answer. 0 sets no limit.")
        .default("0")
        .at_least(0)
        .deprecated("Use timeoutMS."),
    OptionInfo::new("wtimeoutMS", Timeouts, Milliseconds, "How long to wait until the members asked for have a write.")
        .aliases(&["wtimeout"])
        .at_least(0)
        .deprecated("Use timeoutMS."),
    OptionInfo::new(
        "serverSelectionTryOnce",
        Timeouts,
        Boolean,
        "Whether servers are looked at once only before an operation fails. It is for clients of a single thread.",
    )
    .values(SWITCH),
    OptionInfo::new("appName", Other, Text, "The name by which the server's logs and profiles show this client."),
    OptionInfo::new("retryWrites", Other, Boolean, "Whether a write that a fault of the network ended is sent once more.")
        .values(SWITCH)
        .default("true"),
    OptionInfo::new("retryReads", Other, Boolean, "Whether a read that a fault of the network ended is sent once more.")
        .values(SWITCH)
        .default("true"),
    OptionInfo::new(
        "w",
        Other,
        Text,
        "How many members must have a write before it counts: a number, majority, or the name of a set of tags.",
    ),
    OptionInfo::new("journal", Other, Boolean, "Whether a write counts only when it is in the journal.")
        .aliases(&["j"])
        .values(SWITCH),
    OptionInfo::new(
        "readConcernLevel",
        Other,
        Text,
        "How sure a read must be: local, available, majority, linearizable or snapshot.",
    ),
    OptionInfo::new("compressors", Other, List, "The algorithms of compression that are offered, best first.")
        .values(&["zstd", "zlib", "snappy"]),
    OptionInfo::new("zlibCompressionLevel", Other, Integer, "How hard zlib compresses: 0 not at all, 9 the most, -1 as usual.")
        .default("-1")
        .at_least(-1)
        .at_most(9),
    OptionInfo::new("uuidRepresentation", Other, Choice, "How UUIDs are written; the old ways differ by language.")
        .values(&["standard", "csharpLegacy", "javaLegacy", "pythonLegacy", "unspecified"])
        .default("unspecified"),
    OptionInfo::new("proxyHost", Other, Text, "The SOCKS5 proxy to go through."),
    OptionInfo::new("proxyPort", Other, Integer, "The port of the proxy.")
        .default("1080")
        .at_least(0)
        .at_most(65535),
    OptionInfo::new("proxyUsername", Other, Text, "The user name at the proxy."),
    OptionInfo::new("proxyPassword", Other, Secret, "The password at the proxy."),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::DatabaseType;
    use crate::mongodb_names::{Kind, MORE, OPTIONS, RENAMED};
    use crate::options::{OptionInfo, OptionKind, option_catalogue, option_info};

    fn sorted(values: &[&'static str]) -> BTreeSet<&'static str> {
        values.iter().copied().collect()
    }

    #[test]
    fn the_catalogue_and_the_grammar_know_the_same() {
        let known: BTreeMap<String, &OptionInfo> = option_catalogue(DatabaseType::Mongodb)
            .iter()
            .flat_map(|info| {
                std::iter::once(&info.name)
                    .chain(info.aliases)
                    .map(move |name| (name.to_ascii_lowercase(), info))
            })
            .collect();
        let names: BTreeSet<&str> = known.keys().map(String::as_str).collect();
        let grammar: BTreeSet<String> = OPTIONS
            .iter()
            .chain(&MORE)
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        assert!(names.iter().eq(&grammar));
        for (name, kind) in OPTIONS.iter().chain(&MORE) {
            let info = known[&name.to_ascii_lowercase()];
            let number = matches!(
                info.kind,
                OptionKind::Integer | OptionKind::Seconds | OptionKind::Milliseconds
            );
            match kind {
                Kind::Text | Kind::WriteConcern | Kind::Tags | Kind::Properties => assert!(
                    matches!(
                        info.kind,
                        OptionKind::Text | OptionKind::File | OptionKind::Secret
                    ),
                    "{name}"
                ),
                Kind::Boolean => assert_eq!(info.kind, OptionKind::Boolean, "{name}"),
                Kind::Integer(least) => {
                    assert!(number, "{name}");
                    assert_eq!(info.minimum, Some(i64::from(*least)), "{name}");
                }
                Kind::Staleness => assert!(number && info.minimum == Some(-1), "{name}"),
                Kind::CompressionLevel => {
                    assert_eq!((info.minimum, info.maximum), (Some(-1), Some(9)), "{name}");
                }
                Kind::OneOf(values) => {
                    assert_eq!(info.kind, OptionKind::Choice, "{name}");
                    assert_eq!(sorted(info.values), sorted(values), "{name}");
                }
                Kind::ListOf(values) => {
                    assert_eq!(info.kind, OptionKind::List, "{name}");
                    assert_eq!(sorted(info.values), sorted(values), "{name}");
                }
            }
        }
        for (old, new) in RENAMED {
            let info = option_info(DatabaseType::Mongodb, old).unwrap();
            assert_eq!(info.name, new);
        }
    }
}
