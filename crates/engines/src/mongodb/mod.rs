//! MongoDB.
//!
//! What an option means is what the drivers' specifications say it means (“URI Options”, “Initial DNS Seedlist
//! Discovery”, “Server Discovery and Monitoring”, “Authentication”); `settings.rs` reads them. A server is selected as
//! a driver selects it, so that a replica set whose members advertise names that are unknown here fails the test as it
//! would fail the application.

mod authentication;
mod cancel;
mod command;
mod concern;
mod connect;
mod control;
mod errors;
mod json;
mod message;
mod outcome;
mod page;
mod reading;
mod scram;
mod selection;
mod session;
mod settings;
mod shared;
mod table;
mod transaction;
mod trial;

use std::time::Duration;

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use tokio_util::sync::CancellationToken;

use self::session::MongodbSession;
use crate::engine::{Capabilities, Engine};
use crate::error::EngineError;
use crate::report::{TestOptions, TestReport};
use crate::session::{Operation, Session, SessionOptions};
use crate::stage::Stage;
use crate::track;

/// The time for taking leave of a server.
const LEAVING: Duration = Duration::from_millis(500);

/// The MongoDB engine.
pub(crate) struct Mongodb;

#[async_trait]
impl Engine for Mongodb {
    fn database_type(&self) -> DatabaseType {
        DatabaseType::Mongodb
    }

    fn outline(&self) -> Operation {
        Operation::Command(
            r#"{"listCollections": 1, "nameOnly": true, "authorizedCollections": true}"#.to_owned(),
        )
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactions: true,
            sql: false,
            ddl_transactions: false,
            srv: true,
            multi_host: true,
            unix_sockets: cfg!(unix),
            // A transaction reads a snapshot; there is nothing to choose from.
            isolation_levels: &[],
            file: false,
            default_port: 27017,
            display_name: "MongoDB",
            abbreviation: "mg",
        }
    }

    async fn test(
        &self,
        url: &ConnectionUrl,
        options: &TestOptions,
        progress: &(dyn Fn(Stage) + Send + Sync),
        cancel: &CancellationToken,
    ) -> TestReport {
        let dns_server = options.dns_server;
        track::run(url, options, progress, cancel, |track| async move {
            let settings = settings::Settings::read(url, dns_server, track.left()).await?;
            let member = connect::open(&settings, settings.read_preference, &track).await?;
            trial::run(&settings, &track, member).await
        })
        .await
    }

    async fn connect(
        &self,
        url: &ConnectionUrl,
        options: &SessionOptions,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn Session>, EngineError> {
        let session = MongodbSession::open(url, options, cancel).await?;
        Ok(Box::new(session))
    }
}
