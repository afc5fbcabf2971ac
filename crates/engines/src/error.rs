//! What a failed connection test, or a failed operation of a session, says.

use serde::Serialize;

use crate::stage::Stage;

/// The codes of [`EngineError`]; faces match these, never texts.
pub mod code {
    /// A name has no address, or an SRV or TXT record is missing or unusable.
    pub const RESOLVE_FAILED: &str = "resolve_failed";
    /// Nobody listens there.
    pub const CONNECTION_REFUSED: &str = "connection_refused";
    /// No connection came about in time.
    pub const CONNECT_TIMEOUT: &str = "connect_timeout";
    /// The server took the connection and did not answer in time.
    pub const TIMED_OUT: &str = "timed_out";
    /// The caller cancelled.
    pub const CANCELLED: &str = "cancelled";
    /// The server insists on TLS, and the URL does not ask for it.
    pub const TLS_REQUIRED: &str = "tls_required";
    /// The URL insists on TLS, and the server does not offer it.
    pub const TLS_UNSUPPORTED: &str = "tls_unsupported";
    /// No trusted authority vouches for the server's certificate.
    pub const CERTIFICATE_UNKNOWN: &str = "certificate_unknown";
    /// The server's certificate is no longer, or not yet, valid.
    pub const CERTIFICATE_EXPIRED: &str = "certificate_expired";
    /// The server's certificate is for another name.
    pub const CERTIFICATE_NAME_MISMATCH: &str = "certificate_name_mismatch";
    /// The TLS handshake failed otherwise.
    pub const TLS_FAILED: &str = "tls_failed";
    /// Something answers, but not this kind of database.
    pub const NOT_THIS_DATABASE: &str = "not_this_database";
    /// The server does not accept the credentials.
    pub const AUTH_FAILED: &str = "auth_failed";
    /// The server asks for a way of logging in that is not supported, or that the URL rules out.
    pub const AUTH_METHOD_UNSUPPORTED: &str = "auth_method_unsupported";
    /// There is no such database.
    pub const DATABASE_NOT_FOUND: &str = "database_not_found";
    /// The credentials are right, and not enough.
    pub const PERMISSION_DENIED: &str = "permission_denied";
    /// The server has no connection left.
    pub const TOO_MANY_CONNECTIONS: &str = "too_many_connections";
    /// Any other error that the server reports.
    pub const SERVER_ERROR: &str = "server_error";
    /// The server closed the connection.
    pub const CONNECTION_LOST: &str = "connection_lost";
    /// The server is not the member, or not of the replica set, that the URL asks for.
    pub const REPLICA_SET_MISMATCH: &str = "replica_set_mismatch";
    /// The server refuses a statement: its grammar, or a name in it.
    pub const STATEMENT_FAILED: &str = "statement_failed";
    /// A constraint of the table refuses what a statement would write.
    pub const CONSTRAINT_VIOLATED: &str = "constraint_violated";
    /// A write in a session that only reads.
    pub const READ_ONLY: &str = "read_only";
    /// A value that the server can't take where it stands.
    pub const VALUE_REFUSED: &str = "value_refused";
    /// The server took a statement back to keep transactions apart.
    pub const SERIALIZATION_FAILURE: &str = "serialization_failure";
    /// The server took a statement back to end a deadlock.
    pub const DEADLOCK: &str = "deadlock";
    /// A lock was not to be had in time.
    pub const LOCK_TIMEOUT: &str = "lock_timeout";
    /// An option of the URL has a value that its engine does not know, or names a file that cannot be used.
    pub const INVALID_OPTION: &str = "invalid_option";
    /// The server, or the member of the set that is connected to, has no transactions.
    pub const TRANSACTIONS_UNSUPPORTED: &str = "transactions_unsupported";
    /// Written, but not copied to as many members as was asked for.
    pub const WRITE_CONCERN_FAILED: &str = "write_concern_failed";
}

/// Why a connection test or an operation failed. No text in it holds a secret of the URL.
#[derive(Clone, PartialEq, Debug, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// One of [`code`].
    pub code: &'static str,
    /// The stage that failed.
    pub stage: Stage,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The server's own code: an SQLSTATE, a MySQL error number, a MongoDB code name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_code: Option<String>,
    /// Whether trying again, with nothing changed, may help.
    pub retryable: bool,
}
