//! Our reading of connection strings against the parsers that are the engines' own: libpq (by psycopg) and pymongo.
//!
//! 2,000 strings an engine, and 20,000 where `TAPEDECK_SOAK` is set. Each difference is one of a list, with its reason, or the
//! test fails. What it counts is in `docs/conformance.md`, which the test compares too; `TAPEDECK_WRITE_CONFORMANCE=1` writes
//! the page.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod differential {
    pub mod generate;
    pub mod mongodb;
    pub mod oracle;
    pub mod page;
    pub mod postgresql;
}

use connection_url::{ConnectionUrl, DatabaseType, UrlDocument, build};
use differential::{generate, mongodb, oracle, page, postgresql};
use serde_json::Value;

/// How two readings of one text compare.
pub enum Outcome {
    /// Both take it, and read the same parts.
    Same,
    /// Both refuse it.
    BothRefuse,
    /// They differ: the index of the listed reason, and what differs.
    Differs(Option<usize>, String),
}

/// What a comparison counted.
#[derive(Default)]
pub struct Count {
    /// Name and version of the other parser.
    pub oracle: String,
    /// Texts compared.
    pub strings: usize,
    /// Taken by both, with the same parts.
    pub same: usize,
    /// Refused by both.
    pub both_refuse: usize,
    /// Differences by the index of their reason.
    pub listed: Vec<usize>,
    /// Differences without one.
    pub unlisted: Vec<String>,
}

fn soaking() -> bool {
    std::env::var_os("TAPEDECK_SOAK").is_some()
}

fn strings() -> u64 {
    if soaking() { 20_000 } else { 2_000 }
}

fn run(
    name: &str,
    generate: fn(u64) -> String,
    compare: fn(&str, &Value) -> Outcome,
    reasons: usize,
) -> Count {
    let texts: Vec<String> = (0..strings()).map(generate).collect();
    let (oracle, answers) = oracle::ask(name, &texts);
    let mut count = Count {
        oracle,
        strings: texts.len(),
        listed: vec![0; reasons],
        ..Count::default()
    };
    for (text, answer) in texts.iter().zip(&answers) {
        built_again_it_is_the_same(text);
        match compare(text, answer) {
            Outcome::Same => count.same += 1,
            Outcome::BothRefuse => count.both_refuse += 1,
            Outcome::Differs(Some(reason), _) => count.listed[reason] += 1,
            Outcome::Differs(None, detail) => {
                count.unlisted.push(format!("{text:?}\n    {detail}"))
            }
        }
    }
    count
}

/// What parses is written back byte for byte, and built from its parts it parses to the same parts.
fn built_again_it_is_the_same(text: &str) {
    let database_type = match text.split(':').next() {
        Some("mongodb" | "mongodb+srv") => DatabaseType::Mongodb,
        _ => DatabaseType::Postgresql,
    };
    let Ok(url) = ConnectionUrl::parse(text, Some(database_type)) else {
        return;
    };
    assert_eq!(url.expose(), text);
    let document = url.document();
    let built = build(database_type, &document).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let again = ConnectionUrl::parse(&built, Some(database_type))
        .unwrap_or_else(|error| panic!("{text:?} became {built:?}: {error}"))
        .document();
    let parts = |document: &UrlDocument| {
        let mut parts = serde_json::to_value(document).unwrap();
        // Advice and the order of secrets are those of the text, which may be spelled otherwise.
        for field in ["scheme", "warnings", "hints", "secrets"] {
            parts.as_object_mut().unwrap().remove(field);
        }
        parts
    };
    assert_eq!(parts(&document), parts(&again), "{text:?} became {built:?}");
}

fn check(count: &Count) {
    println!(
        "{}: {} strings, {} the same, {} refused by both, listed {:?}",
        count.oracle, count.strings, count.same, count.both_refuse, count.listed
    );
    assert!(
        count.unlisted.is_empty(),
        "{} differences that are not listed:\n{}",
        count.unlisted.len(),
        count
            .unlisted
            .iter()
            .take(60)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    // A generator that made nothing valid, or nothing broken, would compare nothing.
    assert!(count.same > count.strings / 5 && count.both_refuse > count.strings / 10);
}

#[test]
fn the_engines_own_parsers_say_the_same() {
    let libpq = run(
        "libpq",
        generate::postgresql,
        postgresql::compare,
        postgresql::LISTED.len(),
    );
    check(&libpq);
    let pymongo = run(
        "mongodb",
        generate::mongodb,
        mongodb::compare,
        mongodb::LISTED.len(),
    );
    check(&pymongo);
    // The page counts the sample, whatever is run.
    if !soaking() {
        page::check(&[
            ("PostgreSQL", &libpq, &postgresql::LISTED[..]),
            ("MongoDB", &pymongo, &mongodb::LISTED[..]),
        ]);
    }
}
