//! Judging a server's certificate as far as a mode asks.
//!
//! rustls alone is stricter than the OpenSSL in the engines' own clients in two ways that meet real servers: it
//! refuses a self-signed certificate that is itself the trusted file, and it never looks at the common name. Both are
//! what a database administrator's first certificate looks like, so both are judged here as OpenSSL does.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// How much of a certificate a mode verifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verification {
    /// Nothing: any certificate will do.
    None,
    /// That a trusted authority vouches for it.
    Chain,
    /// That, and that it is for the host that the URL names.
    ChainAndName,
}

/// The verifier of one handshake; keeps what it found.
#[derive(Debug)]
pub(crate) struct Judge {
    verification: Verification,
    webpki: Option<Arc<WebPkiServerVerifier>>,
    trusted: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    /// Whether the chain and the name would have passed.
    found: Mutex<Option<bool>>,
}

impl Judge {
    pub(crate) fn new(
        verification: Verification,
        webpki: Option<Arc<WebPkiServerVerifier>>,
        trusted: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self {
            verification,
            webpki,
            trusted,
            provider,
            found: Mutex::new(None),
        }
    }

    /// Whether a full verification would have passed, where there was something to verify against.
    pub(crate) fn would_verify(&self) -> Option<bool> {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chain(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        let by_authority = match &self.webpki {
            None => Err(CertificateError::UnknownIssuer.into()),
            Some(webpki) => webpki.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
        };
        match by_authority {
            Ok(_) => Ok(()),
            // webpki looks at the name last: the chain is fine.
            Err(error) if is_name_mismatch(&error) => Ok(()),
            Err(error) if self.trusted.iter().any(|trusted| trusted == end_entity) => {
                self_signed_and_valid(end_entity, now).unwrap_or(Err(error))
            }
            Err(error) => Err(error),
        }
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = self.chain(end_entity, intermediates, server_name, ocsp_response, now);
        let name = name(end_entity, server_name);
        if self.webpki.is_some() || !self.trusted.is_empty() {
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(chain.is_ok() && name.is_ok());
        }
        match self.verification {
            Verification::None => {}
            Verification::Chain => chain?,
            Verification::ChainAndName => {
                chain?;
                name?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.verification == Verification::None {
            // Whoever may show any certificate may show one whose key they hold. Checking the signature would prove
            // nothing, and webpki cannot even read the version 1 certificates that MySQL's manual has one make.
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.verification == Verification::None {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Whether an error is only about the name.
pub(crate) fn is_name_mismatch(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

/// A trusted certificate that signed itself needs no further authority, only to be in date. `None` where it did not.
fn self_signed_and_valid(
    end_entity: &CertificateDer<'_>,
    now: UnixTime,
) -> Option<Result<(), Error>> {
    let (_, certificate) = X509Certificate::from_der(end_entity).ok()?;
    if certificate.subject() != certificate.issuer() {
        return None;
    }
    let now = i64::try_from(now.as_secs()).ok()?;
    let validity = certificate.validity();
    Some(if now > validity.not_after.timestamp() {
        Err(CertificateError::Expired.into())
    } else if now < validity.not_before.timestamp() {
        Err(CertificateError::NotValidYet.into())
    } else {
        Ok(())
    })
}

fn name(end_entity: &CertificateDer<'_>, server_name: &ServerName<'_>) -> Result<(), Error> {
    let by_alternative_name = ParsedCertificate::try_from(end_entity)
        .and_then(|parsed| rustls::client::verify_server_name(&parsed, server_name));
    match by_alternative_name {
        Ok(()) => Ok(()),
        Err(_) if common_name_matches(end_entity, &server_name.to_str()) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The common name counts only where the certificate has no alternative name (RFC 6125, libpq and OpenSSL alike).
fn common_name_matches(end_entity: &CertificateDer<'_>, host: &str) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(end_entity) else {
        return false;
    };
    let has_alternative = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .any(|name| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_))),
        Ok(None) => false,
        Err(_) => true,
    };
    if has_alternative {
        return false;
    }
    let common_name = certificate
        .subject()
        .iter_common_name()
        .last()
        .and_then(|name| name.as_str().ok());
    common_name.is_some_and(|pattern| matches_host(pattern, host))
}

fn matches_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::matches_host;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        assert!(matches_host("*.example.com", "db.example.com"));
        assert!(!matches_host("*.example.com", "a.db.example.com"));
        assert!(!matches_host("*.example.com", "example.com"));
        assert!(matches_host("DB.example.com", "db.EXAMPLE.com"));
    }
}
