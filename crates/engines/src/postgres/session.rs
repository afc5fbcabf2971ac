//! One connection to one place, from the first byte to an answered query.

use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::errors;
use super::settings::{Mode, Settings};
use super::wire::{Encrypted, Heard, Watched};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::dial::{Dialer, Place, Target};
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

/// Connects and tests.
pub(crate) struct Session<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) track: &'a Track<'a>,
    pub(crate) role: Role,
}

/// How one attempt encrypts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encryption {
    Never,
    IfOffered,
    Always,
}

#[async_trait]
impl Dialer for Session<'_> {
    type Output = Outcome;

    async fn attempt(&self, target: &Target<'_>) -> Attempt<Outcome> {
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

impl Session<'_> {
    async fn once(
        &self,
        target: &Target<'_>,
        encryption: Encryption,
        encrypted: &mut bool,
    ) -> Attempt<Outcome> {
        let address = target.to_string();
        let wire = target.connect().await?;
        let Some(tls) = self
            .settings
            .tls
            .as_ref()
            .filter(|_| encryption != Encryption::Never)
        else {
            return self.login(wire, None, &address).await;
        };
        self.track.enter(Stage::Tls);
        let mut wire = wire;
        if !self.settings.direct && !offers_tls(&mut wire, &address).await? {
            if encryption == Encryption::IfOffered {
                return self.login(wire, None, &address).await;
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
        self.login(wire, Some((report, certificate)), &address)
            .await
    }

    async fn login(
        &self,
        wire: Wire,
        tls: Option<(TlsReport, Option<CertificateDer<'static>>)>,
        address: &str,
    ) -> Attempt<Outcome> {
        self.track.enter(Stage::Auth);
        let (report, certificate) = tls.unzip();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let watched = Watched::new(
            wire,
            Arc::clone(&heard),
            self.settings.methods.clone(),
            Box::new(|| self.track.enter(Stage::Database)),
        );
        let encryption = Encrypted {
            certificate: certificate.flatten(),
        };
        let failure = |error: &tokio_postgres::Error| {
            let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            errors::classify(error, &heard, address, report.is_some())
        };
        let (client, connection) = self
            .settings
            .config
            .connect_raw(watched, encryption)
            .await
            .map_err(|error| failure(&error))?;
        let version = connection.parameter("server_version").map(str::to_owned);
        let mut connection = pin!(connection);
        let latency = {
            let work = pin!(self.query(&client, address));
            tokio::select! {
                biased;
                result = work => match result {
                    Ok(latency) => latency,
                    Err(Refusal::Driver(error)) => return Err(failure(&error)),
                    Err(Refusal::Role(role)) => return Err(*role),
                },
                ended = &mut connection => {
                    return Err(match ended {
                        Err(error) => failure(&error),
                        Ok(()) => Failure::lost("PostgreSQL", address, &io::ErrorKind::UnexpectedEof.into()),
                    });
                }
            }
        };
        // Ending the session properly keeps the server's log free of "unexpected EOF"; a server that does not take it
        // in time is left alone.
        drop(client);
        drop(tokio::time::timeout(Duration::from_millis(100), connection).await);
        Ok(Outcome {
            server: "PostgreSQL",
            version: version.as_deref().and_then(plain_version),
            latency,
            tls: report,
        })
    }

    async fn query(&self, client: &Client, address: &str) -> Result<Duration, Refusal> {
        self.check_role(client, address).await?;
        self.track.enter(Stage::Ready);
        let started = Instant::now();
        client.simple_query("SELECT 1").await?;
        Ok(started.elapsed())
    }

    async fn check_role(&self, client: &Client, address: &str) -> Result<(), Refusal> {
        let (query, wanted, what) = match self.role {
            Role::Any => return Ok(()),
            Role::ReadWrite => ("SHOW transaction_read_only", "off", "read-write"),
            Role::ReadOnly => ("SHOW transaction_read_only", "on", "read-only"),
            Role::Primary => ("SELECT pg_catalog.pg_is_in_recovery()", "f", "the primary"),
            Role::Standby => ("SELECT pg_catalog.pg_is_in_recovery()", "t", "a standby"),
        };
        for message in client.simple_query(query).await? {
            if let SimpleQueryMessage::Row(row) = message
                && row.get(0) != Some(wanted)
            {
                return Err(Refusal::Role(Box::new(
                    Failure::new(
                        code::SERVER_ERROR,
                        format!("The server at {address} is not {what}, which target_session_attrs asks for."),
                    )
                    .remedy("List every server of the cluster in the URL, or remove target_session_attrs.")
                    .retryable()
                    .try_next_address(),
                )));
            }
        }
        Ok(())
    }
}

/// Why a connected session is of no use.
enum Refusal {
    Driver(tokio_postgres::Error),
    Role(Box<Failure>),
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Driver(error)
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
