//! Hostile values in every place of MongoDB's templates: each arrives as the text that it is, and none as an operator.

use mongodb::bson::{Bson, Document};
use serde_json::{Value, json};
use workbench::ActionTypeView;

use crate::bench::{Act, Bench, bench, faults, soak};
use crate::hostile_values::{MONGODB_OPERATORS, hostile};
use crate::servers;

/// Reads that find the document of the value alone, each in another place; answered with its `_id`.
const READS: [&str; 12] = [
    r#"{"find": {"v": "{{v}}"}}"#,
    r#"{"find": {"where": {"v": {"$eq": "{{v}}"}}}}"#,
    r#"{"find": {"v": {"$in": ["no such", "{{v}}"]}}}"#,
    r#"{"find": {"v": {"$in": "{{l:ARRAY}}"}}}"#,
    r#"{"find": {"v": {"$gte": "{{v}}", "$lte": "{{v}}"}}}"#,
    r#"{"find": {"w": {"$elemMatch": {"$eq": "{{v}}"}}}}"#,
    r#"{"find": {"$or": [{"x.y": "<{{v}}>"}, {"v": {"a": "{{v}}"}}]}}"#,
    r#"{"find": {"$and": [{"v": "{{v}}"}, {"v": {"$not": {"$ne": "{{v}}"}}}]}}"#,
    r#"{"find": {"$expr": {"$eq": ["$v", "{{v}}"]}}}"#,
    r#"{"find": {"o": "{{o:OBJECT}}"}}"#,
    r#"{"find": {"o": {"k": "{{v}}"}}}"#,
    r#"{"findOne": {"filter": {"v": "{{v}}"}, "projection": {"_id": 1}}}"#,
];

/// Aggregations; the last column of the one row is what the value became there.
const AGGREGATES: [&str; 6] = [
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$project": {"_id": 1, "z": "$v"}}]}"#,
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$project": {"_id": 1, "z": {"$concat": ["", "{{v}}"]}}}]}"#,
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$project": {"_id": 1}}, {"$addFields": {"z": "{{v}}"}}]}"#,
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$project": {"_id": 1, "z": {"$cond": [{"$eq": ["$v", "{{v}}"]}, "{{v}}", "no"]}}}]}"#,
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$group": {"_id": "$_id", "z": {"$max": "{{v}}"}}}]}"#,
    r#"{"aggregate": [{"$match": {"v": "{{v}}"}}, {"$project": {"_id": 1, "z": {"$literal": "{{v}}"}}}]}"#,
];

