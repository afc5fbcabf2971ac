//! What a URL asks of a PostgreSQL connection, in libpq's meaning of each option.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use connection_url::{ConnectionUrl, Host, Port};
use zeroize::Zeroizing;

use super::login::{Binding, Credentials};
use super::session::Role;
use crate::failure::{Attempt, Failure};
use crate::net::dial::Endpoint;
use crate::net::files;
use crate::net::identity::{self, Names};
use crate::net::tls::{TlsSettings, Version, Words};
use crate::net::verify::Verification;
use crate::options;

const DEFAULT_PORT: u16 = 5432;

/// libpq's `sslmode` (34.19.1, table 34.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mode {
    /// Only a plain connection.
    Disable,
    /// A plain connection first; an encrypted one if the server turns that down.
    Allow,
    /// An encrypted connection first; a plain one if that cannot be. The default.
    Prefer,
    /// Only an encrypted connection. With a root certificate at hand it verifies like `verify-ca`.
    Require,
    /// Only an encrypted connection to a server whose certificate a trusted authority signed.
    VerifyCa,
    /// That, and the certificate is for the host of the URL.
    VerifyFull,
}

/// What kind of session `target_session_attrs` asks for.
pub(crate) enum SessionAttributes {
    Is(Role),
    /// A standby, or else anything.
    PreferStandby,
}

/// Everything that a connection needs.
pub(crate) struct Settings {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) mode: Mode,
    pub(crate) direct: bool,
    /// `None` where no encrypted connection will be tried.
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) shuffle: bool,
    pub(crate) session: SessionAttributes,
    pub(crate) credentials: Credentials,
}

/// The authentication methods that are allowed, as libpq's `require_auth` counts them.
#[derive(Clone)]
pub(crate) struct Methods {
    pub(crate) names: Vec<String>,
    pub(crate) negated: bool,
}

impl Methods {
    /// Whether a server may ask for this method.
    pub(crate) fn allow(&self, method: &str) -> bool {
        self.names.iter().any(|name| name == method) != self.negated
    }
}

impl Settings {
    pub(crate) async fn read(url: &ConnectionUrl, home: Option<&Path>) -> Attempt<Self> {
        let folder = home
            .map(Path::to_owned)
            .or_else(std::env::home_dir)
            .map(|home| {
                if cfg!(windows) {
                    home.join("AppData/Roaming/postgresql")
                } else {
                    home.join(".postgresql")
                }
            });
        let system_roots = url.option("sslrootcert") == Some("system");
        let mode = match url.option("sslmode") {
            // 34.19.1: `sslrootcert=system` makes verify-full the default and refuses anything weaker.
            None if system_roots => Mode::VerifyFull,
            None | Some("prefer" | "") => Mode::Prefer,
            Some("disable") => Mode::Disable,
            Some("allow") => Mode::Allow,
            Some("require") => Mode::Require,
            Some("verify-ca") => Mode::VerifyCa,
            Some("verify-full") => Mode::VerifyFull,
            Some(other) => {
                return Err(Failure::option(
                    "sslmode",
                    format!("“{other}” is not a mode."),
                    "Use disable, allow, prefer, require, verify-ca or verify-full.",
                ));
            }
        };
        if system_roots && mode != Mode::VerifyFull {
            return Err(Failure::option(
                "sslmode",
                "it is too weak for sslrootcert=system, with which anybody can have a certificate.",
                "Use sslmode=verify-full.",
            ));
        }
        let direct = match url.option("sslnegotiation") {
            None | Some("postgres" | "") => false,
            Some("direct") if mode >= Mode::Require => true,
            Some("direct") => {
                return Err(Failure::option(
                    "sslnegotiation",
                    "direct leaves no way back to a plain connection, which the sslmode allows.",
                    "Use sslmode=require or a stricter one.",
                ));
            }
            Some(other) => {
                return Err(Failure::option(
                    "sslnegotiation",
                    format!("“{other}” is not a way of negotiating."),
                    "Use postgres or direct.",
                ));
            }
        };
        if url.option("gssencmode") == Some("require") {
            return Err(Failure::option(
                "gssencmode",
                "GSSAPI encryption is not supported.",
                "Use gssencmode=prefer or disable, and TLS.",
            ));
        }
        let endpoints = endpoints(url)?;
        let encryptable = endpoints
            .iter()
            .any(|endpoint| matches!(endpoint, Endpoint::Tcp { .. }));
        let tls = if mode == Mode::Disable || !encryptable {
            None
        } else {
            Some(tls(url, mode, direct, folder.as_deref()).await?)
        };
        Ok(Self {
            endpoints,
            mode,
            direct,
            tls,
            connect_timeout: url
                .option("connect_timeout")
                .map(|value| options::duration("connect_timeout", value, Duration::from_secs(1)))
                .transpose()?
                .flatten(),
            shuffle: match url.option("load_balance_hosts") {
                None | Some("disable" | "") => false,
                Some("random") => true,
                Some(other) => {
                    return Err(Failure::option(
                        "load_balance_hosts",
                        format!("“{other}” is not a way of balancing."),
                        "Use disable or random.",
                    ));
                }
            },
            session: session_attributes(url)?,
            credentials: credentials(url)?,
        })
    }
}

