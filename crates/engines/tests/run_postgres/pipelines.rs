//! Several statements in one message.

use engines::{Fate, Operation, Parameter, Session};
use serde_json::json;

use super::{one, open};
use crate::sql_session::sql;

fn kept(value: u32) -> Operation {
    let value = Parameter::Integer(value.to_string());
    sql("INSERT INTO piped VALUES ($1)", &[value])
}

async fn names(session: &mut dyn Session) -> u64 {
    let question =
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO piped%'";
    one(session, question, &[]).await.1.as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_values_is_parsed_once() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let plain = |text: &str| sql(text, &[]);
    // A statement that was never parsed has no name, though what stood before it has.
    let never = [
        plain("CREATE TEMP TABLE piped (i int PRIMARY KEY)"),
        plain("SELECT 1 / 0"),
        kept(1),
    ];
    let failed = session.execute_all(&never).await;
    assert_eq!(failed.done.len(), 1);
    assert_eq!(names(session).await, 0);
    let made = [
        plain("CREATE TEMP TABLE piped (i int PRIMARY KEY)"),
        kept(1),
    ];
    assert_eq!(session.execute_all(&made).await.failed, None);
    for value in 2..5 {
        let executed = session
            .execute_all(&[plain("BEGIN"), kept(value), plain("COMMIT")])
            .await;
        assert_eq!(executed.failed, None);
        assert_eq!(executed.done[1].affected, Some(1));
    }
    assert_eq!(names(session).await, 1);
    // A value that is refused leaves the name.
    assert!(session.execute_all(&[kept(4)]).await.failed.is_some());
    assert_eq!(session.execute_all(&[kept(5)]).await.failed, None);
    assert_eq!(names(session).await, 1);
    assert_eq!(
        one(session, "SELECT count(*) FROM piped", &[]).await.1,
        json!(5)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_were_taken_away_are_given_anew() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let plain = |text: &str| sql(text, &[]);
    let made = [plain("CREATE TEMP TABLE piped (i int)"), kept(1)];
    assert_eq!(session.execute_all(&made).await.failed, None);
    let seen = [
        plain("BEGIN"),
        plain("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"),
        kept(2),
        plain("COMMIT"),
    ];
    assert_eq!(session.execute_all(&seen).await.failed, None);
    assert_eq!(session.execute_all(&[kept(3)]).await.failed, None);
    // One that nobody can see coming fails, changes nothing, and harms the next no more.
    let hidden = "DO $$ BEGIN EXECUTE 'DEALL' || 'OCATE ALL'; END $$";
    assert_eq!(session.execute_all(&[plain(hidden)]).await.failed, None);
    let failed = session.execute_all(&[kept(4)]).await.failed.unwrap();
    assert_eq!(failed.error.server_code.as_deref(), Some("26000"));
    assert_eq!(failed.fate, Fate::Refused);
    assert_eq!(session.execute_all(&[kept(4)]).await.failed, None);
    assert_eq!(
        one(session, "SELECT count(*) FROM piped", &[]).await.1,
        json!(4)
    );
}
