//! Applies a folder of `.sql` files through the runner, one migration a file in the order of their names: the whole of what a command
//! does, as a process of its own, for comparisons with other tools and for tests that kill it.
//!
//! `cargo run -p runner --example apply_folder -- URL FOLDER`

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use connection_url::{ConnectionUrl, DatabaseType};
use engines::CancellationToken;
use migrations::{Direction, Migration, Pick, RowState};
use runner::{Chosen, Limits, Scope, Situation, Target};
use serde_json::json;

/// The files of a folder as migrations.
fn read(folder: &Path, database_type: DatabaseType) -> Result<Vec<Migration>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let migration = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let pieces = migrations::split(&text, database_type)
            .map_err(|(message, at)| format!("{}: {message} (at {at})", path.display()))?;
        let up: Vec<_> = pieces.into_iter().map(|piece| piece.text).collect();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let tag = name.to_lowercase().replace(['.', ' '], "-");
        let record = json!({ "tag": tag, "name": name, "value": { "up": up, "down": [] } });
        let record = record.as_object().cloned().unwrap_or_default();
        Migration::read(database_type, &tag, &record)
            .map_err(|faults| format!("{}: {faults:?}", path.display()))
    };
    paths.iter().map(migration).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("Usage: apply_folder URL FOLDER");
        return ExitCode::from(2);
    };
    match apply(&url, Path::new(&folder)).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn apply(url: &str, folder: &Path) -> Result<String, String> {
    let url = ConnectionUrl::parse(url, None).map_err(|error| error.to_string())?;
    let database_type = url.database_type().ok_or("The URL names no engine.")?;
    let migrations = read(folder, database_type)?;
    let target = Target {
        database_type,
        url: &url,
        scope: Scope {
            product: "folder".to_owned(),
            database: "folder".to_owned(),
            database_id: "folder".to_owned(),
        },
        by: "apply_folder@localhost".to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        limits: Limits::default(),
    };
    let choose = |situation: &Situation<'_>| {
        let applied = |tag: &str| {
            let mut rows = situation.history.rows.iter();
            rows.any(|row| row.tag == tag && row.state == RowState::Applied)
        };
        let picks = (1..).zip(&migrations).filter(|(_, one)| !applied(&one.tag));
        Ok(Chosen {
            picks: picks
                .map(|(position, migration)| Pick {
                    migration: migration.clone(),
                    position,
                    direction: Direction::Up,
                    from: 1,
                })
                .collect(),
            dry_run: false,
        })
    };
    let started = Instant::now();
    let report = runner::run(&target, choose, &|_| {}, &CancellationToken::new()).await;
    let report = report.map_err(|error| error.to_string())?;
    Ok(format!(
        "{} applied in {:.1} ms",
        report.steps.len(),
        started.elapsed().as_secs_f64() * 1e3
    ))
}
