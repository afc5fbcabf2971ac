//! Names become addresses.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use super::files::detached;
use crate::error::code;
use crate::failure::{Attempt, Failure};

/// The addresses of a host, by the system's own resolver, so that `/etc/hosts`, mDNS and a VPN's split DNS count.
pub(crate) async fn addresses(
    host: &str,
    port: u16,
    dns_server: Option<SocketAddr>,
) -> Attempt<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = match dns_server {
        Some(server) => resolver(Some(server), Duration::from_secs(5))?
            .lookup_ip(format!("{host}."))
            .await
            .map(|found| {
                found
                    .iter()
                    .map(|address| SocketAddr::new(address, port))
                    .collect()
            })
            .map_err(std::io::Error::other),
        None => {
            let name = host.to_owned();
            detached("tapedeck-resolve", move || {
                Ok((name.as_str(), port).to_socket_addrs()?.collect::<Vec<_>>())
            })
            .await
        }
    };
    let failure = |why: String| {
        Failure::new(
            code::RESOLVE_FAILED,
            format!("The name {host} has no address: {why}"),
        )
        .remedy(format!(
            "Check the spelling of {host}, and the network or VPN that knows the name."
        ))
        .try_next_address()
    };
    match found {
        Ok(mut found) if !found.is_empty() => {
            let mut seen = std::collections::HashSet::new();
            found.retain(|address| seen.insert(*address));
            Ok(found)
        }
        Ok(_) => Err(failure("the name servers know none.".to_owned())),
        Err(error) => Err(failure(format!("{error}."))),
    }
}

/// What the records of a `mongodb+srv` name say.
pub(crate) struct Records {
    /// Targets and ports, in the order of the answer.
    pub(crate) hosts: Vec<(String, u16)>,
    /// The TXT records, each joined.
    pub(crate) texts: Vec<String>,
}

/// Asks for the SRV and TXT records of a `mongodb+srv` name.
pub(crate) async fn records(
    host: &str,
    service: &str,
    server: Option<SocketAddr>,
    limit: Duration,
) -> Attempt<Records> {
    let resolver = resolver(server, limit)?;
    let name = format!("_{service}._tcp.{host}.");
    let remedy = format!(
        "Check the spelling of {host}. If your network's name server drops SRV records, use the mongodb:// form of the URL."
    );
    let found = resolver.srv_lookup(name.clone()).await.map_err(|error| {
        Failure::new(
            code::RESOLVE_FAILED,
            format!("The SRV record {name} cannot be found: {error}."),
        )
        .remedy(remedy.clone())
    })?;
    let hosts: Vec<_> = found
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::SRV(srv) => Some((
                srv.target
                    .to_utf8()
                    .trim_end_matches('.')
                    .to_ascii_lowercase(),
                srv.port,
            )),
            _ => None,
        })
        .collect();
    if hosts.is_empty() {
        return Err(Failure::new(
            code::RESOLVE_FAILED,
            format!("The SRV record {name} names no server."),
        )
        .remedy(remedy));
    }
    let texts = match resolver.txt_lookup(format!("{host}.")).await {
        Ok(found) => found
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::TXT(text) => Some(
                    text.txt_data
                        .iter()
                        .map(|part| String::from_utf8_lossy(part).into_owned())
                        .collect::<String>(),
                ),
                _ => None,
            })
            .collect(),
        // Having none is the normal case.
        Err(error) if error.is_no_records_found() => Vec::new(),
        Err(error) => {
            return Err(Failure::new(
                code::RESOLVE_FAILED,
                format!("The TXT record of {host} cannot be read: {error}."),
            )
            .remedy(remedy));
        }
    };
    Ok(Records { hosts, texts })
}

fn resolver(server: Option<SocketAddr>, limit: Duration) -> Attempt<TokioResolver> {
    let failure = |error: hickory_resolver::net::NetError| {
        Failure::new(
            code::RESOLVE_FAILED,
            format!("The system's name servers are not known: {error}."),
        )
        .remedy("Check the network settings of this machine.")
    };
    let mut builder = match server {
        Some(address) => {
            let mut server = NameServerConfig::udp_and_tcp(address.ip());
            for connection in &mut server.connections {
                connection.port = address.port();
            }
            TokioResolver::builder_with_config(
                ResolverConfig::from_name_servers(vec![server]),
                TokioRuntimeProvider::default(),
            )
        }
        None => TokioResolver::builder_tokio().map_err(failure)?,
    };
    builder.options_mut().timeout = limit.min(Duration::from_secs(5));
    builder.build().map_err(failure)
}
