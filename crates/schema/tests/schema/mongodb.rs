//! MongoDB, or what speaks its protocol.

use engines::DatabaseType;
use schema::Snapshot;
use test_support::shared_mongo;

use crate::subject::{Subject, assert_same, open, told};

/// A database with something of every kind.
const SCHEMA: &[&str] = &[
    r#"{"create": "users", "validator": {"$jsonSchema": {"required": ["email"], "properties": {"age": {"minimum": 0.5}}}},
        "validationLevel": "moderate", "validationAction": "warn"}"#,
    r#"{"createIndexes": "users", "indexes": [
        {"key": {"email": 1}, "name": "email_1", "unique": true},
        {"key": {"last": 1, "first": -1}, "name": "names", "sparse": true},
        {"key": {"seen": 1}, "name": "seen", "expireAfterSeconds": 3600},
        {"key": {"age": 1}, "name": "adults", "partialFilterExpression": {"age": {"$gte": 18}}},
        {"key": {"address.city": 1}, "name": "address.city_1"}]}"#,
    r#"{"create": "log", "capped": true, "size": 4096, "max": 100}"#,
    r#"{"create": "fs.files"}"#,
    r#"{"create": "adults", "viewOn": "users", "pipeline": [{"$match": {"age": {"$gte": 18}}}]}"#,
    r#"{"create": "odd name"}"#,
    r#"{"create": "_tapedeck_migrations"}"#,
    r#"{"createIndexes": "_tapedeck_migrations", "indexes": [{"key": {"tag": 1}, "name": "tag"}]}"#,
];

async fn database(name: &str) -> Subject {
    open(&shared_mongo().url(name), DatabaseType::Mongodb, false).await
}

#[tokio::test]
async fn every_kind_is_seen() {
    let mut subject = database("kinds").await;
    subject.run_all(SCHEMA).await;
    let snapshot = subject.read().await;
    assert!(
        snapshot.server.starts_with("MongoDB"),
        "{}",
        snapshot.server
    );
    assert_eq!(told(&snapshot), include_str!("mongodb.txt"));
}

#[tokio::test]
async fn the_same_schema_reads_the_same() {
    let mut subject = database("same").await;
    subject.run_all(SCHEMA).await;
    let first = subject.read().await;
    assert_same(&first, &subject.read().await);
    let mut again = open(&shared_mongo().url("same"), DatabaseType::Mongodb, true).await;
    assert_same(&first, &again.read().await);
    let back = Snapshot::from_json(&first.to_json()).unwrap();
    assert_eq!(back, first);
    let mut other = database("same_again").await;
    other.run_all(&SCHEMA[2..]).await;
    other.run_all(&SCHEMA[..2]).await;
    assert_same(&first, &other.read().await);
}
