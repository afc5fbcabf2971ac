//! Documents as rows: columns, batches, cursors.

use engines::{Batch, Session};
use serde_json::{Value, json};

use crate::subject::{command, open, read, run};

async fn filled(collection: &str, count: usize) -> Box<dyn Session> {
    let mut session = open(false).await;
    let documents: Vec<Value> = (0..count)
        .map(|number| json!({ "_id": number, "v": "x".repeat(10) }))
        .collect();
    if count > 0 {
        let insert = json!({ "insert": collection, "documents": documents });
        let inserted = run(session.as_mut(), insert).await.unwrap();
        assert_eq!(inserted.completion.affected, Some(count as u64));
        assert_eq!(inserted.completion.generated_keys.len(), count);
    }
    session
}

/// The cursors that the server keeps.
async fn cursors(session: &mut dyn Session) -> usize {
    let status = run(session, json!({ "serverStatus": 1 })).await.unwrap();
    let place = status.names().iter().position(|it| *it == "metrics");
    let open = place.and_then(|place| status.rows[0][place]["cursor"]["open"]["total"].as_u64());
    usize::try_from(open.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn none_one_and_many() {
    for count in [0, 1, 100, 102, 5_000] {
        let collection = format!("c{count}");
        let mut session = filled(&collection, count).await;
        let find = json!({ "find": collection, "sort": { "_id": 1 } });
        let found = run(session.as_mut(), find).await.unwrap();
        let ids: Vec<_> = found.rows.iter().map(|row| row[0].clone()).collect();
        let expected: Vec<_> = (0..count).map(|number| json!(number)).collect();
        assert_eq!(ids, expected);
        let names: &[&str] = match count {
            0 => &[],
            1..=100 => &["_id", "v"],
            _ => &["_id", "v", "(more)"],
        };
        assert_eq!(found.names(), names, "{count}");
        assert_eq!(found.completion.affected, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_in_the_pieces_asked_for() {
    let mut session = filled("pieces", 250).await;
    let find = command(&json!({ "find": "pieces", "sort": { "_id": 1 } }));
    session.start(&find).await.unwrap();
    let mut batch = Batch::default();
    let mut sizes = Vec::new();
    loop {
        let before = batch.rows();
        let completion = session.fetch(90, &mut batch).await.unwrap();
        sizes.push(batch.rows() - before);
        if completion.is_some() {
            break;
        }
    }
    assert_eq!(sizes, [90, 90, 70]);
    let ids: Vec<_> = read(&batch).iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, (0..250).map(|it| json!(it)).collect::<Vec<_>>());
    // What is over is over.
    assert!(session.fetch(1, &mut batch).await.unwrap().is_some());
    assert_eq!(batch.rows(), 250);
    // The completion comes with the last row.
    session.start(&find).await.unwrap();
    assert!(session.fetch(250, &mut batch).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_batch_is_given_out_early() {
    let mut session = open(false).await;
    let text = "x".repeat(700_000);
    for number in 0..5 {
        let insert = json!({ "insert": "wide", "documents": [{ "_id": number, "v": text }] });
        run(session.as_mut(), insert).await.unwrap();
    }
    session
        .start(&command(&json!({ "find": "wide" })))
        .await
        .unwrap();
    let mut sizes = Vec::new();
    let mut batch = Batch::default();
    loop {
        let end = session.fetch(1000, &mut batch).await.unwrap().is_some();
        sizes.push(batch.rows());
        batch.clear();
        if end {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unread_is_skipped_and_its_cursor_ended() {
    let mut session = filled("unread", 1_000).await;
    let mut other = open(false).await;
    let find = command(&json!({ "find": "unread" }));
    session.start(&find).await.unwrap();
    let mut batch = Batch::default();
    session.fetch(10, &mut batch).await.unwrap();
    assert_eq!(cursors(other.as_mut()).await, 1);
    let counted = run(session.as_mut(), json!({ "count": "unread" })).await;
    assert_eq!(counted.unwrap().rows, [[json!(1_000)]]);
    assert_eq!(cursors(other.as_mut()).await, 0);
    session.start(&find).await.unwrap();
    assert_eq!(cursors(other.as_mut()).await, 1);
    session.close().await;
    assert_eq!(cursors(other.as_mut()).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_the_keys_of_the_first_batch_and_nothing_is_left_out() {
    let mut session = open(false).await;
    let mut documents = vec![
        json!({ "_id": 0, "a": 1 }),
        json!({ "_id": 1, "b": { "c": [true] } }),
    ];
    documents.extend((2..150).map(|number| json!({ "_id": number, "a": null })));
    documents.push(json!({ "_id": 150, "late": 1, "b": 2 }));
    let insert = json!({ "insert": "keys", "documents": documents });
    run(session.as_mut(), insert).await.unwrap();
    let found = run(
        session.as_mut(),
        json!({ "find": "keys", "sort": { "_id": 1 } }),
    )
    .await
    .unwrap();
    assert_eq!(found.names(), ["_id", "a", "b", "(more)"]);
    assert_eq!(
        found.rows[0],
        [json!(0), json!(1), Value::Null, Value::Null]
    );
    assert_eq!(
        found.rows[1],
        [json!(1), Value::Null, json!({ "c": [true] }), Value::Null]
    );
    assert_eq!(
        found.rows[150],
        [json!(150), Value::Null, json!(2), json!({ "late": 1 })]
    );
    // A cursor without first documents still has columns.
    let empty = json!({ "find": "keys", "batchSize": 0, "limit": 2 });
    let found = run(session.as_mut(), empty).await.unwrap();
    assert_eq!(found.names()[..2], ["_id", "a"]);
    assert_eq!(found.rows.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_a_cursor_are_rows_too() {
    let mut session = filled("plain", 3).await;
    let session = session.as_mut();
    assert!(session.server().starts_with("MongoDB "));
    let distinct = run(session, json!({ "distinct": "plain", "key": "_id" }))
        .await
        .unwrap();
    assert_eq!(distinct.names(), ["_id"]);
    assert_eq!(distinct.rows, [[json!(0)], [json!(1)], [json!(2)]]);
    let pipeline = json!([{ "$group": { "_id": null, "n": { "$sum": 1 } } }]);
    let grouped = run(
        session,
        json!({ "aggregate": "plain", "pipeline": pipeline, "cursor": {} }),
    )
    .await
    .unwrap();
    assert_eq!(grouped.rows, [[Value::Null, json!(3)]]);
    let ping = run(session, json!({ "ping": 1 })).await.unwrap();
    assert_eq!((ping.columns.len(), ping.rows.len()), (0, 0));
    let indexes = run(session, json!({ "listIndexes": "plain" }))
        .await
        .unwrap();
    assert!(indexes.names().contains(&"key"));
    let collections = run(session, json!({ "listCollections": 1 })).await.unwrap();
    assert_eq!(collections.rows[0][0], "plain");
}
