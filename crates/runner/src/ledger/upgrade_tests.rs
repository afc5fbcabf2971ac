//! An account of another format, on real servers.

use connection_url::{ConnectionUrl, DatabaseType};
use engines::{CancellationToken, Operation, Session, SessionOptions, engine};
use migrations::{Direction, Migration, RowState};
use serde_json::json;
use test_support::{shared_mariadb, shared_mongo, shared_postgres};

use super::{Entry, FORMAT, Ledger, Took, Upgrade};
use crate::Scope;
use crate::ask::{self, command, sql};

/// A later format, made up: it has one more column.
const LATER: &[Upgrade] = &[Upgrade {
    to: FORMAT + 1,
    changes: |ledger| {
        vec![match ledger.database_type {
            DatabaseType::Mongodb => (
                command(
                    &json!({ "find": super::MIGRATIONS, "filter": { "host": { "$exists": true } } }),
                ),
                command(&json!({
                    "update": super::MIGRATIONS,
                    "updates": [{ "q": {}, "u": { "$set": { "host": "unknown" } }, "multi": true }],
                })),
            ),
            _ => (
                sql(format!(
                    "SELECT 1 FROM information_schema.columns WHERE table_name = '{}' AND column_name = 'host'",
                    super::MIGRATIONS
                )),
                sql(format!(
                    "ALTER TABLE {}{} ADD COLUMN host varchar(100) DEFAULT 'unknown'",
                    ledger.place,
                    super::MIGRATIONS
                )),
            ),
        }]
    },
}];

async fn session(url: &str) -> Box<dyn Session> {
    let url = ConnectionUrl::parse(url, None).unwrap();
    let engine = engine(url.database_type().unwrap());
    let options = SessionOptions::default();
    let never = CancellationToken::new();
    engine.connect(&url, &options, &never).await.unwrap()
}

async fn upgraded(url: &str, database_type: DatabaseType) {
    let mut session = session(url).await;
    let (ledger, look) = Ledger::look(&mut *session, database_type).await.unwrap();
    assert!(!look.migrations && !look.schema && !look.homeless);
    assert_eq!(look.format, None);
    for operation in ledger.make() {
        session.execute(&operation).await.unwrap();
    }
    // Making it once more changes nothing.
    for operation in ledger.make() {
        session.execute(&operation).await.unwrap();
    }
    let scope = Scope {
        product: "shop".to_owned(),
        database: "orders".to_owned(),
        database_id: "id".to_owned(),
    };
    let record = json!({ "tag": "a", "name": "A", "value": { "up": [], "down": [] } });
    let record = record.as_object().unwrap().clone();
    let migration = Migration {
        id: "id-a".to_owned(),
        record,
        tag: "a".to_owned(),
        name: "A".to_owned(),
        up: Vec::new(),
        down: Vec::new(),
        no_transaction: false,
        pre: Vec::new(),
        post: Vec::new(),
        waivers: Vec::new(),
    };
    let entry = Entry {
        scope: &scope,
        migration: &migration,
        position: 1,
        state: RowState::Applied,
        direction: Direction::Up,
        done: 0,
        statements: 0,
        under_way: None,
        took: Took::Milliseconds(1),
        by: "ada@laptop",
        tool_version: "0.1.0",
        error: None,
        run: "run",
    };
    session.execute(&ledger.put(&entry)).await.unwrap();
    let (_, look) = Ledger::look(&mut *session, database_type).await.unwrap();
    assert_eq!(look.format, Some(FORMAT));
    let before = ledger.read(&mut *session, &look, &scope).await.unwrap();
    // Twice, the second time as after a crash between the change and its record.
    for _ in 0..2 {
        ledger.upgrade(&mut *session, FORMAT, LATER).await.unwrap();
    }
    let (_, look) = Ledger::look(&mut *session, database_type).await.unwrap();
    assert_eq!(look.format, Some(FORMAT + 1));
    let host = match database_type {
        DatabaseType::Mongodb => command(&json!({
            "find": super::MIGRATIONS, "filter": {}, "projection": { "_id": 0, "host": 1 },
        })),
        _ => sql(format!(
            "SELECT host FROM {}{}",
            ledger.place,
            super::MIGRATIONS
        )),
    };
    assert_eq!(rows(&mut *session, &host).await, [[json!("unknown")]]);
    // This version reads what a later one wrote, as it read it before.
    let after = ledger.read(&mut *session, &look, &scope).await.unwrap();
    assert_eq!(after.history, before.history);
    assert_eq!(after.history.rows.len(), 1);
    session.close().await;
    // And does not write it.
    let url = ConnectionUrl::parse(url, Some(database_type)).unwrap();
    let target = crate::Target {
        database_type,
        url: &url,
        scope,
        by: "ada@laptop".to_owned(),
        tool_version: "0.1.0".to_owned(),
        limits: crate::Limits::default(),
    };
    let never = CancellationToken::new();
    let refused = crate::baseline(&target, &[migration], &never).await;
    let Err(crate::RunnerError::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal.code, "newer_history");
}

async fn rows(session: &mut dyn Session, operation: &Operation) -> Vec<Vec<serde_json::Value>> {
    ask::rows(session, operation).await.unwrap().rows
}

#[tokio::test]
async fn an_account_is_upgraded_in_place() {
    let postgres = shared_postgres();
    postgres.create_database("upgraded");
    let mariadb = shared_mariadb();
    mariadb.create_database("upgraded");
    let urls = (
        postgres.url("upgraded"),
        mariadb.url("upgraded"),
        shared_mongo().url("upgraded"),
    );
    tokio::join!(
        upgraded(&urls.0, DatabaseType::Postgresql),
        upgraded(&urls.1, DatabaseType::Mysql),
        upgraded(&urls.2, DatabaseType::Mongodb),
    );
}
