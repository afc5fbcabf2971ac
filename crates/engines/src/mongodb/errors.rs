//! What an error of the server or of the connection means.

use std::io;

use super::message::Reported;
use super::settings::words;
use crate::error::code;
use crate::failure::Failure;
use crate::net::tls;
use crate::session::Fate;

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
    failure.server_code(server_code(reported))
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

/// Why a command of a person did not do what it should, and what became of it.
pub(crate) struct Refusal {
    pub(crate) failure: Failure,
    pub(crate) fate: Fate,
}

/// What a command was like, for what its failure means.
#[derive(Clone, Copy)]
pub(crate) struct Nature {
    /// It changes nothing.
    pub(crate) reads: bool,
    /// It was part of a transaction, which ends with it.
    pub(crate) in_transaction: bool,
    /// It writes document by document, and a single error stands for all of them.
    pub(crate) piecemeal: bool,
}

/// The label of what a server took back and would take again.
const TRANSIENT: &str = "TransientTransactionError";

/// The failure that an error reported for a person's command stands for.
pub(crate) fn refusal(reported: &Reported, nature: Nature, address: &str) -> Refusal {
    let transient = reported.labels.iter().any(|label| label == TRANSIENT);
    // A write that was interrupted may have reached some of its documents; a transaction takes all of it back.
    let interrupted = if nature.reads || nature.in_transaction {
        Fate::Refused
    } else {
        Fate::Unknown
    };
    let (code, remedy, fate) = match reported.code {
        11000 | 11001 | 12582 => (
            code::CONSTRAINT_VIOLATED,
            "Use another value for the unique key, or change the document that has it.",
            Fate::Refused,
        ),
        121 => (
            code::CONSTRAINT_VIOLATED,
            "Make the document what the collection's validator asks for.",
            Fate::Refused,
        ),
        112 => (
            code::SERIALIZATION_FAILURE,
            "Run it again: another writer changed the same document.",
            Fate::RolledBack,
        ),
        251 if nature.in_transaction => (
            code::SERIALIZATION_FAILURE,
            "Roll back, and run the transaction again: the server has ended it.",
            Fate::RolledBack,
        ),
        24 | 46 => (
            code::LOCK_TIMEOUT,
            "Run it again when the other operation is done.",
            Fate::Refused,
        ),
        50 | 262 => (
            code::TIMED_OUT,
            "Give it more time (maxTimeMS), or make it do less: an index may help.",
            interrupted,
        ),
        11601 | 237 => (
            code::CANCELLED,
            "Run it again when you want the answer.",
            interrupted,
        ),
        43 => (
            code::STATEMENT_FAILED,
            "Run it again: the server has dropped the rest of the result, as it does after ten idle minutes.",
            Fate::Refused,
        ),
        13 => (
            code::PERMISSION_DENIED,
            "Give the user a role that allows this on this database.",
            Fate::Refused,
        ),
        20 | 303 if nature.in_transaction => (
            code::TRANSACTIONS_UNSUPPORTED,
            TRANSACTIONS_NEED,
            Fate::Refused,
        ),
        10334 | 17280 | 17419 | 17420 => (
            code::VALUE_REFUSED,
            "Make the document smaller.",
            Fate::Refused,
        ),
        6 | 7 | 89 | 91 | 189 | 9001 | 11600 | 11602 => (
            code::SERVER_ERROR,
            "Wait until the replica set has elected a primary, and connect again.",
            interrupted,
        ),
        10058 | 10107 | 13435 | 13436 => (
            code::SERVER_ERROR,
            "This server is not the primary of its replica set, or no longer: connect again when the set has elected one, and check directConnection in the URL.",
            Fate::Refused,
        ),
        _ => (
            code::STATEMENT_FAILED,
            "Correct the command.",
            Fate::Refused,
        ),
    };
    // Not parsed, not allowed, not known: nothing ran.
    let began = !matches!(reported.code, 9 | 13 | 59 | 40324);
    let piecemeal = nature.piecemeal && !nature.in_transaction && began;
    let fate = if piecemeal && fate == Fate::Refused {
        Fate::Unknown
    } else {
        fate
    };
    let failure = Failure::new(
        code,
        format!("The server at {address}: {}", reported.message),
    )
    .remedy(remedy)
    .server_code(server_code(reported));
    let again = matches!(
        reported.code,
        6 | 7
            | 24
            | 46
            | 89
            | 91
            | 112
            | 189
            | 9001
            | 10058
            | 10107
            | 11600
            | 11602
            | 13435
            | 13436
    );
    if transient {
        return Refusal {
            failure: failure.retryable(),
            fate: Fate::RolledBack,
        };
    }
    Refusal {
        failure: if again { failure.retryable() } else { failure },
        fate,
    }
}

