//! `docs/conformance.md`: what was compared, what differs, and why.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::Count;

/// An engine's name, what was counted, and the reasons of its listed differences.
pub type Suite<'a> = (&'a str, &'a Count, &'a [(&'a str, &'a str)]);

const INTRODUCTION: &str = "\
# Conformance

How Tapedeck reads connection strings, against the parsers that are the engines' own. This page is written by the test that
does the comparing (`cargo test -p connection-url --test differential`, `TAPEDECK_WRITE_CONFORMANCE=1` to write it anew), which fails on any
difference that is not listed here, and when this page is not what it counted.

The strings are generated: every part of each grammar, with the faults that people and programs make. The n-th string is always
the same. `make test` compares the first 2,000 of each engine, counted here; `make soak` compares 20,000.

*Same parts* means: both take the string, and every host, port, user, password, database and option is equal after decoding.
For MongoDB also which options are ignored. MySQL has no neutral parser to compare with: what Tapedeck reads there is on
[its own page](mysql-urls.md), and its tests are in `crates/connection-url/tests/mysql.rs`.
";

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole as f64)
}

fn text(suites: &[Suite<'_>]) -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Counts\n\n| engine | compared with | strings | same parts | refused by both | listed differences | others |\n|---|---|---|---|---|---|---|\n");
    for (engine, count, _) in suites {
        let listed: usize = count.listed.iter().sum();
        let _ = writeln!(
            page,
            "| {engine} | {} | {} | {} ({}) | {} ({}) | {listed} ({}) | 0 |",
            count.oracle,
            count.strings,
            count.same,
            percent(count.same, count.strings),
            count.both_refuse,
            percent(count.both_refuse, count.strings),
            percent(listed, count.strings),
        );
    }
    for (engine, count, reasons) in suites {
        let _ = write!(
            page,
            "\n## {engine}: where Tapedeck differs from {}, and why\n\n| strings | what | why |\n|---|---|---|\n",
            count.oracle
        );
        for ((name, reason), strings) in reasons.iter().zip(&count.listed) {
            let _ = writeln!(page, "| {strings} | {name} | {reason} |");
        }
    }
    page
}

/// Compares the page with what was counted, or writes it.
pub fn check(suites: &[Suite<'_>]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    let page = text(suites);
    if std::env::var_os("TAPEDECK_WRITE_CONFORMANCE").is_some() {
        std::fs::write(&path, page).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/conformance.md is not what was counted; write it anew with TAPEDECK_WRITE_CONFORMANCE=1:\n{page}"
    );
}
