//! How fast the catalog is with 1,000 databases in 8 environments, each cell with a test behind it.
//!
//! `make bench`, or by itself `cargo bench -p catalog`. A write waits for the disk: what the disk alone needs for as many bytes
//! is measured in turn with it.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use catalog::{
    Catalog, Context, DatabasePatch, DatabaseType, LastTest, NewDatabase, NewEnvironment,
    NewEnvironmentConfig, NewProduct, NewTest, SqliteCatalog,
};
use serde_json::json;

const DATABASES: usize = 1_000;
const ENVIRONMENTS: [&str; 8] = ["dev", "tst", "int", "qa1", "stg", "pre", "prd", "dr1"];
const READS: usize = 40;
const WRITES: usize = 1_000;

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = SqliteCatalog::open(folder.path()).expect("a catalog");
    fill(&catalog);
    reads(&catalog);
    writes(&catalog, folder.path());
    let open = timed(READS, || {
        black_box(SqliteCatalog::open(folder.path()).expect("it opens"));
    });
    println!(
        "Catalog, opening 1,000 × 8: {} (median of {READS}; no goal)",
        milliseconds(median(&open))
    );
}

fn fill(catalog: &SqliteCatalog) {
    let context = Context::cli();
    let product = NewProduct {
        tag: "shop".into(),
        name: "Shop".into(),
        description: None,
    };
    catalog.create_product(&context, &product).expect("made");
    for slug in ENVIRONMENTS {
        let new = NewEnvironment {
            env_name: slug.to_uppercase(),
            slug: slug.into(),
            ..NewEnvironment::default()
        };
        catalog
            .create_environment(&context, "shop", &new)
            .expect("made");
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
            database_type: DatabaseType::Postgresql,
            description: None,
            envs: envs.collect(),
            actions: Vec::new(),
            migrations: Vec::new(),
        };
        let made = catalog
            .create_database(&context, "shop", &new)
            .expect("made");
        let tests: Vec<NewTest> = (made.record.envs)
            .into_iter()
            .map(|config| {
            let test = LastTest {
                at: context.timestamp(),
                result: json!({
                    "database": new.tag, "env": config.slug, "connected": true, "version": "15.18",
                    "server": "PostgreSQL 15.18", "latency_ms": 4.2, "tls": null, "stage": "ready", "stages": []
                }).to_string(),
            };
            NewTest { config_id: config.id, connection_url: config.connection_url, test }
        }).collect();
        catalog.record_tests(&tests).expect("recorded");
    }
}

fn reads(catalog: &SqliteCatalog) {
    let before = processor_time();
    let all = timed(READS, || {
        black_box(catalog.fetch_databases("shop").expect("read"));
    });
    let between = processor_time();
    let matrix = timed(READS, || {
        black_box(catalog.matrix("shop").expect("read"));
    });
    let after = processor_time();
    let each = |time: Duration| milliseconds(time / u32::try_from(READS).expect("a few"));
    let one = timed(READS, || {
        black_box(
            catalog
                .fetch_database("shop", "database-500")
                .expect("read"),
        );
    });
    println!(
        "Catalog, fetchAll of 1,000 × 8: {} (median of {READS}, best {}, {} of processor each; goal ≤ 20 ms)",
        milliseconds(median(&all)),
        milliseconds(all[0]),
        each(between - before)
    );
    println!(
        "Catalog, the matrix of 1,000 × 8: {} (with each cell's last test; median of {READS}, best {}, {} of processor each; no goal)",
        milliseconds(median(&matrix)),
        milliseconds(matrix[0]),
        each(after - between)
    );
    println!(
        "Catalog, fetch of one: {} (median of {READS}; no goal)",
        milliseconds(median(&one))
    );
}

/// Updates and writes of the bare disk in turn, so that both meet the same neighbours.
fn writes(catalog: &SqliteCatalog, folder: &Path) {
    // An update writes about this much to the WAL.
    let bytes = vec![7_u8; 32 * 1024];
    let mut bare = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(folder.join("bare"))
        .expect("a file");
    bare.write_all(&bytes).expect("written");
    bare.sync_all().expect("durable");
    let context = Context::cli();
    let (mut updates, mut disk) = (Vec::new(), Vec::new());
    for number in 0..WRITES {
        let patch = DatabasePatch {
            name: Some(format!("Database, for the {number}th time")),
            ..DatabasePatch::default()
        };
        let tag = format!("database-{}", number % DATABASES);
        updates.push(once(|| {
            catalog
                .update_database(&context, "shop", &tag, &patch)
                .expect("updated");
        }));
        disk.push(once(|| {
            bare.seek(SeekFrom::Start(0)).expect("there");
            bare.write_all(&bytes).expect("written");
            bare.sync_data().expect("durable");
        }));
    }
    updates.sort();
    disk.sort();
    let p99 = |times: &[Duration]| times[times.len() * 99 / 100];
    println!(
        "Catalog, a durable update, p99: {} (of {WRITES}, median {}; goal ≤ 5 ms)",
        milliseconds(p99(&updates)),
        milliseconds(median(&updates))
    );
    println!(
        "Catalog, the bare disk, p99: {} (32 KiB and fdatasync, in turn with the updates; median {}; no goal)",
        milliseconds(p99(&disk)),
        milliseconds(median(&disk))
    );
}

/// What this thread has had of a processor, where the system tells: on a machine with other work, the time that passes says little.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}

fn once(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Sorted.
fn timed(rounds: usize, mut work: impl FnMut()) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..rounds).map(|_| once(&mut work)).collect();
    times.sort();
    times
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