fn credentials(url: &ConnectionUrl) -> Attempt<Credentials> {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let user = match given(url.user()) {
        Some(user) => user,
        // As libpq: the name of the account that runs the program.
        None => whoami::username().map_err(|_| {
            Failure::option(
                "user",
                "the URL names none, and the system does not say whose account this is.",
                "Add a user to the URL.",
            )
        })?,
    };
    Ok(Credentials {
        user,
        // To libpq an empty password is none.
        password: given(url.password()).map(Zeroizing::new),
        database: given(url.database()),
        application_name: url
            .option("application_name")
            .or_else(|| url.option("fallback_application_name"))
            .unwrap_or("tapedeck")
            .to_owned(),
        options: url.option("options").map(str::to_owned),
        binding: match url.option("channel_binding") {
            None | Some("prefer" | "") => Binding::Prefer,
            Some("disable") => Binding::Disable,
            Some("require") => Binding::Require,
            Some(other) => {
                return Err(Failure::option(
                    "channel_binding",
                    format!("“{other}” is not a setting."),
                    "Use disable, prefer or require.",
                ));
            }
        },
        methods: methods(url)?,
    })
}

fn session_attributes(url: &ConnectionUrl) -> Attempt<SessionAttributes> {
    Ok(SessionAttributes::Is(
        match url.option("target_session_attrs") {
            None | Some("any" | "") => Role::Any,
            Some("read-write") => Role::ReadWrite,
            Some("read-only") => Role::ReadOnly,
            Some("primary") => Role::Primary,
            Some("standby") => Role::Standby,
            Some("prefer-standby") => return Ok(SessionAttributes::PreferStandby),
            Some(other) => {
                return Err(Failure::option(
                    "target_session_attrs",
                    format!("“{other}” is not a kind of session."),
                    "Use any, read-write, read-only, primary, standby or prefer-standby.",
                ));
            }
        },
    ))
}

fn methods(url: &ConnectionUrl) -> Attempt<Option<Methods>> {
    let Some(text) = url.option("require_auth").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    const KNOWN: [&str; 7] = [
        "password",
        "md5",
        "gss",
        "sspi",
        "scram-sha-256",
        "none",
        "oauth",
    ];
    let negated = text.starts_with('!');
    let mut names = Vec::new();
    for item in text.split(',').map(str::trim) {
        let name = item.strip_prefix('!').unwrap_or(item);
        if item.starts_with('!') != negated || !KNOWN.contains(&name) {
            return Err(Failure::option(
                "require_auth",
                format!("“{item}” does not fit there."),
                "List methods (password, md5, scram-sha-256, none), all or none of them with an exclamation mark.",
            ));
        }
        names.push(name.to_owned());
    }
    Ok(Some(Methods { names, negated }))
}

