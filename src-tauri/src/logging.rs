//! The log: `logs/tapedeck.log` in the data folder, and the terminal. Use cases log ids and codes, never values.
//!
//! The file never grows past a limit: it is renamed to `tapedeck.1.log`, in place of an older one, and started anew.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

/// Two files of this size are the most that the log takes.
const LIMIT: u64 = 2 * 1024 * 1024;

/// Starts logging. `TAPEDECK_LOG` sets what is logged (`debug`, `workbench=trace`); the default is `info` of our own.
///
/// A log that can't be written stops nothing: the terminal still gets it.
pub fn start(data_dir: &Path) {
    let filter = EnvFilter::try_from_env("TAPEDECK_LOG").unwrap_or_else(|_| {
        // Drivers log what they send at their lower levels.
        EnvFilter::new(
            "warn,tapedeck_desktop=info,workbench=info,catalog=info,secrets=info,engines=info",
        )
    });
    let folder = data_dir.join("logs");
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_target(true);
    let started =
        match std::fs::create_dir_all(&folder).and_then(|()| BoundedFile::open(&folder, LIMIT)) {
            Ok(file) => subscriber
                .with_writer(Mutex::new(file).and(io::stderr))
                .try_init(),
            Err(error) => {
                eprintln!("tapedeck-desktop: no log in {}: {error}", folder.display());
                subscriber.with_writer(io::stderr).try_init()
            }
        };
    if let Err(error) = started {
        eprintln!("tapedeck-desktop: no log: {error}");
    }
}

/// A file that makes room for itself.
struct BoundedFile {
    path: PathBuf,
    older: PathBuf,
    file: File,
    written: u64,
    limit: u64,
}

impl BoundedFile {
    fn open(folder: &Path, limit: u64) -> io::Result<Self> {
        let path = folder.join("tapedeck.log");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let written = file.metadata()?.len();
        Ok(Self {
            older: folder.join("tapedeck.1.log"),
            path,
            file,
            written,
            limit,
        })
    }

    fn turn_over(&mut self) -> io::Result<()> {
        // Windows renames no file that is open: the handle goes first.
        self.file = OpenOptions::new().read(true).open(&self.path)?;
        std::fs::rename(&self.path, &self.older)?;
        self.file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        self.written = 0;
        Ok(())
    }
}

impl Write for BoundedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written > 0 && self.written + bytes.len() as u64 > self.limit {
            self.turn_over()?;
        }
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::BoundedFile;

    #[test]
    fn the_log_is_bounded_and_keeps_the_newest() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = BoundedFile::open(folder.path(), 100).expect("a log");
        for line in 0..50 {
            writeln!(log, "line {line:02} with some text").expect("written");
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("there");
        assert!(read("tapedeck.log").contains("line 49"));
        assert!(read("tapedeck.log").len() <= 100 && read("tapedeck.1.log").len() <= 100);
    }
}
