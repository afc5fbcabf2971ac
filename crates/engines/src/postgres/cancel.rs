//! A request to cancel: a connection of its own that names the session by two numbers (PostgreSQL's documentation, 53.2.9).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use postgres_protocol::message::frontend;
use tokio_util::sync::CancellationToken;

use super::channel::Channel;
use super::errors;
use super::session::{Dial, Role};
use super::settings::Settings;
use crate::error::EngineError;
use crate::in_flight::InFlight;
use crate::net::dial::{Endpoint, Place as Reached, Target};
use crate::scrub::Scrubber;
use crate::session::Canceller;
use crate::track;

/// More time a request does not get: the person waits.
const LIMIT: Duration = Duration::from_secs(5);

/// Where a session is connected, and how the server knows it.
pub(crate) struct Place {
    pub(crate) endpoint: Endpoint,
    pub(crate) place: Reached,
    pub(crate) encrypted: bool,
    pub(crate) process: i32,
    pub(crate) secret: i32,
    pub(crate) in_flight: InFlight,
}

/// Cancels what one session runs.
pub(crate) struct CancelRequest {
    pub(crate) settings: Arc<Settings>,
    pub(crate) at: Arc<Place>,
    pub(crate) scrubber: Arc<Scrubber>,
}

#[async_trait]
impl Canceller for CancelRequest {
    async fn cancel(&self) -> Result<(), EngineError> {
        let Some(operation) = self.at.in_flight.running() else {
            return Ok(());
        };
        let never = CancellationToken::new();
        track::attempt(LIMIT, &self.scrubber, &never, |track| async move {
            let target = Target {
                endpoint: &self.at.endpoint,
                place: self.at.place.clone(),
            };
            let dial = Dial {
                settings: &self.settings,
                track: &track,
                role: Role::Any,
            };
            let mut channel = Channel::new(dial.again(&target, self.at.encrypted).await?);
            frontend::cancel_request(self.at.process, self.at.secret, &mut channel.output);
            let address = target.to_string();
            let broken = |error: std::io::Error| errors::broken(&error, &address);
            if let Some(_aim) = self.at.in_flight.aim(operation) {
                channel.flush().await.map_err(broken)?;
                // The server closes when it has passed the request on.
                while channel.skip().await.is_ok() {}
            }
            Ok(())
        })
        .await
    }
}
