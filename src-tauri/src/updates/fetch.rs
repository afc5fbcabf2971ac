//! Asking the server, and fetching a package: each within a limit, each failure with a code and a word on what to do. Nothing
//! here touches the program that runs.

use std::path::Path;
use std::time::Duration;

use tauri::{AppHandle, Runtime};
use tauri_plugin_updater::{Error, Update, UpdaterExt};
use tokio::sync::Notify;
use workbench::AppError;

use super::source::Source;

/// How long and how much at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the whole answer to "is there a newer version?".
    pub answer: Duration,
    /// For a connection to be made, and between two pieces of a package.
    pub silence: Duration,
    /// Bytes of a package.
    pub size: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            // An AppImage with its own web view has 100 MB.
            size: 1 << 29,
        }
    }
}

/// What was being done when something went wrong: the transport's error does not say.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Asking,
    Fetching,
}

/// Asks for a newer version; `None` when there is none.
///
/// # Errors
/// `update_unreachable`, `update_timeout`, `update_answer`, `update_no_package`.
pub async fn check<R: Runtime>(
    app: &AppHandle<R>,
    source: &Source,
    replaced: Option<&Path>,
    limits: Limits,
) -> Result<Option<Update>, AppError> {
    let insecure = source.insecure;
    let mut builder = app
        .updater_builder()
        .timeout(limits.answer)
        .configure_client(move |client| {
            // Also where a redirect leads.
            client
                .https_only(!insecure)
                .connect_timeout(limits.silence)
                .read_timeout(limits.silence)
        });
    if let Some(path) = replaced {
        builder = builder.executable_path(path);
    }
    let failed = |error| failure(error, Doing::Asking);
    let found = builder
        .build()
        .map_err(failed)?
        .check()
        .await
        .map_err(failed)?;
    match found {
        Some(update) if update.download_url.scheme() != "https" && !insecure => {
            tracing::warn!(
                version = update.version,
                "the package is offered without TLS"
            );
            Err(bad_answer())
        }
        found => Ok(found),
    }
}

/// Fetches a package and checks its signature. `cancel` ends it.
///
/// # Errors
/// `cancelled`, `update_timeout`, `update_download`, `update_signature`.
pub async fn download(
    update: &Update,
    limits: Limits,
    progress: impl Fn(u64, Option<u64>),
    cancel: &Notify,
) -> Result<Vec<u8>, AppError> {
    let too_much = Notify::new();
    let mut received = 0_u64;
    let fetching = update.download(
        |piece, total| {
            received += piece as u64;
            progress(received, total);
            if received > limits.size {
                too_much.notify_one();
            }
        },
        || (),
    );
    tokio::select! {
        biased;
        () = cancel.notified() => Err(AppError::cancelled()),
        () = too_much.notified() => Err(AppError::new(
            "update_download",
            "The update is larger than any Tapedeck is, and was not fetched to its end. Get the new version from the page with the releases.",
        )),
        fetched = fetching => fetched.map_err(|error| failure(error, Doing::Fetching)),
    }
}

fn bad_answer() -> AppError {
    AppError::new(
        "update_answer",
        "The update server answered something that is no list of versions. Try again later, or get the new version from the page with the releases.",
    )
    .retryable()
}

/// A failure of the plugin as one of ours. What a server wrote is not in it.
pub fn put_in_place_failed(error: &Error) -> AppError {
    tracing::warn!(%error, "an update was not put in place");
    match error {
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => bad_signature(),
        Error::PreviousAppNotRestored(path) => AppError::new(
            "update_install",
            format!(
                "The update can't be put in place, and what was there could not be moved back: it is {} now. Move it back by hand.",
                path.display()
            ),
        ),
        Error::Io(error) => AppError::new(
            "update_install",
            format!(
                "The update can't be put in place: {error}. Tapedeck was left as it is. Check the permissions of its folder and the room on the disk."
            ),
        ),
        _ => AppError::new(
            "update_install",
            "The update can't be put in place. Tapedeck was left as it is. Get the new version from the page with the releases.",
        ),
    }
}

fn bad_signature() -> AppError {
    AppError::new(
        "update_signature",
        "The update is not signed by who made this Tapedeck, or was changed on its way. It was thrown away. Try again later; if it happens again, tell us.",
    )
}

fn failure(error: Error, doing: Doing) -> AppError {
    tracing::warn!(%error, "an update was not had");
    match error {
        Error::Reqwest(error) if error.is_timeout() => AppError::new(
            "update_timeout",
            "The update server did not answer in time. Try again later.",
        )
        .retryable(),
        Error::Reqwest(error) if error.is_connect() || error.is_request() => AppError::new(
            "update_unreachable",
            "The update server can't be reached. Check the network, and the proxy if there is one, and try again.",
        )
        .retryable(),
        Error::Reqwest(_) | Error::Network(_) if doing == Doing::Fetching => AppError::new(
            "update_download",
            "The download of the update broke off. What came of it was thrown away. Try again.",
        )
        .retryable(),
        Error::TargetNotFound(_) | Error::TargetsNotFound(_) => AppError::new(
            "update_no_package",
            "There is a newer version, but no package of it for this system yet. Try again later.",
        )
        .retryable(),
        error if doing == Doing::Fetching => put_in_place_failed(&error),
        _ => bad_answer(),
    }
}
