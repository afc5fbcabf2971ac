//! Where a server listens: a name or address with a port, or a unix socket.

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One server that the URL names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Host {
    /// A name or address, percent-decoded; IPv6 without brackets.
    Tcp {
        /// The name or address; empty where only a port is written.
        host: String,
        /// The port as the URL has it.
        port: Port,
    },
    /// A unix socket.
    Socket {
        /// Its path, percent-decoded. On PostgreSQL the directory that holds it.
        path: String,
        /// PostgreSQL makes the socket's file name from the port.
        port: Port,
    },
}

impl Host {
    /// A name or address with a port.
    pub fn tcp(host: impl Into<String>, port: impl Into<Port>) -> Self {
        Self::Tcp {
            host: host.into(),
            port: port.into(),
        }
    }

    /// A unix socket without a port.
    pub fn socket(path: impl Into<String>) -> Self {
        Self::Socket {
            path: path.into(),
            port: Port::None,
        }
    }

    /// The name, address or socket path.
    pub fn name(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            Self::Socket { path, .. } => path,
        }
    }

    /// The port as the URL has it.
    pub const fn port(&self) -> &Port {
        match self {
            Self::Tcp { port, .. } | Self::Socket { port, .. } => port,
        }
    }
}

/// A port as the URL has it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Port {
    /// None is written: the engine's default applies.
    #[default]
    None,
    /// A port number.
    Number(u16),
    /// Text as written: a `$Secret{KEY}` reference, or what libpq takes although it is no port number.
    Text(String),
}

impl Port {
    /// The port that a text means; decimal digits in range are a number, anything else stays text.
    pub fn from_text(text: &str) -> Self {
        if text.is_empty() {
            return Self::None;
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u16>() {
            // `parse` takes "+1", and port 0 cannot be connected to.
            Ok(number) if digits && number != 0 => Self::Number(number),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// The number, where it is one.
    pub const fn number(&self) -> Option<u16> {
        match self {
            Self::Number(number) => Some(*number),
            Self::None | Self::Text(_) => None,
        }
    }

    /// The text that stands for the port in a URL; empty for none.
    pub fn as_text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl From<u16> for Port {
    fn from(number: u16) -> Self {
        Self::Number(number)
    }
}

impl From<Option<u16>> for Port {
    fn from(number: Option<u16>) -> Self {
        number.map_or(Self::None, Self::Number)
    }
}

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_u16(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Nothing(()),
            Number(u16),
            Text(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Nothing(()) => Self::None,
            Written::Number(number) => Self::Number(number),
            Written::Text(text) => Self::Text(text),
        })
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        match self {
            Self::Tcp { host, port } => {
                map.serialize_entry("host", host)?;
                map.serialize_entry("port", port)?;
            }
            Self::Socket { path, port } => {
                map.serialize_entry("socket", path)?;
                map.serialize_entry("port", port)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            host: Option<String>,
            socket: Option<String>,
            #[serde(default)]
            port: Port,
        }
        let written = Written::deserialize(deserializer)?;
        match (written.host, written.socket) {
            (Some(host), None) => Ok(Self::Tcp {
                host,
                port: written.port,
            }),
            (None, Some(path)) => Ok(Self::Socket {
                path,
                port: written.port,
            }),
            _ => Err(D::Error::custom("a host has either `host` or `socket`")),
        }
    }
}
