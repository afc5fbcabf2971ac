//! How long the state of a large matrix takes to be read: 50 databases in 5 environments, all on one server, nobody's cell cached.
//!
//! `make bench`. Each cell is a connection of its own, as it is for a person whose databases are on many servers.

mod matrix;

use std::time::Instant;

use serde_json::json;
use test_support::Postgres;
use workbench::{
    MigrationDeed, MigrationExceptions, MigrationRunRequest, MigrationStatusRequest, Workbench,
};

use matrix::ENVS;

const DATABASES: usize = 50;
const ROUNDS: usize = 5;

fn main() {
    matrix::run(measure());
}

async fn measure() {
    let server = matrix::server();
    let (workbench, _folder) = matrix::workbench().await;
    let product = product(&workbench, &server).await;
    let read = |drift: bool| MigrationStatusRequest {
        run_id: "bench".to_owned(),
        product_id: product.clone(),
        config_ids: None,
        drift,
    };
    for (name, drift) in [
        ("Status of 50 × 5 cells", false),
        ("Drift of 50 × 5 cells", true),
    ] {
        let mut seconds = Vec::new();
        for _ in 0..ROUNDS {
            let since = Instant::now();
            let summary = workbench
                .migration_status_start(read(drift), |_| {})
                .await
                .expect("the matrix is read");
            seconds.push(since.elapsed().as_secs_f64());
            assert_eq!(summary.read as usize, DATABASES * ENVS.len());
        }
        seconds.sort_by(f64::total_cmp);
        let goal = if drift { "" } else { "; goal ≤ 2 s" };
        println!(
            "{name}: {:.2} s (median of {ROUNDS}{goal})",
            seconds[ROUNDS / 2]
        );
    }
    let since = Instant::now();
    let cells = workbench
        .migration_matrix(product.clone())
        .await
        .expect("the matrix is known");
    println!(
        "Matrix of 50 × 5 cells as last known: {:.1} ms ({} cells; goal ≤ 100 ms)",
        since.elapsed().as_secs_f64() * 1_000.0,
        cells.len()
    );
}

/// A product whose databases have ten migrations each; two databases of the server have them applied.
async fn product(workbench: &Workbench, server: &Postgres) -> String {
    let product = matrix::product(workbench).await;
    for env in ENVS {
        server.create_database(env);
    }
    for number in 0..DATABASES {
        let tag = format!("db{number}");
        let url = |slug: &str| server.url(slug);
        let database = matrix::database(workbench, &product, &tag, url).await;
        for step in 0..10 {
            let record = json!({
                "name": format!("Step {step}"), "tag": format!("step-{step}"),
                "value": {
                    "up": [format!("CREATE TABLE {tag}_{step} (id bigint PRIMARY KEY, name text)")],
                    "down": [format!("DROP TABLE {tag}_{step}")],
                },
            });
            workbench
                .migration_create_record(product.clone(), tag.clone(), record)
                .await
                .expect("a migration");
        }
        if number < 2 {
            let request = MigrationRunRequest {
                run_id: "bench".to_owned(),
                database_id: database,
                env: "dev".to_owned(),
                deed: MigrationDeed::Run { to: None },
                dry_run: false,
                confirm: Some(tag),
                exceptions: MigrationExceptions::default(),
            };
            workbench
                .migration_run(request, |_| {})
                .await
                .expect("it runs");
        }
    }
    product
}
