//! The port: what every engine can be asked.

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::error::EngineError;
use crate::mongodb::Mongodb;
use crate::mysql::Mysql;
use crate::postgres::Postgres;
use crate::report::{TestOptions, TestReport};
use crate::session::{Operation, Session, SessionOptions};
use crate::sqlite::Sqlite;
use crate::stage::Stage;

/// A database engine.
#[async_trait]
pub trait Engine: Send + Sync {
    /// The type of the databases that it serves.
    fn database_type(&self) -> DatabaseType;

    /// What it can do; faces ask this and never the type's name.
    fn capabilities(&self) -> Capabilities;

    /// What lists the tables or collections that a person can name in this database, for completion: a row for each column with the
    /// columns `name` (of the table), `column` and `type`, in the order of the table; or a row for each table with `name` alone.
    fn outline(&self) -> Operation;

    /// Tests a connection. The URL has its secrets in place and its references resolved.
    ///
    /// `progress` hears of each stage once, when it is first reached. A cancelled test ends at once, whatever the
    /// server does; so does one that runs out of time. The report says the rest.
    async fn test(
        &self,
        url: &ConnectionUrl,
        options: &TestOptions,
        progress: &(dyn Fn(Stage) + Send + Sync),
        cancel: &CancellationToken,
    ) -> TestReport;

    /// Opens a session. The URL has its secrets in place and its references resolved.
    ///
    /// # Errors
    /// As a test reports them; a cancelled call ends at once, whatever the server does.
    async fn connect(
        &self,
        url: &ConnectionUrl,
        options: &SessionOptions,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn Session>, EngineError>;
}

/// An isolation level of SQL transactions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IsolationLevel {
    /// Sees what others have not committed.
    ReadUncommitted,
    /// Sees what others have committed when a statement starts.
    ReadCommitted,
    /// Sees one state all along.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

impl IsolationLevel {
    /// The four of the SQL standard.
    pub const ALL: &'static [Self] = &[
        Self::ReadUncommitted,
        Self::ReadCommitted,
        Self::RepeatableRead,
        Self::Serializable,
    ];
}

/// What an engine can do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Capabilities {
    /// Several operations can be one transaction.
    pub transactions: bool,
    /// Templates and statements are SQL.
    pub sql: bool,
    /// Changes of the schema take part in transactions.
    pub ddl_transactions: bool,
    /// A URL can name an SRV record in place of hosts.
    pub srv: bool,
    /// A URL can name several hosts.
    pub multi_host: bool,
    /// A URL can name a unix socket.
    pub unix_sockets: bool,
    /// The isolation levels that a transaction can ask for.
    pub isolation_levels: &'static [IsolationLevel],
    /// A database is a file on this machine: a URL has a path, and no host, user or encryption.
    pub file: bool,
    /// The port where a URL names none; 0 without a server.
    pub default_port: u16,
    /// The name to show.
    pub display_name: &'static str,
    /// Two letters for where the name does not fit.
    pub abbreviation: &'static str,
}

/// The engine of a database type.
pub fn engine(database_type: DatabaseType) -> &'static dyn Engine {
    match database_type {
        DatabaseType::Postgresql => &Postgres,
        DatabaseType::Mysql => &Mysql,
        DatabaseType::Mongodb => &Mongodb,
        DatabaseType::Sqlite => &Sqlite,
    }
}

/// Makes ring the process's provider of cryptography; a second call changes nothing.
///
/// The crate itself names ring wherever it builds a TLS configuration; this is for the libraries that ask for the
/// default.
pub fn install_crypto_provider() {
    // Losing the race to another caller is fine: there is one provider in the tree.
    drop(rustls::crypto::ring::default_provider().install_default());
}
