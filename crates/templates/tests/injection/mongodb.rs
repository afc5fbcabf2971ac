//! Hostile values in every place of MongoDB.

use bson::{Bson, Document};
use templates::mongodb::MongoAction;
use templates::{InputValue, PlaceholderType};

use crate::values::hostile;
use crate::{input, none};

/// Templates of MongoDB with one input `v`, in every place that takes a value.
const DOCUMENTS: [&str; 30] = [
    r#"{"find": {"a": "V"}}"#,
    r#"{"find": {"a": {"$eq": "V", "$in": ["x", "V"]}}}"#,
    r#"{"find": {"a": {"$not": {"$eq": "V"}}, "$or": [{"b": "V"}, {"c": {"$elemMatch": {"d": "V"}}}]}}"#,
    r#"{"find": {"filter": {"$expr": {"$eq": ["$a", "V"]}}, "projection": {"b": "V", "c": {"$concat": ["$c", "V"]}}}}"#,
    r#"{"findOne": {"a.b": "V"}}"#,
    r#"{"countDocuments": {"a": {"$gte": "V"}}}"#,
    r#"{"insertOne": {"a": "V", "b": ["V", {"c": "V"}]}}"#,
    r#"{"insertMany": [{"a": "V"}, {"b": {"c": "V"}}]}"#,
    r#"{"updateOne": {"filter": {"a": "V"}, "set": {"b": "V"}, "$push": {"c": "V"}}}"#,
    r#"{"updateMany": {"filter": {"a": 1}, "addToSet": {"c": {"$each": ["V"]}}, "pull": {"d": "V"}}}"#,
    r#"{"updateMany": {"filter": {"a": "V"}, "update": [{"$set": {"b": "V"}}]}}"#,
    r#"{"deleteOne": {"a": "V"}}"#,
    r#"{"deleteMany": {"a": {"$ne": "V"}}}"#,
    r#"{"aggregate": [{"$match": {"a": "V"}}, {"$addFields": {"b": "V"}}]}"#,
    r#"{"aggregate": [{"$project": {"a": "V", "b": {"$cond": [{"$eq": ["$a", "V"]}, "V", "$c"]}}}]}"#,
    r#"{"aggregate": [{"$group": {"_id": "V", "n": {"$push": {"x": "V"}}}}]}"#,
    r#"{"aggregate": [{"$bucket": {"groupBy": "$a", "boundaries": ["V", "z"], "default": "V"}}]}"#,
    r#"{"aggregate": [{"$lookup": {"from": "x", "let": {"l": "V"}, "pipeline": [{"$match": {"a": "V", "$expr": {"$eq": ["$a", "V"]}}}], "as": "y"}}]}"#,
    r#"{"aggregate": [{"$facet": {"one": [{"$match": {"a": "V"}}], "two": [{"$set": {"a": "V"}}]}}]}"#,
    r#"{"aggregate": [{"$unionWith": {"coll": "x", "pipeline": [{"$addFields": {"a": "V"}}]}}]}"#,
    r#"{"aggregate": [{"$graphLookup": {"from": "x", "startWith": "V", "connectFromField": "a", "connectToField": "b", "as": "c", "restrictSearchWithMatch": {"d": "V"}}}]}"#,
    r#"{"aggregate": [{"$replaceRoot": {"newRoot": {"a": "V"}}}, {"$sortByCount": "V"}]}"#,
    r#"{"aggregate": [{"$setWindowFields": {"partitionBy": "V", "output": {"a": {"$sum": "V"}}}}]}"#,
    r#"{"aggregate": [{"$redact": {"$cond": [{"$eq": ["V", "$a"]}, "$$PRUNE", "$$KEEP"]}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$switch": {"branches": [{"case": true, "then": "V"}], "default": "V"}}}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$let": {"vars": {"x": "V"}, "in": {"$concat": ["$$x", "V"]}}}}}]}"#,
    r#"{"aggregate": [{"$addFields": {"a": {"$filter": {"input": "$b", "cond": {"$eq": ["$$this", "V"]}}}}}]}"#,
    r#"{"aggregate": [{"$geoNear": {"near": [1, 2], "distanceField": "d", "query": {"a": "V"}}}]}"#,
    r#"{"aggregate": [{"$fill": {"output": {"a": {"value": "V"}}}}]}"#,
    r#"{"aggregate": [{"$documents": [{"a": "V"}]}]}"#,
];

