//! What a URL asks of a MySQL connection, in the `mysql` client's meaning of each option.

use std::path::Path;
use std::time::Duration;

use connection_url::{ConnectionUrl, Host, Port};
use zeroize::Zeroizing;

use crate::failure::{Attempt, Failure};
use crate::net::dial::Endpoint;
use crate::net::files;
use crate::net::identity::{self, Names};
use crate::net::tls::{TlsSettings, Version, Words};
use crate::net::verify::Verification;
use crate::options;

const DEFAULT_PORT: u16 = 3306;

/// The client's `--ssl-mode`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mode {
    /// Only a plain connection.
    Disabled,
    /// An encrypted connection if the server offers it, otherwise a plain one. The default. A handshake that fails is
    /// a failure: the client does not fall back then.
    Preferred,
    /// Only an encrypted connection.
    Required,
    /// That, to a server whose certificate the authority in `ssl-ca` signed.
    VerifyCa,
    /// That, and the certificate is for the host of the URL.
    VerifyIdentity,
}

/// Everything that a connection needs. No `Debug`: it holds the password.
pub(crate) struct Settings {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) mode: Mode,
    pub(crate) tls: TlsSettings,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
    pub(crate) database: Option<String>,
    /// Whether the password may be sent as it is to a server that asks for that.
    pub(crate) cleartext: bool,
    /// Whether a server may be asked for the key that its password is encrypted with.
    pub(crate) fetch_public_key: bool,
}

/// The last option whose name is one of these, whatever its case and with `-` and `_` left out: `ssl-mode`, `ssl_mode`
/// and `sslMode` are the same option in different clients.
fn option<'a>(url: &'a ConnectionUrl, names: &[&str]) -> Option<(&'a str, &'a str)> {
    url.options().iter().rev().find_map(|option| {
        let plain: String = option
            .name
            .chars()
            .filter(|letter| !matches!(letter, '-' | '_'))
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        names
            .contains(&plain.as_str())
            .then_some((&*option.name, option.value.as_str()))
    })
}

fn boolean(url: &ConnectionUrl, names: &[&str]) -> Attempt<Option<bool>> {
    option(url, names)
        .map(|(name, value)| options::boolean(name, value))
        .transpose()
}

impl Settings {
    pub(crate) async fn read(url: &ConnectionUrl) -> Attempt<Self> {
        let (mode, roots) = mode(url)?;
        let tls = tls(url, mode, roots).await?;
        for (what, text) in [("user", url.user()), ("database", url.database())] {
            if text.is_some_and(|text| text.contains('\0')) {
                return Err(Failure::option(
                    what,
                    "it holds a NUL character.",
                    "Remove it from the URL.",
                ));
            }
        }
        Ok(Self {
            endpoints: endpoints(url)?,
            mode,
            tls,
            connect_timeout: connect_timeout(url)?,
            user: url.user().unwrap_or_default().to_owned(),
            password: Zeroizing::new(url.password().unwrap_or_default().to_owned()),
            database: url
                .database()
                .filter(|database| !database.is_empty())
                .map(str::to_owned),
            cleartext: boolean(url, &["enablecleartextplugin", "allowcleartextpasswords"])?
                .unwrap_or(false),
            fetch_public_key: boolean(url, &["getserverpublickey", "allowpublickeyretrieval"])?
                .unwrap_or(false),
        })
    }
}

/// Where the trusted authorities come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roots {
    /// `ssl-ca` or `ssl-capath`, as the `mysql` client demands.
    Named,
    /// Those, or else the system's, as MariaDB's client and the connectors that know only a switch have it.
    NamedOrSystem,
}

