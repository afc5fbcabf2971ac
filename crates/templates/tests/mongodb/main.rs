//! Templates of MongoDB: what is sent for which input, and what is refused.

mod refused;

use std::time::{Duration, Instant};

use bson::{Bson, doc};
use proptest::prelude::*;
use templates::mongodb::{DocumentFault, MongoAction, Request};
use templates::{Deed, InputValue};

fn json(text: &str) -> InputValue {
    InputValue::from_json(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn compile(template: &str, filter: Option<&str>) -> Result<MongoAction, Vec<DocumentFault>> {
    MongoAction::compile(&json(template), filter.map(json).as_ref())
}

fn bind(template: &str, filter: Option<&str>, data: &str) -> Request {
    compile(template, filter)
        .unwrap_or_else(|faults| panic!("{template}: {faults:?}"))
        .bind(&json(data), &json("{}"))
        .unwrap_or_else(|faults| panic!("{template} {data}: {faults:?}"))
}

/// The command as relaxed extended JSON.
fn sent(template: &str, filter: Option<&str>, data: &str) -> String {
    let command = bind(template, filter, data).command("c");
    Bson::Document(command).into_relaxed_extjson().to_string()
}

fn refused(template: &str, data: &str) -> Vec<String> {
    let action = compile(template, None).unwrap_or_else(|faults| panic!("{template}: {faults:?}"));
    match action.bind(&json(data), &json("{}")) {
        Ok(request) => panic!("{template} {data}: {request:?}"),
        Err(faults) => faults
            .into_iter()
            .map(|fault| format!("{} {}", fault.field, fault.code))
            .collect(),
    }
}

fn codes(template: &str, filter: Option<&str>) -> Vec<&'static str> {
    match compile(template, filter) {
        Ok(action) => panic!("{template} compiles: {action:?}"),
        Err(faults) => faults.into_iter().map(|fault| fault.code).collect(),
    }
}

#[test]
fn operations() {
    for (template, filter, data, command) in [
        (
            r#"{"find": {"name": "{{n}}"}}"#,
            None,
            r#"{"n": "x"}"#,
            r#"{"find":"c","filter":{"name":"x"}}"#,
        ),
        (
            r#"{"find": {"filter": {"a": 1}, "projection": {"b": 1}, "sort": {"b": -1}, "limit": "{{l}}", "skip": "{{s}}"}}"#,
            None,
            r#"{"l": 5, "s": "0"}"#,
            r#"{"find":"c","filter":{"a":1},"projection":{"b":1},"sort":{"b":-1},"skip":0,"limit":5}"#,
        ),
        (
            r#"{"find": {"limit": 3}}"#,
            Some(r#"{"where": {"a": {"$gte": "{{from:DATE}}"}}}"#),
            r#"{"from": "2024-02-29"}"#,
            r#"{"find":"c","filter":{"a":{"$gte":{"$date":"2024-02-29T00:00:00Z"}}},"limit":3}"#,
        ),
        (
            r#"{"findOne": {"_id": "{{id:OBJECT_ID}}"}}"#,
            None,
            r#"{"id": "0123456789abcdef01234567"}"#,
            r#"{"find":"c","filter":{"_id":{"$oid":"0123456789abcdef01234567"}},"limit":1}"#,
        ),
        (
            r#"{"findOne": {"_id": {"$oid": "{{id}}"}}}"#,
            None,
            r#"{"id": "0123456789ABCDEF01234567"}"#,
            r#"{"find":"c","filter":{"_id":{"$oid":"0123456789abcdef01234567"}},"limit":1}"#,
        ),
        (
            r#"{"countDocuments": {"a": "{{b:BOOLEAN}}"}}"#,
            None,
            r#"{"b": true}"#,
            r#"{"aggregate":"c","pipeline":[{"$match":{"a":true}},{"$group":{"_id":1,"n":{"$sum":1}}}],"cursor":{}}"#,
        ),
        (
            r#"{"estimatedDocumentCount": {}}"#,
            None,
            "{}",
            r#"{"count":"c"}"#,
        ),
        (
            r#"{"insertOne": {"name": "{{n}}", "tags": "{{t:ARRAY}}", "at": {"$date": "{{d}}"}, "hi": "Hi {{n}}!", "x": "{{o:STRING?}}"}}"#,
            None,
            r#"{"n": "$x", "t": [1, 2.5, "a", null, {"$oid": "0123456789abcdef01234567"}], "d": "2024-02-29T10:00:00+02:00"}"#,
            r#"{"insert":"c","documents":[{"name":"$x","tags":[1,2.5,"a",null,{"$oid":"0123456789abcdef01234567"}],"at":{"$date":"2024-02-29T08:00:00Z"},"hi":"Hi $x!","x":null}]}"#,
        ),
        (
            r#"{"insertMany": [{"a": "{{n}}"}, {"a": {"$numberLong": "5"}}]}"#,
            None,
            r#"{"n": "x"}"#,
            r#"{"insert":"c","documents":[{"a":"x"},{"a":5}]}"#,
        ),
        (
            r#"{"insertMany": "{{d:ARRAY}}"}"#,
            None,
            r#"{"d": [{"a": 1}]}"#,
            r#"{"insert":"c","documents":[{"a":1}]}"#,
        ),
        (
            r#"{"updateOne": {"set": {"a": "{{n}}"}, "$inc": {"b": 1}}}"#,
            Some(r#"{"where": {"_id": "{{id:UUID}}"}}"#),
            r#"{"n": "x", "id": "0190c0fe-0000-7000-8000-000000000000"}"#,
            r#"{"update":"c","updates":[{"q":{"_id":{"$binary":{"base64":"AZDA/gAAcACAAAAAAAAAAA==","subType":"04"}}},"u":{"$set":{"a":"x"},"$inc":{"b":1}},"multi":false,"upsert":false}]}"#,
        ),
        (
            r#"{"updateMany": {"filter": {"a": 1}, "update": {"$unset": {"b": ""}}, "upsert": true}}"#,
            None,
            "{}",
            r#"{"update":"c","updates":[{"q":{"a":1},"u":{"$unset":{"b":""}},"multi":true,"upsert":true}]}"#,
        ),
        (
            r#"{"updateMany": {"filter": {"a": 1}, "update": [{"$set": {"b": "{{n}}"}}]}}"#,
            None,
            r#"{"n": "$password"}"#,
            r#"{"update":"c","updates":[{"q":{"a":1},"u":[{"$set":{"b":{"$literal":"$password"}}}],"multi":true,"upsert":false}]}"#,
        ),
        (
            r#"{"deleteOne": {"a": "{{n}}"}}"#,
            None,
            r#"{"n": "x"}"#,
            r#"{"delete":"c","deletes":[{"q":{"a":"x"},"limit":1}]}"#,
        ),
        (
            r#"{"deleteMany": {}}"#,
            Some(r#"{"filter": "{{f:OBJECT}}"}"#),
            r#"{"f": {"a": 1}}"#,
            r#"{"delete":"c","deletes":[{"q":{"a":1},"limit":0}]}"#,
        ),
        (
            r#"{"aggregate": [{"$match": {"a": "{{n}}"}}, {"$addFields": {"b": "{{n}}", "c": {"$concat": ["$a", "{{n}}"]}}}, {"$limit": "{{l}}"}]}"#,
            None,
            r#"{"n": "$secret", "l": 5}"#,
            r#"{"aggregate":"c","pipeline":[{"$match":{"a":"$secret"}},{"$addFields":{"b":{"$literal":"$secret"},"c":{"$concat":["$a",{"$literal":"$secret"}]}}},{"$limit":5}],"cursor":{}}"#,
        ),
        (
            r#"{"aggregate": [{"$group": {"_id": "${{f:IDENTIFIER(a|b)}}", "n": {"$sum": 1}}}]}"#,
            Some(r#"{"where": {"$expr": {"$eq": ["$a", "{{n}}"]}}}"#),
            r#"{"n": "plain", "f": "b"}"#,
            r#"{"aggregate":"c","pipeline":[{"$match":{"$expr":{"$eq":["$a","plain"]}}},{"$group":{"_id":"$b","n":{"$sum":1}}}],"cursor":{}}"#,
        ),
    ] {
        assert_eq!(sent(template, filter, data), command, "{template}");
    }
}

#[test]
fn every_expression_context_keeps_values_data() {
    for stage in [
        r#"{"$match": {"$expr": {"$gt": ["$a", "{{v}}"]}}}"#,
        r#"{"$project": {"a": {"$concat": ["{{v}}", "$b"]}}}"#,
        r#"{"$project": {"a": "{{v}}"}}"#,
        r#"{"$project": {"a": {"b": "{{v}}"}}}"#,
        r#"{"$project": {"a": ["{{v}}"]}}"#,
        r#"{"$addFields": {"field": "{{v}}"}}"#,
        r#"{"$set": {"a": {"b": ["{{v}}"]}}}"#,
        r#"{"$group": {"_id": "{{v}}", "n": {"$push": "{{v}}"}}}"#,
        r#"{"$bucket": {"groupBy": "{{v}}", "boundaries": [1, 2]}}"#,
        r#"{"$replaceRoot": {"newRoot": {"a": "{{v}}"}}}"#,
        r#"{"$replaceWith": {"a": "{{v}}"}}"#,
        r#"{"$sortByCount": "{{v}}"}"#,
        r#"{"$redact": {"$cond": ["{{v}}", 1, 2]}}"#,
        r#"{"$lookup": {"from": "x", "let": {"a": "{{v}}"}, "pipeline": [{"$project": {"b": "{{v}}"}}], "as": "y"}}"#,
        r#"{"$unionWith": {"coll": "x", "pipeline": [{"$addFields": {"a": "{{v}}"}}]}}"#,
        r#"{"$facet": {"one": [{"$addFields": {"a": "{{v}}"}}]}}"#,
        r#"{"$graphLookup": {"from": "x", "startWith": "{{v}}", "connectFromField": "a", "connectToField": "b", "as": "c"}}"#,
        r#"{"$setWindowFields": {"partitionBy": "{{v}}", "output": {"a": {"$sum": "{{v}}"}}}}"#,
        r#"{"$addFields": {"a": {"$filter": {"input": "$b", "cond": {"$eq": ["$$this", "{{v}}"]}}}}}"#,
        r#"{"$addFields": {"a": {"$getField": {"field": "b", "input": "{{v}}"}}}}"#,
        r#"{"$bucket": {"groupBy": "$a", "boundaries": ["{{v}}", 5], "default": "{{v}}"}}"#,
        r#"{"$someNewStage": {"a": "{{v}}"}}"#,
        r#"{"$addFields": {"a": "{{v}}{{v}}"}}"#,
    ] {
        let template = format!("{{\"aggregate\": [{stage}]}}");
        let hostile = sent(&template, None, r#"{"v": "$$ROOT"}"#);
        let bare = hostile
            .replace(r#"{"$literal":"$$ROOT"}"#, "")
            .replace(r#"{"$literal":"$$ROOT$$ROOT"}"#, "");
        assert!(!bare.contains("$$ROOT"), "{stage}: {hostile}");
        // An object or a list is no expression either.
        let object = template
            .replace("{{v}}{{v}}", "{{v}}")
            .replace("{{v}}", "{{v:OBJECT}}");
        let hostile = sent(&object, None, r#"{"v": {"a": "$$ROOT"}}"#);
        assert!(
            !hostile
                .replace(r#"{"$literal":{"a":"$$ROOT"}}"#, "")
                .contains("$$ROOT"),
            "{stage}: {hostile}"
        );
    }
    // A list of expressions stays a list.
    assert!(
        sent(
            r#"{"aggregate": [{"$bucket": {"groupBy": "$a", "boundaries": "{{b:ARRAY}}"}}]}"#,
            None,
            r#"{"b": [1, "$$NOW", [2]]}"#
        )
        .contains(r#""boundaries":[1,{"$literal":"$$NOW"},{"$literal":[2]}]"#)
    );
    // What a projection's $elemMatch has is a filter.
    assert!(
        sent(
            r#"{"find": {"filter": {}, "projection": {"a": {"$elemMatch": {"b": "{{v}}"}}}}}"#,
            None,
            r#"{"v": "$x"}"#
        )
        .contains(r#"{"$elemMatch":{"b":"$x"}}"#)
    );
    // A number chooses no fields in a projection.
    assert!(
        sent(
            r#"{"aggregate": [{"$project": {"a": "{{v:INTEGER}}"}}]}"#,
            None,
            r#"{"v": 0}"#
        )
        .contains(r#"{"a":{"$literal":0}}"#)
    );
    assert!(
        sent(
            r#"{"find": {"filter": {}, "projection": {"a": "{{v:BOOLEAN}}"}}}"#,
            None,
            r#"{"v": false}"#
        )
        .contains(r#"{"a":{"$literal":false}}"#)
    );
}

#[test]
fn numbers_and_times_keep_what_they_say() {
    let field = |kind: &str, value: &str| {
        let template = format!("{{\"insertOne\": {{\"a\": \"{{{{v:{kind}}}}}\"}}}}");
        let request = bind(&template, None, &format!("{{\"v\": {value}}}"));
        let command = request.command("c");
        let documents = command.get_array("documents").unwrap();
        documents[0]
            .as_document()
            .unwrap()
            .get("a")
            .unwrap()
            .clone()
    };
    assert_eq!(field("INTEGER", "5"), Bson::Int32(5));
    assert_eq!(
        field("INTEGER", "\"-2147483649\""),
        Bson::Int64(-2_147_483_649)
    );
    assert_eq!(
        field("INTEGER", "9223372036854775808").to_string(),
        "9223372036854775808"
    );
    assert_eq!(field("DECIMAL", "0.10").to_string(), "0.10");
    assert_eq!(field("DOUBLE", "0.10"), Bson::Double(0.1));
    assert_eq!(
        field("ARRAY", "[0.1, 1.50, 1e2, 0.12345678901234567890]"),
        Bson::Array(vec![
            Bson::Double(0.1),
            Bson::Double(1.5),
            Bson::Double(100.0),
            "0.12345678901234567890"
                .parse::<bson::Decimal128>()
                .map(Bson::Decimal128)
                .unwrap(),
        ])
    );
    assert_eq!(
        field("BYTES", "\"AP8=\""),
        Bson::Binary(bson::Binary {
            subtype: bson::spec::BinarySubtype::Generic,
            bytes: vec![0, 255]
        })
    );
    assert_eq!(
        field("DATETIME", "\"1969-12-31T23:59:59.999Z\""),
        Bson::DateTime(bson::DateTime::from_millis(-1))
    );
    assert_eq!(
        field("DATETIME", "\"1970-01-01 00:00:01\""),
        Bson::DateTime(bson::DateTime::from_millis(1000))
    );
    assert_eq!(
        field("DATETIME", "\"9999-12-31T23:59:59.999-01:00\""),
        Bson::DateTime(bson::DateTime::from_millis(253_402_300_799_999 + 3_600_000))
    );
    assert_eq!(
        field("DATE", "\"9999-12-31\""),
        Bson::DateTime(bson::DateTime::from_millis(253_402_214_400_000))
    );
    assert_eq!(
        field("DATE_STRING", "\"2024-02-29\""),
        Bson::String("2024-02-29".to_owned())
    );
    assert_eq!(
        field("JSON", "{\"b\": [1, null]}"),
        Bson::Document(doc! {"b": [1, null]})
    );
    for (kind, value) in [
        ("INTEGER", "12345678901234567890123456789012345"),
        ("DECIMAL", "0.12345678901234567890123456789012345"),
        ("ARRAY", "[1e9999]"),
        ("DATETIME", "\"2024-02-29T10:00:00.123456Z\""),
    ] {
        let template = format!("{{\"insertOne\": {{\"a\": \"{{{{v:{kind}}}}}\"}}}}");
        assert_eq!(
            refused(&template, &format!("{{\"v\": {value}}}")),
            ["v out_of_range"],
            "{value}"
        );
    }
    assert_eq!(
        refused(r#"{"find": {"limit": "{{v}}"}}"#, r#"{"v": 0}"#),
        ["v no_row_count"]
    );
    assert_eq!(
        refused(r#"{"find": {"skip": "{{v}}"}}"#, r#"{"v": -1}"#),
        ["v no_row_count"]
    );
    assert_eq!(
        refused(r#"{"insertMany": "{{v:ARRAY}}"}"#, r#"{"v": [{}, 1]}"#),
        ["v wrong_type"]
    );
}

#[test]
fn what_writes_and_what_spares_nothing() {
    let deeds = |template: &str| compile(template, None).unwrap().deeds();
    assert_eq!(deeds(r#"{"aggregate": [{"$match": {}}]}"#), [Deed::Reads]);
    for template in [
        r#"{"aggregate": [{"$out": "x"}]}"#,
        r#"{"aggregate": [{"$merge": {"into": "x"}}]}"#,
        r#"{"aggregate": [{"$facet": {"a": [{"$out": "x"}]}}]}"#,
        r#"{"aggregate": [{"$lookup": {"from": "y", "pipeline": [{"$merge": "x"}], "as": "z"}}]}"#,
        r#"{"aggregate": [{"$unionWith": {"coll": "y", "pipeline": [{"$facet": {"a": [{"$out": {"db": "d", "coll": "x"}}]}}]}}]}"#,
    ] {
        let action = compile(template, None).unwrap();
        assert_eq!(action.deeds(), [Deed::Writes], "{template}");
        assert!(
            action.collections.contains(&"x".to_owned()),
            "{template}: {:?}",
            action.collections
        );
    }
    assert_eq!(deeds(r#"{"insertOne": {}}"#), [Deed::Creates]);
    assert!(
        compile(r#"{"find": {"$where": "1"}}"#, None)
            .unwrap()
            .runs_code
    );
    assert!(
        compile(
            r#"{"aggregate": [{"$group": {"_id": 1, "a": {"$accumulator": {"init": "f"}}}}]}"#,
            None
        )
        .unwrap()
        .runs_code
    );

    for (template, filter, data, unfiltered) in [
        (r#"{"deleteMany": {}}"#, None, "{}", true),
        (r#"{"deleteOne": {}}"#, None, "{}", true),
        (r#"{"updateMany": {"set": {"a": 1}}}"#, None, "{}", true),
        (
            r#"{"updateMany": {"set": {"a": 1}}}"#,
            Some(r#"{"where": "{{f:OBJECT}}"}"#),
            r#"{"f": {}}"#,
            true,
        ),
        (
            r#"{"updateMany": {"set": {"a": 1}}}"#,
            Some(r#"{"where": "{{f:OBJECT?}}"}"#),
            "{}",
            true,
        ),
        (r#"{"deleteMany": {"$and": [{}, {}]}}"#, None, "{}", true),
        (
            r#"{"deleteMany": {"$or": [{"a": 1}, {}]}}"#,
            None,
            "{}",
            true,
        ),
        (
            r#"{"deleteMany": {"_id": {"$exists": true}}}"#,
            None,
            "{}",
            true,
        ),
        (
            r#"{"deleteMany": {"_id": {"$ne": null}}}"#,
            None,
            "{}",
            true,
        ),
        (r#"{"deleteMany": {"$expr": true}}"#, None, "{}", true),
        (
            r#"{"deleteMany": {"$expr": "{{b:BOOLEAN}}"}}"#,
            None,
            r#"{"b": true}"#,
            true,
        ),
        (r#"{"deleteMany": {"$comment": "all"}}"#, None, "{}", true),
        (
            r#"{"deleteMany": {"a": {"$nin": "{{l:ARRAY:0}}"}}}"#,
            None,
            r#"{"l": []}"#,
            true,
        ),
        (
            r#"{"deleteMany": {"a": "{{v:STRING?}}"}}"#,
            None,
            "{}",
            true,
        ),
        (
            r#"{"deleteMany": {"a": "{{v:STRING?}}"}}"#,
            None,
            r#"{"v": "x"}"#,
            false,
        ),
        (
            r#"{"deleteMany": {"a": {"$eq": "{{v:STRING?}}"}, "$or": [{"b": "{{w:STRING?}}"}]}}"#,
            None,
            "{}",
            true,
        ),
        (r#"{"deleteMany": {"$jsonSchema": {}}}"#, None, "{}", true),
        (r#"{"deleteMany": {"$alwaysTrue": 1}}"#, None, "{}", true),
        (
            r#"{"deleteMany": {"_id": {"$gte": {"$minKey": 1}}}}"#,
            None,
            "{}",
            true,
        ),
        (r#"{"deleteMany": {"a": null}}"#, None, "{}", false),
        (r#"{"deleteMany": {"a": 1}}"#, None, "{}", false),
        (
            r#"{"deleteMany": {"$and": [{}, {"a": 1}]}}"#,
            None,
            "{}",
            false,
        ),
        (r#"{"deleteMany": {"a": {}}}"#, None, "{}", false),
        (r#"{"find": {}}"#, None, "{}", false),
    ] {
        let request = bind(template, filter, data);
        assert_eq!(
            request.unfiltered, unfiltered,
            "{template} {data}: {request:?}"
        );
        assert_eq!(request.notes.is_empty(), !unfiltered, "{template}");
    }
}

#[test]
fn unique_values_are_told_with_their_field() {
    let template = r#"{"insertMany": [{"user": {"name": "{{n:NOSPACES_STRING:3:20:true}}"}}, {"emails": ["{{e:EMAIL_STRING:1:99:true}}"]}]}"#;
    let request = bind(template, None, r#"{"n": "anna", "e": "a@b.cd"}"#);
    let fields: Vec<_> = request
        .unique
        .iter()
        .map(|check| {
            (
                check.field.as_str(),
                check.input.as_str(),
                check.value.to_string(),
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("user.name", "n", "\"anna\"".to_owned()),
            ("emails", "e", "\"a@b.cd\"".to_owned())
        ]
    );
    let request = bind(
        r#"{"updateOne": {"filter": {"_id": 1}, "set": {"a.b": "{{n:STRING:1:9:true}}"}}}"#,
        None,
        r#"{"n": "x"}"#,
    );
    assert_eq!(request.unique[0].field, "a.b");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the text, the command is that of any other text with this text in its place.
    #[test]
    fn a_text_changes_nothing_but_itself(value in ".{1,30}", dollar in any::<bool>()) {
        let value = if dollar { format!("${value}") } else { value };
        let template = r#"{"aggregate": [{"$match": {"a": "{{v}}", "b": {"$in": ["{{v}}"]}}}, {"$addFields": {"c": "{{v}}"}}]}"#;
        let action = compile(template, None).unwrap();
        let data = InputValue::Object(vec![("v".to_owned(), InputValue::String(value.clone()))]);
        let command = action.bind(&data, &json("{}")).unwrap().command("c");
        let c = if value.starts_with('$') { Bson::Document(doc! {"$literal": &value}) } else { Bson::String(value.clone()) };
        let expected = doc! {
            "aggregate": "c",
            "pipeline": [{"$match": {"a": &value, "b": {"$in": [&value]}}}, {"$addFields": {"c": c}}],
            "cursor": {},
        };
        prop_assert_eq!(command, expected);
    }
}

#[test]
fn hostile_documents_take_no_time() {
    let size = 64 * 1024;
    for piece in ["{{", "{{a", "{{a}}", "{{a}} ", "$", "{ ", "{{a:", "}}"] {
        let text = piece.repeat(size / piece.len());
        for template in [
            format!("{{\"find\": {{\"a\": \"{text}\"}}}}"),
            format!("{{\"find\": {{\"{text}\": 1}}}}"),
            format!("{{\"aggregate\": [{{\"$project\": {{\"a\": \"{text}\"}}}}]}}"),
        ] {
            let started = Instant::now();
            let _ = compile(&template, None);
            assert!(started.elapsed() < Duration::from_millis(1_500), "{piece}");
        }
    }
    let many: Vec<String> = (0..4_000)
        .map(|index| format!("\"k{index}\": \"{{{{v{index}}}}}\""))
        .collect();
    let data: Vec<String> = (0..4_000).map(|index| format!("\"v{index}\": 5")).collect();
    let started = Instant::now();
    let action = compile(&format!("{{\"insertOne\": {{{}}}}}", many.join(",")), None).unwrap();
    let faults = action
        .bind(&json(&format!("{{{}}}", data.join(","))), &json("{}"))
        .unwrap_err();
    assert_eq!(faults.len(), 4_000);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}
