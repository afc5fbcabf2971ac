//! What is refused: operators in values, and templates that can't be bound.

use crate::{codes, compile, refused, sent};

#[test]
fn operators_can_not_be_smuggled() {
    let operators = [
        r#"{"$ne": null}"#,
        r#"{"$gt": ""}"#,
        r#"{"$where": "sleep(1000)"}"#,
        r#"{"$regex": ".*"}"#,
        r#"{"$in": ["a"]}"#,
        r#"["a"]"#,
        "null",
        "1",
        "true",
    ];
    for value in operators {
        let data = format!("{{\"v\": {value}}}");
        for template in [
            r#"{"find": {"name": "{{v}}"}}"#,
            r#"{"find": {"name": "x{{v}}"}}"#,
            r#"{"deleteMany": {"name": {"$eq": "{{v}}"}}}"#,
            r#"{"updateOne": {"set": {"name": "{{v}}"}}}"#,
            r#"{"aggregate": [{"$match": {"name": "{{v}}"}}]}"#,
        ] {
            let codes = refused(template, &data);
            assert!(
                codes == ["v wrong_type"] || codes == ["v required"],
                "{template} {value}: {codes:?}"
            );
        }
    }
    for value in [
        r#"{"$ne": null}"#,
        r#"{"a": {"$gt": ""}}"#,
        r#"{"a": [{"$where": "x"}]}"#,
        r#"{"a": {"b": [{"c": {"$ne": 1}}]}}"#,
        r#"{"$regularExpression": {"pattern": ".*", "options": ""}}"#,
        r#"{"a": {"$code": "x"}}"#,
        r#"{"a": {"$oid": "nope"}}"#,
        r#"{"a": {"$oid": "0123456789abcdef01234567", "$ne": 1}}"#,
    ] {
        for (template, value) in [
            (r#"{"find": {"name": "{{v:OBJECT}}"}}"#, value.to_owned()),
            (r#"{"find": "{{v:OBJECT}}"}"#, value.to_owned()),
            (r#"{"insertOne": "{{v:OBJECT}}"}"#, value.to_owned()),
            (r#"{"find": {"name": "{{v:JSON}}"}}"#, value.to_owned()),
            (
                r#"{"find": {"name": {"$in": "{{v:ARRAY}}"}}}"#,
                format!("[{value}]"),
            ),
            (
                r#"{"find": {"name": "{{v:ARRAY}}"}}"#,
                format!("[1, [{value}]]"),
            ),
        ] {
            let codes = refused(template, &format!("{{\"v\": {value}}}"));
            assert_eq!(codes, ["v operator_key"], "{template} {value}");
        }
    }
    // A key with a dot is a path in some places: only an input that is asked to be an object may have one.
    for key in ["a.b", "__proto__", "constructor", "prototype"] {
        for value in [
            format!("{{\"{key}\": 1}}"),
            format!("{{\"x\": [{{\"{key}\": 1}}]}}"),
        ] {
            for (template, value) in [
                (r#"{"insertOne": {"a": "{{v:JSON}}"}}"#, value.clone()),
                (r#"{"insertMany": "{{v:ARRAY}}"}"#, format!("[{value}]")),
            ] {
                let codes = refused(template, &format!("{{\"v\": {value}}}"));
                assert_eq!(codes, ["v forbidden_key"], "{template} {value}");
            }
            let object = r#"{"find": "{{v:OBJECT}}"}"#;
            let data = format!("{{\"v\": {value}}}");
            assert!(sent(object, None, &data).contains(key), "{value}");
        }
    }
    // A scalar of extended JSON is data in a list, and no object by itself.
    assert!(
        sent(
            r#"{"find": {"_id": {"$in": "{{v:ARRAY}}"}}}"#,
            None,
            r#"{"v": [{"$oid": "0123456789abcdef01234567"}]}"#
        )
        .contains("$oid")
    );
    assert_eq!(
        refused(
            r#"{"find": {"a": "{{v:OBJECT}}"}}"#,
            r#"{"v": {"$oid": "0123456789abcdef01234567"}}"#
        ),
        ["v operator_key"]
    );
}

#[test]
fn faults_of_templates() {
    for (template, filter, code) in [
        ("[]", None, "needs_operation"),
        ("{}", None, "needs_operation"),
        (r#"{"find": {}, "findOne": {}}"#, None, "needs_operation"),
        (r#"{"drop": {}}"#, None, "unknown_operation"),
        (r#"{"find": []}"#, None, "needs_document"),
        (r#"{"find": "{{f}}"}"#, None, "needs_document"),
        (
            r#"{"find": {"filter": {}, "extra": 1}}"#,
            None,
            "unknown_option",
        ),
        (
            r#"{"find": {"filter": {}, "where": {}}}"#,
            None,
            "unknown_option",
        ),
        (
            r#"{"find": {"filter": {}, "limit": 0}}"#,
            None,
            "needs_integer",
        ),
        (
            r#"{"find": {"filter": {}, "limit": "{{l:UUID}}"}}"#,
            None,
            "needs_integer",
        ),
        (
            r#"{"find": {"filter": {}, "projection": "{{p:OBJECT}}"}}"#,
            None,
            "needs_document",
        ),
        (
            r#"{"findOne": {"limit": 5, "filter": {}}}"#,
            None,
            "unknown_option",
        ),
        (r#"{"insertMany": []}"#, None, "needs_documents"),
        (r#"{"insertMany": "{{d}}"}"#, None, "needs_documents"),
        (r#"{"insertOne": 5}"#, None, "needs_document"),
        (r#"{"updateOne": {}}"#, None, "needs_operator"),
        (r#"{"updateOne": {"name": "x"}}"#, None, "unknown_operator"),
        (r#"{"updateOne": "{{u:OBJECT}}"}"#, None, "needs_operator"),
        (r#"{"aggregate": {}}"#, None, "needs_pipeline"),
        (r#"{"aggregate": "{{p:ARRAY}}"}"#, None, "needs_pipeline"),
        (r#"{"aggregate": ["{{s:OBJECT}}"]}"#, None, "needs_stage"),
        (
            r#"{"aggregate": [{"$match": "{{s}}"}]}"#,
            None,
            "needs_document",
        ),
        (
            r#"{"aggregate": [{"$lookup": {"from": "{{c}}"}}]}"#,
            None,
            "needs_identifier",
        ),
        (
            r#"{"aggregate": [{"$out": "{{c}}"}]}"#,
            None,
            "needs_identifier",
        ),
        (
            r#"{"aggregate": [{"$unwind": "${{c}}"}]}"#,
            None,
            "needs_identifier",
        ),
        (
            r#"{"aggregate": [{"$group": {"_id": "${{c}}"}}]}"#,
            None,
            "needs_identifier",
        ),
        (
            r#"{"aggregate": [{"$addFields": {"a": {"$getField": "{{c}}"}}}]}"#,
            None,
            "needs_identifier",
        ),
        (
            r#"{"find": {"$where": "this.a == '{{v}}'"}}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"aggregate": [{"$addFields": {"a": {"$function": {"body": "{{v}}"}}}}]}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"aggregate": [{"$addFields": {"a": {"$function": {"body": "f", "args": ["{{v}}"], "lang": "js"}}}}]}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"aggregate": [{"$group": {"_id": 1, "a": {"$accumulator": {"initArgs": ["{{v:INTEGER}}"]}}}}]}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"deleteMany": {"a": {"$elemMatch": {"$where": {"$code": "{{v}}"}}}}}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"find": {"a": {"$all": [{"$elemMatch": {"$where": "{{v}}"}}]}}}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"updateMany": {"pull": {"a": {"$where": "x{{v}}"}}}}"#,
            None,
            "misplaced_placeholder",
        ),
        (r#"{"find": {"{{k}}": 1}}"#, None, "key_placeholder"),
        (r#"{"find": {"a.{{k}}": 1}}"#, None, "key_placeholder"),
        (r#"{"find": {"a": "{{v:INTEGR}}"}}"#, None, "unknown_type"),
        (
            r#"{"find": {"a": "x{{v:ARRAY}}"}}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"find": {"a": "{{v:STRING:1:5:true}}"}}"#,
            None,
            "unique_misplaced",
        ),
        (
            r#"{"insertOne": {"a": "x{{v:STRING:1:5:true}}"}}"#,
            None,
            "unique_misplaced",
        ),
        (
            r#"{"find": {"a": {"$oid": "nope"}}}"#,
            None,
            "bad_extended_json",
        ),
        (
            r#"{"find": {"a": {"$oid": "{{v:UUID}}"}}}"#,
            None,
            "conflicting_types",
        ),
        (
            r#"{"find": {"a": {"$regularExpression": {"pattern": "{{v}}", "options": ""}}}}"#,
            None,
            "misplaced_placeholder",
        ),
        (
            r#"{"find": {"a": "{{v}}", "b": "{{v:INTEGER}}", "c": "{{v:UUID}}"}}"#,
            None,
            "conflicting_types",
        ),
        (
            r#"{"find": {"a": 1}}"#,
            Some(r#"{"where": {"b": 1}}"#),
            "filter_twice",
        ),
        (
            r#"{"insertOne": {"a": 1}}"#,
            Some(r#"{"where": {"b": 1}}"#),
            "filter_not_possible",
        ),
        (
            r#"{"find": {}}"#,
            Some(r#"{"where": {}, "b": 1}"#),
            "unknown_option",
        ),
        (
            r#"{"find": {}}"#,
            Some(r#"{"where": []}"#),
            "needs_document",
        ),
    ] {
        assert_eq!(codes(template, filter), [code], "{template}");
    }
    let faults = compile(r#"{"updateOne": {"set": {"a": {"b": ["{{v:X}}"]}}}}"#, None).unwrap_err();
    assert_eq!(faults[0].path, "updateOne.set.a.b.0");
}
