//! A connection that is logged in.

use super::authentication;
use super::selection::{self, Member};
use super::settings::{ReadPreference, Settings};
use crate::failure::Attempt;
use crate::net::dial::{Endpoint, Place};
use crate::stage::Stage;
use crate::track::Track;

/// Selects a server and logs in there.
pub(crate) async fn open(
    settings: &Settings,
    preference: ReadPreference,
    track: &Track<'_>,
) -> Attempt<Member> {
    let member = selection::select(settings, preference, track).await?;
    log_in(settings, track, member).await
}

/// Connects once more to a server that was selected before, and logs in there.
pub(crate) async fn open_again(
    settings: &Settings,
    endpoint: &Endpoint,
    place: &Place,
    track: &Track<'_>,
) -> Attempt<Member> {
    let member = selection::again(settings, endpoint, place, track).await?;
    log_in(settings, track, member).await
}

async fn log_in(settings: &Settings, track: &Track<'_>, mut member: Member) -> Attempt<Member> {
    track.enter(Stage::Auth);
    if let Some(credential) = &settings.credential {
        authentication::log_in(&mut member.channel, credential, &member.mechanisms).await?;
    }
    Ok(member)
}