fn mode(url: &ConnectionUrl) -> Attempt<(Mode, Roots)> {
    if let Some((name, value)) = option(url, &["sslmode"]) {
        let mode = match value.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "disabled" | "disable" => Mode::Disabled,
            "preferred" | "prefer" => Mode::Preferred,
            // `trust` is MariaDB's connector's word: encrypted, nothing verified.
            "required" | "require" | "trust" => Mode::Required,
            // .NET writes it without a separator.
            "verifyca" => Mode::VerifyCa,
            "verifyidentity" => Mode::VerifyIdentity,
            "verifyfull" => return Ok((Mode::VerifyIdentity, Roots::NamedOrSystem)),
            _ => {
                return Err(Failure::option(
                    name,
                    format!("“{value}” is not a mode."),
                    "Use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY.",
                ));
            }
        };
        return Ok((mode, Roots::Named));
    }
    if let Some((name, value)) = option(url, &["tls"]) {
        // The Go driver's switch.
        return match value.to_ascii_lowercase().as_str() {
            "skip-verify" => Ok((Mode::Required, Roots::Named)),
            "preferred" => Ok((Mode::Preferred, Roots::Named)),
            _ if options::boolean(name, value)? => Ok((Mode::VerifyIdentity, Roots::NamedOrSystem)),
            _ => Ok((Mode::Disabled, Roots::Named)),
        };
    }
    let verify = boolean(url, &["sslverifyservercert", "verifyservercertificate"])?;
    if verify == Some(true) {
        return Ok((Mode::VerifyIdentity, Roots::NamedOrSystem));
    }
    let switched = boolean(url, &["ssl", "usessl"])?;
    if switched == Some(false) {
        return Ok((Mode::Disabled, Roots::Named));
    }
    // The manual: “ssl-ca or ssl-capath without an explicit ssl-mode imply VERIFY_CA”.
    if verify.is_none() && option(url, &["sslca", "sslcapath"]).is_some() {
        return Ok((Mode::VerifyCa, Roots::Named));
    }
    if switched == Some(true) || boolean(url, &["requiressl"])? == Some(true) {
        return Ok((Mode::Required, Roots::Named));
    }
    Ok((Mode::Preferred, Roots::Named))
}

async fn tls(url: &ConnectionUrl, mode: Mode, roots: Roots) -> Attempt<TlsSettings> {
    let mut settings = TlsSettings::new(
        match mode {
            Mode::VerifyIdentity => Verification::ChainAndName,
            Mode::VerifyCa => Verification::Chain,
            _ => Verification::None,
        },
        Words {
            authority: "ssl-ca=…",
            without_name: "ssl-mode=VERIFY_CA",
            certificate: "ssl-cert",
        },
    );
    if mode == Mode::Disabled {
        return Ok(settings);
    }
    let named = |names: &[&str]| option(url, names).filter(|(_, path)| !path.is_empty());
    let authority = named(&["sslca", "serversslcert"]);
    let folder = named(&["sslcapath"]);
    if let Some((name, path)) = authority {
        settings.roots = files::certificates(name, Path::new(path)).await?;
    }
    if let Some((name, path)) = folder {
        settings
            .roots
            .extend(files::certificates_of_folder(name, Path::new(path)).await?);
    }
    if let Some((name, path)) = named(&["sslcrl"]) {
        settings.revocations = files::revocations(name, Path::new(path)).await?;
    }
    if authority.is_none() && folder.is_none() && mode >= Mode::VerifyCa {
        if roots == Roots::Named {
            return Err(Failure::option(
                "ssl-mode",
                "it verifies the server's certificate, and no authority is named to verify it with.",
                "Name the file of the authority with ssl-ca=… (for a public one the system's, often \
                 /etc/ssl/certs/ca-certificates.crt).",
            ));
        }
        settings.roots = files::system_roots("ssl-ca").await?;
    }
    match (named(&["sslcert"]), named(&["sslkey"])) {
        (None, None) => {}
        (Some((_, certificate)), Some((_, key))) => {
            let names = Names {
                certificate: "ssl-cert",
                key: "ssl-key",
                password: "sslpassword",
            };
            let password = option(url, &["sslpassword", "clientkeypassword"]).map(|(_, text)| text);
            settings.identity = Some(
                identity::load(&names, Path::new(certificate), Path::new(key), password).await?,
            );
        }
        (Some(_), None) => {
            return Err(Failure::option(
                "ssl-cert",
                "the key that belongs to it is missing.",
                "Add ssl-key=… to the URL.",
            ));
        }
        (None, Some(_)) => {
            return Err(Failure::option(
                "ssl-key",
                "the certificate that belongs to it is missing.",
                "Add ssl-cert=… to the URL.",
            ));
        }
    }
    if let Some((name, list)) = named(&["tlsversion", "tlsversions", "enabledtlsprotocols"]) {
        settings.versions = versions(name, list)?;
    }
    Ok(settings)
}

