//! What a connection test asks the selected server: look at the database, ask how it is.

use std::time::Instant;

use bson::{Document, doc};

use super::message::{Reported, text};
use super::selection::Member;
use super::settings::Settings;
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::report::{Outcome, plain_version};
use crate::stage::Stage;
use crate::track::Track;

/// The server's code for a lack of rights.
const UNAUTHORIZED: i64 = 13;

/// Runs the rest of the test.
pub(crate) async fn run(
    settings: &Settings,
    track: &Track<'_>,
    mut member: Member,
) -> Attempt<Outcome> {
    let channel = &mut member.channel;
    let anywhere = |mut command: Document| {
        if !member.facts.primary {
            // Without it a secondary answers nothing but questions about itself.
            command.insert("$readPreference", doc! { "mode": "primaryPreferred" });
        }
        command
    };
    track.enter(Stage::Database);
    // A database comes into being with its first document, so that one that is not there is no mistake. What can be
    // found out is whether the server talks to us about it: `ping` is answered to anybody.
    let database = settings.database.as_deref().unwrap_or("test");
    let look = anywhere(doc! {
        "listCollections": 1,
        "nameOnly": true,
        "authorizedCollections": true,
        "cursor": { "batchSize": 1 },
    });
    let reply = match channel.exchange(database, look).await {
        Ok(reply) => reply,
        Err(fault) => return Err(channel.failure(fault)),
    };
    match Reported::of(&reply) {
        None => {}
        Some(reported) if reported.code != UNAUTHORIZED => {
            return Err(super::errors::classify(&reported, &channel.address));
        }
        Some(reported) if settings.credential.is_none() => {
            return Err(Failure::new(
                code::AUTH_FAILED,
                format!(
                    "The server at {} wants a login, and the URL has no user.",
                    channel.address
                ),
            )
            .remedy("Add the user and the password to the URL.")
            .server_code(reported.name));
        }
        // A user may read one collection and list none: logged in is what counts.
        Some(_) => {}
    }
    track.enter(Stage::Ready);
    let started = Instant::now();
    channel.run("admin", anywhere(doc! { "ping": 1 })).await?;
    let latency = started.elapsed();
    let about = channel
        .run("admin", anywhere(doc! { "buildInfo": 1 }))
        .await?;
    Ok(Outcome {
        server: "MongoDB",
        version: text(&about, "version").as_deref().and_then(plain_version),
        latency,
        tls: member.tls,
    })
}
