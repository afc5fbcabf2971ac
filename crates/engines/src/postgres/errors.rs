//! What a fault of the login or an error of the server means.

use std::io;

use super::channel::Reported;
use super::login::Fault;
use crate::error::code;
use crate::failure::Failure;
use crate::net::banner;
use crate::net::tls::{self, Words};
use crate::session::Fate;
use crate::stage::Stage;

const PRODUCT: &str = "PostgreSQL";

/// The failure that a fault of the login stands for.
pub(crate) fn of_login(
    fault: Fault,
    authenticated: bool,
    address: &str,
    encrypted: bool,
) -> Failure {
    match fault {
        Fault::RefusedMethod(method) => Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} asks for {method}, which require_auth rules out."),
        )
        .remedy("Change require_auth, or the server's pg_hba.conf."),
        Fault::TooManyRounds => Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!(
                "The server at {address} asks for more SCRAM iterations than a login is worth."
            ),
        )
        .remedy("Check that the server is the one you mean, and its scram_iterations."),
        Fault::Foreign(first) => {
            Failure::not_this_database(PRODUCT, address, banner::identify(&first))
        }
        Fault::Server(reported) => {
            let failure = reported_by_server(&reported, encrypted, address);
            if authenticated {
                failure
            } else {
                failure.try_next_encryption()
            }
        }
        // SCRAM convinces both sides: a server that does not know the password is turned down here.
        Fault::Scram(why) => Failure::new(
            code::AUTH_FAILED,
            format!("Logging in at {address} failed: {why}."),
        )
        .remedy("Check the user and the password, and that the server is the one you mean.")
        .at(Stage::Auth),
        Fault::Io(error) => broken(&error, address),
        Fault::PasswordMissing => Failure::new(
            code::AUTH_FAILED,
            format!("The server at {address} asks for a password, and the URL has none."),
        )
        .remedy("Add the password to the URL."),
        Fault::Unbound => Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} cannot bind the login to the encrypted channel."),
        )
        .remedy("Use sslmode=require and scram-sha-256 at the server, or remove channel_binding=require."),
        Fault::Unsupported(method) => Failure::new(
            code::AUTH_METHOD_UNSUPPORTED,
            format!("The server at {address} asks for a way of logging in that is not supported: {method}."),
        )
        .remedy("Let the server's pg_hba.conf take scram-sha-256 for this user."),
    }
}

/// What an error of a statement means, and what became of the statement.
pub(crate) fn run_failure(error: &Reported) -> (Failure, Fate) {
    let mut message = format!("{}: {}", error.severity, error.message);
    if let Some(detail) = &error.detail {
        message = format!("{message} ({detail})");
    }
    let hint = |otherwise: &str| error.hint.clone().unwrap_or_else(|| otherwise.to_owned());
    let fail = |code, remedy: &str| Failure::new(code, message.clone()).remedy(hint(remedy));
    let (failure, fate) = match error.code.as_str() {
        state if error.is_last() => (
            fail(
                code::CONNECTION_LOST,
                "Connect again; the server's log says why it ended the session.",
            ),
            // The server itself ends the session, and what it had not committed with it: it is shut down, or ran out of a limit.
            // Anything else may be the word of a proxy whose server is gone.
            if state.starts_with("57P") || state.starts_with("25P") {
                Fate::RolledBack
            } else {
                Fate::Unknown
            },
        ),
        "57014" if error.message.contains("timeout") => (
            fail(
                code::TIMED_OUT,
                "Give the statement more time, or less to do.",
            ),
            Fate::Refused,
        ),
        "57014" => (
            fail(
                code::CANCELLED,
                "It was ended at the server and changed nothing.",
            ),
            Fate::Refused,
        ),
        "40001" => (
            fail(code::SERIALIZATION_FAILURE, "Run it again.").retryable(),
            Fate::RolledBack,
        ),
        "40P01" => (
            fail(code::DEADLOCK, "Run it again.").retryable(),
            Fate::RolledBack,
        ),
        "55P03" => (
            fail(
                code::LOCK_TIMEOUT,
                "Wait for whoever holds the lock (pg_locks, pg_stat_activity), and run it again.",
            )
            .retryable(),
            Fate::Refused,
        ),
        "25006" => (
            fail(
                code::READ_ONLY,
                "A read does not write: change the type of the action, or the statement.",
            ),
            Fate::Refused,
        ),
        "42501" => (
            fail(
                code::PERMISSION_DENIED,
                "Ask for the right to do this (GRANT).",
            ),
            Fate::Refused,
        ),
        "22P02" | "22003" | "22007" | "22008" | "22021" | "22P03" | "22P05" => (
            fail(
                code::VALUE_REFUSED,
                "Check the value against the type of its column.",
            ),
            Fate::Refused,
        ),
        state if state.starts_with("23") => (
            fail(
                code::CONSTRAINT_VIOLATED,
                "Check the values against the rows that are there.",
            ),
            Fate::Refused,
        ),
        _ => (
            fail(
                code::STATEMENT_FAILED,
                "Mend the statement; the place is told where the server tells it.",
            ),
            Fate::Refused,
        ),
    };
    (failure.server_code(error.code.as_str()), fate)
}

/// The failure of a connection that broke, or on which somebody says what the protocol does not know.
pub(crate) fn broken(error: &io::Error, address: &str) -> Failure {
    if let Some(refused) = tls::rustls_error(error) {
        let words = Words {
            authority: "sslrootcert=…",
            without_name: "sslmode=verify-ca",
            certificate: "sslcert",
        };
        return tls::explain(refused, address, &words);
    }
    Failure::lost(PRODUCT, address, error)
}

/// The failure that an error of the server stands for while a session is opened.
pub(crate) fn reported_by_server(error: &Reported, encrypted: bool, address: &str) -> Failure {
    let message = format!("{}: {}", error.severity, error.message);
    let failure = match error.code.as_str() {
        "28P01" => Failure::new(code::AUTH_FAILED, message)
            .remedy("Check the user and the password in the URL."),
        "28000" if error.message.contains("pg_hba.conf") => {
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
            error.code
        )),
    };
    failure.server_code(error.code.as_str())
}
