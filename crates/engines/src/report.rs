//! What a connection test takes and gives.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::error::EngineError;
use crate::stage::{Stage, StageTiming};

/// How a connection test is run. Build it with `..TestOptions::default()`: it will grow.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// The time that the whole test may take.
    pub timeout: Duration,
    /// The folder that holds `.postgresql`; `None` stands for the person's home.
    pub home: Option<PathBuf>,
    /// Asks this name server for the records of `mongodb+srv` instead of the system's. For tests.
    #[doc(hidden)]
    pub dns_server: Option<SocketAddr>,
}

impl Default for TestOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            home: None,
            dns_server: None,
        }
    }
}

/// How a connection is encrypted.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TlsReport {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// Whether the certificate was verified as far as the URL asks: the chain, and the name unless the mode leaves it
    /// out (`verify-ca`, `VERIFY_CA`, `tlsAllowInvalidHostnames`). `false` wherever anything would have been accepted.
    pub verified: bool,
    /// Advice, where the certificate was not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The result of a connection test.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TestReport {
    /// Whether a usable connection came about.
    pub connected: bool,
    /// The server's product: `PostgreSQL`, `MySQL`, `MariaDB`, `MongoDB` or `SQLite`.
    pub server: Option<String>,
    /// The server's version, without what a packager added.
    pub version: Option<String>,
    /// The round trip of a trivial query, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The encryption; `None` on a plain connection.
    pub tls: Option<TlsReport>,
    /// The last stage reached; on failure the one that failed.
    pub stage: Stage,
    /// The time of each stage reached, in their order.
    pub stages: Vec<StageTiming>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<EngineError>,
}

/// What a successful test found out.
pub(crate) struct Outcome {
    pub(crate) server: &'static str,
    pub(crate) version: Option<String>,
    pub(crate) latency: Duration,
    pub(crate) tls: Option<TlsReport>,
}

/// The version without what a packager or a server's name added: `15.18 (Debian 15.18-0+deb12u1)` is 15.18.
pub(crate) fn plain_version(text: &str) -> Option<String> {
    let text = text.trim();
    // MariaDB says 5.5.5 first, for replicas that know no two-digit major version.
    let text = text.strip_prefix("5.5.5-").unwrap_or(text);
    let end = text
        .find(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '('))
        .unwrap_or(text.len());
    let version: String = text[..end].chars().take(40).collect();
    (!version.is_empty()).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::plain_version;

    #[test]
    fn versions_lose_what_was_added() {
        for (text, version) in [
            ("15.18 (Debian 15.18-0+deb12u1)", Some("15.18")),
            ("16beta1", Some("16beta1")),
            ("5.5.5-10.11.6-MariaDB-0+deb12u1", Some("10.11.6")),
            ("11.4.2-MariaDB", Some("11.4.2")),
            ("5.7.29", Some("5.7.29")),
            ("8.2.0", Some("8.2.0")),
            ("", None),
        ] {
            assert_eq!(plain_version(text).as_deref(), version);
        }
    }
}
