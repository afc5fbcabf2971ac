//! The lock that keeps two runners apart: one at a time in a physical database, whatever product and database they are about.
//!
//! On SQL servers the lock belongs to the session that sends the statements. A runner that is killed in the middle thus keeps it for as
//! long as the server is busy with its last statement, and nobody begins before that is over. MongoDB has no such locks: a document with
//! a lease stands for it, renewed while its runner lives, and looked at before each statement. SQLite has a row of the same kind, looked at within
//! the transaction of each migration.

mod mongodb;
mod mysql;
mod postgres;
mod sqlite;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use connection_url::DatabaseType;
use engines::{RunError, Session};
use tokio_util::sync::CancellationToken;

use self::mongodb::Document;
use self::sqlite::Row;
use crate::RunnerEvent;

/// What stands for a lock where sessions have none.
pub(crate) enum Lease {
    /// MongoDB's.
    Document(Document),
    /// SQLite's.
    Row(Row),
}

impl Lease {
    /// The lease as it is once it was taken by something that was sent at this moment.
    fn taken(self, sent: Instant) -> Self {
        match self {
            Self::Document(document) => Self::Document(document.taken(sent)),
            Self::Row(row) => Self::Row(row),
        }
    }

    /// Renews it; false where it was taken over.
    pub(crate) async fn renew(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        match self {
            Self::Document(document) => document.renew(session).await,
            Self::Row(row) => row.renew(session).await,
        }
    }

    /// Renews it as long as it is polled, and ends when it is lost. A row can't be renewed while a statement runs: that has the file.
    pub(crate) async fn keep(&mut self, session: &mut dyn Session) {
        match self {
            Self::Document(document) => document.keep(session).await,
            Self::Row(_) => std::future::pending().await,
        }
    }

    async fn release(&self, session: &mut dyn Session) -> Result<(), RunError> {
        match self {
            Self::Document(document) => document.release(session).await,
            Self::Row(row) => row.release(session).await,
        }
    }
}

/// The lock of an engine, as whoever waits for it sees it.
#[async_trait]
trait Lock: Send {
    /// Takes the lock if nobody has it.
    async fn take(&mut self, session: &mut dyn Session) -> Result<bool, RunError>;

    /// Who has it: what tells one holder from the next, and what a person reads. `None` where it is free by now, or where the server
    /// does not tell.
    async fn holder(&mut self, session: &mut dyn Session) -> Result<Option<Holder>, RunError>;
}

/// Who has a lock.
struct Holder {
    /// The same for as long as it is the same.
    identity: String,
    /// "app@10.0.0.7, pid 4711, since 12 s".
    words: String,
}

/// How the wait for a lock ended.
pub(crate) enum Wait {
    /// It is ours.
    Taken(Option<Lease>),
    /// Somebody kept it.
    Kept {
        /// Who.
        holder: String,
    },
    /// The caller cancelled.
    Cancelled,
}

/// The first pause between two attempts; they grow.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Takes the lock, waiting for it. Nothing is held between two attempts: a waiter that sat in a transaction, or in a statement that
/// waits, would stand in the way of `CREATE INDEX CONCURRENTLY`, which waits for all that are older than itself.
pub(crate) async fn take(
    session: &mut dyn Session,
    database_type: DatabaseType,
    run: &str,
    by: &str,
    limit: Duration,
    events: &(dyn Fn(RunnerEvent) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<Wait, RunError> {
    let mut lease = None;
    let mut lock: Box<dyn Lock> = match database_type {
        DatabaseType::Postgresql => Box::new(postgres::Advisory),
        DatabaseType::Mysql => Box::new(mysql::Named),
        DatabaseType::Mongodb => {
            let new = Document::new(run, by);
            lease = Some(Lease::Document(new.clone()));
            Box::new(new)
        }
        DatabaseType::Sqlite => {
            let new = Row::new(run, by);
            lease = Some(Lease::Row(new.clone()));
            Box::new(new)
        }
    };
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut told = String::new();
    let mut holder = "another runner".to_owned();
    loop {
        if cancel.is_cancelled() {
            return Ok(Wait::Cancelled);
        }
        let sent = Instant::now();
        if lock.take(session).await? {
            return Ok(Wait::Taken(lease.map(|lease| lease.taken(sent))));
        }
        // Somebody who was gone before it could be told who it was is not told of, until the second time.
        let found = lock.holder(session).await?;
        if let Some(found) = found
            && found.identity != told
        {
            events(RunnerEvent::Waiting {
                holder: found.words.clone(),
            });
            told = found.identity;
            holder = found.words;
        }
        if start.elapsed() >= limit {
            return Ok(Wait::Kept { holder });
        }
        let left = limit.saturating_sub(start.elapsed());
        tokio::select! {
            () = cancel.cancelled() => {}
            () = tokio::time::sleep(pause.min(left)) => {}
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Gives the lock back. Where that fails, the end of the session, or of the lease, does it.
pub(crate) async fn release(
    session: &mut dyn Session,
    database_type: DatabaseType,
    lease: Option<&Lease>,
) -> Result<(), RunError> {
    match database_type {
        DatabaseType::Postgresql => postgres::release(session).await,
        DatabaseType::Mysql => mysql::release(session).await,
        DatabaseType::Mongodb | DatabaseType::Sqlite => match lease {
            Some(lease) => lease.release(session).await,
            None => Ok(()),
        },
    }
}
