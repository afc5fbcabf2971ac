//! MongoDB: a document with a lease. It says until when it holds, by the server's clock; its runner renews it, and whoever finds it
//! expired takes it over. A runner that finds that it lost its lease sends nothing more.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use engines::{RunError, Session, code};
use serde_json::{Value, json};

use super::{Holder, Lock};
use crate::ask::{self, command};
use crate::ledger::found_its_row;

/// The collection of the one document.
const LOCK: &str = "_tapedeck_lock";
const ROW: &str = "runner";

/// A lease lasts so long after it was renewed. A runner that is killed holds others up for this long.
const LASTS: Duration = Duration::from_secs(20);
/// It is renewed this often while a statement runs.
const RENEWED: Duration = Duration::from_secs(5);

/// A runner's lease.
#[derive(Clone)]
pub(crate) struct Document {
    run: String,
    by: String,
    /// Until when it surely holds, by the clock here: counted from before the renewal was sent.
    until: Instant,
}

impl Document {
    pub(super) fn new(run: &str, by: &str) -> Self {
        Self {
            run: run.to_owned(),
            by: by.to_owned(),
            until: Instant::now() + LASTS,
        }
    }

    /// The lease as it is once it was taken by a command that was sent at this moment.
    pub(super) fn taken(mut self, sent: Instant) -> Self {
        self.until = sent + LASTS;
        self
    }

    /// Renews it; false where it was taken over.
    pub(crate) async fn renew(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        let sent = Instant::now();
        let now = clock(session).await?;
        let renewal = command(&json!({
            "update": LOCK,
            "updates": [{
                "q": { "_id": ROW, "run_id": self.run },
                "u": {
                    "$set": { "until": date(now.saturating_add(lasts())) },
                    "$inc": { "renewals": 1 },
                },
            }],
            "writeConcern": { "w": "majority" },
        }));
        let renewed = found_its_row(&session.execute(&renewal).await?);
        if renewed {
            self.until = sent + LASTS;
        }
        Ok(renewed)
    }

    /// Renews it as long as it is polled, and ends when the lease is lost: taken over, or out of reach until it ran out.
    pub(crate) async fn keep(&mut self, session: &mut dyn Session) {
        loop {
            tokio::time::sleep(RENEWED).await;
            match self.renew(session).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) if Instant::now() < self.until => {}
                Err(_) => return,
            }
        }
    }

    /// Gives it back.
    pub(super) async fn release(&self, session: &mut dyn Session) -> Result<(), RunError> {
        let release = command(&json!({
            "delete": LOCK,
            "deletes": [{ "q": { "_id": ROW, "run_id": self.run }, "limit": 1 }],
            "writeConcern": { "w": "majority" },
        }));
        session.execute(&release).await.map(drop)
    }
}

#[async_trait]
impl Lock for Document {
    async fn take(&mut self, session: &mut dyn Session) -> Result<bool, RunError> {
        let now = clock(session).await?;
        // Where another's lease holds, nothing is found, and what is inserted in its place has the same `_id`.
        let take = command(&json!({
            "update": LOCK,
            "updates": [{
                "q": { "_id": ROW, "until": { "$lt": date(now) } },
                "u": { "$set": {
                    "run_id": self.run,
                    "by": self.by,
                    "since": date(now),
                    "until": date(now.saturating_add(lasts())),
                } },
                "upsert": true,
            }],
            "writeConcern": { "w": "majority" },
        }));
        match session.execute(&take).await {
            Ok(completion) => Ok(found_its_row(&completion)),
            Err(error) if error.error.code == code::CONSTRAINT_VIOLATED => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn holder(&mut self, session: &mut dyn Session) -> Result<Option<Holder>, RunError> {
        let find = command(&json!({ "find": LOCK, "filter": { "_id": ROW }, "limit": 1 }));
        let answer = ask::rows(session, &find).await?;
        let Some(row) = answer.first() else {
            return Ok(None);
        };
        let text = |column: &str| ask::string(answer.value(row, column));
        let since = moment(answer.value(row, "since"));
        let now = clock(session).await?;
        let seconds = since.map_or(0, |since| now.saturating_sub(since).max(0) / 1_000);
        Ok(Some(Holder {
            words: format!("{}, since {seconds} s", text("by")),
            identity: text("run_id"),
        }))
    }
}

fn lasts() -> i64 {
    i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX)
}

/// A moment as extended JSON.
fn date(milliseconds: i64) -> Value {
    json!({ "$date": { "$numberLong": milliseconds.to_string() } })
}

fn moment(value: &Value) -> Option<i64> {
    match value.get("$date")? {
        Value::String(text) => text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(jiff::Timestamp::as_millisecond),
        Value::Object(number) => number.get("$numberLong")?.as_str()?.parse().ok(),
        _ => None,
    }
}

/// The server's clock, in milliseconds: what leases are measured by, since the clocks of two machines differ.
async fn clock(session: &mut dyn Session) -> Result<i64, RunError> {
    let answer = ask::rows(session, &command(&json!({ "hello": 1 }))).await?;
    let now = answer
        .first()
        .and_then(|row| moment(answer.value(row, "localTime")));
    // A server that does not tell the time is measured by the clock here.
    Ok(now.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond()))
}
