//! The stream that tokio-postgres gets: already encrypted, and watched.
//!
//! The driver connects, logs in and opens the database in one call. Watching the messages that the server sends tells
//! the stages apart, stops the driver before it answers a method that `require_auth` rules out, and keeps it from
//! reading something that is not PostgreSQL at all.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use ring::digest::{SHA256, SHA384, SHA512, digest};
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use x509_parser::oid_registry::{
    OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA,
    OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::settings::Methods;
use crate::net::Wire;

/// How many first bytes are kept to tell who answers.
const FIRST: usize = 64;

/// What the server has said so far.
#[derive(Default)]
pub(crate) struct Heard {
    /// Its first bytes.
    pub(crate) first: Vec<u8>,
    /// Whether the first message was none of PostgreSQL's.
    pub(crate) foreign: bool,
    /// Whether it has accepted the credentials.
    pub(crate) authenticated: bool,
    /// The method that `require_auth` ruled out.
    pub(crate) refused_method: Option<&'static str>,
    header: Vec<u8>,
    /// The bytes of the current message that are still to come.
    body: usize,
    /// The server's first message of a SCRAM exchange, while it comes in.
    scram: Option<Vec<u8>>,
    /// Whether the server asked for more work than a login is worth.
    pub(crate) exhausting: bool,
    challenged: bool,
}

/// The method number of a server's first message in a SCRAM exchange.
const SASL_CONTINUE: u32 = 11;

impl Heard {
    /// The driver computes as often as the server says, and cannot be cancelled while it does. PostgreSQL asks for
    /// 4,096 rounds unless it is told otherwise.
    fn judge_scram(&mut self) -> io::Result<()> {
        const MOST: u32 = 1_000_000;
        let Some(message) = self.scram.take() else {
            return Ok(());
        };
        let excessive = message
            .split(|byte| *byte == b',')
            .filter_map(|field| field.strip_prefix(b"i="))
            .any(|digits| {
                std::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| digits.parse::<u32>().ok())
                    .is_none_or(|rounds| rounds > MOST)
            });
        if excessive {
            self.exhausting = true;
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "too many rounds",
            ));
        }
        Ok(())
    }
}

/// Called once, when the server has accepted the credentials.
type OnAuthenticated<'a> = Box<dyn Fn() + Send + Sync + 'a>;

/// A stream whose incoming messages are watched.
pub(crate) struct Watched<'a> {
    wire: Wire,
    heard: Arc<Mutex<Heard>>,
    methods: Option<Methods>,
    on_authenticated: OnAuthenticated<'a>,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(
        wire: Wire,
        heard: Arc<Mutex<Heard>>,
        methods: Option<Methods>,
        on_authenticated: OnAuthenticated<'a>,
    ) -> Self {
        Self {
            wire,
            heard,
            methods,
            on_authenticated,
        }
    }

    fn hear(&self, bytes: &[u8]) -> io::Result<()> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.first.len() < FIRST {
            let room = FIRST - heard.first.len();
            heard.first.extend(bytes.iter().take(room));
        }
        if heard.authenticated {
            return Ok(());
        }
        let mut bytes = bytes;
        while !bytes.is_empty() && !heard.authenticated {
            if heard.body > 0 {
                let skipped = heard.body.min(bytes.len());
                heard.body -= skipped;
                if let Some(scram) = &mut heard.scram {
                    scram.extend_from_slice(&bytes[..skipped]);
                }
                bytes = &bytes[skipped..];
                if heard.body == 0 {
                    heard.judge_scram()?;
                }
                continue;
            }
            heard.header.push(bytes[0]);
            bytes = &bytes[1..];
            if heard.header.len() == 1 && !matches!(heard.header[0], b'R' | b'E' | b'N' | b'v') {
                heard.foreign = true;
                return Err(io::Error::new(io::ErrorKind::InvalidData, "not PostgreSQL"));
            }
            self.hear_header(&mut heard)?;
        }
        Ok(())
    }

    /// A message is its kind, its length, and for a request for authentication (`R`) the number of the method.
    fn hear_header(&self, heard: &mut Heard) -> io::Result<()> {
        let wanted = if heard.header[0] == b'R' { 9 } else { 5 };
        if heard.header.len() < wanted {
            return Ok(());
        }
        let number = |at: usize| {
            heard
                .header
                .get(at..at + 4)
                .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
                .map_or(0, u32::from_be_bytes)
        };
        let length = number(1) as usize;
        let method = (wanted == 9).then(|| number(5));
        // The longest error that a server sends at startup is far shorter; what reads as more is another protocol.
        if length < wanted - 1 || length > 1 << 20 {
            heard.foreign = true;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not PostgreSQL"));
        }
        heard.body = length + 1 - wanted;
        heard.header.clear();
        match method {
            None => {}
            Some(0) => {
                if !heard.challenged {
                    self.permit(heard, "none")?;
                }
                heard.authenticated = true;
                (self.on_authenticated)();
            }
            Some(SASL_CONTINUE) => heard.scram = Some(Vec::new()),
            Some(method) => {
                if !heard.challenged {
                    let name = match method {
                        3 => "password",
                        5 => "md5",
                        7 => "gss",
                        9 => "sspi",
                        10 => "scram-sha-256",
                        _ => "another method",
                    };
                    self.permit(heard, name)?;
                }
                heard.challenged = true;
            }
        }
        Ok(())
    }

    fn permit(&self, heard: &mut Heard, method: &'static str) -> io::Result<()> {
        match &self.methods {
            Some(methods) if !methods.allow(method) => {
                heard.refused_method = Some(method);
                Err(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    "require_auth",
                ))
            }
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Watched<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.wire).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => Poll::Ready(self.hear(&buffer.filled()[before..])),
            other => other,
        }
    }
}

impl AsyncWrite for Watched<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}

/// Tells the driver that the stream is encrypted, and by which certificate; there is nothing left to do.
pub(crate) struct Encrypted {
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

/// A watched stream with the certificate that its channel hangs on.
pub(crate) struct Bound<S> {
    stream: S,
    certificate: Option<CertificateDer<'static>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for Encrypted {
    type Stream = Bound<S>;
    type Error = io::Error;
    type Future = Ready<io::Result<Bound<S>>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(Bound {
            stream,
            certificate: self.certificate,
        }))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Bound<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.certificate
            .as_ref()
            .and_then(end_point)
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// The hash of a certificate by the algorithm of its own signature, SHA-256 in place of weaker ones (RFC 5929, 4.1).
fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let algorithm = &parsed.signature_algorithm.algorithm;
    let is = |identifiers: &[_]| identifiers.contains(algorithm);
    let hash = if is(&[
        OID_PKCS1_SHA256WITHRSA,
        OID_SIG_ECDSA_WITH_SHA256,
        OID_PKCS1_SHA1WITHRSA,
        OID_PKCS1_MD5WITHRSAENC,
    ]) {
        &SHA256
    } else if is(&[OID_PKCS1_SHA384WITHRSA, OID_SIG_ECDSA_WITH_SHA384]) {
        &SHA384
    } else if is(&[OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA512]) {
        &SHA512
    } else {
        // Ed25519 and RSA-PSS name no hash that both ends would agree on.
        return None;
    };
    Some(digest(hash, certificate).as_ref().to_vec())
}
