//! What a URL asks of a MongoDB connection, in the meaning of the drivers' specifications.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use connection_url::{ConnectionUrl, Host, Port};
use zeroize::Zeroizing;

use super::concern::Concerns;
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::dial::{Endpoint, shuffled};
use crate::net::identity::{self, Names};
use crate::net::tls::{TlsSettings, Words};
use crate::net::verify::Verification;
use crate::net::{files, resolve};
use crate::options;
use crate::stage::Stage;

const DEFAULT_PORT: u16 = 27017;

/// The database where the URL names none, as in drivers.
pub(crate) const DEFAULT_DATABASE: &str = "test";

/// How the client shows who it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mechanism {
    /// The server says which of the two SCRAMs the user has.
    Negotiated,
    ScramSha1,
    ScramSha256,
    /// By the certificate of the TLS connection.
    X509,
    /// LDAP, the password as it is.
    Plain,
}

/// Who logs in. No `Debug`: it holds the password.
pub(crate) struct Credential {
    pub(crate) mechanism: Mechanism,
    /// The database that holds the user.
    pub(crate) source: String,
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
}

/// Which members of a replica set will do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReadPreference {
    Primary,
    PrimaryPreferred,
    Secondary,
    SecondaryPreferred,
    Nearest,
}

impl ReadPreference {
    /// Its name in URLs and commands.
    pub(crate) const fn mode(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::PrimaryPreferred => "primaryPreferred",
            Self::Secondary => "secondary",
            Self::SecondaryPreferred => "secondaryPreferred",
            Self::Nearest => "nearest",
        }
    }
}

/// Everything that a connection needs.
pub(crate) struct Settings {
    pub(crate) seeds: Vec<Endpoint>,
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) credential: Option<Credential>,
    pub(crate) database: Option<String>,
    pub(crate) replica_set: Option<String>,
    pub(crate) direct: bool,
    pub(crate) load_balanced: bool,
    pub(crate) read_preference: ReadPreference,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) selection_timeout: Option<Duration>,
    pub(crate) application: Option<String>,
    pub(crate) dns_server: Option<SocketAddr>,
    pub(crate) concerns: Concerns,
}

/// What an SRV name's TXT record may add.
#[derive(Default)]
struct Texts {
    auth_source: Option<String>,
    replica_set: Option<String>,
    load_balanced: Option<bool>,
}

fn boolean(url: &ConnectionUrl, name: &str) -> Attempt<Option<bool>> {
    url.option(name)
        .map(|value| match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => options::boolean(name, value),
        })
        .transpose()
}

fn milliseconds(url: &ConnectionUrl, name: &str) -> Attempt<Option<Duration>> {
    url.option(name)
        .map(|value| options::duration(name, value, Duration::from_millis(1)))
        .transpose()
        .map(Option::flatten)
}

impl Settings {
    pub(crate) async fn read(
        url: &ConnectionUrl,
        dns_server: Option<SocketAddr>,
        limit: Duration,
    ) -> Attempt<Self> {
        let srv = url.scheme() == Some("mongodb+srv");
        // Everything that can be wrong with the URL itself comes before the first question to a name server.
        let tls = tls(url, srv).await?;
        let direct = boolean(url, "directConnection")?.unwrap_or(false);
        let (seeds, texts) = if srv {
            discover(url, dns_server, limit).await?
        } else {
            (endpoints(url)?, Texts::default())
        };
        let load_balanced = match boolean(url, "loadBalanced")? {
            Some(given) => given,
            None => texts.load_balanced.unwrap_or(false),
        };
        let replica_set = url
            .option("replicaSet")
            .map(str::to_owned)
            .or(texts.replica_set);
        if direct && (srv || seeds.len() > 1) {
            return Err(Failure::option(
                "directConnection",
                "it means one server, and the URL names several.",
                "Remove directConnection, or all hosts but one.",
            ));
        }
        if load_balanced && (seeds.len() > 1 || replica_set.is_some() || direct) {
            return Err(Failure::option(
                "loadBalanced",
                "it means one load balancer, and the URL names several hosts, a replica set or a direct connection.",
                "Remove loadBalanced, or the options that contradict it.",
            ));
        }
        Ok(Self {
            credential: credential(url, texts.auth_source)?,
            database: url
                .database()
                .filter(|database| !database.is_empty())
                .map(str::to_owned),
            read_preference: read_preference(url)?,
            // The specification's default; zero means none.
            connect_timeout: match url.option("connectTimeoutMS") {
                None => Some(Duration::from_secs(10)),
                Some(_) => milliseconds(url, "connectTimeoutMS")?,
            },
            selection_timeout: milliseconds(url, "serverSelectionTimeoutMS")?,
            application: url.option("appName").map(str::to_owned),
            seeds,
            tls,
            replica_set,
            direct,
            load_balanced,
            dns_server,
            concerns: Concerns::of(url),
        })
    }
}

