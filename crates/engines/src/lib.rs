//! The database engines behind one trait.
//!
//! The crate answers one question so far: does this connection URL lead to a usable database, and if not, at which
//! stage and why. A test runs `resolve` → `tcp` → `tls` → `auth` → `database` → `ready`.
//!
//! - [`Engine`] is the port; [`engine`] gives the adapter of a [`DatabaseType`]. One conformance suite
//!   (`tests/conformance`) runs against every adapter.
//! - `net/` is the one connector: names, addresses, unix sockets and TLS. No driver opens a socket of its own,
//!   because tokio-postgres knows only three of libpq's six `sslmode`s, mysql_async cannot verify a chain without the
//!   name, and the MongoDB driver on rustls cannot do `tlsAllowInvalidHostnames`: what a URL asks for would silently
//!   become something else. It is also what makes a stage's time its own, and a cancelled test a closed socket.
//! - `postgres/` hands the connected stream to tokio-postgres. `mysql/` and `mongodb/` speak the few messages of a
//!   login themselves, over one connection: a trial connection before the driver's would count as an aborted one at
//!   a MySQL server, which blocks a host after a hundred of them (`max_connect_errors`).
//!
//! Invariants: no text leaves the crate without having passed the scrubber of its URL (`scrub.rs`, called in one
//! place, `failure.rs`); nothing is logged; dropping the future of a test closes everything it opened, so that cancelling and
//! timing out need no cooperation from a server.

mod engine;
mod error;
mod failure;
mod mongodb;
mod mysql;
mod net;
mod options;
mod postgres;
mod report;
mod scrub;
mod session;
mod stage;
mod track;

pub use connection_url::DatabaseType;
pub use engine::{Capabilities, Engine, IsolationLevel, engine, install_crypto_provider};
pub use error::{EngineError, code};
pub use report::{TestOptions, TestReport, TlsReport};
pub use scrub::Scrubber;
pub use session::{
    Batch, Canceller, Column, Completion, Fate, Operation, Parameter, RunError, Session,
    SessionOptions,
};
pub use stage::{Stage, StageTiming};
pub use tokio_util::sync::CancellationToken;
