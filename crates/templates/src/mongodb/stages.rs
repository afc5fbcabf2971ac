//! The stages of an aggregation: what each makes of the values in it, and which of them write.

use super::action::document;
use super::tree::{Context, Node, Walker};
use crate::InputValue;

/// A pipeline, nested ones included.
pub(super) fn pipeline(walker: &mut Walker, value: &InputValue) -> Node {
    let InputValue::Array(stages) = value else {
        walker.fault("needs_pipeline", "A pipeline is a list of stages.");
        return Node::Array(Vec::new());
    };
    Node::Array(
        stages
            .iter()
            .enumerate()
            .map(|(index, value)| walker.within(&index.to_string(), |walker| stage(walker, value)))
            .collect(),
    )
}

fn stage(walker: &mut Walker, value: &InputValue) -> Node {
    let InputValue::Object(entries) = value else {
        walker.fault(
            "needs_stage",
            "A stage is an object with one key, such as $match.",
        );
        return Node::Document(Vec::new());
    };
    let [(name, body)] = entries.as_slice() else {
        walker.fault(
            "needs_stage",
            "A stage is an object with one key, such as $match.",
        );
        return Node::Document(Vec::new());
    };
    let node = walker.within(name, |walker| {
        walker.check_key(name);
        stage_body(walker, name, body)
    });
    Node::Document(vec![(name.clone(), node)])
}

/// A part of a stage: a place for values, or a pipeline of its own.
enum Part {
    Is(Context),
    Pipeline,
    /// An object whose values are pipelines.
    Pipelines,
    /// The name of a collection.
    Collection,
}

fn stage_body(walker: &mut Walker, name: &str, body: &InputValue) -> Node {
    walker.writes |= matches!(name, "$out" | "$merge");
    let whole = match name {
        "$match" => Part::Is(Context::Filter),
        "$project" => Part::Is(Context::Projection),
        "$sort" | "$collStats" | "$indexStats" | "$planCacheStats" | "$search" | "$searchMeta"
        | "$vectorSearch" => Part::Is(Context::Data),
        "$limit" => Part::Is(Context::Rows(1)),
        "$skip" => Part::Is(Context::Rows(0)),
        "$count" | "$unset" | "$unwind" => Part::Is(Context::Name),
        "$out" | "$unionWith" | "$merge" if matches!(body, InputValue::String(_)) => {
            Part::Collection
        }
        "$facet" => Part::Pipelines,
        _ => match body {
            InputValue::Object(entries) => return fields(walker, name, entries),
            _ => Part::Is(Context::Expression),
        },
    };
    part(walker, body, &whole)
}

/// A stage whose keys mean different things.
fn fields(walker: &mut Walker, stage: &str, entries: &[(String, InputValue)]) -> Node {
    let nodes = entries
        .iter()
        .map(|(key, value)| {
            let node = walker.within(key, |walker| {
                walker.check_key(key);
                part(walker, value, &part_of(stage, key, value))
            });
            (key.clone(), node)
        })
        .collect();
    Node::Document(nodes)
}

fn part_of(stage: &str, key: &str, value: &InputValue) -> Part {
    use Context::{Data, Expression, Filter, Name, Rows};
    let context = match (stage, key) {
        ("$lookup" | "$graphLookup", "from")
        | ("$unionWith" | "$out", "coll")
        | ("$merge", "into") => return Part::Collection,
        ("$lookup" | "$unionWith", "pipeline") => return Part::Pipeline,
        ("$merge", "whenMatched") if matches!(value, InputValue::Array(_)) => {
            return Part::Pipeline;
        }
        ("$lookup", "localField" | "foreignField" | "as")
        | ("$graphLookup", "connectFromField" | "connectToField" | "as" | "depthField")
        | ("$merge", "on" | "whenMatched" | "whenNotMatched")
        | ("$out", "db" | "timeseries")
        | ("$geoNear", "distanceField" | "includeLocs" | "key")
        | ("$densify", "field" | "partitionByFields") => Name,
        ("$graphLookup", "restrictSearchWithMatch") | ("$geoNear", "query") => Filter,
        ("$sample", "size") => Rows(1),
        ("$bucket", "boundaries") => Context::Expressions,
        ("$bucketAuto", "buckets" | "granularity")
        | ("$setWindowFields" | "$fill", "sortBy")
        | ("$graphLookup", "maxDepth")
        | ("$densify", "range")
        | ("$geoNear", _) => Data,
        _ => Expression,
    };
    Part::Is(context)
}

fn part(walker: &mut Walker, value: &InputValue, part: &Part) -> Node {
    match part {
        Part::Is(Context::Filter) => document(walker, value, Context::Filter, "A filter"),
        Part::Is(context) => walker.walk(value, *context),
        Part::Pipeline => pipeline(walker, value),
        Part::Pipelines => {
            let InputValue::Object(entries) = value else {
                walker.fault("needs_pipeline", "$facet is an object of pipelines.");
                return Node::Document(Vec::new());
            };
            let nodes = entries
                .iter()
                .map(|(key, value)| {
                    let node = walker.within(key, |walker| {
                        walker.check_key(key);
                        pipeline(walker, value)
                    });
                    (key.clone(), node)
                })
                .collect();
            Node::Document(nodes)
        }
        Part::Collection => {
            let named = match value {
                InputValue::String(name) => Some(name),
                // `$merge` into another database.
                InputValue::Object(_) => match value.get("coll") {
                    Some(InputValue::String(name)) => Some(name),
                    _ => None,
                },
                _ => None,
            };
            if let Some(name) = named.filter(|name| !walker.collections.contains(name)) {
                walker.collections.push(name.clone());
            }
            walker.walk(value, Context::Name)
        }
    }
}
