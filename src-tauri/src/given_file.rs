//! The exported file that the system opened this program with: a double click, "Open with", `tapedeck-desktop FILE`.
//!
//! The person chose it outside the page; the page learns its name and asks for it to be read, and never names a path.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};

/// What the page is told by; it then asks for the name (`import_given`).
const EVENT: &str = "file-given";

/// The last file that was given.
#[derive(Default)]
pub struct GivenFile(Mutex<Option<Given>>);

struct Given {
    path: PathBuf,
    /// A page was told of it: another window, or the page drawn anew, is not.
    told: bool,
}

impl GivenFile {
    /// The file's name, once.
    pub fn tell(&self) -> Option<String> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = given.as_mut().filter(|given| !given.told)?;
        given.told = true;
        let name = given.path.file_name().unwrap_or(given.path.as_os_str());
        Some(name.to_string_lossy().into_owned())
    }

    /// Where it is.
    pub fn path(&self) -> Option<PathBuf> {
        let given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.as_ref().map(|given| given.path.clone())
    }

    fn give(&self, path: PathBuf) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Given { path, told: false });
    }
}

/// Takes a file that somebody opened, and tells the pages that are there; one that comes later asks for itself.
pub fn give(app: &AppHandle, path: PathBuf) {
    app.state::<GivenFile>().give(path);
    if let Err(error) = app.emit(EVENT, ()) {
        tracing::warn!(%error, "a file was opened, and no window could be told");
    }
}

#[cfg(test)]
mod tests {
    use super::GivenFile;

    #[test]
    fn one_page_is_told_and_the_path_stays_for_it() {
        let given = GivenFile::default();
        assert_eq!((given.tell(), given.path()), (None, None));
        given.give("/home/ann/shop.tapedeck.json".into());
        assert_eq!(given.tell().as_deref(), Some("shop.tapedeck.json"));
        assert_eq!(given.tell(), None, "another window is not told again");
        assert_eq!(
            given.path(),
            Some("/home/ann/shop.tapedeck.json".into()),
            "a passphrase that was wrong is typed again"
        );
        given.give("/home/ann/other.tapedeck.json".into());
        assert_eq!(given.tell().as_deref(), Some("other.tapedeck.json"));
    }
}
