//! How long a test of 200 connections takes of which 20 hang: all on this machine, and the hanging ones come first.
//!
//! `make bench`, or by itself `cargo bench -p workbench --bench connection_tests`.

mod matrix;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use test_support::hostile::SilentServer;
use workbench::{TestEvent, TestRequest, Workbench};

use matrix::ENVS;

const CELLS: usize = 200;
const HANGING: usize = 20;
/// The time limit of a test, as the settings have it from the beginning.
const CAP: f64 = 10.0;

fn main() {
    matrix::run(measure());
}

async fn measure() {
    let server = matrix::server();
    server.create_database("orders");
    let silent = SilentServer::start();
    let (workbench, _folder) = matrix::workbench().await;
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
    let product = matrix::product(workbench).await;
    for number in 0..CELLS / ENVS.len() {
        let url = |slug: &str| match number < HANGING && slug == ENVS[0] {
            true => hangs.to_owned(),
            false => answers.to_owned(),
        };
        matrix::database(workbench, &product, &format!("db{number}"), url).await;
    }
    product
}