fn versions(name: &str, list: &str) -> Attempt<Vec<Version>> {
    let mut versions = Vec::new();
    for item in list.split(',') {
        match item
            .trim()
            .trim_matches(['[', ']'])
            .to_ascii_lowercase()
            .as_str()
        {
            "tlsv1.2" => versions.push(Version::Tls12),
            "tlsv1.3" => versions.push(Version::Tls13),
            // Known, and spoken by neither current servers nor this program.
            "tlsv1" | "tlsv1.0" | "tlsv1.1" => {}
            _ => {
                return Err(Failure::option(
                    name,
                    format!("“{item}” is not a version of TLS."),
                    "Use TLSv1.2, TLSv1.3, or both with a comma.",
                ));
            }
        }
    }
    if versions.is_empty() {
        return Err(Failure::option(
            name,
            "it leaves no version of TLS that is spoken here.",
            "Allow TLSv1.2 or TLSv1.3.",
        ));
    }
    Ok(versions)
}

fn endpoints(url: &ConnectionUrl) -> Attempt<Vec<Endpoint>> {
    if let Some((_, path)) =
        option(url, &["socket", "unixsocket"]).filter(|(_, path)| !path.is_empty())
    {
        return Ok(vec![Endpoint::Unix { path: path.into() }]);
    }
    let mut endpoints = Vec::new();
    for host in url.hosts() {
        let port = match host.port() {
            Port::None => DEFAULT_PORT,
            Port::Number(number) => *number,
            Port::Text(text) => {
                return Err(Failure::option(
                    "port",
                    format!("“{text}” is not a port."),
                    "Use a number from 1 to 65535.",
                ));
            }
        };
        endpoints.push(match host {
            Host::Socket { path, .. } => Endpoint::Unix { path: path.into() },
            Host::Tcp { host, .. } if host.is_empty() => Endpoint::tcp("localhost", port),
            Host::Tcp { host, .. } => Endpoint::tcp(host, port),
        });
    }
    if endpoints.is_empty() {
        endpoints.push(Endpoint::tcp("localhost", DEFAULT_PORT));
    }
    Ok(endpoints)
}

/// `connect_timeout` counts seconds in the `mysql` client; `connectTimeout` and `connect-timeout` count milliseconds
/// in the connectors and in MySQL Shell.
fn connect_timeout(url: &ConnectionUrl) -> Attempt<Option<Duration>> {
    let Some((name, value)) = option(url, &["connecttimeout"]) else {
        return Ok(None);
    };
    let unit = if name.contains('_') {
        Duration::from_secs(1)
    } else {
        Duration::from_millis(1)
    };
    options::duration(name, value, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_taken_in_each_spelling() {
        let mode_of = |value: &str| {
            let url = ConnectionUrl::parse(&format!("mysql://db/orders?ssl-mode={value}"), None);
            mode(&url.unwrap()).ok().map(|(mode, _)| mode)
        };
        for value in ["VERIFY_CA", "verify-ca", "VerifyCA"] {
            assert!(mode_of(value) == Some(Mode::VerifyCa), "{value}");
        }
        for value in ["VERIFY_IDENTITY", "VerifyFull", "verify-full"] {
            assert!(mode_of(value) == Some(Mode::VerifyIdentity), "{value}");
        }
        assert!(mode_of("VERIFY").is_none());
    }
}
