//! One connection to one place, from the greeting to the open database; and the test's question over it.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::io::AsyncReadExt;

use super::authentication::Login;
use super::errors;
use super::exchange::{self, Exchange};
use super::packet::{Channel, Greeting, Reported, capability, product, ssl_request};
use super::settings::{Mode, Settings};
use super::stream::Stream;
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::banner;
use crate::net::dial::{Dialer, Target};
use crate::report::{Outcome, TlsReport, plain_version};
use crate::stage::Stage;
use crate::track::Track;

const INIT_DB: u8 = 2;

/// Connects and logs in.
pub(crate) struct Connector<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) track: &'a Track<'a>,
}

/// A connection that is logged in, with its database open.
pub(crate) struct Connected {
    pub(crate) exchange: Exchange,
    /// The number that `KILL` takes.
    pub(crate) connection: u32,
    pub(crate) product: &'static str,
    /// The version in the greeting.
    greeted: String,
    pub(crate) address: String,
    pub(crate) tls: Option<TlsReport>,
}

impl Connected {
    /// The version that the server answered with; behind a proxy the greeting's is the proxy's.
    pub(crate) fn version(&self, answer: Option<Option<String>>) -> String {
        answer
            .flatten()
            .filter(|version| !version.is_empty())
            .unwrap_or_else(|| self.greeted.clone())
    }
}

impl Connector<'_> {
    /// Goes from the greeting to the open database.
    pub(crate) async fn open(&self, target: &Target<'_>) -> Attempt<Connected> {
        let address = target.to_string();
        // The client encrypts on a unix socket only where it is told to: nobody can read along there.
        let mode = match self.settings.mode {
            Mode::Preferred if target.is_unix() => Mode::Disabled,
            mode => mode,
        };
        let mut channel = Channel::new(target.connect().await?);
        self.track.enter(if mode == Mode::Disabled {
            Stage::Auth
        } else {
            Stage::Tls
        });
        let greeting = greeting(&mut channel, &address).await?;
        let mut capabilities = capability::LONG_PASSWORD
            | capability::PROTOCOL_41
            | capability::TRANSACTIONS
            | capability::SECURE_CONNECTION
            | (greeting.capabilities
                & (capability::PLUGIN_AUTH
                    | capability::LONG_FLAG
                    | capability::MULTI_RESULTS
                    | capability::PREPARED_MULTI_RESULTS));
        let report = if mode != Mode::Disabled && greeting.offers(capability::SSL) {
            capabilities |= capability::SSL;
            let (encrypted, report) = self
                .encrypt(channel, capabilities, target, &greeting, &address)
                .await?;
            channel = encrypted;
            Some(report)
        } else if mode >= Mode::Required {
            return Err(Failure::new(
                code::TLS_UNSUPPORTED,
                format!("The server at {address} does not offer TLS, and the URL insists on it."),
            )
            .remedy("Switch TLS on at the server, or use ssl-mode=PREFERRED where the network is trusted."));
        } else {
            None
        };
        self.track.enter(Stage::Auth);
        let login = Login {
            settings: self.settings,
            address: &address,
            product: greeting.product(),
            private: report.is_some() || target.is_unix(),
            encrypted: report.is_some(),
        };
        login.run(&mut channel, &greeting, capabilities).await?;
        self.open_database(&mut channel, &greeting, &address, report.is_some())
            .await?;
        Ok(Connected {
            exchange: Exchange::new(Stream::new(channel)),
            connection: greeting.connection,
            product: greeting.product(),
            greeted: greeting.version,
            address,
            tls: report,
        })
    }

    async fn encrypt(
        &self,
        mut channel: Channel,
        capabilities: u32,
        target: &Target<'_>,
        greeting: &Greeting,
        address: &str,
    ) -> Attempt<(Channel, TlsReport)> {
        channel
            .write(&ssl_request(capabilities))
            .await
            .map_err(|error| errors::lost(greeting.product(), address, &error))?;
        let Channel { wire, sequence } = channel;
        let host = if target.is_unix() {
            "localhost"
        } else {
            target.host()
        };
        let established = self.settings.tls.handshake(wire, host, address).await?;
        let channel = Channel {
            wire: established.wire,
            sequence,
        };
        Ok((channel, established.report))
    }

    /// Opens the database that the URL names.
    async fn open_database(
        &self,
        channel: &mut Channel,
        greeting: &Greeting,
        address: &str,
        encrypted: bool,
    ) -> Attempt<()> {
        let lost = |error: std::io::Error| errors::lost(greeting.product(), address, &error);
        self.track.enter(Stage::Database);
        if let Some(database) = &self.settings.database {
            channel
                .command(INIT_DB, database.as_bytes())
                .await
                .map_err(lost)?;
            let answer = channel.read().await.map_err(lost)?;
            if let Some(reported) = Reported::parse(&answer) {
                return Err(errors::classify(&reported, address, encrypted));
            }
        }
        Ok(())
    }
}

