//! A URL on the clipboard. One with secrets is taken off again after the person's time, if it is still there.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager};
use tauri_plugin_clipboard_manager::ClipboardExt;
use workbench::{AppError, Copied};

use crate::failure;

static TURN: AtomicU64 = AtomicU64::new(0);

/// The secret that waits to be cleared. It is kept as a digest, so that the process holds no copy of what it only
/// has to recognise.
#[derive(Default)]
pub struct Pending(Mutex<Option<Waiting>>);

struct Waiting {
    /// Tells a later copy from the one whose time has run out.
    turn: u64,
    digest: u64,
    key: std::hash::RandomState,
}

impl Waiting {
    fn new(turn: u64, text: &str) -> Self {
        use std::hash::BuildHasher;
        let key = std::hash::RandomState::new();
        Self {
            turn,
            digest: key.hash_one(text),
            key,
        }
    }

    fn is(&self, text: &str) -> bool {
        use std::hash::BuildHasher;
        self.key.hash_one(text) == self.digest
    }
}

/// Puts a text on the clipboard.
///
/// # Errors
/// `desktop` when the system gives no clipboard.
pub fn write(app: &AppHandle, copied: &Copied) -> Result<(), AppError> {
    app.clipboard()
        .write_text(copied.text.as_str())
        .map_err(|error| failure::desktop("The clipboard can't be written", error))?;
    let pending = app.state::<Pending>();
    let mut waiting = pending
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    match copied.clear_after {
        Some(after) => {
            *waiting = Some(Waiting::new(turn, &copied.text));
            clear_later(app.clone(), turn, after);
        }
        // What is there now holds no secret; the one before is gone with it.
        None => *waiting = None,
    }
    Ok(())
}

fn clear_later(app: AppHandle, turn: u64, after: Duration) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(after).await;
        clear(&app, Some(turn));
    });
}

/// Clears a waiting secret without waiting: the process ends.
pub fn clear_now(app: &AppHandle) {
    clear(app, None);
}

fn clear(app: &AppHandle, turn: Option<u64>) {
    let Some(pending) = app.try_state::<Pending>() else {
        return;
    };
    let mut waiting = pending
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(ours) = waiting.take_if(|waiting| turn.is_none_or(|turn| waiting.turn == turn)) else {
        return;
    };
    drop(waiting);
    // Somebody may have copied something else since: that stays.
    let still_there = app.clipboard().read_text().is_ok_and(|text| ours.is(&text));
    if still_there && let Err(error) = app.clipboard().clear() {
        tracing::warn!(%error, "a copied URL could not be taken off the clipboard");
    }
}

#[cfg(test)]
mod tests {
    use super::Waiting;

    #[test]
    fn only_the_same_text_is_recognised() {
        let waiting = Waiting::new(1, "postgresql://app:secret@localhost/orders");
        assert!(waiting.is("postgresql://app:secret@localhost/orders"));
        assert!(!waiting.is("postgresql://app:secret@localhost/order"));
        assert!(!waiting.is(""));
    }
}
