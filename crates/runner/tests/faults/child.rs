//! A runner in a process of its own, which a test can kill or let race: this test program, started once more.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::place::{Place, pending};
use engines::CancellationToken;
use migrations::Migration;
use runner::{Chosen, Limits, Situation};

const URL: &str = "RUNNER_CHILD_URL";
const TYPE: &str = "RUNNER_CHILD_TYPE";
const RECORDS: &str = "RUNNER_CHILD_RECORDS";

/// What stands before the result that a runner prints.
const DONE: &str = "done: ";

/// Starts a runner of these migrations.
pub fn start(place: &Place<'_>, migrations: &[Migration]) -> Child {
    let mut child = ready(place, migrations);
    go(&mut child);
    child
}

/// Starts a runner that waits for [`go`] before it connects.
pub fn ready(place: &Place<'_>, migrations: &[Migration]) -> Child {
    let records: Vec<_> = migrations.iter().map(|one| &one.record).collect();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::a_runner_for_another_test", "--nocapture"])
        .env(URL, &place.url)
        .env(TYPE, place.server.database_type().as_str())
        .env(RECORDS, serde_json::to_string(&records).unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a runner run.
pub fn go(child: &mut Child) {
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
}

/// The tags that a runner has applied, once it has ended; one that failed fails the test.
pub fn applied(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // The test harness has a line of its own before it.
    let told = text.lines().find_map(|line| line.split_once(DONE));
    let (_, told) = told.unwrap_or_else(|| panic!("a runner said: {text}"));
    serde_json::from_str(told).unwrap_or_else(|_| panic!("a runner failed: {told}"))
}

/// By itself it does nothing: it is the body of the process that [`start`] starts.
#[tokio::test]
async fn a_runner_for_another_test() {
    let (Ok(url), Ok(database_type), Ok(records)) = (
        std::env::var(URL),
        std::env::var(TYPE),
        std::env::var(RECORDS),
    ) else {
        return;
    };
    let database_type = database_type.parse().ok();
    let url = connection_url::ConnectionUrl::parse(&url, database_type).unwrap();
    let database_type = url.database_type().unwrap();
    let records: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&records).unwrap();
    let migrations: Vec<_> = records
        .iter()
        .map(|record| Migration::read(database_type, "id", record).unwrap())
        .collect();
    let target = runner::Target {
        database_type,
        url: &url,
        scope: super::place::scope(),
        by: "child@laptop".to_owned(),
        tool_version: "0.1.0".to_owned(),
        limits: Limits::default(),
    };
    let choose = |situation: &Situation<'_>| {
        Ok(Chosen {
            picks: pending(situation.history, &migrations),
            dry_run: false,
        })
    };
    std::io::stdin().read_line(&mut String::new()).unwrap();
    match runner::run(&target, choose, &|_| {}, &CancellationToken::new()).await {
        Ok(report) => {
            let tags: Vec<_> = report.steps.iter().map(|step| step.tag.as_str()).collect();
            println!("{DONE}{}", serde_json::to_string(&tags).unwrap());
        }
        Err(error) => println!("{DONE}{error:?}"),
    }
}
