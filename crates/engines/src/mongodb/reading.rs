//! Which commands only read.
//!
//! A server has no read-only sessions, so that this list is what keeps a write out of one. What is not on it counts as a
//! write: a command of a newer server must not get through because nobody here knew it.

use bson::{Bson, Document};

/// Commands that change nothing, in every spelling that servers take.
const READING: &[&str] = &[
    "aggregate",
    "balancerCollectionStatus",
    "balancerStatus",
    "buildInfo",
    "buildinfo",
    "collStats",
    "collstats",
    "connPoolStats",
    "connectionStatus",
    "count",
    "currentOp",
    "dataSize",
    "datasize",
    "dbHash",
    "dbStats",
    "dbhash",
    "dbstats",
    "distinct",
    "explain",
    "features",
    "find",
    "getCmdLineOpts",
    "getDefaultRWConcern",
    "getLog",
    "getMore",
    "getParameter",
    "getShardMap",
    "getShardVersion",
    "hello",
    "hostInfo",
    "isMaster",
    "isdbgrid",
    "ismaster",
    "listCollections",
    "listCommands",
    "listDatabases",
    "listIndexes",
    "listShards",
    "lockInfo",
    "ping",
    "planCacheListFilters",
    "profile",
    "replSetGetConfig",
    "replSetGetStatus",
    "rolesInfo",
    "serverStatus",
    "top",
    "usersInfo",
    "whatsmyuri",
];

/// Stages that write what they are given.
const WRITING_STAGES: [&str; 2] = ["$out", "$merge"];

/// Whether a command changes nothing.
pub(crate) fn is_reading(name: &str, command: &Document) -> bool {
    if !READING.contains(&name) {
        return false;
    }
    match name {
        // Any place will do: a literal that looks like such a stage is refused too, and nobody misses it.
        "aggregate" => !command.values().any(writes),
        "explain" => match command.get(name) {
            Some(Bson::Document(inner)) => inner
                .keys()
                .next()
                .is_some_and(|name| name != "explain" && is_reading(name, inner)),
            _ => false,
        },
        // Any other level is a setting.
        "profile" => matches!(command.get(name), Some(Bson::Int32(-1) | Bson::Int64(-1))),
        _ => true,
    }
}

/// Whether a command writes documents one after the other and reports nothing of those that were written when it fails: what
/// `insert`, `update` and `delete` do count.
pub(crate) fn writes_piecemeal(name: &str, command: &Document) -> bool {
    match name {
        "aggregate" => command.values().any(writes),
        "mapReduce" | "mapreduce" => !matches!(
            command.get("out"),
            Some(Bson::Document(out)) if out.contains_key("inline")
        ),
        _ => false,
    }
}

fn writes(value: &Bson) -> bool {
    match value {
        Bson::Document(document) => document
            .iter()
            .any(|(key, value)| WRITING_STAGES.contains(&key.as_str()) || writes(value)),
        Bson::Array(values) => values.iter().any(writes),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn reading(command: &Document) -> bool {
        is_reading(command.keys().next().unwrap(), command)
    }

    #[test]
    fn what_reads() {
        for command in [
            doc! { "find": "a", "filter": { "$out": 1 } },
            doc! { "aggregate": "a", "pipeline": [{ "$match": { "$expr": { "$mergeObjects": [] } } }], "cursor": {} },
            doc! { "count": "a" },
            doc! { "explain": { "find": "a" } },
            doc! { "profile": -1 },
        ] {
            assert!(reading(&command), "{command}");
        }
    }

    #[test]
    fn what_writes_or_is_unknown() {
        for command in [
            doc! { "insert": "a", "documents": [] },
            doc! { "findAndModify": "a" },
            doc! { "findandmodify": "a" },
            doc! { "Find": "a" },
            doc! { "aggregate": "a", "pipeline": [{ "$out": "b" }], "cursor": {} },
            doc! { "aggregate": "a", "pipeline": [{ "$facet": { "x": [{ "$merge": { "into": "b" } }] } }], "cursor": {} },
            doc! { "aggregate": "a", "pipeline": { "$unionWith": { "pipeline": [{ "$out": "b" }] } }, "cursor": {} },
            doc! { "explain": { "aggregate": "a", "pipeline": [{ "$out": "b" }], "cursor": {} } },
            doc! { "explain": { "update": "a" } },
            doc! { "explain": "find" },
            doc! { "profile": 2 },
            doc! { "mapReduce": "a", "out": "b" },
            doc! { "dropDatabase": 1 },
            doc! { "eval": "f()" },
            doc! { "bulkWrite": 1 },
            doc! { "somethingNew": 1 },
        ] {
            assert!(!reading(&command), "{command}");
        }
    }
}
