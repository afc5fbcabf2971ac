//! What a session and its cancellers know together.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bson::spec::BinarySubtype;
use bson::{Binary, Document, Uuid, doc};
use tokio_util::sync::CancellationToken;

use super::outcome::Cursor;
use super::selection::Member;
use super::settings::Settings;
use crate::error::EngineError;
use crate::failure::Failure;
use crate::net::dial::{Endpoint, Place};
use crate::scrub::Scrubber;
use crate::session::SessionOptions;
use crate::stage::Stage;

/// A logical session's id: by it, servers know what belongs to us.
#[derive(Clone, PartialEq)]
pub(crate) struct LogicalSession(Uuid);

impl LogicalSession {
    pub(crate) fn new() -> Self {
        Self(Uuid::new())
    }

    /// As commands have it.
    pub(crate) fn id(&self) -> Document {
        let bytes = self.0.bytes().to_vec();
        doc! { "id": Binary { subtype: BinarySubtype::Uuid, bytes } }
    }
}

/// How to connect, and what is under way.
pub(crate) struct Shared {
    /// The time that connecting may take.
    pub(crate) timeout: Duration,
    pub(crate) read_only: bool,
    pub(crate) settings: Settings,
    pub(crate) scrubber: Scrubber,
    now: Mutex<Now>,
}

/// What is under way.
struct Now {
    /// Whether an operation waits for the server, or the server keeps a cursor for us.
    busy: bool,
    order: Order,
    server: Option<Whereabouts>,
    cursor: Option<Cursor>,
}

/// The order to stop one operation.
#[derive(Clone, Default)]
pub(crate) struct Order {
    /// Somebody wants it to stop.
    pub(crate) given: CancellationToken,
    /// The server was told, or can't be.
    pub(crate) over: CancellationToken,
}

/// Where an operation runs, and by what it is known there.
#[derive(Clone)]
pub(crate) struct Whereabouts {
    pub(crate) endpoint: Endpoint,
    pub(crate) place: Place,
    pub(crate) connection: Option<i64>,
    pub(crate) session: Option<LogicalSession>,
}

impl Whereabouts {
    pub(crate) fn of(member: &Member, session: Option<LogicalSession>) -> Self {
        Self {
            endpoint: member.endpoint.clone(),
            place: member.place.clone(),
            connection: member.facts.connection,
            session,
        }
    }
}

impl Shared {
    pub(crate) fn new(options: &SessionOptions, settings: Settings, scrubber: Scrubber) -> Self {
        Self {
            timeout: options.timeout,
            read_only: options.read_only,
            settings,
            scrubber,
            now: Mutex::new(Now {
                busy: false,
                order: Order::default(),
                server: None,
                cursor: None,
            }),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An operation begins.
    pub(crate) fn begin(&self) {
        let mut now = self.now();
        now.busy = true;
        now.order = Order::default();
        now.cursor = None;
    }

    /// Waits until a cancellation that is under way has told the server.
    pub(crate) async fn wait_for_cancellation(&self) {
        let order = self.now().order.clone();
        if order.given.is_cancelled() {
            // A canceller takes no longer either, unless nobody polls it.
            drop(tokio::time::timeout(self.timeout, order.over.cancelled()).await);
        }
    }

    /// Whether the operation was told to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.now().order.given.is_cancelled()
    }

    /// The operation has its answer; the server may keep a cursor for the rest.
    pub(crate) fn answered(&self, cursor: Option<Cursor>) {
        let mut now = self.now();
        now.busy = cursor.is_some();
        now.cursor = cursor;
    }

    /// The logical session that operations belong to, where the server knows such.
    pub(crate) fn logical_session(&self) -> Option<LogicalSession> {
        self.now().server.as_ref()?.session.clone()
    }

    /// The connection that operations run on from now on.
    pub(crate) fn moved(&self, server: Whereabouts) {
        self.now().server = Some(server);
    }

    /// Gives the order to stop what is under way: where it runs, its cursor, and how to say that the server was told.
    pub(crate) fn stop(&self) -> Option<(Whereabouts, Option<Cursor>, Order)> {
        let now = self.now();
        if !now.busy {
            return None;
        }
        now.order.given.cancel();
        Some((now.server.clone()?, now.cursor.clone(), now.order.clone()))
    }

    /// A failure as it leaves the crate.
    pub(crate) fn error(&self, failure: Failure) -> EngineError {
        EngineError {
            stage: Stage::Ready,
            ..failure.into_error(Stage::Ready, &self.scrubber)
        }
    }
}
