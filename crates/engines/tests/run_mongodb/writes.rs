//! Writes: counts, keys, refusals and what they leave.

use engines::{Fate, code};
use serde_json::json;

use crate::subject::{error, failure, open, run};

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_keys() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let insert = json!({ "insert": "w", "documents": [{ "_id": 1, "v": 1 }, { "v": 1 }, { "_id": "x", "v": 2 }] });
    let done = run(session, insert).await.unwrap().completion;
    assert_eq!(done.affected, Some(3));
    assert_eq!(done.generated_keys[0], 1);
    assert_eq!(
        done.generated_keys[1]["$oid"].as_str().map(str::len),
        Some(24)
    );
    assert_eq!(done.generated_keys[2], "x");
    let made = json!({ "find": "w", "filter": { "_id": done.generated_keys[1] } });
    assert_eq!(run(session, made).await.unwrap().rows.len(), 1);

    let update = json!({ "update": "w", "updates": [
        { "q": { "v": 1 }, "u": { "$set": { "v": 1, "w": { "$numberLong": "1" } } }, "multi": true },
        { "q": { "_id": 1 }, "u": { "$set": { "v": 1 } } },
        { "q": { "_id": "new" }, "u": { "$set": { "v": 5 } }, "upsert": true },
    ] });
    let done = run(session, update).await.unwrap();
    assert_eq!((done.columns.len(), done.rows.len()), (0, 0));
    assert_eq!(done.completion.affected, Some(3));
    assert_eq!(done.completion.generated_keys, [json!("new")]);
    assert_eq!(
        done.completion.notices,
        ["3 documents matched, 2 of them changed"]
    );

    let delete = json!({ "delete": "w", "deletes": [{ "q": { "v": 1 }, "limit": 0 }] });
    let done = run(session, delete).await.unwrap().completion;
    assert_eq!((done.affected, done.generated_keys.len()), (Some(2), 0));

    let modify = json!({ "findAndModify": "w", "query": { "_id": "x" }, "update": { "$inc": { "v": 1 } }, "new": true });
    let done = run(session, modify).await.unwrap();
    assert_eq!(done.completion.affected, Some(1));
    let place = done.names().iter().position(|it| *it == "value").unwrap();
    assert_eq!(done.rows[0][place], json!({ "_id": "x", "v": 3 }));

    let out = json!({ "aggregate": "w", "pipeline": [{ "$out": "copy" }], "cursor": {} });
    assert_eq!(run(session, out).await.unwrap().rows.len(), 0);
    let count = run(session, json!({ "count": "copy" })).await.unwrap();
    assert_eq!(count.rows, [[json!(2)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let insert = |documents: serde_json::Value| json!({ "insert": "once", "documents": documents });
    run(session, insert(json!([{ "_id": 1 }]))).await.unwrap();
    let twice = error(run(session, insert(json!([{ "_id": 1 }, { "_id": 2 }]))).await);
    assert_eq!(
        (twice.error.code, twice.fate),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    let message = &twice.error.message;
    assert!(message.contains("number 1 of the command"), "{message}");

    // A part of it was done: nothing says that it can be run again.
    let part = error(
        run(
            session,
            insert(json!([{ "_id": 2 }, { "_id": 1 }, { "_id": 3 }])),
        )
        .await,
    );
    assert_eq!(
        (part.error.code, part.fate, part.error.retryable),
        (code::CONSTRAINT_VIOLATED, Fate::Unknown, false)
    );
    let message = &part.error.message;
    assert!(
        message.contains("number 2 of the command") && message.contains("1 were inserted"),
        "{message}"
    );
    let unordered = json!({ "insert": "once", "ordered": false, "documents": [{ "_id": 1 }, { "_id": 2 }, { "_id": 4 }] });
    let part = error(run(session, unordered).await);
    let message = &part.error.message;
    assert!(message.contains("and 1 more failed"), "{message}");
    let count = run(session, json!({ "count": "once" })).await.unwrap();
    assert_eq!(count.rows, [[json!(3)]]);

    let validator =
        json!({ "create": "checked", "validator": { "$jsonSchema": { "required": ["name"] } } });
    run(session, validator).await.unwrap();
    let unfit = json!({ "insert": "checked", "documents": [{ "n": 1 }] });
    assert_eq!(
        failure(run(session, unfit).await),
        (code::CONSTRAINT_VIOLATED, Fate::Refused)
    );
    let mut unique = json!({ "createIndexes": "once", "indexes": [{ "key": { "n": 1 }, "name": "n", "unique": true }] });
    run(session, unique.take()).await.err();

    for refused in [
        json!({ "noSuchCommand": 1 }),
        json!({ "find": "once", "filter": { "n": { "$noSuchOperator": 1 } } }),
        json!({ "find": 5 }),
        json!({ "aggregate": "once", "pipeline": [{ "$noSuchStage": 1 }], "cursor": {} }),
    ] {
        let error = error(run(session, refused.clone()).await);
        assert_eq!(
            (error.error.code, error.fate),
            (code::STATEMENT_FAILED, Fate::Refused),
            "{refused}"
        );
        assert!(error.error.server_code.is_some());
    }
    assert!(run(session, json!({ "ping": 1 })).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_reads_sends_no_write() {
    let mut writer = open(false).await;
    let insert = json!({ "insert": "kept", "documents": [{ "_id": 1 }] });
    run(writer.as_mut(), insert).await.unwrap();
    let mut session = open(true).await;
    let session = session.as_mut();
    for write in [
        json!({ "insert": "kept", "documents": [{ "_id": 2 }] }),
        json!({ "update": "kept", "updates": [{ "q": {}, "u": { "$set": { "v": 1 } } }] }),
        json!({ "delete": "kept", "deletes": [{ "q": {}, "limit": 0 }] }),
        json!({ "findAndModify": "kept", "query": {}, "remove": true }),
        json!({ "findandmodify": "kept", "query": {}, "remove": true }),
        json!({ "aggregate": "kept", "pipeline": [{ "$out": "copy" }], "cursor": {} }),
        json!({ "aggregate": "kept", "pipeline": [{ "$merge": "copy" }], "cursor": {} }),
        json!({ "mapReduce": "kept", "map": "", "reduce": "", "out": "copy" }),
        json!({ "create": "made" }),
        json!({ "createIndexes": "kept", "indexes": [] }),
        json!({ "drop": "kept" }),
        json!({ "dropDatabase": 1 }),
        json!({ "dropIndexes": "kept", "index": "*" }),
        json!({ "collMod": "kept" }),
        json!({ "renameCollection": "app.kept", "to": "app.gone" }),
        json!({ "bulkWrite": 1, "ops": [], "nsInfo": [] }),
        json!({ "createUser": "u", "pwd": "p", "roles": [] }),
        json!({ "killOp": 1, "op": 1 }),
        json!({ "somethingNew": 1 }),
    ] {
        let error = error(run(session, write.clone()).await);
        assert_eq!(
            (error.error.code, error.fate),
            (code::READ_ONLY, Fate::Refused),
            "{write}"
        );
    }
    for read in [
        json!({ "find": "kept" }),
        json!({ "count": "kept" }),
        json!({ "distinct": "kept", "key": "_id" }),
        json!({ "aggregate": "kept", "pipeline": [{ "$match": {} }], "cursor": {} }),
        json!({ "explain": { "find": "kept" } }),
    ] {
        assert_eq!(run(session, read).await.unwrap().rows.len(), 1);
    }
    let collections = json!({ "listCollections": 1, "nameOnly": true });
    let collections = run(session, collections).await.unwrap();
    assert_eq!(collections.rows.len(), 1);
}
