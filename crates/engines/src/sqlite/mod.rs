//! SQLite: a file, opened by the library itself.
//!
//! A session has a thread of its own (`worker.rs`), since the library blocks; `session.rs` is the port, which sends it one command at
//! a time. `settings.rs` reads the URL and opens the file, `guard.rs` keeps statements from other files, `values.rs` writes
//! parameters and reads rows, and `errors.rs` says what an error means.
//!
//! Every session is set up alike: foreign keys are enforced, text in double quotes is a name and no string, what a reading session is
//! asked cannot write (the file is opened for reading, `query_only` is on, and the guard lets nobody turn it off), and a lock of another
//! program is waited for. A file that is not there is made only by a session that writes, and only where the URL says `mode=rwc`.

mod errors;
mod guard;
mod session;
mod settings;
mod values;
mod worker;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use connection_url::{ConnectionUrl, DatabaseType};
use tokio_util::sync::CancellationToken;

use self::session::SqliteSession;
use self::settings::{Purpose, Settings};
use crate::engine::{Capabilities, Engine, IsolationLevel};
use crate::error::EngineError;
use crate::report::{Outcome, TestOptions, TestReport};
use crate::scrub::Scrubber;
use crate::session::{Operation, Session, SessionOptions};
use crate::stage::Stage;
use crate::track;

/// The product's name.
const PRODUCT: &str = "SQLite";

/// The engine of SQLite's files.
pub(crate) struct Sqlite;

#[async_trait]
impl Engine for Sqlite {
    fn database_type(&self) -> DatabaseType {
        DatabaseType::Sqlite
    }

    fn outline(&self) -> Operation {
        Operation::Sql {
            statement: "SELECT t.name AS \"name\", c.name AS \"column\", c.type AS \"type\"
                FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
                WHERE t.schema = 'main' AND t.type IN ('table', 'view', 'virtual') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                ORDER BY t.name, c.cid"
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
            multi_host: false,
            unix_sockets: false,
            // There is no other: a writer is alone, and a reader sees one state.
            isolation_levels: &[IsolationLevel::Serializable],
            file: true,
            default_port: 0,
            display_name: PRODUCT,
            abbreviation: "sl",
        }
    }

    async fn test(
        &self,
        url: &ConnectionUrl,
        options: &TestOptions,
        progress: &(dyn Fn(Stage) + Send + Sync),
        cancel: &CancellationToken,
    ) -> TestReport {
        let scrubber = Arc::new(Scrubber::new(url));
        let first = Stage::Database;
        track::run_from(first, url, options, progress, cancel, |track| async move {
            let settings = Settings::read(url)?;
            let mut session = SqliteSession::open(settings, Purpose::Test, scrubber).await?;
            track.enter(Stage::Ready);
            let asked = Instant::now();
            session.ask_something().await?;
            Ok(Outcome {
                server: PRODUCT,
                version: Some(rusqlite::version().to_owned()),
                latency: asked.elapsed(),
                tls: None,
            })
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
        let purpose = if options.read_only {
            Purpose::Read
        } else {
            Purpose::Write
        };
        let open = |_| async move {
            let settings = Settings::read(url)?;
            let session = SqliteSession::open(settings, purpose, shared).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        };
        track::attempt_from(Stage::Database, options.timeout, &scrubber, cancel, open).await
    }
}
