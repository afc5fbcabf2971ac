//! Finding the server to talk to (“Server Discovery and Monitoring”, “Server Selection”).
//!
//! The seeds of a URL only lead to the set. All are asked at once, then the members that the first answers advertise,
//! until one will do. There is one round: a driver would go on asking for thirty seconds, a test says what it found.

use std::collections::HashSet;

use bson::raw::RawDocumentBuf;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::message::{Channel, LONGEST, Reported, hello, number, text, texts};
use super::settings::{ReadPreference, Settings};
use crate::error::code;
use crate::failure::{Attempt, Failure};
use crate::net::dial::{Endpoint, Place, Target, within};
use crate::report::TlsReport;
use crate::stage::Stage;
use crate::track::{Track, combine};

/// A server that answered.
pub(crate) struct Member {
    pub(crate) channel: Channel,
    pub(crate) tls: Option<TlsReport>,
    /// The mechanisms that the user can log in by.
    pub(crate) mechanisms: Vec<String>,
    pub(crate) facts: Facts,
    /// Where it was reached: an operation is cancelled at the server that runs it.
    pub(crate) endpoint: Endpoint,
    pub(crate) place: Place,
}

/// What a server says of itself.
pub(crate) struct Facts {
    pub(crate) set: Option<String>,
    /// A mongos.
    pub(crate) router: bool,
    uninitialised: bool,
    /// Whether it takes writes.
    pub(crate) primary: bool,
    secondary: bool,
    service: bool,
    /// Whether it knows logical sessions.
    pub(crate) sessions: bool,
    /// What the server calls this connection.
    pub(crate) connection: Option<i64>,
    /// The longest document that it takes, in bytes.
    pub(crate) longest_document: usize,
    /// The longest message that it takes, in bytes.
    pub(crate) longest_message: usize,
    /// Every member that it advertises, the primary first.
    hosts: Vec<String>,
    /// Members that hold no data; they are never connected to.
    arbiters: Vec<String>,
}

impl Facts {
    fn read(reply: &RawDocumentBuf) -> Self {
        let flag = |key: &str| reply.get_bool(key).unwrap_or(false);
        let mut hosts = Vec::new();
        hosts.extend(text(reply, "primary"));
        hosts.extend(texts(reply, "hosts"));
        hosts.extend(texts(reply, "passives"));
        for host in &mut hosts {
            host.make_ascii_lowercase();
        }
        let router = text(reply, "msg").as_deref() == Some("isdbgrid");
        let size = |key: &str, usual: usize| {
            number(reply, key)
                .and_then(|size| usize::try_from(size).ok())
                .filter(|size| *size > 0)
                .map_or(usual, |size| size.min(usual))
        };
        Self {
            set: text(reply, "setName"),
            router,
            uninitialised: flag("isreplicaset"),
            primary: flag("isWritablePrimary") || flag("ismaster") || router,
            sessions: number(reply, "logicalSessionTimeoutMinutes").is_some(),
            connection: number(reply, "connectionId"),
            longest_document: size("maxBsonObjectSize", 16 << 20),
            longest_message: size("maxMessageSizeBytes", LONGEST),
            secondary: flag("secondary"),
            service: reply.get("serviceId").is_ok_and(|value| value.is_some()),
            hosts,
            arbiters: texts(reply, "arbiters"),
        }
    }
}

/// Whether a server will do.
enum Verdict {
    Yes,
    /// Only if there is no better one.
    AtLast,
    /// It leads to others.
    No,
    Never(Failure),
}

/// Finds a server that the preference allows, and connects to it.
pub(crate) async fn select(
    settings: &Settings,
    preference: ReadPreference,
    track: &Track<'_>,
) -> Attempt<Member> {
    let limit = settings.selection_timeout;
    within(track, limit, search(settings, preference, track)).await
}

/// Connects to the very server that was selected before.
pub(crate) async fn again(
    settings: &Settings,
    endpoint: &Endpoint,
    place: &Place,
    track: &Track<'_>,
) -> Attempt<Member> {
    track.advance(Stage::Tcp);
    let place = place.clone();
    let target = Target { endpoint, place };
    within(
        track,
        settings.connect_timeout,
        greet(settings, track, &target),
    )
    .await
}

