//! What an error of the server or of the connection means.

use std::io;

use super::message::Reported;
use super::settings::words;
use crate::error::code;
use crate::failure::Failure;
use crate::net::tls;

/// The failure that a reported error stands for.
pub(crate) fn classify(reported: &Reported, address: &str) -> Failure {
    let message = format!("The server at {address}: {}", reported.message);
    let failure = match reported.code {
        11 | 18 => Failure::new(code::AUTH_FAILED, message).remedy(
            "Check the user and the password in the URL, and authSource: the database that the user was created in.",
        ),
        334 => Failure::new(code::AUTH_METHOD_UNSUPPORTED, message)
            .remedy("Remove authMechanism from the URL, or give the user that mechanism."),
        13 => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("Give the user a role on this database."),
        // Atlas: one code for everything, and a password that is wrong is the usual one.
        8000 => Failure::new(code::AUTH_FAILED, message)
            .remedy("Check the user and the password in the URL."),
        91 | 189 | 10107 | 11600 | 11602 | 13435 | 13436 => Failure::new(code::SERVER_ERROR, message)
            .remedy("Wait until the replica set has elected a primary.")
            .retryable(),
        _ => Failure::new(code::SERVER_ERROR, message).remedy("Check the server's log."),
    };
    failure.server_code(if reported.name.is_empty() {
        reported.code.to_string()
    } else {
        reported.name.clone()
    })
}

/// The failure of a connection that broke.
pub(crate) fn lost(address: &str, error: &io::Error) -> Failure {
    match tls::rustls_error(error) {
        Some(refused) => tls::explain(refused, address, &words()),
        None => {
            let failure = Failure::lost("MongoDB", address, error);
            let remedy = format!(
                "{} A server that insists on TLS closes a plain connection too: try tls=true.",
                failure.remedy
            );
            failure.remedy(remedy)
        }
    }
}
