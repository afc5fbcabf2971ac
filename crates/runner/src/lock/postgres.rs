//! PostgreSQL: an advisory lock of the session. These are counted per database, so that one key is enough.

use async_trait::async_trait;
use engines::{RunError, Session};

use super::{Holder, Lock};
use crate::ask::{self, sql};

/// "tapedeck" in ASCII.
const KEY: i64 = 0x7461_7065_6465_636b;

pub(super) struct Advisory;

#[async_trait]
impl Lock for Advisory {
    async fn take(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        let question = sql(format!(
            "SELECT pg_catalog.pg_try_advisory_lock({KEY}) AS taken"
        ));
        let answer = ask::rows(session, &question).await?;
        let taken = answer.first().and_then(|row| row.first()?.as_bool());
        Ok(taken.unwrap_or_default())
    }

    async fn holder(&mut self, session: &mut dyn Session) -> Result<Option<Holder>, RunError> {
        let question = sql(format!(
            "SELECT a.pid AS pid, a.application_name AS name, a.usename AS account, host(a.client_addr) AS address,
                extract(epoch FROM clock_timestamp() - a.backend_start)::bigint AS seconds
            FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                AND l.classid::bigint = {} AND l.objid::bigint = {}
            LIMIT 1",
            KEY >> 32,
            KEY & 0xffff_ffff
        ));
        let answer = ask::rows(session, &question).await?;
        let Some(row) = answer.first() else {
            return Ok(None);
        };
        let text = |column: &str| ask::string(answer.value(row, column));
        let (pid, name) = (text("pid"), text("name"));
        let mut account = text("account");
        if !text("address").is_empty() {
            account = format!("{account}@{}", text("address"));
        }
        let who = if name.is_empty() {
            account
        } else {
            format!("{name} as {account}")
        };
        let since = match text("seconds") {
            seconds if seconds.is_empty() => String::new(),
            seconds => format!(", since {seconds} s"),
        };
        Ok(Some(Holder {
            words: format!("{who}, pid {pid}{since}"),
            identity: pid,
        }))
    }
}

pub(super) async fn release(session: &mut dyn Session) -> Result<(), RunError> {
    let statement = sql(format!("SELECT pg_catalog.pg_advisory_unlock({KEY})"));
    session.execute(&statement).await.map(drop)
}
