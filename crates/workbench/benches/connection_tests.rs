//! How long a test of 200 connections takes of which 20 hang: all on this machine, and the hanging ones come first.
//!
//! `make bench`, or by itself `cargo bench -p workbench --bench connection_tests`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use secrets::MemoryStore;
use test_support::hostile::SilentServer;
use test_support::{Postgres, PostgresOptions};
use workbench::{
    ConfigInput, DatabaseInput, EnvironmentInput, Options, Origin, ProductInput, TestEvent,
    TestRequest, Workbench,
};

const CELLS: usize = 200;
const HANGING: usize = 20;
/// The time limit of a test, as the settings have it from the beginning.
const CAP: f64 = 10.0;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(measure());
}

async fn measure() {
    let server = Postgres::start_with(PostgresOptions {
        host_rules: vec!["host all all 127.0.0.1/32 trust".to_owned()],
        ..PostgresOptions::default()
    });
    server.create_database("orders");
    let silent = SilentServer::start();
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    let workbench = Workbench::open_with(options, Arc::new(MemoryStore::default()))
        .await
        .expect("a workbench opens");
    let hangs = format!("postgresql://app@127.0.0.1:{}/orders", silent.port);
    let product = product(&workbench, &server.url("orders"), &hangs).await;

    let since = Instant::now();
    let ended: Arc<Mutex<Vec<(f64, bool)>>> = Arc::default();
    let heard = Arc::clone(&ended);
    let request = TestRequest {
        run_id: "bench".to_owned(),
        product_id: product,
        config_ids: None,
    };
    let summary = workbench
        .test_start(request, move |event| {
            if let TestEvent::Finished { result, .. } = event {
                let at = since.elapsed().as_secs_f64();
                heard.lock().expect("whole").push((at, result.connected));
            }
        })
        .await
        .expect("it runs");
    let whole = since.elapsed().as_secs_f64();
    assert_eq!(summary.connected as usize, CELLS - HANGING);
    assert_eq!(summary.failed as usize, HANGING);
    let ended = ended.lock().expect("whole");
    let shown = ended.iter().filter(|(_, connected)| *connected);
    let last = shown.map(|(at, _)| *at).fold(0.0, f64::max);
    println!(
        "Test of 200 cells, the 180 good ones: {last:.2} s (until the last of them is told; goal ≤ 2 s)"
    );
    println!(
        "Test of 200 cells, 20 of them hanging: {whole:.2} s, {:.2} × the time limit of one (goal ≤ 1.1 ×)",
        whole / CAP
    );
}

/// The hanging ones are in the first column of the first databases.
async fn product(workbench: &Workbench, answers: &str, hangs: &str) -> String {
    const ENVS: [&str; 5] = ["dev", "tst", "int", "stg", "prd"];
    let environment = |slug: &str| EnvironmentInput {
        env_name: slug.to_owned(),
        slug: slug.to_owned(),
        description: None,
        active: None,
        class: None,
    };
    let input = ProductInput {
        tag: "shop".to_owned(),
        name: "Shop".to_owned(),
        description: None,
        environments: ENVS.map(environment).to_vec(),
    };
    let made = workbench.product_create(input).await.expect("a product");
    for number in 0..CELLS / ENVS.len() {
        let config = |slug: &str| ConfigInput {
            slug: slug.to_owned(),
            connection_url: match number < HANGING && slug == ENVS[0] {
                true => hangs.to_owned(),
                false => answers.to_owned(),
            },
            secrets: BTreeMap::new(),
            description: None,
            copy_from: None,
        };
        let input = DatabaseInput {
            name: format!("Database {number}"),
            tag: format!("db{number}"),
            database_type: "postgresql".to_owned(),
            description: None,
            envs: ENVS.map(config).to_vec(),
        };
        let product = made.record.id.clone();
        let made = workbench.database_create(product, input).await;
        made.expect("a database");
    }
    made.record.id
}
