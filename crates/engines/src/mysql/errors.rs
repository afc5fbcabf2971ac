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

/// The failure of a statement that the server refused, or of a session that it ended.
pub(crate) fn of_statement(reported: &Reported, address: &str) -> Failure {
    let number = reported.number;
    let message = reported.message.clone();
    let failure = match number {
        1022 | 1062 | 1169 | 1586 | 1859 => Failure::new(code::CONSTRAINT_VIOLATED, message)
            .remedy("Another row has this key already: change the value, or that row."),
        1216 | 1217 | 1451 | 1452 | 1557 | 1761 | 1762 => {
            Failure::new(code::CONSTRAINT_VIOLATED, message).remedy(
                "A foreign key stands against it: the row that is referred to must exist, and one that others refer to must \
                 stay.",
            )
        }
        1048 | 1263 | 1364 => Failure::new(code::CONSTRAINT_VIOLATED, message)
            .remedy("Give a value for this column: it takes no NULL."),
        // MariaDB's and MySQL's checks.
        3819 | 4025 => Failure::new(code::CONSTRAINT_VIOLATED, message)
            .remedy("The check of the table does not admit these values: change them."),
        1213 => Failure::new(code::DEADLOCK, message)
            .remedy("The server took the transaction back to let another go on: run it again.")
            .retryable(),
        // A row of the transaction's snapshot was changed by another.
        1020 => Failure::new(code::SERIALIZATION_FAILURE, message)
            .remedy("Another transaction changed the rows in between: run it again.")
            .retryable(),
        1205 | 3572 => Failure::new(code::LOCK_TIMEOUT, message)
            .remedy("Another session holds the rows: run it again later, or end that session.")
            .retryable(),
        1290 if message.contains("read-only") || message.contains("read_only") => {
            Failure::new(code::READ_ONLY, message).remedy(
                "The server takes no writes: it is a replica, or set to be read only. Use the primary.",
            )
        }
        1792 | 1836 => Failure::new(code::READ_ONLY, message)
            .remedy("This session only reads. Run writes as actions or migrations that write."),
        1317 => Failure::new(code::CANCELLED, "The statement was cancelled at the server.")
            .remedy("Run it again when you want its result."),
        1969 | 3024 => Failure::new(code::TIMED_OUT, message)
            .remedy("The server limits the time of a statement (max_statement_time, max_execution_time): make it quicker, or \
                     raise the limit."),
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 | 1410 | 1698 => {
            Failure::new(code::PERMISSION_DENIED, message)
                .remedy("The user of the URL lacks the right: grant it, or use another user.")
        }
        1153 | 1301 | 3170 => Failure::new(code::VALUE_REFUSED, message)
            .remedy("The value is larger than the server's max_allowed_packet: make it smaller, or raise that limit."),
        1264 | 1265 | 1292 | 1300 | 1366 | 1367 | 1406 | 1411 | 3140 | 3141 | 3156 | 4038 | 4078 => {
            Failure::new(code::VALUE_REFUSED, message)
                .remedy("The column does not take this value: check its type, its length and its range.")
        }
        _ if ends_session(reported) => {
            Failure::new(code::CONNECTION_LOST, format!("The server at {address}: {message}"))
                .remedy("The server ended the session, or is shutting down: connect again, and check its log.")
        }
        1644 => Failure::new(code::STATEMENT_FAILED, message)
            .remedy("A trigger or a procedure of the database refuses it, for the reason that the message gives."),
        1064 | 1149 => Failure::new(code::STATEMENT_FAILED, message)
            .remedy("Correct the statement where the message says."),
        1054 | 1146 | 1049 | 1051 | 1091 | 1305 => Failure::new(code::STATEMENT_FAILED, message)
            .remedy("Check the name, the database of the URL, and whether a migration has still to be run here."),
        number => Failure::new(code::STATEMENT_FAILED, message)
            .remedy(format!("Correct the statement, or look up the error {number}.")),
    };
    failure.server_code(number.to_string())
}

/// Whether the server chose the transaction to end a deadlock, and took all of it back.
pub(crate) const fn is_deadlock(reported: &Reported) -> bool {
    reported.number == 1213
}

/// Whether the server said with an error that it ends the connection.
pub(crate) const fn ends_session(reported: &Reported) -> bool {
    matches!(
        reported.number,
        1053 | 1077 | 1079 | 1158 | 1159 | 1160 | 1161 | 1184 | 1927 | 3169 | 4031
    )
}

/// The failure of a session whose connection broke, or whose server answers what is no answer.
pub(crate) fn broken(product: &str, address: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::InvalidData {
        return Failure::new(
            code::CONNECTION_LOST,
            format!("The answer of the server at {address} cannot be read: {error}."),
        )
        .remedy(
            "Connect again. If it happens again, check for a proxy between here and the server.",
        );
    }
    Failure::lost(product, address, error)
}
