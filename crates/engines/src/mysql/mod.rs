//! MySQL and MariaDB.
//!
//! What an option means is what the `mysql` client says it means (MySQL's reference manual, “Command Options for
//! Encrypted Connections”), with MariaDB's and the common connectors' spellings accepted; `settings.rs` reads them.
//!
//! `packet.rs`, `authentication.rs` and `dialer.rs` log in; `stream.rs` frames what follows, `exchange.rs` knows the order of
//! packets in an answer, `columns.rs` and `rows.rs` read results, `parameters.rs` and
//! `temporal.rs` of the crate write values. `open.rs` sets a session up, `session.rs` is the port, `execute.rs` sends what is not prepared, and `fate.rs` finds out what became of what failed.
//!
//! Every session is set up alike: utf8mb4, `autocommit`, `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES` off, and the time zone
//! `+00:00`, so that a moment with an offset is sent in UTC and a `TIMESTAMP` is shown in it.

mod authentication;
mod cancel;
mod columns;
mod dialer;
mod errors;
mod exchange;
mod execute;
mod fate;
mod open;
mod packet;
mod parameters;
mod rows;
mod session;
mod settings;
mod statement;
mod stream;

use std::sync::Arc;

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use tokio_util::sync::CancellationToken;

use self::dialer::Connector;
use self::settings::Settings;
use crate::engine::{Capabilities, Engine, IsolationLevel};
use crate::error::EngineError;
use crate::failure::Attempt;
use crate::net::dial::{self, Dialer};
use crate::report::{TestOptions, TestReport};
use crate::scrub::Scrubber;
use crate::session::{Operation, Session, SessionOptions};
use crate::stage::Stage;
use crate::track::{self, Track};

/// The engine of MySQL and of MariaDB, which a URL does not tell apart.
pub(crate) struct Mysql;

#[async_trait]
impl Engine for Mysql {
    fn database_type(&self) -> DatabaseType {
        DatabaseType::Mysql
    }

    fn outline(&self) -> Operation {
        Operation::Sql {
            statement: "SELECT table_name AS `name`, column_name AS `column`, column_type AS `type`
                FROM information_schema.columns WHERE table_schema = DATABASE()
                ORDER BY table_name, ordinal_position"
                .to_owned(),
            parameters: Vec::new(),
        }
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
            file: false,
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
            let settings = Settings::read(url).await?;
            let tester = dialer::Tester(Connector {
                settings: &settings,
                track: &track,
            });
            in_order(&track, &settings, &tester).await
        })
        .await
    }

    async fn connect(
        &self,
        url: &ConnectionUrl,
        options: &SessionOptions,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn Session>, EngineError> {
        let scrubber = Arc::new(Scrubber::new(url));
        let shared = Arc::clone(&scrubber);
        track::attempt(options.timeout, &scrubber, cancel, |track| async move {
            let settings = Arc::new(Settings::read(url).await?);
            let opener = open::Opener {
                connector: Connector {
                    settings: &settings,
                    track: &track,
                },
                settings: Arc::clone(&settings),
                scrubber: shared,
                read_only: options.read_only,
            };
            let session = in_order(&track, &settings, &opener).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
        .await
    }
}

/// Goes to the first host that answers.
async fn in_order<D: Dialer>(
    track: &Track<'_>,
    settings: &Settings,
    dialer: &D,
) -> Attempt<D::Output> {
    let limit = settings.connect_timeout;
    dial::in_order(track, &settings.endpoints, limit, false, dialer).await
}
