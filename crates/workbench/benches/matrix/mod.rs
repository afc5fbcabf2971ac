//! What the benchmarks of a whole matrix share: a server without passwords, a workbench with a keyring in memory, a product.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrets::MemoryStore;
use test_support::{Postgres, PostgresOptions};
use workbench::{
    ConfigInput, DatabaseInput, EnvironmentInput, Options, Origin, ProductInput, Workbench,
};

/// The columns.
pub const ENVS: [&str; 5] = ["dev", "tst", "int", "stg", "prd"];

/// Runs a benchmark, and nothing under `cargo test --benches`, where there is nothing to measure.
pub fn run(measure: impl Future<Output = ()>) {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(measure);
}

/// A server that asks nobody for a password: what is measured is not how one is hashed.
pub fn server() -> Postgres {
    Postgres::start_with(PostgresOptions {
        host_rules: vec!["host all all 127.0.0.1/32 trust".to_owned()],
        ..PostgresOptions::default()
    })
}

/// A workbench over an empty catalog; the folder goes with what is given back.
pub async fn workbench() -> (Workbench, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    let workbench = Workbench::open_with(options, Arc::new(MemoryStore::default()))
        .await
        .expect("a workbench opens");
    (workbench, folder)
}

/// Makes a product with the columns, and answers its id.
pub async fn product(workbench: &Workbench) -> String {
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
    let made = workbench.product_create(input).await;
    made.expect("a product").record.id
}

/// Makes a database with a URL for each column, and answers its id.
pub async fn database(
    workbench: &Workbench,
    product: &str,
    tag: &str,
    url: impl Fn(&str) -> String,
) -> String {
    let config = |slug: &str| ConfigInput {
        slug: slug.to_owned(),
        connection_url: url(slug),
        secrets: BTreeMap::new(),
        description: None,
        copy_from: None,
    };
    let input = DatabaseInput {
        name: tag.to_owned(),
        tag: tag.to_owned(),
        database_type: "postgresql".to_owned(),
        description: None,
        envs: ENVS.map(config).to_vec(),
    };
    let made = workbench.database_create(product.to_owned(), input).await;
    made.expect("a database").record.id
}
