//! How fast connection strings are read and redacted, against the engines' own parsers in the same run.
//!
//! `make bench`. Rounds alternate, so that a busy machine is busy for both; the ratios are medians.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use connection_url::{ConnectionUrl, DatabaseType, Edit, redact};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(500);

fn main() {
    // `cargo test --benches` runs this too, where there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    parsing(&root);
    redaction();
    hostile();
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path)
        .expect("the strings are there")
        .lines()
        .map(str::to_owned)
        .collect()
}

/// How many strings a second we read.
fn ours(texts: &[String], database_type: DatabaseType) -> f64 {
    let start = Instant::now();
    let mut parsed = 0_u32;
    while start.elapsed() < ROUND {
        for text in texts {
            // The answer holds every part, error, warning, hint and span.
            drop(black_box(ConnectionUrl::parse(
                black_box(text),
                Some(database_type),
            )));
            parsed += 1;
        }
    }
    f64::from(parsed) / start.elapsed().as_secs_f64()
}

fn theirs(command: &mut Command) -> Option<f64> {
    let output = command.output().ok()?;
    String::from_utf8(output.stdout)
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(
    name: &str,
    goal: f64,
    texts: &[String],
    database_type: DatabaseType,
    mut other: impl FnMut() -> Option<f64>,
) {
    let mut mine = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let speed = ours(texts, database_type);
        mine.push(speed);
        if let Some(their) = other() {
            ratios.push(speed / their);
        }
    }
    let speed = median(mine);
    if ratios.is_empty() {
        println!("parse, {database_type}: {speed:.0}/s; {name} can't be run here");
        return;
    }
    let ratio = median(ratios);
    println!("parse, {database_type}: {speed:.0}/s, {ratio:.2} × {name} (goal {goal} ×)");
}

fn parsing(root: &Path) {
    let folder = root.join("tests/bench");
    let seconds = ROUND.as_secs_f64().to_string();
    let program = std::env::temp_dir().join(format!("tapedeck-bench-{}", std::process::id()));
    let built = library().is_some_and(|library| {
        Command::new("cc")
            .args(["-O2", "-o"])
            .arg(&program)
            .arg(folder.join("libpq.c"))
            .arg(library)
            .status()
            .is_ok_and(|status| status.success())
    });
    let strings = folder.join("postgresql.txt");
    compare(
        "libpq's PQconninfoParse",
        1.0,
        &lines(&strings),
        DatabaseType::Postgresql,
        || built.then(|| theirs(Command::new(&program).arg(&strings).arg(&seconds)))?,
    );
    drop(std::fs::remove_file(&program));
    let strings = folder.join("mongodb.txt");
    let python = root.join(".tools/venv/bin/python");
    compare(
        "pymongo's parse_uri",
        40.0,
        &lines(&strings),
        DatabaseType::Mongodb,
        || {
            theirs(
                Command::new(&python)
                    .arg(folder.join("pymongo_parse.py"))
                    .arg(&strings)
                    .arg(&seconds),
            )
        },
    );
}

/// The libpq of the system.
fn library() -> Option<PathBuf> {
    let listed = Command::new("ldconfig").arg("-p").output().ok()?;
    String::from_utf8(listed.stdout)
        .ok()?
        .lines()
        .find(|line| line.contains("libpq.so.5"))
        .and_then(|line| line.split("=> ").nth(1))
        .map(PathBuf::from)
}

fn redaction() {
    let log = "2026-11-23T10:00:00Z INFO orders: request id=4711 path=/orders/17 took=3ms user=42 status=200 note: fine\n";
    let prose = "The quick brown fox jumps over the lazy dog, and nobody asked it why it did so or where it went\n";
    let urls = "2026-11-23T10:00:00Z WARN retrying postgresql://app:s3cr3t@db.example.com:5432/orders?sslmode=require\n";
    for (name, line, goal) in [
        ("log lines without URLs", log, "goal 200 MB/s"),
        ("prose", prose, "goal 200 MB/s"),
        ("a URL in each line", urls, "no goal"),
    ] {
        let text = line.repeat(8 * 1024 * 1024 / line.len());
        let mut speeds = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            drop(black_box(redact(black_box(&text))));
            speeds.push(text.len() as f64 / 1e6 / start.elapsed().as_secs_f64());
        }
        println!("redact, {name}: {:.0} MB/s ({goal})", median(speeds));
    }
}

/// 64 KiB of what makes careless parsers quadratic.
fn hostile() {
    const SIZE: usize = 64 * 1024;
    let patterns = [
        "@",
        ":",
        "/",
        "%",
        "%41",
        "?",
        "&",
        "=",
        "a=b&",
        ",",
        "h,",
        "h:1,",
        "[",
        "[::1],",
        "$Secret{",
        "$Secret{K}",
        "://",
        "postgresql://",
        "u:p@",
        "host=' ",
        "host=a ",
        "\\",
        "'",
        "password=",
        "***",
        "\u{e9}",
        "\n",
        " ",
        ";",
        "appName=x&",
        "readPreferenceTags=a:b&",
        "authMechanismProperties=A:b,",
        "sslpassword=x&",
        "sslmode=X&",
        "j=1&",
        "wtimeout=x&",
        "=&",
        "%=&",
    ];
    let starts = [
        "",
        "postgresql://",
        "mysql://",
        "mongodb://",
        "mongodb://h/?",
        "postgresql://h/?",
        "mysql://h/?",
        "host=a ",
    ];
    let mut worst = (Duration::ZERO, String::new());
    for start in starts {
        for pattern in patterns {
            let filled = format!(
                "{start}{}",
                pattern.repeat((SIZE - start.len()) / pattern.len())
            );
            // Without the last separator: an option that is missing after it would end the work before the checks.
            let text = filled.strip_suffix('&').unwrap_or(&filled);
            let mut measure = |what: &str, work: &dyn Fn()| {
                // The best of three: a pause of the machine is not the text's.
                let best = (0..3)
                    .map(|_| {
                        let begun = Instant::now();
                        work();
                        begun.elapsed()
                    })
                    .min()
                    .unwrap_or_default();
                if best > worst.0 {
                    worst = (best, format!("{what} of {start}{pattern}…"));
                }
                if best > Duration::from_millis(5) {
                    println!("  over 5 ms: {best:?}, {what} of {start}{pattern}…");
                }
            };
            measure("parse", &|| {
                drop(black_box(ConnectionUrl::parse(black_box(text), None)))
            });
            measure("redact", &|| drop(black_box(redact(black_box(text)))));
            if let Ok(url) = ConnectionUrl::parse(text, None) {
                let edit = Edit::User(Some("someone".to_owned()));
                measure("edit", &|| drop(black_box(url.edited(black_box(&edit)))));
            }
        }
    }
    println!(
        "64 KiB of hostile text: at most {:?} ({}; goal 5 ms)",
        worst.0, worst.1
    );
}
