//! What becomes of statements that fail, and of sessions whose server goes.

use std::time::{Duration, Instant};

use engines::{Batch, Fate, code};
use serde_json::json;
use test_support::MySqlServer;

use super::{connect, done, fault, integer, mariadb, mysql57, open, run, sql, text, value};

#[tokio::test(flavor = "multi_thread")]
async fn faults_say_what_became_of_the_statement() {
    faults(&mariadb()).await;
    faults(&mysql57()).await;
}

async fn faults(server: &MySqlServer) {
    let mut session = open(server, false).await;
    let session = session.as_mut();
    for statement in [
        "CREATE TABLE parents (id INT PRIMARY KEY) ENGINE=InnoDB",
        "CREATE TABLE children (id INT PRIMARY KEY, parent INT NOT NULL, s VARCHAR(3), FOREIGN KEY (parent) REFERENCES parents (id)) \
         ENGINE=InnoDB",
        "INSERT INTO parents VALUES (1), (2)",
        "INSERT INTO children VALUES (1, 1, 'a')",
        "CREATE TABLE lasting (lasting_id INT PRIMARY KEY) ENGINE=MyISAM",
        "CREATE PROCEDURE says() SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not on Sundays'",
    ] {
        done(session, statement).await;
    }
    for (statement, code, number, fate, position) in [
        (
            "SELECT 'é' FORM parents",
            code::STATEMENT_FAILED,
            "1064",
            Fate::Refused,
            Some(17),
        ),
        (
            "SELECT no_such FROM parents",
            code::STATEMENT_FAILED,
            "1054",
            Fate::Refused,
            None,
        ),
        (
            "SELECT * FROM nowhere",
            code::STATEMENT_FAILED,
            "1146",
            Fate::Refused,
            None,
        ),
        (
            "INSERT INTO parents VALUES (3), (1)",
            code::CONSTRAINT_VIOLATED,
            "1062",
            Fate::Refused,
            None,
        ),
        (
            "INSERT INTO children VALUES (2, 9, 'a')",
            code::CONSTRAINT_VIOLATED,
            "1452",
            Fate::Refused,
            None,
        ),
        (
            "DELETE FROM parents",
            code::CONSTRAINT_VIOLATED,
            "1451",
            Fate::Refused,
            None,
        ),
        (
            "INSERT INTO children VALUES (2, NULL, 'a')",
            code::CONSTRAINT_VIOLATED,
            "1048",
            Fate::Refused,
            None,
        ),
        (
            "INSERT INTO children VALUES (2, 1, 'abcd')",
            code::VALUE_REFUSED,
            "1406",
            Fate::Refused,
            None,
        ),
        (
            "INSERT INTO children VALUES ('x', 1, 'a')",
            code::VALUE_REFUSED,
            "1366",
            Fate::Refused,
            None,
        ),
        // What an engine without transactions took stays.
        (
            "INSERT INTO lasting VALUES (1), (2), (1)",
            code::CONSTRAINT_VIOLATED,
            "1062",
            Fate::Unknown,
            None,
        ),
        (
            "CALL says()",
            code::STATEMENT_FAILED,
            "1644",
            Fate::Unknown,
            None,
        ),
        (
            "DROP TABLE children, nowhere",
            code::STATEMENT_FAILED,
            "1051",
            Fate::Unknown,
            None,
        ),
    ] {
        let fault = fault(session, statement, &[]).await;
        assert_eq!(
            (
                fault.error.code,
                fault.error.server_code.as_deref(),
                fault.fate,
                fault.position
            ),
            (code, Some(number), fate, position),
            "{statement}: {fault:?}"
        );
        assert!(!fault.error.remedy.is_empty());
        assert_eq!(
            value(session, "SELECT COUNT(*) FROM parents").await,
            json!(2)
        );
    }
    assert_eq!(
        value(session, "SELECT COUNT(*) FROM lasting").await,
        json!(2)
    );
    // A fault in the middle of the rows, and a statement of another engine.
    let late = fault(
        session,
        "SELECT (SELECT id FROM parents WHERE id <= p.id) FROM parents p ORDER BY p.id",
        &[],
    )
    .await;
    assert_eq!(
        (late.error.server_code.as_deref(), late.fate),
        (Some("1242"), Fate::Refused)
    );
    let other = session
        .start(&engines::Operation::Command("{\"ping\": 1}".to_owned()))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (other.error.code, other.fate),
        (code::STATEMENT_FAILED, Fate::NotSent)
    );
    // A table that changed under a prepared statement.
    assert_eq!(
        run(session, "SELECT * FROM parents", &[])
            .await
            .unwrap()
            .columns
            .len(),
        1
    );
    done(session, "ALTER TABLE parents ADD COLUMN j INT").await;
    assert_eq!(
        run(session, "SELECT * FROM parents", &[])
            .await
            .unwrap()
            .columns
            .len(),
        2
    );
    // LOCAL INFILE is never answered: the client does not offer it.
    let infile = fault(
        session,
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE parents",
        &[],
    )
    .await;
    assert_eq!(infile.fate, Fate::Refused, "{infile:?}");
    assert_eq!(value(session, "SELECT 1").await, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_of_mariadb() {
    let server = mariadb();
    let mut session = open(&server, false).await;
    let session = session.as_mut();
    done(session, "CREATE TABLE checked (i INT CHECK (i > 0))").await;
    let refused = fault(
        session,
        "INSERT INTO checked VALUES (1), (?)",
        &[integer(0)],
    )
    .await;
    assert_eq!(
        (refused.error.code, refused.fate),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    assert_eq!(
        value(session, "SELECT COUNT(*) FROM checked").await,
        json!(0)
    );
    done(session, "CREATE TABLE aside (i INT)").await;
    // One of two transactions that read and then write the same row.
    done(session, "INSERT INTO checked VALUES (1)").await;
    let mut other = open(&server, false).await;
    done(session, "SET innodb_snapshot_isolation = ON").await;
    session
        .begin(Some(engines::IsolationLevel::RepeatableRead))
        .await
        .unwrap();
    assert_eq!(value(session, "SELECT i FROM checked").await, json!(1));
    done(session, "INSERT INTO aside VALUES (100)").await;
    done(other.as_mut(), "UPDATE checked SET i = 2").await;
    let changed = fault(session, "UPDATE checked SET i = 3", &[]).await;
    assert_eq!(
        (changed.error.code, changed.fate),
        (code::SERIALIZATION_FAILURE, Fate::RolledBack)
    );
    assert!(changed.error.retryable);
    // Nothing runs outside of the transaction that was meant for it, and none is said to be kept.
    let outside = fault(session, "INSERT INTO aside VALUES (101)", &[]).await;
    assert_eq!(
        (outside.error.code, outside.fate),
        (code::STATEMENT_FAILED, Fate::NotSent)
    );
    let commit = session.commit().await.err().unwrap();
    assert_eq!(
        (commit.error.code, commit.fate),
        (code::STATEMENT_FAILED, Fate::RolledBack)
    );
    assert_eq!(value(session, "SELECT 1").await, json!(1));
    session.begin(None).await.unwrap();
    session.rollback().await.unwrap();
    assert_eq!(value(session, "SELECT i FROM checked").await, json!(2));
    assert_eq!(value(session, "SELECT COUNT(*) FROM aside").await, json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_and_deadlocks() {
    locks(&mariadb()).await;
    locks(&mysql57()).await;
}

async fn locks(server: &MySqlServer) {
    let mut first = open(server, false).await;
    let mut second = open(server, false).await;
    done(
        first.as_mut(),
        "CREATE TABLE pairs (id INT PRIMARY KEY, n INT) ENGINE=InnoDB",
    )
    .await;
    done(first.as_mut(), "INSERT INTO pairs VALUES (1, 0), (2, 0)").await;
    done(second.as_mut(), "SET innodb_lock_wait_timeout = 1").await;
    first.begin(None).await.unwrap();
    done(first.as_mut(), "UPDATE pairs SET n = 1 WHERE id = 1").await;
    second.begin(None).await.unwrap();
    let waited = fault(second.as_mut(), "UPDATE pairs SET n = 2 WHERE id = 1", &[]).await;
    assert_eq!(
        (waited.error.code, waited.fate),
        (code::LOCK_TIMEOUT, Fate::Refused)
    );
    assert!(waited.error.retryable);
    done(second.as_mut(), "SET innodb_lock_wait_timeout = 20").await;
    done(second.as_mut(), "UPDATE pairs SET n = 2 WHERE id = 2").await;
    let waiting = tokio::spawn(async move {
        let result = run(first.as_mut(), "UPDATE pairs SET n = 1 WHERE id = 2", &[]).await;
        (first, result.err())
    });
    let started = Instant::now();
    while !server.sql("SHOW FULL PROCESSLIST").contains("WHERE id = 2") {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
    let of_second = run(second.as_mut(), "UPDATE pairs SET n = 2 WHERE id = 1", &[])
        .await
        .err();
    // The server chooses the victim; the other one goes on once that is rolled back.
    let mut victim = second;
    if of_second.is_none() {
        victim.rollback().await.unwrap();
    }
    let (first, of_first) = waiting.await.unwrap();
    let dead = match (of_first, of_second) {
        (Some(dead), None) => {
            victim = first;
            dead
        }
        (None, Some(dead)) => dead,
        (of_first, of_second) => panic!("{of_first:?} and {of_second:?}"),
    };
    assert_eq!(
        (dead.error.code, dead.fate),
        (code::DEADLOCK, Fate::RolledBack)
    );
    assert!(dead.error.retryable);
    // Its transaction is over.
    victim.begin(None).await.unwrap();
    victim.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_the_session_is_told() {
    ended(&mariadb()).await;
    ended(&mysql57()).await;
}

async fn ended(server: &MySqlServer) {
    // While it waits.
    let mut session = open(server, false).await;
    let id = value(session.as_mut(), "SELECT CONNECTION_ID()").await;
    let waiting = tokio::spawn(async move {
        let result = run(session.as_mut(), "SELECT SLEEP(60) /* kill-me */", &[]).await;
        let next = run(session.as_mut(), "SELECT 1", &[]).await;
        (result.err().unwrap(), next.err().unwrap())
    });
    let started = Instant::now();
    while !server.sql("SHOW FULL PROCESSLIST").contains("kill-me") {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
    server.sql(&format!("KILL {id}"));
    let (error, next) = waiting.await.unwrap();
    assert_eq!(
        (error.error.code, error.fate),
        (code::CONNECTION_LOST, Fate::Unknown),
        "{error:?}"
    );
    assert_eq!(
        (next.error.code, next.fate),
        (code::CONNECTION_LOST, Fate::NotSent)
    );
    // While nothing runs: nothing is sent to a server that has said goodbye.
    let mut session = open(server, false).await;
    let id = value(session.as_mut(), "SELECT CONNECTION_ID()").await;
    server.sql(&format!("KILL {id}"));
    while server
        .sql("SHOW FULL PROCESSLIST")
        .lines()
        .any(|line| line.starts_with(&format!("{id}\t")))
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let gone = fault(session.as_mut(), "SELECT 1", &[]).await;
    assert_eq!(
        (gone.error.code, gone.fate),
        (code::CONNECTION_LOST, Fate::NotSent)
    );
    // In the middle of the rows.
    let mut session = open(server, false).await;
    let many = sql(
        "SELECT REPEAT('x', 10000) FROM information_schema.collations a, information_schema.collations b, \
         information_schema.collations c",
        &[],
    );
    session.start(&many).await.unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    assert_eq!(batch.rows(), 10);
    server.stop();
    let lost = loop {
        batch.clear();
        match session.fetch(1000, &mut batch).await {
            Ok(None) => {}
            Ok(Some(_)) => panic!("the rows came to their end"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (lost.error.code, lost.fate),
        (code::CONNECTION_LOST, Fate::Unknown)
    );
    let refused = session.canceller().cancel().await;
    assert!(refused.is_ok() || refused.is_err_and(|error| error.code == code::CONNECTION_REFUSED));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_holds_the_password() {
    let server = mariadb();
    let mut session = open(&server, false).await;
    let statement = format!("SELECT '{}' FORM x", server.password);
    let wrong = fault(session.as_mut(), &statement, &[]).await;
    let said = format!("{wrong} {wrong:?}");
    assert!(!said.contains(&server.password), "{said}");
    let cast = run(session.as_mut(), "SELECT ? + 0", &[text(&server.password)])
        .await
        .unwrap();
    let notices = cast.completion.notices.join("\n");
    assert!(
        notices.contains("***") && !notices.contains(&server.password),
        "{notices}"
    );
    let wrong = server
        .url("app")
        .replace(&server.password, "wrong-password-of-mine");
    let refused = connect(&wrong, false).await.err().unwrap();
    assert_eq!(
        (refused.code, refused.stage),
        (code::AUTH_FAILED, engines::Stage::Auth)
    );
    assert!(!format!("{refused:?}").contains("wrong-password-of-mine"));
}
