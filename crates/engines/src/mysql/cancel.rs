//! Ending a statement at the server, from a second connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dialer::Connector;
use super::settings::Settings;
use crate::error::EngineError;
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
    /// Odd while an operation runs; each has a number of its own.
    operation: AtomicU64,
    /// How many cancellations are under way: an operation that begins meanwhile must not be the one that they hit.
    cancelling: watch::Sender<usize>,
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
            operation: AtomicU64::new(0),
            cancelling: watch::Sender::new(0),
            killed: AtomicBool::new(false),
        }
    }

    /// An operation begins, once no cancellation is under way that was meant for another. `true` where one was sent before: a
    /// server whose statement had ended already keeps it for the next one.
    pub(super) async fn begin(&self) -> bool {
        let mut cancelling = self.cancelling.subscribe();
        // The sender lives as long as this value.
        drop(cancelling.wait_for(|count| *count == 0).await);
        self.operation.fetch_or(1, Ordering::SeqCst);
        self.killed.swap(false, Ordering::SeqCst)
    }

    /// The operation is done.
    pub(super) fn end(&self) {
        let operation = self.operation.load(Ordering::SeqCst);
        self.operation
            .store(operation.wrapping_add(operation & 1), Ordering::SeqCst);
    }
}

/// Counts a cancellation as long as it lives.
struct UnderWay<'a>(&'a watch::Sender<usize>);

impl<'a> UnderWay<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// Cancels what one session does.
pub(super) struct MysqlCanceller(pub(super) Arc<Link>);

#[async_trait]
impl Canceller for MysqlCanceller {
    async fn cancel(&self) -> Result<(), EngineError> {
        let link = &self.0;
        let operation = link.operation.load(Ordering::SeqCst);
        if operation & 1 == 0 {
            return Ok(());
        }
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
            let under_way = UnderWay::new(&link.cancelling);
            if link.operation.load(Ordering::SeqCst) == operation {
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
            drop(under_way);
            connected.leave().await;
            Ok(())
        })
        .await
    }
}
