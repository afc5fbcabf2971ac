//! How long the state of a large matrix takes to be read: 50 databases in 5 environments, all on one server, nobody's cell cached.
//!
//! `make bench`. Each cell is a connection of its own, as it is for a person whose databases are on many servers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use secrets::MemoryStore;
use serde_json::json;
use test_support::{Postgres, PostgresOptions};
use workbench::{
    ConfigInput, DatabaseInput, EnvironmentInput, MigrationDeed, MigrationExceptions,
    MigrationRunRequest, MigrationStatusRequest, Options, Origin, ProductInput, Workbench,
};

const ENVS: [&str; 5] = ["dev", "tst", "int", "stg", "prd"];
const DATABASES: usize = 50;
const ROUNDS: usize = 5;

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
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    let workbench = Workbench::open_with(options, Arc::new(MemoryStore::default()))
        .await
        .expect("a workbench opens");
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
    let product = made.record.id;
    for env in ENVS {
        server.create_database(env);
    }
    for number in 0..DATABASES {
        let tag = format!("db{number}");
        let config = |slug: &str| ConfigInput {
            slug: slug.to_owned(),
            connection_url: server.url(slug),
            secrets: BTreeMap::new(),
            description: None,
            copy_from: None,
        };
        let input = DatabaseInput {
            name: tag.clone(),
            tag: tag.clone(),
            database_type: "postgresql".to_owned(),
            description: None,
            envs: ENVS.map(config).to_vec(),
        };
        let made = workbench.database_create(product.clone(), input).await;
        let database = made.expect("a database").record.id;
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
