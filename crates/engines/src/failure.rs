//! A failure inside the crate, before its texts are scrubbed.

use std::io;

use crate::error::{EngineError, code};
use crate::scrub::Scrubber;
use crate::stage::Stage;

/// A failure whose texts may still hold anything that a server or a driver said.
///
/// It has neither `Debug` nor `Display`, so that it cannot end up in a log by accident: the one way out is
/// [`Failure::into_error`], which scrubs.
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) remedy: String,
    pub(crate) server_code: Option<String>,
    pub(crate) retryable: bool,
    /// The stage, where it is not the one that the test is at when the failure comes out.
    pub(crate) stage: Option<Stage>,
    /// Whether the engine's own client would go on with the next address or host.
    pub(crate) next_address: bool,
    /// Whether the server turned the session down before it had accepted the credentials, or TLS could not be agreed
    /// on: what libpq's `allow` and `prefer` answer with a second attempt.
    pub(crate) next_encryption: bool,
}

/// What the steps inside the crate give back.
pub(crate) type Attempt<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        let retryable = matches!(
            code,
            code::RESOLVE_FAILED
                | code::CONNECTION_REFUSED
                | code::CONNECT_TIMEOUT
                | code::TIMED_OUT
                | code::CANCELLED
                | code::TOO_MANY_CONNECTIONS
                | code::CONNECTION_LOST
        );
        Self {
            code,
            message: message.into(),
            remedy: String::new(),
            server_code: None,
            retryable,
            stage: None,
            next_address: false,
            next_encryption: false,
        }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    pub(crate) fn server_code(mut self, code: impl Into<String>) -> Self {
        self.server_code = Some(code.into());
        self
    }

    pub(crate) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// What comes out of the crate: every text scrubbed. `stage` is the one that the attempt was at.
    pub(crate) fn into_error(self, stage: Stage, scrubber: &Scrubber) -> EngineError {
        EngineError {
            code: self.code,
            stage: self.stage.unwrap_or(stage),
            message: scrubber.scrub(&self.message),
            remedy: scrubber.scrub(&self.remedy),
            server_code: self
                .server_code
                .map(|code| scrubber.scrub(&code).chars().take(64).collect()),
            retryable: self.retryable,
        }
    }

    pub(crate) fn at(mut self, stage: Stage) -> Self {
        self.stage.get_or_insert(stage);
        self
    }

    pub(crate) fn try_next_address(mut self) -> Self {
        self.next_address = true;
        self
    }

    pub(crate) fn try_next_encryption(mut self) -> Self {
        self.next_encryption = true;
        self
    }

    /// An option of the URL that cannot be used. Found before anything is sent.
    pub(crate) fn option(name: &str, message: impl AsRef<str>, remedy: impl Into<String>) -> Self {
        Self::new(
            code::INVALID_OPTION,
            format!("The option {name} cannot be used: {}", message.as_ref()),
        )
        .remedy(remedy)
    }

    /// The connection broke while something was expected from the server.
    pub(crate) fn lost(product: &str, address: &str, error: &io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => {
                format!("The server at {address} closed the connection before it was done.")
            }
            _ => format!("The connection to {address} broke: {error}"),
        };
        Self::new(code::CONNECTION_LOST, message).remedy(format!(
            "Check the server's log, and that {address} is a {product} server and not a proxy whose server is down."
        ))
    }

    /// Somebody else answers.
    pub(crate) fn not_this_database(product: &str, address: &str, who: Option<&str>) -> Self {
        let message = match who {
            Some(who) => format!("What answers at {address} is {who}, not {product}."),
            None => format!("What answers at {address} does not speak the protocol of {product}."),
        };
        Self::new(code::NOT_THIS_DATABASE, message).remedy(format!(
            "Check the host and the port of the URL, and that the database's type is {product}."
        ))
    }
}
