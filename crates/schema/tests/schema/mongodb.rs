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

/// Commands that drift, and what is said of it.
const DRIFT: &[(&[&str], &[&str])] = &[
    (
        &[
            r#"{"create": "more", "validator": {"a": {"$exists": true}}}"#,
            r#"{"createIndexes": "more", "indexes": [{"key": {"a": 1}, "name": "a", "unique": true}]}"#,
        ],
        &[
            "added collection more: type: collection\nindexes:\n  a: {\"a\":1}, unique\nvalidator:\n  action: error\n    level: strict\n    validator: {\"a\":{\"$exists\":true}}",
        ],
    ),
    (
        &[r#"{"drop": "log"}"#],
        &["removed collection log: capped: {\"size\":4096,\"max\":100}\ntype: collection"],
    ),
    (
        &[r#"{"dropIndexes": "users", "index": "names"}"#],
        &["removed index users.names: {\"last\":1,\"first\":-1}, sparse"],
    ),
    (
        &[
            r#"{"dropIndexes": "users", "index": "names"}"#,
            r#"{"createIndexes": "users", "indexes": [{"key": {"first": -1, "last": 1}, "name": "names", "sparse": true}]}"#,
        ],
        &[
            "changed index users.names: key: {\"last\":1,\"first\":-1} → key: {\"first\":-1,\"last\":1}",
        ],
    ),
    (
        &[
            r#"{"dropIndexes": "users", "index": "seen"}"#,
            r#"{"createIndexes": "users", "indexes": [{"key": {"seen": 1}, "name": "seen", "expireAfterSeconds": 60}]}"#,
        ],
        &["changed index users.seen: expires after: 3600 → expires after: 60"],
    ),
    (
        &[
            r#"{"createIndexes": "users", "indexes": [{"key": {"a": 1}, "name": "odd.\"name`", "collation": {"locale": "de", "strength": 2}}]}"#,
        ],
        &[
            "added index users.\"odd.\"\"name`\": {\"a\":1}, collation {\"locale\":\"de\",\"strength\":2}",
        ],
    ),
    (
        &[
            r#"{"collMod": "users", "validator": {"$jsonSchema": {"required": ["email", "name"]}}, "validationLevel": "strict", "validationAction": "error"}"#,
        ],
        &[
            "changed validator users: action: warn\nlevel: moderate\nvalidator: {\"$jsonSchema\":{\"required\":[\"email\"],\"properties\":{\"age\":{\"minimum\":0.5}}}} → action: error\nlevel: strict\nvalidator: {\"$jsonSchema\":{\"required\":[\"email\",\"name\"]}}",
        ],
    ),
    (
        &[r#"{"collMod": "users", "validator": {}}"#],
        &[
            "removed validator users: action: warn\nlevel: moderate\nvalidator: {\"$jsonSchema\":{\"required\":[\"email\"],\"properties\":{\"age\":{\"minimum\":0.5}}}}",
        ],
    ),
    (
        &[
            r#"{"drop": "adults"}"#,
            r#"{"create": "adults", "viewOn": "users", "pipeline": []}"#,
        ],
        &["changed view adults: pipeline: [{\"$match\":{\"age\":{\"$gte\":18}}}] → pipeline: []"],
    ),
    (
        &[r#"{"drop": "adults"}"#],
        &["removed view adults: on: users\npipeline: [{\"$match\":{\"age\":{\"$gte\":18}}}]"],
    ),
    (
        &[r#"{"drop": "fs.files"}"#],
        &["removed collection \"fs.files\": type: collection"],
    ),
];

#[tokio::test]
async fn each_change_is_noticed_and_mended() {
    let mut subject = database("drift").await;
    subject.run_all(SCHEMA).await;
    let mut wrong = Vec::new();
    for (commands, expected) in DRIFT {
        let found = subject.differs(commands).await;
        if found != *expected {
            wrong.push(format!("{commands:?}: {found:#?}"));
        }
    }
    assert_eq!(wrong.join("\n"), "");
}

#[tokio::test]
async fn use_is_no_change() {
    let mut subject = database("used").await;
    subject.run_all(SCHEMA).await;
    let before = subject.read().await;
    subject
        .run_all(&[
            r#"{"insert": "users", "documents": [{"email": "a@b", "age": 20}]}"#,
            r#"{"insert": "log", "documents": [{"a": 1}]}"#,
            r#"{"insert": "_tapedeck_migrations", "documents": [{"a": 1}]}"#,
            r#"{"delete": "users", "deletes": [{"q": {}, "limit": 0}]}"#,
        ])
        .await;
    assert_same(&before, &subject.read().await);
}