async fn search(
    settings: &Settings,
    preference: ReadPreference,
    track: &Track<'_>,
) -> Attempt<Member> {
    let mut asked: HashSet<String> = HashSet::new();
    let mut waiting = FuturesUnordered::new();
    for seed in &settings.seeds {
        if asked.insert(seed.to_string().to_ascii_lowercase()) {
            waiting.push(dial(settings, track, seed.clone(), false));
        }
    }
    let mut failures = Vec::new();
    let mut unreachable = Vec::new();
    let mut set = None;
    let mut at_last = None;
    while let Some((endpoint, advertised, result)) = waiting.next().await {
        let member = match result {
            Ok(member) => member,
            Err(failure) if advertised => {
                unreachable.push((endpoint.to_string(), failure));
                continue;
            }
            Err(failure) => {
                failures.push((endpoint.to_string(), failure));
                continue;
            }
        };
        let name = endpoint.to_string().to_ascii_lowercase();
        match judge(settings, preference, &member, &name) {
            Verdict::Yes => return Ok(member),
            Verdict::AtLast => at_last = Some(member),
            Verdict::Never(failure) => failures.push((endpoint.to_string(), failure)),
            Verdict::No => {
                set = member.facts.set.clone().or(set);
                for host in &member.facts.hosts {
                    if let Some(endpoint) = advertised_endpoint(host)
                        && asked.insert(host.clone())
                    {
                        waiting.push(dial(settings, track, endpoint, true));
                    }
                }
            }
        }
    }
    if let Some(member) = at_last {
        return Ok(member);
    }
    let set_name = set.clone().unwrap_or_default();
    if !unreachable.is_empty() {
        let names: Vec<_> = unreachable.iter().map(|(name, _)| name.clone()).collect();
        let mut failure = combine(unreachable);
        failure.message = format!(
            "The replica set {set_name} answers, but its members go by names that do not work from here ({}): {}",
            names.join(", "),
            failure.message
        );
        failure.remedy =
            "Make these names known to this machine, let the members advertise others, or use \
                          directConnection=true to talk to one server only."
                .to_owned();
        return Err(failure);
    }
    if set.is_some() && failures.is_empty() {
        return Err(Failure::new(
            code::SERVER_ERROR,
            format!("The replica set {set_name} has no member that the read preference allows at the moment."),
        )
        .remedy("Wait for the election of a primary, check the state of the set, or change readPreference.")
        .retryable()
        .at(Stage::Auth));
    }
    Err(combine(failures))
}

fn judge(settings: &Settings, preference: ReadPreference, member: &Member, name: &str) -> Verdict {
    let facts = &member.facts;
    let mismatch = |message: String, remedy: &str| {
        Verdict::Never(
            Failure::new(code::REPLICA_SET_MISMATCH, message)
                .remedy(remedy)
                .at(Stage::Auth),
        )
    };
    if settings.load_balanced {
        return if facts.service {
            Verdict::Yes
        } else {
            mismatch(
                format!("{name} is not behind a load balancer that MongoDB knows of."),
                "Remove loadBalanced from the URL.",
            )
        };
    }
    if let Some(wanted) = &settings.replica_set
        && facts.set.as_ref() != Some(wanted)
    {
        let is = match &facts.set {
            Some(set) => format!("belongs to the replica set {set}"),
            None => "belongs to no replica set".to_owned(),
        };
        return mismatch(
            format!("{name} {is}, and the URL asks for {wanted}."),
            "Correct replicaSet in the URL, or the host.",
        );
    }
    if settings.direct {
        return Verdict::Yes;
    }
    if facts.uninitialised {
        return mismatch(
            format!("{name} waits to become a member of a replica set."),
            "Run rs.initiate() there, or use directConnection=true.",
        );
    }
    if facts.router {
        return Verdict::Yes;
    }
    if facts.set.is_none() {
        return if settings.seeds.len() > 1 {
            mismatch(
                format!("{name} is a server of its own, and the URL names several."),
                "Name that server alone.",
            )
        } else {
            Verdict::Yes
        };
    }
    // A driver talks to members only by the names that the set advertises.
    let known = facts
        .hosts
        .iter()
        .chain(&facts.arbiters)
        .any(|host| host == name);
    if !known {
        return Verdict::No;
    }
    match (preference, facts.primary, facts.secondary) {
        (ReadPreference::Primary | ReadPreference::PrimaryPreferred, true, _)
        | (ReadPreference::Secondary | ReadPreference::SecondaryPreferred, _, true)
        | (ReadPreference::Nearest, true, _)
        | (ReadPreference::Nearest, _, true) => Verdict::Yes,
        (ReadPreference::PrimaryPreferred, _, true)
        | (ReadPreference::SecondaryPreferred, true, _) => Verdict::AtLast,
        _ => Verdict::No,
    }
}

