//! Logging in (PostgreSQL's documentation, 53.2.1 and 53.3).

use std::io;

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::backend;
use postgres_protocol::message::frontend;
use zeroize::Zeroizing;

use super::channel::{Channel, Fields, Reported, invalid};
use super::settings::Methods;
use crate::stack::wiped_after;

/// More would be work for an attacker's sake; PostgreSQL asks for 4,096 unless it is told otherwise.
const MOST_SCRAM_ROUNDS: u32 = 1_000_000;
/// The longest message at startup is an error, and far shorter; what reads as more is another protocol.
const LONGEST_AT_LOGIN: usize = 1 << 20;

/// Whether the login is to hang on the encrypted channel (`channel_binding`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Binding {
    Disable,
    Prefer,
    Require,
}

/// What a login needs.
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) database: Option<String>,
    pub(crate) application_name: String,
    pub(crate) options: Option<String>,
    pub(crate) binding: Binding,
    /// The methods that `require_auth` leaves; `None` for all.
    pub(crate) methods: Option<Methods>,
}

/// Why a login failed.
pub(crate) enum Fault {
    Io(io::Error),
    /// What answers is not PostgreSQL; these are its first bytes.
    Foreign(Vec<u8>),
    Server(Box<Reported>),
    /// `require_auth` rules the method out.
    RefusedMethod(&'static str),
    TooManyRounds,
    PasswordMissing,
    /// `channel_binding=require`, and the server can't.
    Unbound,
    Unsupported(&'static str),
    /// The server does not know the password either, or broke the exchange.
    Scram(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the server says of itself once it has let somebody in.
#[derive(Default)]
pub(crate) struct Welcome {
    pub(crate) version: Option<String>,
    /// For a request to cancel.
    pub(crate) process: i32,
    pub(crate) secret: i32,
}

/// Logs in; `authenticated` is called when the credentials are accepted, before the database is opened.
pub(crate) async fn log_in(
    channel: &mut Channel,
    credentials: &Credentials,
    end_point: Option<Vec<u8>>,
    authenticated: &(dyn Fn() + Sync),
) -> Result<Welcome, Fault> {
    channel.limit(Some(LONGEST_AT_LOGIN));
    let mut parameters = vec![
        ("client_encoding", "UTF8"),
        ("user", credentials.user.as_str()),
        ("application_name", credentials.application_name.as_str()),
    ];
    if let Some(database) = &credentials.database {
        parameters.push(("database", database));
    }
    if let Some(options) = &credentials.options {
        parameters.push(("options", options));
    }
    frontend::startup_message(parameters, &mut channel.output)?;
    channel.flush().await?;
    authenticate(channel, credentials, end_point).await?;
    authenticated();
    let mut welcome = Welcome::default();
    loop {
        let frame = channel.next().await?;
        let mut fields = Fields(frame.body);
        match frame.tag {
            backend::BACKEND_KEY_DATA_TAG => {
                welcome.process = fields.i32()?;
                welcome.secret = fields.i32()?;
            }
            backend::PARAMETER_STATUS_TAG => {
                if fields.text()? == b"server_version" {
                    welcome.version = Some(String::from_utf8_lossy(fields.text()?).into_owned());
                }
            }
            backend::READY_FOR_QUERY_TAG => break,
            backend::ERROR_RESPONSE_TAG => {
                return Err(Fault::Server(Box::new(Reported::parse(frame.body)?)));
            }
            // Notices, and the negotiation of a minor version.
            backend::NOTICE_RESPONSE_TAG | b'v' => {}
            _ => return Err(invalid("a message out of place").into()),
        }
    }
    channel.limit(None);
    Ok(welcome)
}

/// The number of a request for authentication, and what comes with it.
async fn request(channel: &mut Channel, first: bool) -> Result<(u32, Vec<u8>), Fault> {
    loop {
        // Whoever speaks another protocol has said its first word by now.
        let tag = channel.peek().await?;
        if first && !matches!(tag, b'R' | b'E' | b'N' | b'v') {
            return Err(Fault::Foreign(first_bytes(channel)));
        }
        let opening = first.then(|| first_bytes(channel));
        let frame = match channel.next().await {
            Err(error) if error.kind() == io::ErrorKind::InvalidData && first => {
                return Err(Fault::Foreign(opening.unwrap_or_default()));
            }
            other => other?,
        };
        let mut fields = Fields(frame.body);
        match frame.tag {
            backend::AUTHENTICATION_TAG => return Ok((fields.u32()?, fields.0.to_vec())),
            backend::ERROR_RESPONSE_TAG => {
                return Err(Fault::Server(Box::new(Reported::parse(frame.body)?)));
            }
            backend::NOTICE_RESPONSE_TAG | b'v' => {}
            _ => return Err(invalid("a message out of place").into()),
        }
    }
}

fn first_bytes(channel: &Channel) -> Vec<u8> {
    channel.unread().iter().take(64).copied().collect()
}

async fn authenticate(
    channel: &mut Channel,
    credentials: &Credentials,
    end_point: Option<Vec<u8>>,
) -> Result<(), Fault> {
    const OK: u32 = 0;
    const CLEARTEXT: u32 = 3;
    const MD5: u32 = 5;
    const SASL: u32 = 10;
    let (method, data) = request(channel, true).await?;
    let name = match method {
        OK => "none",
        CLEARTEXT => "password",
        MD5 => "md5",
        7 => "gss",
        9 => "sspi",
        SASL => "scram-sha-256",
        _ => "another method",
    };
    if let Some(methods) = &credentials.methods
        && !methods.allow(name)
    {
        return Err(Fault::RefusedMethod(name));
    }
    if method != SASL && credentials.binding == Binding::Require {
        return Err(Fault::Unbound);
    }
    let password = || {
        let password = credentials.password.as_ref();
        password.ok_or(Fault::PasswordMissing)
    };
    match method {
        OK => return Ok(()),
        CLEARTEXT => {
            frontend::password_message(password()?.as_bytes(), &mut channel.output)?;
            channel.flush().await?;
        }
        MD5 => {
            let salt = (data.try_into()).map_err(|_| invalid("a salt of no possible length"))?;
            let hash = Zeroizing::new(md5_hash(
                credentials.user.as_bytes(),
                password()?.as_bytes(),
                salt,
            ));
            frontend::password_message(hash.as_bytes(), &mut channel.output)?;
            channel.flush().await?;
        }
        SASL => {
            let binding = credentials.binding;
            scram(channel, password()?, &data, binding, end_point).await?;
        }
        _ => return Err(Fault::Unsupported(name)),
    }
    match request(channel, false).await? {
        (OK, _) => Ok(()),
        _ => Err(invalid("a message out of place").into()),
    }
}

/// SCRAM-SHA-256, bound to the channel where both ends can (RFC 5802, RFC 7677).
async fn scram(
    channel: &mut Channel,
    password: &str,
    offered: &[u8],
    binding: Binding,
    end_point: Option<Vec<u8>>,
) -> Result<(), Fault> {
    const CONTINUE: u32 = 11;
    const FINAL: u32 = 12;
    let offers = |name: &str| {
        let mut names = offered.split(|byte| *byte == 0);
        names.any(|offered| offered == name.as_bytes())
    };
    let end_point = end_point.filter(|_| binding != Binding::Disable);
    let (mechanism, channel_binding) = match end_point {
        Some(hash) if offers(SCRAM_SHA_256_PLUS) => (
            SCRAM_SHA_256_PLUS,
            ChannelBinding::tls_server_end_point(hash),
        ),
        _ if !offers(SCRAM_SHA_256) && !offers(SCRAM_SHA_256_PLUS) => {
            return Err(Fault::Unsupported("another SASL mechanism"));
        }
        // "I could have": a server that could as well knows that somebody took its offer out.
        Some(_) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
        None => (SCRAM_SHA_256, ChannelBinding::unsupported()),
    };
    if mechanism != SCRAM_SHA_256_PLUS && binding == Binding::Require {
        return Err(Fault::Unbound);
    }
    let broken = |error: io::Error| Fault::Scram(error.to_string());
    let mut scram = ScramSha256::new(password.as_bytes(), channel_binding);
    frontend::sasl_initial_response(mechanism, scram.message(), &mut channel.output)?;
    channel.flush().await?;
    let (number, data) = request(channel, false).await?;
    if number != CONTINUE {
        return Err(invalid("a message out of place").into());
    }
    if rounds(&data).is_none_or(|rounds| rounds > MOST_SCRAM_ROUNDS) {
        return Err(Fault::TooManyRounds);
    }
    wiped_after(|| scram.update(&data)).map_err(broken)?;
    frontend::sasl_response(scram.message(), &mut channel.output)?;
    channel.flush().await?;
    let (number, data) = request(channel, false).await?;
    if number != FINAL {
        return Err(invalid("a message out of place").into());
    }
    scram.finish(&data).map_err(broken)
}

/// The rounds that the server's first message of the exchange asks for; none for a number beyond reason.
fn rounds(message: &[u8]) -> Option<u32> {
    let mut fields = message.split(|byte| *byte == b',');
    match fields.find_map(|field| field.strip_prefix(b"i=")) {
        Some(digits) => std::str::from_utf8(digits).ok()?.parse().ok(),
        // Without a number the exchange fails by itself.
        None => Some(0),
    }
}