fn endpoints(url: &ConnectionUrl) -> Attempt<Vec<Endpoint>> {
    url.hosts()
        .iter()
        .map(|host| match host {
            Host::Socket { path, .. } => Ok(Endpoint::Unix { path: path.into() }),
            Host::Tcp { host, port } => match port {
                Port::None => Ok(Endpoint::tcp(host, DEFAULT_PORT)),
                Port::Number(number) => Ok(Endpoint::tcp(host, *number)),
                Port::Text(text) => Err(Failure::option(
                    "port",
                    format!("“{text}” is not a port."),
                    "Use a number from 1 to 65535.",
                )),
            },
        })
        .collect()
}

/// The seeds behind an SRV name (“Initial DNS Seedlist Discovery”).
async fn discover(
    url: &ConnectionUrl,
    dns_server: Option<SocketAddr>,
    limit: Duration,
) -> Attempt<(Vec<Endpoint>, Texts)> {
    let failure = |message: String| {
        Failure::new(code::RESOLVE_FAILED, message)
            .remedy("Whoever runs the cluster has to correct its DNS records.")
            .at(Stage::Resolve)
    };
    let name = match url.hosts() {
        [
            Host::Tcp {
                host,
                port: Port::None,
            },
        ] => host.trim_end_matches('.').to_ascii_lowercase(),
        _ => {
            return Err(Failure::option(
                "host",
                "mongodb+srv takes one name without a port.",
                "Remove the port and the other hosts, or use mongodb://.",
            ));
        }
    };
    let service = url.option("srvServiceName").unwrap_or("mongodb");
    let records = resolve::records(&name, service, dns_server, limit)
        .await
        .map_err(|failure| failure.at(Stage::Resolve))?;
    let mut seeds = Vec::new();
    for (host, port) in records.hosts {
        if !belongs(&host, &name) {
            return Err(failure(format!(
                "The SRV record of {name} names {host}, which is in another domain: it could be anybody's."
            )));
        }
        seeds.push(Endpoint::tcp(host, port));
    }
    let most = url.option("srvMaxHosts").and_then(|most| most.parse().ok());
    if let Some(most @ 1..) = most
        && most < seeds.len()
    {
        shuffled(&mut seeds);
        seeds.truncate(most);
    }
    let mut texts = Texts::default();
    match records.texts.as_slice() {
        [] => {}
        [text] => {
            for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                match key.to_ascii_lowercase().as_str() {
                    "authsource" => texts.auth_source = Some(value.to_owned()),
                    "replicaset" => texts.replica_set = Some(value.to_owned()),
                    "loadbalanced" => texts.load_balanced = Some(value == "true"),
                    _ => {
                        return Err(failure(format!(
                            "The TXT record of {name} holds the option {key}, which it may not."
                        )));
                    }
                }
            }
        }
        _ => return Err(failure(format!("{name} has more than one TXT record."))),
    }
    Ok((seeds, texts))
}

/// Whether a target is in the domain of the SRV name; a name of fewer than three labels counts as the domain itself.
fn belongs(target: &str, name: &str) -> bool {
    let domain = match name.split_once('.') {
        Some((_, domain)) if domain.contains('.') => domain,
        _ => name,
    };
    target
        .strip_suffix(domain)
        .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
}

fn read_preference(url: &ConnectionUrl) -> Attempt<ReadPreference> {
    Ok(match url.option("readPreference") {
        None | Some("primary") => ReadPreference::Primary,
        Some("primaryPreferred") => ReadPreference::PrimaryPreferred,
        Some("secondary") => ReadPreference::Secondary,
        Some("secondaryPreferred") => ReadPreference::SecondaryPreferred,
        Some("nearest") => ReadPreference::Nearest,
        Some(other) => {
            return Err(Failure::option(
                "readPreference",
                format!("“{other}” is not a mode."),
                "Use primary, primaryPreferred, secondary, secondaryPreferred or nearest.",
            ));
        }
    })
}

