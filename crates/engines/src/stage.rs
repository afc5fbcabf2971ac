//! The stages that a connection test goes through.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stage of a connection test, in the order in which they are reached.
///
/// `Parse` and `Secret` come before an engine is asked: they belong to the caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The connection URL is read.
    Parse,
    /// Its secrets are fetched from the keyring.
    Secret,
    /// Names become addresses (SRV and TXT records too).
    Resolve,
    /// A connection to an address or a unix socket is made.
    Tcp,
    /// The connection is encrypted, and the certificate judged.
    Tls,
    /// The server says who it is, and takes the credentials.
    Auth,
    /// The database that the URL names is opened.
    Database,
    /// A trivial query is answered.
    Ready,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 8] = [
        Self::Parse,
        Self::Secret,
        Self::Resolve,
        Self::Tcp,
        Self::Tls,
        Self::Auth,
        Self::Database,
        Self::Ready,
    ];

    /// The name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Secret => "secret",
            Self::Resolve => "resolve",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Database => "database",
            Self::Ready => "ready",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How long a stage took.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct StageTiming {
    /// The stage.
    pub stage: Stage,
    /// Its time in milliseconds; where several hosts were tried, of all of them together.
    pub ms: f64,
}
