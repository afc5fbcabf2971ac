//! Files that only their owner may read, written whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts `bytes` in the place of the file: the whole of them or nothing, whatever happens meanwhile, and durable when
/// this returns. Only its owner may read it. Two calls for one file at once must be kept apart by the caller.
///
/// # Errors
/// When the folder or the disk refuses; the file is then what it was.
pub fn replace_private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = beside(path, ".part");
    // One that a crash left may have another mode.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let outcome = options.open(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)?;
        sync_folder_of(path)
    });
    if outcome.is_err() {
        // What failed is what is told; a part that can't be removed either is no second error.
        let _ = std::fs::remove_file(&part);
    }
    outcome
}

/// The path of a file that goes with another.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path
        .file_name()
        .map(std::ffi::OsStr::to_owned)
        .unwrap_or_default();
    name.push(suffix);
    path.with_file_name(name)
}

/// Opens a file that is only there to be locked.
pub(crate) fn open_lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Without this a renaming may be forgotten when the power fails.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Elsewhere a folder can't be opened as a file, and a renaming is as durable as the system makes it.
#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> io::Result<()> {
    Ok(())
}
