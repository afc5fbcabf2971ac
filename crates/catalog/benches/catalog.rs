//! How fast the catalog is with 1,000 databases × 8 environments: `cargo run --release -p catalog --example measure`.
//! Prints one JSON object; `make bench` compares it with the goals.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use catalog::{
    Catalog, Context, NewDatabase, NewEnvironment, NewEnvironmentConfig, NewProduct, ProductPatch,
    SqliteCatalog,
};

const DATABASES: usize = 1_000;
const ENVIRONMENTS: [&str; 8] = ["dev", "tst", "int", "qa1", "stg", "pre", "prd", "dr1"];

fn percentile(mut times: Vec<Duration>, percent: usize) -> f64 {
    times.sort();
    let at = (times.len() * percent / 100).min(times.len() - 1);
    times[at].as_secs_f64() * 1_000.0
}

fn timed(
    rounds: usize,
    mut work: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed());
    }
    Ok(times)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let catalog = SqliteCatalog::open(folder.path())?;
    let context = Context::cli();
    catalog.create_product(
        &context,
        &NewProduct {
            tag: "shop".into(),
            name: "Shop".into(),
            description: None,
        },
    )?;
    for slug in ENVIRONMENTS {
        let new = NewEnvironment {
            env_name: slug.to_uppercase(),
            slug: slug.into(),
            ..NewEnvironment::default()
        };
        catalog.create_environment(&context, "shop", &new)?;
    }
    for number in 0..DATABASES {
        let envs = ENVIRONMENTS.iter().map(|slug| NewEnvironmentConfig {
            slug: (*slug).into(),
            connection_url: format!(
                "postgresql://app:***@db-{number}.{slug}.example:5432/orders?sslmode=verify-full"
            )
            .into(),
            description: None,
            secrets: [(
                "password".to_owned(),
                format!("0199aaaa-bbbb-7ccc-8ddd-{number:012}"),
            )]
            .into(),
        });
        let new = NewDatabase {
            name: format!("Database {number}"),
            tag: format!("database-{number}"),
            database_type: catalog::DatabaseType::Postgresql,
            description: None,
            envs: envs.collect(),
            actions: Vec::new(),
            migrations: Vec::new(),
        };
        catalog.create_database(&context, "shop", &new)?;
    }
    let fetch_all = timed(50, || {
        black_box(catalog.fetch_databases("shop")?);
        Ok(())
    })?;
    let matrix = timed(50, || {
        black_box(catalog.matrix("shop")?);
        Ok(())
    })?;
    let one = timed(200, || {
        black_box(catalog.fetch_database("shop", "database-500")?);
        Ok(())
    })?;
    let token = timed(200, || {
        black_box(catalog.change_token()?);
        Ok(())
    })?;
    let mut number = 0;
    let update = timed(300, || {
        number += 1;
        let patch = ProductPatch {
            name: Some(format!("Shop {number}")),
            ..ProductPatch::default()
        };
        catalog.update_product(&context, "shop", &patch)?;
        Ok(())
    })?;
    let open = timed(50, || {
        black_box(SqliteCatalog::open(folder.path())?);
        Ok(())
    })?;
    println!(
        "{}",
        serde_json::json!({
            "fetch_all_1000x8_ms": { "best": percentile(fetch_all.clone(), 0), "p50": percentile(fetch_all.clone(), 50), "p99": percentile(fetch_all, 99) },
            "matrix_1000x8_ms": { "best": percentile(matrix.clone(), 0), "p50": percentile(matrix.clone(), 50), "p99": percentile(matrix, 99) },
            "fetch_one_ms": { "p50": percentile(one, 50) },
            "change_token_ms": { "p50": percentile(token, 50) },
            "durable_update_ms": { "p50": percentile(update.clone(), 50), "p99": percentile(update, 99) },
            "open_ms": { "p50": percentile(open, 50) },
        })
    );
    Ok(())
}
