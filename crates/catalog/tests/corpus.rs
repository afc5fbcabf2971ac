//! The committed fuzzing corpus, run through the bodies of the fuzz targets.

use std::path::Path;

use catalog::fuzzing;

fn run(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is committed") {
        let path = entry.expect("a readable folder").path();
        body(&std::fs::read(&path).expect("a readable file"));
        count += 1;
    }
    assert!(count >= 10, "{target} has a corpus");
}

#[test]
fn record() {
    run("record", fuzzing::record);
}

#[test]
fn document() {
    run("document", fuzzing::document);
}
