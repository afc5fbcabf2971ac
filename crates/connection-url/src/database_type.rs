//! The engines a connection URL can belong to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of database that a connection URL names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseType {
    /// MongoDB and servers that speak its protocol.
    Mongodb,
    /// PostgreSQL and servers that speak its protocol.
    Postgresql,
    /// MySQL and MariaDB.
    #[serde(alias = "mariadb")]
    Mysql,
    /// SQLite: a file, and no server.
    #[serde(alias = "sqlite3")]
    Sqlite,
}

impl DatabaseType {
    /// Every type, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Mongodb, Self::Postgresql, Self::Mysql, Self::Sqlite];

    /// The name used in records, files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mongodb => "mongodb",
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The port that the engine's own client uses when the URL names none; 0 where there is no server.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Mongodb => 27017,
            Self::Postgresql => 5432,
            Self::Mysql => 3306,
            Self::Sqlite => 0,
        }
    }

    /// The type that a scheme (lowercase, without `://`) stands for.
    pub(crate) fn from_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            "mongodb" | "mongodb+srv" => Some(Self::Mongodb),
            "postgresql" | "postgres" => Some(Self::Postgresql),
            "mysql" | "mariadb" => Some(Self::Mysql),
            "sqlite" | "sqlite3" | "file" => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// The name of the engine as its makers write it.
    pub(crate) const fn display_name(self) -> &'static str {
        match self {
            Self::Mongodb => "MongoDB",
            Self::Postgresql => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Sqlite => "SQLite",
        }
    }
}

impl fmt::Display for DatabaseType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text names no database type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the database type must be mongodb, postgresql, mysql or sqlite")]
pub struct UnknownDatabaseType;

impl FromStr for DatabaseType {
    type Err = UnknownDatabaseType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mongodb" => Ok(Self::Mongodb),
            "postgresql" => Ok(Self::Postgresql),
            "mysql" | "mariadb" => Ok(Self::Mysql),
            "sqlite" | "sqlite3" => Ok(Self::Sqlite),
            _ => Err(UnknownDatabaseType),
        }
    }
}
