//! MySQL and MariaDB.
//!
//! What an option means is what the `mysql` client says it means (MySQL's reference manual, “Command Options for
//! Encrypted Connections”), with MariaDB's and the common connectors' spellings accepted; `settings.rs` reads them.

mod authentication;
mod errors;
mod packet;
mod session;
mod settings;

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use tokio_util::sync::CancellationToken;

use crate::engine::{Capabilities, Engine, IsolationLevel};
use crate::net::dial;
use crate::report::{TestOptions, TestReport};
use crate::stage::Stage;
use crate::track;

/// The engine of MySQL and of MariaDB, which a URL does not tell apart.
pub(crate) struct Mysql;

#[async_trait]
impl Engine for Mysql {
    fn database_type(&self) -> DatabaseType {
        DatabaseType::Mysql
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactions: true,
            sql: true,
            // Each change of the schema commits by itself.
            ddl_transactions: false,
            srv: false,
            multi_host: true,
            unix_sockets: cfg!(unix),
            isolation_levels: IsolationLevel::ALL,
            default_port: 3306,
            display_name: "MySQL",
            abbreviation: "my",
        }
    }

    async fn test(
        &self,
        url: &ConnectionUrl,
        options: &TestOptions,
        progress: &(dyn Fn(Stage) + Send + Sync),
        cancel: &CancellationToken,
    ) -> TestReport {
        track::run(url, options, progress, cancel, |track| async move {
            let settings = settings::Settings::read(url).await?;
            let dialer = session::Session {
                settings: &settings,
                track: &track,
            };
            dial::in_order(
                &track,
                &settings.endpoints,
                settings.connect_timeout,
                false,
                &dialer,
            )
            .await
        })
        .await
    }
}
