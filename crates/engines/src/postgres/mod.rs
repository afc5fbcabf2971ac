//! PostgreSQL.
//!
//! What an option means is what libpq says it means (PostgreSQL's documentation, 34.1.2 “Parameter Key Words” and
//! 34.19 “SSL Support”); `settings.rs` reads them, this file acts on them.
//!
//! `channel.rs` frames messages, `login.rs` and `session.rs` lead to an open database. `query.rs` is the port's session:
//! `prepared.rs` has statements prepared, `values.rs` writes parameters and reads columns, `answer.rs` reads what comes back,
//! `pipeline.rs` sends several at once, `statement.rs` tells what a statement is.

mod answer;
mod cancel;
mod channel;
mod end_point;
mod errors;
mod login;
mod pipeline;
mod prepared;
mod query;
mod session;
mod settings;
mod statement;
mod values;

use std::sync::Arc;

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use tokio_util::sync::CancellationToken;

use self::query::PostgresSession;
use self::session::{Connected, Dial, Role};
use self::settings::{SessionAttributes, Settings};
use crate::engine::{Capabilities, Engine, IsolationLevel};
use crate::error::EngineError;
use crate::failure::Attempt;
use crate::net::dial;
use crate::report::{TestOptions, TestReport};
use crate::scrub::Scrubber;
use crate::session::{Operation, Session, SessionOptions};
use crate::stage::Stage;
use crate::track::{self, Track};

/// The PostgreSQL engine.
pub(crate) struct Postgres;

#[async_trait]
impl Engine for Postgres {
    fn database_type(&self) -> DatabaseType {
        DatabaseType::Postgresql
    }

    fn outline(&self) -> Operation {
        // pg_catalog itself: information_schema checks rights column by column, which takes seconds for a large schema.
        Operation::Sql {
            statement: "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
                    a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
                    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
                    AND has_schema_privilege(n.oid, 'USAGE')
                ORDER BY n.nspname, c.relname, a.attnum"
                .to_owned(),
            parameters: Vec::new(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            transactions: true,
            sql: true,
            ddl_transactions: true,
            srv: false,
            multi_host: true,
            unix_sockets: cfg!(unix),
            isolation_levels: IsolationLevel::ALL,
            file: false,
            default_port: 5432,
            display_name: "PostgreSQL",
            abbreviation: "pg",
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
            let settings = Settings::read(url, options.home.as_deref()).await?;
            connect(&settings, &track).await?.test(&track).await
        })
        .await
    }

    async fn connect(
        &self,
        url: &ConnectionUrl,
        options: &SessionOptions,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn Session>, EngineError> {
        let scrubber = Scrubber::new(url);
        track::attempt(options.timeout, &scrubber, cancel, |track| async move {
            let settings = Settings::read(url, options.home.as_deref()).await?;
            let connected = connect(&settings, &track).await?;
            let (settings, scrubber) = (Arc::new(settings), Scrubber::new(url));
            let session =
                PostgresSession::open(connected, settings, scrubber, options.read_only).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
        .await
    }
}

/// Opens a session at the first host that is what the URL asks for.
async fn connect(settings: &Settings, track: &Track<'_>) -> Attempt<Connected> {
    let passes: &[Role] = match &settings.session {
        SessionAttributes::PreferStandby => &[Role::Standby, Role::Any],
        SessionAttributes::Is(role) => std::slice::from_ref(role),
    };
    let mut result = None;
    for role in passes {
        let dialer = Dial {
            settings,
            track,
            role: *role,
        };
        let (endpoints, timeout) = (&settings.endpoints, settings.connect_timeout);
        let outcome = dial::in_order(track, endpoints, timeout, settings.shuffle, &dialer).await;
        if outcome.is_ok() {
            return outcome;
        }
        result = Some(outcome);
    }
    result.unwrap_or_else(|| Err(track.too_late()))
}
