//! What a connection test asks the selected server: look at the database, ask how it is.

use std::time::Instant;

use bson::{Document, doc};

use super::message::{Reported, text};
use super::selection::Member;
use super::settings::{DEFAULT_DATABASE, ReadPreference, Settings};
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
    track.enter(Stage::Database);
    look(settings, &mut member).await?;
    track.enter(Stage::Ready);
    let started = Instant::now();
    let ping = anywhere(&member, doc! { "ping": 1 });
    member.channel.run("admin", ping).await?;
    let latency = started.elapsed();
    Ok(Outcome {
        server: "MongoDB",
        version: version(&mut member)
            .await?
            .as_deref()
            .and_then(plain_version),
        latency,
        tls: member.tls,
    })
}

/// Without a preference a secondary answers nothing but questions about itself.
fn anywhere(member: &Member, mut command: Document) -> Document {
    if !member.facts.primary {
        let mode = ReadPreference::PrimaryPreferred.mode();
        command.insert("$readPreference", doc! { "mode": mode });
    }
    command
}

/// The server's version, in its own words.
pub(crate) async fn version(member: &mut Member) -> Attempt<Option<String>> {
    let question = anywhere(member, doc! { "buildInfo": 1 });
    let about = member.channel.run("admin", question).await?;
    Ok(text(&about, "version"))
}

/// Whether the server talks to us about the database.
///
/// A database comes into being with its first document, so that one that is not there is no mistake. `ping` is answered to
/// anybody.
pub(crate) async fn look(settings: &Settings, member: &mut Member) -> Attempt<()> {
    let database = settings.database.as_deref().unwrap_or(DEFAULT_DATABASE);
    let question = doc! {
        "listCollections": 1,
        "nameOnly": true,
        "authorizedCollections": true,
        "cursor": { "batchSize": 1 },
    };
    let question = anywhere(member, question);
    let channel = &mut member.channel;
    let reply = match channel.exchange(database, question).await {
        Ok(reply) => reply,
        Err(fault) => return Err(channel.failure(fault)),
    };
    match Reported::of(&reply) {
        None => Ok(()),
        Some(reported) if reported.code != UNAUTHORIZED => {
            Err(super::errors::classify(&reported, &channel.address))
        }
        Some(reported) if settings.credential.is_none() => Err(Failure::new(
            code::AUTH_FAILED,
            format!(
                "The server at {} wants a login, and the URL has no user.",
                channel.address
            ),
        )
        .remedy("Add the user and the password to the URL.")
        .server_code(reported.name)),
        // A user may read one collection and list none: logged in is what counts.
        Some(_) => Ok(()),
    }
}