/// The hosts in libpq's meaning (34.1.2: `host`, `hostaddr`, `port`).
fn endpoints(url: &ConnectionUrl) -> Attempt<Vec<Endpoint>> {
    let mut addresses = Vec::new();
    if let Some(text) = url.option("hostaddr").filter(|text| !text.is_empty()) {
        for item in text.split(',') {
            addresses.push(match item.trim() {
                "" => None,
                item => Some(item.parse::<IpAddr>().map_err(|_| {
                    Failure::option(
                        "hostaddr",
                        format!("“{item}” is not an IP address."),
                        "Write an address there, and the name in host.",
                    )
                })?),
            });
        }
    }
    let hosts = url.hosts();
    if hosts.is_empty() {
        let port = port(url.option("port").unwrap_or_default())?;
        return if addresses.is_empty() {
            Ok(vec![default_endpoint(port)])
        } else {
            Ok(addresses
                .into_iter()
                .map(|address| Endpoint::Tcp {
                    host: String::new(),
                    port,
                    address,
                })
                .collect())
        };
    }
    if !addresses.is_empty() && addresses.len() != hosts.len() {
        return Err(Failure::option(
            "hostaddr",
            format!(
                "it names {} addresses for {} hosts.",
                addresses.len(),
                hosts.len()
            ),
            "Give one address for each host, or remove hostaddr.",
        ));
    }
    let mut endpoints = Vec::new();
    for (index, host) in hosts.iter().enumerate() {
        let port = match host.port() {
            Port::None => DEFAULT_PORT,
            Port::Number(number) => *number,
            Port::Text(text) => port(text)?,
        };
        let address = addresses.get(index).copied().flatten();
        endpoints.push(match (host, address) {
            (Host::Tcp { host, .. }, Some(_)) => Endpoint::Tcp {
                host: host.clone(),
                port,
                address,
            },
            (Host::Socket { .. }, Some(_)) => Endpoint::Tcp {
                host: String::new(),
                port,
                address,
            },
            (Host::Tcp { host, .. }, None) if host.is_empty() => default_endpoint(port),
            (Host::Tcp { host, .. }, None) => Endpoint::tcp(host, port),
            (Host::Socket { path, .. }, None) => socket(Path::new(path), port),
        });
    }
    Ok(endpoints)
}

fn port(text: &str) -> Attempt<u16> {
    match text.trim() {
        "" => Ok(DEFAULT_PORT),
        text => text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
            Failure::option(
                "port",
                format!("“{text}” is not a port."),
                "Use a number from 1 to 65535.",
            )
        }),
    }
}

/// Where libpq connects without a host: the socket in the folder that it was built with, or localhost where there are
/// no sockets. Distributions build it with one of these two.
fn default_endpoint(port: u16) -> Endpoint {
    if !cfg!(unix) {
        return Endpoint::tcp("localhost", port);
    }
    let debian = socket(Path::new("/var/run/postgresql"), port);
    match &debian {
        Endpoint::Unix { path } if path.exists() => debian,
        _ => socket(Path::new("/tmp"), port),
    }
}

fn socket(folder: &Path, port: u16) -> Endpoint {
    Endpoint::Unix {
        path: folder.join(format!(".s.PGSQL.{port}")),
    }
}

