//! One connection to one place, from the first byte to an open database.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use postgres_protocol::message::{backend, frontend};
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::channel::{Channel, Fields, Reported};
use super::end_point::end_point;
use super::errors;
use super::login::{Welcome, log_in};
use super::settings::{Mode, Settings};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::dial::{Dialer, Endpoint, Place, Target};
use crate::net::tls::Established;
use crate::net::{Wire, banner};
use crate::report::{Outcome, TlsReport, plain_version};
use crate::stage::Stage;
use crate::track::Track;

/// What a session has to be, in libpq's words for `target_session_attrs`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
}

/// Connects.
pub(crate) struct Dial<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) track: &'a Track<'a>,
    pub(crate) role: Role,
}

/// What is known of an encrypted connection: its report, and the server's certificate.
type Encrypted = (TlsReport, Option<CertificateDer<'static>>);

/// How one attempt encrypts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encryption {
    Never,
    IfOffered,
    Always,
}

#[async_trait]
impl Dialer for Dial<'_> {
    type Output = Connected;

    async fn attempt(&self, target: &Target<'_>) -> Attempt<Connected> {
        // 34.19.1: encryption over a unix socket is not supported, and sslmode is ignored there.
        let mode = if target.is_unix() {
            Mode::Disable
        } else {
            self.settings.mode
        };
        let (first, second) = match mode {
            Mode::Disable => (Encryption::Never, None),
            Mode::Allow => (Encryption::Never, Some(Encryption::Always)),
            Mode::Prefer => (Encryption::IfOffered, Some(Encryption::Never)),
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => (Encryption::Always, None),
        };
        let mut encrypted = false;
        let failure = match self.once(target, first, &mut encrypted).await {
            Err(failure) if failure.next_encryption => failure,
            result => return result,
        };
        // `prefer` goes back to plain only from an encrypted connection: where the server offered none, the first
        // attempt was a plain one already.
        let Some(second) = second.filter(|_| mode == Mode::Allow || encrypted) else {
            return Err(failure);
        };
        let failure = failure.at(self.track.current());
        self.track.enter(Stage::Tcp);
        match self.once(target, second, &mut false).await {
            Ok(outcome) => Ok(outcome),
            // Of the two the encrypted attempt says more: the plain one usually fails for being plain.
            Err(_) if mode == Mode::Prefer => Err(failure),
            Err(later) if later.code == code::TLS_UNSUPPORTED => Err(failure),
            Err(later) => Err(later),
        }
    }
}

impl Dial<'_> {
    async fn once(
        &self,
        target: &Target<'_>,
        encryption: Encryption,
        encrypted: &mut bool,
    ) -> Attempt<Connected> {
        let (wire, tls) = self.wire(target, encryption, encrypted).await?;
        self.login(wire, tls, target).await
    }

    /// Connects again to where a session is, encrypted as it is.
    pub(crate) async fn again(&self, target: &Target<'_>, encrypted: bool) -> Attempt<Wire> {
        let encryption = if encrypted {
            Encryption::Always
        } else {
            Encryption::Never
        };
        let (wire, _) = self.wire(target, encryption, &mut false).await?;
        Ok(wire)
    }

    /// Connects, and encrypts as far as asked.
    async fn wire(
        &self,
        target: &Target<'_>,
        encryption: Encryption,
        encrypted: &mut bool,
    ) -> Attempt<(Wire, Option<Encrypted>)> {
        let address = target.to_string();
        let wire = target.connect().await?;
        let Some(tls) = self
            .settings
            .tls
            .as_ref()
            .filter(|_| encryption != Encryption::Never)
        else {
            return Ok((wire, None));
        };
        self.track.enter(Stage::Tls);
        let mut wire = wire;
        if !self.settings.direct && !offers_tls(&mut wire, &address).await? {
            if encryption == Encryption::IfOffered {
                return Ok((wire, None));
            }
            return Err(Failure::new(
                code::TLS_UNSUPPORTED,
                format!("The server at {address} does not offer TLS, and the URL insists on it."),
            )
            .remedy(
                "Switch TLS on at the server, or use sslmode=prefer where the network is trusted.",
            ));
        }
        *encrypted = true;
        let host = match (&target.place, target.host()) {
            (Place::Tcp(address), "") => {
                if self.settings.mode == Mode::VerifyFull {
                    return Err(Failure::option(
                        "sslmode",
                        "verify-full needs a host name to compare the certificate with, and the URL has an address only.",
                        "Add host=… beside hostaddr.",
                    ));
                }
                address.ip().to_string()
            }
            (_, host) => host.to_owned(),
        };
        let Established {
            wire,
            report,
            certificate,
        } = tls.handshake(wire, &host, &address).await?;
        Ok((wire, Some((report, certificate))))
    }

    async fn login(
        &self,
        wire: Wire,
        tls: Option<Encrypted>,
        target: &Target<'_>,
    ) -> Attempt<Connected> {
        self.track.enter(Stage::Auth);
        let address = target.to_string();
        let (report, certificate) = tls.unzip();
        let authenticated = AtomicBool::new(false);
        let on_authenticated = || {
            authenticated.store(true, Ordering::Relaxed);
            self.track.enter(Stage::Database);
        };
        let mut channel = Channel::new(wire);
        let end_point = certificate.flatten().as_ref().and_then(end_point);
        let credentials = &self.settings.credentials;
        let welcome = log_in(&mut channel, credentials, end_point, &on_authenticated)
            .await
            .map_err(|fault| {
                let authenticated = authenticated.load(Ordering::Relaxed);
                errors::of_login(fault, authenticated, &address, report.is_some())
            })?;
        let mut connected = Connected {
            channel,
            welcome,
            tls: report,
            endpoint: target.endpoint.clone(),
            place: target.place.clone(),
            address,
        };
        self.check_role(&mut connected).await?;
        Ok(connected)
    }

    async fn check_role(&self, connected: &mut Connected) -> Attempt<()> {
        let (query, wanted, what) = match self.role {
            Role::Any => return Ok(()),
            Role::ReadWrite => ("SHOW transaction_read_only", "off", "read-write"),
            Role::ReadOnly => ("SHOW transaction_read_only", "on", "read-only"),
            Role::Primary => ("SELECT pg_catalog.pg_is_in_recovery()", "f", "the primary"),
            Role::Standby => ("SELECT pg_catalog.pg_is_in_recovery()", "t", "a standby"),
        };
        if connected.ask(query).await?.as_deref() == Some(wanted.as_bytes()) {
            return Ok(());
        }
        let address = &connected.address;
        Err(Failure::new(
            code::SERVER_ERROR,
            format!("The server at {address} is not {what}, which target_session_attrs asks for."),
        )
        .remedy("List every server of the cluster in the URL, or remove target_session_attrs.")
        .retryable()
        .try_next_address())
    }
}

