//! From the hosts of a URL to a connection, by the rules of the engines' clients.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;

use super::{Wire, resolve};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::stage::Stage;
use crate::track::{Track, combine};

/// One host of a URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Endpoint {
    /// A name or address with a port; `address` (libpq's `hostaddr`) saves the look-up.
    Tcp {
        host: String,
        port: u16,
        address: Option<IpAddr>,
    },
    /// The file of a unix socket.
    Unix { path: PathBuf },
}

impl Endpoint {
    pub(crate) fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::Tcp {
            host: host.into(),
            port,
            address: None,
        }
    }

    /// Every place where this host may be reached, in the resolver's order; `dns_server` in its stead, for tests.
    pub(crate) async fn places(&self, dns_server: Option<SocketAddr>) -> Attempt<Vec<Place>> {
        match self {
            Self::Tcp {
                port,
                address: Some(address),
                ..
            } => Ok(vec![Place::Tcp(SocketAddr::new(*address, *port))]),
            Self::Tcp { host, port, .. } => Ok(resolve::addresses(host, *port, dns_server)
                .await?
                .into_iter()
                .map(Place::Tcp)
                .collect()),
            Self::Unix { path } => Ok(vec![Place::Unix(path.clone())]),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(formatter, "[{host}]:{port}")
            }
            Self::Tcp {
                host,
                port,
                address: Some(address),
            } if host.is_empty() => write!(formatter, "{}", SocketAddr::new(*address, *port)),
            Self::Tcp { host, port, .. } => write!(formatter, "{host}:{port}"),
            Self::Unix { path } => write!(formatter, "{}", path.display()),
        }
    }
}

/// One place where a connection can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A host and one of its places.
pub(crate) struct Target<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) place: Place,
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.to_string();
        match &self.place {
            Place::Tcp(address) if address.to_string() != endpoint => {
                write!(formatter, "{endpoint} ({})", address.ip())
            }
            _ => formatter.write_str(&endpoint),
        }
    }
}

impl Target<'_> {
    /// The host as the URL names it, for server names in TLS; empty for a bare address.
    pub(crate) fn host(&self) -> &str {
        match self.endpoint {
            Endpoint::Tcp { host, .. } => host,
            Endpoint::Unix { .. } => "",
        }
    }

    pub(crate) const fn is_unix(&self) -> bool {
        matches!(self.place, Place::Unix(_))
    }

    /// Makes the connection.
    pub(crate) async fn connect(&self) -> Attempt<Wire> {
        match &self.place {
            Place::Tcp(address) => match TcpStream::connect(address).await {
                Ok(stream) => {
                    // A test is a few small messages each way: waiting to fill a packet would be most of its time.
                    drop(stream.set_nodelay(true));
                    Ok(Box::new(stream))
                }
                Err(error) => Err(self.refused(&error)),
            },
            #[cfg(unix)]
            Place::Unix(path) => match tokio::net::UnixStream::connect(path).await {
                Ok(stream) => Ok(Box::new(stream)),
                Err(error) => Err(self.refused(&error)),
            },
            #[cfg(not(unix))]
            Place::Unix(_) => Err(Failure::new(
                code::INVALID_OPTION,
                "Unix sockets are not available on this system.",
            )
            .remedy("Use a host and a port.")),
        }
    }

    fn refused(&self, error: &io::Error) -> Failure {
        let failure = match (error.kind(), &self.place) {
            (io::ErrorKind::ConnectionRefused, Place::Tcp(_)) => Failure::new(
                code::CONNECTION_REFUSED,
                format!("Nothing accepts connections at {self}."),
            )
            .remedy(format!(
                "Check that the server runs and listens on {self}, and the host and the port of the URL."
            )),
            (io::ErrorKind::TimedOut, _) => Failure::new(
                code::CONNECT_TIMEOUT,
                format!("No connection to {self} came about in time."),
            )
            .remedy("Check the host and the port, and that no firewall or missing VPN swallows the packets."),
            (io::ErrorKind::PermissionDenied, Place::Unix(_)) => Failure::new(
                code::PERMISSION_DENIED,
                format!("This account may not use the socket {self}."),
            )
            .remedy("Check the permissions of the socket and of its folder."),
            (_, Place::Unix(_)) => Failure::new(
                code::CONNECTION_REFUSED,
                format!("No server listens at the socket {self}: {error}."),
            )
            .remedy("Check that the server runs on this machine, and the socket's path in the URL."),
            _ => Failure::new(
                code::CONNECTION_REFUSED,
                format!("{self} cannot be reached: {error}."),
            )
            .remedy("Check the network or VPN, and the host and the port of the URL."),
        };
        failure.at(Stage::Tcp).try_next_address()
    }
}

/// What an engine does with one place.
#[async_trait]
pub(crate) trait Dialer: Sync {
    /// What comes of a place that answers.
    type Output: Send;

    /// Connects and logs in there. A failure says whether the next place is to be tried.
    async fn attempt(&self, target: &Target<'_>) -> Attempt<Self::Output>;
}

/// Tries the hosts in order, and every address of each, until one answers or a failure says to stop.
pub(crate) async fn in_order<D: Dialer>(
    track: &Track<'_>,
    endpoints: &[Endpoint],
    limit: Option<Duration>,
    shuffle: bool,
    dialer: &D,
) -> Attempt<D::Output> {
    let mut failures = Vec::new();
    let mut endpoints: Vec<&Endpoint> = endpoints.iter().collect();
    if shuffle {
        shuffled(&mut endpoints);
    }
    for (index, endpoint) in endpoints.iter().enumerate() {
        let hosts_left = endpoints.len() - index - 1;
        track.enter(Stage::Resolve);
        let share = track.share(hosts_left, None);
        let mut places = match within(track, share, endpoint.places(None)).await {
            Ok(places) => places,
            Err(failure) => {
                failures.push((endpoint.to_string(), failure.at(Stage::Resolve)));
                continue;
            }
        };
        if shuffle {
            shuffled(&mut places);
        }
        let count = places.len();
        for (index, place) in places.into_iter().enumerate() {
            let target = Target { endpoint, place };
            track.enter(Stage::Tcp);
            let share = track.share(hosts_left + count - index - 1, limit);
            match within(track, share, dialer.attempt(&target)).await {
                Ok(outcome) => return Ok(outcome),
                Err(failure) => {
                    let failure = failure.at(track.current());
                    let next = failure.next_address;
                    failures.push((target.to_string(), failure));
                    if !next {
                        // A server that answered and said no ends the search, as it does in libpq.
                        return Err(combine(failures));
                    }
                }
            }
        }
    }
    Err(combine(failures))
}

/// Ends an attempt whose time is up; its sockets close with it.
pub(crate) async fn within<T>(
    track: &Track<'_>,
    limit: Option<Duration>,
    attempt: impl Future<Output = Attempt<T>>,
) -> Attempt<T> {
    match limit {
        None => attempt.await,
        Some(limit) => match tokio::time::timeout(limit, attempt).await {
            Ok(result) => result,
            Err(_) => Err(track.too_late()),
        },
    }
}

/// A random order. The hasher's keys are the standard library's own source of randomness; nothing secret hangs on it.
pub(crate) fn shuffled<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_usize(last);
        let pick = usize::try_from(hasher.finish() % (last as u64 + 1)).unwrap_or(0);
        items.swap(last, pick);
    }
}