/// `host:port`, an IPv6 address in brackets.
fn advertised_endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some(Endpoint::tcp(host, port.parse().ok()?))
}

async fn dial(
    settings: &Settings,
    track: &Track<'_>,
    endpoint: Endpoint,
    advertised: bool,
) -> (Endpoint, bool, Attempt<Member>) {
    let result = reach(settings, track, &endpoint).await;
    (endpoint, advertised, result)
}

async fn reach(settings: &Settings, track: &Track<'_>, endpoint: &Endpoint) -> Attempt<Member> {
    let places = endpoint
        .places(settings.dns_server)
        .await
        .map_err(|failure| failure.at(Stage::Resolve))?;
    let mut failures = Vec::new();
    let count = places.len();
    for (index, place) in places.into_iter().enumerate() {
        let target = Target { endpoint, place };
        let limit = track.share(count - index - 1, settings.connect_timeout);
        track.advance(Stage::Tcp);
        match within(track, limit, greet(settings, track, &target)).await {
            Ok(member) => return Ok(member),
            Err(failure) => failures.push((target.to_string(), failure.at(Stage::Tcp))),
        }
    }
    Err(combine(failures))
}

async fn greet(settings: &Settings, track: &Track<'_>, target: &Target<'_>) -> Attempt<Member> {
    let address = target.to_string();
    let mut wire = target.connect().await?;
    let mut report = None;
    // “tls applies to TCP”: a unix socket needs none.
    if let Some(tls) = settings.tls.as_ref().filter(|_| !target.is_unix()) {
        track.advance(Stage::Tls);
        let established = tls.handshake(wire, target.host(), &address).await?;
        wire = established.wire;
        report = Some(established.report);
    }
    track.advance(Stage::Auth);
    let mut channel = Channel::new(wire, address);
    let reply = say_hello(settings, &mut channel)
        .await
        .map_err(|failure| failure.at(Stage::Auth))?;
    let facts = Facts::read(&reply);
    Ok(Member {
        mechanisms: texts(&reply, "saslSupportedMechs"),
        tls: report,
        channel,
        facts,
        endpoint: target.endpoint.clone(),
        place: target.place.clone(),
    })
}

async fn say_hello(settings: &Settings, channel: &mut Channel) -> Attempt<RawDocumentBuf> {
    const COMMAND_NOT_FOUND: i64 = 59;
    let mut reply = None;
    for name in ["hello", "isMaster"] {
        let mut command = hello(name, settings.application.as_deref());
        if let Some(credential) = settings
            .credential
            .as_ref()
            .filter(|it| !it.user.is_empty())
        {
            command.insert(
                "saslSupportedMechs",
                format!("{}.{}", credential.source, credential.user),
            );
        }
        if settings.load_balanced {
            command.insert("loadBalanced", true);
        }
        let answer = match channel.exchange("admin", command).await {
            Ok(answer) => answer,
            Err(fault) => return Err(channel.failure(fault)),
        };
        match Reported::of(&answer) {
            Some(reported) if reported.code == COMMAND_NOT_FOUND && name == "hello" => {}
            Some(reported) => return Err(super::errors::classify(&reported, &channel.address)),
            None => {
                reply = Some(answer);
                break;
            }
        }
    }
    let reply =
        reply.ok_or_else(|| Failure::not_this_database("MongoDB", &channel.address, None))?;
    /// MongoDB 3.6, the first whose servers understand the messages used here.
    const LEAST: i64 = 6;
    match number(&reply, "maxWireVersion") {
        Some(version) if version >= LEAST => Ok(reply),
        Some(_) => Err(Failure::new(
            code::NOT_THIS_DATABASE,
            format!(
                "The server at {} is older than MongoDB 3.6.",
                channel.address
            ),
        )
        .remedy("Upgrade the server.")),
        None => Err(Failure::not_this_database(
            "MongoDB",
            &channel.address,
            None,
        )),
    }
}
