//! Every `tapedeck …` that the user guide and the read-me name is a verb that there is, with options that it has.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the command says of itself: the verbs below some words, and the options that it takes there.
struct Help {
    verbs: Vec<String>,
    options: Vec<String>,
}

fn help(words: &[String]) -> Help {
    let output = Command::new(env!("CARGO_BIN_EXE_tapedeck"))
        .args(words)
        .arg("--help")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "tapedeck {} --help",
        words.join(" ")
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let verbs = text
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A line that goes on is indented further.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    let options = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | '=' | ']'))
        .filter(|word| word.starts_with('-'))
        .map(str::to_owned)
        .collect();
    Help { verbs, options }
}

/// The commands in a page: lines of its blocks of shell, and what stands between backquotes.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            in_block = !in_block && language == "sh";
            continue;
        }
        if in_block {
            found.push(line.to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
        .iter()
        .filter_map(|line| {
            let at = line.find("tapedeck ")?;
            // Not a word that ends so, a folder, or a service of this name.
            let before = &line[..at];
            let begins = before.is_empty() || before.ends_with([' ', '\t', '(']);
            let is_argument = before.contains("secret-tool") || before.contains("service");
            (begins && !is_argument).then(|| line[at + "tapedeck ".len()..].to_owned())
        })
        .collect()
}

/// What is wrong with one, if anything.
fn fault(command: &str, known: &mut BTreeMap<Vec<String>, Help>) -> Option<String> {
    // What the shell takes for itself, and what `exec` runs, is not ours.
    let ours = command
        .split(['#', '|', '<', '>', ';'])
        .next()
        .unwrap_or_default();
    let mut words = Vec::new();
    let mut options = Vec::new();
    // Of `--yes TAG`, which may stand before the verb.
    let mut is_value = false;
    for word in ours.split_whitespace() {
        if word == "--" || word == "help" {
            break;
        }
        if word.starts_with('-') {
            is_value = word == "--yes";
            options.push(word.split('=').next().unwrap_or_default().to_owned());
            continue;
        }
        if std::mem::take(&mut is_value) {
            continue;
        }
        let here = known.entry(words.clone()).or_insert_with(|| help(&words));
        if here.verbs.is_empty() {
            continue;
        }
        if !here.verbs.iter().any(|verb| verb == word) {
            return Some(format!("there is no {word} in: tapedeck {command}"));
        }
        words.push(word.to_owned());
    }
    let here = known.entry(words.clone()).or_insert_with(|| help(&words));
    options
        .into_iter()
        .find(|option| !here.options.contains(option))
        .map(|option| format!("there is no {option} in: tapedeck {command}"))
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages: Vec<PathBuf> = fs::read_dir(root.join("docs/guide"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages
}

#[test]
fn the_guide_names_only_what_there_is() {
    let mut known = BTreeMap::new();
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for command in commands(&text) {
            count += 1;
            if let Some(fault) = fault(&command, &mut known) {
                faults.push(format!("{}: {fault}", page.display()));
            }
        }
    }
    assert!(count > 80, "only {count} commands were found");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_table_of_verbs_is_whole() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/command-line.md");
    let text = fs::read_to_string(page).unwrap();
    for noun in help(&[]).verbs {
        if noun == "help" {
            continue;
        }
        let name = format!("`tapedeck {noun}`");
        let line = text
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&name))
            .unwrap_or_else(|| panic!("{name} has no line"));
        for verb in help(&[noun]).verbs {
            assert!(
                verb == "help" || line.contains(&format!("`{verb}`")),
                "{verb} is missing in: {line}"
            );
        }
    }
}

#[test]
fn a_wrong_command_is_found() {
    let mut known = BTreeMap::new();
    for (command, is_right) in [
        ("test shop --json", true),
        (
            "--yes orders action run shop/orders:ship@prd -i in.json",
            true,
        ),
        ("exec shop@dev -- npm start --quick", true),
        ("migration repair shop/users@stg --mark applied", true),
        ("tests shop", false),
        ("action runs shop", false),
        ("test shop --every", false),
    ] {
        assert_eq!(fault(command, &mut known).is_none(), is_right, "{command}");
    }
}