/// The failure that an error reported for a commit stands for.
pub(crate) fn refusal_of_commit(reported: &Reported, nature: Nature, address: &str) -> Refusal {
    let refusal = refusal(reported, nature, address);
    // The set of the drivers' “Transactions” specification for `UnknownTransactionCommitResult`.
    let unknown = matches!(
        reported.code,
        6 | 7 | 50 | 64 | 89 | 91 | 100 | 189 | 262 | 9001 | 10107 | 11600 | 11602 | 13435 | 13436
    );
    if unknown && refusal.fate != Fate::RolledBack {
        return Refusal {
            failure: refusal
                .failure
                .remedy("Commit again, or look at the data: it may have been committed."),
            fate: Fate::Unknown,
        };
    }
    Refusal {
        // Whatever else it says, the transaction is over, and nothing of it was kept.
        fate: Fate::RolledBack,
        ..refusal
    }
}

/// The server's code for a transaction that can't be taken back any more.
pub(crate) const TRANSACTION_COMMITTED: i64 = 256;

/// The failure of a connection that broke while a command was on it.
pub(crate) fn lost_session(address: &str, error: &io::Error) -> Failure {
    Failure::lost("MongoDB", address, error).remedy(
        "Connect again. If it was a write, look at the data before you run it again: it may have been done.",
    )
}

/// The failure of an operation for which there is no connection any more.
pub(crate) fn unreachable() -> Failure {
    Failure::new(code::CONNECTION_LOST, "The connection is lost already.").remedy("Connect again.")
}

/// The failure of an operation that was cancelled from here.
pub(crate) fn stopped() -> Failure {
    Failure::new(code::CANCELLED, "The operation was cancelled.")
        .remedy("Run it again when you want the answer.")
}

/// The failure of an operation in a transaction that has failed.
pub(crate) fn ended_transaction() -> Failure {
    Failure::new(
        code::STATEMENT_FAILED,
        "The server ended the transaction when one of its operations failed.",
    )
    .remedy("Roll back, and run the transaction again.")
}

/// The failure of an operation after a commit whose answer is missing.
pub(crate) fn open_commit() -> Failure {
    Failure::new(
        code::STATEMENT_FAILED,
        "Nobody knows yet whether the transaction before was committed.",
    )
    .remedy("Commit again, or roll back.")
}

/// The failure of ending a transaction that nobody began.
pub(crate) fn no_transaction() -> Failure {
    Failure::new(code::STATEMENT_FAILED, "No transaction is open.").remedy("Begin one first.")
}

/// The failure of beginning a transaction where there are none. `secondary` says that another member of the set has them.
pub(crate) fn no_transactions(address: &str, secondary: bool) -> Failure {
    if secondary {
        return Failure::new(
            code::TRANSACTIONS_UNSUPPORTED,
            format!("The server at {address} is not the primary, which alone has transactions."),
        )
        .remedy("Remove directConnection from the URL, and readPreference.");
    }
    Failure::new(
        code::TRANSACTIONS_UNSUPPORTED,
        format!("The server at {address} has no transactions."),
    )
    .remedy(TRANSACTIONS_NEED)
}

/// What `transactions_unsupported` asks for.
const TRANSACTIONS_NEED: &str = "Connect to a replica set or through mongos; a single server can be made a replica set of one \
     (replication.replSetName, then rs.initiate()).";

/// The server's code: its name, or its number.
pub(crate) fn server_code(reported: &Reported) -> String {
    if reported.name.is_empty() {
        reported.code.to_string()
    } else {
        reported.name.clone()
    }
}

/// The failure of a command whose answer is no answer.
pub(crate) fn unreadable(address: &str) -> Failure {
    Failure::new(
        code::CONNECTION_LOST,
        format!("What {address} sent is no answer of a MongoDB server; the connection was closed."),
    )
    .remedy("Check the server's log, and what stands between it and here.")
}
