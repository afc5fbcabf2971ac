//! What an error of the server or of the connection means.

use std::io;

use super::packet::Reported;
use crate::error::code;
use crate::failure::Failure;
use crate::net::tls::{self, Words};

/// The failure that a reported error stands for.
pub(crate) fn classify(reported: &Reported, address: &str, encrypted: bool) -> Failure {
    // What reads as a password and its value would lose the value on its way out.
    let said = reported
        .message
        .replace("(using password: YES)", "(with a password)")
        .replace("(using password: NO)", "(without a password)");
    let message = format!("The server at {address}: {said}");
    let failure = match reported.number {
        1045 | 1698 if encrypted => Failure::new(code::AUTH_FAILED, message)
            .remedy("Check the user and the password in the URL, and that the user may log in from this machine."),
        1045 | 1698 => Failure::new(code::AUTH_FAILED, message).remedy(
            "Check the user and the password in the URL, and that the user may log in from this machine. A user who \
             must use TLS is turned down the same way: try ssl-mode=REQUIRED.",
        ),
        1820 | 1862 => Failure::new(code::AUTH_FAILED, message)
            .remedy("The password has expired: set a new one with the mysql client."),
        3118 | 4151 => Failure::new(code::AUTH_FAILED, message)
            .remedy("Ask an administrator to unlock the account."),
        1251 | 1524 | 2059 => Failure::new(code::AUTH_METHOD_UNSUPPORTED, message)
            .remedy("Let the user log in by caching_sha2_password or mysql_native_password."),
        3159 => Failure::new(code::TLS_REQUIRED, message)
            .remedy("Use ssl-mode=REQUIRED or stricter."),
        1044 => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("Check the database's name in the URL, and ask for rights on it (GRANT)."),
        1130 => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("Let the server admit this machine: the host part of the user's account."),
        1129 => Failure::new(code::PERMISSION_DENIED, message)
            .remedy("The server blocks this machine after many failures: FLUSH HOSTS unblocks it."),
        1049 => Failure::new(code::DATABASE_NOT_FOUND, message)
            .remedy("Check the database's name in the URL, or create it."),
        1040 | 1203 | 1226 => Failure::new(code::TOO_MANY_CONNECTIONS, message)
            .remedy("Close connections that are not used, or raise the server's or the user's limit.")
            .try_next_address(),
        1053 => Failure::new(code::SERVER_ERROR, message)
            .remedy("Wait until the server is back.")
            .retryable()
            .try_next_address(),
        number => Failure::new(code::SERVER_ERROR, message)
            .remedy(format!("Look up the error {number}, and check the server's log.")),
    };
    failure.server_code(reported.number.to_string())
}

/// The failure of a connection that broke.
pub(crate) fn lost(product: &str, address: &str, error: &io::Error) -> Failure {
    if let Some(refused) = tls::rustls_error(error) {
        let words = Words {
            authority: "ssl-ca=…",
            without_name: "ssl-mode=VERIFY_CA",
            certificate: "ssl-cert",
        };
        return tls::explain(refused, address, &words);
    }
    if error.kind() == io::ErrorKind::InvalidData {
        return Failure::not_this_database(product, address, None);
    }
    Failure::lost(product, address, error).try_next_address()
}
