//! The database engines behind one trait.
//!
//! It answers two questions. Does this connection URL lead to a usable database, and if not, at which stage and why:
//! a test runs `resolve` → `tcp` → `tls` → `auth` → `database` → `ready`. And what comes of this statement: a session runs one
//! operation at a time, gives its rows in batches, says of one that failed what became of it, and can be told to stop.
//!
//! - [`Engine`] is the port; [`engine`] gives the adapter of a [`DatabaseType`]. One conformance suite
//!   (`tests/conformance`) runs every adapter's connection tests, `tests/run_*` try each one's sessions on real servers.
//! - [`Session`] is the port of a connected session; [`Operation`], [`Batch`], [`Completion`] and [`RunError`] are what goes in
//!   and comes out, [`Canceller`] ends at the server what a session runs. `in_flight.rs` keeps a cancellation from
//!   what comes after the operation that it was meant for.
//! - `net/` is the one connector: names, addresses, unix sockets and TLS. No driver opens a socket of its own,
//!   because tokio-postgres knows only three of libpq's six `sslmode`s, mysql_async cannot verify a chain without the
//!   name, and the MongoDB driver on rustls cannot do `tlsAllowInvalidHostnames`: what a URL asks for would silently
//!   become something else. It is also what makes a stage's time its own, and a cancelled test a closed socket.
//! - `postgres/`, `mysql/` and `mongodb/` speak their protocols themselves over the connected stream, with `postgres-protocol`,
//!   `mysql_common` and `bson` for single messages, hashes and values. Whole drivers would hide what a session needs: a
//!   value as the server's text, rows that are pulled, and how many bytes of an operation left before the connection broke.
//!   The official drivers are the tests' oracles. `sqlite/` is the library itself on a thread of its own: there is no server.
//!
//! Invariants: no text leaves the crate without having passed the scrubber of its URL (`scrub.rs`, called in one
//! place, `failure.rs`, and for notices); nothing is logged; dropping the future of a test closes everything it opened, so that
//! cancelling and timing out need no cooperation from a server; a session whose future was dropped never reads the answer
//! to an earlier question.

mod engine;
mod error;
mod failure;
mod in_flight;
mod mongodb;
mod mysql;
mod net;
mod options;
mod parameter_json;
mod postgres;
mod report;
mod scrub;
mod session;
mod sqlite;
mod stack;
mod stage;
mod temporal;
mod track;

pub use connection_url::DatabaseType;
pub use engine::{Capabilities, Engine, IsolationLevel, engine, install_crypto_provider};
pub use error::{EngineError, code};
pub use report::{TestOptions, TestReport, TlsReport};
pub use scrub::Scrubber;
pub use session::{
    Batch, Canceller, Column, Completion, Executed, Fate, Operation, Parameter, RunError, Session,
    SessionOptions,
};
pub use stage::{Stage, StageTiming};
pub use tokio_util::sync::CancellationToken;
