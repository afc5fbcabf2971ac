//! Tells a window that some process wrote the catalog, well within a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::Workbench;

/// How often the catalog's change token is read. It costs a few microseconds.
const INTERVAL: Duration = Duration::from_millis(250);

/// Ends the watching when dropped.
pub struct Watch {
    ended: Arc<AtomicBool>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl Workbench {
    /// Calls back, from a thread of its own, after each commit by this or any other process.
    pub fn watch(&self, changed: impl Fn() + Send + 'static) -> Watch {
        let ended = Arc::new(AtomicBool::new(false));
        let (catalog, end) = (Arc::clone(&self.inner.catalog), Arc::clone(&ended));
        std::thread::spawn(move || {
            let mut last = catalog.change_token().ok();
            while !end.load(Ordering::Relaxed) {
                std::thread::sleep(INTERVAL);
                // A catalog that is busy or gone for a moment is asked again next time.
                if let Ok(token) = catalog.change_token()
                    && last != Some(token)
                {
                    last = Some(token);
                    changed();
                }
            }
        });
        Watch { ended }
    }
}
