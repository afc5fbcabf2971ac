//! The real parsers, in a Python process of the tests' virtual environment.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the program `tests/differential/<name>.py` says of each text: its name and version, then an answer a text.
pub fn ask(name: &str, texts: &[String]) -> (String, Vec<Value>) {
    let python = root().join(".tools/venv/bin/python");
    assert!(
        python.exists(),
        "the tests' Python environment is missing: run scripts/setup --for test"
    );
    let mut child = Command::new(python)
        .arg(root().join("tests/differential").join(format!("{name}.py")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = texts
        .iter()
        .map(|text| format!("{}\n", Value::String(text.clone())))
        .collect();
    // Written aside: an answer comes before all questions are asked, and a full pipe would stop both.
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{name}.py failed");
    let mut answers = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect::<Vec<_>>();
    assert_eq!(answers.len(), texts.len() + 1, "{name}.py left texts out");
    let version = answers.remove(0)["oracle"].as_str().unwrap().to_owned();
    (version, answers)
}
