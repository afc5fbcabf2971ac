//! The read and write concern of a URL, where a command names none of its own (the drivers' “Read and Write Concern”).

use bson::{Bson, Document, doc};
use connection_url::ConnectionUrl;

/// Commands that take a write concern.
const WRITING: [&str; 13] = [
    "aggregate",
    "bulkWrite",
    "collMod",
    "create",
    "createIndexes",
    "delete",
    "drop",
    "dropDatabase",
    "dropIndexes",
    "findAndModify",
    "insert",
    "renameCollection",
    "update",
];

/// Commands that take a read concern.
const READING: [&str; 4] = ["aggregate", "count", "distinct", "find"];

/// What a URL asks for.
#[derive(Default)]
pub(crate) struct Concerns {
    write: Document,
    read: Document,
}

impl Concerns {
    /// What drivers can't read in these options they leave out.
    pub(crate) fn of(url: &ConnectionUrl) -> Self {
        let mut concerns = Self::default();
        match url.option("w").map(|value| (value, value.parse::<i32>())) {
            // Unacknowledged: nobody would know what became of a write. It is left to the server's own default.
            None | Some((_, Ok(..=0))) | Some(("", _)) => {}
            Some((_, Ok(members))) => drop(concerns.write.insert("w", members)),
            Some((tag, Err(_))) => drop(concerns.write.insert("w", tag)),
        }
        if let Some(journal @ ("true" | "false")) = url.option("journal") {
            concerns.write.insert("j", journal == "true");
        }
        if let Some(Ok(limit @ 1..)) = url.option("wtimeoutMS").map(str::parse::<i64>) {
            concerns.write.insert("wtimeout", limit);
        }
        if let Some(level) = url.option("readConcernLevel").filter(|it| !it.is_empty()) {
            concerns.read = doc! { "level": level };
        }
        concerns
    }

    /// Puts the concern that belongs to a command into it. A transaction has its own.
    pub(crate) fn apply(&self, name: &str, reads: bool, command: &mut Document) {
        if reads && READING.contains(&name) {
            put("readConcern", &self.read, command);
        }
        let name = if name == "findandmodify" {
            "findAndModify"
        } else {
            name
        };
        if !reads && WRITING.contains(&name) {
            self.apply_to_commit(command);
        }
    }

    /// The same for the commit of a transaction.
    pub(crate) fn apply_to_commit(&self, command: &mut Document) {
        put("writeConcern", &self.write, command);
    }
}

fn put(field: &str, concern: &Document, command: &mut Document) {
    if !concern.is_empty() && !command.contains_key(field) {
        command.insert(field, Bson::Document(concern.clone()));
    }
}

#[cfg(test)]
mod tests {
    use connection_url::DatabaseType;

    use super::*;

    fn applied(options: &str, reads: bool, mut command: Document) -> Document {
        let url = format!("mongodb://h/d?{options}");
        let url = ConnectionUrl::parse(&url, Some(DatabaseType::Mongodb)).unwrap();
        let name = command.keys().next().unwrap().clone();
        Concerns::of(&url).apply(&name, reads, &mut command);
        command
    }

    #[test]
    fn a_write_gets_the_url_s_concern() {
        let insert = doc! { "insert": "a" };
        for (options, concern) in [
            ("w=2", doc! { "w": 2 }),
            (
                "w=majority&journal=true&wtimeoutMS=500",
                doc! { "w": "majority", "j": true, "wtimeout": 500_i64 },
            ),
        ] {
            let expected = doc! { "insert": "a", "writeConcern": concern };
            assert_eq!(applied(options, false, insert.clone()), expected);
        }
        for options in ["", "w=0", "readConcernLevel=majority"] {
            assert_eq!(applied(options, false, insert.clone()), insert);
        }
        let own = doc! { "insert": "a", "writeConcern": { "w": 1 } };
        assert_eq!(applied("w=2", false, own.clone()), own);
        let other = doc! { "killOp": 1 };
        assert_eq!(applied("w=2", false, other.clone()), other);
        let modify = applied("w=2", false, doc! { "findandmodify": "a" });
        assert!(modify.contains_key("writeConcern"));
    }

    #[test]
    fn a_read_gets_the_url_s_level() {
        let options = "w=2&readConcernLevel=majority";
        let expected = doc! { "find": "a", "readConcern": { "level": "majority" } };
        assert_eq!(applied(options, true, doc! { "find": "a" }), expected);
        let ping = doc! { "ping": 1 };
        assert_eq!(applied(options, true, ping.clone()), ping);
    }
}