/// The value with each `$literal` taken away: to a server that is the same value.
fn bare(value: &Bson) -> Bson {
    match value {
        Bson::Document(document) => match document.get("$literal") {
            Some(literal) if document.len() == 1 => literal.clone(),
            _ => Bson::Document(
                document
                    .iter()
                    .map(|(key, value)| (key.clone(), bare(value)))
                    .collect(),
            ),
        },
        Bson::Array(items) => Bson::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

fn replaced(value: &Bson, from: &str, to: &str) -> Bson {
    match value {
        Bson::String(text) => Bson::String(text.replace(from, to)),
        Bson::Document(document) => Bson::Document(
            document
                .iter()
                .map(|(key, value)| (key.clone(), replaced(value, from, to)))
                .collect(),
        ),
        Bson::Array(items) => {
            Bson::Array(items.iter().map(|item| replaced(item, from, to)).collect())
        }
        other => other.clone(),
    }
}

fn command(action: &MongoAction, value: InputValue) -> Result<Document, Vec<&'static str>> {
    action
        .bind(&input(&value, false), &none())
        .map(|request| request.command("c"))
        .map_err(|faults| faults.into_iter().map(|fault| fault.code).collect())
}

#[test]
fn every_value_in_every_place_of_mongodb() {
    let values = hostile();
    let mut cases = 0;
    for template in DOCUMENTS {
        for written in [
            "{{v}}",
            "x{{v}}",
            "{{v}}{{v}}",
            "{{v:JSON}}",
            "{{v:NOSPACES_STRING}}",
        ] {
            let text = template.replace('V', written);
            let action = MongoAction::compile(&InputValue::from_json(&text).unwrap(), None)
                .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
            let calm = command(&action, InputValue::String("CALM".to_owned())).unwrap();
            let calm = bare(&Bson::Document(calm));
            for value in &values {
                cases += 1;
                match command(&action, InputValue::String(value.clone())) {
                    Ok(sent) => assert_eq!(
                        bare(&Bson::Document(sent)),
                        replaced(&calm, "CALM", value),
                        "{text} {value:?}"
                    ),
                    Err(codes) => {
                        assert_eq!(codes, ["wrong_type"]);
                        assert!(written.contains("NOSPACES"), "{text} {value:?}");
                    }
                }
                // As a key of an object: an operator is refused where an object fits, and the object where a text is asked for.
                let object = InputValue::Object(vec![(
                    value.clone(),
                    InputValue::String("CALM".to_owned()),
                )]);
                let answer = command(&action, object);
                if written == "{{v:JSON}}" {
                    let odd = value.starts_with('$')
                        || value.contains(['.', '\0'])
                        || value == "__proto__";
                    assert_eq!(answer.is_err(), odd, "{text} {value:?}: {answer:?}");
                } else {
                    assert_eq!(answer, Err(vec!["wrong_type"]), "{text} {value:?}");
                }
            }
        }
    }
    assert!(cases > 40_000, "{cases}");
}

#[test]
fn every_other_type_of_mongodb_takes_its_own_alone() {
    let values = hostile();
    for kind in PlaceholderType::NAMED {
        if matches!(
            kind,
            PlaceholderType::String | PlaceholderType::NospacesString | PlaceholderType::Json
        ) {
            continue;
        }
        let text = format!("{{\"find\": {{\"a\": \"{{{{v:{kind}}}}}\"}}}}");
        let action = MongoAction::compile(&InputValue::from_json(&text).unwrap(), None).unwrap();
        for value in &values {
            if let Ok(sent) = command(&action, InputValue::String(value.clone())) {
                let a = sent.get_document("filter").unwrap().get("a").unwrap();
                let plain = !matches!(a, Bson::Document(_) | Bson::Array(_));
                assert!(plain, "{kind} {value:?}: {a}");
            }
        }
    }
}
