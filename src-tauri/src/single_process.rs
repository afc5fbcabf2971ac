//! One desktop process per data folder. Any number of processes may write the catalog, but two window processes would
//! hold two web storages over one folder, and the person would look for a window that is already open.
//!
//! The first process holds a lock on `desktop.lock`, which the system releases however it ends. A second one leaves
//! a request (`open-window.request`, `new-window.request`) and ends; the first looks for them a few times a second. Files
//! work the same on every system, need no port, no bus and no permission, and are private to whoever may write the data
//! folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use workbench::AppError;

const LOCK: &str = "desktop.lock";
const INTERVAL: Duration = Duration::from_millis(200);

/// What a start wants of the process that is there. Each is a file of its own: one with words in it could be read half written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// The window that is open.
    Front,
    /// Another one.
    Another,
}

impl Wanted {
    const ALL: [Self; 2] = [Self::Front, Self::Another];

    fn file(self) -> &'static str {
        match self {
            Self::Front => "open-window.request",
            Self::Another => "new-window.request",
        }
    }
}

/// The outcome of starting.
pub enum Claim {
    /// Nobody else has this folder's windows.
    First(SingleProcess),
    /// Another process has, and was asked to show itself.
    Second,
}

/// Held while this process is the one.
pub struct SingleProcess {
    /// Locked; closing it releases the lock.
    lock: File,
    data_dir: PathBuf,
}

/// Ends the listening when dropped, and then the lock.
pub struct Listening {
    ended: Arc<AtomicBool>,
    lock: Mutex<Option<File>>,
}

impl Listening {
    /// Ends both at once: another process may be the one from now on.
    pub fn release(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.release();
    }
}

impl SingleProcess {
    /// Becomes the one process of a data folder, or asks the one there is for a window.
    ///
    /// # Errors
    /// `io` when the folder can't be written.
    pub fn claim(data_dir: &Path, wanted: Wanted) -> Result<Claim, AppError> {
        let path = data_dir.join(LOCK);
        let refused = |path: &Path, error: std::io::Error| {
            AppError::new(
                "io",
                format!(
                    "{} can't be written: {error}. Check the folder's permissions.",
                    path.display()
                ),
            )
        };
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| refused(&path, error))?;
        match lock.try_lock() {
            Ok(()) => {
                // What was left for a process that had just ended.
                for wanted in Wanted::ALL {
                    let _ = std::fs::remove_file(data_dir.join(wanted.file()));
                }
                Ok(Claim::First(Self {
                    lock,
                    data_dir: data_dir.to_owned(),
                }))
            }
            Err(TryLockError::WouldBlock) => {
                let request = data_dir.join(wanted.file());
                std::fs::write(&request, b"").map_err(|error| refused(&request, error))?;
                Ok(Claim::Second)
            }
            Err(TryLockError::Error(error)) => Err(refused(&path, error)),
        }
    }

    /// Calls back, from a thread of its own, each time another start asked for a window.
    pub fn listen(self, asked: impl Fn(Wanted) + Send + 'static) -> Listening {
        let ended = Arc::new(AtomicBool::new(false));
        let (data_dir, end) = (self.data_dir, Arc::clone(&ended));
        std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                std::thread::sleep(INTERVAL);
                for wanted in Wanted::ALL {
                    let request = data_dir.join(wanted.file());
                    // Removing it is what takes it: two requests in one interval are one.
                    if request.exists() && std::fs::remove_file(&request).is_ok() {
                        asked(wanted);
                    }
                }
            }
        });
        Listening {
            ended,
            lock: Mutex::new(Some(self.lock)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Claim, SingleProcess, Wanted};

    fn claim(folder: &std::path::Path) -> Claim {
        SingleProcess::claim(folder, Wanted::Front).expect("the folder is writable")
    }

    #[test]
    fn the_second_asks_the_first_and_the_third_comes_after_it_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let Claim::First(first) = claim(folder.path()) else {
            panic!("nobody else has it")
        };
        let (tell, told) = mpsc::channel();
        let listening = first.listen(move |wanted| tell.send(wanted).expect("the test listens"));
        for wanted in [Wanted::Front, Wanted::Another] {
            let second =
                SingleProcess::claim(folder.path(), wanted).expect("the folder is writable");
            assert!(matches!(second, Claim::Second));
            let asked = told
                .recv_timeout(Duration::from_secs(5))
                .expect("the first was asked");
            assert_eq!(asked, wanted);
        }
        drop(listening);
        assert!(
            matches!(claim(folder.path()), Claim::First(_)),
            "the lock is free when the first has ended"
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let Err(error) = SingleProcess::claim(&folder.path().join("absent"), Wanted::Front) else {
            panic!("there is no folder")
        };
        assert_eq!(error.code, "io");
        assert!(error.message.contains("desktop.lock"), "{}", error.message);
    }
}
