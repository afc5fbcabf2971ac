//! The TLS handshake.

use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
use tokio_rustls::TlsConnector;

use super::Wire;
use super::identity::Identity;
use super::verify::{Judge, Verification, is_name_mismatch};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::report::TlsReport;
use crate::stage::Stage;

/// A version of TLS that rustls speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Version {
    Tls12,
    Tls13,
}

/// The engine's own words for what a remedy names.
pub(crate) struct Words {
    /// The option that names a file of authorities.
    pub(crate) authority: &'static str,
    /// How the URL asks for less, for those who know what they do.
    pub(crate) without_name: &'static str,
    /// The option that names the client's certificate.
    pub(crate) certificate: &'static str,
}

/// How a connection is to be encrypted.
pub(crate) struct TlsSettings {
    pub(crate) verification: Verification,
    /// The authorities that are trusted.
    pub(crate) roots: Vec<CertificateDer<'static>>,
    pub(crate) revocations: Vec<CertificateRevocationListDer<'static>>,
    pub(crate) identity: Option<Identity>,
    pub(crate) versions: Vec<Version>,
    /// Whether the server is told the name that is asked for.
    pub(crate) server_name_indication: bool,
    pub(crate) application_protocol: Option<&'static [u8]>,
    pub(crate) words: Words,
}

/// An encrypted connection.
pub(crate) struct Established {
    pub(crate) wire: Wire,
    pub(crate) report: TlsReport,
    /// The server's certificate, which binds a SCRAM exchange to this channel.
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

impl TlsSettings {
    pub(crate) fn new(verification: Verification, words: Words) -> Self {
        Self {
            verification,
            roots: Vec::new(),
            revocations: Vec::new(),
            identity: None,
            versions: vec![Version::Tls12, Version::Tls13],
            server_name_indication: true,
            application_protocol: None,
            words,
        }
    }

