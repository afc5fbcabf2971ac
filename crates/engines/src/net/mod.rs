//! The one connector: from the hosts of a URL to a stream that an engine can speak on.

pub(crate) mod banner;
pub(crate) mod dial;
pub(crate) mod files;
pub(crate) mod identity;
pub(crate) mod resolve;
pub(crate) mod tls;
pub(crate) mod verify;

use tokio::io::{AsyncRead, AsyncWrite};

/// Anything that bytes go through in both directions.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection, plain or encrypted.
pub(crate) type Wire = Box<dyn Duplex>;