async fn run(bench: &Bench, action: &str, n: usize, value: &str) -> Vec<Vec<Value>> {
    let input = json!({"v": value});
    let ran = bench.run(action, input).await;
    ran.unwrap_or_else(|error| panic!("{n} {value:?}: {error:?}"))
        .rows
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_on_mongodb() {
    let server = servers::mongo();
    let bench = bench().await;
    let database = bench.database("mongodb", &[("dev", &server.url())]).await;
    let action = async |kind, template: &str, filter: Option<&str>| {
        let act = Act {
            filter,
            ..Act::new(kind, template)
        };
        bench.action(&database, act).await
    };
    let insert = action(
        ActionTypeView::Create,
        r#"{"insertOne": {"_id": "{{n:INTEGER}}", "v": "{{v}}", "w": ["{{v}}", {"z": "{{v}}"}], "x": {"y": "<{{v}}>"},
            "o": "{{o:OBJECT}}", "j": "{{j:JSON}}", "l": "{{l:ARRAY}}"}}"#,
        None,
    )
    .await;
    let values = hostile();
    let input = |n: usize, value: &str| json!({"n": n, "v": value, "o": {"k": value}, "j": value, "l": [value]});
    let of = |n: usize, value: &str, changed: Option<&str>| {
        let text = || Bson::String(value.to_owned());
        let mut document = Document::new();
        document.insert("_id", i32::try_from(n).unwrap());
        document.insert("v", text());
        document.insert(
            "w",
            vec![
                text(),
                Bson::Document([("z".to_owned(), text())].into_iter().collect()),
            ],
        );
        document.insert(
            "x",
            Document::from_iter([("y".to_owned(), Bson::String(format!("<{value}>")))]),
        );
        document.insert("o", Document::from_iter([("k".to_owned(), text())]));
        document.insert("j", text());
        document.insert("l", vec![text()]);
        if let Some(changed) = changed {
            document.insert("u", changed);
        }
        document
    };
    for (n, value) in values.iter().enumerate() {
        let ran = bench.run(&insert, input(n, value)).await.unwrap();
        assert_eq!(ran.affected(), Some(1));
    }
    let expected: Vec<_> = (0..)
        .zip(&values)
        .map(|(n, value)| of(n, value, None))
        .collect();
    assert_eq!(server.documents("t").await, expected);

    let step = if soak() { 1 } else { 16 };
    for (place, template) in READS.iter().enumerate() {
        let read = action(ActionTypeView::Read, template, None).await;
        for (n, value) in values.iter().enumerate().skip(place % step).step_by(step) {
            let input = match () {
                () if template.contains("{{l") => json!({"l": [value]}),
                () if template.contains("{{o") => json!({"o": {"k": value}}),
                () => json!({"v": value}),
            };
            let ran = bench.run(&read, input).await;
            let ran = ran.unwrap_or_else(|error| panic!("{template} {value:?}: {error:?}"));
            let found: Vec<_> = ran.rows.iter().map(|row| row[0].clone()).collect();
            assert_eq!(found, [json!(n)], "{template} {value:?}");
        }
    }
    for (place, template) in AGGREGATES.iter().enumerate() {
        let aggregate = action(ActionTypeView::Aggregate, template, None).await;
        for (n, value) in values.iter().enumerate().skip(place % step).step_by(step) {
            let rows = run(&bench, &aggregate, n, value).await;
            assert_eq!(rows, [[json!(n), json!(value)]], "{template}");
        }
    }
    let update = action(
        ActionTypeView::Update,
        r#"{"updateMany": {"set": {"u": "x{{v}}"}}}"#,
        Some(r#"{"where": {"v": "{{v}}"}}"#),
    )
    .await;
    let delete = action(
        ActionTypeView::Delete,
        r#"{"deleteMany": {}}"#,
        Some(r#"{"where": {"v": "{{v}}", "u": "x{{v}}"}}"#),
    )
    .await;
    for value in &values {
        let ran = bench.run(&update, json!({"v": value})).await.unwrap();
        assert_eq!(ran.affected(), Some(1), "{value:?}");
    }
    let changed = |value: &str| format!("x{value}");
    let expected: Vec<_> = (0..)
        .zip(&values)
        .map(|(n, value)| of(n, value, Some(&changed(value))))
        .collect();
    assert_eq!(server.documents("t").await, expected);
    operators(&bench, &[insert.as_str(), &update, &delete]).await;
    assert_eq!(server.documents("t").await, expected);
    for value in values.iter().step_by(step) {
        let ran = bench
            .run(&delete, json!({"filter": {"v": value}}))
            .await
            .unwrap();
        assert_eq!(ran.affected(), Some(1), "{value:?}");
    }
    let mut rest = expected;
    let mut n = 0;
    rest.retain(|_| {
        n += 1;
        (n - 1) % step > 0
    });
    assert_eq!(server.documents("t").await, rest);
}

/// An object is no text, and in an object no key is an operator, at any depth.
async fn operators(bench: &Bench, actions: &[&str]) {
    for operator in MONGODB_OPERATORS {
        for object in [json!({operator: null}), json!({"a": 1, operator: ["x"]})] {
            for action in actions {
                let error = bench.run(action, json!({"v": object})).await.unwrap_err();
                let told = faults(&error);
                assert!(
                    told.contains(&("v".to_owned(), "wrong_type".to_owned())),
                    "{told:?}"
                );
            }
            for smuggled in [object.clone(), json!({"deep": [{"er": object}]})] {
                let input = json!({
                    "n": 9999, "v": "v", "o": smuggled, "j": smuggled, "l": [smuggled],
                });
                let error = bench.run(actions[0], input).await.unwrap_err();
                let mut told = faults(&error);
                told.sort();
                let expected =
                    ["j", "l", "o"].map(|key| (key.to_owned(), "operator_key".to_owned()));
                assert_eq!(told, expected, "{smuggled}");
            }
        }
    }
}
