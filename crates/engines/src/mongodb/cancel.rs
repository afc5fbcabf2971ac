//! Stopping an operation at its server, over a second connection.
//!
//! `killSessions` needs no rights where it is one's own session, and ends its operations, cursors and transaction. Where
//! the server has no sessions, or took the command and did nothing, the operation is looked up by its connection in
//! `currentOp` and killed there. SecantusDB, which the tests use, ends the connection at that, and finishes what runs.

use std::sync::Arc;

use async_trait::async_trait;
use bson::raw::{RawBsonRef, RawDocument};
use bson::{Bson, doc};
use tokio_util::sync::CancellationToken;

use super::connect;
use super::message::{Channel, number};
use super::outcome::Cursor;
use super::shared::{Shared, Whereabouts};
use crate::error::EngineError;
use crate::failure::Attempt;
use crate::session::Canceller;
use crate::track;

/// Stops what a session does.
pub(crate) struct MongodbCanceller(pub(crate) Arc<Shared>);

#[async_trait]
impl Canceller for MongodbCanceller {
    async fn cancel(&self) -> Result<(), EngineError> {
        let shared = &self.0;
        let Some((server, cursor, order)) = shared.stop() else {
            return Ok(());
        };
        // The session waits for it before it goes on, whatever becomes of this.
        let _over = order.over.drop_guard();
        let never = CancellationToken::new();
        track::attempt(
            shared.timeout,
            &shared.scrubber,
            &never,
            |track| async move {
                let (endpoint, place) = (&server.endpoint, &server.place);
                let mut member =
                    connect::open_again(&shared.settings, endpoint, place, &track).await?;
                member.channel.take_long_replies();
                kill(&mut member.channel, &server, cursor.as_ref()).await
            },
        )
        .await
    }
}

async fn kill(channel: &mut Channel, server: &Whereabouts, cursor: Option<&Cursor>) -> Attempt<()> {
    if let Some(cursor) = cursor {
        let command = doc! { "killCursors": &cursor.collection, "cursors": [cursor.id] };
        // What matters is what comes next: it may have ended by itself.
        drop(channel.run(&cursor.database, command).await);
    }
    let mut told = Ok(());
    if let Some(session) = &server.session {
        let command = doc! { "killSessions": [session.id()] };
        told = channel.run("admin", command).await.map(drop);
    }
    let Some(connection) = server.connection else {
        return told;
    };
    match kill_operations(channel, connection).await {
        Ok(()) => Ok(()),
        // A user may end sessions of their own and see no operations.
        Err(failure) if server.session.is_none() => Err(failure),
        Err(_) => told,
    }
}

async fn kill_operations(channel: &mut Channel, connection: i64) -> Attempt<()> {
    let command = doc! { "currentOp": 1, "$ownOps": true };
    let reply = channel.run("admin", command).await?;
    let Ok(operations) = reply.get_array("inprog") else {
        return Ok(());
    };
    for operation in operations {
        let Ok(RawBsonRef::Document(operation)) = operation else {
            continue;
        };
        if number(operation, "connectionId") == Some(connection)
            && let Some(id) = to_kill(operation)
        {
            channel.run("admin", doc! { "killOp": 1, "op": id }).await?;
        }
    }
    Ok(())
}

/// The id of an operation that runs and was not told to end.
fn to_kill(operation: &RawDocument) -> Option<Bson> {
    if !operation.get_bool("active").unwrap_or(true)
        || operation.get_bool("killPending").unwrap_or(false)
    {
        return None;
    }
    // A number; behind a router a text that names the shard.
    Bson::try_from(operation.get("opid").ok()??).ok()
}