/// A connection that is logged in.
pub(crate) struct Connected {
    pub(crate) channel: Channel,
    pub(crate) welcome: Welcome,
    pub(crate) tls: Option<TlsReport>,
    pub(crate) endpoint: Endpoint,
    pub(crate) place: Place,
    pub(crate) address: String,
}

impl Connected {
    /// Asks one question by the simple protocol; the answer is the first value of the first row.
    pub(crate) async fn ask(&mut self, query: &str) -> Attempt<Option<Vec<u8>>> {
        match simple(&mut self.channel, query).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(reported)) => Err(errors::reported_by_server(
                &reported,
                self.tls.is_some(),
                &self.address,
            )),
            Err(error) => Err(errors::broken(&error, &self.address)),
        }
    }

    /// The last stage of a test.
    pub(crate) async fn test(mut self, track: &Track<'_>) -> Attempt<Outcome> {
        track.enter(Stage::Ready);
        let started = Instant::now();
        self.ask("SELECT 1").await?;
        let latency = started.elapsed();
        // Ending the session properly keeps the server's log free of "unexpected EOF"; a server that does not take it
        // in time is left alone.
        drop(tokio::time::timeout(Duration::from_millis(100), self.channel.terminate()).await);
        Ok(Outcome {
            server: "PostgreSQL",
            version: self.welcome.version.as_deref().and_then(plain_version),
            latency,
            tls: self.tls,
        })
    }
}

/// Runs a statement by the simple protocol, to the end of its answer; the value is the first of the first row.
pub(crate) async fn simple(
    channel: &mut Channel,
    query: &str,
) -> io::Result<Result<Option<Vec<u8>>, Box<Reported>>> {
    frontend::query(query, &mut channel.output)?;
    channel.flush().await?;
    let mut result = Ok(None);
    let mut rows = 0;
    loop {
        let frame = channel.next().await?;
        match frame.tag {
            backend::DATA_ROW_TAG => {
                rows += 1;
                let mut fields = Fields(frame.body);
                if rows == 1 && fields.u16()? > 0 {
                    // A negative length stands for NULL.
                    if let Ok(length) = usize::try_from(fields.i32()?) {
                        result = Ok(Some(fields.bytes(length)?.to_vec()));
                    }
                }
            }
            backend::ERROR_RESPONSE_TAG => {
                result = Err(Box::new(Reported::parse(frame.body)?));
            }
            backend::READY_FOR_QUERY_TAG => return Ok(result),
            _ => {}
        }
    }
}

/// Asks whether the server wants to encrypt: one byte comes back, S or N.
async fn offers_tls(wire: &mut Wire, address: &str) -> Attempt<bool> {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let lost = |error: io::Error| Failure::lost("PostgreSQL", address, &error);
    wire.write_all(&SSL_REQUEST).await.map_err(lost)?;
    wire.flush().await.map_err(lost)?;
    // Exactly one byte: what a man in the middle sends along with it in the clear must end up in the handshake, where
    // it does harm to nobody (CVE-2021-23222).
    let mut answer = [0];
    wire.read_exact(&mut answer).await.map_err(lost)?;
    match answer {
        [b'S'] => Ok(true),
        [b'N'] => Ok(false),
        [first] => {
            let mut bytes = vec![first];
            let mut rest = [0; 63];
            // The rest of a banner comes at once or not at all.
            if let Ok(Ok(count)) =
                tokio::time::timeout(Duration::from_millis(200), wire.read(&mut rest)).await
            {
                bytes.extend(&rest[..count]);
            }
            Err(match banner::identify(&bytes) {
                // A PostgreSQL server that cannot even start a process answers with an error. It is not shown: nobody
                // knows yet who sent it.
                Some("a PostgreSQL server") => Failure::new(
                    code::SERVER_ERROR,
                    format!("The server at {address} answered the request for TLS with an error."),
                )
                .remedy("Check the server's log and its load.")
                .retryable(),
                who => Failure::not_this_database("PostgreSQL", address, who),
            })
        }
    }
}
