//! MySQL and MariaDB: a named lock of the session. Names are the whole server's, and 64 characters long at most, so the database is in
//! it as a digest.

use async_trait::async_trait;
use engines::{RunError, Session};

use super::{Holder, Lock};
use crate::ask::{self, sql};
use crate::ledger::SCHEMA;

const NAME: &str = "CONCAT('tapedeck.', SHA1(DATABASE()))";

pub(super) struct Named;

#[async_trait]
impl Lock for Named {
    async fn take(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        let answer = ask::rows(
            session,
            &sql(format!("SELECT GET_LOCK({NAME}, 0) AS taken")),
        )
        .await?;
        let taken = answer.first().and_then(|row| ask::number(row.first()?));
        Ok(taken == Some(1))
    }

    async fn holder(&mut self, session: &mut dyn Session) -> Result<Option<Holder>, RunError> {
        // Whoever may not see the sessions of others gets the connection's number at least.
        let question = sql(format!(
            "SELECT l.id AS `connection`, p.user AS `account`, p.host AS `address`
            FROM (SELECT IS_USED_LOCK({NAME}) AS id) l
            LEFT JOIN information_schema.processlist p ON p.id = l.id
            WHERE l.id IS NOT NULL"
        ));
        let answer = ask::rows(session, &question).await?;
        let Some(row) = answer.first() else {
            return Ok(None);
        };
        let text = |column: &str| ask::string(answer.value(row, column));
        let connection = text("connection");
        let mut words = format!("connection {connection}");
        if !text("account").is_empty() {
            words = format!("{}@{}, {words}", text("account"), text("address"));
        }
        // The account says whose run it is, once the run has said so itself.
        let question = sql(format!(
            "SELECT COUNT(*) AS `there` FROM information_schema.tables
            WHERE table_schema = DATABASE() AND table_name = '{SCHEMA}'"
        ));
        let there = ask::rows(session, &question).await?;
        if there.first().and_then(|row| ask::number(row.first()?)) == Some(1) {
            let question = sql(format!("SELECT run_by FROM {SCHEMA} WHERE id = 1"));
            if let Ok(answer) = ask::rows(session, &question).await
                && let Some(by) = answer.first().and_then(|row| row.first()?.as_str())
            {
                words = format!("{by} as {words}");
            }
        }
        Ok(Some(Holder {
            words,
            identity: connection,
        }))
    }
}

pub(super) async fn release(session: &mut dyn Session) -> Result<(), RunError> {
    let statement = sql(format!("SELECT RELEASE_LOCK({NAME})"));
    session.execute(&statement).await.map(drop)
}
