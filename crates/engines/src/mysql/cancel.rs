//! Ending a statement at the server, from a second connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::dialer::Connector;
use super::settings::Settings;
use crate::error::EngineError;
use crate::in_flight::InFlight;
use crate::net::dial::{Endpoint, Place, Target};
use crate::scrub::Scrubber;
use crate::session::Canceller;
use crate::track;

/// More time a cancellation does not get: the person waits.
const LIMIT: Duration = Duration::from_secs(5);

/// What a session and those who cancel its statements know of each other.
pub(super) struct Link {
    settings: Arc<Settings>,
    pub(super) scrubber: Arc<Scrubber>,
    endpoint: Endpoint,
    place: Place,
    /// The number of the session's connection at the server.
    connection: u32,
    in_flight: InFlight,
    /// The server was told to end a statement.
    killed: AtomicBool,
}

impl Link {
    pub(super) fn new(
        settings: Arc<Settings>,
        scrubber: Arc<Scrubber>,
        target: &Target<'_>,
        connection: u32,
    ) -> Self {
        Self {
            settings,
            scrubber,
            endpoint: target.endpoint.clone(),
            place: target.place.clone(),
            connection,
            in_flight: InFlight::default(),
            killed: AtomicBool::new(false),
        }
    }

    /// An operation begins. `true` where a cancellation was sent before: a server whose statement had ended already keeps it for
    /// the next one.
    pub(super) async fn begin(&self) -> bool {
        self.in_flight.begin().await;
        self.killed.swap(false, Ordering::SeqCst)
    }

    /// The operation is done.
    pub(super) fn end(&self) {
        self.in_flight.end();
    }
}

/// Cancels what one session does.
pub(super) struct MysqlCanceller(pub(super) Arc<Link>);

#[async_trait]
impl Canceller for MysqlCanceller {
    async fn cancel(&self) -> Result<(), EngineError> {
        let link = &self.0;
        let Some(operation) = link.in_flight.running() else {
            return Ok(());
        };
        let never = CancellationToken::new();
        track::attempt(LIMIT, &link.scrubber, &never, |track| async move {
            let connector = Connector {
                settings: &link.settings,
                track: &track,
            };
            let target = Target {
                endpoint: &link.endpoint,
                place: link.place.clone(),
            };
            let mut connected = connector.open(&target).await?;
            if let Some(_aim) = link.in_flight.aim(operation) {
                link.killed.store(true, Ordering::SeqCst);
                match connected
                    .ask(&format!("KILL QUERY {}", link.connection))
                    .await
                {
                    // There is no such session any more, and no statement of it.
                    Err(failure) if failure.server_code.as_deref() == Some("1094") => {}
                    answer => drop(answer?),
                }
            }
            connected.leave().await;
            Ok(())
        })
        .await
    }
}