impl Connected {
    /// Asks one question, whose answer is one row.
    pub(crate) async fn ask(&mut self, question: &str) -> Attempt<Vec<Option<String>>> {
        exchange::ask(&mut self.exchange, question)
            .await
            .map_err(|error| errors::lost(self.product, &self.address, &error))?
            .map_err(|reported| errors::classify(&reported, &self.address, self.tls.is_some()))
    }

    /// Leaves properly, which keeps the server from counting an aborted connection; it does not answer.
    pub(crate) async fn leave(mut self) {
        drop(tokio::time::timeout(Duration::from_millis(100), self.exchange.quit()).await);
    }
}

/// Connects, and asks one question.
pub(crate) struct Tester<'a>(pub(crate) Connector<'a>);

#[async_trait]
impl Dialer for Tester<'_> {
    type Output = Outcome;

    async fn attempt(&self, target: &Target<'_>) -> Attempt<Outcome> {
        let mut connected = self.0.open(target).await?;
        self.0.track.enter(Stage::Ready);
        let started = Instant::now();
        let version = connected.ask("SELECT VERSION()").await?;
        let latency = started.elapsed();
        let version = connected.version(version.into_iter().next());
        let tls = connected.tls.take();
        connected.leave().await;
        Ok(Outcome {
            server: product(&version),
            version: plain_version(&version),
            latency,
            tls,
        })
    }
}

/// Waits for the greeting, with which a MySQL server speaks first.
async fn greeting(channel: &mut Channel, address: &str) -> Attempt<Greeting> {
    const PRODUCT: &str = "MySQL";
    let lost = |error: std::io::Error| errors::lost(PRODUCT, address, &error);
    let mut header = [0; 4];
    channel.wire.read_exact(&mut header).await.map_err(lost)?;
    // The first packet has the number 0, and no server introduces itself at greater length.
    if header[3] != 0 || header[2] != 0 || header[1] > 0x0f {
        let mut bytes = header.to_vec();
        let mut rest = [0; 60];
        if let Ok(Ok(count)) =
            tokio::time::timeout(Duration::from_millis(200), channel.wire.read(&mut rest)).await
        {
            bytes.extend(&rest[..count]);
        }
        return Err(Failure::not_this_database(
            PRODUCT,
            address,
            banner::identify(&bytes),
        ));
    }
    let payload = channel.body(header).await.map_err(lost)?;
    if let Some(reported) = Reported::parse(&payload) {
        return Err(errors::classify(&reported, address, false));
    }
    Greeting::parse(&payload)
        .filter(|greeting| {
            greeting.offers(capability::PROTOCOL_41)
                && greeting.offers(capability::SECURE_CONNECTION)
        })
        .ok_or_else(|| Failure::not_this_database(PRODUCT, address, banner::identify(&payload)))
}
