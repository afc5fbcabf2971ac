//! What an error of the driver or the server means.

use std::error::Error as _;
use std::io;

use tokio_postgres::error::{DbError, Error};

use super::wire::Heard;
use crate::error::code;
use crate::failure::Failure;
use crate::net::banner;
use crate::net::tls::{self, Words};
use crate::stage::Stage;

const PRODUCT: &str = "PostgreSQL";

/// The failure that an error stands for, given what was heard from the server until then.
pub(crate) fn classify(error: &Error, heard: &Heard, address: &str, encrypted: bool) -> Failure {
    if let Some(method) = heard.refused_method {
        return Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} asks for {method}, which require_auth rules out."),
        )
        .remedy("Change require_auth, or the server's pg_hba.conf.");
    }
    if heard.exhausting {
        return Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!(
                "The server at {address} asks for more SCRAM iterations than a login is worth."
            ),
        )
        .remedy("Check that the server is the one you mean, and its scram_iterations.");
    }
    if heard.foreign {
        return Failure::not_this_database(PRODUCT, address, banner::identify(&heard.first));
    }
    if let Some(reported) = error.as_db_error() {
        let failure = reported_by_server(reported, encrypted, address);
        return if heard.authenticated {
            failure
        } else {
            failure.try_next_encryption()
        };
    }
    let source = error.source();
    let login = error.to_string().starts_with("authentication error");
    if login && source.is_some_and(|source| source.is::<io::Error>()) {
        // SCRAM convinces both sides: a server that does not know the password is turned down here.
        let why = source.map(ToString::to_string).unwrap_or_default();
        return Failure::new(
            code::AUTH_FAILED,
            format!("Logging in at {address} failed: {why}."),
        )
        .remedy("Check the user and the password, and that the server is the one you mean.")
        .at(Stage::Auth);
    }
    if let Some(broken) = source.and_then(|source| source.downcast_ref::<io::Error>()) {
        if let Some(refused) = tls::rustls_error(broken) {
            let words = Words {
                authority: "sslrootcert=…",
                without_name: "sslmode=verify-ca",
                certificate: "sslcert",
            };
            return tls::explain(refused, address, &words);
        }
        return Failure::lost(PRODUCT, address, broken);
    }
    if error.is_closed() {
        return Failure::lost(PRODUCT, address, &io::ErrorKind::UnexpectedEof.into());
    }
    let text = source.map_or_else(|| error.to_string(), ToString::to_string);
    if text == "password missing" {
        return Failure::new(
            code::AUTH_FAILED,
            format!("The server at {address} asks for a password, and the URL has none."),
        )
        .remedy("Add the password to the URL.");
    }
    if text.contains("channel binding") {
        return Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} cannot bind the login to the encrypted channel."),
        )
        .remedy("Use sslmode=require and scram-sha-256 at the server, or remove channel_binding=require.");
    }
    if text.starts_with("unsupported") {
        return Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} asks for a way of logging in that is not supported: {text}."),
        )
        .remedy("Let the server's pg_hba.conf take scram-sha-256 for this user.");
    }
    if heard.authenticated {
        return Failure::new(
            code::SERVER_ERROR,
            format!("The server at {address}: {text}."),
        )
        .remedy("Check the server's log.");
    }
    Failure::new(
        code::AUTH_FAILED,
        format!("Logging in at {address} failed: {text}."),
    )
    .remedy("Check the user and the password, and that the server is the one you mean.")
}

fn reported_by_server(error: &DbError, encrypted: bool, address: &str) -> Failure {
    let state = error.code();
    let message = format!("{}: {}", error.severity(), error.message());
    let failure = match state.code() {
        "28P01" => Failure::new(code::AUTH_FAILED, message)
            .remedy("Check the user and the password in the URL."),
        "28000" if error.message().contains("pg_hba.conf") => {
            if encrypted {
                Failure::new(code::PERMISSION_DENIED, message).remedy(
                    "Let the server's pg_hba.conf admit this user to this database from this machine's address.",
                )
            } else {
                Failure::new(code::TLS_REQUIRED, message).remedy(
                    "Use sslmode=require or stricter; if the server does not ask for TLS, let its pg_hba.conf admit \
                     this user to this database from this machine's address.",
                )
            }
        }
        state if state.starts_with("28") => Failure::new(code::AUTH_FAILED, message).remedy(
            "Check the user in the URL, and how the server's pg_hba.conf wants it to log in.",
        ),
        "3D000" => Failure::new(code::DATABASE_NOT_FOUND, message)
            .remedy("Check the database's name in the URL, or create it."),
        "42501" => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("Ask for the right to connect to this database (GRANT CONNECT)."),
        "53300" => Failure::new(code::TOO_MANY_CONNECTIONS, message).remedy(
            "Close connections that are not used, or raise the server's or the user's limit.",
        ),
        // libpq goes on with the next host only for this one.
        "57P03" => Failure::new(code::SERVER_ERROR, message)
            .remedy("Wait until the server has started, recovered or shut down.")
            .retryable()
            .try_next_address(),
        "57P01" | "57P02" => {
            Failure::new(code::CONNECTION_LOST, message).remedy("Wait until the server is back.")
        }
        "55000" => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("Choose a database that accepts connections."),
        _ => Failure::new(code::SERVER_ERROR, message).remedy(format!(
            "Look up the code {} and check the log of the server at {address}.",
            state.code()
        )),
    };
    failure.server_code(state.code())
}