async fn tls(
    url: &ConnectionUrl,
    mode: Mode,
    direct: bool,
    folder: Option<&Path>,
) -> Attempt<TlsSettings> {
    let default = |name: &str| folder.map(|folder| folder.join(name));
    let given = |name: &str| {
        url.option(name)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    let mut settings = TlsSettings::new(
        match mode {
            Mode::VerifyFull => Verification::ChainAndName,
            Mode::VerifyCa => Verification::Chain,
            _ => Verification::None,
        },
        Words {
            authority: "sslrootcert=…",
            without_name: "sslmode=verify-ca",
            certificate: "sslcert",
        },
    );
    if url.option("sslrootcert") == Some("system") {
        settings.roots = files::system_roots("sslrootcert").await?;
    } else {
        let path = given("sslrootcert").or_else(|| default("root.crt"));
        match path.filter(|path| path.exists()) {
            Some(path) => {
                settings.roots = files::certificates("sslrootcert", &path).await?;
                // 34.19.1: with a root certificate at hand, the weaker modes verify the chain as well.
                if settings.verification == Verification::None {
                    settings.verification = Verification::Chain;
                }
                let list = given("sslcrl").or_else(|| default("root.crl"));
                if let Some(list) = list.filter(|list| list.exists()) {
                    settings.revocations = files::revocations("sslcrl", &list).await?;
                }
            }
            None if mode >= Mode::VerifyCa => {
                return Err(Failure::option(
                    "sslmode",
                    "it verifies the server's certificate, and there is no root certificate to verify it with.",
                    "Name the file of the authority with sslrootcert=…, use sslrootcert=system for a certificate \
                     of a public authority, or put it at ~/.postgresql/root.crt.",
                ));
            }
            None => {}
        }
    }
    settings.identity = identity(url, given("sslcert"), given("sslkey"), &default).await?;
    settings.versions = versions(url)?;
    settings.server_name_indication = url.option("sslsni") != Some("0");
    settings.application_protocol = direct.then_some(b"postgresql");
    Ok(settings)
}

/// The client's certificate (34.19.2): the files named, or the two in the person's folder if both are there.
async fn identity(
    url: &ConnectionUrl,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    default: &impl Fn(&str) -> Option<PathBuf>,
) -> Attempt<Option<identity::Identity>> {
    match url.option("sslcertmode") {
        None | Some("allow" | "require" | "") => {}
        Some("disable") => return Ok(None),
        Some(other) => {
            return Err(Failure::option(
                "sslcertmode",
                format!("“{other}” is not a setting."),
                "Use disable, allow or require.",
            ));
        }
    }
    let named = certificate.is_some();
    let Some(certificate) = certificate
        .or_else(|| default("postgresql.crt"))
        .filter(|path| named || path.exists())
    else {
        return Ok(None);
    };
    let Some(key) = key.or_else(|| default("postgresql.key")) else {
        return Ok(None);
    };
    let names = Names {
        certificate: "sslcert",
        key: "sslkey",
        password: "sslpassword",
    };
    #[cfg(unix)]
    refuse_open_key(&key)?;
    let password = url
        .option("sslpassword")
        .map(|text| Zeroizing::new(text.to_owned()));
    identity::load(
        &names,
        &certificate,
        &key,
        password.as_ref().map(|text| text.as_str()),
    )
    .await
    .map(Some)
}

/// libpq refuses a key that others can read: 0600, or 0640 where root owns it.
#[cfg(unix)]
fn refuse_open_key(key: &Path) -> Attempt<()> {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = std::fs::metadata(key) else {
        // Reading it will say what is wrong.
        return Ok(());
    };
    let forbidden = if metadata.uid() == 0 { 0o027 } else { 0o077 };
    if metadata.mode() & forbidden == 0 {
        return Ok(());
    }
    Err(Failure::option(
        "sslkey",
        format!("others can read the key {}.", key.display()),
        "Restrict it: chmod 0600.",
    ))
}

fn versions(url: &ConnectionUrl) -> Attempt<Vec<Version>> {
    let bound = |name: &str, otherwise: Version| -> Attempt<Option<Version>> {
        match url.option(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("") => Ok(Some(otherwise)),
            // Older than anything that is spoken here.
            Some("tlsv1" | "tlsv1.1") => Ok(None),
            Some("tlsv1.2") => Ok(Some(Version::Tls12)),
            Some("tlsv1.3") => Ok(Some(Version::Tls13)),
            Some(other) => Err(Failure::option(
                name,
                format!("“{other}” is not a version of TLS."),
                "Use TLSv1.2 or TLSv1.3.",
            )),
        }
    };
    let least = bound("ssl_min_protocol_version", Version::Tls12)?.unwrap_or(Version::Tls12);
    let most = bound("ssl_max_protocol_version", Version::Tls13)?;
    let versions: Vec<_> = [Version::Tls12, Version::Tls13]
        .into_iter()
        .filter(|version| *version >= least && most.is_some_and(|most| *version <= most))
        .collect();
    if versions.is_empty() {
        return Err(Failure::option(
            "ssl_max_protocol_version",
            "it leaves no version of TLS that is spoken here.",
            "Allow TLSv1.2 or TLSv1.3.",
        ));
    }
    Ok(versions)
}
