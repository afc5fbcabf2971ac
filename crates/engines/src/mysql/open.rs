//! Opening a session: every session is set up alike, whatever the server's settings are.

use std::sync::Arc;

use async_trait::async_trait;

use super::cancel::Link;
use super::dialer::{Connected, Connector};
use super::packet::product;
use super::session::{MysqlSession, ONLY_READ, Server};
use super::settings::Settings;
use super::stream::LIMIT;
use crate::failure::Attempt;
use crate::net::dial::{Dialer, Target};
use crate::report::plain_version;
use crate::scrub::Scrubber;
use crate::stage::Stage;

/// Modes with which quotes and backslashes mean something else than the reader of placeholders expects, and those that bring
/// them along. They are taken out by their whole names.
const MODES: [&str; 8] = [
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI",
    "DB2",
    "MAXDB",
    "MSSQL",
    "ORACLE",
    "POSTGRESQL",
];

/// What makes every session the same, whatever the server's settings are: its character set, its time zone, what quotes mean.
fn set_up() -> String {
    let modes = MODES
        .iter()
        .fold("CONCAT(',',@@sql_mode,',')".to_owned(), |modes, mode| {
            format!("REPLACE({modes},',{mode},',',')")
        });
    format!(
        "SET NAMES utf8mb4, autocommit=1, time_zone='+00:00', sql_mode=TRIM(BOTH ',' FROM {modes})"
    )
}

/// Opens sessions.
pub(super) struct Opener<'a> {
    pub(super) connector: Connector<'a>,
    pub(super) settings: Arc<Settings>,
    pub(super) scrubber: Arc<Scrubber>,
    /// Whether the session only reads.
    pub(super) read_only: bool,
}

#[async_trait]
impl Dialer for Opener<'_> {
    type Output = MysqlSession;

    async fn attempt(&self, target: &Target<'_>) -> Attempt<MysqlSession> {
        let mut connected = self.connector.open(target).await?;
        self.connector.track.enter(Stage::Ready);
        connected.ask(&set_up()).await?;
        if self.read_only {
            connected.ask(ONLY_READ).await?;
        }
        let answer = connected
            .ask("SELECT VERSION(), @@max_allowed_packet")
            .await?;
        let mut answer = answer.into_iter();
        let version = connected.version(answer.next());
        let longest = answer
            .next()
            .flatten()
            .and_then(|number| number.parse().ok())
            .unwrap_or(LIMIT);
        let name = match plain_version(&version) {
            Some(number) => self
                .scrubber
                .scrub(&format!("{} {number}", product(&version))),
            None => product(&version).to_owned(),
        };
        let link = Link::new(
            Arc::clone(&self.settings),
            Arc::clone(&self.scrubber),
            target,
            connected.connection,
        );
        let Connected {
            mut exchange,
            product,
            address,
            ..
        } = connected;
        exchange.stream.limit = LIMIT;
        let server = Server {
            name,
            product,
            address,
            longest,
        };
        Ok(MysqlSession::new(exchange, link, server, self.read_only))
    }
}