    /// Encrypts a connection to `host`, which is what the certificate is judged by.
    pub(crate) async fn handshake(
        &self,
        wire: Wire,
        host: &str,
        address: &str,
    ) -> Attempt<Established> {
        let name = match ServerName::try_from(host.to_owned()) {
            Ok(name) => name,
            Err(_) if self.verification == Verification::ChainAndName => {
                return Err(Failure::new(
                    code::CERTIFICATE_NAME_MISMATCH,
                    format!("No certificate can be for the host “{host}”."),
                )
                .remedy("Name the server by a DNS name or an IP address.")
                .at(Stage::Tls));
            }
            // The name is neither sent nor judged.
            Err(_) => ServerName::try_from("host.invalid").map_err(|_| {
                Failure::new(code::TLS_FAILED, "The server has no name.").at(Stage::Tls)
            })?,
        };
        let sendable = matches!(name, ServerName::DnsName(_)) && name.to_str() == host;
        let judge = self.judge()?;
        let config = self.config(&judge, sendable)?;
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, wire)
            .await
            .map_err(|error| self.failure(&error, address))?;
        let (_, session) = stream.get_ref();
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "TLS",
        };
        if self.application_protocol.is_some()
            && session.alpn_protocol() != self.application_protocol
        {
            return Err(Failure::new(
                code::TLS_FAILED,
                format!(
                    "The server at {address} speaks TLS, but does not take up PostgreSQL inside it."
                ),
            )
            .remedy("Remove sslnegotiation=direct: servers before PostgreSQL 17 do not know it.")
            .at(Stage::Tls));
        }
        let certificate = session
            .peer_certificates()
            .and_then(<[_]>::first)
            .map(|certificate| certificate.clone().into_owned());
        let verified = self.verification != Verification::None;
        let hint = match (verified, judge.would_verify()) {
            (false, Some(true)) => Some(
                "The certificate was not verified, and would have passed: the URL can ask for more."
                    .to_owned(),
            ),
            (false, Some(false)) => Some(
                "The certificate was not verified, and would not have passed.".to_owned(),
            ),
            _ => None,
        };
        Ok(Established {
            report: TlsReport {
                version: version.to_owned(),
                verified,
                hint,
            },
            certificate,
            wire: Box::new(stream),
        })
    }

    fn judge(&self) -> Attempt<Arc<Judge>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.roots.iter().cloned());
        let webpki = if store.is_empty() {
            None
        } else {
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider))
                    .with_crls(self.revocations.iter().cloned())
                    .build()
                    .map_err(|error| {
                        Failure::new(
                            code::INVALID_OPTION,
                            format!("The revocation list cannot be used: {error}."),
                        )
                        .remedy("Check the file of revoked certificates that the URL names.")
                    })?;
            Some(verifier)
        };
        Ok(Arc::new(Judge::new(
            self.verification,
            webpki,
            self.roots.clone(),
            provider,
        )))
    }

    fn config(&self, judge: &Arc<Judge>, sendable: bool) -> Attempt<ClientConfig> {
        let mut versions: Vec<&'static rustls::SupportedProtocolVersion> = Vec::new();
        for version in &self.versions {
            versions.push(match version {
                Version::Tls12 => &rustls::version::TLS12,
                Version::Tls13 => &rustls::version::TLS13,
            });
        }
        let failure = |error: Error| {
            Failure::new(
                code::INVALID_OPTION,
                format!("The TLS options of the URL cannot be used: {error}."),
            )
            .remedy(format!("Check {} and its key.", self.words.certificate))
        };
        let builder =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_protocol_versions(&versions)
                .map_err(failure)?
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(judge) as Arc<_>);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
                .map_err(failure)?,
        };
        config.enable_sni = self.server_name_indication && sendable;
        config.alpn_protocols = self
            .application_protocol
            .iter()
            .map(|protocol| protocol.to_vec())
            .collect();
        Ok(config)
    }

    fn failure(&self, error: &io::Error, address: &str) -> Failure {
        let failure = match rustls_error(error) {
            None => Failure::new(
                code::TLS_FAILED,
                format!("The server at {address} broke off the TLS handshake: {error}."),
            )
            .remedy("Check the server's log: it may have no certificate, or speak only outdated versions of TLS."),
            Some(error) => explain(error, address, &self.words),
        };
        failure.at(Stage::Tls).try_next_encryption()
    }
}

/// The error of rustls inside an I/O error.
pub(crate) fn rustls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// What an error of rustls means. An alert after the handshake comes here too: with TLS 1.3 that is how a server
/// refuses the client's certificate.
pub(crate) fn explain(error: &Error, address: &str, words: &Words) -> Failure {
    match error {
        Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Failure::new(
            code::CERTIFICATE_EXPIRED,
            format!("The certificate of {address} is not valid at this time: {error}."),
        )
        .remedy("Renew the server's certificate, and check this machine's clock."),
        error if is_name_mismatch(error) => Failure::new(
            code::CERTIFICATE_NAME_MISMATCH,
            format!("The certificate of {address} is for another name: {error}."),
        )
        .remedy(format!(
            "Use the name that the certificate is for, or {} if the authority alone is enough.",
            words.without_name
        )),
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => Failure::new(
            code::CERTIFICATE_UNKNOWN,
            format!("No trusted authority vouches for the certificate of {address}: {error}."),
        )
        .remedy(format!(
            "If the server is yours, name the certificate of its authority with {}.",
            words.authority
        )),
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => Failure::new(
            code::TLS_FAILED,
            format!(
                "The server at {address} refused this client's certificate, or wants one: {error}."
            ),
        )
        .remedy(format!(
            "Name a certificate that the server trusts with {}.",
            words.certificate
        )),
        Error::InvalidMessage(_) => Failure::new(
            code::TLS_FAILED,
            format!("The server at {address} does not answer in TLS."),
        )
        .remedy("Check the port, and that the server has TLS switched on."),
        _ => Failure::new(
            code::TLS_FAILED,
            format!("The TLS handshake with {address} failed: {error}."),
        )
        .remedy(
            "Check the versions of TLS that the server speaks (1.2 and 1.3 work), and its log.",
        ),
    }
}