fn credential(url: &ConnectionUrl, text_source: Option<String>) -> Attempt<Option<Credential>> {
    let mechanism = match url
        .option("authMechanism")
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
        None | Some("" | "DEFAULT") => Mechanism::Negotiated,
        Some("SCRAM-SHA-1") => Mechanism::ScramSha1,
        Some("SCRAM-SHA-256") => Mechanism::ScramSha256,
        Some("MONGODB-X509") => Mechanism::X509,
        Some("PLAIN") => Mechanism::Plain,
        Some(known @ ("MONGODB-AWS" | "MONGODB-OIDC" | "GSSAPI" | "MONGODB-CR")) => {
            return Err(Failure::new(
                code::AUTH_METHOD_UNSUPPORTED,
                format!("The mechanism {known} is not supported."),
            )
            .remedy("Use SCRAM-SHA-256, MONGODB-X509 or PLAIN.")
            .at(Stage::Auth));
        }
        Some(other) => {
            return Err(Failure::option(
                "authMechanism",
                format!("“{other}” is not a mechanism."),
                "Use SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509 or PLAIN, or remove it.",
            ));
        }
    };
    let user = url.user().unwrap_or_default();
    if user.is_empty() && mechanism == Mechanism::Negotiated {
        return Ok(None);
    }
    if user.is_empty() && mechanism != Mechanism::X509 {
        return Err(Failure::option(
            "authMechanism",
            "it needs a user, and the URL has none.",
            "Add the user to the URL.",
        ));
    }
    let given = url.option("authSource").map(str::to_owned).or(text_source);
    let database = url.database().filter(|database| !database.is_empty());
    let source = match mechanism {
        Mechanism::X509 => "$external".to_owned(),
        Mechanism::Plain => given.unwrap_or_else(|| database.unwrap_or("$external").to_owned()),
        _ => given.unwrap_or_else(|| database.unwrap_or("admin").to_owned()),
    };
    Ok(Some(Credential {
        mechanism,
        source,
        user: user.to_owned(),
        password: Zeroizing::new(url.password().unwrap_or_default().to_owned()),
    }))
}

/// “URI Options”: `tls` (`ssl`), `tlsCAFile`, `tlsCertificateKeyFile`, `tlsInsecure`, `tlsAllowInvalid…`.
async fn tls(url: &ConnectionUrl, srv: bool) -> Attempt<Option<TlsSettings>> {
    let (tls, ssl) = (boolean(url, "tls")?, boolean(url, "ssl")?);
    if let (Some(tls), Some(ssl)) = (tls, ssl)
        && tls != ssl
    {
        return Err(Failure::option(
            "ssl",
            "it contradicts tls, of which it is the old name.",
            "Remove ssl from the URL.",
        ));
    }
    let insecure = boolean(url, "tlsInsecure")?;
    let any_certificate = boolean(url, "tlsAllowInvalidCertificates")?;
    let any_name = boolean(url, "tlsAllowInvalidHostnames")?;
    if insecure.is_some() && (any_certificate.is_some() || any_name.is_some()) {
        return Err(Failure::option(
            "tlsInsecure",
            "it stands for tlsAllowInvalidCertificates and tlsAllowInvalidHostnames, and cannot stand beside them.",
            "Remove tlsInsecure, or the other two.",
        ));
    }
    let authority = url.option("tlsCAFile").filter(|path| !path.is_empty());
    let certificate = url
        .option("tlsCertificateKeyFile")
        .filter(|path| !path.is_empty());
    // An SRV name implies TLS, and so does every option that is about it, as in mongosh.
    let implied = srv
        || authority.is_some()
        || certificate.is_some()
        || insecure.or(any_certificate).or(any_name).is_some();
    if !tls.or(ssl).unwrap_or(implied) {
        return Ok(None);
    }
    let insecure = insecure.unwrap_or(false);
    let verification = if insecure || any_certificate.unwrap_or(false) {
        Verification::None
    } else if any_name.unwrap_or(false) {
        Verification::Chain
    } else {
        Verification::ChainAndName
    };
    let mut settings = TlsSettings::new(verification, words());
    match authority {
        Some(path) => settings.roots = files::certificates("tlsCAFile", Path::new(path)).await?,
        None if verification == Verification::None => {}
        None => settings.roots = files::system_roots("tlsCAFile").await?,
    }
    if let Some(path) = url.option("tlsCRLFile").filter(|path| !path.is_empty()) {
        settings.revocations = files::revocations("tlsCRLFile", Path::new(path)).await?;
    }
    if let Some(path) = certificate {
        let names = Names {
            certificate: "tlsCertificateKeyFile",
            key: "tlsCertificateKeyFile",
            password: "tlsCertificateKeyFilePassword",
        };
        settings.identity = Some(
            identity::load(
                &names,
                Path::new(path),
                Path::new(path),
                url.option("tlsCertificateKeyFilePassword"),
            )
            .await?,
        );
    }
    Ok(Some(settings))
}

pub(crate) const fn words() -> Words {
    Words {
        authority: "tlsCAFile=…",
        without_name: "tlsAllowInvalidHostnames=true",
        certificate: "tlsCertificateKeyFile",
    }
}

#[cfg(test)]
mod tests {
    use super::belongs;

    #[test]
    fn srv_targets_stay_in_the_domain() {
        assert!(belongs("a.example.com", "cluster.example.com"));
        assert!(!belongs("a.evil.com", "cluster.example.com"));
        assert!(!belongs("aexample.com", "cluster.example.com"));
        assert!(!belongs("example.com", "cluster.example.com"));
        assert!(belongs("a.cluster.local", "cluster.local"));
        assert!(!belongs("cluster.local", "cluster.local"));
    }
}
