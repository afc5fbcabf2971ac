//! What arrives at the server, and what comes back: compared with the official driver.

use engines::{Fate, code};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc,
    oid::ObjectId,
};
use serde_json::{Value, json};
use test_support::shared_mongo;

use crate::subject::{error, failure, open, run, run_text};

/// The collection as the official driver sees it.
async fn stored(collection: &str) -> Vec<Document> {
    use futures_util::TryStreamExt;
    let client = mongodb::Client::with_uri_str(shared_mongo().url("app"))
        .await
        .unwrap();
    let cursor = client
        .database("app")
        .collection::<Document>(collection)
        .find(doc! {})
        .await
        .unwrap();
    cursor.try_collect().await.unwrap()
}

fn every_type() -> Document {
    doc! {
        "_id": ObjectId::from_bytes([7; 12]),
        "double": 1.5, "whole": 2.0, "small": 5e-324, "not": f64::NEG_INFINITY,
        "string": "a\"\\\u{0}\u{1f}'; é😀", "object": { "a": { "b": [] } }, "array": [1, "x", [null]],
        "yes": true, "no": false, "null": null,
        "int": i32::MIN, "long": 1_i64 << 53, "longer": (1_i64 << 53) + 1, "least": i64::MIN,
        "decimal": "0.10000000000000000000000000001".parse::<Decimal128>().unwrap(),
        "binary": Binary { subtype: BinarySubtype::UserDefined(0x80), bytes: vec![0, 255] },
        "uuid": Binary { subtype: BinarySubtype::Uuid, bytes: vec![9; 16] },
        "date": DateTime::from_millis(1_582_934_400_120), "before": DateTime::from_millis(-1),
        "regex": Regex { pattern: "a/\"b".try_into().unwrap(), options: "im".try_into().unwrap() },
        "timestamp": Timestamp { time: 5, increment: 1 },
        "code": Bson::JavaScriptCode("f()".into()),
        "scoped": JavaScriptCodeWithScope { code: "g()".into(), scope: doc! { "x": 1 } },
        "minimum": Bson::MinKey, "maximum": Bson::MaxKey,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_arrives_and_comes_back_as_itself() {
    let document = every_type();
    for (collection, json) in [
        (
            "canonical",
            Bson::Document(document.clone()).into_canonical_extjson(),
        ),
        (
            "relaxed",
            Bson::Document(document.clone()).into_relaxed_extjson(),
        ),
    ] {
        let mut session = open(false).await;
        let session = session.as_mut();
        let insert = json!({ "insert": collection, "documents": [json] });
        let inserted = run(session, insert).await.unwrap();
        assert_eq!(inserted.completion.affected, Some(1));
        assert_eq!(
            inserted.completion.generated_keys,
            [json!({ "$oid": "070707070707070707070707" })]
        );
        let arrived = stored(collection).await.remove(0);
        for (key, value) in &arrived {
            assert_eq!(value, document.get(key).unwrap(), "{collection} {key}");
        }
        assert_eq!(arrived.len(), document.len());

        let found = run(session, json!({ "find": collection })).await.unwrap();
        let keys: Vec<_> = document.keys().map(String::as_str).collect();
        assert_eq!(found.names(), keys);
        assert!(found.columns.iter().all(|it| it.type_name.is_empty()));
        for (column, value) in found.columns.iter().zip(&found.rows[0]) {
            let back = Bson::try_from(value.clone()).unwrap();
            let expected = document.get(&column.name).unwrap();
            // A relaxed whole number has lost its width, as the specification has it.
            let same = match (&back, expected) {
                (Bson::Int64(back), Bson::Int32(expected)) => *back == i64::from(*expected),
                (back, expected) => *back == *expected,
            };
            assert!(same, "{}: {back} {expected}", column.name);
        }
        let at = |name: &str| {
            let place = keys.iter().position(|key| *key == name).unwrap();
            found.rows[0][place].clone()
        };
        assert_eq!(at("long"), json!(9_007_199_254_740_992_i64));
        assert_eq!(at("longer"), json!({ "$numberLong": "9007199254740993" }));
        assert_eq!(at("whole").to_string(), "2.0");
        assert_eq!(at("date"), json!({ "$date": "2020-02-29T00:00:00.120Z" }));
        assert_eq!(
            at("decimal"),
            json!({ "$numberDecimal": "0.10000000000000000000000000001" })
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_data() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let texts = [
        "",
        "'\"`\\",
        "\", \"$where\": \"sleep(1)\"",
        "$where",
        "$$ROOT",
        "{\"$ne\":null}",
        "\u{0}a\u{0}",
        "\u{2019}\u{ff07}\u{2bc}",
        "😀\u{10ffff}\u{2028}",
        "a\nb\tc\r\u{1}",
    ];
    for text in texts {
        let insert = json!({ "insert": "hostile", "documents": [{ "v": text }] });
        run(session, insert).await.unwrap();
        let find = json!({ "find": "hostile", "filter": { "v": { "$eq": text } }, "projection": { "_id": 0, "v": 1 } });
        let found = run(session, find).await.unwrap();
        assert_eq!(found.rows, [[json!(text)]], "{text:?}");
    }
    let all = stored("hostile").await;
    let kept: Vec<_> = all.iter().map(|it| it.get_str("v").unwrap()).collect();
    assert_eq!(kept, texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused_here() {
    let mut session = open(false).await;
    let session = session.as_mut();
    for (text, position) in [
        ("{\"find\": }", Some(10)),
        ("", Some(1)),
        ("[]", None),
        ("{}", None),
        ("{\"find\":\"a\",\"$db\":\"admin\"}", None),
        ("{\"find\":\"a\",\"lsid\":{}}", None),
        (
            "{\"find\":\"a\",\"filter\":{\"_id\":{\"$oid\":\"short\"}}}",
            None,
        ),
        (
            "{\"insert\":\"a\",\"documents\":[{\"n\\u0000ul\":1}]}",
            None,
        ),
    ] {
        let error = error(run_text(session, text).await);
        assert_eq!(
            (error.error.code, error.fate),
            (code::VALUE_REFUSED, Fate::NotSent),
            "{text}"
        );
        assert_eq!(error.position, position, "{text}");
    }
    let sql = engines::Operation::Sql {
        statement: "SELECT 1".to_owned(),
        parameters: Vec::new(),
    };
    assert_eq!(
        failure(session.start(&sql).await),
        (code::STATEMENT_FAILED, Fate::NotSent)
    );
    // The session is as good as before.
    assert!(run(session, json!({ "ping": 1 })).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_sixteen_megabytes() {
    let mut session = open(false).await;
    let session = session.as_mut();
    let largest = "x".repeat(16 * 1024 * 1024 - 100);
    let insert =
        |text: &str| json!({ "insert": "large", "documents": [{ "_id": text.len(), "v": text }] });
    run(session, insert(&largest)).await.unwrap();
    run(session, insert(&largest[1..])).await.unwrap();
    let found = run(session, json!({ "find": "large", "sort": { "_id": 1 } }))
        .await
        .unwrap();
    let lengths: Vec<_> = found
        .rows
        .iter()
        .map(|row| row[1].as_str().unwrap().len())
        .collect();
    assert_eq!(lengths, [largest.len() - 1, largest.len()]);
    let longer = error(run(session, insert(&"x".repeat(16 * 1024 * 1024))).await);
    assert_eq!(
        (longer.error.code, longer.fate),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
    assert!(
        longer.error.message.contains("documents[0]"),
        "{}",
        longer.error.message
    );
    let value: Value = json!({ "find": "large", "filter": { "v": "x".repeat(17 * 1024 * 1024) } });
    assert_eq!(
        failure(run(session, value).await),
        (code::VALUE_REFUSED, Fate::NotSent)
    );
}
