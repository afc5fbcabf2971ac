//! A runner in a process of its own, which a test can kill: this test program, started once more.

use std::process::{Child, Command, Stdio};

use super::place::{Place, pending};
use engines::CancellationToken;
use migrations::Migration;
use runner::{Chosen, Limits, Situation};

const URL: &str = "RUNNER_CHILD_URL";
const TYPE: &str = "RUNNER_CHILD_TYPE";
const RECORDS: &str = "RUNNER_CHILD_RECORDS";

/// Starts a runner of these migrations.
pub fn start(place: &Place<'_>, migrations: &[Migration]) -> Child {
    let records: Vec<_> = migrations.iter().map(|one| &one.record).collect();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::a_runner_for_another_test", "--nocapture"])
        .env(URL, &place.url)
        .env(TYPE, place.server.database_type().as_str())
        .env(RECORDS, serde_json::to_string(&records).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
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
    let done = runner::run(&target, choose, &|_| {}, &CancellationToken::new()).await;
    println!("{done:?}");
}
