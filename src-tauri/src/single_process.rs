//! One desktop process per data folder. Any number of processes may write the catalog, but two window processes would
//! hold two web storages over one folder, and the person would look for a window that is already open.
//!
//! The first process holds a lock on `desktop.lock`, which the system releases however it ends. A second one leaves
//! a request (`open-window.request`, `new-window.request`, `open-file.request`) and ends; the first looks for them a few times a second. Files
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

/// What a start wants of the process that is there. Each is a file of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The window that is open.
    Front,
    /// Another one.
    Another,
    /// The window that is open, which shows what importing this file would do.
    File(PathBuf),
}

const REQUESTS: [&str; 3] = [
    "open-window.request",
    "new-window.request",
    "open-file.request",
];

impl Wanted {
    fn request(&self) -> &'static str {
        match self {
            Self::Front => REQUESTS[0],
            Self::Another => REQUESTS[1],
            Self::File(_) => REQUESTS[2],
        }
    }

    /// Leaves the request. It has its name only when it is whole: the other process may look at any moment.
    fn leave(&self, data_dir: &Path) -> std::io::Result<()> {
        let request = data_dir.join(self.request());
        match self {
            Self::Front | Self::Another => std::fs::write(request, b""),
            Self::File(path) => {
                let text = path.to_str().ok_or_else(|| {
                    std::io::Error::new(
                        std::io::ErrorKind::InvalidInput,
                        "the file's name is not UTF-8",
                    )
                })?;
                let unfinished = request.with_extension(std::process::id().to_string());
                std::fs::write(&unfinished, text)?;
                std::fs::rename(unfinished, request)
            }
        }
    }

    /// Takes a request that was left, if one was. Removing it is what takes it: two in one interval are one.
    fn take(data_dir: &Path, request: &str) -> Option<Self> {
        let path = data_dir.join(request);
        let text = std::fs::read_to_string(&path).ok()?;
        std::fs::remove_file(&path).ok()?;
        match REQUESTS.iter().position(|each| *each == request)? {
            0 => Some(Self::Front),
            1 => Some(Self::Another),
            _ => Some(Self::File(text.into())),
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
    pub fn claim(data_dir: &Path, wanted: &Wanted) -> Result<Claim, AppError> {
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
                for request in REQUESTS {
                    let _ = std::fs::remove_file(data_dir.join(request));
                }
                Ok(Claim::First(Self {
                    lock,
                    data_dir: data_dir.to_owned(),
                }))
            }
            Err(TryLockError::WouldBlock) => {
                wanted
                    .leave(data_dir)
                    .map_err(|error| refused(&data_dir.join(wanted.request()), error))?;
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
                for request in REQUESTS {
                    if let Some(wanted) = Wanted::take(&data_dir, request) {
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
        SingleProcess::claim(folder, &Wanted::Front).expect("the folder is writable")
    }

    #[test]
    fn the_second_asks_the_first_and_the_third_comes_after_it_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let Claim::First(first) = claim(folder.path()) else {
            panic!("nobody else has it")
        };
        let (tell, told) = mpsc::channel();
        let listening = first.listen(move |wanted| tell.send(wanted).expect("the test listens"));
        let file = Wanted::File("/home/ann/ein Laden.tapedeck.json".into());
        for wanted in [Wanted::Front, Wanted::Another, file] {
            let second =
                SingleProcess::claim(folder.path(), &wanted).expect("the folder is writable");
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
        let Err(error) = SingleProcess::claim(&folder.path().join("absent"), &Wanted::Front) else {
            panic!("there is no folder")
        };
        assert_eq!(error.code, "io");
        assert!(error.message.contains("desktop.lock"), "{}", error.message);
    }
}
