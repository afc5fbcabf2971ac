//! Temporary folders that are removed even where no destructor ran.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Once;

use tempfile::TempDir;

const PREFIX: &str = "tapedeck-test-";

/// A temporary folder whose name carries the process id of the test that owns it, so that a later test run can remove
/// what a killed one left behind.
#[derive(Debug)]
pub struct TestFolder {
    folder: TempDir,
}

impl TestFolder {
    /// Makes a folder that only this user may enter.
    ///
    /// # Panics
    /// When the temporary folder can't be written.
    pub fn new() -> TestFolder {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(sweep);
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir()
            .expect("the temporary folder can be written");
        TestFolder { folder }
    }

    /// Makes a folder that a server of another user (`postgres`) may pass through.
    pub(crate) fn traversable() -> TestFolder {
        let folder = TestFolder::new();
        set_mode(folder.path(), 0o755);
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a folder inside it with these permissions.
    pub(crate) fn subfolder(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir(&path).expect("a folder can be made in the temporary folder");
        set_mode(&path, mode);
        path
    }
}

impl Default for TestFolder {
    fn default() -> Self {
        TestFolder::new()
    }
}

/// Sets the permissions of a file or folder.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .expect("the permissions of our own file can be set");
}

/// Writes a file with these permissions.
pub(crate) fn write_file(path: &Path, content: &str, mode: u32) {
    fs::write(path, content).unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
    set_mode(path, mode);
}

/// Removes the folders of test processes that are gone. A folder that another user owns stays; that is no fault here.
fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX))
            .and_then(|rest| rest.split('-').next())
            .and_then(|pid| pid.parse::<u32>().ok());
        if owner.is_some_and(|pid| !crate::process::pid_is_alive(pid)) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
